//! Polynomials over 64-bit registers, modulo 2^64: what an index is, as far as addresses care.

use super::code::{Operand, Reg};
use super::narrow::low_word;

/// A product of registers, sorted; empty for 1.
pub type Monomial = Vec<Reg>;

/// A sum of monomials, sorted, with their coefficients, none of which is zero. A list, as there are few of them, and
/// cargo compiles macros without optimisation, where trees are slow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Poly(Vec<(Monomial, i64)>);

/// Larger products are computed as the source writes them.
const MAX_TERMS: usize = 12;
const MAX_DEGREE: usize = 5;

impl Poly {
    pub fn constant(value: i64) -> Poly {
        let mut poly = Poly::default();
        poly.insert(Vec::new(), value);
        poly
    }

    /// A 64-bit integer value.
    pub fn of(operand: Operand) -> Poly {
        match operand {
            Operand::Reg(reg) => Poly(vec![(vec![reg], 1)]),
            Operand::Int(value) => Poly::constant(value),
            _ => unreachable!("an index is an integer"),
        }
    }

    pub fn term(monomial: Monomial, coefficient: i64) -> Poly {
        let mut poly = Poly::default();
        poly.insert(monomial, coefficient);
        poly
    }

    fn insert(&mut self, monomial: Monomial, coefficient: i64) {
        let mut at = 0;
        while at < self.0.len() && self.0[at].0 < monomial {
            at += 1;
        }
        if at == self.0.len() || self.0[at].0 != monomial {
            if coefficient != 0 {
                self.0.insert(at, (monomial, coefficient));
            }
            return;
        }
        let sum = self.0[at].1.wrapping_add(coefficient);
        if sum == 0 {
            self.0.remove(at);
        } else {
            self.0[at].1 = sum;
        }
    }

    pub fn terms(&self) -> impl Iterator<Item = (&Monomial, i64)> {
        self.0.iter().map(|(monomial, c)| (monomial, *c))
    }

    pub fn regs(&self) -> impl Iterator<Item = Reg> + '_ {
        self.0.iter().flat_map(|(monomial, _)| monomial).copied()
    }

    pub fn plus(&self, other: &Poly) -> Poly {
        let mut sum = self.clone();
        for (monomial, coefficient) in other.terms() {
            sum.insert(monomial.clone(), coefficient);
        }
        sum
    }

    pub fn minus(&self, other: &Poly) -> Poly {
        self.plus(&other.scaled(-1))
    }

    pub fn scaled(&self, factor: i64) -> Poly {
        let mut product = Poly::default();
        for (monomial, coefficient) in self.terms() {
            product.insert(monomial.clone(), coefficient.wrapping_mul(factor));
        }
        product
    }

    /// `None` if the product is too large to keep expanded.
    pub fn times(&self, other: &Poly) -> Option<Poly> {
        let mut product = Poly::default();
        for (left, a) in self.terms() {
            for (right, b) in other.terms() {
                let mut monomial: Monomial = left.iter().chain(right).copied().collect();
                monomial.sort_unstable();
                if monomial.len() > MAX_DEGREE {
                    return None;
                }
                product.insert(monomial, a.wrapping_mul(b));
            }
        }
        (product.0.len() <= MAX_TERMS).then_some(product)
    }

    /// The same with other registers, or numbers, in the place of its own.
    pub fn replaced(&self, mut by: impl FnMut(Reg) -> Operand) -> Poly {
        let mut replaced = Poly::default();
        for (monomial, mut coefficient) in self.terms() {
            let mut factors = Monomial::new();
            for reg in monomial {
                match by(*reg) {
                    Operand::Reg(reg) => factors.push(reg),
                    Operand::Int(value) => coefficient = coefficient.wrapping_mul(value),
                    _ => unreachable!("an index is an integer"),
                }
            }
            factors.sort_unstable();
            replaced.insert(factors, coefficient);
        }
        replaced
    }

    /// The part without a constant, and the constant.
    pub fn split_constant(&self) -> (Poly, i64) {
        let mut rest = self.clone();
        // The empty product is the first one.
        match self.0.first() {
            Some((monomial, constant)) if monomial.is_empty() => {
                rest.0.remove(0);
                (rest, *constant)
            }
            _ => (rest, 0),
        }
    }

    /// The same modulo 2^32, with coefficients of 32 bits.
    pub fn low_words(&self) -> Poly {
        let mut low = Poly::default();
        for (monomial, coefficient) in self.terms() {
            low.insert(monomial.clone(), low_word(coefficient));
        }
        low
    }

    /// The register, if the polynomial is nothing else.
    pub fn as_register(&self) -> Option<Reg> {
        let mut terms = self.terms();
        match (terms.next(), terms.next()) {
            (Some((monomial, 1)), None) if monomial.len() == 1 => Some(monomial[0]),
            _ => None,
        }
    }

    pub fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// Terms that satisfy `test`, and the others.
    pub fn partition(&self, test: impl Fn(&Monomial) -> bool) -> (Poly, Poly) {
        let (mut yes, mut no) = (Poly::default(), Poly::default());
        for (monomial, coefficient) in &self.0 {
            let part = if test(monomial) { &mut yes } else { &mut no };
            part.0.push((monomial.clone(), *coefficient));
        }
        (yes, no)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ptx::code::{Class, Code};

    fn registers<const N: usize>() -> [Reg; N] {
        let mut code = Code::new();
        std::array::from_fn(|_| code.value(Class::B64, 0))
    }

    fn reg(reg: Reg) -> Poly {
        Poly::of(Operand::Reg(reg))
    }

    #[test]
    fn products_expand_and_cancel() {
        let [x, y] = registers();
        let sum = reg(x).plus(&reg(y));
        let difference = reg(x).minus(&reg(y));
        let product = sum.times(&difference).expect("a small product");
        let square = |r: Reg| reg(r).times(&reg(r)).expect("a small product");
        assert_eq!(product, square(x).minus(&square(y)));
        assert!(sum.minus(&sum).is_zero());
        assert_eq!(Poly::term(vec![x], 1).as_register(), Some(x));
        assert_eq!(reg(x).scaled(2).as_register(), None);
    }

    #[test]
    fn coefficients_wrap_as_addresses_do() {
        let [x] = registers();
        let half = reg(x).scaled(i64::MIN);
        assert!(half.plus(&half).is_zero());
        let (rest, constant) = reg(x).plus(&Poly::constant(-3)).split_constant();
        assert_eq!((rest, constant), (reg(x), -3));
    }

    #[test]
    fn lower_halves_forget_what_is_above_them() {
        let [x, y] = registers();
        let sum = reg(x).scaled((3 << 32) - 1).plus(&reg(y).scaled(1 << 32));
        assert_eq!(sum.low_words(), reg(x).scaled(-1));
        assert!(Poly::constant(i64::MIN).low_words().is_zero());
    }

    #[test]
    fn large_products_are_left_alone() {
        let [x] = registers();
        let mut power = reg(x);
        for _ in 1..MAX_DEGREE {
            power = power.times(&reg(x)).expect("up to the largest degree");
        }
        assert_eq!(power.times(&reg(x)), None);
    }
}
