//! Type inference over the whole body: unification as in Rust's own, on the types a kernel has.
//!
//! The result is a claim that rustc re-checks in the expansion (captures, witnesses and proofs are
//! exact about types), so a disagreement is a compile error and never a different program. Driver
//! code outside the subset contributes nothing and may stay [`Ty::Unknown`].

mod expressions;
mod known;
mod methods;
mod rules;
mod slots;
mod statements;
#[cfg(test)]
mod tests;

use crate::ir::types::ViewKind;
use crate::ir::{ExprId, ExprKind, Function, LoopId, Span, Ty, VarId};
use rules::Deferred;
use slots::{Class, Slots, Type};

/// Two uses that cannot have one type.
#[derive(Debug)]
pub struct Mismatch {
    pub span: Span,
    pub message: String,
    /// The innermost loop around it.
    pub home: Option<LoopId>,
}

/// Types every variable and expression; returns what does not fit.
pub fn infer(function: &mut Function) -> Vec<Mismatch> {
    let mut solver = Solver::new(function);
    solver.block(&function.body);
    if let Some(value) = function.body.value {
        solver.returns(value);
    }
    for value in &function.returned {
        solver.returns(*value);
    }
    for (expr, scalar) in &function.pinned {
        solver.unify_expr(*expr, Type::Scalar(*scalar));
    }
    solver.settle();
    solver.count_in_usize();
    let open = solver.open_literals();
    let Solver {
        slots,
        vars,
        exprs,
        mismatches,
        discarded,
        ..
    } = solver;
    let table = Slots { slots: slots.slots };
    for (index, ty) in vars.iter().enumerate() {
        function.vars[VarId::from_index(index)].ty = table.finish(ty);
    }
    for (index, ty) in exprs.iter().enumerate() {
        function.exprs[ExprId::from_index(index)].ty = table.finish(ty);
    }
    known::from_bool(function);
    known::totals(function);
    known::receivers(function);
    known::lengths(function);
    known::methods(function);
    function.open = open;
    // A branch that jumps away on every path has any type; nobody reads it here.
    for id in discarded {
        let node = &mut function.exprs[id];
        let structured = matches!(node.kind, ExprKind::If { .. } | ExprKind::Block(_));
        if structured && node.ty == Ty::Unknown {
            node.ty = Ty::Unit;
        }
    }
    mismatches
}

struct Solver<'a> {
    function: &'a Function,
    slots: Slots,
    vars: Vec<Type>,
    exprs: Vec<Type>,
    deferred: Vec<Deferred>,
    mismatches: Vec<Mismatch>,
    home: Option<LoopId>,
    /// Expressions that stand as statements.
    discarded: Vec<ExprId>,
}

impl<'a> Solver<'a> {
    fn new(function: &'a Function) -> Self {
        let mut slots = Slots::default();
        let vars = function.vars.iter().map(|(_, var)| slots.of_ty(&var.ty));
        let mut vars: Vec<Type> = vars.collect();
        for (var, rank) in &function.tables {
            vars[var.index()] = Type::View {
                elem: Box::new(slots.fresh(Class::Any)),
                rank: *rank,
                mutable: false,
                kind: ViewKind::Slice,
            };
        }
        let exprs = function
            .exprs
            .iter()
            .map(|(_, expr)| slots.of_ty(&expr.ty))
            .collect();
        Solver {
            function,
            slots,
            vars,
            exprs,
            deferred: Vec::new(),
            mismatches: Vec::new(),
            home: None,
            discarded: Vec::new(),
        }
    }

    fn var(&self, var: VarId) -> Type {
        self.vars[var.index()].clone()
    }

    fn returns(&mut self, value: ExprId) {
        let ret = self.slots.of_ty(&self.function.ret);
        self.unify_expr(value, ret);
    }

    fn unify_expr(&mut self, expr: ExprId, ty: Type) {
        let own = self.exprs[expr.index()].clone();
        self.require(expr, &own, &ty);
    }

    fn require(&mut self, at: ExprId, left: &Type, right: &Type) {
        if !self.slots.unify(left, right) {
            let (left, right) = (self.slots.finish(left), self.slots.finish(right));
            self.mismatches.push(Mismatch {
                span: self.function.exprs[at].span,
                message: format!("this is `{left}` here and `{right}` there"),
                home: self.home,
            });
        }
    }
}
