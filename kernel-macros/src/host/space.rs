//! The loops of a nest: their variables at an iteration, and the rows of a tile.

use super::names::{self, emit};
use super::region::Region;
use crate::analysis::plan::{NestLoop, Wide, WideAdapter};
use proc_macro2::{Literal, TokenStream};

/// The values of the innermost loop's variable at `__t`.
pub fn inner(region: &Region) -> TokenStream {
    let depth = region.plan.nest.len();
    variables(region, depth - 1, depth)
}

/// The values of the other loops' variables at a row.
pub fn outer(region: &Region) -> TokenStream {
    variables(region, 0, region.plan.nest.len() - 1)
}

/// The loop variables' values at an iteration.
fn variables(region: &Region, from: usize, to: usize) -> TokenStream {
    let nest = region.plan.nest.iter().enumerate();
    nest.skip(from)
        .take(to - from)
        .map(|(at, node)| variable(region, at, node))
        .collect()
}

fn variable(region: &Region, at: usize, node: &NestLoop) -> TokenStream {
    let (ty, name) = (region.body.scalar(node.ty), region.body.name(node.var));
    let depth = region.plan.nest.len();
    let place = if at + 1 == depth {
        emit!((__t as #ty))
    } else {
        let position = names::index(at + 3 - depth);
        emit!((__outer[#position] as #ty))
    };
    let grown = match constant_step(node) {
        Some(1 | -1) => place,
        Some(step) => {
            let (i128, step) = (region.rt(), integer(step));
            emit!(#ty::wrapping_mul(#place, (#step as #i128::prim::i128 as #ty)))
        }
        None => {
            let step = names::local(&format!("__step{at}"));
            emit!(#ty::wrapping_mul(#place, #step))
        }
    };
    let first = names::local(&format!("__first{at}"));
    let value = match constant_step(node) {
        _ if from_zero(node) => grown,
        Some(-1) => emit!(#ty::wrapping_sub(#first, #grown)),
        _ => emit!(#ty::wrapping_add(#first, #grown)),
    };
    emit!(let #name: #ty = #value;)
}

pub fn from_zero(node: &NestLoop) -> bool {
    let forward = node
        .adapters
        .iter()
        .all(|adapter| matches!(adapter, WideAdapter::StepBy(_)));
    forward && matches!(node.start, Wide::Const(0))
}

/// What the variable grows by, where the source says so.
pub fn constant_step(node: &NestLoop) -> Option<i128> {
    node.adapters
        .iter()
        .try_fold(1i128, |step, adapter| match adapter {
            WideAdapter::Rev => Some(-step),
            WideAdapter::StepBy(Wide::Const(by)) => step.checked_mul(*by),
            WideAdapter::StepBy(_) => None,
        })
}

/// An `i128`.
fn integer(value: i128) -> TokenStream {
    let magnitude = Literal::u128_unsuffixed(value.unsigned_abs());
    if value < 0 {
        emit!((-#magnitude))
    } else {
        emit!(#magnitude)
    }
}

/// The rows of a tile, `row` standing for one, and `before` for what it begins with.
pub fn tile(region: &Region, before: &TokenStream, row: &TokenStream) -> TokenStream {
    if region.plan.nest.len() == 1 {
        return emit! {
            let __outer = [0; 2];
            #before
            #row
        };
    }
    emit! {
        for __row in __tile.rows() {
            let __outer = [__tile.outer, __row];
            #before
            #row
        }
    }
}

/// A row of a tile; `piece` prints the iterations `__from..__end` of it. In the fast form those of
/// the interior are a piece of their own, between two others.
pub fn pieces(region: &Region, piece: impl Fn() -> TokenStream) -> TokenStream {
    let plain = piece();
    if region.plan.interior.is_none() {
        return emit! {
            let (__from, __end) = __tile.columns;
            #plain
        };
    }
    let (inside, order) = (region.body.inside(&piece), order(region));
    emit! {
        let [__low, __high, __last] = if FAST {
            __tile.pieces(__interior)
        } else {
            [__tile.columns.1; 3]
        };
        let __before = (__tile.columns.0, __low, false);
        let (__inside, __behind) = ((__low, __high, true), (__high, __last, false));
        for (__from, __end, __is_inside) in #order {
            if FAST && __is_inside { #inside } else { #plain }
        }
    }
}

/// The order of a row's pieces. The interior is first where nobody can tell: what lies at the other
/// end, as on a torus, has come into the cache by then.
fn order(region: &Region) -> TokenStream {
    let plan = region.plan;
    let told = !plan.accumulators.is_empty() || !plan.shared.is_empty() || plan.in_order.is_some();
    let along = emit!([__before, __inside, __behind]);
    let interior = emit!([__inside, __before, __behind]);
    if told || plan.fast_can_fail() {
        return along;
    }
    if !region.uses_debug() {
        return interior;
    }
    let debug = region.body.debug();
    emit!(if #debug { #along } else { #interior })
}
