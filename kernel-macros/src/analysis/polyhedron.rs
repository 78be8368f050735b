//! Systems of linear inequalities over the integers, and whether they have no solution, by
//! Fourier and Motzkin's elimination with coefficients kept relatively prime.

use crate::tables::HashSet;
use std::collections::BTreeMap;

/// `sum of coefficient * unknown + constant >= 0`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Row {
    terms: BTreeMap<usize, i128>,
    constant: i128,
}

/// Inequalities that are to hold together.
#[derive(Clone, Debug, Default)]
pub struct System {
    rows: HashSet<Row>,
    /// A row holds for no integers.
    contradiction: bool,
    /// Numbers or rows became too many: nothing is claimed any more.
    given_up: bool,
}

/// Elimination can square the number of rows at every step: give up beyond this.
const MOST_ROWS: usize = 300;

impl System {
    /// Adds `sum of coefficient * unknown + constant >= 0`.
    pub fn at_least_zero(
        &mut self,
        terms: impl IntoIterator<Item = (usize, i128)>,
        constant: i128,
    ) {
        let mut sum = BTreeMap::new();
        for (unknown, coefficient) in terms {
            let entry: &mut i128 = sum.entry(unknown).or_default();
            match entry.checked_add(coefficient) {
                Some(total) => *entry = total,
                None => self.given_up = true,
            }
        }
        sum.retain(|_, coefficient| *coefficient != 0);
        self.push(Row {
            terms: sum,
            constant,
        });
    }

    fn push(&mut self, mut row: Row) {
        let divisor = row.terms.values().fold(0, |d, c| gcd(d, *c));
        if divisor == 0 {
            self.contradiction |= row.constant < 0;
            return;
        }
        // The unknowns are integers, so the constant rounds down.
        row.terms.values_mut().for_each(|c| *c /= divisor);
        row.constant = row.constant.div_euclid(divisor);
        self.rows.insert(row);
    }

    /// Whether no integers satisfy all of it. `false` claims nothing.
    pub fn unsolvable(mut self) -> bool {
        while !self.contradiction && !self.given_up {
            let Some(unknown) = self.cheapest() else {
                return false;
            };
            self.eliminate(unknown);
        }
        self.contradiction && !self.given_up
    }

    /// The unknown whose elimination makes fewest rows.
    fn cheapest(&self) -> Option<usize> {
        let mut signs: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for row in &self.rows {
            for (unknown, coefficient) in &row.terms {
                let (below, above) = signs.entry(*unknown).or_default();
                match *coefficient < 0 {
                    true => *below += 1,
                    false => *above += 1,
                }
            }
        }
        let cost = |(_, (below, above)): &(&usize, &(usize, usize))| below * above;
        signs.iter().min_by_key(cost).map(|(unknown, _)| *unknown)
    }

    fn eliminate(&mut self, unknown: usize) {
        let rows = std::mem::take(&mut self.rows);
        let (with, without): (Vec<Row>, Vec<Row>) = rows
            .into_iter()
            .partition(|row| row.terms.contains_key(&unknown));
        self.rows = without.into_iter().collect();
        let (below, above): (Vec<Row>, Vec<Row>) =
            with.into_iter().partition(|row| row.terms[&unknown] < 0);
        for lower in &above {
            for upper in &below {
                match combined(lower, upper, unknown) {
                    Some(row) => self.push(row),
                    None => self.given_up = true,
                }
            }
        }
        self.given_up |= self.rows.len() > MOST_ROWS;
    }
}

/// The sum of multiples of two rows in which the unknown vanishes.
fn combined(lower: &Row, upper: &Row, unknown: usize) -> Option<Row> {
    let (a, b) = (lower.terms[&unknown], upper.terms[&unknown].checked_neg()?);
    let mut terms = BTreeMap::new();
    for (row, factor) in [(lower, b), (upper, a)] {
        for (name, coefficient) in &row.terms {
            let entry: &mut i128 = terms.entry(*name).or_default();
            *entry = entry.checked_add(coefficient.checked_mul(factor)?)?;
        }
    }
    terms.retain(|_, coefficient| *coefficient != 0);
    let constant = lower.constant.checked_mul(b)?;
    let constant = constant.checked_add(upper.constant.checked_mul(a)?)?;
    Some(Row { terms, constant })
}

/// Greatest common divisor, not negative.
pub fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.checked_abs().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn system(rows: &[(&[(usize, i128)], i128)]) -> System {
        let mut system = System::default();
        for (terms, constant) in rows {
            system.at_least_zero(terms.iter().copied(), *constant);
        }
        system
    }

    #[test]
    fn contradictions_are_found() {
        // x < y, y < z, z < x
        let cycle: [(&[(usize, i128)], i128); 3] = [
            (&[(0, -1), (1, 1)], -1),
            (&[(1, -1), (2, 1)], -1),
            (&[(2, -1), (0, 1)], -1),
        ];
        assert!(system(&cycle).unsolvable());
        assert!(!system(&cycle[..2]).unsolvable());
        // 2 x = 1
        assert!(system(&[(&[(0, 2)], -1), (&[(0, -2)], 1)]).unsolvable());
        assert!(!system(&[(&[(0, 2)], -2), (&[(0, -2)], 2)]).unsolvable());
    }

    #[test]
    fn what_overflows_claims_nothing() {
        let huge = i128::MAX;
        let rows: [(&[(usize, i128)], i128); 2] = [
            (&[(0, huge), (1, huge - 1)], -1),
            (&[(0, -huge + 1), (1, 3)], -1),
        ];
        assert!(!system(&rows).unsolvable());
    }

    /// Against all points of a small box.
    #[test]
    fn emptiness_is_never_claimed_of_a_system_with_a_point() {
        let mut seed = 1u64;
        let mut draw = |limit: i128| {
            seed = seed
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            i128::from(seed >> 33) % (2 * limit + 1) - limit
        };
        let mut empty = 0;
        for _ in 0..3000 {
            let rows: Vec<[i128; 4]> = (0..4)
                .map(|_| [draw(3), draw(3), draw(3), draw(6)])
                .collect();
            let mut system = System::default();
            for row in &rows {
                system.at_least_zero((0..3).map(|n| (n, row[n])), row[3]);
            }
            let points = (0..729).map(|n| [n % 9 - 4, n / 9 % 9 - 4, n / 81 - 4]);
            let holds = |point: &[i128; 3]| {
                rows.iter()
                    .all(|row| (0..3).map(|n| row[n] * point[n]).sum::<i128>() + row[3] >= 0)
            };
            let claimed = system.unsolvable();
            empty += usize::from(claimed);
            assert!(
                !claimed || !points.clone().any(|point| holds(&point)),
                "{rows:?}"
            );
        }
        assert!(empty > 100, "{empty}");
    }
}
