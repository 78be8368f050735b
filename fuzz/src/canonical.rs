//! What sums have to come to: the canonical order by its reference, iteration by iteration.

use kernel_compiler::analysis::plan::{Accumulator, Fold, Identity, Region};
use kernel_compiler::interpret::{Array, Exit, Machine, Number, Value, combined};
use kernel_compiler::ir::Scalar;
use kernel_runtime::order;

/// Accumulators of a region at most; those with more are not held against the order.
const MOST: usize = 4;

/// The accumulators of a region after it; `None` where the order does not matter, or where there
/// are none because an iteration fails.
pub fn sums(machine: &Machine<'_>, region: &Region, before: &[Number]) -> Option<Vec<Number>> {
    let accumulators = &region.accumulators;
    let matters = accumulators.iter().any(|of| of.ty.is_float());
    let known = region.extremes.is_empty() && region.in_order.is_none();
    if !matters || !known || accumulators.len() > MOST {
        return None;
    }
    let mut machine = machine.clone();
    let space = space(&mut machine, region)?;
    let count = size(&space);
    let lanes = u64::from(region.lanes());
    let mut failed = false;
    let step = |lane, k| {
        let done = iteration(&mut machine, region, &space, lane, k);
        failed |= done.is_none();
        done.unwrap_or(lane)
    };
    let fold = |left: [u64; MOST], right: [u64; MOST]| folded(accumulators, left, right);
    let start = (packed(before), packed(&identities(accumulators)));
    let result = order::reference((count as u64, lanes), start, step, fold);
    (!failed).then(|| unpacked(accumulators, result))
}

/// A region whose iterations run in groups.
pub struct Groups {
    space: Space,
    length: u64,
}

/// What groups came to.
pub struct Partial {
    pub sums: Vec<Number>,
    /// The array accumulators.
    pub arrays: Vec<Array>,
}

impl Groups {
    /// `None` if the iterations cannot be counted.
    pub fn of(machine: &Machine<'_>, region: &Region) -> Option<Groups> {
        let space = space(&mut machine.clone(), region)?;
        let (mut elements, mut bytes) = (0, 0);
        for of in &region.shared {
            let size = machine.arrays[&of.var].shape.iter().product::<usize>() as u64;
            elements += size;
            bytes += size * u64::from(of.ty.bytes());
        }
        let length = order::group_len(size(&space) as u64, elements, bytes);
        Some(Groups { space, length })
    }

    pub fn count(&self) -> u64 {
        (size(&self.space) as u64).div_ceil(self.length)
    }

    /// All groups, spelled out; `None` where an iteration fails, or where what accumulates folds
    /// together.
    pub fn fold(
        &self,
        machine: &Machine<'_>,
        region: &Region,
        before: &[Number],
    ) -> Option<Partial> {
        if !region.extremes.is_empty() || region.in_order.is_some() {
            return None;
        }
        let count = size(&self.space);
        let starts = (0..count).step_by(self.length as usize);
        let groups = starts.map(|first| {
            let mut machine = machine.clone();
            set(&mut machine, region, before);
            if first > 0 {
                forget(&mut machine, region);
            }
            for k in first..count.min(first + self.length as usize) {
                run(&mut machine, region, &self.space, k as u64)?;
            }
            let arrays = region
                .shared
                .iter()
                .map(|of| machine.arrays[&of.var].clone());
            Some(Partial {
                sums: values(&machine, region)?,
                arrays: arrays.collect(),
            })
        });
        let mut partials = groups.collect::<Option<Vec<Partial>>>()?;
        while partials.len() > 1 {
            let mut left = partials.into_iter();
            partials = Vec::new();
            while let Some(mut first) = left.next() {
                if let Some(second) = left.next() {
                    first.join(&second, region);
                }
                partials.push(first);
            }
        }
        partials.pop()
    }
}

impl Partial {
    fn join(&mut self, right: &Partial, region: &Region) {
        let sums = self.sums.iter_mut().zip(&right.sums);
        for ((left, right), of) in sums.zip(&region.accumulators) {
            *left = joined(of.fold, *left, *right);
        }
        let arrays = self.arrays.iter_mut().zip(&right.arrays);
        for ((left, right), of) in arrays.zip(&region.shared) {
            for (left, right) in left.values.iter_mut().zip(&right.values) {
                *left = joined(of.fold, *left, *right);
            }
        }
    }
}

/// Makes accumulators and array accumulators the identity.
fn forget(machine: &mut Machine<'_>, region: &Region) {
    set(machine, region, &identities(&region.accumulators));
    for of in &region.shared {
        let array = machine.arrays.get_mut(&of.var);
        let array = array.unwrap_or_else(|| unreachable!("an array that is no parameter"));
        array.values.fill(identity(of.fold, of.ty));
    }
}

/// The parallel loops' values, outermost first.
type Space = Vec<Vec<Number>>;

/// Iterations.
fn size(space: &Space) -> usize {
    space.iter().map(Vec::len).product()
}

fn space(machine: &mut Machine<'_>, region: &Region) -> Option<Space> {
    let mut space = Vec::new();
    for node in &region.nest {
        let range = &machine.function.loops[node.id].range;
        space.push(machine.range(range, node.var).ok()?);
    }
    Some(space)
}

/// Iteration `k` on a lane.
fn iteration(
    machine: &mut Machine<'_>,
    region: &Region,
    space: &Space,
    lane: [u64; MOST],
    k: u64,
) -> Option<[u64; MOST]> {
    set(machine, region, &unpacked(&region.accumulators, lane));
    run(machine, region, space, k)?;
    Some(packed(&values(machine, region)?))
}

/// Iteration `k` on the machine's values.
fn run(machine: &mut Machine<'_>, region: &Region, space: &Space, k: u64) -> Option<()> {
    machine.iteration = k;
    let mut left = k as usize;
    for (node, values) in region.nest.iter().zip(space).rev() {
        let value = values[left % values.len()];
        machine.variables.insert(node.var, Value::Number(value));
        left /= values.len();
    }
    match machine.block(&region.body) {
        Ok(_) | Err(Exit::Continue(0)) => Some(()),
        Err(_) => None,
    }
}

fn set(machine: &mut Machine<'_>, region: &Region, accumulators: &[Number]) {
    for (of, value) in region.accumulators.iter().zip(accumulators) {
        machine.variables.insert(of.var, Value::Number(*value));
    }
}

fn values(machine: &Machine<'_>, region: &Region) -> Option<Vec<Number>> {
    let accumulators = region.accumulators.iter();
    accumulators
        .map(|of| machine.variables[&of.var].number())
        .collect()
}

fn folded(accumulators: &[Accumulator], left: [u64; MOST], right: [u64; MOST]) -> [u64; MOST] {
    let pairs = unpacked(accumulators, left)
        .into_iter()
        .zip(unpacked(accumulators, right));
    let values = accumulators.iter().zip(pairs);
    let values = values.map(|(of, (left, right))| joined(of.fold, left, right));
    packed(&values.collect::<Vec<Number>>())
}

fn joined(fold: Fold, left: Number, right: Number) -> Number {
    combined(fold, left, right).unwrap_or_else(|| unreachable!("a fold of numbers of its type"))
}

/// Values that change nothing.
pub fn identities(accumulators: &[Accumulator]) -> Vec<Number> {
    let accumulators = accumulators.iter();
    accumulators.map(|of| identity(of.fold, of.ty)).collect()
}

fn identity(fold: Fold, ty: Scalar) -> Number {
    match fold.identity(ty) {
        Identity::Int(value) => Number::int(value, ty),
        Identity::Bool(value) => value.into(),
        Identity::Float(value) => Number::from(value)
            .cast(ty)
            .unwrap_or_else(|| unreachable!("a float's type")),
    }
}

fn packed(values: &[Number]) -> [u64; MOST] {
    std::array::from_fn(|at| values.get(at).map_or(0, |value| value.bits()))
}

fn unpacked(accumulators: &[Accumulator], bits: [u64; MOST]) -> Vec<Number> {
    let values = accumulators.iter().zip(bits);
    values
        .map(|(of, bits)| Number::from_bits(bits, of.ty))
        .collect()
}
