//! Regions on the software device: maps, reductions, failures, and data of every layout.

mod common;

use common::{array, in_process_of_its_own, run_map, upto, view};
use kernel_runtime::cuda::{self, DeviceChoice};
use kernel_runtime::launch::{AccumulatorArg, ArrayArg, DeviceParam, Failure, Launch};
use kernel_runtime::launch::{MAX_RANK, Module, Trip};
use kernel_runtime::{Error, device, software};

/// `out[[i, j]] = if add { x[[i, j]] + scale } else { x[[i, j]] * scale }`, over three loops of
/// which the outermost is `for _ in 0..1`, so that all dimensions of the grid are used.
const MAP: &str = r#"
.version 6.0
.target sm_70
.address_size 64
.visible .entry map(
    .param .u64 trip0, .param .u64 trip1, .param .u64 trip2,
    .param .u64 out, .param .u64 out_rows, .param .u64 out_columns,
    .param .u64 x, .param .u64 x_rows, .param .u64 x_columns,
    .param .f32 scale, .param .u8 add
)
{
    .reg .pred %p<5>;
    .reg .b16 %h<2>;
    .reg .b32 %r<12>;
    .reg .f32 %f<5>;
    .reg .b64 %d<30>;

    ld.param.u64 %d0, [trip0];
    ld.param.u64 %d1, [trip1];
    ld.param.u64 %d2, [trip2];
    ld.param.u64 %d3, [out];
    ld.param.u64 %d4, [out_rows];
    ld.param.u64 %d5, [out_columns];
    ld.param.u64 %d6, [x];
    ld.param.u64 %d7, [x_rows];
    ld.param.u64 %d8, [x_columns];
    ld.param.f32 %f0, [scale];
    ld.param.u8 %h0, [add];
    setp.ne.u16 %p0, %h0, 0;

    mov.u32 %r0, %ctaid.z;
    mov.u32 %r1, %ntid.z;
    mov.u32 %r2, %tid.z;
    mad.wide.u32 %d9, %r0, %r1, 0;
    cvt.u64.u32 %d10, %r2;
    add.u64 %d9, %d9, %d10;
    mov.u32 %r3, %nctaid.z;
    mul.wide.u32 %d11, %r1, %r3;
OUTER:
    setp.ge.u64 %p1, %d9, %d0;
    @%p1 bra DONE;

    mov.u32 %r0, %ctaid.y;
    mov.u32 %r1, %ntid.y;
    mov.u32 %r2, %tid.y;
    mul.wide.u32 %d12, %r0, %r1;
    cvt.u64.u32 %d13, %r2;
    add.u64 %d12, %d12, %d13;
    mov.u32 %r3, %nctaid.y;
    mul.wide.u32 %d14, %r1, %r3;
ROWS:
    setp.ge.u64 %p2, %d12, %d1;
    @%p2 bra ROWS_DONE;

    mov.u32 %r0, %ctaid.x;
    mov.u32 %r1, %ntid.x;
    mov.u32 %r2, %tid.x;
    mul.wide.u32 %d15, %r0, %r1;
    cvt.u64.u32 %d16, %r2;
    add.u64 %d15, %d15, %d16;
    mov.u32 %r3, %nctaid.x;
    mul.wide.u32 %d17, %r1, %r3;
COLUMNS:
    setp.ge.u64 %p3, %d15, %d2;
    @%p3 bra COLUMNS_DONE;

    mul.lo.s64 %d18, %d12, %d7;
    mul.lo.s64 %d19, %d15, %d8;
    add.s64 %d18, %d18, %d19;
    shl.b64 %d18, %d18, 2;
    add.s64 %d18, %d18, %d6;
    ld.global.f32 %f1, [%d18];
    add.rn.f32 %f2, %f1, %f0;
    mul.rn.f32 %f3, %f1, %f0;
    selp.f32 %f4, %f2, %f3, %p0;
    mul.lo.s64 %d20, %d12, %d4;
    mul.lo.s64 %d21, %d15, %d5;
    add.s64 %d20, %d20, %d21;
    shl.b64 %d20, %d20, 2;
    add.s64 %d20, %d20, %d3;
    st.global.f32 [%d20], %f4;

    add.u64 %d15, %d15, %d17;
    bra COLUMNS;
COLUMNS_DONE:
    add.u64 %d12, %d12, %d14;
    bra ROWS;
ROWS_DONE:
    add.u64 %d9, %d9, %d11;
    bra OUTER;
DONE:
    ret;
}
"#;

const MAP_PARAMS: &[DeviceParam] = &[
    DeviceParam::Trip(0),
    DeviceParam::Trip(1),
    DeviceParam::Trip(2),
    DeviceParam::Base(0),
    DeviceParam::Stride(0, 0),
    DeviceParam::Stride(0, 1),
    DeviceParam::Base(1),
    DeviceParam::Stride(1, 0),
    DeviceParam::Stride(1, 1),
    DeviceParam::Scalar(0),
    DeviceParam::Scalar(1),
];

/// Runs [`MAP`] with `scale` 3 on a three by four view at `first` in 64 elements, into a like one
/// that is the same, and checks every element of both memories.
fn map_of(first: usize, strides: &[isize]) {
    let shape = [3, 4];
    let mut x: Vec<f32> = (0..64).map(|n| n as f32 + 0.25).collect();
    let mut out = vec![-1.0_f32; 64];
    let before = x.clone();
    let mut expected = out.clone();
    for i in 0..3 {
        for j in 0..4 {
            let place = (first as isize + i * strides[0] + j * strides[1]) as usize;
            expected[place] = x[place] * 3.0;
        }
    }
    let mut source = view(&mut x, first, &shape, strides);
    source.writes = false;
    let target = ArrayArg {
        reads: false,
        ..view(&mut out, first, &shape, strides)
    };
    let trips = [upto(1), upto(3), upto(4)];
    let scalars = [u64::from(3.0_f32.to_bits()), 0];
    let arrays = [target, source];
    let result = run_map(MAP, "map", MAP_PARAMS, &trips, &arrays, &scalars);
    assert_eq!(result.expect("it runs"), None);
    assert_eq!((out, x), (expected, before), "{first} {strides:?}");
}

#[test]
fn maps_of_every_layout() {
    choose();
    // Row-major, column-major, backwards; then with holes: padded, strided, backwards.
    let dense = [(0, [4, 1]), (0, [1, 3]), (8, [-4, 1]), (11, [-4, -1])];
    let holes = [(0, [8, 1]), (1, [16, 3]), (50, [-20, 2]), (63, [-16, -5])];
    for (first, strides) in dense.into_iter().chain(holes) {
        map_of(first, &strides);
    }
}

#[test]
fn what_a_region_leaves_alone_keeps_its_value() {
    choose();
    let mut x = [1.0_f32; 12];
    let mut out: Vec<f32> = (0..12).map(|n| n as f32).collect();
    let arrays = [
        view(&mut out, 0, &[3, 4], &[4, 1]),
        view(&mut x, 0, &[3, 4], &[4, 1]),
    ];
    // Two of three rows, three of four columns, adding.
    let trips = [upto(1), upto(2), upto(3)];
    let scalars = [u64::from(0.5_f32.to_bits()), 1];
    let result = run_map(MAP, "map", MAP_PARAMS, &trips, &arrays, &scalars);
    assert_eq!(result.expect("it runs"), None);
    let kept = [1.5, 1.5, 1.5, 3.0, 1.5, 1.5, 1.5, 7.0, 8.0, 9.0, 10.0, 11.0];
    assert_eq!(out, kept);
}

#[test]
fn more_iterations_than_threads() {
    choose();
    for (rows, columns) in [(1, 20_000), (20_000, 1), (700, 33), (129, 257)] {
        let count = rows * columns;
        let mut x: Vec<f32> = (0..count).map(|n| n as f32).collect();
        let mut out = vec![0.0_f32; count];
        let strides = [columns as isize, 1];
        let arrays = [
            view(&mut out, 0, &[rows, columns], &strides),
            view(&mut x, 0, &[rows, columns], &strides),
        ];
        let trips = [upto(1), upto(rows as u64), upto(columns as u64)];
        let scalars = [u64::from(2.0_f32.to_bits()), 0];
        let result = run_map(MAP, "map", MAP_PARAMS, &trips, &arrays, &scalars);
        assert_eq!(result.expect("it runs"), None);
        assert!(out.iter().zip(&x).all(|(out, x)| *out == x * 2.0));
    }
}

#[test]
fn empty_arrays() {
    choose();
    let mut nothing: [f32; 0] = [];
    let mut x = [7.0_f32];
    // An iteration that the array has no element for would be a fault; here `0..1` reads none.
    let ptx = concat!(
        ".version 6.0\n.target sm_70\n.address_size 64\n",
        ".visible .entry length(.param .u64 len, .param .u64 out) {\n",
        ".reg .b64 %d<2>; .reg .f32 %f<1>;\n",
        "ld.param.u64 %d0, [len]; ld.param.u64 %d1, [out];\n",
        "cvt.rn.f32.u64 %f0, %d0; st.global.f32 [%d1], %f0; ret;\n}\n",
    );
    let params = &[DeviceParam::Len(0, 1), DeviceParam::Base(1)];
    let arrays = [view(&mut nothing, 0, &[5, 0], &[0, 1]), array(&mut x)];
    let result = run_map(ptx, "length", params, &[upto(1)], &arrays, &[]);
    assert_eq!(result.expect("it runs"), None);
    assert_eq!(x, [0.0]);
}

#[test]
fn words_beyond_32_bits() {
    choose();
    let ptx = concat!(
        ".version 6.0\n.target sm_70\n.address_size 64\n",
        ".visible .entry words(.param .u64 trip, .param .u64 first, .param .u64 step,\n",
        "    .param .u64 out, .param .u64 scalar) {\n",
        ".reg .pred %p<1>; .reg .b32 %r<3>; .reg .b64 %d<5>;\n",
        "mov.u32 %r0, %ctaid.x; mov.u32 %r1, %tid.x; or.b32 %r2, %r0, %r1;\n",
        "setp.ne.u32 %p0, %r2, 0;\n@%p0 bra DONE;\n",
        "ld.param.u64 %d0, [trip]; ld.param.u64 %d1, [first]; ld.param.u64 %d2, [step];\n",
        "ld.param.u64 %d3, [out]; ld.param.u64 %d4, [scalar];\n",
        "st.global.u64 [%d3], %d0; st.global.u64 [%d3+8], %d1;\n",
        "st.global.u64 [%d3+16], %d2; st.global.u64 [%d3+24], %d4;\n",
        "DONE: ret;\n}\n",
    );
    let params = &[
        DeviceParam::Trip(0),
        DeviceParam::First(0),
        DeviceParam::Step(0),
        DeviceParam::Base(0),
        DeviceParam::Scalar(0),
    ];
    let mut out = [0_u64; 4];
    let trip = Trip {
        first: (-5_i64) as u64,
        step: (-(1_i64 << 33)) as u64,
        count: 1 << 40,
    };
    let arrays = [array(&mut out)];
    let result = run_map(ptx, "words", params, &[trip], &arrays, &[u64::MAX - 1]);
    assert_eq!(result.expect("it runs"), None);
    assert_eq!(out, [trip.count, trip.first, trip.step, u64::MAX - 1]);
}

/// A sum of `f64` in the canonical order: 64 lanes, two for each thread of a warp.
const SUM: &str = r#"
.version 6.0
.target sm_70
.address_size 64
.visible .entry sum(
    .param .u64 trip, .param .u64 x, .param .u64 chunk, .param .u64 chunks, .param .u64 partials
)
{
    .reg .pred %p<6>;
    .reg .b32 %r<16>;
    .reg .b64 %d<24>;
    .reg .f64 %a<8>;

    ld.param.u64 %d0, [trip];
    ld.param.u64 %d1, [x];
    ld.param.u64 %d2, [chunk];
    ld.param.u64 %d3, [chunks];
    ld.param.u64 %d4, [partials];

    mov.u32 %r0, %ctaid.x;
    mov.u32 %r1, %ntid.x;
    mov.u32 %r2, %tid.x;
    mul.wide.u32 %d5, %r0, %r1;
    cvt.u64.u32 %d6, %r2;
    add.u64 %d5, %d5, %d6;
    shr.u64 %d5, %d5, 5;
    mov.u32 %r3, %nctaid.x;
    mul.wide.u32 %d7, %r1, %r3;
    shr.u64 %d7, %d7, 5;
    and.b32 %r4, %r2, 31;
    cvt.u64.u32 %d8, %r4;
CHUNKS:
    setp.ge.u64 %p0, %d5, %d3;
    @%p0 bra DONE;
    mul.lo.u64 %d9, %d5, %d2;
    add.u64 %d10, %d9, %d2;
    min.u64 %d10, %d10, %d0;
    add.u64 %d9, %d9, %d8;
    mov.f64 %a0, 0d8000000000000000;
    mov.f64 %a1, 0d8000000000000000;
ROUNDS:
    setp.ge.u64 %p1, %d9, %d10;
    @%p1 bra FOLD;
    shl.b64 %d11, %d9, 3;
    add.u64 %d11, %d11, %d1;
    ld.global.f64 %a2, [%d11];
    add.rn.f64 %a0, %a0, %a2;
    add.u64 %d12, %d9, 32;
    setp.ge.u64 %p2, %d12, %d10;
    @%p2 bra FOLD;
    ld.global.f64 %a3, [%d11+256];
    add.rn.f64 %a1, %a1, %a3;
    add.u64 %d9, %d9, 64;
    bra ROUNDS;
FOLD:
    bar.warp.sync 0xffffffff;
    add.rn.f64 %a0, %a0, %a1;
    mov.u32 %r5, 16;
TREE:
    mov.b64 {%r6, %r7}, %a0;
    shfl.sync.down.b32 %r8, %r6, %r5, 31, 0xffffffff;
    shfl.sync.down.b32 %r9, %r7, %r5, 31, 0xffffffff;
    mov.b64 %a4, {%r8, %r9};
    add.rn.f64 %a0, %a0, %a4;
    shr.u32 %r5, %r5, 1;
    setp.ne.u32 %p3, %r5, 0;
    @%p3 bra TREE;
    setp.ne.u32 %p4, %r4, 0;
    @%p4 bra NEXT;
    shl.b64 %d13, %d5, 3;
    add.u64 %d13, %d13, %d4;
    st.global.f64 [%d13], %a0;
NEXT:
    add.u64 %d5, %d5, %d7;
    bra CHUNKS;
DONE:
    ret;
}

.visible .entry sum_fold(.param .u64 partials, .param .u64 chunks)
{
    .reg .pred %p<4>;
    .reg .b32 %r<4>;
    .reg .b64 %d<16>;
    .reg .f64 %a<4>;

    ld.param.u64 %d0, [partials];
    ld.param.u64 %d1, [chunks];
    mov.u32 %r0, %tid.x;
    mov.u32 %r1, %ntid.x;
    cvt.u64.u32 %d2, %r0;
    cvt.u64.u32 %d3, %r1;
    mov.u64 %d4, 1;
LEVELS:
    setp.ge.u64 %p0, %d4, %d1;
    @%p0 bra DONE;
    mov.u64 %d5, %d2;
    shl.b64 %d6, %d4, 1;
PAIRS:
    mul.lo.u64 %d7, %d5, %d6;
    add.u64 %d8, %d7, %d4;
    setp.ge.u64 %p1, %d8, %d1;
    @%p1 bra LEVEL_DONE;
    shl.b64 %d9, %d7, 3;
    add.u64 %d9, %d9, %d0;
    shl.b64 %d10, %d8, 3;
    add.u64 %d10, %d10, %d0;
    ld.global.f64 %a0, [%d9];
    ld.global.f64 %a1, [%d10];
    add.rn.f64 %a0, %a0, %a1;
    st.global.f64 [%d9], %a0;
    add.u64 %d5, %d5, %d3;
    bra PAIRS;
LEVEL_DONE:
    bar.sync 0;
    mov.u64 %d4, %d6;
    bra LEVELS;
DONE:
    ret;
}
"#;

/// The canonical order, by the letter.
fn reference(x: &[f64], chunk: usize) -> f64 {
    let chunk_sum = |chunk: &[f64]| {
        let mut lanes = [-0.0; 64];
        for (k, x) in chunk.iter().enumerate() {
            lanes[k % 64] += x;
        }
        let mut width = 32;
        while width > 0 {
            for lane in 0..width {
                lanes[lane] += lanes[lane + width];
            }
            width /= 2;
        }
        lanes[0]
    };
    let mut partials: Vec<f64> = x.chunks(chunk).map(chunk_sum).collect();
    while partials.len() > 1 {
        let pair = |pair: &[f64]| pair.iter().copied().reduce(|a, b| a + b);
        partials = partials.chunks(2).filter_map(pair).collect();
    }
    partials[0]
}

fn sum(x: &mut [f64], chunk: usize) -> f64 {
    let params = &[
        DeviceParam::Trip(0),
        DeviceParam::Base(0),
        DeviceParam::Chunk,
        DeviceParam::Chunks,
        DeviceParam::Partials(0),
    ];
    let mut source = array(x);
    source.writes = false;
    let mut launch = Launch {
        module: Module {
            name: "sum",
            ptx: SUM,
        },
        entry: "sum",
        fold: Some("sum_fold"),
        params,
        trips: &[upto(x.len() as u64)],
        width: 1,
        crosswise: 0,
        arrays: &[source],
        scalars: &[],
        accumulators: &mut [AccumulatorArg {
            bytes: 8,
            initial: 0,
            folded: 0,
        }],
        shared: &[],
        chunk: chunk as u64,
        chunks: x.len().div_ceil(chunk) as u64,
    };
    // SAFETY: the array is borrowed for this call.
    let result = unsafe { device::run(&mut launch, &device::Arrays::default()) };
    assert_eq!(result.expect("it runs"), None);
    f64::from_bits(launch.accumulators[0].folded)
}

/// Numbers of very different sizes, so that another order shows.
fn numbers(count: usize) -> Vec<f64> {
    let number = |n: usize| {
        let random = (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
        random as f64 * 10_f64.powi(random as i32 % 12) - 1e9
    };
    (0..count).map(number).collect()
}

#[test]
fn a_reduction_of_two_entries() {
    choose();
    for count in [1, 31, 64, 65, 127, 128, 1000, 4097, 70_000] {
        let mut x = numbers(count);
        for chunk in [64, 256] {
            let expected = reference(&x, chunk);
            let found = sum(&mut x, chunk);
            assert_eq!(found.to_bits(), expected.to_bits(), "{count} by {chunk}");
        }
    }
    assert_eq!(sum(&mut [-0.0; 100], 64).to_bits(), (-0.0_f64).to_bits());
}

/// `out[t] = x[index[t]]`, checked, with a failure record.
const GATHER: &str = r#"
.version 6.0
.target sm_70
.address_size 64
.visible .entry gather(
    .param .u64 trip, .param .u64 out, .param .u64 index, .param .u64 x, .param .u64 len,
    .param .u64 failure
)
{
    .reg .pred %p<6>;
    .reg .b32 %r<8>;
    .reg .b64 %d<20>;
    .reg .f64 %a<2>;

    ld.param.u64 %d0, [trip];
    ld.param.u64 %d1, [out];
    ld.param.u64 %d2, [index];
    ld.param.u64 %d3, [x];
    ld.param.u64 %d4, [len];
    ld.param.u64 %d5, [failure];
    mov.u32 %r0, %ctaid.x;
    mov.u32 %r1, %ntid.x;
    mov.u32 %r2, %tid.x;
    mul.wide.u32 %d6, %r0, %r1;
    cvt.u64.u32 %d7, %r2;
    add.u64 %d6, %d6, %d7;
    mov.u32 %r3, %nctaid.x;
    mul.wide.u32 %d8, %r1, %r3;
LOOP:
    setp.ge.u64 %p0, %d6, %d0;
    @%p0 bra DONE;
    shl.b64 %d9, %d6, 3;
    add.u64 %d10, %d9, %d2;
    ld.global.u64 %d11, [%d10];
    setp.ge.u64 %p1, %d11, %d4;
    @%p1 bra FAIL;
    shl.b64 %d12, %d11, 3;
    add.u64 %d12, %d12, %d3;
    ld.global.f64 %a0, [%d12];
    add.u64 %d13, %d9, %d1;
    st.global.f64 [%d13], %a0;
    add.u64 %d6, %d6, %d8;
    bra LOOP;
FAIL:
    mov.u32 %r7, 0;
TRY:
    atom.global.cas.b32 %r4, [%d5], 0, 1;
    setp.ne.u32 %p2, %r4, 0;
    @%p2 bra AGAIN;
    membar.gl;
    ld.volatile.global.u64 %d14, [%d5+8];
    setp.ge.u64 %p3, %d6, %d14;
    @%p3 bra RELEASE;
    mov.u32 %r5, 3;
    st.volatile.global.u32 [%d5+4], %r5;
    st.volatile.global.u64 [%d5+8], %d6;
    st.volatile.global.u64 [%d5+16], %d11;
    st.volatile.global.u64 [%d5+24], %d4;
RELEASE:
    membar.gl;
    atom.global.exch.b32 %r6, [%d5], 0;
    mov.u32 %r7, 1;
AGAIN:
    setp.eq.u32 %p4, %r7, 0;
    @%p4 bra TRY;
DONE:
    ret;
}
"#;

const GATHER_PARAMS: &[DeviceParam] = &[
    DeviceParam::Trip(0),
    DeviceParam::Base(0),
    DeviceParam::Base(1),
    DeviceParam::Base(2),
    DeviceParam::Len(2, 0),
    DeviceParam::Failure,
];

fn gather(index: &mut [u64], out: &mut [f64]) -> Option<Failure> {
    let mut x = [10.0, 11.0, 12.0, 13.0];
    let trips = [upto(index.len() as u64)];
    let arrays = [array(out), array(index), array(&mut x)];
    run_map(GATHER, "gather", GATHER_PARAMS, &trips, &arrays, &[]).expect("it runs")
}

#[test]
fn a_failure_is_read_back() {
    choose();
    let mut index: Vec<u64> = (0..3000).map(|n| n % 4).collect();
    let mut out = vec![0.0; 3000];
    assert_eq!(gather(&mut index, &mut out), None);
    let expected: Vec<f64> = index.iter().map(|&n| 10.0 + n as f64).collect();
    assert_eq!(out, expected);

    let mut out = vec![0.0; 3000];
    for (at, wrong) in [(2999, 77), (1501, u64::MAX), (1500, 4), (1900, 5)] {
        index[at] = wrong;
    }
    let failure = gather(&mut index, &mut out).expect("four iterations fail");
    assert_eq!((failure.k, failure.site), (1500, 3));
    assert_eq!(failure.args[..2], [4, 4]);
    // What earlier iterations wrote came back.
    assert_eq!(out[..1500], expected[..1500]);
}

#[test]
fn a_reduction_that_fails_is_not_folded() {
    choose();
    // Fails in every iteration and leaves the partial results unwritten, which the software
    // device would find fault with if they were read.
    let ptx = concat!(
        ".version 6.0\n.target sm_70\n.address_size 64\n",
        ".visible .entry f(.param .u64 failure) {\n",
        ".reg .pred %p<1>; .reg .b32 %r<3>; .reg .b64 %d<2>;\n",
        "mov.u32 %r0, %ctaid.x; mov.u32 %r1, %tid.x; or.b32 %r2, %r0, %r1;\n",
        "setp.ne.u32 %p0, %r2, 0;\n@%p0 bra DONE;\n",
        "ld.param.u64 %d0, [failure]; mov.u64 %d1, 0; st.global.u64 [%d0+8], %d1;\n",
        "DONE: ret;\n}\n",
        ".visible .entry g(.param .u64 partials, .param .u64 chunks) {\n",
        ".reg .b64 %d<2>;\nld.param.u64 %d0, [partials]; ld.global.u64 %d1, [%d0];\n",
        "st.global.u64 [%d0], %d1; ret;\n}\n",
    );
    let mut launch = Launch {
        module: Module { name: "f", ptx },
        entry: "f",
        fold: Some("g"),
        params: &[DeviceParam::Failure],
        trips: &[upto(100)],
        width: 1,
        crosswise: 0,
        arrays: &[],
        scalars: &[],
        accumulators: &mut [AccumulatorArg {
            bytes: 8,
            initial: 0,
            folded: 5,
        }],
        shared: &[],
        chunk: 64,
        chunks: 2,
    };
    // SAFETY: there are no arrays.
    let failure = unsafe { device::run(&mut launch, &device::Arrays::default()) }.expect("it runs");
    assert_eq!(failure.map(|failure| failure.k), Some(0));
    assert_eq!(launch.accumulators[0].folded, 5);
}

#[test]
fn a_text_with_an_error() {
    choose();
    let ptx = ".version 6.0\n.target sm_70\n.address_size 64\n.visible .entry f() { nonsense; }";
    match run_map(ptx, "f", &[], &[upto(1)], &[], &[]) {
        Err(Error::Ptx { kernel, log }) => {
            assert_eq!(kernel, "test");
            assert!(log.contains("CUDA_ERROR_INVALID_PTX"), "{log}");
            assert!(log.contains("nonsense"), "{log}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_access_out_of_bounds() {
    choose();
    // One more row than there is, in a dense array: behind the end of its block.
    let mut x = [1.0_f32; 12];
    let mut out = [0.0_f32; 12];
    let arrays = [
        view(&mut out, 0, &[3, 4], &[4, 1]),
        view(&mut x, 0, &[3, 4], &[4, 1]),
    ];
    let trips = [upto(1), upto(4), upto(4)];
    match run_map(MAP, "map", MAP_PARAMS, &trips, &arrays, &[0, 0]) {
        Err(Error::Device { code, context, .. }) => {
            assert_ne!(code, 0);
            assert!(context.contains("`map`"), "{context}");
            assert!(context.lines().count() > 1, "no findings: {context}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(out, [0.0; 12]);
    map_of(0, &[4, 1]);
}

#[test]
fn launches_that_contradict_themselves() {
    choose();
    let mut x = [1.0_f32];
    let arrays = [array(&mut x)];
    let cases: [(&'static [DeviceParam], &[Trip]); 3] = [
        (&[DeviceParam::Base(1)], &[upto(1)]),
        (&[DeviceParam::Len(0, 1)], &[upto(1)]),
        (&[], &[]),
    ];
    for (params, trips) in cases {
        match run_map(MAP, "map", params, trips, &arrays, &[]) {
            Err(Error::Device { code, .. }) => assert_eq!(code, 1),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn calls_from_four_threads() {
    choose();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                for round in 0..6 {
                    map_of(0, &[4, 1]);
                    map_of(1, &[16, 3]);
                    let mut x = numbers(500 * thread + 100 * round + 1);
                    let expected = reference(&x, 64);
                    assert_eq!(sum(&mut x, 64).to_bits(), expected.to_bits());
                    let mut index = [0, 9, 1, 9];
                    let failure = gather(&mut index, &mut [0.0; 4]);
                    assert_eq!(failure.map(|failure| failure.k), Some(1));
                }
            });
        }
    });
}

#[test]
fn time_and_bytes() {
    choose();
    device::begin_call();
    map_of(0, &[4, 1]);
    map_of(1, &[16, 3]);
    let timing = cuda::last_call().expect("a call began");
    assert_eq!((timing.regions, timing.uploaded_bytes), (2, 4 * 48));
    assert_eq!(timing.downloaded_bytes, 2 * 48);
    assert!(!timing.upload.is_zero() && !timing.kernel.is_zero() && !timing.download.is_zero());
}

#[test]
fn nothing_stays_allocated() {
    in_process_of_its_own("nothing_stays_allocated_inside", &[]);
}

#[test]
#[ignore = "run by nothing_stays_allocated"]
fn nothing_stays_allocated_inside() {
    choose();
    map_of(0, &[4, 1]);
    sum(&mut numbers(1000), 64);
    assert!(software::device::leaks().is_empty());
    // More than there is.
    let mut x = [1_u8; 4];
    let mut huge = array(&mut x);
    huge.writes = false;
    huge.shape = [1; MAX_RANK];
    huge.shape[0] = software::device::total_memory() + 1;
    huge.ptr = std::ptr::dangling_mut();
    match run_map(MAP, "map", MAP_PARAMS, &[upto(1)], &[huge], &[]) {
        Err(Error::OutOfMemory { bytes, .. }) => {
            assert_eq!(bytes, software::device::total_memory() + 1);
        }
        other => panic!("{other:?}"),
    }
    assert!(software::device::leaks().is_empty());
}

fn choose() {
    assert_eq!(cuda::select_device(DeviceChoice::Software), Ok(()));
}
