//! Arrays that iterations read and write, and which of the two comes first.

use crate::ir::{Block, ExprId, ExprKind, Function, Place, Stmt, StmtKind, VarId, walk};

/// Whether an iteration reads elements of the array only before it writes any: then iterations that
/// are gone through without their writes read what they would have read.
pub fn reads_come_first(function: &Function, body: &Block, array: VarId) -> bool {
    let mut order = Order {
        function,
        array,
        written: false,
        holds: true,
    };
    order.block(body);
    order.holds
}

/// What was met so far, in the order of the source.
struct Order<'a> {
    function: &'a Function,
    array: VarId,
    written: bool,
    holds: bool,
}

impl Order<'_> {
    fn block(&mut self, block: &Block) {
        block.stmts.iter().for_each(|stmt| self.stmt(stmt));
        block.value.iter().for_each(|value| self.expr(*value));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let { init, .. } => init.iter().for_each(|init| self.expr(*init)),
            StmtKind::Expr(value) | StmtKind::Return(value) => self.expr(*value),
            StmtKind::Assign { target, op, value } => {
                self.expr(*value);
                self.target(target, op.is_some());
            }
            StmtKind::Assert { cond, args, .. } => {
                self.expr(*cond);
                args.iter().for_each(|arg| self.expr(*arg));
            }
            StmtKind::For(_) | StmtKind::While { .. } | StmtKind::Loop { .. } => self.inner(stmt),
            StmtKind::Break { .. } | StmtKind::Continue { .. } | StmtKind::Opaque(_) => {}
        }
    }

    fn target(&mut self, target: &Place, reads: bool) {
        match target {
            Place::Element(access) => {
                let access = &self.function.accesses[*access];
                access.index.iter().for_each(|at| self.expr(*at));
                if access.array == self.array {
                    self.holds &= !(reads && self.written);
                    self.written = true;
                }
            }
            Place::LocalElement { index, .. } => index.iter().for_each(|at| self.expr(*at)),
            Place::Var(_) | Place::Field { .. } => {}
        }
    }

    /// A loop's trips follow each other: a read in it would follow a write in it.
    fn inner(&mut self, stmt: &Stmt) {
        let once = self.written;
        self.trip(stmt);
        if self.written && !once {
            self.trip(stmt);
        }
    }

    fn trip(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::For(id) => {
                let inner = &self.function.loops[*id];
                self.expr(inner.range.start);
                self.expr(inner.range.end);
                self.block(&inner.body);
            }
            StmtKind::While { cond, body, .. } => {
                self.expr(*cond);
                self.block(body);
            }
            StmtKind::Loop { body } => self.block(body),
            _ => {}
        }
    }

    fn expr(&mut self, id: ExprId) {
        match &self.function.exprs[id].kind {
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => {
                self.expr(*cond);
                self.branches(then, otherwise.as_ref());
            }
            ExprKind::Block(block) => self.block(block),
            _ => self.operands(id),
        }
    }

    /// Only one of them runs.
    fn branches(&mut self, then: &Block, otherwise: Option<&Block>) {
        let before = self.written;
        self.block(then);
        let after = std::mem::replace(&mut self.written, before);
        otherwise.iter().for_each(|block| self.block(block));
        self.written |= after;
    }

    /// An expression of parts: their order is not looked at.
    fn operands(&mut self, id: ExprId) {
        let (mut reads, mut writes) = (false, false);
        walk::below(
            self.function,
            id,
            &mut |id| match &self.function.exprs[id].kind {
                ExprKind::Load(access) => {
                    reads |= self.function.accesses[*access].array == self.array;
                }
                ExprKind::If { .. } | ExprKind::Block(_) => writes = true,
                _ => {}
            },
        );
        self.holds &= !(reads && (self.written || writes));
        self.written |= writes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::tests::accepted;

    /// Of the first array that iterations of `for i in 0..n { BODY }` read and write.
    fn holds(body: &str) -> bool {
        let source =
            format!("fn f(x: &mut [f64], w: &[f64], n: usize) {{ for i in 0..n {{ {body} }} }}");
        let (function, plan) = accepted(&source);
        let region = &plan.regions[0];
        let array = region.arrays.iter().find(|of| of.reads && of.writes);
        let array = array.unwrap_or_else(|| panic!("{body}"));
        reads_come_first(&function, &region.body, array.var)
    }

    #[test]
    fn what_is_read_before_it_is_written_comes_first() {
        for body in [
            "x[i] = x[i].sin();",
            "x[i] *= w[i].cos();",
            "let v = x[i]; if v > 0.0 { x[i] = v.sin(); } else { x[i] = x[i].cos(); }",
            "let mut s = 0.0; for k in 0..n { s += w[k] * x[i]; } x[i] = s.sin();",
            "if x[i] > 0.0 { x[i] = if w[i] > 0.0 { x[i].sin() } else { 1.0 }; }",
        ] {
            assert!(holds(body), "{body}");
        }
    }

    #[test]
    fn a_read_behind_a_write_does_not() {
        for body in [
            "x[i] += 1.0; x[i] = x[i].sin();",
            "x[i] *= 2.0; x[i] += w[i].sin();",
            "if w[i] > 0.0 { x[i] = 1.0; } x[i] = x[i].sin();",
            "for k in 0..n { x[i] = (x[i] + w[k]).sin(); }",
            "x[i] = 1.0; let y = { let z = x[i]; z + 1.0 }; x[i] = y.sin();",
            "x[i] = w[i]; let v = if w[i] > 0.0 { x[i] } else { 0.0 }; x[i] = v.sin();",
        ] {
            assert!(!holds(body), "{body}");
        }
    }
}
