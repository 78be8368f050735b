//! `u8::try_from(x)` and `x.try_into()`: a number, and whether there is none. A kernel has no `Result`, so what is
//! made of one is read where it is made, as if it were an `Option`.

use super::Parser;
use super::chain::closure;
use super::part::called;
use super::span;
use super::swap::name;
use crate::ir::{ExprId, ExprKind, Proof, Receiver, Scalar, Typed, UnaryOp};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::visit_mut::{self, VisitMut};

impl Parser {
    /// A method of a conversion's result.
    pub(super) fn conversion_method(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
    ) -> Option<ExprId> {
        let option = conversion(&call.receiver).filter(|_| self.takes(call))?;
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        match (call.method.to_string().as_str(), &args[..]) {
            ("ok", []) => Some(self.expr(&option)),
            ("is_ok" | "is_err", []) => Some(self.converts(node, call, &option)),
            ("unwrap", []) | ("expect", [syn::Expr::Lit(_)]) => {
                Some(self.converted(node, call, &option))
            }
            ("unwrap_or_else", [other]) => {
                let other = closure(other).filter(|of| of.inputs.len() == 1)?;
                let unnamed = matches!(other.inputs.first(), Some(syn::Pat::Wild(_)));
                let mut without = other.clone();
                without.inputs.clear();
                let without = syn::Expr::Closure(without);
                let written = unnamed
                    .then(|| super::option::written_out("unwrap_or_else", &option, &[&without]))?;
                Some(self.expr(&written?))
            }
            (method @ ("unwrap_or" | "unwrap_or_default" | "map_or"), args) => {
                let written = super::option::written_out(method, &option, args)?;
                Some(self.expr(&written))
            }
            _ => None,
        }
    }

    fn takes(&self, call: &syn::ExprMethodCall) -> bool {
        !self.path.is_empty() && call.turbofish.is_none()
    }

    /// Whether there is a number: the methods take the result by reference, and no trait may have them by value.
    fn converts(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
        option: &syn::Expr,
    ) -> ExprId {
        let value = self.expr(option);
        self.expect_option(value);
        self.prove_method(Typed::Expr(value), Receiver::Outcome, call);
        let span = span::of(node);
        let missing = self.push(ExprKind::Field(value, 1), span);
        match call.method == "is_err" {
            true => missing,
            false => self.push(ExprKind::Unary(UnaryOp::Not, missing), span),
        }
    }

    /// The number, behind an assertion that there is one. All errors are alike.
    fn converted(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
        option: &syn::Expr,
    ) -> ExprId {
        let span = span::of(node);
        let init = self.expr(option);
        self.expect_option(init);
        let again = called(&call.method, &call.args.to_token_stream());
        let fails = quote_spanned! {span.start=>
            let _ = <::core::primitive::u8 as ::core::convert::TryFrom<::core::primitive::u16>>
                ::try_from(256).#again;
        };
        self.present(init, fails, span)
    }

    /// A branch whose conditions match such results, with options in their place.
    pub(super) fn if_converted(&mut self, node: &syn::ExprIf) -> Option<syn::ExprIf> {
        if self.path.is_empty() {
            return None;
        }
        let mut cond = (*node.cond).clone();
        let mut matched = Matched::default();
        matched.visit_expr_mut(&mut cond);
        let named = matched.named()?;
        named.into_iter().for_each(|proof| self.prove(proof));
        let mut node = node.clone();
        *node.cond = cond;
        Some(node)
    }

    /// The same of a `match`.
    pub(super) fn match_converted(&mut self, node: &syn::ExprMatch) -> Option<syn::ExprMatch> {
        let option = conversion(&node.expr).filter(|_| !self.path.is_empty())?;
        let mut node = node.clone();
        *node.expr = option;
        let mut matched = Matched::default();
        node.arms
            .iter_mut()
            .for_each(|arm| matched.pattern(&mut arm.pat));
        let named = matched.named()?;
        named.into_iter().for_each(|proof| self.prove(proof));
        Some(node)
    }

    /// The same of a `let .. else`.
    pub(super) fn let_converted(&mut self, local: &syn::Local) -> Option<syn::Local> {
        let init = local.init.as_ref()?;
        let option = conversion(&init.expr).filter(|_| !self.path.is_empty())?;
        let mut local = local.clone();
        *local.init.as_mut()?.expr = option;
        let mut matched = Matched::default();
        matched.pattern(&mut local.pat);
        let named = matched.named()?;
        named.into_iter().for_each(|proof| self.prove(proof));
        Some(local)
    }
}

/// The conversion with an `Option` as its value: of what begins with a number of the type that is wanted.
fn conversion(node: &syn::Expr) -> Option<syn::Expr> {
    let converted = Ident::new("__kernel_converted", proc_macro2::Span::mixed_site());
    let (wanted, value) = match node {
        syn::Expr::Paren(of) => return conversion(&of.expr),
        syn::Expr::Call(call) => {
            let syn::Expr::Path(path) = &*call.func else {
                return None;
            };
            let [owner, function] = [0, 1].map(|position| path.path.segments.get(position));
            let (owner, function) = (&owner?.ident, &function?.ident);
            let number = Scalar::from_name(&owner.to_string()).is_some_and(Scalar::is_int);
            let plain =
                path.path.segments.len() == 2 && path.qself.is_none() && call.args.len() == 1;
            (number && plain && function == "try_from")
                .then(|| (quote!((0 as #owner)), &call.args[0]))?
        }
        syn::Expr::MethodCall(call) => {
            let plain = call.args.is_empty() && call.turbofish.is_none();
            (plain && call.method == "try_into").then(|| (quote!(0), &*call.receiver))?
        }
        _ => return None,
    };
    let mut made: syn::ExprMethodCall = syn::parse2(quote!((#wanted).#converted(0))).ok()?;
    made.args[0] = value.clone();
    Some(syn::Expr::MethodCall(made))
}

/// Patterns of results that become those of options.
#[derive(Default)]
struct Matched {
    /// The names of the variants.
    names: Vec<(TokenStream, bool)>,
    unknown: bool,
}

impl Matched {
    /// What rustc has to confirm of the names; `None` where there are none, or other patterns.
    fn named(self) -> Option<Vec<Proof>> {
        let known = !self.unknown && !self.names.is_empty();
        let proofs = self.names.into_iter();
        let proofs = proofs.map(|(tokens, ok)| Proof::Outcome { tokens, ok });
        known.then(|| proofs.collect())
    }

    fn pattern(&mut self, pat: &mut syn::Pat) {
        match pat {
            syn::Pat::Wild(_) => {}
            syn::Pat::Guard(of) => self.pattern(&mut of.pat),
            syn::Pat::TupleStruct(of) if of.qself.is_none() && of.elems.len() == 1 => {
                let last = of.path.segments.last().map(|last| last.ident.to_string());
                let tokens = of.path.to_token_stream();
                let [some, none] = ["some", "none"].map(name);
                match (last.as_deref(), &of.elems[0]) {
                    (Some("Ok"), _) => {
                        self.names.push((tokens, true));
                        of.path = some.into();
                    }
                    (Some("Err"), syn::Pat::Wild(_)) => {
                        self.names.push((tokens, false));
                        *pat = syn::parse_quote!(#none);
                    }
                    _ => self.unknown = true,
                }
            }
            _ => self.unknown = true,
        }
    }
}

impl VisitMut for Matched {
    fn visit_expr_let_mut(&mut self, node: &mut syn::ExprLet) {
        if let Some(option) = conversion(&node.expr) {
            *node.expr = option;
            self.pattern(&mut node.pat);
        }
    }

    // Conditions alone: what is nested in them has its own.
    fn visit_expr_mut(&mut self, node: &mut syn::Expr) {
        if matches!(
            node,
            syn::Expr::Let(_) | syn::Expr::Binary(_) | syn::Expr::Paren(_)
        ) {
            visit_mut::visit_expr_mut(self, node);
        }
    }
}
