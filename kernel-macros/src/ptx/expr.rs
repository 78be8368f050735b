//! Expressions, evaluated in Rust's order.

use super::builtin::when;
use super::code::{Class, Label, Operand};
use super::emitter::{Emitter, memory_suffix};
use super::fail::Number;
use super::uses::runs_statements;
use super::value::{Slot, Value};
use crate::analysis::plan::SiteKey;
use crate::ir::{
    AccessId, BinaryOp, Block, ExprId, ExprKind, Scalar, StmtKind, Ty, UnaryOp, VarId,
};

impl Emitter<'_> {
    /// The value of a scalar expression.
    pub fn scalar(&mut self, id: ExprId) -> Operand {
        self.value(id).scalar()
    }

    pub fn value(&mut self, id: ExprId) -> Value {
        let function = self.function;
        let expr = &function.exprs[id];
        match &expr.kind {
            ExprKind::Int(value, _) => Value::Scalar(int_constant(*value, self.type_of(id))),
            ExprKind::Float(text, _) => Value::Scalar(float_constant(text, self.type_of(id))),
            ExprKind::Bool(value) => Value::Scalar(Operand::Bool(*value)),
            ExprKind::Var(var) => self.variable_value(*var),
            ExprKind::Unary(op, operand) => Value::Scalar(self.unary_expr(id, *op, *operand)),
            ExprKind::Binary(op, left, right) => {
                Value::Scalar(self.binary_expr(id, *op, *left, *right))
            }
            ExprKind::Logic { and, left, right } => Value::Scalar(self.logic(*and, *left, *right)),
            ExprKind::Cast(operand, to) => Value::Scalar(self.cast_expr(id, *operand, *to)),
            ExprKind::Load(access) => Value::Scalar(self.load(*access)),
            ExprKind::Len { array, dim } => Value::Scalar(self.len(*array, *dim)),
            ExprKind::Call(builtin, args) => {
                let ty = self.type_of(args[0]);
                let operands = self.operands(args);
                Value::Scalar(self.call(id, *builtin, ty, &operands))
            }
            ExprKind::Apply(callee, args) => self.call_outside(id, *callee, args),
            ExprKind::Tuple(parts) => Value::Tuple(self.values(parts)),
            ExprKind::Array(parts) => Value::Array(self.values(parts)),
            ExprKind::Field(operand, index) => self.field(*operand, *index),
            ExprKind::Repeat(value, count) => {
                let value = self.value(*value);
                Value::Repeat(Box::new(value), *count)
            }
            ExprKind::LocalElement { base, index } => self.local_element(*base, index),
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => self.if_value(&expr.ty, *cond, then, otherwise.as_ref()),
            ExprKind::Block(block) => self.block_value(block),
            ExprKind::Iteration => Value::Scalar(self.iteration_number()),
            ExprKind::NewArray { .. }
            | ExprKind::Opaque(_)
            | ExprKind::Complex(..)
            | ExprKind::Option(_)
            | ExprKind::Ordering(_) => {
                unreachable!("the plan keeps driver expressions out of regions")
            }
        }
    }

    /// The number of the iteration of a region with accumulators.
    fn iteration_number(&mut self) -> Operand {
        match self.failures.current {
            Some(Number::Counter(counter, ahead)) => {
                self.pure("add.s64", Class::B64, &[counter, Operand::Int(ahead)])
            }
            _ => unreachable!("only accumulators ask for an iteration's number"),
        }
    }

    pub fn type_of(&self, id: ExprId) -> Scalar {
        let ty = self.function.exprs[id].ty.scalar();
        ty.expect("inference types every expression of a region")
    }

    /// Operands evaluated left to right; what a later one assigns does not change an earlier one.
    fn operands(&mut self, ids: &[ExprId]) -> Vec<Operand> {
        self.values(ids).into_iter().map(Value::scalar).collect()
    }

    pub fn values(&mut self, ids: &[ExprId]) -> Vec<Value> {
        let mut values = Vec::new();
        for (n, id) in ids.iter().enumerate() {
            let mut value = self.value(*id);
            let mut later = ids[n + 1..].iter();
            if later.any(|later| runs_statements(self.function, *later)) {
                value = self.settle(value);
            }
            values.push(value);
        }
        values
    }

    fn variable_value(&mut self, var: VarId) -> Value {
        if let Some(slot) = self.slots.get(&var) {
            return match slot.clone() {
                Slot::Value(value) => value,
                Slot::Counter(reg, _) => Value::Scalar(Operand::Reg(reg)),
                Slot::Affine(poly) => {
                    let ty = self.scalar_type(var);
                    let wide = self.materialise(&poly);
                    Value::Scalar(self.cast(wide, Scalar::I64, ty))
                }
            };
        }
        let position = self.region.scalars.iter().position(|scalar| *scalar == var);
        let position = position.expect("a variable of a region is bound in it or captured");
        let number = u8::try_from(position).expect("positions fit in 8 bits");
        Value::Scalar(self.param(super::params::DeviceParam::Scalar(number)))
    }

    fn unary_expr(&mut self, id: ExprId, op: UnaryOp, operand: ExprId) -> Operand {
        let ty = self.type_of(operand);
        let value = self.scalar(operand);
        // The minimum's literal is written as the negation of a value that the type has not got.
        let literal = matches!(self.function.exprs[operand].kind, ExprKind::Int(..));
        if op == UnaryOp::Neg
            && !literal
            && let Some(site) = self.site(SiteKey::Expr(id))
        {
            self.checked_neg(ty, value, site);
        }
        self.unary(op, ty, value)
    }

    fn binary_expr(&mut self, id: ExprId, op: BinaryOp, left: ExprId, right: ExprId) -> Operand {
        let types = (self.type_of(left), self.type_of(right));
        let values = self.operands(&[left, right]);
        let left = (values[0], types.0);
        let right = (values[1], types.1);
        self.binary(op, left, right, SiteKey::Expr(id))
    }

    /// A narrower loop variable is kept in 64 bits where the cast asks for them.
    fn cast_expr(&mut self, id: ExprId, operand: ExprId, to: Scalar) -> Operand {
        if let ExprKind::Var(var) = &self.function.exprs[operand].kind
            && let Some(Slot::Affine(poly)) = self.slots.get(var)
            && to.is_int()
            && to.bits() == 64
            && self.site(SiteKey::Expr(id)).is_none()
        {
            let poly = poly.clone();
            return self.materialise(&poly);
        }
        let from = self.type_of(operand);
        let value = self.scalar(operand);
        self.cast(value, from, to)
    }

    fn field(&mut self, operand: ExprId, index: u32) -> Value {
        match self.value(operand) {
            Value::Tuple(mut parts) => parts.swap_remove(index as usize),
            other => unreachable!("{other:?} where a tuple was expected"),
        }
    }

    fn load(&mut self, access: AccessId) -> Operand {
        let array = self.function.accesses[access].array;
        let number = usize::from(self.array(array));
        let elem = self.region.arrays[number].elem;
        let constant = !self.region.arrays[number].writes;
        let address = self.address(access);
        // Nothing else writes an array that the region only reads.
        let ahead = self.loaded_ahead(address);
        let reg = match ahead.or_else(|| self.streamed(access, address)) {
            None if constant => {
                let op = format!("ld.global.nc.{}", memory_suffix(elem));
                let front = self.front_of_load(address.base, access);
                let class = Class::in_memory(elem);
                self.constant_load_from(front, &op, class, (address.base, address.offset))
            }
            None => self.written_element(elem, address),
            Some(loaded) => loaded,
        };
        self.value_of_stored(elem, reg)
    }

    /// What stands in memory as a value: a `bool` is a byte there.
    pub fn value_of_stored(&mut self, ty: Scalar, reg: super::code::Reg) -> Operand {
        match ty {
            Scalar::Bool => {
                let args = [Operand::Reg(reg), Operand::Int(0)];
                self.pure("setp.ne.s32", Class::Pred, &args)
            }
            _ => Operand::Reg(reg),
        }
    }

    /// A value as it stands in memory.
    pub fn stored_form(&mut self, ty: Scalar, value: Operand) -> Operand {
        match ty {
            Scalar::Bool => self.cast(value, Scalar::Bool, Scalar::U8),
            _ => value,
        }
    }

    // Conditions.

    /// `&&` or `||` as a value.
    fn logic(&mut self, and: bool, left: ExprId, right: ExprId) -> Operand {
        let first = self.scalar(left);
        if self.is_simple(right) {
            let second = self.scalar(right);
            let op = if and { BinaryOp::And } else { BinaryOp::Or };
            return self.plain_binary(op, Scalar::Bool, first, second);
        }
        let first = self.predicate(first);
        let result = self.variable(Class::Pred, None);
        self.mov(result, first);
        let done = self.code.label("LOGIC");
        self.code.jump_if((result, !and), done);
        self.scoped(|e| {
            let second = e.scalar(right);
            e.mov(result, second);
        });
        self.code.place(done);
        self.snapshot(Operand::Reg(result))
    }

    /// Whether an expression costs less than a jump around it, and cannot fail.
    fn is_simple(&self, id: ExprId) -> bool {
        let mut budget = 5;
        self.fits(id, &mut budget)
    }

    fn fits(&self, id: ExprId, budget: &mut u32) -> bool {
        if *budget == 0 || self.site(SiteKey::Expr(id)).is_some() {
            return false;
        }
        *budget -= 1;
        match &self.function.exprs[id].kind {
            ExprKind::Int(..)
            | ExprKind::Float(..)
            | ExprKind::Bool(_)
            | ExprKind::Var(_)
            | ExprKind::Len { .. } => true,
            ExprKind::Unary(_, operand) | ExprKind::Cast(operand, _) => self.fits(*operand, budget),
            ExprKind::Field(operand, _) => {
                matches!(self.function.exprs[*operand].kind, ExprKind::Var(_))
            }
            ExprKind::Binary(op, left, right) => {
                !matches!(op, BinaryOp::Div | BinaryOp::Rem)
                    && self.fits(*left, budget)
                    && self.fits(*right, budget)
            }
            ExprKind::Logic { left, right, .. } => {
                self.fits(*left, budget) && self.fits(*right, budget)
            }
            _ => false,
        }
    }

    /// Jumps if the condition is `when_value`. What it computes may not be known at the target:
    /// call it in a scope that ends there.
    pub fn jump_on(&mut self, cond: ExprId, when_value: bool, target: Label) {
        match &self.function.exprs[cond].kind {
            ExprKind::Unary(UnaryOp::Not, operand) => self.jump_on(*operand, !when_value, target),
            ExprKind::Logic { and, left, right } if !self.is_simple(*right) => {
                self.jump_on_logic(*and, *left, *right, when_value, target);
            }
            _ => match self.scalar(cond) {
                Operand::Bool(value) if value == when_value => self.code.jump(target),
                Operand::Bool(_) => {}
                test => self.code.jump_if(when(test, when_value), target),
            },
        }
    }

    fn jump_on_logic(
        &mut self,
        and: bool,
        left: ExprId,
        right: ExprId,
        when_value: bool,
        target: Label,
    ) {
        // `false` decides `&&`, `true` decides `||`.
        let deciding = !and;
        if when_value == deciding {
            self.jump_on(left, deciding, target);
            self.jump_on(right, deciding, target);
            return;
        }
        let decided = self.code.label("LOGIC");
        self.scoped(|e| {
            e.jump_on(left, deciding, decided);
            e.jump_on(right, when_value, target);
        });
        self.code.place(decided);
    }

    // Branches.

    fn if_value(
        &mut self,
        ty: &Ty,
        cond: ExprId,
        then: &Block,
        otherwise: Option<&Block>,
    ) -> Value {
        if let Some(value) = self.if_select(ty, cond, then, otherwise) {
            return value;
        }
        let result = self.allocate_result(ty);
        let done = self.code.label("END");
        let Some(otherwise) = otherwise else {
            self.scoped(|e| {
                e.jump_on(cond, false, done);
                e.block_into(then, &result);
            });
            self.code.place(done);
            return result;
        };
        let other = self.code.label("ELSE");
        self.scoped(|e| {
            e.jump_on(cond, false, other);
            e.block_into(then, &result);
        });
        if !leaves_at_end(then) {
            self.code.jump(done);
        }
        self.code.place(other);
        self.scoped(|e| e.block_into(otherwise, &result));
        self.code.place(done);
        result
    }

    /// A choice between two values that are there anyway.
    fn if_select(
        &mut self,
        ty: &Ty,
        cond: ExprId,
        then: &Block,
        otherwise: Option<&Block>,
    ) -> Option<Value> {
        let scalar = ty.scalar().filter(|scalar| *scalar != Scalar::Bool)?;
        let yes = self.ready(then)?;
        let no = self.ready(otherwise?)?;
        let test = self.scalar(cond);
        let [yes, no] = [yes, no].map(|id| self.scalar(id));
        Some(Value::Scalar(self.select(scalar, yes, no, test)))
    }

    /// The block's value, if the block is nothing but a variable or literal.
    fn ready(&self, block: &Block) -> Option<ExprId> {
        let value = block.value.filter(|_| block.stmts.is_empty())?;
        let ready = match &self.function.exprs[value].kind {
            ExprKind::Int(..) | ExprKind::Float(..) | ExprKind::Var(_) => true,
            ExprKind::Unary(UnaryOp::Neg, operand) => matches!(
                self.function.exprs[*operand].kind,
                ExprKind::Int(..) | ExprKind::Float(..)
            ),
            _ => false,
        };
        ready.then_some(value)
    }

    /// Runs a block and gives its value to registers, unless it leaves before its end.
    fn block_into(&mut self, block: &Block, target: &Value) {
        let value = self.block_value(block);
        let has_value = block.value.is_some();
        if has_value && !matches!(target, Value::Unit) {
            self.assign_value(target, value);
        }
    }

    pub fn block_value(&mut self, block: &Block) -> Value {
        for stmt in &block.stmts {
            self.stmt(stmt);
        }
        match block.value {
            Some(value) => self.value(value),
            None => Value::Unit,
        }
    }
}

/// Whether a block ends by leaving it.
pub fn leaves_at_end(block: &Block) -> bool {
    let last = block.stmts.last().map(|stmt| &stmt.kind);
    block.value.is_none()
        && matches!(
            last,
            Some(StmtKind::Break { .. } | StmtKind::Continue { .. } | StmtKind::Return(_))
        )
}

fn int_constant(value: u128, ty: Scalar) -> Operand {
    let low = (value & u128::from(u64::MAX)) as u64;
    Operand::Int(super::arith::wrapped_constant(ty, low.cast_signed()))
}

fn float_constant(text: &str, ty: Scalar) -> Operand {
    const WHY: &str = "the lexer takes only what `parse` takes";
    match ty {
        Scalar::F32 => Operand::F32(text.parse::<f32>().expect(WHY).to_bits()),
        _ => Operand::F64(text.parse::<f64>().expect(WHY).to_bits()),
    }
}
