//! Types of expressions.

use super::Solver;
use super::rules::{Rule, is_literal};
use super::slots::{BOOL, Class, Type, USIZE};
use crate::ir::{BinaryOp, ExprId, ExprKind, MakerKind, Scalar};

impl Solver<'_> {
    pub(super) fn expr(&mut self, id: ExprId) -> Type {
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
    pub(super) fn operands(&mut self, at: ExprId, left: &Type, right: &Type) -> Type {
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
}
