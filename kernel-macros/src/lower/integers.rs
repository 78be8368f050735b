//! Methods of integers that are short for others.
//!
//! Where one panics, an assertion stands before it; if that fails, the driver calls the method
//! itself on the recorded values, so that the message is std's own.

use super::Lowerer;
use super::parts::Parts;
use crate::ir::{BinaryOp, Builtin, ExprId, ExprKind, Scalar, Span, Stmt, StmtKind, Ty};
use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

/// Whether integers of this type have the method.
pub(super) fn exists(builtin: Builtin, ty: Scalar) -> bool {
    use Builtin::*;
    let (signed, unsigned) = (ty.is_signed(), ty.is_int() && !ty.is_signed());
    match builtin {
        DivCeil | NextMultipleOf | NextPowerOfTwo | IsMultipleOf | CastSigned => unsigned,
        CheckedNextMultipleOf | CheckedNextPowerOfTwo => unsigned,
        SaturatingNeg | SaturatingAbs | CheckedAbs | OverflowingAbs => signed,
        CastUnsigned | CheckedIsqrt => signed,
        of if of.takes_signed() => unsigned,
        of if of.takes_unsigned() => signed,
        _ => ty.is_int(),
    }
}

/// A method whose receiver and arguments are names, and what runs before its value is read.
pub(super) struct Call<'a> {
    pub id: ExprId,
    pub builtin: Builtin,
    pub args: &'a [ExprId],
    pub ty: Scalar,
    pub before: &'a mut Vec<Stmt>,
}

impl Call<'_> {
    /// The same of other arguments.
    pub(super) fn of<'a>(&'a mut self, args: &'a [ExprId]) -> Call<'a> {
        Call {
            args,
            before: &mut *self.before,
            ..*self
        }
    }
}

impl Lowerer<'_> {
    /// `builtin(args)` in other words; the arguments are names.
    pub fn integers(&mut self, id: ExprId, builtin: Builtin, parts: Parts) -> Parts {
        let Parts {
            leaves, mut before, ..
        } = parts;
        let ty = self.ty(leaves[0]).scalar();
        let mut call = Call {
            id,
            builtin,
            args: &leaves,
            ty: ty.unwrap_or_else(|| unreachable!("an integer is a scalar")),
            before: &mut before,
        };
        let leaves = match builtin {
            builtin if builtin.is_checked() => self.checked(&mut call),
            Builtin::OverflowingAdd => self.overflowing_sum(&mut call, BinaryOp::Add),
            Builtin::OverflowingSub => self.overflowing_sum(&mut call, BinaryOp::Sub),
            Builtin::OverflowingMul => self.overflowing_product(&mut call),
            Builtin::OverflowingNeg => self.overflowing_negation(&call),
            Builtin::OverflowingShl => self.overflowing_shift(&call, Builtin::WrappingShl),
            Builtin::OverflowingShr => self.overflowing_shift(&call, Builtin::WrappingShr),
            Builtin::OverflowingAbs => self.overflowing_absolute(&call),
            builtin if builtin.takes_signed() || builtin.takes_unsigned() => self.mixed(&mut call),
            builtin if builtin.is_overflowing() => self.overflowing_quotient(&mut call),
            _ => vec![self.integer(&mut call)],
        };
        Parts {
            before,
            ..Parts::plain(leaves)
        }
    }

    /// A method with one value.
    fn integer(&mut self, call: &mut Call) -> ExprId {
        use Builtin::*;
        let x = call.args[0];
        let y = call.args.last().copied().unwrap_or(x);
        match call.builtin {
            DivCeil => {
                self.demand_divisor(call);
                let (quotient, rest) = (
                    self.exact(BinaryOp::Div, x, y),
                    self.exact(BinaryOp::Rem, x, y),
                );
                let (zero, quotient) = (self.int_like(0, x), self.pin(quotient, call.before));
                let more = self.compare(BinaryOp::Gt, rest, zero);
                let more = self.as_type(more, call.ty);
                self.exact(BinaryOp::Add, quotient, more)
            }
            NextMultipleOf => self.next_multiple(call),
            NextPowerOfTwo => self.next_power(call),
            ChainSum | ChainProduct => self.chain_step(call),
            IsMultipleOf => {
                let (zero, none) = (self.int_like(0, y), self.is(y, 0));
                let divisor = self.instead(none, 1, y, call);
                let rest = self.exact(BinaryOp::Rem, x, divisor);
                let even = self.compare(BinaryOp::Eq, rest, zero);
                let itself = self.is(x, 0);
                let none = self.is(y, 0);
                self.choice(none, itself, even)
            }
            SaturatingNeg | SaturatingAbs => {
                let (low, high) = (self.least(call.ty, x), self.greatest(call.ty, x));
                let (opposite, lowest) = (
                    self.call(WrappingNeg, &[x]),
                    self.compare(BinaryOp::Eq, x, low),
                );
                let opposite = self.choice(lowest, high, opposite);
                match call.builtin {
                    SaturatingNeg => opposite,
                    _ => {
                        let below = self.is_below(x, 0);
                        self.choice(below, opposite, x)
                    }
                }
            }
            CastSigned | CastUnsigned => {
                let other = call.ty.signed().filter(|_| call.builtin == CastSigned);
                let other = other.or(call.ty.unsigned());
                self.as_type(x, other.unwrap_or(call.ty))
            }
            UnboundedShl => self.unbounded_shift(call, WrappingShl),
            UnboundedShr => self.unbounded_shift(call, WrappingShr),
            Isqrt => self.square_root_down(call),
            Ilog2 => {
                self.demand_positive(call);
                self.highest_bit(x, call.ty)
            }
            Ilog10 => {
                self.demand_positive(call);
                self.digits(x, call.ty)
            }
            Midpoint => self.midpoint(call),
            Least => self.least(call.ty, x),
            Greatest => self.greatest(call.ty, x),
            Room => self.room(call),
            Counted => self.so_many_behind(call),
            ToLeBytes | ToBeBytes => self.bytes(call),
            WrappingDiv | WrappingRem | WrappingDivEuclid | WrappingRemEuclid => {
                self.demand_divisor(call);
                self.wrapping_quotient(call)
            }
            SaturatingDiv => self.saturating_quotient(call),
            other => unreachable!("`{}` is no method of integers", other.name()),
        }
    }

    /// The total so far and an item, added or multiplied as the sum or product of a chain does it.
    fn chain_step(&mut self, call: &mut Call) -> ExprId {
        let results = match call.builtin {
            Builtin::ChainSum => self.overflowing_sum(call, BinaryOp::Add),
            _ => self.overflowing_product(call),
        };
        let [result, outside] = results[..] else {
            unreachable!("a result and a flag");
        };
        let inside = self.not(outside);
        self.demand(call, inside, true);
        self.again(result)
    }

    // Panics.

    /// An assertion that the method does not panic.
    pub(super) fn demand(&mut self, call: &mut Call, cond: ExprId, debug_only: bool) {
        let place = self.function.panic_place(call.id);
        let span = Span {
            start: place,
            ..self.function.exprs[call.id].span
        };
        let ty = Ident::new(call.ty.name(), place);
        let recorded =
            (0..call.args.len()).map(|at| Ident::new(&format!("__kernel_arg{at}"), place));
        let recorded: Vec<Ident> = recorded.collect();
        let iterated = |method: &str| {
            let method = Ident::new(method, place);
            quote_spanned! {place=>
                let _: ::core::primitive::#ty =
                    ::core::iter::Iterator::#method(::core::iter::IntoIterator::into_iter([#(#recorded),*]));
            }
        };
        let tokens: TokenStream = match call.builtin {
            Builtin::ChainSum => iterated("sum"),
            Builtin::ChainProduct => iterated("product"),
            builtin => {
                let name = Ident::new(builtin.name(), place);
                quote_spanned!(place=> let _ = ::core::primitive::#ty::#name(#(#recorded),*);)
            }
        };
        let args = call.args.iter().map(|arg| self.again(*arg)).collect();
        let kind = StmtKind::Assert {
            cond,
            args,
            tokens,
            debug_only,
        };
        call.before.push(Stmt { kind, span });
    }

    pub(super) fn demand_divisor(&mut self, call: &mut Call) {
        let zero = self.int_like(0, call.args[1]);
        let divides = self.compare(BinaryOp::Ne, call.args[1], zero);
        self.demand(call, divides, false);
    }

    fn demand_positive(&mut self, call: &mut Call) {
        let zero = self.int_like(0, call.args[0]);
        let positive = self.compare(BinaryOp::Gt, call.args[0], zero);
        self.demand(call, positive, false);
    }

    // Words.

    /// An operation that wraps by definition, or whose operands are known not to make it fail.
    pub fn exact(&mut self, op: BinaryOp, left: ExprId, right: ExprId) -> ExprId {
        let id = self.op(op, left, right);
        self.function.made.insert(id);
        id
    }

    /// As `as` does it: 1 for true.
    pub fn as_type(&mut self, x: ExprId, ty: Scalar) -> ExprId {
        let (span, x) = (self.function.exprs[x].span, self.operand_again(x));
        self.push(ExprKind::Cast(x, ty), span, Ty::Scalar(ty))
    }

    pub(super) fn is(&mut self, x: ExprId, value: u128) -> ExprId {
        let value = self.int_like(value, x);
        self.compare(BinaryOp::Eq, x, value)
    }

    pub(super) fn is_below(&mut self, x: ExprId, value: u128) -> ExprId {
        let value = self.int_like(value, x);
        self.compare(BinaryOp::Lt, x, value)
    }

    /// `if cond { value } else { x }`, bound.
    pub(super) fn instead(
        &mut self,
        cond: ExprId,
        value: u128,
        x: ExprId,
        call: &mut Call,
    ) -> ExprId {
        let value = self.int_like(value, x);
        let chosen = self.choice(cond, value, x);
        self.pin(chosen, call.before)
    }

    /// The greatest value of the type.
    pub(super) fn greatest(&mut self, ty: Scalar, like: ExprId) -> ExprId {
        let (_, high) = ty.int_range().unwrap_or((0, 0));
        self.int_like(high.unsigned_abs(), like)
    }

    /// The least, which no literal is.
    pub(super) fn least(&mut self, ty: Scalar, like: ExprId) -> ExprId {
        match ty.is_signed() {
            false => self.int_like(0, like),
            true => {
                let high = self.greatest(ty, like);
                let one = self.int_like(1, like);
                self.exact(BinaryOp::Add, high, one)
            }
        }
    }

    // Methods.

    /// How many numbers of its type are above a literal.
    fn room(&mut self, call: &mut Call) -> ExprId {
        let x = call.args[0];
        let (_, high) = call.ty.int_range().unwrap_or((0, 0));
        let first = self.literal(x).map_or(high, i128::from);
        let above = high.saturating_sub(first).unsigned_abs();
        let (most, span) = (i64::MAX.unsigned_abs(), self.function.exprs[x].span);
        self.int(above.min(most.into()), Scalar::Usize, span)
    }

    /// A number so many behind another.
    fn so_many_behind(&mut self, call: &mut Call) -> ExprId {
        let (first, at) = (call.args[0], call.args[1]);
        let at = match call.ty {
            Scalar::Usize => at,
            ty => {
                let counted = self.as_type(at, ty);
                self.function.made.insert(counted);
                counted
            }
        };
        match self.literal(first) {
            Some(0) => at,
            _ => self.exact(BinaryOp::Add, first, at),
        }
    }

    /// The number's bytes, as an array.
    fn bytes(&mut self, call: &mut Call) -> ExprId {
        let (x, count) = (call.args[0], call.ty.bytes());
        let span = self.function.exprs[x].span;
        let bytes = (0..count).map(|position| {
            let place = match call.builtin {
                Builtin::ToBeBytes => count - 1 - position,
                _ => position,
            };
            let shift = self.int(u128::from(8 * place), Scalar::U32, span);
            let shifted = self.call(Builtin::WrappingShr, &[x, shift]);
            self.as_type(shifted, Scalar::U8)
        });
        let bytes = bytes.collect();
        let ty = Ty::Array(Box::new(Ty::Scalar(Scalar::U8)), count.into());
        self.push(ExprKind::Array(bytes), span, ty)
    }

    fn next_multiple(&mut self, call: &mut Call) -> ExprId {
        self.demand_divisor(call);
        let next = self.multiple_above(call);
        let fits = self.compare(BinaryOp::Ge, next, call.args[0]);
        self.demand(call, fits, true);
        self.again(next)
    }

    /// The same, and whether there is none.
    fn checked_multiple(&mut self, call: &mut Call) -> Vec<ExprId> {
        let (x, y) = (call.args[0], call.args[1]);
        let none = self.is(y, 0);
        let none = self.pin(none, call.before);
        let divisor = self.instead(none, 1, y, call);
        let next = self.multiple_above(&mut call.of(&[x, divisor]));
        let wraps = self.compare(BinaryOp::Lt, next, x);
        vec![next, self.logic(false, none, wraps)]
    }

    /// The next multiple of a divisor that is not 0, bound; it may have wrapped.
    fn multiple_above(&mut self, call: &mut Call) -> ExprId {
        let (x, y) = (call.args[0], call.args[1]);
        let rest = self.exact(BinaryOp::Rem, x, y);
        let rest = self.pin(rest, call.before);
        let (even, missing) = (self.is(rest, 0), self.exact(BinaryOp::Sub, y, rest));
        let next = self.exact(BinaryOp::Add, x, missing);
        let next = self.choice(even, x, next);
        self.pin(next, call.before)
    }

    fn next_power(&mut self, call: &mut Call) -> ExprId {
        let none = self.has_no_power_above(call);
        let fits = self.not(none);
        self.demand(call, fits, true);
        self.power_above(call)
    }

    /// Whether no power of two of the type is as large.
    fn has_no_power_above(&mut self, call: &Call) -> ExprId {
        let x = call.args[0];
        let highest = self.int_like(1_u128 << (call.ty.bits() - 1), x);
        self.compare(BinaryOp::Gt, x, highest)
    }

    /// All ones below the highest bit of `x - 1`, and 1.
    fn power_above(&mut self, call: &Call) -> ExprId {
        let x = call.args[0];
        let one = self.int_like(1, x);
        let small = self.compare(BinaryOp::Le, x, one);
        let one = self.int_like(1, x);
        let less = self.exact(BinaryOp::Sub, x, one);
        let zeros = self.counted(Builtin::LeadingZeros, less);
        let all = self.greatest(call.ty, x);
        let ones = self.call(Builtin::WrappingShr, &[all, zeros]);
        let zero = self.int_like(0, x);
        let ones = self.choice(small, zero, ones);
        let one = self.int_like(1, x);
        self.exact(BinaryOp::Add, ones, one)
    }

    fn square_root_down(&mut self, call: &mut Call) -> ExprId {
        if call.ty.is_signed() {
            let zero = self.int_like(0, call.args[0]);
            let real = self.compare(BinaryOp::Ge, call.args[0], zero);
            self.demand(call, real, false);
        }
        self.root_down(call)
    }

    /// The root, and whether there is none.
    fn checked_root(&mut self, call: &mut Call) -> Vec<ExprId> {
        let x = call.args[0];
        let none = self.is_below(x, 0);
        let none = self.pin(none, call.before);
        let number = self.instead(none, 0, x, call);
        vec![self.root_down(&mut call.of(&[number])), none]
    }

    /// Of up to 32 bits the root of the same number as a float, which is exact enough. Of 64 bits it
    /// is at most one too large: rounding to a float may reach the next square.
    fn root_down(&mut self, call: &mut Call) -> ExprId {
        let x = call.args[0];
        let float = self.as_type(x, Scalar::F64);
        let root = self.call(Builtin::Sqrt, &[float]);
        let root = self.as_type(root, call.ty);
        if call.ty.bits() < 64 {
            return root;
        }
        let largest = match call.ty.is_signed() {
            true => 3_037_000_499,
            false => u128::from(u32::MAX),
        };
        let largest = self.int_like(largest, x);
        let root = self.call(Builtin::Min, &[root, largest]);
        let root = self.pin(root, call.before);
        let square = self.exact(BinaryOp::Mul, root, root);
        let above = self.compare(BinaryOp::Gt, square, x);
        let above = self.as_type(above, call.ty);
        self.exact(BinaryOp::Sub, root, above)
    }

    /// The place of the highest bit of a number above 0.
    fn highest_bit(&mut self, x: ExprId, ty: Scalar) -> ExprId {
        let zeros = self.counted(Builtin::LeadingZeros, x);
        let span = self.function.exprs[x].span;
        let top = self.int(u128::from(ty.bits()) - 1, Scalar::U32, span);
        self.exact(BinaryOp::Sub, top, zeros)
    }

    /// How many of 10, 100, .. are not above the number.
    fn digits(&mut self, x: ExprId, ty: Scalar) -> ExprId {
        let (_, high) = ty.int_range().unwrap_or((0, 0));
        let powers = (1..).map(|power| 10_i128.pow(power));
        let powers = powers.take_while(|power| *power <= high);
        let reached = powers.map(|power| {
            let power = self.int_like(power.unsigned_abs(), x);
            let reached = self.compare(BinaryOp::Ge, x, power);
            self.as_type(reached, Scalar::U32)
        });
        let reached: Vec<ExprId> = reached.collect();
        let sum = reached
            .into_iter()
            .reduce(|sum, more| self.exact(BinaryOp::Add, sum, more));
        sum.unwrap_or_else(|| unreachable!("every type has a 10"))
    }

    /// The bits that both have, and half of those that one has: rounded down. Below zero that is one
    /// too little where there is a rest.
    fn midpoint(&mut self, call: &mut Call) -> ExprId {
        let (x, y) = (call.args[0], call.args[1]);
        let differing = self.op(BinaryOp::Xor, x, y);
        let differing = self.pin(differing, call.before);
        let (half, common) = (
            self.shifted(Builtin::WrappingShr, differing, 1),
            self.op(BinaryOp::And, x, y),
        );
        let mean = self.exact(BinaryOp::Add, half, common);
        if !call.ty.is_signed() {
            return mean;
        }
        let mean = self.pin(mean, call.before);
        let below = self.is_below(mean, 0);
        let below = self.as_type(below, call.ty);
        let rest = self.op(BinaryOp::And, differing, below);
        self.exact(BinaryOp::Add, mean, rest)
    }

    // Results with a flag.

    /// The wrapped sum or difference, and whether it is one: it went to the wrong side of `x`.
    fn overflowing_sum(&mut self, call: &mut Call, op: BinaryOp) -> Vec<ExprId> {
        let (x, y) = (call.args[0], call.args[1]);
        let sum = self.exact(op, x, y);
        let sum = self.pin(sum, call.before);
        let less = match op {
            BinaryOp::Sub => self.compare(BinaryOp::Gt, sum, x),
            _ => self.compare(BinaryOp::Lt, sum, x),
        };
        if !call.ty.is_signed() {
            return vec![sum, less];
        }
        let below = self.is_below(y, 0);
        let outside = self.compare(BinaryOp::Ne, less, below);
        vec![sum, outside]
    }

    /// Of up to 32 bits the product in twice the width; of 64 bits the product divided again.
    fn overflowing_product(&mut self, call: &mut Call) -> Vec<ExprId> {
        let (x, y) = (call.args[0], call.args[1]);
        if call.ty.bits() < 64 {
            let wide = match call.ty.is_signed() {
                true => Scalar::I64,
                false => Scalar::U64,
            };
            let (a, b) = (self.as_type(x, wide), self.as_type(y, wide));
            let exact = self.exact(BinaryOp::Mul, a, b);
            let exact = self.pin(exact, call.before);
            let product = self.as_type(exact, call.ty);
            let product = self.pin(product, call.before);
            let again = self.as_type(product, wide);
            return vec![product, self.compare(BinaryOp::Ne, again, exact)];
        }
        let product = self.exact(BinaryOp::Mul, x, y);
        let product = self.pin(product, call.before);
        let none = self.is(x, 0);
        if !call.ty.is_signed() {
            let divisor = self.instead(none, 1, x, call);
            let back = self.exact(BinaryOp::Div, product, divisor);
            let (wrong, some) = (self.compare(BinaryOp::Ne, back, y), self.is_above_zero(x));
            return vec![product, self.logic(true, some, wrong)];
        }
        let minus = self.is_minus_one(x);
        let minus = self.pin(minus, call.before);
        let special = self.logic(false, none, minus);
        let divisor = self.instead(special, 1, x, call);
        let back = self.exact(BinaryOp::Div, product, divisor);
        let wrong = self.compare(BinaryOp::Ne, back, y);
        let none = self.is(x, 0);
        let some = self.not(none);
        let wrong = self.logic(true, some, wrong);
        let low = self.least(call.ty, y);
        let lowest = self.compare(BinaryOp::Eq, y, low);
        vec![product, self.choice(minus, lowest, wrong)]
    }

    fn is_above_zero(&mut self, x: ExprId) -> ExprId {
        let zero = self.int_like(0, x);
        self.compare(BinaryOp::Gt, x, zero)
    }

    fn overflowing_negation(&mut self, call: &Call) -> Vec<ExprId> {
        let x = call.args[0];
        let opposite = self.call(Builtin::WrappingNeg, &[x]);
        let low = self.least(call.ty, x);
        let op = match call.ty.is_signed() {
            true => BinaryOp::Eq,
            false => BinaryOp::Ne,
        };
        vec![opposite, self.compare(op, x, low)]
    }

    /// The wrapped absolute value, and whether it is one.
    fn overflowing_absolute(&mut self, call: &Call) -> Vec<ExprId> {
        let x = call.args[0];
        let low = self.least(call.ty, x);
        let lowest = self.compare(BinaryOp::Eq, x, low);
        let (below, opposite) = (self.is_below(x, 0), self.call(Builtin::WrappingNeg, &[x]));
        vec![self.choice(below, opposite, x), lowest]
    }

    /// Shifted by the lowest bits of the number of places, and whether there are others.
    fn overflowing_shift(&mut self, call: &Call, shift: Builtin) -> Vec<ExprId> {
        let (x, y) = (call.args[0], call.args[1]);
        let (span, bits) = (self.function.exprs[y].span, call.ty.bits());
        let bits = self.int(bits.into(), Scalar::U32, span);
        let outside = self.compare(BinaryOp::Ge, y, bits);
        vec![self.call(shift, &[x, y]), outside]
    }

    /// A shift that may be longer than the number: what is left are zeros, or copies of the sign.
    fn unbounded_shift(&mut self, call: &Call, shift: Builtin) -> ExprId {
        let results = self.overflowing_shift(call, shift);
        let [shifted, outside] = results[..] else {
            unreachable!("a result and a flag");
        };
        let x = call.args[0];
        let none = match shift == Builtin::WrappingShr && call.ty.is_signed() {
            true => {
                let span = self.function.exprs[x].span;
                let last = self.int((call.ty.bits() - 1).into(), Scalar::U32, span);
                self.call(shift, &[x, last])
            }
            false => self.int_like(0, x),
        };
        self.choice(outside, none, shifted)
    }

    /// The logarithm, and whether there is none.
    fn checked_logarithm(&mut self, call: &mut Call) -> Vec<ExprId> {
        let x = call.args[0];
        let positive = self.is_above_zero(x);
        let none = self.not(positive);
        let none = self.pin(none, call.before);
        let number = self.instead(none, 1, x, call);
        let value = match call.builtin {
            Builtin::CheckedIlog2 => self.highest_bit(number, call.ty),
            _ => self.digits(number, call.ty),
        };
        vec![value, none]
    }

    /// The result, and whether there is none.
    fn checked(&mut self, call: &mut Call) -> Vec<ExprId> {
        use Builtin::*;
        match call.builtin {
            CheckedAdd => self.overflowing_sum(call, BinaryOp::Add),
            CheckedSub => self.overflowing_sum(call, BinaryOp::Sub),
            CheckedMul => self.overflowing_product(call),
            CheckedNeg => self.overflowing_negation(call),
            Converted => self.converted(call),
            CheckedAbs => self.overflowing_absolute(call),
            CheckedIsqrt => self.checked_root(call),
            CheckedNextMultipleOf => self.checked_multiple(call),
            CheckedNextPowerOfTwo => {
                let none = self.has_no_power_above(call);
                vec![self.power_above(call), none]
            }
            of if of.takes_signed() || of.takes_unsigned() => self.mixed(call),
            CheckedShl => self.overflowing_shift(call, WrappingShl),
            CheckedShr => self.overflowing_shift(call, WrappingShr),
            CheckedIlog2 | CheckedIlog10 => self.checked_logarithm(call),
            _ => self.checked_quotient(call),
        }
    }

    /// The second number in the type of the first, and whether that has none like it.
    fn converted(&mut self, call: &mut Call) -> Vec<ExprId> {
        let y = call.args[1];
        let of = self.ty(y).scalar().and_then(Scalar::int_range);
        let value = self.as_type(y, call.ty);
        let (Some((low, high)), Some((least, greatest))) = (of, call.ty.int_range()) else {
            return self
                .unknown(&[], self.function.exprs[y].span, "a conversion of this")
                .leaves;
        };
        let mut outside = Vec::new();
        if low < least {
            let bound = match least {
                0 => self.int_like(0, y),
                least => {
                    let (zero, size) =
                        (self.int_like(0, y), self.int_like(least.unsigned_abs(), y));
                    self.exact(BinaryOp::Sub, zero, size)
                }
            };
            outside.push(self.compare(BinaryOp::Lt, y, bound));
        }
        if high > greatest {
            let bound = self.int_like(greatest.unsigned_abs(), y);
            outside.push(self.compare(BinaryOp::Gt, y, bound));
        }
        let outside = outside.into_iter().reduce(|a, b| self.logic(false, a, b));
        let span = self.function.exprs[y].span;
        let never = || ExprKind::Bool(false);
        let outside = outside.unwrap_or_else(|| self.push(never(), span, Ty::Scalar(Scalar::Bool)));
        vec![value, outside]
    }
}
