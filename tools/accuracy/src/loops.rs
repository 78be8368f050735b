//! Loops over arrays, of which the compiler makes SIMD code: the same source, other instructions.

/// A function's loop at each level.
#[derive(Clone, Copy)]
pub struct Loops<T: 'static> {
    pub baseline: Loop<T>,
    /// `None` where this machine has no AVX2.
    pub avx2: Option<Loop<T>>,
}

/// Values, of first numbers and of second ones.
pub type Loop<T> = fn(&mut [T], &[T], &[T]);

/// The loops of a function of one number (the second array is not looked at) or of two.
macro_rules! loops {
    ($ty:ident, |$x:ident| $value:expr) => {
        $crate::loops::loops!($ty, |$x, _y| $value)
    };
    ($ty:ident, |$x:ident, $y:ident| $value:expr) => {{
        #[inline(always)]
        fn each(out: &mut [$ty], x: &[$ty], y: &[$ty]) {
            let n = out.len();
            let (x, y) = (&x[..n], &y[..n]);
            for i in 0..n {
                let ($x, $y) = (x[i], y[i]);
                out[i] = $value;
            }
        }
        #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
        fn avx2(out: &mut [$ty], x: &[$ty], y: &[$ty]) {
            each(out, x, y);
        }
        fn baseline(out: &mut [$ty], x: &[$ty], y: &[$ty]) {
            each(out, x, y);
        }
        fn checked_avx2(out: &mut [$ty], x: &[$ty], y: &[$ty]) {
            // SAFETY: `Loops` has this only where the machine has the features.
            unsafe { avx2(out, x, y) }
        }
        let has_avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        $crate::loops::Loops {
            baseline,
            avx2: has_avx2.then_some(checked_avx2 as fn(&mut [$ty], &[$ty], &[$ty])),
        }
    }};
}

pub(crate) use loops;
