//! How much a region has to do, as the driver knows it before it asks the runtime: of few operations, the
//! question would take longer than they do.

use super::names::{self, emit};
use super::region::Region;
use super::space::{constant_step, from_zero};
use crate::analysis::plan::{NestLoop, Wide};
use crate::ir::Scalar;
use proc_macro2::{Ident, Literal, TokenStream};

/// How often the loops of a nest make their trips, outermost first, and the statements that bind it.
pub struct Trips {
    pub names: Vec<Ident>,
    pub bound: TokenStream,
}

impl Trips {
    /// The trips of the innermost loop.
    pub fn innermost(&self) -> &Ident {
        let last = self.names.last();
        last.unwrap_or_else(|| unreachable!("a nest has a loop"))
    }
}

/// The trips of a region's loops; at least as many where arithmetic in their ends would overflow. `None`
/// where the driver does not know.
pub fn trips(region: &Region) -> Option<Trips> {
    if region.plan.in_order.is_some() {
        return None;
    }
    let nest = region.plan.nest.iter().enumerate();
    let counts = nest.map(|(at, node)| match at {
        0 if region.is_driven() => {
            let (rt, outermost) = (region.rt(), region.outermost());
            Some(emit!(#rt::count(&#outermost)))
        }
        _ => count(region, node),
    });
    let counts = counts.collect::<Option<Vec<_>>>()?;
    let names = (0..counts.len()).map(|at| names::local(&format!("__count{at}")));
    let names: Vec<Ident> = names.collect();
    Some(Trips {
        bound: emit!(#(let #names = #counts;)*),
        names,
    })
}

/// Whether the trips of all loops are exactly those, and places are the variables' values.
pub fn counts_from_zero(region: &Region) -> bool {
    let simple = |end: &Wide| {
        matches!(
            end,
            Wide::Const(_) | Wide::Len { .. } | Wide::Var(_) | Wide::Atom(_)
        )
    };
    let by_one = |of: &NestLoop| from_zero(of) && constant_step(of) == Some(1);
    let known = |of: &NestLoop| simple(&of.end) && !of.inclusive;
    let nest = region.plan.nest.iter().enumerate();
    let mut nest = nest.map(|(at, of)| (at == 0 && region.is_driven(), of));
    nest.all(|(driven, of)| by_one(of) && (driven || known(of)))
}

/// The first values of all loops, which go up by one, if the source says them and the trips of all loops that have
/// any are exactly those.
pub fn firsts(region: &Region) -> Option<Vec<usize>> {
    // Where it is below zero, there is no trip.
    let is_exact = |end: &Wide| {
        let plain = |of: &Wide| matches!(of, Wide::Len { .. } | Wide::Var(_) | Wide::Atom(_));
        match end {
            Wide::Add(left, right) => {
                constant(left).is_some() && plain(right) || plain(left) && constant(right).is_some()
            }
            Wide::Sub(of, less) => plain(of) && constant(less).is_some(),
            end => plain(end) || constant(end).is_some(),
        }
    };
    let nest = region.plan.nest.iter().enumerate();
    let firsts = nest.map(|(at, node)| {
        let known = (at == 0 && region.is_driven()) || (is_exact(&node.end) && !node.inclusive);
        let Wide::Const(first) = node.start else {
            return None;
        };
        let first = usize::try_from(u32::try_from(first).ok()?).ok()?;
        (known && constant_step(node) == Some(1)).then_some(first)
    });
    firsts.collect()
}

/// The trips of an inner loop, or of one over an iterator.
fn count(region: &Region, node: &NestLoop) -> Option<TokenStream> {
    let u64 = region.body.scalar(Scalar::U64);
    let end = value(region, &node.end)?;
    let more = node.inclusive.then(|| emit!(.saturating_add(1)));
    let count = match &node.start {
        Wide::Const(0) => emit!(#end #more),
        start => {
            let start = value(region, start)?;
            emit!(#u64::saturating_sub(#end #more, #start))
        }
    };
    match constant_step(node)?.unsigned_abs() {
        1 => Some(count),
        step => {
            let step = Literal::u128_unsuffixed(step);
            Some(emit!(#u64::div_ceil(#count, #step)))
        }
    }
}

/// The operations of so many trips.
pub fn operations(region: &Region, trips: &Trips) -> Option<TokenStream> {
    let u64 = region.body.scalar(Scalar::U64);
    let cost = match &region.plan.cost {
        Wide::Const(cost) => value(region, &Wide::Const((*cost).max(1)))?,
        cost => value(region, cost)?,
    };
    let factors = trips.names.iter();
    Some(factors.fold(
        cost,
        |product, count| emit!(#u64::saturating_mul(#product, #count)),
    ))
}

/// The product of all trips.
pub fn iterations(region: &Region, trips: &Trips) -> TokenStream {
    let u64 = region.body.scalar(Scalar::U64);
    let factors = trips.names.iter().map(|name| emit!(#name));
    let product = factors.reduce(|product, count| emit!(#u64::saturating_mul(#product, #count)));
    product.unwrap_or_else(|| unreachable!("a nest has a loop"))
}

/// A number, of which what is below zero counts as very much, or as nothing in a difference.
fn value(region: &Region, of: &Wide) -> Option<TokenStream> {
    let (rt, u64) = (region.rt(), region.body.scalar(Scalar::U64));
    if let Some(sum) = with_constant(region, of) {
        return sum;
    }
    let pair = |left, right| Some((value(region, left)?, value(region, right)?));
    Some(match of {
        Wide::Const(value) => natural(*value)?,
        Wide::Len { array, dim } => {
            let (name, dim) = (region.body.name(*array), names::index(*dim as usize));
            emit!((#name.len(#dim) as #u64))
        }
        Wide::Var(var) => {
            let name = region.body.name(*var);
            emit!((#name as #u64))
        }
        Wide::Atom(expr) => {
            let value = region.body.invariant(*expr);
            emit!((#value as #u64))
        }
        Wide::Lo(_) | Wide::Hi(_) => return None,
        Wide::Add(left, right) => {
            let (left, right) = pair(left, right)?;
            emit!(#u64::saturating_add(#left, #right))
        }
        Wide::Sub(left, right) => {
            let (left, right) = pair(left, right)?;
            emit!(#u64::saturating_sub(#left, #right))
        }
        Wide::Mul(left, right) => {
            let (left, right) = pair(left, right)?;
            emit!(#u64::saturating_mul(#left, #right))
        }
        Wide::Min(left, right) => {
            let (left, right) = pair(left, right)?;
            emit!(#rt::Ord::min(#left, #right))
        }
        Wide::Max(value, zero) if matches!(**zero, Wide::Const(0)) => self::value(region, value)?,
        Wide::Max(left, right) => {
            let (left, right) = pair(left, right)?;
            emit!(#rt::Ord::max(#left, #right))
        }
    })
}

/// A sum or difference of which one part is a number: exactly, or nothing where it is below zero.
fn with_constant(region: &Region, of: &Wide) -> Option<Option<TokenStream>> {
    let (other, more) = match of {
        Wide::Add(left, right) => match (constant(left), constant(right)) {
            (Some(more), _) => (right, more),
            (_, Some(more)) => (left, more),
            _ => return None,
        },
        Wide::Sub(left, right) => (left, constant(right)?.checked_neg()?),
        _ => return None,
    };
    let u64 = region.body.scalar(Scalar::U64);
    let sum = || {
        let (other, by) = (value(region, other)?, natural(more.checked_abs()?)?);
        Some(match more < 0 {
            true => emit!(#u64::saturating_sub(#other, #by)),
            false => emit!(#u64::saturating_add(#other, #by)),
        })
    };
    Some(sum())
}

fn natural(value: i128) -> Option<TokenStream> {
    let value = Literal::u64_unsuffixed(u64::try_from(value).ok()?);
    Some(emit!(#value))
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
