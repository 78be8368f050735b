//! Functions nested in a kernel mean what they mean to rustc: their own scopes, constants and types.
#![allow(missing_docs)]

mod support;

use kernel_runtime::prelude::*;
use support::{THREADS, on_threads, values};

/// Both versions of a map make the same of the same.
fn same(serial: fn(&[f64], &mut [f64]), parallel: fn(&[f64], &mut [f64])) {
    let x = values(3000);
    let mut expected = vec![0.0; x.len()];
    serial(&x, &mut expected);
    for threads in THREADS {
        let mut out = vec![0.0; x.len()];
        on_threads(threads, || parallel(&x, &mut out));
        assert_eq!(out, expected, "{threads} threads");
    }
}

#[kernel(parallel)]
fn scopes(x: &[f64], out: &mut [f64]) {
    fn scaled(x: f64) -> f64 {
        x * 2.0
    }
    {
        fn scaled(x: f64) -> f64 {
            x * 100.0
        }
        for i in 0..out.len() {
            out[i] = scaled(x[i]);
        }
    }
    for i in 0..out.len() {
        out[i] += scaled(x[i]);
    }
}

#[test]
fn a_function_of_an_inner_block_ends_with_it() {
    same(scopes::serial, scopes::parallel);
}

const SHIFT: f64 = 1.0;

#[kernel(parallel)]
fn series(x: &[f64], out: &mut [f64]) {
    const TERMS: usize = 5;
    fn sum(x: f64) -> f64 {
        let mut sum = SHIFT;
        for k in 0..TERMS {
            sum += term(x, k);
        }
        sum
    }
    fn term(x: f64, k: usize) -> f64 {
        x / (k + TERMS) as f64
    }
    for i in 0..out.len() {
        out[i] = sum(x[i]);
    }
}

#[test]
fn functions_see_the_constants_around_them_and_each_other() {
    same(series::serial, series::parallel);
}

#[kernel(parallel)]
fn declared(x: &[f64], out: &mut [f64]) {
    fn large(shift: u32) -> u64 {
        1 << shift
    }
    fn third() -> f32 {
        1.0 / 3.0
    }
    for i in 0..out.len() {
        out[i] = x[i] + large(40) as f64 + third() as f64;
    }
}

#[test]
fn values_have_the_type_that_the_function_declares() {
    same(declared::serial, declared::parallel);
}
