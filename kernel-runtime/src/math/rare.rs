//! Whether an argument was rare, asked for many at once.

/// Arguments beyond a bound, of a few iterations. It is told about each of them without a
/// comparison, and so without masks in SIMD code.
#[derive(Clone, Copy, Debug)]
pub struct Rare {
    // The first bit is set where a difference was negative.
    narrow: u32,
    wide: u64,
}

impl Rare {
    /// Of no arguments yet.
    #[inline(always)]
    pub fn none() -> Rare {
        Rare { narrow: 0, wide: 0 }
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

    /// Whether one of those noted was rare.
    #[inline(always)]
    pub fn any(self) -> bool {
        self.narrow >> 31 != 0 || self.wide >> 63 != 0
    }
}
