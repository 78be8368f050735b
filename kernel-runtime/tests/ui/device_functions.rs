use kernel_runtime::prelude::*;

fn plain(x: f64) -> f64 {
    x
}

mod shapes {
    pub fn area(x: f64) -> f64 {
        x
    }
}

#[kernel(parallel)]
fn total(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i];
    }
    s
}

#[kernel(parallel)]
fn unmarked(x: &[f64], out: &mut [f64]) {
    for i in 0..x.len() {
        out[i] = plain(x[i]) + shapes::area(x[i]);
    }
}

#[kernel(parallel)]
fn no_function(x: &[f64], out: &mut [f64]) {
    for i in 0..x.len() {
        out[i] = x[i] + total(x[i]);
    }
}

fn main() {}
