//! Comparisons in which several values decide, one after the other: `a < x || (a == x && b < y)`, which a
//! comparison of tuples is too.

use super::chain::Reader;
use super::select::conjuncts;
use crate::analysis::form::same;
use crate::ir::{BinaryOp, Block, ExprId, ExprKind, Pat, Stmt, StmtKind, VarId};

/// The comparison of one value with the variable that it would replace.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The old value.
    pub old: ExprId,
    pub compared: ExprId,
    /// The smaller value wins.
    pub least: bool,
    /// So do equal ones.
    pub last: bool,
    /// It is evaluated only where all before it are equal.
    pub lazy: bool,
}

/// What the names of a block around stand for.
type Names = Vec<(VarId, ExprId)>;

impl Reader<'_> {
    /// The comparisons that decide, the most important one first.
    pub fn ranking(&self, id: ExprId) -> Option<Vec<Key>> {
        decided(self.keys(id, &mut Names::new())?)
    }

    /// Those of two comparisons, of which the second one is for values that are equal in the first.
    pub fn in_turn(&self, first: ExprId, rest: ExprId) -> Option<Vec<Key>> {
        decided(self.first_and_rest(first, rest, &mut Names::new())?)
    }

    fn keys(&self, id: ExprId, names: &mut Names) -> Option<Vec<Key>> {
        match &self.function.exprs[id].kind {
            ExprKind::Block(Block {
                stmts,
                value: Some(value),
            }) => {
                let before = names.len();
                for stmt in stmts {
                    names.push(bound(stmt)?);
                }
                let keys = self.keys(*value, names)?;
                // Whatever else it binds may read what is compared with, and fail.
                let is_compared = |init: ExprId| {
                    let mut keys = keys.iter();
                    keys.any(|key| key.old == init || key.compared == init)
                };
                let nothing_else = names[before..].iter().all(|(_, init)| is_compared(*init));
                // One key by itself may have a name as its value, which its branch cannot see.
                (keys.len() > 1 && nothing_else).then_some(keys)
            }
            ExprKind::Logic {
                and: false,
                left,
                right,
            } => {
                let in_order = self.first_and_rest(*left, *right, names);
                in_order.or_else(|| self.first_and_rest(*right, *left, names))
            }
            _ => Some(vec![self.key(id, names)?]),
        }
    }

    /// `first || (equal && rest)`
    fn first_and_rest(&self, first: ExprId, rest: ExprId, names: &mut Names) -> Option<Vec<Key>> {
        let key = self.key(first, names)?;
        let [equal, rest] = conjuncts(self.function, rest)[..] else {
            return None;
        };
        let ExprKind::Binary(BinaryOp::Eq, left, right) = self.function.exprs[equal].kind else {
            return None;
        };
        let is = |id: ExprId, other: ExprId| same(self.function, meant(self, id, names), other);
        let tied = is(left, key.old) && is(right, key.compared)
            || is(right, key.old) && is(left, key.compared);
        if !tied {
            return None;
        }
        let mut keys = vec![key];
        keys.extend(self.keys(rest, names)?);
        Some(keys)
    }

    /// `x < m` and kin, where one side is the accumulator.
    fn key(&self, id: ExprId, names: &Names) -> Option<Key> {
        let ExprKind::Binary(op, written_left, written_right) = self.function.exprs[id].kind else {
            return None;
        };
        let [left, right] = [written_left, written_right].map(|side| meant(self, side, names));
        let (old, compared, less, lazy) =
            match (self.mentions_target(left), self.mentions_target(right)) {
                (false, true) => (right, left, true, left == written_left),
                (true, false) => (left, right, false, right == written_right),
                _ => return None,
            };
        let least = match op {
            BinaryOp::Lt | BinaryOp::Le => less,
            BinaryOp::Gt | BinaryOp::Ge => !less,
            _ => return None,
        };
        Some(Key {
            old,
            compared,
            least,
            last: matches!(op, BinaryOp::Le | BinaryOp::Ge),
            lazy,
        })
    }
}

/// Keys of which those before the last leave it to the next one what equal values do.
fn decided(keys: Vec<Key>) -> Option<Vec<Key>> {
    let (_, before) = keys.split_last()?;
    before.iter().all(|key| !key.last).then_some(keys)
}

/// What a name is bound to by a statement that does nothing else.
pub fn bound(stmt: &Stmt) -> Option<(VarId, ExprId)> {
    match stmt.kind {
        StmtKind::Let {
            pat: Pat::Var(var),
            init: Some(init),
        } => Some((var, init)),
        _ => None,
    }
}

/// What a name of a block around stands for.
fn meant(reader: &Reader, id: ExprId, names: &Names) -> ExprId {
    let ExprKind::Var(var) = reader.function.exprs[id].kind else {
        return id;
    };
    let name = names.iter().find(|(name, _)| *name == var);
    name.map_or(id, |(_, init)| *init)
}
