//! What sums have to come to: the canonical order by its reference, iteration by iteration.

use kernel_compiler::analysis::plan::{Accumulator, Identity, Region};
use kernel_compiler::interpret::{Exit, Machine, Number, Value, combined};
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
    let count: usize = space.iter().map(Vec::len).product();
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

/// The parallel loops' values, outermost first.
fn space(machine: &mut Machine<'_>, region: &Region) -> Option<Vec<Vec<Number>>> {
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
    space: &[Vec<Number>],
    lane: [u64; MOST],
    k: u64,
) -> Option<[u64; MOST]> {
    machine.iteration = k;
    let mut left = k as usize;
    for (node, values) in region.nest.iter().zip(space).rev() {
        let value = values[left % values.len()];
        machine.variables.insert(node.var, Value::Number(value));
        left /= values.len();
    }
    for (of, value) in region
        .accumulators
        .iter()
        .zip(unpacked(&region.accumulators, lane))
    {
        machine.variables.insert(of.var, Value::Number(value));
    }
    match machine.block(&region.body) {
        Ok(_) | Err(Exit::Continue(0)) => {}
        Err(_) => return None,
    }
    let values = region
        .accumulators
        .iter()
        .map(|of| machine.variables[&of.var].number());
    Some(packed(&values.collect::<Option<Vec<Number>>>()?))
}

fn folded(accumulators: &[Accumulator], left: [u64; MOST], right: [u64; MOST]) -> [u64; MOST] {
    let pairs = unpacked(accumulators, left)
        .into_iter()
        .zip(unpacked(accumulators, right));
    let values = accumulators.iter().zip(pairs).map(|(of, (left, right))| {
        combined(of, left, right).unwrap_or_else(|| unreachable!("a fold of numbers of its type"))
    });
    packed(&values.collect::<Vec<Number>>())
}

/// Values that change nothing.
pub fn identities(accumulators: &[Accumulator]) -> Vec<Number> {
    let identity = |of: &Accumulator| match of.fold.identity(of.ty) {
        Identity::Int(value) => Number::int(value, of.ty),
        Identity::Bool(value) => value.into(),
        Identity::Float(value) => Number::from(value)
            .cast(of.ty)
            .unwrap_or_else(|| unreachable!("a float's type")),
    };
    accumulators.iter().map(identity).collect()
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
