//! Conditions of a guard where there are few iterations, as Rust that the driver evaluates where the region
//! stands: to ask the runtime takes longer than such a run.
//!
//! The loops go up from a number by one and are not empty, and their trips were compared with a small number before.
//! Variables are of types without a sign. So all that a comparison adds up, on the side where it is added, is at least
//! zero; it saturates, and a comparison with what saturated on the left does not hold, as is right if the exact value
//! does not fit into 64 bits (rule R1), or on the right holds only for what is less than all that it may be.

use super::names::{self, emit};
use super::region::Region;
use super::work::{Trips, firsts};
use crate::analysis::plan::{Test, Wide};
use crate::ir::{Scalar, Ty, VarId};
use proc_macro2::TokenStream;

/// The guard, as conditions that follow others; `None` if it has no such form.
pub fn guard(region: &Region, trips: &Trips) -> Option<TokenStream> {
    let printer = Printer {
        region,
        trips,
        firsts: firsts(region)?,
    };
    let conditions = region.plan.space.iter().chain(&region.plan.guard);
    let tests = conditions.map(|of| printer.test(&of.test));
    let tests = tests.collect::<Option<Vec<_>>>()?;
    Some(emit!(#(&& #tests)*))
}

/// Terms of a factor, at most.
const TERMS: usize = 4;

struct Printer<'a> {
    region: &'a Region<'a>,
    trips: &'a Trips,
    /// The first values of the loops' variables.
    firsts: Vec<usize>,
}

/// Terms of at least zero that are added, such that are taken away, and a number.
#[derive(Default)]
struct Sum {
    plus: Vec<TokenStream>,
    minus: Vec<TokenStream>,
    more: i128,
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
            Test::Le(left, right) => self.less(self.sum(left)?, self.sum(right)?, -1)?,
            Test::Lt(left, right) => self.less(self.sum(left)?, self.sum(right)?, 0)?,
            Test::Fits(value, ty @ (Scalar::U64 | Scalar::Usize)) => {
                let (u64, ty) = (self.u64(), self.region.body.scalar(*ty));
                let most = Sum {
                    plus: vec![emit!((#ty::MAX as #u64))],
                    ..Sum::default()
                };
                let natural = self.less(Sum::default(), self.sum(value)?, -1)?;
                let below = self.less(self.sum(value)?, most, 0)?;
                emit!((#natural && #below))
            }
            Test::Fits(..) => return None,
            Test::Debug(_) => {
                let rt = self.region.rt();
                emit!(!#rt::cfg!(debug_assertions))
            }
        })
    }

    /// `left + more < right`.
    fn less(&self, mut left: Sum, mut right: Sum, more: i128) -> Option<TokenStream> {
        left.plus.append(&mut right.minus);
        right.plus.append(&mut left.minus);
        let more = left.more.checked_add(more)?.checked_sub(right.more)?;
        if left.plus.is_empty() && more < 0 {
            return Some(emit!(true));
        }
        let by = usize::try_from(u32::try_from(more.unsigned_abs()).ok()?).ok()?;
        let (before, after) = if more < 0 { (0, by) } else { (by, 0) };
        let (left, right) = (self.total(left.plus, before), self.total(right.plus, after));
        Some(emit!((#left < #right)))
    }

    /// What terms and a number come to, if 64 bits hold it, else as much as these do.
    fn total(&self, mut terms: Vec<TokenStream>, more: usize) -> TokenStream {
        let u64 = self.u64();
        if more > 0 || terms.is_empty() {
            let more = names::index(more);
            terms.push(emit!((#more as #u64)));
        }
        let total = terms
            .into_iter()
            .reduce(|left, right| emit!(#u64::saturating_add(#left, #right)));
        total.unwrap_or_else(|| unreachable!("there is a term"))
    }

    fn sum(&self, of: &Wide) -> Option<Sum> {
        let u64 = self.u64();
        let term = |term| Sum {
            plus: vec![term],
            ..Sum::default()
        };
        Some(match of {
            Wide::Const(value) => Sum {
                more: *value,
                ..Sum::default()
            },
            Wide::Lo(at) => Sum {
                more: self.firsts[*at] as i128,
                ..Sum::default()
            },
            Wide::Hi(at) => {
                let count = &self.trips.names[*at];
                Sum {
                    more: self.firsts[*at] as i128,
                    ..term(emit!((#count - 1)))
                }
            }
            Wide::Len { array, dim } => {
                let (name, dim) = (self.region.body.name(*array), names::index(*dim as usize));
                term(emit!((#name.len(#dim) as #u64)))
            }
            Wide::Var(var) if self.is_unsigned(*var) => {
                let name = self.region.body.name(*var);
                term(emit!((#name as #u64)))
            }
            Wide::Add(left, right) => self.sum(left)?.plus(self.sum(right)?)?,
            Wide::Sub(left, right) => self.sum(left)?.plus(self.sum(right)?.negative()?)?,
            Wide::Mul(left, right) => self.product(self.sum(left)?, self.sum(right)?)?,
            _ => return None,
        })
    }

    /// The products of all terms.
    fn product(&self, left: Sum, right: Sum) -> Option<Sum> {
        let (left, right) = (self.signed(left)?, self.signed(right)?);
        let u64 = self.u64();
        let mut product = Sum::default();
        for (left, is_added) in &left {
            for (right, also) in &right {
                let terms = match is_added == also {
                    true => &mut product.plus,
                    false => &mut product.minus,
                };
                terms.push(emit!(#u64::saturating_mul(#left, #right)));
            }
        }
        Some(product)
    }

    /// Its terms, and whether they are added.
    fn signed(&self, of: Sum) -> Option<Vec<(TokenStream, bool)>> {
        let added = of.plus.into_iter().map(|term| (term, true));
        let taken = of.minus.into_iter().map(|term| (term, false));
        let number = usize::try_from(u32::try_from(of.more.unsigned_abs()).ok()?).ok()?;
        let number = (number > 0).then(|| (self.total(Vec::new(), number), of.more > 0));
        let terms: Vec<_> = added.chain(taken).chain(number).collect();
        (terms.len() <= TERMS).then_some(terms)
    }

    fn is_unsigned(&self, var: VarId) -> bool {
        let var = &self.region.body.function().vars[var];
        matches!(var.ty, Ty::Scalar(ty) if ty.is_int() && !ty.is_signed())
    }

    fn u64(&self) -> TokenStream {
        self.region.body.scalar(Scalar::U64)
    }
}

impl Sum {
    fn plus(mut self, mut other: Sum) -> Option<Sum> {
        self.plus.append(&mut other.plus);
        self.minus.append(&mut other.minus);
        self.more = self.more.checked_add(other.more)?;
        Some(self)
    }

    fn negative(self) -> Option<Sum> {
        Some(Sum {
            plus: self.minus,
            minus: self.plus,
            more: self.more.checked_neg()?,
        })
    }
}
