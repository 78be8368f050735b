use kernel_runtime::prelude::*;

struct Weight;

impl Weight {
    fn of(x: f64) -> f64 {
        x * 0.5
    }
}

#[kernel(parallel)]
fn several(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        println!("{i}");
        y[i] = Weight::of(x[i]) + x.iter().copied().reduce(f64::max).unwrap_or(0.0);
        let shift = move |v: f64| v + 1.0;
    }
}

fn main() {}
