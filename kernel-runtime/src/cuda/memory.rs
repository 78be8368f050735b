//! One region's memory on the device, and the way of its data there and back.

mod layout;
mod pool;

pub use pool::Pool;

use super::context::{Context, Lane};
use super::driver::status;
use super::fault::{Fault, through_cust};
use super::timing::Timing;
use crate::launch::ArrayArg;
use cust::memory::{AsyncCopyDestination, DeviceBuffer};
use layout::{Layout, Placement};
use std::fmt::Display;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A stream with everything that work on it uses. Dropping it waits for that work first, so no
/// copy or kernel outlives the memory that it touches, on whichever way out.
pub struct Work<'c> {
    context: &'c Context,
    lane: Arc<Lane>,
    buffers: Vec<pool::Lease<DeviceBuffer<u8>>>,
    arrays: Vec<DeviceArray>,
    timing: Timing,
    uploaded: Instant,
}

/// Memory on the device, by its number in [`Work`].
#[derive(Clone, Copy)]
pub struct Buffer(usize);

/// An array's copy on the device.
struct DeviceArray {
    host: ArrayArg,
    layout: Layout,
    /// `None` if the array is empty.
    buffer: Option<Buffer>,
    /// The packed elements, if they are packed.
    staging: Vec<u8>,
}

/// The points of time that [`Work`] takes on the device.
#[derive(Clone, Copy)]
enum Moment {
    Begun,
    Uploaded,
    Computed,
}

impl<'c> Work<'c> {
    pub fn begin(context: &'c Context) -> Result<Work<'c>, Fault> {
        let work = Work {
            context,
            lane: context.lane()?,
            buffers: Vec::new(),
            arrays: Vec::new(),
            timing: Timing::default(),
            uploaded: Instant::now(),
        };
        work.record(Moment::Begun)?;
        Ok(work)
    }

    /// The stream, for launches.
    pub fn stream(&self) -> cust::sys::CUstream {
        self.lane.stream.as_inner()
    }

    /// Device memory for this region, with nothing in it.
    pub fn allocate(&mut self, bytes: usize) -> Result<Buffer, Fault> {
        let lease = self.context.pool.take(bytes)?;
        self.buffers.push(lease);
        Ok(Buffer(self.buffers.len() - 1))
    }

    pub fn address(&self, buffer: Buffer) -> u64 {
        self.buffers[buffer.0].block.as_device_ptr().as_raw()
    }

    /// Writes constant data into the start of a buffer.
    pub fn write(&mut self, buffer: Buffer, data: &'static [u8]) -> Result<(), Fault> {
        self.copy_in(buffer, data)
    }

    /// Reads the start of a buffer, after everything queued before.
    pub fn read(&mut self, buffer: Buffer, data: &mut [u8]) -> Result<(), Fault> {
        let queued = self.copy_out(buffer, data);
        let done = self.synchronize("copying from the device");
        queued.and(done)
    }

    /// Waits for everything queued, which is `doing` something; this is where a kernel's faults
    /// come to light.
    pub fn synchronize(&self, doing: impl Display) -> Result<(), Fault> {
        through_cust(doing, || self.lane.stream.synchronize())
    }

    /// Copies arrays to the device, also those that are only written: what the region leaves
    /// alone must come back as it was.
    ///
    /// # Safety
    ///
    /// The arrays are what they say until this value is dropped: readable, and writable if they
    /// are written, and nobody else writes elements, or touches those that are written.
    pub unsafe fn upload(&mut self, arrays: &[ArrayArg]) -> Result<(), Fault> {
        let start = Instant::now();
        for array in arrays {
            // SAFETY: the caller's.
            unsafe { self.upload_one(array)? };
        }
        self.timing.upload = start.elapsed();
        self.uploaded = Instant::now();
        self.record(Moment::Uploaded)
    }

    /// # Safety
    ///
    /// As [`Work::upload`].
    unsafe fn upload_one(&mut self, array: &ArrayArg) -> Result<(), Fault> {
        let Some(layout) = Layout::of(array) else {
            return Err(Fault::OutOfMemory { bytes: usize::MAX });
        };
        let staging = match layout.placement {
            Placement::Packed => staging(layout.bytes)?,
            Placement::Empty | Placement::Block { .. } => Vec::new(),
        };
        let buffer = match layout.bytes {
            0 => None,
            bytes => Some(self.allocate(bytes)?),
        };
        self.arrays.push(DeviceArray {
            host: *array,
            layout,
            buffer,
            staging,
        });
        let number = self.arrays.len() - 1;
        let Some(buffer) = buffer else {
            return Ok(());
        };
        let array = &mut self.arrays[number];
        if layout.placement == Placement::Packed {
            // SAFETY: the caller's.
            unsafe { layout::pack(&array.host, &array.layout, &mut array.staging) };
        }
        // SAFETY: the caller's, and the copy is awaited before the caller's word ends.
        let source = unsafe { std::slice::from_raw_parts(array.source(), layout.bytes) };
        self.copy_in(buffer, source)
    }

    /// Takes the time at which the kernels are done.
    pub fn computed(&self) -> Result<(), Fault> {
        self.record(Moment::Computed)
    }

    /// Copies the written arrays back and waits for them. The kernels must have been awaited:
    /// arrays are written only if those worked.
    pub fn download(&mut self) -> Result<(), Fault> {
        self.timing.kernel = self.uploaded.elapsed();
        let start = Instant::now();
        for number in 0..self.arrays.len() {
            self.download_one(number)?;
        }
        self.synchronize("copying from the device")?;
        for array in &self.arrays {
            array.unpack();
        }
        self.timing.download = start.elapsed();
        Ok(())
    }

    fn download_one(&mut self, number: usize) -> Result<(), Fault> {
        let array = &mut self.arrays[number];
        let (true, Some(buffer)) = (array.host.writes, array.buffer) else {
            return Ok(());
        };
        let (target, bytes) = (array.target(), array.layout.bytes);
        // SAFETY: staging of our own, or the elements of an array that is written, which are
        // ours by the word given to `upload`; awaited by `download`, or by `drop`.
        let target = unsafe { std::slice::from_raw_parts_mut(target, bytes) };
        self.copy_out(buffer, target)
    }

    /// Address of the element at index 0 of every dimension, and the strides, on the device.
    pub fn array(&self, number: usize) -> Option<(u64, [isize; 3])> {
        let array = self.arrays.get(number)?;
        let address = match (array.buffer, array.layout.placement) {
            // Any access to it is wrong, and this address shows it.
            (None, _) => 0,
            (Some(buffer), Placement::Block { lowest }) => {
                let before = lowest.unsigned_abs() * array.host.elem_bytes;
                self.address(buffer) + before as u64
            }
            (Some(buffer), _) => self.address(buffer),
        };
        Some((address, array.layout.strides))
    }

    /// What the finished work took: by the device's clock, or by the host's where that fails,
    /// since the work itself is done.
    pub fn timing(&self) -> Timing {
        let mut timing = self.timing;
        // Where the driver copies behind our back, the host's clock is too fast.
        if let Ok(upload) = self.elapsed(Moment::Begun, Moment::Uploaded) {
            timing.upload = timing.upload.max(upload);
        }
        if let Ok(kernel) = self.elapsed(Moment::Uploaded, Moment::Computed) {
            timing.kernel = kernel;
        }
        timing
    }

    fn copy_in(&mut self, buffer: Buffer, source: &[u8]) -> Result<(), Fault> {
        let mut target = self.buffers[buffer.0].block.index(0..source.len());
        let lane = &self.lane;
        // SAFETY: the buffer lives until `drop` has waited, and so does the source, by the word
        // of whoever made the slice; `DeviceSlice` outlives neither here.
        through_cust("copying to the device", || unsafe {
            target.async_copy_from(source, &lane.stream)
        })?;
        self.timing.uploaded_bytes += source.len() as u64;
        Ok(())
    }

    fn copy_out(&mut self, buffer: Buffer, target: &mut [u8]) -> Result<(), Fault> {
        let source = self.buffers[buffer.0].block.index(0..target.len());
        let lane = &self.lane;
        // SAFETY: as in `copy_in`.
        through_cust("copying from the device", || unsafe {
            source.async_copy_to(target, &lane.stream)
        })?;
        self.timing.downloaded_bytes += target.len() as u64;
        Ok(())
    }

    fn record(&self, moment: Moment) -> Result<(), Fault> {
        let lane = &self.lane;
        through_cust("taking the time", || {
            lane.events[moment as usize].record(&lane.stream)
        })
    }

    fn elapsed(&self, from: Moment, to: Moment) -> Result<Duration, Fault> {
        let events = &self.lane.events;
        through_cust("reading the time", || {
            events[to as usize].elapsed(&events[from as usize])
        })
    }
}

impl DeviceArray {
    /// Where the bytes are that go to the device.
    fn source(&self) -> *const u8 {
        match self.layout.placement {
            Placement::Packed => self.staging.as_ptr(),
            _ => self.block(),
        }
    }

    /// Where they come back to.
    fn target(&mut self) -> *mut u8 {
        match self.layout.placement {
            Placement::Packed => self.staging.as_mut_ptr(),
            _ => self.block(),
        }
    }

    /// The lowest element of an array that is one block.
    fn block(&self) -> *mut u8 {
        match self.layout.placement {
            Placement::Block { lowest } => {
                let bytes = lowest * self.host.elem_bytes as isize;
                self.host.ptr.wrapping_offset(bytes)
            }
            _ => self.host.ptr,
        }
    }

    fn unpack(&self) {
        if !self.host.writes || self.layout.placement != Placement::Packed {
            return;
        }
        // SAFETY: the array is written, so its elements are ours by the word given to `upload`.
        unsafe { layout::unpack(&self.host, &self.layout, &self.staging) };
    }
}

impl Drop for Work<'_> {
    fn drop(&mut self) {
        if self.lane.stream.synchronize().is_err() {
            // The context is beyond use, and nothing runs in it any more: nothing to keep.
            return;
        }
        self.context.put_back(self.lane.clone());
        for lease in self.buffers.drain(..) {
            self.context.pool.put_back(lease);
        }
    }
}

/// Host memory for packing; a huge overlapping view may ask for more than there is.
fn staging(bytes: usize) -> Result<Vec<u8>, Fault> {
    let mut staging = Vec::new();
    if staging.try_reserve_exact(bytes).is_err() {
        return Err(Fault::call(
            status::OPERATING_SYSTEM,
            format!("making room on the host to pack {bytes} bytes of an array"),
        ));
    }
    staging.resize(bytes, 0);
    Ok(staging)
}
