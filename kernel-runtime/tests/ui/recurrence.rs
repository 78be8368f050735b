use kernel_runtime::prelude::*;

#[kernel(parallel)]
fn smooth(a: &mut [f64]) {
    for i in 1..a.len() {
        a[i] = 0.5 * (a[i - 1] + a[i]);
    }
}

fn main() {
    smooth(&mut [1.0, 2.0]);
    smooth::parallel(&mut [1.0, 2.0]);
}
