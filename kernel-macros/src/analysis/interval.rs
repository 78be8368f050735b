//! Between which values an integer expression stays, where it is more than affine: remainders, minima and
//! maxima, choices.
//!
//! Such bounds say nothing about which elements two iterations share (rule R2), and are not exact,
//! so they are no part of the guard. They tell that the fast form can do without a check.

use super::constant;
use super::extent::Domain;
use super::form::{Fit, Former};
use super::plan::{Test, Wide};
use crate::ir::{BinaryOp, Block, Builtin, ExprId, ExprKind, Scalar};

/// The least and the greatest value that an expression may have, if the tests hold.
#[derive(Clone, Debug)]
pub struct Interval {
    pub low: Wide,
    pub high: Wide,
    pub tests: Vec<Test>,
}

fn boxed(left: &Wide, right: &Wide) -> (Box<Wide>, Box<Wide>) {
    (Box::new(left.clone()), Box::new(right.clone()))
}

fn least(left: &Wide, right: &Wide) -> Wide {
    let (left, right) = boxed(left, right);
    Wide::Min(left, right)
}

fn greatest(left: &Wide, right: &Wide) -> Wide {
    let (left, right) = boxed(left, right);
    Wide::Max(left, right)
}

fn sum(left: &Wide, right: &Wide) -> Wide {
    let (left, right) = boxed(left, right);
    Wide::Add(left, right)
}

fn difference(left: &Wide, right: &Wide) -> Wide {
    let (left, right) = boxed(left, right);
    Wide::Sub(left, right)
}

impl Interval {
    fn within(low: Wide, high: Wide, of: &[&Interval]) -> Interval {
        let tests = of.iter().flat_map(|part| part.tests.iter().cloned());
        Interval {
            low,
            high,
            tests: tests.collect(),
        }
    }

    /// The same if both ends are values of a type: then no arithmetic of that type wraps.
    fn fitting(mut self, ty: Scalar) -> Interval {
        let ends = [self.low.clone(), self.high.clone()];
        self.tests.extend(ends.map(|end| Test::Fits(end, ty)));
        self
    }
}

/// The interval of an expression over a domain; `None` if none is known.
pub fn of(former: &Former, domain: &Domain, id: ExprId) -> Option<Interval> {
    Bounder { former, domain }.expr(id)
}

/// The interval of an expression that is as narrow as bytes are, or at least as halfwords.
pub fn of_narrow(former: &Former, id: ExprId) -> Option<Interval> {
    let range = constant::range(former.function, id)?;
    between(range).filter(|_| range.1 <= u16::MAX.into())
}

fn between((low, high): (i128, i128)) -> Option<Interval> {
    let (low, high) = (Wide::Const(low), Wide::Const(high));
    Some(Interval::within(low, high, &[]))
}

struct Bounder<'a> {
    former: &'a Former<'a>,
    domain: &'a Domain<'a>,
}

impl Bounder<'_> {
    fn expr(&self, id: ExprId) -> Option<Interval> {
        let known = self.affine(id).or_else(|| self.operation(id));
        known.or_else(|| between(constant::limited(self.former.function, id)?))
    }

    fn affine(&self, id: ExprId) -> Option<Interval> {
        let form = self.former.typed_form(id)?;
        if !form.poly.is_affine() {
            return None;
        }
        let (low, high) = self.domain.extremes(&form.poly)?;
        // What only matters where overflow panics leaves the iteration by itself there.
        let fits = form.fits.iter().filter(|fit| !fit.debug);
        let tests: Option<Vec<Test>> = fits.map(|fit: &Fit| self.domain.fit_test(fit)).collect();
        let tests = tests?;
        Some(Interval { low, high, tests })
    }

    fn operation(&self, id: ExprId) -> Option<Interval> {
        let function = self.former.function;
        let node = &function.exprs[id];
        let ty = node.ty.scalar().filter(|ty| ty.is_int())?;
        match &node.kind {
            ExprKind::Var(var) => self.expr(self.former.init_of(*var)?),
            ExprKind::Binary(BinaryOp::Rem, _, by) if !ty.is_signed() => self.remainder(*by),
            ExprKind::Binary(BinaryOp::Add, left, right) => {
                let (left, right) = (self.expr(*left)?, self.expr(*right)?);
                let ends = (sum(&left.low, &right.low), sum(&left.high, &right.high));
                Some(Interval::within(ends.0, ends.1, &[&left, &right]).fitting(ty))
            }
            ExprKind::Binary(BinaryOp::Sub, left, right) => {
                let (left, right) = (self.expr(*left)?, self.expr(*right)?);
                let low = difference(&left.low, &right.high);
                let high = difference(&left.high, &right.low);
                Some(Interval::within(low, high, &[&left, &right]).fitting(ty))
            }
            ExprKind::Call(builtin, args) => self.call(*builtin, args, ty),
            ExprKind::Cast(inner, to) => Some(self.expr(*inner)?.fitting(*to)),
            ExprKind::Block(block) => self.expr(value_of(block)?),
            ExprKind::If {
                cond,
                then,
                otherwise: Some(otherwise),
            } => self.choice(*cond, value_of(then)?, value_of(otherwise)?),
            _ => None,
        }
    }

    /// Of anything by a number that is not negative.
    fn remainder(&self, by: ExprId) -> Option<Interval> {
        let by = self.expr(by)?;
        let high = difference(&by.high, &Wide::Const(1));
        let mut interval = Interval::within(Wide::Const(0), high, &[&by]);
        interval.tests.push(Test::Le(Wide::Const(1), by.low));
        Some(interval)
    }

    fn call(&self, builtin: Builtin, args: &[ExprId], ty: Scalar) -> Option<Interval> {
        let zero = Wide::Const(0);
        match (builtin, args) {
            (Builtin::RemEuclid, [_, by]) => self.remainder(*by),
            (Builtin::SaturatingSub, [from, _]) if !ty.is_signed() => {
                let from = self.expr(*from)?;
                Some(Interval::within(zero, from.high.clone(), &[&from]))
            }
            (Builtin::Clamp, [_, low, high]) => {
                let (low, high) = (self.expr(*low)?, self.expr(*high)?);
                let ends = (low.low.clone(), high.high.clone());
                Some(Interval::within(ends.0, ends.1, &[&low, &high]))
            }
            (Builtin::Min, [left, right]) => match (self.expr(*left), self.expr(*right)) {
                (Some(a), Some(b)) => {
                    let ends = (least(&a.low, &b.low), least(&a.high, &b.high));
                    Some(Interval::within(ends.0, ends.1, &[&a, &b]))
                }
                (Some(known), None) | (None, Some(known)) if !ty.is_signed() => {
                    Some(Interval::within(zero, known.high.clone(), &[&known]))
                }
                _ => None,
            },
            (Builtin::Max, [left, right]) => {
                let (a, b) = (self.expr(*left)?, self.expr(*right)?);
                let ends = (greatest(&a.low, &b.low), greatest(&a.high, &b.high));
                Some(Interval::within(ends.0, ends.1, &[&a, &b]))
            }
            _ => None,
        }
    }

    /// Each branch where its condition holds.
    fn choice(&self, cond: ExprId, then: ExprId, otherwise: ExprId) -> Option<Interval> {
        let branch = |value: bool, id: ExprId| {
            let mut domain = self.domain.clone();
            for constraint in &self.former.constraints(cond, value).constraints {
                domain.require(constraint);
            }
            let Interval { low, high, tests } = of(self.former, &domain, id)?;
            let tests = vec![domain.all_over(tests)];
            Some(Interval { low, high, tests })
        };
        let (a, b) = (branch(true, then)?, branch(false, otherwise)?);
        // The ends of a branch that is never taken can only widen it.
        let ends = (least(&a.low, &b.low), greatest(&a.high, &b.high));
        Some(Interval::within(ends.0, ends.1, &[&a, &b]))
    }
}

/// A block that is nothing but a value.
fn value_of(block: &Block) -> Option<ExprId> {
    block.value.filter(|_| block.stmts.is_empty())
}
