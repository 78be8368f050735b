//! Assignments to values of several scalars.

use super::parts::Parts;
use super::{Lowerer, is_composite, is_field};
use crate::ir::{
    AccessMode, BinaryOp, ExprId, ExprKind, Place, Span, Stmt, StmtKind, Ty, VarId, walk,
};

impl Lowerer<'_> {
    /// `target op= value`, as statements.
    pub fn assign(
        &mut self,
        target: Place,
        op: Option<BinaryOp>,
        value: ExprId,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        match target {
            Place::Var(var) if is_composite(&self.function.vars[var].ty) => {
                let vars = self.leaves_of(var);
                self.assign_variables(&vars, op, value, span, out);
            }
            Place::Field { base, index } if is_field(self.function, &target) => {
                let vars = self.field_leaves(base, index);
                self.assign_variables(&vars, op, value, span, out);
            }
            Place::Element(access) if self.is_complex_element(access) => {
                self.assign_element(access, op, value, span, out);
            }
            Place::LocalElement { base, index } if op.is_some() && is_composite(self.ty(value)) => {
                self.update_local(base, index, op, value, span, out);
            }
            target => {
                match &target {
                    Place::Element(access) => self.indices(*access),
                    Place::LocalElement { index, .. } => {
                        index.iter().for_each(|index| self.expr(*index));
                    }
                    Place::Var(_) | Place::Field { .. } => {}
                }
                self.expr(value);
                push_assign(out, target, op, value, span);
            }
        }
    }

    fn assign_variables(
        &mut self,
        vars: &[VarId],
        op: Option<BinaryOp>,
        value: ExprId,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let mut parts = self.assigned_parts(value);
        out.append(&mut parts.before);
        let mut steps = match op {
            Some(op) => self.combined(op, vars, parts, span, out),
            None => {
                let leaves = parts.leaves.into_iter();
                leaves.map(|leaf| (None, Some(leaf))).collect()
            }
        };
        // What is assigned first is not to be read after.
        let late = steps.iter().enumerate().any(|(position, (_, value))| {
            let value = value.iter();
            value
                .copied()
                .any(|value| self.mentions(value, &vars[..position]))
        });
        if late {
            for (_, value) in &mut steps {
                *value = value.map(|value| self.pin(value, out));
            }
        }
        for (var, (op, value)) in vars.iter().zip(steps) {
            if let Some(value) = value {
                push_assign(out, Place::Var(*var), op, value, span);
            }
        }
    }

    /// The parts of a value that is a number itself or has several.
    fn assigned_parts(&mut self, value: ExprId) -> Parts {
        if is_composite(self.ty(value)) {
            return self.parts(value);
        }
        self.expr(value);
        Parts::plain(vec![value])
    }

    /// What each of a place's scalars becomes: the operator that is left, and the operand; nothing
    /// where the scalar stays.
    fn combined(
        &mut self,
        op: BinaryOp,
        vars: &[VarId],
        value: Parts,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Vec<(Option<BinaryOp>, Option<ExprId>)> {
        let sum = matches!(op, BinaryOp::Add | BinaryOp::Sub);
        match (vars.len(), value.leaves.len()) {
            // A scalar, one part of several perhaps; or a sum, part by part.
            (1, 1) => return vec![(Some(op), Some(value.leaves[0]))],
            (2, 2) if sum => {
                let value = self.steadied_into(value, out);
                return value
                    .into_iter()
                    .map(|leaf| (Some(op), Some(leaf)))
                    .collect();
            }
            (2, 1) if sum => return vec![(Some(op), Some(value.leaves[0])), (None, None)],
            _ => {}
        }
        let read = vars.iter().map(|var| {
            let ty = self.function.vars[*var].ty.clone();
            self.push(ExprKind::Var(*var), span, ty)
        });
        let old = Parts::plain(read.collect());
        let mut parts = self.arithmetic(op, old, value, span);
        out.append(&mut parts.before);
        let leaves = parts.leaves.into_iter();
        leaves.map(|leaf| (None, Some(leaf))).collect()
    }

    fn steadied_into(&mut self, value: Parts, out: &mut Vec<Stmt>) -> Vec<ExprId> {
        let mut value = self.steadied(value);
        out.append(&mut value.before);
        value.leaves
    }

    fn mentions(&self, id: ExprId, vars: &[VarId]) -> bool {
        let mut found = false;
        walk::below(self.function, id, &mut |id| {
            found |=
                matches!(&self.function.exprs[id].kind, ExprKind::Var(var) if vars.contains(var));
        });
        found
    }

    /// `array[index] op= value`, the value first.
    fn assign_element(
        &mut self,
        access: crate::ir::AccessId,
        op: Option<BinaryOp>,
        value: ExprId,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let mut parts = self.assigned_parts(value);
        self.settle(&mut parts);
        out.append(&mut parts.before);
        let whole = self.function.accesses[access].part.is_none();
        let (before, accesses) = self.element_parts(access);
        out.extend(before);
        let plain = op.is_none_or(|op| matches!(op, BinaryOp::Add | BinaryOp::Sub));
        if plain || !whole {
            let pairs = accesses.into_iter().zip(parts.leaves);
            for (access, leaf) in pairs {
                push_assign(out, Place::Element(access), op, leaf, span);
            }
            return;
        }
        let Some(op) = op else { return };
        let leaf = self.element_type(access);
        let old = accesses.iter().map(|access| {
            let mut read = self.function.accesses[*access].clone();
            read.mode = AccessMode::Load;
            read.index = read.index.iter().map(|at| self.copied(*at)).collect();
            let read = self.function.accesses.push(read);
            self.push(ExprKind::Load(read), span, leaf.clone())
        });
        let old = Parts::plain(old.collect());
        let mut new = self.arithmetic(op, old, parts, span);
        self.pin_all(&mut new);
        out.append(&mut new.before);
        for (access, leaf) in accesses.into_iter().zip(new.leaves) {
            self.function.accesses[access].mode = AccessMode::Store;
            push_assign(out, Place::Element(access), None, leaf, span);
        }
    }

    /// Values that stay what they are while elements are written.
    fn settle(&mut self, parts: &mut Parts) {
        if parts.leaves.len() > 1 {
            self.pin_all(parts);
        }
    }

    /// `local[index] op= value`: the place is evaluated once, after the value.
    fn update_local(
        &mut self,
        base: VarId,
        index: Vec<ExprId>,
        op: Option<BinaryOp>,
        value: ExprId,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let (Some(op), Ty::Complex(scalar)) = (op, self.ty(value).clone()) else {
            return;
        };
        let mut parts = self.parts(value);
        self.pin_all(&mut parts);
        out.append(&mut parts.before);
        let pinned = index.into_iter().map(|at| {
            self.expr(at);
            self.pin(at, out)
        });
        let pinned: Vec<ExprId> = pinned.collect();
        let read = pinned.iter().map(|at| self.again(*at)).collect();
        let whole = Ty::Complex(scalar);
        let old = ExprKind::LocalElement { base, index: read };
        let old = self.push(old, span, whole.clone());
        let mut old = self.parts(old);
        out.append(&mut old.before);
        let mut new = self.arithmetic(op, old, parts, span);
        out.append(&mut new.before);
        let ty = super::lowered(&whole);
        let value = self.assemble(&ty, &mut new.leaves.into_iter(), span);
        let index = pinned;
        push_assign(out, Place::LocalElement { base, index }, None, value, span);
    }
}

fn push_assign(
    out: &mut Vec<Stmt>,
    target: Place,
    op: Option<BinaryOp>,
    value: ExprId,
    span: Span,
) {
    let kind = StmtKind::Assign { target, op, value };
    out.push(Stmt { kind, span });
}
