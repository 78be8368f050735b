//! The set of iterations in which an access is made, and the extremes of an affine form over it.
//!
//! Each loop variable has a range. A condition on the way to the access narrows the range of one
//! variable; if every condition could be taken up like that, the set is exactly described and a
//! bounds check at its corners is exact.

use super::form::{Constraint, ConstraintKind, Fit, Former};
use super::meeting::Knowledge;
use super::plan::{Test, Wide};
use super::poly::{Poly, Sym};
use super::scan::{Context, Step};
use crate::ir::{Adapter, LoopId, Range, Scalar, VarId};

/// Where a loop variable goes.
#[derive(Clone, Debug)]
enum Reach {
    /// Between two values known before the region.
    Fixed { low: Wide, high: Wide },
    /// Between two values that depend on outer loop variables.
    Moving { low: Poly, high: Poly },
}

#[derive(Clone, Debug)]
struct Variable {
    var: VarId,
    reach: Reach,
    /// It skips values, so that a condition's bound need not be one of them.
    stepped: bool,
    /// The ends as polynomials, where known, for comparisons such as `i != 0`.
    ends: Option<(Poly, Poly)>,
}

/// The iterations in which something happens.
#[derive(Clone)]
pub struct Domain<'a> {
    former: &'a Former<'a>,
    /// Outermost first.
    variables: Vec<Variable>,
    /// If one of these holds, the set is empty.
    pub unless: Vec<Test>,
    /// What must hold for the conditions to mean what they seem to.
    pub fits: Vec<Test>,
    /// Whether the set is exactly this.
    pub exact: bool,
    /// Inner loops whose ranges are what they seem if `fits` hold.
    pub known_loops: Vec<LoopId>,
    /// What their ranges and the conditions say, likewise.
    pub known: Knowledge,
}

impl<'a> Domain<'a> {
    /// The domain of a context.
    pub fn new(former: &'a Former<'a>, context: &Context) -> Self {
        let mut domain = Domain {
            former,
            variables: Vec::new(),
            unless: Vec::new(),
            fits: Vec::new(),
            exact: !context.uncertain,
            known_loops: Vec::new(),
            known: Knowledge::default(),
        };
        for (position, id) in former.nest.iter().enumerate() {
            domain.add_parallel(position, *id);
        }
        for step in &context.steps {
            match step {
                Step::Loop(id) => domain.add_inner(*id),
                Step::When(constraint) => domain.require(constraint),
            }
        }
        domain
    }

    fn add_parallel(&mut self, position: usize, id: LoopId) {
        let ends = self.former.extent(id).map(|(low, high, _)| (low, high));
        let stepped = is_stepped(&self.former.function.loops[id].range);
        self.variables.push(Variable {
            var: self.former.function.loops[id].var,
            reach: Reach::Fixed {
                low: Wide::Lo(position),
                high: Wide::Hi(position),
            },
            stepped,
            ends: ends.filter(|_| !stepped),
        });
    }

    fn add_inner(&mut self, id: LoopId) {
        let node = &self.former.function.loops[id];
        let stepped = is_stepped(&node.range);
        let extent = self.former.extent(id);
        let known = extent.filter(|(_, _, fits)| self.require_fits(fits));
        let Some((low, high, _)) = known else {
            self.exact = false;
            return;
        };
        self.known_loops.push(id);
        let index = Poly::sym(Sym::Index(node.var));
        let room = [index.checked_sub(&low), high.checked_sub(&index)];
        self.known.at_least_zero.extend(room.into_iter().flatten());
        // The last value of a stepped loop is below its bound.
        self.exact &= !stepped;
        let reach = if low.is_invariant() && high.is_invariant() {
            Reach::Fixed {
                low: self.wide(&low),
                high: self.wide(&high),
            }
        } else {
            Reach::Moving {
                low: low.clone(),
                high: high.clone(),
            }
        };
        let ends = (!stepped).then_some((low, high));
        self.variables.push(Variable {
            var: node.var,
            reach,
            stepped,
            ends,
        });
    }

    /// Makes it a condition that these fit wherever the domain so far is not empty; `false` if
    /// that cannot be stated.
    fn require_fits(&mut self, fits: &[Fit]) -> bool {
        let tests: Option<Vec<Test>> = fits.iter().map(|fit| self.fit_test(fit)).collect();
        let Some(tests) = tests else {
            return false;
        };
        if !tests.is_empty() {
            let test = self.wherever(Test::All(tests));
            self.fits.push(test);
        }
        true
    }

    /// `test`, unless the domain so far is empty.
    fn wherever(&self, test: Test) -> Test {
        if self.unless.is_empty() {
            return test;
        }
        let mut any = self.unless.clone();
        any.push(test);
        Test::Any(any)
    }

    /// `tests` wherever the domain is not empty, and what gives the domain its meaning.
    pub fn all_over(&self, tests: Vec<Test>) -> Test {
        let mut all = self.fits.clone();
        all.push(self.wherever(Test::All(tests)));
        if all.len() == 1 {
            all.swap_remove(0)
        } else {
            Test::All(all)
        }
    }

    /// That a form fits its type all over the domain.
    pub fn fit_test(&self, fit: &Fit) -> Option<Test> {
        let (low, high) = self.extremes(&fit.poly)?;
        let test = Test::All(vec![
            Test::Fits(low, fit.scalar),
            Test::Fits(high, fit.scalar),
        ]);
        Some(if fit.debug {
            Test::Debug(Box::new(test))
        } else {
            test
        })
    }

    /// Takes up a condition. One whose meaning cannot be stated says nothing.
    pub fn require(&mut self, constraint: &Constraint) {
        if !self.require_fits(&constraint.fits) {
            self.exact = false;
            return;
        }
        self.exact &= match &constraint.kind {
            ConstraintKind::NonNegative(poly) => {
                self.known.at_least_zero.push(poly.clone());
                self.narrow(poly)
            }
            ConstraintKind::NotZero(poly) => {
                self.known.not_zero.push(poly.clone());
                self.exclude(poly)
            }
        };
    }

    fn narrow(&mut self, poly: &Poly) -> bool {
        let indices = poly.indices();
        let [index] = indices.as_slice() else {
            if indices.is_empty() {
                self.unless.push(Test::Lt(self.wide(poly), Wide::Const(0)));
            }
            return indices.is_empty();
        };
        let Some((coefficient, rest)) = poly.split(*index) else {
            return false;
        };
        let below = coefficient.as_constant() == Some(-1);
        if !below && coefficient.as_constant() != Some(1) {
            return false;
        }
        let bound = if below { rest.clone() } else { rest.negated() };
        let wide = self.wide(&bound);
        let Some(variable) = self.variables.iter_mut().find(|v| v.var == *index) else {
            return false;
        };
        let Reach::Fixed { low, high } = &mut variable.reach else {
            return false;
        };
        if below {
            *high = Wide::Min(Box::new(high.clone()), Box::new(wide));
        } else {
            *low = Wide::Max(Box::new(low.clone()), Box::new(wide));
        }
        let empty = Test::Lt(high.clone(), low.clone());
        // An end that a condition moved is no longer the range's own.
        variable.ends = None;
        let exact = !variable.stepped;
        self.unless.push(empty);
        exact
    }

    /// `i != c` narrows only at an end of the range.
    fn exclude(&mut self, poly: &Poly) -> bool {
        let indices = poly.indices();
        let [index] = indices.as_slice() else {
            if indices.is_empty() {
                let value = self.wide(poly);
                let zero = [
                    Test::Le(value.clone(), Wide::Const(0)),
                    Test::Le(Wide::Const(0), value),
                ];
                self.unless.push(Test::All(zero.to_vec()));
            }
            return indices.is_empty();
        };
        let Some((coefficient, rest)) = poly.split(*index) else {
            return false;
        };
        let value = match coefficient.as_constant() {
            Some(1) => rest.negated(),
            Some(-1) => rest,
            _ => return false,
        };
        let Some(variable) = self.variables.iter_mut().find(|v| v.var == *index) else {
            return false;
        };
        let (Some(ends), Reach::Fixed { low, high }) = (&mut variable.ends, &mut variable.reach)
        else {
            return false;
        };
        let one = Poly::constant(1);
        let step = |wide: &Wide| (Box::new(wide.clone()), Box::new(Wide::Const(1)));
        let moved = if ends.0 == value {
            let (wide, by) = step(low);
            *low = Wide::Add(wide, by);
            ends.0.checked_add(&one).map(|low| (low, ends.1.clone()))
        } else if ends.1 == value {
            let (wide, by) = step(high);
            *high = Wide::Sub(wide, by);
            ends.1.checked_sub(&one).map(|high| (ends.0.clone(), high))
        } else {
            return false;
        };
        variable.ends = moved;
        let empty = Test::Lt(high.clone(), low.clone());
        self.unless.push(empty);
        true
    }

    fn wide(&self, poly: &Poly) -> Wide {
        to_wide(self.former, poly)
    }

    /// The least and the greatest value of an affine form over the domain.
    pub fn extremes(&self, poly: &Poly) -> Option<(Wide, Wide)> {
        Some((self.extreme(poly, false)?, self.extreme(poly, true)?))
    }

    fn extreme(&self, poly: &Poly, greatest: bool) -> Option<Wide> {
        let mut form = poly.clone();
        for variable in self.variables.iter().rev() {
            if let Reach::Moving { low, high } = &variable.reach {
                form = replace_by_end(self.former, &form, variable.var, low, high, greatest)?;
            }
        }
        let mut sum: Option<Wide> = None;
        for variable in &self.variables {
            let Reach::Fixed { low, high } = &variable.reach else {
                continue;
            };
            let (coefficient, rest) = form.split(variable.var)?;
            form = rest;
            if coefficient.is_zero() {
                continue;
            }
            if !coefficient.is_invariant() {
                return None;
            }
            let term = self.term(&coefficient, low, high, greatest);
            sum = Some(match sum {
                None => term,
                Some(sum) => Wide::Add(Box::new(sum), Box::new(term)),
            });
        }
        if !form.is_invariant() {
            return None;
        }
        Some(match sum {
            None => self.wide(&form),
            Some(sum) if form.is_zero() => sum,
            Some(sum) => Wide::Add(Box::new(sum), Box::new(self.wide(&form))),
        })
    }

    /// The extreme of `coefficient * v` for `v` between `low` and `high`.
    fn term(&self, coefficient: &Poly, low: &Wide, high: &Wide, greatest: bool) -> Wide {
        let times = |end: &Wide| match coefficient.as_constant() {
            Some(1) => end.clone(),
            _ => Wide::Mul(Box::new(self.wide(coefficient)), Box::new(end.clone())),
        };
        match sign(self.former, coefficient) {
            Some(negative) => times(if negative == greatest { low } else { high }),
            None if greatest => Wide::Max(Box::new(times(low)), Box::new(times(high))),
            None => Wide::Min(Box::new(times(low)), Box::new(times(high))),
        }
    }
}

fn is_stepped(range: &Range) -> bool {
    let step = |adapter: &Adapter| matches!(adapter, Adapter::StepBy(_));
    range.adapters.iter().any(step)
}

/// Replaces a variable by the end of its range at which the form is extreme.
pub fn replace_by_end(
    former: &Former,
    form: &Poly,
    var: VarId,
    low: &Poly,
    high: &Poly,
    greatest: bool,
) -> Option<Poly> {
    let (coefficient, rest) = form.split(var)?;
    if coefficient.is_zero() {
        return Some(rest);
    }
    let negative = sign(former, &coefficient)?;
    let end = if negative == greatest { low } else { high };
    coefficient.checked_mul(end)?.checked_add(&rest)
}

/// Whether a coefficient is negative (`Some(true)`), not negative (`Some(false)`), or unknown.
pub fn sign(former: &Former, coefficient: &Poly) -> Option<bool> {
    if let Some(value) = coefficient.as_constant() {
        return Some(value < 0);
    }
    let mut symbols = coefficient.symbols();
    if !symbols.all(|sym| is_nonnegative(former, sym)) {
        return None;
    }
    if coefficient.looks_negative() {
        return Some(true);
    }
    coefficient.negated().looks_negative().then_some(false)
}

/// Whether a symbol's type has no negative values.
pub fn is_nonnegative(former: &Former, sym: Sym) -> bool {
    let ty = match sym {
        Sym::Len(..) => return true,
        Sym::Var(var) | Sym::Index(var) => former.function.vars[var].ty.scalar(),
        Sym::Atom(expr) => former.function.exprs[expr].ty.scalar(),
        Sym::Extent(..) => None,
    };
    ty.is_some_and(|ty: Scalar| ty.is_int() && !ty.is_signed())
}

/// A polynomial over captured values as a run-time expression.
pub fn to_wide(former: &Former, poly: &Poly) -> Wide {
    poly.to_wide(&|id, high| {
        let position = former.nest.iter().position(|nest| *nest == id);
        let position = position.expect("extents are those of parallel loops");
        if high {
            Wide::Hi(position)
        } else {
            Wide::Lo(position)
        }
    })
}
