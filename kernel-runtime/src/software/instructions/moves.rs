//! `mov`, `cvta`, `isspacep` (PTX ISA 9.7.9.3, 9.7.9.20, 9.7.9.19) and special registers (10).

use super::super::ast::Operand;
use super::super::memory::{LOCAL_WINDOW, PARAM_WINDOW, SHARED_WINDOW, WINDOW_BYTES};
use super::super::names::Symbol;
use super::super::program::{Op, Special, Src, map1};
use super::super::types::{Space, Type};
use super::{Decoded, Reader};

pub(super) fn decode(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    match r.opcode() {
        "mov" => mov(r),
        "cvta" => cvta(r),
        _ => isspacep(r),
    }
}

/// A special register and its width. Those that change from machine to machine (`%smid`, ..)
/// are as on a device with one multiprocessor.
pub(super) fn special(name: &str, member: Option<&str>) -> Option<(Special, u32)> {
    let dimension = match member {
        Some("x") => Some(0),
        Some("y") => Some(1),
        Some("z") => Some(2),
        Some(_) => return None,
        None => None,
    };
    let special = match (name, dimension) {
        ("%tid", Some(d)) => Special::Tid(d),
        ("%ntid", Some(d)) => Special::Ntid(d),
        ("%ctaid", Some(d)) => Special::Ctaid(d),
        ("%nctaid", Some(d)) => Special::Nctaid(d),
        (_, Some(_)) => return None,
        ("%laneid", _) => Special::LaneId,
        ("%warpid", _) => Special::WarpId,
        ("%nwarpid", _) => Special::WarpCount,
        ("%lanemask_eq", _) => Special::MaskEq,
        ("%lanemask_lt", _) => Special::MaskLt,
        ("%lanemask_le", _) => Special::MaskLe,
        ("%lanemask_gt", _) => Special::MaskGt,
        ("%lanemask_ge", _) => Special::MaskGe,
        ("%smid", _) => Special::Zero,
        ("%nsmid", _) => Special::One,
        ("%clock" | "%clock_hi" | "%globaltimer_lo" | "%globaltimer_hi", _) => Special::Clock,
        ("%clock64" | "%globaltimer", _) => return Some((Special::Clock, 64)),
        ("%gridid", _) => return Some((Special::Zero, 64)),
        ("%total_smem_size", _) => Special::SharedBytes,
        ("%dynamic_smem_size", _) => Special::DynamicSharedBytes,
        _ => return None,
    };
    Some((special, 32))
}

fn mov(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let ty = r.ty("pred b16 b32 b64 u16 u32 u64 s16 s32 s64 f32 f64")?;
    let o = r.operands(2)?;
    match (&o[0], &o[1]) {
        (Operand::Vector(parts), _) => unpack(r, parts, &o[1], ty),
        (_, Operand::Vector(parts)) => pack(r, &o[0], parts, ty),
        (_, Operand::Member(name, member)) => read_special(r, &o[0], name, Some(member), ty),
        (_, Operand::Name(name)) if r.names.get(name).is_none() => {
            read_special(r, &o[0], name, None, ty)
        }
        (_, Operand::Name(name)) if !is_register(r, name) => address_of(r, &o[0], name, 0, ty),
        (_, Operand::Offset(name, offset)) => address_of(r, &o[0], name, *offset, ty),
        _ => {
            let (dst, a) = (r.dst(&o[0], ty)?, r.src(&o[1], ty)?);
            Ok(Op::Map1 {
                f: map1(|a| a),
                dst,
                a,
            })
        }
    }
}

fn is_register(r: &Reader<'_, '_>, name: &str) -> bool {
    matches!(r.names.get(name), Some(Symbol::Register { .. }))
}

fn read_special(
    r: &Reader<'_, '_>,
    dst: &Operand<'_>,
    name: &str,
    member: Option<&str>,
    ty: Type,
) -> Decoded<Op> {
    let Some((which, bits)) = special(name, member) else {
        let member = member.map_or(String::new(), |m| format!(".{m}"));
        return Err(format!("`{name}{member}` is not declared"));
    };
    if ty.is_float() || bits != ty.bits() {
        return Err(format!("`{name}` has .u{bits}, not {ty}"));
    }
    Ok(Op::Special {
        dst: r.dst(dst, ty)?,
        which,
        f: None,
    })
}

/// The address of a variable in its own state space.
fn address_of(
    r: &Reader<'_, '_>,
    dst: &Operand<'_>,
    name: &str,
    offset: i64,
    ty: Type,
) -> Decoded<Op> {
    if ty.is_float() || ty.bits() < 32 {
        return Err(format!("an address does not fit into {ty}"));
    }
    let dst = r.dst(dst, ty)?;
    variable_address(r, dst, name, offset, None).and_then(|(op, bits)| match bits > ty.bits() {
        true => Err(format!("the address of `{name}` does not fit into {ty}")),
        false => Ok(op),
    })
}

/// An instruction that yields a variable's address, generic if its space is `wanted`; and the
/// bits that the address needs.
fn variable_address(
    r: &Reader<'_, '_>,
    dst: u32,
    name: &str,
    offset: i64,
    wanted: Option<Space>,
) -> Decoded<(Op, u32)> {
    let (space, address) = match r.names.get(name) {
        Some(Symbol::Variable { space, address }) => (space, address),
        Some(Symbol::EntryParam { offset, .. }) => (Space::Param, offset as u64),
        Some(Symbol::Param { .. }) => {
            return Err(format!(
                "the address of function parameter `{name}` is not supported"
            ));
        }
        Some(Symbol::Function(_)) => return Err("function pointers are not supported".to_owned()),
        Some(_) => return Err(format!("`{name}` has no address")),
        None => return Err(format!("`{name}` is not declared")),
    };
    if wanted.is_some_and(|wanted| wanted != space) {
        return Err(format!("`{name}` is in {space} memory"));
    }
    let window = if wanted.is_some() { window(space) } else { 0 };
    if space == Space::Local {
        let offset = (address as i64).wrapping_add(offset);
        return Ok((
            Op::FrameAddress {
                dst,
                offset,
                window,
            },
            if window == 0 { 32 } else { 64 },
        ));
    }
    let value = address.wrapping_add_signed(offset).wrapping_add(window);
    let bits = if value >> 32 == 0 { 32 } else { 64 };
    Ok((
        Op::Map1 {
            f: map1(|a| a),
            dst,
            a: Src::Imm(value),
        },
        bits,
    ))
}

fn window(space: Space) -> u64 {
    match space {
        Space::Shared => SHARED_WINDOW,
        Space::Local => LOCAL_WINDOW,
        Space::Param => PARAM_WINDOW,
        _ => 0,
    }
}

fn element(ty: Type, count: usize) -> Decoded<Type> {
    match (ty, count) {
        (Type::Bits(n @ (16 | 32 | 64)), 2) => Ok(Type::Bits(n / 2)),
        (Type::Bits(n @ (32 | 64)), 4) => Ok(Type::Bits(n / 4)),
        _ => Err(format!("{ty} does not consist of {count} elements")),
    }
}

fn pack(r: &Reader<'_, '_>, dst: &Operand<'_>, parts: &[Operand<'_>], ty: Type) -> Decoded<Op> {
    let element = element(ty, parts.len())?;
    let parts = parts
        .iter()
        .map(|p| r.src(p, element))
        .collect::<Decoded<_>>()?;
    Ok(Op::Pack {
        dst: r.dst(dst, ty)?,
        parts,
        bits: element.bits(),
    })
}

fn unpack(r: &Reader<'_, '_>, parts: &[Operand<'_>], a: &Operand<'_>, ty: Type) -> Decoded<Op> {
    let element = element(ty, parts.len())?;
    let dst = parts
        .iter()
        .map(|p| r.dst_or_sink(p, element))
        .collect::<Decoded<_>>()?;
    Ok(Op::Unpack {
        dst,
        a: r.src(a, ty)?,
        bits: element.bits(),
    })
}

fn cvta(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let to = r.flag("to");
    let space = r.need("a state space", Space::parse)?;
    let ty = r.ty("u64")?;
    let o = r.operands(2)?;
    let dst = r.dst(&o[0], ty)?;
    match &o[1] {
        Operand::Name(name) if !is_register(r, name) && !to => {
            variable_address(r, dst, name, 0, Some(space)).map(|(op, _)| op)
        }
        Operand::Offset(name, offset) if !to => {
            variable_address(r, dst, name, *offset, Some(space)).map(|(op, _)| op)
        }
        _ => {
            let window = window(space);
            let f = match to {
                true => map1(move |a| a.wrapping_sub(window)),
                false => map1(move |a| a.wrapping_add(window)),
            };
            Ok(Op::Map1 {
                f,
                dst,
                a: r.src(&o[1], ty)?,
            })
        }
    }
}

fn isspacep(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let space = r.need("a state space", Space::parse)?;
    if space == Space::Const {
        return Err("`isspacep.const` is not supported".to_owned());
    }
    let o = r.operands(2)?;
    let inside = |window: u64| move |a: u64| a.wrapping_sub(window) < WINDOW_BYTES;
    let f = match space {
        Space::Global => map1(move |a| {
            let other = inside(SHARED_WINDOW)(a) || inside(LOCAL_WINDOW)(a);
            u64::from(!other)
        }),
        _ => map1(move |a| u64::from(inside(window(space))(a))),
    };
    Ok(Op::Map1 {
        f,
        dst: r.dst(&o[0], Type::Pred)?,
        a: r.src(&o[1], Type::U64)?,
    })
}
