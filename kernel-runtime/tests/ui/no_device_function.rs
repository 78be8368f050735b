use kernel_runtime::prelude::*;

#[kernel(device)]
fn slice(x: &[f64]) -> f64 {
    x[0]
}

#[kernel(device)]
fn nothing(x: f64) {
    assert!(x > 0.0);
}

#[kernel(device)]
fn prints(x: f64) -> f64 {
    println!("{x}");
    x
}

#[kernel(device)]
fn factorial(n: u64) -> u64 {
    if n < 2 { 1 } else { n * factorial(n - 1) }
}

#[kernel(device, cuda)]
fn versions(x: f64) -> f64 {
    x
}

#[kernel(device)]
fn generic<T>(x: T) -> T {
    x
}

#[kernel(device)]
fn closure(x: f64) -> f64 {
    let twice = move |y: f64| y + y;
    twice(x)
}

#[kernel(device)]
fn value(x: u8) -> u8 {
    x
}

#[kernel(parallel)]
fn calls(x: &[u8], out: &mut [f64]) {
    for i in 0..x.len() {
        value(x[i]);
        out[i] = value(x[i]) as f64 + std::hint::black_box(1.0);
    }
}

fn main() {}
