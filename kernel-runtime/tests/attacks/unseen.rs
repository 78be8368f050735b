//! Names of std's traits where they are out of scope, and of slices' methods.

mod without_prelude {
    #![no_implicit_prelude]
    use ::core::cmp::Ordering;
    use ::core::ops::FnMut;
    use ::core::option::Option::{self, None};
    use ::kernel_runtime::prelude::kernel;

    pub trait Converts {
        fn from(of: u32) -> Self;
    }

    impl Converts for f64 {
        fn from(of: u32) -> f64 {
            3.0
        }
    }

    #[kernel(parallel)]
    pub fn converted(x: &[u32], y: &mut [f64]) {
        for i in 0..y.len() {
            y[i] = f64::from(x[i]);
        }
    }

    pub trait Compares {
        fn partial_cmp(&self, other: &f64) -> Option<Ordering>;
        fn max(self, other: f64) -> f64;
    }

    impl Compares for f64 {
        fn partial_cmp(&self, other: &f64) -> Option<Ordering> {
            None
        }
        fn max(self, other: f64) -> f64 {
            other
        }
    }

    #[kernel(parallel)]
    pub fn compared(x: &[f64], y: &mut [bool]) {
        for i in 0..y.len() {
            y[i] = x[i].partial_cmp(&3.0).is_some();
        }
    }

    pub trait Mapped {
        fn map(self, of: impl FnMut(&u32) -> u32) -> ::std::vec::IntoIter<u32>;
    }

    impl Mapped for ::core::slice::Iter<'_, u32> {
        fn map(self, of: impl FnMut(&u32) -> u32) -> ::std::vec::IntoIter<u32> {
            ::core::iter::IntoIterator::into_iter(::std::vec![1])
        }
    }

    #[kernel(parallel)]
    pub fn mapped(x: &[u32]) -> u32 {
        let mut sum = 0;
        for x in x.iter().map(|x| *x) {
            sum ^= x;
        }
        sum
    }
}

mod searches {
    use kernel_runtime::prelude::*;

    pub trait Contains {
        fn contains(&self, of: &u32) -> bool;
        fn starts_with(&self, of: &[u32]) -> bool;
    }

    impl<const N: usize> Contains for [u32; N] {
        fn contains(&self, of: &u32) -> bool {
            true
        }
        fn starts_with(&self, of: &[u32]) -> bool {
            true
        }
    }

    #[kernel(parallel)]
    fn bound(x: &mut [u32]) {
        for i in 0..x.len() {
            let few = [1, 2, 3];
            if few.contains(&x[i]) {
                x[i] = 0;
            }
        }
    }

    #[kernel(parallel)]
    fn written_out(x: &mut [u32]) {
        for i in 0..x.len() {
            if [1, 2, 3].contains(&x[i]) {
                x[i] = 0;
            }
        }
    }

    #[kernel(parallel)]
    fn row(p: &[[u32; 3]], x: &mut [u32]) {
        for i in 0..x.len() {
            if p[i].contains(&x[i]) {
                x[i] = 0;
            }
        }
    }

    pub trait OfVectors {
        fn contains(self, of: &i32) -> bool;
    }

    impl OfVectors for &Vec<i32> {
        fn contains(self, of: &i32) -> bool {
            true
        }
    }

    #[kernel(parallel)]
    fn vector(few: &Vec<i32>, x: &mut [i32]) {
        for i in 0..x.len() {
            if few.contains(&x[i]) {
                x[i] = 0;
            }
        }
    }

    const NONE_OF: [u32; 3] = [1, 2, 3];

    #[kernel(parallel)]
    fn constant(x: &mut [u32]) {
        for i in 0..x.len() {
            if NONE_OF.contains(&x[i]) {
                x[i] = 0;
            }
        }
    }

    #[kernel(parallel)]
    fn before_the_loop(word: &[u32; 2], x: &[u32], y: &mut [bool]) {
        let few = [1, 2, 3];
        for i in 0..x.len() {
            y[i] = few.contains(&x[i]) || word.starts_with(&x[i..]);
        }
    }
}

mod beginnings {
    use super::searches::Contains;
    use kernel_runtime::prelude::*;

    #[kernel(parallel)]
    fn row(p: &[[u32; 3]], few: &[u32], x: &mut [u32]) {
        for i in 0..x.len() {
            if p[i].starts_with(few) {
                x[i] = 0;
            }
        }
    }
}

mod conversions {
    use kernel_runtime::prelude::*;

    trait IsOk {
        fn is_ok(self) -> bool;
    }

    impl<T, E> IsOk for Result<T, E> {
        fn is_ok(self) -> bool {
            true
        }
    }

    #[kernel(parallel)]
    fn asked(x: &[i32], y: &mut [bool]) {
        for i in 0..y.len() {
            y[i] = u8::try_from(x[i]).is_ok();
        }
    }
}

mod variants {
    use self::Own::*;
    use kernel_runtime::prelude::*;

    enum Own {
        Ok(u8),
        Err(u8),
    }

    #[kernel(parallel)]
    fn matched(x: &[i32], y: &mut [u8]) {
        for i in 0..y.len() {
            if let Ok(v) = u8::try_from(x[i]) {
                y[i] = v;
            }
        }
    }
}

mod references {
    use kernel_runtime::prelude::*;

    trait Floor {
        fn floor(self) -> f64;
    }

    impl Floor for &f64 {
        fn floor(self) -> f64 {
            99.0
        }
    }

    #[kernel(parallel)]
    fn of_a_map(x: &[f64], y: &mut [f64]) {
        for (y, v) in y.iter_mut().zip(x.iter().map(|v| v)) {
            *y = v.floor();
        }
    }

    #[kernel(parallel)]
    fn of_a_stage(x: &[f64], s: &mut f64) {
        for v in x.iter().filter_map(|v| if *v > 0.0 { Some(v) } else { None }) {
            *s += v.floor();
        }
    }

    #[kernel(parallel)]
    fn of_a_pair(x: &[f64], s: &mut f64) {
        for (v, _) in x.iter().map(|v| (v, 1)) {
            *s += v.floor();
        }
    }

    #[kernel(parallel)]
    fn of_items_by_one_name(x: &[f64], y: &mut [f64]) {
        for (y, p) in y.iter_mut().zip(x.iter().enumerate()) {
            *y = p.1.floor();
        }
    }

    #[kernel(parallel)]
    fn of_a_list(x: &[f64], y: &mut [f64]) {
        for i in 0..y.len() {
            for v in [&x[0], &x[i]] {
                y[i] += v.floor();
            }
        }
    }

    #[kernel(parallel)]
    fn of_a_branch(x: &[f64], y: &mut [f64]) {
        for i in 0..y.len() {
            let (a, b) = (&x[i], &x[0]);
            let v = if i > 3 { a } else { b };
            y[i] = v.floor();
        }
    }

    #[kernel(parallel)]
    fn of_an_arm(x: &[f64], y: &mut [f64]) {
        for i in 0..y.len() {
            let v = match x.get(i + 1) {
                Some(v) => v,
                None => &0.0,
            };
            y[i] = v.floor();
        }
    }

    #[kernel(parallel)]
    fn of_a_block(x: &[f64], y: &mut [f64]) {
        for i in 0..y.len() {
            let (_, v) = {
                let v = &x[i];
                (1, v)
            };
            y[i] = v.floor();
        }
    }
}

mod orders {
    use kernel_runtime::prelude::*;
    use std::cmp::Ordering;

    trait Backwards {
        fn total_cmp(&self, other: &f64) -> Ordering;
    }

    impl Backwards for &f64 {
        fn total_cmp(&self, other: &f64) -> Ordering {
            other.partial_cmp(self).unwrap()
        }
    }

    #[kernel(parallel)]
    fn of_a_chain(x: &[f64]) -> f64 {
        *x.iter().max_by(|a, b| a.total_cmp(b)).unwrap()
    }

    #[kernel(parallel)]
    fn of_pairs(x: &[f64]) -> usize {
        x.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b)).unwrap().0
    }
}

mod numbers_of_tuples {
    use kernel_runtime::prelude::*;

    trait Root {
        fn sqrt(self) -> f64;
    }

    impl Root for &mut f64 {
        fn sqrt(self) -> f64 {
            99.0
        }
    }

    #[kernel(parallel)]
    fn taken_apart(p: &mut [(f64, f64)]) {
        for (x, y) in p.iter_mut() {
            *y = x.sqrt();
        }
    }
}

fn main() {}
