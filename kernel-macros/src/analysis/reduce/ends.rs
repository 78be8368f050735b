//! The greatest and the least in one chain: `if x > max { max = x; } else if x < min { min = x; }`.
//!
//! Where `min` starts no greater than `max`, neither loop nor lane ever has it otherwise. What is greater than
//! `max` is then not less than `min`, so that the `else` keeps nothing out, and both are extremes of their own.
//! Where they start in another order, a value that raises `max` is kept from `min`: that is for the loop as
//! written.

use super::chain::Reader;
use super::select::{Branch, Contest, Selection};
use crate::analysis::form::same;
use crate::ir::{ExprId, VarId};

/// Two branches, one for each end.
#[derive(Debug)]
pub struct Ends {
    /// The `if`, and the one behind its `else`.
    pub at: ExprId,
    pub behind: ExprId,
    pub updates: [End; 2],
    /// What has to start no greater than the other.
    pub least: VarId,
    pub greatest: VarId,
}

/// What a branch does.
#[derive(Clone, Debug)]
pub enum End {
    Alone(Selection),
    WithOthers(Contest),
}

impl Reader<'_> {
    pub fn ends(&self, id: ExprId) -> Option<Ends> {
        let (first, Some(second)) = self.branches(id)? else {
            return None;
        };
        let [one, other] = [first, second].map(|branch| {
            let comparison = self.comparison(branch.cond)?;
            let [key] = comparison.keys[..] else {
                return None;
            };
            let alone = comparison.conditions.all().is_empty();
            alone.then_some((key, self.target(key.old)?))
        });
        let ((one, upper), (other, lower)) = (one?, other?);
        let types = [upper, lower].map(|var| self.function.vars[var].ty.scalar());
        let fits = upper != lower
            && one.least != other.least
            // Of values that are equal to both, the second branch gets none.
            && !(one.last && other.last)
            && types[0].is_some()
            && types[0] == types[1]
            && same(self.function, one.compared, other.compared);
        let updates = [self.end(first)?, self.end(second)?];
        let (least, greatest) = match one.least {
            true => (upper, lower),
            false => (lower, upper),
        };
        fits.then_some(Ends {
            at: first.at,
            behind: second.at,
            updates,
            least,
            greatest,
        })
    }

    fn end(&self, branch: Branch) -> Option<End> {
        let alone = self.selection_of(branch).map(End::Alone);
        alone.or_else(|| self.contest_of(branch, None).map(End::WithOthers))
    }
}
