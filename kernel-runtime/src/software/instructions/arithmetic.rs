//! Integer arithmetic (PTX ISA 9.7.1).

use super::super::program::{Map2, Op, map1, map2, map3};
use super::super::types::{Type, sign_extend};
use super::{Decoded, Reader};

const INTEGERS: &str = "u16 u32 u64 s16 s32 s64";

pub(super) fn decode(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    match r.opcode() {
        "add" | "sub" => add_or_sub(r),
        "mul" | "mul24" => mul(r),
        "mad" | "mad24" => mad(r),
        "div" | "rem" | "min" | "max" => two(r),
        "sad" => sad(r),
        _ => one(r),
    }
}

/// Value of a register as a signed or unsigned integer, by its type.
fn wide(value: u64, ty: Type) -> i128 {
    match ty.is_signed() {
        true => sign_extend(value, ty.bits()).into(),
        false => (value & ty.mask()).into(),
    }
}

/// Clamps to the range of a signed type.
fn saturate(value: i128, ty: Type) -> u64 {
    let max = (1i128 << (ty.bits() - 1)) - 1;
    value.clamp(-max - 1, max) as u64 & ty.mask()
}

/// `add`, `sub`; `.sat` for `.s32` only (9.7.1.1).
fn add_or_sub(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let sat = r.flag("sat");
    let ty = r.ty(if sat { "s32" } else { INTEGERS })?;
    let sub = r.opcode() == "sub";
    let mask = ty.mask();
    let f = match (sub, sat) {
        (false, false) => map2(move |a, b| a.wrapping_add(b) & mask),
        (true, false) => map2(move |a, b| a.wrapping_sub(b) & mask),
        (false, true) => map2(move |a, b| saturate(wide(a, ty) + wide(b, ty), ty)),
        (true, true) => map2(move |a, b| saturate(wide(a, ty) - wide(b, ty), ty)),
    };
    binary(r, ty, f)
}

fn binary(r: &Reader<'_, '_>, ty: Type, f: Map2) -> Decoded<Op> {
    let o = r.operands(3)?;
    Ok(Op::Map2 {
        f,
        dst: r.dst(&o[0], ty)?,
        a: r.src(&o[1], ty)?,
        b: r.src(&o[2], ty)?,
    })
}

/// Which part of the product.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Part {
    Low,
    High,
    Wide,
}

fn part(r: &mut Reader<'_, '_>) -> Decoded<Part> {
    let part = |word: &str| match word {
        "lo" => Some(Part::Low),
        "hi" => Some(Part::High),
        "wide" => Some(Part::Wide),
        _ => None,
    };
    r.need("`.lo`, `.hi` or `.wide`", part)
}

/// The modifiers of `mul` and `mad`: part, and the types of factors and of the result.
fn product(r: &mut Reader<'_, '_>) -> Decoded<(Part, Type, Type)> {
    if r.opcode().ends_with("24") {
        return Err(format!("`{}` is not supported", r.opcode()));
    }
    let part = part(r)?;
    let ty = r.ty(if part == Part::Wide {
        "u16 u32 s16 s32"
    } else {
        INTEGERS
    })?;
    let result = match (part, ty) {
        (Part::Wide, Type::Unsigned(n)) => Type::Unsigned(n * 2),
        (Part::Wide, Type::Signed(n)) => Type::Signed(n * 2),
        _ => ty,
    };
    Ok((part, ty, result))
}

pub(super) fn multiply(part: Part, ty: Type) -> impl Fn(u64, u64) -> u64 + Send + Sync + Copy {
    move |a, b| match part {
        Part::Low => a.wrapping_mul(b) & ty.mask(),
        Part::Wide => (wide(a, ty) * wide(b, ty)) as u64 & wide_mask(ty),
        Part::High if ty == Type::U64 => ((u128::from(a) * u128::from(b)) >> 64) as u64,
        Part::High => ((wide(a, ty) * wide(b, ty)) >> ty.bits()) as u64 & ty.mask(),
    }
}

fn wide_mask(ty: Type) -> u64 {
    u64::MAX >> (64 - 2 * ty.bits())
}

/// 9.7.1.3.
fn mul(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let (part, ty, result) = product(r)?;
    let f = match (part, ty.bits()) {
        (Part::Low, 64) => map2(u64::wrapping_mul),
        _ => map2(multiply(part, ty)),
    };
    let o = r.operands(3)?;
    Ok(Op::Map2 {
        f,
        dst: r.dst(&o[0], result)?,
        a: r.src(&o[1], ty)?,
        b: r.src(&o[2], ty)?,
    })
}

/// 9.7.1.4; `.sat` for `.hi.s32` only.
fn mad(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    if r.opcode() == "mad" && r.peek() == Some("hi") && r.name() == "mad.hi.sat.s32" {
        return mad_sat(r);
    }
    let (part, ty, result) = product(r)?;
    let (times, mask) = (multiply(part, ty), result.mask());
    let f = map3(move |a, b, c| times(a, b).wrapping_add(c) & mask);
    let o = r.operands(4)?;
    let (a, b) = (r.src(&o[1], ty)?, r.src(&o[2], ty)?);
    Ok(Op::Map3 {
        f,
        dst: r.dst(&o[0], result)?,
        a,
        b,
        c: r.src(&o[3], result)?,
    })
}

fn mad_sat(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let ty = Type::S32;
    for word in ["hi", "sat", "s32"] {
        r.flag(word);
    }
    let f = map3(move |a, b, c| {
        let high = (wide(a, ty) * wide(b, ty)) >> 32;
        saturate(high + wide(c, ty), ty)
    });
    let o = r.operands(4)?;
    let [a, b, c] = [r.src(&o[1], ty)?, r.src(&o[2], ty)?, r.src(&o[3], ty)?];
    Ok(Op::Map3 {
        f,
        dst: r.dst(&o[0], ty)?,
        a,
        b,
        c,
    })
}

/// 9.7.1.7 to 9.7.1.12. Division by zero gives an unspecified value: all ones here, and the
/// dividend as the remainder.
fn two(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let opcode = r.opcode();
    let ty = r.ty(INTEGERS)?;
    let mask = ty.mask();
    let by =
        |f: fn(i128, i128) -> i128| map2(move |a, b| f(wide(a, ty), wide(b, ty)) as u64 & mask);
    let f = match opcode {
        "div" => by(|a, b| if b == 0 { -1 } else { a / b }),
        "rem" => by(|a, b| if b == 0 { a } else { a % b }),
        "min" => by(i128::min),
        _ => by(i128::max),
    };
    binary(r, ty, f)
}

/// 9.7.1.6.
fn sad(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let ty = r.ty(INTEGERS)?;
    let f = map3(move |a, b, c| {
        let apart = (wide(a, ty) - wide(b, ty)).unsigned_abs() as u64;
        c.wrapping_add(apart) & ty.mask()
    });
    let o = r.operands(4)?;
    let [a, b, c] = [r.src(&o[1], ty)?, r.src(&o[2], ty)?, r.src(&o[3], ty)?];
    Ok(Op::Map3 {
        f,
        dst: r.dst(&o[0], ty)?,
        a,
        b,
        c,
    })
}

/// `abs`, `neg` (9.7.1.9, 9.7.1.10): signed types, wrapping.
fn one(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let negate = r.opcode() == "neg";
    let ty = r.ty("s16 s32 s64")?;
    let f = match negate {
        true => map1(move |a| a.wrapping_neg() & ty.mask()),
        false => map1(move |a| sign_extend(a, ty.bits()).unsigned_abs() & ty.mask()),
    };
    let o = r.operands(2)?;
    Ok(Op::Map1 {
        f,
        dst: r.dst(&o[0], ty)?,
        a: r.src(&o[1], ty)?,
    })
}
