//! Integer polynomials over invariant values and loop variables: the normal form of indices.
//!
//! Rule R2: only `+`, `-`, `*` and value-preserving casts get here. All arithmetic is over the
//! integers; that the machine's arithmetic agrees is what the no-wrap conditions of rule R1 check
//! at run time.

use super::plan::Wide;
use crate::ir::{ExprId, LoopId, VarId};
use std::collections::BTreeMap;

/// A value that a polynomial is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sym {
    /// A captured integer.
    Var(VarId),
    /// The length of a dimension of an array.
    Len(VarId, u32),
    /// An invariant expression that is not polynomial; equal expressions share one handle.
    Atom(ExprId),
    /// The smallest (`false`) or largest (`true`) value of a parallel loop whose range is only
    /// known at run time.
    Extent(LoopId, bool),
    /// A loop variable.
    Index(VarId),
}

/// Sum of coefficient times product of symbols; the empty product is the constant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Poly {
    terms: BTreeMap<Vec<Sym>, i128>,
}

/// A coefficient whose negative is one too.
fn negatable(value: i128) -> Option<i128> {
    (value != i128::MIN).then_some(value)
}

/// A product's symbols with another's taken out of it, if they are all there.
fn without(symbols: &[Sym], taken: &[Sym]) -> Option<Vec<Sym>> {
    let mut left = symbols.to_vec();
    for sym in taken {
        let place = left.iter().position(|other| other == sym)?;
        left.remove(place);
    }
    Some(left)
}

/// A quotient of numbers that is not zero, rounded towards zero.
fn whole(value: i128, by: i128) -> Option<i128> {
    value.checked_div(by).filter(|quotient| *quotient != 0)
}

/// More terms than this are given up on: an index has a handful.
const MOST_TERMS: usize = 64;

impl Poly {
    pub fn constant(value: i128) -> Poly {
        let mut poly = Poly::default();
        poly.insert(Vec::new(), value);
        poly
    }

    pub fn sym(sym: Sym) -> Poly {
        Poly {
            terms: BTreeMap::from([(vec![sym], 1)]),
        }
    }

    fn insert(&mut self, symbols: Vec<Sym>, value: i128) {
        if value != 0 {
            self.terms.insert(symbols, value);
        }
    }

    pub fn checked_add(&self, other: &Poly) -> Option<Poly> {
        let mut sum = self.clone();
        for (symbols, value) in &other.terms {
            let old = sum.terms.remove(symbols).unwrap_or(0);
            sum.insert(symbols.clone(), negatable(old.checked_add(*value)?)?);
        }
        (sum.terms.len() <= MOST_TERMS).then_some(sum)
    }

    pub fn checked_mul(&self, other: &Poly) -> Option<Poly> {
        let mut product = Poly::default();
        for (left, a) in &self.terms {
            for (right, b) in &other.terms {
                let mut symbols = [left.as_slice(), right.as_slice()].concat();
                symbols.sort();
                let term = Poly {
                    terms: BTreeMap::from([(symbols, negatable(a.checked_mul(*b)?)?)]),
                };
                product = product.checked_add(&term)?;
            }
        }
        Some(product)
    }

    pub fn negated(&self) -> Poly {
        let terms = self
            .terms
            .iter()
            .map(|(symbols, value)| (symbols.clone(), -value));
        Poly {
            terms: terms.collect(),
        }
    }

    pub fn checked_sub(&self, other: &Poly) -> Option<Poly> {
        self.checked_add(&other.negated())
    }

    pub fn as_constant(&self) -> Option<i128> {
        match self.terms.len() {
            0 => Some(0),
            1 => self.terms.get(&Vec::new()).copied(),
            _ => None,
        }
    }

    /// What is left without the constant, and the constant.
    pub fn split_constant(mut self) -> (Poly, i128) {
        let constant = self.terms.remove(&Vec::new());
        (self, constant.unwrap_or(0))
    }

    pub fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// Every coefficient negative or zero: such a polynomial is used negated.
    pub fn looks_negative(&self) -> bool {
        !self.terms.is_empty() && self.terms.values().all(|value| *value < 0)
    }

    pub fn symbols(&self) -> impl Iterator<Item = Sym> + '_ {
        self.terms.keys().flatten().copied()
    }

    /// The coefficient of a loop variable and what is left; `None` if the variable stands in a
    /// product with itself.
    pub fn split(&self, index: VarId) -> Option<(Poly, Poly)> {
        let sym = Sym::Index(index);
        let (mut coefficient, mut rest) = (Poly::default(), Poly::default());
        for (symbols, value) in &self.terms {
            match symbols.iter().filter(|s| **s == sym).count() {
                0 => rest.insert(symbols.clone(), *value),
                1 => {
                    let others = symbols.iter().copied().filter(|s| *s != sym).collect();
                    coefficient.insert(others, *value);
                }
                _ => return None,
            }
        }
        Some((coefficient, rest))
    }

    /// Quotient and remainder by a polynomial: what is left has no term that the divisor's leading
    /// one divides. Multiplied and added up again they are this polynomial, exactly.
    pub fn divided_by(&self, divisor: &Poly) -> Option<(Poly, Poly)> {
        let (lead, by) = divisor.leading()?;
        let (mut quotient, mut rest, mut remainder) =
            (Poly::default(), self.clone(), Poly::default());
        for _ in 0..MOST_TERMS {
            let Some((symbols, value)) = rest.leading() else {
                return Some((quotient, remainder));
            };
            let term = Poly::term(symbols.clone(), value);
            let times = without(&symbols, &lead).zip(whole(value, by));
            match times.map(|(symbols, value)| Poly::term(symbols, value)) {
                Some(times) => {
                    quotient = quotient.checked_add(&times)?;
                    rest = rest.checked_sub(&times.checked_mul(divisor)?)?;
                }
                None => {
                    remainder = remainder.checked_add(&term)?;
                    rest = rest.checked_sub(&term)?;
                }
            }
        }
        None
    }

    fn term(symbols: Vec<Sym>, value: i128) -> Poly {
        let mut poly = Poly::default();
        poly.insert(symbols, value);
        poly
    }

    /// The term of highest degree; of several, one that does not depend on what else there is.
    fn leading(&self) -> Option<(Vec<Sym>, i128)> {
        let terms = self.terms.iter();
        let leading = terms.max_by_key(|(symbols, _)| (symbols.len(), *symbols));
        leading.map(|(symbols, value)| (symbols.clone(), *value))
    }

    /// Each term's symbols and coefficient.
    pub fn terms(&self) -> impl Iterator<Item = (&[Sym], i128)> {
        let terms = self.terms.iter();
        terms.map(|(symbols, value)| (symbols.as_slice(), *value))
    }

    /// The terms without loop variables.
    pub fn at_origin(&self) -> Poly {
        let terms = self.terms.iter();
        let fixed =
            terms.filter(|(symbols, _)| !symbols.iter().any(|s| matches!(s, Sym::Index(_))));
        Poly {
            terms: fixed
                .map(|(symbols, value)| (symbols.clone(), *value))
                .collect(),
        }
    }

    /// The loop variables in it.
    pub fn indices(&self) -> Vec<VarId> {
        let mut indices: Vec<VarId> = self
            .symbols()
            .filter_map(|sym| match sym {
                Sym::Index(var) => Some(var),
                _ => None,
            })
            .collect();
        indices.sort();
        indices.dedup();
        indices
    }

    /// Whether every term has at most one loop variable, once: affine with invariant coefficients.
    pub fn is_affine(&self) -> bool {
        let indices = |symbols: &Vec<Sym>| {
            symbols
                .iter()
                .filter(|sym| matches!(sym, Sym::Index(_)))
                .count()
        };
        self.terms.keys().all(|symbols| indices(symbols) <= 1)
    }

    pub fn is_invariant(&self) -> bool {
        !self.symbols().any(|sym| matches!(sym, Sym::Index(_)))
    }

    /// The value under an assignment of the symbols; `None` on overflow.
    pub fn evaluate(&self, value_of: &impl Fn(Sym) -> i128) -> Option<i128> {
        let mut sum = 0i128;
        for (symbols, coefficient) in &self.terms {
            let mut product = *coefficient;
            for sym in symbols {
                product = product.checked_mul(value_of(*sym))?;
            }
            sum = sum.checked_add(product)?;
        }
        Some(sum)
    }

    /// As a run-time expression. `extent` gives a loop's smallest or largest value.
    pub fn to_wide(&self, extent: &impl Fn(LoopId, bool) -> Wide) -> Wide {
        let mut sum: Option<Wide> = None;
        for (symbols, coefficient) in &self.terms {
            let term = wide_term(symbols, coefficient.unsigned_abs(), extent);
            sum = Some(match (sum, *coefficient < 0) {
                (None, false) => term,
                (None, true) => Wide::Sub(Box::new(Wide::Const(0)), Box::new(term)),
                (Some(sum), false) => Wide::Add(Box::new(sum), Box::new(term)),
                (Some(sum), true) => Wide::Sub(Box::new(sum), Box::new(term)),
            });
        }
        sum.unwrap_or(Wide::Const(0))
    }
}

fn wide_term(symbols: &[Sym], coefficient: u128, extent: &impl Fn(LoopId, bool) -> Wide) -> Wide {
    let mut product: Option<Wide> = None;
    if coefficient != 1 || symbols.is_empty() {
        product = Some(Wide::Const(coefficient as i128));
    }
    for sym in symbols {
        let factor = match *sym {
            Sym::Var(var) => Wide::Var(var),
            Sym::Len(array, dim) => Wide::Len { array, dim },
            Sym::Atom(expr) => Wide::Atom(expr),
            Sym::Extent(id, high) => extent(id, high),
            Sym::Index(_) => unreachable!("only invariant polynomials are evaluated by the host"),
        };
        product = Some(match product {
            None => factor,
            Some(product) => Wide::Mul(Box::new(product), Box::new(factor)),
        });
    }
    product.expect("a term has a coefficient or a symbol")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn var(n: usize) -> Poly {
        Poly::sym(Sym::Var(VarId::from_index(n)))
    }

    fn index(n: usize) -> Poly {
        Poly::sym(Sym::Index(VarId::from_index(n)))
    }

    #[test]
    fn equal_expressions_have_one_normal_form() {
        let (i, n) = (index(0), var(1));
        let one = Poly::constant(1);
        // (i + 1) * n - n == i * n
        let left = i
            .checked_add(&one)
            .unwrap()
            .checked_mul(&n)
            .unwrap()
            .checked_sub(&n)
            .unwrap();
        assert_eq!(left, i.checked_mul(&n).unwrap());
    }

    #[test]
    fn a_product_of_loop_variables_is_not_affine() {
        let (i, j) = (index(0), index(1));
        let product = i.checked_mul(&j).unwrap();
        assert!(!product.is_affine());
        assert!(!i.checked_mul(&i).unwrap().is_affine());
        assert!(i.checked_add(&j).unwrap().is_affine());
    }

    #[test]
    fn coefficients_that_overflow_are_given_up_on() {
        let huge = Poly::constant(i128::MAX);
        assert_eq!(huge.checked_add(&Poly::constant(1)), None);
        assert_eq!(huge.checked_mul(&Poly::constant(2)), None);
    }
}
