//! The block that stands in a region's place: capture, guard, run; or the loop as written.

use super::body::{Body, Frame};
use super::brief;
use super::chunks;
use super::driver::{Context, Loops};
use super::iterate::{self, Functions};
use super::levels;
use super::names::{self, Runtime, emit};
use super::plan::{self as text, Text};
use super::{DeviceEntry, confirm, elements, item, raise, restart};
use crate::analysis::alike;
use crate::analysis::plan::{self, Accumulator, ArrayUse, Fold};
use crate::analysis::stages::{self, Stages};
use crate::analysis::steps;
use crate::ir::template::LoopTemplate;
use crate::ir::{ExprId, OptionPart, Proof, Scalar, VarId, VarKind};
use crate::tables::HashSet;
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote_spanned};

/// A region and where it stands.
pub struct Region<'a> {
    pub context: &'a Context<'a>,
    pub plan: &'a plan::Region,
    pub node: &'a LoopTemplate,
    pub body: Body<'a>,
    /// How iterations run up to one call of an elementary function after the other.
    pub stages: Option<Stages>,
}

impl<'a> Region<'a> {
    pub fn new(context: &'a Context<'a>, plan: &'a plan::Region, node: &'a LoopTemplate) -> Self {
        let function = context.input.function;
        let mut region = Region {
            context,
            plan,
            node,
            body: Body::new(function, context.rt, plan, Frame::Iteration),
            stages: stages::find(function, plan),
        };
        if region.lanes() > 1 {
            region.body.steps = steps::of(function, plan);
        }
        region
    }

    pub fn rt(&self) -> &'a Runtime {
        self.context.rt
    }

    /// The block.
    pub fn run(&self) -> TokenStream {
        let rt = self.rt();
        let text = text::text(self);
        let (items, code) = self.items(&text);
        let proofs = self.plan.proofs.iter();
        let proofs = proofs.map(|proof| confirm::proof(rt, proof));
        let (range, source) = self.source();
        let attempt = self.attempt(&text, &code);
        let results = self.results();
        // The host reads and writes elements by itself.
        let touched = (!self.plan.elements.is_empty()).then(|| self.context.released());
        let verbatim = self.verbatim(&source);
        let released = self.context.released();
        let (decided, raise) = (self.decided(), raise::failure(self));
        let std_traits = confirm::std_traits(rt);
        emit!({
            #std_traits
            #items
            #(#proofs)*
            #range
            #touched
            #attempt
            match __outcome {
                #rt::Outcome::Done => { #touched #(#results)* }
                #rt::Outcome::Failed(__failure) #decided => { #rt::cold_path(); #raise }
                _ => { #rt::cold_path(); #released #verbatim }
            }
        })
    }

    /// The calls that all iterations of a strip make at once.
    pub fn strip_calls(&self) -> &'a [ExprId] {
        let strips = self.plan.strips.as_ref().filter(|_| levels::IN_FULL);
        strips.map_or(&[], |of| &of.calls)
    }

    /// Whether calls are made for many iterations at once.
    pub fn has_batches(&self) -> bool {
        self.stages.is_some() || !self.strip_calls().is_empty()
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

    /// The loop as written, and those that it was joined with; or the function that has it: then the loop is there for rustc alone,
    /// which confirms what it confirms, and infers what it infers, by it.
    fn verbatim(&self, source: &TokenStream) -> TokenStream {
        let (rt, input) = (self.rt(), self.context.input);
        let first = self.context.plain_loop(self.node, source, Loops::Verbatim);
        let followers = self.context.followers(self.node.id);
        let written = emit!(#first #followers);
        if !restart::begins_with(input, self.node.id) {
            return written;
        }
        let (handle, args) = (&input.handle, item::forward(&input.item.params).args);
        emit! {
            if #rt::cfg!(any()) { #written } else { return #handle::serial(#args) }
        }
    }

    /// Whether the outermost loop goes over an iterator.
    pub fn is_iteration(&self) -> bool {
        let loops = &self.context.input.function.loops;
        loops[self.node.id].iteration.is_some()
    }

    /// Whether the outermost parallel loop's range is that of the loop as written.
    pub fn is_driven(&self) -> bool {
        !self.is_iteration() && self.plan.in_order.is_none()
    }

    /// Whether the loop as written gives the same bits, so that few iterations may run by it.
    pub fn is_as_written(&self) -> bool {
        alike::as_written(self.context.input.function, self.plan)
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

    /// The region's functions, and the static that says all else about it; and the functions' names for
    /// the runtime.
    fn items(&self, text: &Text) -> (TokenStream, TokenStream) {
        let rt = self.rt();
        let calls = self.body.call_items();
        let Functions {
            items,
            body,
            fast: [fast, wide],
            fold: [fold, fast_fold],
        } = iterate::functions(self);
        let folds = chunks::serves(self);
        let debug = self.uses_debug().then(|| {
            let debug = self.body.debug();
            emit!(const #debug: #rt::prim::bool = #rt::cfg!(debug_assertions);)
        });
        let rows = self.row_constants();
        let gathers = self.plan.gathers;
        let (plan, ptx) = (&text.text, &self.context.input.ptx);
        let ptx = match self.device() {
            Some(_) => emit!(#rt::Option::Some(#ptx)),
            None => emit!(#rt::Option::None),
        };
        let code = emit!(#rt::optimised!({
            const {
                &#rt::Code {
                    body: #body,
                    fast: #fast,
                    wide: #wide,
                    gathers: #gathers,
                    folds: #folds,
                    fold: #fold,
                    fast_fold: #fast_fold,
                }
            }
        } { #rt::general!(#body, #fold) }));
        let items = emit! {
            #debug
            #calls
            #rows
            #items
            static __REGION: #rt::Region =
                #rt::Region::new(#plan, #ptx, #rt::cfg!(debug_assertions));
        };
        (items, code)
    }

    /// Constants for the rows of arrays whose lengths have names. The name may be another one's here:
    /// [`Self::attempt`] asks the array.
    fn row_constants(&self) -> TokenStream {
        let (isize, names) = (
            self.body.scalar(Scalar::Isize),
            &self.context.input.function.row_names,
        );
        let arrays = self.plan.arrays.iter();
        let constants = arrays.filter_map(|of| {
            let (constant, name) = (self.body.row_constant(of.var)?, names.get(&of.var)?);
            Some(emit!(const #constant: #isize = #name as #isize;))
        });
        constants.collect()
    }

    /// How a device runs the region, if the kernel has a CUDA version.
    pub fn device(&self) -> Option<&'a DeviceEntry> {
        let device = self.context.input.device.as_ref()?;
        Some(&device.regions[self.plan.index])
    }

    /// Lanes of its accumulators. A group of iterations that shares arrays runs in order, and has
    /// one.
    pub fn lanes(&self) -> u32 {
        if self.plan.shared.is_empty() {
            self.plan.lanes()
        } else {
            1
        }
    }

    /// Whether the fast form for AVX-512 is other source than that for AVX2: a cast of it is, and may be
    /// in a function that it calls.
    pub fn differs_by_level(&self) -> bool {
        !self.plan.calls.is_empty() || self.body.casts_in_lanes()
    }

    /// Whether the body asks for debug assertions.
    pub fn uses_debug(&self) -> bool {
        self.plan.sites.iter().any(|site| site.debug_only)
    }

    /// Binds the region's outcome. The order matters: scalars are read before arrays are borrowed,
    /// and arrays borrowed for reading before those for writing.
    fn attempt(&self, text: &Text, code: &TokenStream) -> TokenStream {
        let (rt, session, body) = (self.rt(), &self.context.session, &self.body);
        let (asked, lengths) = self.lengths();
        let outermost = self.outermost();
        let scalars = self.plan.scalars.iter().map(|var| scalar(body, *var));
        let reads = self.plan.arrays.iter().filter(|of| !of.writes);
        let writes = self.plan.arrays.iter().filter(|of| of.writes);
        let arrays = reads.chain(writes).map(|of| self.array(of));
        let handles = self.plan.arrays.iter().map(|of| body.name(of.var));
        let captured = self.plan.scalars.iter().map(|var| {
            let name = body.name(*var);
            emit!(#name)
        });
        let captured = captured.chain(text.atoms.iter().map(|atom| body.invariant(*atom)));
        let values = self.plan.accumulators.iter().map(|of| {
            let (ty, value) = (body.scalar(of.ty), self.start(of));
            emit!(#rt::bits::<#ty>(#rt::cast(#value)))
        });
        let elements = elements::read(self);
        let captured = emit!(__code, &[#(#handles.erase()),*], &[#(#rt::bits(#captured)),*]);
        let run = emit!(#session.run(&__REGION, #outermost, #captured, &mut __values));
        let inside =
            (!self.plan.elements.is_empty()).then(|| elements::known().into_token_stream());
        let rows = self.plan.arrays.iter().filter_map(|of| {
            let (name, constant) = (body.name(of.var), body.row_constant(of.var)?);
            Some(emit!(#name.has_rows_of(#constant)))
        });
        let all = lengths.into_iter().chain(inside).chain(rows);
        let all = all.chain(elements::exact(self)).chain(self.ordered());
        let all: Vec<TokenStream> = all.collect();
        let unknown = (!all.is_empty())
            .then(|| emit!(if !(#(#all)&&*) { break 'region #rt::Outcome::Declined; }));
        let brief = brief::of(self, &captured);
        let run = match (&unknown, &brief) {
            (None, None) => run,
            _ => emit!('region: { #unknown #brief #run }),
        };
        emit! {
            #asked
            #(#scalars)*
            #(#arrays)*
            #elements
            let (mut __values, __code) = ([#(#values),*], #code);
            let __outcome = #run;
        }
    }

    /// An accumulator's value before the region.
    fn start(&self, of: &Accumulator) -> TokenStream {
        match self.plan.promoted(of.var) {
            Some(promoted) => elements::start(self, promoted),
            None => self.context.driver_name(of.var).clone(),
        }
    }

    /// That accumulators start in the order that the plan asks for.
    fn ordered(&self) -> Vec<TokenStream> {
        let rt = self.rt();
        let start = |var: VarId| {
            let mut accumulators = self.plan.accumulators.iter();
            let of = accumulators.find(|of| of.var == var);
            let of = of.unwrap_or_else(|| unreachable!("what starts in an order accumulates"));
            let (ty, value) = (self.body.scalar(of.ty), self.start(of));
            emit!(#rt::cast::<#ty, _>(#value))
        };
        let ordered = self.plan.ordered.iter();
        let ordered = ordered.map(|(least, greatest)| {
            let (least, greatest) = (start(*least), start(*greatest));
            emit!((#least <= #greatest))
        });
        ordered.collect()
    }

    /// The outermost loop's progression, where the plan does not say it.
    pub fn outermost(&self) -> TokenStream {
        let rt = self.rt();
        if !self.is_driven() {
            return emit!(#rt::Option::None);
        }
        let ty = self.body.scalar(self.plan.nest[0].ty);
        emit!(#rt::progression::<#ty, _>(&__range))
    }

    fn array(&self, of: &ArrayUse) -> TokenStream {
        let (rt, name) = (self.rt(), self.body.name(of.var));
        let value = self.context.driver_name(of.var);
        let (elem, rank) = (self.body.scalar(of.elem), names::index(of.rank as usize));
        let view = self.context.input.function.vars[of.var].ty.view();
        let view = view.unwrap_or_else(|| unreachable!("an array of a region has a shape"));
        let (method, handle) = match of.writes {
            true => (names::writer(view), names::local("ViewMut")),
            false => (names::reader(view).1, names::local("View")),
        };
        let known = if of.contiguous {
            names::local("is_contiguous")
        } else {
            names::local("is_array")
        };
        let span = self.context.input.function.vars[of.var].span.start;
        quote_spanned! {names::about(span)=>
            #rt::#known(&#value);
            let #name: #rt::#handle<'_, #elem, #rank> = #value.#method().of();
        }
    }

    /// Whether the lengths that the source asks for are lengths: a trait's method may have the name. Statements
    /// that ask the source, before arrays are borrowed, and what has to hold when they are.
    fn lengths(&self) -> (TokenStream, Vec<TokenStream>) {
        let mut seen = HashSet::default();
        let lengths = self.plan.proofs.iter().filter_map(|proof| match proof {
            Proof::Length {
                tokens,
                array,
                dims,
            } => seen
                .insert((tokens.to_string(), *array))
                .then_some((tokens, *array, dims)),
            _ => None,
        });
        let lengths = lengths.enumerate();
        let asked = lengths.filter_map(|(number, (tokens, array, dims))| {
            let name = names::local(&format!("__length{number}"));
            let length = self.length(array, dims)?;
            Some(match self.captures(array) {
                true => (emit!(let #name = #tokens;), emit!(#name == #length)),
                false => (emit!(let #name = #tokens == #length;), emit!(#name)),
            })
        });
        asked.unzip()
    }

    /// The product of some lengths of an array's dimensions.
    fn length(&self, array: VarId, dims: &[u32]) -> Option<TokenStream> {
        let (rt, name) = (self.rt(), self.body.name(array));
        let view = self.context.input.function.vars[array].ty.view()?;
        let dims = dims.iter().map(|dim| names::index(*dim as usize));
        if self.captures(array) {
            return Some(emit!(1 #(* #name.len(#dims))*));
        }
        let (elem, rank) = (
            self.body.scalar(view.elem),
            names::index(view.rank as usize),
        );
        let (value, method) = (self.context.driver_name(array), names::reader(view).1);
        Some(emit!({
            let #name: #rt::View<'_, #elem, #rank> = #value.#method().of();
            1 #(* #name.len(#dims))*
        }))
    }

    /// Whether the region has a handle of the array.
    fn captures(&self, array: VarId) -> bool {
        self.plan.arrays.iter().any(|of| of.var == array)
    }

    /// Puts the accumulators where they belong. That an `Option` has no value is said after its value.
    fn results(&self) -> Vec<TokenStream> {
        let options = &self.context.input.function.options;
        let says_none = |of: &Accumulator| options.get(&of.var).is_some_and(|of| of.part.is_none());
        let results = self.plan.accumulators.iter().enumerate();
        let results = results.filter(|(_, of)| of.fold != Fold::Place);
        let (last, first): (Vec<_>, Vec<_>) = results.partition(|(_, of)| says_none(of));
        let results = first.into_iter().chain(last);
        let results = results.map(|(position, of)| self.result(position, of));
        results.collect()
    }

    /// Puts an accumulator where it belongs, if anywhere.
    fn result(&self, position: usize, of: &Accumulator) -> TokenStream {
        let rt = self.rt();
        let value = match self.plan.promoted(of.var).map(|promoted| promoted.back) {
            None => self.context.driver_name(of.var).clone(),
            Some(Some(element)) => elements::place(self, element),
            Some(None) => return TokenStream::new(),
        };
        let (position, ty) = (names::index(position), self.body.scalar(of.ty));
        let result = emit!(#rt::cast(#rt::from_bits::<#ty>(__values[#position])));
        match self.context.input.function.options.get(&of.var) {
            None => emit!(#value = #result;),
            Some(OptionPart { whole, part: None }) => {
                emit!(if #result { #whole = #rt::Option::None; })
            }
            Some(OptionPart {
                whole,
                part: Some(part),
            }) => {
                let some = emit!(#rt::Option::get_or_insert_default(&mut #whole));
                match part.is_empty() {
                    true => emit!(*#some = #result;),
                    false => emit!(#some #part = #result;),
                }
            }
        }
    }
}

/// Reads a variable from outside of the body, by the tokens that name it there.
pub fn scalar(body: &Body, id: VarId) -> TokenStream {
    let var = &body.function().vars[id];
    let (rt, name, ty, value) = (body.rt(), body.name(id), body.ty(&var.ty), &var.tokens);
    let span = names::about(var.span.start);
    if var.kind == VarKind::Outside {
        let value = quote_spanned!(span=> #rt::outside::<#ty, _>(#value));
        return quote_spanned!(span=> let #name: #ty = #rt::cast(#value););
    }
    quote_spanned!(span=> let #name: #ty = #rt::cast(#value);)
}
