//! What a call of a kernel costs where there is next to nothing to do.

use crate::gallery::saxpy;
use std::fmt;
use std::hint::black_box;
use std::time::Instant;

/// A call on few elements.
pub struct Small {
    elements: usize,
    /// Nanoseconds of a call of the kernel and of the plain function.
    kernel: f64,
    plain: f64,
}

impl fmt::Display for Small {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Small {
            elements,
            kernel,
            plain,
        } = self;
        write!(
            f,
            "- `saxpy` of {elements} elements: {kernel:.1} ns a call, {plain:.1} ns as a plain function"
        )
    }
}

/// Calls on 1 to 1000 elements.
pub fn measure() -> Vec<Small> {
    [1, 10, 100, 1000].into_iter().map(of).collect()
}

fn of(elements: usize) -> Small {
    let x = vec![1.0; elements];
    let mut y = vec![0.0; elements];
    let mut fastest = [f64::INFINITY; 2];
    // In turn, so that both see the same machine; the fastest, because interruptions only add.
    for _ in 0..20 {
        let times = [
            call(|| saxpy(black_box(2.5), black_box(&x), black_box(&mut y))),
            call(|| saxpy::serial(black_box(2.5), black_box(&x), black_box(&mut y))),
        ];
        for (fastest, time) in fastest.iter_mut().zip(times) {
            *fastest = fastest.min(time);
        }
    }
    Small {
        elements,
        kernel: fastest[0],
        plain: fastest[1],
    }
}

/// Nanoseconds of one of many calls.
fn call(mut f: impl FnMut()) -> f64 {
    const CALLS: u32 = 10_000;
    let start = Instant::now();
    for _ in 0..CALLS {
        f();
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
}
