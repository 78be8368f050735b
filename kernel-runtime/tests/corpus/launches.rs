//! Many loops, many parameters, many callers.

use crate::inputs::doubles;
use kernel_runtime::prelude::*;

/// As long as programs that write programs make them.
#[kernel(parallel, cuda)]
fn sixty_loops(x: &mut [f64]) {
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 0.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 1.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 2.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 3.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 4.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 5.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 6.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 7.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 8.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 9.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 10.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 11.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 12.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 13.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 14.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 15.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 16.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 17.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 18.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 19.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 20.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 21.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 22.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 23.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 24.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 25.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 26.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 27.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 28.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 29.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 30.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 31.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 32.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 33.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 34.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 35.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 36.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 37.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 38.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 39.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 40.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 41.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 42.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 43.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 44.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 45.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 46.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 47.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 48.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 49.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 50.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 51.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 52.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 53.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 54.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 55.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 56.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 57.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 58.0;
    }
    for i in 0..x.len() {
        x[i] = x[i] * 0.5 + 59.0;
    }
}

#[kernel(parallel, cuda)]
fn forty_parameters(
    x: &[f64],
    y: &mut [f64],
    p0: f64,
    p1: f64,
    p2: f64,
    p3: f64,
    p4: f64,
    p5: f64,
    p6: f64,
    p7: f64,
    p8: f64,
    p9: f64,
    p10: f64,
    p11: f64,
    p12: f64,
    p13: f64,
    p14: f64,
    p15: f64,
    p16: f64,
    p17: f64,
    p18: f64,
    p19: f64,
    p20: f64,
    p21: f64,
    p22: f64,
    p23: f64,
    p24: f64,
    p25: f64,
    p26: f64,
    p27: f64,
    p28: f64,
    p29: f64,
    p30: f64,
    p31: f64,
    p32: f64,
    p33: f64,
    p34: f64,
    p35: f64,
    p36: f64,
    p37: f64,
) {
    for i in 0..x.len() {
        y[i] += p0 * x[i];
        y[i] += p1 * x[i];
        y[i] += p2 * x[i];
        y[i] += p3 * x[i];
        y[i] += p4 * x[i];
        y[i] += p5 * x[i];
        y[i] += p6 * x[i];
        y[i] += p7 * x[i];
        y[i] += p8 * x[i];
        y[i] += p9 * x[i];
        y[i] += p10 * x[i];
        y[i] += p11 * x[i];
        y[i] += p12 * x[i];
        y[i] += p13 * x[i];
        y[i] += p14 * x[i];
        y[i] += p15 * x[i];
        y[i] += p16 * x[i];
        y[i] += p17 * x[i];
        y[i] += p18 * x[i];
        y[i] += p19 * x[i];
        y[i] += p20 * x[i];
        y[i] += p21 * x[i];
        y[i] += p22 * x[i];
        y[i] += p23 * x[i];
        y[i] += p24 * x[i];
        y[i] += p25 * x[i];
        y[i] += p26 * x[i];
        y[i] += p27 * x[i];
        y[i] += p28 * x[i];
        y[i] += p29 * x[i];
        y[i] += p30 * x[i];
        y[i] += p31 * x[i];
        y[i] += p32 * x[i];
        y[i] += p33 * x[i];
        y[i] += p34 * x[i];
        y[i] += p35 * x[i];
        y[i] += p36 * x[i];
        y[i] += p37 * x[i];
    }
}

/// No parameter at all, and nothing but a count.
#[kernel(parallel, cuda)]
fn no_parameters() -> u32 {
    let mut count = 0;
    for i in 0..1000_u32 {
        count += i % 3;
    }
    count
}

#[kernel(parallel, cuda)]
fn only_one(x: &mut [i32]) {
    for i in 0..x.len() {
        x[i] += 1;
    }
}

#[test]
fn loops_and_parameters() {
    for n in [0, 1, 129, 1000] {
        let x = doubles(n);
        check!(sixty_loops[x = x.clone()](&mut x));
        check!(forty_parameters[y = x.clone()](
            &x, &mut y, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 10.5, 11.5, 12.5, 13.5,
            14.5, 15.5, 16.5, 17.5, 18.5, 19.5, 20.5, 21.5, 22.5, 23.5, 24.5, 25.5, 26.5, 27.5,
            28.5, 29.5, 30.5, 31.5, 32.5, 33.5, 34.5, 35.5, 36.5, 37.5
        ));
    }
    check!(no_parameters());
    for n in [1, 15, 16, 17, 127, 128, 129, 1023, 1024, 1025, 1536, 34567] {
        check!(only_one[x = vec![5; n]](&mut x));
    }
}

#[test]
fn callers_at_once() {
    std::thread::scope(|scope| {
        for caller in 0..4 {
            scope.spawn(move || {
                for n in [caller, 100 + caller, 3000] {
                    check!(only_one[x = vec![caller as i32; n]](&mut x));
                }
            });
        }
    });
}
