//! Methods of the user's own that rustc finds before those of the array, and that make the very
//! same iterators, of other elements.
use kernel_runtime::prelude::*;
use ndarray::{ArrayView1, ArrayView2, Ix1, arr1};

trait ByValue {
    type Iter;
    fn iter(self) -> Self::Iter;
}

impl ByValue for ArrayView1<'_, f64> {
    type Iter = ndarray::iter::Iter<'static, f64, Ix1>;
    fn iter(self) -> Self::Iter {
        ArrayView1::from(&[1.0, 2.0]).into_iter()
    }
}

impl ByValue for [f64; 2] {
    type Iter = std::slice::Iter<'static, f64>;
    fn iter(self) -> Self::Iter {
        <[f64]>::iter(&[3.0, 4.0])
    }
}

#[kernel(parallel)]
fn loop_over_a_view(x: ArrayView1<f64>, y: &mut [f64]) {
    for (o, v) in y.iter_mut().zip(x.iter()) {
        *o = *v;
    }
}

#[kernel(parallel)]
fn chain_over_a_row(x: ArrayView2<f64>, y: &mut [f64]) {
    for i in 0..y.len() {
        y[i] = x.row(i).iter().sum::<f64>();
    }
}

#[kernel(parallel)]
fn loop_over_a_fixed_array(x: &[f64], y: &mut [f64]) {
    for i in 0..y.len() {
        let pair = [x[i], 1.0];
        for v in pair.iter() {
            y[i] += v;
        }
    }
}

#[kernel(parallel)]
fn chain_over_a_list(x: &[f64], y: &mut [f64]) {
    for i in 0..y.len() {
        y[i] = [0.5, 2.0].iter().map(|w| w * x[i]).sum::<f64>();
    }
}

mod vectors {
    use super::*;

    trait ByReference {
        fn iter(&self) -> std::slice::Iter<'static, f64>;
    }

    impl ByReference for Vec<f64> {
        fn iter(&self) -> std::slice::Iter<'static, f64> {
            [5.0].iter()
        }
    }

    #[kernel(parallel)]
    fn chain_over_a_vector(x: &Vec<f64>, y: &mut [f64]) {
        for i in 0..y.len() {
            y[i] = x.iter().sum::<f64>();
        }
    }
}

fn main() {
    let _ = arr1(&[1.0]);
}
