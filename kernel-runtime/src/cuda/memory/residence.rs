//! Arrays that stay on the device from one region to the next.
//!
//! What is on the device is known by where it lies on the host, not by name: an array that was
//! swapped with another, or a part of one, is found again. The host's copy of an array that a
//! region wrote is out of date until [`Residence::write_back`]; whoever is about to touch host
//! memory that may be here asks for that first, and for [`Residence::release`] if they may change
//! it.
//!
//! Two copies of one element may be here, as long as none of them is newer than the host's: before
//! an array goes to the device, what overlaps it is written back, and if a region writes it, every
//! other copy is dropped.

use super::super::context::Context;
use super::super::driver::status;
use super::super::fault::Fault;
use super::super::timing;
use super::layout::{self, Layout, Placement};
use super::{Block, Work, staging};
use crate::launch::{ArrayArg, MAX_RANK};
use std::ops::Range;
use std::time::Instant;

/// The arrays of one call that are on the device.
#[derive(Default)]
pub struct Residence {
    residents: Vec<Resident>,
    next: u64,
    /// A launch ended halfway while it wrote the only copy of an array.
    lost: bool,
}

/// An array on the device, as a launch takes it.
pub struct Place {
    /// Address of the element at index 0 of every dimension.
    pub address: u64,
    /// In elements.
    pub strides: [isize; MAX_RANK],
}

struct Resident {
    id: u64,
    host: ArrayArg,
    layout: Layout,
    /// Host addresses from its lowest to behind its highest element.
    span: Range<usize>,
    block: Block,
    /// What a region wrote since it was last written back.
    newer: Vec<Piece>,
    /// In use by the launch under way.
    pinned: bool,
    /// Whether it may stay when that is done.
    keep: bool,
}

/// Consecutive bytes on the host; for packed arrays, it stands for all their elements.
#[derive(Clone, Copy)]
struct Piece {
    first: *mut u8,
    bytes: usize,
}

impl Residence {
    /// Whether nothing is on the device.
    pub fn is_empty(&self) -> bool {
        self.residents.is_empty() && !self.lost
    }

    /// Brings arrays to the device, also those that are only written: what the region leaves alone
    /// must come back as it was.
    ///
    /// # Safety
    ///
    /// The arrays are what they say: readable, and writable if they are written. Nobody else
    /// touches their elements until the launch has ended, and, for those to be kept, until they
    /// have been released or discarded, other than by reading those that are not newer here.
    pub unsafe fn place(
        &mut self,
        arrays: &[ArrayArg],
        work: &mut Work<'_>,
    ) -> Result<Vec<Place>, Fault> {
        for resident in &mut self.residents {
            resident.pinned = false;
        }
        let mut places = Vec::with_capacity(arrays.len());
        for array in arrays {
            // SAFETY: the caller's.
            places.push(unsafe { self.place_one(array, work)? });
        }
        Ok(places)
    }

    /// # Safety
    ///
    /// As [`Residence::place`].
    unsafe fn place_one(&mut self, array: &ArrayArg, work: &mut Work<'_>) -> Result<Place, Fault> {
        let Some(layout) = Layout::of(array) else {
            return Err(Fault::OutOfMemory { bytes: usize::MAX });
        };
        if layout.placement == Placement::Empty {
            // Any access to it is wrong, and this address shows it.
            return Ok(Place {
                address: 0,
                strides: layout.strides,
            });
        }
        let span = layout.span(array);
        let holder = self.holder(array, &layout, &span);
        self.make_way(&span, holder, array.writes, work)?;
        let id = match holder {
            Some(id) => id,
            // SAFETY: the caller's.
            None => unsafe { self.upload(array, layout, span, work)? },
        };
        let resident = self.resident(id);
        resident.pinned = true;
        resident.keep &= array.keep;
        Ok(resident.place(array))
    }

    /// Bytes that a region on these arrays moves to the device or back: those that are not here go there,
    /// also if they are only written, and what is written comes back at the latest when it has to.
    pub fn moved(&self, arrays: &[ArrayArg]) -> u64 {
        let bytes = arrays.iter().map(|array| self.moved_of(array));
        bytes.fold(0, u64::saturating_add)
    }

    fn moved_of(&self, array: &ArrayArg) -> u64 {
        let Some(layout) = Layout::of(array) else {
            return u64::MAX;
        };
        let span = layout.span(array);
        let is_here = self.holder(array, &layout, &span).is_some();
        let back = array.writes && !(is_here && array.keep);
        let ways = u64::from(!is_here) + u64::from(back);
        ways.saturating_mul(layout.bytes as u64)
    }

    /// Who has all elements of an array.
    fn holder(&self, array: &ArrayArg, layout: &Layout, span: &Range<usize>) -> Option<u64> {
        let has = |resident: &&Resident| resident.has(array, layout, span);
        self.residents.iter().find(has).map(|resident| resident.id)
    }

    /// Nothing but its holder may be newer than the host where an array lies, and if the array is
    /// to be written, nobody else may have a copy.
    fn make_way(
        &mut self,
        span: &Range<usize>,
        holder: Option<u64>,
        writes: bool,
        work: &mut Work<'_>,
    ) -> Result<(), Fault> {
        let others =
            |resident: &Resident| Some(resident.id) != holder && meets(&resident.span, span);
        self.write_back_where(others, work)?;
        if writes {
            // Two arrays of one launch of which one is written share no element: their spans are
            // merely interleaved.
            self.drop_where(
                |resident| others(resident) && !resident.pinned,
                work.context,
            );
        }
        Ok(())
    }

    /// # Safety
    ///
    /// As [`Residence::place`].
    unsafe fn upload(
        &mut self,
        array: &ArrayArg,
        layout: Layout,
        span: Range<usize>,
        work: &mut Work<'_>,
    ) -> Result<u64, Fault> {
        let mut block = self.take(layout.bytes, work)?;
        let source = match layout.placement {
            Placement::Packed => {
                let mut packed = staging(layout.bytes)?;
                // SAFETY: the caller's.
                unsafe { layout::pack(array, &layout, &mut packed) };
                work.staging.push(packed);
                work.staging.last().map_or(std::ptr::null(), Vec::as_ptr)
            }
            _ => lowest(array, &span).cast_const(),
        };
        // SAFETY: the array's elements by the caller's word, or staging that stays as it is until
        // `work` has waited. The copy is awaited before the caller's word ends.
        let source = unsafe { std::slice::from_raw_parts(source, layout.bytes) };
        work.send(&mut block, source)?;
        self.next += 1;
        self.residents.push(Resident {
            id: self.next,
            host: *array,
            layout,
            span,
            block,
            newer: Vec::new(),
            pinned: true,
            keep: true,
        });
        Ok(self.next)
    }

    /// Device memory; if there is none left, arrays that the launch does not use make room.
    fn take(&mut self, bytes: usize, work: &mut Work<'_>) -> Result<Block, Fault> {
        match work.context.pool.take(bytes) {
            Err(Fault::OutOfMemory { .. }) => {}
            other => return other,
        }
        self.write_back_where(|resident| !resident.pinned, work)?;
        self.drop_where(|resident| !resident.pinned, work.context);
        work.context.pool.take(bytes)
    }

    fn resident(&mut self, id: u64) -> &mut Resident {
        let found = self.residents.iter_mut().find(|resident| resident.id == id);
        found.unwrap_or_else(|| unreachable!("an array that is in use left the device"))
    }

    /// A launch has written these arrays. What may not stay comes back.
    pub fn computed(&mut self, arrays: &[ArrayArg], work: &mut Work<'_>) -> Result<(), Fault> {
        for array in arrays.iter().filter(|array| array.writes) {
            if let Some(resident) = self.holder_of(array) {
                resident.written(array);
            }
        }
        let goes = |resident: &Resident| !resident.keep;
        self.write_back_where(goes, work)?;
        self.drop_where(goes, work.context);
        Ok(())
    }

    /// A launch failed, and may have written these arrays or not: the host's copies are as they
    /// were before, unless they were out of date.
    pub fn spoiled(&mut self, arrays: &[ArrayArg], work: &Work<'_>) {
        for array in arrays.iter().filter(|array| array.writes) {
            let Some(resident) = self.holder_of(array) else {
                continue;
            };
            let (id, newer) = (resident.id, !resident.newer.is_empty());
            self.lost |= newer;
            self.drop_where(|resident| resident.id == id, work.context);
        }
    }

    fn holder_of(&mut self, array: &ArrayArg) -> Option<&mut Resident> {
        let layout = Layout::of(array)?;
        let span = layout.span(array);
        let id = self.holder(array, &layout, &span)?;
        Some(self.resident(id))
    }

    /// Makes the host's copies as new as those here.
    pub fn write_back(&mut self) -> Result<(), Fault> {
        if self.lost {
            return Err(Fault::call(
                status::LAUNCH_FAILED,
                "writing an array of which the device had the only copy",
            ));
        }
        let context = Context::enter()?;
        let mut work = Work::begin(&context)?;
        self.write_back_where(|_| true, &mut work)?;
        timing::add(&work.timing());
        Ok(())
    }

    /// The same, and nothing stays here. After an error, nothing is here either.
    pub fn release(&mut self) -> Result<(), Fault> {
        let written = self.write_back();
        self.clear();
        written
    }

    /// The host memory between these addresses is about to go, and with it what is here of it.
    pub fn discard(&mut self, range: Range<usize>) {
        let Ok(context) = Context::enter() else {
            return;
        };
        let goes = |resident: &Resident| meets(&resident.span, &range);
        self.drop_where(goes, &context);
    }

    /// Copies out of the chosen residents what is newer than on the host.
    fn write_back_where(
        &mut self,
        which: impl Fn(&Resident) -> bool,
        work: &mut Work<'_>,
    ) -> Result<(), Fault> {
        let start = Instant::now();
        let newer = |resident: &&mut Resident| !resident.newer.is_empty() && which(resident);
        let mut chosen: Vec<&mut Resident> = self.residents.iter_mut().filter(newer).collect();
        if chosen.is_empty() {
            return Ok(());
        }
        let mut packed = Vec::new();
        for resident in &chosen {
            packed.push(resident.fetch(work)?);
        }
        work.synchronize("copying from the device")?;
        for (resident, packed) in chosen.iter_mut().zip(&packed) {
            resident.arrived(packed);
        }
        work.timing.download += start.elapsed();
        Ok(())
    }

    /// Gives up the chosen residents, which no work uses any more.
    fn drop_where(&mut self, which: impl Fn(&Resident) -> bool, context: &Context) {
        let gone = self.residents.extract_if(.., |resident| which(resident));
        gone.for_each(|resident| context.pool.put_back(resident.block));
    }

    fn clear(&mut self) {
        self.lost = false;
        if self.residents.is_empty() {
            return;
        }
        if let Ok(context) = Context::enter() {
            self.drop_where(|_| true, &context);
        }
    }
}

impl Drop for Residence {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Resident {
    /// Whether all elements of an array are here, and can be reached with its strides or, if they
    /// are packed, with its own.
    fn has(&self, array: &ArrayArg, layout: &Layout, span: &Range<usize>) -> bool {
        if self.host.elem_bytes != array.elem_bytes {
            return false;
        }
        match self.layout.placement {
            Placement::Block { .. } => self.span.start <= span.start && span.end <= self.span.end,
            _ => self.host.ptr == array.ptr && self.layout == *layout,
        }
    }

    fn place(&self, array: &ArrayArg) -> Place {
        let start = self.block.block.as_device_ptr().as_raw();
        match self.layout.placement {
            Placement::Block { .. } => Place {
                address: start + (array.ptr.addr() - self.span.start) as u64,
                strides: array.strides,
            },
            _ => Place {
                address: start,
                strides: self.layout.strides,
            },
        }
    }

    /// Notes that a region wrote an array that is here. The pointer to go back through is that of
    /// the array written last: whoever had the others may have given them up.
    fn written(&mut self, array: &ArrayArg) {
        let Some(layout) = Layout::of(array) else {
            return;
        };
        let span = layout.span(array);
        if self.layout.placement == Placement::Packed {
            self.host = *array;
        }
        self.newer.retain(|piece| {
            let first = piece.first.addr();
            first < span.start || span.end < first + piece.bytes
        });
        self.newer.push(Piece {
            first: lowest(array, &span),
            bytes: span.len(),
        });
    }

    /// Queues the copies of what is newer here; the elements, if they are packed.
    fn fetch(&self, work: &mut Work<'_>) -> Result<Vec<u8>, Fault> {
        if self.layout.placement == Placement::Packed {
            let mut packed = staging(self.layout.bytes)?;
            work.fetch(&self.block, 0, &mut packed)?;
            return Ok(packed);
        }
        for piece in &self.newer {
            let from = piece.first.addr() - self.span.start;
            // SAFETY: elements of an array that a region wrote, so that they are ours by the word
            // given to `place`; the copy is awaited by whoever asked for it.
            let target = unsafe { std::slice::from_raw_parts_mut(piece.first, piece.bytes) };
            work.fetch(&self.block, from, target)?;
        }
        Ok(Vec::new())
    }

    /// What was fetched is there.
    fn arrived(&mut self, packed: &[u8]) {
        if self.layout.placement == Placement::Packed {
            // SAFETY: as in `fetch`.
            unsafe { layout::unpack(&self.host, &self.layout, packed) };
        }
        self.newer.clear();
    }
}

/// The lowest element of an array.
fn lowest(array: &ArrayArg, span: &Range<usize>) -> *mut u8 {
    array.ptr.wrapping_sub(array.ptr.addr() - span.start)
}

fn meets(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_here_moves() {
        let mut elements = [0.0_f32; 10];
        let mut array = ArrayArg {
            ptr: elements.as_mut_ptr().cast(),
            elem_bytes: 4,
            rank: 1,
            shape: [10, 1, 1, 1],
            strides: [1, 0, 0, 0],
            reads: true,
            writes: false,
            keep: true,
        };
        let nothing = Residence::default();
        assert_eq!(nothing.moved(&[array]), 40);
        array.writes = true;
        assert_eq!(nothing.moved(&[array, array]), 160);
        array.shape[0] = 0;
        assert_eq!(nothing.moved(&[array]), 0);
    }
}
