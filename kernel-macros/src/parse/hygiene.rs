//! Names that may mean something else than they seem to (rule R5).
//!
//! A kernel may come out of a `macro_rules!` macro. An identifier of the macro's own and one of its
//! caller's are then two names, whatever their texts. This compiler compares texts; rustc, which
//! knows better, is asked wherever the two may come from different places.
//!
//! A method may be a trait's of the user's own, even on a slice. Lengths are asked for as they are
//! written, once before the region.

use super::Parser;
use crate::ir::{BinaryOp, ExprId, ExprKind, Proof, VarId};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};

impl Parser {
    /// The variable that a name means, in rustc's words too.
    pub(super) fn find(&self, name: &Ident) -> Option<VarId> {
        let var = self.scopes.find(name)?;
        let bound = &self.vars[var].ident;
        if !same_origin(bound.span(), name.span()) {
            self.bindings.borrow_mut().push(Proof::Binding {
                bound: bound.clone(),
                used: name.clone(),
            });
        }
        Some(var)
    }

    /// Notes that `node` was taken for lengths of the array, or a tuple of them.
    pub(super) fn confirm_length(&mut self, node: &impl ToTokens, id: ExprId, array: VarId) {
        let tokens = node.to_token_stream();
        let ExprKind::Tuple(parts) = &self.exprs[id].kind else {
            return self.confirm_product(tokens, id, array);
        };
        for (at, part) in parts.clone().into_iter().enumerate() {
            let at = Literal::usize_unsuffixed(at);
            self.confirm_product(quote!((#tokens).#at), part, array);
        }
    }

    fn confirm_product(&mut self, tokens: TokenStream, id: ExprId, array: VarId) {
        if let Some(dims) = self.dimensions(id) {
            self.prove(Proof::Length {
                tokens,
                array,
                dims,
            });
        }
    }

    /// The dimensions whose lengths an expression multiplies.
    fn dimensions(&self, id: ExprId) -> Option<Vec<u32>> {
        match &self.exprs[id].kind {
            ExprKind::Len { dim, .. } => Some(vec![*dim]),
            ExprKind::Binary(BinaryOp::Mul, left, right) => {
                let (left, right) = (self.dimensions(*left)?, self.dimensions(*right)?);
                Some([left, right].concat())
            }
            _ => None,
        }
    }
}

/// Whether two tokens are known to come out of one macro, or out of none: then there is nothing to
/// ask. The debug text of a compiler's span begins with its hygiene (`#3 bytes(10..12)`); where it
/// does not, nothing is known.
fn same_origin(left: Span, right: Span) -> bool {
    let origin = |span: Span| {
        let text = format!("{span:?}");
        let first = text.split(' ').next().map(str::to_string);
        first.filter(|first| first.starts_with('#'))
    };
    matches!((origin(left), origin(right)), (Some(left), Some(right)) if left == right)
}
