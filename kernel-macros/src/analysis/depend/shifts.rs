//! Accesses that are of one kind and differ by numbers, of which there may be many: whether two are ever equal
//! depends on how far they are apart.

use super::Side;
use crate::analysis::poly::Poly;
use crate::ir::{Function, LoopId};

/// All but the numbers that [`Pair::is_separate`](super::Pair::is_separate) depends on.
#[derive(PartialEq)]
struct Kind<'a> {
    /// The dimensions without their constants.
    dims: Vec<Option<Poly>>,
    loops: &'a [LoopId],
    own: &'a [LoopId],
}

/// Which accesses are of one kind, and their constants.
pub(super) struct Shifts {
    kinds: Vec<usize>,
    constants: Vec<Vec<i128>>,
}

/// The kinds of two accesses, and how far they are apart in each dimension.
pub(super) type Shift = (usize, usize, Vec<i128>);

impl Shifts {
    pub(super) fn of(function: &Function, sides: &[Side]) -> Self {
        let mut shifts = Shifts {
            kinds: Vec::with_capacity(sides.len()),
            constants: Vec::with_capacity(sides.len()),
        };
        let mut met: Vec<Kind> = Vec::new();
        for side in sides {
            let (dims, constants) = apart(&side.dims);
            let kind = Kind {
                dims,
                loops: &side.loops,
                own: &function.accesses[side.visit.access].own,
            };
            let number = met.iter().position(|other| *other == kind);
            shifts.kinds.push(number.unwrap_or(met.len()));
            shifts.constants.push(constants);
            if number.is_none() {
                met.push(kind);
            }
        }
        shifts
    }

    /// From the access at one position to that at another; `None` beyond the numbers of 128 bits.
    pub(super) fn between(&self, from: usize, to: usize) -> Option<Shift> {
        let (first, second) = (&self.constants[from], &self.constants[to]);
        // A plain loop: cargo compiles macros without optimisation, and there are many pairs.
        let mut distance = Vec::with_capacity(first.len());
        for at in 0..first.len() {
            distance.push(second[at].checked_sub(first[at])?);
        }
        Some((self.kinds[from], self.kinds[to], distance))
    }
}

/// Forms without their constants, and the constants.
fn apart(dims: &[Option<Poly>]) -> (Vec<Option<Poly>>, Vec<i128>) {
    let dims = dims.iter().map(|form| match form {
        Some(form) => {
            let (rest, constant) = form.clone().split_constant();
            (Some(rest), constant)
        }
        None => (None, 0),
    });
    dims.unzip()
}
