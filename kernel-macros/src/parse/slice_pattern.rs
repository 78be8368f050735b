//! `let [p, q] = chunk else { .. };`, `if let [p, ..] = chunk { .. }` and `match chunk { [p, q] => .., _ => .. }` of a
//! slice: a test of its length, and elements.

use super::Parser;
use super::part::Part;
use super::swap::name;
use crate::ir::{Block, ExprId, ExprKind, Proof, Stmt, StmtKind, VarKind};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote};

impl Parser {
    /// `let [p, q] = chunk else { .. };`
    pub(super) fn let_else_slice(&mut self, local: &syn::Local) -> Option<StmtKind> {
        let init = local.init.as_ref()?;
        let (_, leaves) = init.diverge.as_ref()?;
        let pattern = pattern(&local.pat, &init.expr).filter(|of| of.idents().next().is_some())?;
        let part = self.matched_slice(&init.expr, &pattern)?;
        let writable = part.writable;
        let list = name("list");
        self.bind_part_name(&list, part);
        let holds = pattern.test(&list);
        let test: syn::Expr = syn::parse2(quote!(if !(#holds) {})).ok()?;
        let syn::Expr::If(mut test) = test else {
            return None;
        };
        match &**leaves {
            syn::Expr::Block(block) => test.then_branch = block.block.clone(),
            _ => return None,
        }
        let kind = self.stmt_expr(&syn::Expr::If(test));
        let span = crate::ir::Span::of(&local.pat);
        self.before.push(Stmt { kind, span });
        let binds = pattern.binding(&list, writable)?;
        let (last, others) = binds.split_last()?;
        for bind in others {
            let kind = self.bound(bind);
            self.before.push(Stmt { kind, span });
        }
        Some(self.bound(last))
    }

    /// `let [p, q] = array;` of a fixed array from outside of the iteration, and `let [p, .., q] = row;` of a row
    /// too: rustc knows that it has that length.
    pub(super) fn let_slice(&mut self, local: &syn::Local) -> Option<StmtKind> {
        let init = local.init.as_ref().filter(|init| init.diverge.is_none())?;
        let mut pattern = pattern(&local.pat, &init.expr)?;
        let mut elems = pattern.names.elems.iter();
        // By value, what is to change is not the array's.
        pattern.lent &=
            elems.all(|elem| !matches!(elem, syn::Pat::Ident(of) if of.mutability.is_some()));
        let array = self.named(referent(&init.expr).unwrap_or(&init.expr))?;
        let outside = matches!(self.vars[array].kind, VarKind::Param | VarKind::Driver);
        let row = self.parts.contains_key(&array) && pattern.names.elems.iter().any(is_rest);
        let part = self
            .matched_slice(&init.expr, &pattern)
            .filter(|_| outside || row)?;
        let (list, writable) = (name("list"), part.writable);
        self.bind_part_name(&list, part);
        let binds = pattern.binding(&list, writable)?;
        let (last, others) = binds.split_last()?;
        let span = crate::ir::Span::of(&local.pat);
        for bind in others {
            let kind = self.bound(bind);
            self.before.push(Stmt { kind, span });
        }
        Some(self.bound(last))
    }

    /// A `let` of an element's value, or of a reference to it: the latter leaves nothing to do.
    fn bound(&mut self, bind: &syn::Local) -> StmtKind {
        if !self.bind_part(bind) {
            return self.local(bind);
        }
        let nothing = Block {
            stmts: Vec::new(),
            value: None,
        };
        let span = crate::ir::Span::of(&bind.pat);
        StmtKind::Expr(self.push(ExprKind::Block(nothing), span))
    }

    /// `if let [p, q] = chunk { .. } else { .. }`
    pub(super) fn if_let_slice(&mut self, node: &syn::ExprIf) -> Option<ExprId> {
        let syn::Expr::Let(of) = &*node.cond else {
            return None;
        };
        let pattern = pattern(&of.pat, &of.expr)?;
        let part = self.matched_slice(&of.expr, &pattern)?;
        let list = name("list");
        let mut written = node.clone();
        *written.cond = syn::parse2(pattern.test(&list)).ok()?;
        let binds = pattern.binding(&list, part.writable)?;
        let binds = binds.into_iter().map(syn::Stmt::Local);
        written.then_branch.stmts.splice(0..0, binds);
        self.scopes.enter();
        self.bind_part_name(&list, part);
        let value = self.expr(&syn::Expr::If(written));
        self.scopes.leave();
        Some(value)
    }

    /// `match chunk { [p, q] => .., [p] => .., _ => .. }`
    pub(super) fn match_slice(&mut self, node: &syn::ExprMatch) -> Option<ExprId> {
        let (last, arms) = node.arms.split_last()?;
        let patterns: Vec<Pattern> = arms
            .iter()
            .map(|arm| pattern(&arm.pat, &node.expr))
            .collect::<Option<_>>()?;
        // What the last one takes is whatever is left.
        let rest = match &last.pat {
            syn::Pat::Wild(_) => None,
            pat => Some(pattern(pat, &node.expr)?),
        };
        let first = patterns.first()?;
        let lent = patterns.iter().chain(&rest).all(|of| of.lent == first.lent);
        let mut names = patterns.iter().chain(&rest).flat_map(Pattern::idents);
        let binds = names.all(|name| self.seems_to_bind(name));
        let plain = binds && node.arms.iter().all(|arm| arm.attrs.is_empty());
        let part = self
            .matched_slice(&node.expr, first)
            .filter(|_| lent && plain)?;
        let others = patterns.iter().skip(1).chain(&rest);
        others.for_each(|pattern| self.prove_names_bind(pattern));
        let (list, writable) = (name("list"), part.writable);
        let binds = match &rest {
            Some(rest) => rest.binding(&list, writable)?,
            None => Vec::new(),
        };
        let mut written = body_of(last, binds);
        for (arm, pattern) in arms.iter().zip(&patterns).rev() {
            let cond = Box::new(syn::parse2(pattern.test(&list)).ok()?);
            let then = body_of(arm, pattern.binding(&list, writable)?);
            written = block_of(syn::Expr::If(syn::ExprIf {
                attrs: Vec::new(),
                if_token: Default::default(),
                cond,
                then_branch: then,
                else_branch: Some((Default::default(), Box::new(as_expr(written)))),
            }));
        }
        self.scopes.enter();
        self.bind_part_name(&list, part);
        let value = self.expr(&as_expr(written));
        self.scopes.leave();
        Some(value)
    }

    /// A slice of numbers, to write if the pattern's names are references.
    fn matched_slice(&mut self, node: &syn::Expr, pattern: &Pattern) -> Option<Part> {
        let binds = pattern.idents().all(|name| self.seems_to_bind(name));
        if self.path.is_empty() || !binds {
            return None;
        }
        let part = self.attempt(|parser| {
            let part = parser.part_expr(referent(node).unwrap_or(node))?;
            let fits = !part.writable || (pattern.lent && is_name(node));
            (part.rank() == 1 && part.is_slice() && !part.local && fits).then_some(part)
        })?;
        self.prove_names_bind(pattern);
        Some(part)
    }

    /// rustc confirms that the names are none of constants.
    fn prove_names_bind(&mut self, pattern: &Pattern) {
        for name in pattern.idents() {
            self.prove(Proof::Pattern(name.clone()));
        }
    }
}

/// An arm's body behind what binds its names.
fn body_of(arm: &syn::Arm, binds: Vec<syn::Local>) -> syn::Block {
    let mut block = block_of((*arm.body).clone());
    let binds = binds.into_iter().map(syn::Stmt::Local);
    block.stmts.splice(0..0, binds);
    block
}

fn block_of(value: syn::Expr) -> syn::Block {
    syn::Block {
        brace_token: Default::default(),
        stmts: vec![syn::Stmt::Expr(value, None)],
    }
}

fn as_expr(block: syn::Block) -> syn::Expr {
    syn::Expr::Block(syn::ExprBlock {
        attrs: Vec::new(),
        label: None,
        block,
    })
}

/// `part` of `*part`.
fn referent(node: &syn::Expr) -> Option<&syn::Expr> {
    match node {
        syn::Expr::Unary(of) if matches!(of.op, syn::UnOp::Deref(_)) => Some(&of.expr),
        _ => None,
    }
}

fn is_name(node: &syn::Expr) -> bool {
    matches!(node, syn::Expr::Path(_))
}

/// Names for all elements of a slice.
struct Pattern<'a> {
    names: &'a syn::PatSlice,
    /// They are references to the elements.
    lent: bool,
}

impl Pattern<'_> {
    /// Whether a slice has the pattern's length, and its numbers where it has some.
    fn test(&self, list: &proc_macro2::Ident) -> TokenStream {
        let elems = &self.names.elems;
        let open = elems.iter().any(is_rest);
        let count = Literal::usize_unsuffixed(elems.len() - usize::from(open));
        let length = match open {
            true => quote!(#list.len() >= #count),
            false => quote!(#list.len() == #count),
        };
        let numbers = self.places(list).filter_map(|(elem, place)| match elem {
            syn::Pat::Lit(number) => Some(quote!(&& #place == #number)),
            _ => None,
        });
        quote!(#length #(#numbers)*)
    }

    /// `let p = &list[0];` and so on, or `&mut list[0]`.
    fn binding(&self, list: &proc_macro2::Ident, writable: bool) -> Option<Vec<syn::Local>> {
        let named = self.places(list);
        let named = named.filter(|(elem, _)| matches!(elem, syn::Pat::Ident(_)));
        let binds = named.map(|(elem, place)| {
            let place = match (self.lent, writable) {
                (true, true) => quote!(&mut #place),
                (true, false) => quote!(&#place),
                (false, _) => place,
            };
            match syn::parse2(quote!(let #elem = #place;)).ok()? {
                syn::Stmt::Local(bind) => Some(bind),
                _ => None,
            }
        });
        binds.collect()
    }

    fn idents(&self) -> impl Iterator<Item = &Ident> {
        self.names.elems.iter().filter_map(|elem| match elem {
            syn::Pat::Ident(of) => Some(&of.ident),
            _ => None,
        })
    }

    /// The elements of the pattern, and those of the slice.
    fn places<'a>(
        &'a self,
        list: &proc_macro2::Ident,
    ) -> impl Iterator<Item = (&'a syn::Pat, TokenStream)> {
        let elems = &self.names.elems;
        let rest = elems.iter().position(is_rest).unwrap_or(elems.len());
        elems.iter().enumerate().map(move |(at, elem)| {
            let place = match at < rest {
                true => Literal::usize_unsuffixed(at).into_token_stream(),
                false => {
                    let behind = Literal::usize_unsuffixed(elems.len() - at);
                    quote!(#list.len() - #behind)
                }
            };
            (elem, quote!(#list[#place]))
        })
    }
}

fn is_rest(pat: &syn::Pat) -> bool {
    matches!(pat, syn::Pat::Rest(_))
}

/// A pattern for this value.
fn pattern<'a>(pat: &'a syn::Pat, of: &syn::Expr) -> Option<Pattern<'a>> {
    let (names, lent) = match pat {
        syn::Pat::Slice(names) => (names, referent(of).is_none()),
        syn::Pat::Reference(of) if of.mutability.is_none() => match &*of.pat {
            syn::Pat::Slice(names) => (names, false),
            _ => return None,
        },
        _ => return None,
    };
    let plain = |pat: &syn::Pat| match pat {
        syn::Pat::Ident(pat) => pat.by_ref.is_none() && pat.subpat.is_none(),
        pat => is_rest(pat) || matches!(pat, syn::Pat::Wild(_) | syn::Pat::Lit(_)),
    };
    let elems = names.elems.iter();
    let single = elems.clone().filter(|pat| is_rest(pat)).count() <= 1;
    let fits = elems.clone().all(plain) && single;
    fits.then_some(Pattern { names, lent })
}
