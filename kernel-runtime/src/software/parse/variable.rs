//! Declarations of variables, registers and parameters (PTX ISA 5.4).

use winnow::combinator::opt;
use winnow::prelude::*;
use winnow::token::any;

use super::super::ast::{Extent, Init, Statement, VarSpace, Variable};
use super::super::fault::Fault;
use super::super::lexer::Kind;
use super::super::types::{Space, Type};
use super::{
    Parsed, Tokens, any_dot, declarators, dot, enclosed, expression, int, kinds, line, mark,
    peek_dot, word,
};

/// Elements of an array at most; there is no memory for more.
const MAX_LENGTH: u64 = 1 << 31;

/// `.space {.align n} {.v4} .type name{[n]} {= init}, ..;`
pub(super) fn declaration<'a>(
    input: &mut Tokens<'_, 'a>,
    external: bool,
) -> Parsed<Vec<Variable<'a>>> {
    let shape = shape(input)?;
    if shape.space == VarSpace::Register {
        return Err(Fault::at(shape.line, "registers cannot be declared here"));
    }
    let one = |input: &mut Tokens<'_, 'a>| declarator(input, &shape, external);
    declarators(input, one)
}

/// `.reg .type name{<n>}, ..;`
pub(super) fn registers<'a>(input: &mut Tokens<'_, 'a>) -> Parsed<Statement<'a>> {
    let Shape {
        ty, vector, line, ..
    } = shape(input)?;
    if vector != 1 {
        return Err(Fault::at(line, "vector registers are not supported"));
    }
    let names = declarators(input, |input: &mut Tokens<'_, 'a>| {
        let name = word(input)?;
        if opt(mark('<')).parse_next(input)?.is_none() {
            return Ok((name, None));
        }
        let count = int(input)?;
        mark('>').parse_next(input)?;
        let count = u32::try_from(count).ok().filter(|n| *n <= 1 << 16);
        let count = count.ok_or_else(|| Fault::at(line, "too many registers"))?;
        Ok((name, Some(count)))
    })?;
    Ok(Statement::Registers { ty, names, line })
}

/// A formal parameter of an entry or function.
pub(super) fn formal<'a>(input: &mut Tokens<'_, 'a>) -> Parsed<Variable<'a>> {
    let shape = shape(input)?;
    if !matches!(
        shape.space,
        VarSpace::Register | VarSpace::Memory(Space::Param)
    ) {
        return Err(Fault::at(shape.line, "a parameter is `.param` or `.reg`"));
    }
    declarator(input, &shape, false)
}

/// What stands before the names.
struct Shape {
    space: VarSpace,
    align: Option<u64>,
    vector: u64,
    ty: Type,
    line: u32,
}

fn shape(input: &mut Tokens<'_, '_>) -> Parsed<Shape> {
    let line = line(input);
    let space = match any_dot(input)? {
        "reg" => VarSpace::Register,
        other => VarSpace::Memory(
            Space::parse(other).ok_or_else(|| Fault::at(line, format!("unexpected `.{other}`")))?,
        ),
    };
    let mut align = alignment(input)?;
    let vector = match peek_dot(input) {
        Some("v2") => any.value(2).parse_next(input)?,
        Some("v4") => any.value(4).parse_next(input)?,
        _ => 1,
    };
    let line = self::line(input);
    let word = any_dot(input)?;
    let ty =
        Type::parse(word).ok_or_else(|| Fault::at(line, format!("unsupported type `.{word}`")))?;
    if ty == Type::Pred && space != VarSpace::Register {
        return Err(Fault::at(line, "predicates live in registers only"));
    }
    pointer_attribute(input)?;
    align = align.or(alignment(input)?);
    Ok(Shape {
        space,
        align,
        vector,
        ty,
        line,
    })
}

fn alignment(input: &mut Tokens<'_, '_>) -> Parsed<Option<u64>> {
    let line = line(input);
    if opt(dot("align")).parse_next(input)?.is_none() {
        return Ok(None);
    }
    let align = int(input)?;
    if !align.is_power_of_two() || align > 256 {
        return Err(Fault::at(line, format!("{align} is not an alignment")));
    }
    Ok(Some(align))
}

/// `.ptr{.space}{.align n}` says what a parameter points to (PTX ISA 5.1.6.2).
fn pointer_attribute(input: &mut Tokens<'_, '_>) -> Parsed<()> {
    if opt(dot("ptr")).parse_next(input)?.is_none() {
        return Ok(());
    }
    if peek_dot(input).and_then(Space::parse).is_some() {
        any.void().parse_next(input)?;
    }
    alignment(input).map(drop)
}

fn declarator<'a>(
    input: &mut Tokens<'_, 'a>,
    shape: &Shape,
    external: bool,
) -> Parsed<Variable<'a>> {
    let line = line(input);
    let name = word(input)?;
    let extent = extent(input)?;
    let init = match opt(mark('=')).parse_next(input)? {
        Some(()) => Some(init(input)?),
        None => None,
    };
    if init.is_some() && !matches!(shape.space, VarSpace::Memory(Space::Global | Space::Const)) {
        return Err(Fault::at(
            line,
            "only .global and .const variables have initialisers",
        ));
    }
    let Shape {
        space,
        align,
        vector,
        ty,
        ..
    } = *shape;
    Ok(Variable {
        space,
        align,
        ty,
        vector,
        name,
        extent,
        init,
        external,
        line,
    })
}

fn extent(input: &mut Tokens<'_, '_>) -> Parsed<Extent> {
    let mut extent = Extent::Scalar;
    while opt(mark('[')).parse_next(input)?.is_some() {
        let line = line(input);
        let too_long = || Fault::at(line, "the array is too long");
        let length = match opt(mark(']')).parse_next(input)? {
            Some(()) => None,
            None => {
                let length = expression::integer(input)?;
                mark(']').parse_next(input)?;
                Some(length)
                    .filter(|n| *n <= MAX_LENGTH)
                    .ok_or_else(too_long)
                    .map(Some)?
            }
        };
        extent = match (extent, length) {
            (Extent::Scalar, None) => Extent::Unsized,
            (Extent::Scalar, Some(n)) => Extent::Array(n),
            (Extent::Array(m), Some(n)) if m * n <= MAX_LENGTH => Extent::Array(m * n),
            (Extent::Array(_), Some(_)) => return Err(too_long()),
            _ => {
                return Err(Fault::at(
                    line,
                    "only a one-dimensional array may have no size",
                ));
            }
        };
    }
    Ok(extent)
}

/// An initialiser (PTX ISA 5.4.4).
fn init<'a>(input: &mut Tokens<'_, 'a>) -> Parsed<Init<'a>> {
    match kinds(input) {
        [Some(Kind::Mark('{')), _] => enclosed(input, ['{', '}'], init).map(Init::List),
        [Some(Kind::Word("generic")), Some(Kind::Mark('('))] => {
            (any, any).void().parse_next(input)?;
            let name = word(input)?;
            mark(')').parse_next(input)?;
            let offset = offset(input)?;
            Ok(Init::Symbol { name, offset })
        }
        [Some(Kind::Word(name)), _] => {
            any.void().parse_next(input)?;
            let offset = offset(input)?;
            Ok(Init::Symbol { name, offset })
        }
        _ => expression::literal.map(Init::Value).parse_next(input),
    }
}

/// `+n`, if it is there.
fn offset(input: &mut Tokens<'_, '_>) -> Parsed<i64> {
    match kinds(input)[0] {
        Some(Kind::Mark('+')) => expression::displacement(input),
        _ => Ok(0),
    }
}
