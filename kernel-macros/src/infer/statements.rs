//! What statements say about types.

use super::Solver;
use super::rules::Rule;
use super::slots::{BOOL, Class, Type, USIZE};
use crate::ir::{
    Adapter, BinaryOp, Block, ExprId, ExprKind, Function, LoopId, Opaque, Pat, Place, Stmt,
    StmtKind, VarId,
};

impl Solver<'_> {
    pub(super) fn block(&mut self, block: &Block) -> Type {
        for stmt in &block.stmts {
            self.stmt(stmt);
        }
        match block.value {
            Some(value) => self.expr(value),
            None if block_diverges(self.function, block) => self.slots.fresh(Class::Any),
            None => Type::Unit,
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let { pat, init } => {
                let ty = init.map(|init| (init, self.expr(init)));
                if let Some((init, ty)) = ty {
                    let expected = self.pattern(pat);
                    self.require(init, &expected, &ty);
                }
            }
            StmtKind::Assign { target, op, value } => self.assign(target, *op, *value),
            StmtKind::Expr(expr) => {
                self.expr(*expr);
                self.discarded.push(*expr);
            }
            StmtKind::For(id) => self.for_loop(*id),
            StmtKind::While { cond, body, .. } => {
                let ty = self.expr(*cond);
                self.require(*cond, &ty, &BOOL);
                self.block(body);
            }
            StmtKind::Loop { body, .. } => {
                self.block(body);
            }
            StmtKind::Break { .. } | StmtKind::Continue { .. } => {}
            StmtKind::Return(value) => {
                self.expr(*value);
                self.returns(*value);
            }
            StmtKind::Assert { cond, args, .. } => {
                let ty = self.expr(*cond);
                self.require(*cond, &ty, &BOOL);
                for arg in args {
                    self.expr(*arg);
                }
            }
            StmtKind::Opaque(opaque) => self.opaque(opaque),
        }
    }

    pub(super) fn opaque(&mut self, opaque: &Opaque) {
        for block in &opaque.blocks {
            self.block(block);
        }
    }

    pub(super) fn pattern(&mut self, pat: &Pat) -> Type {
        match pat {
            Pat::Var(var) => self.var(*var),
            Pat::Wild => self.slots.fresh(Class::Any),
            Pat::Tuple(parts) => Type::Tuple(parts.iter().map(|part| self.pattern(part)).collect()),
        }
    }

    fn assign(&mut self, target: &Place, op: Option<BinaryOp>, value: ExprId) {
        let place = self.place(target, value);
        let ty = self.expr(value);
        match op {
            Some(op) if op.is_shift() => {}
            Some(_) => _ = self.operands(value, &place, &ty),
            None => {
                let fits = self.mismatches.len();
                self.require(value, &place, &ty);
                if let (Place::Var(var), Some(of)) = (target, self.mismatches.get_mut(fits)) {
                    let name = &self.function.vars[*var].ident;
                    of.message = format!(
                        "`{name}` is assigned otherwise than as it is bound: {}",
                        of.message
                    );
                }
            }
        }
    }

    pub(super) fn place(&mut self, place: &Place, at: ExprId) -> Type {
        match place {
            Place::Var(var) => self.var(*var),
            Place::Element(access) => {
                let access = &self.function.accesses[*access];
                self.indices(&access.index);
                let element = self.element_of(access.array);
                match access.part {
                    Some(part) => self.defer(element, Rule::Field(part.number), at),
                    None => element,
                }
            }
            Place::LocalElement { base, index } => self.local_element(*base, index, at),
            Place::Field { base, index } => self.defer(self.var(*base), Rule::Field(*index), at),
        }
    }

    pub(super) fn indices(&mut self, indices: &[ExprId]) {
        for index in indices {
            let ty = self.expr(*index);
            self.require(*index, &ty, &USIZE);
        }
    }

    pub(super) fn local_element(&mut self, base: VarId, index: &[ExprId], at: ExprId) -> Type {
        self.indices(index);
        let array = self.var(base);
        let element = |array, _: &ExprId| self.defer(array, Rule::Element, at);
        index.iter().fold(array, element)
    }

    pub(super) fn element_of(&mut self, array: VarId) -> Type {
        match self.slots.resolve(&self.var(array)) {
            Type::View { elem, .. } => *elem,
            _ => self.slots.fresh(Class::Any),
        }
    }

    fn for_loop(&mut self, id: LoopId) {
        let function = self.function;
        let node = &function.loops[id];
        if node.opaque.is_none() {
            let var = self.var(node.var);
            for end in [node.range.start, node.range.end] {
                let ty = self.expr(end);
                self.require(end, &ty, &var);
            }
            for adapter in &node.range.adapters {
                if let Adapter::StepBy(step) = adapter {
                    self.indices(&[*step]);
                }
            }
        }
        for required in node.iteration.iter().flat_map(|of| &of.requires) {
            let ty = self.expr(*required);
            self.require(*required, &ty, &BOOL);
        }
        let outer = self.home.replace(id);
        self.block(&node.body);
        self.home = outer;
    }
}

/// Whether the statement leaves the block, as far as is known: what is opaque may be a `return`.
fn diverges(function: &Function, stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Assert { cond, .. } => {
            matches!(function.exprs[*cond].kind, ExprKind::Bool(false))
        }
        StmtKind::Expr(id) => match &function.exprs[*id].kind {
            ExprKind::Opaque(_) => true,
            ExprKind::Block(block) => block_diverges(function, block),
            ExprKind::If {
                then,
                otherwise: Some(otherwise),
                ..
            } => block_diverges(function, then) && block_diverges(function, otherwise),
            _ => false,
        },
        StmtKind::Break { .. }
        | StmtKind::Continue { .. }
        | StmtKind::Return(_)
        | StmtKind::Opaque(_) => true,
        _ => false,
    }
}

fn block_diverges(function: &Function, block: &Block) -> bool {
    let last = block.stmts.last();
    block.value.is_none() && last.is_some_and(|stmt| diverges(function, stmt))
}
