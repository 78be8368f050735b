//! A region's memory on the device, and the way of data there and back.

mod layout;
mod pool;
mod residence;

pub use pool::Pool;
pub use residence::{Place, Residence};

use super::context::{Context, Lane};
use super::driver::status;
use super::fault::{Fault, through_cust};
use super::timing::Timing;
use cust::memory::{AsyncCopyDestination, DeviceBuffer};
use std::fmt::Display;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A block of device memory in use.
type Block = pool::Lease<DeviceBuffer<u8>>;

/// A stream with everything that work on it uses, except for the arrays, which may stay longer.
/// Dropping it waits for that work first, so no copy or kernel outlives the memory that it
/// touches, on whichever way out.
pub struct Work<'c> {
    context: &'c Context,
    lane: Arc<Lane>,
    buffers: Vec<Block>,
    /// Packed elements on their way to the device.
    staging: Vec<Vec<u8>>,
    timing: Timing,
    started: Instant,
}

/// Memory on the device, by its number in [`Work`].
#[derive(Clone, Copy)]
pub struct Buffer(usize);

/// The points of time that [`Work`] takes on the device.
#[derive(Clone, Copy)]
enum Moment {
    Begun,
    Uploaded,
    Started,
    Computed,
}

impl<'c> Work<'c> {
    pub fn begin(context: &'c Context) -> Result<Work<'c>, Fault> {
        let work = Work {
            context,
            lane: context.lane()?,
            buffers: Vec::new(),
            staging: Vec::new(),
            timing: Timing::default(),
            started: Instant::now(),
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
        let block = self.context.pool.take(bytes)?;
        self.buffers.push(block);
        Ok(Buffer(self.buffers.len() - 1))
    }

    pub fn address(&self, buffer: Buffer) -> u64 {
        self.buffers[buffer.0].block.as_device_ptr().as_raw()
    }

    /// Writes constant data into the start of a buffer.
    pub fn write(&mut self, buffer: Buffer, data: &'static [u8]) -> Result<(), Fault> {
        let block = &mut self.buffers[buffer.0];
        queue_in(&self.lane, block, data)
    }

    /// Reads the start of a buffer, after everything queued before.
    pub fn read(&mut self, buffer: Buffer, data: &mut [u8]) -> Result<(), Fault> {
        let queued = queue_out(&self.lane, &self.buffers[buffer.0], 0, data);
        let done = self.synchronize("copying from the device");
        queued.and(done)
    }

    /// Waits for everything queued, which is `doing` something; this is where a kernel's faults
    /// come to light.
    pub fn synchronize(&self, doing: impl Display) -> Result<(), Fault> {
        through_cust(doing, || self.lane.stream.synchronize())
    }

    /// Takes the time at which everything is there that the kernels use; `start` is when that began.
    pub fn placed(&mut self, start: Instant) -> Result<(), Fault> {
        self.timing.upload = start.elapsed();
        self.timing.regions = 1;
        self.record(Moment::Uploaded)
    }

    /// Takes the time at which the kernels are launched.
    pub fn started(&mut self) -> Result<(), Fault> {
        self.started = Instant::now();
        self.record(Moment::Started)
    }

    /// Takes the time at which the kernels are done.
    pub fn computed(&self) -> Result<(), Fault> {
        self.record(Moment::Computed)
    }

    /// Takes the time at which the kernels were awaited.
    pub fn awaited(&mut self) {
        self.timing.kernel = self.started.elapsed();
    }

    /// What the finished work took: by the device's clock, or by the host's where that fails,
    /// since the work itself is done.
    pub fn timing(&self) -> Timing {
        let mut timing = self.timing;
        if timing.regions == 0 {
            return timing;
        }
        // Where the driver copies behind our back, the host's clock is too fast.
        if let Ok(upload) = self.elapsed(Moment::Begun, Moment::Uploaded) {
            timing.upload = timing.upload.max(upload);
        }
        if let Ok(kernel) = self.elapsed(Moment::Started, Moment::Computed) {
            timing.kernel = kernel;
        }
        timing
    }

    /// Queues the copy of an array's elements into a block.
    fn send(&mut self, block: &mut Block, source: &[u8]) -> Result<(), Fault> {
        queue_in(&self.lane, block, source)?;
        self.timing.uploads += 1;
        self.timing.uploaded_bytes += source.len() as u64;
        Ok(())
    }

    /// Queues the copy of an array's elements, or a part of them, out of a block.
    fn fetch(&mut self, block: &Block, from: usize, target: &mut [u8]) -> Result<(), Fault> {
        queue_out(&self.lane, block, from, target)?;
        self.timing.downloads += 1;
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

fn queue_in(lane: &Lane, block: &mut Block, source: &[u8]) -> Result<(), Fault> {
    let mut target = block.block.index(0..source.len());
    // SAFETY: whoever owns the block waits for the lane before giving it up, and whoever made the
    // slice before its elements go; `DeviceSlice` outlives neither here.
    through_cust("copying to the device", || unsafe {
        target.async_copy_from(source, &lane.stream)
    })
}

fn queue_out(lane: &Lane, block: &Block, from: usize, target: &mut [u8]) -> Result<(), Fault> {
    let source = block.block.index(from..from + target.len());
    // SAFETY: as in `queue_in`.
    through_cust("copying from the device", || unsafe {
        source.async_copy_to(target, &lane.stream)
    })
}

impl Drop for Work<'_> {
    fn drop(&mut self) {
        if self.lane.stream.synchronize().is_err() {
            // The context is beyond use, and nothing runs in it any more: nothing to keep.
            return;
        }
        self.context.put_back(self.lane.clone());
        for block in self.buffers.drain(..) {
            self.context.pool.put_back(block);
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
