//! Copies in which columns of an array are contiguous, in memory that a thread keeps.

use crate::level::Level;
use std::cell::Cell;
use std::mem::MaybeUninit;

/// A line of the cache: what all elements are aligned in.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Line([MaybeUninit<u8>; BYTES]);

const BYTES: usize = 64;

thread_local! {
    static ROOM: Cell<Vec<Line>> = const { Cell::new(Vec::new()) };
}

/// Calls a function with so many lines, which hold nothing.
pub fn with<R>(lines: usize, f: impl FnOnce(&mut [Line]) -> R) -> R {
    // A call inside this one, on this thread, finds none, and makes its own.
    let mut room = ROOM.take();
    if room.len() < lines {
        // No copy of what nobody reads.
        room = Vec::with_capacity(lines);
        // SAFETY: the capacity is that large, and a line may be uninitialised.
        unsafe { room.set_len(lines) };
    }
    let result = f(&mut room[..lines]);
    ROOM.set(room);
    result
}

/// Lines that hold so many bytes.
pub fn lines(bytes: usize) -> usize {
    bytes.div_ceil(BYTES)
}

/// Bytes of so many lines.
pub fn bytes(lines: usize) -> usize {
    lines * BYTES
}

/// Part of an array: so many elements along columns, and so many columns.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    pub first: *const u8,
    /// Bytes of an element, 1, 2, 4 or 8.
    pub bytes: usize,
    /// Elements from one of a column to the next, and from a column to the next.
    pub down: isize,
    pub next: isize,
    pub length: usize,
    pub columns: usize,
}

impl Part {
    /// Copies it to where the elements of each column follow one another, and columns begin so many
    /// elements apart.
    ///
    /// # Safety
    ///
    /// The elements are there, nobody writes them meanwhile, there is room for the columns, which nobody
    /// else has, and both are aligned for such elements.
    pub unsafe fn copy_to(&self, to: *mut u8, apart: usize) {
        // SAFETY: the caller's; the level is the processor's.
        unsafe {
            let done = if Level::current() >= Level::FAST {
                self.squares(to, apart)
            } else {
                (0, 0)
            };
            match self.bytes {
                1 => self.rest::<u8>(to.cast(), apart, done),
                2 => self.rest::<u16>(to.cast(), apart, done),
                4 => self.rest::<u32>(to.cast(), apart, done),
                _ => self.rest::<u64>(to.cast(), apart, done),
            }
        }
    }

    /// Copies what makes whole squares, and says of how many columns how many elements.
    ///
    /// # Safety
    ///
    /// As for [`Self::copy_to`], and the processor has `Level::FAST`.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    unsafe fn squares(&self, to: *mut u8, apart: usize) -> (usize, usize) {
        use super::transpose;
        let (bytes, side) = (self.bytes, transpose::side(self.bytes));
        if self.next != 1 || side == 0 {
            return (0, 0);
        }
        let (length, columns) = (self.length / side * side, self.columns / side * side);
        for at in (0..length).step_by(side) {
            let place = |at: usize| {
                self.first
                    .wrapping_offset(at.cast_signed() * self.down * bytes.cast_signed())
            };
            for row in 0..side {
                ahead(place(at + AHEAD + row), columns * bytes);
            }
            let (mut from, mut to) = (place(at), to.wrapping_add(at * bytes));
            for _ in 0..columns / side {
                // SAFETY: the caller's, of a square of the part.
                unsafe {
                    match bytes {
                        8 => transpose::square_of_8(from.cast(), self.down, to.cast(), apart),
                        _ => transpose::square_of_4(from.cast(), self.down, to.cast(), apart),
                    }
                }
                from = from.wrapping_add(side * bytes);
                to = to.wrapping_add(side * apart * bytes);
            }
        }
        (columns, length)
    }

    /// # Safety
    ///
    /// As for [`Self::copy_to`].
    #[cfg(not(target_arch = "x86_64"))]
    unsafe fn squares(&self, _: *mut u8, _: usize) -> (usize, usize) {
        (0, 0)
    }

    /// Copies the rest one by one: of so many columns so many elements are done.
    ///
    /// # Safety
    ///
    /// As for [`Self::copy_to`].
    unsafe fn rest<T: Copy>(&self, to: *mut T, apart: usize, (columns, length): (usize, usize)) {
        let from: *const T = self.first.cast();
        for at in 0..self.length {
            let first = if at < length { columns } else { 0 };
            for column in first..self.columns {
                let offset = at.cast_signed() * self.down + column.cast_signed() * self.next;
                // SAFETY: a place of the part, by the caller's conditions.
                unsafe {
                    to.add(column * apart + at)
                        .write(from.offset(offset).read())
                };
            }
        }
    }
}

/// How many elements of a column before its turn lines are asked for: each lies in a page of its own,
/// so that nobody else foresees it.
#[cfg(target_arch = "x86_64")]
const AHEAD: usize = 24;

/// Asks for the lines of so many bytes, wherever they are.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn ahead(from: *const u8, bytes: usize) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    for at in (0..bytes).step_by(BYTES) {
        // SAFETY: an instruction of every such processor, which does nothing where there is no memory.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(from.wrapping_add(at).cast()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Copies a part of an array of `u8`, `u16`, `u32` or `u64` and compares.
    fn check<T: Copy + PartialEq + std::fmt::Debug>(
        make: impl Fn(usize) -> T,
        (length, columns): (usize, usize),
        (down, next): (usize, usize),
    ) {
        let from: Vec<T> = (0..(length - 1) * down + (columns - 1) * next + 1)
            .map(&make)
            .collect();
        let apart = length + 3;
        let part = Part {
            first: from.as_ptr().cast(),
            bytes: size_of::<T>(),
            down: down.cast_signed(),
            next: next.cast_signed(),
            length,
            columns,
        };
        with(lines(columns * apart * size_of::<T>()), |room| {
            let to = room.as_mut_ptr().cast::<u8>();
            // SAFETY: the lengths and the room were made for this part.
            unsafe { part.copy_to(to, apart) };
            for (column, at) in (0..columns).flat_map(|c| (0..length).map(move |at| (c, at))) {
                // SAFETY: just written.
                let copy = unsafe { to.cast::<T>().add(column * apart + at).read() };
                assert_eq!(copy, from[at * down + column * next]);
            }
        });
    }

    #[test]
    fn copies_are_transposed() {
        for shape in [(1, 1), (8, 8), (19, 11), (7, 40), (64, 16)] {
            for strides in [(50, 1), (3, 200), (100, 2)] {
                check(|n| n as u8, shape, strides);
                check(|n| n as u16, shape, strides);
                check(|n| n as u32, shape, strides);
                check(|n| n as u64, shape, strides);
            }
        }
    }
}
