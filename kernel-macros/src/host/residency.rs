//! Which arrays may stay on a device between regions, and what the driver says on the way.

use super::Expansion;
use super::driver::Context;
use super::names::{self, emit};
use crate::analysis::plan::Verdict;
use crate::ir::template::{Bound, Contact, LoopTemplate, Origin, Piece, Template};
use crate::ir::{StmtKind, Ty, VarId, VarKind};
use crate::tables::HashSet;
use proc_macro2::{Ident, TokenStream};
use std::collections::BTreeSet;

/// What is known of the arrays of a function.
#[derive(Default)]
pub struct Residency {
    /// Those whose memory does not go without a word from the driver.
    kept: HashSet<VarId>,
    /// The names of those whose elements may move to another variable.
    moved: BTreeSet<String>,
}

impl Residency {
    /// Nothing stays where there is no second region to stay for.
    pub fn of(input: &Expansion) -> Residency {
        let mut residency = Residency::default();
        if input.device.is_none() || runs_once(input) {
            return residency;
        }
        let vars = input.function.vars.iter();
        let params = vars.filter(|(_, var)| var.kind == VarKind::Param && is_array(&var.ty));
        residency.kept = params.map(|(id, _)| id).collect();
        residency.template(input, &input.function.template);
        residency
    }

    fn template(&mut self, input: &Expansion, template: &Template) {
        for piece in &template.pieces {
            match piece {
                Piece::Group { inner, .. } => self.template(input, inner),
                Piece::Loop(node) if !is_region(input, node) => self.template(input, &node.body),
                Piece::Contact(contact) => self.moved.extend(contact.names()),
                Piece::Bound(bound) => {
                    let kept = bound.iter().filter(|bound| self.stays(&bound.how));
                    let kept: Vec<VarId> = kept.map(|bound| bound.var).collect();
                    self.kept.extend(kept);
                }
                Piece::Tokens(_)
                | Piece::Loop(_)
                | Piece::Source { .. }
                | Piece::Witness(_)
                | Piece::Made(_)
                | Piece::Guarded => {}
            }
        }
    }

    fn stays(&self, how: &Origin) -> bool {
        match how {
            Origin::New => true,
            Origin::CopyOf(other) | Origin::PartOf(other) => self.keeps(*other),
        }
    }

    /// Whether an array may stay on the device when a region is done.
    pub fn keeps(&self, array: VarId) -> bool {
        self.kept.contains(&array)
    }

    fn is_active(&self) -> bool {
        !self.kept.is_empty()
    }
}

/// Whether the only region of a function is a statement of its body.
fn runs_once(input: &Expansion) -> bool {
    let top = input.function.body.stmts.iter();
    let regions = top.filter(|stmt| match stmt.kind {
        StmtKind::For(id) => matches!(input.plan.verdicts[id.index()], Verdict::Region(_)),
        _ => false,
    });
    input.plan.regions.len() == 1 && regions.count() == 1
}

fn is_region(input: &Expansion, node: &LoopTemplate) -> bool {
    let verdict = &input.plan.verdicts[node.id.index()];
    matches!(verdict, Verdict::Region(_) | Verdict::Fused(_))
}

fn is_array(ty: &Ty) -> bool {
    matches!(ty, Ty::View(_))
}

impl Context<'_> {
    /// Stands before the driver's first statement.
    pub fn hold(&self) -> TokenStream {
        if !self.residency.is_active() {
            return TokenStream::new();
        }
        let session = &self.session;
        emit!(let __hold = #session.hold();)
    }

    /// Stands before a loop that the host runs in its own words.
    pub fn released(&self) -> TokenStream {
        if !self.residency.is_active() {
            return TokenStream::new();
        }
        let session = &self.session;
        emit!(#session.release();)
    }

    /// Stands before a statement that touches arrays.
    pub fn contact(&self, contact: &Contact) -> TokenStream {
        if !self.residency.is_active() {
            return TokenStream::new();
        }
        let (rt, session) = (self.rt, &self.session);
        match contact {
            Contact::None => TokenStream::new(),
            Contact::Part(array) => emit!(#rt::is_array(&#array);),
            Contact::Reads => emit!(#session.write_back();),
            Contact::Any(_) => self.released(),
            Contact::Swap { path, arrays } => self.swap(path, arrays),
        }
    }

    /// The handles of two arrays change places; what is known by address stays where it is. All of
    /// it holds only for the real `swap`, of arrays whose elements are elsewhere, and which are not
    /// given to a variable that goes without a word.
    fn swap(&self, path: &TokenStream, arrays: &[Ident]) -> TokenStream {
        if !arrays.iter().all(|array| self.keeps_all_named(array)) {
            return self.released();
        }
        let (rt, session) = (self.rt, &self.session);
        emit! {
            #rt::same(#path::<()>, #rt::swap::<()>);
            if false #(|| #rt::inline(&#arrays))* { #session.release(); }
        }
    }

    fn keeps_all_named(&self, name: &Ident) -> bool {
        let vars = self.input.function.vars.iter();
        let mut named = vars.filter(|(_, var)| var.ident == *name);
        named.all(|(id, _)| self.residency.keeps(id))
    }

    /// Stands at the start of a block after which host code may touch arrays.
    pub fn guarded(&self) -> TokenStream {
        if !self.residency.is_active() {
            return TokenStream::new();
        }
        let session = &self.session;
        emit!(let __guarded = #session.hold();)
    }

    /// Follows the `let` of an array.
    pub fn bound(&self, bound: &Bound) -> TokenStream {
        let var = bound.var;
        if !self.residency.keeps(var) || !is_array(&self.input.function.vars[var].ty) {
            return TokenStream::new();
        }
        match bound.how {
            Origin::PartOf(_) => TokenStream::new(),
            Origin::New => self.owned(var, true),
            // A copy of a view has the view's elements, and if nobody gives it others, they stay.
            Origin::CopyOf(_) => self.owned(var, self.input.function.vars[var].mutable),
        }
    }

    fn owned(&self, id: VarId, must_own: bool) -> TokenStream {
        let var = &self.input.function.vars[id];
        let Ty::View(view) = &var.ty else {
            return TokenStream::new();
        };
        let (rt, session, name) = (self.rt, &self.session, self.driver_name(id));
        let fixed = !self.residency.moved.contains(&var.ident.to_string());
        let guard = names::local(&format!("__owned_{}", id.index()));
        let (elem, rank) = (
            names::scalar(rt, view.elem),
            names::index(view.rank as usize),
        );
        let (capture, method) = names::reader(view);
        emit! {
            if #must_own && !#rt::owns(&#name) { #session.distrust(); }
            let #guard = {
                use #rt::#capture as _;
                let __array: #rt::View<'_, #elem, #rank> = #name.#method().of();
                #session.own(&__array.arg([true, false, false]), #fixed && #rt::owns(&#name))
            };
        }
    }
}
