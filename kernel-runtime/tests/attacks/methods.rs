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
fn chain_of_the_driver(x: ArrayView1<f64>) -> f64 {
    x.iter().sum()
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

/// Parts of arrays: by value, by the reference at hand, and before what ndarray's arrays refer to.
mod parts {
    use kernel_runtime::prelude::*;
    use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2};

    trait Rows: Sized {
        fn row(self, i: usize) -> ArrayView1<'static, f64>;
    }

    impl Rows for ArrayView2<'_, f64> {
        fn row(self, _: usize) -> ArrayView1<'static, f64> {
            ArrayView1::from(&[1.0])
        }
    }

    impl Rows for &mut Array2<f64> {
        fn row(self, _: usize) -> ArrayView1<'static, f64> {
            ArrayView1::from(&[1.0])
        }
    }

    impl Rows for &Array2<f64> {
        fn row(self, _: usize) -> ArrayView1<'static, f64> {
            ArrayView1::from(&[1.0])
        }
    }

    trait Borrowing {
        fn column(&self, j: usize) -> ArrayView1<'static, f64>;
        fn row_mut(&mut self, i: usize) -> ArrayViewMut1<'static, f64>;
    }

    impl Borrowing for ArrayViewMut2<'_, f64> {
        fn column(&self, _: usize) -> ArrayView1<'static, f64> {
            ArrayView1::from(&[1.0])
        }
        fn row_mut(&mut self, _: usize) -> ArrayViewMut1<'static, f64> {
            ArrayViewMut1::from(vec![1.0].leak())
        }
    }

    trait Halves {
        fn split_at(self, at: usize) -> (&'static [f64], &'static [f64]);
        fn iter(self) -> std::slice::Iter<'static, f64>;
    }

    impl Halves for &mut [f64] {
        fn split_at(self, _: usize) -> (&'static [f64], &'static [f64]) {
            (&[1.0], &[2.0])
        }
        fn iter(self) -> std::slice::Iter<'static, f64> {
            <[f64]>::iter(&[3.0])
        }
    }

    #[kernel(parallel)]
    fn row_of_a_view(x: ArrayView2<f64>, y: &mut [f64]) {
        for i in 0..y.len() {
            let row = x.row(i);
            y[i] = row[0];
        }
    }

    #[kernel(parallel)]
    fn row_of_a_mutable_reference(x: &mut Array2<f64>, y: &mut [f64]) {
        for i in 0..y.len() {
            let row = x.row(i);
            y[i] = row[0];
        }
    }

    #[kernel(parallel)]
    fn chain_over_a_row_of_a_reference(x: &Array2<f64>, y: &mut [f64]) {
        for i in 0..y.len() {
            y[i] = x.row(i).iter().sum::<f64>();
        }
    }

    #[kernel(parallel)]
    fn column_that_a_trait_borrows(x: ArrayViewMut2<f64>, y: &mut [f64]) {
        for i in 0..y.len() {
            let column = x.column(i);
            y[i] = column[0];
        }
    }

    #[kernel(parallel)]
    fn row_to_write(mut x: ArrayViewMut2<f64>, y: &[f64]) {
        for i in 0..y.len() {
            let mut row = x.row_mut(i);
            row[0] = y[i];
        }
    }

    #[kernel(parallel)]
    fn halves_of_a_slice(x: &mut [f64], y: &mut [f64]) {
        for i in 0..y.len() {
            let (left, right) = x.split_at(i);
            y[i] = left[0] + right[0];
        }
    }

    #[kernel(parallel)]
    fn loop_over_a_mutable_slice(x: &mut [f64], y: &mut [f64]) {
        for (o, v) in y.iter_mut().zip(x.iter()) {
            *o = *v;
        }
    }
}

/// Elements that change places: by value, by either reference.
mod swaps {
    use kernel_runtime::prelude::*;

    trait ByMut {
        fn swap(&mut self, _: usize, _: usize) {}
    }

    impl ByMut for [f64; 3] {}

    trait ByReference {
        fn swap(&self, _: usize, _: usize) {}
    }

    impl ByReference for [f32; 3] {}

    #[kernel(parallel)]
    fn of_an_array(y: &mut [f64]) {
        for i in 0..y.len() {
            let mut v = [y[i], 1.0, 2.0];
            v.swap(0, 2);
            y[i] = v[0];
        }
    }

    #[kernel(parallel)]
    fn of_another(y: &mut [f32]) {
        for i in 0..y.len() {
            let mut v = [y[i], 1.0, 2.0];
            v.swap(0, 2);
            y[i] = v[0];
        }
    }
}

/// Numbers behind references, and an `Option` that its own method borrows.
mod numbers {
    use kernel_runtime::prelude::*;

    trait ByReference {
        fn wrapping_add(&self, other: u32) -> u32;
    }

    impl ByReference for u32 {
        fn wrapping_add(&self, other: u32) -> u32 {
            *self + 2 * other
        }
    }

    trait ByValue {
        fn checked_sub(self, other: u64) -> Option<u64>;
        fn is_some(self) -> bool;
    }

    impl ByValue for &u64 {
        fn checked_sub(self, _: u64) -> Option<u64> {
            None
        }
        fn is_some(self) -> bool {
            false
        }
    }

    impl ByValue for Option<u64> {
        fn checked_sub(self, _: u64) -> Option<u64> {
            self
        }
        fn is_some(self) -> bool {
            self == Some(3)
        }
    }

    #[kernel(parallel)]
    fn of_an_item(x: &[u32], y: &mut [u32]) {
        for (o, v) in y.iter_mut().zip(x) {
            *o = v.wrapping_add(1);
        }
    }

    #[kernel(parallel)]
    fn of_an_element(x: &[u64], y: &mut [u64]) {
        for i in 0..y.len() {
            if let Some(v) = x.get(i) {
                y[i] = v.checked_sub(1).unwrap_or(0);
            }
        }
    }

    #[kernel(parallel)]
    fn of_what_a_closure_gives(x: &[u64], y: &mut [u64]) {
        for i in 0..y.len() {
            let at = |i: usize| &x[i];
            y[i] = at(i).checked_sub(1).unwrap_or(0);
        }
    }

    #[kernel(parallel)]
    fn of_a_name_for_an_element(x: &[u64], y: &mut [u64]) {
        for i in 0..y.len() {
            let v = &x[i];
            let w = v;
            y[i] = w.checked_sub(1).unwrap_or(0);
        }
    }

    #[kernel(parallel)]
    fn of_an_option(x: &[u64], y: &mut [bool]) {
        for i in 0..y.len() {
            y[i] = x[i].checked_sub(1).is_some();
        }
    }
}

/// The same of an operator's method.
mod operators {
    use kernel_runtime::prelude::*;

    trait ByValue {
        fn lt(self, _: &f32) -> bool;
    }

    impl ByValue for f32 {
        fn lt(self, _: &f32) -> bool {
            true
        }
    }

    #[kernel(parallel)]
    fn below(x: &[f32], y: &mut [bool]) {
        for i in 0..y.len() {
            y[i] = x[i].lt(&7.0);
        }
    }
}

fn main() {
    let _ = arr1(&[1.0]);
}

/// Other things by the names of the variants of `Option`.
mod variants {
    use kernel_runtime::prelude::*;

    #[allow(non_snake_case)]
    fn Some(value: u32) -> Option<u32> {
        value.checked_sub(1)
    }

    #[allow(non_upper_case_globals)]
    const None: Option<u32> = Option::Some(7);

    #[kernel(parallel)]
    fn some(x: &[u32], y: &mut [u32]) {
        for i in 0..y.len() {
            let it = Some(x[i]);
            y[i] = it.unwrap_or(3);
        }
    }

    #[kernel(parallel)]
    fn none(x: &[u32], y: &mut [u32]) {
        for i in 0..y.len() {
            let it = if x[i] > 3 { None } else { x[i].checked_sub(1) };
            y[i] = it.unwrap_or(3);
        }
    }
}

/// A comparison that takes its number by value, and so comes before the standard library's.
mod orders {
    use kernel_runtime::prelude::*;
    use std::cmp::Ordering;

    trait ByValue {
        fn cmp(self, _: &u16) -> Ordering;
    }

    impl ByValue for u16 {
        fn cmp(self, _: &u16) -> Ordering {
            Ordering::Less
        }
    }

    #[kernel(parallel)]
    fn compared(x: &[u16], y: &mut [bool]) {
        for i in 0..y.len() {
            y[i] = x[i].cmp(&7).is_lt();
        }
    }
}
