//! Nodes of the IR for code that no source has.

use crate::ir::{
    BinaryOp, Block, Builtin, Expr, ExprId, ExprKind, Function, Loop, LoopId, Pat, Place, Range,
    Scalar, Span, Stmt, StmtKind, Ty, Var, VarId, VarKind,
};
use proc_macro2::{Ident, TokenStream};

/// Makes nodes about a place in the source.
pub struct Builder<'a> {
    pub function: &'a mut Function,
    pub span: Span,
}

impl Builder<'_> {
    pub fn expr(&mut self, kind: ExprKind, ty: Ty) -> ExprId {
        let span = self.span;
        self.function.exprs.push(Expr { kind, span, ty })
    }

    pub fn scalar(&mut self, kind: ExprKind, ty: Scalar) -> ExprId {
        self.expr(kind, Ty::Scalar(ty))
    }

    pub fn int(&mut self, value: u64, ty: Scalar) -> ExprId {
        self.scalar(ExprKind::Int(value.into(), None), ty)
    }

    pub fn float(&mut self, text: &str, ty: Scalar) -> ExprId {
        self.scalar(ExprKind::Float(text.to_owned(), None), ty)
    }

    pub fn read(&mut self, var: VarId) -> ExprId {
        let ty = self.function.vars[var].ty.clone();
        self.expr(ExprKind::Var(var), ty)
    }

    /// `left op right` of one type.
    pub fn op(&mut self, op: BinaryOp, left: ExprId, right: ExprId) -> ExprId {
        let ty = self.function.exprs[left].ty.clone();
        self.expr(ExprKind::Binary(op, left, right), ty)
    }

    pub fn compare(&mut self, op: BinaryOp, left: ExprId, right: ExprId) -> ExprId {
        self.scalar(ExprKind::Binary(op, left, right), Scalar::Bool)
    }

    /// `if cond { stmts }`
    pub fn when(&mut self, cond: ExprId, stmts: Vec<Stmt>) -> Stmt {
        let (value, otherwise) = (None, None);
        let then = Block { stmts, value };
        let kind = ExprKind::If {
            cond,
            then,
            otherwise,
        };
        let choice = self.expr(kind, Ty::Unit);
        self.stmt(StmtKind::Expr(choice))
    }

    /// A method whose value has its receiver's type.
    pub fn call(&mut self, builtin: Builtin, args: Vec<ExprId>) -> ExprId {
        let ty = self.function.exprs[args[0]].ty.clone();
        self.expr(ExprKind::Call(builtin, args), ty)
    }

    pub fn cast(&mut self, value: ExprId, to: Scalar) -> ExprId {
        self.scalar(ExprKind::Cast(value, to), to)
    }

    pub fn stmt(&self, kind: StmtKind) -> Stmt {
        let span = self.span;
        Stmt { kind, span }
    }

    /// A local of an iteration.
    pub fn local(&mut self, name: &str, ty: Ty, mutable: bool) -> VarId {
        self.function.vars.push(Var {
            ident: Ident::new(name, self.span.start),
            span: self.span,
            kind: VarKind::Local,
            home: None,
            mutable,
            ty,
            tokens: TokenStream::new(),
            deferred: false,
            hidden: false,
        })
    }

    /// `let name = value;`
    pub fn bind(&mut self, name: &str, value: ExprId) -> (VarId, Stmt) {
        let ty = self.function.exprs[value].ty.clone();
        let var = self.local(name, ty, false);
        (var, self.binding(var, value))
    }

    pub fn binding(&self, var: VarId, value: ExprId) -> Stmt {
        self.stmt(StmtKind::Let {
            pat: Pat::Var(var),
            init: Some(value),
        })
    }

    pub fn assign(&self, target: Place, value: ExprId) -> Stmt {
        self.stmt(StmtKind::Assign {
            target,
            op: None,
            value,
        })
    }

    /// A loop over a range of its variable's values, still without a body.
    pub fn for_loop(&mut self, name: &str, ty: Scalar, range: Range) -> LoopId {
        let var = self.local(name, Ty::Scalar(ty), false);
        let id = self.function.loops.push(Loop {
            var,
            range,
            demanded: false,
            proofs: Vec::new(),
            body: Block::default(),
            parent: None,
            head: self.span,
            range_span: self.span,
            iteration: None,
            inlined: true,
            listed: false,
            opaque: None,
        });
        let node = &mut self.function.vars[var];
        (node.kind, node.home) = (VarKind::Index(id), Some(id));
        id
    }

    /// `0..end`
    pub fn below(&mut self, end: ExprId) -> Range {
        let start = self.int(0, Scalar::Usize);
        Range {
            start,
            end,
            inclusive: false,
            adapters: Vec::new(),
        }
    }
}
