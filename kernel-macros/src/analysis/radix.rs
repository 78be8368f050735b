//! One dimension of a pair of index forms, taken apart: `f = S p + r` and `g = S q + s` with
//! `|r - s| < S` meet only where `p = q` and `r = s`. A flat index becomes as many dimensions as
//! the array was meant to have, whatever inner loops and offsets stand in it.

use super::form::Former;
use super::poly::Poly;

/// The forms of one dimension in two iterations.
#[derive(Clone, Debug, PartialEq)]
pub struct Forms {
    pub f: Poly,
    pub g: Poly,
}

/// `forms` by one stride.
pub struct Split {
    pub quotients: Forms,
    pub remainders: Forms,
    pub stride: Poly,
}

impl Forms {
    /// Ways to take it apart that leave loop variables on both sides.
    pub fn splits(&self, former: &Former) -> Vec<Split> {
        let strides = self.strides(former).into_iter();
        strides.filter_map(|stride| self.split(stride)).collect()
    }

    /// Candidates: the coefficients of loop variables, made positive.
    fn strides(&self, former: &Former) -> Vec<Poly> {
        let mut strides: Vec<Poly> = Vec::new();
        for form in [&self.f, &self.g] {
            for index in form.indices() {
                let Some((coefficient, _)) = form.split(index) else {
                    continue;
                };
                let negative = super::extent::sign(former, &coefficient) == Some(true);
                let stride = match negative {
                    true => coefficient.negated(),
                    false => coefficient,
                };
                let useless = matches!(stride.as_constant(), Some(-1..=1));
                if stride.is_invariant() && !useless && !strides.contains(&stride) {
                    strides.push(stride);
                }
            }
        }
        strides
    }

    fn split(&self, stride: Poly) -> Option<Split> {
        let (f, r) = self.f.divided_by(&stride)?;
        let (g, s) = self.g.divided_by(&stride)?;
        let moves = |a: &Poly, b: &Poly| !a.is_invariant() || !b.is_invariant();
        let both = moves(&f, &g) && (moves(&r, &s) || r != s);
        both.then_some(Split {
            quotients: Forms { f, g },
            remainders: Forms { f: r, g: s },
            stride,
        })
    }
}
