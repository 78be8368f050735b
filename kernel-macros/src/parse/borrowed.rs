//! Numbers behind references: their methods are found after those that traits have for references.

use super::Parser;
use super::part::{Dim, Part};
use crate::ir::types::ViewKind;
use crate::ir::{ExprId, ExprKind, Proof, Receiver, Ty, Typed, VarId};

impl Parser {
    /// Has rustc confirm a number's method, if the number may be behind a reference.
    pub(super) fn prove_by_reference(&mut self, call: &syn::ExprMethodCall, receiver: ExprId) {
        if !self.may_be_borrowed(&call.receiver) {
            return;
        }
        let of = match self.named(&call.receiver) {
            Some(var) if !self.parts.contains_key(&var) => Typed::Var(var),
            Some(var) if self.parts[&var].component.is_some() => Typed::Expr(receiver),
            Some(_) if let Some(array) = self.array_of(&call.receiver) => Typed::Var(array),
            _ => Typed::Expr(receiver),
        };
        self.prove_method(of, Receiver::Behind, call);
    }

    /// Has rustc confirm that no trait has the method for what comes before its receiver.
    pub(super) fn prove_method(
        &mut self,
        of: Typed,
        receiver: Receiver,
        call: &syn::ExprMethodCall,
    ) {
        self.prove(Proof::Method {
            of,
            ty: Ty::Unknown,
            receiver,
            name: call.method.clone(),
            args: call.args.len(),
        });
    }

    /// The same of a part of an array.
    pub(super) fn prove_part(&mut self, part: &Part, call: &syn::ExprMethodCall) {
        let slice = part.kind == ViewKind::Slice;
        if slice && part.dims.len() > 2 {
            return self.prove_nested(part, call);
        }
        let row = self.rows.get(&part.array);
        let row = row.and_then(|lens| lens.last()).copied();
        let receiver = match (&part.dims[..], row) {
            _ if !slice => Receiver::View(part.rank()),
            ([Dim::At(_), Dim::All], Some(row)) => Receiver::Row(row),
            ([Dim::At(_), Dim::All], None) => return,
            ([Dim::All | Dim::Span { .. }, Dim::All], row) => Receiver::Slice(row),
            ([Dim::All], _) if part.local => Receiver::Array,
            _ => Receiver::Slice(None),
        };
        self.prove_method(Typed::Var(part.array), receiver, call);
    }

    /// The same of arrays of arrays of arrays, whose lengths are numbers.
    fn prove_nested(&mut self, part: &Part, call: &syn::ExprMethodCall) {
        let fixed = part.dims.iter().take_while(|dim| matches!(dim, Dim::At(_)));
        let fixed = fixed.count();
        let Some(all) = self.rows.get(&part.array) else {
            return;
        };
        let slice = fixed == 0 || matches!(part.dims[fixed], Dim::Span { .. });
        let mut lens = [0; 3];
        for (to, len) in lens.iter_mut().zip(&all[fixed - usize::from(!slice)..]) {
            *to = *len;
        }
        let receiver = Receiver::Nested { slice, lens };
        self.prove_method(Typed::Var(part.array), receiver, call);
    }

    /// Whether an expression that is a number here may be a reference to one. What a closure or a
    /// function gives is not known.
    pub(super) fn may_be_borrowed(&self, node: &syn::Expr) -> bool {
        match node {
            syn::Expr::Paren(of) => self.may_be_borrowed(&of.expr),
            syn::Expr::Group(of) => self.may_be_borrowed(&of.expr),
            syn::Expr::Reference(_) => true,
            syn::Expr::Path(_) => self.named(node).is_some_and(|var| self.is_borrowed(var)),
            syn::Expr::MethodCall(call) => self.gives_element(call),
            syn::Expr::Call(call) => {
                matches!(&*call.func, syn::Expr::Path(path) if path.path.get_ident().is_some())
            }
            syn::Expr::Block(of) => self.gives_borrowed(&of.block),
            syn::Expr::If(of) => {
                let otherwise = of.else_branch.as_ref();
                self.gives_borrowed(&of.then_branch)
                    || otherwise.is_some_and(|(_, branch)| self.may_be_borrowed(branch))
            }
            syn::Expr::Match(of) => of
                .arms
                .iter()
                .any(|arm| names_a_part(&arm.body) || self.may_be_borrowed(&arm.body)),
            syn::Expr::Field(of) => self.has_borrowed(&of.base),
            syn::Expr::Index(of) => self.has_borrowed(&of.expr),
            syn::Expr::Loop(_) => true,
            _ => false,
        }
    }

    /// Whether a part of a tuple or an array in an iteration may be a reference.
    fn has_borrowed(&self, whole: &syn::Expr) -> bool {
        match whole {
            syn::Expr::Path(_) => self
                .named(whole)
                .is_some_and(|var| self.borrowed.contains(&var)),
            syn::Expr::Field(of) => self.has_borrowed(&of.base),
            syn::Expr::Index(of) => self.has_borrowed(&of.expr),
            whole => self.binds_borrowed(whole),
        }
    }

    /// Whether a `let` of this value may bind a reference.
    pub(super) fn binds_borrowed(&self, value: &syn::Expr) -> bool {
        match value {
            syn::Expr::Array(of) => of.elems.iter().any(|part| self.binds_borrowed(part)),
            syn::Expr::Tuple(of) => of.elems.iter().any(|part| self.binds_borrowed(part)),
            value => self.may_be_borrowed(value),
        }
    }

    fn gives_borrowed(&self, block: &syn::Block) -> bool {
        match block.stmts.last() {
            Some(syn::Stmt::Expr(value, None)) => {
                names_a_part(value) || self.may_be_borrowed(value)
            }
            _ => false,
        }
    }

    /// Whether a value, or a part of it, is read from a variable that may be a reference.
    pub(super) fn comes_borrowed(&self, value: ExprId) -> bool {
        match self.exprs[value].kind {
            ExprKind::Var(var) => self.is_borrowed(var),
            ExprKind::LocalElement { base, .. } => self.borrowed.contains(&base),
            ExprKind::Field(whole, _) => self.comes_borrowed(whole),
            _ => false,
        }
    }

    fn is_borrowed(&self, var: VarId) -> bool {
        let element = self.parts.get(&var).is_some_and(|part| part.rank() == 0);
        element || self.references.contains(&var) || self.borrowed.contains(&var)
    }
}

/// Whether a block's value, or a part of it, is a name: those of the block's own, and of what it stands
/// behind, are not bound where this is asked, and may be anything.
fn names_a_part(value: &syn::Expr) -> bool {
    match value {
        syn::Expr::Path(_) => true,
        syn::Expr::Paren(of) => names_a_part(&of.expr),
        syn::Expr::Tuple(of) => of.elems.iter().any(names_a_part),
        syn::Expr::Array(of) => of.elems.iter().any(names_a_part),
        _ => false,
    }
}
