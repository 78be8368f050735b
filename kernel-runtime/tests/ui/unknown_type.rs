use kernel_runtime::prelude::*;

struct Config {
    scale: f64,
}

#[kernel(parallel)]
fn scale(x: &[f64], y: &mut [f64], k: f64) {
    let config = Config { scale: k };
    let pair = (config.scale, k);
    for i in 0..x.len() {
        let z = pair;
        y[i] = x[i] * z.0;
    }
}

const TABLE: [f64; 4] = [1.0; 4];

#[kernel(parallel)]
fn looked_up(x: &mut [f64]) {
    for i in 0..x.len() {
        x[i] = TABLE[i % 4];
    }
}

#[kernel(parallel)]
fn in_time(u: &mut [f64], steps: usize) {
    for step in 0..steps {
        let weights = [0.5, step as f64];
        u[0] = weights[1];
        for i in 0..u.len() {
            u[i] = weights[0] * u[i] + weights[1];
        }
    }
}

fn main() {}
