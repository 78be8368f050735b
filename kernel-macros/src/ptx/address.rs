//! Where an array's element is: indices as polynomials, and the registers that hold their values.
//!
//! Indices are computed modulo 2^64 as Rust computes them, so an address may be regrouped freely:
//! constants go into the instruction, what a loop does not change goes in front of it, and what
//! is affine in the counters of a loop becomes a pointer that the loop advances by an addition.

use super::arith::power_of_two;
use super::code::{Class, Operand, Reg};
use super::emitter::{Emitter, Pointer};
use super::poly::{Monomial, Poly};
use super::value::{Slot, Value};
use super::vectors::Touch;
use crate::analysis::plan::SiteKey;
use crate::ir::{AccessId, BinaryOp, Builtin, ExprId, ExprKind, Scalar};
use std::collections::BTreeMap;

/// An element in memory.
#[derive(Clone, Copy, Debug)]
pub struct Address {
    pub base: Operand,
    pub offset: i64,
}

impl Emitter<'_> {
    /// Evaluates an access's indices, checks them if that is due, and finds the element.
    pub fn address(&mut self, id: AccessId) -> Address {
        let indices = self.indices(id);
        let access = &self.function.accesses[id];
        let array = access.array;
        let bytes = self.element_type(id).bytes();
        let mut offset = Poly::default();
        for (dim, index) in (0u32..).zip(&indices) {
            let stride = Poly::of(self.stride(array, dim));
            let part = match index.times(&stride) {
                Some(part) => part,
                None => {
                    let index = Poly::of(self.materialise(index));
                    index.times(&stride).expect("a product of two factors")
                }
            };
            offset = offset.plus(&part);
        }
        let base = self.base(array);
        let address = offset.scaled(i64::from(bytes)).plus(&Poly::of(base));
        self.touches.push(Touch {
            access: id,
            address: address.clone(),
            depth: self.depth(),
        });
        // The size of groups' copies is another matter than that of the arrays.
        let is_copy = self.copies.contains_key(&array);
        let narrow = (!is_copy).then(|| self.narrow_address(base, &offset, bytes));
        narrow.flatten().unwrap_or_else(|| self.locate(&address))
    }

    pub fn locate(&mut self, poly: &Poly) -> Address {
        let (rest, constant) = poly.split_constant();
        let base = self.sum(&rest);
        if i32::try_from(constant).is_ok() {
            return Address {
                base,
                offset: constant,
            };
        }
        let base = self.hoisted("add.s64", Class::B64, &[base, Operand::Int(constant)]);
        Address { base, offset: 0 }
    }

    fn indices(&mut self, id: AccessId) -> Vec<Poly> {
        let access = &self.function.accesses[id];
        let checked = self.is_checked(id);
        let mut indices = Vec::new();
        for expr in &access.index {
            indices.push(self.poly(*expr));
            if checked && access.style.is_nested() {
                self.check_indices(id, &indices, indices.len() - 1);
            }
        }
        if checked && !access.style.is_nested() {
            self.check_indices(id, &indices, 0);
        }
        indices
    }

    /// Fails unless the indices of the dimensions from `from` on are below their lengths.
    fn check_indices(&mut self, id: AccessId, indices: &[Poly], from: usize) {
        let Some(site) = self.site(SiteKey::Access(id)) else {
            return;
        };
        let array = self.function.accesses[id].array;
        let values: Vec<Operand> = indices.iter().map(|poly| self.materialise(poly)).collect();
        let mut outside = None;
        for (dim, index) in (0u32..).zip(&values).skip(from) {
            let len = self.len(array, dim);
            let test = self.pure("setp.ge.u64", Class::Pred, &[*index, len]);
            outside = Some(match outside {
                None => test,
                Some(before) => self.pure("or.pred", Class::Pred, &[before, test]),
            });
        }
        let args: Vec<_> = values.into_iter().map(|v| (v, Scalar::Usize)).collect();
        self.fail_if(outside.expect("an access has an index"), site, &args);
    }

    /// A 64-bit integer expression as a polynomial; what has no such form is evaluated.
    pub fn poly(&mut self, id: ExprId) -> Poly {
        match self.expanded(id) {
            Some(poly) => poly,
            None => {
                let value = self.scalar(id);
                // Later parts of the index may assign to the variable.
                let value = self.snapshot(value);
                self.code.pin(value);
                Poly::of(value)
            }
        }
    }

    fn expanded(&mut self, id: ExprId) -> Option<Poly> {
        let expr = &self.function.exprs[id];
        let ty = expr.ty.scalar()?;
        let can_fail = self.site(SiteKey::Expr(id)).is_some();
        if can_fail || !ty.is_int() || ty.bits() != 64 {
            return None;
        }
        match &expr.kind {
            ExprKind::Var(var) => match self.slots.get(var)? {
                Slot::Affine(poly) | Slot::Counter(_, poly) => Some(poly.clone()),
                Slot::Value(Value::Scalar(Operand::Int(value))) => Some(Poly::constant(*value)),
                Slot::Value(_) => None,
            },
            ExprKind::Binary(op, left, right) => self.expanded_binary(*op, *left, *right),
            ExprKind::Call(builtin, args) => {
                let op = match builtin {
                    Builtin::WrappingAdd => BinaryOp::Add,
                    Builtin::WrappingSub => BinaryOp::Sub,
                    Builtin::WrappingMul => BinaryOp::Mul,
                    _ => return None,
                };
                self.expanded_binary(op, args[0], args[1])
            }
            ExprKind::Cast(operand, _) => self.expanded_cast(*operand),
            _ => None,
        }
    }

    fn expanded_binary(&mut self, op: BinaryOp, left: ExprId, right: ExprId) -> Option<Poly> {
        if !matches!(op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul) {
            return None;
        }
        let left = self.poly(left);
        let right = self.poly(right);
        Some(match op {
            BinaryOp::Add => left.plus(&right),
            BinaryOp::Sub => left.minus(&right),
            _ => self.product_of(&left, &right),
        })
    }

    pub fn product_of(&mut self, left: &Poly, right: &Poly) -> Poly {
        if let Some(product) = left.times(right) {
            return product;
        }
        let (left, right) = (self.materialise(left), self.materialise(right));
        let product = Poly::of(left).times(&Poly::of(right));
        product.expect("a product of two factors")
    }

    /// A cast to 64 bits that keeps the polynomial: from 64 bits, and of a narrower loop variable,
    /// whose values its loop keeps inside the type.
    fn expanded_cast(&mut self, operand: ExprId) -> Option<Poly> {
        let expr = &self.function.exprs[operand];
        let from = expr.ty.scalar()?;
        if from.is_int() && from.bits() == 64 {
            return Some(self.poly(operand));
        }
        let ExprKind::Var(var) = &expr.kind else {
            return None;
        };
        match self.slots.get(var)? {
            Slot::Affine(poly) | Slot::Counter(_, poly) => Some(poly.clone()),
            Slot::Value(_) => None,
        }
    }

    // Polynomials to registers.

    /// The polynomial's value.
    pub fn materialise(&mut self, poly: &Poly) -> Operand {
        let (rest, constant) = poly.split_constant();
        if rest.is_zero() {
            return Operand::Int(constant);
        }
        let sum = self.sum(&rest);
        if constant == 0 {
            return sum;
        }
        self.hoisted("add.s64", Class::B64, &[sum, Operand::Int(constant)])
    }

    /// The value of a polynomial without constant, built from the outermost scope inwards.
    fn sum(&mut self, poly: &Poly) -> Operand {
        if let Some(reg) = poly.as_register() {
            return Operand::Reg(reg);
        }
        let level = self.level(poly.regs());
        if let Some(pointer) = self.pointer(poly, level) {
            return Operand::Reg(pointer);
        }
        let (inner, outer) = poly.partition(|monomial| self.touches(monomial, level));
        let mut sum = (!outer.is_zero()).then(|| self.sum(&outer));
        for (factor, coefficient) in self.by_inner_factor(&inner, level) {
            let factor = self.product(&factor);
            sum = Some(self.add_scaled(sum, &coefficient, factor));
        }
        sum.expect("a polynomial that is not zero")
    }

    pub fn touches(&self, monomial: &Monomial, level: usize) -> bool {
        monomial.iter().any(|reg| self.code.level(*reg) == level)
    }

    /// The terms grouped by their factors of depth `level`: factors and what multiplies them.
    pub fn by_inner_factor(&self, poly: &Poly, level: usize) -> BTreeMap<Monomial, Poly> {
        let mut groups: BTreeMap<Monomial, Poly> = BTreeMap::new();
        for (monomial, coefficient) in poly.terms() {
            let is_inner = |reg: &Reg| self.code.level(*reg) == level;
            let (inner, outer) = monomial.iter().copied().partition(is_inner);
            let group = groups.entry(inner).or_default();
            *group = group.plus(&Poly::term(outer, coefficient));
        }
        groups
    }

    fn product(&mut self, factors: &[Reg]) -> Operand {
        let (first, rest) = factors.split_first().expect("a factor");
        let mut product = Operand::Reg(*first);
        for factor in rest {
            let factors = [product, Operand::Reg(*factor)];
            product = self.hoisted("mul.lo.s64", Class::B64, &factors);
        }
        product
    }

    /// `sum + coefficient * factor`.
    fn add_scaled(&mut self, sum: Option<Operand>, coefficient: &Poly, factor: Operand) -> Operand {
        let by = self.materialise(coefficient);
        if let Operand::Int(by) = by
            && let Some(shift) = power_of_two(by.unsigned_abs())
        {
            let scaled = match shift {
                0 => factor,
                _ => self.hoisted("shl.b64", Class::B64, &[factor, Operand::Int(shift.into())]),
            };
            let negative = by < 0;
            return match sum {
                Some(sum) if negative => self.hoisted("sub.s64", Class::B64, &[sum, scaled]),
                Some(sum) => self.hoisted("add.s64", Class::B64, &[sum, scaled]),
                None if negative => self.hoisted("neg.s64", Class::B64, &[scaled]),
                None => scaled,
            };
        }
        // Apart from the sum, the product serves every access that shares it.
        let product = self.hoisted("mul.lo.s64", Class::B64, &[factor, by]);
        match sum {
            Some(sum) => self.hoisted("add.s64", Class::B64, &[sum, product]),
            None => product,
        }
    }

    /// The register that the loop at depth `level` keeps at this value, if the value is affine in
    /// the loop's counters.
    fn pointer(&mut self, poly: &Poly, level: usize) -> Option<Reg> {
        let induction = self.scopes.get(level)?.induction.as_ref()?;
        let known = induction.pointers.iter().find(|p| p.poly == *poly);
        if let Some(pointer) = known {
            return Some(pointer.reg);
        }
        let counters = induction.counters.clone();
        let slopes = self.slopes(poly, level, &counters)?;
        let reg = self.in_front(level, |e| {
            let start = e.sum(poly);
            let reg = e.code.induction(Class::B64, level, None);
            e.assign(reg, start);
            reg
        });
        let induction = self.scopes[level].induction.as_mut();
        induction.expect("checked above").pointers.push(Pointer {
            poly: poly.clone(),
            reg,
            slopes,
        });
        Some(reg)
    }

    /// Whether the loop at depth `level` keeps a register at this value, or could.
    pub fn follows(&self, poly: &Poly, level: usize) -> bool {
        let scope = self.scopes.get(level);
        let induction = scope.and_then(|scope| scope.induction.as_ref());
        induction.is_some_and(|of| self.slopes(poly, level, &of.counters).is_some())
    }

    /// What each counter is multiplied by; `None` if the polynomial is not affine in them.
    fn slopes(&self, poly: &Poly, level: usize, counters: &[Reg]) -> Option<Vec<Poly>> {
        let (inner, _) = poly.partition(|monomial| self.touches(monomial, level));
        let mut slopes = vec![Poly::default(); counters.len()];
        for (factor, coefficient) in self.by_inner_factor(&inner, level) {
            let [factor] = factor.as_slice() else {
                return None;
            };
            let position = counters.iter().position(|counter| counter == factor)?;
            slopes[position] = coefficient;
        }
        Some(slopes)
    }
}
