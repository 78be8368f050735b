//! Values that are `Option`s: what makes them, and their methods, each of which is a `match`.
//!
//! Methods of numbers, of an `Option` by value, and of a slice behind a shared reference are found
//! before those of any trait. Where an `Option`'s method takes a reference, rustc is asked.

use super::Parser;
use super::chain::{self, closure};
use super::part::called;
use super::span;
use super::swap::name;
use crate::ir::{
    Block, Builtin, ExprId, ExprKind, Pat, Proof, Receiver, Stmt, StmtKind, Ty, Typed, UnaryOp,
};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

impl Parser {
    /// `Some(value)`
    pub(super) fn some(&mut self, node: &syn::Expr, call: &syn::ExprCall) -> Option<ExprId> {
        let syn::Expr::Path(path) = &*call.func else {
            return None;
        };
        let variant = self.variant(&path.path).filter(|_| path.qself.is_none());
        let value = only(&call.args)?;
        if variant != Some(true) || self.path.is_empty() {
            return None;
        }
        self.prove_variant(&path.path, true);
        let value = Some(self.expr(value));
        Some(self.push(ExprKind::Option(value), span::of(node)))
    }

    /// `None`
    pub(super) fn none(&mut self, node: &syn::Expr, path: &syn::Path) -> Option<ExprId> {
        if self.path.is_empty() || self.variant(path) != Some(false) {
            return None;
        }
        self.prove_variant(path, false);
        Some(self.push(ExprKind::Option(None), span::of(node)))
    }

    /// `Ordering::Less` and kin.
    pub(super) fn ordering(&mut self, node: &syn::Expr, path: &syn::Path) -> Option<ExprId> {
        let mut names = path.segments.iter().rev().map(|part| &part.ident);
        let (name, owner) = (names.next()?, names.next()?);
        let value = match name.to_string().as_str() {
            "Less" => -1,
            "Equal" => 0,
            "Greater" => 1,
            _ => return None,
        };
        if owner != "Ordering" || self.path.is_empty() {
            return None;
        }
        let tokens = path.to_token_stream();
        self.prove(Proof::Ordering { tokens, value });
        Some(self.push(ExprKind::Ordering(value), span::of(node)))
    }

    /// Whether a path is that of `Some`, or of `None`, as far as can be seen.
    pub(super) fn variant(&self, path: &syn::Path) -> Option<bool> {
        let variable = |name: &Ident| self.find(name).is_some();
        variant(path).filter(|_| !path.get_ident().is_some_and(variable))
    }

    /// rustc confirms the name of a variant that the source has.
    pub(super) fn prove_variant(&mut self, path: &syn::Path, some: bool) {
        if !path.get_ident().is_some_and(is_made) {
            let tokens = path.to_token_stream();
            self.prove(Proof::Variant { tokens, some });
        }
    }

    /// Whether an expression may be read as an `Option`: in the driver, which has its own types, a
    /// variable of a known one.
    pub(super) fn may_be_option(&self, node: &syn::Expr) -> bool {
        let known = |var| matches!(self.vars[var].ty, Ty::Option(_));
        !self.path.is_empty() || self.named(node).is_some_and(known)
    }

    /// Says of a value that it is an `Option`.
    pub(super) fn expect_option(&mut self, value: ExprId) {
        let ty = &mut self.exprs[value].ty;
        if *ty == Ty::Unknown {
            *ty = Ty::Option(Box::new(Ty::Unknown));
        }
    }

    /// `x.checked_add(y)`, `a.get(i)`, `a.first()`, `a.last()`
    pub(super) fn optional(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
    ) -> Option<ExprId> {
        if self.path.is_empty() || call.turbofish.is_some() {
            return None;
        }
        let Some(builtin) = Builtin::checked_from_name(&call.method.to_string()) else {
            return self.optional_element(call);
        };
        if builtin.arity() != call.args.len() + 1 {
            return None;
        }
        let receiver = self.expr(&call.receiver);
        self.prove_by_reference(call, receiver);
        let mut args = vec![receiver];
        args.extend(call.args.iter().map(|arg| self.expr(arg)));
        Some(self.push(ExprKind::Call(builtin, args), span::of(node)))
    }

    /// `test.then(|| value)`, `test.then_some(value)`
    pub(super) fn chosen(&mut self, call: &syn::ExprMethodCall) -> Option<ExprId> {
        // Behind a reference, a trait of the user's could come first.
        let owned = !self.may_be_borrowed(&call.receiver) && call.turbofish.is_none();
        let [arg] = call.args.iter().collect::<Vec<_>>()[..] else {
            return None;
        };
        if self.path.is_empty() || !owned {
            return None;
        }
        let test = &call.receiver;
        let [some, none] = VARIANTS.map(name);
        let written = match call.method.to_string().as_str() {
            "then" => {
                let made = closure(arg).filter(|made| made.inputs.is_empty())?;
                let value = &made.body;
                quote!(if (#test) { #some(#value) } else { #none })
            }
            "then_some" => {
                let [chosen, value] = ["chosen", "value"].map(name);
                quote!({
                    let #chosen = #test;
                    let #value = #arg;
                    if #chosen { #some(#value) } else { #none }
                })
            }
            _ => return None,
        };
        Some(self.expr(&source(written)?))
    }

    /// The element of a slice, where there is one.
    fn optional_element(&mut self, call: &syn::ExprMethodCall) -> Option<ExprId> {
        if !self.is_optional_element(call) {
            return None;
        }
        let [part, at] = ["part", "at"].map(name);
        let mut stmts = Vec::new();
        let array = match &*call.receiver {
            syn::Expr::Index(slice) => {
                stmts.push(bind(&part, &source(quote!(&#slice))?)?);
                part
            }
            array => self.vars[self.named(array)?].ident.clone(),
        };
        if let Some(index) = call.args.first() {
            stmts.push(bind(&at, index)?);
        }
        let (place, element) = match call.method.to_string().as_str() {
            "get" => (quote!(#at), quote!(#at)),
            "last" => (quote!(0), quote!(#array.len() - 1)),
            _ => (quote!(0), quote!(0)),
        };
        let [some, none] = VARIANTS.map(name);
        stmts.push(tail(source(quote! {
            if #place < #array.len() { #some(#array[#element]) } else { #none }
        })?));
        Some(self.expr(&whole(stmts)))
    }

    fn is_optional_element(&self, call: &syn::ExprMethodCall) -> bool {
        let plain = match &*call.receiver {
            syn::Expr::Path(_) => self.is_plain(&call.receiver),
            syn::Expr::Index(slice) => self.is_plain(&slice.expr) && self.is_plain(&call.receiver),
            _ => false,
        };
        let place = !matches!(call.args.first(), Some(syn::Expr::Range(_)));
        plain
            && match (call.method.to_string().as_str(), call.args.len()) {
                ("get", 1) => place,
                ("first" | "last", 0) => true,
                _ => false,
            }
    }

    /// Whether a call gives a reference to an element, or an `Option` of one.
    pub(super) fn gives_element(&self, call: &syn::ExprMethodCall) -> bool {
        const KEEP: [&str; 7] = [
            "unwrap",
            "expect",
            "unwrap_or",
            "unwrap_or_else",
            "filter",
            "or",
            "or_else",
        ];
        /// Of what these give, closures decide.
        const APPLY: [&str; 6] = ["map", "and_then", "map_or", "map_or_else", "fold", "reduce"];
        let [keeps, applies] =
            [&KEEP[..], &APPLY[..]].map(|of| of.iter().any(|name| call.method == name));
        self.is_optional_element(call)
            || applies
            || chain::gives_item(call)
            || keeps && self.may_be_borrowed(&call.receiver)
    }

    /// A method of an `Option`.
    pub(super) fn option_method(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
    ) -> Option<ExprId> {
        if !self.may_be_option(&call.receiver) || call.turbofish.is_some() {
            return None;
        }
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        match (call.method.to_string().as_str(), &args[..]) {
            ("is_some" | "is_none", []) => Some(self.is_there(node, call)),
            ("unwrap", []) | ("expect", [syn::Expr::Lit(_)]) => Some(self.unwrapped(node, call)),
            ("copied" | "cloned", []) if !self.is_of_references(&call.receiver) => None,
            (method, args) if self.may_be_behind(&call.receiver) => {
                self.of_borrowed(node, call, |option| written_out(method, option, args))
            }
            (method, args) => {
                let written = written_out(method, &call.receiver, args)?;
                Some(self.expr(&written))
            }
        }
    }

    /// A method of what may be a reference to an `Option`: no trait may have it for references.
    fn of_borrowed(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
        written: impl FnOnce(&syn::Expr) -> Option<syn::Expr>,
    ) -> Option<ExprId> {
        let option = name("borrowed");
        let written = written(&source(quote!(#option))?)?;
        let span = span::of(node);
        let init = self.expr(&call.receiver);
        self.expect_option(init);
        self.prove_behind(init, call);
        self.scopes.enter();
        let kind = self.local_kind();
        let var = self.bind(&option, kind, false, Ty::Unknown);
        self.borrowed.insert(var);
        let value = Some(self.expr(&written));
        self.scopes.leave();
        let (pat, init) = (Pat::Var(var), Some(init));
        let kind = StmtKind::Let { pat, init };
        let stmts = vec![Stmt { kind, span }];
        Some(self.push(ExprKind::Block(Block { stmts, value }), span))
    }

    /// Whether an `Option` may be behind a reference, rather than be one of references.
    fn may_be_behind(&self, option: &syn::Expr) -> bool {
        const GIVE_OPTIONS: [&str; 8] = [
            "get", "first", "last", "filter", "or", "or_else", "map", "and_then",
        ];
        match option {
            syn::Expr::MethodCall(call) if GIVE_OPTIONS.iter().any(|name| call.method == name) => {
                false
            }
            option => self.may_be_borrowed(option),
        }
    }

    /// The method takes an `Option`, which may be behind a reference, and be one of references.
    fn prove_behind(&mut self, option: ExprId, call: &syn::ExprMethodCall) {
        for receiver in [Receiver::Behind, Receiver::BehindReferences] {
            self.prove_method(Typed::Expr(option), receiver, call);
        }
    }

    /// Whether an option is one of references: of other options, these methods could only be a trait's.
    fn is_of_references(&self, option: &syn::Expr) -> bool {
        match option {
            syn::Expr::Paren(of) => self.is_of_references(&of.expr),
            syn::Expr::Path(_) => self.may_be_borrowed(option),
            syn::Expr::MethodCall(call) => {
                let is = |names: &[&str]| names.iter().any(|name| call.method == name);
                let keeps = is(&["filter", "or", "or_else"]);
                let element = is(&["get", "first", "last"]) || chain::gives_item(call);
                element || keeps && self.is_of_references(&call.receiver)
            }
            _ => false,
        }
    }

    /// `is_some` and `is_none` take the `Option` by reference: no trait may have them by value.
    fn is_there(&mut self, node: &syn::Expr, call: &syn::ExprMethodCall) -> ExprId {
        let option = self.expr(&call.receiver);
        self.expect_option(option);
        let borrowed = self.may_be_borrowed(&call.receiver);
        let references = borrowed.then_some(Receiver::BorrowedReferences);
        for receiver in [Receiver::Borrowed].into_iter().chain(references) {
            self.prove_method(Typed::Expr(option), receiver, call);
        }
        let span = span::of(node);
        let missing = self.push(ExprKind::Field(option, 1), span);
        match call.method == "is_none" {
            true => missing,
            false => self.push(ExprKind::Unary(UnaryOp::Not, missing), span),
        }
    }

    /// The value, behind an assertion that there is one.
    fn unwrapped(&mut self, node: &syn::Expr, call: &syn::ExprMethodCall) -> ExprId {
        let span = span::of(node);
        let init = self.expr(&call.receiver);
        self.expect_option(init);
        if self.may_be_behind(&call.receiver) {
            self.prove_behind(init, call);
        }
        let again = called(&call.method, &call.args.to_token_stream());
        let fails = quote_spanned!(span.start=> ::core::option::Option::<()>::None.#again;);
        self.present(init, fails, span)
    }

    /// The number of an option, behind an assertion that there is one, whose failure these tokens raise.
    pub(super) fn present(
        &mut self,
        init: ExprId,
        fails: TokenStream,
        span: crate::ir::Span,
    ) -> ExprId {
        let kind = self.local_kind();
        let option = self.bind_hidden(&name("option"), kind);
        let [missing, value] = [1, 0].map(|field| {
            let option = self.push(ExprKind::Var(option), span);
            self.push(ExprKind::Field(option, field), span)
        });
        let bind = StmtKind::Let {
            pat: Pat::Var(option),
            init: Some(init),
        };
        let check = StmtKind::Assert {
            cond: self.push(ExprKind::Unary(UnaryOp::Not, missing), span),
            args: Vec::new(),
            tokens: fails,
            debug_only: false,
        };
        let block = Block {
            stmts: [bind, check].map(|kind| Stmt { kind, span }).into(),
            value: Some(value),
        };
        self.push(ExprKind::Block(block), span)
    }
}

/// The names that stand for `Some` and `None` in source that is written here.
const VARIANTS: [&str; 2] = ["some", "none"];

fn is_made(ident: &Ident) -> bool {
    VARIANTS.iter().any(|text| *ident == name(text))
}

/// Whether a path looks like that of `Some`, or of `None`.
pub(super) fn variant(path: &syn::Path) -> Option<bool> {
    if path.segments.iter().any(|part| !part.arguments.is_none()) {
        return None;
    }
    let mut names = path.segments.iter().rev().map(|part| &part.ident);
    let (last, owner) = (names.next()?, names.next());
    if owner.is_some_and(|owner| owner != "Option") {
        return None;
    }
    match last {
        last if last == "Some" || *last == name(VARIANTS[0]) => Some(true),
        last if last == "None" || *last == name(VARIANTS[1]) => Some(false),
        _ => None,
    }
}

/// The `match` that a method is short for. Its arguments are evaluated before.
pub(super) fn written_out(
    method: &str,
    option: &syn::Expr,
    args: &[&syn::Expr],
) -> Option<syn::Expr> {
    let [some, none] = VARIANTS.map(name);
    let [it, value, default] = ["option", "value", "default"].map(name);
    let (value_of, default_of) = (source(quote!(#value))?, source(quote!(#default))?);
    let nothing = source(quote!(#none))?;
    let of = |then, otherwise| matched(option, &value, then, otherwise);
    let behind = |other: &syn::Expr, then| {
        let stmts = vec![
            bind(&it, option)?,
            bind(&default, referent(other))?,
            tail(matched(
                &source(quote!(#it))?,
                &value,
                then,
                default_of.clone(),
            )?),
        ];
        Some(whole(stmts))
    };
    let applied = |map: &syn::Expr| apply(closure(map)?, &value);
    let called = |other: &syn::Expr| {
        let other = closure(other).filter(|of| of.inputs.is_empty())?;
        Some((*other.body).clone())
    };
    match (method, args) {
        ("unwrap_or", [other]) => behind(other, value_of),
        ("map_or", [other, map]) => behind(other, applied(map)?),
        ("or", [other]) => behind(other, source(quote!(#some(#value)))?),
        ("unwrap_or_default", []) => of(value_of, source(quote!(#none.0))?),
        ("unwrap_or_else", [other]) => of(value_of, called(other)?),
        ("map_or_else", [other, map]) => of(applied(map)?, called(other)?),
        ("or_else", [other]) => of(source(quote!(#some(#value)))?, called(other)?),
        ("and_then", [map]) => of(applied(map)?, nothing),
        ("is_some_and", [map]) => of(applied(map)?, source(quote!(false))?),
        ("is_none_or", [map]) => of(applied(map)?, source(quote!(true))?),
        ("copied" | "cloned", []) => of(source(quote!(#some(#value)))?, nothing),
        ("map", [map]) => {
            let mapped = name("mapped");
            let stmts = vec![
                bind(&mapped, &applied(map)?)?,
                tail(source(quote!(#some(#mapped)))?),
            ];
            of(whole(stmts), nothing)
        }
        ("filter", [test]) => {
            let kept = name("kept");
            let tested = test_of(closure(test)?, &value)?;
            let choice = quote!(if #kept { #some(#value) } else { #none });
            of(
                whole(vec![bind(&kept, &tested)?, tail(source(choice)?)]),
                nothing,
            )
        }
        _ => None,
    }
}

// Source that is written here. What the user wrote is moved as a tree: some of it has marks that
// its tokens would put elsewhere.

/// `match option { Some(value) => then, None => otherwise }`
fn matched(
    option: &syn::Expr,
    value: &Ident,
    then: syn::Expr,
    otherwise: syn::Expr,
) -> Option<syn::Expr> {
    let [some, none] = VARIANTS.map(name);
    let mut node: syn::ExprMatch =
        syn::parse2(quote!(match () { #some(#value) => {} #none => {} })).ok()?;
    *node.expr = option.clone();
    *node.arms[0].body = then;
    *node.arms[1].body = otherwise;
    Some(syn::Expr::Match(node))
}

/// A closure's value of that argument.
fn apply(map: &syn::ExprClosure, value: &Ident) -> Option<syn::Expr> {
    applied_to(map, value.to_token_stream())
}

/// A closure's value of a reference to that argument.
fn test_of(test: &syn::ExprClosure, value: &Ident) -> Option<syn::Expr> {
    let whole = !matches!(only(&test.inputs)?, syn::Pat::Reference(_));
    applied_to(
        test,
        if whole {
            quote!(&#value)
        } else {
            quote!(#value)
        },
    )
}

fn applied_to(map: &syn::ExprClosure, value: TokenStream) -> Option<syn::Expr> {
    let pat = match only(&map.inputs)? {
        syn::Pat::Reference(of) => &*of.pat,
        pat => pat,
    };
    let bind: syn::Stmt = syn::parse2(quote!(let #pat = #value;)).ok()?;
    Some(whole(vec![bind, tail((*map.body).clone())]))
}

fn bind(to: &Ident, value: &syn::Expr) -> Option<syn::Stmt> {
    let mut stmt: syn::Stmt = syn::parse2(quote!(let #to = 0;)).ok()?;
    if let syn::Stmt::Local(syn::Local {
        init: Some(init), ..
    }) = &mut stmt
    {
        *init.expr = value.clone();
    }
    Some(stmt)
}

fn source(tokens: TokenStream) -> Option<syn::Expr> {
    syn::parse2(tokens).ok()
}

fn tail(value: syn::Expr) -> syn::Stmt {
    syn::Stmt::Expr(value, None)
}

fn whole(stmts: Vec<syn::Stmt>) -> syn::Expr {
    let brace_token = syn::token::Brace::default();
    syn::Expr::Block(syn::ExprBlock {
        attrs: Vec::new(),
        label: None,
        block: syn::Block { brace_token, stmts },
    })
}

fn only<T, P>(list: &syn::punctuated::Punctuated<T, P>) -> Option<&T> {
    list.first().filter(|_| list.len() == 1)
}

/// What a reference is to: references to numbers are their values here.
fn referent(node: &syn::Expr) -> &syn::Expr {
    match node {
        syn::Expr::Reference(of) if of.mutability.is_none() => &of.expr,
        node => node,
    }
}
