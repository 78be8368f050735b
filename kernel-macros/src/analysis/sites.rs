//! Where an iteration can fail, numbered in source order.

use super::builtins::{Panics, panics};
use super::constant;
use super::plan::{Bounds, Region, Site, SiteKey, SiteKind};
use crate::ir::{
    AccessId, BinaryOp, Block, Builtin, CalleeId, CalleeKind, ExprId, ExprKind, Function, Place,
    Scalar, Span, Stmt, StmtKind, Ty, UnaryOp, VarId, walk,
};
use crate::tables::{HashMap, HashSet};

/// What the guard and the reductions take off the list.
pub struct Exempt<'a> {
    pub bounds: &'a HashMap<AccessId, Bounds>,
    /// Arithmetic that the guard covers, and arithmetic that wraps by definition.
    pub nodes: &'a HashSet<ExprId>,
    /// Right-hand sides of compound assignments that wrap by definition.
    pub compounds: &'a HashSet<ExprId>,
}

/// Where a body can fail.
#[derive(Default)]
pub struct Sites {
    pub sites: Vec<Site>,
    pub numbers: HashMap<SiteKey, u32>,
    /// The device functions called, whose sites follow.
    pub calls: Vec<CalleeId>,
}

impl Region {
    /// Its sites are these.
    pub fn take_sites(&mut self, found: Sites) {
        self.sites = found.sites;
        self.site_of = found.numbers;
        self.calls = found.calls;
    }
}

/// The sites of a body and their numbers.
pub fn plan(function: &Function, body: &Block, exempt: &Exempt) -> Sites {
    let mut finder = Finder {
        function,
        exempt,
        found: Sites::default(),
    };
    finder.block(body);
    finder.found
}

/// Whether an expression, or anything in it, can fail.
pub fn can_fail(function: &Function, id: ExprId, numbers: &HashMap<SiteKey, u32>) -> bool {
    !below(function, id, numbers).is_empty() || calls(function, id)
}

/// Whether an expression calls functions outside, of whose sites nothing is known here.
pub fn calls(function: &Function, id: ExprId) -> bool {
    let mut found = false;
    walk::below(function, id, &mut |id| {
        if let ExprKind::Apply(callee, _) = function.exprs[id].kind {
            found |= function.callees[callee].kind == CalleeKind::Device;
        }
    });
    found
}

/// The body's own sites in an expression and everything in it.
pub fn below(function: &Function, id: ExprId, numbers: &HashMap<SiteKey, u32>) -> Vec<u32> {
    let mut found = Vec::new();
    walk::below(function, id, &mut |id| {
        found.extend(keys(function, id).filter_map(|key| numbers.get(&key)));
    });
    found
}

/// The sites that an expression can be.
pub fn keys(function: &Function, id: ExprId) -> impl Iterator<Item = SiteKey> {
    let access = match function.exprs[id].kind {
        ExprKind::Load(access) => Some(SiteKey::Access(access)),
        _ => None,
    };
    let own = [
        SiteKey::Expr(id),
        SiteKey::Compound(id),
        SiteKey::LocalIndex(id),
    ];
    own.into_iter().chain(access)
}

/// Whether the numbers in the source say that a call does not panic.
fn settled(function: &Function, builtin: Builtin, args: &[ExprId]) -> bool {
    match (builtin, args) {
        (Builtin::Clamp, [_, low, high]) => {
            let ends = [low, high].map(|id| number(function, *id));
            matches!(ends, [Some(low), Some(high)] if low <= high)
        }
        (Builtin::RemEuclid | Builtin::DivEuclid, [_, by]) => {
            number(function, *by).is_some_and(|by| by > 0.0)
        }
        _ => false,
    }
}

/// A number that the source says, if an `f64` tells it from others.
fn number(function: &Function, id: ExprId) -> Option<f64> {
    match &function.exprs[id].kind {
        ExprKind::Int(value, _) => u32::try_from(*value).ok().map(f64::from),
        ExprKind::Float(text, _) => text.replace('_', "").parse().ok(),
        ExprKind::Unary(UnaryOp::Neg, inner) => number(function, *inner).map(|value| -value),
        _ => None,
    }
}

struct Finder<'a> {
    function: &'a Function,
    exempt: &'a Exempt<'a>,
    found: Sites,
}

impl Finder<'_> {
    fn push(&mut self, key: SiteKey, kind: SiteKind, span: Span, debug_only: bool) {
        let number = self.found.sites.len() as u32;
        self.found.sites.push(Site {
            kind,
            span,
            debug_only,
        });
        self.found.numbers.insert(key, number);
    }

    fn block(&mut self, block: &Block) {
        block.stmts.iter().for_each(|stmt| self.stmt(stmt));
        block.value.iter().for_each(|value| self.expr(*value));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let { init, .. } => init.iter().for_each(|init| self.expr(*init)),
            StmtKind::Assign { target, op, value } => {
                self.expr(*value);
                let left = self.place(target, stmt.span);
                if let (Some(op), Some(left)) = (op, left)
                    && !self.exempt.compounds.contains(value)
                {
                    self.arithmetic(SiteKey::Compound(*value), *op, left, *value, stmt.span);
                }
            }
            StmtKind::Expr(id) | StmtKind::Return(id) => self.expr(*id),
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
            StmtKind::Assert {
                cond,
                args,
                tokens,
                debug_only,
            } => {
                self.expr(*cond);
                let scalar = |arg: &ExprId| self.function.exprs[*arg].ty.scalar();
                let args = args.iter().filter_map(scalar).collect();
                let tokens = tokens.clone();
                let kind = SiteKind::Assert { tokens, args };
                if !self.exempt.nodes.contains(cond) {
                    self.push(SiteKey::Expr(*cond), kind, stmt.span, *debug_only);
                }
            }
            StmtKind::Break { .. } | StmtKind::Continue { .. } | StmtKind::Opaque(_) => {}
        }
    }

    /// Sites of a target's index; its type. Statements that assign start with their target.
    fn place(&mut self, place: &Place, stmt: Span) -> Option<Scalar> {
        match place {
            Place::Var(var) => self.function.vars[*var].ty.scalar(),
            Place::Element(access) => {
                self.access(*access);
                let array = self.function.accesses[*access].array;
                self.function.vars[array].ty.view().map(|view| view.elem)
            }
            Place::LocalElement { base, index } => {
                index.iter().for_each(|index| self.expr(*index));
                let last = index.last().map(|last| self.function.exprs[*last].span.end);
                let end = last.unwrap_or(stmt.end);
                self.local_element(*base, index, Span { end, ..stmt });
                let ty = &self.function.vars[*base].ty;
                ty.indexed(index.len()).and_then(Ty::scalar)
            }
            Place::Field { base, index } => match &self.function.vars[*base].ty {
                Ty::Tuple(parts) => parts[*index as usize].scalar(),
                _ => None,
            },
        }
    }

    fn access(&mut self, id: AccessId) {
        let access = &self.function.accesses[id];
        access.index.iter().for_each(|index| self.expr(*index));
        if self.exempt.bounds.get(&id) != Some(&Bounds::Proved) {
            self.push(SiteKey::Access(id), SiteKind::Index(id), access.span, false);
        }
    }

    /// The sites of `local[i][j]`.
    fn local_element(&mut self, base: VarId, index: &[ExprId], span: Span) {
        let function = self.function;
        for (depth, index) in index.iter().enumerate() {
            let Some(Ty::Array(_, len)) = function.vars[base].ty.indexed(depth) else {
                return;
            };
            if !constant::is_below(function, *index, *len) {
                let kind = SiteKind::LocalIndex { len: *len };
                self.push(SiteKey::LocalIndex(*index), kind, span, false);
            }
        }
    }

    fn expr(&mut self, id: ExprId) {
        let function = self.function;
        let node = &function.exprs[id];
        match &node.kind {
            ExprKind::Load(access) => return self.access(*access),
            ExprKind::Block(block) => return self.block(block),
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => {
                self.expr(*cond);
                self.block(then);
                otherwise.iter().for_each(|block| self.block(block));
                return;
            }
            _ => {}
        }
        for operand in crate::ir::verify::operands(&node.kind) {
            self.expr(operand);
        }
        if self.exempt.nodes.contains(&id) || function.made.contains(&id) {
            return;
        }
        match &node.kind {
            ExprKind::Binary(op, left, right) => {
                if let Some(scalar) = function.exprs[*left].ty.scalar() {
                    self.arithmetic(SiteKey::Expr(id), *op, scalar, *right, node.span);
                }
            }
            // `-128i8` is a literal, not a negation that overflows.
            ExprKind::Unary(UnaryOp::Neg, inner)
                if !matches!(function.exprs[*inner].kind, ExprKind::Int(..)) =>
            {
                if let Some(scalar) = node.ty.scalar().filter(|scalar| scalar.is_int()) {
                    self.push(SiteKey::Expr(id), SiteKind::Neg(scalar), node.span, true);
                }
            }
            ExprKind::Call(builtin, args) => {
                let Some(ty) = function.exprs[args[0]].ty.scalar() else {
                    return;
                };
                let kind = SiteKind::Call {
                    builtin: *builtin,
                    ty,
                };
                let place = Span {
                    start: function.panic_place(id),
                    ..node.span
                };
                match panics(*builtin, ty) {
                    Panics::Never => {}
                    _ if settled(function, *builtin, args) => {}
                    Panics::InDebug => self.push(SiteKey::Expr(id), kind, place, true),
                    Panics::Always => self.push(SiteKey::Expr(id), kind, place, false),
                }
            }
            ExprKind::Apply(callee, args) => self.call(id, *callee, args),
            ExprKind::LocalElement { base, index } => self.local_element(*base, index, node.span),
            _ => {}
        }
    }

    fn call(&mut self, id: ExprId, callee: CalleeId, args: &[ExprId]) {
        match self.function.callees[callee].kind {
            CalleeKind::Assumed => {
                let (args, span) = (args.to_vec(), self.function.exprs[id].span);
                let kind = SiteKind::Assumed { callee, args };
                self.push(SiteKey::Expr(id), kind, span, false);
            }
            CalleeKind::Device if !self.found.calls.contains(&callee) => {
                self.found.calls.push(callee);
            }
            CalleeKind::Device => {}
        }
    }

    fn arithmetic(&mut self, key: SiteKey, op: BinaryOp, left: Scalar, right: ExprId, span: Span) {
        let node = &self.function.exprs[right];
        let (Some(right_ty), true) = (node.ty.scalar(), left.is_int()) else {
            return;
        };
        let literal = match node.kind {
            ExprKind::Int(value, _) => Some(value),
            _ => None,
        };
        let (fails, debug_only) = match op {
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul => (true, true),
            BinaryOp::Div | BinaryOp::Rem => (literal.is_none_or(|value| value == 0), false),
            BinaryOp::Shl | BinaryOp::Shr => (
                literal.is_none_or(|value| value >= u128::from(left.bits())),
                true,
            ),
            _ => (false, false),
        };
        if fails {
            self.push(
                key,
                SiteKind::Binary {
                    op,
                    left,
                    right: right_ty,
                },
                span,
                debug_only,
            );
        }
    }
}
