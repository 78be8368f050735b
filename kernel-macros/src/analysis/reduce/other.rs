//! The second branch of a comparison that decides about an update: values that are equal to the extreme, and
//! those that come next to it.

use super::chain::{Home, Reader};
use super::ranking::Key;
use super::select::{Branch, Comparison, Conditions, Contest, Taken, conjuncts};
use crate::analysis::form::same;
use crate::analysis::plan::Fold;
use crate::ir::{BinaryOp, ExprId, ExprKind, Place, StmtKind, VarId};

/// What a contest does with values that do not replace its leader.
#[derive(Clone, Debug)]
pub struct Other {
    /// The `if`.
    pub at: ExprId,
    /// What it assigns, or adds.
    pub assigned: Vec<(Option<VarId>, ExprId)>,
    pub role: Role,
}

#[derive(Clone, Debug)]
pub enum Role {
    /// Equal values go by further ones: `else if x == best && k < key { key = k; }`.
    Decides,
    /// Equal values are counted, where a new leader starts the count: `else if x == best { count += 1; }`.
    Counts(Vec<Tally>),
    /// The next best is kept, where a new leader leaves it its old value: `else if x > second { second = x; }`.
    Follows(Follower),
}

/// A variable that equal values add to.
#[derive(Clone, Copy, Debug)]
pub struct Tally {
    pub var: VarId,
    /// The node that adds; of a compound assignment there is none.
    pub sum: Option<ExprId>,
    pub operand: ExprId,
}

/// A variable that keeps the next best value.
#[derive(Clone, Copy, Debug)]
pub struct Follower {
    pub var: VarId,
    /// Values equal to the leader's are no candidates.
    pub apart: bool,
    /// They have to be less than the leader (or greater than the least): nothing is, of one that starts as a NaN,
    /// though every lane has a leader of its own.
    pub below: bool,
    /// Where it takes over what the leader had.
    pub takes: ExprId,
}

impl Other {
    fn tallies(&self) -> Vec<VarId> {
        match &self.role {
            Role::Counts(tallies) => tallies.iter().map(|tally| tally.var).collect(),
            _ => Vec::new(),
        }
    }

    fn follower(&self) -> Option<Follower> {
        match self.role {
            Role::Follows(follower) => Some(follower),
            _ => None,
        }
    }

    /// It changes what belongs to the leader, so that the iteration is the one that gave it.
    pub fn leads(&self) -> bool {
        matches!(self.role, Role::Decides)
    }
}

impl Contest {
    /// The variables that equal values add to.
    pub fn tallies(&self) -> Vec<VarId> {
        self.other.as_ref().map_or_else(Vec::new, Other::tallies)
    }

    /// What keeps the next best value.
    pub fn follower(&self) -> Option<Follower> {
        self.other.as_ref().and_then(Other::follower)
    }
}

impl Reader<'_> {
    /// The comparison that two branches make, and what the second one does.
    pub fn with_other(
        &self,
        branch: Branch,
        other: Branch,
        taken: &[Taken],
    ) -> Option<(Comparison, Other)> {
        let decides = self.deciding(branch, other, taken);
        let counts = || self.counting(branch, other, taken);
        let follows = || self.following(branch, other, taken);
        decides.or_else(counts).or_else(follows)
    }

    /// A second branch for equal leaders assigns all that the first one does but for the leader. Of floats, it
    /// could leave another zero there than a lane.
    fn deciding(
        &self,
        branch: Branch,
        other: Branch,
        taken: &[Taken],
    ) -> Option<(Comparison, Other)> {
        let keys = self.in_turn(branch.cond, other.cond)?;
        let leader = self.target(keys[0].old)?;
        let of_ints = self.is_int(leader);
        let mut second = Vec::new();
        self.taken(other.then, &mut second)?;
        let assigned: Vec<_> = second.iter().map(Taken::assigned).collect();
        let pairs = |taken: &[Taken]| {
            let pairs = taken.iter().filter_map(|stmt| {
                let (var, value) = stmt.assigned();
                Some((var?, self.initial(taken, value)))
            });
            let mut pairs: Vec<_> = pairs.filter(|(var, _)| *var != leader).collect();
            pairs.sort_by_key(|(var, _)| *var);
            pairs
        };
        let (first, second) = (pairs(taken), pairs(&second));
        let mut both = first.iter().zip(&second);
        let alike = both.all(|(a, b)| a.0 == b.0 && same(self.function, a.1, b.1));
        let leader_stays = assigned.iter().all(|(var, _)| *var != Some(leader));
        let still = assigned.iter().all(|(_, value)| self.is_still(*value));
        let fits = first.len() == second.len() && alike && leader_stays && still;
        let conditions = Conditions::default();
        let comparison = Comparison { keys, conditions };
        let other = Other {
            at: other.at,
            assigned,
            role: Role::Decides,
        };
        (of_ints && fits).then_some((comparison, other))
    }

    /// A second branch for equal leaders adds, to integers, what the first one assigns to them.
    fn counting(
        &self,
        branch: Branch,
        other: Branch,
        taken: &[Taken],
    ) -> Option<(Comparison, Other)> {
        let (comparison, key) = self.lone_key(branch.cond)?;
        let ExprKind::Binary(BinaryOp::Eq, left, right) = self.function.exprs[other.cond].kind
        else {
            return None;
        };
        let is = |id, other| same(self.function, id, other);
        let equal = is(left, key.old) && is(right, key.compared)
            || is(right, key.old) && is(left, key.compared);
        let tallies = self.tallies(other)?;
        let starts = tallies.iter().all(|tally| {
            let mut taken_here = taken.iter().map(Taken::assigned);
            let start = taken_here.find(|(var, _)| *var == Some(tally.var));
            let start = start.map(|(_, value)| self.initial(taken, value));
            start.is_some_and(|start| is(start, tally.operand)) && self.is_int(tally.var)
        });
        let assigned = tallies.iter().map(|tally| (Some(tally.var), tally.operand));
        let other = Other {
            at: other.at,
            assigned: assigned.collect(),
            role: Role::Counts(tallies),
        };
        (equal && starts).then_some((comparison, other))
    }

    /// The variables that a branch adds to, which does nothing else.
    fn tallies(&self, branch: Branch) -> Option<Vec<Tally>> {
        let stmts = branch.then.stmts.iter();
        let tallies = stmts.map(|stmt| {
            let StmtKind::Assign {
                target: Place::Var(var),
                op,
                value,
            } = stmt.kind
            else {
                return None;
            };
            let tally = match op {
                Some(BinaryOp::Add) => Tally {
                    var,
                    sum: None,
                    operand: value,
                },
                None => self.sum(var, value)?,
                Some(_) => return None,
            };
            let still = self.targets.contains(&var) && self.is_still(tally.operand);
            still.then_some(tally)
        });
        tallies.collect()
    }

    /// `count = count + 1`
    fn sum(&self, var: VarId, value: ExprId) -> Option<Tally> {
        let chain = self.chain(Home::Var(var), value)?;
        match (chain.fold, &chain.nodes[..], &chain.operands[..]) {
            (Fold::Add, [node], [operand]) if chain.op == "+" => Some(Tally {
                var,
                sum: Some(*node),
                operand: *operand,
            }),
            _ => None,
        }
    }

    /// A first branch leaves a variable what the leader had, and a second one compares the value with that
    /// variable.
    fn following(
        &self,
        branch: Branch,
        other: Branch,
        taken: &[Taken],
    ) -> Option<(Comparison, Other)> {
        let (comparison, key) = self.lone_key(branch.cond)?;
        let leader = self.target(key.old)?;
        let (var, takes) = self.taken_over(leader, taken)?;
        let apart = match conjuncts(self.function, other.cond)[..] {
            [mine] => self.is_next(mine, var, &key).then_some(None),
            [a, b] if self.is_next(a, var, &key) => self.apart(b, &key).map(Some),
            [a, b] if self.is_next(b, var, &key) => self.apart(a, &key).map(Some),
            _ => None,
        };
        let mut second = Vec::new();
        self.taken(other.then, &mut second)?;
        let [Taken::Assigns(assigned, value)] = second[..] else {
            return None;
        };
        let fits = assigned == var && same(self.function, value, key.compared);
        let apart = apart.filter(|_| fits)?;
        let other = Other {
            at: other.at,
            assigned: vec![(Some(var), value)],
            role: Role::Follows(Follower {
                var,
                apart: apart.is_some(),
                below: apart == Some(true),
                takes,
            }),
        };
        Some((comparison, other))
    }

    /// The variable that gets the leader's value before the leader gets another, and where that value stands.
    fn taken_over(&self, leader: VarId, taken: &[Taken]) -> Option<(VarId, ExprId)> {
        let is_leader = |id: ExprId| self.target(id) == Some(leader);
        let read = |id: ExprId| self.initial(taken, id);
        let reads = taken.iter().position(|stmt| is_leader(stmt.assigned().1))?;
        let replaced = |stmt: &Taken| stmt.assigned().0 == Some(leader);
        let before = reads < taken.iter().position(replaced)?;
        let takes = taken[reads].assigned().1;
        let mut assigned = taken.iter().map(Taken::assigned);
        let (var, _) = assigned.find(|(var, value)| var.is_some() && read(*value) == takes)?;
        Some((var?, takes)).filter(|_| before)
    }

    /// `x > second`, as `x > best`.
    fn is_next(&self, id: ExprId, var: VarId, key: &Key) -> bool {
        let next = self.lone_key(id);
        next.is_some_and(|(_, next)| {
            let alike = same(self.function, next.compared, key.compared);
            self.target(next.old) == Some(var) && next.least == key.least && alike
        })
    }

    /// `x != best`, or `x < best` where that is `x > best`, which is the second answer.
    fn apart(&self, id: ExprId, key: &Key) -> Option<bool> {
        let ExprKind::Binary(op, left, right) = self.function.exprs[id].kind else {
            return None;
        };
        let is = |left, right| {
            same(self.function, left, key.compared) && same(self.function, right, key.old)
        };
        let (worse, better) = match key.least {
            true => (BinaryOp::Gt, BinaryOp::Lt),
            false => (BinaryOp::Lt, BinaryOp::Gt),
        };
        let either = is(left, right) || is(right, left);
        let below = op == worse && is(left, right) || op == better && is(right, left);
        (below || op == BinaryOp::Ne && either).then_some(below)
    }

    /// A comparison of one value that decides by itself, strictly.
    fn lone_key(&self, cond: ExprId) -> Option<(Comparison, Key)> {
        let comparison = self.comparison(cond)?;
        let [key] = comparison.keys[..] else {
            return None;
        };
        let alone = comparison.conditions.all().is_empty() && !key.last;
        alone.then_some((comparison, key))
    }

    pub fn is_int(&self, var: VarId) -> bool {
        let ty = self.function.vars[var].ty.scalar();
        ty.is_some_and(|ty| ty.is_int())
    }
}
