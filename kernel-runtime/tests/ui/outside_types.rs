//! Constants whose types are other than inferred: rustc says so at their names.
use kernel_runtime::prelude::*;

const ROUNDS: u32 = 8;
#[kernel(parallel)]
fn halved(x: &mut [f32]) {
    for i in 0..x.len() {
        for _ in 0..ROUNDS {
            x[i] *= 0.5;
        }
    }
}

fn main() {}
