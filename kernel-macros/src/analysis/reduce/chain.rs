//! Updates written as expressions: `s + x`, `m.max(x)`, `a && c`.

use super::select::{Selection, operator};
use crate::analysis::form::same;
use crate::analysis::plan::Fold;
use crate::ir::{
    AccessId, BinaryOp, Block, Builtin, ExprId, ExprKind, Function, Stmt, StmtKind, VarId,
};

/// Where an accumulator lives.
#[derive(Clone, Copy, Debug)]
pub enum Home {
    Var(VarId),
    /// An element of an array, by the access that assigns it.
    Element(VarId, AccessId),
}

impl Home {
    /// The variable, or the array.
    pub fn var(self) -> VarId {
        match self {
            Home::Var(var) | Home::Element(var, _) => var,
        }
    }
}

/// Reads expressions for what they do to variables from outside.
pub struct Reader<'a> {
    pub function: &'a Function,
    /// The variables that the body assigns, and the arrays whose elements accumulate.
    pub targets: &'a [VarId],
}

/// A variable combined with other things by one operator.
pub struct Chain {
    pub fold: Fold,
    pub op: &'static str,
    /// What is combined into the variable.
    pub operands: Vec<ExprId>,
    /// The combining nodes.
    pub nodes: Vec<ExprId>,
    /// Operands that short-circuiting may skip.
    pub lazy: Vec<ExprId>,
    pub selections: Vec<Selection>,
}

impl Chain {
    fn new(fold: Fold, op: &'static str) -> Chain {
        Chain {
            fold,
            op,
            operands: Vec::new(),
            nodes: Vec::new(),
            lazy: Vec::new(),
            selections: Vec::new(),
        }
    }
}

/// An operation as a step of a chain.
struct Link {
    fold: Fold,
    op: &'static str,
    commutes: bool,
}

impl Reader<'_> {
    /// The reduction that an operator is on operands of the type of `operand`. Integer division
    /// rounds, so quotients do not combine.
    pub fn fold_of(&self, op: BinaryOp, operand: ExprId) -> Option<Fold> {
        let float = || {
            let ty = self.function.exprs[operand].ty.scalar();
            ty.is_some_and(|ty| ty.is_float())
        };
        Some(match op {
            BinaryOp::Add | BinaryOp::Sub => Fold::Add,
            BinaryOp::Mul => Fold::Mul,
            BinaryOp::Div if float() => Fold::Mul,
            BinaryOp::And => Fold::And,
            BinaryOp::Or => Fold::Or,
            BinaryOp::Xor => Fold::Xor,
            _ => return None,
        })
    }

    /// Whether an expression is the accumulator's old value.
    pub fn is_old(&self, id: ExprId, home: Home) -> bool {
        match (&self.function.exprs[id].kind, home) {
            (ExprKind::Var(name), Home::Var(var)) => *name == var,
            (ExprKind::Load(read), Home::Element(array, write)) => {
                let (read, write) = (
                    &self.function.accesses[*read],
                    &self.function.accesses[write],
                );
                read.array == array
                    && read.index.len() == write.index.len()
                    && read
                        .index
                        .iter()
                        .zip(&write.index)
                        .all(|(a, b)| same(self.function, *a, *b))
            }
            _ => false,
        }
    }

    /// Whether an expression mentions any accumulator.
    pub fn mentions_target(&self, id: ExprId) -> bool {
        self.targets.iter().any(|var| self.mentions(id, *var))
    }

    pub fn mentions(&self, id: ExprId, var: VarId) -> bool {
        match &self.function.exprs[id].kind {
            ExprKind::Var(name) => *name == var,
            ExprKind::Load(access) => {
                let access = &self.function.accesses[*access];
                access.array == var || access.index.iter().any(|id| self.mentions(*id, var))
            }
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => {
                self.mentions(*cond, var)
                    || self.block_mentions(then, var)
                    || otherwise
                        .as_ref()
                        .is_some_and(|block| self.block_mentions(block, var))
            }
            ExprKind::Block(block) => self.block_mentions(block, var),
            kind => {
                let operands = crate::ir::verify::operands(kind);
                operands
                    .into_iter()
                    .any(|operand| self.mentions(operand, var))
            }
        }
    }

    /// Whether the block's value or a `let` in it mentions the variable; one with other statements
    /// is taken to.
    fn block_mentions(&self, block: &Block, var: VarId) -> bool {
        let of_stmt = |stmt: &Stmt| match &stmt.kind {
            StmtKind::Let { init, .. } => init.is_some_and(|init| self.mentions(init, var)),
            _ => true,
        };
        let of_value = |value| self.mentions(value, var);
        block.stmts.iter().any(of_stmt) || block.value.is_some_and(of_value)
    }

    /// Reads `value` as the accumulator combined with other things by one operator.
    pub fn chain(&self, home: Home, value: ExprId) -> Option<Chain> {
        match &self.function.exprs[value].kind {
            ExprKind::Binary(op, left, right) => {
                let link = Link {
                    fold: self.fold_of(*op, *left)?,
                    op: op.symbol(),
                    commutes: !matches!(op, BinaryOp::Sub | BinaryOp::Div),
                };
                self.link(home, value, (*left, *right), &link)
            }
            ExprKind::Call(builtin, args) => {
                let [left, right] = args[..] else { return None };
                let link = self.method(*builtin, left)?;
                self.link(home, value, (left, right), &link)
            }
            ExprKind::Logic { and, left, right } => {
                let (fold, op) = if *and {
                    (Fold::And, "&&")
                } else {
                    (Fold::Or, "||")
                };
                let commutes = true;
                let link = Link { fold, op, commutes };
                let mut chain = self.link(home, value, (*left, *right), &link)?;
                if !self.mentions(*right, home.var()) {
                    chain.lazy.push(*right);
                }
                Some(chain)
            }
            ExprKind::If { .. } => {
                let selection = self.selection_value(home, value)?;
                let (fold, op) = (selection.fold, operator(selection.fold));
                let mut chain = Chain::new(fold, op);
                chain.operands.push(selection.value);
                chain.selections.push(selection);
                Some(chain)
            }
            _ => None,
        }
    }

    /// A method that combines. What a saturating sum of unsigned numbers comes to does not depend
    /// on their order; of signed ones it does.
    fn method(&self, builtin: Builtin, receiver: ExprId) -> Option<Link> {
        let ty = self.function.exprs[receiver].ty.scalar();
        let unsigned = ty.is_some_and(|ty| ty.is_int() && !ty.is_signed());
        let (fold, commutes) = match builtin {
            Builtin::Min => (Fold::Min, true),
            Builtin::Max => (Fold::Max, true),
            Builtin::MinIf => (Fold::MinIf, false),
            Builtin::MaxIf => (Fold::MaxIf, false),
            Builtin::WrappingAdd => (Fold::Add, true),
            Builtin::WrappingSub => (Fold::Add, false),
            Builtin::WrappingMul => (Fold::Mul, true),
            Builtin::SaturatingAdd if unsigned => (Fold::SaturatingAdd, true),
            _ => return None,
        };
        let op = builtin.name();
        Some(Link { fold, op, commutes })
    }

    /// The saturating method whose receiver or argument is the accumulator.
    pub fn saturates(&self, home: Home, value: ExprId) -> Option<&'static str> {
        match &self.function.exprs[value].kind {
            ExprKind::Call(builtin @ (Builtin::SaturatingAdd | Builtin::SaturatingSub), args) => {
                let mut args = args.iter();
                args.any(|arg| self.is_old(*arg, home))
                    .then(|| builtin.name())
            }
            _ => None,
        }
    }

    /// One step of a chain: the accumulator on one side, an operand on the other.
    fn link(
        &self,
        home: Home,
        node: ExprId,
        (left, right): (ExprId, ExprId),
        link: &Link,
    ) -> Option<Chain> {
        let mentions = |id| self.mentions(id, home.var());
        let (inner, operand) = match (mentions(left), mentions(right)) {
            (true, false) => (left, right),
            (false, true) if link.commutes => (right, left),
            _ => return None,
        };
        let mut chain = if self.is_old(inner, home) {
            Chain::new(link.fold, link.op)
        } else {
            self.chain(home, inner)
                .filter(|chain| chain.fold == link.fold)?
        };
        chain.operands.push(operand);
        chain.nodes.push(node);
        Some(chain)
    }
}
