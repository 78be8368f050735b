//! Elements that a trip of an inner loop writes: their values are computed for all iterations of a strip
//! before any is stored, as no vector would be made of stores to far places, and what the rest of the trip
//! reads of them it has from there.

use super::written_element;
use crate::analysis::form::same;
use crate::analysis::plan::Written;
use crate::ir::{AccessId, Block, ExprId, ExprKind, Function, VarId, walk};

/// The elements, and which of them still hold what was written where the walk is.
#[derive(Default)]
pub struct Elements {
    pub all: Vec<Written>,
    known: Vec<usize>,
}

impl Elements {
    /// How many there are here.
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// Ends a block, before which there were so many: a loop may make no trip, and write none of the others.
    pub fn leave(&mut self, count: usize) {
        self.known.retain(|of| *of < count);
    }

    /// Begins a loop: what one of its trips writes, the next one finds.
    pub fn enter(&mut self, function: &Function, body: &Block) {
        walk::statements(function, body, &mut |stmt| {
            if let Some(access) = written_element(stmt) {
                self.forget(function, function.accesses[access].array);
            }
        });
    }

    /// An element of this array is written, which may be any.
    pub fn forget(&mut self, function: &Function, array: VarId) {
        let all = &self.all;
        self.known
            .retain(|of| function.accesses[all[*of].access].array != array);
    }

    /// A statement has written this element.
    pub fn write(&mut self, access: AccessId) {
        self.known.push(self.all.len());
        self.all.push(Written {
            access,
            reads: Vec::new(),
        });
    }

    /// Whether the element read here is a known one.
    pub fn read(&mut self, function: &Function, access: AccessId) -> bool {
        let all = &mut self.all;
        let known = self.known.iter().copied();
        let found = known
            .rev()
            .find(|of| is_same(function, all[*of].access, access));
        if let Some(of) = found {
            all[of].reads.push(access);
        }
        found.is_some()
    }
}

/// Whether two accesses of a trip are to one element whatever stands between them.
fn is_same(function: &Function, a: AccessId, b: AccessId) -> bool {
    let (a, b) = (&function.accesses[a], &function.accesses[b]);
    let mut pairs = a.index.iter().zip(&b.index);
    let fixed = a.index.iter().all(|index| is_fixed(function, *index));
    a.array == b.array && fixed && pairs.all(|(a, b)| same(function, *a, *b))
}

/// Whether an expression has one value wherever it stands in a trip.
fn is_fixed(function: &Function, id: ExprId) -> bool {
    let mut fixed = true;
    walk::below(function, id, &mut |id| {
        fixed &= match function.exprs[id].kind {
            ExprKind::Var(var) => !function.vars[var].mutable,
            ExprKind::Load(_) | ExprKind::LocalElement { .. } => false,
            _ => true,
        };
    });
    fixed
}
