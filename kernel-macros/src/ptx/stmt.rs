//! Statements of an iteration.

use super::code::Operand;
use super::emitter::Emitter;
use super::expr::leaves_at_end;
use super::source;
use super::value::{Slot, Value};
use crate::analysis::plan::SiteKey;
use crate::ir::{BinaryOp, Block, ExprId, ExprKind, Pat, Place, Scalar, Stmt, StmtKind, Ty, VarId};

impl Emitter<'_> {
    pub fn block(&mut self, block: &Block) {
        _ = self.block_value(block);
    }

    pub fn stmt(&mut self, stmt: &Stmt) {
        if let Some(text) = source::line(self.function, stmt) {
            self.code.comment(text);
        }
        match &stmt.kind {
            StmtKind::Let { pat, init } => self.let_stmt(pat, *init),
            StmtKind::Assign { target, op, value } => self.assign_stmt(target, *op, *value),
            StmtKind::Expr(expr) => _ = self.value(*expr),
            StmtKind::For(id) => self.for_stmt(*id),
            StmtKind::While { cond, body, .. } => self.while_stmt(Some(*cond), body),
            StmtKind::Loop { body, .. } => self.while_stmt(None, body),
            StmtKind::Break { depth } => {
                let exits = self.loops[self.loops.len() - 1 - *depth as usize];
                self.code.jump(exits.done);
            }
            StmtKind::Continue { depth } => self.continue_stmt(*depth as usize),
            StmtKind::Return(value) => self.return_value(*value),
            StmtKind::Assert { cond, args, .. } => self.assert_stmt(*cond, args),
            StmtKind::Opaque(_) => {
                unreachable!("the plan keeps driver statements out of regions")
            }
        }
    }

    fn continue_stmt(&mut self, depth: usize) {
        let target = match self.loops.len().checked_sub(depth + 1) {
            Some(inner) => self.loops[inner].next,
            None => self.next_iteration,
        };
        self.code.jump(target);
    }

    // Bindings.

    fn let_stmt(&mut self, pat: &Pat, init: Option<ExprId>) {
        if let (Pat::Var(var), Some(init)) = (pat, init)
            && self.let_index(*var, init)
        {
            return;
        }
        match init {
            Some(init) => {
                let value = self.value(init);
                self.bind(pat, value);
            }
            None => self.declare(pat),
        }
    }

    /// An immutable value that is affine in loop variables is kept as such: computed where it is
    /// read, which for an index is the address.
    fn let_index(&mut self, var: VarId, init: ExprId) -> bool {
        if self.function.vars[var].mutable || !self.is_index(init) {
            return false;
        }
        let poly = self.poly(init);
        self.slots.insert(var, Slot::Affine(poly));
        true
    }

    /// Sums and products of loop variables, values in registers and constants that cannot fail.
    fn is_index(&self, id: ExprId) -> bool {
        let mut follows_loop = false;
        self.is_index_part(id, &mut follows_loop) && follows_loop
    }

    fn is_index_part(&self, id: ExprId, follows_loop: &mut bool) -> bool {
        let expr = &self.function.exprs[id];
        let wide = |ty: &Ty| ty.scalar().is_some_and(|ty| ty.is_int() && ty.bits() == 64);
        if !wide(&expr.ty) || self.site(SiteKey::Expr(id)).is_some() {
            return false;
        }
        match &expr.kind {
            ExprKind::Int(..) => true,
            ExprKind::Var(var) => {
                *follows_loop |= self.is_affine(*var);
                self.is_affine(*var) || !self.function.vars[*var].mutable
            }
            ExprKind::Cast(operand, _) => match &self.function.exprs[*operand].kind {
                ExprKind::Var(var) if self.is_affine(*var) => {
                    *follows_loop = true;
                    true
                }
                _ => self.is_index_part(*operand, follows_loop),
            },
            ExprKind::Binary(BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul, left, right) => {
                self.is_index_part(*left, follows_loop) && self.is_index_part(*right, follows_loop)
            }
            _ => false,
        }
    }

    fn is_affine(&self, var: VarId) -> bool {
        matches!(
            self.slots.get(&var),
            Some(Slot::Affine(_) | Slot::Counter(..))
        )
    }

    pub fn bind(&mut self, pat: &Pat, value: Value) {
        match (pat, value) {
            (Pat::Wild, _) => {}
            (Pat::Var(var), value) => self.bind_variable(*var, value),
            (Pat::Tuple(parts), Value::Tuple(values)) => {
                for (part, value) in parts.iter().zip(values) {
                    self.bind(part, value);
                }
            }
            (Pat::Tuple(_), other) => unreachable!("{other:?} where a tuple was expected"),
        }
    }

    fn bind_variable(&mut self, var: VarId, value: Value) {
        let declared = &self.function.vars[var];
        let name = self.variable_name(var);
        if self.uses.indexed.contains(&var) && !self.is_table(var) {
            let memory = Value::Memory(self.local_memory(&name, &declared.ty));
            self.assign_value(&memory, value);
            self.slots.insert(var, Slot::Value(memory));
            return;
        }
        let value = if declared.mutable {
            let registers = self.allocate(&declared.ty, &name);
            self.assign_value(&registers, value);
            registers
        } else {
            // A second name for the value, if nothing can assign to that.
            let value = self.settle(value);
            let value = expand_repeat(value);
            self.pin_value(&value, &name);
            value
        };
        self.slots.insert(var, Slot::Value(value));
    }

    fn pin_value(&mut self, value: &Value, name: &str) {
        for operand in self.flatten(value) {
            self.code.pin(operand);
            if let Operand::Reg(reg) = operand {
                self.code.name(reg, name.to_owned());
            }
        }
    }

    /// `let x;`
    fn declare(&mut self, pat: &Pat) {
        match pat {
            Pat::Wild => {}
            Pat::Var(var) => {
                let name = self.variable_name(*var);
                let ty = self.function.vars[*var].ty.clone();
                let value = match &ty {
                    Ty::Array(..) if self.uses.indexed.contains(var) => {
                        Value::Memory(self.local_memory(&name, &ty))
                    }
                    _ => self.allocate(&ty, &name),
                };
                self.slots.insert(*var, Slot::Value(value));
            }
            Pat::Tuple(parts) => {
                for part in parts {
                    self.declare(part);
                }
            }
        }
    }

    // Assignments: the right side first, then the place.

    fn assign_stmt(&mut self, target: &Place, op: Option<BinaryOp>, value: ExprId) {
        if self.updates_atomically(target, op, value) {
            return;
        }
        match op {
            None => self.plain_assign(target, value),
            Some(op) => self.compound_assign(target, op, value),
        }
    }

    fn plain_assign(&mut self, target: &Place, value: ExprId) {
        match target {
            Place::Var(var) => {
                let value = self.value(value);
                let target = self.place_value(*var);
                self.assign_value(&target, value);
            }
            Place::Field { base, index } => {
                let value = self.value(value);
                let target = self.field_place(*base, *index);
                self.assign_value(&target, value);
            }
            Place::Element(access) => {
                let operand = self.scalar(value);
                let operand = self.hold(operand, &self.function.accesses[*access].index);
                let address = self.address(*access);
                let ty = self.type_of(value);
                let array = self.array(self.function.accesses[*access].array);
                self.store_element_of(array, ty, address, operand);
            }
            Place::LocalElement { base, index } => {
                let value = self.value(value);
                let value = self.settle_before(value, index);
                self.store_element(*base, index, value);
            }
        }
    }

    fn compound_assign(&mut self, target: &Place, op: BinaryOp, value: ExprId) {
        let ty = self.type_of(value);
        let right = self.scalar(value);
        let key = SiteKey::Compound(value);
        match target {
            Place::Var(var) => {
                let target = self.place_value(*var);
                self.update_register(target, self.scalar_type(*var), op, (right, ty), key);
            }
            Place::Field { base, index } => {
                let left_ty = match &self.function.vars[*base].ty {
                    Ty::Tuple(parts) => parts[*index as usize].scalar(),
                    _ => None,
                };
                let target = self.field_place(*base, *index);
                let left_ty = left_ty.expect("compound assignments are on scalars");
                self.update_register(target, left_ty, op, (right, ty), key);
            }
            Place::Element(access) => {
                let access = *access;
                let right = self.hold(right, &self.function.accesses[access].index);
                let array = self.array(self.function.accesses[access].array);
                let elem = self.region.arrays[usize::from(array)].elem;
                let address = self.address(access);
                let reg = match self.loaded_ahead(address) {
                    Some(loaded) => loaded,
                    None => self.written_element(elem, address),
                };
                let left = self.value_of_stored(elem, reg);
                let result = self.binary(op, (left, elem), (right, ty), key);
                self.store_element_of(array, elem, address, result);
            }
            Place::LocalElement { base, index } => {
                let right = self.settle_before(Value::Scalar(right), index).scalar();
                self.update_element(*base, index, op, (right, ty), key);
            }
        }
    }

    fn update_register(
        &mut self,
        target: Value,
        ty: Scalar,
        op: BinaryOp,
        right: (Operand, Scalar),
        key: SiteKey,
    ) {
        let left = target.clone().scalar();
        let result = self.binary(op, (left, ty), right, key);
        self.assign_value(&target, Value::Scalar(result));
    }

    /// The operand, safe from what evaluating the indices assigns.
    pub fn hold(&mut self, operand: Operand, indices: &[ExprId]) -> Operand {
        match self.any_runs_statements(indices) {
            true => self.snapshot(operand),
            false => operand,
        }
    }

    fn any_runs_statements(&self, indices: &[ExprId]) -> bool {
        let mut indices = indices.iter();
        indices.any(|index| super::uses::runs_statements(self.function, *index))
    }

    fn settle_before(&mut self, value: Value, indices: &[ExprId]) -> Value {
        if self.any_runs_statements(indices) {
            return self.settle(value);
        }
        value
    }

    /// The registers or memory of a variable that is assigned to.
    fn place_value(&self, var: VarId) -> Value {
        match self.slots.get(&var) {
            Some(Slot::Value(value)) => value.clone(),
            other => unreachable!("{other:?} is assigned to"),
        }
    }

    fn field_place(&self, base: VarId, index: u32) -> Value {
        match self.place_value(base) {
            Value::Tuple(mut parts) => parts.swap_remove(index as usize),
            other => unreachable!("{other:?} where a tuple was expected"),
        }
    }

    // Loops and assertions.

    fn while_stmt(&mut self, cond: Option<ExprId>, body: &Block) {
        let next = self.code.label("WHILE");
        let done = self.code.label("DONE");
        self.begin_loop(None);
        self.code.place(next);
        self.loops.push(super::emitter::Exits {
            next,
            done,
            certain: None,
        });
        self.scoped(|e| {
            if let Some(cond) = cond {
                e.jump_on(cond, false, done);
            }
            e.block(body);
        });
        self.loops.pop();
        if !leaves_at_end(body) {
            self.code.jump(next);
        }
        self.end_loop();
        self.code.place(done);
    }

    /// The message's arguments are only evaluated when the condition is false.
    fn assert_stmt(&mut self, cond: ExprId, args: &[ExprId]) {
        let Some(site) = self.site(SiteKey::Expr(cond)) else {
            return;
        };
        let holds = self.code.label("HOLDS");
        self.scoped(|e| {
            e.jump_on(cond, true, holds);
            let mut values = Vec::new();
            for arg in args.iter().take(super::fail::MAX_ARGS) {
                let ty = e.type_of(*arg);
                let value = e.scalar(*arg);
                values.push((e.snapshot(value), ty));
            }
            e.fail_here(site, &values);
        });
        self.code.place(holds);
    }
}

fn expand_repeat(value: Value) -> Value {
    match value {
        Value::Repeat(value, count) => {
            let value = expand_repeat(*value);
            Value::Array((0..count).map(|_| value.clone()).collect())
        }
        Value::Tuple(parts) => Value::Tuple(parts.into_iter().map(expand_repeat).collect()),
        Value::Array(parts) => Value::Array(parts.into_iter().map(expand_repeat).collect()),
        other => other,
    }
}
