//! Control flow (PTX ISA 9.7.12) and barriers of a block (9.7.13.1).

use super::super::ast::Operand;
use super::super::names::Symbol;
use super::super::program::{Barrier, Op, Place, Src, Transfer};
use super::super::types::Type;
use super::{Decoded, Reader};

pub(super) fn decode(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    match r.opcode() {
        "bra" => bra(r),
        "brx" => brx(r),
        "call" => call(r),
        "ret" => {
            r.flag("uni");
            r.operands(0).map(|_| Op::Return)
        }
        "exit" => r.operands(0).map(|_| Op::Exit),
        "trap" => r.operands(0).map(|_| Op::Trap),
        "nanosleep" => {
            r.requires(63, 70)?;
            r.ty("u32")?;
            r.operands(1).map(|_| Op::Nothing)
        }
        _ => barrier(r),
    }
}

fn bra(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let uniform = r.flag("uni");
    match &r.operands(1)?[0] {
        Operand::Name(name) => Ok(Op::Branch {
            target: r.names.label(name)?,
            uniform,
        }),
        _ => Err("`bra` needs a label".to_owned()),
    }
}

fn brx(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    r.requires(60, 30)?;
    if !r.flag("idx") {
        return Err(format!("unknown instruction `{}`", r.name()));
    }
    r.flag("uni");
    let o = r.operands(2)?;
    let index = r.src(&o[0], Type::U32)?;
    let Operand::Name(list) = &o[1] else {
        return Err("`brx.idx` needs a list of labels".to_owned());
    };
    match r.names.get(list) {
        Some(Symbol::Targets(targets)) => Ok(Op::BranchIndex { index, targets }),
        _ => Err(format!("`{list}` is not a `.branchtargets` list")),
    }
}

fn call(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    r.flag("uni");
    let o = r.operands_between(1, 3)?;
    let (results, o) = match &o[0] {
        Operand::List(results) => (&results[..], &o[1..]),
        _ => (&[][..], o),
    };
    let (name, arguments) = match o {
        [Operand::Name(name)] => (name, &[][..]),
        [Operand::Name(name), Operand::List(arguments)] => (name, &arguments[..]),
        _ => return Err("only direct calls are supported".to_owned()),
    };
    let function = match r.names.get(name) {
        Some(Symbol::Function(function)) => function,
        Some(Symbol::Register { .. }) => return Err("only direct calls are supported".to_owned()),
        _ => return Err(format!("`{name}` is not a function")),
    };
    let signature = &r.names.functions[function];
    if signature.entry {
        return Err(format!("`{name}` is an entry, which cannot be called"));
    }
    if !signature.defined {
        return Err(format!(
            "function `{name}` is declared but not defined in this module"
        ));
    }
    let results = transfers(r, name, results, &signature.results, true)?;
    let arguments = transfers(r, name, arguments, &signature.params, false)?;
    Ok(Op::Call {
        function,
        arguments,
        results,
    })
}

fn transfers(
    r: &Reader<'_, '_>,
    name: &str,
    actual: &[Operand<'_>],
    formal: &[(Place, Option<Type>)],
    written: bool,
) -> Decoded<Vec<Transfer>> {
    let what = if written { "results" } else { "parameters" };
    if actual.len() != formal.len() {
        let (has, given) = (formal.len(), actual.len());
        return Err(format!("`{name}` has {has} {what}, the call {given}"));
    }
    let one = |(actual, (formal, ty)): (&Operand<'_>, &(Place, Option<Type>))| {
        transfer(r, actual, *formal, *ty, written).map(|place| (place, *formal))
    };
    actual.iter().zip(formal).map(one).collect()
}

/// Where an actual argument or result is.
fn transfer(
    r: &Reader<'_, '_>,
    actual: &Operand<'_>,
    formal: Place,
    ty: Option<Type>,
    written: bool,
) -> Decoded<Place> {
    if let Operand::Name(name) = actual
        && let Some(Symbol::Param { offset, bytes }) = r.names.get(name)
    {
        let wanted = match formal {
            Place::Memory { bytes, .. } => bytes,
            Place::Value(_) => ty.map_or(0, Type::bytes),
        };
        return match bytes == wanted {
            true => Ok(Place::Memory { offset, bytes }),
            false => Err(format!(
                "`{name}` has {bytes} bytes, the formal parameter {wanted}"
            )),
        };
    }
    let ty = ty.ok_or("an array parameter needs a `.param` variable")?;
    match written {
        true => r.dst(actual, ty).map(|reg| Place::Value(Src::Reg(reg))),
        false => r.src(actual, ty).map(Place::Value),
    }
}

/// `bar` is `barrier` with `.aligned`.
fn barrier(r: &mut Reader<'_, '_>) -> Decoded<Op> {
    let old = r.opcode() == "bar";
    if !old {
        r.requires(60, 30)?;
    }
    r.flag("cta");
    let form = r.need("`.sync`, `.arrive` or `.red`", |word| match word {
        "sync" => Some(Some(Barrier::Sync)),
        "arrive" => Some(Some(Barrier::Arrive)),
        "red" => Some(None),
        _ => None,
    })?;
    let Some(kind) = form else {
        return reduction(r, old);
    };
    let aligned = r.flag("aligned") || old;
    let o = r.operands_between(if kind == Barrier::Arrive { 2 } else { 1 }, 2)?;
    let id = r.src(&o[0], Type::U32)?;
    let count = o.get(1).map(|c| r.src(c, Type::U32)).transpose()?;
    Ok(Op::Barrier {
        kind,
        aligned,
        id,
        count,
        dst: 0,
        test: Src::Imm(0),
    })
}

fn reduction(r: &mut Reader<'_, '_>, old: bool) -> Decoded<Op> {
    let kind = r.need("`.popc`, `.and` or `.or`", |word| match word {
        "popc" => Some(Barrier::Popc),
        "and" => Some(Barrier::And),
        "or" => Some(Barrier::Or),
        _ => None,
    })?;
    let aligned = r.flag("aligned") || old;
    let ty = r.ty(if kind == Barrier::Popc { "u32" } else { "pred" })?;
    let o = r.operands_between(3, 4)?;
    let dst = r.dst(&o[0], ty)?;
    let id = r.src(&o[1], Type::U32)?;
    let count = if o.len() == 4 {
        Some(r.src(&o[2], Type::U32)?)
    } else {
        None
    };
    let test = r.src(&o[o.len() - 1], Type::Pred)?;
    Ok(Op::Barrier {
        kind,
        aligned,
        id,
        count,
        dst,
        test,
    })
}
