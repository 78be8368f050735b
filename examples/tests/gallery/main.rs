//! Well-known loops with inputs that anyone can regenerate. Their results were computed once with
//! NumPy and Numba; every version must hold them, and all versions must agree to the bit.

mod kernels;

use kernel_examples::data::{self, u};
use kernel_runtime::cuda::{DeviceChoice, select_device};
use ndarray::{Array2, ArrayView2};

/// Runs `$body` with `$version` standing for the serial, the parallel and the dispatched version,
/// and returns what the first two gave.
macro_rules! versions {
    ($kernel:ident, |$version:ident| $body:expr) => {{
        let serial = {
            let $version = kernels::$kernel::serial;
            $body
        };
        let parallel = {
            let $version = kernels::$kernel::parallel;
            $body
        };
        let chosen = {
            let $version = kernels::$kernel;
            $body
        };
        assert_eq!(chosen, parallel, "dispatched against parallel");
        (serial, parallel)
    }};
}

/// Calls the CUDA version on the software device, which wants smaller sizes.
macro_rules! on_device {
    ($kernel:ident($($argument:expr),* $(,)?)) => {{
        use_software_device();
        kernels::$kernel::cuda($($argument),*).expect("the software device runs every kernel")
    }};
}

fn use_software_device() {
    // A second call of this process finds it chosen already.
    let _ = select_device(DeviceChoice::Software);
}

/// Equal to a relative 1e-9.
#[track_caller]
fn close(is: f64, should: f64) {
    let error = (is - should).abs() / should.abs();
    assert!(error <= 1e-9, "{is} should be {should}");
}

fn sum(values: ArrayView2<'_, f64>) -> f64 {
    values.iter().sum()
}

mod chance;
mod density;
mod keyed;
mod pricing;

#[test]
fn saxpy() {
    let n = 100_003;
    let (x, start) = (data::vector_f32(1, n), data::vector_f32(2, n));
    let (serial, parallel) = versions!(saxpy, |saxpy| {
        let mut y = start.clone();
        saxpy(2.5, &x, &mut y);
        y
    });
    assert_eq!(serial, parallel);
    let total: f64 = serial.iter().map(|&y| f64::from(y)).sum();
    assert!((total / 174_818.206 - 1.0).abs() < 1e-4, "{total}");
    assert!((serial[7] - 0.854_926_2).abs() < 1e-4);
    let mut y = start[..3000].to_vec();
    on_device!(saxpy(2.5, &x[..3000], &mut y));
    assert_eq!(y, serial[..3000]);
}

#[test]
fn dot() {
    let n = 100_003;
    let (x, y) = (data::vector(1, n), data::vector(2, n));
    let (serial, parallel) = versions!(dot, |dot| dot(&x, &y));
    close(serial, 24_921.044_981_669_1);
    close(parallel, serial);
    let part = 16_385;
    let device = on_device!(dot(&x[..part], &y[..part]));
    assert_eq!(device, kernels::dot::parallel(&x[..part], &y[..part]));
}

#[test]
fn statistics() {
    let x = data::vector(3, 100_003);
    let (serial, parallel) = versions!(statistics, |statistics| statistics(&x));
    assert_eq!(serial, (49_847_227, (0, 1484), (999, 639), 49_918));
    assert_eq!(parallel, serial);
    let device = on_device!(statistics(&x[..5000]));
    assert_eq!(device, kernels::statistics::serial(&x[..5000]));
}

#[test]
fn gemm() {
    let input = |ni: usize, nj: usize, nk: usize| {
        let entry = |i: usize, j: usize, n: usize| (i * j % n) as f64 / n as f64;
        let c = Array2::from_shape_fn((ni, nj), |(i, j)| ((i * j + 1) % ni) as f64 / ni as f64);
        let a = Array2::from_shape_fn((ni, nk), |(i, k)| entry(i, k + 1, nk));
        let b = Array2::from_shape_fn((nk, nj), |(k, j)| entry(k, j + 2, nj));
        (a, b, c)
    };
    let (a, b, start) = input(200, 220, 240);
    let (serial, parallel) = versions!(gemm, |gemm| {
        let mut c = start.clone();
        gemm(1.5, a.view(), b.view(), 1.2, c.view_mut());
        c
    });
    assert_eq!(serial, parallel);
    close(sum(serial.view()), 3_701_093.65);
    close(serial[[0, 0]], 0.006);
    close(serial[[199, 219]], 83.952_227_272_727_3);
    let (a, b, start) = input(20, 33, 17);
    let (mut host, mut device) = (start.clone(), start);
    kernels::gemm::serial(1.5, a.view(), b.view(), 1.2, host.view_mut());
    on_device!(gemm(1.5, a.view(), b.view(), 1.2, device.view_mut()));
    assert_eq!(host, device);
}

#[test]
fn sparse() {
    let n = 4096;
    let mut start = vec![0];
    let mut column = Vec::new();
    for r in 0..n {
        column.extend((0..r % 7).map(|k| (37 * r + 101 * k) % n));
        start.push(column.len());
    }
    assert_eq!(column.len(), 12_285);
    let (value, x) = (data::vector(9, column.len()), data::vector(10, n));
    let (serial, parallel) = versions!(sparse, |sparse| {
        let mut y = vec![0.0; n];
        sparse(&start, &column, &value, &x, &mut y);
        y
    });
    assert_eq!(serial, parallel);
    close(serial.iter().sum(), 3_095.716_176_419_01);
    close(serial[6], 1.154_420_136_141_88);
    let mut y = vec![0.0; n];
    on_device!(sparse(&start, &column, &value, &x, &mut y));
    assert_eq!(y, serial);
}

#[test]
fn laplace() {
    let plate = |side: usize| {
        let mut plate = Array2::zeros((side, side));
        plate.column_mut(0).fill(1.0);
        plate
    };
    let (serial, parallel) = versions!(laplace, |laplace| {
        let mut old = plate(128);
        let mut new = old.clone();
        let mut change = f64::INFINITY;
        let mut sweeps = 0;
        while change >= 1e-4 && sweeps < 1000 {
            change = laplace(old.view(), new.view_mut());
            std::mem::swap(&mut old, &mut new);
            sweeps += 1;
        }
        (old, change, sweeps)
    });
    assert_eq!(serial, parallel);
    let (plate_after, change, sweeps) = serial;
    assert_eq!(sweeps, 1000);
    close(change, 2.397_385_204_355_17e-4);
    close(sum(plate_after.view()), 2_012.968_102_933_6);
    close(plate_after[[64, 1]], 0.964_306_161_571_82);
    let old = plate(40);
    let (mut host, mut device) = (old.clone(), old.clone());
    let expected = kernels::laplace::serial(old.view(), host.view_mut());
    let change = on_device!(laplace(old.view(), device.view_mut()));
    assert_eq!((host, expected), (device, change));
}

#[test]
fn fdtd() {
    let start = |rows: usize, columns: usize| {
        let field = |shift: usize, n: usize| {
            Array2::from_shape_fn((rows, columns), move |(i, j)| {
                (i * (j + shift)) as f64 / n as f64
            })
        };
        (field(1, rows), field(2, columns), field(3, rows))
    };
    let (serial, parallel) = versions!(fdtd, |fdtd| {
        let (mut ex, mut ey, mut hz) = start(200, 220);
        fdtd(20, ex.view_mut(), ey.view_mut(), hz.view_mut());
        (ex, ey, hz)
    });
    assert_eq!(serial, parallel);
    let (ex, ey, hz) = serial;
    close(sum(hz.view()), 1_943_435.946_935_92);
    close(sum(ex.view()), 2_199_919.925_224_29);
    close(sum(ey.view()), 1_997_051.909_353_14);
    let (mut ex, mut ey, mut hz) = start(20, 33);
    kernels::fdtd::serial(3, ex.view_mut(), ey.view_mut(), hz.view_mut());
    let (mut dx, mut dy, mut dz) = start(20, 33);
    on_device!(fdtd(3, dx.view_mut(), dy.view_mut(), dz.view_mut()));
    assert_eq!((ex, ey, hz), (dx, dy, dz));
}

#[test]
fn mandelbrot() {
    let (serial, parallel) = versions!(mandelbrot, |mandelbrot| {
        let mut steps = Array2::zeros((240, 320));
        mandelbrot(200, steps.view_mut());
        steps
    });
    assert_eq!(serial, parallel);
    assert_eq!(serial.iter().sum::<i32>(), 4_141_255);
    assert_eq!(serial.iter().filter(|&&n| n == 200).count(), 18_841);
    let (mut host, mut device) = (Array2::zeros((24, 50)), Array2::zeros((24, 50)));
    kernels::mandelbrot::serial(50, host.view_mut());
    on_device!(mandelbrot(50, device.view_mut()));
    assert_eq!(host, device);
}

#[test]
fn gravity() {
    let bodies = |n: usize| {
        let place = data::matrix(20, n, 2, |_| ()).mapv(|x| 2.0 * x - 1.0);
        let weight: Vec<f64> = data::vector(21, n).iter().map(|x| 1.0 + x).collect();
        (place, weight)
    };
    let (place, weight) = bodies(1024);
    let (serial, parallel) = versions!(gravity, |gravity| {
        let mut pull = Array2::zeros((1024, 2));
        gravity(place.view(), &weight, pull.view_mut());
        pull
    });
    assert_eq!(serial, parallel);
    let strength: f64 = serial.iter().map(|part| part.abs()).sum();
    close(strength, 1_364_726.558_251_168);
    close(serial[[0, 0]], -382.269_977_966_995);
    close(serial[[0, 1]], 623.975_582_956_198);
    let (place, weight) = bodies(50);
    let (mut host, mut device) = (Array2::zeros((50, 2)), Array2::zeros((50, 2)));
    kernels::gravity::serial(place.view(), &weight, host.view_mut());
    on_device!(gravity(place.view(), &weight, device.view_mut()));
    assert_eq!(host, device);
}

#[test]
fn circle() {
    let (serial, parallel) = versions!(circle, |circle| circle(23, 1_000_000));
    assert_eq!((serial, parallel), (784_253, 784_253));
    assert_eq!(
        on_device!(circle(23, 2000)),
        kernels::circle::serial(23, 2000)
    );
}

#[test]
fn life() {
    let start = |rows: usize, columns: usize| {
        Array2::from_shape_fn((rows, columns), |(i, j)| {
            u8::from(u(26, (i * columns + j) as u64) > 0.5)
        })
    };
    let (serial, parallel) = versions!(life, |life| {
        let mut old = start(300, 200);
        let mut new = old.clone();
        for _ in 0..10 {
            life(old.view(), new.view_mut());
            std::mem::swap(&mut old, &mut new);
        }
        old
    });
    assert_eq!(serial, parallel);
    let alive = |cells: ndarray::ArrayView1<'_, u8>| cells.iter().map(|&it| u32::from(it)).sum();
    let total: u32 = serial.rows().into_iter().map(alive).sum();
    let edges: (u32, u32) = (alive(serial.row(0)), alive(serial.column(0)));
    assert_eq!((total, edges), (12_003, (45, 54)));
    let old = start(20, 30);
    let (mut host, mut device) = (old.clone(), old.clone());
    kernels::life::serial(old.view(), host.view_mut());
    on_device!(life(old.view(), device.view_mut()));
    assert_eq!(host, device);
}

#[test]
fn black_scholes() {
    let n = 16_384;
    let scaled = |seed, from: f64, by: f64| {
        let uniform = data::vector(seed, n);
        uniform.iter().map(|u| from + by * u).collect::<Vec<f64>>()
    };
    let (s, x, t) = (
        scaled(17, 5.0, 25.0),
        scaled(18, 1.0, 99.0),
        scaled(19, 0.25, 9.75),
    );
    let (serial, parallel) = versions!(black_scholes, |black_scholes| {
        let (mut call, mut put) = (vec![0.0; n], vec![0.0; n]);
        black_scholes(&s, &x, &t, &mut call, &mut put);
        (call, put)
    });
    // The serial version has the standard library's functions, which round otherwise.
    for (calls, puts) in [&serial, &parallel] {
        close(calls.iter().sum(), 49_306.752_318_368);
        close(puts.iter().sum(), 506_281.977_028_732);
    }
    let part = 300;
    let (mut call, mut put) = (vec![0.0; part], vec![0.0; part]);
    let (s, x, t) = (&s[..part], &x[..part], &t[..part]);
    on_device!(black_scholes(s, x, t, &mut call, &mut put));
    assert_eq!(call, parallel.0[..part]);
    assert_eq!(put, parallel.1[..part]);
}
