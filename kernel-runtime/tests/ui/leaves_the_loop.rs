use kernel_runtime::prelude::*;

#[kernel(parallel)]
fn find(x: &[f64], v: f64) -> usize {
    for i in 0..x.len() {
        if x[i] == v {
            return i;
        }
    }
    x.len()
}

#[kernel(parallel)]
fn sum_until(x: &[f64], v: f64) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        if x[i] == v {
            break;
        }
        s += x[i];
    }
    s
}

fn main() {}
