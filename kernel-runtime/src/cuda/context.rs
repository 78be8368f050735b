//! The primary context of the first device: made once, then current on every thread that enters.

use super::driver::{self, status, symbols};
use super::fault::{Fault, checked, through_cust};
use super::memory::Pool;
use super::module::Modules;
use super::{DeviceInfo, driver::is_software};
use cust::device::{Device, DeviceAttribute};
use cust::event::{Event, EventFlags};
use cust::stream::{Stream, StreamFlags};
use cust::{CudaApiVersion, CudaFlags};
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// The context in use, and what belongs to it. It lives as long as the process: the driver tears
/// it down, so nothing in it outlives it.
///
/// After a fault such as an illegal address, a driver fails every later call in the context with
/// that code. Only a reset of the device ends that, which would pull the context out from under
/// everyone else in the process; so it is left to the program.
pub struct Context {
    handle: cust::context::Context,
    pub info: DeviceInfo,
    /// Threads that the device runs at once.
    pub resident_threads: u64,
    pub modules: Modules,
    pub pool: Pool,
    lanes: Mutex<Vec<Arc<Lane>>>,
}

/// A stream, and events to time its work.
pub struct Lane {
    pub stream: Stream,
    pub events: [Event; 4],
}

/// Idle lanes kept: as many as threads that call at once, for most programs.
const IDLE_LANES: usize = 32;

static CONTEXT: OnceLock<Context> = OnceLock::new();
static MAKING: Mutex<()> = Mutex::new(());

impl Context {
    /// Makes the context current on this thread until the result is dropped.
    pub fn enter() -> Result<Entered, Fault> {
        symbols::keep();
        let previous = current();
        let context = Context::get()?;
        let ours = context.handle.as_raw();
        if previous != ours {
            through_cust("making the context current", || {
                cust::context::CurrentContext::set_current(&context.handle)
            })?;
        }
        let restore = !previous.is_null() && previous != ours;
        Ok(Entered {
            context,
            previous: restore.then_some(previous),
        })
    }

    /// The context, made on the first call. A failure is not remembered: memory may come free.
    fn get() -> Result<&'static Context, Fault> {
        if let Some(context) = CONTEXT.get() {
            return Ok(context);
        }
        let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(context) = CONTEXT.get() {
            return Ok(context);
        }
        let made = Context::make()?;
        Ok(CONTEXT.get_or_init(|| made))
    }

    fn make() -> Result<Context, Fault> {
        initialise()?;
        let device = first_device()?;
        let info = describe(device)?;
        let attribute = |which| {
            through_cust("asking about the device", || device.get_attribute(which))
                .map(|value| value.max(1) as u64)
        };
        let multiprocessors = attribute(DeviceAttribute::MultiprocessorCount)?;
        let threads = attribute(DeviceAttribute::MaxThreadsPerMultiprocessor)?;
        let handle = through_cust("retaining the primary context", || {
            cust::context::Context::new(device)
        })?;
        Ok(Context {
            handle,
            resident_threads: multiprocessors * threads,
            modules: Modules::default(),
            pool: Pool::of_device(&info),
            lanes: Mutex::default(),
            info,
        })
    }

    /// A lane that nobody else uses.
    pub fn lane(&self) -> Result<Arc<Lane>, Fault> {
        let idle = self.lanes().pop();
        match idle {
            Some(lane) => Ok(lane),
            None => Lane::new().map(Arc::new),
        }
    }

    /// Takes back a lane on which no work is left.
    pub fn put_back(&self, lane: Arc<Lane>) {
        let mut lanes = self.lanes();
        if lanes.len() < IDLE_LANES {
            lanes.push(lane);
        }
    }

    fn lanes(&self) -> MutexGuard<'_, Vec<Arc<Lane>>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lane {
    /// cust drops `NON_BLOCKING`, so the stream waits for work on the NULL stream and the other
    /// way round: right, if others use that one, and free if nobody does. Nothing here uses it.
    fn new() -> Result<Lane, Fault> {
        let event = || through_cust("creating an event", || Event::new(EventFlags::DEFAULT));
        Ok(Lane {
            stream: through_cust("creating a stream", || {
                Stream::new(StreamFlags::DEFAULT, None)
            })?,
            events: [event()?, event()?, event()?, event()?],
        })
    }
}

/// The context, current on this thread.
pub struct Entered {
    context: &'static Context,
    /// What was current before, if that was somebody else's.
    previous: Option<cust::sys::CUcontext>,
}

impl Deref for Entered {
    type Target = Context;

    fn deref(&self) -> &Context {
        self.context
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        if let Some(previous) = self.previous {
            // SAFETY: it was current on this thread; if it is gone, the driver says so and the
            // owner, who destroyed it while it was current, is no worse off.
            unsafe { symbols::cuCtxSetCurrent(previous) };
        }
    }
}

/// The context that is current on this thread, or null. cust can only ask for the contexts that
/// it calls legacy, hence the call of the driver itself.
fn current() -> cust::sys::CUcontext {
    let mut context = std::ptr::null_mut();
    // SAFETY: `context` is writable. Before `cuInit`, this fails and leaves null.
    match unsafe { symbols::cuCtxGetCurrent(&mut context) } {
        status::SUCCESS => context,
        _ => std::ptr::null_mut(),
    }
}

fn initialise() -> Result<(), Fault> {
    if let Some(reason) = driver::missing() {
        let reason = reason.to_owned();
        return Err(Fault::NoDriver { reason });
    }
    match through_cust("initialising the driver", || cust::init(CudaFlags::empty())) {
        Err(Fault::Call { code, .. }) if code == status::NO_DEVICE => Err(Fault::NoDevice),
        Err(Fault::Call { code, .. }) if code == status::STUB_LIBRARY => Err(Fault::NoDriver {
            reason: String::from("what the loader found is the toolkit's stub of libcuda"),
        }),
        other => other,
    }
}

fn first_device() -> Result<Device, Fault> {
    let count = through_cust("counting devices", Device::num_devices);
    match count {
        Ok(0) => Err(Fault::NoDevice),
        Err(Fault::Call { code, .. }) if code == status::NO_DEVICE => Err(Fault::NoDevice),
        Err(other) => Err(other),
        Ok(_) => through_cust("opening the first device", || Device::get_device(0)),
    }
}

fn describe(device: Device) -> Result<DeviceInfo, Fault> {
    let (memory, major, minor, version) = through_cust("asking about the device", || {
        Ok((
            device.total_memory()?,
            device.get_attribute(DeviceAttribute::ComputeCapabilityMajor)?,
            device.get_attribute(DeviceAttribute::ComputeCapabilityMinor)?,
            CudaApiVersion::get()?,
        ))
    })?;
    Ok(DeviceInfo {
        name: device_name(device)?,
        memory,
        compute_capability: (major.max(0) as u32, minor.max(0) as u32),
        driver_version: (version.major().max(0) as u32, version.minor().max(0) as u32),
        software: is_software(),
    })
}

/// cust's `Device::name` panics if the driver leaves no NUL in its 128 bytes.
fn device_name(device: Device) -> Result<String, Fault> {
    let mut name = [0_u8; 256];
    // SAFETY: the buffer is as long as said.
    let code = unsafe {
        symbols::cuDeviceGetName(name.as_mut_ptr().cast(), name.len() as i32, device.as_raw())
    };
    checked("asking for the device's name", code)?;
    let length = name.iter().position(|&byte| byte == 0);
    Ok(String::from_utf8_lossy(&name[..length.unwrap_or(name.len())]).into_owned())
}
