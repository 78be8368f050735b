//! Type inference over the whole body: unification as in Rust's own, on the types a kernel has.
//!
//! The result is a claim that rustc re-checks in the expansion (captures, witnesses and proofs are
//! exact about types), so a disagreement is a compile error and never a different program. Driver
//! code outside the subset contributes nothing and may stay [`Ty::Unknown`].

use crate::ir::types::{Made, View, ViewKind};
use crate::ir::{
    Adapter, BinaryOp, Block, Builtin, Expr, ExprId, ExprKind, Function, LoopId, MakerKind, Opaque,
    Pat, Place, Proof, Scalar, Span, Stmt, StmtKind, Ty, Typed, UnaryOp, VarId, VarKind,
};
use std::collections::HashSet;

/// Two uses that cannot have one type.
#[derive(Debug)]
pub struct Mismatch {
    pub span: Span,
    pub message: String,
    /// The innermost loop around it.
    pub home: Option<LoopId>,
}

/// Types every variable and expression; returns what does not fit.
pub fn infer(function: &mut Function) -> Vec<Mismatch> {
    let mut solver = Solver::new(function);
    solver.block(&function.body);
    if let Some(value) = function.body.value {
        solver.returns(value);
    }
    for value in &function.returned {
        solver.returns(*value);
    }
    for (expr, scalar) in &function.pinned {
        solver.unify_expr(*expr, Type::Scalar(*scalar));
    }
    solver.settle();
    solver.count_in_usize();
    let open = solver.open_literals();
    let Solver {
        slots,
        vars,
        exprs,
        mismatches,
        discarded,
        ..
    } = solver;
    let table = Slots { slots: slots.slots };
    for (index, ty) in vars.iter().enumerate() {
        function.vars[VarId::from_index(index)].ty = table.finish(ty);
    }
    for (index, ty) in exprs.iter().enumerate() {
        function.exprs[ExprId::from_index(index)].ty = table.finish(ty);
    }
    from_bool(function);
    totals(function);
    receivers(function);
    lengths(function);
    methods(function);
    function.open = open;
    // A branch that jumps away on every path has any type; nobody reads it here.
    for id in discarded {
        let node = &mut function.exprs[id];
        let structured = matches!(node.kind, ExprKind::If { .. } | ExprKind::Block(_));
        if structured && node.ty == Ty::Unknown {
            node.ty = Ty::Unit;
        }
    }
    mismatches
}

/// Methods of numbers are no methods of tuples, arrays, options and orderings: a trait's may be.
fn receivers(function: &mut Function) {
    for id in function.exprs.ids() {
        let ExprKind::Call(builtin, args) = &function.exprs[id].kind else {
            continue;
        };
        let ty = &function.exprs[args[0]].ty;
        let several = matches!(ty, Ty::Tuple(_) | Ty::Array(..) | Ty::Option(_));
        if several || *ty == Ty::Ordering && !builtin.asks_order() {
            let what = format!("the method `{}` of `{ty}`", builtin.name());
            function.exprs[id].kind = ExprKind::Opaque(Opaque {
                what,
                help: None,
                blocks: Vec::new(),
            });
        }
    }
}

/// Proofs about methods speak of their receivers' types.
fn methods(function: &mut Function) {
    for id in function.loops.ids() {
        for proof in &mut function.loops[id].proofs {
            let Proof::Method { of, ty, .. } = proof else {
                continue;
            };
            let known = match of {
                Typed::Var(var) => &function.vars[*var].ty,
                Typed::Expr(id) => &function.exprs[*id].ty,
            };
            *ty = match known {
                Ty::View(view) => view.element(),
                ty => ty.clone(),
            };
        }
    }
}

/// What sums and products in chains begin and go on with, now that types are known. A float's sum begins
/// with what leaves every float as it is.
fn totals(function: &mut Function) {
    for id in function.exprs.ids() {
        let ExprKind::Call(builtin, args) = &function.exprs[id].kind else {
            continue;
        };
        let float = function.exprs[id].ty.scalar().is_some_and(Scalar::is_float);
        let literal = |float: &str| ExprKind::Float(float.to_string(), None);
        let kind = match (builtin, float) {
            (Builtin::ChainZero, true) => {
                let zero = Expr {
                    kind: literal("0.0"),
                    ..function.exprs[id].clone()
                };
                let zero = function.exprs.push(zero);
                ExprKind::Unary(UnaryOp::Neg, zero)
            }
            (Builtin::ChainOne, true) => literal("1.0"),
            (Builtin::ChainZero, false) => ExprKind::Int(0, None),
            (Builtin::ChainOne, false) => ExprKind::Int(1, None),
            (Builtin::ChainSum, true) => ExprKind::Binary(BinaryOp::Add, args[0], args[1]),
            (Builtin::ChainProduct, true) => ExprKind::Binary(BinaryOp::Mul, args[0], args[1]),
            _ => continue,
        };
        function.exprs[id].kind = kind;
    }
}

/// `f64::from(true)` is no cast of Rust's; by way of an integer it is.
fn from_bool(function: &mut Function) {
    for id in function.exprs.ids() {
        let (kind, span) = (&function.exprs[id].kind, function.exprs[id].span);
        let &ExprKind::Cast(inner, to) = kind else {
            continue;
        };
        if to.is_float() && function.exprs[inner].ty.scalar() == Some(Scalar::Bool) {
            let (kind, ty) = (ExprKind::Cast(inner, Scalar::U8), Ty::Scalar(Scalar::U8));
            let integer = function.exprs.push(Expr { kind, span, ty });
            function.exprs[id].kind = ExprKind::Cast(integer, to);
        }
    }
}

/// The length of a fixed array is a number.
fn lengths(function: &mut Function) {
    for id in function.exprs.ids() {
        if let ExprKind::Len { array, dim: 0 } = function.exprs[id].kind
            && let Ty::Array(_, len) = function.vars[array].ty
        {
            function.exprs[id].kind = ExprKind::Int(len.into(), None);
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Type {
    Slot(usize),
    Unit,
    Scalar(Scalar),
    /// A complex number of this float.
    Complex(Box<Type>),
    Tuple(Vec<Type>),
    Option(Box<Type>),
    Ordering,
    Array(Box<Type>, u64),
    View {
        elem: Box<Type>,
        rank: u32,
        mutable: bool,
        kind: ViewKind,
    },
}

/// What a slot may become.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Class {
    Any,
    /// From an integer literal.
    Int,
    /// From a float literal.
    Float,
}

#[derive(Clone, Debug)]
enum Slot {
    Open(Class),
    Bound(Type),
}

#[derive(Default)]
struct Slots {
    slots: Vec<Slot>,
}

impl Slots {
    fn fresh(&mut self, class: Class) -> Type {
        self.slots.push(Slot::Open(class));
        Type::Slot(self.slots.len() - 1)
    }

    fn of_ty(&mut self, ty: &Ty) -> Type {
        match ty {
            Ty::Unknown => self.fresh(Class::Any),
            Ty::Unit => Type::Unit,
            Ty::Scalar(scalar) => Type::Scalar(*scalar),
            Ty::Complex(scalar) => Type::Complex(Box::new(Type::Scalar(*scalar))),
            Ty::Tuple(parts) => Type::Tuple(parts.iter().map(|part| self.of_ty(part)).collect()),
            Ty::Ordering => Type::Ordering,
            Ty::Option(some) => Type::Option(Box::new(self.of_ty(some))),
            Ty::Array(elem, len) => Type::Array(Box::new(self.of_ty(elem)), *len),
            Ty::View(view) => Type::View {
                elem: Box::new(self.of_ty(&view.element())),
                rank: view.rank,
                mutable: view.mutable,
                kind: view.kind,
            },
        }
    }

    /// Follows bound slots at the top.
    fn resolve(&self, ty: &Type) -> Type {
        let mut ty = ty;
        while let Type::Slot(slot) = ty {
            match &self.slots[*slot] {
                Slot::Bound(bound) => ty = bound,
                Slot::Open(_) => break,
            }
        }
        ty.clone()
    }

    fn unify(&mut self, left: &Type, right: &Type) -> bool {
        match (self.resolve(left), self.resolve(right)) {
            (Type::Slot(a), Type::Slot(b)) => self.join(a, b),
            (Type::Slot(slot), ty) | (ty, Type::Slot(slot)) => self.bind(slot, ty),
            (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
                a.iter().zip(&b).all(|(a, b)| self.unify(a, b))
            }
            (Type::Complex(a), Type::Complex(b)) | (Type::Option(a), Type::Option(b)) => {
                self.unify(&a, &b)
            }
            (Type::Array(a, n), Type::Array(b, m)) => n == m && self.unify(&a, &b),
            (Type::View { elem: a, .. }, Type::View { elem: b, .. }) => self.unify(&a, &b),
            (a, b) => a == b,
        }
    }

    fn join(&mut self, a: usize, b: usize) -> bool {
        if a == b {
            return true;
        }
        let (Slot::Open(class_a), Slot::Open(class_b)) = (&self.slots[a], &self.slots[b]) else {
            unreachable!("resolved slots are open");
        };
        let class = match (*class_a, *class_b) {
            (Class::Any, class) | (class, Class::Any) => class,
            (a, b) if a == b => a,
            _ => return false,
        };
        self.slots[a] = Slot::Bound(Type::Slot(b));
        self.slots[b] = Slot::Open(class);
        true
    }

    fn bind(&mut self, slot: usize, ty: Type) -> bool {
        let Slot::Open(class) = self.slots[slot] else {
            unreachable!("resolved slots are open")
        };
        let fits = match (class, &ty) {
            (Class::Any, _) => !self.occurs(slot, &ty),
            (Class::Int, Type::Scalar(scalar)) => scalar.is_int(),
            (Class::Float, Type::Scalar(scalar)) => scalar.is_float(),
            _ => false,
        };
        if fits {
            self.slots[slot] = Slot::Bound(ty);
        }
        fits
    }

    fn occurs(&self, slot: usize, ty: &Type) -> bool {
        match self.resolve(ty) {
            Type::Slot(other) => other == slot,
            Type::Tuple(parts) => parts.iter().any(|part| self.occurs(slot, part)),
            Type::Complex(elem)
            | Type::Option(elem)
            | Type::Array(elem, _)
            | Type::View { elem, .. } => self.occurs(slot, &elem),
            _ => false,
        }
    }

    /// The type that is left, literals defaulted as in Rust.
    fn finish(&self, ty: &Type) -> Ty {
        match self.resolve(ty) {
            Type::Slot(slot) => match self.slots[slot] {
                Slot::Open(Class::Int) => Ty::Scalar(Scalar::I32),
                Slot::Open(Class::Float) => Ty::Scalar(Scalar::F64),
                _ => Ty::Unknown,
            },
            Type::Unit => Ty::Unit,
            Type::Scalar(scalar) => Ty::Scalar(scalar),
            Type::Complex(scalar) => match self.finish(&scalar) {
                Ty::Scalar(scalar) if scalar.is_float() => Ty::Complex(scalar),
                _ => Ty::Unknown,
            },
            Type::Tuple(parts) => Ty::Tuple(parts.iter().map(|part| self.finish(part)).collect()),
            Type::Ordering => Ty::Ordering,
            Type::Option(some) => Ty::Option(Box::new(self.finish(&some))),
            Type::Array(elem, len) => Ty::Array(Box::new(self.finish(&elem)), len),
            Type::View {
                elem,
                rank,
                mutable,
                kind,
            } => {
                let known = Made::of(&self.finish(&elem));
                let fits = |made: &Made| kind != ViewKind::Slice || made.fits(rank);
                let Some((elem, made)) = known.filter(|(_, made)| fits(made)) else {
                    return Ty::Unknown;
                };
                Ty::View(View {
                    elem,
                    rank,
                    made,
                    mutable,
                    kind,
                })
            }
        }
    }
}

/// A result type that follows from an argument's once that is known.
struct Deferred {
    argument: Type,
    result: Type,
    rule: Rule,
    at: ExprId,
    home: Option<LoopId>,
}

#[derive(Clone, Copy)]
enum Rule {
    /// The unsigned integer of the same width.
    Unsigned,
    /// The signed integer of the same width.
    Signed,
    /// The float of the same width.
    Float,
    /// The n-th part of a tuple.
    Field(u32),
    /// The element of a fixed array.
    Element,
    /// An array of as many bytes.
    Bytes,
}

struct Solver<'a> {
    function: &'a Function,
    slots: Slots,
    vars: Vec<Type>,
    exprs: Vec<Type>,
    deferred: Vec<Deferred>,
    mismatches: Vec<Mismatch>,
    home: Option<LoopId>,
    /// Expressions that stand as statements.
    discarded: Vec<ExprId>,
}

const BOOL: Type = Type::Scalar(Scalar::Bool);
const USIZE: Type = Type::Scalar(Scalar::Usize);

impl<'a> Solver<'a> {
    fn new(function: &'a Function) -> Self {
        let mut slots = Slots::default();
        let vars = function.vars.iter().map(|(_, var)| slots.of_ty(&var.ty));
        let mut vars: Vec<Type> = vars.collect();
        for (var, rank) in &function.tables {
            vars[var.index()] = Type::View {
                elem: Box::new(slots.fresh(Class::Any)),
                rank: *rank,
                mutable: false,
                kind: ViewKind::Slice,
            };
        }
        let exprs = function
            .exprs
            .iter()
            .map(|(_, expr)| slots.of_ty(&expr.ty))
            .collect();
        Solver {
            function,
            slots,
            vars,
            exprs,
            deferred: Vec::new(),
            mismatches: Vec::new(),
            home: None,
            discarded: Vec::new(),
        }
    }

    fn var(&self, var: VarId) -> Type {
        self.vars[var.index()].clone()
    }

    fn returns(&mut self, value: ExprId) {
        let ret = self.slots.of_ty(&self.function.ret);
        self.unify_expr(value, ret);
    }

    fn unify_expr(&mut self, expr: ExprId, ty: Type) {
        let own = self.exprs[expr.index()].clone();
        self.require(expr, &own, &ty);
    }

    fn require(&mut self, at: ExprId, left: &Type, right: &Type) {
        if !self.slots.unify(left, right) {
            let (left, right) = (self.slots.finish(left), self.slots.finish(right));
            self.mismatches.push(Mismatch {
                span: self.function.exprs[at].span,
                message: format!("this is `{left}` here and `{right}` there"),
                home: self.home,
            });
        }
    }

    fn block(&mut self, block: &Block) -> Type {
        for stmt in &block.stmts {
            self.stmt(stmt);
        }
        match block.value {
            Some(value) => self.expr(value),
            None if block_diverges(self.function, block) => self.slots.fresh(Class::Any),
            None => Type::Unit,
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let { pat, init } => {
                let ty = init.map(|init| (init, self.expr(init)));
                if let Some((init, ty)) = ty {
                    let expected = self.pattern(pat);
                    self.require(init, &expected, &ty);
                }
            }
            StmtKind::Assign { target, op, value } => self.assign(target, *op, *value),
            StmtKind::Expr(expr) => {
                self.expr(*expr);
                self.discarded.push(*expr);
            }
            StmtKind::For(id) => self.for_loop(*id),
            StmtKind::While { cond, body, .. } => {
                let ty = self.expr(*cond);
                self.require(*cond, &ty, &BOOL);
                self.block(body);
            }
            StmtKind::Loop { body, .. } => {
                self.block(body);
            }
            StmtKind::Break { .. } | StmtKind::Continue { .. } => {}
            StmtKind::Return(value) => {
                self.expr(*value);
                self.returns(*value);
            }
            StmtKind::Assert { cond, args, .. } => {
                let ty = self.expr(*cond);
                self.require(*cond, &ty, &BOOL);
                for arg in args {
                    self.expr(*arg);
                }
            }
            StmtKind::Opaque(opaque) => self.opaque(opaque),
        }
    }

    fn opaque(&mut self, opaque: &Opaque) {
        for block in &opaque.blocks {
            self.block(block);
        }
    }

    fn pattern(&mut self, pat: &Pat) -> Type {
        match pat {
            Pat::Var(var) => self.var(*var),
            Pat::Wild => self.slots.fresh(Class::Any),
            Pat::Tuple(parts) => Type::Tuple(parts.iter().map(|part| self.pattern(part)).collect()),
        }
    }

    fn assign(&mut self, target: &Place, op: Option<BinaryOp>, value: ExprId) {
        let place = self.place(target, value);
        let ty = self.expr(value);
        match op {
            Some(op) if op.is_shift() => {}
            Some(_) => _ = self.operands(value, &place, &ty),
            None => self.require(value, &place, &ty),
        }
    }

    fn place(&mut self, place: &Place, at: ExprId) -> Type {
        match place {
            Place::Var(var) => self.var(*var),
            Place::Element(access) => {
                let access = &self.function.accesses[*access];
                self.indices(&access.index);
                let element = self.element_of(access.array);
                match access.part {
                    Some(part) => self.defer(element, Rule::Field(part.number), at),
                    None => element,
                }
            }
            Place::LocalElement { base, index } => self.local_element(*base, index, at),
            Place::Field { base, index } => self.defer(self.var(*base), Rule::Field(*index), at),
        }
    }

    fn indices(&mut self, indices: &[ExprId]) {
        for index in indices {
            let ty = self.expr(*index);
            self.require(*index, &ty, &USIZE);
        }
    }

    fn local_element(&mut self, base: VarId, index: &[ExprId], at: ExprId) -> Type {
        self.indices(index);
        let array = self.var(base);
        let element = |array, _: &ExprId| self.defer(array, Rule::Element, at);
        index.iter().fold(array, element)
    }

    fn element_of(&mut self, array: VarId) -> Type {
        match self.slots.resolve(&self.var(array)) {
            Type::View { elem, .. } => *elem,
            _ => self.slots.fresh(Class::Any),
        }
    }

    fn for_loop(&mut self, id: LoopId) {
        let function = self.function;
        let node = &function.loops[id];
        if node.opaque.is_none() {
            let var = self.var(node.var);
            for end in [node.range.start, node.range.end] {
                let ty = self.expr(end);
                self.require(end, &ty, &var);
            }
            for adapter in &node.range.adapters {
                if let Adapter::StepBy(step) = adapter {
                    self.indices(&[*step]);
                }
            }
        }
        let outer = self.home.replace(id);
        self.block(&node.body);
        self.home = outer;
    }

    fn expr(&mut self, id: ExprId) -> Type {
        let own = self.exprs[id.index()].clone();
        let ty = self.kind(id);
        self.require(id, &own, &ty);
        own
    }

    fn kind(&mut self, id: ExprId) -> Type {
        let function = self.function;
        match &function.exprs[id].kind {
            ExprKind::Int(_, Some(suffix)) | ExprKind::Float(_, Some(suffix)) => {
                Type::Scalar(*suffix)
            }
            ExprKind::Int(_, None) => self.slots.fresh(Class::Int),
            ExprKind::Float(_, None) => self.slots.fresh(Class::Float),
            ExprKind::Bool(_) => BOOL,
            ExprKind::Var(var) => self.var(*var),
            ExprKind::Unary(_, inner) => self.expr(*inner),
            ExprKind::Binary(op, left, right) => self.binary(*op, *left, *right),
            ExprKind::Logic { left, right, .. } => {
                for side in [*left, *right] {
                    let ty = self.expr(side);
                    self.require(side, &ty, &BOOL);
                }
                BOOL
            }
            ExprKind::Cast(inner, scalar) => {
                let ty = self.expr(*inner);
                if scalar.is_int() && is_literal(function, *inner) {
                    // Rust's hint: the literal in `1 as u8` is a `u8`.
                    self.slots.unify(&ty, &Type::Scalar(*scalar));
                }
                Type::Scalar(*scalar)
            }
            ExprKind::Load(access) => {
                let access = &function.accesses[*access];
                self.indices(&access.index);
                self.element_of(access.array)
            }
            ExprKind::Len { .. } => USIZE,
            ExprKind::Iteration => Type::Scalar(Scalar::I64),
            ExprKind::Call(builtin, args) => self.call(id, *builtin, args),
            ExprKind::Apply(_, args) => {
                for arg in args {
                    self.expr(*arg);
                }
                self.slots.fresh(Class::Any)
            }
            ExprKind::Tuple(parts) => {
                Type::Tuple(parts.iter().map(|part| self.expr(*part)).collect())
            }
            ExprKind::Complex(maker, args) => self.complex(maker.kind, args),
            ExprKind::Ordering(_) => Type::Ordering,
            ExprKind::Option(some) => {
                let some = match some {
                    Some(value) => self.expr(*value),
                    None => self.slots.fresh(Class::Any),
                };
                Type::Option(Box::new(some))
            }
            ExprKind::Field(base, index) => {
                let base = self.expr(*base);
                self.defer(base, Rule::Field(*index), id)
            }
            ExprKind::Array(parts) => {
                let elem = self.slots.fresh(Class::Any);
                for part in parts {
                    let ty = self.expr(*part);
                    self.require(*part, &ty, &elem);
                }
                Type::Array(Box::new(elem), parts.len() as u64)
            }
            ExprKind::Repeat(value, len) => {
                let elem = self.expr(*value);
                Type::Array(Box::new(elem), *len)
            }
            ExprKind::LocalElement { base, index } => self.local_element(*base, index, id),
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => {
                let ty = self.expr(*cond);
                self.require(*cond, &ty, &BOOL);
                let then = self.block(then);
                match otherwise {
                    Some(otherwise) => {
                        let otherwise = self.block(otherwise);
                        self.require(id, &then, &otherwise);
                        then
                    }
                    None => Type::Unit,
                }
            }
            ExprKind::Block(block) => self.block(block),
            ExprKind::NewArray {
                fill,
                elem,
                like,
                rank,
                kind,
            } => {
                let elem = match (elem, fill, like) {
                    (Some(elem), ..) => self.slots.of_ty(elem),
                    (None, Some(fill), _) => self.expr(*fill),
                    (None, None, Some(like)) => self.element_of(*like),
                    (None, None, None) => self.slots.fresh(Class::Any),
                };
                Type::View {
                    elem: Box::new(elem),
                    rank: *rank,
                    mutable: true,
                    kind: *kind,
                }
            }
            ExprKind::Opaque(opaque) => {
                self.opaque(opaque);
                self.slots.fresh(Class::Any)
            }
        }
    }

    fn binary(&mut self, op: BinaryOp, left: ExprId, right: ExprId) -> Type {
        let (left_ty, right_ty) = (self.expr(left), self.expr(right));
        let result = match op.is_shift() {
            true => left_ty,
            false => self.operands(right, &left_ty, &right_ty),
        };
        if op.is_comparison() { BOOL } else { result }
    }

    /// Two operands of one type, or a complex number and a float: the type of what comes out.
    fn operands(&mut self, at: ExprId, left: &Type, right: &Type) -> Type {
        match (self.slots.resolve(left), self.slots.resolve(right)) {
            (number @ Type::Complex(_), Type::Complex(_)) => {
                self.require(at, left, right);
                number
            }
            (Type::Complex(float), _) => {
                self.require(at, &float, right);
                left.clone()
            }
            (_, Type::Complex(float)) => {
                self.require(at, left, &float);
                right.clone()
            }
            _ => {
                self.require(at, left, right);
                left.clone()
            }
        }
    }

    /// The type of a complex number that a function makes of floats.
    fn complex(&mut self, kind: MakerKind, args: &[ExprId]) -> Type {
        let float = self.slots.fresh(match kind {
            MakerKind::I => Class::Any,
            _ => Class::Float,
        });
        for arg in args {
            let ty = self.expr(*arg);
            self.require(*arg, &ty, &float);
        }
        Type::Complex(Box::new(float))
    }

    /// A method of complex numbers: what it takes besides, and what it gives.
    fn complex_method(
        &mut self,
        builtin: Builtin,
        number: Type,
        float: Type,
        args: &[(ExprId, Type)],
    ) -> Type {
        use Builtin::*;
        for (arg, ty) in args {
            let expected = match builtin.second() {
                Some(scalar) => Type::Scalar(scalar),
                None => float.clone(),
            };
            self.require(*arg, ty, &expected);
        }
        match builtin {
            NormSqr | Norm | L1Norm | Arg => float,
            ToPolar => Type::Tuple(vec![float.clone(), float]),
            IsNan | IsFinite | IsInfinite => BOOL,
            _ => number,
        }
    }

    fn call(&mut self, id: ExprId, builtin: Builtin, args: &[ExprId]) -> Type {
        let types: Vec<Type> = args.iter().map(|arg| self.expr(*arg)).collect();
        let receiver = types[0].clone();
        if builtin.asks_order() {
            self.require(args[0], &receiver, &Type::Ordering);
        }
        if builtin.is_complex() && matches!(self.slots.resolve(&receiver), Type::Slot(_)) {
            let float = self.slots.fresh(Class::Float);
            self.require(args[0], &receiver, &Type::Complex(Box::new(float)));
        }
        if let Type::Complex(float) = self.slots.resolve(&receiver) {
            let rest = args.iter().copied().zip(types).skip(1);
            let rest: Vec<(ExprId, Type)> = rest.collect();
            return self.complex_method(builtin, receiver, *float, &rest);
        }
        for (arg, ty) in args.iter().zip(&types).skip(1) {
            let expected = self.second(id, builtin, &receiver);
            self.require(*arg, ty, &expected);
        }
        self.result(id, builtin, receiver)
    }

    /// The type of a method's further arguments.
    fn second(&mut self, id: ExprId, builtin: Builtin, receiver: &Type) -> Type {
        use Builtin::*;
        match (builtin, builtin.second()) {
            (_, Some(scalar)) => Type::Scalar(scalar),
            (WrappingAddSigned | SaturatingAddSigned | CheckedAddSigned, _) => {
                self.defer(receiver.clone(), Rule::Signed, id)
            }
            (WrappingAddUnsigned | WrappingSubUnsigned, _) => {
                self.defer(receiver.clone(), Rule::Unsigned, id)
            }
            (Converted, _) => self.slots.fresh(Class::Any),
            _ => receiver.clone(),
        }
    }

    fn result(&mut self, id: ExprId, builtin: Builtin, receiver: Type) -> Type {
        use Builtin::*;
        match builtin {
            IsNan | IsFinite | IsInfinite | IsSignNegative | IsSignPositive => BOOL,
            IsPowerOfTwo | IsPositive | IsNegative | IsMultipleOf => BOOL,
            Ilog2 | Ilog10 => Type::Scalar(Scalar::U32),
            OverflowingAdd | OverflowingSub | OverflowingMul | OverflowingNeg => {
                Type::Tuple(vec![receiver, BOOL])
            }
            Cmp | TotalCmp => Type::Ordering,
            PartialCmp => Type::Option(Box::new(Type::Ordering)),
            builtin if builtin.asks_order() => BOOL,
            builtin if builtin.is_checked() => Type::Option(Box::new(receiver)),
            ToAsciiUppercase | ToAsciiLowercase => receiver,
            builtin if builtin.is_of_bytes() => BOOL,
            LeadingOnes | TrailingOnes | CountZeros => Type::Scalar(Scalar::U32),
            SinCos => Type::Tuple(vec![receiver.clone(), receiver]),
            CountOnes | LeadingZeros | TrailingZeros => Type::Scalar(Scalar::U32),
            ToLeBytes | ToBeBytes => self.defer(receiver, Rule::Bytes, id),
            ToBits | AbsDiff | UnsignedAbs => self.defer(receiver, Rule::Unsigned, id),
            FromBits => self.defer(receiver, Rule::Float, id),
            _ => receiver,
        }
    }

    /// Literals that are arguments of functions outside, where nothing else gives them a type.
    fn open_literals(&self) -> HashSet<ExprId> {
        let calls = self
            .function
            .exprs
            .iter()
            .filter_map(|(_, expr)| match &expr.kind {
                ExprKind::Apply(_, args) => Some(args),
                _ => None,
            });
        let open = |id: &ExprId| {
            let ty = self.slots.resolve(&self.exprs[id.index()]);
            is_literal(self.function, *id) && matches!(ty, Type::Slot(_))
        };
        calls.flatten().copied().filter(open).collect()
    }

    fn defer(&mut self, argument: Type, rule: Rule, at: ExprId) -> Type {
        let result = self.slots.fresh(Class::Any);
        let home = self.home;
        let deferred = Deferred {
            argument,
            result: result.clone(),
            rule,
            at,
            home,
        };
        if !self.try_rule(&deferred) {
            self.deferred.push(deferred);
        }
        result
    }

    /// Applies a rule if its argument is known by now.
    fn try_rule(&mut self, deferred: &Deferred) -> bool {
        let result = match (deferred.rule, self.slots.resolve(&deferred.argument)) {
            (_, Type::Slot(_)) => return false,
            (Rule::Unsigned, Type::Scalar(scalar)) => scalar.unsigned().map(Type::Scalar),
            (Rule::Signed, Type::Scalar(scalar)) => scalar.signed().map(Type::Scalar),
            (Rule::Float, Type::Scalar(scalar)) => scalar.float().map(Type::Scalar),
            (Rule::Field(0..=1), Type::Complex(float)) => Some(*float),
            (Rule::Field(0), Type::Option(some)) => Some(*some),
            (Rule::Field(1), Type::Option(_)) => Some(BOOL),
            (Rule::Field(index), Type::Tuple(parts)) => parts.get(index as usize).cloned(),
            (Rule::Element, Type::Array(elem, _)) => Some(*elem),
            (Rule::Bytes, Type::Scalar(scalar)) if scalar.is_int() => {
                let byte = Box::new(Type::Scalar(Scalar::U8));
                Some(Type::Array(byte, scalar.bytes().into()))
            }
            _ => None,
        };
        let home = std::mem::replace(&mut self.home, deferred.home);
        match result {
            Some(ty) => self.require(deferred.at, &deferred.result, &ty),
            None => self.mismatches.push(Mismatch {
                span: self.function.exprs[deferred.at].span,
                message: "this operation does not exist on the type found here".to_string(),
                home: self.home,
            }),
        }
        self.home = home;
        true
    }

    /// Counters of loops whose ends are constants from outside, of which nothing else says the type:
    /// most such constants are `usize`, and rustc says where one is not.
    fn count_in_usize(&mut self) {
        let function = self.function;
        let outside = function.vars.iter();
        let outside = outside.filter(|(_, var)| var.kind == VarKind::Outside);
        let outside: Vec<Type> = outside
            .map(|(id, _)| self.slots.resolve(&self.var(id)))
            .collect();
        for (_, node) in function.loops.iter() {
            let counter = self.slots.resolve(&self.var(node.var));
            let is_open = match counter {
                Type::Slot(slot) => {
                    matches!(self.slots.slots[slot], Slot::Open(Class::Int | Class::Any))
                }
                _ => false,
            };
            if node.opaque.is_none() && is_open && outside.contains(&counter) {
                self.slots.unify(&counter, &USIZE);
            }
        }
        self.settle();
    }

    /// Applies rules until none can be, defaulting literals if that gets further.
    fn settle(&mut self) {
        loop {
            let pending = std::mem::take(&mut self.deferred);
            let count = pending.len();
            for deferred in pending {
                if !self.try_rule(&deferred) {
                    self.deferred.push(deferred);
                }
            }
            if self.deferred.is_empty() || self.deferred.len() == count {
                break;
            }
        }
    }
}

/// Whether the statement leaves the block, as far as is known: what is opaque may be a `return`.
fn diverges(function: &Function, stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Assert { cond, .. } => {
            matches!(function.exprs[*cond].kind, ExprKind::Bool(false))
        }
        StmtKind::Expr(id) => match &function.exprs[*id].kind {
            ExprKind::Opaque(_) => true,
            ExprKind::Block(block) => block_diverges(function, block),
            ExprKind::If {
                then,
                otherwise: Some(otherwise),
                ..
            } => block_diverges(function, then) && block_diverges(function, otherwise),
            _ => false,
        },
        StmtKind::Break { .. }
        | StmtKind::Continue { .. }
        | StmtKind::Return(_)
        | StmtKind::Opaque(_) => true,
        _ => false,
    }
}

fn block_diverges(function: &Function, block: &Block) -> bool {
    let last = block.stmts.last();
    block.value.is_none() && last.is_some_and(|stmt| diverges(function, stmt))
}

fn is_literal(function: &Function, id: ExprId) -> bool {
    match &function.exprs[id].kind {
        ExprKind::Int(..) | ExprKind::Float(..) => true,
        ExprKind::Unary(_, inner) => is_literal(function, *inner),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostics::Sink;
    use crate::ir::dump;

    fn typed(source: &str) -> String {
        let item = syn::parse_str(source).expect("the test's source parses");
        let mut sink = Sink::default();
        let mut function = crate::parse::function(&item, &mut sink);
        assert!(sink.is_empty(), "{:?}", sink.texts());
        let mismatches = super::infer(&mut function);
        assert!(mismatches.is_empty(), "{mismatches:?}");
        dump::dump(&function)
    }

    /// Where a constant from outside says how often, and nothing says what it is.
    #[test]
    fn counters_up_to_constants_are_usize() {
        let counted = |body: &str| {
            let text = typed(&format!("fn f(x: &[f32]) {{ {body} }}"));
            text.lines().nth(1).map(|line| line.trim().to_owned())
        };
        let unused = counted("for _ in 0..ROUNDS { g(x[0]); }");
        assert_eq!(unused.as_deref(), Some("for#0 _: usize in 0..ROUNDS {"));
        let used = counted("for k in 1..=ROUNDS { g(k as f32); }");
        assert_eq!(used.as_deref(), Some("for#0 k: usize in 1..=ROUNDS {"));
        let known = counted("for k in 0..ROUNDS { let t: u8 = k; }");
        assert_eq!(known.as_deref(), Some("for#0 k: u8 in 0..ROUNDS {"));
        let literal = counted("for k in 0..9 { g(k as f32); }");
        assert_eq!(literal.as_deref(), Some("for#0 k: i32 in 0..9 {"));
    }

    #[test]
    fn literals_take_their_type_from_use_and_return() {
        insta::assert_snapshot!(typed(
            "fn f(x: &[f32], n: u64) -> f32 {
                let mut s = 0.0;
                for i in 0..x.len() {
                    let (a, b) = (1, 2.5);
                    if x[i] > b { s += x[i] * 2.0 } else { s -= (a + n) as f32; }
                }
                s
            }"
        ), @r"
        fn f(x: &[f32], n: u64) -> f32 {
          let s: f32 = 0.0
          for#0 i: usize in 0..x.len() {
            let (a: u64, b: f32) = (1, 2.5)
            if x[i] > b {
              s += x[i] * 2.0
            } else {
              s -= (a + n) as f32
            }
          }
          s
        }
        ");
    }
}
