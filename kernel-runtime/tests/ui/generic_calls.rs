use kernel_runtime::prelude::*;

#[kernel(parallel, types(T = [f32, f64]))]
fn copied<T: Number>(x: &[T], y: &mut [T]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = *x;
    }
}

fn main() {
    copied(&[1.0f32], &mut [0.0]);
    copied(&[1u8], &mut [0]);
    copied::parallel(&[1i64], &mut [0]);
}
