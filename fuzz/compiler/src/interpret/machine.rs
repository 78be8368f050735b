//! Statements, loops, and where they fail.

use super::Value;
use super::memory::Array;
use super::number::{Number, Outcome};
use super::outside;
use crate::analysis::plan::{Plan, SiteKey, Verdict};
use crate::ir::{
    AccessId, Adapter, BinaryOp, Block, ExprId, Function, LoopId, Pat, Place, Range, Scalar, Stmt,
    StmtKind, VarId,
};
use std::collections::{HashMap, HashSet};

/// A panic.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub key: SiteKey,
    /// The bits of what the message is about.
    pub args: Vec<u64>,
    /// Number of the iteration, where it is one of a region.
    pub iteration: Option<u64>,
    /// The loops around it: which, its place in them, and how long they are.
    places: Vec<(LoopId, u64, u64)>,
}

/// Why control does not go on to the next statement.
#[derive(Debug)]
pub enum Exit {
    Break(u32),
    Continue(u32),
    Fail(Fault),
    /// Too long, or beyond this interpreter.
    Unknown(&'static str),
}

pub type Run<T> = Result<T, Exit>;

/// What became of a region that somebody else was asked to run.
pub enum Attempt {
    Done,
    /// The loop has to run as written.
    AsWritten,
}

/// Runs regions in the place of the machine.
pub trait Hook {
    /// Runs a region with the machine's variables and arrays.
    ///
    /// # Errors
    ///
    /// An iteration fails.
    fn region(&mut self, machine: &mut Machine<'_>, region: usize) -> Run<Attempt>;
}

/// A kernel that is being run.
#[derive(Clone)]
pub struct Machine<'a> {
    pub function: &'a Function,
    pub plan: &'a Plan,
    /// Whether the build has debug assertions.
    pub debug: bool,
    pub variables: HashMap<VarId, Value>,
    pub arrays: HashMap<VarId, Array>,
    /// Number of the region's iteration, in bodies as the analysis wrote them.
    pub iteration: u64,
    /// Statements that may still run.
    pub fuel: u64,
    places: Vec<(LoopId, u64, u64)>,
    /// Loops that somebody else ran as regions, with those whose iterations are part of theirs.
    ran: HashSet<LoopId>,
}

impl<'a> Machine<'a> {
    pub fn new(function: &'a Function, plan: &'a Plan, debug: bool) -> Machine<'a> {
        Machine {
            function,
            plan,
            debug,
            variables: outside::constants(function).collect(),
            arrays: HashMap::new(),
            iteration: 0,
            fuel: 2_000_000,
            places: Vec::new(),
            ran: HashSet::new(),
        }
    }

    /// Runs the function.
    ///
    /// # Errors
    ///
    /// It panics, or is beyond this interpreter.
    pub fn run(&mut self, hook: &mut Option<&mut dyn Hook>) -> Run<Value> {
        let function = self.function;
        self.block_with(&function.body, hook)
    }

    /// A block without regions.
    ///
    /// # Errors
    ///
    /// Control leaves it.
    pub fn block(&mut self, block: &Block) -> Run<Value> {
        self.block_with(block, &mut None)
    }

    pub(super) fn block_with(
        &mut self,
        block: &Block,
        hook: &mut Option<&mut dyn Hook>,
    ) -> Run<Value> {
        for stmt in &block.stmts {
            self.stmt(stmt, hook)?;
        }
        match block.value {
            Some(value) => self.expr_with(value, hook),
            None => Ok(Value::Unit),
        }
    }

    fn stmt(&mut self, stmt: &Stmt, hook: &mut Option<&mut dyn Hook>) -> Run<()> {
        self.burn()?;
        match &stmt.kind {
            StmtKind::Let { pat, init } => {
                if let Some(init) = init {
                    let value = self.expr(*init)?;
                    self.bind(pat, value);
                }
            }
            StmtKind::Assign { target, op, value } => self.assign(target, *op, *value)?,
            StmtKind::Expr(id) => _ = self.expr_with(*id, hook)?,
            StmtKind::For(id) => self.for_loop(*id, hook)?,
            StmtKind::While { cond, body } => {
                while self.truth(*cond)? && !self.pass(body, hook)? {
                    self.burn()?;
                }
            }
            StmtKind::Loop { body } => {
                while !self.pass(body, hook)? {
                    self.burn()?;
                }
            }
            StmtKind::Break { depth } => return Err(Exit::Break(*depth)),
            StmtKind::Continue { depth } => return Err(Exit::Continue(*depth)),
            StmtKind::Assert {
                cond,
                args,
                debug_only,
                ..
            } => {
                if (self.debug || !debug_only) && !self.truth(*cond)? {
                    let args = args.iter().map(|arg| Ok(self.number(*arg)?.bits()));
                    let args = args.collect::<Run<_>>()?;
                    return self.fails(SiteKey::Expr(*cond), args);
                }
            }
            StmtKind::Return(_) => return Err(Exit::Unknown("a return")),
            StmtKind::Opaque(_) => return Err(Exit::Unknown("a statement outside the subset")),
        }
        Ok(())
    }

    fn burn(&mut self) -> Run<()> {
        self.fuel = self.fuel.checked_sub(1).ok_or(Exit::Unknown("too long"))?;
        Ok(())
    }

    fn for_loop(&mut self, id: LoopId, hook: &mut Option<&mut dyn Hook>) -> Run<()> {
        let region = match self.plan.verdicts[id.index()] {
            Verdict::Region(region) => Some(region),
            _ => None,
        };
        if let Verdict::Fused(first) = self.plan.verdicts[id.index()]
            && self.ran.contains(&first)
        {
            return Ok(());
        }
        self.ran.remove(&id);
        if let (Some(region), Some(hook)) = (region, hook.as_mut())
            && let Attempt::Done = hook.region(self, region)?
        {
            self.ran.insert(id);
            return Ok(());
        }
        // A loop as written holds no regions.
        let none = &mut None;
        let hook = if region.is_some() { none } else { hook };
        let done = self.trips(id, hook);
        match (done, region) {
            (Err(Exit::Fail(fault)), Some(region)) => Err(Exit::Fail(self.numbered(fault, region))),
            (done, _) => done,
        }
    }

    fn trips(&mut self, id: LoopId, hook: &mut Option<&mut dyn Hook>) -> Run<()> {
        let node = &self.function.loops[id];
        let iterates = node.iteration.as_ref();
        if node.opaque.is_some() || iterates.is_some_and(|of| !of.requires.is_empty()) {
            return Err(Exit::Unknown("a loop over an iterator"));
        }
        let values = self.range(&node.range, node.var)?;
        let count = values.len() as u64;
        for (place, value) in (0..).zip(values) {
            self.burn()?;
            self.variables.insert(node.var, Value::Number(value));
            self.places.push((id, place, count));
            let last = self.pass(&node.body, hook);
            self.places.pop();
            if last? {
                break;
            }
        }
        Ok(())
    }

    /// The values of a loop's variable, in order.
    ///
    /// # Errors
    ///
    /// A bound fails, or there are too many.
    pub fn range(&mut self, range: &Range, var: VarId) -> Run<Vec<Number>> {
        let ty = self.scalar(&self.function.vars[var].ty)?;
        let (start, end) = (self.wide(range.start)?, self.wide(range.end)?);
        let last = if range.inclusive { end } else { end - 1 };
        if last - start > 1 << 20 {
            return Err(Exit::Unknown("a long loop"));
        }
        let mut values: Vec<i128> = (start..=last).collect();
        for adapter in &range.adapters {
            match adapter {
                Adapter::Rev => values.reverse(),
                Adapter::StepBy(step) => match self.wide(*step)? {
                    0 => return self.fails(SiteKey::Expr(*step), Vec::new()),
                    step => values = values.into_iter().step_by(step as usize).collect(),
                },
            }
        }
        Ok(values
            .into_iter()
            .map(|value| Number::int(value, ty))
            .collect())
    }

    /// One pass of a loop's body; whether it was the last.
    fn pass(&mut self, body: &Block, hook: &mut Option<&mut dyn Hook>) -> Run<bool> {
        match self.block_with(body, hook) {
            Ok(_) | Err(Exit::Continue(0)) => Ok(false),
            Err(Exit::Break(0)) => Ok(true),
            Err(Exit::Break(depth)) => Err(Exit::Break(depth - 1)),
            Err(Exit::Continue(depth)) => Err(Exit::Continue(depth - 1)),
            Err(exit) => Err(exit),
        }
    }

    fn bind(&mut self, pat: &Pat, value: Value) {
        match (pat, value) {
            (Pat::Var(var), value) => _ = self.variables.insert(*var, value),
            (Pat::Tuple(parts), Value::Tuple(values)) => {
                let parts = parts.iter().zip(values);
                parts.for_each(|(part, value)| self.bind(part, value));
            }
            _ => {}
        }
    }

    /// As in Rust, the value comes before the place.
    fn assign(&mut self, target: &Place, op: Option<BinaryOp>, value: ExprId) -> Run<()> {
        let right = self.expr(value)?;
        if let Place::Element(access) = target {
            let (array, place) = self.element(*access)?;
            let old = self.arrays[&array].values[place];
            let new = self.updated(op, Value::Number(old), right, value)?;
            let new = new
                .number()
                .ok_or(Exit::Unknown("an element that is no number"))?;
            let array = self.arrays.get_mut(&array);
            array.expect("it was there").values[place] = new;
            return Ok(());
        }
        let (base, path) = match target {
            Place::LocalElement { base, index } => (*base, self.local(*base, index)?),
            Place::Field { base, index } => (*base, vec![*index as usize]),
            Place::Var(var) => (*var, Vec::new()),
            Place::Element(_) => unreachable!("handled above"),
        };
        let old = match (op, self.variables.get(&base)) {
            (None, None) => Value::Unit,
            (_, Some(old)) => part(old, &path).clone(),
            (Some(_), None) => return Err(Exit::Unknown("a variable without a value")),
        };
        let new = self.updated(op, old, right, value)?;
        let variable = self.variables.entry(base).or_insert(Value::Unit);
        *part_mut(variable, &path) = new;
        Ok(())
    }

    fn updated(&self, op: Option<BinaryOp>, old: Value, right: Value, at: ExprId) -> Run<Value> {
        let Some(op) = op else { return Ok(right) };
        let (Some(old), Some(right)) = (old.number(), right.number()) else {
            return Err(Exit::Unknown("an update of what is no number"));
        };
        let outcome = old.binary(op, right);
        self.settle(outcome, SiteKey::Compound(at), &[old, right])
    }

    /// Array and place of an element.
    pub fn element(&mut self, id: AccessId) -> Run<(VarId, usize)> {
        let function = self.function;
        let access = &function.accesses[id];
        let mut index = Vec::new();
        for (dim, part) in access.index.iter().enumerate() {
            let at = self.wide(*part)? as usize;
            index.push(at);
            let array = self.arrays.get(&access.array);
            let array = array.ok_or(Exit::Unknown("an array that is no parameter"))?;
            if access.style.is_nested() && at >= array.shape[dim] {
                break;
            }
        }
        match self.arrays[&access.array].place(&index) {
            Some(place) if index.len() == access.index.len() => Ok((access.array, place)),
            _ => {
                let args = index.iter().map(|at| *at as u64).collect();
                self.fails(SiteKey::Access(id), args)
            }
        }
    }

    /// Where an element of a local array is, one index for each array around it.
    pub(super) fn local(&mut self, base: VarId, index: &[ExprId]) -> Run<Vec<usize>> {
        let mut path = Vec::new();
        for id in index {
            let at = self.wide(*id)? as usize;
            let len = match self.variables.get(&base).map(|value| part(value, &path)) {
                Some(Value::Array(parts)) => parts.len(),
                _ => return Err(Exit::Unknown("an index into what is no array")),
            };
            if at >= len {
                return self.fails(SiteKey::LocalIndex(*id), vec![at as u64]);
            }
            path.push(at);
        }
        Ok(path)
    }

    /// The value of an operation, or its panic.
    pub(super) fn settle(
        &self,
        outcome: Option<Outcome>,
        key: SiteKey,
        args: &[Number],
    ) -> Run<Value> {
        let args = || args.iter().map(|arg| arg.bits()).collect();
        match outcome {
            None => Err(Exit::Unknown("an operation without a meaning here")),
            Some(Outcome::Overflow(_)) if self.debug => self.fails(key, args()),
            Some(Outcome::Fails) => self.fails(key, args()),
            Some(Outcome::Value(value) | Outcome::Overflow(value)) => Ok(Value::Number(value)),
        }
    }

    fn fails<T>(&self, key: SiteKey, args: Vec<u64>) -> Run<T> {
        Err(Exit::Fail(Fault {
            key,
            args,
            iteration: None,
            places: self.places.clone(),
        }))
    }

    /// A fault in a region's loop, with its iteration.
    fn numbered(&self, mut fault: Fault, region: usize) -> Fault {
        let region = &self.plan.regions[region];
        let loops = region
            .in_order
            .into_iter()
            .chain(region.nest.iter().map(|node| node.id));
        let mut found = loops.map(|id| fault.places.iter().find(|(of, ..)| *of == id));
        let number = found.try_fold(0, |k, found| {
            found.map(|(_, place, count)| k * count + place)
        });
        fault.iteration = number;
        fault.places.clear();
        fault
    }

    pub(super) fn number(&mut self, id: ExprId) -> Run<Number> {
        let value = self.expr(id)?;
        value.number().ok_or(Exit::Unknown("what is no number"))
    }

    pub(super) fn wide(&mut self, id: ExprId) -> Run<i128> {
        let number = self.number(id)?;
        number.wide().ok_or(Exit::Unknown("what is no integer"))
    }

    pub(super) fn truth(&mut self, id: ExprId) -> Run<bool> {
        let number = self.number(id)?;
        number.truth().ok_or(Exit::Unknown("what is no bool"))
    }

    pub(super) fn scalar(&self, ty: &crate::ir::Ty) -> Run<Scalar> {
        ty.scalar().ok_or(Exit::Unknown("a type that is not known"))
    }
}

impl Fault {
    /// A fault that somebody else found.
    pub fn new(key: SiteKey, args: Vec<u64>, iteration: u64) -> Fault {
        Fault {
            key,
            args,
            iteration: Some(iteration),
            places: Vec::new(),
        }
    }
}

/// A part of a value.
pub(super) fn part<'v>(value: &'v Value, path: &[usize]) -> &'v Value {
    path.iter().fold(value, |value, at| match value {
        Value::Tuple(parts) | Value::Array(parts) => &parts[*at],
        value => value,
    })
}

fn part_mut<'v>(value: &'v mut Value, path: &[usize]) -> &'v mut Value {
    path.iter().fold(value, |value, at| match value {
        Value::Tuple(parts) | Value::Array(parts) => &mut parts[*at],
        value => value,
    })
}
