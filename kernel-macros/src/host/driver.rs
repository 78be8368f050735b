//! The driver: the body with regions in the place of loops.

use super::names::{self, Runtime, emit};
use super::region::Region;
use super::residency::Residency;
use super::{Expansion, confirm, item};
use crate::analysis::plan::Verdict;
use crate::ir::names::START;
use crate::ir::template::{Call, Chain, LoopTemplate, Piece, Template};
use crate::ir::{LoopId, Ty, VarId};
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

/// What the stages below the driver share.
pub struct Context<'a> {
    pub input: &'a Expansion<'a>,
    /// Path of the runtime's hidden module.
    pub rt: &'a Runtime,
    /// The parameter that says who runs regions.
    pub session: Ident,
    /// Which arrays may stay on a device.
    pub residency: Residency,
}

/// The driver function. Its copy of the body repeats no warning that `serial` gives already.
pub fn function(input: &Expansion, rt: &Runtime) -> TokenStream {
    let signature = item::driver_signature(input, rt);
    let (rt, import) = &rt.imported();
    let context = Context {
        input,
        rt,
        session: names::local("__session"),
        residency: Residency::of(input),
    };
    let body = context.template(&input.function.template, Loops::AsPlanned);
    let (lints, hold) = (&input.item.lints, context.hold());
    let (kernel, session) = (item::kernel(&input.function.name, rt), &context.session);
    let proofs = input.function.proofs.iter();
    let proofs = proofs.map(|proof| confirm::proof(rt, proof));
    let aliases = input.aliases.iter().map(|(name, scalar)| {
        let scalar = names::scalar(rt, *scalar);
        quote_spanned!(names::about(name.span())=> #rt::is_type::<#scalar, #name>();)
    });
    let traits = input
        .instance
        .then(|| emit!(use #rt::{Float as _, Int as _, Number as _};));
    emit! {
        #lints
        #[allow(warnings, clippy::all, clippy::pedantic, clippy::nursery)]
        #signature {
            #import
            let #session = &#rt::Session::new(#kernel, __start);
            #(#aliases)*
            #(#proofs)*
            #traits
            #hold
            #body
        }
    }
}

/// How to print the loops of a template.
#[derive(Clone, Copy, PartialEq)]
pub enum Loops {
    /// Regions where the plan has them.
    AsPlanned,
    /// As they stand in the source.
    Verbatim,
}

impl Context<'_> {
    /// The template with its loops printed like that.
    pub fn template(&self, template: &Template, loops: Loops) -> TokenStream {
        let mut printed = TokenStream::new();
        let mut pieces = template.pieces.iter().peekable();
        while let Some(piece) = pieces.next() {
            let next = pieces.peek().copied();
            let idle = matches!(piece, Piece::Contact(_)) && self.makes_no_iterator(next, loops);
            if !idle {
                printed.extend(self.piece(piece, loops));
            }
        }
        printed
    }

    /// A region over an iterator captures the arrays itself, and makes the iterator only where it
    /// has to run as written. Behind a chain more of its statement may follow, which is the driver's.
    fn makes_no_iterator(&self, piece: Option<&Piece>, loops: Loops) -> bool {
        let Some(Piece::Loop(node)) = piece else {
            return false;
        };
        let verdict = &self.input.plan.verdicts[node.id.index()];
        let iterates = self.input.function.loops[node.id].iteration.is_some();
        let alone = iterates && node.chain.is_none();
        loops == Loops::AsPlanned && alone && matches!(verdict, Verdict::Region(_))
    }

    fn piece(&self, piece: &Piece, loops: Loops) -> TokenStream {
        match piece {
            Piece::Tokens(tokens) => tokens.clone(),
            Piece::Group {
                delimiter,
                span,
                inner,
            } => {
                let mut group = Group::new(*delimiter, self.template(inner, loops));
                group.set_span(*span);
                group.into_token_stream()
            }
            Piece::Loop(node) => self.for_loop(node, loops),
            Piece::Source { of, tokens } => {
                let node = &self.input.function.loops[*of];
                confirm::iterator(self.rt, node, tokens).0
            }
            Piece::Made(makers) => confirm::makers(self.rt, makers),
            Piece::Witness(vars) => vars.iter().map(|var| self.witness(*var)).collect(),
            // A loop in its own words has asked for everything before.
            _ if loops == Loops::Verbatim => TokenStream::new(),
            Piece::Contact(contact) => self.contact(contact),
            Piece::Guarded => self.guarded(),
            Piece::Bound(bound) => bound.iter().map(|bound| self.bound(bound)).collect(),
        }
    }

    fn for_loop(&self, node: &LoopTemplate, loops: Loops) -> TokenStream {
        let verdict = &self.input.plan.verdicts[node.id.index()];
        if let (Loops::AsPlanned, Verdict::Region(number)) = (loops, verdict) {
            let region = &self.input.plan.regions[*number];
            let run = Region::new(self, region, node).run();
            let Some(chain) = &node.chain else {
                return run;
            };
            let Chain {
                opening,
                total,
                lent,
                released,
                ..
            } = &**chain;
            let released = released.then(|| self.released());
            let rt = self.rt;
            // Where it begins a statement, a block alone would end it.
            let start = start(rt, opening);
            let value = emit!(({ #start #opening #run #released #total }));
            return match lent {
                true => emit!(#rt::Option::as_ref(&#value)),
                false => value,
            };
        }
        if let Some(chain) = &node.chain {
            return chain.written.clone();
        }
        if let (Loops::AsPlanned, Verdict::Fused(_)) = (loops, verdict) {
            return TokenStream::new();
        }
        self.plain_loop(node, &node.range, loops)
    }

    /// The loops that run as part of another's region, as written.
    pub fn followers(&self, of: LoopId) -> TokenStream {
        let fused = self.input.plan.fused.get(&of).into_iter().flatten();
        let found = fused.filter_map(|id| find(&self.input.function.template, *id));
        found
            .map(|node| self.plain_loop(node, &node.range, Loops::Verbatim))
            .collect()
    }

    /// The loop over this range, in its own words.
    pub fn plain_loop(
        &self,
        node: &LoopTemplate,
        range: &TokenStream,
        loops: Loops,
    ) -> TokenStream {
        let LoopTemplate {
            label, pat, stages, ..
        } = node;
        let body = self.template(&node.body, loops);
        let keyword = Ident::new("for", node.for_token);
        let inside = quote_spanned!(node.body_span=> { #body });
        let of = &self.input.function.loops[node.id];
        let (range, mut imports) = confirm::iterator(self.rt, of, range);
        imports.extend(self.chain_imports(&node.body));
        if let Some(Call { method, closure }) = &node.written {
            let released = (loops == Loops::AsPlanned).then(|| self.released());
            return emit!({ #released #imports #range #stages.#method(#closure #inside); });
        }
        if !imports.is_empty() {
            return emit!({ #imports #label #keyword #pat in #range #stages #inside });
        }
        quote!(#label #keyword #pat in #range #stages #inside)
    }

    /// The imports beside which the sources of a body's chains are to be found; loops inside have
    /// their own.
    fn chain_imports(&self, body: &Template) -> TokenStream {
        let pieces = body.pieces.iter();
        let imports = pieces.map(|piece| match piece {
            Piece::Source { of, tokens } => {
                confirm::iterator(self.rt, &self.input.function.loops[*of], tokens).1
            }
            Piece::Group { inner, .. } => self.chain_imports(inner),
            _ => TokenStream::new(),
        });
        imports.collect()
    }

    /// Where the compiler inferred a type, rustc confirms it.
    fn witness(&self, id: VarId) -> TokenStream {
        let var = &self.input.function.vars[id];
        let ty = self.input.function.unlowered.get(&id).unwrap_or(&var.ty);
        let known = matches!(
            ty,
            Ty::Scalar(_)
                | Ty::Complex(_)
                | Ty::Option(_)
                | Ty::Ordering
                | Ty::Tuple(_)
                | Ty::Array(..)
        );
        if !known || unknown_inside(ty) {
            return TokenStream::new();
        }
        let (rt, name) = (self.rt, &var.ident);
        let ty = names::ty(rt, ty);
        quote_spanned!(names::about(var.span.start)=> #rt::is::<#ty, _>(&#name);)
    }

    /// The tokens that name a variable in the driver.
    pub fn driver_name(&self, id: VarId) -> &TokenStream {
        &self.input.function.vars[id].tokens
    }
}

/// The functions that a chain's accumulator begins with the value of, and that make a number of its items, by
/// the names that the chain has for them.
fn start(rt: &Runtime, opening: &TokenStream) -> Option<TokenStream> {
    let called = opening.clone().into_iter().find_map(|token| match token {
        TokenTree::Ident(name) => name.to_string().strip_prefix(START).map(names::local),
        _ => None,
    })?;
    let [name, number] = [called.to_string().as_str(), "number"]
        .map(|called| names::local(&format!("{START}{called}")));
    Some(emit! {
        use #rt::starts::#called as #name;
        #[allow(unused_imports)]
        use #rt::starts::number as #number;
    })
}

/// A loop's tokens.
fn find(template: &Template, id: LoopId) -> Option<&LoopTemplate> {
    template.pieces.iter().find_map(|piece| match piece {
        Piece::Loop(node) if node.id == id => Some(node),
        Piece::Loop(node) => find(&node.body, id),
        Piece::Group { inner, .. } => find(inner, id),
        _ => None,
    })
}

fn unknown_inside(ty: &Ty) -> bool {
    match ty {
        Ty::Scalar(_) | Ty::Complex(_) | Ty::Ordering => false,
        Ty::Tuple(parts) => parts.iter().any(unknown_inside),
        Ty::Array(elem, _) | Ty::Option(elem) => unknown_inside(elem),
        _ => true,
    }
}
