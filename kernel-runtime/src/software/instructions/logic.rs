//! Logic, shifts and bit fields (PTX ISA 9.7.1.14 to 9.7.1.23, 9.7.7, 9.7.8).

use super::super::program::{Map2, Op, map1, map2, map3};
use super::super::types::{Type, sign_extend};
use super::{Decoded, Reader};

pub(super) fn decode(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    match r.opcode() {
        "and" | "or" | "xor" => binary(r),
        "not" | "cnot" | "brev" | "clz" | "popc" | "bfind" => unary(r),
        "shl" | "shr" => shift(r),
        "shf" => funnel(r),
        "lop3" => lop3(r),
        "bfe" => bfe(r),
        "bfi" => bfi(r),
        _ => prmt(r),
    }
}

fn binary(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let opcode = r.opcode();
    let ty = r.ty("pred b16 b32 b64")?;
    let f = match opcode {
        "and" => map2(|a, b| a & b),
        "or" => map2(|a, b| a | b),
        _ => map2(|a, b| a ^ b),
    };
    let o = r.operands(3)?;
    Ok(Op::Map2 {
        f,
        dst: r.dst(&o[0], ty)?,
        a: r.src(&o[1], ty)?,
        b: r.src(&o[2], ty)?,
    })
}

fn unary(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let opcode = r.opcode();
    let amount = opcode == "bfind" && r.flag("shiftamt");
    let ty = r.ty(match opcode {
        "not" => "pred b16 b32 b64",
        "cnot" => "b16 b32 b64",
        "bfind" => "u32 u64 s32 s64",
        _ => "b32 b64",
    })?;
    let bits = ty.bits();
    let f = match opcode {
        "not" => map1(move |a| !a & ty.mask()),
        "cnot" => map1(|a| u64::from(a == 0)),
        "brev" => map1(move |a| a.reverse_bits() >> (64 - bits)),
        "clz" => map1(move |a| u64::from(a.leading_zeros()) - u64::from(64 - bits)),
        "popc" => map1(|a| a.count_ones().into()),
        _ => map1(move |a| find_bit(a, ty, amount)),
    };
    let o = r.operands(2)?;
    let result = if matches!(opcode, "clz" | "popc" | "bfind") {
        Type::U32
    } else {
        ty
    };
    Ok(Op::Map1 {
        f,
        dst: r.dst(&o[0], result)?,
        a: r.src(&o[1], ty)?,
    })
}

/// The most significant bit that is not a sign bit (9.7.1.17).
fn find_bit(a: u64, ty: Type, amount: bool) -> u64 {
    let value = match ty.is_signed() && sign_extend(a, ty.bits()) < 0 {
        true => !a & ty.mask(),
        false => a,
    };
    match value.checked_ilog2() {
        None => 0xffff_ffff,
        Some(bit) if amount => u64::from(ty.bits() - 1 - bit),
        Some(bit) => bit.into(),
    }
}

/// 9.7.7.7, 9.7.7.8: amounts beyond the width are clamped to it.
fn shift(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let left = r.opcode() == "shl";
    let all = "b16 b32 b64 u16 u32 u64 s16 s32 s64";
    let ty = r.ty(if left { "b16 b32 b64" } else { all })?;
    let bits = u64::from(ty.bits());
    let f: Map2 = match (left, ty.is_signed()) {
        (true, _) => map2(move |a, b| if b >= bits { 0 } else { a << b & ty.mask() }),
        (false, false) => map2(move |a, b| if b >= bits { 0 } else { a >> b }),
        (false, true) => {
            map2(move |a, b| (sign_extend(a, ty.bits()) >> b.min(bits - 1)) as u64 & ty.mask())
        }
    };
    let o = r.operands(3)?;
    let b = r.src(&o[2], Type::U32)?;
    Ok(Op::Map2 {
        f,
        dst: r.dst(&o[0], ty)?,
        a: r.src(&o[1], ty)?,
        b,
    })
}

/// 9.7.7.6.
fn funnel(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let left = r.need("`.l` or `.r`", |w| match w {
        "l" => Some(true),
        "r" => Some(false),
        _ => None,
    })?;
    let clamp = r.need("`.clamp` or `.wrap`", |w| match w {
        "clamp" => Some(true),
        "wrap" => Some(false),
        _ => None,
    })?;
    let ty = r.ty("b32")?;
    let f = map3(move |a, b, c| {
        let n = if clamp { c.min(32) } else { c & 31 };
        let both = b << 32 | a;
        let shifted = if left {
            (both as u128) << n >> 32
        } else {
            (both >> n).into()
        };
        shifted as u64 & 0xffff_ffff
    });
    let o = r.operands(4)?;
    let (a, b) = (r.src(&o[1], ty)?, r.src(&o[2], ty)?);
    Ok(Op::Map3 {
        f,
        dst: r.dst(&o[0], ty)?,
        a,
        b,
        c: r.src(&o[3], Type::U32)?,
    })
}

/// 9.7.7.5: bit i of the table is the result for the operands' bits that spell i.
fn lop3(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let ty = r.ty("b32")?;
    let o = r.operands(5)?;
    let super::super::program::Src::Imm(table) = r.src(&o[4], Type::U32)? else {
        return Err("the table of `lop3` must be a constant".to_owned());
    };
    if table > 255 {
        return Err(format!("{table} is not a table of `lop3`"));
    }
    let f = map3(move |a, b, c| {
        let term = |i: u64| {
            let pick = |v: u64, bit: u64| if i >> bit & 1 == 1 { v } else { !v };
            if table >> i & 1 == 1 {
                pick(a, 2) & pick(b, 1) & pick(c, 0)
            } else {
                0
            }
        };
        (0..8).fold(0, |all, i| all | term(i)) & 0xffff_ffff
    });
    let [a, b, c] = [r.src(&o[1], ty)?, r.src(&o[2], ty)?, r.src(&o[3], ty)?];
    Ok(Op::Map3 {
        f,
        dst: r.dst(&o[0], ty)?,
        a,
        b,
        c,
    })
}

/// 9.7.1.19.
fn bfe(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let ty = r.ty("u32 u64 s32 s64")?;
    let bits = u64::from(ty.bits());
    let f = map3(move |a, b, c| {
        let (position, length) = (b & 255, c & 255);
        if length == 0 {
            return 0;
        }
        let top = (position + length - 1).min(bits - 1);
        let sign = ty.is_signed() && a >> top & 1 == 1;
        let taken = length.min(bits.saturating_sub(position));
        let ones = if taken == 64 {
            u64::MAX
        } else {
            (1 << taken) - 1
        };
        let field = a.checked_shr(position as u32).unwrap_or(0) & ones;
        let fill = if sign { !ones } else { 0 };
        (field | fill) & ty.mask()
    });
    let o = r.operands(4)?;
    let (b, c) = (r.src(&o[2], Type::U32)?, r.src(&o[3], Type::U32)?);
    Ok(Op::Map3 {
        f,
        dst: r.dst(&o[0], ty)?,
        a: r.src(&o[1], ty)?,
        b,
        c,
    })
}

/// 9.7.1.20.
fn bfi(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let ty = r.ty("b32 b64")?;
    fn insert([a, b, position, length]: [u64; 4], bits: u64) -> u64 {
        let (position, length) = (position & 255, length & 255);
        let taken = length.min(bits.saturating_sub(position));
        if taken == 0 {
            return b;
        }
        let ones = u64::MAX >> (64 - taken) << position;
        b & !ones | a << position & ones
    }
    let f: fn([u64; 4]) -> u64 = match ty.bits() {
        32 => |v| insert(v, 32),
        _ => |v| insert(v, 64),
    };
    let o = r.operands(5)?;
    let (a, b) = (r.src(&o[1], ty)?, r.src(&o[2], ty)?);
    let (c, d) = (r.src(&o[3], Type::U32)?, r.src(&o[4], Type::U32)?);
    Ok(Op::Map4 {
        f,
        dst: r.dst(&o[0], ty)?,
        sources: [a, b, c, d],
    })
}

/// 9.7.9.7.
fn prmt(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let ty = r.ty("b32")?;
    let mode = r.pick(|w| {
        ["f4e", "b4e", "rc8", "ecl", "ecr", "rc16"]
            .into_iter()
            .find(|m| *m == w)
    });
    let f = map3(move |a, b, c| {
        let source = (b << 32 | a).to_le_bytes();
        let byte = |i: u64| permuted(&source, mode, c, i);
        (0..4).fold(0, |all, i| all | u64::from(byte(i)) << (8 * i))
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

/// Byte `i` of the result of `prmt`.
fn permuted(source: &[u8; 8], mode: Option<&str>, control: u64, i: u64) -> u8 {
    let selector = control & 3;
    let from = match mode {
        None => {
            let nibble = control >> (4 * i) & 15;
            let byte = source[(nibble & 7) as usize];
            let sign = if byte >> 7 == 1 { 0xff } else { 0 };
            return if nibble & 8 == 0 { byte } else { sign };
        }
        Some("f4e") => selector + i,
        Some("b4e") => (selector + 8 - i) & 7,
        Some("rc8") => selector,
        Some("ecl") => selector.max(i),
        Some("ecr") => selector.min(i),
        Some(_) => (selector & 1) * 2 + (i & 1),
    };
    source[from as usize]
}
