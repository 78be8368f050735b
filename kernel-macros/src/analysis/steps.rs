//! The steps of minima and maxima of floats whose lanes take turns.
//!
//! A lane there starts at an infinity that loses to every number, and a NaN does not enter it. So a step
//! need not ask whether the lane holds one, and where no value is `-0`, it is one comparison.

#[cfg(test)]
mod tests;

use super::plan::{Fold, Region};
use super::zeros::Zeros;
use crate::ir::{Block, Builtin, ExprId, ExprKind, Function, Place, StmtKind, VarId, walk};
use crate::tables::{HashMap, HashSet};

/// An operation that combines an accumulator, or what was combined into it, with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Position of the value among the operands.
    pub value: usize,
    /// Nothing that is combined into the accumulator is ever `-0`.
    pub unsigned: bool,
}

/// The steps of a region.
pub fn of(function: &Function, region: &Region) -> HashMap<ExprId, Step> {
    let extremes = [Fold::Min, Fold::Max, Fold::MinIf, Fold::MaxIf];
    let accumulators = region.accumulators.iter();
    let accumulators = accumulators.filter(|of| of.ty.is_float() && extremes.contains(&of.fold));
    let mut finder = Finder {
        function,
        accumulators: accumulators.map(|of| of.var).collect(),
        found: HashMap::default(),
    };
    if finder.accumulators.is_empty() {
        return HashMap::default();
    }
    let mut nodes = Vec::new();
    walk::expressions(function, &region.body, &mut |id| nodes.push(id));
    // Operands before what is made of them.
    nodes.iter().rev().for_each(|id| finder.node(*id));
    let signed = finder.signed(&region.body);
    let steps = finder.found.into_iter();
    let step = |(id, (accumulator, value)): (ExprId, (VarId, usize))| {
        let unsigned = !signed.contains(&accumulator);
        (id, Step { value, unsigned })
    };
    steps.map(step).collect()
}

struct Finder<'a> {
    function: &'a Function,
    accumulators: HashSet<VarId>,
    /// The accumulator of each step, and the position of its value.
    found: HashMap<ExprId, (VarId, usize)>,
}

impl Finder<'_> {
    fn node(&mut self, id: ExprId) {
        let builtins = [Builtin::Min, Builtin::Max, Builtin::MinIf, Builtin::MaxIf];
        let ExprKind::Call(builtin, args) = &self.function.exprs[id].kind else {
            return;
        };
        if !builtins.contains(builtin) {
            return;
        }
        let mut old = args.iter().enumerate();
        let step = old.find_map(|(at, arg)| Some((self.accumulator(*arg)?, 1 - at)));
        self.found.extend(step.map(|step| (id, step)));
    }

    /// The accumulator that an expression is, with or without some steps.
    fn accumulator(&self, id: ExprId) -> Option<VarId> {
        match &self.function.exprs[id].kind {
            ExprKind::Var(var) => self.accumulators.get(var).copied(),
            _ => self.found.get(&id).map(|(accumulator, _)| *accumulator),
        }
    }

    /// Accumulators that may come to hold `-0`.
    fn signed(&self, body: &Block) -> HashSet<VarId> {
        let zeros = Zeros::of(self.function, body);
        let mut signed = HashSet::default();
        for (id, (accumulator, value)) in &self.found {
            let ExprKind::Call(_, args) = &self.function.exprs[*id].kind else {
                unreachable!("steps are calls");
            };
            if !zeros.none_is_negative(args[*value]) {
                signed.insert(*accumulator);
            }
        }
        walk::statements(self.function, body, &mut |stmt| {
            if let StmtKind::Assign {
                target: Place::Var(var),
                value,
                ..
            } = &stmt.kind
                && !self.combines(*value, *var)
            {
                signed.insert(*var);
            }
        });
        signed
    }

    /// Whether a value is an accumulator's after steps, on whichever way.
    fn combines(&self, id: ExprId, accumulator: VarId) -> bool {
        let value = |block: &Block| {
            let value = block.value;
            value.is_some_and(|value| self.combines(value, accumulator))
        };
        match &self.function.exprs[id].kind {
            ExprKind::If {
                then,
                otherwise: Some(otherwise),
                ..
            } => value(then) && value(otherwise),
            ExprKind::Block(block) => value(block),
            _ => self.accumulator(id) == Some(accumulator),
        }
    }
}
