//! A guard's arithmetic: formulas over what a region captured, evaluated anew for every run.
//!
//! A formula is text in postfix notation, words separated by spaces. Integers and truth values
//! share one stack:
//!
//! | word | pushes |
//! |---|---|
//! | `-7` | the integer |
//! | `lo0`, `hi0` | least and greatest value of a parallel loop's variable |
//! | `len1.0` | length of dimension 0 of array 1 |
//! | `int2` | scalar 2 |
//! | `release` | whether the user's crate has no debug assertions |
//! | `true`, `false` | |
//! | `+ - * min max` | of two integers |
//! | `<= <` | of two integers |
//! | `fits:u8` | whether an integer is a value of the type |
//! | `and or` | of two truth values |
//!
//! Values are exact. Where one leaves 128 bits, every comparison with it fails (rule R1). Nearly
//! always 64 bits hold them all, and then they are all that is computed with.

use super::primitive::Primitive;
use super::{Array, Progressions};

/// What formulas are about.
pub struct Inputs<'a> {
    pub loops: &'a Progressions,
    pub arrays: &'a [Array<'a>],
    pub scalars: &'a [u64],
    pub kinds: &'a [Primitive],
    pub debug: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Int(i64),
    Lo(usize),
    Hi(usize),
    Len(usize, usize),
    Scalar(usize),
    Release,
    Add,
    Sub,
    Mul,
    Min,
    Max,
    Le,
    Lt,
    /// By position in [`Formula::ranges`].
    Fits(usize),
    And,
    Or,
    /// An integer of more than 64 bits, by position in [`Formula::large`].
    Large(usize),
}

/// A formula, ready to be evaluated.
#[derive(Debug, Default)]
pub struct Formula {
    code: Code,
    /// Of the conditions that it is the conjunction of, those that compare sums of what a run knows
    /// already: nearly all, one behind the other.
    sums: Box<[Term]>,
    /// The other ones.
    others: Box<[Box<[Word]>]>,
}

/// A term of a sum.
#[derive(Clone, Copy, Debug)]
struct Term {
    /// It has no operands.
    word: Word,
    minus: bool,
    /// What the sum that ends here has to be.
    end: End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It does not end here.
    Open,
    Negative,
    AtMostZero,
}

/// Words, and what some of them refer to.
#[derive(Debug, Default)]
struct Code {
    words: Box<[Word]>,
    ranges: Vec<(i128, i128)>,
    large: Vec<i128>,
    /// Values that the stack holds at most.
    depth: usize,
}

/// Deeper formulas keep their stack on the heap.
const INLINE: usize = 16;

impl Formula {
    /// Reads a formula; `None` if the text is none.
    pub fn parse(text: &str) -> Option<Formula> {
        let code = Code::parse(text)?;
        let (mut sums, mut others) = (Vec::new(), Vec::new());
        for condition in conjuncts(&code.words) {
            match comparison(condition) {
                Some(terms) => sums.extend(terms),
                None if *condition == [Word::Int(1)] => {}
                None => others.push(condition.into()),
            }
        }
        Some(Formula {
            sums: sums.into(),
            others: others.into(),
            code,
        })
    }

    /// Whether the condition holds.
    #[inline]
    pub fn holds(&self, inputs: &Inputs) -> bool {
        let sums = match narrow_sums_hold(&self.sums, inputs) {
            Some(hold) => hold,
            None => wide_sums_hold(&self.sums, inputs),
        };
        let mut others = self.others.iter();
        sums && others.all(|words| self.code.evaluate(words, inputs) == Some(1))
    }

    /// The value, where it is the same in every run.
    pub fn constant(&self) -> Option<i64> {
        match *self.code.words {
            [Word::Int(value)] => Some(value),
            _ => None,
        }
    }

    /// The value, if 128 bits hold it.
    #[inline]
    pub fn value(&self, inputs: &Inputs) -> Option<i128> {
        match self.constant() {
            Some(value) => Some(value.into()),
            None => self.code.evaluate(&self.code.words, inputs),
        }
    }
}

/// The conditions that `and` joins, from left to right.
fn conjuncts(words: &[Word]) -> Vec<&[Word]> {
    match words.split_last() {
        Some((Word::And, operands)) => {
            let (left, right) = operands.split_at(last_operand(operands));
            let mut all = conjuncts(left);
            all.extend(conjuncts(right));
            all
        }
        _ => vec![words],
    }
}

/// Where the last value begins that these words push.
fn last_operand(words: &[Word]) -> usize {
    let mut missing = 1;
    let start = words.iter().rposition(|word| {
        missing += word.operands();
        missing -= 1;
        missing == 0
    });
    start.unwrap_or(0)
}

/// The terms of a comparison of sums.
fn comparison(words: &[Word]) -> Option<Vec<Term>> {
    let (last, operands) = words.split_last()?;
    let end = match last {
        Word::Lt => End::Negative,
        Word::Le => End::AtMostZero,
        _ => return None,
    };
    let (left, right) = operands.split_at(last_operand(operands));
    let mut terms = Vec::new();
    let sums = add(left, false, &mut terms) && add(right, true, &mut terms);
    terms.last_mut()?.end = end;
    sums.then_some(terms)
}

/// Whether they hold, in 64 bits; `None` where those do not hold every value on the way.
#[inline]
fn narrow_sums_hold(terms: &[Term], inputs: &Inputs) -> Option<bool> {
    let mut sum = 0i64;
    for term in terms {
        let value = i64::try_from(leaf(term.word, inputs)).ok()?;
        sum = match term.minus {
            true => sum.checked_sub(value)?,
            false => sum.checked_add(value)?,
        };
        match term.end {
            End::Open => continue,
            End::Negative if sum < 0 => {}
            End::AtMostZero if sum <= 0 => {}
            _ => return Some(false),
        }
        sum = 0;
    }
    Some(true)
}

/// Whether they hold, in 128 bits, which so few values of 64 bits never leave.
#[cold]
fn wide_sums_hold(terms: &[Term], inputs: &Inputs) -> bool {
    let mut sum = 0;
    terms.iter().all(|term| {
        let value = leaf(term.word, inputs);
        sum += if term.minus { -value } else { value };
        let holds = match term.end {
            End::Open => return true,
            End::Negative => sum < 0,
            End::AtMostZero => sum <= 0,
        };
        sum = 0;
        holds
    })
}

/// Adds the terms of a value, or subtracts them; false if it is no sum.
fn add(words: &[Word], minus: bool, terms: &mut Vec<Term>) -> bool {
    let Some((last, operands)) = words.split_last() else {
        return false;
    };
    match last {
        Word::Int(_) | Word::Lo(_) | Word::Hi(_) | Word::Len(..) | Word::Scalar(_) => {
            let (word, end) = (*last, End::Open);
            terms.push(Term { word, minus, end });
            true
        }
        Word::Add | Word::Sub => {
            let (left, right) = operands.split_at(last_operand(operands));
            let opposite = minus != (*last == Word::Sub);
            add(left, minus, terms) && add(right, opposite, terms)
        }
        _ => false,
    }
}

/// What a run knows: a value of 64 bits, or a loop variable's.
#[inline]
fn leaf(word: Word, inputs: &Inputs) -> i128 {
    match word {
        Word::Int(value) => value.into(),
        Word::Len(array, dim) => i128::from(inputs.arrays[array].len(dim) as u64),
        Word::Lo(at) => inputs.loops.get(at).lo(),
        Word::Hi(at) => inputs.loops.get(at).hi(),
        Word::Scalar(at) => inputs.kinds[at].integer(inputs.scalars[at]),
        _ => unreachable!("{word:?} is not known to a run"),
    }
}

impl Code {
    fn parse(text: &str) -> Option<Code> {
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
    fn evaluate(&self, words: &[Word], inputs: &Inputs) -> Option<i128> {
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
            _ => N::of(leaf(word, inputs)),
        }
    }
}

impl Word {
    fn operands(self) -> usize {
        match self {
            Word::Int(_)
            | Word::Lo(_)
            | Word::Hi(_)
            | Word::Len(..)
            | Word::Scalar(_)
            | Word::Release
            | Word::Large(_) => 0,
            Word::Fits(_) => 1,
            Word::Add
            | Word::Sub
            | Word::Mul
            | Word::Min
            | Word::Max
            | Word::Le
            | Word::Lt
            | Word::And
            | Word::Or => 2,
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

#[inline]
fn truth<N: Number>(holds: bool) -> N {
    N::small(i64::from(holds))
}

/// What a stack holds.
trait Number: Copy {
    const FALSE: Self;
    fn small(value: i64) -> Self;
    /// `None` ends the evaluation, as for the operations.
    fn of(value: i128) -> Option<Self>;
    fn known(self) -> Option<i128>;
    fn plus(self, other: Self) -> Option<Self>;
    fn minus(self, other: Self) -> Option<Self>;
    fn times(self, other: Self) -> Option<Self>;
    /// `self <= other`
    fn at_most(self, other: Self) -> bool;
    /// `self` if so, else `other`; unknown if either is.
    fn pick(self, other: Self, so: bool) -> Self;
}

impl Number for i64 {
    const FALSE: i64 = 0;

    #[inline(always)]
    fn small(value: i64) -> i64 {
        value
    }

    #[inline(always)]
    fn of(value: i128) -> Option<i64> {
        i64::try_from(value).ok()
    }

    #[inline(always)]
    fn known(self) -> Option<i128> {
        Some(self.into())
    }

    #[inline(always)]
    fn plus(self, other: i64) -> Option<i64> {
        self.checked_add(other)
    }

    #[inline(always)]
    fn minus(self, other: i64) -> Option<i64> {
        self.checked_sub(other)
    }

    #[inline(always)]
    fn times(self, other: i64) -> Option<i64> {
        self.checked_mul(other)
    }

    #[inline(always)]
    fn at_most(self, other: i64) -> bool {
        self <= other
    }

    #[inline(always)]
    fn pick(self, other: i64, so: bool) -> i64 {
        if so { self } else { other }
    }
}

/// A value, or `None` where it is out of reach of 128 bits.
#[derive(Clone, Copy)]
struct Wide(Option<i128>);

impl Wide {
    fn with(self, other: Wide, op: fn(i128, i128) -> Option<i128>) -> Option<Wide> {
        Some(Wide(
            self.0
                .zip(other.0)
                .and_then(|(left, right)| op(left, right)),
        ))
    }
}

impl Number for Wide {
    const FALSE: Wide = Wide(Some(0));

    fn small(value: i64) -> Wide {
        Wide(Some(value.into()))
    }

    fn of(value: i128) -> Option<Wide> {
        Some(Wide(Some(value)))
    }

    fn known(self) -> Option<i128> {
        self.0
    }

    fn plus(self, other: Wide) -> Option<Wide> {
        self.with(other, i128::checked_add)
    }

    fn minus(self, other: Wide) -> Option<Wide> {
        self.with(other, i128::checked_sub)
    }

    fn times(self, other: Wide) -> Option<Wide> {
        self.with(other, i128::checked_mul)
    }

    fn at_most(self, other: Wide) -> bool {
        self.0
            .zip(other.0)
            .is_some_and(|(left, right)| left <= right)
    }

    fn pick(self, other: Wide, so: bool) -> Wide {
        match (self.0, other.0) {
            (Some(_), Some(_)) if so => self,
            (Some(_), Some(_)) => other,
            _ => Wide(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(scalars: &[(i64, Primitive)], debug: bool, evaluate: impl FnOnce(&Inputs)) {
        let (bits, kinds): (Vec<u64>, Vec<Primitive>) = scalars
            .iter()
            .map(|&(value, kind)| (value.cast_unsigned(), kind))
            .unzip();
        evaluate(&Inputs {
            loops: &Progressions::default(),
            arrays: &[],
            scalars: &bits,
            kinds: &kinds,
            debug,
        });
    }

    fn value(text: &str) -> Option<i128> {
        let mut value = None;
        let scalars = [(-3, Primitive::I64), (-1, Primitive::U64)];
        with(&scalars, false, |inputs| {
            value = Formula::parse(text).unwrap().value(inputs);
        });
        value
    }

    fn holds(text: &str) -> bool {
        let mut holds = false;
        with(
            &[(-3, Primitive::I64), (-1, Primitive::U64)],
            true,
            |inputs| {
                holds = Formula::parse(text).unwrap().holds(inputs);
            },
        );
        holds
    }

    #[test]
    fn words_mean_what_the_table_says() {
        assert_eq!(value("2 3 +"), Some(5));
        assert_eq!(value("2 3 -"), Some(-1));
        assert_eq!(value("-2 3 * 5 max"), Some(5));
        assert_eq!(value("-2 3 * 5 min"), Some(-6));
        assert_eq!(value("int0"), Some(-3));
        assert_eq!(value("int1"), Some(u64::MAX.into()));
        assert!(holds("2 2 <=") && !holds("2 2 <") && holds("1 2 <"));
        assert!(holds("255 fits:u8") && !holds("256 fits:u8"));
        assert!(holds("true false or") && !holds("true false and"));
        assert!(!holds("release") && holds("release 1 2 < or"));
    }

    #[test]
    fn values_beyond_64_bits_are_exact() {
        assert_eq!(value("int1 4294967296 *"), Some(i128::from(u64::MAX) << 32));
        assert_eq!(
            value("9223372036854775807 1 +"),
            Some(i128::from(i64::MAX) + 1)
        );
        assert!(holds("18446744073709551616 int1 - 1 <="));
    }

    #[test]
    fn what_128_bits_do_not_hold_fails_every_comparison() {
        let large = "int1 int1 *";
        assert_eq!(value(large), None);
        for relation in ["<", "<="] {
            assert!(!holds(&format!("{large} 0 {relation}")));
            assert!(!holds(&format!("0 {large} {relation}")));
            assert!(!holds(&format!("{large} {large} {relation}")));
        }
        assert!(!holds(&format!("0 {large} min 1 <=")));
        assert!(!holds(&format!("{large} fits:i64")));
        assert!(holds(&format!("0 {large} < 1 2 < or")));
    }

    #[test]
    fn deep_formulas_have_room() {
        let text = format!("{}{}", "1 ".repeat(40), "+ ".repeat(39));
        assert_eq!(value(&text), Some(40));
    }

    #[test]
    fn other_text_is_none() {
        for text in ["+", "1 2", "1 +", "lo", "len0", "fits:f64", "x1", ""] {
            assert!(Formula::parse(text).is_none(), "{text}");
        }
    }
}
