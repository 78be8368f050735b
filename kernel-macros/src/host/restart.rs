//! Whether a function may begin again as `NAME::serial` where the guard of its region does not
//! hold.
//!
//! What stands before the region must do nothing but compute, so that computing it twice is the same
//! as once. LLVM then compiles the loop as written in `serial` alone.

use super::Expansion;
use crate::analysis::plan::Verdict;
use crate::ir::{ExprId, ExprKind, Function, LoopId, Pat, Stmt, StmtKind, Ty, VarId, VarKind};

/// Whether this region's loop is the function's only region, and nothing happened before it.
pub fn begins_with(input: &Expansion, region: LoopId) -> bool {
    let start = Start {
        function: input.function,
    };
    let regions = input.plan.verdicts.iter();
    let regions = regions.filter(|verdict| matches!(verdict, Verdict::Region(_)));
    let named = input.item.params.iter().all(|param| param.name.is_some());
    regions.count() == 1 && named && start.leads_to(region)
}

struct Start<'a> {
    function: &'a Function,
}

impl Start<'_> {
    fn leads_to(&self, region: LoopId) -> bool {
        let stmts = &self.function.body.stmts;
        let place = stmts
            .iter()
            .position(|stmt| matches!(stmt.kind, StmtKind::For(id) if id == region));
        place.is_some_and(|place| stmts[..place].iter().all(|stmt| self.computes(stmt)))
    }

    /// Whether a statement does nothing but give a value a name, and one that no parameter has.
    fn computes(&self, stmt: &Stmt) -> bool {
        match &stmt.kind {
            StmtKind::Let {
                pat: Pat::Var(var),
                init: Some(init),
            } => !self.hides_parameter(*var) && self.is_pure(*init),
            _ => false,
        }
    }

    fn hides_parameter(&self, var: VarId) -> bool {
        let (vars, name) = (&self.function.vars, &self.function.vars[var].ident);
        let mut params = self.function.params.iter();
        params.any(|param| vars[*param].ident == *name)
    }

    fn is_pure(&self, id: ExprId) -> bool {
        let of = &self.function.exprs[id];
        match &of.kind {
            ExprKind::Int(..) | ExprKind::Float(..) | ExprKind::Bool(_) => true,
            ExprKind::Len { array, .. } => self.is_parameter(*array),
            // A value of another type may be moved by this.
            ExprKind::Var(var) => matches!(self.function.vars[*var].ty, Ty::Scalar(_)),
            ExprKind::Unary(_, inner) => self.is_scalar(*inner) && self.is_pure(*inner),
            ExprKind::Binary(_, left, right) => [*left, *right]
                .iter()
                .all(|operand| self.is_scalar(*operand) && self.is_pure(*operand)),
            ExprKind::Tuple(parts) | ExprKind::Array(parts) => {
                parts.iter().all(|part| self.is_pure(*part))
            }
            ExprKind::Repeat(value, _) => self.is_pure(*value),
            _ => false,
        }
    }

    fn is_scalar(&self, id: ExprId) -> bool {
        matches!(self.function.exprs[id].ty, Ty::Scalar(_))
    }

    fn is_parameter(&self, var: VarId) -> bool {
        self.function.vars[var].kind == VarKind::Param
    }
}
