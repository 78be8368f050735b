//! What a chain of iterators does to each item, written out: a loop with what each stage does in its
//! body.
//!
//! `for first | second in source { if test { let third = value; total += third; } }`: the first
//! stages name the item itself, a pattern for each; behind a `map` its value is bound.

mod best;
mod body;
pub(super) mod patterns;
pub(super) mod place;
mod search;
mod totals;
mod whole;

use super::chain::closure;
use super::swap::name;
pub(super) use best::compared;
use body::Body;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
pub(super) use totals::assigned;

/// What a stage does to an item.
#[derive(Clone, Copy)]
pub(super) enum Stage<'a> {
    /// `.map(|item| value)`
    Map(&'a syn::ExprClosure),
    /// `.filter(|item| test)`
    Filter(&'a syn::ExprClosure),
    /// `.filter_map(|item| option)`
    FilterMap(&'a syn::ExprClosure),
    /// `.take_while(|item| test)`
    TakeWhile(&'a syn::ExprClosure),
    /// `.copied()` or `.cloned()` behind another stage: references to numbers are their values.
    Same,
}

/// What the receiver of a chain's end begins with, and its stages.
pub(super) fn parts(call: &syn::ExprMethodCall) -> (&syn::Expr, Vec<Stage<'_>>) {
    staged(&call.receiver)
}

/// What an iterator begins with, and its stages.
pub(super) fn staged(iterator: &syn::Expr) -> (&syn::Expr, Vec<Stage<'_>>) {
    let mut stages = Vec::new();
    let mut source = iterator;
    while let syn::Expr::MethodCall(inner) = source
        && let Some(stage) = as_stage(inner)
    {
        stages.insert(0, stage);
        source = &*inner.receiver;
    }
    (source, stages)
}

/// What a chain begins with.
pub(super) fn source_mut(call: &mut syn::ExprMethodCall) -> &mut syn::Expr {
    let mut source = &mut *call.receiver;
    while matches!(source, syn::Expr::MethodCall(call) if as_stage(call).is_some()) {
        let syn::Expr::MethodCall(stage) = source else {
            unreachable!("a stage is a call");
        };
        source = &mut stage.receiver;
    }
    source
}

fn as_stage(call: &syn::ExprMethodCall) -> Option<Stage<'_>> {
    if call.turbofish.is_some() {
        return None;
    }
    let args: Vec<&syn::Expr> = call.args.iter().collect();
    match (call.method.to_string().as_str(), &args[..]) {
        ("map", [map]) => closure(map).map(Stage::Map),
        ("filter", [test]) => closure(test).map(Stage::Filter),
        ("filter_map", [map]) => closure(map).map(Stage::FilterMap),
        ("take_while", [test]) => closure(test).map(Stage::TakeWhile),
        ("copied" | "cloned", []) => match &*call.receiver {
            syn::Expr::MethodCall(inner) => as_stage(inner).map(|_| Stage::Same),
            _ => None,
        },
        _ => None,
    }
}

/// The loop, as an expression. `driver` says that rustc reads it too, where a region is to run as written,
/// and that accumulators are a region's: those of integers wrap.
pub(super) fn written_out(
    call: &syn::ExprMethodCall,
    source: &syn::Expr,
    stages: &[Stage],
    driver: bool,
) -> Option<TokenStream> {
    let bound = (driver || is_range(source)) && asks_several(stages, call);
    let end = End {
        call,
        source,
        driver,
    };
    let as_patterns = with_items(end, stages, bound);
    as_patterns.or_else(|| with_items(end, stages, true))
}

/// The same of a chain of the driver's whose end gives an `Option` of an item, or of what items make: `lent`
/// says that items are references.
pub(super) fn optional(
    call: &syn::ExprMethodCall,
    source: &syn::Expr,
    stages: &[Stage],
    lent: bool,
) -> Option<TokenStream> {
    let driver = true;
    let end = End {
        call,
        source,
        driver,
    };
    let read = |bound| {
        let mut body = Body::new(some(driver), bound);
        for stage in stages {
            body.stage(*stage)?;
        }
        whole::optional(body, end, lent)
    };
    read(asks_several(stages, call)).or_else(|| read(true))
}

/// The end of a chain, and what it is at the end of.
#[derive(Clone, Copy)]
struct End<'a> {
    call: &'a syn::ExprMethodCall,
    source: &'a syn::Expr,
    /// Whether rustc reads the loop too.
    driver: bool,
}

impl End<'_> {
    fn is(&self, method: &str) -> bool {
        self.call.method == method
    }
}

/// The same where the item has a name of its own, from which patterns are bound, or else is taken apart in
/// the head of the loop, as slices and their like can only be there.
fn with_items<'a>(end: End<'a>, stages: &[Stage<'a>], bound: bool) -> Option<TokenStream> {
    let mut body = Body::new(some(end.driver), bound);
    for stage in stages {
        body.stage(*stage)?;
    }
    let args: Vec<&syn::Expr> = end.call.args.iter().collect();
    match (end.call.method.to_string().as_str(), &args[..]) {
        ("sum" | "product", []) => totals::added(body, end),
        ("count", []) => totals::counted(body, end),
        ("fold", [init, step]) => totals::folded(body, end, (init, step)),
        ("reduce", [step]) => totals::reduced(body, end, step),
        ("any" | "all", [test]) => search::tested(body, end, closure(test)?),
        ("position", [test]) => search::placed(body, end, closure(test)?),
        ("find", [test]) => search::found(body, end, closure(test)?),
        ("max" | "min", []) => best::of_all(body, end),
        ("max_by" | "min_by", [compare]) => best::by_order(body, end, compare),
        ("max_by_key" | "min_by_key", [key]) => best::by_key(body, end, closure(key)?),
        _ => None,
    }
}

/// `(a..=b)`
pub(super) fn is_closed(source: &syn::Expr) -> bool {
    match source {
        syn::Expr::Paren(of) => is_closed(&of.expr),
        syn::Expr::Range(of) => {
            let ends = of.start.is_some() && of.end.is_some();
            ends && matches!(of.limits, syn::RangeLimits::Closed(_))
        }
        _ => false,
    }
}

fn is_range(source: &syn::Expr) -> bool {
    match source {
        syn::Expr::Paren(of) => is_range(&of.expr),
        syn::Expr::MethodCall(call) => is_range(&call.receiver),
        source => matches!(source, syn::Expr::Range(_)),
    }
}

fn some(driver: bool) -> TokenStream {
    match driver {
        true => quote!(::core::option::Option::Some),
        false => name("some").to_token_stream(),
    }
}

/// Whether more than one pattern is for the item itself, or one for a reference to it: patterns in the
/// head of a loop would not be Rust.
fn asks_several(stages: &[Stage], call: &syn::ExprMethodCall) -> bool {
    let mut asked = 0;
    for stage in stages {
        asked += match stage {
            Stage::Same => 0,
            Stage::Map(_) | Stage::FilterMap(_) => return asked > 0,
            Stage::Filter(test) | Stage::TakeWhile(test) => {
                let by_value = matches!(test.inputs.first(), Some(syn::Pat::Reference(_)));
                if by_value { 1 } else { 2 }
            }
        };
    }
    asked += usize::from(call.method != "count");
    asked > 1
}
