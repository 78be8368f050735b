//! One walk over a candidate's body: every access with its context, every assignment to what lives
//! outside, and every construct that a region cannot hold.

use super::form::{Constraint, Former};
use super::plan::Reason;
use super::texts;
use crate::ir::{
    AccessId, AccessMode, Adapter, BinaryOp, Block, Builtin, CalleeId, CalleeKind, ExprId,
    ExprKind, Function, LoopId, Opaque, Pat, Place, Span, Stmt, StmtKind, Ty, VarId, VarKind,
};
use crate::tables::HashSet;

/// Where in an iteration something happens.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// The way to it, from the iteration's start.
    pub steps: Vec<Step>,
    /// It also depends on something that no step describes.
    pub uncertain: bool,
}

/// What is passed on the way to a place in an iteration. The order matters: a condition means
/// something only where those before it hold.
#[derive(Clone, Debug)]
pub enum Step {
    /// Into an inner loop.
    Loop(LoopId),
    /// Past a condition that is affine in loop variables.
    When(Constraint),
}

/// An access and when it is made.
#[derive(Debug)]
pub struct Visit {
    pub access: AccessId,
    pub context: Context,
}

/// What the walk found.
#[derive(Debug, Default)]
pub struct Scan {
    pub visits: Vec<Visit>,
    /// Assignments to scalars that live outside the iteration.
    pub assigned: Vec<(VarId, Span)>,
    /// Scalars from outside that the body reads, in order of first use.
    pub reads: Vec<VarId>,
    /// Arrays of which only lengths are read, or elements.
    pub arrays: Vec<VarId>,
    pub inner_loops: Vec<LoopId>,
    /// Bounds checks of slices, which the guard may answer.
    pub checks: Vec<(ExprId, Context)>,
    /// Why the candidate cannot be a region whatever its accesses are.
    pub reasons: Vec<Reason>,
}

/// As many values as a failure record holds.
const MOST_RECORDED: usize = 4;

/// Walks the body of the innermost loop of `nest`.
pub fn scan(function: &Function, nest: &[LoopId], former: &Former) -> Scan {
    let mut scanner = Scanner {
        function,
        nest,
        former,
        context: Context::default(),
        depth: 0,
        unknown: 0,
        unknown_names: HashSet::default(),
        refused: HashSet::default(),
        out: Scan::default(),
    };
    scanner.block(&super::nest::body(function, nest));
    scanner.out
}

struct Scanner<'a> {
    function: &'a Function,
    nest: &'a [LoopId],
    former: &'a Former<'a>,
    context: Context,
    /// Loops of any kind between the iteration and here.
    depth: u32,
    /// Variables whose values have been refused: of these nothing more is said.
    refused: HashSet<VarId>,
    /// How many things of unknown type have been refused.
    unknown: usize,
    /// Names among them: of what is made of these, nothing more is said.
    unknown_names: HashSet<String>,
    out: Scan,
}

impl Scanner<'_> {
    fn refuse(&mut self, span: Span, message: String, help: Option<String>) {
        self.out.reasons.push(Reason {
            message,
            span,
            help,
            second: None,
        });
    }

    /// Something of unknown type. Behind a refused value, much can be.
    fn unknown(&mut self, span: Span, text: &str, help: Option<String>) {
        let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        let follows = words.any(|word| self.unknown_names.contains(word));
        self.unknown_names.insert(text.to_string());
        if self.refused.is_empty() && !follows {
            self.unknown += 1;
            self.refuse(span, texts::unknown_type(text), help);
        }
    }

    fn opaque(&mut self, opaque: &Opaque, span: Span) {
        self.refuse(
            span,
            texts::not_in_a_region(&opaque.what),
            opaque.help.clone(),
        );
    }

    /// A block; what its statements exclude holds to its end only.
    fn block(&mut self, block: &Block) {
        let before = self.context.clone();
        for stmt in &block.stmts {
            self.stmt(stmt);
            self.after(stmt);
        }
        if let Some(value) = block.value {
            self.expr(value);
        }
        self.context = before;
    }

    /// `if c { continue; }`: the rest of the block knows that `c` does not hold.
    fn after(&mut self, stmt: &Stmt) {
        if !jumps_in_stmt(self.function, stmt) {
            return;
        }
        let branches = match stmt.kind {
            StmtKind::Expr(id) | StmtKind::Let { init: Some(id), .. } => self.branches(id),
            _ => None,
        };
        match branches {
            Some((cond, then, otherwise)) if leaves(self.function, then) => {
                let passes = otherwise.is_some_and(|block| self.jumps(block));
                self.context.uncertain |= passes;
                self.assume(cond, false);
            }
            Some((cond, then, Some(otherwise))) if leaves(self.function, otherwise) => {
                self.context.uncertain |= self.jumps(then);
                self.assume(cond, true);
            }
            _ => self.context.uncertain = true,
        }
    }

    fn branches(&self, id: ExprId) -> Option<(ExprId, &Block, Option<&Block>)> {
        match &self.function.exprs[id].kind {
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => Some((*cond, then, otherwise.as_ref())),
            _ => None,
        }
    }

    fn jumps(&self, block: &Block) -> bool {
        block_jumps(self.function, block, 0, false)
    }

    /// Adds what is known where `cond` is `value`. What a comparison with an accumulator lets pass
    /// depends on the order of iterations: the guard asks for all of it, and serial runs where
    /// that is too much.
    fn assume(&mut self, cond: ExprId, value: bool) {
        if value
            && let ExprKind::Logic {
                and: true,
                left,
                right,
            } = self.function.exprs[cond].kind
        {
            self.assume(left, true);
            return self.assume(right, true);
        }
        if value && self.compares_accumulator(cond) {
            return;
        }
        let known = self.former.constraints(cond, value);
        let steps = known.constraints.into_iter().map(Step::When);
        self.context.steps.extend(steps);
        self.context.uncertain |= !known.complete;
    }

    /// A jump in an operand makes whatever else its expression does uncertain. Branches and blocks
    /// that stand alone follow their own course.
    fn jumps_in_operand(&self, id: ExprId) -> bool {
        match &self.function.exprs[id].kind {
            ExprKind::If { cond, .. } => expr_jumps(self.function, *cond, 0, false),
            ExprKind::Block(_) => false,
            _ => expr_jumps(self.function, id, 0, false),
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let { pat, init } => {
                if let Some(init) = init {
                    if self.refused_value(pat, *init) {
                        return;
                    }
                    let unknown = self.unknown;
                    self.alone(*init);
                    if self.unknown > unknown {
                        // What is bound to it is unknown for the same reason.
                        return;
                    }
                }
                self.pattern(pat, stmt.span);
            }
            StmtKind::Assign { target, value, .. } => {
                // The value comes first, and may jump away from the assignment.
                self.context.uncertain |= jumps_in_stmt(self.function, stmt);
                self.place(target, stmt.span);
                self.expr(*value);
            }
            StmtKind::Expr(id) => match self.function.exprs[*id].kind {
                ExprKind::Apply(callee, _) => {
                    let message = texts::call_for_effect(&self.function.callees[callee].name);
                    self.refuse(
                        stmt.span,
                        message,
                        Some(texts::CALL_FOR_EFFECT_HELP.to_string()),
                    );
                }
                _ => self.alone(*id),
            },
            StmtKind::Return(id) => self.alone(*id),
            StmtKind::For(id) => self.for_loop(*id),
            StmtKind::While { cond, body, .. } => self.uncertain_loop(Some(*cond), body),
            StmtKind::Loop { body, .. } => self.uncertain_loop(None, body),
            StmtKind::Break { depth } => {
                if *depth >= self.depth {
                    let help = texts::BREAK_HELP.to_string();
                    self.refuse(stmt.span, texts::leaves_the_loop("break"), Some(help));
                }
            }
            StmtKind::Continue { depth } => {
                if *depth > self.depth {
                    let message = texts::leaves_the_loop("continue");
                    self.refuse(stmt.span, message, None);
                }
            }
            StmtKind::Assert {
                cond,
                args,
                debug_only,
                ..
            } => {
                let before = self.context.clone();
                // Whether the build asserts at all is not known here.
                self.context.uncertain |= debug_only;
                if self.function.made.contains(cond) {
                    self.out.checks.push((*cond, self.context.clone()));
                }
                self.expr(*cond);
                args.iter().for_each(|arg| self.recorded(*arg));
                self.context = before;
            }
            StmtKind::Opaque(opaque) => self.opaque(opaque, stmt.span),
        }
    }

    /// A variable that an assertion names: where it fails, 64 bits of it are recorded.
    fn recorded(&mut self, arg: ExprId) {
        self.expr(arg);
        let node = &self.function.exprs[arg];
        if let (ExprKind::Var(var), None) = (&node.kind, node.ty.scalar()) {
            let name = self.function.vars[*var].ident.to_string();
            let help = texts::RECORDED_HELP.to_string();
            self.refuse(node.span, texts::not_recorded(&name), Some(help));
        }
    }

    /// An expression that is all of a statement, or its `let`'s.
    fn alone(&mut self, id: ExprId) {
        self.context.uncertain |= self.jumps_in_operand(id);
        self.expr(id);
    }

    /// A value that no region can hold: it is refused once, and what is bound to it never.
    fn refused_value(&mut self, pat: &Pat, init: ExprId) -> bool {
        let node = &self.function.exprs[init];
        match (&node.kind, pat) {
            (ExprKind::Opaque(opaque), _) => self.opaque(opaque, node.span),
            (ExprKind::NewArray { .. }, Pat::Var(var)) => {
                let name = self.function.vars[*var].ident.to_string();
                let help = Some(texts::NEW_ARRAY_HELP.to_string());
                self.refuse(node.span, texts::new_array(Some(&name)), help);
            }
            _ => return false,
        }
        self.forget(pat);
        true
    }

    fn forget(&mut self, pat: &Pat) {
        match pat {
            Pat::Var(var) => _ = self.refused.insert(*var),
            Pat::Tuple(parts) => parts.iter().for_each(|part| self.forget(part)),
            Pat::Wild => {}
        }
    }

    fn pattern(&mut self, pat: &Pat, span: Span) {
        match pat {
            Pat::Var(var) => {
                if !self.function.vars[*var].ty.is_value() {
                    let name = self.function.vars[*var].ident.to_string();
                    self.unknown(span, &name, Some(texts::annotate(&name)));
                }
            }
            Pat::Tuple(parts) => parts.iter().for_each(|part| self.pattern(part, span)),
            Pat::Wild => {}
        }
    }

    fn place(&mut self, place: &Place, span: Span) {
        match place {
            Place::Var(var) => self.assign(*var, span),
            Place::Element(access) => self.access(*access),
            Place::LocalElement { base, index } => {
                index.iter().for_each(|index| self.expr(*index));
                self.assign(*base, span);
            }
            Place::Field { base, .. } => self.assign(*base, span),
        }
    }

    fn assign(&mut self, var: VarId, span: Span) {
        let node = &self.function.vars[var];
        let own = |id| self.nest.contains(&id) || self.former.is_inner_loop(id);
        if matches!(node.kind, VarKind::Index(id) if own(id)) {
            let message = texts::assigns_index(&node.ident.to_string());
            let help = texts::COPY_INDEX_HELP.to_string();
            self.refuse(span, message, Some(help));
        } else if !self.former.is_local(var) {
            self.out.assigned.push((var, span));
        }
    }

    fn access(&mut self, id: AccessId) {
        let access = &self.function.accesses[id];
        access.index.iter().for_each(|index| self.expr(*index));
        self.array(access.array, access.span);
        if let Some(name) = access
            .through
            .filter(|name| !self.former.is_bound_within(*name))
        {
            let message = texts::borrowed_outside(&self.function.vars[name].ident.to_string());
            let help = texts::BORROWED_OUTSIDE_HELP.to_string();
            self.refuse(access.span, message, Some(help));
        }
        self.out.visits.push(Visit {
            access: id,
            context: self.context.clone(),
        });
    }

    fn array(&mut self, array: VarId, span: Span) {
        let var = &self.function.vars[array];
        if var.ty.view().is_none() || self.former.is_local(array) {
            let name = var.ident.to_string();
            let help = match var.kind {
                VarKind::Outside => texts::annotate_table(&var.tokens.to_string().replace(' ', "")),
                _ => texts::annotate(&name),
            };
            self.unknown(span, &name, Some(help));
        }
        if !self.out.arrays.contains(&array) {
            self.out.arrays.push(array);
        }
    }

    fn for_loop(&mut self, id: LoopId) {
        let node = &self.function.loops[id];
        self.out.inner_loops.push(id);
        if let Some(opaque) = &node.opaque {
            let Opaque { what, help, .. } = opaque;
            self.refuse(node.range_span, texts::not_in_a_region(what), help.clone());
            return;
        }
        if node.demanded {
            let message = texts::demanded_inside(&self.function.vars[node.var].ident.to_string());
            self.refuse(node.head, message, Some(texts::DEMANDED_HELP.to_string()));
        }
        if node
            .iteration
            .as_ref()
            .is_some_and(|iteration| iteration.alike)
        {
            let help = texts::ALIKE_HELP.to_string();
            self.refuse(node.range_span, texts::not_alike(), Some(help));
        }
        for end in [node.range.start, node.range.end] {
            self.context.uncertain |= expr_jumps(self.function, end, 0, false);
            self.expr(end);
        }
        for adapter in &node.range.adapters {
            if let Adapter::StepBy(step) = adapter
                && !matches!(self.function.exprs[*step].kind, ExprKind::Int(1.., _))
            {
                let help = texts::STEP_HELP.to_string();
                let span = self.function.exprs[*step].span;
                self.refuse(span, texts::run_time_step(), Some(help));
            }
        }
        let before = self.context.clone();
        match self.former.not_empty(id) {
            Some(constraint) => self.context.steps.push(Step::When(constraint)),
            None => self.context.uncertain = true,
        }
        self.context.steps.push(Step::Loop(id));
        // A `break` in the body makes later passes, and so every access, uncertain.
        self.context.uncertain |= jumps_out(self.function, &node.body);
        self.depth += 1;
        self.block(&node.body);
        self.depth -= 1;
        self.context = before;
    }

    fn uncertain_loop(&mut self, cond: Option<ExprId>, body: &Block) {
        let before = self.context.clone();
        self.context.uncertain = true;
        self.depth += 1;
        if let Some(cond) = cond {
            self.expr(cond);
        }
        self.block(body);
        self.depth -= 1;
        self.context = before;
    }

    fn expr(&mut self, id: ExprId) {
        let function = self.function;
        let node = &function.exprs[id];
        match &node.kind {
            ExprKind::Opaque(opaque) => return self.opaque(opaque, node.span),
            ExprKind::NewArray { .. } => {
                let help = texts::NEW_ARRAY_HELP.to_string();
                return self.refuse(node.span, texts::new_array(None), Some(help));
            }
            ExprKind::Var(var) => return self.read(*var, node.span),
            ExprKind::Load(access) => return self.access(*access),
            ExprKind::Len { array, .. } => return self.array(*array, node.span),
            ExprKind::Block(block) => return self.block(block),
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => {
                return self.branch(*cond, then, otherwise.as_ref());
            }
            ExprKind::Logic { and, left, right } => {
                self.expr(*left);
                let before = self.context.clone();
                // What an accumulator skips depends on the order of iterations: the guard asks
                // for all of it, and serial runs where that is too much.
                if !self.accumulates(*left) {
                    self.assume(*left, *and);
                }
                self.expr(*right);
                self.context = before;
                return;
            }
            ExprKind::Call(builtin, args) => self.check_call(*builtin, args, node.span),
            ExprKind::Apply(callee, args) => self.check_assumed(*callee, args, node.span),
            ExprKind::LocalElement { base, .. } => self.read(*base, node.span),
            _ => {}
        }
        for operand in crate::ir::verify::operands(&node.kind) {
            self.expr(operand);
        }
        if !node.ty.is_value() && node.ty != Ty::Unit {
            let text = crate::ir::dump::expr(function, id);
            let call = matches!(node.kind, ExprKind::Apply(..));
            let help = call.then(|| texts::annotate_result(&text));
            self.unknown(node.span, &text, help);
        }
    }

    fn compares_accumulator(&self, cond: ExprId) -> bool {
        match self.function.exprs[cond].kind {
            ExprKind::Binary(op, left, right) if op.is_comparison() => {
                self.accumulates(left) || self.accumulates(right)
            }
            _ => false,
        }
    }

    /// A variable that lives outside and that the body assigns.
    fn accumulates(&self, id: ExprId) -> bool {
        match self.function.exprs[id].kind {
            ExprKind::Var(var) => self.former.is_assigned(var) && !self.former.is_local(var),
            _ => false,
        }
    }

    fn check_call(&mut self, builtin: Builtin, args: &[ExprId], span: Span) {
        let ty = &self.function.exprs[args[0]].ty;
        if let Some(scalar) = ty.scalar()
            && !super::builtins::exists(builtin, scalar)
        {
            let message = texts::no_such_method(builtin.name(), scalar.name());
            self.refuse(span, message, None);
        }
    }

    /// Where a function that the user vouches for panics, its arguments are recorded.
    fn check_assumed(&mut self, callee: CalleeId, args: &[ExprId], span: Span) {
        let callee = &self.function.callees[callee];
        let number = |arg: &ExprId| self.function.exprs[*arg].ty.scalar().is_some();
        let fits = args.len() <= MOST_RECORDED && args.iter().all(number);
        if callee.kind == CalleeKind::Assumed && !fits {
            let help = texts::ASSUMED_ARGUMENTS_HELP.to_string();
            let message = texts::assumed_arguments(&callee.name, MOST_RECORDED);
            self.refuse(span, message, Some(help));
        }
    }

    fn branch(&mut self, cond: ExprId, then: &Block, otherwise: Option<&Block>) {
        self.expr(cond);
        let before = self.context.clone();
        self.assume(cond, true);
        self.block(then);
        self.context = before.clone();
        if let Some(otherwise) = otherwise {
            self.assume(cond, false);
            self.block(otherwise);
        }
        self.context = before;
    }

    fn read(&mut self, var: VarId, span: Span) {
        let node = &self.function.vars[var];
        if self.former.is_local(var)
            || matches!(node.kind, VarKind::Index(id) if self.nest.contains(&id))
        {
            return;
        }
        if self.former.is_hidden(var) {
            let help = texts::HANDED_OUT_HELP.to_string();
            let message = texts::handed_out(&node.ident.to_string());
            return self.refuse(span, message, Some(help));
        }
        if node.ty.view().is_some() {
            let name = node.ident.to_string();
            let help = texts::ELEMENTS_HELP.to_string();
            return self.refuse(span, texts::whole_array(&name), Some(help));
        }
        if let Ty::Array(..) = node.ty {
            let name = node.ident.to_string();
            let help = Some(texts::drivers_array_help(&name));
            return self.refuse(span, texts::drivers_array(&name), help);
        }
        if node.ty.scalar().is_none() {
            let name = node.ident.to_string();
            let help = match node.kind {
                VarKind::Outside => texts::annotate_outside(&node.tokens.to_string()),
                _ => texts::annotate(&name),
            };
            return self.unknown(span, &name, Some(help));
        }
        if !self.out.reads.contains(&var) {
            self.out.reads.push(var);
        }
    }
}

/// Whether a block always ends by jumping away.
fn leaves(function: &Function, block: &Block) -> bool {
    block.stmts.last().is_some_and(|stmt| match stmt.kind {
        StmtKind::Break { .. } | StmtKind::Continue { .. } | StmtKind::Return(_) => true,
        StmtKind::Expr(id) => match &function.exprs[id].kind {
            ExprKind::Block(inner) => leaves(function, inner),
            _ => false,
        },
        _ => false,
    })
}

/// Whether a statement may jump past what follows it.
fn jumps_in_stmt(function: &Function, stmt: &Stmt) -> bool {
    stmt_jumps(function, stmt, 0, false)
}

/// Whether a loop's body may end the loop.
pub fn jumps_out(function: &Function, body: &Block) -> bool {
    block_jumps(function, body, 0, true)
}

/// Whether a jump may skip the rest of an iteration.
pub fn skips(function: &Function, body: &Block) -> bool {
    block_jumps(function, body, 0, false)
}

/// `breaks_only`: a `continue` of the loop itself does not count.
fn stmt_jumps(function: &Function, stmt: &Stmt, depth: u32, breaks_only: bool) -> bool {
    let expr = |id: ExprId| expr_jumps(function, id, depth, breaks_only);
    let inside = |body| block_jumps(function, body, depth + 1, breaks_only);
    match &stmt.kind {
        StmtKind::Break { depth: to } => *to >= depth,
        StmtKind::Return(_) => true,
        StmtKind::Continue { depth: to } => *to > depth || (*to == depth && !breaks_only),
        StmtKind::For(id) => {
            let node = &function.loops[*id];
            expr(node.range.start) || expr(node.range.end) || inside(&node.body)
        }
        StmtKind::While { cond, body, .. } => {
            expr_jumps(function, *cond, depth + 1, breaks_only) || inside(body)
        }
        StmtKind::Loop { body, .. } => inside(body),
        StmtKind::Expr(id) | StmtKind::Let { init: Some(id), .. } => expr(*id),
        StmtKind::Assign { target, value, .. } => {
            let index = match target {
                Place::Element(access) => function.accesses[*access].index.clone(),
                Place::LocalElement { index, .. } => index.clone(),
                Place::Var(_) | Place::Field { .. } => Vec::new(),
            };
            expr(*value) || index.into_iter().any(expr)
        }
        StmtKind::Assert { cond, args, .. } => expr(*cond) || args.iter().any(|arg| expr(*arg)),
        StmtKind::Let { init: None, .. } | StmtKind::Opaque(_) => false,
    }
}

fn block_jumps(function: &Function, block: &Block, depth: u32, breaks_only: bool) -> bool {
    block
        .stmts
        .iter()
        .any(|stmt| stmt_jumps(function, stmt, depth, breaks_only))
        || block
            .value
            .is_some_and(|id| expr_jumps(function, id, depth, breaks_only))
}

fn expr_jumps(function: &Function, id: ExprId, depth: u32, breaks_only: bool) -> bool {
    let expr = |id: ExprId| expr_jumps(function, id, depth, breaks_only);
    let block = |block: &Block| block_jumps(function, block, depth, breaks_only);
    match &function.exprs[id].kind {
        ExprKind::Block(inner) => block(inner),
        ExprKind::If {
            cond,
            then,
            otherwise,
        } => expr(*cond) || block(then) || otherwise.as_ref().is_some_and(block),
        ExprKind::Load(access) => function.accesses[*access].index.iter().any(|id| expr(*id)),
        kind => crate::ir::verify::operands(kind).into_iter().any(expr),
    }
}

impl Scan {
    /// Whether the index of an element that is accessed like this is no affine function of the loop
    /// variables.
    pub fn accesses_by_data(&self, former: &Former, like: impl Fn(AccessMode) -> bool) -> bool {
        self.visits.iter().any(|visit| {
            let access = &former.function.accesses[visit.access];
            let by_data = |index: &ExprId| former.form(*index).is_none();
            like(access.mode) && access.index.iter().any(by_data)
        })
    }
}

/// Whether the mode writes.
pub fn writes(mode: AccessMode) -> bool {
    mode != AccessMode::Load
}

/// Negation of a comparison.
pub fn negated(op: BinaryOp) -> Option<BinaryOp> {
    Some(match op {
        BinaryOp::Lt => BinaryOp::Ge,
        BinaryOp::Ge => BinaryOp::Lt,
        BinaryOp::Gt => BinaryOp::Le,
        BinaryOp::Le => BinaryOp::Gt,
        BinaryOp::Eq => BinaryOp::Ne,
        BinaryOp::Ne => BinaryOp::Eq,
        _ => return None,
    })
}
