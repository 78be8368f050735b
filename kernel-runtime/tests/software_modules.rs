//! Modules, functions and launches of the software device, and the texts that it refuses.

#![cfg(feature = "software-device")]

mod software;

use kernel_runtime::software::device;
use software::{Buffer, HEADER, kernel};

/// The log of a text that is refused.
fn log(text: &str) -> String {
    device::module_load(text).expect_err("the text is refused")
}

#[test]
fn handles() {
    let module = device::module_load(&kernel(2, "")).unwrap();
    let k = device::function(module, "k").unwrap();
    assert_eq!(device::function(module, "k"), Ok(k));
    assert_eq!(device::function(module, "other"), Err(500));
    assert_eq!(device::function(module + 1, "k"), Err(400));
    assert_eq!(device::param_sizes(k), Ok(vec![8, 8]));
    device::module_unload(module).unwrap();
    assert_eq!(device::module_unload(module), Err(400));
    assert_eq!(device::param_sizes(k), Err(400));
    assert_eq!(device::launch(k, [1; 3], [1; 3], 0, &[]), Err(400));
}

#[test]
fn launches_are_checked() {
    let module = device::module_load(&kernel(1, ".shared .b8 s[1024];")).unwrap();
    let k = device::function(module, "k").unwrap();
    let p = [vec![0; 8]];
    let launch = |grid, block, shared| device::launch(k, grid, block, shared, &p);
    assert_eq!(launch([1; 3], [1; 3], 0), Ok(()));
    assert_eq!(launch([0, 1, 1], [1; 3], 0), Err(1));
    assert_eq!(launch([1; 3], [1, 0, 1], 0), Err(1));
    assert_eq!(launch([1; 3], [1024, 1, 1], 0), Ok(()));
    assert_eq!(launch([1; 3], [1024, 2, 1], 0), Err(1));
    assert_eq!(launch([1; 3], [1, 1, 65], 0), Err(1));
    assert_eq!(launch([1, 65536, 1], [1; 3], 0), Err(1));
    assert_eq!(launch([1; 3], [1; 3], 47 << 10), Ok(()));
    assert_eq!(launch([1; 3], [1; 3], 48 << 10), Err(1));
    assert_eq!(device::launch(k, [1; 3], [1; 3], 0, &[]), Err(1));
    assert_eq!(device::launch(k, [1; 3], [1; 3], 0, &[vec![0; 4]]), Err(1));
    device::module_unload(module).unwrap();
    let text = format!("{HEADER}.entry k() .maxntid 64 {{ ret; }}");
    let module = device::module_load(&text).unwrap();
    let k = device::function(module, "k").unwrap();
    assert_eq!(device::launch(k, [1; 3], [64, 1, 1], 0, &[]), Ok(()));
    assert_eq!(device::launch(k, [1; 3], [65, 1, 1], 0, &[]), Err(1));
    device::module_unload(module).unwrap();
}

#[test]
fn parameters_are_laid_out_by_their_alignment() {
    let text = format!(
        "{HEADER}.visible .entry k(
    .param .u8 a, .param .f64 b, .param .align 4 .b8 c[12], .param .u64 .ptr .global .align 8 out
) {{
    .reg .b32 %r<9>;
    .reg .b64 %rd<9>;
    ld.param.u8 %r1, [a];
    ld.param.b64 %rd1, [b];
    ld.param.u32 %r2, [c+8];
    ld.param.u64 %rd2, [out];
    mov.b64 %rd3, c;
    ld.param.u32 %r3, [%rd3+4];
    cvta.param.u64 %rd4, c;
    ld.u32 %r4, [%rd4];
    st.global.u64 [%rd2], %rd1;
    st.global.v4.u32 [%rd2+16], {{%r1, %r2, %r3, %r4}};
    ret;
}}"
    );
    let module = device::module_load(&text).unwrap();
    let k = device::function(module, "k").unwrap();
    assert_eq!(device::param_sizes(k), Ok(vec![1, 8, 12, 8]));
    let out = Buffer::new(32);
    let c: Vec<u8> = [11u32, 22, 33]
        .iter()
        .flat_map(|v| v.to_le_bytes())
        .collect();
    let params = [vec![200], 7u64.to_le_bytes().to_vec(), c, out.param()];
    let result = device::launch(k, [1; 3], [1; 3], 0, &params);
    assert_eq!(result, Ok(()), "{:?}", device::findings());
    assert_eq!(out.get::<u64>()[0], 7);
    assert_eq!(out.get::<u32>()[4..], [200, 33, 22, 11]);
    device::module_unload(module).unwrap();
}

#[test]
fn global_variables() {
    let text = format!(
        "{HEADER}
.visible .global .align 8 .u64 counter = 5;
.global .align 4 .f32 table[2][2] = {{ {{1.0, 2.0}}, {{0f40400000}} }};
.global .u64 pointer = generic(table)+8;
.visible .entry k() {{
    .reg .b64 %rd<5>;
    .reg .b32 %r<5>;
    ld.global.u64 %rd1, [pointer];
    ld.u32 %r1, [%rd1];
    cvt.u64.u32 %rd2, %r1;
    ld.global.u32 %r2, [table+12];
    cvt.u64.u32 %rd3, %r2;
    add.u64 %rd2, %rd2, %rd3;
    st.global.u64 [counter], %rd2;
    ret;
}}"
    );
    let module = device::module_load(&text).unwrap();
    let (address, bytes) = device::global(module, "counter").unwrap();
    let read = || {
        let mut value = [0; 8];
        device::copy_to_host(&mut value, address).unwrap();
        u64::from_le_bytes(value)
    };
    assert_eq!((read(), bytes), (5, 8));
    let k = device::function(module, "k").unwrap();
    assert_eq!(device::launch(k, [1; 3], [1; 3], 0, &[]), Ok(()));
    assert_eq!(read(), 0x4040_0000);
    assert_eq!(device::global(module, "nothing"), Err(500));
    assert!(device::leaks().iter().all(|(p, _)| *p != address));
    device::module_unload(module).unwrap();
    assert_eq!(device::copy_to_host(&mut [0; 8], address), Err(1));
}

#[test]
fn refused_texts_name_line_and_reason() {
    assert_eq!(log(""), "end of text: a PTX text begins with `.version`");
    assert_eq!(
        log(".target sm_70\n"),
        "line 1: a PTX text begins with `.version`"
    );
    assert_eq!(log(".version 99.0\n"), "line 1: unsupported .version 99.0");
    assert_eq!(
        log(".version 7.0\n.target compute_70\n"),
        "line 2: unsupported .target `compute_70`"
    );
    let small = ".version 7.0\n.target sm_70\n.address_size 32\n";
    assert_eq!(log(small), "line 3: only .address_size 64 is supported");
    let body = |body: &str| {
        log(&format!(
            "{HEADER}.entry k() {{\n.reg .b32 %r<4>;\n{body}\nret;\n}}\n"
        ))
    };
    assert_eq!(body("mov.u32 %r1 1;"), "line 6: expected `;`, found `1`");
    assert_eq!(
        body("mov.u32 %r1, 4/0;"),
        "line 6: a constant divided by zero"
    );
    assert_eq!(body("mov.u32 %r4, 1;"), "line 6: `%r4` is not declared");
    assert_eq!(body("mov.u32 %r01, 1;"), "line 6: `%r01` is not declared");
    assert_eq!(
        body("frob.u32 %r1;\nadd.s32 %r1;"),
        "line 6: unknown instruction `frob`\nline 7: `add.s32` has 1 operands, 3 are needed"
    );
    assert_eq!(
        body("@%r1 bra L;\nL:"),
        "line 6: `%r1` is a .b32 register, a predicate is needed"
    );
    assert_eq!(body("L:\nL:"), "line 7: `L` is declared twice");
    assert_eq!(body(".reg .b32 %r<4>;"), "line 6: `%r` is declared twice");
    assert_eq!(
        body(".reg .b32 %tid;"),
        "line 6: `%tid` is a special register"
    );
    assert_eq!(body("bra K;\n{ K: }"), "line 6: there is no label `K`");
    assert_eq!(
        body("ld.param.u32 %r1, [nope];"),
        "line 6: `nope` is not declared"
    );
    assert_eq!(body("call f, (%r1);"), "line 6: `f` is not a function");
    assert_eq!(body(".reg .f16 %h;"), "line 6: unsupported type `.f16`");
    assert_eq!(
        body("add.f16 %r1, %r2, %r3;"),
        "line 6: `.f16` in `add.f16` is unknown here: a type that the instruction has is needed"
    );
    assert_eq!(
        body("st.shared.u32 [1 2], %r1;"),
        "line 6: expected `]`, found `2`"
    );
    assert_eq!(
        log(&format!("{HEADER}.entry k() {{ ret;")),
        "end of text: the text stops in the middle"
    );
    assert_eq!(
        log(&format!(
            "{HEADER}.entry k() {{ ret; }}\n.entry k() {{ ret; }}"
        )),
        "line 5: function `k` is defined twice"
    );
    assert_eq!(
        log(&format!("{HEADER}.surfref s;")),
        "line 4: unsupported directive `.surfref`"
    );
}

#[test]
fn functions_must_exist_and_fit() {
    let call = |declaration: &str, call: &str| {
        log(&format!(
            "{HEADER}{declaration}\n.entry k() {{\n.reg .b32 %r<4>;\n{call}\nret;\n}}\n"
        ))
    };
    let unknown = call(".extern .func f(.param .b32 a);", "call f, (%r1);");
    assert_eq!(
        unknown,
        "line 7: function `f` is declared but not defined in this module"
    );
    let f = ".func (.reg .u32 r) f(.param .b32 a) { ret; }";
    assert_eq!(
        call(f, "call (%r1), f, (%r1, %r2);"),
        "line 7: `f` has 1 parameters, the call 2"
    );
    assert_eq!(
        call(f, "call f, (%r1);"),
        "line 7: `f` has 1 results, the call 0"
    );
    let wrong = call(f, "{ .param .b64 p; call (%r1), f, (p); }");
    assert_eq!(wrong, "line 7: `p` has 8 bytes, the formal parameter 4");
    assert_eq!(
        call(f, "call (%r1), %r2, (%r1);"),
        "line 7: only direct calls are supported"
    );
}

#[test]
fn versions_and_targets_gate_instructions() {
    let text = |version: &str, target: &str, body: &str| {
        let text = format!(
            ".version {version}\n.target {target}\n.address_size 64\n.entry k() {{\n\
             .reg .b32 %r<4>; .reg .b64 %rd<4>; .reg .f32 %f<4>;\n{body}\nret;\n}}\n"
        );
        device::module_load(&text).map(|module| device::module_unload(module).unwrap())
    };
    let needs = |body: &str, low: (&str, &str), high: (&str, &str), what: &str| {
        let log = text(low.0, low.1, body).expect_err(body);
        assert!(log.ends_with(what), "{log}");
        text(high.0, high.1, body).expect(body);
    };
    let redux = "redux.sync.add.u32 %r1, %r2, -1;";
    needs(
        redux,
        ("7.0", "sm_75"),
        ("7.0", "sm_80"),
        "needs .target sm_80",
    );
    needs(
        redux,
        ("6.5", "sm_80"),
        ("7.0", "sm_80"),
        "needs .version 7.0",
    );
    needs(
        "activemask.b32 %r1;",
        ("6.0", "sm_70"),
        ("6.2", "sm_70"),
        "needs .version 6.2",
    );
    let acquire = "ld.acquire.gpu.global.u32 %r1, [%rd1];";
    needs(
        acquire,
        ("6.0", "sm_60"),
        ("6.0", "sm_70"),
        "needs .target sm_70",
    );
    let nan = "min.NaN.f32 %f1, %f2, %f3;";
    needs(
        nan,
        ("7.0", "sm_70"),
        ("7.0", "sm_80"),
        "needs .target sm_80",
    );
}

#[test]
fn copies_are_checked() {
    let data = Buffer::of(&[1u32, 2, 3]);
    assert_eq!(device::copy_to_device(data.ptr + 8, &[0; 5]), Err(1));
    assert_eq!(device::copy_to_host(&mut [0; 13], data.ptr), Err(1));
    assert_eq!(device::copy_to_device(0, &[]), Ok(()));
    assert_eq!(device::copy_to_device(16, &[0]), Err(1));
    assert_eq!(device::set(data.ptr + 2, &[1, 0, 0, 0], 1), Err(1));
    assert_eq!(device::set(data.ptr + 4, &[1, 0, 0, 0], 2), Ok(()));
    assert_eq!(data.get::<u32>(), [1, 1, 1]);
    assert_eq!(device::copy_on_device(data.ptr, data.ptr + 4, 9), Err(1));
    assert_eq!(data.ptr % 256, 0);
}

#[test]
fn launches_from_many_threads() {
    let text = kernel(1, "red.global.add.u32 [%ptr0], 1;");
    let module = device::module_load(&text).unwrap();
    let k = device::function(module, "k").unwrap();
    let count = Buffer::of(&[0u32]);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..10 {
                    assert_eq!(
                        device::launch(k, [3, 1, 1], [20, 1, 1], 0, &[count.param()]),
                        Ok(())
                    );
                }
            });
        }
    });
    assert_eq!(count.get::<u32>(), [4800]);
    device::module_unload(module).unwrap();
}

/// Texts with pieces deleted, doubled or exchanged are refused or loaded, but nothing panics.
#[test]
fn broken_texts_do_no_harm() {
    let whole = kernel(
        2,
        "
    .shared .align 8 .b8 s[64];
    .local .u32 l[4];
    .param .align 4 .b8 q[8];
    setp.lt.and.s32 %p1|%p2, %r1, -5 + (3 << 2), !%p3;
    @!%p1 bra L;
    ld.global.nc.L1::evict_last.v2.f32 {%f1, _}, [%ptr0+8];
    mov.b64 {%r1, %r2}, %rd1;
    cvt.rzi.ftz.sat.s8.f32 %r3, %f1;
    shfl.sync.bfly.b32 %r4|%p4, %r1, 1, 0x1f, -1;
    atom.acq_rel.gpu.shared.cas.b32 %r5, [s+4], %r1, %r2;
    bar.red.popc.u32 %r6, 0, 64, %p1;
L:  fma.rn.f64 %d1, 0d3FF0000000000000, 1.5e3, %d2;
    lop3.b32 %r1, %r2, %r3, %r4, 0x96;",
    );
    let pieces: Vec<&str> = whole.split_inclusive([' ', '.', ',', ';', '\n']).collect();
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    let mut loaded = 0;
    for _ in 0..3000 {
        let mut mutant = pieces.clone();
        for _ in 0..=random(3) {
            let (i, j) = (random(mutant.len()), random(mutant.len()));
            match random(3) {
                0 => drop(mutant.remove(i)),
                1 => mutant.insert(i, pieces[j % pieces.len()]),
                _ => mutant.swap(i, j),
            }
        }
        if let Ok(module) = device::module_load(&mutant.concat()) {
            loaded += 1;
            device::module_unload(module).unwrap();
        }
    }
    assert!(
        (1..2900).contains(&loaded),
        "{loaded} of the mutants are texts"
    );
}
