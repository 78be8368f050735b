//! One call of a kernel: who runs its regions, and what goes wrong on the way. What is worth a pool or a
//! device says `worth`.

mod worth;

use crate::array::Array;
use crate::capture::{self, Panicked};
use crate::device::{self, Arrays};
use crate::dispatch::Backend;
use crate::error::Error;
use crate::failure::Checked;
use crate::grouped::AnyGrouped;
use crate::launch::Module;
use crate::launch::{AccumulatorArg, Failure, Launch};
use crate::order;
use crate::parallel::{self, Groups};
use crate::range::Progression;
use crate::region::{AnyReduce, Captured, Code, Progressions, Region, Run, with_values};
use std::cell::{Cell, RefCell};
use worth::{
    DEVICE_GROUPS, DEVICE_WORK, LITTLE_WORK, PARALLEL_WORK, POOL_WORK, moving_pays, on_vectors,
};

/// A kernel function.
#[derive(Debug)]
pub struct Kernel {
    /// Its name.
    pub name: &'static str,
}

/// What ended a call of `NAME::cuda`.
type ErrorSlot = RefCell<Option<Box<Error>>>;

/// How a call begins: who is to run its regions.
#[derive(Clone, Copy)]
pub enum Start<'a> {
    /// Whoever is fastest.
    Free,
    /// The calling thread.
    Thread,
    /// The pool, from this many operations on.
    Pool(u64),
    /// The device if it can, else the pool.
    Prefer,
    /// The device. What ends the call goes there.
    Device(&'a ErrorSlot),
}

/// A call of a kernel.
pub struct Session<'a> {
    kernel: &'static Kernel,
    start: Start<'a>,
    /// What is on the device.
    pub(crate) arrays: Arrays,
    /// Whether arrays may stay there.
    pub(crate) stays: Cell<bool>,
    /// Operations that the host did since arrays last went to the device.
    on_host: Cell<u64>,
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
pub fn dispatch() -> Option<Start<'static>> {
    match Backend::asked() {
        None => Some(Start::Free),
        Some(Backend::Serial) => None,
        Some(Backend::Thread) => Some(Start::Thread),
        Some(Backend::Parallel) => Some(parallel()),
        Some(Backend::Cuda) => Some(Start::Prefer),
    }
}

/// A call of `NAME::parallel`.
pub fn parallel() -> Start<'static> {
    Start::Pool(PARALLEL_WORK)
}

/// The driver of a kernel, ready to be called. A trait of its own: the table of a `dyn FnMut` has
/// one more function, which every kernel would have to compile.
pub trait Driver {
    /// Runs it.
    fn run(&mut self, start: Start<'_>);
}

impl<F: FnMut(Start<'_>)> Driver for F {
    fn run(&mut self, start: Start<'_>) {
        self(start);
    }
}

/// A call of `NAME::cuda`.
///
/// A device that gives up in the middle of a function leaves it by unwinding, which runs no panic
/// hook and no code but destructors. Where panics abort, the rest runs on the host instead and the
/// error is returned in place of the result.
pub fn cuda(kernel: &'static Kernel, driver: &mut dyn Driver) -> Result<(), Error> {
    device::ready(kernel.name)?;
    device::begin_call();
    call(kernel, driver)
}

fn call(kernel: &'static Kernel, driver: &mut dyn Driver) -> Result<(), Error> {
    let error = ErrorSlot::default();
    let result = capture::capture(|| driver.run(Start::Device(&error)));
    if let Some(error) = error.take() {
        return Err(*error);
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

/// The result of a call of `NAME::cuda` that left it here unless it failed.
pub fn ended<R>(done: Result<(), Error>, result: Option<R>) -> Result<R, Error> {
    done.map(|()| result.unwrap_or_else(|| unreachable!("a call that did not fail has a result")))
}

impl<'a> Session<'a> {
    /// A call that begins like that.
    pub fn new(kernel: &'static Kernel, start: Start<'a>) -> Session<'a> {
        Session {
            kernel,
            start,
            arrays: Arrays::default(),
            stays: Cell::new(true),
            on_host: Cell::new(0),
        }
    }

    /// The kernel's name, for messages.
    pub fn name(&self) -> &'static str {
        self.kernel.name
    }

    /// Runs a region, if its guard admits it. `values` are the bits of its accumulators, before
    /// and after.
    pub fn run(
        &self,
        region: &'static Region,
        outermost: Option<Progression>,
        code: &Code,
        arrays: &[Array<'_>],
        scalars: &[u64],
        values: &mut [u64],
    ) -> Outcome {
        let plan = region.plan();
        let outermost = outermost.as_ref();
        let captured = Captured {
            code,
            arrays,
            scalars,
        };
        let mut loops = Progressions::NONE;
        region.admit(plan, outermost, captured, &mut loops, |run| {
            if !run.plan.shared.is_empty() {
                return self.grouped(run, values);
            }
            if values.is_empty() {
                return self.map(run).into();
            }
            run.start_at(values);
            self.reduce(run, values).into()
        })
    }

    /// Runs all iterations of a region whose loops go up by one from first values so many times, on this thread.
    ///
    /// # Safety
    ///
    /// The code is the region's, arrays and scalars are what it captures, and values what its accumulators start
    /// at. Of loops there are three at most, none of them no time, and for these the guard holds. The region has no
    /// array accumulators, says of no access that further conditions keep it in bounds, and has no interior.
    pub unsafe fn few(
        &self,
        region: &'static Region,
        code: &Code,
        arrays: &[Array<'_>],
        scalars: &[u64],
        given: &[(u64, u64)],
        values: &mut [u64],
    ) -> Outcome {
        let captured = Captured {
            code,
            arrays,
            scalars,
        };
        if values.is_empty() && !region.plan().has_orders(given) {
            // SAFETY: the caller's.
            return unsafe { region.few_of_map(captured, given) };
        }
        region.few(captured, given, |run| {
            if values.is_empty() {
                return run.suited(|run| run.whole()).into();
            }
            run.start_at(values);
            self.reduce(run, values).into()
        })
    }

    /// Whether so few operations, more than none, are left to the loop as written.
    #[inline]
    pub fn is_little(&self, work: u64) -> bool {
        LITTLE_WORK.is_some_and(|most| (1..=most).contains(&work)) && self.is_on_host()
    }

    /// Whether so many iterations are a few, at least one, and run where the region stands.
    #[inline]
    pub fn is_brief(&self, count: u64, most: u64) -> bool {
        // None are more than any. Tests see both ways.
        let few = count.wrapping_sub(1) < most;
        let brief = few && (!cfg!(feature = "every-form") || count < 16 || count % 2 == 1);
        if brief && self.is_on_host() {
            self.release();
            return true;
        }
        false
    }

    /// Whether so many operations, one at least, are fewer than any that threads share. With more, the guard's
    /// question is nothing beside them.
    #[inline]
    pub fn is_few(&self, work: u64) -> bool {
        let least = match self.start {
            Start::Pool(least) => least,
            _ => POOL_WORK,
        };
        self.is_brief(work, least - 1)
    }

    /// Whether no device was asked for.
    #[inline]
    fn is_on_host(&self) -> bool {
        !matches!(self.start, Start::Prefer | Start::Device(_))
    }

    #[inline]
    fn map(&self, run: &Run) -> Checked {
        let work = run.count.saturating_mul(run.cost);
        if self.stays(work) {
            self.release();
            return run.suited(|run| run.whole());
        }
        self.large_map(run, work)
    }

    #[inline(never)]
    fn large_map(&self, run: &Run, work: u64) -> Checked {
        if let Some(done) = self.on_device(run, work, (0, 0), &mut []) {
            return done;
        }
        self.release();
        run.suited(|run| {
            if self.pool(work) {
                return parallel::map(run, (run.count, run.row()), run.cost);
            }
            run.whole()
        })
    }

    /// A region with array accumulators.
    #[inline(never)]
    fn grouped(&self, run: &Run, values: &mut [u64]) -> Outcome {
        let (elements, bytes) = run.copies_size();
        let groups = Groups {
            length: order::group_len(run.count, elements, bytes),
            total: run.count,
        };
        let work = run.count.saturating_mul(run.cost);
        let there = match run.plan.grouped {
            true => self.groups_on_device(run, work, groups, values),
            false => self.atomic(run, work, values),
        };
        if let Some(done) = there {
            return done.into();
        }
        self.release();
        let lone = !self.pool(work);
        if groups.count() == 1 || (lone && run.is_exact()) {
            return run.in_order(0, run.count, values).into();
        }
        let mut copies = run.initial_copies();
        match parallel::grouped(run, groups, (run.cost, lone), &mut copies, values) {
            Ok(()) => run.keep(&mut copies),
            // The arrays are as they were: serial has the same failure, and the same writes.
            Err(_) if run.is_repeatable() => return Outcome::Declined,
            Err(failure) => return Outcome::Failed(failure),
        }
        Outcome::Done
    }

    /// The same on a device, where atomic instructions update the arrays. What combines has the
    /// same bits in any order then, and other accumulators have the lanes of any reduction.
    fn atomic(&self, run: &Run, work: u64, values: &mut [u64]) -> Option<Checked> {
        with_values(values.len(), |folded| {
            let chunks = match values.is_empty() {
                true => (0, 0),
                false => run.chunks(run.device_lanes()),
            };
            let done = self.on_device(run, work, chunks, folded)?;
            if done.is_ok() {
                run.fold_bits(values, folded);
            }
            Some(done)
        })
    }

    /// The same on a device, in the groups of the canonical order, if there are several. A plain
    /// call does not go there with fewer than keep it busy.
    fn groups_on_device(
        &self,
        run: &Run,
        work: u64,
        groups: Groups,
        values: &mut [u64],
    ) -> Option<Checked> {
        let count = groups.count();
        let work = if count < DEVICE_GROUPS { 0 } else { work };
        if count == 1 {
            return None;
        }
        self.on_device(run, work, (groups.length, count), values)
    }

    #[inline]
    fn reduce(&self, run: &Run, values: &mut [u64]) -> Checked {
        if self.stays(run.count.saturating_mul(run.cost)) && run.is_at_once() {
            self.release();
            if run.turns() || run.packed().is_none() {
                return run.suited(|run| run.at_once(values));
            }
        }
        self.large_reduction(run, values)
    }

    /// The initial values join last, on the left.
    #[inline(never)]
    fn large_reduction(&self, run: &Run, values: &mut [u64]) -> Checked {
        with_values(values.len(), |folded| {
            self.fold(run, folded)?;
            run.fold_bits(values, folded);
            Ok(())
        })
    }

    fn fold(&self, run: &Run, folded: &mut [u64]) -> Checked {
        let work = run.count.saturating_mul(run.cost);
        let (chunk, chunks) = run.chunks(run.plan.lanes);
        if let Some(done) = self.on_device(run, work, (chunk, chunks), folded) {
            return done;
        }
        self.release();
        if !run.turns()
            && let Some(packed) = run.packed()
        {
            return parallel::packed(&packed, !self.pool(work), folded);
        }
        run.suited(|run| self.chunks(run, work, folded))
    }

    /// A reduction on the host, by chunks of the canonical order.
    fn chunks(&self, run: &Run, work: u64, folded: &mut [u64]) -> Checked {
        let (chunk, chunks) = run.chunks(run.plan.lanes);
        if self.pool(work) {
            return parallel::reduce(run, (chunk, chunks), run.cost, folded);
        }
        AnyReduce::run(run, chunk, 0, chunks, folded)
    }

    /// Whether so few operations are this thread's without another question.
    #[inline]
    fn stays(&self, work: u64) -> bool {
        match self.start {
            Start::Thread => true,
            Start::Pool(least) => work < least,
            Start::Free => work < POOL_WORK,
            Start::Prefer | Start::Device(_) => false,
        }
    }

    /// Whether to use more than this thread for so many operations.
    #[inline]
    fn pool(&self, work: u64) -> bool {
        let least = match self.start {
            Start::Thread => return false,
            Start::Pool(least) => least,
            Start::Free | Start::Prefer | Start::Device(_) => POOL_WORK,
        };
        work >= least && rayon::current_num_threads() > 1
    }

    /// Runs the region on the device, if that is where so many operations go, and if it can.
    #[inline(always)]
    fn on_device(
        &self,
        run: &Run,
        work: u64,
        chunks: (u64, u64),
        folded: &mut [u64],
    ) -> Option<Checked> {
        let ptx = run.region.ptx?;
        let go = match self.start {
            Start::Thread | Start::Pool(_) => false,
            Start::Free => {
                work >= DEVICE_WORK
                    && device::available_for_dispatch()
                    && self.moving_pays(run, work)
            }
            Start::Prefer => device::ready(self.kernel.name).is_ok(),
            Start::Device(slot) => slot.borrow().is_none(),
        };
        if !go {
            return None;
        }
        let name = self.kernel.name;
        self.settled(self.launch(run, Module { name, ptx }, chunks, folded))
    }

    /// Whether the device is worth the way of the arrays that are not there. A region that comes
    /// again and again on the same arrays goes there once the host has spent as much time on it as
    /// the way takes: never twice what the better choice would have taken.
    #[inline(never)]
    fn moving_pays(&self, run: &Run, work: u64) -> bool {
        let work = on_vectors(work, run.plan.widest());
        let work = self.on_host.get().saturating_add(work);
        let moved = self.arrays.moved(&run.arrays(self.stays.get()));
        let pays = moving_pays(work, moved, rayon::current_num_threads() as u64);
        self.on_host.set(if pays { 0 } else { work });
        pays
    }

    #[inline(never)]
    fn launch(
        &self,
        run: &Run,
        module: Module,
        (chunk, chunks): (u64, u64),
        folded: &mut [u64],
    ) -> Result<Checked, Error> {
        let accumulators = run.plan.accumulators.iter();
        let accumulators = accumulators.zip(&*folded).map(|(of, bits)| AccumulatorArg {
            bytes: of.ty.bytes(),
            initial: *bits,
            folded: *bits,
        });
        let mut accumulators: Vec<_> = accumulators.collect();
        let shared = run.plan.shared.iter().filter(|_| run.plan.grouped);
        let shared: Vec<usize> = shared.map(|(array, _)| *array).collect();
        let (trips, arrays) = (run.trips(), run.arrays(self.stays.get()));
        let mut launch = Launch {
            module,
            entry: run.entry(&trips, &arrays),
            fold: run.plan.fold,
            params: &run.plan.params,
            trips: &trips,
            width: run.plan.width,
            crosswise: run.plan.crosswise,
            arrays: &arrays,
            scalars: run.scalars(),
            accumulators: &mut accumulators,
            shared: &shared,
            chunk,
            chunks,
        };
        // SAFETY: the region's handles borrow its arrays for as long as it runs, shared where it
        // only reads and exclusively where it writes, and the expansion that made the region made
        // its PTX. It lets an array stay only if its memory outlives the driver's `Hold`, or an
        // `Owned`, and if every statement between regions that mentions an array, or a part of
        // one, is preceded by a call that writes back or releases. Whatever borrowed an array
        // without mentioning it since keeps the borrow checker from launching a region with it.
        let failure = unsafe { device::run(&mut launch, &self.arrays)? };
        for (bits, of) in folded.iter_mut().zip(&accumulators) {
            *bits = of.folded;
        }
        Ok(failure.map_or(Ok(()), Err))
    }

    /// A launch's result, or `None` if the host has to do the work after all.
    #[inline(never)]
    fn settled(&self, launched: Result<Checked, Error>) -> Option<Checked> {
        match launched {
            Ok(done) => {
                if done.is_err() {
                    self.release();
                }
                Some(done)
            }
            Err(error) if matches!(self.start, Start::Device(_)) => {
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
        let Start::Device(slot) = self.start else {
            panic!("the device failed while it had the only copy of an array: {error}");
        };
        slot.borrow_mut().get_or_insert(Box::new(error));
        if cfg!(panic = "unwind") {
            std::panic::resume_unwind(Box::new(GaveUp));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::range::progression;
    use crate::region::{Call, Slot, Tile};

    static KERNEL: Kernel = Kernel { name: "counted" };

    /// A map whose device code no driver takes, on a machine with or without one.
    static COUNTED: Region =
        Region::new("loop\ncost 1\nentry counted", Some("this is no PTX"), false);

    unsafe fn nothing(_: &Call<'_>, _: &Tile, _: *mut Slot) -> Checked {
        Ok(())
    }

    fn run(session: &Session<'_>) -> Outcome {
        let five = progression::<i32, _>(&(0..5));
        let code = crate::__kernel_general!(nothing, None);
        session.run(&COUNTED, five, code, &[], &[], &mut [])
    }

    #[test]
    fn a_device_that_gives_up_ends_the_call_with_its_error() {
        let mut after = false;
        let result = call(&KERNEL, &mut |start: Start<'_>| {
            run(&Session::new(&KERNEL, start));
            after = true;
        });
        assert!(!matches!(result, Err(Error::Panic { .. }) | Ok(())));
        assert!(!after, "nothing of the driver runs after that");
    }

    #[test]
    fn the_host_takes_over_where_the_device_was_only_preferred() {
        for start in [Start::Prefer, Start::Free, Start::Thread] {
            let session = Session::new(&KERNEL, start);
            assert_eq!(run(&session), Outcome::Done);
        }
    }
}
