//! `ld`, `st` and prefetches (PTX ISA 9.7.9.8 to 9.7.9.15).

use super::super::program::{Access, Op, Order, Scope};
use super::super::types::{Space, Type};
use super::{Decoded, Reader};

const TYPES: &str = "b8 b16 b32 b64 u8 u16 u32 u64 s8 s16 s32 s64 f32 f64";

pub(super) fn decode(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    match r.opcode() {
        "ld" | "ldu" => load(r),
        "st" => store(r),
        _ => prefetch(r),
    }
}

pub(super) fn scope(word: &str) -> Option<Scope> {
    match word {
        "cta" | "cluster" => Some(Scope::Cta),
        "gpu" | "sys" => Some(Scope::Gpu),
        _ => None,
    }
}

/// `.weak`, `.volatile`, `.relaxed.scope`, `.acquire.scope` or `.release.scope`.
fn order(r: &mut Reader<'_, '_>, sync: &str) -> Decoded<Option<Order>> {
    if r.flag("weak") {
        return Ok(Some(Order::Weak));
    }
    if r.flag("volatile") {
        // As `.relaxed.sys` (8.4.3).
        let (acquire, release) = (false, false);
        return Ok(Some(Order::Strong {
            acquire,
            release,
            scope: Scope::Gpu,
        }));
    }
    let synchronises = match r.peek() {
        Some("relaxed") => false,
        Some(word) if word == sync => true,
        _ => return Ok(None),
    };
    r.flag(if synchronises { sync } else { "relaxed" });
    r.requires(60, 70)?;
    let scope = r.need("a scope", scope)?;
    Ok(Some(Order::Strong {
        acquire: synchronises && sync == "acquire",
        release: synchronises && sync == "release",
        scope,
    }))
}

/// Order and space, in either order: the manual's syntax has the order first, its examples
/// second.
fn order_and_space(r: &mut Reader<'_, '_>, sync: &str) -> Decoded<(Order, Space)> {
    let first = order(r, sync)?;
    let space = r.pick(Space::parse).unwrap_or(Space::Generic);
    let order = match first {
        Some(order) => Some(order),
        None => self::order(r, sync)?,
    };
    let order = order.unwrap_or(Order::Weak);
    let synchronising = matches!(order, Order::Strong { .. });
    if synchronising && matches!(space, Space::Const | Space::Param | Space::Local) {
        return Err(format!(
            "`{}`: only global and shared memory synchronise",
            r.name()
        ));
    }
    Ok((order, space))
}

/// Cache operators and hints, which change nothing here.
fn hints(r: &mut Reader<'_, '_>, operators: &str) -> bool {
    let mut non_coherent = false;
    loop {
        let hint = r.peek().is_some_and(|word| {
            word.starts_with("L1::")
                || (word.starts_with("L2::") && word != "L2::cache_hint")
                || operators.split(' ').any(|o| o == word)
        });
        if r.flag("nc") {
            non_coherent = true;
        } else if hint {
            r.pick(|_| Some(()));
        } else {
            return non_coherent;
        }
    }
}

fn vector(r: &mut Reader<'_, '_>) -> usize {
    r.pick(|word| match word {
        "v2" => Some(2),
        "v4" => Some(4),
        _ => None,
    })
    .unwrap_or(1)
}

/// The element type of an access of at most 16 bytes.
fn element(r: &mut Reader<'_, '_>, count: usize) -> Decoded<Type> {
    let ty = r.ty(TYPES)?;
    match ty.bytes() * count > 16 {
        true => Err(format!(
            "`{}` would access {} bytes",
            r.name(),
            ty.bytes() * count
        )),
        false => Ok(ty),
    }
}

fn load(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let (mut order, space) = order_and_space(r, "acquire")?;
    if hints(r, "ca cg cs lu cv") || r.opcode() == "ldu" {
        if space != Space::Global || order != Order::Weak {
            return Err(format!(
                "`{}`: `.nc` is for weak loads of global memory",
                r.name()
            ));
        }
        order = Order::NonCoherent;
    }
    let count = vector(r);
    let ty = element(r, count)?;
    let o = r.operands(2)?;
    let parts = r.parts(&o[0], count)?;
    let dst = parts
        .iter()
        .map(|p| r.wide_dst(p, ty))
        .collect::<Decoded<Vec<_>>>()?;
    if space == Space::Param
        && let Some(param) = r.parameter(&o[1], ty.bytes() * count)?
    {
        let offset = param.offset;
        return Ok(match param.entry {
            true => Op::LoadEntryParam { offset, ty, dst },
            false => Op::LoadParam { offset, ty, dst },
        });
    }
    let address = r.address(&o[1], space)?;
    Ok(Op::Load {
        access: Access {
            space,
            ty,
            order,
            address,
        },
        dst,
    })
}

fn store(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let (order, space) = order_and_space(r, "release")?;
    if hints(r, "wb cg cs wt") {
        return Err("a store cannot be non-coherent".to_owned());
    }
    let count = vector(r);
    let ty = element(r, count)?;
    let o = r.operands(2)?;
    let parts = r.parts(&o[1], count)?;
    let values = parts
        .iter()
        .map(|p| r.wide_src(p, ty))
        .collect::<Decoded<Vec<_>>>()?;
    match space {
        Space::Const => Err("constant memory cannot be written".to_owned()),
        Space::Param => match r.parameter(&o[0], ty.bytes() * count)? {
            Some(param) if !param.entry => Ok(Op::StoreParam {
                offset: param.offset,
                ty,
                values,
            }),
            Some(_) => Err("parameters of an entry cannot be written".to_owned()),
            None => Err("`st.param` needs a parameter of a function or call".to_owned()),
        },
        _ => {
            let address = r.address(&o[0], space)?;
            Ok(Op::Store {
                access: Access {
                    space,
                    ty,
                    order,
                    address,
                },
                values,
            })
        }
    }
}

fn prefetch(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    r.pick(Space::parse);
    let level = |w: &str| (w.starts_with("L1") || w.starts_with("L2")).then_some(());
    r.need("a cache level", level)?;
    r.operands(1)?;
    Ok(Op::Nothing)
}
