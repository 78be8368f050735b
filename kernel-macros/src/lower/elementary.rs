//! Elementary functions of complex numbers, by the formulas of `num_complex`.

use super::Lowerer;
use super::parts::Parts;
use crate::ir::{BinaryOp, Block, Builtin, ExprId, ExprKind, Scalar, Span, Stmt, Ty, UnaryOp};

impl Lowerer<'_> {
    /// A method that is no arithmetic; `None` if there is no word for it. `re` and `im` are names.
    pub fn elementary(
        &mut self,
        builtin: Builtin,
        [re, im]: [ExprId; 2],
        second: Option<ExprId>,
        scalar: Scalar,
        before: &mut Vec<Stmt>,
    ) -> Option<Vec<ExprId>> {
        use Builtin::*;
        let times = |it: &mut Self, a: (Builtin, ExprId), b: (Builtin, ExprId)| {
            let (a, b) = (it.call(a.0, &[a.1]), it.call(b.0, &[b.1]));
            it.op(BinaryOp::Mul, a, b)
        };
        Some(match (builtin, second) {
            (Norm, _) => vec![self.call(Hypot, &[re, im])],
            (Arg, _) => vec![self.call(Atan2, &[im, re])],
            (ToPolar, _) => vec![self.call(Hypot, &[re, im]), self.call(Atan2, &[im, re])],
            (Ln, _) => {
                let radius = self.call(Hypot, &[re, im]);
                vec![self.call(Ln, &[radius]), self.call(Atan2, &[im, re])]
            }
            (Sin, _) => vec![
                times(self, (Sin, re), (Cosh, im)),
                times(self, (Cos, re), (Sinh, im)),
            ],
            (Cos, _) => {
                let sine = self.call(Sin, &[re]);
                let (minus, sinh) = (self.negated(sine), self.call(Sinh, &[im]));
                vec![
                    times(self, (Cos, re), (Cosh, im)),
                    self.op(BinaryOp::Mul, minus, sinh),
                ]
            }
            (Sinh, _) => vec![
                times(self, (Sinh, re), (Cos, im)),
                times(self, (Cosh, re), (Sin, im)),
            ],
            (Cosh, _) => vec![
                times(self, (Cosh, re), (Cos, im)),
                times(self, (Sinh, re), (Sin, im)),
            ],
            (Exp, _) => self.exponential([re, im], scalar, before),
            (Sqrt, _) => self.square_root([re, im], scalar, before),
            _ => return None,
        })
    }

    /// `r (cos t + i sin t)`; both are names.
    pub fn polar(&mut self, radius: ExprId, angle: ExprId) -> Vec<ExprId> {
        let (cos, sin) = (
            self.call(Builtin::Cos, &[angle]),
            self.call(Builtin::Sin, &[angle]),
        );
        vec![
            self.op(BinaryOp::Mul, radius, cos),
            self.op(BinaryOp::Mul, radius, sin),
        ]
    }

    /// `e^re (cos im + i sin im)`, except where `re` is infinite or not a number.
    fn exponential(
        &mut self,
        [re, im]: [ExprId; 2],
        scalar: Scalar,
        before: &mut Vec<Stmt>,
    ) -> Vec<ExprId> {
        use Builtin::*;
        let zero = self.zero_like(re);
        let (endless, negative) = (
            self.test(IsInfinite, re),
            self.compare(BinaryOp::Lt, re, zero),
        );
        let (finite, flat) = (
            self.test(IsFinite, im),
            self.compare(BinaryOp::Eq, im, zero),
        );
        let [endless, negative, finite, flat] =
            [endless, negative, finite, flat].map(|test| self.pin(test, before));
        let spins = self.not(finite);
        let spins = self.pin(spins, before);
        let straight = self.logic(false, flat, spins);
        let small = self.logic(true, negative, spins);
        let minus = self.not(negative);
        let large = self.logic(true, minus, straight);
        let corner = self.logic(false, small, large);
        let corner = self.logic(true, endless, corner);
        let not_a_number = self.test(IsNan, re);
        let real = self.logic(true, not_a_number, flat);
        let special = self.logic(false, corner, real);
        let vanishes = self.logic(true, endless, negative);
        let vanishes = self.pin(vanishes, before);
        let turns = self.test(IsInfinite, im);
        let turns = self.logic(true, turns, endless);
        let nan = self.op(BinaryOp::Div, zero, zero);
        let special_re = self.choice(vanishes, zero, re);
        let special_im = self.choice(turns, nan, im);
        let special_im = self.choice(vanishes, zero, special_im);
        let radius = self.call(Exp, &[re]);
        let mut inside = Vec::new();
        let radius = self.pin(radius, &mut inside);
        let turned = self.polar(radius, im);
        self.branches(
            special,
            (Vec::new(), vec![special_re, special_im]),
            (inside, turned),
            scalar,
            before,
        )
    }

    /// The principal root: exact on the axes, by polar form elsewhere.
    fn square_root(
        &mut self,
        [re, im]: [ExprId; 2],
        scalar: Scalar,
        before: &mut Vec<Stmt>,
    ) -> Vec<ExprId> {
        use Builtin::*;
        let span = self.function.exprs[re].span;
        let (zero, two) = (self.zero_like(re), self.float("2.0", scalar, span));
        let above = self.test(IsSignPositive, im);
        let above = self.pin(above, before);
        let on_the_right = self.test(IsSignPositive, re);
        let opposite = self.negated(re);
        let (root, root_below) = (self.call(Sqrt, &[re]), self.call(Sqrt, &[opposite]));
        let mut left = Vec::new();
        let height = self.signed(above, root_below, &mut left);
        let real = self.branches(
            on_the_right,
            (Vec::new(), vec![root, im]),
            (left, vec![zero, height]),
            scalar,
            before,
        );
        let half = self.call(Abs, &[im]);
        let half = self.op(BinaryOp::Div, half, two);
        let side = self.call(Sqrt, &[half]);
        let mut diagonal = Vec::new();
        let side = self.pin(side, &mut diagonal);
        let height = self.signed(above, side, &mut diagonal);
        let mut elsewhere = Vec::new();
        let (radius, angle) = (self.call(Hypot, &[re, im]), self.call(Atan2, &[im, re]));
        let (radius, angle) = (
            self.call(Sqrt, &[radius]),
            self.op(BinaryOp::Div, angle, two),
        );
        let (radius, angle) = (
            self.pin(radius, &mut elsewhere),
            self.pin(angle, &mut elsewhere),
        );
        let turned = self.polar(radius, angle);
        let upright = self.compare(BinaryOp::Eq, re, zero);
        let complex = self.branches(
            upright,
            (diagonal, vec![side, height]),
            (elsewhere, turned),
            scalar,
            before,
        );
        let flat = self.compare(BinaryOp::Eq, im, zero);
        self.branches(
            flat,
            (Vec::new(), real),
            (Vec::new(), complex),
            scalar,
            before,
        )
    }

    /// The magnitude with a sign.
    fn signed(&mut self, positive: ExprId, magnitude: ExprId, before: &mut Vec<Stmt>) -> ExprId {
        let magnitude = match self.is_name(magnitude) {
            true => magnitude,
            false => self.pin(magnitude, before),
        };
        let below = self.negated(magnitude);
        let above = self.again(magnitude);
        self.choice(positive, above, below)
    }

    /// The scalars of `if cond { .. } else { .. }`, bound before.
    fn branches(
        &mut self,
        cond: ExprId,
        then: (Vec<Stmt>, Vec<ExprId>),
        otherwise: (Vec<Stmt>, Vec<ExprId>),
        scalar: Scalar,
        before: &mut Vec<Stmt>,
    ) -> Vec<ExprId> {
        let span = self.function.exprs[cond].span;
        let ty = Ty::Complex(scalar);
        let whole = super::lowered(&ty);
        let block = |it: &mut Self, (stmts, leaves): (Vec<Stmt>, Vec<ExprId>)| {
            let leaves: Vec<ExprId> = leaves
                .into_iter()
                .map(|leaf| it.operand_again(leaf))
                .collect();
            let value = Some(it.assemble(&whole, &mut leaves.into_iter(), span));
            Block { stmts, value }
        };
        let (then, otherwise) = (block(self, then), Some(block(self, otherwise)));
        let kind = ExprKind::If {
            cond,
            then,
            otherwise,
        };
        let id = self.push(kind, span, whole.clone());
        let mut parts: Parts = self.taken_apart(id, &ty, span);
        before.append(&mut parts.before);
        parts.leaves
    }

    /// `if cond { a } else { b }` of scalars.
    pub fn choice(&mut self, cond: ExprId, then: ExprId, otherwise: ExprId) -> ExprId {
        let (span, ty) = (self.function.exprs[cond].span, self.ty(then).clone());
        let block = |it: &mut Self, leaf: ExprId| Block {
            stmts: Vec::new(),
            value: Some(it.operand_again(leaf)),
        };
        let cond = self.operand_again(cond);
        let (then, otherwise) = (block(self, then), Some(block(self, otherwise)));
        let kind = ExprKind::If {
            cond,
            then,
            otherwise,
        };
        self.push(kind, span, ty)
    }

    pub fn not(&mut self, test: ExprId) -> ExprId {
        let span = self.function.exprs[test].span;
        let test = self.operand_again(test);
        self.push(
            ExprKind::Unary(UnaryOp::Not, test),
            span,
            Ty::Scalar(Scalar::Bool),
        )
    }

    pub fn logic(&mut self, and: bool, left: ExprId, right: ExprId) -> ExprId {
        let span = self.function.exprs[left].span;
        let (left, right) = (self.operand_again(left), self.operand_again(right));
        self.push(
            ExprKind::Logic { and, left, right },
            span,
            Ty::Scalar(Scalar::Bool),
        )
    }

    /// An integer that the source says in digits.
    pub fn literal(&self, id: ExprId) -> Option<i64> {
        match self.function.exprs[id].kind {
            ExprKind::Int(value, _) => i64::try_from(value).ok(),
            ExprKind::Unary(UnaryOp::Neg, inner) => self.literal(inner).map(|value| -value),
            _ => None,
        }
    }

    /// Square and multiply, from the lowest bit up, as `num_complex` does.
    pub fn power(&mut self, base: ExprId, power: i64, scalar: Scalar, span: Span) -> Parts {
        let parts = self.parts(base);
        let mut parts = self.steadied(parts);
        self.pin_all(&mut parts);
        let mut base = [parts.leaves[0], parts.leaves[1]];
        if power < 0 {
            let inverse = self.inverse(base, &mut parts.before);
            base = self.pinned(inverse, &mut parts.before);
        }
        let mut power = power.unsigned_abs();
        if power == 0 {
            parts.leaves = ["1.0", "0.0"].map(|it| self.float(it, scalar, span)).into();
            return parts;
        }
        while power & 1 == 0 {
            base = self.squared(base, &mut parts.before);
            power >>= 1;
        }
        let mut product = base;
        while power > 1 {
            power >>= 1;
            base = self.squared(base, &mut parts.before);
            if power & 1 == 1 {
                let next = self.product(product, base);
                product = self.pinned(next, &mut parts.before);
            }
        }
        parts.leaves = product.into();
        parts
    }

    fn squared(&mut self, base: [ExprId; 2], before: &mut Vec<Stmt>) -> [ExprId; 2] {
        let square = self.product(base, base);
        self.pinned(square, before)
    }

    fn pinned(&mut self, leaves: Vec<ExprId>, before: &mut Vec<Stmt>) -> [ExprId; 2] {
        [self.pin(leaves[0], before), self.pin(leaves[1], before)]
    }
}
