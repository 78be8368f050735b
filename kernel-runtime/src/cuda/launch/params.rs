//! The words that an entry takes.

use super::super::fault::Fault;
use super::super::memory::{Buffer, Place, Work};
use crate::launch::{DeviceParam, Launch, MAX_RANK};

/// What a region has on the device.
pub struct Extras {
    /// Where its arrays are.
    pub arrays: Vec<Place>,
    /// The failure record, if an iteration can fail.
    pub failure: Option<Buffer>,
    /// A value per chunk, for each accumulator.
    pub partials: Vec<Buffer>,
    /// The groups' copies of each array accumulator.
    pub copies: Vec<Buffer>,
}

/// The parameters of the region's entry.
pub fn of_entry(launch: &Launch<'_>, work: &Work<'_>, extras: &Extras) -> Result<Words, Fault> {
    words(launch.params, launch, work, extras)
}

fn words(
    params: &[DeviceParam],
    launch: &Launch<'_>,
    work: &Work<'_>,
    extras: &Extras,
) -> Result<Words, Fault> {
    let words = params.iter().map(|&param| {
        word(param, launch, work, extras)
            .ok_or_else(|| Fault::contract(format!("it has nothing for {param:?}")))
    });
    words.collect::<Result<_, _>>().map(Words)
}

/// The parameters of the second entry of a region that combines.
pub fn of_fold(launch: &Launch<'_>, work: &Work<'_>, extras: &Extras) -> Result<Words, Fault> {
    let number = |at: usize| u8::try_from(at).unwrap_or(u8::MAX);
    let accumulators = 0..launch.accumulators.len();
    let mut params: Vec<_> = accumulators
        .map(|at| DeviceParam::Partials(number(at)))
        .chain([DeviceParam::Chunks])
        .collect();
    for (at, &array) in launch.shared.iter().enumerate() {
        let rank = launch.arrays.get(array).map_or(0, |array| array.rank);
        let array = number(array);
        params.extend([DeviceParam::Copies(number(at)), DeviceParam::Base(array)]);
        params.extend((0..rank).map(|dim| DeviceParam::Len(array, number(dim))));
        params.extend((0..rank).map(|dim| DeviceParam::Stride(array, number(dim))));
    }
    words(&params, launch, work, extras)
}

/// Bit `n` is set if parameter `n` of the entry is a stride of 1; of the first 64.
pub fn units(launch: &Launch<'_>, extras: &Extras) -> u64 {
    let is_unit = |param: &DeviceParam| match *param {
        DeviceParam::Stride(number, dim) => {
            let array = extras.arrays.get(usize::from(number));
            array.and_then(|of| of.strides.get(usize::from(dim))) == Some(&1)
        }
        _ => false,
    };
    let params = launch.params.iter().take(64).enumerate();
    params.fold(0, |units, (n, param)| {
        units | u64::from(is_unit(param)) << n
    })
}

fn word(param: DeviceParam, launch: &Launch<'_>, work: &Work<'_>, extras: &Extras) -> Option<u64> {
    let trip = |number: u8| launch.trips.get(usize::from(number));
    let array = |number: u8| extras.arrays.get(usize::from(number));
    Some(match param {
        DeviceParam::Trip(number) => trip(number)?.count,
        DeviceParam::First(number) => trip(number)?.first,
        DeviceParam::Step(number) => trip(number)?.step,
        DeviceParam::Base(number) => array(number)?.address,
        DeviceParam::Len(number, dim) => {
            let array = launch.arrays.get(usize::from(number))?;
            *array.shape[..array.rank.min(MAX_RANK)].get(usize::from(dim))? as u64
        }
        DeviceParam::Stride(number, dim) => {
            // Sign-extended, on any host.
            *array(number)?.strides.get(usize::from(dim))? as i64 as u64
        }
        DeviceParam::Scalar(number) => *launch.scalars.get(usize::from(number))?,
        DeviceParam::Failure => work.address(extras.failure?),
        DeviceParam::Chunk => launch.chunk,
        DeviceParam::Chunks => launch.chunks,
        DeviceParam::Partials(number) => work.address(*extras.partials.get(usize::from(number))?),
        DeviceParam::Initial(number) => launch.accumulators.get(usize::from(number))?.initial,
        DeviceParam::Copies(number) => work.address(*extras.copies.get(usize::from(number))?),
    })
}

/// Parameters, each a little-endian word; the driver reads as many bytes of each as the entry's
/// `.param` has.
pub struct Words(Vec<u64>);

impl Words {
    /// Calls back with what the driver wants: an array of pointers to the parameters.
    pub fn with_pointers<R>(self, call: impl FnOnce(*mut *mut std::ffi::c_void) -> R) -> R {
        let mut words: Vec<u64> = self.0.into_iter().map(u64::to_le).collect();
        let mut pointers: Vec<_> = words
            .iter_mut()
            .map(|word| (word as *mut u64).cast())
            .collect();
        call(pointers.as_mut_ptr())
    }
}
