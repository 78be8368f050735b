//! What is known of conditions: true, left to the guard, or such that no useful loop satisfies them.

use super::{Alternative, Pair, Side};
use crate::analysis::bounds::is_free;
use crate::analysis::extent::{sign, to_wide};
use crate::analysis::facts;
use crate::analysis::form::Former;
use crate::analysis::meeting::{self};
use crate::analysis::plan::{Condition, Test, Wide};
use crate::analysis::poly::{Poly, Sym};
use crate::analysis::words;
use crate::ir::{Scalar, dump};

pub(super) enum Truth {
    Always,
    /// Depends on values, and can hold for any number of iterations.
    AtRunTime,
    Never,
}

impl Pair<'_> {
    /// Whether all of these are positive.
    pub(super) fn truth(&self, tests: &[Poly]) -> Truth {
        if tests.iter().all(|test| self.is_positive(test)) {
            Truth::Always
        } else if self.can_hold(tests) {
            Truth::AtRunTime
        } else {
            Truth::Never
        }
    }

    /// Positive whatever the values, given that no parallel loop is empty.
    pub(super) fn is_positive(&self, test: &Poly) -> bool {
        let Some(rest) = test.checked_sub(&Poly::constant(1)) else {
            return false;
        };
        let nonnegative = |poly: &Poly| poly.is_zero() || sign(self.former, poly) == Some(false);
        if nonnegative(&rest) {
            return true;
        }
        self.former.nest.iter().any(|id| {
            let Some((low, high)) = self.loop_extent(*id) else {
                return false;
            };
            let room = high
                .checked_sub(&low)
                .and_then(|extent| rest.checked_sub(&extent));
            room.is_some_and(|room| nonnegative(&room))
        })
    }

    /// Whether some values make all tests positive with every parallel loop long: a condition that
    /// only a handful of iterations could meet is a conflict, not a guard. Sampling can only err
    /// towards an error or towards a guard that fails; neither is unsound.
    fn can_hold(&self, tests: &[Poly]) -> bool {
        const ROUNDS: u64 = 500;
        let mut wanted = self.loops_in_sight();
        wanted.extend(tests.iter().map(|test| (test.clone(), 1)));
        let mut known = wanted.clone();
        known.extend(self.in_bounds());
        let facts = facts::about(self.former, &known);
        known.extend(facts.into_iter().map(|fact| (fact, 0)));
        let all = known.iter().map(|(poly, least)| (poly, *least));
        if meeting::contradictory(self.former, all) {
            return false;
        }
        (0..ROUNDS).any(|round| {
            let value_of = |sym: Sym| sample(self.former, sym, round);
            let at_least = |(poly, least): &(Poly, i128)| {
                poly.evaluate(&value_of)
                    .is_some_and(|value| value >= *least)
            };
            wanted.iter().all(at_least)
        })
    }

    /// Extents of the loops around both accesses, and how large they must at least be: parallel
    /// loops are long.
    fn loops_in_sight(&self) -> Vec<(Poly, i128)> {
        const LONG: i128 = 63;
        let inner = self.side.loops.iter().chain(&self.other.loops);
        let mut extents = Vec::new();
        for (id, least) in self
            .former
            .nest
            .iter()
            .map(|id| (id, LONG))
            .chain(inner.map(|id| (id, 1)))
        {
            let Some((low, high)) = self.loop_extent(*id) else {
                continue;
            };
            let steps = self.step(*id).checked_mul(&Poly::constant(least));
            let extent = high.checked_sub(&low);
            let room = extent
                .zip(steps)
                .and_then(|(extent, steps)| extent.checked_sub(&steps));
            // A loop whose length is a number has no other.
            let open = |room: &Poly| room.is_invariant() && room.as_constant().is_none();
            extents.extend(room.filter(open).map(|room| (room, 0)));
        }
        extents
    }

    /// That both accesses stay in their array, where every iteration makes them: another condition
    /// of the guard.
    fn in_bounds(&self) -> Vec<(Poly, i128)> {
        let sides = [self.side, self.other].into_iter();
        sides.flat_map(|side| self.stays_inside(side)).collect()
    }

    fn stays_inside(&self, side: &Side) -> Vec<(Poly, i128)> {
        let context = &side.visit.context;
        if context.uncertain || !is_free(self.former, &context.steps) {
            return Vec::new();
        }
        let array = self.former.function.accesses[side.visit.access].array;
        let mut inside = Vec::new();
        for (dim, form) in (0..).zip(&side.dims) {
            let ends = form
                .as_ref()
                .map(|form| [false, true].map(|end| self.bound(side, form, end)));
            let Some([low, high]) = ends else { continue };
            let len = Poly::sym(Sym::Len(array, dim));
            inside.extend(low.map(|low| (low, 0)));
            inside.extend(
                high.and_then(|high| len.checked_sub(&high))
                    .map(|room| (room, 1)),
            );
        }
        inside
    }

    /// The guard's condition, if one is needed.
    pub(super) fn condition(&self, alternatives: &[Alternative]) -> Option<Condition> {
        let test = self.guard(alternatives)?;
        let text = |side: &Side| dump::access(self.former.function, side.visit.access);
        let (a, b) = (text(self.side), text(self.other));
        let purpose = if a == b {
            format!("iterations have `{a}` to themselves")
        } else {
            format!("`{a}` and `{b}` of different iterations are different elements")
        };
        let asked = words::alternatives(self.former, alternatives);
        let purpose = format!("{purpose}: it asks if {asked}");
        Some(Condition { test, purpose })
    }

    /// The run-time condition, if one is needed.
    fn guard(&self, alternatives: &[Alternative]) -> Option<Test> {
        if alternatives.iter().any(Vec::is_empty) {
            return None;
        }
        let positive = |poly: &Poly| Test::Lt(Wide::Const(0), to_wide(self.former, poly));
        let mut any: Vec<Test> = alternatives
            .iter()
            .map(|tests| Test::All(tests.iter().map(positive).collect()))
            .collect();
        Some(if any.len() == 1 {
            any.swap_remove(0)
        } else {
            Test::Any(any)
        })
    }
}

/// The first of each.
pub(super) fn distinct<T: PartialEq>(all: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut found = Vec::new();
    for item in all {
        if !found.contains(&item) {
            found.push(item);
        }
    }
    found
}

/// A value for a symbol in one round of sampling: small, large and, where the type allows,
/// negative ones, by a counter-based generator.
fn sample(former: &Former, sym: Sym, round: u64) -> i128 {
    const VALUES: [i128; 16] = [
        0, 1, 2, 3, 4, 7, 16, 63, 64, 65, 128, 1000, 4096, 10_007, 65_536, 1_000_003,
    ];
    let (kind, number) = match sym {
        Sym::Var(var) => (1, var.index()),
        Sym::Len(array, dim) => (2, array.index() * 4 + dim as usize),
        Sym::Atom(expr) => (3, expr.index()),
        Sym::Extent(id, high) => (4, id.index() * 2 + usize::from(high)),
        Sym::Index(var) => (5, var.index()),
    };
    let hash = mix(round.wrapping_mul(8).wrapping_add(kind) ^ mix(number as u64));
    let value = VALUES[(hash % 16) as usize];
    let signed = match sym {
        Sym::Var(var) => former.function.vars[var]
            .ty
            .scalar()
            .is_some_and(Scalar::is_signed),
        Sym::Extent(..) => true,
        _ => false,
    };
    if signed && hash & 64 != 0 {
        -value
    } else {
        value
    }
}

/// SplitMix64's output function (Steele, Lea and Flood 2014).
fn mix(x: u64) -> u64 {
    let z = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
