//! `(a..b).contains(&x)`: two comparisons; `xs.contains(&x)`: a search; `xs.starts_with(&ys[..])` and
//! `xs[a..b] == ys[..]`: pairs.

use super::Parser;
use super::part::Part;
use super::span;
use super::swap::name;
use crate::ir::types::ViewKind;
use crate::ir::{
    BinaryOp, Block, ExprId, ExprKind, Pat, Proof, Receiver, Stmt, StmtKind, Ty, Typed, UnaryOp,
    VarId, VarKind,
};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

impl Parser {
    /// Whether a number is in a range, whose ends are evaluated first, or among elements.
    pub(super) fn contained(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
    ) -> Option<ExprId> {
        let plain = call.method == "contains" && call.turbofish.is_none();
        if !plain || call.args.len() != 1 || self.path.is_empty() {
            return None;
        }
        let item = match &call.args[0] {
            syn::Expr::Reference(of) if of.mutability.is_none() => &*of.expr,
            // The name of a reference.
            name => name,
        };
        match range_of(&call.receiver) {
            Some(range) => self.within(node, call, range, item),
            None => self.among(node, call, item),
        }
    }

    fn within(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
        range: &syn::ExprRange,
        item: &syn::Expr,
    ) -> Option<ExprId> {
        let (start, end) = (range.start.as_ref()?, range.end.as_ref()?);
        let inclusive = matches!(range.limits, syn::RangeLimits::Closed(_));
        let mut stmts = Vec::new();
        let [start, end, item] = [start, end, item].map(|part| self.held_value(part, &mut stmts));
        self.prove_method(Typed::Expr(start), Receiver::Range { inclusive }, call);
        let span = span::of(node);
        let below = if inclusive {
            BinaryOp::Le
        } else {
            BinaryOp::Lt
        };
        let above = self.push(ExprKind::Binary(BinaryOp::Le, start, item), span);
        let below = self.push(ExprKind::Binary(below, item, end), span);
        let value = Some(self.both(above, below));
        Some(self.push(ExprKind::Block(Block { stmts, value }), span))
    }

    fn held_value(&mut self, part: &syn::Expr, stmts: &mut Vec<Stmt>) -> ExprId {
        let value = self.operand(part);
        let span = span::of(part);
        let (var, bind) = self.bind_hidden_to("part", value, span);
        stmts.push(bind);
        self.push(ExprKind::Var(var), span)
    }

    /// A loop over a slice, a row or a fixed array, which ends where it has found the item.
    fn among(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
        item: &syn::Expr,
    ) -> Option<ExprId> {
        let [list, sought, found, element] = ["list", "sought", "found", "element"].map(name);
        let search = quote!({
            let #sought = #item;
            let mut #found = false;
            for #element in #list {
                if *#element == #sought {
                    #found = true;
                    break;
                }
            }
            #found
        });
        let search = syn::parse2(search).ok()?;
        self.over_lists(node, &[(&list, &call.receiver)], &search, Some(call))
    }

    /// `a.starts_with(b)`
    pub(super) fn begins_with(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
    ) -> Option<ExprId> {
        let plain = call.method == "starts_with" && call.turbofish.is_none();
        if !plain || call.args.len() != 1 || self.path.is_empty() {
            return None;
        }
        let [list, other] = ["list", "other"].map(name);
        let test = pairwise(&list, &other, &quote!(#other.len() <= #list.len()))?;
        let lists = [(&list, &*call.receiver), (&other, &call.args[0])];
        self.over_lists(node, &lists, &test, Some(call))
    }

    /// `a == b` and `a != b` of slices, rows and fixed arrays.
    pub(super) fn equal_slices(
        &mut self,
        node: &syn::Expr,
        binary: &syn::ExprBinary,
    ) -> Option<ExprId> {
        let differs = match binary.op {
            syn::BinOp::Eq(_) => false,
            syn::BinOp::Ne(_) => true,
            _ => return None,
        };
        let sides = [behind(&binary.left), behind(&binary.right)];
        if self.path.is_empty() || !sides.iter().all(|side| self.may_be_slice(side)) {
            return None;
        }
        let [list, other] = ["list", "other"].map(name);
        let test = pairwise(&list, &other, &quote!(#other.len() == #list.len()))?;
        let lists = [(&list, sides[0]), (&other, sides[1])];
        let equal = self.over_lists(node, &lists, &test, None)?;
        Some(match differs {
            true => self.push(ExprKind::Unary(UnaryOp::Not, equal), span::of(node)),
            false => equal,
        })
    }

    /// Whether an expression reads like one of several elements.
    fn may_be_slice(&self, node: &syn::Expr) -> bool {
        let rank = |node: &syn::Expr| {
            let part = self.named(node).and_then(|var| self.part(var));
            part.map_or(0, |part| part.rank())
        };
        match node {
            syn::Expr::Path(_) => rank(node) > 0,
            syn::Expr::Index(of) => {
                let range = matches!(*of.index, syn::Expr::Range(_));
                range || matches!(*of.expr, syn::Expr::Index(_)) || rank(&of.expr) > 1
            }
            node => written_out(node).is_some(),
        }
    }

    /// An expression in which these names mean the elements of these slices. rustc confirms the method of what
    /// is no `&[T]`.
    pub(super) fn over_lists(
        &mut self,
        node: &syn::Expr,
        lists: &[(&Ident, &syn::Expr)],
        written: &syn::Expr,
        call: Option<&syn::ExprMethodCall>,
    ) -> Option<ExprId> {
        self.scopes.enter();
        let mut stmts = Vec::new();
        let named = self.attempt(|parser| {
            let mut lists = lists.iter();
            lists
                .all(|(name, list)| parser.name_elements(name, list, &mut stmts))
                .then_some(())
        });
        let value = named.map(|()| {
            if let Some(call) = call {
                self.prove_search(&call.receiver, lists[0].0, call);
            }
            self.expr(written)
        });
        self.scopes.leave();
        let value = Some(value?);
        Some(self.push(ExprKind::Block(Block { stmts, value }), span::of(node)))
    }

    /// Gives the elements of a slice, a row or a fixed array this name; false if they are something else.
    fn name_elements(&mut self, list: &Ident, node: &syn::Expr, stmts: &mut Vec<Stmt>) -> bool {
        if let Some(written) = written_out(node) {
            let span = span::of(node);
            let init = Some(self.expr(&written));
            let kind = self.local_kind();
            let var = self.bind(list, kind, false, Ty::Unknown);
            self.fixed.insert(var);
            let pat = Pat::Var(var);
            let kind = StmtKind::Let { pat, init };
            stmts.push(Stmt { kind, span });
            return true;
        }
        if let Some(table) = self.outside_table(node) {
            self.bind_part_name(list, table);
            return true;
        }
        let named = self.named(node);
        let known = named.is_none_or(|var| {
            let own = self.fixed.contains(&var) || self.segment(var).is_some();
            own || self.is_plain(node) || self.is_drivers(var)
        });
        let part = match known {
            true => self.part_expr(node),
            false => None,
        };
        let Some(part) = part.filter(|part| part.rank() == 1 && part.is_slice()) else {
            return false;
        };
        let writable = false;
        self.bind_part_name(list, Part { writable, ..part });
        true
    }

    /// The elements of a constant or a static.
    fn outside_table(&mut self, node: &syn::Expr) -> Option<Part> {
        let node = behind(node);
        let table = self.is_table(node).then(|| self.table(node, 1))??;
        let part = self.part(table)?;
        let writable = false;
        Some(Part { writable, ..part })
    }

    /// Whether a name is an array of the driver's with one dimension: a slice, a fixed array, a `Vec`, or a
    /// reference to one.
    fn is_drivers(&self, var: VarId) -> bool {
        use VarKind::{Driver, Outside, Param};
        let outside = matches!(self.vars[var].kind, Param | Driver | Outside);
        let shape = self.arrays.get(&var);
        outside && shape.is_some_and(|shape| shape.rank == 1 && shape.kind == ViewKind::Slice)
    }

    /// Has rustc confirm the method that is called of elements which have this name.
    fn prove_search(&mut self, node: &syn::Expr, list: &Ident, call: &syn::ExprMethodCall) {
        let Some(var) = self.find(list) else { return };
        match self.parts.get(&var).cloned() {
            None => self.prove_own_array(var, call),
            Some(_) if self.is_plain(node) => {}
            Some(part)
                if self.tables.contains(&part.array)
                    || !part.local && self.named(behind(node)) == Some(part.array) =>
            {
                let array = self.vars[part.array].tokens.clone();
                let name = call.method.clone();
                self.prove(Proof::OfArray { array, name });
            }
            Some(part) if part.local && part.dims.len() == 1 => {
                self.prove_own_array(part.array, call)
            }
            Some(part) => self.prove_part(&part, call),
        }
    }
}

/// Whether elements that stand at the same place are equal, if this holds of the lengths.
fn pairwise(list: &Ident, other: &Ident, lengths: &TokenStream) -> Option<syn::Expr> {
    let [equal, left, right] = ["equal", "left", "right"].map(name);
    let written = quote!({
        let mut #equal = #lengths;
        if #equal {
            for (#left, #right) in #list.iter().zip(#other) {
                if *#left != *#right {
                    #equal = false;
                    break;
                }
            }
        }
        #equal
    });
    syn::parse2(written).ok()
}

/// What references to slices are to: those are compared.
fn behind(node: &syn::Expr) -> &syn::Expr {
    match node {
        syn::Expr::Paren(of) => behind(&of.expr),
        syn::Expr::Reference(of) if of.mutability.is_none() => behind(&of.expr),
        syn::Expr::Unary(of) if matches!(of.op, syn::UnOp::Deref(_)) => behind(&of.expr),
        node => node,
    }
}

/// An array that is written out, as one of numbers.
pub(super) fn written_out(node: &syn::Expr) -> Option<syn::Expr> {
    match node {
        syn::Expr::Paren(of) => written_out(&of.expr),
        syn::Expr::Reference(of) if of.mutability.is_none() => written_out(&of.expr),
        syn::Expr::Array(_) => Some(node.clone()),
        syn::Expr::Lit(literal) => match &literal.lit {
            syn::Lit::ByteStr(text) => {
                let bytes = text.value();
                syn::parse2(quote!([#(#bytes),*])).ok()
            }
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn range_of(node: &syn::Expr) -> Option<&syn::ExprRange> {
    match node {
        syn::Expr::Paren(of) => range_of(&of.expr),
        syn::Expr::Range(range) => Some(range),
        _ => None,
    }
}
