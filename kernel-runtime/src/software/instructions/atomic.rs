//! `atom`, `red`, `fence`, `membar` (PTX ISA 9.7.13.4 to 9.7.13.6).

use super::super::program::{Access, Op, Order, Rmw, Scope, Src};
use super::super::types::{Space, Type};
use super::memory::scope;
use super::{Decoded, Reader};

pub(super) fn decode(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    match r.opcode() {
        "atom" | "red" => atomic(r),
        "membar" => membar(r),
        _ => fence(r),
    }
}

/// `.sem`, `.scope` and `.space`, in any order: the manual's syntax and examples differ.
fn qualifiers(r: &mut Reader<'_, '_>) -> Decoded<(Order, Space)> {
    let (mut semantics, mut scope_found, mut space) = (None, None, None);
    let semantic = |word: &str| match word {
        "relaxed" => Some((false, false)),
        "acquire" => Some((true, false)),
        "release" => Some((false, true)),
        "acq_rel" => Some((true, true)),
        _ => None,
    };
    loop {
        if let (None, Some(s)) = (semantics, r.pick(semantic)) {
            r.requires(60, 70)?;
            semantics = Some(s);
        } else if let (None, Some(s)) = (scope_found, r.pick(scope)) {
            r.requires(50, 60)?;
            scope_found = Some(s);
        } else if let (None, Some(s)) = (space, r.pick(Space::parse)) {
            space = Some(s);
        } else {
            break;
        }
    }
    let space = space.unwrap_or(Space::Generic);
    if !matches!(space, Space::Generic | Space::Global | Space::Shared) {
        return Err(format!(
            "`{}`: there are no atomics on {space} memory",
            r.name()
        ));
    }
    let (acquire, release) = semantics.unwrap_or((false, false));
    if r.opcode() == "red" && acquire {
        return Err("`red` reads nothing and so cannot acquire".to_owned());
    }
    let scope = scope_found.unwrap_or(Scope::Gpu);
    Ok((
        Order::Strong {
            acquire,
            release,
            scope,
        },
        space,
    ))
}

fn operation(word: &str) -> Option<Rmw> {
    Some(match word {
        "add" => Rmw::Add,
        "min" => Rmw::Min,
        "max" => Rmw::Max,
        "and" => Rmw::And,
        "or" => Rmw::Or,
        "xor" => Rmw::Xor,
        "inc" => Rmw::Inc,
        "dec" => Rmw::Dec,
        "exch" => Rmw::Exchange,
        "cas" => Rmw::CompareAndSwap,
        _ => return None,
    })
}

fn types(rmw: Rmw) -> &'static str {
    match rmw {
        Rmw::Add => "u32 s32 u64 f32 f64",
        Rmw::Min | Rmw::Max => "u32 s32 u64 s64",
        Rmw::Inc | Rmw::Dec => "u32",
        Rmw::CompareAndSwap => "b16 b32 b64",
        _ => "b32 b64",
    }
}

fn atomic(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let returns = r.opcode() == "atom";
    let (order, space) = qualifiers(r)?;
    let rmw = r.need("an operation", operation)?;
    if !returns && matches!(rmw, Rmw::Exchange | Rmw::CompareAndSwap) {
        return Err(format!("`{}`: `red` has no such operation", r.name()));
    }
    let ty = r.ty(types(rmw))?;
    match ty {
        Type::Float(64) => r.requires(50, 60)?,
        Type::Bits(16) => r.requires(63, 70)?,
        _ => {}
    }
    let third = usize::from(rmw == Rmw::CompareAndSwap);
    let o = r.operands(usize::from(returns) + 2 + third)?;
    let (dst, o) = match returns {
        true => (r.dst_or_sink(&o[0], ty)?, &o[1..]),
        false => (None, o),
    };
    let address = r.address(&o[0], space)?;
    let b = r.src(&o[1], ty)?;
    let c = if third == 1 {
        r.src(&o[2], ty)?
    } else {
        Src::Imm(0)
    };
    Ok(Op::Atomic {
        access: Access {
            space,
            ty,
            order,
            address,
        },
        rmw,
        dst,
        b,
        c,
    })
}

fn fence(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    r.requires(60, 70)?;
    let _semantics = r.flag("sc") || r.flag("acq_rel");
    let scope = r.need("a scope", scope)?;
    r.operands(0)?;
    Ok(Op::Fence(scope))
}

fn membar(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let level = |word: &str| match word {
        "cta" => Some(Scope::Cta),
        "gl" | "sys" => Some(Scope::Gpu),
        _ => None,
    };
    let scope = r.need("a level", level)?;
    r.operands(0)?;
    Ok(Op::Fence(scope))
}
