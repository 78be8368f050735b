//! Conditions of a guard where there are few iterations, as Rust that the driver evaluates where the region
//! stands: to ask the runtime takes longer than such a run.
//!
//! The loops go up from zero by one and are not empty, and their trips were compared with a small number before, so
//! that nothing of a loop alone overflows. All else is at least zero here; what may not be has no such form. Sums and
//! products saturate on the left of a comparison, which then does not hold unless the exact values do (rule R1), and
//! on the right stand numbers as they are.

use super::names::{self, emit};
use super::region::Region;
use super::work::Trips;
use crate::analysis::plan::{Test, Wide};
use crate::ir::{Scalar, Ty, VarId};
use proc_macro2::TokenStream;

/// The guard, as conditions that follow others; `None` if it has no such form.
pub fn guard(region: &Region, trips: &Trips) -> Option<TokenStream> {
    let printer = Printer { region, trips };
    let conditions = region.plan.space.iter().chain(&region.plan.guard);
    let tests = conditions.map(|of| printer.test(&of.test));
    let tests = tests.collect::<Option<Vec<_>>>()?;
    Some(emit!(#(&& #tests)*))
}

struct Printer<'a> {
    region: &'a Region<'a>,
    trips: &'a Trips,
}

/// A number and what is added to it.
struct Sum {
    base: TokenStream,
    more: i64,
    /// Whether it is a number of trips.
    few: bool,
}

impl Printer<'_> {
    fn test(&self, of: &Test) -> Option<TokenStream> {
        let all = |tests: &[Test]| {
            let tests = tests.iter().map(|of| self.test(of));
            tests.collect::<Option<Vec<_>>>()
        };
        Some(match of {
            Test::All(tests) => {
                let tests = all(tests)?;
                emit!((true #(&& #tests)*))
            }
            Test::Any(tests) => {
                let tests = all(tests)?;
                emit!((false #(|| #tests)*))
            }
            Test::Le(Wide::Const(..=0), value) if self.is_natural(value) => emit!(true),
            Test::Le(left, right) => self.less(left, right, -1)?,
            Test::Lt(left, right) => self.less(left, right, 0)?,
            Test::Fits(value, ty @ (Scalar::U64 | Scalar::Usize)) => {
                let (value, u64) = (self.natural(value)?, self.u64());
                let ty = self.region.body.scalar(*ty);
                emit!((#value < #ty::MAX as #u64))
            }
            Test::Fits(..) => return None,
            Test::Debug(_) => {
                let rt = self.region.rt();
                emit!(!#rt::cfg!(debug_assertions))
            }
        })
    }

    /// `left + more < right`.
    fn less(&self, left: &Wide, right: &Wide, more: i64) -> Option<TokenStream> {
        let right = self.sum(right)?;
        let left = match self.sum(left) {
            Some(left) => left,
            None => Sum {
                base: self.natural(left)?,
                more: 0,
                few: false,
            },
        };
        let more = left.more.checked_add(more)?.checked_sub(right.more)?;
        let (from, to) = (left.base, right.base);
        let by = names::index(usize::try_from(more.unsigned_abs()).ok()?);
        Some(match more {
            0 => emit!((#from < #to)),
            -1 => emit!((#from <= #to)),
            1.. if left.few => emit!((#from + #by < #to)),
            1.. => emit!((#from.saturating_add(#by) < #to)),
            _ => emit!((#from < #to.saturating_add(#by))),
        })
    }

    fn sum(&self, of: &Wide) -> Option<Sum> {
        let u64 = self.u64();
        let plain = |base| Sum {
            base,
            more: 0,
            few: false,
        };
        if let Some(value) = constant(of) {
            return Some(Sum {
                more: i32::try_from(value).ok()?.into(),
                ..plain(emit!((0 as #u64)))
            });
        }
        Some(match of {
            Wide::Hi(at) => {
                let count = &self.trips.names[*at];
                Sum {
                    base: emit!(#count),
                    more: -1,
                    few: true,
                }
            }
            Wide::Len { array, dim } => {
                let (name, dim) = (self.region.body.name(*array), names::index(*dim as usize));
                plain(emit!((#name.len(#dim) as #u64)))
            }
            Wide::Var(var) if self.is_unsigned(*var) => {
                let name = self.region.body.name(*var);
                plain(emit!((#name as #u64)))
            }
            Wide::Add(left, right) => match (constant(left), constant(right)) {
                (Some(more), _) => self.plus(right, more)?,
                (_, Some(more)) => self.plus(left, more)?,
                _ => return None,
            },
            Wide::Sub(sum, less) => self.plus(sum, constant(less)?.checked_neg()?)?,
            _ => return None,
        })
    }

    fn plus(&self, of: &Wide, more: i128) -> Option<Sum> {
        let sum = self.sum(of)?;
        let more = i64::from(i32::try_from(more).ok()?);
        Some(Sum {
            more: sum.more.checked_add(more)?,
            ..sum
        })
    }

    /// A value that is at least zero, or more than 64 bits hold where it saturates.
    fn natural(&self, of: &Wide) -> Option<TokenStream> {
        let pair = |left, right| Some((self.natural(left)?, self.natural(right)?));
        let u64 = self.u64();
        Some(match of {
            Wide::Lo(_) => emit!((0 as #u64)),
            Wide::Hi(at) => {
                let count = &self.trips.names[*at];
                emit!((#count - 1))
            }
            Wide::Const(value) => {
                let value = names::index(usize::try_from(*value).ok()?);
                emit!((#value as #u64))
            }
            Wide::Add(left, right) => {
                let (left, right) = pair(left, right)?;
                emit!(#u64::saturating_add(#left, #right))
            }
            Wide::Mul(left, right) => {
                let (left, right) = pair(left, right)?;
                emit!(#u64::saturating_mul(#left, #right))
            }
            Wide::Len { .. } | Wide::Var(_) => self.sum(of)?.base,
            _ => return None,
        })
    }

    /// Whether a value has such a form.
    fn is_natural(&self, of: &Wide) -> bool {
        self.natural(of).is_some()
    }

    fn is_unsigned(&self, var: VarId) -> bool {
        let var = &self.region.body.function().vars[var];
        matches!(var.ty, Ty::Scalar(ty) if ty.is_int() && !ty.is_signed())
    }

    fn u64(&self) -> TokenStream {
        self.region.body.scalar(Scalar::U64)
    }
}

/// A number that the source says.
fn constant(of: &Wide) -> Option<i128> {
    match of {
        Wide::Const(value) => Some(*value),
        Wide::Add(left, right) => constant(left)?.checked_add(constant(right)?),
        Wide::Sub(left, right) => constant(left)?.checked_sub(constant(right)?),
        _ => None,
    }
}
