//! Reports as users read them.

use crate::diagnostics::Sink;

fn report(source: &str) -> String {
    let item: syn::ItemFn = syn::parse_str(source).expect("the test's source parses");
    let mut sink = Sink::default();
    let mut function = crate::parse::function(&item, &mut sink);
    let mismatches = crate::infer::infer(&mut function);
    crate::lower::lower(&mut function);
    let plan = crate::analysis::analyse(&mut function, &mismatches, &[], &mut sink);
    assert!(sink.is_empty(), "{:?}", sink.texts());
    super::report(&function, &plan, quote::quote!(#item))
}

#[test]
fn the_source_with_what_became_of_its_loops() {
    insta::assert_snapshot!(report(
        "
    pub fn relax(
        a: ArrayView2<'_, f64>, y: &mut [f64], out: &mut [f64],
        steps: usize, stride: usize,
    ) -> f64 {
        let (m, n) = a.dim();
        let mut total = 0.0;
        for step in 0..steps {
            // Rows.
            for i in 0..m {
                for j in 0..n {
                    y[i] += a[[i, j]];
                }
            }
            for i in (0..m).rev() {
                let scale = match i % 3 { 0 => 1.0, _ => 2.0 };
                for j in 0..n {
                    out[i * stride + j] = scale * y[i];
                }
                total += y[i];
            }
        }
        total
    }"
    ), @r"
    kernel `relax`, line 2
        2 | pub fn relax(
        3 |     a: ArrayView2<'_, f64>, y: &mut [f64], out: &mut [f64],
        4 |     steps: usize, stride: usize,
        5 | ) -> f64 {
        6 |     let (m, n) = a.dim();
        7 |     let mut total = 0.0;
        8 |     for step in 0..steps {
          |     ^ `step`: driver code, in order
          |       because different iterations write the same element as `y[i]`
          |       because one iteration writes `y[i]` ...
          |       line 18: ... and another iteration reads the same element here, as `y[i]`
          |       because different iterations write the same element as `out[i * stride + j]`
       10 |         for i in 0..m {
          |         ^ `i`: parallel
          |           guard: `y[i]` stays in bounds
          |           guard: `a[[i, j]]` stays in bounds
       11 |             for j in 0..n {
          |             ^ `j`: in order, inside an iteration
          |               because different iterations write the same element as `y[i]`
       12 |                 y[i] += a[[i, j]];
       13 |             }
       14 |         }
       15 |         for i in (0..m).rev() {
          |         ^ `i`: parallel
          |           reduction: `total`: f64 with `+`, 64 lanes
          |           private: `scale`
          |           guard: `out[i * stride + j]` stays in bounds
          |           guard: `y[i]` stays in bounds
          |           guard: iterations have `out[i * stride + j]` to themselves: it asks if `n <= stride`
       16 |             let scale = match i % 3 { 0 => 1.0, _ => 2.0 };
       17 |             for j in 0..n {
          |             ^ `j`: in order, inside an iteration
       18 |                 out[i * stride + j] = scale * y[i];
       19 |             }
       20 |             total += y[i];
       21 |         }
       22 |     }
       23 |     total
       24 | }
    ");
}

#[test]
fn comments_for_documentation_are_said_to_be_there() {
    let text = report(
        "fn f(y: &mut [f64]) {
            /// Half of it.
            fn half(v: f64) -> f64 { v / 2.0 }
            for i in 0..y.len() {
                y[i] = half(1.0);
            }
        }",
    );
    assert!(text.contains("/// ..\n"), "{text}");
    assert!(
        text.contains("fn half(v: f64) -> f64 { v / 2.0 }"),
        "{text}"
    );
}

/// The lines that say in which order a region goes.
fn orders(body: &str) -> Vec<String> {
    let report = report(&format!(
        "fn f(a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>, y: &mut [f64]) -> f64 {{
            let (m, n) = a.dim();
            let mut s = 0.0;
            {body}
            s
        }}"
    ));
    let lines = report.lines().filter(|line| line.contains("order:"));
    let line = |line: &str| line.trim_start_matches([' ', '|']).to_owned();
    lines.map(line).collect()
}

#[test]
fn the_order_through_memory() {
    let bodies = [
        "for i in 0..m { for j in 0..n { s += a[[i, j]]; } }",
        "for i in 0..m { for j in 0..n { s = s.max(a[[i, j]]); } }",
        "for i in 0..m { for j in 0..n { b[[i, j]] = 2.0 * a[[i, j]]; } }",
        "for i in 0..m { for j in 0..n { b[[j, i]] = a[[i, j]]; } }",
        "for i in 1..m { for j in 0..n { b[[i, j]] = a[[i - 1, j]]; } }",
        "for i in 0..m { let mut t = 0.0; for j in 0..n { t += a[[i, j]]; } y[i] = t; }",
        "for j in 0..n { let mut t = 0.0; for i in 0..m { t += a[[i, j]]; } y[j] = t; }",
        "for i in 0..n { y[i] *= 2.0; }",
    ];
    let told: Vec<String> = bodies
        .iter()
        .map(|body| format!("{body}\n  {}", orders(body).join("\n  ")))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    for i in 0..m { for j in 0..n { s += a[[i, j]]; } }
      order: columns are copied to where each is contiguous, where strides put them in rows
    for i in 0..m { for j in 0..n { s = s.max(a[[i, j]]); } }
      order: loops change places, where all arrays are transposed
      order: columns are copied to where each is contiguous, where strides put them in rows
    for i in 0..m { for j in 0..n { b[[i, j]] = 2.0 * a[[i, j]]; } }
      order: loops change places, where all arrays are transposed
      order: in blocks, where strides put neighbours in other rows
    for i in 0..m { for j in 0..n { b[[j, i]] = a[[i, j]]; } }
      order: loops change places, where all arrays are transposed
      order: in blocks, as neighbours in memory are in other rows of the loops
    for i in 1..m { for j in 0..n { b[[i, j]] = a[[i - 1, j]]; } }
      order: in blocks, where strides put neighbours in other rows
    for i in 0..m { let mut t = 0.0; for j in 0..n { t += a[[i, j]]; } y[i] = t; }
      order: a few iterations make each trip of the loops inside together, each in its own row
    for j in 0..n { let mut t = 0.0; for i in 0..m { t += a[[i, j]]; } y[j] = t; }
      order: neighbouring iterations make each trip of the loops inside together
    for i in 0..n { y[i] *= 2.0; }
    ");
}
