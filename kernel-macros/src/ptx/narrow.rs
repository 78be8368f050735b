//! Index arithmetic in 32 bits.
//!
//! An entry of this form is launched only where no two elements of an array lie further apart than
//! `SPAN` of `kernel-runtime/src/narrow.rs`. An access that happens is inside its array: it was
//! checked, or the guard says so, or `fast`; a load that moves in front of a loop is one whose
//! index was proved, or is relaxed and free of conditions. So 32 bits hold its distance from the
//! element of index 0, whatever the parts of that come to: all of it can be computed modulo 2^32,
//! from the lower halves of 64-bit values. What an inner loop advances by an addition stays a
//! pointer, which is as cheap.

use super::address::Address;
use super::code::{Class, Operand, Reg};
use super::emitter::Emitter;
use super::poly::{Monomial, Poly};
use std::ops::RangeInclusive;

/// Elements of an offset that go into the instruction. What is left of a distance within the span
/// is one of 32 bits then.
const FOLDED: RangeInclusive<i64> = -(1 << 20)..=1 << 20;

impl Emitter<'_> {
    /// The element at an offset, in elements of so many bytes, from its array's base; `None` where
    /// 64 bits do as well.
    pub fn narrow_address(&mut self, base: Operand, offset: &Poly, bytes: u32) -> Option<Address> {
        let bytes = i64::from(bytes);
        let (mut rest, mut constant) = offset.split_constant();
        if !self.narrow || self.is_followed(&rest) {
            return None;
        }
        if !FOLDED.contains(&constant) {
            (rest, constant) = (offset.clone(), 0);
        }
        let elements = self.low_value(&rest);
        let args = [elements, Operand::Int(bytes), base];
        let base = self.hoisted("mad.wide.s32", Class::B64, &args);
        let offset = constant * bytes;
        Some(Address { base, offset })
    }

    /// Whether no loop computes it in each trip: none changes it, or one has a pointer there.
    fn is_followed(&self, offset: &Poly) -> bool {
        let level = self.level(offset.regs());
        level == 0 || self.follows(offset, level)
    }

    /// What the grid's loops count with.
    pub fn counter_class(&self) -> Class {
        match self.narrow {
            true => Class::B32,
            false => Class::B64,
        }
    }

    /// A 64-bit value as it is counted with.
    pub fn in_counter(&mut self, value: Operand) -> Operand {
        match self.narrow {
            true => self.low(value),
            false => value,
        }
    }

    /// The 64 bits of a counter, at the beginning of its loop.
    pub fn trip_of(&mut self, counter: Reg) -> Reg {
        if !self.narrow {
            return counter;
        }
        let wide = self.fresh(Class::B64);
        self.code.def("cvt.u64.u32", wide, &[Operand::Reg(counter)]);
        // What is assigned this value first must not take the instruction's result for itself.
        self.code.pin(Operand::Reg(wide));
        self.lower_halves.insert(wide, counter);
        wide
    }

    /// The lower half of a 64-bit value.
    fn low(&mut self, value: Operand) -> Operand {
        match value {
            Operand::Reg(reg) => match self.lower_halves.get(&reg) {
                Some(half) => Operand::Reg(*half),
                None => self.hoisted("cvt.u32.u64", Class::B32, &[value]),
            },
            Operand::Int(value) => Operand::Int(low_word(value)),
            other => other,
        }
    }

    /// The polynomial's value modulo 2^32.
    fn low_value(&mut self, poly: &Poly) -> Operand {
        let (rest, constant) = poly.low_words().split_constant();
        let constant = Operand::Int(constant);
        if rest.is_zero() {
            return constant;
        }
        let sum = self.low_sum(&rest);
        match constant {
            Operand::Int(0) => sum,
            _ => self.hoisted("add.s32", Class::B32, &[sum, constant]),
        }
    }

    /// That of a polynomial without constant, built from the outermost scope inwards.
    fn low_sum(&mut self, poly: &Poly) -> Operand {
        let level = self.level(poly.regs());
        let (inner, outer) = poly.partition(|monomial| self.touches(monomial, level));
        let mut sum = (!outer.is_zero()).then(|| self.low_sum(&outer));
        for (factors, coefficient) in self.by_inner_factor(&inner, level) {
            let factor = self.low_product(&factors);
            let by = self.low_value(&coefficient);
            sum = Some(self.low_multiple(sum, factor, by));
        }
        sum.expect("a polynomial that is not zero")
    }

    fn low_product(&mut self, factors: &Monomial) -> Operand {
        let (first, rest) = factors.split_first().expect("a factor");
        let mut product = self.low(Operand::Reg(*first));
        for factor in rest {
            let factor = self.low(Operand::Reg(*factor));
            product = self.hoisted("mul.lo.s32", Class::B32, &[product, factor]);
        }
        product
    }

    /// `sum + factor * by`.
    fn low_multiple(&mut self, sum: Option<Operand>, factor: Operand, by: Operand) -> Operand {
        let (op, args) = match (sum, by) {
            (None, Operand::Int(1)) => return factor,
            (None, _) => ("mul.lo.s32", vec![factor, by]),
            (Some(sum), Operand::Int(1)) => ("add.s32", vec![sum, factor]),
            (Some(sum), Operand::Int(-1)) => ("sub.s32", vec![sum, factor]),
            (Some(sum), _) => ("mad.lo.s32", vec![factor, by, sum]),
        };
        self.hoisted(op, Class::B32, &args)
    }
}

/// A number modulo 2^32, as a signed one.
pub fn low_word(value: i64) -> i64 {
    i64::from(value as i32)
}
