//! PTX text to tokens (PTX ISA 4.1 to 4.5).

use winnow::ascii::{digit1, hex_digit1, oct_digit1};
use winnow::combinator::{alt, delimited, opt, preceded, repeat};
use winnow::error::EmptyError;
use winnow::prelude::*;
use winnow::stream::{LocatingSlice, Location};
use winnow::token::{one_of, take_till, take_until, take_while};

use super::fault::Fault;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind<'a> {
    /// An identifier, or the sink `_`.
    Word(&'a str),
    /// A directive or modifier, without its dot.
    Dot(&'a str),
    /// An integer literal.
    Int(u64),
    /// `0f...`: the bits of a binary32.
    Single(u32),
    /// `0d...` or a decimal floating-point literal.
    Double(f64),
    /// A string, without quotes.
    Text(&'a str),
    /// Punctuation.
    Mark(char),
}

/// A token and where it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) line: u32,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl PartialEq<Kind<'static>> for Token<'_> {
    fn eq(&self, other: &Kind<'static>) -> bool {
        self.kind == *other
    }
}

/// Punctuation and the operators of constant expressions.
const MARKS: &str = "{}()[],;:+-*/%!@<>=|&^~";

type Input<'a> = LocatingSlice<&'a str>;
type Lexed<T> = Result<T, EmptyError>;

/// All tokens of `text`.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Fault> {
    let mut input = LocatingSlice::new(text);
    let mut lines = Lines::new(text);
    let mut out = Vec::new();
    loop {
        let unended = blank.parse_next(&mut input).is_err();
        let start = input.current_token_start();
        let line = lines.of(start);
        if unended {
            return Err(Fault::at(line, "a comment without end"));
        }
        let Some(next) = input.chars().next() else {
            return Ok(out);
        };
        let kind = token
            .parse_next(&mut input)
            .map_err(|_| Fault::at(line, format!("unexpected character `{next}`")))?;
        let end = input.current_token_start();
        out.push(Token {
            kind,
            line,
            start,
            end,
        });
    }
}

/// Line numbers of increasing positions.
struct Lines<'a> {
    text: &'a str,
    seen: usize,
    line: u32,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Lines {
            text,
            seen: 0,
            line: 1,
        }
    }

    fn of(&mut self, position: usize) -> u32 {
        let newlines = self.text.as_bytes()[self.seen..position]
            .iter()
            .filter(|b| **b == b'\n');
        self.line += newlines.count() as u32;
        self.seen = position;
        self.line
    }
}

fn blank(input: &mut Input<'_>) -> Lexed<()> {
    loop {
        take_while(0.., char::is_whitespace)
            .void()
            .parse_next(input)?;
        if input.starts_with("//") {
            take_till(0.., '\n').void().parse_next(input)?;
        } else if input.starts_with("/*") {
            ("/*", take_until(0.., "*/"), "*/")
                .void()
                .parse_next(input)?;
        } else {
            return Ok(());
        }
    }
}

fn token<'a>(input: &mut Input<'a>) -> Lexed<Kind<'a>> {
    alt((
        word.map(Kind::Word),
        preceded('.', qualifier).map(Kind::Dot),
        number,
        delimited('"', take_till(0.., '"'), '"').map(Kind::Text),
        one_of(|c: char| MARKS.contains(c)).map(Kind::Mark),
    ))
    .parse_next(input)
}

/// `[a-zA-Z]followsym*` or `[_$%]followsym+` (PTX ISA 4.4), and the lone `_`.
fn word<'a>(input: &mut Input<'a>) -> Lexed<&'a str> {
    let follow = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    alt((
        (one_of(('a'..='z', 'A'..='Z', '_')), take_while(0.., follow)).take(),
        (one_of(['$', '%']), take_while(1.., follow)).take(),
    ))
    .parse_next(input)
}

/// What follows a dot: letters, digits and `::`.
fn qualifier<'a>(input: &mut Input<'a>) -> Lexed<&'a str> {
    let name = |i: &mut Input<'a>| -> Lexed<()> {
        take_while(1.., |c: char| c.is_ascii_alphanumeric() || c == '_')
            .void()
            .parse_next(i)
    };
    (name, repeat::<_, _, (), _, _>(0.., ("::", name)))
        .take()
        .parse_next(input)
}

fn number<'a>(input: &mut Input<'a>) -> Lexed<Kind<'a>> {
    alt((
        hexadecimal_float,
        (preceded(alt(("0x", "0X")), hex_digit1), unsigned).verify_map(|(d, _)| integer(d, 16)),
        (
            preceded(alt(("0b", "0B")), take_while(1.., ['0', '1'])),
            unsigned,
        )
            .verify_map(|(d, _)| integer(d, 2)),
        decimal_float,
        (preceded('0', oct_digit1), unsigned).verify_map(|(d, _)| integer(d, 8)),
        (digit1, unsigned).verify_map(|(d, _)| integer(d, 10)),
    ))
    .parse_next(input)
}

fn unsigned(input: &mut Input<'_>) -> Lexed<()> {
    opt('U').void().parse_next(input)
}

fn integer(digits: &str, radix: u32) -> Option<Kind<'static>> {
    u64::from_str_radix(digits, radix).ok().map(Kind::Int)
}

/// `0[fF]{8 digits}` and `0[dD]{16 digits}` (PTX ISA 4.5.2).
fn hexadecimal_float<'a>(input: &mut Input<'a>) -> Lexed<Kind<'a>> {
    let digits = |n: usize| take_while(n..=n, |c: char| c.is_ascii_hexdigit());
    let parsed = |d: &str| u64::from_str_radix(d, 16).ok();
    alt((
        preceded(alt(("0f", "0F")), digits(8))
            .verify_map(move |d| parsed(d).map(|b| Kind::Single(b as u32))),
        preceded(alt(("0d", "0D")), digits(16))
            .verify_map(move |d| parsed(d).map(|b| Kind::Double(f64::from_bits(b)))),
    ))
    .parse_next(input)
}

fn decimal_float<'a>(input: &mut Input<'a>) -> Lexed<Kind<'a>> {
    let exponent = |i: &mut Input<'a>| -> Lexed<()> {
        (one_of(['e', 'E']), opt(one_of(['+', '-'])), digit1)
            .void()
            .parse_next(i)
    };
    alt((
        (
            digit1,
            '.',
            take_while(0.., |c: char| c.is_ascii_digit()),
            opt(exponent),
        )
            .take(),
        (digit1, exponent).take(),
    ))
    .verify_map(|text: &str| text.parse().ok().map(Kind::Double))
    .parse_next(input)
}

impl std::fmt::Display for Kind<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Kind::Word(w) => write!(f, "`{w}`"),
            Kind::Dot(w) => write!(f, "`.{w}`"),
            Kind::Int(n) => write!(f, "`{n}`"),
            Kind::Single(b) => write!(f, "`0f{b:08X}`"),
            Kind::Double(v) => write!(f, "`0d{:016X}`", v.to_bits()),
            Kind::Text(t) => write!(f, "\"{t}\""),
            Kind::Mark(c) => write!(f, "`{c}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind<'_>> {
        tokens(text).unwrap().into_iter().map(|t| t.kind).collect()
    }

    #[test]
    fn literals() {
        assert_eq!(
            kinds("12 0x1Fu 017 0b101 0f3F800000 0d4000000000000000 1.5 2e3 0 7U"),
            [
                Kind::Int(12),
                Kind::Int(0x1f),
                Kind::Word("u"),
                Kind::Int(0o17),
                Kind::Int(5),
                Kind::Single(0x3f80_0000),
                Kind::Double(2.0),
                Kind::Double(1.5),
                Kind::Double(2000.0),
                Kind::Int(0),
                Kind::Int(7),
            ]
        );
    }

    #[test]
    fn words_and_dots() {
        assert_eq!(
            kinds("ld.global.L2::128B.f64 %rd<3>, $L__BB0_1 _ %tid.x"),
            [
                Kind::Word("ld"),
                Kind::Dot("global"),
                Kind::Dot("L2::128B"),
                Kind::Dot("f64"),
                Kind::Word("%rd"),
                Kind::Mark('<'),
                Kind::Int(3),
                Kind::Mark('>'),
                Kind::Mark(','),
                Kind::Word("$L__BB0_1"),
                Kind::Word("_"),
                Kind::Word("%tid"),
                Kind::Dot("x"),
            ]
        );
    }

    #[test]
    fn lines_and_comments() {
        let all = tokens("a // x\n/* b\n c */ d\n\n e").unwrap();
        let lines: Vec<_> = all.iter().map(|t| t.line).collect();
        assert_eq!(lines, [1, 3, 5]);
        assert_eq!(
            tokens("a\n /* b").unwrap_err().to_string(),
            "line 2: a comment without end"
        );
        assert_eq!(
            tokens("a\n #").unwrap_err().to_string(),
            "line 2: unexpected character `#`"
        );
    }
}
