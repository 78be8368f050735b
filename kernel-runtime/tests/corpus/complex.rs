//! Complex numbers, as elements, parameters, locals, and results.

use crate::inputs::FEW;
use crate::support::value;
use kernel_runtime::prelude::*;
use ndarray::{Array2, Array3, ArrayView2, ArrayView3, ArrayViewMut2, ArrayViewMut3, s};
use num_complex::{Complex, Complex32, Complex64};

#[kernel(parallel, cuda)]
fn mandelbrot(w: usize, h: usize, most: i32, counts: &mut [i32]) {
    for y in 0..h {
        for x in 0..w {
            let c = Complex::new(
                -2.0 + 2.5 * x as f64 / w as f64,
                -1.25 + 2.5 * y as f64 / h as f64,
            );
            let mut z = Complex64::new(0.0, 0.0);
            let mut n = 0;
            while n < most && z.norm_sqr() <= 4.0 {
                z = z * z + c;
                n += 1;
            }
            counts[y * w + x] = n;
        }
    }
}

#[kernel(parallel, cuda)]
fn arithmetic(a: &[Complex64], b: &[Complex64], s: Complex64, t: f64, y: &mut [Complex64]) {
    for i in 0..a.len() {
        let (u, v) = (a[i], b[i]);
        let mut z = (u + v) * (u - v) / s - u.conj() * t + 2.0 * v;
        z += 1.5 - u / t + (t / v) * (u + t);
        z -= v.scale(0.5) * u.inv() - t;
        z *= Complex { re: v.re, im: t };
        z /= u.unscale(3.0);
        z *= t;
        if z == u || z.is_nan() || u != v && !v.is_finite() {
            z = -Complex::from(t) + Complex64::I * s.im;
        }
        z.im += u.l1_norm() + v.powi(3).re + v.powu(6).im + u.powi(-2).re;
        y[i] = z;
    }
}

#[kernel(parallel, cuda)]
fn updates(a: &[Complex32], at: &[usize], y: &mut [Complex32], n: usize) {
    for i in 0..n {
        y[i] += a[at[i]] * a[i].re;
        y[i] *= a[at[i]];
        y[i] /= a[i] - y[i];
        y[i].re -= a[i].im;
        y[i].im *= 2.0;
        y[i] -= 0.25;
    }
}

/// A butterfly of the fast Fourier transform: `half` pairs in each of the blocks.
#[kernel(parallel, cuda)]
fn butterflies(x: &mut [Complex64], twiddles: &[Complex64], half: usize, blocks: usize) {
    for b in 0..blocks {
        for k in 0..half {
            let even = x[b * (2 * half) + k];
            let odd = x[b * (2 * half) + half + k] * twiddles[k * blocks];
            x[b * (2 * half) + k] = even + odd;
            x[b * (2 * half) + half + k] = even - odd;
        }
    }
}

#[kernel(parallel, cuda)]
fn sums(a: &[Complex64], start: Complex64) -> (Complex64, Complex64, f64, usize) {
    let mut sum = start;
    let mut dot = Complex64::new(0.0, 0.0);
    let mut energy = 0.0;
    let mut large = 0;
    for z in a.iter() {
        sum += z;
        dot = dot + *z * z.conj();
        dot -= 0.5;
        energy += z.norm_sqr();
        if z.re > z.im {
            large += 1;
        }
    }
    (sum, dot, energy, large)
}

/// The discrete Fourier transform, term by term.
#[kernel(parallel, cuda)]
fn dft(x: &[Complex64], roots: &[Complex64]) -> Vec<Complex64> {
    let n = x.len();
    let mut y = vec![Complex::new(0.0, 0.0); n];
    for k in 0..n {
        let mut sum = Complex::new(0.0, 0.0);
        for j in 0..n {
            sum += x[j] * roots[j * k % n];
        }
        y[k] = sum;
    }
    y
}

#[kernel(parallel, cuda)]
fn matrices(a: ArrayView2<Complex64>, mut b: ArrayViewMut2<'_, Complex64>, phase: &Complex64) {
    let (m, n) = a.dim();
    for i in 0..m {
        for j in 0..n {
            b[[i, j]] = a[[i, j]].conj() * *phase + b[[i, j]];
        }
    }
    for (mut row, from) in b.rows_mut().into_iter().zip(a.rows()) {
        for j in 0..n {
            row[j] += from[n - 1 - j].re;
        }
    }
}

#[kernel(parallel, cuda)]
fn volumes(a: ArrayView3<Complex64>, mut b: ArrayViewMut3<Complex64>) -> Complex64 {
    let (l, m, n) = a.dim();
    let mut sum = Complex::new(0.0, 1.0);
    for i in 0..l {
        for j in 0..m {
            for k in 0..n {
                b[[i, j, k]] = a[[l - 1 - i, j, k]] * b[[i, j, k]].conj();
            }
        }
    }
    for z in b.iter() {
        sum += z;
    }
    sum
}

#[kernel(parallel, cuda)]
fn elementary(a: &[Complex64], y: &mut [Complex64], r: &mut [f64]) {
    for (i, z) in a.iter().enumerate() {
        let (length, angle) = z.to_polar();
        let turned = Complex::from_polar(length, angle) + Complex64::cis(angle);
        y[i] = z.exp() + z.sqrt() * z.ln() - z.sin() * z.cosh() + turned;
        r[i] = z.norm() - z.arg();
    }
}

#[kernel(device)]
fn squared(z: Complex64, more: (Complex64, f64)) -> Complex64 {
    let (w, t) = more;
    z * z + w * t
}

#[kernel(parallel, cuda)]
fn calls(a: &[Complex64], steps: usize, y: &mut [Complex64]) {
    fn turned(z: Complex64, by: f64) -> Complex64 {
        Complex::new(-z.im * by, z.re * by)
    }
    for step in 0..steps {
        let factor = Complex::new(step as f64, 0.5);
        for i in 0..y.len() {
            let z: Complex64 = squared(a[i], (factor, 2.0));
            y[i] = turned(z, 0.5) + y[i] * factor;
        }
    }
}

fn complexes(n: usize) -> Vec<Complex64> {
    (0..n)
        .map(|k| Complex::new(8.0 * value(2 * k), 8.0 * value(2 * k + 1)))
        .collect()
}

#[test]
fn arithmetic_is_num_complexs_to_the_bit() {
    for n in FEW {
        let (a, mut b) = (complexes(n), complexes(n + 9)[9..].to_vec());
        if let Some(last) = b.last_mut() {
            *last = Complex::new(f64::INFINITY, -0.0);
        }
        let s = Complex::new(0.5, -3.0);
        check!(arithmetic[y = vec![s; n]](&a, &b, s, 0.75, &mut y));
        let single: Vec<Complex32> = a
            .iter()
            .map(|z| Complex::new(z.re as f32, z.im as f32))
            .collect();
        let at: Vec<usize> = (0..n).map(|k| (k * 7) % n).collect();
        check!(updates[y = single.clone()](&single, &at, &mut y, n));
        check!(calls[y = a.clone()](&b, 3, &mut y));
    }
}

#[test]
fn fractals_and_transforms() {
    let (w, h) = (70, 30);
    check!(mandelbrot[counts = vec![0; w * h]](w, h, 50, &mut counts));
    for n in [0, 1, 2, 90] {
        let roots = complexes(n);
        check!(dft(&complexes(n), &roots));
    }
    for half in [1, 8, 64] {
        let blocks = 64 / half;
        let twiddles = complexes(64);
        check!(butterflies[x = complexes(128)](
            &mut x, &twiddles, half, blocks
        ));
    }
}

#[test]
fn sums_of_complex_numbers() {
    for n in FEW {
        close!(sums(&complexes(n), Complex::new(1.0, -0.0)));
    }
}

#[test]
fn complex_matrices_of_any_strides() {
    let a = Array2::from_shape_vec((9, 13), complexes(117)).unwrap();
    let b = Array2::from_shape_vec((13, 9), complexes(117)).unwrap();
    let phase = Complex::new(0.25, -1.0);
    check!(matrices[b = b.clone()](a.t(), b.view_mut(), &phase));
    check!(matrices[b = b.t().to_owned()](
        a.view(),
        b.view_mut(),
        &phase
    ));
}

#[test]
fn complex_volumes_of_any_strides() {
    let (l, m, n) = (4, 5, 6);
    let a = Array3::from_shape_vec((l, m, n), complexes(l * m * n)).unwrap();
    let b = Array3::from_shape_vec((l, n, m), complexes(l * m * n)).unwrap();
    let turned = a.view().permuted_axes([0, 2, 1]);
    close!(volumes[b = b.clone()](turned, b.view_mut()));
    close!(volumes[b = a.clone()](
        a.slice(s![..;-1, .., ..]),
        b.view_mut()
    ));
}

#[test]
fn elementary_functions_of_complex_numbers() {
    let mut a = complexes(200);
    a.extend([
        Complex::new(0.0, 0.0),
        Complex::new(-4.0, -0.0),
        Complex::new(0.0, -2.0),
        Complex::new(f64::INFINITY, 0.0),
        Complex::new(f64::NEG_INFINITY, f64::NAN),
    ]);
    let n = a.len();
    close!(elementary[y = vec![Complex::new(0.0, 0.0); n], r = vec![0.0; n]](&a, &mut y, &mut r));
}

#[test]
fn failures_of_complex_elements_are_rusts() {
    let a = vec![Complex32::new(1.0, 2.0); 90];
    let mut at: Vec<usize> = (0..90).collect();
    at[70] = 90;
    fails!(
        "the len is 90 but the index is 90",
        updates[y = a.clone()](&a, &at, &mut y, 90)
    );
    fails!(
        "the len is 80 but the index is 80",
        updates[y = a[..80].to_vec()](&a, &(0..90).collect::<Vec<_>>(), &mut y, 90)
    );
}

/// Fixed arrays of complex numbers that an iteration binds.
#[kernel(parallel, cuda)]
fn pairs(a: &[Complex64], y: &mut [Complex64]) {
    for i in 0..a.len() {
        let mut pair = [a[i], Complex64::I];
        pair[i % 2] *= a[i];
        y[i] = pair[0] - pair[1];
    }
}

#[test]
fn iterations_bind_arrays_of_complex_numbers() {
    let a: Vec<Complex64> = (0..3000)
        .map(|i| Complex64::new(f64::from(i % 7), 0.5))
        .collect();
    check!(pairs[y = vec![Complex64::I; 3000]](&a, &mut y));
}
