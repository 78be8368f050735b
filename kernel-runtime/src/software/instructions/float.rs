//! Floating-point arithmetic (PTX ISA 9.7.3).
//!
//! Operations on `.f32` are done in `f32`. A NaN result of one is the canonical NaN, 0x7fffffff.

use super::super::program::{Map1, Map2, Map3, Op, map1, map2, map3};
use super::super::softfloat::{BINARY32, BINARY64, Format, Round};
use super::super::types::Type;
use super::{Decoded, Reader};

/// The canonical NaN of `.f32` operations.
pub(super) const NAN32: u64 = 0x7fff_ffff;

pub(super) fn decode(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    match r.opcode() {
        "add" | "sub" | "mul" | "div" => two(r),
        "fma" | "mad" => fma(r),
        "min" | "max" => min_max(r),
        "sqrt" | "rcp" => one(r),
        "abs" | "neg" => sign(r),
        "copysign" => copysign(r),
        _ => testp(r),
    }
}

pub(super) fn round(word: &str) -> Option<Round> {
    match word {
        "rn" => Some(Round::Nearest),
        "rz" => Some(Round::Zero),
        "rm" => Some(Round::Down),
        "rp" => Some(Round::Up),
        _ => None,
    }
}

/// What may follow the rounding modifier.
#[derive(Clone, Copy)]
pub(super) struct Finish {
    pub(super) ty: Type,
    pub(super) ftz: bool,
    pub(super) sat: bool,
}

impl Finish {
    fn read(r: &mut Reader<'_, '_>, may_saturate: bool) -> Decoded<Finish> {
        let ftz = r.flag("ftz");
        let sat = may_saturate && r.flag("sat");
        let ty = r.ty(if ftz || sat { "f32" } else { "f32 f64" })?;
        Ok(Finish { ty, ftz, sat })
    }

    /// An operand, flushed if `.ftz`.
    pub(super) fn operand(self, value: u64) -> u64 {
        if self.ftz { flush(value) } else { value }
    }

    /// A result: flushed, clamped, NaN made canonical.
    pub(super) fn result(self, value: u64) -> u64 {
        if self.ty == Type::F64 {
            return if self.sat { saturate64(value) } else { value };
        }
        let value = self.operand(value);
        let x = f32::from_bits(value as u32);
        match self.sat {
            true if x.is_nan() => 0,
            true => clamp32(x),
            false if x.is_nan() => NAN32,
            false => value,
        }
    }

    fn is_plain(self) -> bool {
        !self.ftz && !self.sat
    }
}

/// Clamps to [0, 1]; of a zero, the positive one (9.7.3: `.sat` clamps to [+0.0, 1.0]).
fn clamp32(x: f32) -> u64 {
    let clamped = if x > 0.0 { x.min(1.0) } else { 0.0 };
    clamped.to_bits().into()
}

fn saturate64(value: u64) -> u64 {
    let x = f64::from_bits(value);
    let clamped = if x > 0.0 { x.min(1.0) } else { 0.0 };
    clamped.to_bits()
}

/// A subnormal `.f32` becomes a zero of its sign.
pub(in super::super) fn flush(value: u64) -> u64 {
    match value & 0x7f80_0000 {
        0 => value & 0x8000_0000,
        _ => value,
    }
}

fn f32_of(value: u64) -> f32 {
    f32::from_bits(value as u32)
}

fn bits32(x: f32) -> u64 {
    if x.is_nan() {
        NAN32
    } else {
        x.to_bits().into()
    }
}

pub(super) fn format(ty: Type) -> Format {
    if ty == Type::F32 { BINARY32 } else { BINARY64 }
}

/// The sign bit of a type.
fn sign_bit(ty: Type) -> u64 {
    1 << (ty.bits() - 1)
}

/// 9.7.3.3 to 9.7.3.5, 9.7.3.8. Without a rounding modifier, `add`, `sub` and `mul` round to
/// nearest; `div` must have one.
fn two(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let opcode = r.opcode();
    let mode = rounding(r, opcode == "div")?;
    let finish = Finish::read(r, opcode != "div")?;
    let f = match mode {
        Round::Nearest => nearest2(opcode, finish),
        _ => directed2(opcode, finish, mode),
    };
    let (ty, o) = (finish.ty, r.operands(3)?);
    Ok(Op::Map2 {
        f,
        dst: r.dst(&o[0], ty)?,
        a: r.src(&o[1], ty)?,
        b: r.src(&o[2], ty)?,
    })
}

fn rounding(r: &mut Reader<'_, '_>, mandatory: bool) -> Decoded<Round> {
    if let Some(approximate @ ("approx" | "full")) = r.peek() {
        return Err(format!(
            "`{}`: the result of `.{approximate}` is not defined by the manual",
            r.name()
        ));
    }
    match r.pick(round) {
        Some(mode) => Ok(mode),
        None if mandatory => Err(format!("`{}` lacks a rounding modifier", r.name())),
        None => Ok(Round::Nearest),
    }
}

fn nearest2(opcode: &str, finish: Finish) -> Map2 {
    if finish.ty == Type::F64 {
        let by = |f: fn(f64, f64) -> f64| {
            map2(move |a, b| f(f64::from_bits(a), f64::from_bits(b)).to_bits())
        };
        return match opcode {
            "add" => by(|a, b| a + b),
            "sub" => by(|a, b| a - b),
            "mul" => by(|a, b| a * b),
            _ => by(|a, b| a / b),
        };
    }
    match opcode {
        "add" => single2(finish, |a, b| a + b),
        "sub" => single2(finish, |a, b| a - b),
        "mul" => single2(finish, |a, b| a * b),
        _ => single2(finish, |a, b| a / b),
    }
}

fn single2(finish: Finish, f: impl Fn(f32, f32) -> f32 + Send + Sync + 'static) -> Map2 {
    if finish.is_plain() {
        return map2(move |a, b| bits32(f(f32_of(a), f32_of(b))));
    }
    map2(move |a, b| {
        let (a, b) = (finish.operand(a), finish.operand(b));
        finish.result(f(f32_of(a), f32_of(b)).to_bits().into())
    })
}

fn directed2(opcode: &str, finish: Finish, mode: Round) -> Map2 {
    let (format, sign) = (format(finish.ty), sign_bit(finish.ty));
    let by = |f: fn(Format, u64, u64, Round) -> u64, flip: u64| {
        map2(move |a, b| {
            let (a, b) = (finish.operand(a), finish.operand(b) ^ flip);
            finish.result(f(format, a, b, mode))
        })
    };
    match opcode {
        "add" => by(Format::add, 0),
        "sub" => by(Format::add, sign),
        "mul" => by(Format::mul, 0),
        _ => by(Format::div, 0),
    }
}

/// `fma` and `mad` (9.7.3.6, 9.7.3.7): one rounding.
fn fma(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let mode = rounding(r, true)?;
    let finish = Finish::read(r, true)?;
    let f: Map3 = match (mode, finish.ty) {
        (Round::Nearest, Type::F64) => map3(|a, b, c| {
            f64::from_bits(a)
                .mul_add(f64::from_bits(b), f64::from_bits(c))
                .to_bits()
        }),
        (Round::Nearest, _) => map3(move |a, b, c| {
            let [a, b, c] = [a, b, c].map(|v| f32_of(finish.operand(v)));
            finish.result(a.mul_add(b, c).to_bits().into())
        }),
        _ => map3(move |a, b, c| {
            let [a, b, c] = [a, b, c].map(|v| finish.operand(v));
            finish.result(format(finish.ty).fma(a, b, c, mode))
        }),
    };
    let (ty, o) = (finish.ty, r.operands(4)?);
    let [a, b, c] = [r.src(&o[1], ty)?, r.src(&o[2], ty)?, r.src(&o[3], ty)?];
    Ok(Op::Map3 {
        f,
        dst: r.dst(&o[0], ty)?,
        a,
        b,
        c,
    })
}

/// 9.7.3.11, 9.7.3.12: of a NaN and a number the number, unless `.NaN`; -0 is below +0.
fn min_max(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let max = r.opcode() == "max";
    let ftz = r.flag("ftz");
    let nan = r.flag("NaN");
    if nan {
        r.requires(70, 80)?;
    }
    if r.peek() == Some("xorsign") {
        return Err(format!("`{}`: `.xorsign` is not supported", r.name()));
    }
    let ty = r.ty(if ftz || nan { "f32" } else { "f32 f64" })?;
    let o = r.operands(3)?;
    let finish = Finish {
        ty,
        ftz,
        sat: false,
    };
    let f = map2(move |a, b| {
        let (a, b) = (finish.operand(a), finish.operand(b));
        finish.result(select(a, b, ty, max, nan))
    });
    Ok(Op::Map2 {
        f,
        dst: r.dst(&o[0], ty)?,
        a: r.src(&o[1], ty)?,
        b: r.src(&o[2], ty)?,
    })
}

fn select(a: u64, b: u64, ty: Type, max: bool, nan: bool) -> u64 {
    let is_nan = |v: u64| match ty {
        Type::F32 => f32_of(v).is_nan(),
        _ => f64::from_bits(v).is_nan(),
    };
    match (is_nan(a), is_nan(b)) {
        (true, false) => return if nan { a } else { b },
        (_, true) => return if nan { b } else { a },
        _ => {}
    }
    // Numbers in order of their bits, the sign aside.
    let key = |v: u64| {
        let magnitude = (v & !sign_bit(ty)) as i64;
        if v & sign_bit(ty) == 0 {
            magnitude
        } else {
            !magnitude
        }
    };
    if (key(a) > key(b)) == max { a } else { b }
}

/// `sqrt`, `rcp` (9.7.3.13, 9.7.3.15).
fn one(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let root = r.opcode() == "sqrt";
    let mode = rounding(r, true)?;
    let finish = Finish::read(r, false)?;
    let ty = finish.ty;
    let one = if ty == Type::F32 {
        1f32.to_bits().into()
    } else {
        1f64.to_bits()
    };
    let f: Map1 = match (root, mode, ty) {
        (true, Round::Nearest, Type::F64) => map1(|a| f64::from_bits(a).sqrt().to_bits()),
        (true, Round::Nearest, _) => {
            map1(move |a| finish.result(f32_of(finish.operand(a)).sqrt().to_bits().into()))
        }
        (true, ..) => map1(move |a| finish.result(format(ty).sqrt(finish.operand(a), mode))),
        (false, ..) => map1(move |a| finish.result(format(ty).div(one, finish.operand(a), mode))),
    };
    let o = r.operands(2)?;
    Ok(Op::Map1 {
        f,
        dst: r.dst(&o[0], ty)?,
        a: r.src(&o[1], ty)?,
    })
}

/// `abs`, `neg` (9.7.3.9, 9.7.3.10). A NaN gives an unspecified one.
fn sign(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let negate = r.opcode() == "neg";
    let finish = Finish::read(r, false)?;
    let bit = sign_bit(finish.ty);
    let f = map1(move |a| {
        let a = finish.operand(a);
        finish.result(if negate { a ^ bit } else { a & !bit })
    });
    let o = r.operands(2)?;
    Ok(Op::Map1 {
        f,
        dst: r.dst(&o[0], finish.ty)?,
        a: r.src(&o[1], finish.ty)?,
    })
}

/// 9.7.3.2: the sign of a on the value of b.
fn copysign(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let ty = r.ty("f32 f64")?;
    let bit = sign_bit(ty);
    let f = map2(move |a, b| a & bit | b & !bit);
    let o = r.operands(3)?;
    Ok(Op::Map2 {
        f,
        dst: r.dst(&o[0], ty)?,
        a: r.src(&o[1], ty)?,
        b: r.src(&o[2], ty)?,
    })
}

/// 9.7.3.1. Zeros count as normal.
fn testp(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    use std::num::FpCategory::{Infinite, Nan, Subnormal};
    let test = |word: &str| -> Option<fn(std::num::FpCategory) -> bool> {
        Some(match word {
            "finite" => |c| !matches!(c, Infinite | Nan),
            "infinite" => |c| c == Infinite,
            "number" => |c| c != Nan,
            "notanumber" => |c| c == Nan,
            "normal" => |c| !matches!(c, Infinite | Nan | Subnormal),
            "subnormal" => |c| c == Subnormal,
            _ => return None,
        })
    };
    let test = r.need("a property", test)?;
    let ty = r.ty("f32 f64")?;
    let f = map1(move |a| {
        let class = match ty {
            Type::F32 => f32_of(a).classify(),
            _ => f64::from_bits(a).classify(),
        };
        u64::from(test(class))
    });
    let o = r.operands(2)?;
    Ok(Op::Map1 {
        f,
        dst: r.dst(&o[0], Type::Pred)?,
        a: r.src(&o[1], ty)?,
    })
}
