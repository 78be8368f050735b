//! Functions nested in the kernel: compiled with it, by inlining each call.

use super::Parser;
use super::arguments::{Argument, is_taken, lent};
use super::generic;
use super::span;
use super::ty;
use crate::ir::{Block, ExprId, ExprKind, Pat, Proof, Span, Stmt, StmtKind, Ty, VarKind};
use proc_macro2::Ident;
use syn::punctuated::Punctuated;

/// Calls that one kernel inlines: functions that call each other twice double at every level.
const MOST_CALLS: usize = 512;

/// The calls of nested functions that are being read, and have been.
#[derive(Default)]
pub(super) struct Calls {
    /// Names of the functions inside which the reader is: a call of one of these is recursive, and
    /// has no end.
    stack: Vec<Ident>,
    count: usize,
    /// How many bodies of functions and closures the reader is inside of: their statements have no
    /// place in the template, where rustc could be asked about them.
    bodies: usize,
}

impl Calls {
    /// Counts one more; false if there are too many.
    pub fn enter(&mut self) -> bool {
        self.count += 1;
        self.count <= MOST_CALLS
    }

    pub fn enter_body(&mut self) {
        self.bodies += 1;
    }

    pub fn leave_body(&mut self) {
        self.bodies -= 1;
    }

    /// Whether what is read has no place in the template.
    pub fn is_displaced(&self) -> bool {
        self.bodies > 0
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
        let item = generic::inferred(&self.scopes.function(name)?)?;
        let params = plain_params(&item)?;
        if params.len() != call.args.len() || !params.iter().all(|(_, ty)| is_taken(ty)) {
            return None;
        }
        let span = span::of(node);
        if self.path.is_empty() {
            return Some(self.driver_call(node, &item));
        }
        let before = std::mem::take(&mut self.before);
        let args = self.arguments(&params, &call.args);
        let mut stmts = std::mem::replace(&mut self.before, before);
        let args = args?;
        let caller = self.scopes.enter_function(name);
        self.calls.stack.push(name.clone());
        self.calls.count += 1;
        self.calls.enter_body();
        let mut block = self.inlined_body(&item, &params, args, span);
        self.calls.leave_body();
        self.calls.stack.pop();
        self.scopes.leave_function(caller);
        stmts.append(&mut block.stmts);
        let value = block.value;
        let id = self.push(ExprKind::Block(Block { stmts, value }), span);
        self.returns(id, &item);
        Some(id)
    }

    /// The arguments from left to right; what each needs to be checked first is among the statements
    /// before this one then.
    fn arguments(
        &mut self,
        params: &[(&syn::PatIdent, &syn::Type)],
        written: &Punctuated<syn::Expr, syn::Token![,]>,
    ) -> Option<Vec<Argument>> {
        let parts = params.iter().any(|(_, ty)| lent(ty).is_some());
        let args = params.iter().zip(written).map(|((_, ty), arg)| {
            let Some(lent) = lent(ty) else {
                let value = self.expr(arg);
                // A part's checks come after it.
                return Some(Argument::Value(if parts {
                    self.kept(value)
                } else {
                    value
                }));
            };
            self.lent_argument(&lent, arg)
        });
        args.collect()
    }

    pub(super) fn kept(&mut self, value: ExprId) -> ExprId {
        let span = self.exprs[value].span;
        let (var, bind) = self.bind_hidden_to("argument", value, span);
        self.before.push(bind);
        self.push(ExprKind::Var(var), span)
    }

    /// The way out where a call cannot be inlined.
    pub(super) fn call_help(&self, path: &syn::Path) -> &'static str {
        if self.is_recursive(path) {
            return "a device function cannot call itself: use a loop";
        }
        let name = path.get_ident();
        if name.is_some_and(|name| self.scopes.has_function(name)) {
            return "a nested function is compiled with the kernel if it takes numbers, references to them and slices, does not \
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
        args: Vec<Argument>,
        span: Span,
    ) -> Block {
        let mut stmts = Vec::new();
        for ((pat, written), arg) in params.iter().zip(args) {
            self.prove_names(written);
            let arg = match arg {
                Argument::Value(arg) => arg,
                Argument::Place(place) => {
                    self.bind_place(&pat.ident, written, place);
                    continue;
                }
            };
            let ty = ty::annotation(behind(written));
            let (mutable, array) = (pat.mutability.is_some(), matches!(ty, Ty::Array(..)));
            let var = self.bind(&pat.ident, VarKind::Local, mutable, ty);
            if array {
                self.fixed.insert(var);
            }
            if matches!(written, syn::Type::Reference(_)) {
                self.references.insert(var);
            }
            let bind = StmtKind::Let {
                pat: Pat::Var(var),
                init: Some(arg),
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

/// The parameters, if all are plain names.
fn plain_params(item: &syn::ItemFn) -> Option<Vec<(&syn::PatIdent, &syn::Type)>> {
    let sig = &item.sig;
    let plain = sig.asyncness.is_none()
        && sig.abi.is_none()
        && matches!(sig.safety, syn::Safety::Default)
        && item.attrs.iter().all(is_harmless);
    if !plain {
        return None;
    }
    sig.inputs.iter().map(plain_param).collect()
}

/// The type that a reference is to.
fn behind(written: &syn::Type) -> &syn::Type {
    match written {
        syn::Type::Reference(of) => &of.elem,
        written => written,
    }
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
