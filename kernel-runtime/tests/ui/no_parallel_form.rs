use kernel_runtime::prelude::*;

#[kernel(parallel)]
fn crc(bytes: &[u8], table: &[u32; 256]) -> u32 {
    let mut crc = 0xffff_ffff_u32;
    for i in 0..bytes.len() {
        crc = table[((crc ^ bytes[i] as u32) & 0xff) as usize] ^ (crc >> 8);
    }
    !crc
}

#[kernel(parallel)]
fn shifted_up(a: &mut [i32]) {
    for i in 0..a.len() - 1 {
        a[i + 1] = a[i];
    }
}

#[kernel(parallel)]
fn running_sum(x: &[f64], y: &mut [f64]) {
    for i in 1..x.len() {
        y[i] = y[i - 1] + x[i];
    }
}

#[kernel(parallel)]
fn in_place(x: &mut [f64]) {
    let n = x.len();
    for i in 0..n / 2 {
        let other = x[n - 1 - i];
        x[n - 1 - i] = x[i];
        x[i] = other;
    }
}

/// Each coefficient of an order is found from those of the order before, in place.
#[kernel(parallel)]
fn levinson(r: &[f64], a: &mut [f64]) {
    for m in 1..a.len() {
        let mut acc = r[m];
        for j in 1..m {
            acc += a[j] * r[m - j];
        }
        let k = -acc / r[0];
        for j in 1..m {
            a[j] += k * a[m - j];
        }
        a[m] = k;
    }
}

#[kernel(parallel)]
fn exponential_average(x: &[f64], y: &mut [f64], alpha: f64) {
    let mut state = 0.0;
    for i in 0..x.len() {
        state = alpha * x[i] + (1.0 - alpha) * state;
        y[i] = state;
    }
}

#[kernel(parallel)]
fn random(y: &mut [u64], seed: u64) {
    let mut s = seed;
    for i in 0..y.len() {
        s ^= s << 13;
        s ^= s >> 7;
        y[i] = s;
    }
}

fn main() {}
