//! Whether an argument was rare, asked for many at once.

/// Arguments beyond a bound, of a few iterations. It is told about each of them without a
/// comparison, and so without masks in SIMD code.
#[derive(Clone, Copy, Debug)]
pub struct Rare {
    // The first bit is set where a difference was negative.
    narrow: u32,
    wide: u64,
    // The first five bits are clear where a number was of a range of 2^59 that follow each other.
    outside: u64,
}

/// The least number that is not [`outside`](Rare::outside_f64): 2^-40.
pub const LEAST_USUAL: f64 = 9.094947017729282e-13;
/// The least beyond it that is: 2^88, as the range is of 128 exponents.
pub const BEYOND_USUAL: f64 = 3.094850098213451e26;

impl Rare {
    /// Of no arguments yet.
    #[inline(always)]
    pub fn none() -> Rare {
        Rare {
            narrow: 0,
            wide: 0,
            outside: 0,
        }
    }

    /// Notes an argument, rare if its magnitude is larger than the number of these bits.
    #[inline(always)]
    pub fn beyond_f32(&mut self, x: f32, most: u32) {
        self.narrow |= most.wrapping_sub(x.abs().to_bits());
    }

    /// Notes an argument, rare if its magnitude is larger than the number of these bits.
    #[inline(always)]
    pub fn beyond_f64(&mut self, x: f64, most: u64) {
        self.wide |= most.wrapping_sub(x.abs().to_bits());
    }

    /// Notes an argument, rare if it is not from [`LEAST_USUAL`] to [`BEYOND_USUAL`].
    #[inline(always)]
    pub fn outside_f64(&mut self, x: f64) {
        self.outside |= x.to_bits().wrapping_sub(LEAST_USUAL.to_bits());
    }

    /// Whether one of those noted was rare.
    #[inline(always)]
    pub fn any(self) -> bool {
        self.narrow >> 31 != 0 || self.wide >> 63 != 0 || self.outside >> 59 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_outside_is_rare() {
        let rare = |x: f64| {
            let mut rare = Rare::none();
            rare.outside_f64(1.0);
            rare.outside_f64(x);
            rare.any()
        };
        for usual in [LEAST_USUAL, 3.0, BEYOND_USUAL.next_down()] {
            assert!(!rare(usual), "{usual:e}");
            assert!(rare(-usual), "{usual:e}");
        }
        for outside in [
            LEAST_USUAL.next_down(),
            BEYOND_USUAL,
            0.0,
            f64::INFINITY,
            f64::NAN,
        ] {
            assert!(rare(outside), "{outside:e}");
            assert!(rare(-outside), "{outside:e}");
        }
    }
}
