//! Iterations cut at their calls of elementary functions: as many as have lanes together, then the
//! rest one by one.

use crate::inputs::{SIZES, doubles, plane};
use kernel_runtime::prelude::*;
use ndarray::{ArrayView2, ArrayViewMut2, s};

/// Values of several types pass from part to part; what is written is read before, and changed
/// between calls; some calls are made by some iterations alone.
#[kernel(parallel, cuda)]
fn decay(x: &[f64], rates: &[f64], left: &mut [f64], steps: &mut [u8], turn: f64) {
    fn half_life(rate: f64) -> f64 {
        let k = 2.0 + rate;
        k.log2() / (rate * rate + 0.5)
    }
    for i in 0..left.len() {
        let (from, fast) = (x[i] + 1.0, rates[i] > 0.25);
        let mut life = half_life(rates[i]);
        let whole = (life * 3.0) as u8;
        left[i] += from.powf(life) * (-turn * life).exp();
        if fast {
            life = life.sqrt();
            left[i] -= life.exp();
        }
        steps[i] = if from.ln() < life { whole } else { whole / 2 };
        debug_assert!(turn < 9.0, "turned by {turn}");
    }
}

/// Rows of a matrix, in place.
#[kernel(parallel, cuda)]
fn flattened(a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>, by: f64) {
    let (rows, columns) = a.dim();
    for i in 0..rows {
        for j in 0..columns {
            let distance = (1.0 + b[[i, j]].abs()).acosh() + by;
            b[[i, j]] = (distance * a[[i, j]]).exp2() - distance;
        }
    }
}

/// Calls in each trip of a loop that runs in order around rows, which are elements that add up.
#[kernel(parallel, cuda)]
fn densities(samples: &[f64], places: &[f64], width: f64, out: &mut [f64], mass: &mut [f32]) {
    for j in 0..samples.len() {
        for i in 0..places.len() {
            let distance = (places[i] - samples[j]) / width;
            out[i] += (-0.5 * distance * distance).exp() * samples[j].abs().ln_1p();
            mass[i] += (places[i] as f32).powf(samples[j] as f32);
        }
    }
}

/// Calls inside of loops that neighbours go through together: of what each has, of what all share, of other
/// calls' values, before the loops, between them and behind them; some where a function has its ends.
#[kernel(parallel, cuda)]
fn potentials(
    at: &[f64],
    weights: ArrayView2<f64>,
    least: f64,
    out: &mut [f64],
    close: &mut [u32],
) {
    for i in 0..out.len() {
        let charge = (at[i] * 0.125).exp2();
        let (mut sum, mut count) = (0.0, 0);
        for j in 0..weights.nrows() {
            let fade = (-0.1 * j as f64).exp();
            let far = (at[i] - at[j]).abs();
            sum += fade * far.powf(-1.5 + charge).min(9.0);
            if far < least {
                count += 1;
                sum -= (far + 1.0).ln();
            }
            let log = (far + charge).ln();
            for k in 0..weights.ncols() {
                sum += weights[[j, k]] * (log * weights[[j, k]]).exp().log2().min(100.0);
            }
            sum *= 0.5;
        }
        out[i] += (sum * sum + 1.0).acosh();
        close[i] = count;
    }
}

/// What iterations combine is behind the first call and behind the last one: sums, a count, the first of the
/// least ones.
#[kernel(parallel, cuda)]
fn entropy(a: ArrayView2<f64>, power: f64) -> (f64, f32, u64, f64, usize) {
    let (mut sum, mut single, mut count) = (0.0, 0.0f32, 0);
    let (mut least, mut at) = (f64::INFINITY, 0);
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            let x = a[[i, j]].abs();
            let log = x.log2();
            sum -= x * log;
            count += (log > 0.0) as u64;
            let whole = (log * power).exp() - x.powf(power);
            single += (whole as f32).powf(0.25);
            if whole < least {
                least = whole;
                at = j;
            }
        }
    }
    (sum, single, count, least, at)
}

#[test]
fn calls_of_what_is_combined() {
    for n in SIZES {
        for (rows, columns) in [(1, n), (3, n / 3), (n / 40, 40)] {
            let a = plane(rows, 2 * columns);
            for a in [a.slice(s![.., ..columns]), a.slice(s![.., ..;2])] {
                close!(entropy[](a, 1.5));
            }
        }
    }
}

#[test]
fn calls_in_inner_loops() {
    for n in SIZES {
        let places = doubles(n);
        let samples = [doubles(5), vec![0.0, 90.0, -1e200, f64::INFINITY]].concat();
        close!(densities[out = doubles(n), mass = vec![0.5f32; n]](
            &samples,
            &places,
            0.5,
            &mut out,
            &mut mass
        ));
        let at = [places, vec![0.0, -0.0, 1e300, f64::NAN]].concat();
        for (rows, columns) in [(0, 1), (4, 3), (n.min(6), 1)] {
            let weights = plane(rows, columns);
            close!(potentials[out = vec![1.0; n], close = vec![0; n]](
                &at,
                weights.view(),
                0.25,
                &mut out,
                &mut close
            ));
        }
    }
}

#[test]
fn rows_of_every_length() {
    for n in SIZES {
        let (x, rates) = (doubles(n), doubles(n + 7));
        for turn in [0.5, 9.5] {
            // Of builds with debug assertions, every iteration fails.
            if cfg!(debug_assertions) && turn > 9.0 && n > 0 {
                fails!(
                    "turned by 9.5",
                    decay[left = doubles(n), steps = vec![0; n]](
                        &x,
                        &rates[7..],
                        &mut left,
                        &mut steps,
                        turn
                    )
                );
                continue;
            }
            close!(decay[left = doubles(n), steps = vec![0; n]](
                &x,
                &rates[7..],
                &mut left,
                &mut steps,
                turn
            ));
        }
    }
    for (rows, columns) in [(0, 9), (3, 1), (2, 63), (3, 64), (5, 197)] {
        let a = plane(rows, 2 * columns);
        for a in [a.slice(s![.., ..columns]), a.slice(s![.., ..;2])] {
            close!(flattened[b = plane(rows, columns)](a, b.view_mut(), 0.25));
        }
    }
}
