//! A second copy of statements, with all that the plan says about their nodes.

use crate::analysis::plan::{Region, SiteKey};
use crate::ir::{AccessId, Block, ExprId, ExprKind, Function, Place, Stmt, StmtKind, VarId};

/// Copies a loop's body for another variable in its loop variable's place. There are no loops in
/// it, and what it binds, both copies bind.
pub struct Copy<'a> {
    pub function: &'a mut Function,
    /// The body is part of its body; what is inside loops is in `function`.
    pub region: &'a mut Region,
    pub from: VarId,
    pub to: VarId,
}

impl Copy<'_> {
    pub fn block(&mut self, block: &Block) -> Block {
        Block {
            stmts: block.stmts.iter().map(|stmt| self.stmt(stmt)).collect(),
            value: block.value.map(|value| self.expr(value)),
        }
    }

    fn stmt(&mut self, stmt: &Stmt) -> Stmt {
        let mut copy = stmt.clone();
        match &mut copy.kind {
            StmtKind::Let { init, .. } => *init = init.map(|init| self.expr(init)),
            StmtKind::Assign { target, value, .. } => {
                let old = *value;
                *value = self.expr(old);
                self.place(target);
                self.same_site(SiteKey::Compound(old), SiteKey::Compound(*value));
            }
            StmtKind::Expr(id) => *id = self.expr(*id),
            StmtKind::Assert { cond, args, .. } => {
                *cond = self.expr(*cond);
                args.iter_mut().for_each(|arg| *arg = self.expr(*arg));
            }
            StmtKind::Continue { .. } => {}
            StmtKind::For(_)
            | StmtKind::While { .. }
            | StmtKind::Loop { .. }
            | StmtKind::Break { .. }
            | StmtKind::Return(_)
            | StmtKind::Opaque(_) => unreachable!("such a body is not copied"),
        }
        copy
    }

    fn place(&mut self, place: &mut Place) {
        match place {
            Place::Element(access) => *access = self.access(*access),
            Place::LocalElement { index, .. } => self.local_indices(index),
            Place::Var(_) | Place::Field { .. } => {}
        }
    }

    fn access(&mut self, old: AccessId) -> AccessId {
        let mut access = self.function.accesses[old].clone();
        for index in &mut access.index {
            *index = self.expr(*index);
        }
        let new = self.function.accesses.push(access);
        if let Some(bounds) = self.region.bounds.get(&old).copied() {
            self.region.bounds.insert(new, bounds);
        }
        self.same_site(SiteKey::Access(old), SiteKey::Access(new));
        new
    }

    fn local_indices(&mut self, index: &mut [ExprId]) {
        for index in index {
            let old = *index;
            *index = self.expr(old);
            self.same_site(SiteKey::LocalIndex(old), SiteKey::LocalIndex(*index));
        }
    }

    fn expr(&mut self, old: ExprId) -> ExprId {
        let mut copy = self.function.exprs[old].clone();
        match &mut copy.kind {
            ExprKind::Var(var) if *var == self.from => *var = self.to,
            ExprKind::Load(access) => *access = self.access(*access),
            ExprKind::LocalElement { index, .. } => self.local_indices(index),
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => {
                *cond = self.expr(*cond);
                *then = self.block(then);
                *otherwise = otherwise.as_ref().map(|block| self.block(block));
            }
            ExprKind::Block(block) => *block = self.block(block),
            ExprKind::Unary(_, inner)
            | ExprKind::Cast(inner, _)
            | ExprKind::Field(inner, _)
            | ExprKind::Repeat(inner, _) => *inner = self.expr(*inner),
            ExprKind::Binary(_, left, right) | ExprKind::Logic { left, right, .. } => {
                *left = self.expr(*left);
                *right = self.expr(*right);
            }
            ExprKind::Call(_, parts)
            | ExprKind::Apply(_, parts)
            | ExprKind::Tuple(parts)
            | ExprKind::Array(parts) => {
                parts.iter_mut().for_each(|part| *part = self.expr(*part));
            }
            _ => {}
        }
        let new = self.function.exprs.push(copy);
        self.same_facts(old, new);
        new
    }

    /// What the plan says of an expression, it says of its copy.
    fn same_facts(&mut self, old: ExprId, new: ExprId) {
        self.same_site(SiteKey::Expr(old), SiteKey::Expr(new));
        if self.region.relaxed_nodes.contains(&old) {
            self.region.relaxed_nodes.insert(new);
        }
        let Some(interior) = self.region.interior.as_mut() else {
            return;
        };
        if let Some(simpler) = interior.simpler.get(&old).copied() {
            interior.simpler.insert(new, simpler);
        }
        if interior.near.contains(&old) {
            interior.near.insert(new);
        }
    }

    fn same_site(&mut self, old: SiteKey, new: SiteKey) {
        if let Some(site) = self.region.site_of.get(&old).copied() {
            self.region.site_of.insert(new, site);
        }
    }
}
