//! A loop as it was before a rewrite that may turn out to be of no use.

use crate::ir::{Block, ExprId, ExprKind, Function, LoopId, StmtKind, walk};

/// The bodies of a loop and of those in it, and every expression below.
pub struct Saved {
    bodies: Vec<(LoopId, Block)>,
    exprs: Vec<(ExprId, ExprKind)>,
}

impl Saved {
    pub fn of(function: &Function, id: LoopId) -> Saved {
        let mut loops = vec![id];
        let mut exprs = Vec::new();
        let body = &function.loops[id].body;
        walk::statements(function, body, &mut |stmt| {
            if let StmtKind::For(inner) = stmt.kind {
                loops.push(inner);
            }
        });
        walk::expressions(function, body, &mut |id| {
            exprs.push((id, function.exprs[id].kind.clone()));
        });
        let bodies = loops.into_iter();
        let bodies = bodies.map(|id| (id, function.loops[id].body.clone()));
        Saved {
            bodies: bodies.collect(),
            exprs,
        }
    }

    /// Undoes what was done since.
    pub fn restore(self, function: &mut Function) {
        for (id, kind) in self.exprs {
            function.exprs[id].kind = kind;
        }
        for (id, body) in self.bodies {
            function.loops[id].body = body;
        }
    }
}
