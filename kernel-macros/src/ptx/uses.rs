//! What a region's body mentions.

use crate::ir::{
    AccessId, Adapter, Block, ExprId, ExprKind, Function, Place, Stmt, StmtKind, VarId,
};
use crate::tables::HashSet;
use std::mem;

/// Everything found in a block, in the order of the source.
#[derive(Clone, Debug, Default)]
pub struct Uses {
    /// Variables read or assigned.
    pub vars: HashSet<VarId>,
    /// Those of them that are more than parts of arrays' indices.
    pub values: HashSet<VarId>,
    pub accesses: Vec<AccessId>,
    /// Lengths asked for: array and dimension.
    pub lens: HashSet<(VarId, u32)>,
    /// Local arrays that are indexed by something other than a literal.
    pub indexed: HashSet<VarId>,
    /// Local arrays that an element is written of.
    pub written: HashSet<VarId>,
    pub has_loop: bool,
    /// Number of expressions.
    pub size: usize,
    /// Indices around what is being looked at.
    indices: usize,
}

impl Uses {
    pub fn of(function: &Function, block: &Block) -> Uses {
        let mut uses = Uses::default();
        uses.block(function, block);
        uses
    }

    fn block(&mut self, function: &Function, block: &Block) {
        for stmt in &block.stmts {
            self.stmt(function, stmt);
        }
        if let Some(value) = block.value {
            self.expr(function, value);
        }
    }

    /// Whatever is around a statement, what it mentions is no part of an index.
    fn stmt(&mut self, function: &Function, stmt: &Stmt) {
        let before = mem::take(&mut self.indices);
        self.inside_stmt(function, stmt);
        self.indices = before;
    }

    fn inside_stmt(&mut self, function: &Function, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let { init, .. } => {
                if let Some(init) = init {
                    self.expr(function, *init);
                }
            }
            StmtKind::Assign { target, value, .. } => {
                self.expr(function, *value);
                self.place(function, target);
            }
            StmtKind::Expr(expr) | StmtKind::Return(expr) => self.expr(function, *expr),
            StmtKind::For(id) => {
                let inner = &function.loops[*id];
                self.has_loop = true;
                self.exprs(function, &[inner.range.start, inner.range.end]);
                for adapter in &inner.range.adapters {
                    if let Adapter::StepBy(step) = adapter {
                        self.expr(function, *step);
                    }
                }
                self.block(function, &inner.body);
            }
            StmtKind::While { cond, body, .. } => {
                self.has_loop = true;
                self.expr(function, *cond);
                self.block(function, body);
            }
            StmtKind::Loop { body, .. } => {
                self.has_loop = true;
                self.block(function, body);
            }
            StmtKind::Assert { cond, args, .. } => {
                self.expr(function, *cond);
                self.exprs(function, args);
            }
            StmtKind::Break { .. } | StmtKind::Continue { .. } | StmtKind::Opaque(_) => {}
        }
    }

    fn place(&mut self, function: &Function, place: &Place) {
        match place {
            Place::Var(var) | Place::Field { base: var, .. } => {
                self.var(*var);
            }
            Place::Element(access) => self.access(function, *access),
            Place::LocalElement { base, index } => {
                self.written.insert(*base);
                self.local_element(function, *base, index);
            }
        }
    }

    fn access(&mut self, function: &Function, access: AccessId) {
        self.accesses.push(access);
        self.indices += 1;
        self.exprs(function, &function.accesses[access].index);
        self.indices -= 1;
    }

    fn var(&mut self, var: VarId) {
        self.vars.insert(var);
        if self.indices == 0 {
            self.values.insert(var);
        }
    }

    fn local_element(&mut self, function: &Function, base: VarId, index: &[ExprId]) {
        self.var(base);
        let literal = |index: &ExprId| matches!(function.exprs[*index].kind, ExprKind::Int(..));
        if !index.iter().all(literal) {
            self.indexed.insert(base);
        }
        self.exprs(function, index);
    }

    fn exprs(&mut self, function: &Function, exprs: &[ExprId]) {
        for expr in exprs {
            self.expr(function, *expr);
        }
    }

    fn expr(&mut self, function: &Function, id: ExprId) {
        self.size += 1;
        match &function.exprs[id].kind {
            ExprKind::Var(var) => {
                self.var(*var);
            }
            ExprKind::Unary(_, operand)
            | ExprKind::Cast(operand, _)
            | ExprKind::Field(operand, _)
            | ExprKind::Repeat(operand, _) => self.expr(function, *operand),
            ExprKind::Binary(_, left, right) | ExprKind::Logic { left, right, .. } => {
                self.exprs(function, &[*left, *right]);
            }
            ExprKind::Load(access) => self.access(function, *access),
            ExprKind::Len { array, dim } => {
                self.lens.insert((*array, *dim));
            }
            ExprKind::Call(_, parts)
            | ExprKind::Apply(_, parts)
            | ExprKind::Tuple(parts)
            | ExprKind::Complex(_, parts)
            | ExprKind::Array(parts) => {
                self.exprs(function, parts);
            }
            ExprKind::LocalElement { base, index } => self.local_element(function, *base, index),
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => {
                self.expr(function, *cond);
                self.block(function, then);
                if let Some(otherwise) = otherwise {
                    self.block(function, otherwise);
                }
            }
            ExprKind::Block(block) => self.block(function, block),
            ExprKind::Option(some) => self.exprs(function, some.as_slice()),
            ExprKind::Int(..)
            | ExprKind::Float(..)
            | ExprKind::Bool(_)
            | ExprKind::Iteration
            | ExprKind::NewArray { .. }
            | ExprKind::Ordering(_)
            | ExprKind::Opaque(_) => {}
        }
    }
}

/// Whether evaluating the expression may run statements, and so assign to variables.
pub fn runs_statements(function: &Function, id: ExprId) -> bool {
    let any = |ids: &[ExprId]| ids.iter().any(|id| runs_statements(function, *id));
    let block = |block: &Block| {
        !block.stmts.is_empty() || block.value.is_some_and(|id| runs_statements(function, id))
    };
    match &function.exprs[id].kind {
        ExprKind::Unary(_, operand)
        | ExprKind::Cast(operand, _)
        | ExprKind::Field(operand, _)
        | ExprKind::Repeat(operand, _) => any(&[*operand]),
        ExprKind::Binary(_, left, right) | ExprKind::Logic { left, right, .. } => {
            any(&[*left, *right])
        }
        ExprKind::Load(access) => any(&function.accesses[*access].index),
        ExprKind::LocalElement { index, .. } => any(index),
        ExprKind::Call(_, parts)
        | ExprKind::Apply(_, parts)
        | ExprKind::Tuple(parts)
        | ExprKind::Complex(_, parts)
        | ExprKind::Array(parts) => any(parts),
        ExprKind::If {
            cond,
            then,
            otherwise,
        } => any(&[*cond]) || block(then) || otherwise.as_ref().is_some_and(block),
        ExprKind::Block(inner) => block(inner),
        ExprKind::Option(some) => any(some.as_slice()),
        ExprKind::Int(..)
        | ExprKind::Float(..)
        | ExprKind::Bool(_)
        | ExprKind::Iteration
        | ExprKind::Var(_)
        | ExprKind::Len { .. }
        | ExprKind::NewArray { .. }
        | ExprKind::Ordering(_)
        | ExprKind::Opaque(_) => false,
    }
}
