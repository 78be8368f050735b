//! Instructions that lanes of a warp execute together: `shfl.sync` (PTX ISA 9.7.9.6),
//! `vote.sync`, `match.sync`, `activemask`, `redux.sync`, `bar.warp.sync` (9.7.13).

use super::super::ast::Operand;
use super::super::program::{Collective, Op, Reg, Rmw, Shuffle, Src};
use super::super::types::Type;
use super::{Decoded, Reader};

const NONE: Src = Src::Imm(0);

pub(super) fn decode(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    match r.opcode() {
        "bar" => warp_barrier(r),
        "shfl" => shuffle(r),
        "vote" => vote(r),
        "match" => matching(r),
        "redux" => redux(r),
        _ => active_mask(r),
    }
}

/// `.sync`, without which these are gone from sm_70 on.
fn sync(r: &mut Reader<'_, '_>) -> Decoded<()> {
    match r.flag("sync") {
        true => r.requires(60, 30),
        false => Err(format!("`{}` without `.sync` is not supported", r.name())),
    }
}

fn members(r: &Reader<'_, '_>, operand: &Operand<'_>) -> Decoded<Src> {
    r.src(operand, Type::B32)
}

fn warp_barrier(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    r.flag("warp");
    sync(r)?;
    let members = members(r, &r.operands(1)?[0])?;
    let kind = Collective::Sync;
    Ok(Op::Collective {
        kind,
        dst: [None; 2],
        a: NONE,
        b: NONE,
        c: NONE,
        members,
    })
}

/// `d` or `d|p`.
fn pair(r: &Reader<'_, '_>, operand: &Operand<'_>, ty: Type) -> Decoded<[Option<Reg>; 2]> {
    match operand {
        Operand::Pair(d, p) => Ok([
            r.dst_or_sink(&Operand::Name(d), ty)?,
            r.dst_or_sink(&Operand::Name(p), Type::Pred)?,
        ]),
        _ => Ok([Some(r.dst(operand, ty)?), None]),
    }
}

fn shuffle(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    sync(r)?;
    let mode = r.need("a mode", |word| match word {
        "up" => Some(Shuffle::Up),
        "down" => Some(Shuffle::Down),
        "bfly" => Some(Shuffle::Butterfly),
        "idx" => Some(Shuffle::Index),
        _ => None,
    })?;
    let ty = r.ty("b32")?;
    let o = r.operands(5)?;
    let dst = pair(r, &o[0], ty)?;
    let a = r.src(&o[1], ty)?;
    let (b, c) = (r.src(&o[2], Type::U32)?, r.src(&o[3], Type::U32)?);
    let members = members(r, &o[4])?;
    Ok(Op::Collective {
        kind: Collective::Shuffle(mode),
        dst,
        a,
        b,
        c,
        members,
    })
}

fn vote(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    sync(r)?;
    let kind = r.need("a mode", |word| match word {
        "all" => Some(Collective::VoteAll),
        "any" => Some(Collective::VoteAny),
        "uni" => Some(Collective::VoteUni),
        "ballot" => Some(Collective::Ballot),
        _ => None,
    })?;
    let ty = r.ty(if kind == Collective::Ballot {
        "b32"
    } else {
        "pred"
    })?;
    let o = r.operands(3)?;
    let (dst, a) = (r.dst(&o[0], ty)?, r.src(&o[1], Type::Pred)?);
    let members = members(r, &o[2])?;
    Ok(Op::Collective {
        kind,
        dst: [Some(dst), None],
        a,
        b: NONE,
        c: NONE,
        members,
    })
}

fn matching(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let kind = r.need("`.any` or `.all`", |word| match word {
        "any" => Some(Collective::MatchAny),
        "all" => Some(Collective::MatchAll),
        _ => None,
    })?;
    sync(r)?;
    r.requires(60, 70)?;
    let ty = r.ty("b32 b64")?;
    let o = r.operands(3)?;
    let dst = match kind {
        Collective::MatchAll => pair(r, &o[0], Type::B32)?,
        _ => [Some(r.dst(&o[0], Type::B32)?), None],
    };
    let (a, members) = (r.src(&o[1], ty)?, members(r, &o[2])?);
    Ok(Op::Collective {
        kind,
        dst,
        a,
        b: NONE,
        c: NONE,
        members,
    })
}

fn redux(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    sync(r)?;
    r.requires(70, 80)?;
    let (rmw, types) = r.need("an operation", |word| match word {
        "add" => Some((Rmw::Add, "u32 s32")),
        "min" => Some((Rmw::Min, "u32 s32")),
        "max" => Some((Rmw::Max, "u32 s32")),
        "and" => Some((Rmw::And, "b32")),
        "or" => Some((Rmw::Or, "b32")),
        "xor" => Some((Rmw::Xor, "b32")),
        _ => None,
    })?;
    let ty = r.ty(types)?;
    let o = r.operands(3)?;
    let (dst, a) = (r.dst(&o[0], ty)?, r.src(&o[1], ty)?);
    let members = members(r, &o[2])?;
    let kind = Collective::Redux(rmw, ty);
    Ok(Op::Collective {
        kind,
        dst: [Some(dst), None],
        a,
        b: NONE,
        c: NONE,
        members,
    })
}

fn active_mask(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    r.requires(62, 30)?;
    let ty = r.ty("b32")?;
    let dst = r.dst(&r.operands(1)?[0], ty)?;
    Ok(Op::ActiveMask { dst })
}
