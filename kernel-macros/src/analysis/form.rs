//! Integer expressions of a candidate region → polynomials, with what must hold for them to mean
//! what the machine computes (rules R1, R2, R4).

use super::poly::{Poly, Sym};
use super::scan::negated;
use crate::ir::{
    AccessId, BinaryOp, Block, Builtin, ExprId, ExprKind, Function, LoopId, Pat, Place, Scalar,
    Stmt, StmtKind, UnaryOp, VarId, VarKind,
};
use crate::tables::{HashMap, HashSet};
use std::cell::RefCell;

/// A polynomial that must be a value of a type, or the machine computes something else.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    pub poly: Poly,
    pub scalar: Scalar,
    /// Only matters where overflow panics: modular arithmetic comes out right in the end.
    pub debug: bool,
}

/// An integer expression in normal form.
#[derive(Clone, Debug)]
pub struct Form {
    pub poly: Poly,
    pub fits: Vec<Fit>,
    /// The arithmetic nodes that `fits` speaks for.
    pub covered: Vec<ExprId>,
}

/// What a condition says about loop variables.
#[derive(Clone, Debug)]
pub struct Constraint {
    pub kind: ConstraintKind,
    /// What must hold for the condition to mean that.
    pub fits: Vec<Fit>,
}

/// What a condition gives away.
#[derive(Debug, Default)]
pub struct Known {
    /// All of these hold.
    pub constraints: Vec<Constraint>,
    /// There is no more to it.
    pub complete: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ConstraintKind {
    NonNegative(Poly),
    NotZero(Poly),
}

/// Knows the names of one candidate: a nest of loops that might become a region.
pub struct Former<'a> {
    pub function: &'a Function,
    pub nest: &'a [LoopId],
    /// Immutable locals of the body and the expressions they stand for.
    lets: HashMap<VarId, ExprId>,
    /// Variables from outside that the body assigns: no invariants.
    assigned: HashSet<VarId>,
    atoms: RefCell<Vec<ExprId>>,
}

impl<'a> Former<'a> {
    pub fn new(function: &'a Function, nest: &'a [LoopId]) -> Self {
        let mut names = Names {
            function,
            lets: HashMap::default(),
            assigned: HashSet::default(),
        };
        names.block(&super::nest::body(function, nest));
        let Names { lets, assigned, .. } = names;
        Former {
            function,
            nest,
            lets,
            assigned,
            atoms: RefCell::default(),
        }
    }

    /// Whether a loop lies inside the iteration.
    pub fn is_inner_loop(&self, id: LoopId) -> bool {
        let innermost = *self.nest.last().expect("a nest has a loop");
        self.function
            .encloses(innermost, self.function.loops[id].parent)
    }

    /// Whether a variable is bound by the iteration itself.
    pub fn is_local(&self, var: VarId) -> bool {
        let node = &self.function.vars[var];
        let innermost = *self.nest.last().expect("a nest has a loop");
        match node.home {
            Some(home) if home == innermost => !matches!(node.kind, VarKind::Index(_)),
            // What an outer parallel loop's pattern binds, each iteration binds for itself.
            Some(home) if self.nest.contains(&home) => node.kind == VarKind::Local,
            Some(home) => self.is_inner_loop(home),
            None => false,
        }
    }

    /// Whether a variable is bound by one of the parallel loops or inside them.
    pub fn is_bound_within(&self, var: VarId) -> bool {
        let home = self.function.vars[var].home;
        home.is_some_and(|home| self.nest.contains(&home) || self.is_inner_loop(home))
    }

    /// What an immutable local of the body stands for.
    pub fn init_of(&self, var: VarId) -> Option<ExprId> {
        self.lets.get(&var).copied()
    }

    /// Whether the body assigns to a variable.
    pub fn is_assigned(&self, var: VarId) -> bool {
        self.assigned.contains(&var)
    }

    /// The symbol of an integer variable, if it has one value per iteration that is known.
    fn symbol(&self, var: VarId) -> Option<Sym> {
        let node = &self.function.vars[var];
        node.ty.scalar().filter(|scalar| scalar.is_int())?;
        if let VarKind::Index(id) = node.kind
            && (self.nest.contains(&id) || self.is_inner_loop(id))
        {
            return (!self.assigned.contains(&var)).then_some(Sym::Index(var));
        }
        let invariant = !self.is_local(var) && !self.assigned.contains(&var);
        (invariant && !self.is_hidden(var)).then_some(Sym::Var(var))
    }

    /// Whether a variable of the driver has no name there.
    pub fn is_hidden(&self, var: VarId) -> bool {
        self.function.vars[var].tokens.is_empty()
    }

    /// The normal form, or `None` if the expression is not polynomial (rule R2).
    pub fn form(&self, id: ExprId) -> Option<Form> {
        let node = &self.function.exprs[id];
        let scalar = node.ty.scalar().filter(|scalar| scalar.is_int())?;
        let plain = |poly| {
            Some(Form {
                poly,
                fits: Vec::new(),
                covered: Vec::new(),
            })
        };
        match &node.kind {
            ExprKind::Int(value, _) => plain(literal(scalar, *value, false)?),
            ExprKind::Var(var) => match (self.symbol(*var), self.lets.get(var)) {
                (Some(sym), _) => plain(Poly::sym(sym)),
                (None, Some(init)) => {
                    // The `let` computes it; its own overflow checks stay where they are.
                    Some(Form {
                        covered: Vec::new(),
                        ..self.form(*init)?
                    })
                }
                (None, None) => None,
            },
            ExprKind::Len { array, dim } => plain(Poly::sym(Sym::Len(*array, *dim))),
            ExprKind::Unary(UnaryOp::Neg, inner) => {
                if let ExprKind::Int(value, _) = self.function.exprs[*inner].kind {
                    return plain(literal(scalar, value, true)?);
                }
                let form = self.form(*inner)?;
                let poly = form.poly.negated();
                Some(self.arithmetic(id, scalar, poly, vec![form]))
            }
            ExprKind::Binary(op, left, right) => self.binary(id, scalar, *op, *left, *right),
            ExprKind::Cast(inner, to) => self.cast(id, *inner, *to),
            // A function's body in the place of its call: names for its arguments, and its value.
            ExprKind::Block(Block {
                stmts,
                value: Some(value),
            }) if stmts.iter().all(is_let) => self.form(*value),
            _ => None,
        }
        .or_else(|| self.atom(id).and_then(|sym| plain(Poly::sym(sym))))
    }

    fn binary(
        &self,
        id: ExprId,
        scalar: Scalar,
        op: BinaryOp,
        left: ExprId,
        right: ExprId,
    ) -> Option<Form> {
        if !matches!(op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul) {
            return None;
        }
        let (left, right) = (self.form(left)?, self.form(right)?);
        let poly = match op {
            BinaryOp::Add => left.poly.checked_add(&right.poly)?,
            BinaryOp::Sub => left.poly.checked_sub(&right.poly)?,
            _ => left.poly.checked_mul(&right.poly)?,
        };
        Some(self.arithmetic(id, scalar, poly, vec![left, right]))
    }

    fn arithmetic(&self, id: ExprId, scalar: Scalar, poly: Poly, parts: Vec<Form>) -> Form {
        let mut form = Form {
            poly,
            fits: Vec::new(),
            covered: vec![id],
        };
        for part in parts {
            form.fits.extend(part.fits);
            form.covered.extend(part.covered);
        }
        if !self.function.made.contains(&id) {
            form.fits.push(Fit {
                poly: form.poly.clone(),
                scalar,
                debug: true,
            });
        }
        form
    }

    /// A cast keeps the value if the value fits both types.
    fn cast(&self, id: ExprId, inner: ExprId, to: Scalar) -> Option<Form> {
        let from = self.function.exprs[inner].ty.scalar()?;
        let mut form = self.form(inner)?;
        if !form.covered.is_empty() || !form.fits.is_empty() {
            form.fits.push(Fit {
                poly: form.poly.clone(),
                scalar: from,
                debug: false,
            });
        }
        let ((from_low, from_high), (low, high)) = (from.int_range()?, to.int_range()?);
        // No loop worth the name counts with so few bits, unless by the range that it is zipped with.
        let narrow = to.bits() < from.bits() && to.bits() <= 16;
        if narrow && !form.poly.is_invariant() && !self.function.made.contains(&id) {
            return None;
        }
        if from_low < low || from_high > high {
            form.fits.push(Fit {
                poly: form.poly.clone(),
                scalar: to,
                debug: false,
            });
        }
        Some(form)
    }

    /// An invariant expression that cannot fail, as one symbol.
    fn atom(&self, id: ExprId) -> Option<Sym> {
        if !self.is_total_invariant(id) {
            return None;
        }
        let mut atoms = self.atoms.borrow_mut();
        let known = atoms.iter().copied().find(|atom| self.same(*atom, id));
        if known.is_none() {
            atoms.push(id);
        }
        Some(Sym::Atom(known.unwrap_or(id)))
    }

    fn is_total_invariant(&self, id: ExprId) -> bool {
        let all = |parts: &[ExprId]| parts.iter().all(|part| self.is_total_invariant(*part));
        match &self.function.exprs[id].kind {
            ExprKind::Int(..) | ExprKind::Float(..) | ExprKind::Len { .. } => true,
            ExprKind::Var(var) => {
                let node = &self.function.vars[*var];
                let moves = matches!(node.kind, VarKind::Index(id) if self.nest.contains(&id));
                let known = node.ty.scalar().is_some() && !self.is_hidden(*var);
                known && !moves && !self.is_local(*var) && !self.assigned.contains(var)
            }
            ExprKind::Cast(inner, _) => all(&[*inner]),
            ExprKind::Binary(op, left, right) => match op {
                BinaryOp::Div | BinaryOp::Rem | BinaryOp::Shl | BinaryOp::Shr => {
                    all(&[*left]) && self.is_safe_operand(*op, *left, *right)
                }
                op => !op.is_comparison() && all(&[*left, *right]),
            },
            ExprKind::Call(Builtin::Min | Builtin::Max, args) => all(args),
            _ => false,
        }
    }

    /// A right operand with which the operation cannot fail.
    fn is_safe_operand(&self, op: BinaryOp, left: ExprId, right: ExprId) -> bool {
        let value = match &self.function.exprs[right].kind {
            ExprKind::Int(value, _) => *value,
            ExprKind::Call(Builtin::Max, args) => {
                let least = args.iter().map(|arg| match self.function.exprs[*arg].kind {
                    ExprKind::Int(value, _) => value,
                    _ => 0,
                });
                let least = least.max().unwrap_or(0);
                return !op.is_shift() && least > 0 && self.is_total_invariant(right);
            }
            _ => return false,
        };
        let bits = self.function.exprs[left]
            .ty
            .scalar()
            .map_or(0, Scalar::bits);
        if op.is_shift() {
            value < u128::from(bits)
        } else {
            value > 0
        }
    }

    /// Whether two expressions are the same operations on the same names.
    pub fn same(&self, left: ExprId, right: ExprId) -> bool {
        same(self.function, left, right)
    }

    /// What is known about loop variables where a condition has a value.
    pub fn constraints(&self, cond: ExprId, value: bool) -> Known {
        let known = match &self.function.exprs[cond].kind {
            ExprKind::Logic { and, left, right } if *and == value => {
                let mut both = self.constraints(*left, value);
                let right = self.constraints(*right, value);
                both.constraints.extend(right.constraints);
                both.complete &= right.complete;
                return both;
            }
            ExprKind::Unary(UnaryOp::Not, inner) => return self.constraints(*inner, !value),
            ExprKind::Binary(op, left, right) if op.is_comparison() => {
                let op = if value { Some(*op) } else { negated(*op) };
                op.and_then(|op| self.comparison(op, *left, *right))
            }
            _ => None,
        };
        Known {
            complete: known.is_some(),
            constraints: known.unwrap_or_default(),
        }
    }

    fn comparison(&self, op: BinaryOp, left: ExprId, right: ExprId) -> Option<Vec<Constraint>> {
        let (left, right) = (self.typed_form(left)?, self.typed_form(right)?);
        let fits: Vec<Fit> = left.fits.iter().chain(&right.fits).cloned().collect();
        let one = Poly::constant(1);
        let difference = left.poly.checked_sub(&right.poly)?;
        let at_least = difference.clone();
        let at_most = difference.negated();
        let nonnegative = |poly| Constraint {
            kind: ConstraintKind::NonNegative(poly),
            fits: fits.clone(),
        };
        Some(match op {
            BinaryOp::Ge => vec![nonnegative(at_least)],
            BinaryOp::Le => vec![nonnegative(at_most)],
            BinaryOp::Gt => vec![nonnegative(at_least.checked_sub(&one)?)],
            BinaryOp::Lt => vec![nonnegative(at_most.checked_sub(&one)?)],
            BinaryOp::Eq => vec![nonnegative(at_least), nonnegative(at_most)],
            BinaryOp::Ne => {
                vec![Constraint {
                    kind: ConstraintKind::NotZero(difference),
                    fits: fits.clone(),
                }]
            }
            _ => return None,
        })
    }

    /// A form whose value must fit its type in every build: a condition or a range acts on the
    /// machine's value, so wrapping would change its meaning.
    pub fn typed_form(&self, id: ExprId) -> Option<Form> {
        let scalar = self.function.exprs[id].ty.scalar()?;
        let mut form = self.form(id)?;
        if !form.fits.is_empty() {
            form.fits.push(Fit {
                poly: form.poly.clone(),
                scalar,
                debug: false,
            });
        }
        Some(form)
    }

    /// What must hold for no arithmetic of the source in an expression to overflow, wherever in it that
    /// stands.
    pub fn arithmetic_within(&self, id: ExprId) -> Option<Vec<Fit>> {
        let made = self.function.made.contains(&id);
        let parts = match &self.function.exprs[id].kind {
            ExprKind::Binary(BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul, ..) if !made => {
                return Some(self.form(id)?.fits);
            }
            ExprKind::Unary(UnaryOp::Neg, _) if !made => return Some(self.form(id)?.fits),
            ExprKind::Unary(_, inner) | ExprKind::Cast(inner, _) => vec![*inner],
            ExprKind::Binary(_, left, right) => vec![*left, *right],
            ExprKind::Call(_, args) => args.clone(),
            ExprKind::Block(block) => block.value.into_iter().collect(),
            _ => Vec::new(),
        };
        let within = parts.into_iter().map(|part| self.arithmetic_within(part));
        let within = within.collect::<Option<Vec<_>>>()?;
        Some(within.concat())
    }

    /// Smallest and largest value of a loop variable, as polynomials (for a stepped loop, bounds),
    /// and what must hold for them.
    pub fn extent(&self, id: LoopId) -> Option<(Poly, Poly, Vec<Fit>)> {
        let range = &self.function.loops[id].range;
        let (start, end) = (self.typed_form(range.start)?, self.typed_form(range.end)?);
        let last = if range.inclusive {
            end.poly
        } else {
            end.poly.checked_sub(&Poly::constant(1))?
        };
        let fits = start.fits.into_iter().chain(end.fits).collect();
        Some((start.poly, last, fits))
    }

    /// That an inner loop runs at all.
    pub fn not_empty(&self, id: LoopId) -> Option<Constraint> {
        let (low, high, fits) = self.extent(id)?;
        let kind = ConstraintKind::NonNegative(high.checked_sub(&low)?);
        Some(Constraint { kind, fits })
    }
}

fn is_let(stmt: &Stmt) -> bool {
    matches!(stmt.kind, StmtKind::Let { init: Some(_), .. })
}

/// A literal, negated or not. One that its type does not hold wraps where the lint against it is
/// off, so it means something else than it says.
fn literal(scalar: Scalar, value: u128, negated: bool) -> Option<Poly> {
    let value = i128::try_from(value).ok()?;
    let value = if negated { -value } else { value };
    let (low, high) = scalar.int_range()?;
    (low..=high).contains(&value).then(|| Poly::constant(value))
}

/// Whether two expressions are the same operations on the same names.
pub fn same(function: &Function, left: ExprId, right: ExprId) -> bool {
    same_but(function, left, right, &|_, _| None)
}

/// The same, but for pairs of nodes of which `decides` decides.
pub fn same_but(
    function: &Function,
    left: ExprId,
    right: ExprId,
    decides: &impl Fn(ExprId, ExprId) -> Option<bool>,
) -> bool {
    if let Some(decided) = decides(left, right) {
        return decided;
    }
    let all = |a: &[ExprId], b: &[ExprId]| {
        let mut pairs = a.iter().zip(b);
        a.len() == b.len() && pairs.all(|(a, b)| same_but(function, *a, *b, decides))
    };
    let (a, b) = (&function.exprs[left], &function.exprs[right]);
    if a.ty != b.ty {
        return false;
    }
    match (&a.kind, &b.kind) {
        (ExprKind::Int(a, _), ExprKind::Int(b, _)) => a == b,
        (ExprKind::Float(a, _), ExprKind::Float(b, _)) => a == b,
        (ExprKind::Bool(a), ExprKind::Bool(b)) => a == b,
        (ExprKind::Var(a), ExprKind::Var(b)) => a == b,
        (ExprKind::Unary(f, a), ExprKind::Unary(g, b)) => f == g && all(&[*a], &[*b]),
        (ExprKind::Binary(f, a, c), ExprKind::Binary(g, b, d)) => {
            f == g && all(&[*a, *c], &[*b, *d])
        }
        (ExprKind::Cast(a, s), ExprKind::Cast(b, t)) => s == t && all(&[*a], &[*b]),
        (ExprKind::Load(a), ExprKind::Load(b)) => {
            let (a, b) = (&function.accesses[*a], &function.accesses[*b]);
            a.array == b.array && all(&a.index, &b.index)
        }
        (ExprKind::Len { array: a, dim: d }, ExprKind::Len { array: b, dim: e }) => {
            a == b && d == e
        }
        (ExprKind::Call(f, a), ExprKind::Call(g, b)) => f == g && all(a, b),
        (ExprKind::Tuple(a), ExprKind::Tuple(b)) => all(a, b),
        (ExprKind::Field(a, m), ExprKind::Field(b, n)) => m == n && all(&[*a], &[*b]),
        _ => false,
    }
}

/// Collects the names of a body.
struct Names<'a> {
    function: &'a Function,
    lets: HashMap<VarId, ExprId>,
    assigned: HashSet<VarId>,
}

impl Names<'_> {
    fn block(&mut self, block: &Block) {
        block.stmts.iter().for_each(|stmt| self.stmt(stmt));
        block.value.iter().for_each(|value| self.expr(*value));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let {
                pat,
                init: Some(init),
            } => {
                self.expr(*init);
                self.bind(pat, *init);
            }
            StmtKind::Assign { target, value, .. } => {
                self.place(target);
                self.expr(*value);
            }
            StmtKind::Expr(id) | StmtKind::Return(id) => self.expr(*id),
            StmtKind::For(id) => {
                let node = &self.function.loops[*id];
                self.expr(node.range.start);
                self.expr(node.range.end);
                self.block(&node.body);
            }
            StmtKind::While { cond, body } => {
                self.expr(*cond);
                self.block(body);
            }
            StmtKind::Loop { body } => self.block(body),
            StmtKind::Assert { cond, .. } => self.expr(*cond),
            StmtKind::Opaque(opaque) => opaque.blocks.iter().for_each(|block| self.block(block)),
            StmtKind::Let { init: None, .. }
            | StmtKind::Break { .. }
            | StmtKind::Continue { .. } => {}
        }
    }

    fn place(&mut self, target: &Place) {
        match target {
            Place::Var(var) => _ = self.assigned.insert(*var),
            Place::Field { base, .. } => _ = self.assigned.insert(*base),
            Place::LocalElement { base, index } => {
                self.assigned.insert(*base);
                index.iter().for_each(|part| self.expr(*part));
            }
            Place::Element(access) => self.index(*access),
        }
    }

    fn index(&mut self, access: AccessId) {
        let function = self.function;
        let index = &function.accesses[access].index;
        index.iter().for_each(|part| self.expr(*part));
    }

    fn bind(&mut self, pat: &Pat, init: ExprId) {
        match pat {
            Pat::Var(var) if !self.function.vars[*var].mutable => {
                self.lets.insert(*var, init);
            }
            Pat::Tuple(parts) => {
                if let ExprKind::Tuple(inits) = &self.function.exprs[init].kind
                    && inits.len() == parts.len()
                {
                    parts
                        .iter()
                        .zip(inits)
                        .for_each(|(part, init)| self.bind(part, *init));
                }
            }
            _ => {}
        }
    }

    fn expr(&mut self, id: ExprId) {
        let function = self.function;
        match &function.exprs[id].kind {
            ExprKind::Block(block) => self.block(block),
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => {
                self.expr(*cond);
                self.block(then);
                otherwise.iter().for_each(|block| self.block(block));
            }
            ExprKind::Load(access) => self.index(*access),
            ExprKind::Opaque(opaque) => opaque.blocks.iter().for_each(|block| self.block(block)),
            kind => {
                for operand in crate::ir::verify::operands(kind) {
                    self.expr(operand);
                }
            }
        }
    }
}
