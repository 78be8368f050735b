use crate::analysis::plan::Plan;
use crate::diagnostics::Sink;
use crate::ir::Function;

fn analysed(source: &str) -> (Function, Plan) {
    let item = syn::parse_str(source).unwrap_or_else(|e| panic!("{e}: {source}"));
    let mut sink = Sink::default();
    let mut function = crate::parse::function(&item, &mut sink);
    let mismatches = crate::infer::infer(&mut function);
    let plan = crate::analysis::analyse(&mut function, &mismatches, &[], &mut sink);
    assert!(sink.is_empty(), "{source}\n{:#?}", sink.texts());
    (function, plan)
}

fn show(source: &str, debug: bool) -> String {
    let (function, plan) = analysed(source);
    super::emit(&function, &plan, debug)
}

#[test]
fn look() {
    let dir = std::path::Path::new("/tmp/pt/out");
    std::fs::create_dir_all(dir).unwrap();
    let mut n = 0;
    let mut put = |text: String| {
        n += 1;
        std::fs::write(dir.join(format!("{n:02}.ptx")), text).unwrap();
    };
    for debug in [false, true] {
        put(show(
            "fn axpy(a: f64, x: &[f64], y: &mut [f64]) { for i in 0..y.len() { y[i] = a * x[i] + y[i]; } }",
            debug,
        ));
        put(show(
            "fn st(a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>) { let (m, n) = a.dim(); for i in 1..m - 1 { for j in 1..n - 1 { b[[i, j]] = 0.25 * (a[[i - 1, j]] + a[[i + 1, j]] + a[[i, j - 1]] + a[[i, j + 1]]); } } }",
            debug,
        ));
        put(show(
            "fn mm(a: ArrayView2<f32>, b: ArrayView2<f32>, mut c: ArrayViewMut2<f32>) { let (m, n) = c.dim(); let kk = a.ncols(); for i in 0..m { for j in 0..n { let mut s = 0.0; for k in 0..kk { s += a[[i, k]] * b[[k, j]]; } c[[i, j]] = s; } } }",
            debug,
        ));
        put(show(
            "fn sum(x: &[f64]) -> f64 { let mut result = 0.0; for i in 0..x.len() { result += x[i]; } result }",
            debug,
        ));
        put(show(
            "fn sum(x: &[f64], c: &[u32]) -> f64 { let mut result = 0.0; for i in 0..x.len() { result += x[c[i] as usize]; } result }",
            debug,
        ));
        put(show(
            "fn sum2d(arr: ArrayView2<f32>) -> f32 { let (m, n) = arr.dim(); let mut result = 0.0; for i in 0..m { for j in 0..n { result += arr[[i, j]]; } } result }",
            debug,
        ));
        put(show(
            "fn sum3d(arr: ArrayView3<f32>, w: &[f32]) -> f32 { let (m, n, l) = arr.dim(); let mut result = 0.0; for i in 0..m { for j in 0..n { for k in 0..l { result += arr[[i, j, k]] * w[k] * (i as f32); } } } result }",
            debug,
        ));
        put(show(
            "fn collatz(x: &[u64], out: &mut [u32]) { for i in 0..x.len() { let mut v = x[i]; let mut n = 0u32; while v != 1 { if v % 2 == 0 { v /= 2; } else { v = 3 * v + 1; } n += 1; } out[i] = n; } }",
            debug,
        ));
    }
}
