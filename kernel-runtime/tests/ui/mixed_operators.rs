use kernel_runtime::prelude::*;

#[kernel(parallel)]
fn horner(c: &[f64], x: f64) -> f64 {
    let mut s = 0.0;
    for i in 0..c.len() {
        s *= x;
        s += c[i];
    }
    s
}

fn main() {
    let _ = horner(&[1.0], 2.0);
}
