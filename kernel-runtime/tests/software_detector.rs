//! What the software device finds wrong, and that it says where.

#![cfg(feature = "software-device")]

mod software;

use kernel_runtime::software::device::{self, Kind};
use software::{Buffer, kernel, run_bad, run_ok};

/// The line of a text that contains `what`.
fn line_of(text: &str, what: &str) -> u32 {
    1 + text
        .lines()
        .position(|l| l.contains(what))
        .expect("the line is there") as u32
}

/// `%rd1` is the address of element `index` of `%ptr0`.
fn element(index: &str, bytes: u32) -> String {
    format!("mul.wide.u32 %rd1, {index}, {bytes};\n    add.u64 %rd1, %ptr0, %rd1;\n")
}

#[test]
fn out_of_bounds_reads() {
    let body = format!(
        "    // a[i]\n    {}    ld.global.f64 %d1, [%rd1];",
        element("%g", 8)
    );
    let text = kernel(1, &body);
    let data = Buffer::of(&[1f64; 100]);
    let finding = run_bad(&text, 4, 32, &[data.param()]);
    assert_eq!(finding.kind, Kind::OutOfBounds);
    assert_eq!(finding.code(), 700);
    assert_eq!((finding.thread, finding.block), ([4, 0, 0], [3, 0, 0]));
    assert_eq!(finding.line, line_of(&text, "ld.global.f64"));
    assert_eq!(
        finding.to_string(),
        format!(
            "out-of-bounds read of 8 bytes at global {:#x}+800 (allocation of 800 bytes), \
             thread (4,0,0), block (3,0,0), PTX line {}: ld.global.f64 %d1, [%rd1]; source: a[i]",
            data.ptr, finding.line
        )
    );
    run_ok(&text, 25, 4, &[data.param()]);
    assert!(device::findings().is_empty());
}

#[test]
fn out_of_bounds_writes_in_every_space() {
    let message = |body: &str| {
        let data = Buffer::of(&[0u32; 4]);
        let finding = run_bad(&kernel(1, body), 1, 1, &[data.param()]);
        assert_eq!(finding.kind, Kind::OutOfBounds);
        finding.message
    };
    let write = message("st.global.u32 [%ptr0+16], %t;");
    assert!(
        write.starts_with("out-of-bounds write of 4 bytes at global")
            && write.contains("+16 (allocation of 16 bytes)")
    );
    let vector = message("st.global.v2.u64 [%ptr0+16], {%rd1, %rd1};");
    assert!(vector.contains("write of 16 bytes"));
    let before = message("st.global.u32 [%ptr0+-4], %t;");
    assert!(before.contains("out-of-bounds write of 4 bytes at global"));
    let null = message("mov.u64 %rd1, 0; ld.global.u32 %r1, [%rd1];");
    assert!(null.ends_with("global 0x0 (nothing is there)"), "{null}");
    let shared = message(".shared .u32 s[4]; st.shared.u32 [s+16], %t;");
    assert!(
        shared.contains("at shared 0x0+16 (variable of 16 bytes)"),
        "{shared}"
    );
    let local = message(".local .u32 l[4]; mov.u64 %rd1, l; ld.local.u32 %r1, [%rd1+16];");
    assert!(
        local.contains("at local 0x0+16 (variable of 16 bytes)"),
        "{local}"
    );
    let generic = message(".shared .u32 s[4]; cvta.shared.u64 %rd1, s; st.u32 [%rd1+20], %t;");
    assert!(generic.contains("at shared 0x0+20"), "{generic}");
    // A shared address used as a global one.
    let space = message(".shared .u32 s[4]; cvta.shared.u64 %rd1, s; st.global.u32 [%rd1], %t;");
    assert!(
        space.contains("out-of-bounds write of 4 bytes at global"),
        "{space}"
    );
    let atomic = message("atom.global.add.u32 %r1, [%ptr0+16], 1;");
    assert!(atomic.starts_with("out-of-bounds write"), "{atomic}");
}

#[test]
fn freed_memory_is_gone() {
    let text = kernel(1, "ld.global.u32 %r1, [%ptr0];");
    let old = Buffer::of(&[1u32]);
    let param = old.param();
    run_ok(&text, 1, 1, std::slice::from_ref(&param));
    drop(old);
    let _other = Buffer::of(&[1u32]);
    assert_eq!(run_bad(&text, 1, 1, &[param]).kind, Kind::OutOfBounds);
}

#[test]
fn misaligned_accesses() {
    let text = kernel(1, "ld.global.f64 %d1, [%ptr0+4];");
    let data = Buffer::of(&[0u64; 4]);
    let finding = run_bad(&text, 1, 1, &[data.param()]);
    assert_eq!((finding.kind, finding.code()), (Kind::Misaligned, 716));
    assert!(
        finding
            .message
            .starts_with("misaligned read of 8 bytes at global 0x")
    );
    let text = kernel(1, "ld.global.v2.f64 {%d1, %d2}, [%ptr0+8];");
    assert_eq!(run_bad(&text, 1, 1, &[data.param()]).kind, Kind::Misaligned);
}

#[test]
fn uninitialised_reads() {
    let text = kernel(
        1,
        &format!("{}    ld.global.u32 %r1, [%rd1];", element("%g", 4)),
    );
    let data = Buffer::new(256);
    device::copy_to_device(data.ptr, &[7; 160]).unwrap();
    run_ok(&text, 1, 40, &[data.param()]);
    let finding = run_bad(&text, 1, 41, &[data.param()]);
    assert_eq!((finding.kind, finding.code()), (Kind::Uninitialised, 719));
    assert_eq!(finding.thread, [40, 0, 0]);
    assert!(
        finding
            .message
            .contains("read of memory that nobody wrote: 4 bytes at global"),
        "{finding}"
    );
    assert!(
        finding.message.contains("+160 (allocation of 256 bytes)"),
        "{finding}"
    );
    // Memory set by the host, or copied from what was written, counts as written.
    device::set(data.ptr + 160, &[0, 0], 24).unwrap();
    run_ok(&text, 1, 52, &[data.param()]);
    device::copy_on_device(data.ptr + 208, data.ptr, 48).unwrap();
    run_ok(&text, 1, 64, &[data.param()]);
    // Shared and local memory begin unwritten, in every block and call.
    let shared = ".shared .u32 s; ld.shared.u32 %r1, [s];";
    assert_eq!(
        run_bad(&kernel(0, shared), 1, 1, &[]).kind,
        Kind::Uninitialised
    );
    let local = ".local .u64 l; st.local.u32 [l], 1; ld.local.u64 %rd1, [l];";
    assert_eq!(
        run_bad(&kernel(0, local), 1, 1, &[]).kind,
        Kind::Uninitialised
    );
    let read_first = "setp.eq.u32 %p1, %cta, 0; .shared .u32 s;
        @%p1 st.shared.u32 [s], 1; ld.shared.u32 %r1, [s];";
    assert_eq!(run_bad(&kernel(0, read_first), 2, 1, &[]).block, [1, 0, 0]);
}

#[test]
fn races_on_global_memory() {
    let data = Buffer::of(&[0u32; 64]);
    // All threads write one element.
    let text = kernel(1, "st.global.u32 [%ptr0], %t;");
    let finding = run_bad(&text, 1, 32, &[data.param()]);
    assert_eq!(
        (finding.kind, finding.thread, finding.code()),
        (Kind::Race, [1, 0, 0], 719)
    );
    assert!(
        finding
            .message
            .starts_with("race: write of 4 bytes at global"),
        "{finding}"
    );
    let line = line_of(&text, "st.global.u32");
    assert!(
        finding.message.contains(&format!(
            "races with a write by thread (0,0,0), block (0,0,0) in PTX line {line}"
        )),
        "{finding}"
    );
    // Neighbouring blocks: a[i] = .. against .. = a[i + 1].
    let body = format!(
        "    {}    ld.global.u32 %r1, [%rd1+4];\n    st.global.u32 [%rd1], %r1;",
        element("%g", 4)
    );
    let text = kernel(1, &body);
    assert_eq!(run_bad(&text, 4, 8, &[data.param()]).kind, Kind::Race);
    run_ok(&text, 1, 1, &[data.param()]);
    // Reads alone do not race, nor do launches with each other.
    let text = kernel(1, "ld.global.u32 %r1, [%ptr0];");
    run_ok(&text, 4, 64, &[data.param()]);
    let text = kernel(
        1,
        &format!("{}    st.global.u32 [%rd1], 1;", element("%g", 4)),
    );
    run_ok(&text, 2, 32, &[data.param()]);
    run_ok(&text, 1, 64, &[data.param()]);
}

#[test]
fn bytes_of_one_word_are_different_places() {
    let data = Buffer::new(64);
    let text = kernel(
        1,
        &format!(
            "{}    st.global.u8 [%rd1], 1;\n    ld.global.u8 %r1, [%rd1];",
            element("%g", 1)
        ),
    );
    run_ok(&text, 2, 32, &[data.param()]);
    assert_eq!(data.get::<u8>(), [1; 64]);
    let text = kernel(
        1,
        &format!("{}    st.global.u16 [%rd1], 1;", element("%g", 1)),
    );
    assert_eq!(run_bad(&text, 1, 4, &[data.param()]).kind, Kind::Misaligned);
}

#[test]
fn atomics_do_not_race_with_each_other() {
    let data = Buffer::of(&[0u32; 2]);
    run_ok(
        &kernel(1, "red.global.add.u32 [%ptr0], 1;"),
        4,
        40,
        &[data.param()],
    );
    let mixed = "red.global.add.u32 [%ptr0], 1;\n    ld.global.u32 %r1, [%ptr0];";
    assert_eq!(
        run_bad(&kernel(1, mixed), 1, 2, &[data.param()]).kind,
        Kind::Race
    );
    let volatile = "ld.volatile.global.u32 %r1, [%ptr0];\n    st.volatile.global.u32 [%ptr0], %t;";
    run_ok(&kernel(1, volatile), 2, 40, &[data.param()]);
    let relaxed =
        "st.relaxed.gpu.global.u32 [%ptr0], %t;\n    ld.relaxed.gpu.global.u32 %r1, [%ptr0];";
    run_ok(&kernel(1, relaxed), 2, 40, &[data.param()]);
    // The scope must include the other.
    let narrow = "atom.relaxed.cta.global.add.u32 %r1, [%ptr0], 1;";
    run_ok(&kernel(1, narrow), 1, 64, &[data.param()]);
    assert_eq!(
        run_bad(&kernel(1, narrow), 2, 1, &[data.param()]).kind,
        Kind::Race
    );
}

#[test]
fn messages_need_release_and_acquire() {
    // Thread 0 of block 0 writes data, then a flag; block 1 waits for the flag and reads.
    let message = |publish: &str, wait: &str| {
        kernel(
            2,
            &format!(
                "
    setp.ne.u32 %p1, %cta, 0;
    @%p1 bra READER;
    st.global.u32 [%ptr0], 42;
    {publish}
    bra END;
READER:
    {wait}
    setp.eq.u32 %p2, %r1, 0;
    @%p2 bra READER;
    ld.global.u32 %r2, [%ptr0];
END:"
            ),
        )
    };
    let st_release = "st.release.gpu.global.u32 [%ptr1], 1;";
    let ld_acquire = "ld.acquire.gpu.global.u32 %r1, [%ptr1];";
    let st_fence = "membar.gl;\n    st.volatile.global.u32 [%ptr1], 1;";
    let ld_fence = "ld.volatile.global.u32 %r1, [%ptr1];\n    membar.gl;";
    let st_plain = "st.volatile.global.u32 [%ptr1], 1;";
    let ld_plain = "ld.volatile.global.u32 %r1, [%ptr1];";
    let run = |publish: &str, wait: &str| {
        let (data, flag) = (Buffer::of(&[0u32]), Buffer::of(&[0u32]));
        let text = message(publish, wait);
        software::run_x(&text, 2, 1, &[data.param(), flag.param()])
    };
    for publish in [st_release, st_fence] {
        for wait in [ld_acquire, ld_fence] {
            assert_eq!(
                run(publish, wait),
                Ok(()),
                "{publish} {wait} {:?}",
                device::findings()
            );
        }
    }
    assert_eq!(run(st_plain, ld_acquire), Err(719));
    assert_eq!(run(st_release, ld_plain), Err(719));
    assert_eq!(
        run("st.release.cta.global.u32 [%ptr1], 1;", ld_acquire),
        Err(719)
    );
}

#[test]
fn races_on_shared_memory() {
    let neighbour = |barrier: &str| {
        kernel(
            0,
            &format!(
                "
    .shared .u32 s[64];
    mov.u32 %r1, s;
    shl.b32 %r2, %t, 2;
    add.u32 %r1, %r1, %r2;
    st.shared.u32 [%r1], %t;
    {barrier}
    xor.b32 %r3, %t, 1;
    shl.b32 %r3, %r3, 2;
    mov.u32 %r4, s;
    add.u32 %r4, %r4, %r3;
    ld.shared.u32 %r5, [%r4];"
            ),
        )
    };
    run_ok(&neighbour("bar.sync 0;"), 2, 64, &[]);
    run_ok(&neighbour("bar.warp.sync -1;"), 2, 64, &[]);
    // Pairs that meet, in masks of their own.
    let pairs = "shr.u32 %r6, %t, 1; and.b32 %r6, %r6, 15; shl.b32 %r6, %r6, 1;\n\
                 mov.u32 %r7, 3; shl.b32 %r7, %r7, %r6; bar.warp.sync %r7;";
    run_ok(&neighbour(pairs), 1, 64, &[]);
    let finding = run_bad(&neighbour(""), 1, 64, &[]);
    assert_eq!(finding.kind, Kind::Race);
    assert!(
        finding
            .message
            .contains("read of 4 bytes at shared 0x4 races with a write by thread (1,0,0)"),
        "{finding}"
    );
    // A shuffle makes lanes meet but orders no memory.
    assert_eq!(
        run_bad(
            &neighbour("shfl.sync.idx.b32 %r9, %t, 0, 31, -1;"),
            1,
            64,
            &[]
        )
        .kind,
        Kind::Race
    );
    // A warp barrier does not order other warps.
    let across =
        neighbour("bar.warp.sync -1;").replace("xor.b32 %r3, %t, 1", "xor.b32 %r3, %t, 32");
    assert!(matches!(
        run_bad(&across, 1, 64, &[]).kind,
        Kind::Race | Kind::Uninitialised
    ));
}

#[test]
fn a_missing_second_barrier_is_found() {
    // A loop that writes and reads shared memory needs two barriers in each turn.
    let text = |second: &str| {
        kernel(
            0,
            &format!(
                "
    .shared .u32 s;
    mov.u32 %r1, 0;
LOOP:
    setp.eq.u32 %p1, %t, %r1;
    @%p1 st.shared.u32 [s], %t;
    bar.sync 0;
    ld.shared.u32 %r2, [s];
    {second}
    add.u32 %r1, %r1, 1;
    setp.lt.u32 %p2, %r1, 4;
    @%p2 bra LOOP;"
            ),
        )
    };
    run_ok(&text("bar.sync 0;"), 1, 64, &[]);
    assert_eq!(run_bad(&text(""), 1, 64, &[]).kind, Kind::Race);
}

#[test]
fn the_non_coherent_cache() {
    let data = Buffer::of(&[0u32; 32]);
    let body = format!(
        "    {}    st.global.u32 [%rd1], 1;\n    ld.global.nc.u32 %r1, [%rd1];",
        element("%g", 4)
    );
    let finding = run_bad(&kernel(1, &body), 1, 1, &[data.param()]);
    assert_eq!(finding.kind, Kind::Undefined);
    assert!(finding.message.contains("non-coherent"), "{finding}");
}

#[test]
fn a_carry_that_nothing_wrote() {
    let body = "    setp.lt.u32 %p1, %t, 3;\n@%p1 add.cc.u32 %r0, %t, 1;\n    addc.u32 %r1, 0, 0;";
    run_ok(&kernel(0, body), 1, 3, &[]);
    let finding = run_bad(&kernel(0, body), 1, 32, &[]);
    assert_eq!((finding.kind, finding.thread), (Kind::Undefined, [3, 0, 0]));
}

#[test]
fn constants_cannot_be_written() {
    let text = software::kernel_with(
        1,
        ".const .align 4 .u32 table[3] = {1, 2, 3};\n.global .f64 g = 0d4000000000000000;\n",
        "
    ld.const.u32 %r1, [table+8];
    ld.global.f64 %d1, [g];
    cvt.rzi.u32.f64 %r2, %d1;
    mad.lo.u32 %r3, %r1, 10, %r2;
    st.global.u32 [%ptr0], %r3;",
    );
    let out = Buffer::new(4);
    run_ok(&text, 1, 1, &[out.param()]);
    assert_eq!(out.get::<u32>(), [32]);
    let text = software::kernel_with(
        0,
        ".const .u32 c = 1;\n",
        "cvta.const.u64 %rd1, c;\n    st.u32 [%rd1], %t;",
    );
    assert!(
        run_bad(&text, 1, 1, &[])
            .message
            .contains("memory that is constant")
    );
}

#[test]
fn the_first_failing_block_is_reported() {
    let data = Buffer::of(&[0u32; 100]);
    let text = kernel(
        1,
        &format!("{}    st.global.u32 [%rd1], 1;", element("%g", 4)),
    );
    for _ in 0..20 {
        let finding = run_bad(&text, 50, 8, &[data.param()]);
        assert_eq!((finding.block, finding.thread), ([12, 0, 0], [4, 0, 0]));
    }
}

#[test]
fn leaks_are_listed() {
    let ptr = device::mem_alloc(1234).unwrap();
    assert!(device::leaks().contains(&(ptr, 1234)));
    let (free, total) = device::memory_info();
    assert!(total == device::total_memory() && free <= total - 1234);
    device::mem_free(ptr).unwrap();
    assert!(device::leaks().iter().all(|(p, _)| *p != ptr));
    assert_eq!(device::mem_free(ptr), Err(1));
    assert_eq!(device::mem_alloc(total + 1), Err(2));
    assert_eq!(device::mem_alloc(0), Err(1));
}
