//! What single instructions compute, by the PTX ISA manual.

#![cfg(feature = "software-device")]

mod software;

use software::{eval, try_eval};

fn f32s(x: f32) -> (&'static str, u64) {
    ("f32", x.to_bits().into())
}

fn f64s(x: f64) -> (&'static str, u64) {
    ("f64", x.to_bits())
}

fn b16(x: i32) -> (&'static str, u64) {
    ("b16", x as u16 as u64)
}

fn b32(x: i64) -> (&'static str, u64) {
    ("b32", x as u32 as u64)
}

fn b64(x: i128) -> (&'static str, u64) {
    ("b64", x as u64)
}

fn pred(x: bool) -> (&'static str, u64) {
    ("pred", x.into())
}

const fn u32_of(x: i64) -> u64 {
    x as u32 as u64
}

/// `op $d, $0, $1` on 32 bits.
fn two32(op: &str, a: i64, b: i64) -> u64 {
    eval(&format!("{op} $d, $0, $1;"), "b32", &[b32(a), b32(b)])
}

fn single2(op: &str, a: f32, b: f32) -> f32 {
    let bits = eval(&format!("{op} $d, $0, $1;"), "f32", &[f32s(a), f32s(b)]);
    f32::from_bits(bits as u32)
}

fn double2(op: &str, a: f64, b: f64) -> f64 {
    f64::from_bits(eval(
        &format!("{op} $d, $0, $1;"),
        "f64",
        &[f64s(a), f64s(b)],
    ))
}

const MIN32: i64 = i32::MIN as i64;
const MAX32: i64 = i32::MAX as i64;

#[test]
fn integer_add_and_sub() {
    assert_eq!(two32("add.s32", MAX32, 1), u32_of(MIN32));
    assert_eq!(two32("add.sat.s32", MAX32, 1), u32_of(MAX32));
    assert_eq!(two32("sub.sat.s32", MIN32, 1), u32_of(MIN32));
    assert_eq!(two32("sub.sat.s32", -5, 7), u32_of(-12));
    assert_eq!(two32("sub.u32", 0, 1), 0xffff_ffff);
    assert_eq!(
        eval("add.u16 $d, $0, $1;", "b16", &[b16(0xffff), b16(2)]),
        1
    );
    assert_eq!(
        eval("sub.s64 $d, $0, 1;", "b64", &[b64(i64::MIN.into())]),
        i64::MAX as u64
    );
}

#[test]
fn integer_products() {
    assert_eq!(two32("mul.lo.s32", -3, 5), u32_of(-15));
    assert_eq!(two32("mul.hi.s32", -1, 1), 0xffff_ffff);
    assert_eq!(two32("mul.hi.u32", -1, -1), 0xffff_fffe);
    assert_eq!(two32("mul.hi.s32", MIN32, MIN32), 0x4000_0000);
    let wide = |op: &str, a, b| eval(&format!("{op} $d, $0, $1;"), "b64", &[b32(a), b32(b)]);
    assert_eq!(wide("mul.wide.s32", -2, 3), -6i64 as u64);
    assert_eq!(wide("mul.wide.u32", -2, 3), 0xffff_fffe * 3);
    assert_eq!(
        eval("mul.wide.s16 $d, $0, $1;", "b32", &[b16(-300), b16(300)]),
        u32_of(-90000)
    );
    let all = b64(-1);
    assert_eq!(
        eval("mul.hi.u64 $d, $0, $1;", "b64", &[all, all]),
        u64::MAX - 1
    );
    assert_eq!(
        eval("mul.hi.s64 $d, $0, $1;", "b64", &[all, b64(1)]),
        u64::MAX
    );
    assert_eq!(
        eval(
            "mad.lo.s32 $d, $0, $1, $2;",
            "b32",
            &[b32(-7), b32(6), b32(2)]
        ),
        u32_of(-40)
    );
    assert_eq!(
        eval(
            "mad.wide.u32 $d, $0, $1, $2;",
            "b64",
            &[b32(-1), b32(-1), b64(-1)]
        ),
        0xffff_ffffu64.wrapping_mul(0xffff_ffff).wrapping_sub(1)
    );
    assert_eq!(
        eval("mad.hi.u32 $d, $0, $1, 5;", "b32", &[b32(-1), b32(2)]),
        6
    );
    assert_eq!(
        eval(
            "mad.hi.sat.s32 $d, $0, $1, $2;",
            "b32",
            &[b32(MIN32), b32(MIN32), b32(MAX32)]
        ),
        u32_of(MAX32)
    );
}

#[test]
fn integer_division_truncates() {
    assert_eq!(two32("div.s32", -7, 2), u32_of(-3));
    assert_eq!(two32("rem.s32", -7, 2), u32_of(-1));
    assert_eq!(two32("rem.s32", 7, -2), 1);
    assert_eq!(two32("div.u32", -7, 2), 0x7fff_fffc);
    assert_eq!(two32("div.s32", MIN32, -1), u32_of(MIN32));
    assert_eq!(two32("rem.s32", MIN32, -1), 0);
    assert_eq!(
        eval("div.u64 $d, $0, 10;", "b64", &[b64(u64::MAX.into())]),
        u64::MAX / 10
    );
    assert_eq!(
        eval("rem.s16 $d, $0, $1;", "b16", &[b16(-9), b16(4)]),
        0xffff
    );
}

#[test]
fn integer_min_max_abs_neg_sad() {
    assert_eq!(two32("min.s32", -1, 1), u32_of(-1));
    assert_eq!(two32("min.u32", -1, 1), 1);
    assert_eq!(two32("max.u32", -1, 1), 0xffff_ffff);
    assert_eq!(
        eval("max.s64 $d, $0, $1;", "b64", &[b64(-1), b64(-2)]),
        u64::MAX
    );
    assert_eq!(eval("abs.s32 $d, $0;", "b32", &[b32(-5)]), 5);
    assert_eq!(eval("abs.s32 $d, $0;", "b32", &[b32(MIN32)]), u32_of(MIN32));
    let least = b64(i64::MIN.into());
    assert_eq!(eval("abs.s64 $d, $0;", "b64", &[least]), 1 << 63);
    assert_eq!(eval("neg.s16 $d, $0;", "b16", &[b16(5)]), 0xfffb);
    assert_eq!(
        eval("sad.s32 $d, $0, $1, 10;", "b32", &[b32(-4), b32(3)]),
        17
    );
}

#[test]
fn shifts_clamp() {
    assert_eq!(two32("shl.b32", 1, 31), 1 << 31);
    assert_eq!(two32("shl.b32", 1, 32), 0);
    assert_eq!(two32("shl.b32", 1, -1), 0);
    assert_eq!(two32("shr.u32", -1, 32), 0);
    assert_eq!(two32("shr.b32", -1, 31), 1);
    assert_eq!(two32("shr.s32", -2, 1), u32_of(-1));
    assert_eq!(two32("shr.s32", -2, 99), u32_of(-1));
    assert_eq!(two32("shr.s32", 2, 99), 0);
    assert_eq!(
        eval("shl.b64 $d, $0, $1;", "b64", &[b64(1), b32(63)]),
        1 << 63
    );
    assert_eq!(eval("shl.b64 $d, $0, $1;", "b64", &[b64(1), b32(64)]), 0);
    assert_eq!(
        eval("shl.b16 $d, $0, $1;", "b16", &[b16(3), b32(15)]),
        0x8000
    );
    assert_eq!(
        eval("shr.s16 $d, $0, $1;", "b16", &[b16(-32768), b32(16)]),
        0xffff
    );
}

#[test]
fn funnel_shifts() {
    let shf = |op: &str, n| {
        let args = [b32(0x1111_2222), b32(0x3333_4444), b32(n)];
        eval(&format!("shf.{op}.b32 $d, $0, $1, $2;"), "b32", &args)
    };
    assert_eq!(shf("l.wrap", 8), 0x3344_4411);
    assert_eq!(shf("r.wrap", 8), 0x4411_1122);
    assert_eq!(shf("l.clamp", 40), 0x1111_2222);
    assert_eq!(shf("l.wrap", 40), 0x3344_4411);
    assert_eq!(shf("r.clamp", 32), 0x3333_4444);
    assert_eq!(shf("r.wrap", 32), 0x1111_2222);
}

#[test]
fn bit_fields() {
    let bfe = |op: &str, a, b, c| {
        eval(
            &format!("bfe.{op} $d, $0, $1, $2;"),
            "b32",
            &[b32(a), b32(b), b32(c)],
        )
    };
    assert_eq!(bfe("u32", 0xabcd_1234, 8, 8), 0x12);
    assert_eq!(bfe("s32", 0x0000_f000, 12, 4), u32_of(-1));
    assert_eq!(bfe("s32", 0x7000_0000, 28, 8), 7);
    assert_eq!(bfe("s32", MIN32, 40, 4), u32_of(-1));
    assert_eq!(bfe("u32", -1, 40, 4), 0);
    assert_eq!(bfe("s32", -1, 3, 0), 0);
    assert_eq!(
        bfe("u32", -1, 256, 8),
        0xff,
        "only the low 8 bits of the position count"
    );
    let bfi = |a, b, c, d| {
        eval(
            "bfi.b32 $d, $0, $1, $2, $3;",
            "b32",
            &[b32(a), b32(b), b32(c), b32(d)],
        )
    };
    assert_eq!(bfi(0xff, 0, 4, 4), 0xf0);
    assert_eq!(bfi(0xff, 0x1234_5678, 28, 8), 0xf234_5678);
    assert_eq!(bfi(0xff, 0x1234, 4, 0), 0x1234);
    assert_eq!(bfi(0xff, 0x1234, 32, 4), 0x1234);
    let wide = [b64(-1), b64(0), b32(60), b32(64)];
    assert_eq!(eval("bfi.b64 $d, $0, $1, $2, $3;", "b64", &wide), 0xf << 60);
    assert_eq!(eval("bfe.s64 $d, $0, 60, 4;", "b64", &[b64(-1)]), u64::MAX);
}

#[test]
fn bit_counts() {
    assert_eq!(eval("brev.b32 $d, $0;", "b32", &[b32(1)]), 1 << 31);
    assert_eq!(eval("clz.b32 $d, $0;", "b32", &[b32(0)]), 32);
    assert_eq!(eval("clz.b64 $d, $0;", "b32", &[b64(1)]), 63);
    assert_eq!(eval("popc.b64 $d, $0;", "b32", &[b64(-1)]), 64);
    assert_eq!(eval("bfind.u32 $d, $0;", "b32", &[b32(0)]), 0xffff_ffff);
    assert_eq!(eval("bfind.u32 $d, $0;", "b32", &[b32(0x10)]), 4);
    assert_eq!(eval("bfind.s32 $d, $0;", "b32", &[b32(-1)]), 0xffff_ffff);
    assert_eq!(eval("bfind.s32 $d, $0;", "b32", &[b32(-3)]), 1);
    assert_eq!(eval("bfind.shiftamt.u64 $d, $0;", "b32", &[b64(1)]), 63);
}

#[test]
fn logic() {
    assert_eq!(two32("and.b32", 12, 10), 8);
    assert_eq!(two32("or.b32", 12, 10), 14);
    assert_eq!(two32("xor.b32", 12, 10), 6);
    assert_eq!(eval("not.b16 $d, $0;", "b16", &[b16(1)]), 0xfffe);
    assert_eq!(eval("cnot.b32 $d, $0;", "b32", &[b32(7)]), 0);
    assert_eq!(eval("cnot.b32 $d, $0;", "b32", &[b32(0)]), 1);
    assert_eq!(eval("not.pred $d, $0;", "pred", &[pred(true)]), 0);
    assert_eq!(
        eval("and.pred $d, $0, !$1;", "pred", &[pred(true), pred(false)]),
        1
    );
    assert_eq!(
        eval("xor.pred $d, $0, $1;", "pred", &[pred(true), pred(true)]),
        0
    );
    let (a, b, c) = (0xf0, 0xcc, 0xaa);
    let functions = [
        (0x80, a & b & c),
        (0xfe, a | b | c),
        (0x40, a & b & !c),
        (0x1a, (a & b | c) ^ a),
    ];
    for (table, want) in functions {
        let text = format!("lop3.b32 $d, $0, $1, $2, {table};");
        assert_eq!(eval(&text, "b32", &[b32(a), b32(b), b32(c)]), u32_of(want));
    }
}

#[test]
fn permutes() {
    let prmt = |mode: &str, c| {
        let args = [b32(0x8382_8180), b32(0x0706_0504), b32(c)];
        eval(&format!("prmt.b32{mode} $d, $0, $1, $2;"), "b32", &args)
    };
    assert_eq!(prmt("", 0x7531), 0x0705_8381);
    assert_eq!(prmt("", 0x0123), 0x8081_8283);
    assert_eq!(prmt("", 0x8f80), 0xff00_ff80, "sign replication");
    assert_eq!(prmt(".f4e", 1), 0x0483_8281);
    assert_eq!(prmt(".b4e", 1), 0x0607_8081);
    assert_eq!(prmt(".rc8", 2), 0x8282_8282);
    assert_eq!(prmt(".ecl", 2), 0x8382_8282);
    assert_eq!(prmt(".ecr", 2), 0x8282_8180);
    assert_eq!(prmt(".rc16", 1), 0x8382_8382);
}

#[test]
fn comparisons_of_integers() {
    let setp = |op: &str, a, b| eval(&format!("setp.{op} $d, $0, $1;"), "pred", &[b32(a), b32(b)]);
    assert_eq!(setp("lt.s32", -1, 1), 1);
    assert_eq!(setp("lt.u32", -1, 1), 0);
    assert_eq!(setp("hi.u32", -1, 1), 1);
    assert_eq!(setp("ls.u32", 1, 1), 1);
    assert_eq!(setp("eq.b32", 3, 3), 1);
    assert_eq!(setp("ne.s32", 3, 3), 0);
    let args = [b32(1), b32(2), pred(true)];
    assert_eq!(eval("setp.lt.and.s32 $d, $0, $1, !$2;", "pred", &args), 0);
    assert_eq!(eval("setp.lt.xor.s32 $d, $0, $1, $2;", "pred", &args), 0);
    // The second destination combines the complement.
    let both = ".reg .pred q; setp.lt.or.s32 q|$d, $0, $1, !$2;";
    assert_eq!(eval(both, "pred", &args), 0);
    assert_eq!(eval("setp.gt.and.s32 _|$d, $0, $1, $2;", "pred", &args), 1);
}

#[test]
fn comparisons_of_floats_and_nan() {
    let nan = f32::NAN;
    let setp = |op: &str, a, b| {
        eval(
            &format!("setp.{op}.f32 $d, $0, $1;"),
            "pred",
            &[f32s(a), f32s(b)],
        ) == 1
    };
    for op in ["eq", "ne", "lt", "le", "gt", "ge", "num"] {
        assert!(!setp(op, nan, 1.0), "{op}");
    }
    for op in ["equ", "neu", "ltu", "leu", "gtu", "geu", "nan"] {
        assert!(setp(op, 1.0, nan), "{op}");
    }
    assert!(setp("eq", 0.0, -0.0) && setp("le", -0.0, 0.0) && !setp("lt", -0.0, 0.0));
    assert!(setp("num", 1.0, 2.0) && !setp("nan", 1.0, 2.0));
    let tiny = f32::from_bits(1);
    assert!(setp("gt", tiny, 0.0));
    assert_eq!(
        eval("setp.gt.ftz.f32 $d, $0, 0f00000000;", "pred", &[f32s(tiny)]),
        0
    );
    assert_eq!(
        eval("set.lt.f32.f64 $d, $0, $1;", "f32", &[f64s(1.0), f64s(2.0)]),
        0x3f80_0000
    );
    assert_eq!(
        eval(
            "set.ge.u32.f64 $d, $0, $1;",
            "b32",
            &[f64s(1.0), f64s(f64::NAN)]
        ),
        0
    );
    assert_eq!(
        eval("set.eq.s32.s32 $d, $0, $0;", "b32", &[b32(4)]),
        0xffff_ffff
    );
}

#[test]
fn selections() {
    assert_eq!(eval("selp.b64 $d, 1, 2, $0;", "b64", &[pred(true)]), 1);
    assert_eq!(
        eval(
            "selp.f32 $d, $0, $1, !$2;",
            "f32",
            &[f32s(1.0), f32s(2.0), pred(true)]
        ),
        0x4000_0000
    );
    let slct = |c| eval("slct.u32.s32 $d, 1, 2, $0;", "b32", &[b32(c)]);
    assert_eq!((slct(0), slct(-1), slct(5)), (1, 2, 1));
    let slct = |c| eval("slct.b64.f32 $d, 1, 2, $0;", "b64", &[f32s(c)]);
    assert_eq!((slct(-0.0), slct(-1e-40), slct(f32::NAN)), (1, 2, 2));
    assert_eq!(
        eval("slct.ftz.u32.f32 $d, 1, 2, $0;", "b32", &[f32s(-1e-40)]),
        1
    );
}

#[test]
fn float_arithmetic() {
    assert_eq!(single2("add.f32", 0.1, 0.2), 0.1 + 0.2);
    assert_eq!(single2("sub.rn.f32", 1.0, 1e-10), 1.0);
    assert_eq!(single2("mul.f32", 1e30, 1e30), f32::INFINITY);
    assert_eq!(single2("div.rn.f32", 1.0, 3.0), 1.0 / 3.0);
    assert_eq!(double2("add.f64", 0.1, 0.2), 0.1 + 0.2);
    assert_eq!(double2("div.rn.f64", 1.0, 0.0), f64::INFINITY);
    assert_eq!(
        eval(
            "add.f32 $d, $0, $1;",
            "f32",
            &[f32s(f32::INFINITY), f32s(f32::NEG_INFINITY)]
        ),
        0x7fff_ffff
    );
    assert_eq!(
        eval(
            "mul.f32 $d, $0, $1;",
            "f32",
            &[("f32", 0xffc0_1234), f32s(1.0)]
        ),
        0x7fff_ffff
    );
    let (a, b, c) = (1.0 + f64::EPSILON, 1.0 - f64::EPSILON, -1.0);
    let fused = eval(
        "fma.rn.f64 $d, $0, $1, $2;",
        "f64",
        &[f64s(a), f64s(b), f64s(c)],
    );
    assert_eq!(f64::from_bits(fused), a.mul_add(b, c));
    assert_ne!(f64::from_bits(fused), a * b + c);
    let fused = eval(
        "fma.rn.f32 $d, $0, $1, $2;",
        "f32",
        &[f32s(1.1), f32s(1.3), f32s(-1.43)],
    );
    assert_eq!(f32::from_bits(fused as u32), 1.1f32.mul_add(1.3, -1.43));
}

#[test]
fn float_rounding_modes() {
    let third = |mode: &str| {
        eval(
            &format!("div.{mode}.f32 $d, $0, $1;"),
            "f32",
            &[f32s(1.0), f32s(3.0)],
        )
    };
    assert_eq!(
        ["rn", "rz", "rm", "rp"].map(third),
        [0x3eaa_aaab, 0x3eaa_aaaa, 0x3eaa_aaaa, 0x3eaa_aaab]
    );
    let tiny = 2f64.powi(-80);
    let next = 1.0 + f64::EPSILON;
    let before = 1.0 - f64::EPSILON / 2.0;
    assert_eq!(double2("add.rp.f64", 1.0, tiny), next);
    assert_eq!(double2("add.rm.f64", 1.0, -tiny), before);
    assert_eq!(double2("sub.rz.f64", 1.0, tiny), before);
    assert_eq!(double2("add.rz.f64", -1.0, tiny), -before);
    assert_eq!(
        double2("add.rm.f64", 1.0, -1.0).to_bits(),
        (-0f64).to_bits()
    );
    assert_eq!(single2("mul.rz.f32", f32::MAX, 2.0), f32::MAX);
    assert_eq!(single2("mul.rp.f32", -f32::MAX, 2.0), -f32::MAX);
    let root = |mode: &str| eval(&format!("sqrt.{mode}.f64 $d, $0;"), "f64", &[f64s(2.0)]);
    assert_eq!(root("rn"), 2f64.sqrt().to_bits());
    assert_eq!(root("rp"), root("rm") + 1);
    assert_eq!(eval("rcp.rn.f32 $d, $0;", "f32", &[f32s(3.0)]), 0x3eaa_aaab);
    let fma = |mode: &str| {
        let args = [
            f32s(1.0 + f32::EPSILON),
            f32s(1.0 + f32::EPSILON),
            f32s(1e-30),
        ];
        eval(&format!("fma.{mode}.f32 $d, $0, $1, $2;"), "f32", &args)
    };
    assert_eq!(fma("rp"), fma("rz") + 1);
}

#[test]
fn subnormals_ftz_and_sat() {
    let tiny = f32::from_bits(3);
    assert_eq!(single2("add.f32", tiny, tiny), f32::from_bits(6));
    assert_eq!(single2("add.ftz.f32", tiny, tiny), 0.0);
    assert_eq!(
        single2("mul.ftz.f32", -1e-30, 1e-15).to_bits(),
        (-0f32).to_bits()
    );
    assert_eq!(single2("mul.f32", -1e-30, 1e-15), -1e-30 * 1e-15);
    assert_eq!(single2("add.sat.f32", 0.75, 0.75), 1.0);
    assert_eq!(single2("sub.sat.f32", 0.25, 0.75).to_bits(), 0);
    assert_eq!(single2("add.sat.f32", f32::NAN, 1.0).to_bits(), 0);
    assert_eq!(
        eval("fma.rn.ftz.sat.f32 $d, $0, $0, $0;", "f32", &[f32s(2.0)]),
        0x3f80_0000
    );
    assert_eq!(double2("add.f64", 5e-324, 5e-324), 1e-323);
}

#[test]
fn float_min_and_max() {
    assert_eq!(single2("min.f32", f32::NAN, 1.0), 1.0);
    assert_eq!(single2("max.f32", 1.0, f32::NAN), 1.0);
    assert_eq!(
        eval("max.f32 $d, $0, $0;", "f32", &[("f32", 0xffff_0000)]),
        0x7fff_ffff
    );
    assert_eq!(
        eval(
            "min.NaN.f32 $d, $0, $1;",
            "f32",
            &[f32s(f32::NAN), f32s(1.0)]
        ),
        0x7fff_ffff
    );
    assert_eq!(single2("min.f32", 0.0, -0.0).to_bits(), 0x8000_0000);
    assert_eq!(single2("max.f32", -0.0, 0.0).to_bits(), 0);
    assert_eq!(double2("max.f64", -1.0, -2.0), -1.0);
    assert_eq!(
        double2("min.f64", f64::NEG_INFINITY, f64::NAN),
        f64::NEG_INFINITY
    );
    assert_eq!(double2("max.f64", 1.0, 2.0), 2.0);
}

#[test]
fn float_signs_and_tests() {
    assert_eq!(eval("neg.f64 $d, $0;", "f64", &[f64s(0.0)]), 1 << 63);
    assert_eq!(
        eval("abs.f32 $d, $0;", "f32", &[f32s(-2.5)]),
        2.5f32.to_bits().into()
    );
    assert_eq!(eval("abs.ftz.f32 $d, $0;", "f32", &[f32s(-1e-40)]), 0);
    // The sign of the first on the value of the second.
    assert_eq!(double2("copysign.f64", -1.0, 3.0), -3.0);
    assert_eq!(single2("copysign.f32", 1.0, -3.0), 3.0);
    let testp =
        |op: &str, x: f32| eval(&format!("testp.{op}.f32 $d, $0;"), "pred", &[f32s(x)]) == 1;
    assert!(testp("finite", 1.0) && !testp("finite", f32::INFINITY) && !testp("finite", f32::NAN));
    assert!(testp("infinite", f32::NEG_INFINITY) && testp("notanumber", f32::NAN));
    assert!(testp("number", f32::INFINITY) && testp("normal", 0.0) && !testp("normal", 1e-40));
    assert!(testp("subnormal", 1e-40) && !testp("subnormal", 0.0));
}

#[test]
fn conversions_between_integers() {
    assert_eq!(eval("cvt.s64.s32 $d, $0;", "b64", &[b32(-1)]), u64::MAX);
    assert_eq!(eval("cvt.u64.u32 $d, $0;", "b64", &[b32(-1)]), 0xffff_ffff);
    assert_eq!(
        eval("cvt.u32.u64 $d, $0;", "b32", &[b64(0x1_2345_6789)]),
        0x2345_6789
    );
    // 8-bit types live in wider registers: signed results fill them with the sign.
    assert_eq!(eval("cvt.s8.s32 $d, $0;", "b32", &[b32(0x80)]), 0xffff_ff80);
    assert_eq!(eval("cvt.u8.s32 $d, $0;", "b32", &[b32(-1)]), 0xff);
    assert_eq!(
        eval("cvt.s32.s8 $d, $0;", "b32", &[b32(0x1ff)]),
        0xffff_ffff
    );
    assert_eq!(eval("cvt.s16.s8 $d, $0;", "b16", &[b16(0x80)]), 0xff80);
    assert_eq!(eval("cvt.sat.u8.s32 $d, $0;", "b32", &[b32(-1)]), 0);
    assert_eq!(eval("cvt.sat.u8.s32 $d, $0;", "b32", &[b32(300)]), 255);
    assert_eq!(
        eval("cvt.sat.s16.s64 $d, $0;", "b16", &[b64(-99999)]),
        0x8000
    );
    assert_eq!(
        eval("cvt.sat.s32.u32 $d, $0;", "b32", &[b32(-1)]),
        u32_of(MAX32)
    );
    assert_eq!(eval("cvt.sat.u64.s64 $d, $0;", "b64", &[b64(-1)]), 0);
}

#[test]
fn conversions_from_float_to_integer() {
    let to_s32 = |op: &str, x: f32| eval(&format!("cvt.{op}.s32.f32 $d, $0;"), "b32", &[f32s(x)]);
    assert_eq!(to_s32("rzi", -1.9), u32_of(-1));
    assert_eq!(to_s32("rmi", -1.1), u32_of(-2));
    assert_eq!(to_s32("rpi", 1.1), 2);
    assert_eq!(
        [0.5, 1.5, 2.5, -0.5].map(|x| to_s32("rni", x)),
        [0, 2, 2, 0]
    );
    assert_eq!(to_s32("rzi", 1e20), u32_of(MAX32));
    assert_eq!(to_s32("rzi", f32::NEG_INFINITY), u32_of(MIN32));
    assert_eq!(to_s32("rzi", f32::NAN), 0);
    assert_eq!(eval("cvt.rzi.u32.f32 $d, $0;", "b32", &[f32s(-5.0)]), 0);
    assert_eq!(eval("cvt.rzi.u8.f32 $d, $0;", "b32", &[f32s(300.0)]), 255);
    assert_eq!(
        eval("cvt.rzi.s8.f64 $d, $0;", "b32", &[f64s(-300.0)]),
        u32_of(-128)
    );
    assert_eq!(
        eval(
            "cvt.rzi.u64.f64 $d, $0;",
            "b64",
            &[f64s(1.8446744073709552e19)]
        ),
        u64::MAX
    );
    assert_eq!(
        eval("cvt.rzi.s64.f64 $d, $0;", "b64", &[f64s(-9.3e18)]),
        1 << 63
    );
    assert_eq!(
        eval(
            "cvt.rni.s64.f64 $d, $0;",
            "b64",
            &[f64s(4503599627370497.5)]
        ),
        4503599627370498
    );
    assert_eq!(
        eval("cvt.rzi.u64.f32 $d, $0;", "b64", &[f32s(1.5e19)]),
        1.5e19f32 as u64
    );
    // A NaN: zero, but where 64 bits are involved the highest bit alone.
    assert_eq!(
        eval("cvt.rzi.s32.f64 $d, $0;", "b32", &[f64s(f64::NAN)]),
        1 << 31
    );
    assert_eq!(
        eval("cvt.rzi.u64.f32 $d, $0;", "b64", &[f32s(f32::NAN)]),
        1 << 63
    );
    assert_eq!(
        eval("cvt.rpi.ftz.s32.f32 $d, $0;", "b32", &[f32s(1e-40)]),
        0
    );
    assert_eq!(eval("cvt.rpi.s32.f32 $d, $0;", "b32", &[f32s(1e-40)]), 1);
}

#[test]
fn conversions_to_float() {
    assert_eq!(
        eval("cvt.rn.f32.s32 $d, $0;", "f32", &[b32(16777217)]),
        16777216f32.to_bits().into()
    );
    assert_eq!(
        eval("cvt.rp.f32.s32 $d, $0;", "f32", &[b32(16777217)]),
        16777218f32.to_bits().into()
    );
    assert_eq!(
        eval("cvt.rz.f32.s32 $d, $0;", "f32", &[b32(-16777217)]),
        (-16777216f32).to_bits().into()
    );
    assert_eq!(
        eval("cvt.rn.f64.u64 $d, $0;", "f64", &[b64(-1)]),
        (u64::MAX as f64).to_bits()
    );
    assert_eq!(
        eval("cvt.rn.f64.s64 $d, $0;", "f64", &[b64(-1)]),
        (-1f64).to_bits()
    );
    assert_eq!(
        eval("cvt.rn.f32.u8 $d, $0;", "f32", &[b32(0x1ff)]),
        255f32.to_bits().into()
    );
    assert_eq!(
        eval("cvt.rn.f32.f64 $d, $0;", "f32", &[f64s(0.1)]),
        0.1f32.to_bits().into()
    );
    assert_eq!(
        eval("cvt.rm.f32.f64 $d, $0;", "f32", &[f64s(0.1)]),
        u64::from(0.1f32.to_bits()) - 1
    );
    assert_eq!(
        eval("cvt.rn.f32.f64 $d, $0;", "f32", &[f64s(1e300)]),
        0x7f80_0000
    );
    assert_eq!(
        eval("cvt.rz.f32.f64 $d, $0;", "f32", &[f64s(1e300)]),
        0x7f7f_ffff
    );
    assert_eq!(
        eval("cvt.rn.f32.f64 $d, $0;", "f32", &[f64s(-1e-45)]),
        0x8000_0001
    );
    assert_eq!(
        eval("cvt.rn.ftz.f32.f64 $d, $0;", "f32", &[f64s(-1e-42)]),
        0x8000_0000
    );
    assert_eq!(
        eval("cvt.rn.f32.f64 $d, $0;", "f32", &[f64s(f64::NAN)]),
        0x7fff_ffff
    );
    assert_eq!(
        eval("cvt.f64.f32 $d, $0;", "f64", &[f32s(1e-45)]),
        f64::from(1e-45f32).to_bits()
    );
    assert_eq!(
        eval("cvt.sat.f32.f32 $d, $0;", "f32", &[f32s(7.0)]),
        0x3f80_0000
    );
    assert_eq!(
        eval("cvt.rni.f64.f64 $d, $0;", "f64", &[f64s(-0.4)]),
        (-0f64).to_bits()
    );
    assert_eq!(
        eval("cvt.rmi.f32.f32 $d, $0;", "f32", &[f32s(-1.5)]),
        (-2f32).to_bits().into()
    );
    assert_eq!(
        eval("cvt.rni.f32.f32 $d, $0;", "f32", &[f32s(2.5)]),
        2f32.to_bits().into()
    );
}

#[test]
fn moves() {
    assert_eq!(
        eval("mov.b64 $d, {$0, $1};", "b64", &[b32(1), b32(2)]),
        0x2_0000_0001
    );
    assert_eq!(
        eval("mov.b64 {$d, _}, $0;", "b32", &[b64(0x2_0000_0001)]),
        1
    );
    assert_eq!(
        eval("mov.b64 {_, $d}, $0;", "b32", &[b64(0x2_0000_0001)]),
        2
    );
    assert_eq!(
        eval("mov.b32 $d, {$0, $1};", "b32", &[b16(1), b16(2)]),
        0x2_0001
    );
    assert_eq!(eval("mov.b32 $d, $0;", "b32", &[f32s(1.0)]), 0x3f80_0000);
    assert_eq!(eval("mov.b64 $d, $0;", "f64", &[b64(7)]), 7);
    assert_eq!(eval("mov.f32 $d, 0f3F800000;", "f32", &[]), 0x3f80_0000);
    assert_eq!(
        eval("mov.f32 $d, 1.5;", "f32", &[]),
        1.5f32.to_bits().into()
    );
    assert_eq!(eval("mov.f64 $d, -2.0;", "f64", &[]), (-2f64).to_bits());
    assert_eq!(eval("mov.u16 $d, 65537;", "b16", &[]), 1);
    assert_eq!(eval("mov.s32 $d, (3 + 4) * -2;", "b32", &[]), u32_of(-14));
    assert_eq!(eval("mov.pred $d, 1;", "pred", &[]), 1);
    assert_eq!(eval("mov.u32 $d, %ntid.y;", "b32", &[]), 1);
    assert_eq!(eval("cvt.u64.u32 $d, %nctaid.x;", "b64", &[]), 1);
    assert_eq!(eval("mov.u32 $d, %lanemask_ge;", "b32", &[]), 0xffff_ffff);
    assert_eq!(eval("mov.u32 $d, %lanemask_gt;", "b32", &[]), 0xffff_fffe);
}

#[test]
fn predication() {
    let text = "mov.u32 $d, 1;\n@$0 mov.u32 $d, 2;\n@!$0 add.u32 $d, $d, 10;";
    assert_eq!(eval(text, "b32", &[pred(true)]), 2);
    assert_eq!(eval(text, "b32", &[pred(false)]), 11);
}

#[test]
fn indexed_branches() {
    let text = "
    mov.u32 $d, 100;
    ts: .branchtargets A, B, C;
    brx.idx $0, ts;
    A: mov.u32 $d, 0; bra E;
    B: mov.u32 $d, 1; bra E;
    C: mov.u32 $d, 2;
    E:";
    for i in 0..3 {
        assert_eq!(eval(text, "b32", &[b32(i)]), i as u64);
    }
}

#[test]
fn what_the_assembler_refuses_is_refused() {
    let refused = |text: &str, out: &str, args: &[(&str, u64)], what: &str| {
        let log = try_eval(text, out, args).expect_err(text);
        assert!(log.contains(what), "{text}: {log}");
    };
    let (r, f, d) = (b32(1), f32s(1.0), f64s(1.0));
    refused(
        "shl.u32 $d, $0, 3;",
        "b32",
        &[r],
        "`.u32` in `shl.u32` is unknown here",
    );
    refused(
        "mul.u32 $d, $0, 3;",
        "b32",
        &[r],
        "`.lo`, `.hi` or `.wide` is needed",
    );
    refused(
        "add.s32 $d, $0, $1;",
        "b32",
        &[r, f],
        "is a .f32 register, .s32 is needed",
    );
    refused(
        "add.u32 $d, %tid.x, 1;",
        "b32",
        &[],
        "can be read by `mov` and `cvt` only",
    );
    refused(
        "mov.f32 $d, 0;",
        "f32",
        &[],
        "integer constant cannot stand for a .f32",
    );
    refused(
        "mov.b32 $d, 1.5;",
        "b32",
        &[],
        "floating-point constant cannot stand for a .b32",
    );
    refused(
        "div.f32 $d, $0, $0;",
        "f32",
        &[f],
        "lacks a rounding modifier",
    );
    refused(
        "div.approx.f32 $d, $0, $0;",
        "f32",
        &[f],
        "`.approx` is not defined",
    );
    refused(
        "div.full.f32 $d, $0, $0;",
        "f32",
        &[f],
        "`.full` is not defined",
    );
    refused(
        "sqrt.approx.f32 $d, $0;",
        "f32",
        &[f],
        "`.approx` is not defined",
    );
    refused(
        "fma.f64 $d, $0, $0, $0;",
        "f64",
        &[d],
        "lacks a rounding modifier",
    );
    refused(
        "ex2.approx.f32 $d, $0;",
        "f32",
        &[f],
        "`ex2.approx.f32` is an approximation",
    );
    refused(
        "add.sat.u32 $d, $0, $0;",
        "b32",
        &[r],
        "`.u32` in `add.sat.u32` is unknown",
    );
    refused("neg.u32 $d, $0;", "b32", &[r], "unknown");
    refused(
        "setp.lt.b32 $d, $0, $0;",
        "pred",
        &[r],
        "`.lt` does not compare .b32",
    );
    refused(
        "setp.lo.s32 $d, $0, $0;",
        "pred",
        &[r],
        "`.lo` does not compare .s32",
    );
    refused(
        "setp.ltu.s32 $d, $0, $0;",
        "pred",
        &[r],
        "`.ltu` does not compare .s32",
    );
    refused(
        "cvt.f32.f64 $d, $0;",
        "f32",
        &[d],
        "a rounding modifier is needed",
    );
    refused(
        "cvt.rn.f64.f32 $d, $0;",
        "f64",
        &[f],
        "a rounding modifier does not apply",
    );
    refused(
        "cvt.s32.f32 $d, $0;",
        "b32",
        &[f],
        "an integer rounding modifier is needed",
    );
    refused(
        "cvt.rzi.f64.f32 $d, $0;",
        "f64",
        &[f],
        "an integer rounding modifier does not apply",
    );
    refused(
        "cvt.f64.s32 $d, $0;",
        "f64",
        &[r],
        "a rounding modifier is needed",
    );
    refused(
        "cvt.sat.s32.s32 $d, $0;",
        "b32",
        &[r],
        "nothing can saturate",
    );
    refused(
        "cvt.ftz.f64.f64 $d, $0;",
        "f64",
        &[d],
        "`.ftz` applies to .f32 only",
    );
    refused(
        "frobnicate.u32 $d, $0;",
        "b32",
        &[r],
        "unknown instruction `frobnicate`",
    );
    refused(
        "add.u32.foo $d, $0, $0;",
        "b32",
        &[r],
        "unknown modifier `.foo` in `add.u32.foo`",
    );
    refused(
        "add.u32 $d, $0;",
        "b32",
        &[r],
        "`add.u32` has 2 operands, 3 are needed",
    );
    refused(
        "add.u32 $d, $0, %nope;",
        "b32",
        &[r],
        "`%nope` is not declared",
    );
    refused("bra NOWHERE;", "b32", &[], "there is no label `NOWHERE`");
    refused(
        "vote.ballot.b32 $d, 1;",
        "b32",
        &[],
        "without `.sync` is not supported",
    );
    refused("mov.u32 $d, %tid;", "b32", &[], "`%tid` is not declared");
}

/// Two halves with the carry between them, as a number.
fn halves(low: &str, high: &str, args: &[(&str, u64)]) -> u64 {
    let body = format!("{{ .reg .b32 %x, %y; {low} {high} mov.b64 $d, {{%x, %y}}; }}");
    eval(&body, "b64", args)
}

#[test]
fn sums_with_a_carry() {
    for (a, b) in [
        (-1, 1),
        (1 << 40, -1),
        (0x8000_0000, 0x8000_0000),
        (i64::MIN, -1),
    ] {
        let (low, high) = (|x: i64| b32(x), |x: i64| b32(x >> 32));
        let args = [low(a), high(a), low(b), high(b)];
        let sum = halves("add.cc.u32 %x, $0, $2;", "addc.u32 %y, $1, $3;", &args);
        assert_eq!(sum, a.wrapping_add(b) as u64);
        let difference = halves("sub.cc.s32 %x, $0, $2;", "subc.s32 %y, $1, $3;", &args);
        assert_eq!(difference, a.wrapping_sub(b) as u64);
    }
}

#[test]
fn products_with_a_carry() {
    for (a, b, c) in [
        (-1i64, -1i64, -1i128),
        (7, 9, 0xffff_ffff),
        (-5, 3, 1 << 40),
    ] {
        let args = [b32(a), b32(b), b32(c as i64), b32((c >> 32) as i64)];
        let sum = halves(
            "mad.lo.cc.u32 %x, $0, $1, $2;",
            "madc.hi.u32 %y, $0, $1, $3;",
            &args,
        );
        let product = (a as u32 as u64) * (b as u32 as u64);
        assert_eq!(sum, product.wrapping_add(c as u64));
    }
    let wide = [b64(-1), b64(-2), b64(-3)];
    let body = "{ .reg .b64 %x; mad.lo.cc.u64 %x, $0, $1, $2; madc.hi.u64 $d, $0, $1, 5; }";
    // The low half, 2, and the largest but two carry nothing into the high half.
    assert_eq!(eval(body, "b64", &wide), (u64::MAX - 2).wrapping_add(5));
    let chain =
        "{ .reg .b32 %x, %y; sub.cc.u32 %x, $0, $1; subc.cc.u32 %y, 0, 0; subc.u32 $d, 9, 0; }";
    assert_eq!(eval(chain, "b32", &[b32(1), b32(2)]), 8);
    assert_eq!(eval(chain, "b32", &[b32(2), b32(2)]), 9);
}

#[test]
fn the_carry_has_types_of_its_own() {
    for (line, word) in [
        ("addc.u16 $d, $0, $0;", "u16"),
        ("addc.cc.sat.s32 $d, $0, $0;", "sat"),
        ("mad.wide.cc.u32 $d, $0, $0, $0;", "wide"),
    ] {
        let log = try_eval(line, "b32", &[b32(1)]).unwrap_err();
        assert!(log.contains(word), "{log}");
    }
}
