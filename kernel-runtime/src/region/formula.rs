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

mod code;
mod number;
mod reach;
mod sums;

use super::primitive::Primitive;
use super::{Array, Progressions};
use code::Code;
use reach::Reach;
use sums::Term;

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
    /// By position in [`Code::ranges`].
    Fits(usize),
    And,
    Or,
    /// An integer of more than 64 bits, by position in [`Code::large`].
    Large(usize),
}

/// Comparisons of sums, one behind the other.
type Sums = Box<[Term]>;

/// Such of which one has to hold.
type Alternatives = Box<[Sums]>;

/// A formula, ready to be evaluated.
#[derive(Debug, Default)]
pub struct Formula {
    code: Code,
    /// Of the conditions that it is the conjunction of, those of accesses in bounds: nearly all.
    reaches: Box<[Reach]>,
    /// Others that compare sums of what a run knows already, one behind the other.
    sums: Sums,
    /// Conditions of which one has to hold, each several of these.
    either: Box<[Alternatives]>,
    /// The other ones.
    others: Box<[Box<[Word]>]>,
    /// The terms that it adds up, if it is a sum.
    sum: Option<Sums>,
}

impl Formula {
    /// Reads a condition of a crate that has debug assertions or has none; `None` if the text is none. What only those
    /// ask is left out for others.
    pub fn condition(text: &str, debug: bool) -> Option<Formula> {
        let mut code = Code::parse(text)?;
        code.settle(debug);
        Some(Formula::of(code))
    }

    /// Reads a formula; `None` if the text is none.
    pub fn parse(text: &str) -> Option<Formula> {
        Some(Formula::of(Code::parse(text)?))
    }

    fn of(code: Code) -> Formula {
        let mut formula = Formula {
            sum: sums::sum(&code.words).map(Into::into),
            ..Formula::default()
        };
        let (mut reaches, mut sums) = (Vec::new(), Vec::new());
        let (mut either, mut others) = (Vec::new(), Vec::new());
        for condition in joined(&code.words, Word::And) {
            if *condition == [Word::Int(1)] {
                continue;
            }
            match sums::comparison(condition) {
                Some(terms) => match reach::of(&terms) {
                    Some(reach) => reaches.push(reach),
                    None => sums.extend(terms),
                },
                None => match alternatives(condition) {
                    Some(all) => either.push(all),
                    None => others.push(condition.into()),
                },
            }
        }
        formula.reaches = reaches.into();
        formula.sums = sums.into();
        formula.either = either.into();
        formula.others = others.into();
        formula.code = code;
        formula
    }

    /// Whether the condition holds.
    #[inline(always)]
    pub fn holds(&self, inputs: &Inputs) -> bool {
        self.is_true() || self.all_hold(inputs)
    }

    fn all_hold(&self, inputs: &Inputs) -> bool {
        for reach in &self.reaches {
            if !reach.holds(inputs) {
                return self.holds_exactly(inputs);
            }
        }
        let one_holds = |all: &Alternatives| all.iter().any(|terms| sums::hold(terms, inputs));
        (self.sums.is_empty() || sums::hold(&self.sums, inputs))
            && self.either.iter().all(one_holds)
            && (self.others.is_empty() || self.others_hold(inputs))
    }

    /// Likewise, where a reach does not hold, or is out of reach of 64 bits.
    #[cold]
    fn holds_exactly(&self, inputs: &Inputs) -> bool {
        self.code.evaluate(&self.code.words, inputs) == Some(1)
    }

    /// Whether the text says `true`.
    #[inline(always)]
    pub fn is_true(&self) -> bool {
        let sums = self.reaches.is_empty() && self.sums.is_empty() && self.either.is_empty();
        sums && self.others.is_empty()
    }

    fn others_hold(&self, inputs: &Inputs) -> bool {
        let mut others = self.others.iter();
        others.all(|words| self.code.evaluate(words, inputs) == Some(1))
    }

    /// The value, where it is the same in every run.
    pub fn constant(&self) -> Option<i64> {
        match *self.code.words {
            [Word::Int(value)] => Some(value),
            _ => None,
        }
    }

    /// The value as a number of operations.
    pub fn amount(&self, inputs: &Inputs) -> u64 {
        let sum = self.sum.as_ref();
        if let Some(value) = sum.and_then(|terms| sums::narrow(terms, inputs)) {
            return u64::try_from(value).unwrap_or(0);
        }
        let value = self.value(inputs).unwrap_or(i128::MAX);
        u64::try_from(value.max(0)).unwrap_or(u64::MAX)
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

/// The conditions that a word joins, from left to right.
fn joined(words: &[Word], by: Word) -> Vec<&[Word]> {
    match words.split_last() {
        Some((word, operands)) if *word == by => {
            let (left, right) = operands.split_at(last_operand(operands));
            let mut all = joined(left, by);
            all.extend(joined(right, by));
            all
        }
        _ => vec![words],
    }
}

/// The conditions that `or` joins, if each is one or several comparisons of sums.
fn alternatives(words: &[Word]) -> Option<Alternatives> {
    let all = joined(words, Word::Or).into_iter().map(|condition| {
        let comparisons = joined(condition, Word::And).into_iter();
        let terms: Option<Vec<_>> = comparisons.map(sums::comparison).collect();
        Some(terms?.concat().into())
    });
    all.collect()
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

/// What a run knows: a value of 64 bits, or a loop variable's.
#[inline]
fn leaf(word: &Word, inputs: &Inputs) -> i128 {
    match *word {
        Word::Int(value) => value.into(),
        Word::Len(array, dim) => i128::from(inputs.arrays[array].len(dim) as u64),
        Word::Lo(at) => inputs.loops.get(at).lo(),
        Word::Hi(at) => inputs.loops.get(at).hi(),
        Word::Scalar(at) => inputs.kinds[at].integer(inputs.scalars[at]),
        _ => unreachable!("{word:?} is not known to a run"),
    }
}

/// The same, if 64 bits hold it: nearly always, and then without a computation in 128.
#[inline(always)]
fn narrow_leaf(word: &Word, inputs: &Inputs) -> Option<i64> {
    match *word {
        Word::Int(value) => Some(value),
        Word::Len(array, dim) => i64::try_from(inputs.arrays[array].len(dim)).ok(),
        Word::Hi(at) => inputs.loops.get(at).narrow_hi(),
        _ => i64::try_from(leaf(word, inputs)).ok(),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn with(scalars: &[(i64, Primitive)], debug: bool, evaluate: impl FnOnce(&Inputs)) {
        let (bits, kinds): (Vec<u64>, Vec<Primitive>) = scalars
            .iter()
            .map(|&(value, kind)| (value.cast_unsigned(), kind))
            .unzip();
        evaluate(&Inputs {
            loops: &Progressions::NONE,
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
        // Sums whose terms 128 bits hold.
        let large = format!("int1 {} *", i64::MAX);
        for relation in ["<", "<="] {
            assert!(holds(&format!("0 {large} {relation}")));
            assert!(!holds(&format!("{large} {large} + 0 {relation}")));
            assert!(!holds(&format!("0 {large} {large} + {relation}")));
            assert!(!holds(&format!("{large} int1 3 * + int1 {relation}")));
        }
    }

    #[test]
    fn one_of_several_has_to_hold() {
        for (text, expected) in [
            ("int0 0 < 1 0 < or", true),
            ("1 0 < int0 0 < or", true),
            ("0 int0 < 1 0 < or", false),
            ("0 int0 < int0 0 < 0 int1 < and or", true),
            ("0 int0 < int0 0 < int1 0 < and or", false),
            ("int0 0 < 1 0 < or 0 int1 < 1 0 < or and", true),
            ("int0 0 < 1 0 < or int1 0 < 1 0 < or and", false),
            // Beyond 64 bits.
            ("int1 4 * 0 < 0 int1 4 * < or", true),
            ("int1 4 * 0 < int1 int1 + 5 < or", false),
        ] {
            assert_eq!(holds(text), expected, "{text}");
        }
    }

    #[test]
    fn releases_leave_out_what_debug_assertions_ask() {
        for (text, [debug, release]) in [
            ("release int0 0 < or 0 int0 < and", [false, true]),
            ("0 int0 < release int0 0 < or and", [false, true]),
            ("0 int0 < release int0 fits:u8 or and", [true, true]),
            ("release int0 0 < or", [false, true]),
            ("int0 0 < release and", [false, false]),
            ("release int0 0 < and int0 0 < or", [false, false]),
            ("release 0 int0 < and", [false, true]),
        ] {
            for (kind, expected) in [(true, debug), (false, release)] {
                let mut holds = !expected;
                with(&[(7, Primitive::I64)], kind, |inputs| {
                    holds = Formula::condition(text, kind).unwrap().holds(inputs);
                });
                assert_eq!(holds, expected, "{text}, {kind}");
            }
        }
        let short =
            Formula::condition("release int0 fits:u8 or int0 fits:u8 release or and", false);
        assert!(short.unwrap().is_true());
    }

    #[test]
    fn amounts_are_sums_and_what_is_none() {
        let amount = |text: &str| {
            let mut amount = 0;
            with(
                &[(7, Primitive::I64), (-1, Primitive::U64)],
                false,
                |inputs| {
                    amount = Formula::parse(text).unwrap().amount(inputs);
                },
            );
            amount
        };
        assert_eq!(amount("int0 5 * 1 +"), 36);
        assert_eq!(amount("3 int0 int0 + 2 - * 1 -"), 35);
        assert_eq!(amount("1 int0 -"), 0);
        assert_eq!(amount("int0 int0 * 2 max"), 49);
        assert_eq!(amount("int1 2 *"), u64::MAX);
        assert_eq!(amount("int1 2 * int1 -"), u64::MAX);
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
