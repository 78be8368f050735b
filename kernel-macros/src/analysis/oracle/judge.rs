//! One program: the plan's promises against what happens.

use super::guard::{Extents, Guard};
use super::machine::{Element, Exit, Machine, Mode, World, scalar_value};
use super::random::Random;
use super::value::{Int, Value, builtin};
use crate::analysis::plan::{
    Accumulator, Combine, Fold, Identity, Interior, Region, SiteKey, WideAdapter,
};
use crate::analysis::tests::analysed;
use crate::ir::{BinaryOp, ExprId, ExprKind, Function, LoopId, Scalar, VarId, walk};
use crate::tables::{HashMap, HashSet};

/// What a run of the judge has seen.
#[derive(Debug, Default)]
pub struct Tally {
    pub accepted: u64,
    pub refused: u64,
    /// Samples whose guard held, and where it did not.
    pub ran: u64,
    pub declined: u64,
    /// Those that ran with accumulators in the place of elements.
    pub stood: u64,
    /// Samples in which an iteration failed.
    pub failed: u64,
    /// Samples that were too long to run.
    pub skipped: u64,
}

const SAMPLES: usize = 12;

/// The program under several choices of values, in builds with and without debug assertions.
pub fn judge(source: &str, random: &mut Random, tally: &mut Tally) -> Result<(), String> {
    let (planned, plan, _) = analysed(source);
    let serial = typed(source);
    if plan.regions.is_empty() {
        tally.refused += 1;
        return Ok(());
    }
    tally.accepted += 1;
    let known = |region: &&Region| is_known(&serial, region);
    for region in plan.regions.iter().filter(known) {
        for _ in 0..SAMPLES {
            let trial = Trial {
                serial: &serial,
                planned: &planned,
                region,
                world: World {
                    combined: region.accumulators.iter().map(|of| of.var).collect(),
                    ..world(&serial, random)
                },
                debug: random.percent(50),
            };
            trial.run(random, tally).map_err(|fault| {
                let scalars: Vec<_> = serial
                    .vars
                    .iter()
                    .filter(|(id, _)| trial.world.scalars.contains_key(id))
                    .map(|(id, var)| format!("{} = {:?}", var.ident, trial.world.scalars[&id]))
                    .collect();
                let lens = &trial.world.lens;
                let debug = trial.debug;
                format!("{fault}\n{scalars:#?}\nlengths {lens:?}, debug {debug}")
            })?;
        }
    }
    Ok(())
}

/// This judge keeps neither iteration numbers, by which extremes and their companions fold, nor copies of
/// arrays, nor the order of sums, but for those that stand for elements.
fn is_known(serial: &Function, region: &Region) -> bool {
    let known = |of: &Accumulator| match region.promoted(of.var) {
        Some(_) => of.fold == Fold::Add,
        None => !of.ty.is_float() && !matches!(of.fold, Fold::Companion | Fold::Place),
    };
    let plain = region.shared.is_empty() && region.promoted.iter().all(|of| of.back.is_some());
    plain && !has_bound_ranges(serial, region) && region.accumulators.iter().all(known)
}

/// Whether a loop that was inside another has a range of what is bound in that one, where the world has any
/// value for it.
fn has_bound_ranges(serial: &Function, region: &Region) -> bool {
    let Some(outer) = region.in_order else {
        return false;
    };
    let bound = |id: ExprId| {
        let mut bound = false;
        walk::below(serial, id, &mut |id| {
            if let ExprKind::Var(var) = serial.exprs[id].kind {
                bound |= serial.encloses(outer, serial.vars[var].home);
            }
        });
        bound
    };
    region.nest.iter().any(|node| {
        let mut parts = serial.loops[node.id].range.exprs();
        parts.any(bound)
    })
}

/// The function before analysis rewrites its reductions. Handles are the same.
fn typed(source: &str) -> Function {
    let item = syn::parse_str(source).expect("it parsed before");
    let mut sink = crate::diagnostics::Sink::default();
    let mut function = crate::parse::function(&item, &mut sink);
    crate::infer::infer(&mut function);
    crate::lower::lower(&mut function);
    function
}

/// Values for everything that the driver has.
fn world(function: &Function, random: &mut Random) -> World {
    let mut world = World {
        seed: random.next(),
        ..World::default()
    };
    for (id, var) in function.vars.iter() {
        if let Some(view) = var.ty.view() {
            for dim in 0..view.rank {
                let fixed = var.ident == "b" && dim == 1 && is_nested(function, id);
                let len = if fixed { 4 } else { length(view.rank, random) };
                world.lens.insert((id, dim), len);
            }
        } else if let Some(value) = scalar_value(&var.ty, random.next(), number(random)) {
            world.scalars.insert(id, value);
        }
    }
    world
}

/// Whether an array's rows are fixed arrays.
fn is_nested(function: &Function, array: VarId) -> bool {
    let view = function.vars[array].ty.view();
    view.is_some_and(|view| view.rank == 2 && view.kind == crate::ir::types::ViewKind::Slice)
}

fn length(rank: u32, random: &mut Random) -> i128 {
    match random.below(10) {
        0 if rank == 1 => 1 << 60,
        0 => 1 << 20,
        1 => 300,
        _ => random.below(40) as i128,
    }
}

/// Mostly small; else where something wraps.
fn number(random: &mut Random) -> i128 {
    const EDGES: [i128; 14] = [
        -1,
        -3,
        127,
        128,
        255,
        256,
        (1 << 31) - 1,
        1 << 31,
        (1 << 32) - 1,
        1 << 32,
        (1 << 63) - 1,
        1 << 63,
        (1 << 64) - 1,
        1 << 62,
    ];
    match random.below(12) {
        0 | 1 => EDGES[random.below(EDGES.len())],
        2 => EDGES[random.below(EDGES.len())] - random.below(5) as i128,
        _ => random.below(9) as i128,
    }
}

/// One choice of values for one region.
struct Trial<'a> {
    serial: &'a Function,
    planned: &'a Function,
    region: &'a Region,
    world: World,
    debug: bool,
}

/// An element for which an accumulator stands, and what it holds before the region.
struct Standing {
    var: VarId,
    element: Element,
    start: Value,
}

/// The parallel loops: each one's values in order.
type Space = Vec<Vec<Value>>;

impl Trial<'_> {
    /// The outermost of the loops in the source.
    fn outermost(&self) -> LoopId {
        self.region.in_order.unwrap_or(self.region.nest[0].id)
    }

    fn run(&self, random: &mut Random, tally: &mut Tally) -> Result<(), String> {
        let mut serial = Machine::new(self.serial, &self.world, Mode::Serial, self.debug);
        let outcome = serial.for_loop(self.outermost());
        if matches!(outcome, Err(Exit::Unknown)) {
            tally.skipped += 1;
            return Ok(());
        }
        let failure = match outcome {
            Err(Exit::Fail(key)) => Some(key),
            _ => None,
        };
        let Some(space) = self.space()? else {
            tally.declined += 1;
            return Ok(());
        };
        if space.iter().any(Vec::is_empty) {
            return Ok(());
        }
        let extents: Extents = space.iter().map(|values| extent(values)).collect();
        if !self.guard(&extents)? {
            tally.declined += 1;
            return Ok(());
        }
        let Some(standing) = self.standing() else {
            tally.declined += 1;
            return Ok(());
        };
        tally.ran += 1;
        tally.stood += u64::from(!standing.is_empty());
        let relaxed = self.machine(Mode::Serial, |machine| {
            Guard {
                machine,
                extents: &extents,
            }
            .all(&self.region.relaxed)
        });
        let interior = self.interior(&extents).filter(|_| relaxed);
        let mut parallel = Parallel::new(self, relaxed, interior, standing);
        parallel.run(&space, random)?;
        if parallel.unknown {
            tally.skipped += 1;
            return Ok(());
        }
        match (failure, parallel.failure) {
            (None, None) => self.compare(&serial, &parallel),
            // The loop then runs as written.
            (_, Some((_, key))) if self.decides_nothing(&key) => {
                tally.declined += 1;
                Ok(())
            }
            // Inside out, another iteration's failure may be the first one here: trips come first.
            (Some(serial), Some((_, key))) if serial == key || self.region.in_order.is_some() => {
                tally.failed += 1;
                Ok(())
            }
            (serial, parallel) => Err(format!("serial fails at {serial:?}, not {parallel:?}")),
        }
    }

    /// The elements for which accumulators stand; `None` if one is not in its array.
    fn standing(&self) -> Option<Vec<Standing>> {
        self.machine(Mode::Serial, |machine| {
            let standing = self.region.promoted.iter().map(|of| {
                let element = machine.element(of.back?).ok()??;
                Some(Standing {
                    var: of.var,
                    start: machine.load(element.clone()).ok()?,
                    element,
                })
            });
            standing.collect()
        })
    }

    /// Whether serial may not come to what fails in a lane.
    fn decides_nothing(&self, key: &SiteKey) -> bool {
        let site = self.region.site_of.get(key);
        site.is_some_and(|site| self.region.undecided.contains(site))
    }

    /// Between which values of the innermost loop's variable the interior lies.
    fn interior(&self, extents: &Extents) -> Option<(i128, i128)> {
        let interior = self.region.interior.as_ref()?;
        self.machine(Mode::Serial, |machine| {
            let mut guard = Guard { machine, extents };
            let given = interior.given.iter().all(|test| guard.holds(test));
            let ends = guard.value(&interior.from).zip(guard.value(&interior.to));
            ends.filter(|_| given)
        })
    }

    fn machine<R>(&self, mode: Mode<'_>, f: impl FnOnce(&mut Machine<'_>) -> R) -> R {
        f(&mut Machine::new(
            self.planned,
            &self.world,
            mode,
            self.debug,
        ))
    }

    /// The parallel loops' values; `None` if the region declines.
    fn space(&self) -> Result<Option<Space>, String> {
        self.machine(Mode::Serial, |machine| {
            let first = &self.region.nest[0];
            let range = &self.planned.loops[first.id].range;
            let Ok(outermost) = machine.range(range, first.var) else {
                return Ok(None);
            };
            if outermost.is_empty() {
                return Ok(Some(vec![outermost]));
            }
            let extents = vec![extent(&outermost)];
            let mut guard = Guard {
                machine,
                extents: &extents,
            };
            if !guard.all(&self.region.space) {
                return Ok(None);
            }
            let mut space = vec![outermost];
            for node in &self.region.nest[1..] {
                let (low, high) = node.ty.int_range().unwrap_or_default();
                let ends = guard.value(&node.start).zip(guard.value(&node.end));
                let Some((start, end)) = ends else {
                    return Ok(None);
                };
                if !(low..=high).contains(&start) || !(low..=high).contains(&end) {
                    return Ok(None);
                }
                let last = if node.inclusive { end } else { end - 1 };
                if last - start > 1000 {
                    return Ok(None);
                }
                let mut values: Vec<i128> = (start..=last).collect();
                for adapter in &node.adapters {
                    match adapter {
                        WideAdapter::Rev => values.reverse(),
                        WideAdapter::StepBy(step) => {
                            let step = guard.value(step).unwrap_or(0);
                            let Some(step) = usize::try_from(step).ok().filter(|step| *step > 0)
                            else {
                                return Ok(None);
                            };
                            values = values.into_iter().step_by(step).collect();
                        }
                    }
                }
                let values = values.into_iter().map(|value| Int::of(node.ty, value));
                space.push(values.map(Value::Int).collect());
            }
            Ok(Some(space))
        })
    }

    /// Whether the guard holds. Where its part about bounds does not, serial must not be well.
    fn guard(&self, extents: &Extents) -> Result<bool, String> {
        // What is to the right of a flag, serial does not come to once the flag is decided.
        let mut accumulators = self.region.accumulators.iter();
        let is_exact = accumulators.all(|of| of.ty != Scalar::Bool);
        let mut holds = true;
        for condition in &self.region.guard {
            let met = self.machine(Mode::Serial, |machine| {
                Guard { machine, extents }.holds(&condition.test)
            });
            holds &= met;
            if !met && is_exact && condition.purpose.ends_with("stays in bounds") && self.is_well()
            {
                return Err(format!("the guard is not exact: {}", condition.purpose));
            }
        }
        Ok(holds)
    }

    /// Whether nothing fails in the loop, and all arithmetic is that of the integers.
    fn is_well(&self) -> bool {
        let mut survey = Machine::new(self.serial, &self.world, Mode::Survey, self.debug);
        let outcome = survey.for_loop(self.outermost());
        outcome.is_ok() && !survey.failed && !survey.wrapped
    }

    fn compare(&self, serial: &Machine, parallel: &Parallel) -> Result<(), String> {
        let memory = &parallel.machine.memory;
        let elements: HashSet<&Element> = serial.memory.keys().chain(memory.keys()).collect();
        for element in elements {
            if parallel.standing.iter().any(|of| of.element == *element) {
                continue;
            }
            let same = match (serial.memory.get(element), memory.get(element)) {
                (Some(left), Some(right)) => left.same(right),
                _ => false,
            };
            if !same {
                let name = &self.serial.vars[element.0].ident;
                return Err(format!("`{name}` differs at {:?}", element.1));
            }
        }
        for of in &self.region.accumulators {
            let standing = parallel.standing_for(of);
            let left = match standing {
                Some(standing) => serial.memory.get(&standing.element).cloned(),
                None => serial.variable(of.var),
            };
            // No iteration may have come to where the source writes the element.
            let left = left.or(standing.map(|standing| standing.start.clone()));
            let right = parallel.total(of);
            let same = left.as_ref().zip(right.as_ref());
            if !same.is_some_and(|(left, right)| left.same(right) || left.is_near(right)) {
                let name = &self.planned.vars[of.var].ident;
                return Err(format!("`{name}` is {right:?}, not {left:?}"));
            }
        }
        Ok(())
    }
}

fn extent(values: &[Value]) -> (i128, i128) {
    let values = values.iter().filter_map(Value::int).map(|int| int.value);
    let low = values.clone().min().unwrap_or(0);
    (low, values.max().unwrap_or(0))
}

/// The iterations of a region, in any order.
struct Parallel<'a> {
    trial: &'a Trial<'a>,
    machine: Machine<'a>,
    /// Partial results of each lane, for each accumulator.
    lanes: Vec<HashMap<VarId, Value>>,
    /// Between which values of the innermost loop's variable the interior lies.
    interior: Option<(i128, i128)>,
    /// The iteration that writes an element, and those that read it.
    writers: HashMap<Element, usize>,
    readers: HashMap<Element, HashSet<usize>>,
    standing: Vec<Standing>,
    /// The earliest failure: iteration and site.
    failure: Option<(usize, SiteKey)>,
    /// An iteration was too long to run: serial, which failed before, did not come to it.
    unknown: bool,
}

impl<'a> Parallel<'a> {
    fn new(
        trial: &'a Trial<'a>,
        relaxed: bool,
        interior: Option<(i128, i128)>,
        standing: Vec<Standing>,
    ) -> Self {
        let mode = Mode::Region {
            region: trial.region,
            relaxed,
        };
        let identities = trial.region.accumulators.iter();
        let identities = identities.map(|of| (of.var, identity(of)));
        Parallel {
            trial,
            machine: Machine::new(trial.planned, &trial.world, mode, trial.debug),
            lanes: vec![identities.collect(); 3],
            interior,
            writers: standing.iter().map(Standing::writer).collect(),
            standing,
            readers: HashMap::default(),
            failure: None,
            unknown: false,
        }
    }

    fn run(&mut self, space: &Space, random: &mut Random) -> Result<(), String> {
        let count = space.iter().map(Vec::len).product();
        let mut order: Vec<usize> = (0..count).collect();
        random.shuffle(&mut order);
        for k in order {
            self.iteration(space, k)?;
        }
        Ok(())
    }

    fn iteration(&mut self, space: &Space, k: usize) -> Result<(), String> {
        let lane = k % self.lanes.len();
        self.machine.env.clone_from(&self.lanes[lane]);
        let mut left = k;
        for (node, values) in self.trial.region.nest.iter().zip(space).rev() {
            let value = values[left % values.len()].clone();
            self.machine.env.insert(node.var, value);
            left /= values.len();
        }
        self.machine.inside = self.inside();
        self.machine.kept.clear();
        match self.machine.block(&self.trial.region.body) {
            Ok(_) | Err(Exit::Continue(0)) => self.keep(lane),
            Err(Exit::Fail(key)) => {
                let earlier = self.failure.is_none_or(|(first, _)| k < first);
                if earlier {
                    self.failure = Some((k, key));
                }
            }
            Err(Exit::Unsound(text)) => return Err(format!("iteration {k}: {text}")),
            Err(Exit::Unknown) => self.unknown = true,
            Err(_) => return Err(format!("iteration {k} leaves the region")),
        }
        self.meet(k)
    }

    /// The interior, if the iteration about to run is one of its.
    fn inside(&self) -> Option<&'a Interior> {
        let region = self.trial.region;
        let value = self.machine.env.get(&region.nest.last()?.var)?.int()?.value;
        let (from, to) = self.interior?;
        let interior = region.interior.as_ref();
        interior.filter(|_| (from..=to).contains(&value))
    }

    fn keep(&mut self, lane: usize) {
        for (var, value) in &mut self.lanes[lane] {
            if let Some(new) = self.machine.env.get(var) {
                *value = new.clone();
            }
        }
    }

    /// Holds what the iteration touched against all others.
    fn meet(&mut self, k: usize) -> Result<(), String> {
        for touch in std::mem::take(&mut self.machine.touches) {
            let element = touch.element;
            let other = self
                .writers
                .get(&element)
                .copied()
                .filter(|other| *other != k);
            let readers = self.readers.entry(element.clone()).or_default();
            let reader = readers.iter().copied().find(|reader| *reader != k);
            let conflict = other.or(reader.filter(|_| touch.writes));
            if let Some(other) = conflict {
                let name = &self.trial.serial.vars[element.0].ident;
                let at = &element.1;
                return Err(format!(
                    "iterations {k} and {other} race for `{name}` at {at:?}"
                ));
            }
            if touch.writes {
                self.writers.insert(element, k);
            } else {
                readers.insert(k);
            }
        }
        Ok(())
    }

    fn standing_for(&self, of: &Accumulator) -> Option<&Standing> {
        self.standing.iter().find(|standing| standing.var == of.var)
    }

    /// All lanes together, and what the variable held before.
    fn total(&self, of: &Accumulator) -> Option<Value> {
        let start = match self.standing_for(of) {
            Some(standing) => standing.start.clone(),
            None => self.trial.world.scalars.get(&of.var)?.clone(),
        };
        self.lanes
            .iter()
            .try_fold(start, |total, lane| combine(of, &total, &lane[&of.var]))
    }
}

impl Standing {
    /// No iteration has the element, but all together.
    fn writer(&self) -> (Element, usize) {
        (self.element.clone(), usize::MAX)
    }
}

fn identity(of: &Accumulator) -> Value {
    match of.fold.identity(of.ty) {
        Identity::Int(value) => Value::Int(Int::of(of.ty, value)),
        Identity::Bool(value) => Value::Bool(value),
        Identity::Float(value) => Value::Float(value),
    }
}

fn combine(of: &Accumulator, left: &Value, right: &Value) -> Option<Value> {
    use super::value::Outcome;
    match (of.fold.combine(), left, right) {
        (Combine::Binary(op), Value::Int(left), Value::Int(right)) => {
            match left.arithmetic(op, *right) {
                Outcome::Value(int) | Outcome::Overflow(int) => Some(Value::Int(int)),
                _ => None,
            }
        }
        (Combine::Binary(BinaryOp::Add), Value::Float(left), Value::Float(right)) => {
            Some(Value::Float(left + right))
        }
        (Combine::Builtin(fold), Value::Int(left), Value::Int(right)) => {
            builtin(fold, *left, *right).map(Value::Int)
        }
        (Combine::Binary(op), Value::Bool(left), Value::Bool(right)) => {
            Some(Value::Bool(match op {
                BinaryOp::And => left & right,
                BinaryOp::Or => left | right,
                _ => left ^ right,
            }))
        }
        _ => None,
    }
}
