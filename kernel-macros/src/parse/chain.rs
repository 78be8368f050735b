//! `row.iter().zip(w).map(|(x, w)| x * w).sum()` in an iteration: the loop that it is.
//!
//! In a chain that begins at a slice behind a shared reference, at a range of places or at a range
//! of numbers, no trait can hide the first method. For the others rustc is asked where the chain
//! stands: what it begins with is confirmed there like a loop's iterator.

use super::Parser;
use super::capture::keeps_copies;
use super::desugar::leaves;
use super::outside::text;
use super::part::Dim;
use super::rows;
use super::template;
use crate::ir::iteration::Adaptor;
use crate::ir::types::ViewKind;
use crate::ir::{ExprId, Scalar};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

impl Parser {
    /// The value of a chain that ends in one of the methods known here.
    pub(super) fn chain(&mut self, call: &syn::ExprMethodCall) -> Option<ExprId> {
        if self.path.is_empty() {
            return self.total(call);
        }
        let (source, maps) = parts(call);
        let plain = self.is_plain_chain(source);
        let mark = template::number(&call.attrs).filter(|_| !plain);
        if !plain && (mark.is_none() || !self.can_be_confirmed(source)) {
            return None;
        }
        let written = written_out(call, source, &maps, false)?;
        let block: syn::Expr = syn::parse2(written).ok()?;
        let first = self.loops.marks.len();
        let value = self.expr(&block);
        if let Some(mark) = mark {
            let id = self.loops.over(&text(source), first)?;
            self.chains.push((mark, id));
        }
        Some(value)
    }

    /// Whether a chain's source has a type that rustc can be asked for.
    fn can_be_confirmed(&mut self, source: &syn::Expr) -> bool {
        let found = self.probe(|parser| parser.source(source));
        found.is_some_and(|of| of.stream.is_known() && !matches!(of.adaptor, Adaptor::Plain))
    }

    /// Whether rustc can find nothing but std's methods in a chain.
    fn is_plain_chain(&self, node: &syn::Expr) -> bool {
        const ADAPTERS: [&str; 13] = [
            "iter",
            "copied",
            "cloned",
            "rev",
            "enumerate",
            "zip",
            "take",
            "skip",
            "step_by",
            "chunks",
            "chunks_exact",
            "windows",
            "into_iter",
        ];
        match node {
            syn::Expr::Paren(paren) => self.is_plain_chain(&paren.expr),
            syn::Expr::Range(_) => true,
            syn::Expr::MethodCall(call) => {
                let known = ADAPTERS.iter().any(|name| call.method == name);
                let zipped =
                    call.method != "zip" || call.args.iter().all(|arg| self.is_plain_chain(arg));
                known && zipped && self.is_plain_chain(&call.receiver)
            }
            _ => self.is_plain(node),
        }
    }

    /// Whether the methods of an array that reads like this are found before those of any trait.
    pub(super) fn is_plain(&self, node: &syn::Expr) -> bool {
        match node {
            syn::Expr::Paren(paren) => self.is_plain(&paren.expr),
            syn::Expr::Reference(node) => node.mutability.is_none() && self.is_plain(&node.expr),
            syn::Expr::Index(index) => matches!(*index.index, syn::Expr::Range(_)),
            syn::Expr::Path(_) => self
                .named(node)
                .is_some_and(|var| self.is_shared_slice(var)),
            _ => false,
        }
    }

    /// Whether a name is a `&[T]` and nothing that merely dereferences to one: a trait of the user's
    /// own could come before the slice's method.
    fn is_shared_slice(&self, var: crate::ir::VarId) -> bool {
        let Some(part) = self.segment(var) else {
            return self.slices.contains(&var);
        };
        let spans = |dim: &usize| matches!(part.dims[*dim], Dim::Span { .. });
        part.kind == ViewKind::Slice && !part.writable && part.free().iter().take(1).all(spans)
    }
}

/// Whether a call can be the end of a chain.
pub(super) fn ends(call: &syn::ExprMethodCall) -> bool {
    const ENDS: [&str; 5] = ["sum", "product", "fold", "any", "all"];
    ENDS.iter().any(|name| call.method == name)
}

/// What a chain begins with, and its maps.
pub(super) fn parts(call: &syn::ExprMethodCall) -> (&syn::Expr, Vec<&syn::ExprClosure>) {
    let mut maps = Vec::new();
    let mut source = &*call.receiver;
    while let syn::Expr::MethodCall(inner) = source
        && let Some(map) = as_map(inner)
    {
        maps.insert(0, map);
        source = &*inner.receiver;
    }
    (source, maps)
}

/// What a chain begins with.
pub(super) fn source_mut(call: &mut syn::ExprMethodCall) -> &mut syn::Expr {
    let mut source = &mut *call.receiver;
    while is_map(source) {
        let syn::Expr::MethodCall(map) = source else {
            unreachable!("a map is a call");
        };
        source = &mut map.receiver;
    }
    source
}

fn is_map(node: &syn::Expr) -> bool {
    matches!(node, syn::Expr::MethodCall(call) if as_map(call).is_some())
}

/// The closure of `.map(|item| value)`.
fn as_map(call: &syn::ExprMethodCall) -> Option<&syn::ExprClosure> {
    (call.method == "map" && call.turbofish.is_none())
        .then(|| call.args.first().and_then(closure))
        .flatten()
}

/// A closure that is no more than its value.
pub(super) fn closure(node: &syn::Expr) -> Option<&syn::ExprClosure> {
    match node {
        syn::Expr::Closure(closure)
            if closure.asyncness.is_none() && !leaves(&closure.body) && !keeps_copies(closure) =>
        {
            Some(closure)
        }
        _ => None,
    }
}

/// The loop, as an expression. Sums in an iteration are of floats only, because an integer's
/// overflow is reported inside of std; accumulators of regions wrap.
pub(super) fn written_out(
    call: &syn::ExprMethodCall,
    source: &syn::Expr,
    maps: &[&syn::ExprClosure],
    integers: bool,
) -> Option<TokenStream> {
    let [total, item] =
        ["__kernel_total", "__kernel_item"].map(|name| Ident::new(name, Span::mixed_site()));
    let (first, binds) = bindings(maps, &item)?;
    let earlier: Vec<&syn::Pat> = maps.iter().flat_map(|map| &map.inputs).collect();
    let value = match maps.last() {
        Some(map) => map.body.to_token_stream(),
        None => item.to_token_stream(),
    };
    let over = |start: TokenStream, step: TokenStream| quote!({ let mut #total = #start; for #first in #source { #binds #step } #total });
    let args: Vec<&syn::Expr> = call.args.iter().collect();
    // A float's sum begins with what leaves every float as it is.
    Some(match (call.method.to_string().as_str(), &args[..]) {
        ("sum", []) => over(
            start(["-0.0", "0"], &call.turbofish, integers)?,
            quote!(#total += #value;),
        ),
        ("product", []) => over(
            start(["1.0", "1"], &call.turbofish, integers)?,
            quote!(#total *= #value;),
        ),
        ("fold", [init, step]) => {
            if !(is_early(init) || rows::is_plain(init) && cannot_fail(source)) {
                return None;
            }
            let init = init.to_token_stream();
            match closure(step) {
                Some(step) => {
                    let [so_far, next] = step.inputs.iter().collect::<Vec<_>>()[..] else {
                        return None;
                    };
                    let body = &step.body;
                    if captures(&earlier, &[so_far, next], body) {
                        return None;
                    }
                    let (first, next) = match maps.is_empty() {
                        true => (next.to_token_stream(), TokenStream::new()),
                        false => (first, quote!(let #next = #value;)),
                    };
                    quote!({ let mut #total = #init; for #first in #source {
                        #binds #next let #so_far = #total; #total = #body;
                    } #total })
                }
                None if matches!(step, syn::Expr::Path(_)) => {
                    over(init, quote!(#total = #step(#total, #value);))
                }
                None => return None,
            }
        }
        ("any" | "all", [test]) => {
            let test = closure(test)?;
            let [next] = test.inputs.iter().collect::<Vec<_>>()[..] else {
                return None;
            };
            if captures(&earlier, &[next], &test.body) {
                return None;
            }
            let (first, next) = match maps.is_empty() {
                true => (next.to_token_stream(), TokenStream::new()),
                false => (first, quote!(let #next = #value;)),
            };
            let (any, body) = (call.method == "any", &test.body);
            let start = !any;
            let found = match any {
                true => quote!(#body),
                false => quote!(!(#body)),
            };
            quote!({ let mut #total = #start; for #first in #source {
                #binds #next if #found { #total = #any; break; }
            } #total })
        }
        _ => return None,
    })
}

/// Where a total begins, as a float or as an integer.
fn start(
    [float, integer]: [&str; 2],
    turbofish: &Option<syn::AngleBracketedGenericArguments>,
    integers: bool,
) -> Option<TokenStream> {
    let named = turbofish
        .as_ref()
        .map(|of| of.args.to_token_stream().to_string());
    let scalar = match &named {
        Some(named) => Some(Scalar::from_name(named)?),
        None => None,
    };
    let text = match scalar {
        Some(scalar) if scalar.is_float() => float,
        None if !integers => float,
        Some(scalar) if integers && scalar.is_int() => integer,
        _ => return None,
    };
    format!("{text}{}", named.unwrap_or_default()).parse().ok()
}

/// The pattern of the loop, and what binds the items of the maps but the last one's value.
fn bindings(maps: &[&syn::ExprClosure], item: &Ident) -> Option<(TokenStream, TokenStream)> {
    let mut patterns = Vec::new();
    for map in maps {
        let [pattern] = map.inputs.iter().collect::<Vec<_>>()[..] else {
            return None;
        };
        patterns.push(pattern);
    }
    for (at, map) in maps.iter().enumerate() {
        if captures(&patterns[..at], &patterns[at..=at], &map.body) {
            return None;
        }
    }
    let first = match patterns.first() {
        Some(pattern) => pattern.to_token_stream(),
        None => item.to_token_stream(),
    };
    let later = patterns.iter().skip(1).zip(maps);
    let binds = later.map(|(pattern, map)| {
        let value = &map.body;
        quote!(let #pattern = #value;)
    });
    Some((first, binds.collect()))
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

/// Whether it is the same before the source of a chain is evaluated and after.
pub(super) fn is_early(init: &syn::Expr) -> bool {
    match init {
        syn::Expr::Lit(_) | syn::Expr::Path(_) => true,
        syn::Expr::Unary(of) => matches!(of.op, syn::UnOp::Neg(_)) && is_early(&of.expr),
        _ => false,
    }
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

/// Whether an expression is a chain from a range, or of what iterates over something: methods of
/// anything else may have the names of an iterator's and take no type.
pub(super) fn begins(node: &syn::Expr) -> bool {
    const MAKERS: [&str; 8] = [
        "iter",
        "iter_mut",
        "into_iter",
        "chunks",
        "chunks_exact",
        "windows",
        "bytes",
        "chars",
    ];
    match node {
        syn::Expr::Paren(of) => matches!(&*of.expr, syn::Expr::Range(_)) || begins(&of.expr),
        syn::Expr::MethodCall(call) => {
            MAKERS.iter().any(|name| call.method == name) || begins(&call.receiver)
        }
        _ => false,
    }
}
