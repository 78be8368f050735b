//! Iterations that are clear of a border.
//!
//! Where a stencil wraps around (`(j + n - 1) % n`), clamps (`(j + 1).min(n - 1)`) or asks
//! (`if j > 0`), all but a few iterations of the innermost parallel loop compute what a plain
//! affine index would. Between two values of the loop's variable, which are known before the
//! region, such expressions have a simpler form, and LLVM can vectorise.
//!
//! This says nothing about independence (rule R2): the values stay the same.

use super::extent::Domain;
use super::form::{Fit, Form, Former};
use super::plan::{Interior, Simpler, Wide};
use super::poly::{Poly, Sym};
use super::scan::{Context, Step};
use crate::ir::{BinaryOp, Block, Builtin, ExprId, ExprKind, LoopId, Scalar, VarId, VarKind, walk};
use crate::tables::{HashMap, HashSet};
use std::collections::BTreeSet;

#[cfg(test)]
mod tests;

/// A border is at most so many iterations wide where the text tells.
const BORDER: i128 = 64;

/// The interior of a candidate, if a body says anything more simply there.
pub fn find(former: &Former, body: &Block) -> Option<Interior> {
    let id = *former.nest.last()?;
    let node = &former.function.loops[id];
    if !node.range.adapters.is_empty() || node.iteration.is_some() {
        return None;
    }
    let position = former.nest.len() - 1;
    let ends = former.extent(id);
    let mut finder = Finder {
        former,
        var: node.var,
        ends: ends.map(|(low, high, _)| (low, high)),
        found: Interior {
            from: Wide::Lo(position),
            to: Wide::Hi(position),
            given: Vec::new(),
            simpler: HashMap::default(),
            near: HashSet::default(),
        },
    };
    walk::expressions(former.function, body, &mut |id| {
        _ = finder.visit(id);
    });
    (!finder.found.simpler.is_empty()).then_some(finder.found)
}

struct Finder<'a> {
    former: &'a Former<'a>,
    /// The innermost parallel loop's variable.
    var: VarId,
    /// Its first and last value.
    ends: Option<(Poly, Poly)>,
    found: Interior,
}

impl Finder<'_> {
    fn visit(&mut self, id: ExprId) -> Option<()> {
        let node = &self.former.function.exprs[id];
        match &node.kind {
            ExprKind::Binary(BinaryOp::Rem, of, by) => self.remainder(id, *of, *by),
            ExprKind::Binary(op, left, right) if op.is_comparison() => {
                self.comparison(id, *op, *left, *right)
            }
            ExprKind::Call(builtin, args) => match (builtin, args.as_slice()) {
                (Builtin::RemEuclid, [of, by]) => self.remainder(id, *of, *by),
                (Builtin::Min, [left, right]) => self.extreme(id, *left, *right, true),
                (Builtin::Max, [left, right]) => self.extreme(id, *left, *right, false),
                (Builtin::SaturatingSub, [left, right]) => self.saturating(id, *left, *right),
                _ => None,
            },
            _ => None,
        }
    }

    /// `of % by` is `of - times * by` where that is at least 0 and below `by`.
    fn remainder(&mut self, id: ExprId, of: ExprId, by: ExprId) -> Option<()> {
        let ty = self.integer(of)?;
        let (of, by) = (self.former.form(of)?, self.former.typed_form(by)?);
        if !by.poly.is_invariant() || !of.poly.is_affine() {
            return None;
        }
        let times = |times: i128| {
            let less = by.poly.checked_mul(&Poly::constant(times))?;
            Some((times, of.poly.checked_sub(&less)?))
        };
        // As many as make the shortest of it.
        let all = (-1..=2).filter_map(times);
        let (times, rest) =
            all.min_by_key(|(times, rest)| (rest.symbols().count(), times.abs()))?;
        let room = by
            .poly
            .checked_sub(&rest)?
            .checked_sub(&Poly::constant(1))?;
        if self.ends_near(&rest, &room).is_some() {
            self.found.near.insert(id);
        }
        if !of.poly.indices().contains(&self.var) {
            return None;
        }
        let value = self.borders(&[rest.clone(), room])?;
        let whole = by.poly.checked_mul(&Poly::constant(times.max(0) + 1))?;
        self.require_fits(&by)?;
        self.fits(&whole, ty)?;
        self.keep(value);
        self.found.simpler.insert(id, Simpler::Less(times));
        Some(())
    }

    /// Whether these are small, if negative, at the first and last value of the one variable of a
    /// parallel loop that they name: they are numbers there, or depend on the loops inside alone.
    fn ends_near(&self, rest: &Poly, room: &Poly) -> Option<()> {
        let function = self.former.function;
        let loops = self.former.nest.iter().copied();
        let mut named = loops.filter(|id| rest.indices().contains(&function.loops[*id].var));
        let id = named.next()?;
        let (first, last, _) = self.former.extent(id)?;
        for (poly, end) in [(rest, first), (room, last)] {
            let (coefficient, others) = poly.split(function.loops[id].var)?;
            let there = others.checked_add(&coefficient.checked_mul(&end)?)?;
            if !there.symbols().all(|sym| self.is_of_inner_loop(sym)) {
                return None;
            }
        }
        Some(())
    }

    fn is_of_inner_loop(&self, sym: Sym) -> bool {
        let Sym::Index(var) = sym else {
            return false;
        };
        let kind = &self.former.function.vars[var].kind;
        matches!(kind, VarKind::Index(id) if self.former.is_inner_loop(*id))
    }

    /// One operand of `min` or `max`, where it is not beyond the other.
    fn extreme(&mut self, id: ExprId, left: ExprId, right: ExprId, least: bool) -> Option<()> {
        self.integer(left)?;
        let forms = [left, right].map(|id| self.former.typed_form(id));
        let [Some(left), Some(right)] = forms else {
            return None;
        };
        let moves = |form: &Form| form.poly.indices().contains(&self.var);
        let (kept, other, operand) = match (moves(&left), moves(&right)) {
            (true, false) => (&left, &right, 0),
            (false, true) => (&right, &left, 1),
            _ => return None,
        };
        let room = if least {
            other.poly.checked_sub(&kept.poly)?
        } else {
            kept.poly.checked_sub(&other.poly)?
        };
        let value = self.borders(&[room])?;
        self.require_fits(&left)?;
        self.require_fits(&right)?;
        self.keep(value);
        self.found.simpler.insert(id, Simpler::Operand(operand));
        Some(())
    }

    /// `left.saturating_sub(right)` is a difference where that is not negative.
    fn saturating(&mut self, id: ExprId, left: ExprId, right: ExprId) -> Option<()> {
        let ty = self.integer(left)?;
        if ty.is_signed() {
            return None;
        }
        let (left, right) = (
            self.former.typed_form(left)?,
            self.former.typed_form(right)?,
        );
        let room = left.poly.checked_sub(&right.poly)?;
        if !room.indices().contains(&self.var) {
            return None;
        }
        let value = self.borders(&[room])?;
        self.require_fits(&left)?;
        self.require_fits(&right)?;
        self.keep(value);
        self.found.simpler.insert(id, Simpler::Less(1));
        Some(())
    }

    /// A comparison that has another outcome near one end only.
    fn comparison(&mut self, id: ExprId, op: BinaryOp, left: ExprId, right: ExprId) -> Option<()> {
        self.integer(left)?;
        let (left, right) = (
            self.former.typed_form(left)?,
            self.former.typed_form(right)?,
        );
        let difference = left.poly.checked_sub(&right.poly)?;
        let (coefficient, rest) = difference.split(self.var)?;
        let falls = match coefficient.as_constant()? {
            1 => false,
            -1 => true,
            _ => return None,
        };
        // Where both sides are equal.
        let equal = if falls { rest } else { rest.negated() };
        let (first, last) = self.ends.clone()?;
        let near = |poly: Option<Poly>| {
            let distance = poly.and_then(|poly| poly.as_constant());
            distance.is_some_and(|distance| distance.abs() <= BORDER)
        };
        let index = Poly::sym(Sym::Index(self.var));
        let one = Poly::constant(1);
        let (room, above) = if near(equal.checked_sub(&first)) {
            (index.checked_sub(&equal)?, true)
        } else if near(last.checked_sub(&equal)) {
            (equal.checked_sub(&index)?, false)
        } else {
            return None;
        };
        let value = self.borders(&[room.checked_sub(&one)?])?;
        self.require_fits(&left)?;
        self.require_fits(&right)?;
        self.keep(value);
        // Above the place, what does not fall is positive.
        let positive = above != falls;
        let truth = match op {
            BinaryOp::Eq => false,
            BinaryOp::Ne => true,
            BinaryOp::Gt | BinaryOp::Ge => positive,
            _ => !positive,
        };
        self.found.simpler.insert(id, Simpler::Truth(truth));
        Some(())
    }

    fn integer(&self, id: ExprId) -> Option<Scalar> {
        let ty = self.former.function.exprs[id].ty.scalar();
        ty.filter(|ty| ty.is_int())
    }

    /// The least and greatest value of the variable with which none of these is negative.
    fn borders(&self, rooms: &[Poly]) -> Option<(Wide, Wide)> {
        let (mut from, mut to) = (self.found.from.clone(), self.found.to.clone());
        for room in rooms {
            let (coefficient, rest) = room.split(self.var)?;
            let domain = self.domain(room);
            let (least, _) = domain.extremes(&rest)?;
            match coefficient.as_constant()? {
                1 => {
                    let bound = Wide::Sub(Box::new(Wide::Const(0)), Box::new(least));
                    from = Wide::Max(Box::new(from), Box::new(bound));
                }
                -1 => to = Wide::Min(Box::new(to), Box::new(least)),
                _ => return None,
            }
        }
        Some((from, to))
    }

    fn keep(&mut self, (from, to): (Wide, Wide)) {
        (self.found.from, self.found.to) = (from, to);
    }

    /// That a form means what the machine computes.
    fn require_fits(&mut self, form: &Form) -> Option<()> {
        for fit in form.fits.iter().filter(|fit| !fit.debug) {
            self.fits(&fit.poly, fit.scalar)?;
        }
        Some(())
    }

    fn fits(&mut self, poly: &Poly, scalar: Scalar) -> Option<()> {
        let fit = Fit {
            poly: poly.clone(),
            scalar,
            debug: false,
        };
        let test = self.domain(poly).fit_test(&fit)?;
        self.found.given.push(test);
        Some(())
    }

    /// The domain of the inner loops whose variables a polynomial names.
    fn domain(&self, poly: &Poly) -> Domain<'_> {
        let mut loops = BTreeSet::new();
        for var in poly.indices() {
            let VarKind::Index(id) = self.former.function.vars[var].kind else {
                continue;
            };
            let mut around: Option<LoopId> = Some(id);
            while let Some(id) = around.filter(|id| self.former.is_inner_loop(*id)) {
                loops.insert(id);
                around = self.former.function.loops[id].parent;
            }
        }
        let context = Context {
            steps: loops.into_iter().map(Step::Loop).collect(),
            uncertain: false,
        };
        Domain::new(self.former, &context)
    }
}
