//! Operators with Rust's semantics.

use super::code::{Class, Operand};
use super::emitter::Emitter;
use crate::analysis::plan::SiteKey;
use crate::ir::{BinaryOp, Scalar, UnaryOp};

/// `b32`, `b64`: types without sign, as bit operations want them.
pub fn bits_suffix(ty: Scalar) -> &'static str {
    if ty.bits() == 64 { "b64" } else { "b32" }
}

/// The type of the registers that hold a scalar: `s32` for `i8`, `u64` for `usize`, `f32`.
pub fn suffix(ty: Scalar) -> &'static str {
    match (ty, ty.is_signed(), ty.bits()) {
        (Scalar::F32, ..) => "f32",
        (Scalar::F64, ..) => "f64",
        (_, true, 64) => "s64",
        (_, false, 64) => "u64",
        (_, true, _) => "s32",
        (_, false, _) => "u32",
    }
}

/// The same with signed integers throughout: add, sub, mul are the same bits either way.
pub fn signed_suffix(ty: Scalar) -> &'static str {
    match suffix(ty) {
        "u32" => "s32",
        "u64" => "s64",
        other => other,
    }
}

pub fn power_of_two(value: u64) -> Option<u32> {
    value.is_power_of_two().then(|| value.trailing_zeros())
}

/// An integer type that does not fill its register.
pub fn is_narrow(ty: Scalar) -> bool {
    ty.is_int() && ty.bits() < 32
}

fn min_of(ty: Scalar) -> Operand {
    let (min, _) = ty.int_range().expect("an integer type");
    Operand::Int(i64::try_from(min).expect("minima fit in 64 bits"))
}

impl Emitter<'_> {
    pub fn int(&mut self, op: &str, ty: Scalar, args: &[Operand]) -> Operand {
        let op = format!("{op}.{}", suffix(ty));
        self.pure(op, Class::of(ty), args)
    }

    /// An operation whose bits do not depend on the sign.
    pub fn modular(&mut self, op: &str, ty: Scalar, args: &[Operand]) -> Operand {
        let op = format!("{op}.{}", signed_suffix(ty));
        self.pure(op, Class::of(ty), args)
    }

    pub fn bitwise(&mut self, op: &str, ty: Scalar, args: &[Operand]) -> Operand {
        let suffix = match ty {
            Scalar::Bool => "pred",
            _ => bits_suffix(ty),
        };
        self.pure(format!("{op}.{suffix}"), Class::of(ty), args)
    }

    pub fn float(&mut self, op: &str, ty: Scalar, args: &[Operand]) -> Operand {
        let op = format!("{op}.{}", suffix(ty));
        self.pure(op, Class::of(ty), args)
    }

    /// `setp`, in the type's own order.
    pub fn test(&mut self, cmp: &str, ty: Scalar, a: Operand, b: Operand) -> Operand {
        self.pure(format!("setp.{cmp}.{}", suffix(ty)), Class::Pred, &[a, b])
    }

    /// `if test { yes } else { no }` for scalars.
    pub fn select(&mut self, ty: Scalar, yes: Operand, no: Operand, test: Operand) -> Operand {
        if ty == Scalar::Bool {
            return self.select_bool(yes, no, test);
        }
        let op = match Class::of(ty) {
            Class::F32 => "selp.f32",
            Class::F64 => "selp.f64",
            Class::B64 => "selp.b64",
            _ => "selp.b32",
        };
        let test = self.predicate(test);
        self.pure(op, Class::of(ty), &[yes, no, test])
    }

    fn select_bool(&mut self, yes: Operand, no: Operand, test: Operand) -> Operand {
        let [yes, no, test] = [yes, no, test].map(|operand| self.predicate(operand));
        let both = self.pure("and.pred", Class::Pred, &[test, yes]);
        let not = self.pure("not.pred", Class::Pred, &[test]);
        let other = self.pure("and.pred", Class::Pred, &[not, no]);
        self.pure("or.pred", Class::Pred, &[both, other])
    }

    /// The predicate in a register.
    pub fn predicate(&mut self, operand: Operand) -> Operand {
        Operand::Reg(self.register(Class::Pred, operand))
    }

    /// Brings 32 bits back into an 8-bit or 16-bit type.
    pub fn wrap(&mut self, ty: Scalar, value: Operand) -> Operand {
        if !is_narrow(ty) {
            return value;
        }
        if let Operand::Int(value) = value {
            return Operand::Int(wrapped_constant(ty, value));
        }
        if ty.is_signed() {
            let op = format!("cvt.s32.s{}", ty.bits());
            return self.pure(op, Class::B32, &[value]);
        }
        let mask = Operand::Int((1 << ty.bits()) - 1);
        self.pure("and.b32", Class::B32, &[value, mask])
    }

    pub fn unary(&mut self, op: UnaryOp, ty: Scalar, value: Operand) -> Operand {
        match (op, value) {
            (UnaryOp::Neg, Operand::Int(int)) => {
                return Operand::Int(wrapped_constant(ty, int.wrapping_neg()));
            }
            (UnaryOp::Neg, Operand::F32(bits)) => return Operand::F32(bits ^ (1 << 31)),
            (UnaryOp::Neg, Operand::F64(bits)) => return Operand::F64(bits ^ (1 << 63)),
            (UnaryOp::Not, Operand::Int(int)) => {
                return Operand::Int(wrapped_constant(ty, !int));
            }
            (UnaryOp::Not, Operand::Bool(bool)) => return Operand::Bool(!bool),
            _ => {}
        }
        match op {
            UnaryOp::Neg => {
                let negated = self.modular("neg", ty, &[value]);
                self.wrap(ty, negated)
            }
            UnaryOp::Not => {
                let inverted = self.bitwise("not", ty, &[value]);
                self.wrap(ty, inverted)
            }
        }
    }

    /// Negation, failing on the minimum if that is a site.
    pub fn checked_neg(&mut self, ty: Scalar, value: Operand, site: u32) {
        let test = self.test("eq", ty, value, min_of(ty));
        self.fail_if(test, site, &[(value, ty)]);
    }

    /// A binary operator, failing where Rust panics if that is a site in this build.
    pub fn binary(
        &mut self,
        op: BinaryOp,
        (left, ty): (Operand, Scalar),
        (right, right_ty): (Operand, Scalar),
        key: SiteKey,
    ) -> Operand {
        let site = self.site(key);
        let args = [(left, ty), (right, right_ty)];
        if let Some(site) = site {
            let before = match op {
                BinaryOp::Div | BinaryOp::Rem => self.division_fails(ty, left, right),
                BinaryOp::Shl | BinaryOp::Shr => self.shift_fails(ty, right, right_ty),
                _ => None,
            };
            if let Some(test) = before {
                self.fail_if(test, site, &args);
            }
        }
        let raw = self.raw_binary(op, ty, left, right);
        let overflow = match (site, op) {
            (Some(_), BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul) => {
                self.overflows(op, ty, left, right, raw)
            }
            _ => None,
        };
        if let (Some(test), Some(site)) = (overflow, site) {
            self.fail_if(test, site, &args);
        }
        if op.is_comparison() {
            return raw;
        }
        self.wrap(ty, raw)
    }

    /// A binary operator that wraps.
    pub fn plain_binary(
        &mut self,
        op: BinaryOp,
        ty: Scalar,
        left: Operand,
        right: Operand,
    ) -> Operand {
        let raw = self.raw_binary(op, ty, left, right);
        if op.is_comparison() {
            return raw;
        }
        self.wrap(ty, raw)
    }

    /// The result before it is brought into an 8-bit or 16-bit type.
    fn raw_binary(&mut self, op: BinaryOp, ty: Scalar, left: Operand, right: Operand) -> Operand {
        let args = [left, right];
        match op {
            _ if op.is_comparison() => self.comparison(op, ty, left, right),
            BinaryOp::And => self.bit_operation("and", ty, args),
            BinaryOp::Or => self.bit_operation("or", ty, args),
            BinaryOp::Xor => self.bit_operation("xor", ty, args),
            BinaryOp::Rem if ty.is_float() => self.float_rem(ty, left, right),
            BinaryOp::Add if ty.is_float() => self.float("add.rn", ty, &args),
            BinaryOp::Sub if ty.is_float() => self.float("sub.rn", ty, &args),
            BinaryOp::Mul if ty.is_float() => self.float("mul.rn", ty, &args),
            BinaryOp::Div if ty.is_float() => self.float("div.rn", ty, &args),
            BinaryOp::Add => self.modular("add", ty, &args),
            BinaryOp::Sub => self.modular("sub", ty, &args),
            BinaryOp::Mul => self.modular("mul.lo", ty, &args),
            BinaryOp::Div => self.int("div", ty, &args),
            BinaryOp::Rem => self.int("rem", ty, &args),
            BinaryOp::Shl | BinaryOp::Shr => self.shift(op, ty, left, right),
            _ => unreachable!("comparisons come first"),
        }
    }

    fn bit_operation(&mut self, op: &str, ty: Scalar, args: [Operand; 2]) -> Operand {
        if ty != Scalar::Bool {
            return self.bitwise(op, ty, &args);
        }
        let args = args.map(|arg| self.predicate(arg));
        self.bitwise(op, ty, &args)
    }

    /// The amount counts modulo the width.
    fn shift(&mut self, op: BinaryOp, ty: Scalar, left: Operand, right: Operand) -> Operand {
        let mask = i64::from(ty.bits() - 1);
        let amount = match right {
            Operand::Int(amount) => Operand::Int(amount & mask),
            Operand::Reg(reg) => {
                let low = match self.code.class(reg) {
                    Class::B64 => self.pure("cvt.u32.u64", Class::B32, &[right]),
                    _ => right,
                };
                self.pure("and.b32", Class::B32, &[low, Operand::Int(mask)])
            }
            _ => unreachable!("a shift's amount is an integer"),
        };
        match op {
            BinaryOp::Shl => self.bitwise("shl", ty, &[left, amount]),
            _ => self.int("shr", ty, &[left, amount]),
        }
    }

    fn comparison(&mut self, op: BinaryOp, ty: Scalar, left: Operand, right: Operand) -> Operand {
        if ty == Scalar::Bool {
            return self.bool_comparison(op, left, right);
        }
        let cmp = match op {
            BinaryOp::Eq => "eq",
            // True when an operand is NaN.
            BinaryOp::Ne if ty.is_float() => "neu",
            BinaryOp::Ne => "ne",
            BinaryOp::Lt => "lt",
            BinaryOp::Le => "le",
            BinaryOp::Gt => "gt",
            _ => "ge",
        };
        self.test(cmp, ty, left, right)
    }

    /// `false < true`.
    fn bool_comparison(&mut self, op: BinaryOp, left: Operand, right: Operand) -> Operand {
        let [left, right] = [left, right].map(|operand| self.predicate(operand));
        let not = |e: &mut Self, operand| e.pure("not.pred", Class::Pred, &[operand]);
        let both = |e: &mut Self, op: &str, a, b| e.pure(op, Class::Pred, &[a, b]);
        match op {
            BinaryOp::Ne => both(self, "xor.pred", left, right),
            BinaryOp::Eq => {
                let differ = both(self, "xor.pred", left, right);
                not(self, differ)
            }
            BinaryOp::Lt | BinaryOp::Gt => {
                let (low, high) = ordered(op == BinaryOp::Lt, left, right);
                let low = not(self, low);
                both(self, "and.pred", low, high)
            }
            _ => {
                let (low, high) = ordered(op == BinaryOp::Le, left, right);
                let low = not(self, low);
                both(self, "or.pred", low, high)
            }
        }
    }

    /// Division by zero, or of the minimum by -1; `None` if a constant divisor excludes both.
    pub fn division_fails(&mut self, ty: Scalar, left: Operand, right: Operand) -> Option<Operand> {
        let zero = match right {
            Operand::Int(0) => Some(Operand::Bool(true)),
            Operand::Int(_) => None,
            _ => Some(self.test("eq", ty, right, Operand::Int(0))),
        };
        let may_overflow = ty.is_signed() && !matches!(right, Operand::Int(value) if value != -1);
        if !may_overflow {
            return zero;
        }
        let overflow = self.test("eq", ty, left, min_of(ty));
        let by_minus_one = self.test("eq", ty, right, Operand::Int(-1));
        let overflow = self.pure("and.pred", Class::Pred, &[overflow, by_minus_one]);
        Some(match zero {
            Some(zero) => self.pure("or.pred", Class::Pred, &[zero, overflow]),
            None => overflow,
        })
    }

    /// A shift by a negative amount or by the width or more; negative amounts are large unsigned.
    fn shift_fails(&mut self, ty: Scalar, amount: Operand, amount_ty: Scalar) -> Option<Operand> {
        let bits = i64::from(ty.bits());
        match amount {
            Operand::Int(amount) if (0..bits).contains(&amount) => None,
            Operand::Int(_) => Some(Operand::Bool(true)),
            _ => {
                let width = if amount_ty.bits() == 64 { "u64" } else { "u32" };
                let op = format!("setp.ge.{width}");
                Some(self.pure(op, Class::Pred, &[amount, Operand::Int(bits)]))
            }
        }
    }

    /// Whether `result`, the low 32 or 64 bits of the exact one, is not the exact one.
    pub fn overflows(
        &mut self,
        op: BinaryOp,
        ty: Scalar,
        left: Operand,
        right: Operand,
        result: Operand,
    ) -> Option<Operand> {
        if ty.is_float() {
            return None;
        }
        if is_narrow(ty) {
            // 32 bits hold any sum or product of 16-bit values.
            let wrapped = self.wrap(ty, result);
            let op = "setp.ne.u32";
            return Some(self.pure(op, Class::Pred, &[wrapped, result]));
        }
        Some(match (op, ty.is_signed()) {
            (BinaryOp::Mul, _) => self.product_overflows(ty, left, right, result),
            (BinaryOp::Add, false) => self.test("lt", ty, result, left),
            (BinaryOp::Sub, false) => self.test("lt", ty, left, right),
            (BinaryOp::Add, true) => self.sign_flips(ty, [left, result], [right, result]),
            _ => self.sign_flips(ty, [left, right], [left, result]),
        })
    }

    /// Whether the operands of both pairs differ in sign.
    fn sign_flips(&mut self, ty: Scalar, first: [Operand; 2], second: [Operand; 2]) -> Operand {
        let first = self.bitwise("xor", ty, &first);
        let second = self.bitwise("xor", ty, &second);
        let both = self.bitwise("and", ty, &[first, second]);
        self.test("lt", ty, both, Operand::Int(0))
    }

    fn product_overflows(
        &mut self,
        ty: Scalar,
        left: Operand,
        right: Operand,
        low: Operand,
    ) -> Operand {
        let high = self.int("mul.hi", ty, &[left, right]);
        if !ty.is_signed() {
            return self.test("ne", ty, high, Operand::Int(0));
        }
        let sign = Operand::Int(i64::from(ty.bits()) - 1);
        let extension = self.int("shr", ty, &[low, sign]);
        self.test("ne", ty, high, extension)
    }
}

fn ordered<T>(forward: bool, left: T, right: T) -> (T, T) {
    if forward {
        (left, right)
    } else {
        (right, left)
    }
}

/// A constant brought into its type.
pub fn wrapped_constant(ty: Scalar, value: i64) -> i64 {
    match ty {
        Scalar::I8 => i64::from(value as i8),
        Scalar::I16 => i64::from(value as i16),
        Scalar::I32 => i64::from(value as i32),
        Scalar::U8 => i64::from(value as u8),
        Scalar::U16 => i64::from(value as u16),
        Scalar::U32 => i64::from(value as u32),
        _ => value,
    }
}
