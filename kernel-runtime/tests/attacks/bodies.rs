//! A trait that has an array's method, where the array is bound in a function or a closure whose calls
//! are inlined: nothing of its body stands in the kernel's own loops.

use kernel_runtime::prelude::*;

trait ByValue {
    fn iter(self) -> std::vec::IntoIter<f64>;
}

impl ByValue for [f64; 3] {
    fn iter(self) -> std::vec::IntoIter<f64> {
        vec![100.0].into_iter()
    }
}

#[kernel(parallel)]
fn in_a_function(x: &[f64], y: &mut [f64]) {
    fn total(v: f64) -> f64 {
        let near = [v, 1.0, 2.0];
        let mut s = 0.0;
        for w in near.iter() {
            s += w;
        }
        s
    }
    for i in 0..x.len() {
        y[i] = total(x[i]);
    }
}

#[kernel(parallel)]
fn in_a_closure(x: &[f64], y: &mut [f64]) {
    let total = |v: f64| {
        let near = [v, 1.0, 2.0];
        let mut s = 0.0;
        for w in near.iter() {
            s += w;
        }
        s
    };
    for i in 0..x.len() {
        y[i] = total(x[i]);
    }
}

#[kernel(parallel)]
fn in_a_filter(x: &[f64], y: &mut [f64]) {
    for i in (0..x.len()).filter(|&i| {
        let near = [x[i], 1.0, 2.0];
        let mut s = 0.0;
        for w in near.iter() {
            s += w;
        }
        s > 10.0
    }) {
        y[i] = 1.0;
    }
}

/// A method that takes the range by value comes before the standard one, which borrows it.
mod ranges {
    use kernel_runtime::prelude::*;

    trait ByValue {
        fn contains(self, item: &i32) -> bool;
    }

    impl ByValue for std::ops::Range<i32> {
        fn contains(self, _: &i32) -> bool {
            true
        }
    }

    #[kernel(parallel)]
    fn inside(x: &[i32], y: &mut [bool]) {
        for i in 0..y.len() {
            y[i] = (0..5).contains(&x[i]);
        }
    }
}

fn main() {}
