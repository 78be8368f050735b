//! Which forms the expansion of a region has.

use quote::quote;

/// Whether the expansion of a kernel has each of these words.
fn has<const N: usize>(kernel: proc_macro2::TokenStream, words: [&str; N]) -> [bool; N] {
    let text = crate::expand::kernel(quote!(parallel), kernel).to_string();
    let tokens: Vec<&str> = text.split_whitespace().collect();
    words.map(|word| tokens.contains(&word))
}

#[test]
fn casts_take_the_form_that_fits_the_loop() {
    let casts = ["in_lanes", "alone"];
    let lanes = quote!(
        fn f(x: &[f64], y: &mut [i64]) {
            for i in 0..x.len() {
                y[i] = x[i] as i64;
            }
        }
    );
    assert_eq!(has(lanes, casts), [true, false]);
    let one_by_one = quote!(
        fn f(x: &[f32], y: &mut [i64]) {
            for i in 0..x.len() {
                y[x[i] as usize] += 1;
            }
        }
    );
    assert_eq!(has(one_by_one, casts), [false, true]);
    let fails = quote!(
        fn f(x: &[f64], y: &[i64], z: &mut [i64]) {
            for i in 0..z.len() {
                z[i] = y[x[i] as usize];
            }
        }
    );
    assert_eq!(has(fails, casts), [false, true]);
    let narrow = quote!(
        fn f(x: &[f64], y: &mut [i32]) {
            for i in 0..x.len() {
                y[i] = x[i] as i32;
            }
        }
    );
    assert_eq!(has(narrow, casts), [false, false]);
}

#[test]
fn only_little_work_has_whole_rounds() {
    let rounds = |body| {
        let kernel = quote!(fn f(x: &[f64]) -> f64 {
            let mut s = 0.0;
            for i in 0..x.len() { #body }
            s
        });
        // Slices without checks have no other reason for two forms.
        has(kernel, ["FAST"])
    };
    assert_eq!(rounds(quote!(s += x[i] * x[i];)), [true]);
    assert_eq!(rounds(quote!(s += (x[i] / 3.0).sqrt() / 7.0;)), [false]);
}
