//! Traits of the user's own that rustc comes to before the standard method: for references of every
//! depth, for parts of arrays, and for iterators by value.
use kernel_runtime::prelude::*;

/// A number's method, for references to it.
mod numbers {
    use super::*;

    trait Roots {
        fn isqrt(&self) -> u32;
    }
    impl Roots for &u32 {
        fn isqrt(&self) -> u32 {
            77
        }
    }
    #[kernel(parallel)]
    fn by_reference_for_a_reference(x: &[u32], y: &mut [u32]) {
        for i in 0..y.len() {
            let v = &x[i];
            y[i] = v.isqrt();
        }
    }

    trait Logarithms {
        fn ilog2(self) -> u32;
    }
    impl Logarithms for &mut u32 {
        fn ilog2(self) -> u32 {
            77
        }
    }
    #[kernel(parallel)]
    fn of_what_is_written(y: &mut [u32]) {
        for v in y.iter_mut() {
            *v = v.ilog2();
        }
    }

    trait Zeros {
        fn leading_zeros(self) -> u32;
    }
    impl Zeros for &&u32 {
        fn leading_zeros(self) -> u32 {
            77
        }
    }
    #[kernel(parallel)]
    fn two_references(x: &[u32], y: &mut [u32]) {
        for i in 0..y.len() {
            let v = &&x[i];
            y[i] = v.leading_zeros();
        }
    }

    trait Ones {
        fn count_ones(self) -> u32;
    }
    impl Ones for &u32 {
        fn count_ones(self) -> u32 {
            77
        }
    }
    #[kernel(parallel)]
    fn the_test_of_a_filter(x: &[u32], y: &mut [u32]) {
        for i in 0..y.len() {
            let d = x[i].checked_sub(3).filter(|v| v.count_ones() > 2);
            y[i] = d.unwrap_or(9);
        }
    }
}

/// An `Option`'s method, for references to one.
mod options {
    use super::*;

    trait Values {
        fn unwrap_or(self, other: u32) -> u32;
    }
    impl Values for &Option<u32> {
        fn unwrap_or(self, _: u32) -> u32 {
            77
        }
    }
    #[kernel(parallel)]
    fn of_a_reference(x: &[u32], y: &mut [u32]) {
        for i in 0..y.len() {
            let q = x[i].checked_sub(3);
            let o = &q;
            y[i] = o.unwrap_or(7);
        }
    }

    trait Copies {
        fn copied(self) -> Option<u32>;
    }
    impl Copies for &Option<&u32> {
        fn copied(self) -> Option<u32> {
            Some(77)
        }
    }
    #[kernel(parallel)]
    fn of_references(x: &[u32], y: &mut [u32]) {
        for i in 0..y.len() {
            let o = &x.get(i + 1);
            y[i] = o.copied().map_or(3, |v| v + 1);
        }
    }
}

/// A slice's method, for what the iteration calls it of.
mod lengths {
    use super::*;
    use ndarray::{ArrayView1, ArrayView2};

    trait Length {
        fn len(self) -> usize;
    }
    impl Length for &mut [f64] {
        fn len(self) -> usize {
            7
        }
    }
    impl Length for [f64; 3] {
        fn len(self) -> usize {
            7
        }
    }
    impl Length for &[f64; 2] {
        fn len(self) -> usize {
            7
        }
    }
    impl Length for ArrayView1<'_, f64> {
        fn len(self) -> usize {
            7
        }
    }
    #[kernel(parallel)]
    fn of_a_chunk(y: &mut [f64]) {
        for c in y.chunks_mut(5) {
            let n = c.len();
            c[0] = n as f64;
        }
    }
    #[kernel(parallel)]
    fn of_a_local_array(x: &[f64], y: &mut [f64]) {
        for i in 0..y.len() {
            let a = [x[i], 1.0, 2.0];
            y[i] = a.len() as f64;
        }
    }
    #[kernel(parallel)]
    fn of_an_element(x: &[[f64; 2]], y: &mut [f64]) {
        for i in 0..y.len() {
            y[i] = x[i].len() as f64;
        }
    }
    #[kernel(parallel)]
    fn of_a_row(x: ArrayView2<f64>, y: &mut [f64]) {
        for i in 0..y.len() {
            let r = x.row(i);
            y[i] = r.len() as f64;
        }
    }
}

/// Ends of chains that borrow their iterator.
mod ends {
    use super::*;
    use std::iter::Map;
    use std::ops::Range;
    use std::slice::Iter;

    trait Ends<T> {
        fn any<F: Fn(T) -> bool>(self, test: F) -> bool;
    }
    impl<'a> Ends<&'a u32> for Iter<'a, u32> {
        fn any<F: Fn(&'a u32) -> bool>(self, _: F) -> bool {
            true
        }
    }
    impl<'a, F: FnMut(&'a u32) -> u32> Ends<u32> for Map<Iter<'a, u32>, F> {
        fn any<G: Fn(u32) -> bool>(self, _: G) -> bool {
            true
        }
    }
    impl Ends<u32> for &Range<u32> {
        fn any<F: Fn(u32) -> bool>(self, _: F) -> bool {
            true
        }
    }
    #[kernel(parallel)]
    fn in_a_loop(x: &[u32], y: &mut [bool]) {
        for i in 0..y.len() {
            y[i] = x.iter().any(|v| *v == i as u32);
        }
    }
    #[kernel(parallel)]
    fn behind_a_map(x: &[u32], y: &mut [bool]) {
        for i in 0..y.len() {
            y[i] = x.iter().map(|v| v + 1).any(|v| v == i as u32);
        }
    }
    #[kernel(parallel)]
    fn in_a_closure(x: &[u32], y: &mut [bool]) {
        let at = |i: usize| x.iter().any(|v| *v == i as u32);
        for i in 0..y.len() {
            y[i] = at(i);
        }
    }
    #[kernel(parallel)]
    fn in_a_function(x: &[u32], y: &mut [bool]) {
        fn seven(k: u32) -> bool {
            (0..k).any(|v| v == 7)
        }
        for i in 0..y.len() {
            y[i] = seven(x[i]);
        }
    }
    #[kernel(parallel)]
    fn in_a_chain_of_the_driver(x: &[u32], y: &[u32]) -> u32 {
        y.iter().map(|w| if x.iter().any(|v| v == w) { 1 } else { 0 }).sum()
    }
    #[kernel(parallel)]
    fn as_a_whole(x: &[u32]) -> bool {
        x.iter().any(|v| *v == 3)
    }
    trait Searches {
        fn position<F: Fn(&u32) -> bool>(self, test: F) -> Option<usize>;
        fn find<F: Fn(&&u32) -> bool>(self, test: F) -> Option<&'static u32>;
    }
    impl Searches for Iter<'_, u32> {
        fn position<F: Fn(&u32) -> bool>(self, _: F) -> Option<usize> {
            None
        }
        fn find<F: Fn(&&u32) -> bool>(self, _: F) -> Option<&'static u32> {
            None
        }
    }
    #[kernel(parallel)]
    fn places(x: &[u32], y: &mut [u32]) {
        for i in 0..y.len() {
            let at = x.iter().position(|v| *v > 3).unwrap_or(3);
            y[i] = at as u32 + *x.iter().find(|v| **v > 3).unwrap_or(&3);
        }
    }
    #[kernel(device)]
    fn in_a_device_function(k: u32) -> bool {
        (0..k).any(|v| v == 7)
    }
}

/// A pattern that looks like a variant and binds.
mod variants {
    #![no_implicit_prelude]
    #![allow(bindings_with_variant_name)]
    use ::kernel_runtime::prelude::*;
    use ::std::option::Option::{self, Some};

    #[kernel(parallel)]
    fn binds(x: &[u32], y: &mut [u32]) {
        for i in 0..y.len() {
            y[i] = match x[i].checked_sub(3) {
                Some(0) => 1,
                None => 2,
            };
        }
    }
}

mod collected {
    use super::*;
    trait Collects: Sized {
        fn collect(self) -> Vec<f64> {
            vec![7.0]
        }
    }
    impl<I: Iterator> Collects for I {}
    #[kernel(parallel)]
    fn halves(x: &[f64]) -> Vec<f64> {
        x.iter().map(|v| v / 2.0).collect()
    }
}

mod halved {
    use super::*;
    trait Halves {
        fn partition_point<F: Fn(&u32) -> bool>(&self, _: F) -> usize;
    }
    impl Halves for [u32; 3] {
        fn partition_point<F: Fn(&u32) -> bool>(&self, _: F) -> usize {
            7
        }
    }
    #[kernel(parallel)]
    fn behind(x: &[u32], y: &mut [usize]) {
        for i in 0..y.len() {
            let own = [x[i], 3, 4];
            y[i] = own.partition_point(|v| *v < 4);
        }
    }
}

mod parameters {
    use kernel_runtime::prelude::kernel;

    trait Least {
        fn min(self, other: f64) -> f64;
    }

    impl Least for &mut f64 {
        fn min(self, _: f64) -> f64 {
            7.0
        }
    }

    #[kernel(parallel)]
    fn least(x: &[f64], low: &mut f64) {
        for &v in x {
            *low = low.min(v);
        }
    }
}

fn main() {}
