//! The parameters of an entry: only those that its text reads.

use super::form::Form;
use super::uses::Uses;
use crate::analysis::plan::{Bounds, NestLoop, Region, Wide, WideAdapter};
use crate::ir::{AccessId, Function, Scalar, VarId};

/// One `.param` of an entry: `kernel_runtime::launch::DeviceParam`, which documents the variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeviceParam {
    Trip(u8),
    First(u8),
    Step(u8),
    Base(u8),
    Len(u8, u8),
    Stride(u8, u8),
    Scalar(u8),
    Failure,
    Chunk,
    Chunks,
    Partials(u8),
    Initial(u8),
    Copies(u8),
}

/// The parameters of a region's entry, in order.
pub fn params(function: &Function, region: &Region, debug: bool) -> Vec<DeviceParam> {
    let uses = Uses::of(function, &region.body);
    let mut params = Vec::new();
    for (n, nest) in (0u8..).zip(&region.nest) {
        let shape = Shape::of(nest);
        params.extend(shape.trip.is_none().then_some(DeviceParam::Trip(n)));
        params.extend(shape.first.is_none().then_some(DeviceParam::First(n)));
        params.extend(shape.step.is_none().then_some(DeviceParam::Step(n)));
    }
    for n in (0u8..).zip(&region.arrays).map(|(n, _)| n) {
        array_params(&mut params, function, region, &uses, n);
    }
    for (n, var) in (0u8..).zip(&region.scalars) {
        if uses.vars.contains(var) {
            params.push(DeviceParam::Scalar(n));
        }
    }
    if region.can_fail(debug) {
        params.push(DeviceParam::Failure);
    }
    let form = Form::of(function, region);
    if form.has_fold() {
        params.extend([DeviceParam::Chunk, DeviceParam::Chunks]);
    }
    let accumulators = || (0u8..).zip(&region.accumulators).map(|(n, _)| n);
    params.extend(accumulators().map(DeviceParam::Partials));
    if form == Form::Groups {
        params.extend(accumulators().map(DeviceParam::Initial));
        let shared = (0u8..).zip(&region.shared);
        params.extend(shared.map(|(n, _)| DeviceParam::Copies(n)));
    }
    params
}

/// The parameters of a region's second entry.
pub fn fold_params(function: &Function, region: &Region) -> Vec<DeviceParam> {
    let accumulators = (0u8..).zip(&region.accumulators);
    let mut params: Vec<_> = accumulators
        .map(|(n, _)| DeviceParam::Partials(n))
        .chain([DeviceParam::Chunks])
        .collect();
    if Form::of(function, region) == Form::Groups {
        for (n, of) in (0u8..).zip(&region.shared) {
            params.push(DeviceParam::Copies(n));
            array_of_fold(&mut params, region, of.var);
        }
    }
    params
}

fn array_of_fold(params: &mut Vec<DeviceParam>, region: &Region, array: VarId) {
    let found = (0u8..).zip(&region.arrays).find(|(_, of)| of.var == array);
    let (n, of) = found.expect("an array accumulator is an array of the region");
    params.push(DeviceParam::Base(n));
    let dims = || (0..of.rank).map(dimension);
    params.extend(dims().map(|dim| DeviceParam::Len(n, dim)));
    params.extend(dims().map(|dim| DeviceParam::Stride(n, dim)));
}

fn array_params(
    params: &mut Vec<DeviceParam>,
    function: &Function,
    region: &Region,
    uses: &Uses,
    n: u8,
) {
    let array = &region.arrays[usize::from(n)];
    let of_array = |id: &&_| function.accesses[**id].array == array.var;
    let mut accesses = uses.accesses.iter().filter(of_array);
    let accessed = accesses.clone().next().is_some();
    // A copy's size follows from the lengths.
    let copied = region.shared.iter().any(|of| of.var == array.var)
        && Form::of(function, region) == Form::Groups;
    let checked = copied || accesses.any(|id| is_checked(region, *id));
    if accessed {
        params.push(DeviceParam::Base(n));
    }
    for dim in 0..array.rank {
        let number = dimension(dim);
        if checked || uses.lens.contains(&(array.var, dim)) {
            params.push(DeviceParam::Len(n, number));
        }
    }
    for dim in 0..array.rank {
        if accessed && !has_unit_stride(region, array.var, dim) {
            params.push(DeviceParam::Stride(n, dimension(dim)));
        }
    }
}

/// Whether an access is compared with the lengths. One form of the code serves whether or not the
/// conditions that would make a relaxed check superfluous hold.
pub fn is_checked(region: &Region, access: AccessId) -> bool {
    !matches!(region.bounds.get(&access), None | Some(Bounds::Proved))
}

/// Whether a dimension's stride is one element by the array's type.
pub fn has_unit_stride(region: &Region, array: VarId, dim: u32) -> bool {
    let found = region.arrays.iter().find(|a| a.var == array);
    found.is_some_and(|a| a.contiguous && dim + 1 == a.rank)
}

pub fn dimension(dim: u32) -> u8 {
    u8::try_from(dim).expect("an array has at most three dimensions")
}

/// What is known of a parallel loop while compiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Trip count.
    pub trip: Option<i64>,
    /// First value, sign-extended.
    pub first: Option<i64>,
    pub step: Option<i64>,
}

impl Shape {
    pub fn of(nest: &NestLoop) -> Shape {
        // A bound that its type cannot hold has wrapped where it was computed.
        let bound = |wide| constant(wide).filter(|value| wrapped(*value, nest.ty).is_some());
        let (start, end) = (bound(&nest.start), bound(&nest.end));
        let (first, step) = match nest.adapters.as_slice() {
            [] => (start, Some(1)),
            [WideAdapter::Rev] => (None, Some(-1)),
            [WideAdapter::StepBy(step)] => (start, constant(step).and_then(to_i64)),
            _ => (None, None),
        };
        let plain = nest.adapters.is_empty();
        let trip = start.zip(end).filter(|_| plain).map(|(start, end)| {
            let last = i128::from(nest.inclusive);
            (end - start + last).max(0)
        });
        Shape {
            trip: trip.and_then(to_i64),
            first: first.and_then(|first| wrapped(first, nest.ty)),
            step,
        }
    }
}

fn constant(wide: &Wide) -> Option<i128> {
    match wide {
        Wide::Const(value) => Some(*value),
        _ => None,
    }
}

fn to_i64(value: i128) -> Option<i64> {
    i64::try_from(value).ok()
}

/// The 64 bits of a value of an integer type.
fn wrapped(value: i128, ty: Scalar) -> Option<i64> {
    let (min, max) = ty.int_range()?;
    let bits = (value & i128::from(u64::MAX)) as u64;
    (min..=max).contains(&value).then_some(bits.cast_signed())
}
