//! Functions nested in the kernel: compiled with it, by inlining each call.

use super::Parser;
use super::span;
use super::ty;
use crate::ir::{Block, ExprId, ExprKind, Pat, Proof, Span, Stmt, StmtKind, VarKind};
use proc_macro2::Ident;

/// Calls that one kernel inlines: functions that call each other twice double at every level.
const MOST_CALLS: usize = 512;

/// The calls of nested functions that are being read, and have been.
#[derive(Default)]
pub(super) struct Calls {
    /// Names of the functions inside which the reader is: a call of one of these is recursive, and
    /// has no end.
    stack: Vec<Ident>,
    count: usize,
}

impl Calls {
    /// Counts one more; false if there are too many.
    pub fn enter(&mut self) -> bool {
        self.count += 1;
        self.count <= MOST_CALLS
    }

    /// Whether the reader is inside a nested function.
    pub fn is_inside(&self) -> bool {
        !self.stack.is_empty()
    }
}

impl Parser {
    /// Makes a block's functions known.
    pub(super) fn declare_items(&mut self, block: &syn::Block) {
        for stmt in &block.stmts {
            match stmt {
                syn::Stmt::Item(syn::Item::Fn(item)) => self.scopes.declare(item),
                syn::Stmt::Item(_) => self.scopes.hides_names(),
                _ => {}
            }
            self.bind_constant(stmt);
        }
    }

    /// A call of a nested function as a block: parameters bound to arguments, then the body.
    /// `None` if it is none, or one that cannot be inlined.
    pub(super) fn inline(&mut self, node: &syn::Expr, call: &syn::ExprCall) -> Option<ExprId> {
        let syn::Expr::Path(path) = &*call.func else {
            return None;
        };
        let name = path.path.get_ident()?;
        let endless = self.calls.stack.contains(name) || self.calls.count >= MOST_CALLS;
        if self.scopes.find(name).is_some() || endless {
            return None;
        }
        let item = self.scopes.function(name)?;
        let params = plain_params(&item)?;
        let values = params.iter().all(|(_, ty)| ty::annotation(ty).is_value());
        if params.len() != call.args.len() || !values {
            return None;
        }
        let span = span::of(node);
        if self.path.is_empty() {
            return Some(self.driver_call(node, &item));
        }
        let args: Vec<ExprId> = call.args.iter().map(|arg| self.expr(arg)).collect();
        let caller = self.scopes.enter_function(name);
        self.calls.stack.push(name.clone());
        self.calls.count += 1;
        let block = self.inlined_body(&item, &params, &args, span);
        self.calls.stack.pop();
        self.scopes.leave_function(caller);
        let id = self.push(ExprKind::Block(block), span);
        self.returns(id, &item);
        Some(id)
    }

    /// The way out where a call cannot be inlined.
    pub(super) fn call_help(&self, path: &syn::Path) -> &'static str {
        if self.is_recursive(path) {
            return "a device function cannot call itself: use a loop";
        }
        let name = path.get_ident();
        if name.is_some_and(|name| self.scopes.has_function(name)) {
            return "a nested function is compiled with the kernel if it takes numbers, does not \
                    call itself, and no item between it and the call can hide a name that it uses";
        }
        "write it out, call a `#[kernel(device)]` function of your own, use an inherent method of the \
         number, or vouch for the function: `#[kernel(.., assume_pure(path))]`"
    }

    /// The value has the type that the function declares.
    fn returns(&mut self, value: ExprId, item: &syn::ItemFn) {
        let syn::ReturnType::Type(_, written) = &item.sig.output else {
            return;
        };
        self.prove_names(written);
        self.exprs[value].ty = ty::annotation(written);
    }

    pub(super) fn prove_names(&mut self, written: &syn::Type) {
        for (tokens, ty) in ty::number_names(written) {
            self.prove(Proof::Type { tokens, ty });
        }
    }

    /// A call in the driver stays a call, of a known type.
    fn driver_call(&mut self, node: &syn::Expr, item: &syn::ItemFn) -> ExprId {
        let what = format!("a call of `{}`", item.sig.ident);
        let id = self.opaque(node, what, None);
        if let syn::ReturnType::Type(_, ty) = &item.sig.output {
            self.exprs[id].ty = ty::annotation(ty);
        }
        id
    }

    fn inlined_body(
        &mut self,
        item: &syn::ItemFn,
        params: &[(&syn::PatIdent, &syn::Type)],
        args: &[ExprId],
        span: Span,
    ) -> Block {
        let mut stmts = Vec::new();
        for ((pat, written), arg) in params.iter().zip(args) {
            let annotated = ty::annotation(written);
            self.prove_names(written);
            let var = self.bind(
                &pat.ident,
                VarKind::Local,
                pat.mutability.is_some(),
                annotated,
            );
            let bind = StmtKind::Let {
                pat: Pat::Var(var),
                init: Some(*arg),
            };
            stmts.push(Stmt { kind: bind, span });
        }
        let mut body = self.function_body(item, span);
        stmts.append(&mut body.stmts);
        Block {
            stmts,
            value: body.value,
        }
    }
}

/// The parameters, if all are plain names and nothing about the function is generic.
fn plain_params(item: &syn::ItemFn) -> Option<Vec<(&syn::PatIdent, &syn::Type)>> {
    let sig = &item.sig;
    let plain = sig.generics.params.is_empty()
        && sig.asyncness.is_none()
        && sig.abi.is_none()
        && matches!(sig.safety, syn::Safety::Default)
        && item.attrs.iter().all(is_harmless);
    if !plain {
        return None;
    }
    sig.inputs.iter().map(plain_param).collect()
}

/// Whether a function with this attribute does what it does without.
fn is_harmless(attr: &syn::Attribute) -> bool {
    let known = [
        "doc", "inline", "cold", "must_use", "allow", "warn", "deny", "expect",
    ];
    known.iter().any(|name| attr.path().is_ident(name))
}

fn plain_param(input: &syn::FnArg) -> Option<(&syn::PatIdent, &syn::Type)> {
    let syn::FnArg::Typed(param) = input else {
        return None;
    };
    match &*param.pat {
        syn::Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => {
            Some((pat, &*param.ty))
        }
        _ => None,
    }
}
