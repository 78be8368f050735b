//! What types are taken to be.

use crate::diagnostics::Sink;
use crate::ir::dump;

fn typed(source: &str) -> String {
    let item = syn::parse_str(source).expect("the test's source parses");
    let mut sink = Sink::default();
    let mut function = crate::parse::function(&item, &mut sink);
    assert!(sink.is_empty(), "{:?}", sink.texts());
    let mismatches = super::infer(&mut function);
    assert!(mismatches.is_empty(), "{mismatches:?}");
    dump::dump(&function)
}

/// Where a constant from outside says how often, and nothing says what it is.
#[test]
fn counters_up_to_constants_are_usize() {
    let counted = |body: &str| {
        let text = typed(&format!("fn f(x: &[f32]) {{ {body} }}"));
        text.lines().nth(1).map(|line| line.trim().to_owned())
    };
    let unused = counted("for _ in 0..ROUNDS { g(x[0]); }");
    assert_eq!(unused.as_deref(), Some("for#0 _: usize in 0..ROUNDS {"));
    let used = counted("for k in 1..=ROUNDS { g(k as f32); }");
    assert_eq!(used.as_deref(), Some("for#0 k: usize in 1..=ROUNDS {"));
    let known = counted("for k in 0..ROUNDS { let t: u8 = k; }");
    assert_eq!(known.as_deref(), Some("for#0 k: u8 in 0..ROUNDS {"));
    let literal = counted("for k in 0..9 { g(k as f32); }");
    assert_eq!(literal.as_deref(), Some("for#0 k: i32 in 0..9 {"));
}

#[test]
fn literals_take_their_type_from_use_and_return() {
    insta::assert_snapshot!(typed(
        "fn f(x: &[f32], n: u64) -> f32 {
            let mut s = 0.0;
            for i in 0..x.len() {
                let (a, b) = (1, 2.5);
                if x[i] > b { s += x[i] * 2.0 } else { s -= (a + n) as f32; }
            }
            s
        }"
    ), @r"
    fn f(x: &[f32], n: u64) -> f32 {
      let s: f32 = 0.0
      for#0 i: usize in 0..x.len() {
        let (a: u64, b: f32) = (1, 2.5)
        if x[i] > b {
          s += x[i] * 2.0
        } else {
          s -= (a + n) as f32
        }
      }
      s
    }
    ");
}

#[test]
fn returned_arrays_say_what_their_elements_are() {
    let text = typed(
        "fn f(x: &[u8]) -> ([[u64; 2]; 4], f32) {
            let mut counts = [[0; 2]; 4];
            let mut sum = 0.0;
            for i in 0..x.len() {
                counts[(x[i] % 4) as usize][1] += 1;
                sum += 0.5;
            }
            (counts, sum)
        }",
    );
    assert!(text.contains("let sum: f32 = 0.0"), "{text}");
    assert!(!text.contains("i32"), "{text}");
}
