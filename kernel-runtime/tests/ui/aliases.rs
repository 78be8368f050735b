use kernel_runtime::prelude::*;

type Real = f32;

#[kernel(parallel, types(Real = f64))]
fn other_alias(x: &[Real], y: &mut [Real]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = *x;
    }
}

fn main() {
    other_alias(&[1.0], &mut [0.0]);
}
