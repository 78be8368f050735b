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
    assert_eq!(has(narrow, casts), [true, false]);
    let back = |from| {
        quote!(
            fn f(x: &[#from], y: &mut [f64]) {
                for i in 0..x.len() {
                    y[i] = x[i] as f64;
                }
            }
        )
    };
    // From 32 bits, there are instructions on vectors.
    assert_eq!(has(back(quote!(u64)), ["number_in_lanes"]), [true]);
    assert_eq!(has(back(quote!(i32)), ["number_in_lanes"]), [false]);
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

#[test]
fn usual_arguments_have_a_form_where_a_function_may_have_a_rare_path() {
    let usual = |body| {
        let kernel = quote!(
            fn f(x: &[f64], y: &mut [f64]) {
                for i in 0..x.len() { #body }
            }
        );
        has(kernel, ["__usual", "__RARE"])
    };
    // rustc is asked where the loop does not say so itself.
    assert_eq!(usual(quote!(y[i] = x[i].sin();)), [true, false]);
    assert_eq!(
        usual(quote!(y[i] = turned(x[i]) + x[i].sin();)),
        [true, false]
    );
    assert_eq!(
        usual(quote!(y[i] = { let t: f64 = turned(x[i]); t };)),
        [true, true]
    );
    assert_eq!(usual(quote!(y[i] = x[i].exp();)), [false, false]);
    // What was written cannot be read again.
    let twice = quote!(y[i] *= x[i]; y[i] = { let t: f64 = turned(y[i]); t };);
    assert_eq!(usual(twice), [false, false]);
}

#[test]
fn device_functions_with_a_rare_path_have_a_form_without_it() {
    let has_form = |function| {
        let text = crate::expand::kernel(quote!(device), function).to_string();
        text.contains("fn usually <")
    };
    assert!(has_form(quote!(
        fn f(x: f64) -> f64 {
            x.tan()
        }
    )));
    assert!(!has_form(quote!(
        fn f(x: f64) -> f64 {
            x.tanh()
        }
    )));
}

#[test]
fn long_functions_have_a_form_in_stages() {
    let staged = |body| {
        let kernel = quote!(
            fn f(x: &[f64], y: &mut [f64]) {
                for i in 0..x.len() { #body }
            }
        );
        has(kernel, ["lanes", "FAST"])
    };
    assert_eq!(staged(quote!(y[i] = x[i].ln();)), [true, true]);
    assert_eq!(staged(quote!(y[i] = x[i].atan();)), [false, false]);
}

/// A product and a sum that `fastmath` fuses are no reason for a branch.
#[test]
fn both_operands_are_evaluated_where_that_is_little() {
    let both = |right| {
        let kernel = quote!(
            fn f(x: &[f64], y: &mut [bool]) {
                for i in 0..y.len() {
                    y[i] = i > 7 && #right <= 4.0;
                }
            }
        );
        let text = crate::expand::kernel(quote!(parallel), kernel).to_string();
        text.contains("__first & ")
    };
    assert!(both(quote!((i as f64).mul_add(2.0, 0.5).sqrt())));
    assert!(!both(quote!((i as f64).exp())));
}

#[test]
fn casts_round_themselves() {
    let rounds = |rounded| {
        let kernel = quote!(
            fn f(x: &[f64], n: &mut [usize], k: &mut [i64]) {
                for i in 0..x.len() { #rounded; }
            }
        );
        let text = crate::expand::kernel(quote!(parallel), kernel).to_string();
        text.contains(":: floor (") || text.contains(":: trunc (")
    };
    assert!(!rounds(quote!(n[i] = x[i].floor() as usize)));
    assert!(!rounds(quote!(k[i] = x[i].trunc() as i64)));
    assert!(rounds(quote!(k[i] = x[i].floor() as i64)));
    assert!(rounds(quote!(n[i] = (x[i].floor() + 1.0) as usize)));
}
