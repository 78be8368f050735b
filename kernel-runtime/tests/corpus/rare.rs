//! Functions with a rare path: a few iterations are done again where an argument was rare.

use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2, ArrayViewMut2};

/// Angles, of which those at the places are far from 0, infinite, or no number.
fn angles(count: usize, rare: &[usize]) -> Vec<f64> {
    let far = [1e300, -1647099.0, f64::INFINITY, f64::NAN, 3e9, -1e30];
    let mut all: Vec<f64> = (0..count).map(|i| i as f64 * 0.37 - 500.0).collect();
    for (place, angle) in rare.iter().zip(far.iter().cycle()) {
        all[*place] = *angle;
    }
    all
}

#[kernel(parallel, cuda)]
fn waves(x: &[f64], wide: &mut [f64], narrow: &mut [f32]) {
    for i in 0..x.len() {
        wide[i] = (x[i] * 2.0).sin() + x[i].cos().tan();
        narrow[i] =
            (x[i] as f32).sin() * (x[i] as f32).cos() + ((wide_of(x[i]) * 1e-3) as f32).tan();
    }
}

#[kernel(device)]
fn wide_of(x: f64) -> f64 {
    x.sin() + x
}

/// The device function alone has a rare path.
#[kernel(parallel, cuda)]
fn elsewhere(x: &[f64], out: &mut [f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        out[i] = wide_of(x[i]);
        let part: f32 = out_of(x[i]);
        sum += part as f64;
    }
    sum
}

#[kernel(parallel, cuda)]
fn grid(x: ArrayView2<f64>, mut out: ArrayViewMut2<f64>, by: f64) {
    let (rows, columns) = x.dim();
    for i in 0..rows {
        for j in 0..columns {
            if j > 0 {
                out[[i, j]] = (x[[i, j]] * by).cos() - x[[i, j - 1]].sin();
            }
        }
    }
}

/// What a rare argument's sine is taken for meanwhile may be no index.
#[kernel(parallel, cuda)]
fn looked_up(x: &[f64], table: &[f64], out: &mut [f64]) {
    for i in 0..x.len() {
        assert!(!x[i].is_nan(), "no angle at {i}");
        out[i] = table[((x[i].sin() + 1.0) * 8.0) as usize];
    }
}

#[kernel(parallel, cuda)]
fn in_place(x: &mut [f64]) {
    for i in 0..x.len() {
        x[i] = x[i].sin();
    }
}

/// Reads what it writes, behind a write: there is no form of its own for usual arguments.
#[kernel(parallel, cuda)]
fn in_place_twice(x: &mut [f64]) {
    for i in 0..x.len() {
        x[i] *= 3.0;
        x[i] = x[i].sin();
    }
}

/// Accumulators of two types, and what is written beside them.
#[kernel(parallel, cuda)]
fn energy(x: &[f64], out: &mut [f32]) -> (f64, f32) {
    let mut sum = 0.0;
    let mut most = f32::MIN;
    for i in 0..x.len() {
        out[i] = (x[i] as f32).cos();
        sum += x[i].sin();
        most = most.max(out_of(x[i]));
    }
    (sum, most)
}

#[kernel(device)]
fn out_of(x: f64) -> f32 {
    (x as f32) * 0.5
}

#[test]
fn accumulators_are_done_again() {
    use kernel_runtime::{Level, with_level};
    let bits = |(sum, most): (f64, f32)| (sum.to_bits(), most.to_bits());
    for rare in [&[][..], &[0, 1500], &[2999]] {
        let mut x = angles(3000, rare);
        x.iter_mut()
            .filter(|x| !x.is_finite())
            .for_each(|x| *x = 1e200);
        close!(energy[out = vec![0.0f32; 3000]](&x, &mut out));
        let run = || energy::parallel(&x, &mut vec![0.0; 3000]);
        let at = |level| bits(with_level(level, run));
        assert_eq!(at(Level::Baseline), at(Level::Avx2), "{rare:?}");
    }
}

#[test]
fn rare_arguments_are_done_again() {
    for rare in [
        &[][..],
        &[0],
        &[2999],
        &[1023, 1024, 1500, 2047, 2048, 2049, 2500],
    ] {
        let x = angles(3000, rare);
        close!(waves[wide = vec![0.0; 3000], narrow = vec![0.0f32; 3000]](
            &x, &mut wide, &mut narrow,
        ));
        close!(elsewhere[out = vec![0.0; 3000]](&x, &mut out));
        close!(in_place[x = x.clone()](&mut x));
        close!(in_place_twice[x = x.clone()](&mut x));
    }
}

#[test]
fn tiles_of_any_shape_are_done_again() {
    for (rows, columns) in [(3000, 1), (1000, 3), (3, 1700)] {
        let all = angles(rows * columns, &[5, 1024, 2990]);
        let x = Array2::from_shape_vec((rows, columns), all).expect("as many");
        let strided = x.t();
        close!(grid[out = Array2::zeros((rows, columns))](
            x.view(),
            out.view_mut(),
            1.5
        ));
        close!(grid[out = Array2::zeros((columns, rows))](
            strided,
            out.view_mut(),
            1.5
        ));
    }
}

#[test]
fn failures_are_those_of_the_functions_proper() {
    let table: Vec<f64> = (0..17).map(f64::from).collect();
    let far = [1e300, -1647099.0, 3e9, 1e30];
    let x: Vec<f64> = (0..2500).map(|i| far[i % 4] * i as f64).collect();
    check!(looked_up[out = vec![0.0; 2500]](&x, &table, &mut out));
    let mut x = x;
    x[1200] = f64::NAN;
    x[2400] = f64::NAN;
    fails!(
        "no angle at 1200",
        looked_up[out = vec![0.0; 2500]](&x, &table, &mut out)
    );
}
