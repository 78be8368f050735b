//! Contraction (`fastmath(contract)`): a product that is added or subtracted becomes one fused
//! operation with one rounding, in the plan, so that every back end fuses the same ones.
//!
//! Of `a * b + c * d` the left product is fused. An expression keeps its two roundings where fusing
//! would evaluate operands that can fail in another order.

use crate::analysis::plan::{Plan, Region, SiteKey};
use crate::analysis::sites;
use crate::ir::pass::{self, Pass};
use crate::ir::{
    AccessMode, BinaryOp, Builtin, Expr, ExprId, ExprKind, Function, Place, Stmt, StmtKind, UnaryOp,
};
use std::mem;

/// Fuses in every region.
pub fn apply(function: &mut Function, plan: &mut Plan) {
    for region in &mut plan.regions {
        let mut body = mem::take(&mut region.body);
        pass::over(&mut Contract { function, region }, &mut body);
        region.body = body;
    }
}

struct Contract<'a> {
    function: &'a mut Function,
    region: &'a mut Region,
}

/// What a fused operation takes: `factor * other + addend`.
struct Fused {
    factor: ExprId,
    other: ExprId,
    addend: ExprId,
}

impl Pass for Contract<'_> {
    fn function(&mut self) -> &mut Function {
        self.function
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        if let StmtKind::Assign { target, op, value } = &mut stmt.kind
            && let Some(fused) = op.and_then(|op| self.update(target, op, *value))
        {
            (*op, *value) = (None, fused);
        }
    }

    fn expr(&mut self, _: ExprId, kind: &mut ExprKind) {
        if let ExprKind::Binary(op, left, right) = *kind
            && let Some(fused) = self.sum(op, left, right)
        {
            *kind = self.fuse(fused);
        }
    }
}

impl Contract<'_> {
    /// `left + right` or `left - right`, where one of them is a product of floats.
    fn sum(&mut self, op: BinaryOp, left: ExprId, right: ExprId) -> Option<Fused> {
        let minus = minus(op)?;
        if let Some((factor, other)) = self.product(left) {
            let addend = if minus { self.negated(right) } else { right };
            return Some(Fused {
                factor,
                other,
                addend,
            });
        }
        let (factor, other) = self.product(right)?;
        if self.can_fail(left) && self.can_fail(right) {
            return None;
        }
        let factor = if minus { self.negated(factor) } else { factor };
        Some(Fused {
            factor,
            other,
            addend: left,
        })
    }

    /// `target += a * b` as the value of `target = ..`.
    fn update(&mut self, target: &Place, op: BinaryOp, value: ExprId) -> Option<ExprId> {
        let minus = minus(op)?;
        let (factor, other) = self.product(value)?;
        let addend = self.old_value(target, value);
        let factor = if minus { self.negated(factor) } else { factor };
        let kind = self.fuse(Fused {
            factor,
            other,
            addend,
        });
        Some(self.push_like(value, kind))
    }

    /// The target's value before the assignment, as an expression of the type of `like`.
    fn old_value(&mut self, target: &Place, like: ExprId) -> ExprId {
        let kind = match *target {
            Place::Var(var) => ExprKind::Var(var),
            Place::Field { base, index } => {
                let whole = Expr {
                    kind: ExprKind::Var(base),
                    span: self.function.exprs[like].span,
                    ty: self.function.vars[base].ty.clone(),
                };
                ExprKind::Field(self.function.exprs.push(whole), index)
            }
            Place::LocalElement { base, ref index } => {
                let index = index.clone();
                ExprKind::LocalElement { base, index }
            }
            Place::Element(access) => {
                let mut read = self.function.accesses[access].clone();
                read.mode = AccessMode::Load;
                self.function.accesses[access].mode = AccessMode::Store;
                let read = self.function.accesses.push(read);
                if let Some(bounds) = self.region.bounds.get(&access).copied() {
                    self.region.bounds.insert(read, bounds);
                }
                let site = self.region.site_of.get(&SiteKey::Access(access)).copied();
                if let Some(site) = site {
                    self.region.site_of.insert(SiteKey::Access(read), site);
                }
                ExprKind::Load(read)
            }
        };
        self.push_like(like, kind)
    }

    /// The factors of a product of floats.
    fn product(&self, id: ExprId) -> Option<(ExprId, ExprId)> {
        let node = &self.function.exprs[id];
        let float = node.ty.scalar().is_some_and(|ty| ty.is_float());
        match node.kind {
            ExprKind::Binary(BinaryOp::Mul, left, right) if float => Some((left, right)),
            _ => None,
        }
    }

    fn can_fail(&self, id: ExprId) -> bool {
        sites::can_fail(self.function, id, &self.region.site_of)
    }

    fn fuse(&self, fused: Fused) -> ExprKind {
        let Fused {
            factor,
            other,
            addend,
        } = fused;
        ExprKind::Call(Builtin::MulAdd, vec![factor, other, addend])
    }

    fn negated(&mut self, id: ExprId) -> ExprId {
        self.push_like(id, ExprKind::Unary(UnaryOp::Neg, id))
    }

    fn push_like(&mut self, like: ExprId, kind: ExprKind) -> ExprId {
        let Expr { span, ty, .. } = self.function.exprs[like].clone();
        self.function.exprs.push(Expr { kind, span, ty })
    }
}

/// Whether the operator subtracts; `None` if it does not even add.
fn minus(op: BinaryOp) -> Option<bool> {
    match op {
        BinaryOp::Add => Some(false),
        BinaryOp::Sub => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::apply;
    use crate::analysis::tests::analysed;
    use crate::ir::dump;

    /// The region's statements after contraction.
    fn contracted(body: &str) -> String {
        let source = format!(
            "fn f(x: &[f64], y: &mut [f64], n: &[i64]) -> f64 {{ let mut s = 0.0;
             for i in 0..y.len() {{ {body} }} s }}"
        );
        let (mut function, mut plan, problems) = analysed(&source);
        assert!(problems.is_empty(), "{problems:?}");
        apply(&mut function, &mut plan);
        dump::block(&function, &plan.regions[0].body)
    }

    #[test]
    fn sums_and_differences_of_products_fuse() {
        let fused = contracted("y[i] = x[i] * 2.0 + 1.0;");
        assert!(fused.contains("x[i].mul_add(2.0, 1.0)"), "{fused}");
        let fused = contracted("y[i] = 1.0 - x[i] * 2.0;");
        assert!(fused.contains("(-x[i]).mul_add(2.0, 1.0)"), "{fused}");
        let fused = contracted("y[i] = x[i] * 2.0 - 1.0;");
        assert!(fused.contains("x[i].mul_add(2.0, -1.0)"), "{fused}");
    }

    #[test]
    fn of_two_products_the_left_fuses() {
        let fused = contracted("y[i] = x[i] * 2.0 + x[i] * 3.0;");
        assert!(fused.contains("x[i].mul_add(2.0, "), "{fused}");
        assert_eq!(fused.matches("mul_add").count(), 1, "{fused}");
    }

    #[test]
    fn updates_fuse_wherever_they_write() {
        let fused = contracted("y[i] += x[i] * 2.0; s -= x[i] * y[i];");
        assert!(fused.contains("y[i] = x[i].mul_add(2.0, y[i])"), "{fused}");
        assert!(fused.contains("s = (-x[i]).mul_add(y[i], s)"), "{fused}");
    }

    #[test]
    fn integers_and_products_that_are_shared_stay() {
        let fused = contracted("let p = x[i] * 2.0; y[i] = p + 1.0; s += (n[i] * 2 + 1) as f64;");
        assert!(!fused.contains("mul_add"), "{fused}");
    }

    #[test]
    fn operands_that_can_fail_keep_their_order() {
        let fused = contracted("y[i] = x[n[i] as usize] + x[n[i] as usize + 1] * 2.0;");
        assert!(!fused.contains("mul_add"), "{fused}");
    }
}
