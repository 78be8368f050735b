//! What a chain of iterators does to each item, written out: a loop with what each stage does in its
//! body.
//!
//! `for first | second in source { if test { let third = value; total += third; } }`: the first
//! stages name the item itself, a pattern for each; behind a `map` its value is bound.

use super::chain::{closure, is_early};
use super::rows;
use super::swap::name;
use crate::ir::Scalar;
use crate::ir::names::plain;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

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

/// What a chain begins with, and its stages.
pub(super) fn parts(call: &syn::ExprMethodCall) -> (&syn::Expr, Vec<Stage<'_>>) {
    let mut stages = Vec::new();
    let mut source = &*call.receiver;
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
    let as_patterns = with_items(call, source, stages, (driver, bound));
    as_patterns.or_else(|| with_items(call, source, stages, (driver, true)))
}

/// The same where the item has a name of its own, from which patterns are bound, or else is taken apart in
/// the head of the loop, as slices and their like can only be there.
fn with_items(
    call: &syn::ExprMethodCall,
    source: &syn::Expr,
    stages: &[Stage],
    (driver, bound): (bool, bool),
) -> Option<TokenStream> {
    let mut body = Body {
        several: bound,
        some: some(driver),
        ..Body::default()
    };
    for stage in stages {
        body.stage(*stage)?;
    }
    let args: Vec<&syn::Expr> = call.args.iter().collect();
    let [some, none, total] = ["some", "none", "total"].map(name);
    let nothing = quote!(#none);
    let turbofish = &call.turbofish;
    match (call.method.to_string().as_str(), &args[..]) {
        ("sum" | "product", []) => {
            let adds = call.method == "sum";
            let Start { init, checked } = start(adds, turbofish, driver)?;
            let value = body.value();
            let op = if adds { quote!(+=) } else { quote!(*=) };
            let step = match checked {
                true => {
                    let step = Ident::new(step(adds), call.method.span());
                    quote!(#total = #total.#step(#value);)
                }
                false => quote!(#total #op #value;),
            };
            body.over(source, &init, &step)
        }
        ("count", []) => body.over(source, &quote!(0usize), &quote!(#total += 1;)),
        ("fold", [init, step]) => {
            if !(is_early(init) || rows::is_plain(init) && cannot_fail(source)) {
                return None;
            }
            let init = init.to_token_stream();
            let next = body.combined(step, &quote!(#total))?;
            body.over(source, &init, &quote!(#total = #next;))
        }
        ("reduce", [step]) => {
            let value = body.bound();
            let so_far = name("so_far");
            let next = body.combined(step, &quote!(#so_far))?;
            let step = quote!(#total = match #total {
                #some(#so_far) => #some(#next),
                #none => #some(#value),
            };);
            body.over(source, &nothing, &step)
        }
        ("any" | "all", [test]) => {
            let any = call.method == "any";
            let test = body.tested(closure(test)?, false)?;
            if driver {
                // Where a region has no early end, an item behind it is not asked about.
                let (start, op) = if any {
                    (quote!(false), quote!(||))
                } else {
                    (quote!(true), quote!(&&))
                };
                return body.over(source, &start, &quote!(#total = #total #op (#test);));
            }
            let (start, found) = match any {
                true => (quote!(false), test),
                false => (quote!(true), quote!(!(#test))),
            };
            body.over(source, &start, &quote!(if #found { #total = #any; break; }))
        }
        ("position", [test]) => {
            let at = name("position");
            let test = body.tested(closure(test)?, false)?;
            let step = quote!(if #test { #total = #some(#at); break; } #at += 1;);
            let found = body.over(source, &nothing, &step)?;
            Some(quote!({ let mut #at = 0usize; #found }))
        }
        ("find", [test]) => {
            let value = body.bound();
            let test = body.tested(closure(test)?, true)?;
            let step = quote!(if #test { #total = #some(#value); break; });
            body.over(source, &nothing, &step)
        }
        ("max" | "min", []) => {
            let (value, so_far) = (body.value(), name("so_far"));
            let next = name("next");
            // Of equal ones `max` gives the last and `min` the first.
            let keep = match call.method == "max" {
                true => quote!(#so_far > #next),
                false => quote!(#so_far <= #next),
            };
            body.over(source, &nothing, &best(&value, &keep))
        }
        ("max_by" | "min_by", [compare]) => {
            let (value, so_far, next) = (body.value(), name("so_far"), name("next"));
            let order = compared(compare, &so_far, &next)?;
            let keep = match call.method == "max_by" {
                true => quote!((#order).is_gt()),
                false => quote!((#order).is_le()),
            };
            body.over(source, &nothing, &best(&value, &keep))
        }
        ("max_by_key" | "min_by_key", [key]) => {
            let (value, so_far, next) = (body.value(), name("so_far"), name("next"));
            let key = closure(key)?;
            let [left, right] = [&so_far, &next].map(|of| applied(key, of));
            let keep = match call.method == "max_by_key" {
                true => quote!((#left) > (#right)),
                false => quote!((#left) <= (#right)),
            };
            body.over(source, &nothing, &best(&value, &keep))
        }
        _ => None,
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

/// The names under which integers are added and multiplied as std does it in a chain.
pub(super) fn step(adds: bool) -> &'static str {
    if adds {
        "__kernel_sum"
    } else {
        "__kernel_product"
    }
}

/// Keeps the item so far if the test holds, or else the next one.
fn best(value: &TokenStream, keep: &TokenStream) -> TokenStream {
    let [some, none, total, so_far, next] = ["some", "none", "total", "so_far", "next"].map(name);
    quote! {
        let #next = #value;
        #total = match #total {
            #some(#so_far) => if #keep { #some(#so_far) } else { #some(#next) },
            #none => #some(#next),
        };
    }
}

/// What a comparison, a closure or a function, says of two items.
fn compared(compare: &syn::Expr, left: &Ident, right: &Ident) -> Option<TokenStream> {
    if let syn::Expr::Path(path) = compare {
        return Some(quote!(#path(#left, #right)));
    }
    let compare = closure(compare)?;
    let [first, second] = compare.inputs.iter().collect::<Vec<_>>()[..] else {
        return None;
    };
    let [first, second] = [first, second].map(|of| referent(untyped(of)));
    let body = &compare.body;
    Some(quote!({ let #first = &#left; let #second = &#right; #body }))
}

/// A closure's value of a reference to that item.
fn applied(of: &syn::ExprClosure, item: &Ident) -> TokenStream {
    let pattern = of.inputs.first().map(|of| referent(untyped(of)));
    let body = &of.body;
    quote!({ let #pattern = &#item; #body })
}

/// The body of the loop, from the outside in.
#[derive(Default)]
struct Body<'a> {
    /// Patterns of the item that the loop is over, which all of the body sees, each with the closure's
    /// body that it belongs to.
    heads: Vec<Head<'a>>,
    /// Whether the item itself is asked for by a name.
    named: bool,
    /// Whether it always is.
    several: bool,
    /// The variant `Some`, as this loop's readers know it.
    some: TokenStream,
    layers: Vec<Layer>,
    /// What the last `map` has made of the item.
    value: Value,
}

struct Head<'a> {
    pattern: &'a syn::Pat,
    own: Vec<&'a syn::Pat>,
    body: &'a syn::Expr,
}

#[derive(Default)]
enum Value {
    #[default]
    Item,
    /// Not evaluated yet.
    Of(TokenStream),
    Bound(Ident),
}

enum Layer {
    Statement(TokenStream),
    If(TokenStream),
}

impl<'a> Body<'a> {
    fn stage(&mut self, stage: Stage<'a>) -> Option<()> {
        match stage {
            Stage::Same => {}
            Stage::Filter(test) => {
                let test = self.tested(test, true)?;
                self.layers.push(Layer::If(quote!((#test))));
            }
            Stage::TakeWhile(test) => {
                let test = self.tested(test, true)?;
                let stop = quote!(if !(#test) { break; });
                self.layers.push(Layer::Statement(stop));
            }
            Stage::Map(map) => self.value = Value::Of(self.tested(map, false)?),
            Stage::FilterMap(map) => {
                let option = self.tested(map, false)?;
                let (some, value) = (&self.some, self.fresh());
                let test = quote!(let #some(#value) = (#option));
                self.layers.push(Layer::If(test));
                self.value = Value::Bound(value);
            }
        }
        Some(())
    }

    fn fresh(&self) -> Ident {
        name(&format!("value{}", self.layers.len()))
    }

    /// The item, to be evaluated once.
    fn value(&mut self) -> TokenStream {
        match &self.value {
            Value::Item => {
                self.named = true;
                item().to_token_stream()
            }
            Value::Of(value) => value.clone(),
            Value::Bound(name) => name.to_token_stream(),
        }
    }

    /// The item by a name.
    fn bound(&mut self) -> TokenStream {
        if let Value::Of(value) = &self.value {
            let to = self.fresh();
            self.layers
                .push(Layer::Statement(quote!(let #to = #value;)));
            self.value = Value::Bound(to);
        }
        self.value()
    }

    /// A closure's value of the item, or of a reference to it.
    fn tested(&mut self, of: &'a syn::ExprClosure, borrows: bool) -> Option<TokenStream> {
        let [pattern] = of.inputs.iter().collect::<Vec<_>>()[..] else {
            return None;
        };
        let body = &*of.body;
        let binds = self.consumed((pattern, borrows), vec![pattern], body)?;
        Some(match binds.is_empty() {
            true => body.to_token_stream(),
            false => quote!({ #binds #body }),
        })
    }

    /// What a step makes of the total so far and the item.
    fn combined(&mut self, step: &'a syn::Expr, total: &TokenStream) -> Option<TokenStream> {
        if let syn::Expr::Path(step) = step {
            let value = self.value();
            return Some(quote!(#step(#total, #value)));
        }
        let step = closure(step)?;
        let [so_far, next] = step.inputs.iter().collect::<Vec<_>>()[..] else {
            return None;
        };
        let body = &*step.body;
        let binds = self.consumed((next, false), vec![so_far, next], body)?;
        let so_far = untyped(so_far);
        Some(quote!({ #binds let #so_far = #total; #body }))
    }

    /// Binds a closure's pattern to the item, or a reference to it: in the head of the loop, or in
    /// front of the closure's body.
    fn consumed(
        &mut self,
        (pattern, borrows): (&'a syn::Pat, bool),
        own: Vec<&'a syn::Pat>,
        body: &'a syn::Expr,
    ) -> Option<TokenStream> {
        if self.several && matches!(self.value, Value::Item) {
            self.named = true;
            self.value = Value::Bound(item());
        }
        let heads: Vec<&syn::Pat> = self.heads.iter().map(|head| head.pattern).collect();
        if captures(&heads, &own, body) {
            return None;
        }
        let bare = match borrows {
            true => referent(untyped(pattern)),
            false => untyped(pattern),
        };
        if let Value::Item = self.value {
            let hides = |head: &Head| captures(&[pattern], &head.own, head.body);
            if self.heads.iter().any(hides) || self.clashes(pattern) {
                return None;
            }
            self.heads.push(Head {
                pattern: bare,
                own,
                body,
            });
            return Some(TokenStream::new());
        }
        let value = self.bound();
        let whole = !std::ptr::eq(bare, untyped(pattern));
        let value = if borrows && !whole {
            quote!(&#value)
        } else {
            value
        };
        Some(quote!(let #bare = #value;))
    }

    /// Whether a name of the item's is a name for another part of it in an earlier pattern.
    fn clashes(&self, pattern: &syn::Pat) -> bool {
        let own = places(pattern);
        let others = self.heads.iter().flat_map(|head| places(head.pattern));
        others.into_iter().any(|(name, place)| {
            let mut same = own.iter().filter(|(other, _)| *other == name);
            same.any(|(_, other)| *other != place)
        })
    }

    fn over(
        self,
        source: &syn::Expr,
        init: &TokenStream,
        step: &TokenStream,
    ) -> Option<TokenStream> {
        let total = name("total");
        let patterns = self.heads.iter().map(|head| head.pattern.to_token_stream());
        let mut patterns: Vec<TokenStream> = patterns.collect();
        if self.named {
            patterns.push(item().to_token_stream());
        }
        // Several patterns of one item, as the reader knows them.
        if patterns.len() != 1 {
            patterns.insert(0, quote!(_));
        }
        let layers = self.layers.iter().rev();
        let body = layers.fold(step.clone(), |inner, layer| match layer {
            Layer::Statement(stmt) => quote!(#stmt #inner),
            Layer::If(test) => quote!(if #test { #inner }),
        });
        Some(quote!({ let mut #total = #init; for #(#patterns)|* in #source { #body } #total }))
    }
}

fn item() -> Ident {
    name("item")
}

/// Inference finds the type, and rustc compares.
fn untyped(pattern: &syn::Pat) -> &syn::Pat {
    match pattern {
        syn::Pat::Type(of) => &of.pat,
        pattern => pattern,
    }
}

/// The pattern of what is behind the reference that a closure takes.
fn referent(pattern: &syn::Pat) -> &syn::Pat {
    match pattern {
        syn::Pat::Reference(of) => &of.pat,
        syn::Pat::Paren(of) => referent(&of.pat),
        pattern => pattern,
    }
}

/// The names in a pattern, and where in the item they stand.
fn places(pattern: &syn::Pat) -> Vec<(String, Vec<usize>)> {
    let within = |parts: &syn::punctuated::Punctuated<syn::Pat, syn::Token![,]>| {
        let parts = parts.iter().enumerate();
        let parts = parts.flat_map(|(at, part)| {
            let names = places(part).into_iter();
            names.map(move |(name, place)| (name, [vec![at], place].concat()))
        });
        parts.collect()
    };
    match pattern {
        syn::Pat::Ident(of) => vec![(plain(&of.ident), Vec::new())],
        syn::Pat::Reference(of) => places(&of.pat),
        syn::Pat::Paren(of) => places(&of.pat),
        syn::Pat::Type(of) => places(&of.pat),
        syn::Pat::Tuple(of) => within(&of.elems),
        syn::Pat::Slice(of) => within(&of.elems),
        _ => Vec::new(),
    }
}

/// Where a total begins, and whether its steps may be those of integers that std checks.
struct Start {
    init: TokenStream,
    checked: bool,
}

fn start(
    adds: bool,
    turbofish: &Option<syn::AngleBracketedGenericArguments>,
    driver: bool,
) -> Option<Start> {
    let named = turbofish.as_ref();
    let named = named.map(|of| of.args.to_token_stream().to_string());
    let scalar = match &named {
        Some(named) => Some(Scalar::from_name(named)?),
        None => None,
    };
    // A float's sum begins with what leaves every float as it is.
    let text = match (scalar, adds) {
        (Some(scalar), true) if scalar.is_float() => "-0.0",
        (Some(scalar), false) if scalar.is_float() => "1.0",
        (Some(scalar), adds) if scalar.is_int() => ["1", "0"][usize::from(adds)],
        (Some(_), _) => return None,
        // Before its first item, a total has the default of its type.
        (None, _) if !driver => {
            let (none, start) = (
                name("none"),
                if adds {
                    "__kernel_zero"
                } else {
                    "__kernel_one"
                },
            );
            let start = Ident::new(start, Span::mixed_site());
            let init = quote!(#none.0.#start());
            return Some(Start {
                init,
                checked: true,
            });
        }
        (None, _) => return None,
    };
    Some(Start {
        init: format!("{text}{}", named.unwrap_or_default())
            .parse()
            .ok()?,
        checked: !driver && scalar.is_some_and(Scalar::is_int),
    })
}

/// Whether a closure's body, written behind what binds earlier closures' patterns, could mean their
/// names where it means others: it mentions one, also in a text, that its own patterns do not bind.
fn captures(earlier: &[&syn::Pat], own: &[&syn::Pat], body: &syn::Expr) -> bool {
    let names = |of: &[&syn::Pat]| -> Vec<String> {
        let words = of.iter().flat_map(|pat| words(pat.to_token_stream()));
        words.collect()
    };
    let (earlier, own, body) = (names(earlier), names(own), words(body.to_token_stream()));
    let mut hidden = earlier.iter().filter(|name| !own.contains(name));
    hidden.any(|name| body.contains(name))
}

/// All words in the tokens, those of literals included.
fn words(tokens: TokenStream) -> Vec<String> {
    let words = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Group(group) => words(group.stream()),
        TokenTree::Punct(_) => Vec::new(),
        token => {
            let text = token.to_string();
            let words = text.split(|of: char| !of.is_alphanumeric() && of != '_');
            words.map(str::to_owned).collect()
        }
    });
    words.filter(|word| !word.is_empty()).collect()
}

/// Whether evaluating the source of a chain changes nothing and cannot panic: then what can may come
/// before it.
fn cannot_fail(source: &syn::Expr) -> bool {
    const METHODS: [&str; 9] = [
        "iter",
        "into_iter",
        "copied",
        "cloned",
        "zip",
        "rev",
        "enumerate",
        "skip",
        "take",
    ];
    match source {
        syn::Expr::Path(_) | syn::Expr::Lit(_) => true,
        syn::Expr::Reference(of) => cannot_fail(&of.expr),
        syn::Expr::Paren(of) => cannot_fail(&of.expr),
        syn::Expr::MethodCall(call) => {
            let known = METHODS.iter().any(|name| call.method == name);
            known && cannot_fail(&call.receiver) && call.args.iter().all(cannot_fail)
        }
        _ => false,
    }
}
