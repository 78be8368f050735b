//! `row.iter().zip(w).map(|(x, w)| x * w).sum()` in an iteration: the loop that it is.
//!
//! Only chains whose first method no trait can hide: those of a slice behind a shared reference, of
//! a range of places, and of a range of numbers. For the others rustc would have to be asked in a
//! place that the expansion does not have.

use super::Parser;
use super::desugar::leaves;
use super::part::Dim;
use crate::ir::ExprId;
use crate::ir::types::ViewKind;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

impl Parser {
    /// The value of a chain that ends in one of the methods known here.
    pub(super) fn chain(&mut self, call: &syn::ExprMethodCall) -> Option<ExprId> {
        if self.path.is_empty() {
            return None;
        }
        let mut maps = Vec::new();
        let mut source = &*call.receiver;
        while let syn::Expr::MethodCall(inner) = source
            && let Some(map) = as_map(inner)
        {
            maps.insert(0, map);
            source = &*inner.receiver;
        }
        if !self.is_plain_chain(source) {
            return None;
        }
        let written = written_out(call, source, &maps)?;
        let block: syn::Expr = syn::parse2(written).ok()?;
        Some(self.expr(&block))
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
            syn::Expr::Reference(node) => {
                node.mutability.is_none() && self.is_plain_chain(&node.expr)
            }
            syn::Expr::Range(_) => true,
            syn::Expr::Index(index) => matches!(*index.index, syn::Expr::Range(_)),
            syn::Expr::Path(_) => self
                .named(node)
                .is_some_and(|var| self.is_shared_slice(var)),
            syn::Expr::MethodCall(call) => {
                let known = ADAPTERS.iter().any(|name| call.method == name);
                let zipped =
                    call.method != "zip" || call.args.iter().all(|arg| self.is_plain_chain(arg));
                known && zipped && self.is_plain_chain(&call.receiver)
            }
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

/// The closure of `.map(|item| value)`.
fn as_map(call: &syn::ExprMethodCall) -> Option<&syn::ExprClosure> {
    (call.method == "map" && call.turbofish.is_none())
        .then(|| call.args.first().and_then(closure))
        .flatten()
}

fn closure(node: &syn::Expr) -> Option<&syn::ExprClosure> {
    match node {
        syn::Expr::Closure(closure) if closure.asyncness.is_none() && !leaves(&closure.body) => {
            Some(closure)
        }
        _ => None,
    }
}

/// The loop, as an expression.
fn written_out(
    call: &syn::ExprMethodCall,
    source: &syn::Expr,
    maps: &[&syn::ExprClosure],
) -> Option<TokenStream> {
    let [total, item] =
        ["__kernel_total", "__kernel_item"].map(|name| Ident::new(name, Span::mixed_site()));
    let (first, binds) = bindings(maps, &item)?;
    let value = match maps.last() {
        Some(map) => map.body.to_token_stream(),
        None => item.to_token_stream(),
    };
    let over = |start: TokenStream, step: TokenStream| quote!({ let mut #total = #start; for #first in #source { #binds #step } #total });
    let args: Vec<&syn::Expr> = call.args.iter().collect();
    // A float's sum begins with what leaves every float as it is.
    Some(match (call.method.to_string().as_str(), &args[..]) {
        ("sum", []) => over(start("-0.0", &call.turbofish)?, quote!(#total += #value;)),
        ("product", []) => over(start("1.0", &call.turbofish)?, quote!(#total *= #value;)),
        ("fold", [init, step]) => {
            let init = init.to_token_stream();
            match closure(step) {
                Some(step) => {
                    let [so_far, next] = step.inputs.iter().collect::<Vec<_>>()[..] else {
                        return None;
                    };
                    let body = &step.body;
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

/// Where a total begins: floats only, because an integer's overflow is reported inside of std.
fn start(
    text: &str,
    turbofish: &Option<syn::AngleBracketedGenericArguments>,
) -> Option<TokenStream> {
    let float = match turbofish {
        None => String::new(),
        Some(named) => match named.args.to_token_stream().to_string().as_str() {
            float @ ("f32" | "f64") => float.to_string(),
            _ => return None,
        },
    };
    let literal: TokenStream = format!("{text}{float}").parse().ok()?;
    Some(literal)
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
