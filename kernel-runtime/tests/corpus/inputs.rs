//! Arrays for the kernels, without a pattern that one of them could hide behind.

use crate::support::value;
use ndarray::{Array2, Array3};

/// Around lanes (64, 128), blocks, warps and chunks.
pub const SIZES: [usize; 13] = [0, 1, 2, 3, 31, 33, 63, 64, 65, 127, 128, 129, 5000];

/// The same, where each length costs more.
pub const FEW: [usize; 5] = [0, 1, 7, 65, 1500];

pub fn doubles(n: usize) -> Vec<f64> {
    (0..n).map(value).collect()
}

pub fn singles(n: usize) -> Vec<f32> {
    (0..n).map(|k| value(k) as f32).collect()
}

/// All 32 bits are in use.
pub fn words(n: usize) -> Vec<u32> {
    (0..n)
        .map(|k| (value(k) * 4294967296.0) as i64 as u32)
        .collect()
}

/// In -500..500.
pub fn numbers(n: usize) -> Vec<i32> {
    (0..n).map(|k| (value(k) * 1000.0) as i32).collect()
}

/// A permutation of `0..n`, if 7919 does not divide `n`.
pub fn shuffled(n: usize) -> Vec<usize> {
    (0..n).map(|k| k * 7919 % n).collect()
}

pub fn plane(m: usize, n: usize) -> Array2<f64> {
    Array2::from_shape_fn((m, n), |(i, j)| value(i * n + j))
}

pub fn space(l: usize, m: usize, n: usize) -> Array3<f64> {
    Array3::from_shape_fn((l, m, n), |(i, j, k)| value((i * m + j) * n + k))
}

/// Everything that arithmetic treats specially, in pairs with itself.
pub fn special() -> (Vec<f64>, Vec<f64>) {
    let values = [
        0.0,
        -0.0,
        1.0,
        -1.5,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MIN_POSITIVE,
        5e-324,
        -1e-310,
        f64::MAX,
        f64::EPSILON,
        127.5,
        -128.9,
        255.999,
        256.0,
        32767.5,
        65536.0,
        2147483647.9,
        -2147483649.0,
        4294967296.0,
        9.3e18,
        -9.3e18,
        1.9e19,
        1e300,
        0.1,
        2.5,
        -3.5,
        1e-40,
        3.4028236e38,
        1e39,
    ];
    let pairs = values.iter().flat_map(|x| values.map(|y| (*x, y)));
    pairs.unzip()
}

/// The same for integers, as bits.
pub fn special_words() -> (Vec<u64>, Vec<u64>) {
    let values = [
        0,
        1,
        2,
        3,
        7,
        63,
        64,
        127,
        128,
        255,
        256,
        32767,
        32768,
        65535,
        0x7fff_ffff,
        0x8000_0000,
        0xffff_ffff,
        0x1_0000_0000,
        i64::MAX as u64,
        i64::MIN as u64,
        u64::MAX,
        u64::MAX - 6,
        0x0123_4567_89ab_cdef,
    ];
    let pairs = values.iter().flat_map(|x| values.map(|y| (*x, y)));
    pairs.unzip()
}
