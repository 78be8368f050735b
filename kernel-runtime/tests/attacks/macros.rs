//! Macros with the names of std's, and names that come out of macros.

use kernel_runtime::prelude::*;

mod textual {
    use kernel_runtime::prelude::*;

    macro_rules! assert {
        ($condition:expr) => {
            if !$condition {
                return;
            }
        };
    }

    #[kernel(parallel)]
    fn stops(x: &[f64], y: &mut [f64]) {
        for i in 0..x.len() {
            assert!(x[i] < 5.0);
            y[i] = x[i];
        }
    }
}

mod imported {
    use super::assert_eq;
    use kernel_runtime::prelude::*;

    #[kernel(parallel)]
    fn ignores(x: &[i64], y: &mut [i64]) {
        for i in 0..x.len() {
            assert_eq!(x[i], 5);
            y[i] = x[i];
        }
    }
}

#[macro_export]
macro_rules! nothing {
    ($($any:tt)*) => {};
}
use nothing as assert_eq;

macro_rules! two_names {
    ($n:ident) => {
        #[kernel(parallel)]
        fn adds(y: &mut [usize], $n: usize) {
            let n = 5usize;
            for i in 0..y.len() {
                y[i] = $n + n;
            }
        }
    };
}
two_names!(n);

fn main() {}
