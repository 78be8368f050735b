//! Reductions (design: reductions): which variables from outside the iterations, and which arrays'
//! elements, combine, with which operator, and what stands in the way where they do not.
//!
//! [`updates`] walks the body and reads every assignment, with [`chain`] for updates written as
//! expressions and [`select`] for comparisons that decide about an update. Here and in
//! [`extreme`] each variable's updates are judged together; [`rewrite`] brings the body into the
//! form that the back ends print.

mod chain;
mod ends;
mod extreme;
mod other;
mod ranking;
mod rewrite;
mod select;
#[cfg(test)]
mod tests;
mod updates;

use super::plan::{Accumulator, Extreme, Fold, Reason, SharedArray};
use super::texts;
use crate::ir::{Block, ExprId, Function, Span, VarId};
use crate::tables::HashSet;

use ends::Ends;
pub use ranking::bound;
pub use rewrite::apply;
pub use select::conjuncts;
use select::{Contest, Selection};

/// The reductions of a candidate.
#[derive(Debug, Default)]
pub struct ReducePlan {
    pub accumulators: Vec<Accumulator>,
    pub shared: Vec<SharedArray>,
    pub extremes: Vec<Extreme>,
    /// Of each two, the first has to start no greater than the second; twice the same one, as a number.
    pub ordered: Vec<(VarId, VarId)>,
    pub reasons: Vec<Reason>,
    /// Nodes whose overflow wraps because they combine.
    pub combining: HashSet<ExprId>,
    /// Right-hand sides of compound assignments that combine.
    pub compounds: HashSet<ExprId>,
    pub lazy: Vec<Lazy>,
    pub rewrites: Rewrites,
}

/// What the body needs before the back ends see it.
#[derive(Debug, Default)]
pub struct Rewrites {
    /// `if x > m { m = x }` and kin, and what they are.
    pub selections: Vec<Selection>,
    /// Where an iteration's number is to be kept.
    pub contests: Vec<Contest>,
    /// What is taken apart first.
    pub ends: Vec<Ends>,
}

impl Rewrites {
    pub fn is_empty(&self) -> bool {
        self.selections.is_empty() && self.contests.is_empty() && self.ends.is_empty()
    }
}

/// An operand that serial may not evaluate where a lane does, because whether it is reached
/// depends on an accumulator.
#[derive(Debug)]
pub struct Lazy {
    /// The accumulator.
    pub var: VarId,
    pub operand: ExprId,
    /// What to do if it can fail.
    pub help: String,
}

/// One assignment to a variable from outside.
struct Update {
    var: VarId,
    span: Span,
    kind: UpdateKind,
    /// How many mentions were found before it.
    after: usize,
}

enum UpdateKind {
    Fold(Fold, &'static str),
    /// An operator that is no reduction.
    Other(&'static str),
    /// A method that rounds off at the ends of a signed type.
    Saturating(&'static str),
    /// Some other function of the old value.
    Recurrence,
    /// The variable gets a value that has nothing to do with its old one.
    Overwrite,
    /// It takes over what another accumulator had.
    Keeps(VarId),
    /// An element or a field of it is assigned.
    Part,
    /// A contest decides, the one with this number.
    Contest(usize),
}

/// What the walk over a body found.
struct Found {
    updates: Vec<Update>,
    /// Mentions of accumulators outside their updates.
    reads: Vec<Read>,
}

/// A mention of an accumulator.
struct Read {
    var: VarId,
    span: Span,
    /// It is compared with something.
    compared: bool,
}

impl Found {
    fn of(&self, var: VarId) -> Vec<&Update> {
        let mine = self.updates.iter();
        mine.filter(|update| update.var == var).collect()
    }

    /// Where an iteration reads what the one before it has left.
    fn read_first(&self, var: VarId) -> Option<&Read> {
        let first = self.updates.iter().find(|update| update.var == var)?;
        let mut before = self.reads[..first.after].iter();
        before.find(|read| read.var == var)
    }

    fn read(&self, var: VarId) -> Option<Span> {
        let mut reads = self.reads.iter();
        reads.find(|read| read.var == var).map(|read| read.span)
    }

    /// Whether a variable keeps the greatest or the least of something.
    fn keeps_an_extreme(&self, var: VarId) -> bool {
        let extremes = [Fold::Min, Fold::Max, Fold::MinIf, Fold::MaxIf];
        let mut updates = self.updates.iter().filter(|update| update.var == var);
        updates.any(|update| match &update.kind {
            UpdateKind::Contest(_) => true,
            UpdateKind::Fold(fold, _) => extremes.contains(fold),
            _ => self.read_first(var).is_some_and(|read| read.compared),
        })
    }
}

/// Classifies every assignment to the variables in `assigned` and to elements of the arrays in
/// `shared`, which several iterations update.
pub fn plan(
    function: &Function,
    body: &Block,
    assigned: &[(VarId, Span)],
    shared: &[VarId],
) -> ReducePlan {
    let mut scalars: Vec<VarId> = Vec::new();
    for (var, _) in assigned {
        if !scalars.contains(var) {
            scalars.push(*var);
        }
    }
    let targets = [scalars.as_slice(), shared].concat();
    let (found, mut out) = updates::find(function, body, &targets);
    for var in shared {
        match judge(function, *var, &found) {
            Ok(Accumulator { var, ty, fold }) => out.shared.push(SharedArray { var, ty, fold }),
            Err(reason) => out.reasons.push(*reason),
        }
    }
    for var in &scalars {
        let mine = found.of(*var);
        let contested = |update: &&Update| matches!(update.kind, UpdateKind::Contest(_));
        if mine.iter().any(contested) {
            continue;
        }
        match judge(function, *var, &found) {
            Ok(accumulator) => out.accumulators.push(accumulator),
            Err(reason) => out.reasons.push(*reason),
        }
    }
    extreme::judge(function, &found, &mut out);
    out
}

/// Those of `arrays` into which the body combines something by an operator, well or not.
pub fn combined(function: &Function, body: &Block, arrays: &[VarId]) -> Vec<VarId> {
    let (found, _) = updates::find(function, body, arrays);
    let combines = |update: &&Update| {
        !matches!(
            update.kind,
            UpdateKind::Overwrite
                | UpdateKind::Keeps(_)
                | UpdateKind::Recurrence
                | UpdateKind::Part
        )
    };
    let combined = |var: &VarId| found.of(*var).iter().any(combines);
    arrays.iter().copied().filter(combined).collect()
}

/// Why a variable is no accumulator.
fn reason(
    span: Span,
    message: String,
    help: String,
    second: Option<(String, Span)>,
) -> Box<Reason> {
    Box::new(Reason {
        message,
        span,
        help: Some(help),
        second,
    })
}

/// One variable's updates and its first read besides them.
fn judge(function: &Function, var: VarId, found: &Found) -> Result<Accumulator, Box<Reason>> {
    let (updates, read) = (found.of(var), found.read(var));
    let name = function.vars[var].ident.to_string();
    let Some(first) = updates.first() else {
        unreachable!("a variable that is assigned has an assignment");
    };
    let ty = &function.vars[var].ty;
    let element = ty.view().map(|view| view.elem);
    let Some(ty) = ty.scalar().or(element) else {
        let (message, help) = (texts::unknown_type(&name), texts::annotate(&name));
        return Err(reason(first.span, message, help, None));
    };
    let mut fold: Option<(Fold, &str, Span)> = None;
    let overwritten = |update: &&&Update| matches!(update.kind, UpdateKind::Overwrite);
    if let Some(update) = updates.iter().find(overwritten)
        && function.vars[var].is_complex_part()
    {
        let (message, help) = (texts::complex_value(&name), texts::last_value_help(&name));
        return Err(reason(update.span, message, help, None));
    }
    if function.vars[var].is_option_part() {
        let (message, help) = (texts::option_value(&name), texts::option_value_help(&name));
        return Err(reason(first.span, message, help, None));
    }
    for update in updates {
        if element.is_none()
            && let Some(reason) = carried(function, update, found)
        {
            return Err(reason);
        }
        if let UpdateKind::Keeps(best) = update.kind {
            let best = function.vars[best].ident.to_string();
            let message = texts::takes_over(&name, &best);
            let help = texts::SECOND_BEST_HELP.to_string();
            return Err(reason(update.span, message, help, None));
        }
        let (new, op) = operator(&name, update, element.is_some())?;
        match fold {
            Some((old, old_op, at)) if old != new => {
                let (message, second) = texts::mixed_operators(&name, old_op, op);
                let second = Some((second, update.span));
                let help = match element {
                    Some(_) => texts::mixed_elements_help(&name),
                    None => texts::mixed_help(&name),
                };
                return Err(reason(at, message, help, second));
            }
            _ => fold = Some((new, op, update.span)),
        }
    }
    let (fold, op, at) = fold.expect("at least one update");
    if let Some(read) = read {
        let (message, second) = match fold {
            _ if element.is_some() => texts::reads_shared(&name, op),
            Fold::Add => texts::prefix_sum(&name),
            _ => texts::reads_accumulator(&name, op),
        };
        let help = match fold {
            Fold::Add if ty.is_int() && element.is_none() => texts::counter_help(&name),
            _ => texts::NO_REDUCTION_HELP.to_string(),
        };
        return Err(reason(at, message, help, Some((second, read))));
    }
    let fold = fold.of(ty);
    Ok(Accumulator { var, ty, fold })
}

/// Why a value is carried that an update leaves to the next iteration, if it does.
fn carried(function: &Function, update: &Update, found: &Found) -> Option<Box<Reason>> {
    let read = match update.kind {
        UpdateKind::Overwrite => found.read_first(update.var)?,
        UpdateKind::Keeps(best) if !found.keeps_an_extreme(best) => {
            let first = found.read_first(update.var);
            first.or_else(|| found.read_first(best))?
        }
        _ => return None,
    };
    let name = function.vars[update.var].ident.to_string();
    let (message, second) = texts::carried(&name);
    let help = match read.compared {
        true => texts::carried_extreme_help(&name),
        false => texts::carried_help(&name),
    };
    Some(reason(
        update.span,
        message,
        help,
        Some((second, read.span)),
    ))
}

/// The operator of an update that combines.
fn operator(
    name: &str,
    update: &Update,
    element: bool,
) -> Result<(Fold, &'static str), Box<Reason>> {
    let (message, help) = match update.kind {
        UpdateKind::Fold(fold, op) => return Ok((fold, op)),
        UpdateKind::Other(op) => (
            texts::no_reduction(name, op),
            texts::NO_REDUCTION_HELP.to_string(),
        ),
        UpdateKind::Saturating(op) => (
            texts::saturating(name, op),
            texts::SATURATING_HELP.to_string(),
        ),
        UpdateKind::Recurrence | UpdateKind::Overwrite if element => (
            texts::assigned_elements(name),
            texts::ASSIGNED_ELEMENTS_HELP.to_string(),
        ),
        UpdateKind::Recurrence => (
            texts::recurrence(name),
            texts::NO_REDUCTION_HELP.to_string(),
        ),
        UpdateKind::Overwrite => (texts::last_value(name), texts::last_value_help(name)),
        UpdateKind::Part => (texts::not_a_loop_value(name), texts::last_value_help(name)),
        UpdateKind::Keeps(_) | UpdateKind::Contest(_) => {
            unreachable!("contests are judged by themselves")
        }
    };
    Err(reason(update.span, message, help, None))
}
