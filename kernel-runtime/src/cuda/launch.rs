//! One run of a region on the device.

mod params;
mod shape;

use super::context::Context;
use super::driver::symbols;
use super::fault::{Fault, checked_launch};
use super::memory::{Buffer, Residence, Work};
use super::module::{self, Function};
use super::timing;
use crate::Error;
use crate::launch::{AccumulatorArg, ArrayArg, DeviceParam, FAILURE_BYTES, Failure, Launch};
use params::{Extras, Words};
use shape::{Shape, Way};
use std::time::Instant;

/// Runs a region: its arrays go to the device, unless they are there, and come back, unless they
/// may stay; also if an iteration failed, which is returned.
///
/// # Safety
///
/// As [`crate::device::run`].
pub(crate) unsafe fn run(
    launch: &mut Launch<'_>,
    residence: &mut Residence,
) -> Result<Option<Failure>, Error> {
    let kernel = launch.module.name;
    // SAFETY: the caller's.
    unsafe { attempt(launch, residence) }.map_err(|fault| fault.into_error(kernel))
}

/// # Safety
///
/// As [`run`].
unsafe fn attempt(
    launch: &mut Launch<'_>,
    residence: &mut Residence,
) -> Result<Option<Failure>, Fault> {
    let context = Context::enter()?;
    let mut work = Work::begin(&context)?;
    let start = Instant::now();
    let extras = Extras {
        // SAFETY: the caller's.
        arrays: unsafe { residence.place(launch.arrays, &mut work)? },
        failure: failure_record(launch, &mut work)?,
        partials: partials(launch, &mut work)?,
        copies: copies(launch, &mut work)?,
    };
    work.placed(start)?;
    let entries = Entries::find(&context, launch, &extras)?;
    work.started()?;
    let computed = compute(launch, &entries, &mut work, &extras);
    if computed.is_err() {
        residence.spoiled(launch.arrays, &work);
    }
    let failure = computed?;
    if failure.is_none() {
        read_folded(launch.accumulators, &mut work, &extras)?;
    }
    work.awaited();
    residence.computed(launch.arrays, &mut work)?;
    timing::add(&work.timing());
    Ok(failure)
}

/// The entries of a region, ready to launch, with the shapes for this run.
struct Entries {
    first: (Entry, Shape),
    fold: Option<Entry>,
}

struct Entry {
    name: &'static str,
    function: Function,
}

impl Entries {
    fn find(context: &Context, launch: &Launch<'_>, extras: &Extras) -> Result<Entries, Fault> {
        let wanted = module::Entries {
            first: launch.entry,
            fold: launch.fold,
            units: params::units(launch, extras),
        };
        let loaded = context.modules.entries(&launch.module, wanted)?;
        let entry = |name, function| Entry { name, function };
        let fold = launch.fold.zip(loaded.fold);
        Ok(Entries {
            first: (
                entry(launch.entry, loaded.first),
                first_shape(launch, context.resident_threads)?,
            ),
            fold: fold.map(|(name, function)| entry(name, function)),
        })
    }
}

fn first_shape(launch: &Launch<'_>, threads: u64) -> Result<Shape, Fault> {
    let combines = !launch.accumulators.is_empty() || !launch.shared.is_empty();
    match (launch.fold, combines) {
        (None, false) => shape::map(launch.trips, way(launch), threads)
            .ok_or_else(|| Fault::contract(format!("{} loops", launch.trips.len()))),
        (Some(_), true) if launch.shared.is_empty() => Ok(shape::reduction(launch.chunks, threads)),
        (Some(_), true) => Ok(shape::groups(launch.chunks, threads)),
        (None, true) => Err(Fault::contract("no fold for its accumulators".into())),
        (Some(_), false) => Err(Fault::contract("nothing for its fold".into())),
    }
}

fn way(launch: &Launch<'_>) -> Way {
    Way {
        width: launch.width,
        crosswise: launch.crosswise,
    }
}

/// A record that says that nothing failed.
const NO_FAILURE: [u8; FAILURE_BYTES] = {
    let mut record = [0; FAILURE_BYTES];
    let mut at = 8;
    while at < 16 {
        record[at] = 0xff;
        at += 1;
    }
    record
};

fn failure_record(launch: &Launch<'_>, work: &mut Work<'_>) -> Result<Option<Buffer>, Fault> {
    if !launch.params.contains(&DeviceParam::Failure) {
        return Ok(None);
    }
    let buffer = work.allocate(FAILURE_BYTES)?;
    work.write(buffer, &NO_FAILURE)?;
    Ok(Some(buffer))
}

fn partials(launch: &Launch<'_>, work: &mut Work<'_>) -> Result<Vec<Buffer>, Fault> {
    let allocate = |accumulator: &AccumulatorArg| {
        let bytes = usize::try_from(launch.chunks.max(1))
            .ok()
            .and_then(|chunks| chunks.checked_mul(accumulator.bytes))
            .ok_or(Fault::OutOfMemory { bytes: usize::MAX })?;
        work.allocate(bytes)
    };
    launch.accumulators.iter().map(allocate).collect()
}

/// Elements of the largest array accumulator of which groups have copies; 1 if there is none.
fn most_elements(launch: &Launch<'_>) -> Result<u64, Fault> {
    let mut most = 1;
    for &at in launch.shared {
        most = most.max(size(array(launch, at)?) as u64);
    }
    Ok(most)
}

/// Room for the groups' copies of every array accumulator.
fn copies(launch: &Launch<'_>, work: &mut Work<'_>) -> Result<Vec<Buffer>, Fault> {
    let allocate = |&at: &usize| {
        let array = array(launch, at)?;
        let elements = usize::try_from(launch.chunks).ok();
        let elements = elements.and_then(|groups| groups.checked_mul(size(array)));
        let bytes = elements
            .and_then(|elements| elements.checked_mul(array.elem_bytes))
            .ok_or(Fault::OutOfMemory { bytes: usize::MAX })?;
        work.allocate(bytes.max(1))
    };
    launch.shared.iter().map(allocate).collect()
}

fn array<'a>(launch: &Launch<'a>, at: usize) -> Result<&'a ArrayArg, Fault> {
    let array = launch.arrays.get(at);
    array.ok_or_else(|| Fault::contract(format!("no array {at}")))
}

/// Number of elements.
fn size(array: &ArrayArg) -> usize {
    array.shape.iter().take(array.rank).product()
}

/// Runs the entries. A region that can fail is asked whether it did before its partial results,
/// some of which were then never written, are folded.
fn compute(
    launch: &Launch<'_>,
    entries: &Entries,
    work: &mut Work<'_>,
    extras: &Extras,
) -> Result<Option<Failure>, Fault> {
    let (first, shape) = &entries.first;
    let words = params::of_entry(launch, work, extras)?;
    start(first, *shape, words, work)?;
    if let Some(record) = extras.failure {
        await_kernel(first, *shape, work)?;
        if let Some(failure) = read_failure(work, record)? {
            work.computed()?;
            return Ok(Some(failure));
        }
    }
    if let Some(fold) = &entries.fold {
        let words = params::of_fold(launch, work, extras)?;
        let elements = most_elements(launch)?;
        let shape = shape::fold(launch.chunks, elements, fold.function.max_threads);
        start(fold, shape, words, work)?;
    }
    work.computed()?;
    await_kernel(first, *shape, work)?;
    Ok(None)
}

fn start(entry: &Entry, shape: Shape, words: Words, work: &Work<'_>) -> Result<(), Fault> {
    let Shape { grid, block } = shape;
    // SAFETY: a loaded function, and a word for each of its parameters, by the word that the
    // caller of `run` gave for the PTX. cust's launch wants a function of its own `Module`.
    let returned = words.with_pointers(|pointers| unsafe {
        symbols::cuLaunchKernel(
            entry.function.handle,
            grid[0],
            grid[1],
            grid[2],
            block[0],
            block[1],
            block[2],
            0,
            work.stream(),
            pointers,
            std::ptr::null_mut(),
        )
    });
    checked_launch(
        format_args!("launching `{}`, {shape}", entry.name),
        returned,
    )
}

fn await_kernel(entry: &Entry, shape: Shape, work: &Work<'_>) -> Result<(), Fault> {
    work.synchronize(format_args!("running `{}`, {shape}", entry.name))
}

fn read_failure(work: &mut Work<'_>, record: Buffer) -> Result<Option<Failure>, Fault> {
    let mut bytes = [0; FAILURE_BYTES];
    work.read(record, &mut bytes)?;
    let word = |at: usize| u64_at(&bytes[at..]);
    let failure = Failure {
        k: word(8),
        // The upper half of the word at 0; the lower one is the lock.
        site: (word(0) >> 32) as u32,
        args: [word(16), word(24), word(32), word(40)],
    };
    Ok((failure.k != u64::MAX).then_some(failure))
}

fn read_folded(
    accumulators: &mut [AccumulatorArg],
    work: &mut Work<'_>,
    extras: &Extras,
) -> Result<(), Fault> {
    for (accumulator, &partials) in accumulators.iter_mut().zip(&extras.partials) {
        let mut bytes = [0; 8];
        let Some(value) = bytes.get_mut(..accumulator.bytes) else {
            let what = format!("an accumulator of {} bytes", accumulator.bytes);
            return Err(Fault::contract(what));
        };
        work.read(partials, value)?;
        accumulator.folded = u64_at(&bytes);
    }
    Ok(())
}

/// The little-endian word at the start of `bytes`, zero-extended.
fn u64_at(bytes: &[u8]) -> u64 {
    let bytes = bytes.iter().take(8).rev();
    bytes.fold(0, |word, &byte| word << 8 | u64::from(byte))
}
