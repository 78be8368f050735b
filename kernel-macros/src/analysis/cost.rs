//! A static estimate of one iteration's work, for the choice between threads and none.

use super::extent::to_wide;
use super::form::Former;
use super::plan::Wide;
use crate::ir::{
    BinaryOp, Block, Builtin, ExprId, ExprKind, Function, LoopId, Place, Scalar, Stmt, StmtKind,
};

/// Trips assumed of a loop whose number of trips is not known before the region.
const UNKNOWN_TRIPS: i128 = 16;

/// Operations of one iteration: about one for each arithmetic operation and each access, more for
/// divisions, square roots and data-dependent loops.
pub fn of_iteration(former: &Former, body: &Block) -> Wide {
    Estimate {
        former,
        function: former.function,
    }
    .block(body)
}

struct Estimate<'a> {
    former: &'a Former<'a>,
    function: &'a Function,
}

fn add(left: Wide, right: Wide) -> Wide {
    match (left, right) {
        (Wide::Const(a), Wide::Const(b)) => Wide::Const(a.saturating_add(b)),
        (Wide::Const(0), other) | (other, Wide::Const(0)) => other,
        (left, right) => Wide::Add(Box::new(left), Box::new(right)),
    }
}

impl Estimate<'_> {
    fn sum(&self, parts: impl Iterator<Item = Wide>) -> Wide {
        parts.fold(Wide::Const(0), add)
    }

    fn block(&self, block: &Block) -> Wide {
        let stmts = self.sum(block.stmts.iter().map(|stmt| self.stmt(stmt)));
        add(
            stmts,
            self.sum(block.value.iter().map(|value| self.expr(*value))),
        )
    }

    fn stmt(&self, stmt: &Stmt) -> Wide {
        match &stmt.kind {
            StmtKind::Let { init, .. } => self.sum(init.iter().map(|init| self.expr(*init))),
            StmtKind::Assign { target, value, .. } => {
                let index = match target {
                    Place::Element(access) => {
                        let index = &self.function.accesses[*access].index;
                        self.sum(index.iter().map(|index| self.expr(*index)))
                    }
                    _ => Wide::Const(0),
                };
                add(Wide::Const(1), add(index, self.expr(*value)))
            }
            StmtKind::Expr(id) | StmtKind::Return(id) => self.expr(*id),
            StmtKind::For(id) => {
                let body = add(self.block(&self.function.loops[*id].body), Wide::Const(1));
                let trips = self.trips(*id).unwrap_or(Wide::Const(UNKNOWN_TRIPS));
                match (trips, body) {
                    (Wide::Const(trips), Wide::Const(body)) => {
                        Wide::Const(trips.saturating_mul(body))
                    }
                    (trips, body) => Wide::Mul(Box::new(trips), Box::new(body)),
                }
            }
            StmtKind::While { body, .. } | StmtKind::Loop { body, .. } => match self.block(body) {
                Wide::Const(body) => Wide::Const(body.saturating_mul(UNKNOWN_TRIPS)),
                body => Wide::Mul(Box::new(Wide::Const(UNKNOWN_TRIPS)), Box::new(body)),
            },
            _ => Wide::Const(0),
        }
    }

    /// The trips of a loop inside; `None` if they vary.
    fn trips(&self, id: LoopId) -> Option<Wide> {
        let (low, high, _) = self.former.extent(id)?;
        if !low.is_invariant() || !high.is_invariant() {
            return None;
        }
        let trips = high.checked_sub(&low).unwrap_or_default();
        let trips = add(to_wide(self.former, &trips), Wide::Const(1));
        Some(match trips {
            Wide::Const(trips) => Wide::Const(trips.max(0)),
            trips => Wide::Max(Box::new(trips), Box::new(Wide::Const(0))),
        })
    }

    fn expr(&self, id: ExprId) -> Wide {
        let node = &self.function.exprs[id];
        let own = match &node.kind {
            ExprKind::Binary(BinaryOp::Div | BinaryOp::Rem, ..) => 8,
            ExprKind::Call(builtin, _) if builtin.is_elementary() => 20,
            // Unknown; most are elementary functions or short formulas.
            ExprKind::Apply(..) => 20,
            ExprKind::Call(Builtin::Sqrt, _) => 8,
            ExprKind::Binary(..) | ExprKind::Unary(..) | ExprKind::Call(..) => 1,
            ExprKind::Load(access) => {
                let index = &self.function.accesses[*access].index;
                return add(
                    Wide::Const(1),
                    self.sum(index.iter().map(|id| self.expr(*id))),
                );
            }
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => {
                let branches = self.sum(otherwise.iter().map(|block| self.block(block)));
                return add(self.expr(*cond), add(self.block(then), branches));
            }
            ExprKind::Block(block) => return self.block(block),
            ExprKind::Cast(_, Scalar::F32 | Scalar::F64) => 1,
            _ => 0,
        };
        let operands = crate::ir::verify::operands(&node.kind);
        add(
            Wide::Const(own),
            self.sum(operands.into_iter().map(|operand| self.expr(operand))),
        )
    }
}
