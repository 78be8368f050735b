//! Cheaper operations for quotients and powers (`fastmath(approx)`).
//!
//! `x / d` becomes `x * (1.0 / d)` where the reciprocal pays: `d` is the same in all trips of the
//! innermost loop around, or the body divides by the variable `d` more than once. That is two
//! roundings in the place of one; where `1.0 / d` overflows or underflows, so does the quotient.
//!
//! `x.powf(p)`, `p` a literal and a multiple of a half up to 4, becomes products and a square root;
//! a negative one the reciprocal of that.

use super::build::Builder;
use crate::analysis::plan::{Plan, Region};
use crate::ir::pass::{self, Pass};
use crate::ir::{
    BinaryOp, Block, Builtin, ExprId, ExprKind, Function, Scalar, Stmt, StmtKind, UnaryOp, VarId,
    walk,
};
use crate::tables::{HashMap, HashSet};

/// Halves of the largest power that is written out.
const MOST_HALVES: i32 = 8;

/// Rewrites every region.
pub fn apply(function: &mut Function, plan: &mut Plan) {
    for region in &mut plan.regions {
        let mut body = std::mem::take(&mut region.body);
        let outermost = Trips::of(function, &body, region);
        let mut approx = Approx {
            function,
            around: vec![outermost],
        };
        pass::over(&mut approx, &mut body);
        region.body = body;
    }
}

/// What differs from trip to trip of a loop.
struct Trips {
    varying: HashSet<VarId>,
    /// Divisions by each variable.
    divisors: HashMap<VarId, u32>,
}

impl Trips {
    /// Those of an iteration.
    fn of(function: &Function, body: &Block, region: &Region) -> Trips {
        let mut trips = Trips::inside(function, body);
        trips
            .varying
            .extend(region.nest.iter().map(|node| node.var));
        trips
    }

    fn inside(function: &Function, body: &Block) -> Trips {
        let mut varying = HashSet::default();
        walk::statements(function, body, &mut |stmt| match &stmt.kind {
            StmtKind::Assign { target, .. } => varying.extend(target.variable()),
            StmtKind::Let { pat, .. } => pat.variables(&mut |var| _ = varying.insert(var)),
            StmtKind::For(id) => _ = varying.insert(function.loops[*id].var),
            _ => {}
        });
        let mut divisors = HashMap::default();
        walk::expressions(function, body, &mut |id| {
            if let ExprKind::Binary(BinaryOp::Div, _, by) = function.exprs[id].kind
                && let ExprKind::Var(var) = function.exprs[by].kind
            {
                *divisors.entry(var).or_insert(0) += 1;
            }
        });
        Trips { varying, divisors }
    }
}

struct Approx<'a> {
    function: &'a mut Function,
    /// The loops around, the innermost last.
    around: Vec<Trips>,
}

impl Pass for Approx<'_> {
    fn function(&mut self) -> &mut Function {
        self.function
    }

    fn enter(&mut self, body: &Block) {
        self.around.push(Trips::inside(self.function, body));
    }

    fn leave(&mut self) {
        self.around.pop();
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        if let StmtKind::Assign {
            op: Some(op @ BinaryOp::Div),
            value,
            ..
        } = &mut stmt.kind
            && let Some(ty) = self.float(*value)
            && self.pays(*value)
        {
            *op = BinaryOp::Mul;
            *value = self.reciprocal(*value, ty);
        }
    }

    fn expr(&mut self, id: ExprId, kind: &mut ExprKind) {
        match kind {
            ExprKind::Binary(op @ BinaryOp::Div, left, right) => {
                if let Some(ty) = self.float(*left)
                    && self.pays(*right)
                    && !self.is_one(*left)
                {
                    *op = BinaryOp::Mul;
                    *right = self.reciprocal(*right, ty);
                }
            }
            ExprKind::Call(Builtin::Powf, args) if !self.function.std_math => {
                if let Some(ty) = self.float(args[0])
                    && let Some(halves) = self.halves(args[1])
                {
                    let (base, span) = (args[0], self.function.exprs[id].span);
                    let function = &mut *self.function;
                    *kind = power(&mut Builder { function, span }, base, halves, ty);
                }
            }
            _ => {}
        }
    }
}

impl Approx<'_> {
    fn float(&self, id: ExprId) -> Option<Scalar> {
        let ty = self.function.exprs[id].ty.scalar();
        ty.filter(|ty| ty.is_float())
    }

    fn is_one(&self, id: ExprId) -> bool {
        matches!(&self.function.exprs[id].kind, ExprKind::Float(text, _) if text.parse() == Ok(1.0))
    }

    /// Whether one reciprocal serves several divisions.
    fn pays(&self, divisor: ExprId) -> bool {
        let Some(trips) = self.around.last() else {
            return false;
        };
        if let ExprKind::Var(var) = self.function.exprs[divisor].kind
            && trips.divisors.get(&var).is_some_and(|times| *times > 1)
        {
            return true;
        }
        self.is_steady(divisor, &trips.varying)
    }

    /// Whether an expression has one value in all trips, and costs nothing where it stands.
    fn is_steady(&self, id: ExprId, varying: &HashSet<VarId>) -> bool {
        let mut steady = true;
        walk::below(self.function, id, &mut |id| {
            steady &= match &self.function.exprs[id].kind {
                ExprKind::Var(var) => !varying.contains(var),
                ExprKind::Int(..) | ExprKind::Float(..) | ExprKind::Len { .. } => true,
                ExprKind::Unary(..) | ExprKind::Binary(..) => true,
                ExprKind::Cast(..) | ExprKind::Field(..) => true,
                ExprKind::Call(builtin, _) => !builtin.is_elementary(),
                _ => false,
            };
        });
        steady
    }

    /// `1.0 / divisor`
    fn reciprocal(&mut self, divisor: ExprId, ty: Scalar) -> ExprId {
        let span = self.function.exprs[divisor].span;
        let function = &mut *self.function;
        reciprocal(&mut Builder { function, span }, divisor, ty)
    }

    /// How many halves a literal power is, if few.
    fn halves(&self, power: ExprId) -> Option<i32> {
        let value: f64 = match &self.function.exprs[power].kind {
            ExprKind::Float(text, _) => text.parse().ok()?,
            ExprKind::Unary(UnaryOp::Neg, inner) => match &self.function.exprs[*inner].kind {
                ExprKind::Float(text, _) => -text.parse::<f64>().ok()?,
                _ => return None,
            },
            _ => return None,
        };
        let halves = value * 2.0;
        let few = halves.abs() <= f64::from(MOST_HALVES) && halves != 0.0;
        (few && halves.fract() == 0.0).then_some(halves as i32)
    }
}

fn reciprocal(build: &mut Builder, divisor: ExprId, ty: Scalar) -> ExprId {
    let one = build.float("1.0", ty);
    build.op(BinaryOp::Div, one, divisor)
}

/// `{ let base = ..; base * base * .. * base.sqrt() }`
fn power(build: &mut Builder, base: ExprId, halves: i32, ty: Scalar) -> ExprKind {
    let (var, bind) = build.bind("base", base);
    let whole = halves.unsigned_abs() / 2;
    let mut factors: Vec<ExprId> = (0..whole).map(|_| build.read(var)).collect();
    if halves % 2 != 0 {
        let base = build.read(var);
        factors.push(build.call(Builtin::Sqrt, vec![base]));
    }
    let product = factors
        .into_iter()
        .reduce(|left, right| build.op(BinaryOp::Mul, left, right))
        .unwrap_or_else(|| unreachable!("a power of at least a half"));
    let value = match halves {
        1.. => product,
        _ => reciprocal(build, product, ty),
    };
    ExprKind::Block(Block {
        stmts: vec![bind],
        value: Some(value),
    })
}
