//! Formulas as words for a machine with a stack.

use super::number::{Number, Wide, truth};
use super::{Inputs, Primitive, Word, leaf};

/// Words, and what some of them refer to.
#[derive(Debug, Default)]
pub struct Code {
    pub words: Box<[Word]>,
    ranges: Vec<(i128, i128)>,
    large: Vec<i128>,
    /// Values that the stack holds at most.
    depth: usize,
}

/// Deeper formulas keep their stack on the heap.
const INLINE: usize = 16;

impl Code {
    /// Reads words; `None` if they do not leave one value.
    pub fn parse(text: &str) -> Option<Code> {
        let mut code = Code::default();
        let mut words = Vec::new();
        let mut depth = 0usize;
        for word in text.split_ascii_whitespace() {
            let word = code.word(word)?;
            depth = match word.operands() {
                0 => depth + 1,
                operands => depth.checked_sub(operands)? + 1,
            };
            code.depth = code.depth.max(depth);
            words.push(word);
        }
        code.words = words.into();
        (depth == 1).then_some(code)
    }

    /// Says whether this is a release, and leaves out what that decides.
    pub fn settle(&mut self, debug: bool) {
        let (yes, no) = ([Word::Int(1)], [Word::Int(0)]);
        let mut stack: Vec<Vec<Word>> = Vec::new();
        for word in &self.words {
            let operands = stack.split_off(stack.len() - word.operands());
            stack.push(match (word, operands.as_slice()) {
                (Word::Release, _) => vec![Word::Int(i64::from(!debug))],
                (Word::And, [one, other]) | (Word::And, [other, one]) if *one == yes => {
                    other.clone()
                }
                (Word::Or, [one, other]) | (Word::Or, [other, one]) if *one == no => other.clone(),
                (Word::Or, [one, other]) if *one == yes || *other == yes => yes.to_vec(),
                (Word::And, [one, other]) if *one == no || *other == no => no.to_vec(),
                _ => operands.into_iter().flatten().chain([*word]).collect(),
            });
        }
        self.words = stack.into_iter().flatten().collect();
    }

    fn word(&mut self, text: &str) -> Option<Word> {
        let known = match text {
            "+" => Word::Add,
            "-" => Word::Sub,
            "*" => Word::Mul,
            "min" => Word::Min,
            "max" => Word::Max,
            "<=" => Word::Le,
            "<" => Word::Lt,
            "and" => Word::And,
            "or" => Word::Or,
            "release" => Word::Release,
            "true" => Word::Int(1),
            "false" => Word::Int(0),
            _ => return self.with_number(text),
        };
        Some(known)
    }

    fn with_number(&mut self, text: &str) -> Option<Word> {
        if let Ok(value) = text.parse::<i128>() {
            return Some(self.integer(value));
        }
        if let Some(kind) = text.strip_prefix("fits:") {
            self.ranges.push(Primitive::from_name(kind)?.range()?);
            return Some(Word::Fits(self.ranges.len() - 1));
        }
        let split = text.find(|c: char| c.is_ascii_digit())?;
        let (name, number) = text.split_at(split);
        if let Some((array, dim)) = number.split_once('.') {
            let place = (array.parse().ok()?, dim.parse().ok()?);
            return (name == "len").then_some(Word::Len(place.0, place.1));
        }
        let number = number.parse().ok()?;
        match name {
            "lo" => Some(Word::Lo(number)),
            "hi" => Some(Word::Hi(number)),
            "int" => Some(Word::Scalar(number)),
            _ => None,
        }
    }

    fn integer(&mut self, value: i128) -> Word {
        if let Ok(value) = i64::try_from(value) {
            return Word::Int(value);
        }
        self.large.push(value);
        Word::Large(self.large.len() - 1)
    }

    /// The value of some of the words, if 128 bits hold it.
    pub fn evaluate(&self, words: &[Word], inputs: &Inputs) -> Option<i128> {
        match self.run_on::<i64>(words, inputs) {
            Some(value) => Some(value.into()),
            None => self.wide(words, inputs),
        }
    }

    #[cold]
    fn wide(&self, words: &[Word], inputs: &Inputs) -> Option<i128> {
        self.run_on::<Wide>(words, inputs)?.0
    }

    /// `None` if the numbers do not hold a value.
    fn run_on<N: Number>(&self, words: &[Word], inputs: &Inputs) -> Option<N> {
        if self.depth > INLINE {
            return self.run(words, &mut vec![N::FALSE; self.depth], inputs);
        }
        self.run(words, &mut [N::FALSE; INLINE], inputs)
    }

    fn run<N: Number>(&self, words: &[Word], stack: &mut [N], inputs: &Inputs) -> Option<N> {
        let mut top = 0;
        for word in words {
            let value = match word.operands() {
                0 => self.operand(*word, inputs)?,
                1 => {
                    top -= 1;
                    self.fits(*word, stack[top])
                }
                _ => {
                    top -= 2;
                    combine(*word, stack[top], stack[top + 1])?
                }
            };
            stack[top] = value;
            top += 1;
        }
        Some(stack[0])
    }

    fn fits<N: Number>(&self, word: Word, value: N) -> N {
        let Word::Fits(range) = word else {
            unreachable!("{word:?} takes no single operand")
        };
        let (least, greatest) = self.ranges[range];
        let value = value.known();
        truth(value.is_some_and(|value| least <= value && value <= greatest))
    }

    #[inline]
    fn operand<N: Number>(&self, word: Word, inputs: &Inputs) -> Option<N> {
        match word {
            Word::Int(value) => Some(N::small(value)),
            Word::Release => Some(truth(!inputs.debug)),
            Word::Large(at) => N::of(self.large[at]),
            _ => N::of(leaf(&word, inputs)),
        }
    }
}

#[inline]
fn combine<N: Number>(word: Word, left: N, right: N) -> Option<N> {
    match word {
        Word::Add => left.plus(right),
        Word::Sub => left.minus(right),
        Word::Mul => left.times(right),
        Word::Le => Some(truth(left.at_most(right))),
        Word::Lt => Some(truth(!right.at_most(left) && left.at_most(right))),
        Word::Min | Word::And => Some(left.pick(right, left.at_most(right))),
        Word::Max | Word::Or => Some(left.pick(right, right.at_most(left))),
        _ => unreachable!("{word:?} takes no two operands"),
    }
}
