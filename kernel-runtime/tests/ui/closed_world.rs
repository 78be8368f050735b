use kernel_runtime::prelude::*;

fn weight(x: f64) -> f64 {
    x * 0.5
}

#[kernel(parallel)]
fn several(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        println!("{i}");
        y[i] = weight(x[i]) + x.iter().sum::<f64>();
        let shift = |v: f64| v + 1.0;
    }
}

fn main() {}
