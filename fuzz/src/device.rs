//! The regions of an interpreted kernel on the software device, through the runtime: its guard,
//! its launch, the PTX that the compiler emitted.

use crate::arrays::Elements;
use crate::canonical::{self, Groups, Partial};
use kernel_compiler::analysis::plan::{Extreme, Fold, Region};
use kernel_compiler::interpret::{
    Array, Attempt, Exit, Fault, Hook, Machine, Number, Outcome as Meaning, Run, Value, combined,
};
use kernel_compiler::ir::{Adapter, BinaryOp, LoopId, VarId};
use kernel_compiler::{Compiled, RegionText};
use kernel_runtime::__private::{
    Call, Checked, Code, Outcome, Progression, Region as Described, Session, Slot, Tile, lanes,
};
use std::cell::RefCell;

/// The code of a region that only a device runs.
unsafe fn no_code(_: &Call<'_>, _: &Tile, _: *mut Slot) -> Checked {
    Ok(())
}

type FoldLanes = unsafe fn(*mut Slot, usize);

thread_local! {
    /// Sizes in bytes of the accumulators of the region that runs.
    static SIZES: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// Where accumulators fold together, the runtime gives what the device came to, and [`joined`] adds
/// what they were before.
///
/// # Safety
///
/// The slots have as many accumulators as `SIZES`, each with `count` lanes.
unsafe fn right(slots: *mut Slot, count: usize) {
    let width = count / 2;
    SIZES.with_borrow(|sizes| {
        for (at, bytes) in sizes.iter().enumerate() {
            // SAFETY: the caller's; lanes lie one behind the other in a slot.
            unsafe {
                let first = lanes::<u8>(slots, at).as_mut_ptr();
                first.copy_from(first.add(width * bytes), width * bytes);
            }
        }
    });
}

/// Whether accumulators belong together: the device then starts at identities, and [`joined`] adds what
/// they were.
fn folds_together(region: &Region) -> bool {
    !region.extremes.is_empty()
}

/// What accumulators were and what the iterations came to, as one.
fn joined(region: &Region, before: &[Number], after: &[Number]) -> Run<Vec<Number>> {
    let mut values = Vec::new();
    for (at, of) in region.accumulators.iter().enumerate() {
        let extreme = region
            .extremes
            .iter()
            .find(|of| of.members().any(|member| member == at));
        let value = match extreme {
            Some(extreme) => member(region, extreme, at, (before, after)),
            None => combined(of.fold, before[at], after[at]),
        };
        values.push(value.ok_or(Exit::Unknown("a fold of its own"))?);
    }
    Ok(values)
}

/// What a member of an extreme was and what it came to, as one.
fn member(
    region: &Region,
    extreme: &Extreme,
    at: usize,
    (before, after): (&[Number], &[Number]),
) -> Option<Number> {
    let combine = |left, right| combined(region.accumulators[at].fold, left, right);
    let (ahead, leader) = (is_ahead(extreme, before, after), extreme.leader);
    let follower = extreme.follower.filter(|of| of.at == at);
    if extreme.adds(at) && compares(BinaryOp::Eq, after[leader], before[leader]) {
        return combine(before[at], after[at]);
    }
    match (follower, ahead) {
        (Some(_), true) => combine(before[leader], after[at]),
        (Some(_), false) => combine(before[at], after[leader]),
        (None, true) => Some(after[at]),
        (None, false) => Some(before[at]),
    }
}

fn compares(op: BinaryOp, left: Number, right: Number) -> bool {
    let compared = match left.binary(op, right) {
        Some(Meaning::Value(value)) => value.truth(),
        _ => None,
    };
    compared.unwrap_or(false)
}

/// Whether the leader among the iterations is ahead of what it was before.
fn is_ahead(extreme: &Extreme, before: &[Number], after: &[Number]) -> bool {
    let holds = |op, at: usize| compares(op, after[at], before[at]);
    let (ahead, later) = match (extreme.least, extreme.last) {
        (true, last) => (BinaryOp::Lt, last),
        (false, last) => (BinaryOp::Gt, last),
    };
    let by_place = if later { BinaryOp::Gt } else { BinaryOp::Lt };
    holds(ahead, extreme.leader)
        || holds(BinaryOp::Eq, extreme.leader) && holds(by_place, extreme.place)
}

/// A region as the runtime knows it, for as long as the process lives, and its code.
#[derive(Clone, Copy)]
pub struct Known {
    region: &'static Described,
    code: Code,
}

/// What the runtime holds of a kernel's regions.
pub fn known(compiled: &Compiled, ptx: &str, debug: bool) -> Vec<Known> {
    let ptx: &'static str = ptx.to_owned().leak();
    let region = |(of, plan): (&RegionText, &Region)| {
        let text = of.plan.clone().leak();
        let code = Code {
            body: no_code,
            fast: None,
            wide: None,
            gathers: false,
            folds: false,
            fold: folds_together(plan).then_some(right as FoldLanes),
            fast_fold: None,
        };
        Known {
            region: Box::leak(Box::new(Described::new(text, Some(ptx), debug))),
            code,
        }
    };
    compiled
        .regions
        .iter()
        .zip(&compiled.plan.regions)
        .map(region)
        .collect()
}

/// How regions went.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub ran: u64,
    /// Their guards did not hold.
    pub declined: u64,
    pub failed: u64,
}

/// Runs a kernel's regions on the device.
pub struct OnDevice<'a> {
    pub compiled: &'a Compiled,
    pub known: &'a [Known],
    pub session: &'a Session<'a>,
    pub tally: Tally,
    /// A sum that is not in the canonical order, first of all.
    pub wrong_sum: Option<String>,
}

/// What a region starts with.
struct Start {
    outermost: Option<Progression>,
    scalars: Vec<u64>,
    homes: Vec<Home>,
    /// What accumulators were.
    before: Vec<Number>,
    /// What accumulators come to in the canonical order, where they have one.
    expected: Option<Partial>,
}

/// What the device came to.
struct End {
    sums: Vec<Number>,
    elements: Vec<Elements>,
}

impl Hook for OnDevice<'_> {
    fn region(&mut self, machine: &mut Machine<'_>, index: usize) -> Run<Attempt> {
        let region = &self.compiled.plan.regions[index];
        let Some(start) = self.start(machine, index)? else {
            return Ok(Attempt::AsWritten);
        };
        let (outcome, end) = self.run(machine, index, &start)?;
        match outcome {
            Outcome::Declined => {
                self.tally.declined += 1;
                Ok(Attempt::AsWritten)
            }
            Outcome::Failed(failure) if region.undecided.contains(&failure.site) => {
                Ok(Attempt::AsWritten)
            }
            Outcome::Failed(failure) => {
                self.tally.failed += 1;
                let mut sites = region.site_of.iter();
                let site = sites.find(|(_, site)| **site == failure.site);
                let (key, _) = site.ok_or(Exit::Unknown("a site that the plan has not"))?;
                let args = failure.args.to_vec();
                Err(Exit::Fail(Fault::new(*key, args, failure.k)))
            }
            Outcome::Done => {
                self.tally.ran += 1;
                self.finish(machine, region, start, end)?;
                Ok(Attempt::Done)
            }
        }
    }
}

impl OnDevice<'_> {
    /// `None` where the region runs as it is written: an element that a variable stands for is nowhere,
    /// or there is one group.
    fn start(&self, machine: &mut Machine<'_>, index: usize) -> Run<Option<Start>> {
        let region = &self.compiled.plan.regions[index];
        let text = &self.compiled.regions[index];
        let outermost = match text.is_driven {
            true => progression(machine, region.nest[0].id)?,
            false => None,
        };
        let mut planned = machine.clone();
        planned.function = &self.compiled.function;
        let scalars = scalars(&mut planned, region, text)?;
        let Some(homes) = homes(&mut planned, region)? else {
            return Ok(None);
        };
        let before = values(&mut planned, region)?;
        let expected = if text.is_grouped() {
            let Some(groups) = Groups::of(&planned, region).filter(|of| of.count() > 1) else {
                return Ok(None);
            };
            groups.fold(&planned, region, &before)
        } else {
            let sums = canonical::sums(&planned, region, &before);
            let arrays = Vec::new();
            sums.map(|sums| Partial { sums, arrays })
        };
        Ok(Some(Start {
            outermost,
            scalars,
            homes,
            before,
            expected,
        }))
    }

    fn run(&self, machine: &Machine<'_>, index: usize, start: &Start) -> Run<(Outcome, End)> {
        let region = &self.compiled.plan.regions[index];
        let first = match folds_together(region) {
            true => canonical::identities(&region.accumulators),
            false => start.before.clone(),
        };
        let mut bits: Vec<u64> = first.iter().map(|value| value.bits()).collect();
        let elements = region.arrays.iter();
        let elements = elements.map(|of| array(machine, of.var).map(Elements::of));
        let mut elements = elements.collect::<Run<Vec<_>>>()?;
        let views = region.arrays.iter().zip(&mut elements);
        let views = views.map(|(of, elements)| elements.view(&machine.arrays[&of.var]));
        let mut views: Vec<_> = views.collect();
        let arrays = region.arrays.iter().zip(&mut views);
        let arrays: Vec<_> = arrays.map(|(of, view)| view.captured(of.writes)).collect();
        let sizes = region.accumulators.iter().map(|of| of.ty.bytes() as usize);
        SIZES.set(sizes.collect());
        let Known {
            region: known,
            code,
        } = self.known[index];
        let outcome = self.session.run(
            known,
            start.outermost,
            &code,
            &arrays,
            &start.scalars,
            &mut bits,
        );
        let sums = region.accumulators.iter().zip(bits);
        let sums = sums.map(|(of, bits)| Number::from_bits(bits, of.ty));
        let sums = sums.collect();
        Ok((outcome, End { sums, elements }))
    }

    /// The machine has what the region came to, which is compared with the canonical order.
    fn finish(
        &mut self,
        machine: &mut Machine<'_>,
        region: &Region,
        start: Start,
        end: End,
    ) -> Run<()> {
        for (of, elements) in region.arrays.iter().zip(&end.elements) {
            let array = machine.arrays.get_mut(&of.var);
            array.expect("it was there").values = elements.values();
        }
        let sums = match folds_together(region) {
            true => joined(region, &start.before, &end.sums)?,
            false => end.sums,
        };
        if let Some(expected) = &start.expected {
            self.compare_arrays(machine, region, &expected.arrays);
        }
        self.keep(machine, region, &sums, start.expected.map(|of| of.sums));
        put_back(machine, region, &start.homes, &sums);
        Ok(())
    }

    /// What array accumulators came to in groups.
    fn compare_arrays(&mut self, machine: &Machine<'_>, region: &Region, expected: &[Array]) {
        for (of, expected) in region.shared.iter().zip(expected) {
            let values = &machine.arrays[&of.var].values;
            let mut pairs = values.iter().zip(&expected.values);
            if let Some(at) = pairs.position(|(value, wanted)| !value.same(*wanted)) {
                let (value, wanted) = (values[at], expected.values[at]);
                let what = format!("element {at} is {value:?}, not {wanted:?}");
                self.wrong_sum.get_or_insert(what);
            }
        }
    }

    /// What accumulators came to.
    fn keep(
        &mut self,
        machine: &mut Machine<'_>,
        region: &Region,
        sums: &[Number],
        expected: Option<Vec<Number>>,
    ) {
        for (at, (of, &value)) in region.accumulators.iter().zip(sums).enumerate() {
            if of.fold == Fold::Place || region.promoted(of.var).is_some() {
                continue;
            }
            if let Some(expected) = &expected
                && !expected[at].same(value)
            {
                let what = format!("accumulator {at} is {value:?}, not {:?}", expected[at]);
                self.wrong_sum.get_or_insert(what);
            }
            machine.variables.insert(of.var, Value::Number(value));
        }
    }
}

fn array<'m>(machine: &'m Machine<'_>, var: VarId) -> Run<&'m Array> {
    let array = machine.arrays.get(&var);
    array.ok_or(Exit::Unknown("an array that is no parameter"))
}

/// The outermost loop's range; `None` where it cannot be counted.
fn progression(machine: &mut Machine<'_>, id: LoopId) -> Run<Option<Progression>> {
    let node = &machine.function.loops[id];
    let wide = |machine: &mut Machine<'_>, id| -> Run<i128> {
        let value = machine.expr(id)?.number().and_then(Number::wide);
        value.ok_or(Exit::Unknown("a bound that is no integer"))
    };
    let ty = machine.function.vars[node.var].ty.scalar();
    let limits = ty.and_then(|ty| ty.int_range());
    let limits = limits.ok_or(Exit::Unknown("a loop over no integers"))?;
    let (start, end) = (
        wide(machine, node.range.start)?,
        wide(machine, node.range.end)?,
    );
    let mut found = Progression::between(limits, start, end, node.range.inclusive);
    for adapter in &node.range.adapters {
        found = match adapter {
            Adapter::Rev => found.map(Progression::rev),
            Adapter::StepBy(step) => {
                let step = wide(machine, *step)?;
                found.and_then(|found| found.step_by(step))
            }
        };
    }
    Ok(found)
}

/// The bits of captured scalars, and of the guard's invariants.
fn scalars(planned: &mut Machine<'_>, region: &Region, text: &RegionText) -> Run<Vec<u64>> {
    let mut bits = Vec::new();
    for var in &region.scalars {
        let value = planned.variables.get(var).and_then(Value::number);
        bits.push(
            value
                .ok_or(Exit::Unknown("a captured variable without a value"))?
                .bits(),
        );
    }
    // An invariant of the guard's cannot fail.
    planned.debug = false;
    for atom in &text.atoms {
        let value = planned.expr(*atom)?.number();
        bits.push(
            value
                .ok_or(Exit::Unknown("an invariant that is no number"))?
                .bits(),
        );
    }
    Ok(bits)
}

fn values(planned: &mut Machine<'_>, region: &Region) -> Run<Vec<Number>> {
    let mut values = Vec::new();
    for of in &region.accumulators {
        let value = match (region.promoted(of.var), of.fold) {
            (Some(promoted), _) => planned.expr(promoted.start)?.number(),
            (None, Fold::Place) => Some(Number::I64(-1)),
            (None, _) => planned.variables.get(&of.var).and_then(Value::number),
        };
        values.push(value.ok_or(Exit::Unknown("an accumulator without a value"))?);
    }
    Ok(values)
}

/// An element's array and where it is there.
type Home = (VarId, usize);

/// Where the elements are that scalars stand for, which get their values; `None` if one is nowhere.
fn homes(planned: &mut Machine<'_>, region: &Region) -> Run<Option<Vec<Home>>> {
    let mut homes = Vec::new();
    for of in &region.elements {
        let (array, place) = match planned.element(of.access) {
            Err(Exit::Fail(_)) => return Ok(None),
            home => home?,
        };
        let value = planned.arrays[&array].values[place];
        planned.variables.insert(of.var, Value::Number(value));
        homes.push((array, place));
    }
    Ok(Some(homes))
}

/// Accumulators that stand for elements go back there.
fn put_back(machine: &mut Machine<'_>, region: &Region, homes: &[Home], sums: &[Number]) {
    for (of, value) in region.accumulators.iter().zip(sums) {
        let back = region.promoted(of.var).and_then(|promoted| promoted.back);
        let home = region.elements.iter().zip(homes);
        let mut home = home.filter(|(element, _)| Some(element.access) == back);
        if let Some((_, (array, place))) = home.next()
            && let Some(array) = machine.arrays.get_mut(array)
        {
            array.values[*place] = *value;
        }
    }
}
