//! What is written otherwise once types are known.

use crate::ir::{
    BinaryOp, Builtin, Expr, ExprKind, Function, Opaque, Proof, Scalar, Ty, Typed, UnaryOp,
};

/// `f64::from(true)` is no cast of Rust's; by way of an integer it is.
pub(super) fn from_bool(function: &mut Function) {
    for id in function.exprs.ids() {
        let (kind, span) = (&function.exprs[id].kind, function.exprs[id].span);
        let &ExprKind::Cast(inner, to) = kind else {
            continue;
        };
        if to.is_float() && function.exprs[inner].ty.scalar() == Some(Scalar::Bool) {
            let (kind, ty) = (ExprKind::Cast(inner, Scalar::U8), Ty::Scalar(Scalar::U8));
            let integer = function.exprs.push(Expr { kind, span, ty });
            function.exprs[id].kind = ExprKind::Cast(integer, to);
        }
    }
}

/// What sums and products in chains begin and go on with, now that types are known. A float's sum begins
/// with what leaves every float as it is.
pub(super) fn totals(function: &mut Function) {
    for id in function.exprs.ids() {
        let ExprKind::Call(builtin, args) = &function.exprs[id].kind else {
            continue;
        };
        let float = function.exprs[id].ty.scalar().is_some_and(Scalar::is_float);
        let literal = |float: &str| ExprKind::Float(float.to_string(), None);
        let kind = match (builtin, float) {
            (Builtin::ChainZero, true) => {
                let zero = Expr {
                    kind: literal("0.0"),
                    ..function.exprs[id].clone()
                };
                let zero = function.exprs.push(zero);
                ExprKind::Unary(UnaryOp::Neg, zero)
            }
            (Builtin::ChainOne, true) => literal("1.0"),
            (Builtin::ChainZero, false) => ExprKind::Int(0, None),
            (Builtin::ChainOne, false) => ExprKind::Int(1, None),
            (Builtin::ChainSum, true) => ExprKind::Binary(BinaryOp::Add, args[0], args[1]),
            (Builtin::ChainProduct, true) => ExprKind::Binary(BinaryOp::Mul, args[0], args[1]),
            _ => continue,
        };
        function.exprs[id].kind = kind;
    }
}

/// Methods of numbers are no methods of tuples, arrays, options and orderings: a trait's may be.
pub(super) fn receivers(function: &mut Function) {
    for id in function.exprs.ids() {
        let ExprKind::Call(builtin, args) = &function.exprs[id].kind else {
            continue;
        };
        let ty = &function.exprs[args[0]].ty;
        let several = matches!(ty, Ty::Tuple(_) | Ty::Array(..) | Ty::Option(_));
        if several || *ty == Ty::Ordering && !builtin.asks_order() {
            let what = format!("the method `{}` of `{ty}`", builtin.name());
            function.exprs[id].kind = ExprKind::Opaque(Opaque {
                what,
                help: None,
                blocks: Vec::new(),
            });
        }
    }
}

/// The length of a fixed array is a number.
pub(super) fn lengths(function: &mut Function) {
    for id in function.exprs.ids() {
        if let ExprKind::Len { array, dim: 0 } = function.exprs[id].kind
            && let Ty::Array(_, len) = function.vars[array].ty
        {
            function.exprs[id].kind = ExprKind::Int(len.into(), None);
        }
    }
}

/// Proofs about methods speak of their receivers' types.
pub(super) fn methods(function: &mut Function) {
    for id in function.loops.ids() {
        for proof in &mut function.loops[id].proofs {
            let Proof::Method { of, ty, .. } = proof else {
                continue;
            };
            let known = match of {
                Typed::Var(var) => &function.vars[*var].ty,
                Typed::Expr(id) => &function.exprs[*id].ty,
            };
            *ty = match known {
                Ty::View(view) => view.element(),
                ty => ty.clone(),
            };
        }
    }
}
