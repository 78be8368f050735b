//! Elements that scalars stand for in a region (rule R9): read before it, written after it.

use super::names::{self, emit};
use super::region::Region;
use crate::analysis::plan::{Element, Promoted};
use crate::ir::{Access, AccessId, BinaryOp, Builtin, ExprId, ExprKind, IndexStyle, UnaryOp, walk};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote_spanned};

/// Binds the elements as they are before the region, and whether all lie in their arrays. The
/// arrays' handles are bound.
pub fn read(region: &Region) -> TokenStream {
    let elements = &region.plan.elements;
    if elements.is_empty() {
        return TokenStream::new();
    }
    let known = known();
    let reads = elements.iter().map(|of| bind(region, of));
    emit! {
        let mut #known = true;
        #(#reads)*
    }
}

/// Says whether all elements lie in their arrays.
pub fn known() -> Ident {
    names::local("__inside")
}

fn bind(region: &Region, of: &Element) -> TokenStream {
    let (rt, body, known) = (region.rt(), &region.body, known());
    let access = &body.function().accesses[of.access];
    let (name, array) = (body.name(of.var), body.name(access.array));
    let ty = body.ty(&body.function().vars[of.var].ty);
    let index = access.index.iter().map(|index| checked(region, *index));
    emit! {
        let #name: #ty = match #rt::element(#array, [#(#index),*]) {
            #rt::Option::Some(__element) => __element,
            #rt::Option::None => {
                #known = false;
                #rt::Default::default()
            }
        };
    }
}

/// An index as the driver evaluates it; `None` where it wraps.
fn checked(region: &Region, id: ExprId) -> TokenStream {
    let (rt, body) = (region.rt(), &region.body);
    let function = body.function();
    match &function.exprs[id].kind {
        ExprKind::Binary(op, left, right) => {
            let method = names::local(checked_method(*op).unwrap_or("checked_mul"));
            let (left, right) = (checked(region, *left), checked(region, *right));
            emit!(#rt::both(#left, #right, #rt::prim::usize::#method))
        }
        _ => {
            let value = value(region, id);
            emit!(#rt::Option::Some(#value))
        }
    }
}

/// What an accumulator is before the region, if it stands for an element.
pub fn start(region: &Region, of: &Promoted) -> TokenStream {
    region.body.invariant(of.start)
}

/// That no whole number overflows in what accumulators are before the region.
pub fn exact(region: &Region) -> Vec<TokenStream> {
    let function = region.body.function();
    let mut exact = Vec::new();
    for promoted in &region.plan.promoted {
        walk::below(function, promoted.start, &mut |id| {
            exact.extend(fits(region, id));
        });
    }
    exact
}

/// That an operation of whole numbers does not overflow, if it might.
fn fits(region: &Region, id: ExprId) -> Option<TokenStream> {
    let (rt, body) = (region.rt(), &region.body);
    let node = &body.function().exprs[id];
    let ty = node.ty.scalar().filter(|ty| ty.is_int())?;
    let (method, operands) = match node.kind {
        ExprKind::Binary(op, left, right) => (checked_method(op)?, vec![left, right]),
        ExprKind::Unary(UnaryOp::Neg, of) => ("checked_neg", vec![of]),
        ExprKind::Call(Builtin::Abs, ref args) => ("checked_abs", args.clone()),
        _ => return None,
    };
    let (ty, method) = (body.scalar(ty), names::local(method));
    let operands = operands.into_iter().map(|of| body.invariant(of));
    Some(emit!(#rt::Option::is_some(&#ty::#method(#(#operands),*))))
}

/// The method that does the same and says whether it overflows.
fn checked_method(op: BinaryOp) -> Option<&'static str> {
    match op {
        BinaryOp::Add => Some("checked_add"),
        BinaryOp::Sub => Some("checked_sub"),
        BinaryOp::Mul => Some("checked_mul"),
        _ => None,
    }
}

/// The element to which an accumulator goes back, in the driver's words: it has been found to lie in
/// its array.
pub fn place(region: &Region, id: AccessId) -> TokenStream {
    let access = &region.body.function().accesses[id];
    let array = region.context.driver_name(access.array).clone();
    let at = access.index.iter().map(|index| value(region, *index));
    let at: Vec<TokenStream> = at.collect();
    at_index(access, &array, &at)
}

/// An element of an array as the source writes it.
pub fn at_index(access: &Access, array: &TokenStream, at: &[impl ToTokens]) -> TokenStream {
    let brackets = access.brackets;
    match access.style {
        IndexStyle::Flat => quote_spanned!(brackets=> #array[#(#at),*]),
        IndexStyle::Bracketed => quote_spanned!(brackets=> #array[[#(#at),*]]),
        IndexStyle::Tuple => quote_spanned!(brackets=> #array[(#(#at),*)]),
        IndexStyle::Nested | IndexStyle::Row => quote_spanned!(brackets=> #array #([#at])*),
    }
}

/// An index that is known not to wrap.
fn value(region: &Region, id: ExprId) -> TokenStream {
    let (rt, function) = (region.rt(), region.body.function());
    match &function.exprs[id].kind {
        ExprKind::Int(number, _) => {
            let number = Literal::u128_unsuffixed(*number);
            emit!(#number)
        }
        ExprKind::Cast(inner, _) => {
            let inner = value(region, *inner);
            emit!((#inner as #rt::prim::usize))
        }
        ExprKind::Binary(op, left, right) => {
            let op = super::expr::symbol(*op);
            let (left, right) = (value(region, *left), value(region, *right));
            emit!((#left #op #right))
        }
        ExprKind::Var(var) => {
            let ty = region.body.ty(&function.vars[*var].ty);
            let name = region.context.driver_name(*var);
            emit!({ let __index: #ty = #rt::cast(#name); __index })
        }
        _ => unreachable!("the driver can evaluate the index of a promoted element"),
    }
}
