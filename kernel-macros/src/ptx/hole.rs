//! What a text leaves open, because only rustc can know it: names and numbers of other functions.
//!
//! While a text is written, a hole is a word between two control characters, which no other part
//! of a text contains.

use crate::ir::{Builtin, CalleeId, ExprId, Id, Scalar, VarId};
use std::fmt;

const MARK: char = '\u{1}';

/// Something to be filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hole {
    /// The name of the function itself.
    Own,
    /// The name of a function that is called.
    Callee(CalleeId),
    /// The name of an elementary function of the runtime.
    Elementary(Builtin, Scalar),
    /// The number of the first site of a function: region, and position among its calls.
    Sites {
        region: usize,
        call: usize,
    },
    /// The bits of a constant from outside.
    Constant(VarId),
    /// The type and the bits of a literal whose type is that of a function's parameter.
    LiteralType(Literal),
    LiteralBits(Literal),
}

/// A literal and the parameter that it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Literal {
    pub callee: CalleeId,
    pub position: usize,
    pub expr: ExprId,
}

/// Part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Words(String),
    Hole(Hole),
}

impl fmt::Display for Hole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let literal = |letter, literal: &Literal| {
            let Literal {
                callee,
                position,
                expr,
            } = literal;
            format!("{letter} {} {position} {}", callee.index(), expr.index())
        };
        let word = match self {
            Hole::Own => "o".to_owned(),
            Hole::Callee(callee) => format!("c {}", callee.index()),
            Hole::Elementary(builtin, ty) => format!("e {} {}", *builtin as usize, *ty as usize),
            Hole::Sites { region, call } => format!("s {region} {call}"),
            Hole::Constant(var) => format!("v {}", var.index()),
            Hole::LiteralType(of) => literal('t', of),
            Hole::LiteralBits(of) => literal('b', of),
        };
        write!(f, "{MARK}{word}{MARK}")
    }
}

/// Takes a text apart at its holes.
pub fn split(text: &str) -> Vec<Part> {
    let words = text.split(MARK).enumerate();
    words
        .filter(|(_, word)| !word.is_empty())
        .map(|(position, word)| match position % 2 {
            0 => Part::Words(word.to_owned()),
            _ => Part::Hole(read(word)),
        })
        .collect()
}

fn read(word: &str) -> Hole {
    let (letter, numbers) = word.split_once(' ').unwrap_or((word, ""));
    let numbers: Vec<usize> = numbers.split(' ').filter_map(|n| n.parse().ok()).collect();
    let literal = || Literal {
        callee: Id::from_index(numbers[0]),
        position: numbers[1],
        expr: Id::from_index(numbers[2]),
    };
    match letter {
        "o" => Hole::Own,
        "c" => Hole::Callee(Id::from_index(numbers[0])),
        "e" => Hole::Elementary(Builtin::ALL[numbers[0]], Scalar::ALL[numbers[1]]),
        "s" => Hole::Sites {
            region: numbers[0],
            call: numbers[1],
        },
        "v" => Hole::Constant(Id::from_index(numbers[0])),
        "t" => Hole::LiteralType(literal()),
        "b" => Hole::LiteralBits(literal()),
        other => unreachable!("no hole is written as `{other}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_apart_as_it_was_put_together() {
        let literal = Literal {
            callee: Id::from_index(3),
            position: 1,
            expr: Id::from_index(77),
        };
        let holes = [
            Hole::Own,
            Hole::Callee(Id::from_index(2)),
            Hole::Elementary(Builtin::Cbrt, Scalar::F32),
            Hole::Sites { region: 4, call: 5 },
            Hole::Constant(Id::from_index(9)),
            Hole::LiteralType(literal),
            Hole::LiteralBits(literal),
        ];
        let text: String = holes.iter().map(|hole| format!("{hole}, ")).collect();
        let mut parts = Vec::new();
        for hole in holes {
            parts.extend([Part::Hole(hole), Part::Words(", ".to_owned())]);
        }
        assert_eq!(split(&text), parts);
    }
}
