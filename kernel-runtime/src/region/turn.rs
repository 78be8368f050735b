//! Loops in the order that strides ask for. Whether neighbours in memory lie along the innermost loop is
//! known when a region runs: an array may be transposed, or have its first dimension contiguous. In a
//! map, and in what comes to the same in any order, loops then change places: the code runs
//! on arrays whose dimensions have changed places, too. Where it may not, rows run in blocks.

use super::plan::{ArrayUse, Follow};
use super::{Call, Run};
use crate::array::Array;

/// Iterations from which on the question is worth asking.
pub const MANY: u64 = if cfg!(feature = "every-form") {
    1
} else {
    1 << 12
};

/// The same of sums in order, whose lanes rows that are no rounds of lanes break up.
const SOME: u64 = if cfg!(feature = "every-form") {
    1
} else {
    1 << 8
};

/// How much further apart in memory iterations of the innermost loop are, at least, than those that
/// take their place.
const FURTHER: u128 = 4;

/// Iterations of the loop that comes innermost, at least.
const LONG: u64 = if cfg!(feature = "every-form") { 2 } else { 8 };

/// Bytes from one iteration to the next with which each has a line of the cache to itself, and with which
/// many share one.
const FAR: u128 = 64;
const NEAR: u128 = 16;

/// The nest's loops, by the positions of their code: which of them runs there.
type Order = [usize; 3];

/// Arrays of a region that others may stand for, at most.
pub(super) const ARRAYS: usize = 8;

/// Arrays in place of a region's own.
pub(super) struct Arrays<'a> {
    room: [Array<'a>; ARRAYS],
    count: usize,
}

impl<'a> Arrays<'a> {
    /// The arrays themselves; `None` if there are none, or too many.
    pub fn of(arrays: &[Array<'a>]) -> Option<Self> {
        let count = arrays.len();
        let mut room = [*arrays.first()?; ARRAYS];
        room.get_mut(..count)?.copy_from_slice(arrays);
        Some(Arrays { room, count })
    }

    pub fn set(&mut self, number: usize, array: Array<'a>) {
        self.room[..self.count][number] = array;
    }

    pub fn as_slice(&self) -> &[Array<'a>] {
        &self.room[..self.count]
    }
}

impl Run<'_> {
    /// Whether loops may change places.
    #[inline]
    pub(crate) fn turns(&self) -> bool {
        self.plan.turns && self.is_free_of_order()
    }

    /// Does something with the run as it suits the strides. The iterations' order may be another.
    #[inline]
    pub(crate) fn suited<R>(&self, f: impl FnOnce(&Run<'_>) -> R) -> R {
        let asks = self.plan.turns || self.plan.blocks;
        if !asks || self.count < self.many() {
            return f(self);
        }
        self.turned(f)
    }

    /// Iterations from which on it pays to ask for the strides.
    #[inline]
    fn many(&self) -> u64 {
        let plan = self.plan;
        let in_order = !plan.exact && !plan.accumulators.is_empty();
        if plan.collapses && in_order {
            SOME
        } else {
            MANY
        }
    }

    #[inline(never)]
    fn turned<R>(&self, f: impl FnOnce(&Run<'_>) -> R) -> R {
        let order = match self.is_free_of_order() {
            true => self.order(),
            false => None,
        };
        let turned = order.and_then(|order| Some((order, self.turned_arrays(order)?)));
        let Some((order, arrays)) = turned else {
            return self.collapsed(f);
        };
        let arrays = arrays.as_slice();
        let loops = self.call.loops.reordered(order);
        let fast = self.relaxed && self.plan.has_unit_rows(arrays);
        let run = Run {
            call: Call {
                arrays,
                loops: &loops,
                shape: loops.shape(),
                ..self.call
            },
            fast: if fast { self.code.fastest() } else { None },
            ..*self
        };
        run.collapsed(f)
    }

    /// Does it with loops over arrays without gaps as one: the number of an iteration is its place in memory.
    fn collapsed<R>(&self, f: impl FnOnce(&Run<'_>) -> R) -> R {
        let innermost = self.plan.depth - 1;
        let mut from = innermost;
        while self.plan.collapses && from > 0 && self.has_no_gaps(from - 1) {
            from -= 1;
        }
        if from == innermost {
            return f(&self.in_blocks());
        }
        let loops = self.call.loops.collapsed(from);
        f(&Run {
            call: Call {
                loops: &loops,
                shape: loops.shape(),
                ..self.call
            },
            fast: self.fast.filter(|_| self.goes_by_one()),
            ..*self
        })
    }

    /// Whether arrays whose last dimension follows the innermost loop have neighbours there as neighbours in memory.
    /// In a dimension of one element the stride is nothing to the fast form, but loops that become one go along it.
    fn goes_by_one(&self) -> bool {
        let innermost = self.plan.depth - 1;
        let mut arrays = self.call.arrays.iter().zip(&self.plan.arrays);
        arrays.all(|(array, of)| {
            let last = of.rank - 1;
            let along = of.follow.as_ref().and_then(|of| of.loops[last]);
            along != Some(innermost) || array.stride(last) == 1
        })
    }

    /// Whether in all arrays an iteration of a loop begins where the one before ended, if it has those inside of it.
    fn has_no_gaps(&self, along: usize) -> bool {
        let inside = along + 1..self.plan.depth;
        let count = inside.map(|at| self.call.loops.get(at).count());
        let count = isize::try_from(count.product::<u64>()).ok();
        let follows = |(array, follow): (&Array<'_>, &Follow)| {
            let stride = |at| follow.stride(array, at);
            match (stride(along), stride(self.plan.depth - 1)) {
                (None, None) => true,
                (Some(outer), Some(inner)) => {
                    count.and_then(|count| inner.checked_mul(count)) == Some(outer)
                }
                _ => false,
            }
        };
        let mut arrays = self.call.arrays.iter().zip(&self.plan.arrays);
        // Of an array that follows none, only the length was asked for, before.
        arrays.all(|(array, of)| of.follow.as_ref().is_none_or(|of| follows((array, of))))
    }

    fn turned_arrays(&self, order: Order) -> Option<Arrays<'_>> {
        let mut arrays = Arrays::of(self.call.arrays)?;
        for (number, of) in self.plan.arrays.iter().enumerate() {
            arrays.set(number, turned(&self.call.arrays[number], of, order)?);
        }
        Some(arrays)
    }

    /// The same in blocks, if strides ask for it.
    fn in_blocks(&self) -> Run<'_> {
        let mut arrays = self.call.arrays.iter().zip(&self.plan.arrays);
        let blocks = self.plan.blocks && self.relaxed;
        Run {
            across: self.across || (blocks && arrays.any(|of| self.lies_across(of))),
            call: Call { ..self.call },
            ..*self
        }
    }

    /// Whether an array's neighbours in memory lie along the loop around the innermost one.
    pub(super) fn lies_across(&self, (array, of): (&Array<'_>, &ArrayUse)) -> bool {
        let Some(follow) = &of.follow else {
            return false;
        };
        let innermost = self.plan.depth - 1;
        let Some(around) = innermost.checked_sub(1) else {
            return false;
        };
        let bytes = |along| distance(array, of, follow, along);
        bytes(innermost) >= FAR && (1..=NEAR).contains(&bytes(around))
    }

    /// The order of loops that brings neighbours in memory together, if it is another and much better.
    fn order(&self) -> Option<Order> {
        if !self.plan.turns {
            return None;
        }
        let depth = self.plan.depth;
        let mut order = [0, 1, 2];
        let loops = &mut order[..depth];
        // What has but one iteration may be anywhere but innermost.
        let bytes = |along: &usize| match self.call.loops.get(*along).count() {
            1 => u128::MAX,
            _ => self.bytes(*along),
        };
        loops.sort_by_key(|along| std::cmp::Reverse(bytes(along)));
        let (innermost, before) = (loops[depth - 1], depth - 1);
        let better = bytes(&innermost).saturating_mul(FURTHER) <= bytes(&before);
        let long = self.call.loops.get(innermost).count() >= LONG;
        (better && long).then_some(order)
    }

    /// Bytes from one iteration of a loop to the next, in all arrays together.
    fn bytes(&self, along: usize) -> u128 {
        let arrays = self.call.arrays.iter().zip(&self.plan.arrays);
        let follow = arrays.filter_map(|(array, of)| Some((array, of, of.follow.as_ref()?)));
        follow.fold(0, |bytes, (array, of, follow)| {
            bytes.saturating_add(distance(array, of, follow, along))
        })
    }
}

impl Follow {
    /// Elements from one iteration of a loop to the next, if a dimension follows it.
    pub(super) fn stride(&self, array: &Array<'_>, along: usize) -> Option<isize> {
        let dims = self.loops.iter().enumerate();
        let dims = dims.filter(|(_, position)| **position == Some(along));
        let strides = dims.map(|(dim, _)| array.stride(dim));
        strides.reduce(isize::wrapping_add)
    }
}

/// Bytes from one iteration of a loop to the next.
fn distance(array: &Array<'_>, of: &ArrayUse, follow: &Follow, along: usize) -> u128 {
    let elements = follow.stride(array, along).unwrap_or(0).unsigned_abs();
    (elements as u128).saturating_mul(of.elem.bytes() as u128)
}

/// The array that the code sees when its loops stand for others; `None` if there is none.
fn turned<'a>(array: &Array<'a>, of: &ArrayUse, order: Order) -> Option<Array<'a>> {
    let Some(follow) = &of.follow else {
        // Its length was asked for, before.
        return Some(*array);
    };
    let mut dims = [0, 1, 2, 3];
    for (dim, from) in dims.iter_mut().enumerate().take(of.rank) {
        let stands_for = follow.loops[dim].map(|position| order[position]);
        let mut all = follow.loops[..of.rank].iter();
        *from = all.position(|position| *position == stands_for)?;
    }
    let moved = dims != [0, 1, 2, 3];
    // The code of what is unit may know its lengths.
    (!moved || !of.unit).then(|| array.reordered(dims))
}
