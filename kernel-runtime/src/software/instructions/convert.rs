//! `cvt` (PTX ISA 9.7.9.21).

use super::super::ast::Operand;
use super::super::program::{Dst, Map1, Op, map1};
use super::super::softfloat::Round;
use super::super::types::{Type, sign_extend};
use super::float::{Finish, NAN32, flush, format, round};
use super::{Decoded, Reader};

const TYPES: &str = "u8 u16 u32 u64 s8 s16 s32 s64 f32 f64";

/// Rounding to an integer.
type Integral = (fn(f32) -> f32, fn(f64) -> f64);

fn integral(word: &str) -> Option<Integral> {
    match word {
        "rni" => Some((f32::round_ties_even, f64::round_ties_even)),
        "rzi" => Some((f32::trunc, f64::trunc)),
        "rmi" => Some((f32::floor, f64::floor)),
        "rpi" => Some((f32::ceil, f64::ceil)),
        _ => None,
    }
}

/// What the modifiers say.
struct Cvt {
    integral: Option<Integral>,
    round: Option<Round>,
    ftz: bool,
    sat: bool,
    to: Type,
    from: Type,
}

pub(super) fn decode(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let integral = r.pick(integral);
    let round = if integral.is_none() {
        r.pick(round)
    } else {
        None
    };
    let (ftz, sat) = (r.flag("ftz"), r.flag("sat"));
    let (to, from) = (r.ty(TYPES)?, r.ty(TYPES)?);
    let cvt = Cvt {
        integral,
        round,
        ftz,
        sat,
        to,
        from,
    };
    cvt.check(r)?;
    let o = r.operands(2)?;
    let dst = r.wide_dst(&o[0], to)?.ok_or("`cvt` needs a destination")?;
    let f = cvt.function(dst);
    if let Operand::Member(name, member) = &o[1] {
        return special(r, name, Some(member), from, dst.reg, f);
    }
    if let Operand::Name(name) = &o[1]
        && r.names.get(name).is_none()
        && super::moves::special(name, None).is_some()
    {
        return special(r, name, None, from, dst.reg, f);
    }
    Ok(Op::Map1 {
        f,
        dst: dst.reg,
        a: r.wide_src(&o[1], from)?,
    })
}

/// A special register as the source.
fn special(
    r: &Reader<'_, '_>,
    name: &str,
    member: Option<&str>,
    from: Type,
    dst: u32,
    f: Map1,
) -> Decoded<Op> {
    match super::moves::special(name, member) {
        Some((which, bits)) if bits >= from.bits() => Ok(Op::Special {
            dst,
            which,
            f: Some(f),
        }),
        _ => Err(format!("`{}` cannot read that special register", r.name())),
    }
}

impl Cvt {
    /// Which modifiers must and may be there.
    fn check(&self, r: &Reader<'_, '_>) -> Decoded<()> {
        let (to, from) = (self.to, self.from);
        let same_float = to.is_float() && to == from;
        let to_integral = !to.is_float() && from.is_float();
        let inexact = to.is_float() && (!from.is_float() || to.bits() < from.bits());
        let fault = |what: &str| Err(format!("`{}`: {what}", r.name()));
        if self.integral.is_some() && !to_integral && !same_float {
            return fault("an integer rounding modifier does not apply");
        }
        if to_integral && self.integral.is_none() {
            return fault("an integer rounding modifier is needed");
        }
        if self.round.is_some() && !inexact {
            return fault("a rounding modifier does not apply");
        }
        if inexact && self.round.is_none() {
            return fault("a rounding modifier is needed");
        }
        if self.ftz && to != Type::F32 && from != Type::F32 {
            return fault("`.ftz` applies to .f32 only");
        }
        if self.sat && !to.is_float() && !from.is_float() && range_within(from, to) {
            return fault("`.sat` does not apply: nothing can saturate");
        }
        Ok(())
    }

    /// From the source's bits to those of the destination register.
    fn function(self, dst: Dst) -> Map1 {
        let Cvt {
            integral,
            ftz,
            sat,
            to,
            from,
            ..
        } = self;
        let mode = self.round.unwrap_or(Round::Nearest);
        let keep = move |value: u64| extend(value & to.mask(), to) & dst.mask;
        let finish = Finish {
            ty: to,
            ftz: ftz && to == Type::F32,
            sat,
        };
        let operand = move |a: u64| {
            if ftz && from == Type::F32 {
                flush(a)
            } else {
                a
            }
        };
        match (from.is_float(), to.is_float()) {
            (false, false) if sat => map1(move |a| keep(saturate(integer(a, from), to))),
            (false, false) => map1(move |a| keep(integer(a, from) as u64)),
            (false, true) => map1(move |a| {
                let value = integer(a, from);
                let magnitude = value.unsigned_abs() as u64;
                keep(finish.result(format(to).of_integer(value < 0, magnitude, mode)))
            }),
            (true, false) => {
                let whole = integral.unwrap_or((f32::trunc, f64::trunc));
                map1(move |a| keep(float_to_integer(operand(a) & from.mask(), from, to, whole)))
            }
            (true, true) if from == to => map1(move |a| {
                keep(finish.result(whole_float(operand(a) & from.mask(), from, integral)))
            }),
            (true, true) => map1(move |a| {
                let a = operand(a) & from.mask();
                keep(finish.result(format(to).of_format(format(from), a, mode)))
            }),
        }
    }
}

/// Whether every value of `from` is one of `to`.
fn range_within(from: Type, to: Type) -> bool {
    match (from.is_signed(), to.is_signed()) {
        (false, false) | (true, true) => to.bits() >= from.bits(),
        (false, true) => to.bits() > from.bits(),
        (true, false) => false,
    }
}

fn integer(a: u64, from: Type) -> i128 {
    match from.is_signed() {
        true => sign_extend(a, from.bits()).into(),
        false => (a & from.mask()).into(),
    }
}

/// A signed result fills a wider register with its sign, any other with zeros (9.2.1).
fn extend(value: u64, to: Type) -> u64 {
    if to.is_signed() {
        sign_extend(value, to.bits()) as u64
    } else {
        value
    }
}

fn saturate(value: i128, to: Type) -> u64 {
    let (low, high) = match to.is_signed() {
        true => (-(1i128 << (to.bits() - 1)), (1i128 << (to.bits() - 1)) - 1),
        false => (0, to.mask().into()),
    };
    value.clamp(low, high) as u64
}

/// Rounded, then clamped to the range of `to`. A NaN gives zero, but where a 64-bit type is
/// involved the integer with only the highest bit set.
fn float_to_integer(a: u64, from: Type, to: Type, whole: Integral) -> u64 {
    let single = f32::from_bits(a as u32);
    let x = match from {
        Type::F32 => f64::from(whole.0(single)),
        _ => whole.1(f64::from_bits(a)),
    };
    if x.is_nan() {
        let wide = from == Type::F64 || to.bits() == 64;
        return if wide { 1 << (to.bits() - 1) } else { 0 };
    }
    // Every integer type lies within i128, to which `as` clamps first.
    saturate(x as i128, to)
}

fn whole_float(a: u64, ty: Type, integral: Option<Integral>) -> u64 {
    match (integral, ty) {
        (None, _) => a,
        (Some((f, _)), Type::F32) => {
            let x = f(f32::from_bits(a as u32));
            if x.is_nan() {
                NAN32
            } else {
                x.to_bits().into()
            }
        }
        (Some((_, f)), _) => f(f64::from_bits(a)).to_bits(),
    }
}
