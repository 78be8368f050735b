//! What the macro refuses by itself: hidden control flow, hidden writes, hidden state.

use kernel_runtime::prelude::*;
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

macro_rules! hides {
    ($($any:tt)*) => { $($any)* };
}

static COUNT: AtomicUsize = AtomicUsize::new(0);
static mut TOTAL: f64 = 0.0;
const FOUR: i64 = 4;

#[kernel(parallel)]
fn hidden_write(y: &mut [i64]) {
    for i in 0..y.len() {
        hides!(y[0] = 3);
        y[i] = 2;
    }
}

#[kernel(parallel)]
fn hidden_return(y: &mut [i64]) {
    for i in 0..y.len() {
        y[i] = hides!(return);
    }
}

#[kernel(parallel)]
fn conditional_code(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        #[cfg(any())]
        assert!(x[i] < 5.0);
        y[i] = x[i];
    }
}

#[kernel(parallel)]
fn conditional_parameter(x: &[f64], #[cfg(any())] z: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] = x[i];
    }
}

#[kernel(parallel)]
fn cells(y: &mut [f64]) {
    let at = Cell::new(0);
    for i in 0..y.len() {
        at.set(i);
        y[at.get()] = 1.0;
    }
}

#[kernel(parallel)]
fn atomics(y: &mut [usize]) {
    for i in 0..y.len() {
        y[i] = COUNT.fetch_add(1, Ordering::Relaxed);
    }
}

#[kernel(parallel)]
fn statics(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] = unsafe {
            TOTAL += x[i];
            TOTAL
        };
    }
}

#[kernel(parallel)]
fn closures(x: &[i64], y: &mut [i64]) {
    let mut first = |v: i64| y[0] = v;
    for i in 0..x.len() {
        first(x[i]);
    }
}

#[kernel(parallel)]
fn constants_in_patterns(x: &[i64], y: &mut [i64]) {
    for i in 0..x.len() {
        y[i] = match x[i] {
            FOUR => 1,
            _ => 2,
        };
    }
}

fn main() {}
