//! What NVIDIA's compiler makes of small kernels, on the software device: every instruction that
//! its texts have is taken, and the results are those of the same loops in Rust.
//!
//! The sources are `nvrtc/*.cu`; `tools/ptxas/nvidia.py kernel-runtime/tests/nvrtc/*.cu` makes the
//! texts beside them.

#![cfg(feature = "software-device")]

mod software;

use kernel_runtime::software::device;
use software::{Buffer, Plain};

macro_rules! text {
    ($name:literal) => {
        include_str!(concat!("nvrtc/", $name, ".ptx"))
    };
}

/// Threads of a block, and blocks, along x and y.
struct Shape {
    grid: [u32; 2],
    block: [u32; 2],
    /// Dynamic shared memory in bytes.
    shared: u32,
}

fn line(grid: u32, block: u32) -> Shape {
    Shape {
        grid: [grid, 1],
        block: [block, 1],
        shared: 0,
    }
}

/// Loads a text, runs one of its entries, unloads.
fn run(text: &str, entry: &str, shape: &Shape, params: &[Vec<u8>]) {
    let module = device::module_load(text).unwrap_or_else(|log| panic!("{log}"));
    let function = device::function(module, entry).expect("an entry of the text");
    let ([gx, gy], [bx, by]) = (shape.grid, shape.block);
    let result = device::launch(function, [gx, gy, 1], [bx, by, 1], shape.shared, params);
    assert_eq!(result, Ok(()), "{entry}: {:?}", device::findings());
    device::module_unload(module).expect("a loaded module");
}

fn scalar<T: Plain>(value: T) -> Vec<u8> {
    value.bytes()
}

fn int(value: usize) -> Vec<u8> {
    scalar(i32::try_from(value).expect("a small number"))
}

/// Numbers without an order, the same in every run.
fn noise(count: usize) -> impl Iterator<Item = u32> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    (0..count).map(move |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as u32
    })
}

fn doubles(count: usize, scale: f64) -> Vec<f64> {
    let signed = |x: u32| f64::from(x) / f64::from(1 << 30) - 1.0;
    noise(count).map(|x| signed(x) * scale).collect()
}

#[test]
fn saxpy() {
    let n = 1000;
    let x: Vec<f32> = doubles(n, 8.0).iter().map(|x| *x as f32).collect();
    let y: Vec<f32> = x.iter().rev().copied().collect();
    let want: Vec<f32> = x
        .iter()
        .zip(&y)
        .map(|(x, y)| 1.7f32.mul_add(*x, *y))
        .collect();
    for (entry, count, shape) in [("saxpy", n, line(3, 96)), ("saxpy4", n / 4, line(4, 64))] {
        let (dx, dy) = (Buffer::of(&x), Buffer::of(&y));
        let params = [int(count), scalar(1.7f32), dx.param(), dy.param()];
        run(text!("saxpy"), entry, &shape, &params);
        assert_eq!(dy.get::<f32>(), want);
    }
}

#[test]
fn a_sum_in_shared_memory() {
    let x = doubles(1000, 1.0);
    let (dx, sums) = (Buffer::of(&x), Buffer::new(4 * 8));
    let positive = Buffer::new(4 * 4);
    let params = [int(x.len()), dx.param(), sums.param(), positive.param()];
    run(text!("block_sum"), "block_sum", &line(4, 256), &params);
    for (block, own) in x.chunks(256).enumerate() {
        let mut tree = own.to_vec();
        tree.resize(256, 0.0);
        while tree.len() > 1 {
            let upper = tree.split_off(tree.len() / 2);
            tree.iter_mut().zip(upper).for_each(|(a, b)| *a += b);
        }
        assert_eq!(sums.get::<f64>()[block], tree[0]);
        let count = own.iter().filter(|x| **x > 0.0).count();
        assert_eq!(positive.get::<i32>()[block] as usize, count);
    }
}

#[test]
fn sums_of_warps() {
    let x: Vec<i32> = noise(128).map(|x| (x % 2001) as i32 - 1000).collect();
    let dx = Buffer::of(&x);
    let [sums, most, odd] = [(); 3].map(|()| Buffer::new(4 * 4));
    let prefix = Buffer::new(128 * 4);
    let params = [&dx, &sums, &most, &odd, &prefix].map(Buffer::param);
    run(text!("warp_sum"), "warp_sum", &line(2, 64), &params);
    for (warp, own) in x.chunks(32).enumerate() {
        assert_eq!(sums.get::<i32>()[warp], own.iter().sum());
        assert_eq!(most.get::<i32>()[warp], *own.iter().max().unwrap());
        let ballot = own
            .iter()
            .rev()
            .fold(0, |bits, x| bits << 1 | (x & 1) as u32);
        assert_eq!(odd.get::<u32>()[warp], ballot);
        let before = own.iter().scan(0, |sum, x| {
            *sum += x;
            Some(*sum)
        });
        assert_eq!(
            prefix.get::<i32>()[32 * warp..][..32],
            before.collect::<Vec<i32>>()
        );
    }
}

#[test]
fn doubles_through_shuffles() {
    let x = doubles(64, 1e9);
    let (dx, dy) = (Buffer::of(&x), Buffer::new(64 * 8));
    let params = [dx.param(), dy.param()];
    run(text!("warp_sum"), "warp_exchange", &line(1, 64), &params);
    let want = (0..64).map(|i: usize| x[i ^ 5] - x[i / 8 * 8 + 3]);
    assert_eq!(dy.get::<f64>(), want.collect::<Vec<f64>>());
}

#[test]
fn a_histogram() {
    let bytes: Vec<u8> = noise(3000).map(|x| (x % 251) as u8).collect();
    let (dx, counts) = (Buffer::of(&bytes), Buffer::of(&[0u32; 256]));
    let params = [int(bytes.len()), dx.param(), counts.param()];
    run(text!("histogram"), "histogram", &line(3, 256), &params);
    let mut want = vec![0u32; 256];
    bytes.iter().for_each(|byte| want[usize::from(*byte)] += 1);
    assert_eq!(counts.get::<u32>(), want);
}

#[test]
fn what_atomics_return() {
    let x: Vec<i64> = noise(200).map(|x| i64::from(x) - (1 << 30)).collect();
    let mut wanted: Vec<i64> = x.iter().copied().filter(|x| x % 3 == 0).collect();
    let (dx, least) = (Buffer::of(&x), Buffer::of(&[i64::MAX]));
    let (ticket, taken) = (Buffer::of(&[0u64]), Buffer::of(&vec![0i64; wanted.len()]));
    let params = [
        int(200),
        dx.param(),
        least.param(),
        ticket.param(),
        taken.param(),
    ];
    run(text!("histogram"), "extremes", &line(4, 64), &params);
    assert_eq!(least.get::<i64>(), [*x.iter().min().unwrap()]);
    assert_eq!(ticket.get::<u64>(), [wanted.len() as u64]);
    let mut found = taken.get::<i64>();
    found.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(found, wanted);
}

#[test]
fn compare_and_swap() {
    let x: Vec<u32> = noise(100).map(|x| x | 1).collect();
    let (dx, result) = (Buffer::of(&x), Buffer::of(&[1u32]));
    let params = [int(100), dx.param(), result.param()];
    run(text!("histogram"), "product", &line(2, 64), &params);
    let want = x.iter().fold(1u32, |product, x| product.wrapping_mul(*x));
    assert_eq!(result.get::<u32>(), [want]);
}

#[test]
fn a_transpose_in_tiles() {
    let (rows, columns) = (37, 50);
    let a: Vec<f32> = (0..rows * columns).map(|i| i as f32).collect();
    let (da, db) = (Buffer::of(&a), Buffer::new(a.len() * 4));
    let shape = Shape {
        grid: [4, 3],
        block: [16, 16],
        shared: 0,
    };
    let params = [int(rows), int(columns), da.param(), db.param()];
    run(text!("transpose"), "transpose", &shape, &params);
    let want = (0..columns).flat_map(|x| (0..rows).map(move |y| (y * columns + x) as f32));
    assert_eq!(db.get::<f32>(), want.collect::<Vec<f32>>());
}

#[test]
fn a_product_of_matrices() {
    let (n, size) = (21, 8);
    let a: Vec<f32> = doubles(n * n, 1.0).iter().map(|x| *x as f32).collect();
    let b: Vec<f32> = a.iter().map(|x| x - 0.25).collect();
    let (da, db) = (Buffer::of(&a), Buffer::of(&b));
    let dc = Buffer::new(n * n * 4);
    let shape = Shape {
        grid: [3, 3],
        block: [size, size],
        shared: 2 * size * size * 4,
    };
    let params = [int(n), da.param(), db.param(), dc.param()];
    run(text!("matmul"), "matmul", &shape, &params);
    let element =
        |i: usize, j: usize| (0..n).fold(0f32, |sum, k| a[i * n + k].mul_add(b[k * n + j], sum));
    let want = (0..n * n).map(|at| element(at / n, at % n));
    assert_eq!(dc.get::<f32>(), want.collect::<Vec<f32>>());
}

#[test]
fn lanes_leave_a_loop_one_by_one() {
    let (steps, highest) = (Buffer::new(500 * 4), Buffer::new(500 * 8));
    let params = [int(500), steps.param(), highest.param()];
    run(text!("collatz"), "collatz", &line(5, 100), &params);
    for (i, (count, most)) in steps
        .get::<u32>()
        .into_iter()
        .zip(highest.get::<u64>())
        .enumerate()
    {
        let path = |x: &u64| (*x != 1).then(|| if x % 2 == 1 { 3 * x + 1 } else { x / 2 });
        let path: Vec<u64> = std::iter::successors(Some(i as u64 + 1), path).collect();
        assert_eq!(count as usize, path.len() - 1);
        assert_eq!(Some(&most), path.iter().max());
    }
}

#[test]
fn quotients_and_roots() {
    let (x, y) = (doubles(300, 1e3), doubles(301, 7.0).split_off(1));
    let (dx, dy) = (Buffer::of(&x), Buffer::of(&y));
    let out = Buffer::new(300 * 8 * 8);
    let params = [int(300), dx.param(), dy.param(), out.param()];
    run(text!("doubles"), "exact", &line(3, 128), &params);
    for ((x, y), got) in x.iter().zip(&y).zip(out.get::<f64>().chunks(8)) {
        let single = *x as f32 / *y as f32;
        let root = (y.abs() as f32).sqrt();
        let want = [
            x / y,
            x.abs().sqrt(),
            1.0 / x,
            x % y,
            x.floor() + y.trunc(),
            x.round_ties_even(),
            x.mul_add(*y, 0.5),
            f64::from(single) + f64::from(root),
        ];
        assert_eq!(got, want, "of {x} and {y}");
    }
}

#[test]
fn whole_numbers() {
    let x = doubles(100, 1e12);
    let (dx, out) = (Buffer::of(&x), Buffer::new(200 * 8));
    let params = [int(100), dx.param(), out.param()];
    run(text!("doubles"), "whole", &line(1, 100), &params);
    for (i, got) in out.get::<i64>().chunks(2).enumerate() {
        let (k, by) = (x[i] as i64, i as i64 + 3);
        let rounded = (k * 3) as f64 as i64 + i64::from(k as f32 as i32);
        assert_eq!(got, [k / by * 1000 + k % by, rounded]);
    }
}

/// Units in the last place between two numbers of one sign.
fn apart(a: f64, b: f64) -> u64 {
    a.to_bits().abs_diff(b.to_bits())
}

/// NVIDIA documents errors of one or two units for these.
#[test]
fn elementary_functions() {
    let x = doubles(200, 3e5);
    let (dx, out) = (Buffer::of(&x), Buffer::new(600 * 8));
    let params = [int(200), dx.param(), out.param()];
    run(text!("elementary"), "elementary", &line(2, 128), &params);
    for (x, got) in x.iter().zip(out.get::<f64>().chunks(3)) {
        let want = [(x * 0.001).exp(), x.sin(), (x * 1e9).cos()];
        for (got, want) in got.iter().zip(want) {
            assert!(apart(*got, want) <= 2, "{got} for {want}, of {x}");
        }
    }
}

#[test]
fn elementary_functions_of_singles() {
    let x: Vec<f32> = doubles(200, 3e3).iter().map(|x| *x as f32).collect();
    let (dx, out) = (Buffer::of(&x), Buffer::new(600 * 4));
    let params = [int(200), dx.param(), out.param()];
    run(text!("elementary"), "single", &line(2, 128), &params);
    for (x, got) in x.iter().zip(out.get::<f32>().chunks(3)) {
        let wide = f64::from(*x);
        let want = [wide.sin(), f64::from(x * 1e6).cos(), wide.abs().ln()];
        for (got, want) in got.iter().zip(want) {
            let apart = got.to_bits().abs_diff((want as f32).to_bits());
            assert!(apart <= 2, "{got} for {want}, of {x}");
        }
    }
}

#[test]
fn calls_and_tables_of_jumps() {
    let sizes = doubles(2 * 40, 9.0);
    let kinds: Vec<i32> = (0..40).map(|i| i % 8 - 1).collect();
    let shape = |kind: i32, size: &[f64]| {
        [scalar(i64::from(kind)), scalar(size[0]), scalar(size[1])].concat()
    };
    let shapes: Vec<u8> = kinds
        .iter()
        .zip(sizes.chunks(2))
        .flat_map(|(k, s)| shape(*k, s))
        .collect();
    let (dx, out) = (Buffer::of(&shapes), Buffer::new(40 * 8));
    let params = [int(40), shape(5, &[2.0, 0.5]), dx.param(), out.param()];
    run(text!("dispatch"), "areas", &line(1, 64), &params);
    for (at, got) in out.get::<f64>().into_iter().enumerate() {
        let kind = kinds[at];
        let (a, b) = (
            sizes[2 * at] * [2.0, 0.5][(kind & 1) as usize],
            sizes[2 * at + 1],
        );
        let area = match kind {
            0 => a,
            1 => a * a,
            2 => a * b,
            3 => 0.5 * a * b,
            4 => (a * b).mul_add(6.0, -1.0),
            5 => b / 3.0,
            _ => -1.0,
        };
        assert_eq!(got, area + 5.0);
    }
}

#[test]
fn recursion() {
    let a: Vec<u32> = noise(100).map(|x| x % 5000).collect();
    let b: Vec<u32> = a.iter().map(|x| x * 7 % 3001).collect();
    let (da, db) = (Buffer::of(&a), Buffer::of(&b));
    let out = Buffer::new(400);
    let params = [int(100), da.param(), db.param(), out.param()];
    run(text!("dispatch"), "divisors", &line(2, 64), &params);
    fn gcd(a: u32, b: u32) -> u32 {
        if b == 0 { a } else { gcd(b, a % b) }
    }
    let want = a.iter().zip(&b).map(|(a, b)| gcd(*a, *b));
    assert_eq!(out.get::<u32>(), want.collect::<Vec<u32>>());
}

#[test]
fn a_network_that_sorts() {
    let mut values: Vec<u16> = noise(384).map(|x| x as u16).collect();
    let own = Buffer::of(&values);
    run(text!("sort"), "bitonic", &line(3, 128), &[own.param()]);
    values.chunks_mut(128).for_each(<[u16]>::sort_unstable);
    assert_eq!(own.get::<u16>(), values);
}

#[test]
fn arrays_of_a_thread() {
    let x: Vec<i8> = noise(108).map(|x| x as i8).collect();
    let bytes: Vec<u8> = x.iter().map(|x| x.cast_unsigned()).collect();
    let (dx, out) = (Buffer::of(&bytes), Buffer::new(100));
    let params = [int(100), dx.param(), out.param()];
    run(text!("sort"), "medians", &line(2, 64), &params);
    for (window, got) in x.windows(9).zip(out.get::<u8>()) {
        let mut sorted = window.to_vec();
        sorted.sort_unstable();
        assert_eq!(got.cast_signed(), sorted[4]);
    }
}

#[test]
fn a_table_in_constant_memory() {
    let bytes: Vec<u8> = noise(40 * 9).map(|x| x as u8).collect();
    let (dx, out) = (Buffer::of(&bytes), Buffer::new(160));
    let params = [int(40), int(9), dx.param(), out.param()];
    run(text!("checksum"), "crc32", &line(1, 40), &params);
    let shifted = |crc: u32| (0..8).fold(crc, |crc, _| (crc >> 1) ^ ((crc & 1) * 0xedb8_8320));
    let crc = |of: &[u8]| {
        !of.iter()
            .fold(!0, |crc, byte| shifted(crc ^ u32::from(*byte)))
    };
    let want: Vec<u32> = bytes.chunks(9).map(crc).collect();
    assert_eq!(out.get::<u32>(), want);
}

#[test]
fn bits_turned_around() {
    let x: Vec<u32> = noise(200).map(|x| x << 1 | x & 1).collect();
    let (dx, out) = (Buffer::of(&x), Buffer::new(800));
    let params = [int(200), dx.param(), out.param()];
    run(text!("checksum"), "bits", &line(4, 50), &params);
    for (i, (v, got)) in x.into_iter().zip(out.get::<u32>()).enumerate() {
        let i = i as u32;
        let high = (u64::from(v) * 0x9e37_79b9) >> 32;
        let wide = high | u64::from(v) << 32;
        let bytes = v.to_le_bytes();
        // Bytes 3, 1, 2, 0 of the number, from the lowest: 0x0213 from its end.
        let permuted = u32::from_le_bytes([bytes[3], bytes[1], bytes[2], bytes[0]]);
        let funnel = ((u64::from(i) << 32 | u64::from(v)) << 7 >> 32) as u32;
        let first = if wide == 0 {
            0
        } else {
            wide.trailing_zeros() + 1
        };
        let want = v.reverse_bits()
            ^ permuted
            ^ funnel
            ^ v.count_ones()
            ^ v.leading_zeros() << 8
            ^ first << 16
            ^ (wide >> (v & 31)) as u32
            ^ (v >> 3 & 0x1f);
        assert_eq!(got, want, "of {v:#x}");
    }
}

#[test]
fn a_generation_of_cells() {
    let (rows, columns) = (13, 20);
    let now: Vec<u8> = noise(rows * columns).map(|x| (x & 1) as u8).collect();
    let (dx, out) = (Buffer::of(&now), Buffer::new(rows * columns));
    let shape = Shape {
        grid: [3, 4],
        block: [8, 4],
        shared: 0,
    };
    let params = [int(rows), int(columns), dx.param(), out.param()];
    run(text!("life"), "life", &shape, &params);
    let cell = |y: usize, x: usize| now[y % rows * columns + x % columns];
    let around = |y: usize, x: usize| {
        let rows_of =
            |dy: usize| (0..3).map(move |dx| cell(y + rows + dy - 1, x + columns + dx - 1));
        (0..3).flat_map(rows_of).sum::<u8>()
    };
    for (at, got) in out.get::<u8>().into_iter().enumerate() {
        let (y, x) = (at / columns, at % columns);
        let lives = around(y, x) == 3 || (cell(y, x) == 1 && around(y, x) == 4);
        assert_eq!(got, u8::from(lives), "at {y}, {x}");
    }
}

/// Its result is the machine's own, so the device has none.
#[test]
fn approximations_are_refused() {
    let log = device::module_load(text!("approximate")).expect_err("no such result is defined");
    assert!(log.contains("div.approx"), "{log}");
}
