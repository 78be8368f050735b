//! Whether two accesses can meet in different iterations, from all that is known where they are
//! made: ranges, triangular ones too, and the conditions on the way. A meeting is a solution of a
//! system of linear inequalities; where there is none, the accesses never meet.
//!
//! Products of symbols are unknowns of their own, which only forgets what is known of them. That
//! forms are equal as integers is rule R1's; that conditions mean what they say is the guard's, as
//! for every domain.

use super::extent::is_nonnegative;
use super::form::Former;
use super::poly::{Poly, Sym};
use super::polyhedron::System;
use super::radix::Forms;
use crate::ir::VarId;
use crate::tables::HashMap;

/// What holds where an access is made.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// None of these is negative.
    pub at_least_zero: Vec<Poly>,
    /// None of these is zero.
    pub not_zero: Vec<Poly>,
}

/// A parallel loop's variable.
pub struct Mover {
    pub var: VarId,
    /// Smallest and largest value, where known.
    pub ends: Option<(Poly, Poly)>,
    /// Different values are at least this far apart.
    pub step: Poly,
    /// Its iterator hands out the elements: different iterations never share one.
    pub own: bool,
}

/// More conditions of the kind `i != k` than this are not looked into.
const MOST_CASES: usize = 3;

/// Whether no two different iterations make the forms of all dimensions equal.
pub fn impossible(
    former: &Former,
    dims: &[Forms],
    knowledge: [&Knowledge; 2],
    movers: &[Mover],
) -> bool {
    let mut meeting = Meeting::default();
    for forms in dims {
        meeting.equal(&forms.f, &forms.g);
    }
    for (second, known) in [false, true].into_iter().zip(knowledge) {
        for poly in &known.at_least_zero {
            meeting.require(poly, second);
        }
        for mover in movers {
            meeting.within(mover, second);
        }
    }
    let one = Poly::constant(1);
    let mut cases = vec![meeting];
    let distinct = [false, true].into_iter().zip(knowledge);
    let distinct = distinct.flat_map(|(second, of)| of.not_zero.iter().map(move |p| (p, second)));
    for (poly, second) in distinct.take(MOST_CASES) {
        let sides = [poly.checked_sub(&one), poly.negated().checked_sub(&one)];
        let halves = |case: &Meeting| {
            let side = |poly: &Option<Poly>| {
                let mut half = case.clone();
                poly.iter().for_each(|poly| half.require(poly, second));
                half
            };
            sides.each_ref().map(side)
        };
        cases = cases.iter().flat_map(halves).collect();
    }
    let impossible = |case: &Meeting| {
        movers.iter().filter(|mover| !mover.own).all(|mover| {
            [false, true]
                .into_iter()
                .all(|second| case.clone().ahead(mover, second).unsolvable(former))
        })
    };
    cases.iter().all(impossible)
}

/// Whether no values make all of these polynomials as large as they must be.
pub fn contradictory<'a>(
    former: &Former,
    at_least: impl IntoIterator<Item = (&'a Poly, i128)>,
) -> bool {
    let mut meeting = Meeting::default();
    for (poly, least) in at_least {
        if let Some(poly) = poly.checked_sub(&Poly::constant(least)) {
            meeting.require(&poly, false);
        }
    }
    meeting.unsolvable(former)
}

/// Two iterations in one system: invariants are shared, loop variables are not.
#[derive(Clone, Default)]
struct Meeting {
    unknowns: HashMap<(Vec<Sym>, bool), usize>,
    system: System,
}

impl Meeting {
    fn terms(&mut self, poly: &Poly, second: bool, sign: i128) -> (Vec<(usize, i128)>, i128) {
        let (mut terms, mut constant) = (Vec::new(), 0);
        for (symbols, value) in poly.terms() {
            if symbols.is_empty() {
                constant = sign * value;
                continue;
            }
            let moves = symbols.iter().any(|sym| matches!(sym, Sym::Index(_)));
            let next = self.unknowns.len();
            let key = (symbols.to_vec(), moves && second);
            let unknown = *self.unknowns.entry(key).or_insert(next);
            terms.push((unknown, sign * value));
        }
        (terms, constant)
    }

    fn require(&mut self, poly: &Poly, second: bool) {
        let (terms, constant) = self.terms(poly, second, 1);
        self.system.at_least_zero(terms, constant);
    }

    /// `f` of the first iteration is `g` of the second.
    fn equal(&mut self, f: &Poly, g: &Poly) {
        for sign in [1, -1] {
            self.difference(f, g, sign);
        }
    }

    /// `sign * (f - g) >= 0`
    fn difference(&mut self, f: &Poly, g: &Poly, sign: i128) {
        let (mut terms, constant) = self.terms(f, false, sign);
        let (others, other) = self.terms(g, true, -sign);
        terms.extend(others);
        if let Some(constant) = constant.checked_add(other) {
            self.system.at_least_zero(terms, constant);
        }
    }

    fn within(&mut self, mover: &Mover, second: bool) {
        let Some((low, high)) = &mover.ends else {
            return;
        };
        let var = Poly::sym(Sym::Index(mover.var));
        let room = [var.checked_sub(low), high.checked_sub(&var)];
        for poly in room.iter().flatten() {
            self.require(poly, second);
        }
    }

    /// One of the two iterations is a step ahead.
    fn ahead(mut self, mover: &Mover, second: bool) -> Self {
        let var = Poly::sym(Sym::Index(mover.var));
        let behind = var.checked_add(&mover.step);
        if let Some(behind) = behind {
            match second {
                true => self.difference(&behind, &var, -1),
                false => self.difference(&var, &behind, 1),
            }
        }
        self
    }

    fn unsolvable(mut self, former: &Former) -> bool {
        for ((symbols, _), unknown) in &self.unknowns {
            if symbols.iter().all(|sym| is_nonnegative(former, *sym)) {
                self.system.at_least_zero([(*unknown, 1)], 0);
            }
        }
        self.system.unsolvable()
    }
}
