//! One call of a kernel: who runs its regions, and what goes wrong on the way.

use crate::capture::{self, Panicked};
use crate::device::{self, Arrays};
use crate::dispatch::Backend;
use crate::error::Error;
use crate::failure::Checked;
use crate::grouped::{self, AnyCopies, Grouped};
use crate::launch::{AccumulatorArg, Failure, Launch};
use crate::order;
use crate::parallel::{self, Groups};
use crate::region::{self, DeviceCode, Map, Reduce, Shape};
use std::cell::{Cell, RefCell};

/// A kernel function.
#[derive(Debug)]
pub struct Kernel {
    /// Its name.
    pub name: &'static str,
}

/// Operations below which a plain call stays on its thread: about the time that waking a pool
/// takes, several times over.
const POOL_WORK: u64 = 1 << 16;

/// The same where `NAME::parallel` asks for the pool.
const PARALLEL_WORK: u64 = 1 << 13;

/// Operations below which a plain call does not go to a device.
const DEVICE_WORK: u64 = 1 << 26;

/// Who runs the regions of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Policy {
    /// Whoever is fastest.
    Free,
    /// The calling thread.
    Thread,
    /// The pool, from this many operations on.
    Pool(u64),
    /// The device if it can, else the pool.
    Prefer,
    /// The device.
    Device,
}

/// A call of a kernel.
pub struct Session {
    kernel: &'static Kernel,
    policy: Policy,
    /// What ended a call of `NAME::cuda`.
    error: RefCell<Option<Error>>,
    /// What is on the device.
    pub(crate) arrays: Arrays,
    /// Whether arrays may stay there.
    pub(crate) stays: Cell<bool>,
}

/// What became of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It ran.
    Done,
    /// The guard does not hold: the loop as written has to run.
    Declined,
    /// An iteration failed; this is the earliest.
    Failed(Failure),
}

impl From<Checked> for Outcome {
    #[inline(always)]
    fn from(checked: Checked) -> Outcome {
        match checked {
            Ok(()) => Outcome::Done,
            Err(failure) => Outcome::Failed(failure),
        }
    }
}

/// What unwinds out of a kernel when a device gives up. Never seen outside of [`cuda`].
struct GaveUp;

/// A plain call; `None` if the verbatim function is asked for.
#[inline]
pub fn dispatch(kernel: &'static Kernel) -> Option<Session> {
    let policy = match Backend::asked() {
        None => Policy::Free,
        Some(Backend::Serial) => return None,
        Some(Backend::Thread) => Policy::Thread,
        Some(Backend::Parallel) => Policy::Pool(PARALLEL_WORK),
        Some(Backend::Cuda) => Policy::Prefer,
    };
    Some(Session::new(kernel, policy))
}

/// A call of `NAME::parallel`.
#[inline]
pub fn parallel(kernel: &'static Kernel) -> Session {
    Session::new(kernel, Policy::Pool(PARALLEL_WORK))
}

/// A call of `NAME::cuda`.
///
/// A device that gives up in the middle of a function leaves it by unwinding, which runs no panic
/// hook and no code but destructors. Where panics abort, the rest runs on the host instead and the
/// error is returned in place of the result.
pub fn cuda<R>(kernel: &'static Kernel, f: impl FnOnce(&Session) -> R) -> Result<R, Error> {
    device::ready(kernel.name)?;
    device::begin_call();
    call(kernel, f)
}

fn call<R>(kernel: &'static Kernel, f: impl FnOnce(&Session) -> R) -> Result<R, Error> {
    let session = Session::new(kernel, Policy::Device);
    let result = capture::capture(|| f(&session));
    if let Some(error) = session.error.take() {
        return Err(error);
    }
    result.map_err(|unwound| {
        let Panicked { message, location } = unwound.panicked();
        Error::Panic {
            kernel: kernel.name,
            message,
            location: location.unwrap_or_else(|| "an unknown place".to_owned()),
        }
    })
}

/// Number of iterations; `None` if 64 bits cannot hold it.
#[inline(always)]
fn iterations([outer, middle, inner]: Shape) -> Option<u64> {
    outer.checked_mul(middle)?.checked_mul(inner)
}

impl Session {
    #[inline]
    fn new(kernel: &'static Kernel, policy: Policy) -> Session {
        Session {
            kernel,
            policy,
            error: RefCell::new(None),
            arrays: Arrays::default(),
            stays: Cell::new(true),
        }
    }

    /// The kernel's name, for messages.
    pub fn name(&self) -> &'static str {
        self.kernel.name
    }

    /// Runs a map; `cost` is that of an iteration.
    #[inline]
    pub fn map<M: Map>(&self, map: &M, cost: u64) -> Outcome {
        let Some(count) = iterations(map.shape()) else {
            return Outcome::Declined;
        };
        let work = count.saturating_mul(cost);
        if let Some(code) = self.device::<M>(work) {
            let launched = launch_map(self, map, code);
            if let Some(done) = self.settled(launched) {
                return done.into();
            }
        }
        self.release();
        if self.pool(work) {
            return parallel::map(map, count, cost).into();
        }
        region::AnyMap::run(map, 0, count).into()
    }

    /// Runs a reduction; the initial values are not yet part of the result.
    #[inline]
    pub fn reduce<R: Reduce>(&self, reduce: &R, cost: u64) -> Result<R::Values, Outcome> {
        let count = iterations(reduce.shape()).ok_or(Outcome::Declined)?;
        let work = count.saturating_mul(cost);
        let chunk = order::chunk_len(count, R::LANES as u64);
        let chunks = count.div_ceil(chunk);
        if let Some(code) = self.device::<R>(work) {
            let launched = launch_reduce(self, reduce, code, (chunk, chunks));
            if let Some(done) = self.settled(launched) {
                return done.map_err(Outcome::Failed);
            }
        }
        self.release();
        if self.pool(work) {
            return pooled(reduce, (chunk, chunks), cost).map_err(Outcome::Failed);
        }
        region::chunks_of(reduce, chunk, 0, chunks).map_err(Outcome::Failed)
    }

    /// Runs a region with array accumulators, whose other accumulators start at `values`.
    pub fn grouped<G: Grouped>(
        &self,
        group: &G,
        cost: u64,
        values: G::Values,
    ) -> Result<G::Values, Outcome> {
        let total = iterations(group.shape()).ok_or(Outcome::Declined)?;
        let (elements, bytes) = group.size();
        let length = order::group_len(total, elements, bytes);
        let groups = Groups { length, total };
        self.release();
        if groups.count() == 1 {
            return grouped::rows(group, (0, total), values).map_err(Outcome::Failed);
        }
        let lone = !self.pool(total.saturating_mul(cost));
        let mut copies: AnyCopies = Box::new(group.initial());
        let mut bits = vec![0; G::WIDTH];
        G::store(values, &mut bits);
        let done = parallel::grouped(group, groups, (cost, lone), &mut copies, &mut bits);
        done.map_err(|failure| match G::REPEATABLE {
            // The arrays are as they were: serial has the same failure, and the same writes.
            true => Outcome::Declined,
            false => Outcome::Failed(failure),
        })?;
        if let Some(copies) = copies.downcast_ref() {
            group.keep(copies);
        }
        Ok(G::load(&bits))
    }

    /// Whether to use more than this thread for so many operations.
    #[inline]
    fn pool(&self, work: u64) -> bool {
        let least = match self.policy {
            Policy::Thread => return false,
            Policy::Pool(least) => least,
            Policy::Free | Policy::Prefer | Policy::Device => POOL_WORK,
        };
        work >= least && rayon::current_num_threads() > 1
    }

    /// The code to run on a device, if that is where so many operations go.
    #[inline]
    fn device<R: region::Region>(&self, work: u64) -> Option<&'static DeviceCode> {
        let code = R::DEVICE?;
        let go = match self.policy {
            Policy::Thread | Policy::Pool(_) => false,
            Policy::Free => work >= DEVICE_WORK && device::available_for_dispatch(),
            Policy::Prefer => device::ready(self.kernel.name).is_ok(),
            Policy::Device => self.error.borrow().is_none(),
        };
        go.then_some(code)
    }

    /// A launch's result, or `None` if the host has to do the work after all.
    fn settled<T>(&self, launched: Result<Checked<T>, Error>) -> Option<Checked<T>> {
        match launched {
            Ok(done) => {
                if done.is_err() {
                    self.release();
                }
                Some(done)
            }
            Err(error) if self.policy == Policy::Device => {
                self.give_up(error);
                None
            }
            Err(error) => {
                tracing::warn!(kernel = self.kernel.name, %error, "the host takes over from the device");
                None
            }
        }
    }

    /// Ends the call with this error.
    pub(crate) fn give_up(&self, error: Error) {
        if self.policy != Policy::Device {
            panic!("the device failed while it had the only copy of an array: {error}");
        }
        self.error.borrow_mut().get_or_insert(error);
        if cfg!(panic = "unwind") {
            std::panic::resume_unwind(Box::new(GaveUp));
        }
    }
}

fn pooled<R: Reduce>(reduce: &R, chunks: (u64, u64), cost: u64) -> Checked<R::Values> {
    let mut bits = vec![0; R::BYTES.len()];
    parallel::reduce(reduce, chunks, cost, &mut bits)?;
    Ok(R::load(&bits))
}

fn launch_map<M: Map>(
    session: &Session,
    map: &M,
    code: &'static DeviceCode,
) -> Result<Checked, Error> {
    run(session, map, code, (0, 0), &mut [])
}

fn launch_reduce<R: Reduce>(
    session: &Session,
    reduce: &R,
    code: &'static DeviceCode,
    chunks: (u64, u64),
) -> Result<Checked<R::Values>, Error> {
    let accumulator = |&bytes| AccumulatorArg { bytes, folded: 0 };
    let mut accumulators: Vec<_> = R::BYTES.iter().map(accumulator).collect();
    let done = run(session, reduce, code, chunks, &mut accumulators)?;
    let bits: Vec<u64> = accumulators.iter().map(|arg| arg.folded).collect();
    Ok(done.map(|()| R::load(&bits)))
}

fn run(
    session: &Session,
    region: &impl region::Region,
    code: &'static DeviceCode,
    (chunk, chunks): (u64, u64),
    accumulators: &mut [AccumulatorArg],
) -> Result<Checked, Error> {
    let mut result = Ok(None);
    region.arguments(&mut |trips, arrays, scalars| {
        for array in &mut *arrays {
            array.keep &= session.stays.get();
        }
        let mut launch = Launch {
            module: code.module,
            entry: code.entry,
            fold: code.fold,
            params: code.params,
            trips,
            arrays,
            scalars,
            accumulators,
            chunk,
            chunks,
        };
        // SAFETY: the region's handles borrow its arrays for as long as it lives, shared where it
        // only reads and exclusively where it writes, and the expansion that made the region made
        // its PTX. It lets an array stay only if its memory outlives the driver's `Hold`, or an
        // `Owned`, and if every statement between regions that mentions an array, or a part of
        // one, is preceded by a call that writes back or releases. Whatever borrowed an array
        // without mentioning it since keeps the borrow checker from launching a region with it.
        result = unsafe { device::run(&mut launch, &session.arrays) };
    });
    Ok(result?.map_or(Ok(()), Err))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::launch::Module;

    static KERNEL: Kernel = Kernel { name: "counted" };

    /// A map whose device code no driver takes, on a machine with or without one.
    #[derive(Clone, Copy)]
    struct Counted;

    impl region::Region for Counted {
        const DEVICE: Option<&'static DeviceCode> = Some(&DeviceCode {
            module: Module {
                name: "counted",
                ptx: "this is no PTX",
            },
            entry: "counted",
            fold: None,
            params: &[],
        });
        fn shape(&self) -> Shape {
            [1, 1, 5]
        }
        fn fast(&self) -> bool {
            true
        }
    }

    impl Map for Counted {
        fn row<const FAST: bool>(&self, _: [u64; 2], _: u64, _: u64) -> Checked {
            Ok(())
        }
    }

    #[test]
    fn a_device_that_gives_up_ends_the_call_with_its_error() {
        let mut after = false;
        let result = call(&KERNEL, |session| {
            let outcome = session.map(&Counted, 1);
            after = true;
            outcome
        });
        assert!(!matches!(result, Err(Error::Panic { .. }) | Ok(_)));
        assert!(!after, "nothing of the driver runs after that");
    }

    #[test]
    fn the_host_takes_over_where_the_device_was_only_preferred() {
        for policy in [Policy::Prefer, Policy::Free, Policy::Thread] {
            let session = Session::new(&KERNEL, policy);
            assert_eq!(session.map(&Counted, 1), Outcome::Done);
        }
    }

    #[test]
    fn spaces_that_cannot_be_counted_are_declined() {
        assert_eq!(iterations([1 << 32, 1 << 31, 2]), None);
        assert_eq!(iterations([1 << 32, 1 << 31, 1]), Some(1 << 63));
    }
}
