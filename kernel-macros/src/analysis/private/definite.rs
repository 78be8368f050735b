//! Definite assignment: whether a variable gets a value before anything reads it, on every path (as
//! in the Java Language Specification, chapter 16).

use crate::ir::{Block, ExprId, ExprKind, Function, Place, Stmt, StmtKind, VarId, verify};

/// Whether a block that starts without a value for the variable assigns it before each read.
pub fn assigned_first(function: &Function, block: &Block, var: VarId) -> bool {
    let mut walk = Walk {
        function,
        var,
        unassigned: false,
    };
    walk.block(block, false);
    !walk.unassigned
}

struct Walk<'a> {
    function: &'a Function,
    var: VarId,
    /// Something reads it that may come first, or may do anything.
    unassigned: bool,
}

/// Each step takes whether the variable has a value before it, and gives whether it has one after.
/// What is never reached after a jump has every value.
impl Walk<'_> {
    fn block(&mut self, block: &Block, before: bool) -> bool {
        let mut has = before;
        for stmt in &block.stmts {
            has = self.stmt(stmt, has);
        }
        match block.value {
            Some(value) => self.expr(value, has),
            None => has,
        }
    }

    fn stmt(&mut self, stmt: &Stmt, before: bool) -> bool {
        match &stmt.kind {
            StmtKind::Let { init, .. } => init.map_or(before, |init| self.expr(init, before)),
            StmtKind::Assign { target, op, value } => {
                let has = self.expr(*value, before);
                self.place(target, op.is_some(), has)
            }
            StmtKind::Expr(id) => self.expr(*id, before),
            StmtKind::For(id) => {
                let node = &self.function.loops[*id];
                let required = node.iteration.iter().flat_map(|of| &of.requires);
                let heads: Vec<ExprId> = node.range.exprs().chain(required.copied()).collect();
                let has = self.all(&heads, before);
                self.block(&node.body, has);
                has
            }
            StmtKind::While { cond, body } => {
                let has = self.expr(*cond, before);
                self.block(body, has);
                has
            }
            StmtKind::Loop { body } => {
                self.block(body, before);
                before
            }
            StmtKind::Assert { cond, args, .. } => {
                let has = self.expr(*cond, before);
                args.iter().for_each(|arg| _ = self.expr(*arg, has));
                has
            }
            StmtKind::Break { .. } | StmtKind::Continue { .. } => true,
            StmtKind::Return(_) | StmtKind::Opaque(_) => {
                self.unassigned = true;
                before
            }
        }
    }

    fn place(&mut self, target: &Place, updates: bool, before: bool) -> bool {
        match target {
            Place::Var(var) if *var == self.var => {
                self.unassigned |= updates && !before;
                true
            }
            Place::Element(access) => {
                let index = &self.function.accesses[*access].index;
                self.all(&index.clone(), before)
            }
            Place::LocalElement { index, .. } => self.all(index, before),
            Place::Var(_) | Place::Field { .. } => before,
        }
    }

    fn all(&mut self, exprs: &[ExprId], before: bool) -> bool {
        exprs.iter().fold(before, |has, id| self.expr(*id, has))
    }

    fn expr(&mut self, id: ExprId, before: bool) -> bool {
        match &self.function.exprs[id].kind {
            ExprKind::Var(var) if *var == self.var => {
                self.unassigned |= !before;
                before
            }
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => {
                let has = self.expr(*cond, before);
                let then = self.block(then, has);
                let otherwise = otherwise
                    .as_ref()
                    .map_or(has, |block| self.block(block, has));
                then && otherwise
            }
            ExprKind::Logic { left, right, .. } => {
                let has = self.expr(*left, before);
                self.expr(*right, has);
                has
            }
            ExprKind::Block(block) => self.block(block, before),
            ExprKind::Load(access) => {
                let index = self.function.accesses[*access].index.clone();
                self.all(&index, before)
            }
            ExprKind::Opaque(_) => {
                self.unassigned = true;
                before
            }
            kind => self.all(&verify::operands(kind), before),
        }
    }
}
