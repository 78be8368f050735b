use kernel_runtime::prelude::*;

#[kernel(parallel)]
fn tried(x: &[i32], y: &mut [i32]) -> Option<()> {
    for i in 0..x.len() {
        y[i] = x[i].checked_add(1)?;
    }
    Some(())
}

#[kernel(parallel)]
fn from_inside(x: &[f64], y: &mut [f64]) {
    'all: for i in prange(0..x.len()) {
        for j in 0..10 {
            if x[i] > j as f64 {
                break 'all;
            }
            y[i] = j as f64;
        }
    }
}

fn main() {}
