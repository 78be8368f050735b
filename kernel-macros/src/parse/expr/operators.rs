//! Rust's operators.

use crate::ir::BinaryOp;

pub(in crate::parse) fn binary_op(op: &syn::BinOp) -> Option<BinaryOp> {
    use syn::BinOp as S;
    Some(match op {
        S::Add(_) => BinaryOp::Add,
        S::Sub(_) => BinaryOp::Sub,
        S::Mul(_) => BinaryOp::Mul,
        S::Div(_) => BinaryOp::Div,
        S::Rem(_) => BinaryOp::Rem,
        S::BitXor(_) => BinaryOp::Xor,
        S::BitAnd(_) => BinaryOp::And,
        S::BitOr(_) => BinaryOp::Or,
        S::Shl(_) => BinaryOp::Shl,
        S::Shr(_) => BinaryOp::Shr,
        S::Eq(_) => BinaryOp::Eq,
        S::Lt(_) => BinaryOp::Lt,
        S::Le(_) => BinaryOp::Le,
        S::Ne(_) => BinaryOp::Ne,
        S::Ge(_) => BinaryOp::Ge,
        S::Gt(_) => BinaryOp::Gt,
        _ => return None,
    })
}

pub(in crate::parse) fn compound_op(op: &syn::BinOp) -> Option<BinaryOp> {
    use syn::BinOp as S;
    Some(match op {
        S::AddAssign(_) => BinaryOp::Add,
        S::SubAssign(_) => BinaryOp::Sub,
        S::MulAssign(_) => BinaryOp::Mul,
        S::DivAssign(_) => BinaryOp::Div,
        S::RemAssign(_) => BinaryOp::Rem,
        S::BitXorAssign(_) => BinaryOp::Xor,
        S::BitAndAssign(_) => BinaryOp::And,
        S::BitOrAssign(_) => BinaryOp::Or,
        S::ShlAssign(_) => BinaryOp::Shl,
        S::ShrAssign(_) => BinaryOp::Shr,
        _ => return None,
    })
}
