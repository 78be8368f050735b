//! The body of a chain's loop: what the stages do to the item, and how the end asks for it.

use super::Stage;
use super::patterns::{captures, places, referent, untyped};
use crate::parse::chain::closure;
use crate::parse::swap::name;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

/// The body of the loop, from the outside in.
#[derive(Default)]
pub(super) struct Body<'a> {
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
    /// `some` is the variant as this loop's readers know it; `several` says that the item has a name.
    pub(super) fn new(some: TokenStream, several: bool) -> Self {
        Self {
            some,
            several,
            ..Self::default()
        }
    }

    pub(super) fn stage(&mut self, stage: Stage<'a>) -> Option<()> {
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
    pub(super) fn value(&mut self) -> TokenStream {
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
    pub(super) fn bound(&mut self) -> TokenStream {
        if let Value::Of(value) = &self.value {
            let to = self.fresh();
            self.layers
                .push(Layer::Statement(quote!(let #to = #value;)));
            self.value = Value::Bound(to);
        }
        self.value()
    }

    /// A closure's value of the item, or of a reference to it.
    pub(super) fn tested(
        &mut self,
        of: &'a syn::ExprClosure,
        borrows: bool,
    ) -> Option<TokenStream> {
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
    pub(super) fn combined(
        &mut self,
        step: &'a syn::Expr,
        total: &TokenStream,
    ) -> Option<TokenStream> {
        if let syn::Expr::Path(step) = step {
            // A loop in it is no part of what combines.
            let value = self.bound();
            return Some(quote!(#step(#total, #value)));
        }
        let step = closure(step)?;
        let binds = self.bind_item(step)?;
        let (so_far, body) = (untyped(step.inputs.first()?), &step.body);
        Some(quote!({ #binds let #so_far = #total; #body }))
    }

    /// Binds the item, the second of what a step takes.
    pub(super) fn bind_item(&mut self, step: &'a syn::ExprClosure) -> Option<TokenStream> {
        let [so_far, next] = step.inputs.iter().collect::<Vec<_>>()[..] else {
            return None;
        };
        self.consumed((next, false), vec![so_far, next], &step.body)
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

    pub(super) fn over(
        self,
        source: &syn::Expr,
        init: &TokenStream,
        step: &TokenStream,
    ) -> Option<TokenStream> {
        let total = name("total");
        let passes = self.passes(source, step);
        Some(quote!({ let mut #total = #init; #passes #total }))
    }

    /// The loop itself.
    pub(super) fn passes(self, source: &syn::Expr, step: &TokenStream) -> TokenStream {
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
        quote!(for #(#patterns)|* in #source { #body })
    }
}

pub(super) fn item() -> Ident {
    name("item")
}
