//! Methods of numbers that are short for others.

use super::parts::Parts;
use super::{Lowerer, integers, orders};
use crate::ir::{BinaryOp, Builtin, ExprId, ExprKind, Proof, Scalar, Span, Ty, UnaryOp};

/// Whether a method is written out for numbers of this type.
pub(super) fn is_short(builtin: Builtin, ty: &Ty) -> bool {
    use Builtin::*;
    let asked = *ty == Ty::Ordering && builtin.asks_order();
    let Some(ty) = ty.scalar() else { return asked };
    match builtin {
        LeadingOnes | TrailingOnes | CountZeros | SwapBytes | ReverseBits | WrappingPow => {
            ty.is_int()
        }
        IsPowerOfTwo => ty.is_int() && !ty.is_signed(),
        IsPositive | IsNegative | WrappingAbs => ty.is_signed(),
        SaturatingMul => ty.is_int() && ty.bits() <= 32,
        SinCos | Powi | IsNormal | IsSubnormal | NextUp | NextDown => ty.is_float(),
        Midpoint if ty.is_float() => true,
        // The receiver may have been lowered.
        builtin if builtin.asks_order() => ty == Scalar::I8,
        builtin if builtin.is_of_orders() => orders::compares(builtin, ty),
        builtin if builtin.is_of_integers() => integers::exists(builtin, ty),
        builtin => builtin.is_of_bytes() && ty == Scalar::U8,
    }
}

impl Lowerer<'_> {
    /// `builtin(args)` in other words.
    pub fn short(&mut self, id: ExprId, builtin: Builtin, args: &[ExprId]) -> Parts {
        use Builtin::*;
        let span = self.function.exprs[id].span;
        let mut parts = self.parts_of_all(args);
        self.pin_all(&mut parts);
        let x = parts.leaves[0];
        if builtin.is_of_bytes() {
            let ty = Ty::Scalar(Scalar::U8);
            self.prove(Proof::ByReference { builtin, ty });
        }
        if builtin.is_of_orders() {
            return self.orders(builtin, parts);
        }
        if self.ty(x).scalar().is_some_and(Scalar::is_float) && builtin != SinCos && builtin != Powi
        {
            return self.of_float(builtin, parts);
        }
        if builtin.is_of_integers() {
            return self.integers(id, builtin, parts);
        }
        let value = match builtin {
            LeadingOnes => self.of_opposite(LeadingZeros, x),
            TrailingOnes => self.of_opposite(TrailingZeros, x),
            CountZeros => self.of_opposite(CountOnes, x),
            SwapBytes => self.swapped_bytes(x, &mut parts),
            ReverseBits => {
                let pairs = [
                    (1, 0x5555_5555_5555_5555),
                    (2, 0x3333_3333_3333_3333),
                    (4, 0x0f0f_0f0f_0f0f_0f0f),
                ];
                let mut value = x;
                for (step, mask) in pairs {
                    value = self.exchanged(value, step, mask, &mut parts);
                }
                self.swapped_bytes(value, &mut parts)
            }
            IsPowerOfTwo => {
                let (ones, one) = (self.counted(CountOnes, x), self.int(1, Scalar::U32, span));
                self.compare(BinaryOp::Eq, ones, one)
            }
            IsPositive | IsNegative => {
                let (op, zero) = (self.sign(builtin), self.int_like(0, x));
                self.compare(op, x, zero)
            }
            WrappingAbs => {
                let zero = self.int_like(0, x);
                let (below, minus) = (
                    self.compare(BinaryOp::Lt, x, zero),
                    self.call(WrappingNeg, &[x]),
                );
                self.choice(below, minus, x)
            }
            SaturatingMul => self.bounded_product(x, parts.leaves[1]),
            WrappingPow => match self.literal(parts.leaves[1]) {
                Some(power) => self.wrapping_power(x, power.unsigned_abs(), &mut parts),
                None => {
                    return self.unknown(
                        &[],
                        span,
                        "`wrapping_pow` with a power that is no number",
                    );
                }
            },
            Powi => match self.literal(args[1]) {
                Some(power) => self.float_power(x, power, &mut parts),
                None => self.call(Powi, &[x, parts.leaves[1]]),
            },
            SinCos => {
                parts.leaves = vec![self.call(Sin, &[x]), self.call(Cos, &[x])];
                return parts;
            }
            _ => self.of_byte(builtin, x),
        };
        parts.leaves = vec![value];
        parts
    }

    /// Square and multiply, from the lowest bit up.
    fn wrapping_power(&mut self, x: ExprId, mut power: u64, parts: &mut Parts) -> ExprId {
        let (mut product, mut base) = (self.int_like(1, x), x);
        while power > 0 {
            if power & 1 == 1 {
                let next = self.call(Builtin::WrappingMul, &[product, base]);
                product = self.pin(next, &mut parts.before);
            }
            power >>= 1;
            let square = self.call(Builtin::WrappingMul, &[base, base]);
            base = self.pin(square, &mut parts.before);
        }
        product
    }

    /// Square and multiply, from the lowest bit up, and then the reciprocal: what LLVM makes of `powi`
    /// for every number, and so the serial version's bits.
    fn float_power(&mut self, x: ExprId, power: i64, parts: &mut Parts) -> ExprId {
        let Some(scalar) = self.ty(x).scalar() else {
            return x;
        };
        let span = self.function.exprs[x].span;
        let (mut rest, mut square, mut product) = (power.unsigned_abs(), x, None);
        while rest > 0 {
            if rest & 1 == 1 {
                let next = match product {
                    Some(product) => self.op(BinaryOp::Mul, product, square),
                    None => square,
                };
                product = Some(self.pin(next, &mut parts.before));
            }
            rest >>= 1;
            if rest > 0 {
                let next = self.op(BinaryOp::Mul, square, square);
                square = self.pin(next, &mut parts.before);
            }
        }
        let one = self.float("1.0", scalar, span);
        match product {
            None => one,
            Some(product) if power < 0 => self.op(BinaryOp::Div, one, product),
            Some(product) => self.again(product),
        }
    }

    fn sign(&self, builtin: Builtin) -> BinaryOp {
        match builtin {
            Builtin::IsPositive => BinaryOp::Gt,
            _ => BinaryOp::Lt,
        }
    }

    pub fn int(&mut self, value: u128, ty: Scalar, span: Span) -> ExprId {
        self.push(ExprKind::Int(value, None), span, Ty::Scalar(ty))
    }

    pub fn int_like(&mut self, value: u128, like: ExprId) -> ExprId {
        let (span, ty) = (self.function.exprs[like].span, self.ty(like).clone());
        self.push(ExprKind::Int(value, None), span, ty)
    }

    /// A method whose value is a `u32`.
    pub fn counted(&mut self, builtin: Builtin, x: ExprId) -> ExprId {
        let id = self.call(builtin, &[x]);
        self.function.exprs[id].ty = Ty::Scalar(Scalar::U32);
        id
    }

    fn of_opposite(&mut self, builtin: Builtin, x: ExprId) -> ExprId {
        let (span, ty) = (self.function.exprs[x].span, self.ty(x).clone());
        let x = self.again(x);
        let opposite = self.push(ExprKind::Unary(UnaryOp::Not, x), span, ty);
        self.counted(builtin, opposite)
    }

    pub fn shifted(&mut self, builtin: Builtin, x: ExprId, by: u128) -> ExprId {
        let span = self.function.exprs[x].span;
        let by = self.int(by, Scalar::U32, span);
        self.call(builtin, &[x, by])
    }

    /// Neighbours of `step` bits change places; `mask` has the lower ones.
    fn exchanged(&mut self, x: ExprId, step: u128, mask: u64, parts: &mut Parts) -> ExprId {
        let bits = self.ty(x).scalar().map_or(64, Scalar::bits);
        let mask = u128::from(mask >> (64 - bits));
        let (low, again) = (self.int_like(mask, x), self.int_like(mask, x));
        let lower = self.op(BinaryOp::And, x, low);
        let raised = self.shifted(Builtin::WrappingShl, lower, step);
        let upper = self.shifted(Builtin::WrappingShr, x, step);
        let lowered = self.op(BinaryOp::And, upper, again);
        let both = self.op(BinaryOp::Or, raised, lowered);
        self.pin(both, &mut parts.before)
    }

    /// The bytes of a name in the opposite order: pairs, pairs of pairs, halves.
    fn swapped_bytes(&mut self, x: ExprId, parts: &mut Parts) -> ExprId {
        let bits = self.ty(x).scalar().map_or(8, Scalar::bits);
        let rotated = |it: &mut Self, x, by| it.shifted(Builtin::RotateLeft, x, by);
        match bits {
            8 => self.again(x),
            16 => rotated(self, x, 8),
            32 => self.swapped_halves(x, 8, 0x00ff_00ff),
            _ => {
                let pairs = self.exchanged(x, 8, 0x00ff_00ff_00ff_00ff, parts);
                let halves = self.exchanged(pairs, 16, 0x0000_ffff_0000_ffff, parts);
                rotated(self, halves, 32)
            }
        }
    }

    /// Four bytes: each to the place that a turn by one byte to either side gives it.
    fn swapped_halves(&mut self, x: ExprId, by: u128, mask: u128) -> ExprId {
        let (left, right) = (
            self.shifted(Builtin::RotateLeft, x, by),
            self.shifted(Builtin::RotateRight, x, by),
        );
        let (mask, opposite) = (self.int_like(mask, x), self.int_like(mask, x));
        let (span, ty) = (self.function.exprs[x].span, self.ty(x).clone());
        let opposite = self.push(ExprKind::Unary(UnaryOp::Not, opposite), span, ty);
        let (left, right) = (
            self.op(BinaryOp::And, left, mask),
            self.op(BinaryOp::And, right, opposite),
        );
        self.op(BinaryOp::Or, left, right)
    }

    /// The product in twice the width, brought back into the type's range.
    fn bounded_product(&mut self, a: ExprId, b: ExprId) -> ExprId {
        let span = self.function.exprs[a].span;
        let Some(narrow) = self.ty(a).scalar() else {
            return a;
        };
        let wide = match narrow.is_signed() {
            true => Scalar::I64,
            false => Scalar::U64,
        };
        let [a, b] = [a, b].map(|x| {
            let x = self.again(x);
            self.push(ExprKind::Cast(x, wide), span, Ty::Scalar(wide))
        });
        let (low, high) = narrow.int_range().unwrap_or((0, 0));
        let product = self.call(Builtin::WrappingMul, &[a, b]);
        let high = self.int(high.unsigned_abs(), wide, span);
        let mut bounded = self.call(Builtin::Min, &[product, high]);
        if low < 0 {
            let low = self.int(low.unsigned_abs(), wide, span);
            let low = self.push(ExprKind::Unary(UnaryOp::Neg, low), span, Ty::Scalar(wide));
            bounded = self.call(Builtin::Max, &[bounded, low]);
        }
        self.push(ExprKind::Cast(bounded, narrow), span, Ty::Scalar(narrow))
    }

    // Bytes as ASCII.

    fn of_byte(&mut self, builtin: Builtin, x: ExprId) -> ExprId {
        use Builtin::*;
        match builtin {
            IsAscii => self.within(x, 0, 127),
            IsAsciiDigit => self.within(x, b'0', b'9'),
            IsAsciiUppercase => self.within(x, b'A', b'Z'),
            IsAsciiLowercase => self.within(x, b'a', b'z'),
            IsAsciiAlphabetic => self.is_letter(x),
            IsAsciiAlphanumeric => {
                let (letter, digit) = (self.is_letter(x), self.within(x, b'0', b'9'));
                self.logic(false, letter, digit)
            }
            IsAsciiWhitespace => self.any_of(x, &[(b' ', b' '), (b'\t', b'\n'), (12, b'\r')]),
            IsAsciiPunctuation => {
                self.any_of(x, &[(b'!', b'/'), (b':', b'@'), (b'[', b'`'), (b'{', b'~')])
            }
            ToAsciiUppercase => self.cased(x, b'a', b'z'),
            _ => self.cased(x, b'A', b'Z'),
        }
    }

    fn within(&mut self, x: ExprId, first: u8, last: u8) -> ExprId {
        let (low, span) = (
            self.int_like(first.into(), x),
            self.int_like((last - first).into(), x),
        );
        let above = self.call(Builtin::WrappingSub, &[x, low]);
        self.compare(BinaryOp::Le, above, span)
    }

    fn any_of(&mut self, x: ExprId, ranges: &[(u8, u8)]) -> ExprId {
        let mut found = self.within(x, ranges[0].0, ranges[0].1);
        for (first, last) in &ranges[1..] {
            let more = self.within(x, *first, *last);
            found = self.logic(false, found, more);
        }
        found
    }

    fn is_letter(&mut self, x: ExprId) -> ExprId {
        let bit = self.int_like(32, x);
        let small = self.op(BinaryOp::Or, x, bit);
        self.within(small, b'a', b'z')
    }

    /// The other case, for letters between these.
    fn cased(&mut self, x: ExprId, first: u8, last: u8) -> ExprId {
        let (other, bit) = (self.within(x, first, last), self.int_like(32, x));
        let turned = self.op(BinaryOp::Xor, x, bit);
        self.choice(other, turned, x)
    }
}
