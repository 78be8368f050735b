//! Calls of functions outside.
//!
//! A device function is a trait's implementation for the type of its name; its sites are numbered
//! after those of the body that calls it, by constants that rustc adds up. Where there is no such
//! type, what rustc cannot find is an alias whose name says what to do.

use super::body::Body;
use super::expr;
use super::names::{self, emit};
use crate::ir::{CalleeId, CalleeKind, ExprId, ExprKind, Span, UnaryOp};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote_spanned;

impl Body<'_> {
    /// What stands before a body: a name for each device function it calls, and the number of the
    /// first of its sites.
    pub fn call_items(&self) -> TokenStream {
        let calls = self.region.calls.iter();
        calls
            .enumerate()
            .map(|(position, callee)| {
                let alias = self.alias(*callee);
                let (path, base) = (&self.function().callees[*callee].path, base(position));
                let first = self.first_site(position);
                let u32 = self.scalar(crate::ir::Scalar::U32);
                emit! {
                    #[allow(unused_imports)]
                    use #path as #alias;
                    const #base: #u32 = #first;
                }
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

    /// The implementation of a device function.
    fn callee(&self, callee: CalleeId) -> TokenStream {
        let (rt, alias) = (self.rt(), self.alias(callee));
        quote_spanned!(alias.span()=> <#alias as #rt::DeviceFunction>)
    }

    fn alias(&self, callee: CalleeId) -> Ident {
        let callee = &self.function().callees[callee];
        let name = callee.name.replace("::", "_").replace("r#", "");
        let text = format!("{name}__needs_kernel_device_or_assume_pure");
        Ident::new(&text, names::about(callee.span.start))
    }

    /// A call, whose failure is that of the body.
    pub fn apply(&self, id: ExprId, callee: CalleeId, args: &[ExprId]) -> TokenStream {
        let (rt, node) = (self.rt(), &self.function().exprs[id]);
        let ty = self.ty(&node.ty);
        let (binds, args): (Vec<_>, Vec<_>) = args
            .iter()
            .enumerate()
            .map(|(position, arg)| self.argument(position, *arg))
            .unzip();
        let place = names::about(node.span.start);
        if self.function().callees[callee].kind == CalleeKind::Assumed {
            let path = &self.function().callees[callee].path;
            let call = quote_spanned!(place=> #path(#(#args),*));
            return emit!({ #(#binds)* let __value: #ty = #call; __value });
        }
        let position = self.region.calls.iter().position(|known| *known == callee);
        let base = base(position.unwrap_or_else(|| unreachable!("a call that is not listed")));
        let callee = self.callee(callee);
        let call = quote_spanned!(place=> #callee::call((#(#args,)*)));
        let leave = self.leave(&emit!(#base + __fault.site), &emit!(__fault.args));
        emit!({
            #(#binds)*
            let __value: #ty = match #call {
                #rt::Result::Ok(__value) => __value,
                #rt::Result::Err(__fault) => { #leave }
            };
            __value
        })
    }

    /// An argument's binding, and its name where the argument stood.
    fn argument(&self, position: usize, arg: ExprId) -> (TokenStream, Ident) {
        let node = &self.function().exprs[arg];
        let Span { start, .. } = node.span;
        let name = Ident::new(&format!("__arg{position}"), names::about(start));
        if self.function().open.contains(&arg) {
            let literal = self.open_literal(arg);
            return (emit!(let #name = #literal;), name);
        }
        let (ty, value) = (self.ty(&node.ty), self.expr(arg));
        (emit!(let #name: #ty = #value;), name)
    }

    /// A literal to which the function that takes it gives a type.
    fn open_literal(&self, id: ExprId) -> TokenStream {
        match &self.function().exprs[id].kind {
            ExprKind::Unary(op, inner) => {
                let inner = self.open_literal(*inner);
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

/// The constant that numbers the first site of a function called.
fn base(position: usize) -> Ident {
    names::local(&format!("__KERNEL_SITES{position}"))
}
