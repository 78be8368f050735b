//! What lanes, warps and blocks do together on the software device.

#![cfg(feature = "software-device")]

mod software;

use kernel_runtime::software::device::Kind;
use software::{Buffer, kernel, kernel_with, run, run_bad, run_ok};

/// Runs a body that leaves a value in `%r0` of every thread.
fn each(block: u32, body: &str) -> Vec<u32> {
    let text = kernel(
        1,
        &format!(
            "{body}
    mul.wide.u32 %rd39, %g, 4;
    add.u64 %rd39, %ptr0, %rd39;
    st.global.u32 [%rd39], %r0;"
        ),
    );
    let out = Buffer::new(4 * block as usize);
    run_ok(&text, 1, block, &[out.param()]);
    out.get()
}

#[test]
fn shuffles() {
    let shuffle = |mode: &str, b: u32, c: u32| {
        each(
            32,
            &format!(
                "shfl.sync.{mode}.b32 %r0|%p1, %t, {b}, {c}, -1;\n@!%p1 add.u32 %r0, %r0, 1000;"
            ),
        )
    };
    let lane = |f: &dyn Fn(u32) -> u32| (0..32).map(f).collect::<Vec<u32>>();
    assert_eq!(
        shuffle("down", 4, 31),
        lane(&|l| if l + 4 < 32 { l + 4 } else { l + 1000 })
    );
    assert_eq!(
        shuffle("up", 3, 0),
        lane(&|l| if l >= 3 { l - 3 } else { l + 1000 })
    );
    assert_eq!(shuffle("bfly", 5, 31), lane(&|l| l ^ 5));
    assert_eq!(shuffle("idx", 7, 31), lane(&|_| 7));
    // Segments of 8 lanes: mask 0x18 in bits 8 to 12.
    assert_eq!(shuffle("idx", 7, 0x181f), lane(&|l| l / 8 * 8 + 7));
    assert_eq!(
        shuffle("down", 4, 0x181f),
        lane(&|l| if l % 8 < 4 { l + 4 } else { l + 1000 })
    );
    assert_eq!(
        shuffle("up", 1, 0x1800),
        lane(&|l| if l % 8 > 0 { l - 1 } else { l + 1000 })
    );
    // An upper bound of 15: lanes beyond it keep their own value.
    assert_eq!(shuffle("idx", 20, 15), lane(&|l| l + 1000));
    assert_eq!(
        shuffle("bfly", 16, 15),
        lane(&|l| if l >= 16 { l - 16 } else { l + 1000 })
    );
    // Only the low five bits of the lane count.
    assert_eq!(shuffle("idx", 33, 31), lane(&|_| 1));
}

#[test]
fn a_warp_sum_by_shuffles() {
    let body = "
    mov.u32 %r0, %t;
    mov.u32 %r1, 16;
LOOP:
    shfl.sync.bfly.b32 %r2, %r0, %r1, 31, 0xffffffff;
    add.u32 %r0, %r0, %r2;
    shr.u32 %r1, %r1, 1;
    setp.ne.u32 %p1, %r1, 0;
    @%p1 bra LOOP;";
    let sums = each(64, body);
    assert!(sums[..32].iter().all(|s| *s == 496) && sums[32..].iter().all(|s| *s == 496 + 1024));
}

#[test]
fn votes() {
    let votes = |form: &str| each(32, &format!("setp.lt.u32 %p1, %t, 5;\n{form}"));
    assert_eq!(votes("vote.sync.ballot.b32 %r0, %p1, -1;")[9], 0x1f);
    assert_eq!(votes("vote.sync.ballot.b32 %r0, !%p1, -1;")[9], !0x1f);
    let select = "selp.u32 %r0, 1, 0, %p2;";
    assert_eq!(
        votes(&format!("vote.sync.any.pred %p2, %p1, -1;{select}"))[9],
        1
    );
    assert_eq!(
        votes(&format!("vote.sync.all.pred %p2, %p1, -1;{select}"))[0],
        0
    );
    assert_eq!(
        votes(&format!("vote.sync.uni.pred %p2, %p1, -1;{select}"))[0],
        0
    );
    // Among lanes 0 to 4 alone all agree.
    let some = "mov.u32 %r0, 7;\n@!%p1 bra END;\nvote.sync.all.pred %p2, %p1, 0x1f;\n\
                selp.u32 %r0, 1, 0, %p2;\nEND:";
    assert_eq!(votes(some)[..6], [1, 1, 1, 1, 1, 7]);
}

#[test]
fn matches_and_reductions() {
    let thirds = "rem.u32 %r1, %t, 3;";
    let any = each(32, &format!("{thirds} match.any.sync.b32 %r0, %r1, -1;"));
    assert_eq!(any[..3], [0x4924_9249, 0x9249_2492, 0x2492_4924]);
    // Each third on its own: three masks at one instruction.
    let own = format!(
        "{thirds} match.any.sync.b32 %r2, %r1, -1;
    match.all.sync.b32 %r3|%p1, %r1, %r2;
    selp.u32 %r0, %r3, 0, %p1;"
    );
    assert_eq!(each(32, &own)[..3], any[..3]);
    let all = each(
        32,
        &format!("{thirds} match.all.sync.b32 %r0|%p1, %r1, -1;"),
    );
    assert_eq!(all, [0; 32]);
    assert_eq!(each(32, "redux.sync.add.s32 %r0, %t, -1;")[0], 496);
    let signed = each(32, "sub.s32 %r1, %t, 10; redux.sync.min.s32 %r0, %r1, -1;");
    assert_eq!(signed[31], -10i32 as u32);
    let unsigned = each(32, "sub.s32 %r1, %t, 10; redux.sync.max.u32 %r0, %r1, -1;");
    assert_eq!(unsigned[31], u32::MAX);
    assert_eq!(each(32, "redux.sync.xor.b32 %r0, %t, -1;")[3], 0);
}

#[test]
fn lanes_meet_at_warp_instructions_from_different_places() {
    let body = "
    and.b32 %r1, %t, 1;
    setp.eq.u32 %p1, %r1, 0;
    @%p1 bra EVEN;
    mul.lo.u32 %r2, %t, 100;
    shfl.sync.bfly.b32 %r0, %r2, 1, 31, -1;
    bra DONE;
EVEN:
    mul.lo.u32 %r2, %t, 10;
    shfl.sync.bfly.b32 %r0, %r2, 1, 31, -1;
DONE:";
    let want: Vec<u32> = (0..32)
        .map(|l| {
            if l % 2 == 0 {
                (l + 1) * 100
            } else {
                (l - 1) * 10
            }
        })
        .collect();
    assert_eq!(each(32, body), want);
}

#[test]
fn exited_lanes_are_not_waited_for() {
    let body = "
    mov.u32 %r0, 77;
    setp.ge.u32 %p1, %t, 8;
    @%p1 bra END;
    shfl.sync.down.b32 %r0, %t, 1, 0x1807, 0xff;
    vote.sync.ballot.b32 %r0, 1, 0xff;
    bar.warp.sync 0xff;
END:";
    assert_eq!(
        each(32, body)[..9],
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 77]
    );
    let exits = "
    setp.ge.u32 %p1, %t, 8;
    mul.wide.u32 %rd1, %g, 4;
    add.u64 %rd1, %ptr0, %rd1;
    st.global.u32 [%rd1], %t;
    @%p1 exit;
    vote.sync.ballot.b32 %r0, 1, -1;
    bar.sync 0;";
    assert_eq!(
        each(40, exits)[..9],
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 8]
    );
}

#[test]
fn special_registers() {
    assert_eq!(each(40, "mov.u32 %r0, %laneid;")[35], 3);
    assert_eq!(each(40, "mov.u32 %r0, %warpid;")[35], 1);
    assert_eq!(each(40, "mov.u32 %r0, %nwarpid;")[35], 2);
    assert_eq!(each(40, "mov.u32 %r0, %lanemask_lt;")[35], 7);
    assert_eq!(each(40, "mov.u32 %r0, %lanemask_le;")[31], u32::MAX);
    assert_eq!(each(40, "mov.u32 %r0, %lanemask_eq;")[31], 1 << 31);
    assert_eq!(each(40, "mov.u32 %r0, %lanemask_gt;")[31], 0);
}

#[test]
fn barriers_in_loops() {
    // Each step doubles the part of a prefix sum that is done.
    let body = "
    .shared .align 4 .u32 cell[128];
    mul.lo.u32 %r1, %t, 4;
    mov.u32 %r2, cell;
    add.u32 %r1, %r1, %r2;
    add.u32 %r9, %t, 1;
    st.shared.u32 [%r1], %r9;
    mov.u32 %r3, 1;
LOOP:
    bar.sync 0;
    setp.lt.u32 %p1, %t, %r3;
    mov.u32 %r5, 0;
    @%p1 bra READ;
    sub.u32 %r4, %t, %r3;
    shl.b32 %r4, %r4, 2;
    add.u32 %r4, %r4, %r2;
    ld.shared.u32 %r5, [%r4];
READ:
    ld.shared.u32 %r6, [%r1];
    barrier.sync.aligned 1;
    add.u32 %r6, %r6, %r5;
    st.shared.u32 [%r1], %r6;
    shl.b32 %r3, %r3, 1;
    setp.lt.u32 %p2, %r3, %nt;
    @%p2 bra LOOP;
    ld.shared.u32 %r0, [%r1];";
    let want: Vec<u32> = (1..=100).map(|i| i * (i + 1) / 2).collect();
    assert_eq!(each(100, body), want);
}

#[test]
fn barriers_of_some_warps_and_reductions() {
    // Warp 0 produces and goes on; warp 1 waits for it.
    let body = "
    .shared .u32 cell;
    mov.u32 %r0, 0;
    setp.ge.u32 %p1, %t, 32;
    @%p1 bra CONSUMER;
    setp.eq.u32 %p2, %t, 0;
    mov.u32 %r1, 42;
    @%p2 st.shared.u32 [cell], %r1;
    bar.arrive 3, 64;
    bra END;
CONSUMER:
    bar.sync 3, 64;
    ld.shared.u32 %r0, [cell];
END:";
    let got = each(64, body);
    assert!(got[..32].iter().all(|v| *v == 0) && got[32..].iter().all(|v| *v == 42));
    let count = "setp.lt.u32 %p1, %t, 37; bar.red.popc.u32 %r0, 0, %p1;";
    assert_eq!(each(70, count), [37; 70]);
    let any = "setp.eq.u32 %p1, %t, 37; bar.red.or.pred %p2, 0, %p1; selp.u32 %r0, 1, 0, %p2;";
    assert_eq!(each(70, any), [1; 70]);
    let all = "setp.ne.u32 %p1, %t, 37; bar.red.and.pred %p2, 0, %p1; selp.u32 %r0, 1, 0, %p2;";
    assert_eq!(each(70, all), [0; 70]);
}

#[test]
fn divergent_barriers_are_found() {
    let text = kernel(
        0,
        "
    setp.lt.u32 %p1, %t, 16;
    @%p1 bra LOW;
    bar.sync 0;
    bra END;
LOW:
    bar.sync 0;
END:",
    );
    let finding = run_bad(&text, 1, 32, &[]);
    assert_eq!(finding.kind, Kind::DivergentBarrier);
    assert!(
        finding
            .message
            .contains("lanes of one warp wait in PTX lines"),
        "{finding}"
    );
    // Lanes that went round the barrier and wait for the others elsewhere.
    let text = kernel(
        0,
        "
    setp.lt.u32 %p1, %t, 16;
    @%p1 bra LOW;
    bar.sync 0;
LOW:
    bar.warp.sync -1;",
    );
    let finding = run_bad(&text, 1, 64, &[]);
    assert!(finding.message.contains("deadlock"), "{finding}");
    // Warps that wait at different barriers.
    let text = kernel(0, "shr.u32 %r1, %t, 5;\nbar.sync %r1;");
    assert_eq!(run_bad(&text, 1, 64, &[]).kind, Kind::DivergentBarrier);
    assert_eq!(run(&text, [1; 3], [32, 1, 1], 0, &[]), Ok(()));
    // Without `.aligned`, lanes may come from different places.
    let text = kernel(
        0,
        "
    setp.lt.u32 %p1, %t, 16;
    @%p1 bra LOW;
    barrier.sync 0;
    bra END;
LOW:
    barrier.sync 0;
END:",
    );
    run_ok(&text, 1, 64, &[]);
}

#[test]
fn undefined_warp_instructions_are_found() {
    let text = kernel(0, "shfl.sync.idx.b32 %r0, %t, 20, 31, 0xffffffff;");
    let finding = run_bad(&text, 1, 16, &[]);
    assert_eq!(finding.kind, Kind::Undefined);
    assert!(
        finding
            .message
            .contains("lane 0 reads lane 20, which takes no part"),
        "{finding}"
    );
    let text = kernel(0, "vote.sync.any.pred %p1, 1, 0xff;");
    let finding = run_bad(&text, 1, 32, &[]);
    assert!(
        finding
            .message
            .contains("not in the member mask 0x000000ff"),
        "{finding}"
    );
    assert_eq!(finding.thread, [8, 0, 0]);
    let text = kernel(0, "setp.eq.u32 %p1, %t, 3;\n@%p1 bra.uni END;\nEND:");
    assert_eq!(run_bad(&text, 1, 32, &[]).kind, Kind::Undefined);
    let text = kernel(0, "setp.eq.u32 %p1, %t, 3;\n@%p1 trap;");
    let finding = run_bad(&text, 2, 32, &[]);
    assert_eq!(
        (finding.kind, finding.thread, finding.block),
        (Kind::Trap, [3, 0, 0], [0; 3])
    );
}

#[test]
fn atomics_of_every_kind() {
    let once = |op: &str, ty: &str, old: u64, operands: &str| {
        let text = kernel(
            2,
            &format!(
                "ld.global.b64 %rd1, [%ptr1];\n.reg .{ty} %old;\n\
                 atom.global.{op}.{ty} %old, [%ptr0], {operands};\n st.global.{ty} [%ptr1], %old;"
            ),
        );
        let (cell, seen) = (Buffer::of(&[old]), Buffer::of(&[0u64]));
        run_ok(&text, 1, 1, &[cell.param(), seen.param()]);
        let mask = if ty.ends_with("64") {
            u64::MAX
        } else {
            0xffff_ffff
        };
        assert_eq!(seen.get::<u64>()[0], old & mask, "{op}.{ty}");
        cell.get::<u64>()[0]
    };
    let high = 0xabcd << 32;
    assert_eq!(once("add", "u32", 0xffff_ffff | high, "2"), 1 | high);
    assert_eq!(once("add", "u64", u64::MAX, "2"), 1);
    assert_eq!(once("min", "s32", 1, "-5"), 0xffff_fffb);
    assert_eq!(once("min", "u32", 1, "-5"), 1);
    assert_eq!(once("max", "s64", 3, "-5"), 3);
    assert_eq!(once("max", "u64", 3, "-5"), -5i64 as u64);
    assert_eq!(once("and", "b32", 12, "10"), 8);
    assert_eq!(once("or", "b64", 12, "10"), 14);
    assert_eq!(once("xor", "b32", 12, "10"), 6);
    assert_eq!(once("exch", "b32", 12 | high, "10"), 10 | high);
    assert_eq!(once("cas", "b64", 12, "12, 99"), 99);
    assert_eq!(once("cas", "b32", 12, "13, 99"), 12);
    assert_eq!(once("inc", "u32", 4, "5"), 5);
    assert_eq!(once("inc", "u32", 5, "5"), 0);
    assert_eq!(once("dec", "u32", 0, "5"), 5);
    assert_eq!(once("dec", "u32", 9, "5"), 5);
    assert_eq!(once("dec", "u32", 3, "5"), 2);
    assert_eq!(
        once("add", "f64", 1.5f64.to_bits(), "2.0"),
        3.5f64.to_bits()
    );
    assert_eq!(
        once("add", "f32", 1.5f32.to_bits().into(), "2.0"),
        3.5f32.to_bits().into()
    );
    // On global memory, subnormals are flushed.
    assert_eq!(once("add", "f32", 5, "0f00000003"), 0);
}

#[test]
fn atomics_across_blocks_and_in_shared_memory() {
    let text = kernel_with(
        2,
        ".shared .align 4 .u32 bins[4];\n",
        "
    setp.lt.u32 %p1, %t, 4;
    shl.b32 %r1, %t, 2;
    mov.u32 %r2, bins;
    add.u32 %r3, %r1, %r2;
    mov.u32 %r9, 0;
    @%p1 st.shared.u32 [%r3], %r9;
    bar.sync 0;
    and.b32 %r4, %g, 3;
    shl.b32 %r4, %r4, 2;
    add.u32 %r5, %r4, %r2;
    red.shared.add.u32 [%r5], 1;
    // a generic address of shared memory
    cvt.u64.u32 %rd1, %r5;
    cvta.shared.u64 %rd2, %rd1;
    atom.add.u32 %r6, [%rd2], 1;
    bar.sync 0;
    @!%p1 bra END;
    ld.shared.u32 %r7, [%r3];
    mul.wide.u32 %rd3, %t, 4;
    add.u64 %rd4, %ptr0, %rd3;
    red.global.add.u32 [%rd4], %r7;
END:
    atom.relaxed.sys.global.max.u32 %r8, [%ptr1], %g;
",
    );
    let (bins, max) = (Buffer::of(&[0u32; 4]), Buffer::of(&[0u32]));
    run_ok(&text, 7, 64, &[bins.param(), max.param()]);
    assert_eq!(bins.get::<u32>(), [224; 4]);
    assert_eq!(max.get::<u32>(), [447]);
}

#[test]
fn nested_divergence() {
    // 16 paths, each of its own length, that meet again level by level.
    let mut body = String::from("mov.u32 %r0, 0;\n");
    for bit in 0..4 {
        body += &format!(
            "    shr.u32 %r1, %t, {bit};
    and.b32 %r1, %r1, 1;
    setp.eq.u32 %p{bit}, %r1, 1;
    @%p{bit} bra ONE{bit};
    add.u32 %r0, %r0, 1;
    bra JOIN{bit};
ONE{bit}:
    mad.lo.u32 %r0, %r0, 3, 2;
JOIN{bit}:
"
        );
    }
    body += "    activemask.b32 %r2;\n    setp.ne.u32 %p5, %r2, -1;\n    @%p5 trap;";
    let path = |t: u32| (0..4).fold(0, |r, b| if t >> b & 1 == 1 { r * 3 + 2 } else { r + 1 });
    assert_eq!(each(32, &body), (0..32).map(path).collect::<Vec<_>>());
}
