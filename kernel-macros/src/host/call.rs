//! Calls of functions outside.
//!
//! A device function is a trait's implementation for the type of its name; its sites are numbered
//! after those of the body that calls it, by constants that rustc adds up. Where there is no such
//! type, what rustc cannot find is an alias whose name says what to do.

use super::body::Body;
use super::expr;
use super::names::{self, Runtime, emit};
use crate::analysis::plan::SiteKey;
use crate::ir::{CalleeId, CalleeKind, ExprId, ExprKind, Function, Scalar, Span, UnaryOp};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote_spanned;

/// Brings a function's alias into scope.
pub fn import(function: &Function, callee: CalleeId) -> TokenStream {
    let (path, alias) = (&function.callees[callee].path, alias(function, callee));
    emit! {
        #[allow(unused_imports)]
        use #path as #alias;
    }
}

/// The implementation of a device function, whose alias is in scope.
pub fn implementation(function: &Function, rt: &Runtime, callee: CalleeId) -> TokenStream {
    let alias = alias(function, callee);
    quote_spanned!(alias.span()=> <#alias as #rt::DeviceFunction>)
}

fn alias(function: &Function, callee: CalleeId) -> Ident {
    let callee = &function.callees[callee];
    let name = callee.name.replace("::", "_").replace("r#", "");
    let text = format!("{name}__needs_kernel_device_or_assume_pure");
    Ident::new(&text, names::about(callee.span.start))
}

/// A literal to which the function that takes it gives a type.
pub fn open_literal(function: &Function, id: ExprId) -> TokenStream {
    match &function.exprs[id].kind {
        ExprKind::Unary(op, inner) => {
            let inner = open_literal(function, *inner);
            match op {
                UnaryOp::Neg => emit!(-#inner),
                UnaryOp::Not => emit!(!#inner),
            }
        }
        ExprKind::Int(value, _) => {
            let literal = Literal::u128_unsuffixed(*value);
            emit!(#literal)
        }
        ExprKind::Float(text, _) => expr::float(text, ""),
        other => unreachable!("{other:?} is no literal"),
    }
}

/// The constant that numbers the first site of a function called.
fn base(position: usize) -> Ident {
    names::local(&format!("__KERNEL_SITES{position}"))
}

impl Body<'_> {
    /// What stands before a body: an alias for each device function that it calls, and the number
    /// of the first of its sites.
    pub fn call_items(&self) -> TokenStream {
        let u32 = self.scalar(Scalar::U32);
        let calls = self.region.calls.iter().enumerate();
        calls
            .map(|(position, callee)| {
                let import = import(self.function(), *callee);
                let (base, first) = (base(position), self.first_site(position));
                emit!(#import const #base: #u32 = #first;)
            })
            .collect()
    }

    /// Number of the first site after those of the body and of the first so many functions.
    pub fn first_site(&self, calls: usize) -> TokenStream {
        let Some(last) = calls.checked_sub(1) else {
            let own = Literal::u32_unsuffixed(self.region.sites.len() as u32);
            return emit!(#own);
        };
        let (base, callee) = (base(last), self.callee(self.region.calls[last]));
        emit!(#base + #callee::SITES)
    }

    /// The device functions that the body calls.
    pub fn implementations(&self) -> Vec<TokenStream> {
        let calls = self.region.calls.iter();
        calls.map(|callee| self.callee(*callee)).collect()
    }

    fn callee(&self, callee: CalleeId) -> TokenStream {
        implementation(self.function(), self.rt(), callee)
    }

    /// A call, whose failure is that of the body.
    pub fn apply(&self, id: ExprId, callee: CalleeId, args: &[ExprId]) -> TokenStream {
        let node = &self.function().exprs[id];
        let arguments = args.iter().enumerate();
        let arguments = arguments.map(|(position, arg)| self.argument(position, *arg));
        let (binds, args): (Vec<_>, Vec<Ident>) = arguments.unzip();
        let (ty, place) = (self.ty(&node.ty), names::about(node.span.start));
        let value = match self.function().callees[callee].kind {
            CalleeKind::Device => self.device_call(callee, &args, place),
            CalleeKind::Assumed => self.assumed_call(id, callee, &args, place),
        };
        emit!({
            #(#binds)*
            let __value: #ty = #value;
            __value
        })
    }

    fn device_call(
        &self,
        callee: CalleeId,
        args: &[Ident],
        place: proc_macro2::Span,
    ) -> TokenStream {
        let (rt, implementation) = (self.rt(), self.callee(callee));
        let position = self.region.calls.iter().position(|known| *known == callee);
        let base = base(position.unwrap_or_else(|| unreachable!("a call that is not listed")));
        let call = if self.is_usual() {
            quote_spanned!(place=> #implementation::usually::<USUAL, WIDE>((#(#args,)*), __rare))
        } else {
            quote_spanned!(place=> #implementation::call::<WIDE>((#(#args,)*)))
        };
        let leave = self.leave(&emit!(#base + __fault.site), &emit!(__fault.args));
        emit! {
            match #call {
                #rt::Result::Ok(__value) => __value,
                #rt::Result::Err(__fault) => { #leave }
            }
        }
    }

    /// A function that the user vouches for; where it panics, the iteration fails.
    fn assumed_call(
        &self,
        id: ExprId,
        callee: CalleeId,
        args: &[Ident],
        place: proc_macro2::Span,
    ) -> TokenStream {
        let (rt, path) = (self.rt(), &self.function().callees[callee].path);
        let call = quote_spanned!(place=> #path(#(#args),*));
        let recorded: Vec<_> = self.recorded_arguments(id, args);
        let fails = self.fails(SiteKey::Expr(id), &recorded);
        emit! {
            match #rt::assumed(|| #call) {
                #rt::Option::Some(__value) => __value,
                #rt::Option::None => { #fails }
            }
        }
    }

    /// The arguments without the literals that are the same at every call.
    fn recorded_arguments(&self, id: ExprId, names: &[Ident]) -> Vec<TokenStream> {
        let ExprKind::Apply(_, args) = &self.function().exprs[id].kind else {
            unreachable!("only calls have arguments");
        };
        let open = &self.function().open;
        let given = args.iter().zip(names);
        given
            .filter(|(arg, _)| !open.contains(arg))
            .map(|(_, name)| emit!(#name))
            .collect()
    }

    /// An argument's binding, and its name where the argument stood.
    fn argument(&self, position: usize, arg: ExprId) -> (TokenStream, Ident) {
        let node = &self.function().exprs[arg];
        let Span { start, .. } = node.span;
        let name = Ident::new(&format!("__arg{position}"), names::about(start));
        if self.function().open.contains(&arg) {
            let literal = open_literal(self.function(), arg);
            return (emit!(let #name = #literal;), name);
        }
        let (ty, value) = (self.ty(&node.ty), self.expr(arg));
        (emit!(let #name: #ty = #value;), name)
    }

    /// Raises a failure of a function that the body calls.
    pub fn raise_calls(&self) -> TokenStream {
        let rt = self.rt();
        let calls = self.region.calls.iter().enumerate().rev();
        calls
            .map(|(position, callee)| {
                let (base, callee) = (base(position), self.callee(*callee));
                emit! {
                    if __failure.site >= #base {
                        #callee::raise(#rt::fault(__failure.site - #base, __failure.args));
                    }
                }
            })
            .collect()
    }
}
