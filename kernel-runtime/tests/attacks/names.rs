//! Functions, methods and types with the names of std's or of this crate's.

mod range {
    use kernel_runtime::prelude::kernel;

    fn prange(range: std::ops::Range<usize>) -> std::ops::Range<usize> {
        range.start..range.end * 2
    }

    #[kernel(parallel)]
    fn twice_as_far(a: &mut [f64], n: usize) {
        for i in prange(0..n) {
            a[i] = a[i + n] + 1.0;
        }
    }
}

mod methods {
    #![no_implicit_prelude]
    extern crate kernel_runtime;
    extern crate std;

    use kernel_runtime::prelude::kernel;

    trait Steps {
        fn step_by(self, step: usize) -> std::ops::Range<usize>;
    }

    impl Steps for std::ops::Range<usize> {
        fn step_by(self, _: usize) -> std::ops::Range<usize> {
            self
        }
    }

    #[kernel(parallel)]
    fn every_one(a: &mut [f64], n: usize) {
        for i in (0..n).step_by(2) {
            a[i] = a[i + 1] + 1.0;
        }
    }

    trait Least {
        fn min(self, other: i64) -> i64;
    }

    impl Least for i64 {
        fn min(self, _: i64) -> i64 {
            7
        }
    }

    #[kernel(parallel)]
    fn sevens(a: &mut [i64]) {
        for i in 0..a.len() {
            a[i] = a[i].min(3);
        }
    }
}

mod views {
    use kernel_runtime::prelude::*;
    use std::ops::{Deref, DerefMut, Index, IndexMut};

    pub struct Vec<T>(std::vec::Vec<T>);

    impl<T> Deref for Vec<T> {
        type Target = [T];
        fn deref(&self) -> &[T] {
            &self.0
        }
    }

    impl<T> DerefMut for Vec<T> {
        fn deref_mut(&mut self) -> &mut [T] {
            &mut self.0
        }
    }

    impl<T> Index<usize> for Vec<T> {
        type Output = T;
        fn index(&self, _: usize) -> &T {
            &self.0[0]
        }
    }

    impl<T> IndexMut<usize> for Vec<T> {
        fn index_mut(&mut self, _: usize) -> &mut T {
            &mut self.0[0]
        }
    }

    #[kernel(parallel)]
    pub fn one_place(y: &mut Vec<f64>) {
        for i in 0..100 {
            y[i] = 1.0;
        }
    }
}

mod aliases {
    #![allow(non_camel_case_types)]

    use kernel_runtime::prelude::*;

    type u64 = u8;
    type f64 = f32;

    #[kernel(parallel)]
    fn in_a_cast(y: &mut [i32]) {
        for i in 0..y.len() {
            y[i as u64 as usize] = 1;
        }
    }

    #[kernel(parallel)]
    fn in_the_signature(y: &mut [f64]) {
        for i in 0..y.len() {
            y[i] = 0.5;
        }
    }
}

mod pairs {
    use kernel_runtime::prelude::kernel;
    use std::iter::Zip;
    use std::slice::{Iter, IterMut};

    fn zip<'a>(x: &'a [f64], y: &'a mut [f64]) -> Zip<Iter<'a, f64>, IterMut<'a, f64>> {
        x.iter().zip(y.iter_mut())
    }

    #[kernel(parallel)]
    fn pairs_of_its_own(x: &[f64], y: &mut [f64]) {
        for (x, y) in zip(x, y) {
            *y = *x;
        }
    }
}

fn main() {}
