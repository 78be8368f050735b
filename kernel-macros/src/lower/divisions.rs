//! Divisions by methods: what wraps, what saturates, what says that it has, and what rounds down.

use super::Lowerer;
use super::integers::Call;
use crate::ir::{BinaryOp, Builtin, ExprId};

impl Lowerer<'_> {
    /// The quotient or the rest of a divisor that is not 0.
    pub(super) fn wrapping_quotient(&mut self, call: &mut Call) -> ExprId {
        let (x, y) = (call.args[0], call.args[1]);
        let Division { quotient, euclid } = Division::of(call.builtin);
        let op = match quotient {
            true => BinaryOp::Div,
            false => BinaryOp::Rem,
        };
        if !call.ty.is_signed() {
            return self.exact(op, x, y);
        }
        let minus = self.is_minus_one(y);
        let minus = self.pin(minus, call.before);
        let divisor = self.instead(minus, 1, y, call);
        let plain = match euclid {
            true => self.rounded_down(quotient, &mut call.of(&[x, divisor])),
            false => self.exact(op, x, divisor),
        };
        let opposite = match quotient {
            true => self.call(Builtin::WrappingNeg, &[x]),
            false => self.int_like(0, x),
        };
        self.choice(minus, opposite, plain)
    }

    /// The same, and whether it has wrapped; panics on 0.
    pub(super) fn overflowing_quotient(&mut self, call: &mut Call) -> Vec<ExprId> {
        self.demand_divisor(call);
        let quotient = self.wrapping_quotient(call);
        vec![quotient, self.wraps(call)]
    }

    /// The same, and whether there is none.
    pub(super) fn checked_quotient(&mut self, call: &mut Call) -> Vec<ExprId> {
        let (x, y) = (call.args[0], call.args[1]);
        let none = self.is(y, 0);
        let none = self.pin(none, call.before);
        let divisor = self.instead(none, 1, y, call);
        let quotient = self.wrapping_quotient(&mut call.of(&[x, divisor]));
        if !call.ty.is_signed() {
            return vec![quotient, none];
        }
        let wraps = self.wraps(call);
        vec![quotient, self.logic(false, none, wraps)]
    }

    pub(super) fn saturating_quotient(&mut self, call: &mut Call) -> ExprId {
        self.demand_divisor(call);
        let quotient = self.wrapping_quotient(call);
        if !call.ty.is_signed() {
            return quotient;
        }
        let (wraps, high) = (self.wraps(call), self.greatest(call.ty, call.args[0]));
        self.choice(wraps, high, quotient)
    }

    /// The quotient or the rest whose rest is not negative, of a divisor that is neither 0 nor -1.
    fn rounded_down(&mut self, quotient: bool, call: &mut Call) -> ExprId {
        let (x, y) = (call.args[0], call.args[1]);
        let rest = self.exact(BinaryOp::Rem, x, y);
        let rest = self.pin(rest, call.before);
        let (short, falls) = (self.is_below(rest, 0), self.is_below(y, 0));
        let (plain, step) = match quotient {
            true => {
                let plain = self.exact(BinaryOp::Div, x, y);
                let step = self.int_like(1, x);
                (self.pin(plain, call.before), step)
            }
            false => (rest, y),
        };
        let (more, less) = (
            self.exact(BinaryOp::Add, plain, step),
            self.exact(BinaryOp::Sub, plain, step),
        );
        // A rest grows by the divisor's absolute value where the quotient goes away from that.
        let next = match quotient {
            true => self.choice(falls, more, less),
            false => self.choice(falls, less, more),
        };
        self.choice(short, next, plain)
    }

    /// Whether a quotient is that of the least number and -1.
    fn wraps(&mut self, call: &Call) -> ExprId {
        let (x, y) = (call.args[0], call.args[1]);
        if !call.ty.is_signed() {
            let zero = self.int_like(0, x);
            return self.compare(BinaryOp::Lt, x, zero);
        }
        let (low, minus) = (self.least(call.ty, x), self.is_minus_one(y));
        let lowest = self.compare(BinaryOp::Eq, x, low);
        self.logic(true, lowest, minus)
    }

    pub(super) fn is_minus_one(&mut self, x: ExprId) -> ExprId {
        let one = self.int_like(1, x);
        let more = self.exact(BinaryOp::Add, x, one);
        self.is(more, 0)
    }
}

/// What a division gives.
struct Division {
    /// The quotient, or else the rest.
    quotient: bool,
    /// The rest is not negative.
    euclid: bool,
}

impl Division {
    fn of(builtin: Builtin) -> Division {
        use Builtin::*;
        let euclid = matches!(
            builtin,
            WrappingDivEuclid
                | WrappingRemEuclid
                | OverflowingDivEuclid
                | OverflowingRemEuclid
                | CheckedDivEuclid
                | CheckedRemEuclid
        );
        let rest = matches!(
            builtin,
            WrappingRem
                | OverflowingRem
                | CheckedRem
                | WrappingRemEuclid
                | OverflowingRemEuclid
                | CheckedRemEuclid
        );
        Division {
            quotient: !rest,
            euclid,
        }
    }
}
