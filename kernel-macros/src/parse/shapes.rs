//! What a `let` says of the names that it binds: arrays, parts of them, fixed arrays and their lengths.

use super::Parser;
use super::contact;
use super::expr::Shape;
use crate::ir::template::{Bound, Origin};
use crate::ir::types::ViewKind;
use crate::ir::{Builtin, ExprId, ExprKind, Pat, Ty, VarId};

impl Parser {
    /// The arrays of which a `let` of the driver's binds parts, or which it gives another name: one, or one for
    /// each of its names. Asked before a name of the same text is bound.
    pub(super) fn wholes(&self, local: &syn::Local) -> Vec<Option<VarId>> {
        if let Some((array, _)) = contact::part_of(local) {
            return vec![self.find(array)];
        }
        let whole = |value| match contact::part_in(value) {
            Some(array) => self.find(array),
            None => self.named(value),
        };
        match local.init.as_ref().map(|init| &*init.expr) {
            Some(syn::Expr::Tuple(values)) => values.elems.iter().map(whole).collect(),
            Some(value) => vec![whole(value)],
            None => Vec::new(),
        }
    }

    /// A part of an array is an array like that.
    pub(super) fn learn_parts(&mut self, pat: &Pat, wholes: &[Option<VarId>]) {
        match (pat, wholes) {
            (pat, [Some(whole)]) => self.learn_part(pat, *whole),
            (Pat::Tuple(pats), wholes) if pats.len() == wholes.len() => {
                for (pat, whole) in pats.iter().zip(wholes) {
                    whole.iter().for_each(|whole| self.learn_part(pat, *whole));
                }
            }
            _ => {}
        }
    }

    fn learn_part(&mut self, pat: &Pat, whole: VarId) {
        match pat {
            Pat::Var(var) if self.vars[*var].ty == Ty::Unknown => {
                self.vars[*var].ty = match &self.vars[whole].ty {
                    view @ Ty::View(_) => view.clone(),
                    _ => return,
                };
            }
            Pat::Tuple(pats) => pats.iter().for_each(|pat| self.learn_part(pat, whole)),
            Pat::Var(_) | Pat::Wild => {}
        }
    }

    /// Notes where the arrays that a `let` binds have their elements.
    pub(super) fn arrays_of(
        &mut self,
        local: &syn::Local,
        mark: usize,
        pat: &Pat,
        init: Option<ExprId>,
    ) {
        let mut bound = Vec::new();
        if let Some((array, _)) = contact::part_of(local)
            && let Some(whole) = self.find(array)
        {
            self.parts(pat, whole, &mut bound);
        } else if let Some(init) = init {
            self.made(pat, init, &mut bound);
        }
        if !bound.is_empty() {
            self.arrays_bound.push((mark, bound));
        }
    }

    fn parts(&self, pat: &Pat, whole: VarId, bound: &mut Vec<Bound>) {
        match pat {
            Pat::Var(var) if self.arrays.contains_key(var) && *var != whole => bound.push(Bound {
                var: *var,
                how: Origin::PartOf(whole),
            }),
            Pat::Tuple(pats) => pats.iter().for_each(|pat| self.parts(pat, whole, bound)),
            Pat::Var(_) | Pat::Wild => {}
        }
    }

    fn made(&self, pat: &Pat, init: ExprId, bound: &mut Vec<Bound>) {
        match (pat, &self.exprs[init].kind) {
            (Pat::Var(var), ExprKind::NewArray { like, .. }) => {
                let how = like.map_or(Origin::New, Origin::CopyOf);
                bound.push(Bound { var: *var, how });
            }
            (Pat::Tuple(pats), ExprKind::Tuple(parts)) => {
                let pairs = pats.iter().zip(parts);
                pairs.for_each(|(pat, part)| self.made(pat, *part, bound));
            }
            _ => {}
        }
    }

    /// A fixed array of the iteration's own, as its annotation or its value says.
    pub(super) fn learn_fixed(&mut self, var: VarId, ty: &Ty, init: Option<ExprId>) {
        let made = |init| {
            let kind = &self.exprs[init].kind;
            let bytes = [Builtin::ToLeBytes, Builtin::ToBeBytes];
            matches!(kind, ExprKind::Array(_) | ExprKind::Repeat(..))
                || matches!(kind, ExprKind::Call(of, _) if bytes.contains(of))
        };
        if matches!(ty, Ty::Array(..)) || init.is_some_and(made) {
            self.fixed.insert(var);
        }
        let nested = |init: ExprId| match &self.exprs[init].kind {
            ExprKind::Array(elems) => elems.first().is_some_and(|elem| made(*elem)),
            ExprKind::Repeat(elem, _) => made(*elem),
            _ => false,
        };
        let written = matches!(ty, Ty::Array(elem, _) if matches!(**elem, Ty::Array(..)));
        if written || init.is_some_and(nested) {
            self.of_arrays.insert(var);
        }
    }

    /// Rank and kind of the arrays that a `let` binds and annotates.
    pub(super) fn learn_shapes(&mut self, bound: &[VarId]) {
        for var in bound {
            if let Ty::View(view) = &self.vars[*var].ty {
                let (rank, kind) = (view.rank, view.kind);
                self.arrays.insert(*var, Shape { rank, kind });
            }
        }
    }

    /// The same for arrays that it makes.
    pub(super) fn learn_new_arrays(&mut self, pat: &Pat, init: ExprId) {
        match (pat, &self.exprs[init].kind) {
            (Pat::Var(var), ExprKind::NewArray { rank, kind, .. }) => {
                let (rank, kind) = (*rank, *kind);
                self.arrays.insert(*var, Shape { rank, kind });
            }
            (Pat::Tuple(pats), ExprKind::Tuple(parts)) => {
                let parts = parts.clone();
                for (pat, part) in pats.iter().zip(parts) {
                    self.learn_new_arrays(pat, part);
                }
            }
            _ => {}
        }
    }

    /// A fixed array of the driver's is one that regions read like a slice; one of the iteration's
    /// own is a local.
    pub(super) fn fixed_array(&mut self, pat: &Pat, bound: &[VarId], init: Option<ExprId>) {
        if let Pat::Var(var) = pat
            && let Some(len) = self.len_of(*var, init)
        {
            self.lens.insert(*var, len);
        }
        for var in bound {
            if let Ty::Array(elem, _) = &self.vars[*var].ty {
                self.vars[*var].ty = Ty::elements(elem, true);
            }
        }
        let Some(init) = init else { return };
        if let Some(fill) = self.first_of(init) {
            self.exprs[init].kind = self.run_of(fill);
        }
    }

    /// The length of a fixed array, as its annotation or its value says it in a number.
    fn len_of(&self, var: VarId, init: Option<ExprId>) -> Option<u64> {
        if let Ty::Array(_, len) = &self.vars[var].ty {
            return Some(*len);
        }
        match &self.exprs[init?].kind {
            ExprKind::Array(parts) => u64::try_from(parts.len()).ok(),
            ExprKind::Repeat(_, count) => Some(*count),
            _ => None,
        }
    }

    /// The first element of a list.
    fn first_of(&self, list: ExprId) -> Option<ExprId> {
        match &self.exprs[list].kind {
            ExprKind::Array(parts) => parts.first().copied(),
            ExprKind::Repeat(value, _) => Some(*value),
            _ => None,
        }
    }

    /// A new run of elements like that one, which may be fixed arrays: further dimensions.
    pub(super) fn run_of(&self, element: ExprId) -> ExprKind {
        let (mut innermost, mut rank) = (element, 1);
        while let Some(first) = self.first_of(innermost) {
            (innermost, rank) = (first, rank + 1);
        }
        ExprKind::NewArray {
            fill: Some(innermost),
            elem: None,
            like: None,
            rank,
            kind: ViewKind::Slice,
        }
    }
}
