//! `let`: patterns, and what they are bound to.

use super::Parser;
use super::blame;
use super::contains;
use super::expr::{CLOSURE, foreign_attribute};
use super::span;
use super::stmt::opaque_stmt;
use super::template;
use super::ty;
use super::written;
use crate::ir::names::{WRITTEN, plain};
use crate::ir::{ExprId, ExprKind, Pat, Scalar, StmtKind, Ty, VarId};
use proc_macro2::Ident;
use quote::quote_spanned;

const NO_NUMBER_HELP: &str = "kernels have `bool`, integers of up to 64 bits, `f32` and `f64`, and tuples and fixed \
                              arrays of them";

impl Parser {
    pub(super) fn local(&mut self, local: &syn::Local) -> StmtKind {
        if let Some(attr) = foreign_attribute(&local.attrs) {
            self.bind_unknown(&local.pat);
            return opaque_stmt(attr, None);
        }
        let (pat, annotated) = match &local.pat {
            syn::Pat::Type(typed) => (&*typed.pat, Some(&*typed.ty)),
            pat => (pat, None),
        };
        if let (Some(written), false) = (annotated, self.path.is_empty())
            && ty::is_no_number(written)
        {
            self.bind_unknown(&local.pat);
            let (name, ty) = (written::text(pat), written::text(written));
            return opaque_stmt(format!("the type `{ty}` of `{name}`"), Some(NO_NUMBER_HELP));
        }
        if let Some(kind) = self.let_slice(local) {
            return kind;
        }
        let annotated = annotated.map(|written| self.annotated(written));
        if let Some(init) = &local.init
            && init.diverge.is_some()
        {
            if let Some(kind) = self.let_else_slice(local) {
                return kind;
            }
            let converted = self.let_converted(local);
            if let Some(kind) = self.let_else(converted.as_ref().unwrap_or(local)) {
                return kind;
            }
            let blocks = self.asked(&init.expr, false);
            self.bind_unknown(&local.pat);
            let mut kind = opaque_stmt("`let .. else`", None);
            if let StmtKind::Opaque(opaque) = &mut kind {
                opaque.blocks = blocks;
            }
            return kind;
        }
        let converted = self.conversion_of(local);
        let written = local.init.as_ref().map(|init| &*init.expr);
        let written = converted.as_ref().or(written);
        let borrowed = !self.path.is_empty() && written.is_some_and(|of| self.binds_borrowed(of));
        let first = self.exprs.len();
        let mut init = written.map(|written| self.initial(written));
        match (init, pat) {
            (Some(init), syn::Pat::Ident(name)) => self.name_closure(init, &name.ident, written),
            (Some(whole), syn::Pat::Reference(of)) if let syn::Pat::Slice(pat) = &*of.pat => {
                init = self.take_apart(pat, whole).or(init);
            }
            (Some(whole), syn::Pat::Slice(pat)) => init = self.take_apart(pat, whole).or(init),
            _ => {}
        }
        if let syn::Pat::Ident(name) = pat {
            self.say_whose(first, &name.ident);
        }
        let wholes = self.wholes(local);
        let mut bound = Vec::new();
        let ty = annotated.unwrap_or(Ty::Unknown);
        let Some(pat) = self.pattern(pat, &ty, &mut bound) else {
            self.bind_unknown(&local.pat);
            return opaque_stmt("a pattern that is no name or tuple", None);
        };
        if borrowed {
            self.borrowed.extend(&bound);
        }
        if let (Some(var), Some(written)) = (bound.first(), written) {
            self.tell_apart(*var, written);
        }
        if let Some(init) = init
            && ty.is_value()
            && !self.path.is_empty()
            && self.exprs[init].ty == Ty::Unknown
        {
            // Parts of it may be bound to no variable.
            self.exprs[init].ty = ty.clone();
        }
        if self.path.is_empty() {
            self.fixed_array(&pat, &bound, init);
            self.learn_parts(&pat, &wholes);
        }
        if let ([var], false) = (&bound[..], self.path.is_empty()) {
            self.learn_fixed(*var, &ty, init);
        }
        self.learn_shapes(&bound);
        if let (syn::Pat::Type(typed), Pat::Var(var)) = (&local.pat, &pat) {
            self.learn_rows(*var, &typed.ty);
        }
        if let (Pat::Var(var), Some(written), true) = (&pat, written, self.path.is_empty()) {
            self.learn_new_rows(*var, written);
        }
        if let Some(init) = init {
            self.learn_new_arrays(&pat, init);
        }
        if init.is_none() {
            bound.iter().for_each(|var| self.vars[*var].deferred = true);
        } else if let Some(mark) = template::number(&local.attrs) {
            self.arrays_of(local, mark, &pat, init);
            if !self.path.is_empty() {
                self.bound_by.push((mark, bound));
            }
        }
        StmtKind::Let { pat, init }
    }

    /// `u32::from(value)` of `let x: u32 = value.into();` in an iteration.
    fn conversion_of(&self, local: &syn::Local) -> Option<syn::Expr> {
        let (syn::Pat::Type(typed), Some(init)) = (&local.pat, &local.init) else {
            return None;
        };
        let syn::Expr::MethodCall(call) = &*init.expr else {
            return None;
        };
        let ty = &typed.ty;
        let number = Scalar::from_name(&written::text(ty)).is_some();
        let plain = call.method == "into" && call.args.is_empty() && call.turbofish.is_none();
        let value = &call.receiver;
        let from = quote_spanned!(call.method.span()=> #ty::from(#value));
        let inside = number && plain && !self.path.is_empty();
        inside.then(|| syn::parse2(from).ok())?
    }

    /// What is not understood of the expressions from that one on, is so of the value of this name.
    pub(super) fn say_whose(&mut self, first: usize, name: &Ident) {
        if self.path.is_empty() || plain(name).starts_with(WRITTEN) {
            return;
        }
        let quoted = format!("`{}`", plain(name));
        for id in self.exprs.ids().skip(first) {
            if let ExprKind::Opaque(of) = &mut self.exprs[id].kind
                && !of.what.contains(&quoted)
                && !of.what.contains(" in the value of ")
            {
                of.what = format!("{} in the value of {quoted}", of.what);
            }
        }
    }

    /// What a `let` says about its type.
    fn annotated(&mut self, written: &syn::Type) -> Ty {
        self.prove_names(written);
        ty::annotation(written)
    }

    /// Says which closure a refused one is, and what it changes.
    fn name_closure(&mut self, init: ExprId, name: &Ident, written: Option<&syn::Expr>) {
        let changed = match written {
            Some(syn::Expr::Closure(closure)) => blame::changes(closure),
            _ => String::new(),
        };
        if let ExprKind::Opaque(opaque) = &mut self.exprs[init].kind
            && opaque.what == CLOSURE
        {
            opaque.what = format!("the closure `{name}`{changed}");
        }
    }

    /// What is to be said of calls of a name.
    fn tell_apart(&mut self, var: VarId, written: &syn::Expr) {
        let told = match written {
            syn::Expr::Closure(closure) => blame::changes(closure),
            syn::Expr::Path(path) if self.named(written).is_none() => {
                format!(", which is `{}`,", written::text(path))
            }
            _ => return,
        };
        self.called_names.insert(var, told);
    }

    /// The value of a `let`; `vec![x; n]` is the one macro that is understood.
    pub(super) fn initial(&mut self, node: &syn::Expr) -> ExprId {
        if let Some(fill) = repeated(node) {
            let fill = self.expr(&fill);
            let kind = self.run_of(fill);
            return self.push(kind, span::of(node));
        }
        if let Some(bytes) = bytes(node) {
            if !self.path.is_empty() {
                return self.expr(&bytes);
            }
            let span = span::of(node);
            let fill = self.push(ExprKind::Int(0, Some(Scalar::U8)), span);
            let kind = self.run_of(fill);
            return self.push(kind, span);
        }
        if let syn::Expr::Reference(reference) = node
            && let syn::Expr::Array(_) | syn::Expr::Repeat(_) = &*reference.expr
            && self.path.is_empty()
        {
            return self.expr(&reference.expr);
        }
        if let syn::Expr::Tuple(tuple) = node {
            let parts = tuple.elems.iter().map(|part| self.initial(part)).collect();
            return self.push(ExprKind::Tuple(parts), span::of(node));
        }
        self.expr(node)
    }

    /// A pattern of names and tuples, with what its annotation says.
    pub(super) fn pattern(
        &mut self,
        pat: &syn::Pat,
        ty: &Ty,
        bound: &mut Vec<VarId>,
    ) -> Option<Pat> {
        match pat {
            syn::Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => {
                let kind = self.local_kind();
                let var = self.bind(&pat.ident, kind, pat.mutability.is_some(), ty.clone());
                bound.push(var);
                Some(Pat::Var(var))
            }
            syn::Pat::Wild(_) => Some(Pat::Wild),
            syn::Pat::Paren(pat) => self.pattern(&pat.pat, ty, bound),
            // References to numbers are their values here.
            syn::Pat::Reference(pat) if pat.mutability.is_none() => {
                self.pattern(&pat.pat, &Ty::Unknown, bound)
            }
            syn::Pat::Slice(slice) if self.can_take_apart(slice) => {
                let parts = slice.elems.iter();
                let parts = parts.map(|part| self.pattern(part, &Ty::Unknown, bound));
                parts.collect::<Option<Vec<Pat>>>().map(Pat::Tuple)
            }
            syn::Pat::Tuple(tuple) => {
                let known = match ty {
                    Ty::Tuple(parts) if parts.len() == tuple.elems.len() => parts.clone(),
                    _ => vec![Ty::Unknown; tuple.elems.len()],
                };
                let parts = tuple.elems.iter().zip(&known);
                let parts: Option<Vec<Pat>> = parts
                    .map(|(elem, ty)| self.pattern(elem, ty, bound))
                    .collect();
                parts.map(Pat::Tuple)
            }
            _ => None,
        }
    }

    /// Binds every name of a pattern that is not understood, so that it shadows as it should.
    pub(super) fn bind_unknown(&mut self, pat: &syn::Pat) {
        let mut names = Names(Vec::new());
        syn::visit::Visit::visit_pat(&mut names, pat);
        let kind = self.local_kind();
        for ident in names.0 {
            self.bind(&ident, kind.clone(), false, Ty::Unknown);
        }
    }
}

/// What `b".."` or `*b".."` is as an array that is written out.
fn bytes(node: &syn::Expr) -> Option<syn::Expr> {
    match node {
        syn::Expr::Lit(_) => contains::written_out(node),
        syn::Expr::Unary(of) if matches!(of.op, syn::UnOp::Deref(_)) => match &*of.expr {
            literal @ syn::Expr::Lit(_) => bytes(literal),
            _ => None,
        },
        _ => None,
    }
}

struct Names(Vec<proc_macro2::Ident>);

impl<'ast> syn::visit::Visit<'ast> for Names {
    fn visit_pat_ident(&mut self, node: &'ast syn::PatIdent) {
        self.0.push(node.ident.clone());
        syn::visit::visit_pat_ident(self, node);
    }
}

/// The element that `vec![fill; n]` repeats.
pub(super) fn repeated(node: &syn::Expr) -> Option<syn::Expr> {
    match node {
        syn::Expr::Macro(of) if of.mac.path.is_ident("vec") => {
            let repeat = of.mac.parse_body::<VecRepeat>().ok()?;
            Some(repeat.fill)
        }
        _ => None,
    }
}

/// `fill; n` of `vec![fill; n]`.
struct VecRepeat {
    fill: syn::Expr,
}

impl syn::parse::Parse for VecRepeat {
    fn parse(input: syn::parse::ParseStream) -> syn::Result<Self> {
        let fill = input.parse()?;
        input.parse::<syn::Token![;]>()?;
        input.parse::<syn::Expr>()?;
        Ok(VecRepeat { fill })
    }
}
