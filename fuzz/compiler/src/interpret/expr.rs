//! Expressions.

use super::machine::{Exit, Hook, Machine, Run, part};
use super::number::Number;
use super::{Value, builtin};
use crate::analysis::plan::SiteKey;
use crate::ir::{ExprId, ExprKind, Scalar, UnaryOp};

impl Machine<'_> {
    /// An expression without regions.
    ///
    /// # Errors
    ///
    /// Control leaves it.
    pub fn expr(&mut self, id: ExprId) -> Run<Value> {
        self.expr_with(id, &mut None)
    }

    /// Only blocks and branches of driver code hold regions.
    pub(super) fn expr_with(&mut self, id: ExprId, hook: &mut Option<&mut dyn Hook>) -> Run<Value> {
        let node = &self.function.exprs[id];
        match &node.kind {
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => match (self.truth(*cond)?, otherwise) {
                (true, _) => self.block_with(then, hook),
                (false, Some(otherwise)) => self.block_with(otherwise, hook),
                (false, None) => Ok(Value::Unit),
            },
            ExprKind::Block(block) => self.block_with(block, hook),
            ExprKind::Int(value, _) => {
                let ty = self.scalar(&node.ty)?;
                Ok(Value::Number(Number::int(*value as i128, ty)))
            }
            ExprKind::Float(text, _) => self.float(text, self.scalar(&node.ty)?),
            ExprKind::Bool(value) => Ok(Value::Number((*value).into())),
            ExprKind::Var(var) => {
                let value = self.variables.get(var).cloned();
                value.ok_or(Exit::Unknown("a variable without a value"))
            }
            ExprKind::Unary(op, inner) => self.unary(id, *op, *inner),
            ExprKind::Binary(op, left, right) => {
                let (left, right) = (self.number(*left)?, self.number(*right)?);
                let outcome = left.binary(*op, right);
                self.settle(outcome, SiteKey::Expr(id), &[left, right])
            }
            ExprKind::Logic { and, left, right } => {
                let left = self.truth(*left)?;
                let value = if left == *and {
                    self.truth(*right)?
                } else {
                    left
                };
                Ok(Value::Number(value.into()))
            }
            ExprKind::Cast(inner, to) => {
                let cast = self.number(*inner)?.cast(*to);
                cast.map(Value::Number)
                    .ok_or(Exit::Unknown("a cast without a meaning here"))
            }
            ExprKind::Load(access) => {
                let (array, place) = self.element(*access)?;
                Ok(Value::Number(self.arrays[&array].values[place]))
            }
            ExprKind::Len { array, dim } => {
                let array = self.arrays.get(array);
                let array = array.ok_or(Exit::Unknown("an array that is no parameter"))?;
                Ok(Value::Number(array.shape[*dim as usize].into()))
            }
            ExprKind::Iteration => Ok(Value::Number(self.iteration.cast_signed().into())),
            ExprKind::Call(of, args) => {
                let args = args.iter().map(|arg| self.number(*arg));
                let args = args.collect::<Run<Vec<Number>>>()?;
                self.settle(builtin::call(*of, &args), SiteKey::Expr(id), &args)
            }
            ExprKind::Tuple(parts) => self.all(parts).map(Value::Tuple),
            ExprKind::Array(parts) => self.all(parts).map(Value::Array),
            ExprKind::Repeat(value, count) => {
                let value = self.expr(*value)?;
                Ok(Value::Array(vec![value; *count as usize]))
            }
            ExprKind::Field(base, index) => {
                let value = self.expr(*base)?;
                Ok(part(&value, &[*index as usize]).clone())
            }
            ExprKind::LocalElement { base, index } => {
                let path = self.local(*base, index)?;
                Ok(part(&self.variables[base], &path).clone())
            }
            ExprKind::Complex(..) | ExprKind::Option(_) | ExprKind::Ordering(_) => {
                Err(Exit::Unknown("what the lowering takes away"))
            }
            ExprKind::Apply(..) => Err(Exit::Unknown("a call of a function outside")),
            ExprKind::NewArray { .. } | ExprKind::Opaque(_) => {
                Err(Exit::Unknown("an expression outside the subset"))
            }
        }
    }

    fn all(&mut self, parts: &[ExprId]) -> Run<Vec<Value>> {
        parts.iter().map(|part| self.expr(*part)).collect()
    }

    fn float(&self, text: &str, ty: Scalar) -> Run<Value> {
        let value = match ty {
            Scalar::F32 => text.parse::<f32>().map(Number::from),
            _ => text.parse::<f64>().map(Number::from),
        };
        let value = value.map_err(|_| Exit::Unknown("a literal that is no number"))?;
        Ok(Value::Number(value))
    }

    /// `-128i8` is a literal, not a negation that overflows.
    fn unary(&mut self, id: ExprId, op: UnaryOp, inner: ExprId) -> Run<Value> {
        let literal = matches!(self.function.exprs[inner].kind, ExprKind::Int(..));
        let value = self.number(inner)?;
        if literal && op == UnaryOp::Neg {
            let ty = self.scalar(&self.function.exprs[id].ty)?;
            let negated = value.wide().map(|value| Number::int(-value, ty));
            return negated.map(Value::Number).ok_or(Exit::Unknown("a literal"));
        }
        self.settle(value.unary(op), SiteKey::Expr(id), &[value])
    }
}
