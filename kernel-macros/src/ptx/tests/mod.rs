mod naive;

use crate::analysis::plan::{Bounds, Fold};
use naive::Options;

fn map(depth: usize) -> Options {
    Options { depth, accumulators: Vec::new(), bounds: Bounds::Proved }
}

fn show(source: &str, options: &Options, debug: bool) -> String {
    let (function, plan) = naive::plan(source, options);
    super::emit(&function, &plan, debug)
}

#[test]
fn look() {
    let dir = std::path::Path::new("/tmp/pt/out");
    std::fs::create_dir_all(dir).unwrap();
    let mut n = 0;
    let mut put = |text: String| { n += 1; std::fs::write(dir.join(format!("{n:02}.ptx")), text).unwrap(); };
    for debug in [false, true] {
    put(show("fn axpy(a: f64, x: &[f64], y: &mut [f64]) { for i in 0..y.len() { y[i] = a * x[i] + y[i]; } }", &map(1), debug));
    put(show("fn st(a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>) { let (m, n) = a.dim(); for i in 1..m - 1 { for j in 1..n - 1 { b[[i, j]] = 0.25 * (a[[i - 1, j]] + a[[i + 1, j]] + a[[i, j - 1]] + a[[i, j + 1]]); } } }", &map(2), debug));
    put(show("fn mm(a: ArrayView2<f32>, b: ArrayView2<f32>, mut c: ArrayViewMut2<f32>) { let (m, n) = c.dim(); let kk = a.ncols(); for i in 0..m { for j in 0..n { let mut s = 0.0; for k in 0..kk { s += a[[i, k]] * b[[k, j]]; } c[[i, j]] = s; } } }", &map(2), debug));
    let sum = |depth, bounds| Options { depth, accumulators: vec![("result", Fold::Add)], bounds };
    put(show("fn sum(x: &[f64]) -> f64 { let mut result = 0.0; for i in 0..x.len() { result += x[i]; } result }", &sum(1, Bounds::Proved), debug));
    put(show("fn sum(x: &[f64], c: &[u32]) -> f64 { let mut result = 0.0; for i in 0..x.len() { result += x[c[i] as usize]; } result }", &sum(1, Bounds::Checked), debug));
    put(show("fn sum2d(arr: ArrayView2<f32>) -> f32 { let (m, n) = arr.dim(); let mut result = 0.0; for i in 0..m { for j in 0..n { result += arr[[i, j]]; } } result }", &sum(2, Bounds::Proved), debug));
    put(show("fn sum3d(arr: ArrayView3<f32>, w: &[f32]) -> f32 { let (m, n, l) = arr.dim(); let mut result = 0.0; for i in 0..m { for j in 0..n { for k in 0..l { result += arr[[i, j, k]] * w[k] * (i as f32); } } } result }", &sum(3, Bounds::Proved), debug));
    put(show("fn collatz(x: &[u64], out: &mut [u32]) { for i in 0..x.len() { let mut v = x[i]; let mut n = 0u32; while v != 1 { if v % 2 == 0 { v /= 2; } else { v = 3 * v + 1; } n += 1; } out[i] = n; } }", &map(1), debug));
    }
}
