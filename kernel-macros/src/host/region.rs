//! The block that stands in a region's place: capture, guard, run; or the loop as written.

use super::body::{Body, Frame, lifetime};
use super::driver::{Context, Loops};
use super::names::{self, emit};
use super::{confirm, grouped, iterate, raise, space, wide};
use crate::analysis::plan::{self, Accumulator, ArrayUse, Fold};
use crate::ir::VarId;
use crate::ir::template::LoopTemplate;
use proc_macro2::{Literal, TokenStream};
use quote::quote_spanned;

/// A region and where it stands.
pub struct Region<'a> {
    pub context: &'a Context<'a>,
    pub plan: &'a plan::Region,
    pub node: &'a LoopTemplate,
    pub body: Body<'a>,
}

impl<'a> Region<'a> {
    pub fn new(context: &'a Context<'a>, plan: &'a plan::Region, node: &'a LoopTemplate) -> Self {
        Region {
            context,
            plan,
            node,
            body: Body::new(context.input.function, context.rt, plan, Frame::Iteration),
        }
    }

    pub fn rt(&self) -> &'a TokenStream {
        self.context.rt
    }

    /// The block.
    pub fn run(&self) -> TokenStream {
        let (rt, debug, region) = (self.rt(), self.body.debug(), lifetime("region"));
        let (calls, items) = (self.body.call_items(), iterate::items(self));
        let proofs = self.plan.proofs.iter();
        let proofs = proofs.map(|proof| confirm::proof(&self.body, proof));
        let (range, source) = self.source();
        let confirm = confirm::iterators(self);
        let attempt = self.attempt();
        let verbatim = self.context.plain_loop(self.node, &source, Loops::Verbatim);
        let released = self.context.released();
        let (decided, raise) = (self.decided(), raise::failure(self));
        emit!({
            const #debug: #rt::prim::bool = #rt::cfg!(debug_assertions);
            #calls
            #items
            #(#proofs)*
            #range
            let __outcome = #region: { #attempt };
            match __outcome {
                #rt::Outcome::Done => { #confirm }
                #rt::Outcome::Failed(__failure) #decided => { #raise }
                _ => { #released #verbatim }
            }
        })
    }

    /// A range is evaluated once, before anything else, and then goes over itself if it comes to
    /// that. An iterator borrows what the region captures: the loop as written makes it.
    fn source(&self) -> (TokenStream, TokenStream) {
        let source = &self.node.range;
        if self.is_iteration() {
            return (TokenStream::new(), source.clone());
        }
        (emit!(let __range = #source;), emit!(__range))
    }

    /// Whether the outermost loop goes over an iterator.
    pub fn is_iteration(&self) -> bool {
        let loops = &self.context.input.function.loops;
        loops[self.node.id].iteration.is_some()
    }

    /// A failure that serial has as well, whatever the order of iterations.
    fn decided(&self) -> Option<TokenStream> {
        let rt = self.rt();
        let sites = self.plan.undecided.iter();
        let mut sites: Vec<_> = sites
            .map(|site| Literal::u32_unsuffixed(*site))
            .map(|site| emit!(#site))
            .collect();
        if self.plan.undecided_calls {
            let first = Literal::u32_unsuffixed(self.plan.sites.len() as u32);
            sites.push(emit!(#first..));
        }
        (!sites.is_empty()).then(|| emit!(if !#rt::matches!(__failure.site, #(#sites)|*)))
    }

    /// Leaves the block around the attempt.
    pub fn leave(&self, outcome: &str) -> TokenStream {
        let (rt, region, outcome) = (self.rt(), lifetime("region"), names::local(outcome));
        emit!(break #region #rt::Outcome::#outcome)
    }

    /// Tokens whose value is the region's outcome. The order matters: scalars are read before
    /// arrays are borrowed, and arrays borrowed for reading before those for writing.
    fn attempt(&self) -> TokenStream {
        let outermost = space::outermost(self);
        let scalars = self.plan.scalars.iter().map(|var| scalar(&self.body, *var));
        let reads = self.plan.arrays.iter().filter(|of| !of.writes);
        let writes = self.plan.arrays.iter().filter(|of| of.writes);
        let arrays = reads.chain(writes).map(|of| self.array(of));
        let inner = space::inner(self);
        let (guard, declined) = (
            wide::all(&self.body, &self.plan.guard),
            self.leave("Declined"),
        );
        let cost = wide::value(&self.body, &self.plan.cost);
        let region = iterate::construct(self);
        let run = self.dispatch();
        emit! {
            #outermost
            #(#scalars)*
            #(#arrays)*
            #inner
            if !(#guard) { #declined; }
            let __cost = #cost.saturated();
            let __region = #region;
            #run
        }
    }

    fn array(&self, of: &ArrayUse) -> TokenStream {
        let (rt, name) = (self.rt(), self.body.name(of.var));
        let value = self.context.driver_name(of.var);
        let ty = handle_type(&self.body, of, "_");
        let (capture, method) = if of.writes {
            (names::local("WriteArray"), names::local("__kernel_write"))
        } else {
            (names::local("ReadArray"), names::local("__kernel_read"))
        };
        let known = if of.contiguous {
            names::local("is_contiguous")
        } else {
            names::local("is_array")
        };
        let span = self.context.input.function.vars[of.var].span.start;
        quote_spanned! {names::about(span)=>
            #rt::#known(&#value);
            let #name: #ty = {
                use #rt::#capture as _;
                #value.#method().of()
            };
        }
    }

    fn dispatch(&self) -> TokenStream {
        let (rt, session) = (self.rt(), &self.context.session);
        if !self.plan.shared.is_empty() {
            return grouped::dispatch(self);
        }
        if self.plan.accumulators.is_empty() {
            return emit!(#session.map(&__region, __cost));
        }
        let region = iterate::struct_name();
        let (values, results) = (self.initial_values(), self.results());
        emit! {
            match #session.reduce(&__region, __cost) {
                #rt::Result::Ok(__folded) => {
                    let __total = <#region<'_> as #rt::Reduce>::fold(#values, __folded);
                    #results
                    #rt::Outcome::Done
                }
                #rt::Result::Err(__outcome) => __outcome,
            }
        }
    }

    /// The accumulators' values before the region, as a tuple.
    pub fn initial_values(&self) -> TokenStream {
        let rt = self.rt();
        let values = self.plan.accumulators.iter().map(|of| {
            let value = self.context.driver_name(of.var);
            emit!(#rt::cast(#value))
        });
        emit!((#(#values,)*))
    }

    /// Assigns `__total` to them; the place of an extreme is nobody's variable.
    pub fn results(&self) -> TokenStream {
        let results = self.plan.accumulators.iter().enumerate();
        let results = results.filter(|(_, of)| of.fold != Fold::Place);
        results
            .map(|(position, of)| self.result(position, of))
            .collect()
    }

    fn result(&self, position: usize, of: &Accumulator) -> TokenStream {
        let (rt, value) = (self.rt(), self.context.driver_name(of.var));
        let position = names::index(position);
        emit!(#value = #rt::cast(__total.#position);)
    }
}

/// Reads a variable from outside of the body, by the tokens that name it there.
pub fn scalar(body: &Body, id: VarId) -> TokenStream {
    let var = &body.function().vars[id];
    let (rt, name, ty, value) = (body.rt(), body.name(id), body.ty(&var.ty), &var.tokens);
    quote_spanned!(names::about(var.span.start)=> let #name: #ty = #rt::cast(#value);)
}

/// Type of the handle through which a region reaches an array.
pub fn handle_type(body: &Body, of: &ArrayUse, borrow: &str) -> TokenStream {
    let borrow = lifetime(borrow);
    let (rt, elem, rank) = (
        body.rt(),
        body.scalar(of.elem),
        names::index(of.rank as usize),
    );
    if of.writes {
        emit!(#rt::ViewMut<#borrow, #elem, #rank>)
    } else {
        emit!(#rt::View<#borrow, #elem, #rank>)
    }
}
