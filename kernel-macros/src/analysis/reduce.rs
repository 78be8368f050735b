//! Scalar reductions (design: reductions): which variables from outside the iterations combine,
//! with which operator, and what stands in the way where they do not.

use super::form::same;
use super::plan::{Accumulator, Fold, Reason};
use super::texts;
use crate::ir::{
    BinaryOp, Block, Builtin, ExprId, ExprKind, Function, Place, Span, Stmt, StmtKind, VarId,
};
use std::collections::HashSet;

/// The reductions of a candidate.
#[derive(Debug, Default)]
pub struct ReducePlan {
    pub accumulators: Vec<Accumulator>,
    pub reasons: Vec<Reason>,
    /// Nodes whose overflow wraps because they combine.
    pub combining: HashSet<ExprId>,
    /// Right-hand sides of compound assignments that combine.
    pub compounds: HashSet<ExprId>,
    /// `if x > m { m = x }` and kin, and what they are.
    pub selections: Vec<Selection>,
    /// Operands that short-circuiting may skip: they must not be able to fail.
    pub lazy: Vec<(VarId, ExprId)>,
}

/// An `if` that keeps the larger or smaller of two values.
#[derive(Clone, Copy, Debug)]
pub struct Selection {
    pub at: ExprId,
    pub var: VarId,
    pub value: ExprId,
    pub builtin: Builtin,
    /// It stands as the value of an assignment, not as a statement.
    pub as_value: bool,
}

/// One assignment to a variable from outside.
struct Update {
    var: VarId,
    span: Span,
    kind: UpdateKind,
}

enum UpdateKind {
    Fold(Fold, &'static str),
    /// An operator that is no reduction.
    Other(&'static str),
    /// Some other function of the old value.
    Recurrence,
    /// The variable gets a value that has nothing to do with its old one.
    Overwrite,
    /// An element or a field of it is assigned.
    Part,
    /// `if x < best { best = x; at = i; }`: the extreme and its companions.
    Arg,
}

/// Classifies every assignment to the variables in `assigned`.
pub fn plan(function: &Function, body: &Block, assigned: &[(VarId, Span)]) -> ReducePlan {
    let mut targets: Vec<VarId> = Vec::new();
    for (var, _) in assigned {
        if !targets.contains(var) {
            targets.push(*var);
        }
    }
    let mut finder = Finder {
        function,
        targets: &targets,
        updates: Vec::new(),
        reads: Vec::new(),
        out: ReducePlan::default(),
    };
    finder.block(body);
    let Finder {
        updates,
        reads,
        mut out,
        ..
    } = finder;
    for var in &targets {
        let mine: Vec<&Update> = updates.iter().filter(|update| update.var == *var).collect();
        let read = reads
            .iter()
            .find(|(read, _)| read == var)
            .map(|(_, span)| *span);
        match judge(function, *var, &mine, read) {
            Ok(accumulator) => out.accumulators.push(accumulator),
            Err(reason) => out.reasons.push(*reason),
        }
    }
    out
}

/// One variable's updates and its first read besides them.
fn judge(
    function: &Function,
    var: VarId,
    updates: &[&Update],
    read: Option<Span>,
) -> Result<Accumulator, Box<Reason>> {
    let name = function.vars[var].ident.to_string();
    let reason = |span, message, help, second| {
        Err(Box::new(Reason {
            message,
            span,
            help: Some(help),
            second,
        }))
    };
    let Some(first) = updates.first() else {
        unreachable!("a variable that is assigned has an assignment");
    };
    let Some(ty) = function.vars[var].ty.scalar() else {
        return reason(
            first.span,
            texts::unknown_type(&name),
            texts::annotate(&name),
            None,
        );
    };
    let mut fold: Option<(Fold, &str, Span)> = None;
    for update in updates {
        let (new, op) = match update.kind {
            UpdateKind::Fold(new, op) => (new, op),
            UpdateKind::Other(op) => {
                let help = texts::NO_REDUCTION_HELP.to_string();
                return reason(update.span, texts::no_reduction(&name, op), help, None);
            }
            UpdateKind::Recurrence => {
                let help = texts::NO_REDUCTION_HELP.to_string();
                return reason(update.span, texts::recurrence(&name), help, None);
            }
            UpdateKind::Overwrite => {
                let help = texts::last_value_help(&name);
                return reason(update.span, texts::last_value(&name), help, None);
            }
            UpdateKind::Arg => {
                let help = texts::ARG_REDUCTION_HELP.to_string();
                return reason(update.span, texts::arg_reduction(&name), help, None);
            }
            UpdateKind::Part => {
                let help = texts::last_value_help(&name);
                return reason(update.span, texts::not_a_loop_value(&name), help, None);
            }
        };
        match fold {
            Some((old, old_op, at)) if old != new => {
                let (message, second) = texts::mixed_operators(&name, old_op, op);
                let second = Some((second, update.span));
                return reason(at, message, texts::mixed_help(&name), second);
            }
            _ => fold = Some((new, op, update.span)),
        }
    }
    let (fold, op, at) = fold.expect("at least one update");
    if let Some(read) = read {
        let (message, second) = match fold {
            Fold::Add => texts::prefix_sum(&name),
            _ => texts::reads_accumulator(&name, op),
        };
        let help = texts::NO_REDUCTION_HELP.to_string();
        return reason(at, message, help, Some((second, read)));
    }
    Ok(Accumulator { var, ty, fold })
}

struct Finder<'a> {
    function: &'a Function,
    targets: &'a [VarId],
    updates: Vec<Update>,
    reads: Vec<(VarId, Span)>,
    out: ReducePlan,
}

/// An update written as an expression: `s + x`, `m.max(x)`.
struct Chain {
    fold: Fold,
    op: &'static str,
    /// What is combined into the variable.
    operands: Vec<ExprId>,
    /// The combining nodes.
    nodes: Vec<ExprId>,
    lazy: Vec<ExprId>,
    selections: Vec<Selection>,
}

impl Finder<'_> {
    fn block(&mut self, block: &Block) {
        block.stmts.iter().for_each(|stmt| self.stmt(stmt));
        block.value.iter().for_each(|value| self.expr(*value));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let { init, .. } => init.iter().for_each(|init| self.expr(*init)),
            StmtKind::Assign { target, op, value } => self.assign(target, *op, *value, stmt.span),
            StmtKind::Expr(id) => self.statement_expr(*id),
            StmtKind::For(id) => {
                let node = &self.function.loops[*id];
                self.expr(node.range.start);
                self.expr(node.range.end);
                self.block(&node.body);
            }
            StmtKind::While { cond, body, .. } => {
                self.expr(*cond);
                self.block(body);
            }
            StmtKind::Loop { body, .. } => self.block(body),
            StmtKind::Assert { cond, args, .. } => {
                self.expr(*cond);
                args.iter().for_each(|arg| self.expr(*arg));
            }
            _ => {}
        }
    }

    fn assign(&mut self, target: &Place, op: Option<BinaryOp>, value: ExprId, span: Span) {
        match target {
            Place::Var(var) if self.targets.contains(var) => self.update(*var, op, value, span),
            Place::LocalElement { base, .. } | Place::Field { base, .. }
                if self.targets.contains(base) =>
            {
                self.updates.push(Update {
                    var: *base,
                    span,
                    kind: UpdateKind::Part,
                });
            }
            Place::Element(access) => {
                let index = &self.function.accesses[*access].index;
                index.iter().for_each(|index| self.expr(*index));
                self.expr(value);
            }
            Place::LocalElement { index, .. } => {
                index.iter().for_each(|index| self.expr(*index));
                self.expr(value);
            }
            Place::Var(_) | Place::Field { .. } => self.expr(value),
        }
    }

    fn update(&mut self, var: VarId, op: Option<BinaryOp>, value: ExprId, span: Span) {
        if let Some(op) = op {
            let kind = match self.fold_of(op, value) {
                Some(fold) => UpdateKind::Fold(fold, op.symbol()),
                None => UpdateKind::Other(op.symbol()),
            };
            self.updates.push(Update { var, span, kind });
            self.out.compounds.insert(value);
            return self.expr(value);
        }
        if let ExprKind::Bool(flag) = self.function.exprs[value].kind {
            let (fold, op) = if flag {
                (Fold::Or, "||")
            } else {
                (Fold::And, "&&")
            };
            self.updates.push(Update {
                var,
                span,
                kind: UpdateKind::Fold(fold, op),
            });
            return;
        }
        let Some(chain) = self.chain(var, value) else {
            let mentions = self.mentions(value, var);
            let kind = if mentions {
                UpdateKind::Recurrence
            } else {
                UpdateKind::Overwrite
            };
            self.updates.push(Update { var, span, kind });
            return self.expr_except(value, var);
        };
        self.updates.push(Update {
            var,
            span,
            kind: UpdateKind::Fold(chain.fold, chain.op),
        });
        self.out.combining.extend(&chain.nodes);
        self.out.selections.extend(&chain.selections);
        self.out
            .lazy
            .extend(chain.lazy.iter().map(|operand| (var, *operand)));
        chain
            .operands
            .iter()
            .for_each(|operand| self.expr(*operand));
    }

    /// Walks an expression whose mention of `var` has been reported already.
    fn expr_except(&mut self, id: ExprId, var: VarId) {
        let before = self.reads.len();
        self.expr(id);
        let mut position = 0;
        self.reads.retain(|(read, _)| {
            position += 1;
            position <= before || *read != var
        });
    }

    /// The reduction that an operator is on operands of the type of `operand`. Integer division
    /// rounds, so quotients do not combine.
    fn fold_of(&self, op: BinaryOp, operand: ExprId) -> Option<Fold> {
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

    fn is_var(&self, id: ExprId, var: VarId) -> bool {
        matches!(self.function.exprs[id].kind, ExprKind::Var(name) if name == var)
    }

    fn mentions(&self, id: ExprId, var: VarId) -> bool {
        match &self.function.exprs[id].kind {
            ExprKind::Var(name) => *name == var,
            ExprKind::Load(access) => {
                let index = &self.function.accesses[*access].index;
                index.iter().any(|index| self.mentions(*index, var))
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

    /// Whether the block's value mentions the variable; one with statements is taken to.
    fn block_mentions(&self, block: &Block, var: VarId) -> bool {
        !block.stmts.is_empty() || block.value.is_some_and(|value| self.mentions(value, var))
    }

    /// Reads `value` as `var` combined with other things by one operator.
    fn chain(&self, var: VarId, value: ExprId) -> Option<Chain> {
        match &self.function.exprs[value].kind {
            ExprKind::Binary(op, left, right) => {
                let fold = self.fold_of(*op, *left)?;
                let commutes = !matches!(op, BinaryOp::Sub | BinaryOp::Div);
                self.link(var, value, (*left, *right), fold, op.symbol(), commutes)
            }
            ExprKind::Call(builtin, args) => {
                let [left, right] = args[..] else { return None };
                let (fold, commutes) = match builtin {
                    Builtin::Min => (Fold::Min, true),
                    Builtin::Max => (Fold::Max, true),
                    Builtin::MinIf => (Fold::MinIf, false),
                    Builtin::MaxIf => (Fold::MaxIf, false),
                    Builtin::WrappingAdd => (Fold::Add, true),
                    Builtin::WrappingSub => (Fold::Add, false),
                    Builtin::WrappingMul => (Fold::Mul, true),
                    _ => return None,
                };
                self.link(var, value, (left, right), fold, builtin.name(), commutes)
            }
            ExprKind::Logic { and, left, right } => {
                let (fold, op) = if *and {
                    (Fold::And, "&&")
                } else {
                    (Fold::Or, "||")
                };
                let mut chain = self.link(var, value, (*left, *right), fold, op, true)?;
                if !self.mentions(*right, var) {
                    chain.lazy.push(*right);
                }
                Some(chain)
            }
            ExprKind::If {
                cond,
                then,
                otherwise: Some(otherwise),
            } => {
                let (kept, old) = (only_value(then)?, only_value(otherwise)?);
                if !self.is_var(old, var) {
                    return None;
                }
                let (builtin, compared) = self.selects(*cond, var, kept)?;
                let selection = Selection {
                    at: value,
                    var,
                    value: compared,
                    builtin,
                    as_value: true,
                };
                Some(self.selected(selection))
            }
            _ => None,
        }
    }

    fn selected(&self, selection: Selection) -> Chain {
        let (fold, op) = match selection.builtin {
            Builtin::MinIf => (Fold::MinIf, "min"),
            _ => (Fold::MaxIf, "max"),
        };
        Chain {
            fold,
            op,
            operands: vec![selection.value],
            nodes: Vec::new(),
            lazy: Vec::new(),
            selections: vec![selection],
        }
    }

    /// One step of a chain: the variable on one side, an operand on the other.
    fn link(
        &self,
        var: VarId,
        node: ExprId,
        (left, right): (ExprId, ExprId),
        fold: Fold,
        op: &'static str,
        commutes: bool,
    ) -> Option<Chain> {
        let (inner, operand) = match (self.mentions(left, var), self.mentions(right, var)) {
            (true, false) => (left, right),
            (false, true) if commutes => (right, left),
            _ => return None,
        };
        let mut chain = if self.is_var(inner, var) {
            let operands = Vec::new();
            let (nodes, lazy, selections) = (Vec::new(), Vec::new(), Vec::new());
            Chain {
                fold,
                op,
                operands,
                nodes,
                lazy,
                selections,
            }
        } else {
            self.chain(var, inner).filter(|chain| chain.fold == fold)?
        };
        chain.operands.push(operand);
        chain.nodes.push(node);
        Some(chain)
    }

    /// `x > m` where `m` is the variable and `x` the value that replaces it. The operand of the
    /// comparison stands for both: every iteration evaluates it, and it is what fails first.
    fn selects(&self, cond: ExprId, var: VarId, value: ExprId) -> Option<(Builtin, ExprId)> {
        let ExprKind::Binary(op, left, right) = self.function.exprs[cond].kind else {
            return None;
        };
        let value_left = same(self.function, left, value) && self.is_var(right, var);
        let value_right = same(self.function, right, value) && self.is_var(left, var);
        match (op, value_left, value_right) {
            (BinaryOp::Gt | BinaryOp::Ge, true, _) => Some((Builtin::MaxIf, left)),
            (BinaryOp::Lt | BinaryOp::Le, true, _) => Some((Builtin::MinIf, left)),
            (BinaryOp::Lt | BinaryOp::Le, _, true) => Some((Builtin::MaxIf, right)),
            (BinaryOp::Gt | BinaryOp::Ge, _, true) => Some((Builtin::MinIf, right)),
            _ => None,
        }
    }

    /// An expression as a statement: `if x > m { m = x; }` is an update.
    fn statement_expr(&mut self, id: ExprId) {
        if let Some(selection) = self.selection(id) {
            let span = self.function.exprs[id].span;
            let chain = self.selected(selection);
            let kind = UpdateKind::Fold(chain.fold, chain.op);
            self.updates.push(Update {
                var: selection.var,
                span,
                kind,
            });
            self.out.selections.push(selection);
            return self.expr(selection.value);
        }
        let span = self.function.exprs[id].span;
        let companions = self.arg_reduction(id);
        if companions.is_empty() {
            return self.expr(id);
        }
        for var in companions {
            let kind = UpdateKind::Arg;
            self.updates.push(Update { var, span, kind });
        }
    }

    /// The variables of `if x < best { best = x; at = i; }`, none if it is something else.
    fn arg_reduction(&self, id: ExprId) -> Vec<VarId> {
        let ExprKind::If { cond, then, .. } = &self.function.exprs[id].kind else {
            return Vec::new();
        };
        let assigned = then.stmts.iter().filter_map(|stmt| match &stmt.kind {
            StmtKind::Assign {
                target: Place::Var(var),
                op: None,
                value,
            } if self.targets.contains(var) => Some((*var, *value)),
            _ => None,
        });
        let assigned: Vec<(VarId, ExprId)> = assigned.collect();
        let mut leaders = assigned.iter();
        let led = leaders.any(|(var, value)| self.selects(*cond, *var, *value).is_some());
        if !led || assigned.len() < 2 {
            return Vec::new();
        }
        assigned.into_iter().map(|(var, _)| var).collect()
    }

    fn selection(&self, id: ExprId) -> Option<Selection> {
        let ExprKind::If {
            cond,
            then,
            otherwise: None,
        } = &self.function.exprs[id].kind
        else {
            return None;
        };
        let [stmt] = then.stmts.as_slice() else {
            return None;
        };
        let StmtKind::Assign {
            target: Place::Var(var),
            op: None,
            value,
        } = &stmt.kind
        else {
            return None;
        };
        if !self.targets.contains(var) || then.value.is_some() || self.mentions(*value, *var) {
            return None;
        }
        let (builtin, compared) = self.selects(*cond, *var, *value)?;
        Some(Selection {
            at: id,
            var: *var,
            value: compared,
            builtin,
            as_value: false,
        })
    }

    fn expr(&mut self, id: ExprId) {
        let function = self.function;
        let node = &function.exprs[id];
        match &node.kind {
            ExprKind::Var(var) if self.targets.contains(var) => self.reads.push((*var, node.span)),
            ExprKind::Load(access) => {
                function.accesses[*access]
                    .index
                    .iter()
                    .for_each(|index| self.expr(*index));
            }
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => {
                self.expr(*cond);
                self.block(then);
                otherwise.iter().for_each(|block| self.block(block));
            }
            ExprKind::Block(block) => self.block(block),
            kind => {
                for operand in crate::ir::verify::operands(kind) {
                    self.expr(operand);
                }
            }
        }
    }
}

/// A block that is nothing but a value.
fn only_value(block: &Block) -> Option<ExprId> {
    block.value.filter(|_| block.stmts.is_empty())
}

/// Rewrites the selections: the body then says what the back ends are to compute.
pub fn apply(function: &mut Function, selections: &[Selection]) {
    for selection in selections {
        let Selection {
            at,
            var,
            value,
            builtin,
            as_value,
        } = *selection;
        let span = function.exprs[at].span;
        let ty = function.vars[var].ty.clone();
        let old = function.exprs.push(crate::ir::Expr {
            kind: ExprKind::Var(var),
            span,
            ty: ty.clone(),
        });
        let call = ExprKind::Call(builtin, vec![old, value]);
        if as_value {
            function.exprs[at].kind = call;
            continue;
        }
        let value = function.exprs.push(crate::ir::Expr {
            kind: call,
            span,
            ty,
        });
        let assign = StmtKind::Assign {
            target: Place::Var(var),
            op: None,
            value,
        };
        let stmts = vec![Stmt { kind: assign, span }];
        function.exprs[at].kind = ExprKind::Block(Block { stmts, value: None });
        function.exprs[at].ty = crate::ir::Ty::Unit;
    }
}
