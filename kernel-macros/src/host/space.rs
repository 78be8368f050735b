//! A region's iteration space: its loops as progressions.

use super::names::emit;
use super::region::Region;
use super::wide;
use crate::analysis::plan::{NestLoop, WideAdapter};
use proc_macro2::TokenStream;

/// The outermost loop: its range is evaluated once, by the user's own expression.
pub fn outermost(region: &Region) -> TokenStream {
    if region.is_iteration() {
        return TokenStream::new();
    }
    let rt = region.rt();
    let ty = region.body.scalar(region.plan.nest[0].ty);
    let progression = emit!(#rt::progression::<#ty, _>(&__range));
    bind(region, &wide::loop_name(0), &progression)
}

/// The other loops, and one over an iterator wherever it stands: their ranges are computed from captured values.
pub fn inner(region: &Region) -> TokenStream {
    let conditions = wide::all(&region.body, &region.plan.space);
    let declined = region.leave("Declined");
    let evaluated = usize::from(!region.is_iteration());
    let nest = region.plan.nest.iter().enumerate().skip(evaluated);
    let loops = nest.map(|(at, node)| from_bounds(region, at, node));
    emit! {
        if !(#conditions) { #declined; }
        #(#loops)*
    }
}

fn from_bounds(region: &Region, at: usize, node: &NestLoop) -> TokenStream {
    let (rt, ty, name) = (
        region.rt(),
        region.body.scalar(node.ty),
        wide::loop_name(at),
    );
    let start = wide::value(&region.body, &node.start);
    let end = wide::value(&region.body, &node.end);
    let inclusive = node.inclusive;
    let plain = emit!(#rt::Progression::between::<#ty>(#start, #end, #inclusive));
    let adapted = node
        .adapters
        .iter()
        .fold(plain, |inner, adapter| match adapter {
            WideAdapter::Rev => emit!(#inner.map(#rt::Progression::rev)),
            WideAdapter::StepBy(step) => {
                let step = wide::value(&region.body, step);
                emit!(#inner.and_then(|__range| __range.step_by(#step)))
            }
        });
    bind(region, &name, &adapted)
}

/// Names a progression; an uncountable one declines the region, an empty one is all of it.
fn bind(region: &Region, name: &proc_macro2::Ident, progression: &TokenStream) -> TokenStream {
    let rt = region.rt();
    let (declined, done) = (region.leave("Declined"), region.leave("Done"));
    emit! {
        let #rt::Option::Some(#name) = #progression else { #declined };
        if #name.count() == 0 { #done; }
    }
}

/// What the variable grows by, where the source says so.
pub fn constant_step(node: &NestLoop) -> Option<i128> {
    node.adapters
        .iter()
        .try_fold(1i128, |step, adapter| match adapter {
            WideAdapter::Rev => Some(-step),
            WideAdapter::StepBy(wide::Wide::Const(by)) => step.checked_mul(*by),
            WideAdapter::StepBy(_) => None,
        })
}
