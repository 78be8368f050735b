//! Loops inside out (rule R7): where a loop carries values from one of its iterations to the next,
//! but the loops inside it do not meet, those become parallel and the outer one runs in order
//! inside each of their iterations.
//!
//! `for i { for j { y[j] += a[[i, j]] * x[i]; } }` becomes, for each `j` on its own, `for i { .. }`.
//! The proof is that of any region: iterations that differ in `j` touch different elements, now
//! with `i` as a loop inside. So whatever two iterations of the whole nest share, they agree in
//! `j`, and their order, that of `i`, stays as it was: every element is computed in source order.
//!
//! Bindings that stand before the inner loop are evaluated once more for each of its iterations,
//! which they cannot tell: what a binding reads is never written in another iteration, and what it binds
//! is assigned in none. `let mut p = 1.0; for j { p *= x[i]; y[j] += p; }` carries `p` from `j` to `j`.

#[cfg(test)]
mod tests;

use super::scan;
use crate::ir::{Block, Function, LoopId, Stmt, StmtKind, walk};

/// How a nest can be turned inside out.
pub struct Interchange {
    pub outer: LoopId,
    /// The loops inside it, outermost first.
    pub inner: Vec<LoopId>,
    /// What stands before them.
    bindings: Vec<Stmt>,
}

/// The loops as they were.
pub struct Saved {
    bodies: Vec<(LoopId, Block)>,
    parents: Vec<(LoopId, Option<LoopId>)>,
}

impl Interchange {
    /// Reads a loop as one whose body is another loop, with nothing but bindings before it.
    pub fn of(function: &Function, outer: LoopId) -> Option<Interchange> {
        let node = &function.loops[outer];
        let (last, bindings) = node.body.stmts.split_last()?;
        let StmtKind::For(inner) = last.kind else {
            return None;
        };
        let binds = |stmt: &Stmt| matches!(stmt.kind, StmtKind::Let { init: Some(_), .. });
        let plain = node.range.adapters.is_empty() && node.opaque.is_none();
        let whole = node.body.value.is_none() && bindings.iter().all(binds);
        let open = function.loops[inner].opaque.is_none();
        let inner = super::nest::perfect(function, inner);
        let counts = |id: &LoopId| function.loops[*id].iteration.is_none();
        let counted = counts(&outer) && inner.iter().all(counts);
        let settled = !assigns(function, inner[0], bindings);
        (plain && whole && open && counted && settled).then(|| Interchange {
            outer,
            inner,
            bindings: bindings.to_vec(),
        })
    }

    /// Turns the loops around, `depth` of the inner ones; `None` if a jump tells them apart.
    pub fn apply(&self, function: &mut Function, depth: usize) -> Option<Saved> {
        let (first, last) = (self.inner[0], self.inner[depth - 1]);
        let innermost = function.loops[last].body.clone();
        let mut body = Block {
            stmts: self.bindings.clone(),
            value: innermost.value,
        };
        body.stmts.extend(innermost.stmts.iter().cloned());
        if scan::jumps_out(function, &body) {
            return None;
        }
        let saved = Saved {
            bodies: [self.outer, last]
                .map(|id| (id, function.loops[id].body.clone()))
                .into(),
            parents: [self.outer, first]
                .map(|id| (id, function.loops[id].parent))
                .into(),
        };
        let span = function.loops[self.outer].head;
        let kind = StmtKind::For(self.outer);
        function.loops[last].body = Block {
            stmts: vec![Stmt { kind, span }],
            value: None,
        };
        function.loops[first].parent = function.loops[self.outer].parent;
        function.loops[self.outer].parent = Some(last);
        function.loops[self.outer].body = body;
        Some(saved)
    }
}

/// Whether iterations of the loop assign what these bind.
fn assigns(function: &Function, id: LoopId, bindings: &[Stmt]) -> bool {
    let bound = walk::bound(bindings);
    let assigned = walk::assigned_outside(function, &function.loops[id].body);
    assigned.iter().any(|(var, _)| bound.contains(var))
}

impl Saved {
    /// Undoes it.
    pub fn restore(self, function: &mut Function) {
        for (id, body) in self.bodies {
            function.loops[id].body = body;
        }
        for (id, parent) in self.parents {
            function.loops[id].parent = parent;
        }
    }
}
