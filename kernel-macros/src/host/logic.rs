//! `&&` and `||`. LLVM does not vectorise around an operand that is only evaluated at times; where
//! evaluating it cannot be noticed, both are.

use super::body::Body;
use super::names::emit;
use crate::analysis::plan::{Bounds, SiteKey};
use crate::ir::{AccessId, Builtin, ExprId, ExprKind, walk};
use proc_macro2::TokenStream;

/// An operand of more nodes than this is worth a branch.
const MOST_NODES: usize = 12;

/// In which builds an operand may be evaluated although the source does not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Early {
    Never,
    /// Where integer overflow does not panic.
    Unchecked,
    Always,
}

impl Body<'_> {
    /// `left && right` (`and`) or `left || right`.
    pub fn logic(&self, and: bool, left: ExprId, right: ExprId) -> TokenStream {
        let early = self.early(right);
        let (left, right) = (self.expr(left), self.expr(right));
        let (lazy, eager) = if and {
            (emit!(__first && #right), emit!(__first & #right))
        } else {
            (emit!(__first || #right), emit!(__first | #right))
        };
        let debug = self.debug();
        let both = match (early, self.region.has_fast_form()) {
            (Early::Never, _) => lazy,
            (Early::Always, false) => eager,
            (Early::Always, true) => emit!(if FAST { #eager } else { #lazy }),
            (Early::Unchecked, false) => emit!(if #debug { #lazy } else { #eager }),
            (Early::Unchecked, true) => emit!(if FAST && !#debug { #eager } else { #lazy }),
        };
        emit!({
            let __first = #left;
            #both
        })
    }

    fn early(&self, id: ExprId) -> Early {
        if self.is_total() {
            return Early::Never;
        }
        let (mut early, mut nodes) = (Early::Always, 0);
        walk::below(self.function(), id, &mut |id| {
            nodes += 1;
            let own = self.node_early(id);
            if early == Early::Always || own == Early::Never {
                early = own;
            }
        });
        if nodes > MOST_NODES {
            Early::Never
        } else {
            early
        }
    }

    fn node_early(&self, id: ExprId) -> Early {
        match &self.function().exprs[id].kind {
            ExprKind::Load(access) => return self.load_early(*access),
            ExprKind::Int(..) | ExprKind::Float(..) | ExprKind::Bool(_) | ExprKind::Var(_) => {}
            ExprKind::Unary(..) | ExprKind::Binary(..) | ExprKind::Cast(..) => {}
            ExprKind::Logic { .. } | ExprKind::Len { .. } => {}
            // One instruction each, on vectors too; `fastmath` makes the last of sums.
            ExprKind::Call(Builtin::Abs | Builtin::Sqrt | Builtin::MulAdd, _) => {}
            _ => return Early::Never,
        }
        match self.region.site_of.get(&SiteKey::Expr(id)) {
            None => Early::Always,
            Some(site) if self.region.sites[*site as usize].debug_only => Early::Unchecked,
            Some(_) => Early::Never,
        }
    }

    /// An element that nobody writes, and that is there whatever the conditions around say.
    fn load_early(&self, id: AccessId) -> Early {
        let array = self.function().accesses[id].array;
        let mut arrays = self.region.arrays.iter();
        let read_only = arrays.any(|of| of.var == array && !of.writes);
        match self.region.bounds.get(&id) {
            Some(Bounds::Proved | Bounds::Relaxed)
                if read_only && self.region.free.contains(&id) =>
            {
                Early::Always
            }
            _ => Early::Never,
        }
    }
}
