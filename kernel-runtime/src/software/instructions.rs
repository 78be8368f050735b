//! Instructions by family: modifiers and operands checked, and what they compute.

mod arithmetic;
mod atomic;
mod carry;
mod collective;
mod compare;
mod control;
mod convert;
mod float;
mod logic;
mod memory;
mod moves;
mod reader;

use super::ast::Instruction;
use super::names::Names;
use super::program::Op;
pub(super) use float::flush;
use reader::Reader;

/// What an instruction could not be decoded for.
type Decoded<T> = Result<T, String>;

/// Decodes an instruction. Branch targets are numbers of labels.
pub(super) fn decode(names: &Names<'_>, instruction: &Instruction<'_>) -> Decoded<Op> {
    let mut reader = Reader::new(names, instruction);
    let r = &mut reader;
    match instruction.opcode {
        "add" | "sub" | "mul" | "div" | "min" | "max" | "abs" | "neg" if r.is_float() => {
            float::decode(r)
        }
        "fma" | "sqrt" | "rcp" | "copysign" | "testp" => float::decode(r),
        "mad" if r.is_float() => float::decode(r),
        "addc" | "subc" | "madc" => carry::decode(r),
        "add" | "sub" | "mad" if instruction.modifiers.contains(&"cc") => carry::decode(r),
        "add" | "sub" | "mul" | "mad" | "div" | "rem" | "abs" | "neg" | "min" | "max" | "sad"
        | "mul24" | "mad24" => arithmetic::decode(r),
        "and" | "or" | "xor" | "not" | "cnot" | "shl" | "shr" | "shf" | "lop3" | "bfe" | "bfi"
        | "brev" | "clz" | "popc" | "bfind" | "prmt" => logic::decode(r),
        "setp" | "set" | "selp" | "slct" => compare::decode(r),
        "cvt" => convert::decode(r),
        "mov" | "cvta" | "isspacep" => moves::decode(r),
        "ld" | "ldu" | "st" | "prefetch" | "prefetchu" => memory::decode(r),
        "atom" | "red" | "fence" | "membar" => atomic::decode(r),
        "bra" | "brx" | "call" | "ret" | "exit" | "trap" | "bar" | "barrier" | "nanosleep" => {
            if instruction.opcode == "bar" && instruction.modifiers.first() == Some(&"warp") {
                return collective::decode(r);
            }
            control::decode(r)
        }
        "shfl" | "vote" | "match" | "redux" | "activemask" => collective::decode(r),
        "ex2" | "lg2" | "sin" | "cos" | "tanh" | "rsqrt" => Err(format!(
            "`{}` is an approximation whose result the manual does not define",
            r.name()
        )),
        other => Err(format!("unknown instruction `{other}`")),
    }
}

/// Whether a name is that of a special register.
pub(super) fn is_special(name: &str) -> bool {
    [None, Some("x")]
        .into_iter()
        .any(|member| moves::special(name, member).is_some())
}
