use kernel_runtime::prelude::*;

#[kernel(parallel)]
fn text(name: &str, x: &mut [f64]) {
    for i in 0..x.len() {
        x[i] += name.len() as f64;
    }
}

#[kernel(parallel)]
fn generic<T: Copy>(x: &[T], y: &mut [T]) {
    for i in 0..x.len() {
        y[i] = x[i];
    }
}

#[kernel(parallel, fast)]
async fn later(x: &mut [f64]) {
    for i in 0..x.len() {
        x[i] = 0.0;
    }
}

struct Scale(f64);

impl Scale {
    #[kernel(parallel)]
    fn scaled(&self, x: &mut [f64]) {
        for i in 0..x.len() {
            x[i] *= self.0;
        }
    }
}

fn main() {}
