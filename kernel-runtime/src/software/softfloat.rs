//! Correctly rounded arithmetic in every rounding mode, on bit patterns.
//!
//! The host's arithmetic rounds to nearest only; `.rz`, `.rm` and `.rp` are computed here, with
//! integers: a finite value is `m * 2^e`, results are exact up to a sticky bit, and are rounded
//! once, at the end.

/// Rounding modifier (PTX ISA 9.7.3, table of floating-point rounding modifiers).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Round {
    Nearest,
    Zero,
    Down,
    Up,
}

/// An IEEE 754 interchange format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Format {
    /// Bits of the fraction.
    fraction: i32,
    /// Bits of the exponent.
    exponent: i32,
}

pub(super) const BINARY32: Format = Format {
    fraction: 23,
    exponent: 8,
};
pub(super) const BINARY64: Format = Format {
    fraction: 52,
    exponent: 11,
};

/// A finite value other than zero: `(-1)^negative * m * 2^e`, plus less than `2^e` if `sticky`.
#[derive(Clone, Copy)]
struct Exact {
    negative: bool,
    m: u128,
    e: i32,
    sticky: bool,
}

enum Value {
    Nan,
    Infinite(bool),
    Zero(bool),
    Finite(Exact),
}

impl Format {
    fn bias(self) -> i32 {
        (1 << (self.exponent - 1)) - 1
    }

    fn sign(self, negative: bool) -> u64 {
        u64::from(negative) << (self.fraction + self.exponent)
    }

    fn infinity(self, negative: bool) -> u64 {
        self.sign(negative) | (((1u64 << self.exponent) - 1) << self.fraction)
    }

    fn nan(self) -> u64 {
        self.sign(false) | ((1u64 << (self.fraction + self.exponent)) - 1)
    }

    fn unpack(self, bits: u64) -> Value {
        let negative = bits >> (self.fraction + self.exponent) & 1 == 1;
        let field = (bits >> self.fraction) as i32 & ((1 << self.exponent) - 1);
        let low = bits & ((1 << self.fraction) - 1);
        let lowest = 1 - self.bias() - self.fraction;
        match (field, low) {
            (0, 0) => Value::Zero(negative),
            (0, _) => Value::Finite(Exact {
                negative,
                m: low.into(),
                e: lowest,
                sticky: false,
            }),
            _ if field == (1 << self.exponent) - 1 && low == 0 => Value::Infinite(negative),
            _ if field == (1 << self.exponent) - 1 => Value::Nan,
            _ => {
                let m = u128::from(low | 1 << self.fraction);
                Value::Finite(Exact {
                    negative,
                    m,
                    e: lowest + field - 1,
                    sticky: false,
                })
            }
        }
    }

    /// The one rounding.
    fn round(self, x: Exact, mode: Round) -> u64 {
        let bits = 128 - x.m.leading_zeros() as i32;
        let lowest = 1 - self.bias() - self.fraction;
        let mut e = (x.e + bits - (self.fraction + 1)).max(lowest);
        let (mut kept, rest) = split(x.m, e - x.e, x.sticky);
        if rounds_away(kept, rest, x.negative, mode) {
            kept += 1;
        }
        if kept >> (self.fraction + 1) != 0 {
            kept >>= 1;
            e += 1;
        }
        let sign = self.sign(x.negative);
        if kept >> self.fraction == 0 {
            return sign | kept as u64;
        }
        let field = e + self.fraction + self.bias();
        if field >= (1 << self.exponent) - 1 {
            return self.overflow(x.negative, mode);
        }
        sign | (field as u64) << self.fraction | (kept as u64 & ((1 << self.fraction) - 1))
    }

    fn overflow(self, negative: bool, mode: Round) -> u64 {
        let stays_finite = match mode {
            Round::Nearest => false,
            Round::Zero => true,
            Round::Down => !negative,
            Round::Up => negative,
        };
        self.infinity(negative) - u64::from(stays_finite)
    }

    pub(super) fn add(self, a: u64, b: u64, mode: Round) -> u64 {
        match (self.unpack(a), self.unpack(b)) {
            (Value::Nan, _) | (_, Value::Nan) => self.nan(),
            (Value::Infinite(x), Value::Infinite(y)) if x != y => self.nan(),
            (Value::Infinite(x), _) | (_, Value::Infinite(x)) => self.infinity(x),
            (Value::Zero(x), Value::Zero(y)) => self.zero_sum(x, y, mode),
            (Value::Zero(_), _) => b,
            (_, Value::Zero(_)) => a,
            (Value::Finite(x), Value::Finite(y)) => self.sum(x, y, mode),
        }
    }

    /// The sign of an exact zero sum (IEEE 754-2008, 6.3).
    fn zero_sum(self, x: bool, y: bool, mode: Round) -> u64 {
        let negative = if x == y { x } else { mode == Round::Down };
        self.sign(negative)
    }

    fn sum(self, x: Exact, y: Exact, mode: Round) -> u64 {
        match exact_sum(x, y) {
            Some(sum) => self.round(sum, mode),
            None => self.zero_sum(false, true, mode),
        }
    }

    pub(super) fn mul(self, a: u64, b: u64, mode: Round) -> u64 {
        match self.product(a, b) {
            Value::Nan => self.nan(),
            Value::Infinite(n) => self.infinity(n),
            Value::Zero(n) => self.sign(n),
            Value::Finite(x) => self.round(x, mode),
        }
    }

    fn product(self, a: u64, b: u64) -> Value {
        match (self.unpack(a), self.unpack(b)) {
            (Value::Nan, _) | (_, Value::Nan) => Value::Nan,
            (Value::Infinite(_), Value::Zero(_)) | (Value::Zero(_), Value::Infinite(_)) => {
                Value::Nan
            }
            (Value::Infinite(x), y) | (y, Value::Infinite(x)) => Value::Infinite(x != negative(&y)),
            (Value::Zero(x), y) | (y, Value::Zero(x)) => Value::Zero(x != negative(&y)),
            (Value::Finite(x), Value::Finite(y)) => Value::Finite(Exact {
                negative: x.negative != y.negative,
                m: x.m * y.m,
                e: x.e + y.e,
                sticky: false,
            }),
        }
    }

    pub(super) fn fma(self, a: u64, b: u64, c: u64, mode: Round) -> u64 {
        match (self.product(a, b), self.unpack(c)) {
            (Value::Nan, _) | (_, Value::Nan) => self.nan(),
            (Value::Infinite(x), Value::Infinite(y)) if x != y => self.nan(),
            (Value::Infinite(x), _) | (_, Value::Infinite(x)) => self.infinity(x),
            (Value::Zero(x), Value::Zero(y)) => self.zero_sum(x, y, mode),
            (Value::Zero(_), _) => c,
            (Value::Finite(x), Value::Zero(_)) => self.round(x, mode),
            (Value::Finite(x), Value::Finite(y)) => self.sum(x, y, mode),
        }
    }

    pub(super) fn div(self, a: u64, b: u64, mode: Round) -> u64 {
        match (self.unpack(a), self.unpack(b)) {
            (Value::Nan, _) | (_, Value::Nan) => self.nan(),
            (Value::Infinite(_), Value::Infinite(_)) | (Value::Zero(_), Value::Zero(_)) => {
                self.nan()
            }
            (Value::Infinite(x), y) => self.infinity(x != negative(&y)),
            (x, Value::Zero(y)) => self.infinity(y != negative(&x)),
            (Value::Zero(x), y) => self.sign(x != negative(&y)),
            (x, Value::Infinite(y)) => self.sign(y != negative(&x)),
            (Value::Finite(x), Value::Finite(y)) => self.round(quotient(x, y), mode),
        }
    }

    pub(super) fn sqrt(self, a: u64, mode: Round) -> u64 {
        match self.unpack(a) {
            Value::Zero(_) => a,
            Value::Infinite(false) => a,
            Value::Finite(x) if !x.negative => self.round(root(x), mode),
            _ => self.nan(),
        }
    }

    /// From an integer, given as sign and magnitude.
    pub(super) fn of_integer(self, negative: bool, magnitude: u64, mode: Round) -> u64 {
        if magnitude == 0 {
            return 0;
        }
        self.round(
            Exact {
                negative,
                m: magnitude.into(),
                e: 0,
                sticky: false,
            },
            mode,
        )
    }

    /// From a value of another format.
    pub(super) fn of_format(self, other: Format, bits: u64, mode: Round) -> u64 {
        match other.unpack(bits) {
            Value::Nan => self.nan(),
            Value::Infinite(n) => self.infinity(n),
            Value::Zero(n) => self.sign(n),
            Value::Finite(x) => self.round(x, mode),
        }
    }
}

fn negative(value: &Value) -> bool {
    match value {
        Value::Nan => false,
        Value::Infinite(n) | Value::Zero(n) => *n,
        Value::Finite(x) => x.negative,
    }
}

/// `m` without its lowest `shift` bits, and what they were: 0 nothing, 1 below half, 2 half,
/// 3 above.
fn split(m: u128, shift: i32, sticky: bool) -> (u128, u8) {
    let tail = u8::from(sticky);
    if shift <= 0 {
        return (m << -shift, tail);
    }
    if shift > 128 {
        return (0, 1);
    }
    let kept = m.checked_shr(shift as u32).unwrap_or(0);
    let half = m >> (shift - 1) & 1 == 1;
    let below = m & ((1 << (shift - 1)) - 1) != 0 || sticky;
    (kept, u8::from(half) * 2 + u8::from(below))
}

fn rounds_away(kept: u128, rest: u8, negative: bool, mode: Round) -> bool {
    match mode {
        Round::Nearest => rest == 3 || (rest == 2 && kept & 1 == 1),
        Round::Zero => false,
        Round::Down => negative && rest != 0,
        Round::Up => !negative && rest != 0,
    }
}

/// None for an exact zero. Neither operand may have a sticky bit.
fn exact_sum(x: Exact, y: Exact) -> Option<Exact> {
    let top = |v: &Exact| v.e + 128 - v.m.leading_zeros() as i32;
    let (high, low) = if top(&x) >= top(&y) { (x, y) } else { (y, x) };
    // The larger one is aligned to bit 125; bits of the smaller one that fall off are at least
    // two places below it, and so cannot matter but as a sticky bit.
    let up = high.m.leading_zeros() as i32 - 2;
    let (m, e) = (high.m << up, high.e - up);
    let shift = e - low.e;
    let (other, rest) = split(low.m, shift, false);
    let sticky = rest != 0;
    let (negative, m) = if high.negative == low.negative {
        (high.negative, m + other)
    } else if m >= other {
        (high.negative, m - other - u128::from(sticky))
    } else {
        // As long as each other, and so nothing fell off.
        (low.negative, other - m)
    };
    (m != 0 || sticky).then_some(Exact {
        negative,
        m,
        e,
        sticky,
    })
}

fn quotient(x: Exact, y: Exact) -> Exact {
    let up = x.m.leading_zeros() as i32 - 1;
    let m = x.m << up;
    Exact {
        negative: x.negative != y.negative,
        m: m / y.m,
        e: x.e - up - y.e,
        sticky: !m.is_multiple_of(y.m),
    }
}

fn root(x: Exact) -> Exact {
    let mut up = x.m.leading_zeros() as i32 - 1;
    up -= (x.e - up) & 1;
    let m = x.m << up;
    let root = m.isqrt();
    Exact {
        negative: false,
        m: root,
        e: (x.e - up) / 2,
        sticky: root * root != m,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small generator, so that failures repeat.
    fn random(seed: &mut u64) -> u64 {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        *seed
    }

    /// Bit patterns with close exponents, subnormals and extremes among them.
    fn interesting(seed: &mut u64) -> u64 {
        let r = random(seed);
        let x = random(seed);
        match r % 5 {
            0 => x,
            1 => x & 0x800f_ffff_ffff_ffff,
            2 => (x & 0x800f_ffff_ffff_ffff) | (1020 + (r >> 8) % 8) << 52,
            3 => (x & 0x8000_0000_0000_0003) | (((r >> 20) % 2047) << 52),
            _ => (x & 0x803f_ffff_ffff_ffff) | 0x7fc0_0000_0000_0000,
        }
    }

    fn same(got: u64, want: f64) {
        let both_nan = want.is_nan() && f64::from_bits(got).is_nan();
        assert!(
            got == want.to_bits() || both_nan,
            "{got:016x} against {:016x}",
            want.to_bits()
        );
    }

    #[test]
    fn nearest_agrees_with_the_host() {
        let mut seed = 0x9e37_79b9_7f4a_7c15;
        for _ in 0..20_000 {
            let [a, b, c] = [0; 3].map(|_| interesting(&mut seed));
            let [x, y, z] = [a, b, c].map(f64::from_bits);
            same(BINARY64.add(a, b, Round::Nearest), x + y);
            same(BINARY64.mul(a, b, Round::Nearest), x * y);
            same(BINARY64.div(a, b, Round::Nearest), x / y);
            same(BINARY64.sqrt(a, Round::Nearest), x.sqrt());
            same(BINARY64.fma(a, b, c, Round::Nearest), x.mul_add(y, z));
            let single = BINARY32.of_format(BINARY64, a, Round::Nearest) as u32;
            let want = x as f32;
            assert!(single == want.to_bits() || want.is_nan());
            let int = BINARY32.of_integer(false, a, Round::Nearest) as u32;
            assert_eq!(int, (a as f32).to_bits());
        }
    }

    #[test]
    fn directed_modes_bracket_the_exact_value() {
        let mut seed = 7;
        for _ in 0..20_000 {
            let (a, b) = (interesting(&mut seed), interesting(&mut seed));
            let [down, up, zero, near] = [Round::Down, Round::Up, Round::Zero, Round::Nearest]
                .map(|mode| f64::from_bits(BINARY64.mul(a, b, mode)));
            if near.is_nan() {
                continue;
            }
            assert!(down <= near && near <= up);
            assert!(down == up || down.next_up() == up);
            assert_eq!(
                zero.to_bits(),
                if near.is_sign_negative() { up } else { down }.to_bits()
            );
        }
    }

    #[test]
    fn signs_of_zero_and_overflow() {
        let (one, minus) = (1f64.to_bits(), (-1f64).to_bits());
        assert_eq!(BINARY64.add(one, minus, Round::Nearest), 0);
        assert_eq!(BINARY64.add(one, minus, Round::Down), (-0f64).to_bits());
        let max = f64::MAX.to_bits();
        assert_eq!(BINARY64.add(max, max, Round::Zero), max);
        assert_eq!(BINARY64.add(max, max, Round::Up), f64::INFINITY.to_bits());
        let third = BINARY32.div(1f32.to_bits().into(), 3f32.to_bits().into(), Round::Zero);
        assert_eq!(third, 0x3eaa_aaaa);
        let third = BINARY32.div(1f32.to_bits().into(), 3f32.to_bits().into(), Round::Up);
        assert_eq!(third, 0x3eaa_aaab);
    }
}
