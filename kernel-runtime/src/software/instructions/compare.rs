//! Comparison and selection (PTX ISA 9.7.6).

use std::cmp::Ordering;

use super::super::ast::Operand;
use super::super::program::{Op, Src, map2, map3};
use super::super::types::{Type, sign_extend};
use super::float::flush;
use super::{Decoded, Reader};

pub(super) fn decode(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    match r.opcode() {
        "setp" => setp(r),
        "set" => set(r),
        "selp" => selp(r),
        _ => slct(r),
    }
}

const ALL: &str = "b16 b32 b64 u16 u32 u64 s16 s32 s64 f32 f64";

/// A comparison (9.3.1): which outcomes make it true.
#[derive(Clone, Copy)]
struct Comparison {
    name: &'static str,
    less: bool,
    equal: bool,
    greater: bool,
    /// At least one operand is NaN.
    unordered: bool,
}

const fn when(name: &'static str, less: bool, equal: bool, greater: bool, nan: bool) -> Comparison {
    Comparison {
        name,
        less,
        equal,
        greater,
        unordered: nan,
    }
}

const COMPARISONS: [Comparison; 18] = [
    when("eq", false, true, false, false),
    when("ne", true, false, true, false),
    when("lt", true, false, false, false),
    when("le", true, true, false, false),
    when("gt", false, false, true, false),
    when("ge", false, true, true, false),
    when("lo", true, false, false, false),
    when("ls", true, true, false, false),
    when("hi", false, false, true, false),
    when("hs", false, true, true, false),
    when("equ", false, true, false, true),
    when("neu", true, false, true, true),
    when("ltu", true, false, false, true),
    when("leu", true, true, false, true),
    when("gtu", false, false, true, true),
    when("geu", false, true, true, true),
    when("num", true, true, true, false),
    when("nan", false, false, false, true),
];

impl Comparison {
    /// 9.3.1: bits can be compared for equality, `lo` to `hs` are for unsigned integers, and those
    /// with an unordered case for floats.
    fn allows(self, ty: Type) -> bool {
        match self.name {
            "eq" | "ne" => true,
            "lt" | "le" | "gt" | "ge" => !matches!(ty, Type::Bits(_)),
            "lo" | "ls" | "hi" | "hs" => matches!(ty, Type::Unsigned(_)),
            _ => ty.is_float(),
        }
    }

    fn holds(self, order: Option<Ordering>) -> bool {
        match order {
            Some(Ordering::Less) => self.less,
            Some(Ordering::Equal) => self.equal,
            Some(Ordering::Greater) => self.greater,
            None => self.unordered,
        }
    }

    fn test(self, ty: Type, ftz: bool) -> impl Fn(u64, u64) -> bool + Send + Sync + Copy {
        move |a, b| {
            let order = match ty {
                Type::F64 => f64::from_bits(a).partial_cmp(&f64::from_bits(b)),
                Type::F32 => {
                    let [a, b] = [a, b].map(|v| if ftz { flush(v) } else { v } as u32);
                    f32::from_bits(a).partial_cmp(&f32::from_bits(b))
                }
                Type::Signed(n) => {
                    let n = n.into();
                    Some(sign_extend(a, n).cmp(&sign_extend(b, n)))
                }
                _ => Some(a.cmp(&b)),
            };
            self.holds(order)
        }
    }
}

type Combine = fn(bool, bool) -> bool;

/// Comparison, Boolean operator, `.ftz`.
fn modifiers(r: &mut Reader<'_, '_>) -> Decoded<(Comparison, Option<Combine>, bool)> {
    let known = |word: &str| COMPARISONS.into_iter().find(|c| c.name == word);
    let comparison = r.need("a comparison", known)?;
    let combine = r.pick(|word| -> Option<Combine> {
        Some(match word {
            "and" => |t, c| t && c,
            "or" => |t, c| t || c,
            "xor" => |t, c| t != c,
            _ => return None,
        })
    });
    Ok((comparison, combine, r.flag("ftz")))
}

fn compared(r: &mut Reader<'_, '_>, comparison: Comparison, ftz: bool) -> Decoded<Type> {
    let ty = r.ty(if ftz { "f32" } else { ALL })?;
    match comparison.allows(ty) {
        true => Ok(ty),
        false => Err(format!(
            "`.{}` does not compare {ty} values",
            comparison.name
        )),
    }
}

/// 9.7.6.2: `p|q` gets the combined result, and that of the complement.
fn setp(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let (comparison, combine, ftz) = modifiers(r)?;
    let ty = compared(r, comparison, ftz)?;
    let test = comparison.test(ty, ftz);
    let o = r.operands(if combine.is_some() { 4 } else { 3 })?;
    let (a, b) = (r.src(&o[1], ty)?, r.src(&o[2], ty)?);
    if let (Operand::Name(_), None) = (&o[0], combine) {
        let f = map2(move |a, b| u64::from(test(a, b)));
        return Ok(Op::Map2 {
            f,
            dst: r.dst(&o[0], Type::Pred)?,
            a,
            b,
        });
    }
    let (p, q) = match &o[0] {
        Operand::Pair(p, q) => (*p, *q),
        Operand::Name(p) => (*p, "_"),
        _ => return Err("the destination of `setp` is p or p|q".to_owned()),
    };
    let dst = [p, q].map(|name| r.dst_or_sink(&Operand::Name(name), Type::Pred));
    let [p, q] = dst;
    let c = if combine.is_some() {
        r.src(&o[3], Type::Pred)?
    } else {
        Src::Imm(0)
    };
    let combine = combine.unwrap_or(|t, _| t);
    let f = [true, false]
        .map(|wanted| map3(move |a, b, c| u64::from(combine(test(a, b) == wanted, c != 0))));
    Ok(Op::Both {
        f,
        dst: [p?, q?],
        a,
        b,
        c,
    })
}

/// 9.7.6.1: all ones or 1.0 for true.
fn set(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let (comparison, combine, ftz) = modifiers(r)?;
    let result = r.ty("u32 s32 f32")?;
    let ty = compared(r, comparison, ftz)?;
    let test = comparison.test(ty, ftz);
    let yes = if result == Type::F32 {
        1f32.to_bits().into()
    } else {
        0xffff_ffff
    };
    let o = r.operands(if combine.is_some() { 4 } else { 3 })?;
    let c = if combine.is_some() {
        r.src(&o[3], Type::Pred)?
    } else {
        Src::Imm(0)
    };
    let combine = combine.unwrap_or(|t, _| t);
    let f = map3(move |a, b, c| if combine(test(a, b), c != 0) { yes } else { 0 });
    let (a, b) = (r.src(&o[1], ty)?, r.src(&o[2], ty)?);
    Ok(Op::Map3 {
        f,
        dst: r.dst(&o[0], result)?,
        a,
        b,
        c,
    })
}

/// 9.7.6.3.
fn selp(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let ty = r.ty(ALL)?;
    let f = map3(|a, b, c| if c != 0 { a } else { b });
    let o = r.operands(4)?;
    let (a, b) = (r.src(&o[1], ty)?, r.src(&o[2], ty)?);
    Ok(Op::Map3 {
        f,
        dst: r.dst(&o[0], ty)?,
        a,
        b,
        c: r.src(&o[3], Type::Pred)?,
    })
}

/// 9.7.6.4: a where c >= 0. -0 is; a NaN is not.
fn slct(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let ftz = r.flag("ftz");
    let ty = r.ty(ALL)?;
    let by = r.ty(if ftz { "f32" } else { "s32 f32" })?;
    let f = map3(move |a, b, c| {
        let chosen = match by {
            Type::F32 => f32::from_bits(if ftz { flush(c) } else { c } as u32) >= 0.0,
            _ => c as i32 >= 0,
        };
        if chosen { a } else { b }
    });
    let o = r.operands(4)?;
    let (a, b) = (r.src(&o[1], ty)?, r.src(&o[2], ty)?);
    Ok(Op::Map3 {
        f,
        dst: r.dst(&o[0], ty)?,
        a,
        b,
        c: r.src(&o[3], by)?,
    })
}
