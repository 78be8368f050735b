//! Instructions, operands and constant expressions (PTX ISA 4.5, 6).

use winnow::combinator::{alt, opt, peek};
use winnow::prelude::*;
use winnow::token::any;

use super::super::ast::{Instruction, Literal, Operand};
use super::super::fault::Fault;
use super::super::lexer::Kind;
use super::{Parsed, Tokens, commas, dots, enclosed, kinds, line, mark, peek_mark, word};

/// `@{!}p opcode.modifiers operands;`
pub(super) fn instruction<'a>(
    input: &mut Tokens<'_, 'a>,
    text: &'a str,
) -> Parsed<Instruction<'a>> {
    let guard = guard(input)?;
    let line = line(input);
    let start = input.first().map_or(text.len(), |t| t.start);
    let opcode = word(input)?;
    let modifiers = dots(input)?;
    let operands = match peek_mark(input, ';') {
        true => Vec::new(),
        false => commas(input, operand)?,
    };
    let end = input.first().map_or(text.len(), |t| t.end);
    mark(';').parse_next(input)?;
    let text = (start, end);
    Ok(Instruction {
        guard,
        opcode,
        modifiers,
        operands,
        text,
        line,
    })
}

fn guard<'a>(input: &mut Tokens<'_, 'a>) -> Parsed<Option<(&'a str, bool)>> {
    if opt(mark('@')).parse_next(input)?.is_none() {
        return Ok(None);
    }
    let negated = opt(mark('!')).parse_next(input)?.is_some();
    Ok(Some((word(input)?, negated)))
}

fn operand<'a>(input: &mut Tokens<'_, 'a>) -> Parsed<Operand<'a>> {
    match kinds(input) {
        [Some(Kind::Mark('[')), _] => address(input),
        [Some(Kind::Mark('{')), _] => enclosed(input, ['{', '}'], operand).map(Operand::Vector),
        [Some(Kind::Mark('(')), Some(Kind::Word(_) | Kind::Mark(')'))] => list(input),
        [Some(Kind::Mark('(')), _] => arguments_or_literal(input),
        [Some(Kind::Mark('!')), Some(Kind::Word(name))] => {
            (any, any).void().parse_next(input)?;
            Ok(Operand::Not(name))
        }
        [Some(Kind::Word(_)), _] => named(input),
        _ => literal.map(Operand::Literal).parse_next(input),
    }
}

/// A parenthesis that begins with a constant: the arguments of a call, where it is followed by
/// the end of the operands; else part of a constant.
fn arguments_or_literal<'a>(input: &mut Tokens<'_, 'a>) -> Parsed<Operand<'a>> {
    let ended = (list, peek(alt((mark(';'), mark(','))))).map(|(l, ())| l);
    alt((ended, literal.map(Operand::Literal))).parse_next(input)
}

fn list<'a>(input: &mut Tokens<'_, 'a>) -> Parsed<Operand<'a>> {
    enclosed(input, ['(', ')'], operand).map(Operand::List)
}

fn named<'a>(input: &mut Tokens<'_, 'a>) -> Parsed<Operand<'a>> {
    let name = word(input)?;
    if name == "WARP_SZ" {
        // A predefined constant (PTX ISA 4.5.3).
        return Ok(Operand::Literal(Literal::Int(32)));
    }
    match kinds(input) {
        [Some(Kind::Dot(member)), _] => {
            any.void().parse_next(input)?;
            Ok(Operand::Member(name, member))
        }
        [Some(Kind::Mark('|')), _] => {
            any.void().parse_next(input)?;
            Ok(Operand::Pair(name, word(input)?))
        }
        [Some(Kind::Mark('+')), _] => Ok(Operand::Offset(name, displacement(input)?)),
        _ => Ok(Operand::Name(name)),
    }
}

/// `[base]`, `[base+offset]`, `[offset]` (PTX ISA 6.4.1).
fn address<'a>(input: &mut Tokens<'_, 'a>) -> Parsed<Operand<'a>> {
    mark('[').parse_next(input)?;
    let base = opt(word).parse_next(input)?;
    let offset = match base {
        Some(_) if peek_mark(input, ']') => 0,
        Some(_) => displacement(input)?,
        None => integer(input)? as i64,
    };
    mark(']').parse_next(input)?;
    Ok(Operand::Address { base, offset })
}

/// `+n` after a name; a negative displacement is written `+-n` (PTX ISA 6.4.1).
pub(super) fn displacement(input: &mut Tokens<'_, '_>) -> Parsed<i64> {
    mark('+').parse_next(input)?;
    integer(input).map(|n| n as i64)
}

/// A constant integer expression.
pub(super) fn integer(input: &mut Tokens<'_, '_>) -> Parsed<u64> {
    let line = line(input);
    match literal(input)? {
        Literal::Int(value) => Ok(value),
        _ => Err(Fault::at(line, "an integer is needed here")),
    }
}

/// A constant: a floating-point literal, possibly negated, or an integer expression.
pub(super) fn literal(input: &mut Tokens<'_, '_>) -> Parsed<Literal> {
    match kinds(input) {
        [Some(Kind::Single(bits)), _] => any.value(Literal::Single(bits)).parse_next(input),
        [Some(Kind::Double(value)), _] => any.value(Literal::Double(value)).parse_next(input),
        [Some(Kind::Mark('-')), Some(Kind::Single(bits))] => (any, any)
            .value(Literal::Single(bits ^ 0x8000_0000))
            .parse_next(input),
        [Some(Kind::Mark('-')), Some(Kind::Double(value))] => {
            (any, any).value(Literal::Double(-value)).parse_next(input)
        }
        _ => binary(input, 0).map(Literal::Int),
    }
}

/// Binary operators by precedence (PTX ISA 4.5.4); those of one level associate to the left.
fn binary(input: &mut Tokens<'_, '_>, level: u8) -> Parsed<u64> {
    let mut left = unary(input)?;
    while let Some((operator, tokens, its)) = operator(input).filter(|(_, _, its)| *its >= level) {
        let line = line(input);
        for _ in 0..tokens {
            any.void().parse_next(input)?;
        }
        let right = binary(input, its + 1)?;
        left = evaluate(operator, left, right)
            .ok_or_else(|| Fault::at(line, "a constant divided by zero"))?;
    }
    Ok(left)
}

/// The operator here: itself, the number of its tokens, its precedence.
fn operator(input: &Tokens<'_, '_>) -> Option<(char, usize, u8)> {
    match kinds(input) {
        [Some(Kind::Mark(c @ ('*' | '/' | '%'))), _] => Some((c, 1, 6)),
        [Some(Kind::Mark(c @ ('+' | '-'))), _] => Some((c, 1, 5)),
        [Some(Kind::Mark('<')), Some(Kind::Mark('<'))] => Some(('<', 2, 4)),
        [Some(Kind::Mark('>')), Some(Kind::Mark('>'))] => Some(('>', 2, 4)),
        [Some(Kind::Mark('&')), _] => Some(('&', 1, 3)),
        [Some(Kind::Mark('^')), _] => Some(('^', 1, 2)),
        [Some(Kind::Mark('|')), _] => Some(('|', 1, 1)),
        _ => None,
    }
}

fn evaluate(operator: char, a: u64, b: u64) -> Option<u64> {
    let (x, y) = (a as i64, b as i64);
    Some(match operator {
        '*' => a.wrapping_mul(b),
        '/' => x.checked_div(y)? as u64,
        '%' => x.checked_rem(y)? as u64,
        '+' => a.wrapping_add(b),
        '-' => a.wrapping_sub(b),
        '<' => a.checked_shl(b as u32).unwrap_or(0),
        '>' => (x >> b.min(63)) as u64,
        '&' => a & b,
        '^' => a ^ b,
        _ => a | b,
    })
}

fn unary(input: &mut Tokens<'_, '_>) -> Parsed<u64> {
    match kinds(input)[0] {
        Some(Kind::Mark('-')) => {
            any.void().parse_next(input)?;
            unary(input).map(u64::wrapping_neg)
        }
        Some(Kind::Mark('~')) => {
            any.void().parse_next(input)?;
            unary(input).map(|v| !v)
        }
        Some(Kind::Mark('!')) => {
            any.void().parse_next(input)?;
            unary(input).map(|v| u64::from(v == 0))
        }
        Some(Kind::Mark('(')) => {
            any.void().parse_next(input)?;
            let value = binary(input, 0)?;
            mark(')').parse_next(input)?;
            Ok(value)
        }
        _ => super::int(input),
    }
}
