//! The walk over a body: every assignment to a variable from outside, and every other mention.

use super::chain::{Home, Reader};
use super::ends::End;
use super::other::{Other, Role};
use super::{Found, Lazy, Read, ReducePlan, Update, UpdateKind, select};
use crate::analysis::plan::Fold;
use crate::analysis::texts;
use crate::ir::{
    AccessId, BinaryOp, Block, ExprId, ExprKind, Function, Place, Span, Stmt, StmtKind, UnaryOp,
    VarId,
};

/// The updates of `targets` and their other mentions, and what becomes of the updates' nodes.
pub fn find(function: &Function, body: &Block, targets: &[VarId]) -> (Found, ReducePlan) {
    let mut finder = Finder {
        reader: Reader { function, targets },
        found: Found {
            updates: Vec::new(),
            reads: Vec::new(),
        },
        out: ReducePlan::default(),
        compared: false,
    };
    finder.block(body);
    (finder.found, finder.out)
}

struct Finder<'a> {
    reader: Reader<'a>,
    found: Found,
    out: ReducePlan,
    /// The expression is an operand of a comparison.
    compared: bool,
}

impl Finder<'_> {
    fn is_target(&self, var: VarId) -> bool {
        self.reader.targets.contains(&var)
    }

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
                let node = &self.reader.function.loops[*id];
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

    fn push(&mut self, var: VarId, span: Span, kind: UpdateKind) {
        let after = self.found.reads.len();
        self.found.updates.push(Update {
            var,
            span,
            kind,
            after,
        });
    }

    fn assign(&mut self, target: &Place, op: Option<BinaryOp>, value: ExprId, span: Span) {
        match target {
            Place::Var(var) if self.is_target(*var) => {
                self.update(Home::Var(*var), op, value, span);
            }
            Place::LocalElement { base, .. } | Place::Field { base, .. }
                if self.is_target(*base) =>
            {
                self.push(*base, span, UpdateKind::Part);
            }
            Place::Element(access) => {
                self.index(*access);
                match self.reader.home(target) {
                    Some(home) => self.update(home, op, value, span),
                    None => self.expr(value),
                }
            }
            Place::LocalElement { index, .. } => {
                index.iter().for_each(|index| self.expr(*index));
                self.expr(value);
            }
            Place::Var(_) | Place::Field { .. } => self.expr(value),
        }
    }

    fn index(&mut self, access: AccessId) {
        let index = &self.reader.function.accesses[access].index;
        index.iter().for_each(|index| self.expr(*index));
    }

    /// `odd = !odd`, which is `odd ^= true`, or `^= MAX` of an integer.
    fn toggles(&self, home: Home, value: ExprId) -> bool {
        let exprs = &self.reader.function.exprs;
        match (home, &exprs[value].kind) {
            (Home::Var(var), ExprKind::Unary(UnaryOp::Not, of)) => {
                matches!(exprs[*of].kind, ExprKind::Var(read) if read == var)
            }
            _ => false,
        }
    }

    fn update(&mut self, home: Home, op: Option<BinaryOp>, value: ExprId, span: Span) {
        let var = home.var();
        if let Some(op) = op {
            let kind = match self.reader.fold_of(op, value) {
                Some(fold) => UpdateKind::Fold(fold, op.symbol()),
                None => UpdateKind::Other(op.symbol()),
            };
            self.push(var, span, kind);
            self.out.compounds.insert(value);
            return self.expr(value);
        }
        if let ExprKind::Bool(flag) = self.reader.function.exprs[value].kind {
            let (fold, op) = if flag {
                (Fold::Or, "||")
            } else {
                (Fold::And, "&&")
            };
            return self.push(var, span, UpdateKind::Fold(fold, op));
        }
        if self.toggles(home, value) {
            return self.push(var, span, UpdateKind::Fold(Fold::Xor, "!"));
        }
        let Some(chain) = self.reader.chain(home, value) else {
            let kind = self.no_chain(home, value);
            self.push(var, span, kind);
            return self.expr_except(value, var);
        };
        self.push(var, span, UpdateKind::Fold(chain.fold, chain.op));
        self.out.combining.extend(&chain.nodes);
        for operand in &chain.lazy {
            let name = self.reader.function.vars[var].ident.to_string();
            let help = texts::lazy_help(&name);
            let operand = *operand;
            self.out.lazy.push(Lazy { var, operand, help });
        }
        for operand in &chain.operands {
            self.expr(*operand);
        }
        for selection in chain.selections {
            self.select(selection);
        }
    }

    /// What an assignment is that does not combine.
    fn no_chain(&self, home: Home, value: ExprId) -> UpdateKind {
        if let Some(name) = self.reader.saturates(home, value) {
            return UpdateKind::Saturating(name);
        }
        if self.reader.mentions(value, home.var()) {
            UpdateKind::Recurrence
        } else {
            match self.reader.function.exprs[value].kind {
                ExprKind::Var(old) if self.is_target(old) => UpdateKind::Keeps(old),
                _ => UpdateKind::Overwrite,
            }
        }
    }

    /// Walks an expression whose mention of `var` has been reported already.
    fn expr_except(&mut self, id: ExprId, var: VarId) {
        let before = self.found.reads.len();
        self.expr(id);
        let mut position = 0;
        self.found.reads.retain(|read| {
            position += 1;
            position <= before || read.var != var
        });
    }

    /// An expression as a statement: `if x > m { m = x; }` is an update.
    fn statement_expr(&mut self, id: ExprId) {
        let span = self.reader.function.exprs[id].span;
        if let Some(selection) = self.reader.selection(id) {
            return self.selection(selection, span);
        }
        if let Some(contest) = self.reader.contest(id) {
            return self.contest(contest, span);
        }
        let Some(ends) = self.reader.ends(id) else {
            return self.expr(id);
        };
        for update in ends.updates.clone() {
            match update {
                End::Alone(selection) => self.selection(selection, span),
                End::WithOthers(contest) => self.contest(contest, span),
            }
        }
        self.out.ordered.push((ends.least, ends.greatest));
        self.out.rewrites.ends.push(ends);
    }

    fn selection(&mut self, selection: select::Selection, span: Span) {
        let (fold, op) = (selection.fold, select::operator(selection.fold));
        self.push(selection.home.var(), span, UpdateKind::Fold(fold, op));
        if let Home::Element(_, access) = selection.home {
            self.index(access);
        }
        self.expr(selection.value);
        self.select(selection);
    }

    /// A variable that has to start as a number: a NaN is not even as great as itself.
    fn is_number(&mut self, var: VarId) {
        let itself = (var, var);
        if !self.reader.is_int(var) && !self.out.ordered.contains(&itself) {
            self.out.ordered.push(itself);
        }
    }

    fn contest(&mut self, contest: select::Contest, span: Span) {
        let number = self.out.rewrites.contests.len();
        for var in contest.members() {
            self.push(var, span, UpdateKind::Contest(number));
        }
        for key in &contest.keys {
            self.expr(key.compared);
        }
        for key in contest.keys[1..].iter().filter(|key| key.lazy) {
            self.taken_lazily(contest.leader, key.compared);
        }
        self.conditions(&contest.conditions, contest.leader);
        let follower = contest.follower();
        if follower.is_some_and(|of| of.below) {
            self.is_number(contest.leader);
        }
        let takes = follower.map(|follower| follower.takes);
        for (var, value) in contest.assigned.clone() {
            if takes == Some(value) {
                continue;
            }
            self.expr(value);
            if var != Some(contest.leader) {
                self.taken_lazily(var.unwrap_or(contest.leader), value);
            }
        }
        if let Some(other) = &contest.other {
            self.other(other, contest.leader);
        }
        self.out.rewrites.contests.push(contest);
    }

    fn other(&mut self, other: &Other, leader: VarId) {
        for (_, value) in &other.assigned {
            self.expr(*value);
            self.taken_lazily(leader, *value);
        }
        let Role::Counts(tallies) = &other.role else {
            return;
        };
        for tally in tallies {
            match tally.sum {
                Some(node) => self.out.combining.insert(node),
                None => self.out.compounds.insert(tally.operand),
            };
        }
    }

    fn select(&mut self, selection: select::Selection) {
        self.conditions(&selection.conditions, selection.home.var());
        if let Home::Var(_) = selection.home {
            self.out.rewrites.selections.push(selection);
        }
    }

    /// The conditions beside a comparison with an accumulator. Those behind it are evaluated only
    /// where the comparison holds.
    fn conditions(&mut self, conditions: &select::Conditions, var: VarId) {
        for condition in conditions.all() {
            self.expr(condition);
        }
        for condition in &conditions.after {
            self.taken_lazily(var, *condition);
        }
    }

    fn taken_lazily(&mut self, var: VarId, operand: ExprId) {
        let help = texts::TAKEN_HELP.to_string();
        self.out.lazy.push(Lazy { var, operand, help });
    }

    fn read(&mut self, var: VarId, span: Span) {
        let compared = self.compared;
        self.found.reads.push(Read {
            var,
            span,
            compared,
        });
    }

    fn expr(&mut self, id: ExprId) {
        let function = self.reader.function;
        let node = &function.exprs[id];
        match &node.kind {
            ExprKind::Var(var) if self.is_target(*var) => {
                let (var, span) = (*var, node.span);
                self.read(var, span);
            }
            ExprKind::Load(access) => {
                let array = function.accesses[*access].array;
                if self.is_target(array) {
                    self.read(array, node.span);
                }
                self.index(*access);
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
            ExprKind::Binary(op, left, right) => {
                let around = std::mem::replace(&mut self.compared, op.is_comparison());
                self.expr(*left);
                self.expr(*right);
                self.compared = around;
            }
            kind => {
                for operand in crate::ir::verify::operands(kind) {
                    self.expr(operand);
                }
            }
        }
    }
}
