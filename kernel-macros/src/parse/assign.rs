//! Assignments, and the places that they write.

use super::Parser;
use super::expr::{complex_part, compound_op};
use super::span;
use super::stmt::opaque_stmt;
use super::template;
use super::written;
use crate::ir::{
    AccessMode, BinaryOp, Block, ExprId, ExprKind, Opaque, Part, PartNames, Pat, Place, Span, Stmt,
    StmtKind, Ty, VarId, VarKind,
};
use proc_macro2::Ident;

impl Parser {
    /// The same of what is assigned to a variable that is no array.
    fn say_whose_in(&mut self, first: usize, target: &syn::Expr) {
        if let Some(var) = self.named(target)
            && !self.arrays.contains_key(&var)
            && !self.parts.contains_key(&var)
        {
            let name = self.vars[var].ident.clone();
            self.say_whose(first, &name);
        }
    }

    /// A value that goes to some place.
    fn assigned(&mut self, target: &syn::Expr, value: impl FnOnce(&mut Self) -> ExprId) -> ExprId {
        let outer = self.writes_behind;
        self.writes_behind |= !matches!(target, syn::Expr::Path(_));
        let value = value(self);
        self.writes_behind = outer;
        value
    }

    pub(super) fn assign(&mut self, assign: &syn::ExprAssign) -> StmtKind {
        let first = self.exprs.len();
        let value = self.assigned(&assign.left, |parser| parser.expr(&assign.right));
        self.say_whose_in(first, &assign.left);
        if matches!(*assign.left, syn::Expr::Infer(_)) {
            return StmtKind::Expr(value);
        }
        if let syn::Expr::Tuple(parts) = &*assign.left {
            return self.assign_parts(parts, value, span::of(&assign.left));
        }
        if let Some(row) = self.row(&assign.left) {
            return self.write_row(&row, value);
        }
        if let Some(kind) = self.write_whole(&assign.left, value) {
            return kind;
        }
        match self.place(&assign.left, AccessMode::Store) {
            Ok(target) => {
                if let Place::Var(var) = target
                    && !self.path.is_empty()
                    && self.binds_borrowed(&assign.right)
                {
                    self.borrowed.insert(var);
                }
                if let Place::Var(var) = target
                    && self.vars[var].deferred
                    && let Some(mark) = template::number(&assign.attrs)
                {
                    self.bound_by.push((mark, vec![var]));
                }
                self.assignment(target, None, value)
            }
            Err(opaque) => StmtKind::Opaque(opaque),
        }
    }

    /// `(a, b) = value`: the value first, then its parts from left to right.
    fn assign_parts(&mut self, parts: &syn::ExprTuple, value: ExprId, at: Span) -> StmtKind {
        let name = Ident::new("parts", proc_macro2::Span::mixed_site());
        self.scopes.enter();
        let kind = self.local_kind();
        let whole = self.bind_hidden(&name, kind);
        self.scopes.leave();
        let bind = StmtKind::Let {
            pat: Pat::Var(whole),
            init: Some(value),
        };
        let mut stmts = vec![Stmt {
            kind: bind,
            span: at,
        }];
        for (index, part) in (0..).zip(&parts.elems) {
            if matches!(part, syn::Expr::Infer(_)) {
                continue;
            }
            let base = self.push(ExprKind::Var(whole), at);
            let value = self.push(ExprKind::Field(base, index), at);
            let kind = match self.place(part, AccessMode::Store) {
                Ok(target) => self.assignment(target, None, value),
                Err(opaque) => StmtKind::Opaque(opaque),
            };
            let span = span::of(part);
            stmts.push(Stmt { kind, span });
        }
        let block = Block { stmts, value: None };
        StmtKind::Expr(self.push(ExprKind::Block(block), at))
    }

    pub(super) fn compound(&mut self, binary: &syn::ExprBinary) -> StmtKind {
        let Some(op) = compound_op(&binary.op) else {
            return opaque_stmt("an operator that kernels do not have", None);
        };
        let first = self.exprs.len();
        let value = self.assigned(&binary.left, |parser| parser.operand(&binary.right));
        self.say_whose_in(first, &binary.left);
        match self.place(&binary.left, AccessMode::Update) {
            Ok(target) => self.assignment(target, Some(op), value),
            Err(opaque) => StmtKind::Opaque(opaque),
        }
    }

    /// What is assigned to changes, also where it lacks its `mut`: rustc says so, of the serial version.
    fn changes(&mut self, var: VarId) {
        let node = &mut self.vars[var];
        node.mutable |= node.kind == VarKind::Local && !node.deferred;
    }

    /// The value comes first, then the checks of the place, then the assignment.
    pub(super) fn assignment(
        &mut self,
        target: Place,
        op: Option<BinaryOp>,
        value: ExprId,
    ) -> StmtKind {
        if let Some(var) = target.variable() {
            self.changes(var);
        }
        let checks = std::mem::take(&mut self.checks);
        if checks.is_empty() {
            return StmtKind::Assign { target, op, value };
        }
        let span = self.exprs[value].span;
        let ident = Ident::new("value", span.start);
        let var = self.hidden(&ident, VarKind::Local, Ty::Unknown);
        let bind = StmtKind::Let {
            pat: Pat::Var(var),
            init: Some(value),
        };
        let value = self.push(ExprKind::Var(var), span);
        let mut stmts = vec![Stmt { kind: bind, span }];
        stmts.extend(checks);
        let kind = StmtKind::Assign { target, op, value };
        stmts.push(Stmt { kind, span });
        let block = Block { stmts, value: None };
        StmtKind::Expr(self.push(ExprKind::Block(block), span))
    }

    pub(super) fn place(&mut self, node: &syn::Expr, mode: AccessMode) -> Result<Place, Opaque> {
        match node {
            syn::Expr::Paren(paren) => return self.place(&paren.expr, mode),
            syn::Expr::Index(index) => {
                return match self.element(node, index, mode) {
                    Ok(found) => Ok(found.into()),
                    Err(id) => Err(self.opaque_of(id)),
                };
            }
            syn::Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => {
                if let Some(var) = self.deref_target(&unary.expr) {
                    return Ok(Place::Var(var));
                }
                let part = self.named(&unary.expr).and_then(|var| self.parts.get(&var));
                if let Some(part) = part.filter(|part| part.rank() == 0).cloned() {
                    let found = self.part_element(&part, Vec::new(), mode, span::of(node));
                    return Ok(found.into());
                }
            }
            syn::Expr::Field(field) => {
                let part = match &field.member {
                    syn::Member::Unnamed(index) => Some((index.index, PartNames::Numbers)),
                    syn::Member::Named(name) => {
                        complex_part(name).map(|part| (part, PartNames::Complex))
                    }
                };
                if let Some((number, names)) = part {
                    let named = Some(names);
                    return self.part_place(&field.base, Part { number, named }, mode);
                }
            }
            _ => {
                let value = |var: &VarId| {
                    let reference = self.derefs.contains(var) || self.references.contains(var);
                    !reference && !self.parts.contains_key(var)
                };
                if let Some(var) = self.named(node).filter(value) {
                    return Ok(Place::Var(var));
                }
            }
        }
        Err(Opaque {
            what: format!("an assignment to `{}`", written::text(node)),
            help: Some("assign to a variable or to an element of an array".to_string()),
            blocks: Vec::new(),
        })
    }

    fn opaque_of(&self, id: ExprId) -> Opaque {
        match &self.exprs[id].kind {
            ExprKind::Opaque(opaque) => opaque.clone(),
            other => unreachable!("only an opaque expression is refused as a place: {other:?}"),
        }
    }
}
