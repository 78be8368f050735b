//! Kernels that between them use everything the emitter has a word for.

/// A map, contiguous.
pub const AXPY: &str = "fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    for i in 0..y.len() { y[i] = a * x[i] + y[i]; } }";

/// A sum of a contiguous array.
pub const SUM: &str = "fn sum(x: &[f64]) -> f64 {
    let mut s = 0.0; for i in 0..x.len() { s += x[i]; } s }";

/// A sum over two dimensions, any strides.
pub const SUM2D: &str = "fn sum2d(a: ArrayView2<f32>) -> f32 {
    let (m, n) = a.dim(); let mut s = 0.0;
    for i in 0..m { for j in 0..n { s += a[[i, j]]; } } s }";

/// A gather, whose index has to be checked.
pub const GATHER: &str = "fn gather(x: &[f64], at: &[u32]) -> f64 {
    let mut s = 0.0; for i in 0..at.len() { s += x[at[i] as usize]; } s }";

pub const STENCIL: &str = "fn stencil(a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>) {
    let (m, n) = a.dim();
    for i in 1..m - 1 { for j in 1..n - 1 {
        b[[i, j]] = 0.25 * (a[[i - 1, j]] + a[[i + 1, j]] + a[[i, j - 1]] + a[[i, j + 1]]);
    } } }";

pub const MATMUL: &str =
    "fn matmul(a: ArrayView2<f32>, b: ArrayView2<f32>, mut c: ArrayViewMut2<f32>) {
    let (m, n) = c.dim(); let depth = a.ncols();
    for i in 0..m { for j in 0..n {
        let mut s = 0.0; for k in 0..depth { s += a[[i, k]] * b[[k, j]]; } c[[i, j]] = s;
    } } }";

/// Loads that only some iterations make, from arrays of their own lengths.
pub const MASKED: &str = "fn masked(x: &[f64], m: &[bool], c: &[f64], out: &mut [f64]) {
    for i in 0..m.len() {
        let mut s = 0.0; let mut n = 0u32;
        while n < 9 && s < 4.0 { s = s * s + c[i]; n += 1; }
        if m[i] { s += x[i]; }
        out[i] = s;
    } }";

/// Integer divisions that can fail, overflow that only fails in debug builds.
pub const COLLATZ: &str = "fn collatz(x: &[u64], out: &mut [u32]) {
    for i in 0..x.len() {
        let mut v = x[i]; let mut n = 0u32;
        while v != 1 { if v % 2 == 0 { v /= 2; } else { v = 3 * v + 1; } n += 1; }
        out[i] = n;
    } }";

const SUM3D: &str = "fn sum3d(a: ArrayView3<f32>, w: &[f32]) -> f32 {
    let (m, n, l) = a.dim(); let mut s = 0.0;
    for i in 0..m { for j in 0..n { for k in 0..l { s += a[[i, j, k]] * w[k] * i as f32; } } } s }";

const RANGES: &str = "fn ranges(n: &[i32], out: &mut [i64]) { for i in 0..out.len() {
    let e = n[i]; let mut s = 0i64;
    for k in -3..e { s += k as i64; }
    for k in (-5..=e).rev().step_by(2) { s ^= k as i64; }
    for k in (0..e).step_by(2).rev() { s -= k as i64; }
    for k in 250u8..=255 { s += k as i64; }
    out[i] = s; } }";

const FLOW: &str = "fn flow(n: &[u32], out: &mut [u32]) { for i in 0..out.len() {
    let e = n[i]; let mut s = 0u32; let mut j = 0u32;
    'outer: while j < e {
        j += 1;
        if j % 3 == 0 { continue; }
        let mut q = j;
        loop {
            if q > 100 { break; }
            q = q * 2 + 1;
            if q % 7 == 3 { continue 'outer; }
            if q % 11 == 5 || q == 40 && s > 3 { break 'outer; }
            s += q;
        }
    }
    if e == 7 { out[i] = 1000; continue; }
    out[i] = if s % 2 == 0 { let mut w = s; w /= 2; w } else if s > 50 { s - 50 } else { 3 };
    } }";

const TUPLES: &str = "fn tuples(n: &[i32], out: &mut [i32]) { for i in 0..out.len() {
    let e = n[i]; let (mut a, b) = (e, e ^ 3);
    let mut t = (a, b, (1i32, 2i64));
    t = (t.1, t.0, (t.0, 5));
    t.0 ^= 3; a += 1;
    let (x, (y, z)) = (t.0, t.2);
    out[i] = x ^ y ^ (z as i32) ^ a ^ t.1 ^ { let c = a; c * 2 }; } }";

const LOCALS: &str = "fn locals(n: &[i32], out: &mut [i32]) { for i in 0..out.len() {
    let e = n[i]; let mut h = [0i32; 8]; let c = [1i32, 20, 300];
    let mut m = [0u8; 40]; let mut f = [false; 4];
    for k in 0..20usize { h[(k * k) % 8] += k as i32 ^ e; m[k * 2] = k as u8; f[k % 4] = k > 3; }
    let g = h; h[0] = 7;
    let mut s = c[0] + c[2];
    for k in 0..8usize { s ^= g[k] + m[k] as i32; if f[k % 4] { s += h[0]; } }
    out[i] = s; } }";

const INTEGERS: &str = "fn integers(x: &[i8], y: &[u16], z: &[i64], out: &mut [i64]) {
    for i in 0..out.len() {
        let (a, b, c) = (x[i], y[i], z[i]);
        let mut s = (a << 3) as i64 + (a >> b) as i64 + (b * b) as i64 - (-a) as i64;
        s += a.abs() as i64 + a.unsigned_abs() as i64 + a.signum() as i64 + (!b) as i64;
        s ^= c.rotate_left(b as u32) + b.rotate_right(3) as i64 + c.count_ones() as i64;
        s ^= (a.leading_zeros() + b.trailing_zeros() + c.leading_zeros()) as i64;
        s ^= c.rem_euclid(7) + c.div_euclid(a as i64) + c / (b as i64) + c % 10;
        s ^= c.saturating_add(s) + (a.saturating_sub(5)) as i64 + b.abs_diff(9) as i64;
        s ^= c.wrapping_mul(s).wrapping_neg() + c.clamp(-5, 1000) + c.min(s).max(3);
        out[i] = s;
    } }";

const FLOATS: &str = "fn floats(x: &[f32], y: &[f64], out: &mut [f64]) {
    for i in 0..out.len() {
        let (a, b) = (x[i], y[i]);
        let mut s = (a % 3.0) as f64 + b % (a as f64) + b.rem_euclid(2.5) + b.div_euclid(0.3);
        s += a.sqrt() as f64 + b.floor() + b.ceil() + b.round() + b.trunc() + b.fract();
        s += b.mul_add(s, 1.0) + b.copysign(s) + b.signum() + b.recip() + b.round_ties_even();
        s += b.min(s).max(-1.0).clamp(-1e9, 1e9) + (a as i8) as f64 + (b as u64) as f64;
        s += (a as u16) as f64 + (b as i32) as f64 + (a.to_bits() as f32) as f64;
        if b.is_nan() || a.is_infinite() || !b.is_finite() { s = -s; }
        out[i] = if a.is_sign_negative() { s } else { b };
    } }";

const BOOLS: &str = "fn bools(x: &[bool], y: &[bool], out: &mut [bool]) {
    for i in 0..out.len() {
        let (a, b) = (x[i], y[i]);
        out[i] = (a & !b) | (a ^ b) && (a < b || a >= b) == (a != b);
    } }";

const FOLDS: &str =
    "fn folds(x: &[f32], y: &[i8], z: &[u16]) -> (f32, f32, f32, i8, u16, bool, bool) {
    let (mut low, mut high, mut best) = (0.0f32, 0.0f32, 0.0f32);
    let (mut s, mut bits, mut any, mut all) = (0i8, 0u16, false, true);
    for i in 0..x.len() {
        let v = x[i]; let w = y[i];
        low = low.min(v); high = v.max(high);
        if v < best { best = v; }
        s += w; bits ^= z[i]; any |= w == 5; all &= w != 3;
    }
    (low, high, best, s, bits, any, all) }";

const SPACE: &str = "fn space(n: i32, m: i32, by: usize) -> f64 { let mut s = 0.0;
    for i in (-n..n).rev().step_by(3) { for j in (2..=m).step_by(by) { s += (i * j) as f64; } } s }";

/// A raw identifier, names outside ASCII, shadowing, the name of a special register.
const NAMES: &str = "fn r#try(größe: &[f64], pm0: &mut [f64], tid: f64) {
    for i in 0..pm0.len() { let x = größe[i]; let x = x * tid; pm0[i] = x; } }";

const TWO_REGIONS: &str = "fn two(x: &mut [f64], y: &mut [i32]) {
    for i in 0..x.len() { x[i] *= 2.0; } for i in (0..y.len()).rev() { y[i] += i as i32; } }";

pub const ALL: &[&str] = &[
    AXPY,
    SUM,
    SUM2D,
    GATHER,
    STENCIL,
    MATMUL,
    MASKED,
    COLLATZ,
    SUM3D,
    RANGES,
    FLOW,
    TUPLES,
    LOCALS,
    INTEGERS,
    FLOATS,
    BOOLS,
    FOLDS,
    SPACE,
    NAMES,
    TWO_REGIONS,
];
