//! Extended-precision integer arithmetic: sums that read and write the carry flag (PTX ISA 9.7.2).

use super::super::program::{Op, Src};
use super::super::types::Type;
use super::arithmetic::{Part, multiply};
use super::{Decoded, Reader};

const TYPES: &str = "u32 s32 u64 s64";

/// `add.cc`, `addc`, `sub.cc`, `subc`, `mad.cc`, `madc`: without the last letter the flag is
/// written only, with it read, and written under `.cc`.
pub(super) fn decode(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let opcode = r.opcode();
    let reads = opcode.ends_with('c');
    match opcode {
        "mad" | "madc" => product(r, reads),
        _ => sum(r, reads, opcode.starts_with("sub")),
    }
}

fn sum(r: &mut Reader<'_, '_>, reads: bool, subtracts: bool) -> Decoded<Op> {
    let writes = r.flag("cc");
    let ty = r.ty(TYPES)?;
    let o = r.operands(3)?;
    let [a, b] = [r.src(&o[1], ty)?, r.src(&o[2], ty)?];
    Ok(Op::Carry {
        f: match subtracts {
            true => Box::new(move |[a, b, _], borrow| less(ty, a, b, borrow)),
            false => Box::new(move |[a, b, _], carry| more(ty, a, b, carry)),
        },
        dst: r.dst(&o[0], ty)?,
        sources: [a, b, Src::Imm(0)],
        reads,
        writes,
    })
}

fn product(r: &mut Reader<'_, '_>, reads: bool) -> Decoded<Op> {
    let part = r.need("`.lo` or `.hi`", |word| match word {
        "lo" => Some(Part::Low),
        "hi" => Some(Part::High),
        _ => None,
    })?;
    let writes = r.flag("cc");
    let ty = r.ty(TYPES)?;
    let times = multiply(part, ty);
    let o = r.operands(4)?;
    let [a, b, c] = [r.src(&o[1], ty)?, r.src(&o[2], ty)?, r.src(&o[3], ty)?];
    Ok(Op::Carry {
        f: Box::new(move |[a, b, c], carry| more(ty, times(a, b), c, carry)),
        dst: r.dst(&o[0], ty)?,
        sources: [a, b, c],
        reads,
        writes,
    })
}

/// A sum with a carry in, and the carry out.
fn more(ty: Type, a: u64, b: u64, carry: bool) -> (u64, bool) {
    let sum = u128::from(a) + u128::from(b) + u128::from(carry);
    (sum as u64 & ty.mask(), sum > ty.mask().into())
}

/// A difference with a borrow in, and the borrow out.
fn less(ty: Type, a: u64, b: u64, borrow: bool) -> (u64, bool) {
    let taken = u128::from(b) + u128::from(borrow);
    let left = u128::from(a).wrapping_sub(taken);
    (left as u64 & ty.mask(), taken > a.into())
}
