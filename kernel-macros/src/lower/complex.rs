//! Complex arithmetic, operation by operation as `num_complex` does it, so that every bit is its.

use super::Lowerer;
use super::parts::Parts;
use crate::ir::{
    BinaryOp, Builtin, ExprId, ExprKind, Maker, MakerKind, Opaque, Proof, Scalar, Span, Stmt, Ty,
    UnaryOp,
};

impl Lowerer<'_> {
    /// `maker(args)`
    pub fn made(&mut self, maker: Maker, args: &[ExprId], ty: &Ty, span: Span) -> Parts {
        let Ty::Complex(scalar) = *ty else {
            return self.unknown(args, span, "a complex number of unknown floats");
        };
        let kind = maker.kind;
        self.prove(Proof::Maker { maker, scalar });
        let mut parts = self.parts_of_all(args);
        match kind {
            MakerKind::Literal | MakerKind::New => {}
            MakerKind::From => parts.leaves.push(self.float("0.0", scalar, span)),
            MakerKind::I => {
                parts.leaves = ["0.0", "1.0"].map(|it| self.float(it, scalar, span)).into()
            }
            MakerKind::FromPolar => {
                self.pin_all(&mut parts);
                let [radius, angle] = [parts.leaves[0], parts.leaves[1]];
                parts.leaves = self.polar(radius, angle);
            }
            MakerKind::Cis => {
                self.pin_all(&mut parts);
                let angle = parts.leaves[0];
                parts.leaves = vec![
                    self.call(Builtin::Cos, &[angle]),
                    self.call(Builtin::Sin, &[angle]),
                ];
            }
        }
        parts
    }

    /// What the language has no word for; analysis says so if a region would hold it.
    pub fn unknown(&mut self, args: &[ExprId], span: Span, what: &str) -> Parts {
        args.iter().for_each(|arg| self.expr(*arg));
        let opaque = Opaque {
            what: what.to_string(),
            help: Some("write it out with the parts `re` and `im`".to_string()),
            blocks: Vec::new(),
        };
        let id = self.push(ExprKind::Opaque(opaque), span, Ty::Unknown);
        Parts::plain(vec![id, id])
    }

    /// `left op right`, of which one at least is complex. A comparison has one scalar.
    pub fn complex_binary(
        &mut self,
        id: ExprId,
        op: BinaryOp,
        left: ExprId,
        right: ExprId,
    ) -> Parts {
        let span = self.function.exprs[id].span;
        let mut first = self.operand(left);
        let mut second = self.operand(right);
        if !second.before.is_empty() {
            self.keep(&mut first, &second.before);
        }
        first.before.append(&mut second.before);
        self.arithmetic(op, first, second, span)
    }

    fn operand(&mut self, id: ExprId) -> Parts {
        if self.is_complex(id) {
            let parts = self.parts(id);
            return self.steadied(parts);
        }
        self.scalar(id)
    }

    /// The operation on operands of two parts, or of one where they are floats. Statements before
    /// either have been put before the first.
    pub fn arithmetic(&mut self, op: BinaryOp, mut a: Parts, mut b: Parts, span: Span) -> Parts {
        use BinaryOp::*;
        a.before.append(&mut b.before);
        if matches!(op, Mul | Div) || a.leaves.len() < 2 {
            self.pin_both(&mut a, &mut b);
        }
        let leaves = match (op, &a.leaves[..], &b.leaves[..]) {
            (Add | Sub, &[re, im], &[re2, im2]) => vec![self.op(op, re, re2), self.op(op, im, im2)],
            (Add | Sub, &[re, im], &[real]) => vec![self.op(op, re, real), im],
            (Add, &[real], &[re, im]) => vec![self.op(op, real, re), im],
            (Sub, &[real], &[re, im]) => {
                let zero = self.zero_like(im);
                vec![self.op(op, real, re), self.op(op, zero, im)]
            }
            (Mul, &[re, im], &[re2, im2]) => self.product([re, im], [re2, im2]),
            (Mul | Div, &[re, im], &[real]) => vec![self.op(op, re, real), self.op(op, im, real)],
            (Mul, &[real], &[re, im]) => vec![self.op(op, real, re), self.op(op, real, im)],
            (Div, &[re, im], &[re2, im2]) => self.quotient([re, im], [re2, im2], &mut a.before),
            (Div, &[real], &[re, im]) => self.inverse_times(real, [re, im], &mut a.before),
            (Eq | Ne, &[re, im], &[re2, im2]) => {
                vec![self.compared(op, [re, im], [re2, im2], span)]
            }
            _ => {
                let what = format!("`{op}` of complex numbers");
                self.unknown(&[], span, &what).leaves
            }
        };
        Parts { leaves, ..a }
    }

    fn pin_both(&mut self, a: &mut Parts, b: &mut Parts) {
        self.pin_all(a);
        let mut second = Parts::plain(std::mem::take(&mut b.leaves));
        self.pin_all(&mut second);
        a.before.append(&mut second.before);
        b.leaves = second.leaves;
    }

    /// `(a + b i) (c + d i) = (a c - b d) + (a d + b c) i`
    pub fn product(&mut self, [a, b]: [ExprId; 2], [c, d]: [ExprId; 2]) -> Vec<ExprId> {
        let (ac, bd) = (self.op(BinaryOp::Mul, a, c), self.op(BinaryOp::Mul, b, d));
        let (ad, bc) = (self.op(BinaryOp::Mul, a, d), self.op(BinaryOp::Mul, b, c));
        vec![
            self.op(BinaryOp::Sub, ac, bd),
            self.op(BinaryOp::Add, ad, bc),
        ]
    }

    /// `((a c + b d) + (b c - a d) i) / (c c + d d)`
    fn quotient(
        &mut self,
        [a, b]: [ExprId; 2],
        [c, d]: [ExprId; 2],
        before: &mut Vec<Stmt>,
    ) -> Vec<ExprId> {
        let norm = self.norm_sqr([c, d]);
        let norm = self.pin(norm, before);
        let (ac, bd) = (self.op(BinaryOp::Mul, a, c), self.op(BinaryOp::Mul, b, d));
        let (bc, ad) = (self.op(BinaryOp::Mul, b, c), self.op(BinaryOp::Mul, a, d));
        let (re, im) = (
            self.op(BinaryOp::Add, ac, bd),
            self.op(BinaryOp::Sub, bc, ad),
        );
        vec![
            self.op(BinaryOp::Div, re, norm),
            self.op(BinaryOp::Div, im, norm),
        ]
    }

    /// `real / (a + b i)`
    fn inverse_times(
        &mut self,
        real: ExprId,
        [a, b]: [ExprId; 2],
        before: &mut Vec<Stmt>,
    ) -> Vec<ExprId> {
        let norm = self.norm_sqr([a, b]);
        let norm = self.pin(norm, before);
        let (re, im) = (
            self.op(BinaryOp::Mul, real, a),
            self.op(BinaryOp::Mul, real, b),
        );
        let im = self.op(BinaryOp::Div, im, norm);
        let zero = self.zero_like(im);
        vec![
            self.op(BinaryOp::Div, re, norm),
            self.op(BinaryOp::Sub, zero, im),
        ]
    }

    pub fn norm_sqr(&mut self, [a, b]: [ExprId; 2]) -> ExprId {
        let (aa, bb) = (self.op(BinaryOp::Mul, a, a), self.op(BinaryOp::Mul, b, b));
        self.op(BinaryOp::Add, aa, bb)
    }

    fn compared(
        &mut self,
        op: BinaryOp,
        [a, b]: [ExprId; 2],
        [c, d]: [ExprId; 2],
        span: Span,
    ) -> ExprId {
        let (left, right) = (self.compare(op, a, c), self.compare(op, b, d));
        let and = op == BinaryOp::Eq;
        self.push(
            ExprKind::Logic { and, left, right },
            span,
            Ty::Scalar(Scalar::Bool),
        )
    }

    /// A method of a complex number.
    pub fn complex_call(&mut self, id: ExprId, builtin: Builtin, args: &[ExprId]) -> Parts {
        use Builtin::*;
        let span = self.function.exprs[id].span;
        let &Ty::Complex(scalar) = self.ty(args[0]) else {
            return self.unknown(args, span, "a complex number of unknown floats");
        };
        let ty = Ty::Complex(scalar);
        if builtin.takes_reference(&ty) {
            self.prove(Proof::ByReference { builtin, ty });
        }
        if let (Powu | Powi, Some(power)) =
            (builtin, args.get(1).and_then(|arg| self.literal(*arg)))
        {
            return self.power(args[0], power, scalar, span);
        }
        let mut parts = self.operand(args[0]);
        self.pin_all(&mut parts);
        if let Some(second) = args.get(1) {
            let mut second = self.scalar(*second);
            self.keep(&mut parts, &second.before);
            self.pin_all(&mut second);
            parts.before.append(&mut second.before);
            parts.leaves.append(&mut second.leaves);
        }
        let (re, im) = (parts.leaves[0], parts.leaves[1]);
        let before = &mut parts.before;
        let leaves = match (builtin, parts.leaves.get(2).copied()) {
            (Conj, _) => vec![re, self.negated(im)],
            (NormSqr, _) => vec![self.norm_sqr([re, im])],
            (L1Norm, _) => {
                let (re, im) = (self.call(Abs, &[re]), self.call(Abs, &[im]));
                vec![self.op(BinaryOp::Add, re, im)]
            }
            (Inv, _) => self.inverse([re, im], before),
            (Scale, Some(real)) => vec![
                self.op(BinaryOp::Mul, re, real),
                self.op(BinaryOp::Mul, im, real),
            ],
            (Unscale, Some(real)) => vec![
                self.op(BinaryOp::Div, re, real),
                self.op(BinaryOp::Div, im, real),
            ],
            (IsNan, _) => vec![self.both_are(false, IsNan, [re, im])],
            (IsFinite, _) => vec![self.both_are(true, IsFinite, [re, im])],
            (builtin, second) => match self.elementary(builtin, [re, im], second, scalar, before) {
                Some(leaves) => leaves,
                None => {
                    let what = format!("the method `{}` of a complex number", builtin.name());
                    self.unknown(&[], span, &what).leaves
                }
            },
        };
        parts.leaves = leaves;
        parts
    }

    /// `(a - b i) / (a a + b b)`
    pub fn inverse(&mut self, [a, b]: [ExprId; 2], before: &mut Vec<Stmt>) -> Vec<ExprId> {
        let norm = self.norm_sqr([a, b]);
        let norm = self.pin(norm, before);
        let b = self.negated(b);
        vec![
            self.op(BinaryOp::Div, a, norm),
            self.op(BinaryOp::Div, b, norm),
        ]
    }

    fn both_are(&mut self, and: bool, test: Builtin, [re, im]: [ExprId; 2]) -> ExprId {
        let span = self.function.exprs[re].span;
        let (left, right) = (self.test(test, re), self.test(test, im));
        self.push(
            ExprKind::Logic { and, left, right },
            span,
            Ty::Scalar(Scalar::Bool),
        )
    }

    // Scalars of floats. Operands that are names are read once more each time.

    pub fn operand_again(&mut self, id: ExprId) -> ExprId {
        match self.is_name(id) {
            true => self.again(id),
            false => id,
        }
    }

    pub fn op(&mut self, op: BinaryOp, left: ExprId, right: ExprId) -> ExprId {
        let (span, ty) = (self.function.exprs[left].span, self.ty(left).clone());
        let (left, right) = (self.operand_again(left), self.operand_again(right));
        self.push(ExprKind::Binary(op, left, right), span, ty)
    }

    pub fn compare(&mut self, op: BinaryOp, left: ExprId, right: ExprId) -> ExprId {
        let id = self.op(op, left, right);
        self.function.exprs[id].ty = Ty::Scalar(Scalar::Bool);
        id
    }

    pub fn negated(&mut self, inner: ExprId) -> ExprId {
        let (span, ty) = (self.function.exprs[inner].span, self.ty(inner).clone());
        let inner = self.operand_again(inner);
        self.push(ExprKind::Unary(UnaryOp::Neg, inner), span, ty)
    }

    pub fn call(&mut self, builtin: Builtin, args: &[ExprId]) -> ExprId {
        let (span, ty) = (self.function.exprs[args[0]].span, self.ty(args[0]).clone());
        let args = args.iter().map(|arg| self.operand_again(*arg)).collect();
        self.push(ExprKind::Call(builtin, args), span, ty)
    }

    pub fn test(&mut self, builtin: Builtin, arg: ExprId) -> ExprId {
        let id = self.call(builtin, &[arg]);
        self.function.exprs[id].ty = Ty::Scalar(Scalar::Bool);
        id
    }

    pub fn float(&mut self, text: &str, scalar: Scalar, span: Span) -> ExprId {
        self.push(
            ExprKind::Float(text.to_string(), None),
            span,
            Ty::Scalar(scalar),
        )
    }

    pub fn zero_like(&mut self, like: ExprId) -> ExprId {
        let (span, ty) = (self.function.exprs[like].span, self.ty(like).clone());
        self.push(ExprKind::Float("0.0".to_string(), None), span, ty)
    }
}
