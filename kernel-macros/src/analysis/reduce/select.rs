//! Comparisons that decide about an update: `if x > m { m = x; }`, alone or with companions.

use super::chain::{Home, Reader};
use super::other::Other;
use super::ranking::Key;
use crate::analysis::form::same;
use crate::analysis::plan::Fold;
use crate::ir::names::WRITTEN;
use crate::ir::{Block, ExprId, ExprKind, Function, Pat, Place, Scalar, StmtKind, Ty, VarId, walk};

/// An `if` that keeps the larger or smaller of two values.
#[derive(Clone, Debug)]
pub struct Selection {
    pub at: ExprId,
    pub home: Home,
    pub value: ExprId,
    /// How the values combine: an extreme of numbers, or what of bools is the same.
    pub fold: Fold,
    pub conditions: Conditions,
    /// It stands as the value of an assignment, not as a statement.
    pub as_value: bool,
}

/// `if x < best { best = x; at = i; }`: the value compared decides about several variables.
#[derive(Clone, Debug)]
pub struct Contest {
    /// The `if`.
    pub at: ExprId,
    pub leader: VarId,
    /// What is compared with the leader, and replaces it; behind it what decides where that is equal.
    pub keys: Vec<Key>,
    pub conditions: Conditions,
    /// The branch's statements in order: what is assigned (nothing for a `let`), and the value.
    pub assigned: Vec<(Option<VarId>, ExprId)>,
    /// A second branch, behind an `else` or before it.
    pub other: Option<Other>,
}

impl Contest {
    /// Of equal values the later one wins.
    pub fn last(&self) -> bool {
        self.keys.last().is_some_and(|key| key.last)
    }

    /// The variables that it decides about.
    pub fn members(&self) -> Vec<VarId> {
        self.assigned.iter().filter_map(|(var, _)| *var).collect()
    }
}

/// What else has to hold for a comparison to decide: the operands of `&&` around it.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    pub before: Vec<ExprId>,
    pub after: Vec<ExprId>,
}

impl Conditions {
    pub fn all(&self) -> Vec<ExprId> {
        [self.before.as_slice(), &self.after].concat()
    }
}

/// The comparison of an accumulator's old value with something else, or of several with theirs.
pub struct Comparison {
    pub keys: Vec<Key>,
    pub conditions: Conditions,
}

/// An `if` whose branch has no value.
#[derive(Clone, Copy)]
pub struct Branch<'a> {
    pub at: ExprId,
    pub cond: ExprId,
    pub then: &'a Block,
}

/// How the reduction is called that a selection is.
pub fn operator(fold: Fold) -> &'static str {
    match fold {
        Fold::MinIf => "min",
        Fold::And => "&&",
        Fold::Or => "||",
        _ => "max",
    }
}

/// The reduction that keeps the lesser or the greater value. Of two bools that is whether both hold, or any.
fn kept(least: bool, of_bools: bool) -> Fold {
    match (least, of_bools) {
        (true, false) => Fold::MinIf,
        (false, false) => Fold::MaxIf,
        (true, true) => Fold::And,
        (false, true) => Fold::Or,
    }
}

/// The operands of `&&`, from left to right.
pub fn conjuncts(function: &Function, cond: ExprId) -> Vec<ExprId> {
    match function.exprs[cond].kind {
        ExprKind::Logic {
            and: true,
            left,
            right,
        } => {
            let mut all = conjuncts(function, left);
            all.extend(conjuncts(function, right));
            all
        }
        _ => vec![cond],
    }
}

/// A statement of a contest's branch.
pub enum Taken {
    Assigns(VarId, ExprId),
    Binds(VarId, ExprId),
}

impl Taken {
    /// What is assigned (nothing for a `let`), and the value.
    pub fn assigned(&self) -> (Option<VarId>, ExprId) {
        match *self {
            Taken::Assigns(var, value) => (Some(var), value),
            Taken::Binds(_, init) => (None, init),
        }
    }
}

impl Reader<'_> {
    /// The one comparison with an accumulator among the operands of `&&`.
    pub fn comparison(&self, cond: ExprId) -> Option<Comparison> {
        let mut operands = conjuncts(self.function, cond);
        let mentioning = |id: &ExprId| self.mentions_target(*id);
        let position = operands.iter().position(mentioning)?;
        let after = operands.split_off(position + 1);
        let compare = operands.pop()?;
        let conditions = Conditions {
            before: operands,
            after,
        };
        let keys = self.ranking(compare)?;
        // What is assigned after the comparison is what was compared.
        let still = conditions.after.iter().all(|after| self.is_still(*after));
        still.then_some(Comparison { keys, conditions })
    }

    /// Whether an expression changes nothing: the blocks in it only bind.
    pub fn is_still(&self, id: ExprId) -> bool {
        let binds = |block: &Block| {
            let mut stmts = block.stmts.iter();
            stmts.all(|stmt| matches!(stmt.kind, StmtKind::Let { .. }))
        };
        let mut still = true;
        walk::below(self.function, id, &mut |at| {
            still &= match &self.function.exprs[at].kind {
                ExprKind::Block(block) => binds(block),
                ExprKind::If {
                    then, otherwise, ..
                } => binds(then) && otherwise.iter().all(binds),
                _ => true,
            };
        });
        still
    }

    /// The variable from outside that an expression is.
    pub fn target(&self, id: ExprId) -> Option<VarId> {
        match self.function.exprs[id].kind {
            ExprKind::Var(var) if self.targets.contains(&var) => Some(var),
            _ => None,
        }
    }

    /// The selection that a comparison makes of `value`. The operand of the comparison stands for
    /// both: every iteration evaluates it, and it is what fails first.
    fn selected(&self, at: ExprId, cond: ExprId, home: Home, value: ExprId) -> Option<Selection> {
        let comparison = self.comparison(cond)?;
        let [key] = comparison.keys[..] else {
            return None;
        };
        let same = same(self.function, key.compared, value);
        let of_bools = self.is_bool(key.compared);
        (same && self.is_old(key.old, home)).then_some(Selection {
            at,
            home,
            value: key.compared,
            fold: kept(key.least, of_bools),
            conditions: comparison.conditions,
            as_value: false,
        })
    }

    fn is_bool(&self, id: ExprId) -> bool {
        self.function.exprs[id].ty == Ty::Scalar(Scalar::Bool)
    }

    /// `if x > m { m = x; }`
    pub fn selection(&self, id: ExprId) -> Option<Selection> {
        self.selection_of(self.lone_branch(id)?)
    }

    pub fn selection_of(&self, branch: Branch) -> Option<Selection> {
        let [stmt] = branch.then.stmts.as_slice() else {
            return None;
        };
        let StmtKind::Assign {
            target,
            op: None,
            value,
        } = &stmt.kind
        else {
            return None;
        };
        self.selected(branch.at, branch.cond, self.home(target)?, *value)
    }

    /// The accumulator that an assignment's target is.
    pub fn home(&self, target: &Place) -> Option<Home> {
        let home = match target {
            Place::Var(var) => Home::Var(*var),
            Place::Element(access) => Home::Element(self.function.accesses[*access].array, *access),
            Place::LocalElement { .. } | Place::Field { .. } => return None,
        };
        self.targets.contains(&home.var()).then_some(home)
    }

    /// `if x > m { x } else { m }`
    pub fn selection_value(&self, home: Home, id: ExprId) -> Option<Selection> {
        let ExprKind::If {
            cond,
            then,
            otherwise: Some(otherwise),
        } = &self.function.exprs[id].kind
        else {
            return None;
        };
        let (new, old) = (only_value(then)?, only_value(otherwise)?);
        let selection = self.selected(id, *cond, home, new)?;
        let as_value = true;
        self.is_old(old, home).then_some(Selection {
            as_value,
            ..selection
        })
    }

    /// `if x < best { best = x; at = i; }`; `None` if it is something else.
    pub fn contest(&self, id: ExprId) -> Option<Contest> {
        let (first, other) = self.branches(id)?;
        let Some(other) = other else {
            return self.contest_of(first, None);
        };
        let in_order = self.contest_of(first, Some(other));
        in_order.or_else(|| self.contest_of(other, Some(first)))
    }

    /// The contest that a branch is, with another one for what loses it.
    pub fn contest_of(&self, branch: Branch, other: Option<Branch>) -> Option<Contest> {
        let mut taken = Vec::new();
        self.taken(branch.then, &mut taken)?;
        let assigned: Vec<_> = taken.iter().map(Taken::assigned).collect();
        let (comparison, other) = match other {
            None => (self.comparison(branch.cond)?, None),
            Some(other) => {
                let (comparison, other) = self.with_other(branch, other, &taken)?;
                (comparison, Some(other))
            }
        };
        let mut members: Vec<VarId> = assigned.iter().filter_map(|(var, _)| *var).collect();
        let count = members.len();
        members.sort();
        members.dedup();
        let mut keys = comparison.keys.iter();
        let led = keys.all(|key| self.replaces(key, &taken));
        let leader = self.target(comparison.keys[0].old)?;
        // The driver takes a tuple apart, of which rustc would have to know the type where a chain's begins.
        let of_chain = self.function.vars[leader].ident.to_string();
        if comparison.keys.len() > 1 && of_chain.starts_with(WRITTEN) {
            return None;
        }
        let still = assigned.iter().all(|(_, value)| self.is_still(*value));
        (led && still && count > 1 && members.len() == count).then_some(Contest {
            at: branch.at,
            leader,
            keys: comparison.keys,
            conditions: comparison.conditions,
            assigned,
            other,
        })
    }

    /// Whether a branch assigns what was compared to the variable that it was compared with. Bools have no
    /// places.
    fn replaces(&self, key: &Key, taken: &[Taken]) -> bool {
        let Some(var) = self.target(key.old).filter(|_| !self.is_bool(key.compared)) else {
            return false;
        };
        taken.iter().any(|stmt| {
            let (assigned, value) = stmt.assigned();
            let value = self.initial(taken, value);
            assigned == Some(var) && same(self.function, key.compared, value)
        })
    }

    /// The statements of a contest's branch, all of which assign to variables from outside or bind
    /// with `let`.
    pub fn taken(&self, block: &Block, out: &mut Vec<Taken>) -> Option<()> {
        for stmt in &block.stmts {
            match &stmt.kind {
                StmtKind::Assign {
                    target: Place::Var(var),
                    op: None,
                    value,
                } if self.targets.contains(var) => out.push(Taken::Assigns(*var, *value)),
                StmtKind::Let {
                    pat: Pat::Var(var),
                    init: Some(init),
                } => out.push(Taken::Binds(*var, *init)),
                // `(a, b) = (x, y);` is a block.
                StmtKind::Expr(id) => match &self.function.exprs[*id].kind {
                    ExprKind::Block(inner) if inner.value.is_none() => self.taken(inner, out)?,
                    _ => return None,
                },
                _ => return None,
            }
        }
        Some(())
    }

    /// What a name or a part of a tuple stands for that the branch binds.
    pub fn initial(&self, taken: &[Taken], value: ExprId) -> ExprId {
        let bound = |var: VarId| {
            taken.iter().find_map(|stmt| match stmt {
                Taken::Binds(name, init) if *name == var => Some(*init),
                _ => None,
            })
        };
        match self.function.exprs[value].kind {
            ExprKind::Var(var) => bound(var).unwrap_or(value),
            ExprKind::Field(base, index) => {
                let ExprKind::Tuple(parts) = &self.function.exprs[self.initial(taken, base)].kind
                else {
                    return value;
                };
                parts[index as usize]
            }
            _ => value,
        }
    }

    /// An `if` whose branch has no value, and the one that is all that stands behind its `else`.
    pub fn branches(&self, id: ExprId) -> Option<(Branch<'_>, Option<Branch<'_>>)> {
        let ExprKind::If {
            cond,
            then,
            otherwise,
        } = &self.function.exprs[id].kind
        else {
            return None;
        };
        let other = match otherwise {
            Some(block) => Some(self.lone_branch(lone(block)?)?),
            None => None,
        };
        let cond = *cond;
        let first = Branch { at: id, cond, then };
        then.value.is_none().then_some((first, other))
    }

    /// An `if` without `else` whose branch has no value.
    fn lone_branch(&self, at: ExprId) -> Option<Branch<'_>> {
        match &self.function.exprs[at].kind {
            ExprKind::If {
                cond,
                then,
                otherwise: None,
            } if then.value.is_none() => {
                let cond = *cond;
                Some(Branch { at, cond, then })
            }
            _ => None,
        }
    }
}

/// A block that is nothing but a value.
fn only_value(block: &Block) -> Option<ExprId> {
    block.value.filter(|_| block.stmts.is_empty())
}

/// The expression that a block is, as a value or as a statement.
fn lone(block: &Block) -> Option<ExprId> {
    match (&block.stmts[..], block.value) {
        ([], value) => value,
        ([stmt], None) => match stmt.kind {
            StmtKind::Expr(id) => Some(id),
            _ => None,
        },
        _ => None,
    }
}
