//! The loops of `../kernels` that KAIO expresses, with thread numbers by hand.

use kaio::prelude::*;

#[gpu_kernel(block_size = 256)]
fn saxpy(a: f32, x: &[f32], y: &mut [f32], n: u32) {
    let i = thread_idx_x() + block_idx_x() * block_dim_x();
    if i < n {
        y[i] = a * x[i] + y[i];
    }
}

#[gpu_kernel(block_size = 256)]
fn rows(a: &[f32], y: &mut [f32], m: u32, n: u32) {
    let i = thread_idx_x() + block_idx_x() * block_dim_x();
    if i < m {
        let mut s = 0.0f32;
        let mut j = 0u32;
        while j < n {
            s = s + a[i * n + j];
            j = j + 1u32;
        }
        y[i] = s;
    }
}

#[gpu_kernel(block_size = 256)]
fn nbody(x: &[f32], y: &[f32], z: &[f32], m: &[f32], ax: &mut [f32], n: u32) {
    let i = thread_idx_x() + block_idx_x() * block_dim_x();
    if i < n {
        let mut s = 0.0f32;
        let mut j = 0u32;
        while j < n {
            let dx = x[j] - x[i];
            let dy = y[j] - y[i];
            let dz = z[j] - z[i];
            let d = dx * dx + dy * dy + dz * dz + 0.01f32;
            s = s + m[j] * dx / (d * sqrt(d));
            j = j + 1u32;
        }
        ax[i] = s;
    }
}

#[gpu_kernel(block_size = (16, 16))]
fn matmul(a: &[f32], b: &[f32], c: &mut [f32], m: u32, n: u32, l: u32) {
    let i = thread_idx_y() + block_idx_y() * block_dim_y();
    let j = thread_idx_x() + block_idx_x() * block_dim_x();
    if i < m {
        if j < n {
            let mut s = 0.0f32;
            let mut k = 0u32;
            while k < l {
                s = s + a[i * l + k] * b[k * n + j];
                k = k + 1u32;
            }
            c[i * n + j] = s;
        }
    }
}

#[gpu_kernel(block_size = 256)]
fn mandelbrot(cx: &[f64], cy: &[f64], limit: u32, out: &mut [u32], n: u32) {
    let i = thread_idx_x() + block_idx_x() * block_dim_x();
    if i < n {
        let mut x = 0.0f64;
        let mut y = 0.0f64;
        let mut count = 0u32;
        while count < limit && x * x + y * y <= 4.0f64 {
            let t = x * x - y * y + cx[i];
            y = 2.0f64 * x * y + cy[i];
            x = t;
            count = count + 1u32;
        }
        out[i] = count;
    }
}

/// Writes the PTX of every kernel where `KAIO_DUMP_PTX` wants it.
fn main() {
    let kernels = [
        saxpy::build_module,
        rows::build_module,
        matmul::build_module,
        nbody::build_module,
        mandelbrot::build_module,
    ];
    let architecture = std::env::args().nth(1).expect("an architecture");
    for kernel in kernels {
        kernel(&architecture);
    }
}
