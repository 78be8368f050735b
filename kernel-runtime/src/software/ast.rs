//! The syntax tree: what the text says, with names not yet looked up.

use super::types::{Space, Type};

/// A text.
#[derive(Debug)]
pub(super) struct Module<'a> {
    /// `.version`, times ten.
    pub(super) version: u32,
    /// The number in `.target sm_NN`.
    pub(super) target: u32,
    pub(super) variables: Vec<Variable<'a>>,
    pub(super) functions: Vec<Function<'a>>,
}

/// A variable in memory, or a formal parameter.
#[derive(Clone, Debug)]
pub(super) struct Variable<'a> {
    pub(super) space: VarSpace,
    pub(super) align: Option<u64>,
    pub(super) ty: Type,
    /// 2 or 4 for `.v2`, `.v4`; else 1.
    pub(super) vector: u64,
    pub(super) name: &'a str,
    pub(super) extent: Extent,
    pub(super) init: Option<Init<'a>>,
    pub(super) external: bool,
    pub(super) line: u32,
}

/// Where a variable lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VarSpace {
    Register,
    Memory(Space),
}

/// How many elements a variable has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    Scalar,
    Array(u64),
    /// `name[]`.
    Unsized,
}

/// An initialiser.
#[derive(Clone, Debug)]
pub(super) enum Init<'a> {
    Value(Literal),
    /// The address of a variable. (`generic(..)` changes nothing: the addresses of global and
    /// constant memory are generic ones here.)
    Symbol {
        name: &'a str,
        offset: i64,
    },
    List(Vec<Init<'a>>),
}

/// A constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Literal {
    Int(u64),
    Single(u32),
    Double(f64),
}

impl Literal {
    /// The bits of a constant of a type (PTX ISA 4.5: integers are truncated to the size needed).
    pub(super) fn bits(self, ty: Type) -> Result<u64, String> {
        match (self, ty) {
            (Literal::Int(value), Type::Pred) => Ok(u64::from(value != 0)),
            (Literal::Int(_), Type::Float(_)) => {
                Err(format!("an integer constant cannot stand for a {ty} value"))
            }
            (Literal::Int(value), _) => Ok(value & ty.mask()),
            (Literal::Single(bits), Type::Float(32) | Type::Bits(32)) => Ok(bits.into()),
            (Literal::Single(bits), Type::Float(64)) => {
                Ok(f64::from(f32::from_bits(bits)).to_bits())
            }
            (Literal::Double(value), Type::Float(32)) => Ok((value as f32).to_bits().into()),
            (Literal::Double(value), Type::Float(64) | Type::Bits(64)) => Ok(value.to_bits()),
            _ => Err(format!(
                "a floating-point constant cannot stand for a {ty} value"
            )),
        }
    }
}

/// `.entry` or `.func`.
#[derive(Debug)]
pub(super) struct Function<'a> {
    pub(super) entry: bool,
    pub(super) name: &'a str,
    pub(super) results: Vec<Variable<'a>>,
    pub(super) params: Vec<Variable<'a>>,
    /// `.maxntid`: threads per block at most.
    pub(super) max_threads: Option<u64>,
    /// `.reqntid`.
    pub(super) required_threads: Option<[u64; 3]>,
    /// None for a declaration.
    pub(super) body: Option<Vec<Statement<'a>>>,
    pub(super) line: u32,
}

/// A statement of a body.
#[derive(Debug)]
pub(super) enum Statement<'a> {
    Block(Vec<Statement<'a>>),
    /// `.reg`: names with the number of registers of `name<n>`.
    Registers {
        ty: Type,
        names: Vec<(&'a str, Option<u32>)>,
        line: u32,
    },
    Variables(Vec<Variable<'a>>),
    Label {
        name: &'a str,
        line: u32,
    },
    BranchTargets {
        name: &'a str,
        targets: Vec<&'a str>,
        line: u32,
    },
    Instruction(Instruction<'a>),
}

/// An instruction.
#[derive(Debug)]
pub(super) struct Instruction<'a> {
    /// Register and whether its complement guards.
    pub(super) guard: Option<(&'a str, bool)>,
    pub(super) opcode: &'a str,
    pub(super) modifiers: Vec<&'a str>,
    pub(super) operands: Vec<Operand<'a>>,
    /// Where its text is in the source.
    pub(super) text: (usize, usize),
    pub(super) line: u32,
}

/// An operand.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand<'a> {
    /// A register, special register, label, variable, function, or the sink `_`.
    Name(&'a str),
    /// `%tid.x`.
    Member(&'a str, &'a str),
    Literal(Literal),
    /// `!p`.
    Not(&'a str),
    /// `d|p`.
    Pair(&'a str, &'a str),
    /// `variable+8`.
    Offset(&'a str, i64),
    /// `[base+offset]`.
    Address {
        base: Option<&'a str>,
        offset: i64,
    },
    /// `{a, b}`.
    Vector(Vec<Operand<'a>>),
    /// `(a, b)`, in calls.
    List(Vec<Operand<'a>>),
}
