//! Runs loops of the IR by hand: as serial Rust would, or as a region's plan says.

use super::random::mixed;
use super::value::{self, Int, Outcome, Value};
use crate::analysis::plan::{Bounds, Interior, Region, Simpler, SiteKey};
use crate::ir::{
    AccessId, Adapter, BinaryOp, Block, ExprId, ExprKind, Function, LoopId, Pat, Place, Range,
    Scalar, Stmt, StmtKind, Ty, UnaryOp, VarId,
};
use crate::tables::{HashMap, HashSet};

/// Longer loops are not run.
const LONGEST: i128 = 64;

/// What the driver hands to a region.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub lens: HashMap<(VarId, u32), i128>,
    pub scalars: HashMap<VarId, Value>,
    /// Makes the elements of arrays.
    pub seed: u64,
    /// What iterations combine into: that wraps, in all builds.
    pub combined: HashSet<VarId>,
}

/// One element of an array.
pub type Element = (VarId, Vec<i128>);

/// An element was read or written.
#[derive(Clone, Debug)]
pub struct Touch {
    pub element: Element,
    pub writes: bool,
}

/// How to run.
#[derive(Clone, Copy)]
pub enum Mode<'a> {
    /// As rustc compiles it.
    Serial,
    /// On past every failure, to see what there is.
    Survey,
    /// Without the checks that the plan leaves out; `relaxed` if its further conditions hold.
    Region { region: &'a Region, relaxed: bool },
}

/// Why control does not go on to the next statement.
pub enum Exit {
    Break(u32),
    Continue(u32),
    /// It panics here.
    Fail(SiteKey),
    /// The plan has no check where there has to be one.
    Unsound(String),
    /// Too long, or beyond this judge.
    Unknown,
}

type Run<T> = Result<T, Exit>;

pub struct Machine<'a> {
    pub function: &'a Function,
    pub world: &'a World,
    pub mode: Mode<'a>,
    /// Whether the build has debug assertions.
    pub debug: bool,
    pub env: HashMap<VarId, Value>,
    pub memory: HashMap<Element, Value>,
    pub touches: Vec<Touch>,
    /// The interior, in its iterations.
    pub inside: Option<&'a Interior>,
    /// What accesses that strips keep the values of have written in the iteration.
    pub kept: HashMap<AccessId, Value>,
    /// What a survey saw.
    pub failed: bool,
    pub wrapped: bool,
    /// Statements that may still run.
    pub fuel: u32,
}

impl<'a> Machine<'a> {
    pub fn new(function: &'a Function, world: &'a World, mode: Mode<'a>, debug: bool) -> Self {
        Machine {
            function,
            world,
            mode,
            debug,
            env: HashMap::default(),
            memory: HashMap::default(),
            touches: Vec::new(),
            inside: None,
            kept: HashMap::default(),
            failed: false,
            wrapped: false,
            fuel: 50_000,
        }
    }

    pub fn len(&self, array: VarId, dim: u32) -> i128 {
        self.world.lens[&(array, dim)]
    }

    pub fn variable(&self, var: VarId) -> Option<Value> {
        self.env.get(&var).or(self.world.scalars.get(&var)).cloned()
    }

    /// An invariant as the guard has it: nothing in it fails.
    pub fn invariant(&mut self, id: ExprId) -> Option<Value> {
        let debug = std::mem::replace(&mut self.debug, false);
        let value = self.expr(id).ok();
        self.debug = debug;
        value
    }

    /// A whole loop, in source order.
    pub fn for_loop(&mut self, id: LoopId) -> Run<()> {
        let node = &self.function.loops[id];
        let values = self.range(&node.range, node.var)?;
        for value in values {
            self.env.insert(node.var, value);
            if self.pass(&node.body)? {
                break;
            }
        }
        Ok(())
    }

    /// The values of a loop's variable, in order.
    pub fn range(&mut self, range: &Range, var: VarId) -> Run<Vec<Value>> {
        let ty = self.function.vars[var].ty.scalar().ok_or(Exit::Unknown)?;
        let (start, end) = (self.int(range.start)?, self.int(range.end)?);
        self.wrapped |= start.wrapped || end.wrapped;
        let (start, end) = (start.value, end.value);
        let last = if range.inclusive { end } else { end - 1 };
        if last - start >= LONGEST {
            return Err(Exit::Unknown);
        }
        let mut values: Vec<i128> = (start..=last).collect();
        for adapter in &range.adapters {
            match adapter {
                Adapter::Rev => values.reverse(),
                Adapter::StepBy(step) => match self.int(*step)?.value {
                    0 => return Err(Exit::Fail(SiteKey::Expr(*step))),
                    step => {
                        let step = usize::try_from(step).map_err(|_| Exit::Unknown)?;
                        values = values.into_iter().step_by(step).collect();
                    }
                },
            }
        }
        Ok(values
            .into_iter()
            .map(|value| Value::Int(Int::of(ty, value)))
            .collect())
    }

    /// One pass of a loop's body; whether it was the last.
    fn pass(&mut self, body: &Block) -> Run<bool> {
        match self.block(body) {
            Ok(_) | Err(Exit::Continue(0)) => Ok(false),
            Err(Exit::Break(0)) => Ok(true),
            Err(Exit::Break(depth)) => Err(Exit::Break(depth - 1)),
            Err(Exit::Continue(depth)) => Err(Exit::Continue(depth - 1)),
            Err(exit) => Err(exit),
        }
    }

    pub fn block(&mut self, block: &Block) -> Run<Value> {
        for stmt in &block.stmts {
            self.stmt(stmt)?;
        }
        block
            .value
            .map_or(Ok(Value::Unit), |value| self.expr(value))
    }

    fn stmt(&mut self, stmt: &Stmt) -> Run<()> {
        self.fuel = self.fuel.checked_sub(1).ok_or(Exit::Unknown)?;
        match &stmt.kind {
            StmtKind::Let { pat, init } => {
                if let Some(init) = init {
                    let value = self.expr(*init)?;
                    self.bind(pat, value);
                }
            }
            StmtKind::Assign { target, op, value } => self.assign(target, *op, *value)?,
            StmtKind::Expr(id) => _ = self.expr(*id)?,
            StmtKind::For(id) => self.for_loop(*id)?,
            StmtKind::While { cond, body } => {
                while self.truth(*cond)? && !self.pass(body)? {
                    self.fuel = self.fuel.checked_sub(1).ok_or(Exit::Unknown)?;
                }
            }
            StmtKind::Loop { body } => {
                while !self.pass(body)? {
                    self.fuel = self.fuel.checked_sub(1).ok_or(Exit::Unknown)?;
                }
            }
            StmtKind::Break { depth } => return Err(Exit::Break(*depth)),
            StmtKind::Continue { depth } => return Err(Exit::Continue(*depth)),
            StmtKind::Assert { cond, .. } => {
                if !self.truth(*cond)? {
                    return self.fails(SiteKey::Expr(*cond));
                }
            }
            StmtKind::Return(_) | StmtKind::Opaque(_) => return Err(Exit::Unknown),
        }
        Ok(())
    }

    fn bind(&mut self, pat: &Pat, value: Value) {
        match (pat, value) {
            (Pat::Var(var), value) => _ = self.env.insert(*var, value),
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
        match target {
            Place::Var(var) => {
                let new = match op {
                    Some(op) => {
                        let old = self.variable(*var).ok_or(Exit::Unknown)?;
                        let combines = self.accumulates(*var);
                        self.operate(op, old, right, SiteKey::Compound(value), combines)?
                    }
                    None => right,
                };
                self.env.insert(*var, new);
            }
            Place::Element(access) => {
                let Some(element) = self.element(*access)? else {
                    return Ok(());
                };
                let new = match op {
                    Some(op) => {
                        let old = self.load(element.clone())?;
                        self.operate(op, old, right, SiteKey::Compound(value), false)?
                    }
                    None => right,
                };
                self.touches.push(Touch {
                    element: element.clone(),
                    writes: true,
                });
                self.kept.insert(*access, new.clone());
                self.memory.insert(element, new);
            }
            Place::LocalElement { .. } | Place::Field { .. } => return Err(Exit::Unknown),
        }
        Ok(())
    }

    /// The element that an access means; `None` where a survey steps over one that is not there.
    pub fn element(&mut self, id: AccessId) -> Run<Option<Element>> {
        let function = self.function;
        let access = &function.accesses[id];
        let mut index = Vec::new();
        for part in &access.index {
            let int = self.int(*part)?;
            self.wrapped |= int.wrapped;
            index.push(int.value);
        }
        let outside = (0..)
            .zip(&index)
            .any(|(dim, at)| *at >= self.len(access.array, dim));
        if !outside {
            return Ok(Some((access.array, index)));
        }
        self.failed = true;
        match self.mode {
            Mode::Survey => Ok(None),
            Mode::Serial => Err(Exit::Fail(SiteKey::Access(id))),
            Mode::Region { region, relaxed } => match region.bounds.get(&id) {
                Some(Bounds::Checked) => self.fails(SiteKey::Access(id)),
                Some(Bounds::Relaxed) if !relaxed => self.fails(SiteKey::Access(id)),
                bounds => Err(Exit::Unsound(format!(
                    "{:?} access {id:?} at {index:?} is out of bounds",
                    bounds
                ))),
            },
        }
    }

    pub fn load(&mut self, element: Element) -> Run<Value> {
        self.touches.push(Touch {
            element: element.clone(),
            writes: false,
        });
        if let Some(value) = self.memory.get(&element) {
            return Ok(value.clone());
        }
        self.initial(&element)
    }

    /// What a strip has from an iteration's trip is what memory holds.
    fn holds_kept(&self, access: AccessId, value: &Value) -> Run<()> {
        let Mode::Region { region, .. } = self.mode else {
            return Ok(());
        };
        let all = region.strips.iter().flat_map(|strips| &strips.written);
        let mut kept = all.filter(|of| of.reads.contains(&access));
        let kept = kept.next().map(|of| self.kept.get(&of.access));
        match kept {
            Some(kept) if !kept.is_some_and(|kept| kept.same(value)) => Err(Exit::Unsound(
                format!("{access:?} reads {value:?}, not {kept:?}"),
            )),
            _ => Ok(()),
        }
    }

    /// What an element holds before anybody writes it.
    fn initial(&self, (array, index): &Element) -> Run<Value> {
        let view = self.function.vars[*array].ty.view().ok_or(Exit::Unknown)?;
        let mut hash = mixed(self.world.seed ^ array.index() as u64);
        for at in index {
            hash = mixed(hash ^ *at as u64);
        }
        Ok(element_value(view.elem, hash))
    }

    /// A failure at a site: in a region, one that the plan has.
    fn fails<T>(&self, key: SiteKey) -> Run<T> {
        match self.mode {
            Mode::Region {
                region,
                relaxed: true,
            } if matches!(key, SiteKey::Expr(id) if region.relaxed_nodes.contains(&id)) => {
                Err(Exit::Unsound(format!("{key:?} fails in the fast form")))
            }
            Mode::Region { region, .. } if !region.site_of.contains_key(&key) => {
                Err(Exit::Unsound(format!("{key:?} fails, and is no site")))
            }
            _ => Err(Exit::Fail(key)),
        }
    }

    fn int(&mut self, id: ExprId) -> Run<Int> {
        self.expr(id)?.int().ok_or(Exit::Unknown)
    }

    fn truth(&mut self, id: ExprId) -> Run<bool> {
        self.expr(id)?.truth().ok_or(Exit::Unknown)
    }

    pub fn expr(&mut self, id: ExprId) -> Run<Value> {
        let value = self.plain(id)?;
        let simpler = self.inside.and_then(|of| of.simpler.get(&id));
        if let Some(simpler) = simpler {
            let simple = self.simply(id, *simpler)?;
            if format!("{simple:?}") != format!("{value:?}") {
                let text = format!("{id:?} is {value:?}, not {simple:?} as {simpler:?}");
                return Err(Exit::Unsound(text));
            }
        }
        Ok(value)
    }

    /// An operation in its simpler form.
    fn simply(&mut self, id: ExprId, simpler: Simpler) -> Run<Value> {
        let (left, right) = match &self.function.exprs[id].kind {
            ExprKind::Binary(_, left, right) => (*left, *right),
            ExprKind::Call(_, args) => (args[0], args[1]),
            _ => return Err(Exit::Unknown),
        };
        let (left, right) = (self.int(left)?, self.int(right)?);
        let int = match simpler {
            Simpler::Truth(truth) => return Ok(Value::Bool(truth)),
            Simpler::Operand(0) => left.value,
            Simpler::Operand(_) => right.value,
            Simpler::Less(times) => left.value - times * right.value,
        };
        Ok(Value::Int(Int::of(left.ty, value::wrap(int, left.ty))))
    }

    fn plain(&mut self, id: ExprId) -> Run<Value> {
        let function = self.function;
        let node = &function.exprs[id];
        let scalar = || node.ty.scalar().ok_or(Exit::Unknown);
        Ok(match &node.kind {
            ExprKind::Int(value, _) => {
                let value = i128::try_from(*value).map_err(|_| Exit::Unknown)?;
                Value::Int(Int::of(scalar()?, value::wrap(value, scalar()?)))
            }
            ExprKind::Float(text, _) => Value::Float(text.parse().map_err(|_| Exit::Unknown)?),
            ExprKind::Bool(value) => Value::Bool(*value),
            ExprKind::Var(var) => self.variable(*var).ok_or(Exit::Unknown)?,
            ExprKind::Unary(op, inner) => self.unary(id, *op, *inner)?,
            ExprKind::Binary(op, left, right) => {
                let combines = self.is_accumulator(*left) || self.is_accumulator(*right);
                let (left, right) = (self.expr(*left)?, self.expr(*right)?);
                self.operate(*op, left, right, SiteKey::Expr(id), combines)?
            }
            ExprKind::Logic { and, left, right } => {
                let left = self.truth(*left)?;
                Value::Bool(if left == *and {
                    self.truth(*right)?
                } else {
                    left
                })
            }
            ExprKind::Cast(inner, to) => match self.expr(*inner)? {
                Value::Int(int) if to.is_int() => Value::Int(int.cast(*to)),
                Value::Int(int) if to.is_float() => Value::Float(int.value as f64),
                _ => return Err(Exit::Unknown),
            },
            ExprKind::Load(access) => match self.element(*access)? {
                Some(element) => {
                    let value = self.load(element)?;
                    self.holds_kept(*access, &value)?;
                    value
                }
                None => element_value(scalar()?, 0),
            },
            ExprKind::Len { array, dim } => {
                Value::Int(Int::of(Scalar::Usize, self.len(*array, *dim)))
            }
            ExprKind::Call(builtin, args) if args.len() == 2 => {
                let (left, right) = (self.int(args[0])?, self.int(args[1])?);
                let value = value::builtin(*builtin, left, right);
                Value::Int(value.ok_or(Exit::Unknown)?)
            }
            ExprKind::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.expr(*part));
                Value::Tuple(parts.collect::<Run<_>>()?)
            }
            ExprKind::Field(base, index) => match self.expr(*base)? {
                Value::Tuple(parts) => parts[*index as usize].clone(),
                _ => return Err(Exit::Unknown),
            },
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => {
                if self.truth(*cond)? {
                    self.block(then)?
                } else if let Some(otherwise) = otherwise {
                    self.block(otherwise)?
                } else {
                    Value::Unit
                }
            }
            ExprKind::Block(block) => self.block(block)?,
            _ => return Err(Exit::Unknown),
        })
    }

    fn unary(&mut self, id: ExprId, op: UnaryOp, inner: ExprId) -> Run<Value> {
        let literal = matches!(self.function.exprs[inner].kind, ExprKind::Int(..));
        match (op, self.expr(inner)?) {
            (UnaryOp::Neg, Value::Int(int)) if literal => {
                Ok(Value::Int(Int::of(int.ty, value::wrap(-int.value, int.ty))))
            }
            (UnaryOp::Neg, Value::Int(int)) => self.settle(int.negated(), SiteKey::Expr(id), false),
            (UnaryOp::Neg, Value::Float(value)) => Ok(Value::Float(-value)),
            (UnaryOp::Not, Value::Bool(value)) => Ok(Value::Bool(!value)),
            _ => Err(Exit::Unknown),
        }
    }

    fn operate(
        &mut self,
        op: BinaryOp,
        left: Value,
        right: Value,
        key: SiteKey,
        combines: bool,
    ) -> Run<Value> {
        if op.is_comparison() {
            let wrapped = |side: &Value| side.int().is_some_and(|int| int.wrapped);
            self.wrapped |= wrapped(&left) || wrapped(&right);
            let truth = value::compare(op, &left, &right);
            return truth.map(Value::Bool).ok_or(Exit::Unknown);
        }
        match (left, right) {
            (Value::Int(left), Value::Int(right)) => {
                self.settle(left.arithmetic(op, right), key, combines)
            }
            (Value::Float(left), Value::Float(right)) => Ok(Value::Float(match op {
                BinaryOp::Add => left + right,
                BinaryOp::Sub => left - right,
                BinaryOp::Mul => left * right,
                BinaryOp::Div => left / right,
                _ => return Err(Exit::Unknown),
            })),
            (Value::Bool(left), Value::Bool(right)) => Ok(Value::Bool(match op {
                BinaryOp::And => left & right,
                BinaryOp::Or => left | right,
                BinaryOp::Xor => left ^ right,
                _ => return Err(Exit::Unknown),
            })),
            _ => Err(Exit::Unknown),
        }
    }

    /// An accumulator's running value wraps in every build.
    fn settle(&mut self, outcome: Outcome, key: SiteKey, combines: bool) -> Run<Value> {
        match outcome {
            Outcome::Value(int) => Ok(Value::Int(int)),
            Outcome::Overflow(int) if !self.debug || combines => Ok(Value::Int(int)),
            Outcome::Overflow(int) if matches!(self.mode, Mode::Survey) => {
                self.failed = true;
                Ok(Value::Int(int))
            }
            Outcome::Overflow(_) | Outcome::Fails => {
                self.failed = true;
                self.fails(key)
            }
            Outcome::Unknown => Err(Exit::Unknown),
        }
    }

    fn is_accumulator(&self, id: ExprId) -> bool {
        match &self.function.exprs[id].kind {
            ExprKind::Var(var) => self.accumulates(*var),
            ExprKind::Binary(_, left, right) => {
                self.is_accumulator(*left) || self.is_accumulator(*right)
            }
            _ => false,
        }
    }

    fn accumulates(&self, var: VarId) -> bool {
        self.world.combined.contains(&var)
    }
}

/// An element's value out of a hash: small, so that it can be an index.
fn element_value(ty: Scalar, hash: u64) -> Value {
    match ty {
        Scalar::Bool => Value::Bool(hash & 1 == 1),
        ty if ty.is_float() => Value::Float((hash % 9) as f64 * 0.25),
        ty => Value::Int(Int::of(ty, i128::from(hash % 9))),
    }
}

/// A value for a variable that the driver has; `None` for what this judge has no word for.
pub fn scalar_value(ty: &Ty, small: u64, number: i128) -> Option<Value> {
    let ty = ty.scalar()?;
    Some(match ty {
        ty if ty.is_int() => Value::Int(Int::of(ty, value::wrap(number, ty))),
        ty => element_value(ty, small),
    })
}
