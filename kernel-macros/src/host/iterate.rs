//! The functions that run a region's iterations, which the runtime calls for tiles of the space.
//!
//! Bodies are `#[inline(always)]` functions with fully typed parameters. What they read lies in the
//! runtime's `Call` and becomes parameters first, so that LLVM knows that nothing in the loop
//! changes it. Each array comes with a reference to where it starts, because a reference that is a
//! parameter tells LLVM what rule R3 says: nothing else reaches what is written through it.

use super::fold;
use super::levels;
use super::names::{self, emit};
use super::region::Region;
use super::stages;
use super::strips::Strips;
use super::usual;
use crate::analysis::plan::{self, ArrayUse, NestLoop, WideAdapter};
use crate::analysis::stages::Stages;
use crate::ir::Scalar;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::ToTokens;

/// A row of fewer iterations is not worth a strip.
const SHORTEST_STRIP: usize = 8;

/// Operations of an iteration that take no longer than loading and storing its lanes.
pub const LITTLE: i128 = 12;

/// The same where a few lanes serve, for which there are registers in a longer iteration too.
const SOME: i128 = 32;

/// Lanes of a round where any lane serves: four vectors of AVX2 for numbers of 8 bytes.
const FEW_LANES: u32 = 16;

/// A region's functions, and those two of them that its `Code` names.
pub struct Functions {
    pub items: TokenStream,
    pub body: TokenStream,
    /// Whether the fast form is worth its size.
    pub pays: TokenStream,
    /// An `Option`.
    pub fold: TokenStream,
    /// Likewise.
    pub fast_fold: TokenStream,
}

pub fn functions(region: &Region) -> Functions {
    let usual = usual::serves(region);
    let (forms, entries) = if usual {
        (usual::forms(region), usual::entries(region))
    } else {
        let forms = forms(region);
        let entries = entries(region, &forms);
        (forms, entries)
    };
    let print = || (run(region, &forms), rows(region, &forms));
    let (run, rows) = if usual {
        region.body.usually(print)
    } else {
        print()
    };
    let Entries { items, body, pays } = entries;
    let fold = fold::functions(region);
    let rt = region.rt();
    let (folds, fast_folds) = match fold {
        Some(_) => (
            emit!(#rt::Option::Some(__fold)),
            emit!(#rt::fast(#rt::cfg!(debug_assertions), true, __fast_fold)),
        ),
        None => (emit!(#rt::Option::None), emit!(#rt::Option::None)),
    };
    Functions {
        items: emit!(#run #rows #items #fold),
        body,
        pays,
        fold: folds,
        fast_fold: fast_folds,
    }
}

/// What the runtime calls for a tile: the general form and the fast one.
pub struct Entries {
    pub items: TokenStream,
    pub body: TokenStream,
    /// Whether the fast form is worth its size.
    pub pays: TokenStream,
}

fn entries(region: &Region, forms: &Forms) -> Entries {
    let (fast_form, other) = (&forms.fast, &forms.other);
    Entries {
        items: levels::forms(region, &emit!(__rows #fast_form)),
        body: emit!(__rows #other),
        pays: levels::pays(region),
    }
}

/// Whether the fast form is other source than the general one.
pub fn has_two_forms(region: &Region) -> bool {
    let other_calls = region.stages.is_some() || !region.body.steps.is_empty();
    let abreast = region.plan.strips.as_ref().is_some_and(|of| of.abreast);
    let other_code = region.body.casts_in_lanes() || has_whole_rounds(region) || abreast;
    region.plan.has_fast_form() || other_calls || other_code
}

/// A local that is made of the call.
struct Capture {
    name: Ident,
    ty: TokenStream,
    init: TokenStream,
}

/// Everything that an iteration reads: arrays, scalars, the loops' first values and steps.
fn captures(region: &Region) -> Vec<Capture> {
    let (plan, function) = (region.plan, region.context.input.function);
    let arrays = plan.arrays.iter().enumerate();
    let arrays = arrays.map(|(at, of)| array(region, at, of));
    let scalars = plan.scalars.iter().enumerate().map(|(at, id)| {
        let (ty, at) = (region.body.ty(&function.vars[*id].ty), names::index(at));
        Capture {
            name: region.body.name(*id),
            init: emit!(unsafe { __call.scalar::<#ty>(#at) }),
            ty,
        }
    });
    let loops = plan.nest.iter().enumerate();
    let loops = loops.flat_map(|(at, node)| progression(region, at, node));
    arrays.chain(scalars).chain(loops).collect()
}

fn array(region: &Region, at: usize, of: &ArrayUse) -> Capture {
    let rt = region.rt();
    let (elem, rank) = (region.body.scalar(of.elem), names::index(of.rank as usize));
    let (handle, method) = if of.writes {
        (emit!(#rt::ViewMut), names::local("view_mut"))
    } else {
        (emit!(#rt::View), names::local("view"))
    };
    let at = names::index(at);
    Capture {
        name: region.body.name(of.var),
        ty: emit!(#handle<'_, #elem, #rank>),
        init: emit!(unsafe { __call.#method::<#elem, #rank>(#at) }),
    }
}

/// What the source does not say about a loop.
fn progression(region: &Region, at: usize, node: &NestLoop) -> Vec<Capture> {
    let ty = region.body.scalar(node.ty);
    let number = names::index(at);
    let capture = |name: &str| {
        let method = names::local(name);
        Capture {
            name: names::local(&format!("__{name}{at}")),
            ty: ty.clone(),
            init: emit!(__call.#method(#number) as #ty),
        }
    };
    let mut captures = Vec::new();
    if !from_zero(node) {
        captures.push(capture("first"));
    }
    if constant_step(node).is_none() {
        captures.push(capture("step"));
    }
    captures
}

/// The loop variables' values at an iteration.
fn variables(region: &Region, from: usize, to: usize) -> TokenStream {
    let nest = region.plan.nest.iter().enumerate();
    nest.skip(from)
        .take(to - from)
        .map(|(at, node)| variable(region, at, node))
        .collect()
}

fn variable(region: &Region, at: usize, node: &NestLoop) -> TokenStream {
    let (ty, name) = (region.body.scalar(node.ty), region.body.name(node.var));
    let depth = region.plan.nest.len();
    let place = if at + 1 == depth {
        emit!((__t as #ty))
    } else {
        let position = names::index(at + 3 - depth);
        emit!((__outer[#position] as #ty))
    };
    let grown = match constant_step(node) {
        Some(1 | -1) => place,
        Some(step) => {
            let (i128, step) = (region.rt(), integer(step));
            emit!(#ty::wrapping_mul(#place, (#step as #i128::prim::i128 as #ty)))
        }
        None => {
            let step = names::local(&format!("__step{at}"));
            emit!(#ty::wrapping_mul(#place, #step))
        }
    };
    let first = names::local(&format!("__first{at}"));
    let value = match constant_step(node) {
        _ if from_zero(node) => grown,
        Some(-1) => emit!(#ty::wrapping_sub(#first, #grown)),
        _ => emit!(#ty::wrapping_add(#first, #grown)),
    };
    emit!(let #name: #ty = #value;)
}

fn from_zero(node: &NestLoop) -> bool {
    use crate::analysis::plan::Wide;
    let forward = node
        .adapters
        .iter()
        .all(|adapter| matches!(adapter, WideAdapter::StepBy(_)));
    forward && matches!(node.start, Wide::Const(0))
}

/// What the variable grows by, where the source says so.
fn constant_step(node: &NestLoop) -> Option<i128> {
    use crate::analysis::plan::Wide;
    node.adapters
        .iter()
        .try_fold(1i128, |step, adapter| match adapter {
            WideAdapter::Rev => Some(-step),
            WideAdapter::StepBy(Wide::Const(by)) => step.checked_mul(*by),
            WideAdapter::StepBy(_) => None,
        })
}

/// An `i128`.
fn integer(value: i128) -> TokenStream {
    let magnitude = Literal::u128_unsuffixed(value.unsigned_abs());
    if value < 0 {
        emit!((-#magnitude))
    } else {
        emit!(#magnitude)
    }
}

/// The rows of a tile, `row` standing for one, and `before` for what it begins with.
fn tile(region: &Region, before: &TokenStream, row: &TokenStream) -> TokenStream {
    if region.plan.nest.len() == 1 {
        return emit! {
            let __outer = [0; 2];
            #before
            #row
        };
    }
    emit! {
        for __row in __tile.rows() {
            let __outer = [__tile.outer, __row];
            #before
            #row
        }
    }
}

/// `<const FAST: bool>`, how it is passed on, and what selects either form, where there are two; and
/// a further parameter.
pub struct Forms {
    pub parameter: TokenStream,
    pub pass: TokenStream,
    pub fast: TokenStream,
    pub other: TokenStream,
    /// Its name and its type.
    pub further: Option<(Ident, TokenStream)>,
}

fn forms(region: &Region) -> Forms {
    if !has_two_forms(region) {
        return Forms {
            parameter: TokenStream::new(),
            pass: TokenStream::new(),
            fast: TokenStream::new(),
            other: TokenStream::new(),
            further: None,
        };
    }
    let bool = region.body.scalar(Scalar::Bool);
    Forms {
        parameter: emit!(<const FAST: #bool>),
        pass: emit!(::<FAST>),
        fast: emit!(::<true>),
        other: emit!(::<false>),
        further: None,
    }
}

/// What the runtime calls: the call taken apart, and handed to the function that runs the tile.
fn rows(region: &Region, forms: &Forms) -> TokenStream {
    let rt = region.rt();
    let Forms {
        parameter, pass, ..
    } = forms;
    let (further, name) = further(forms);
    let captures = captures(region);
    let locals = captures
        .iter()
        .map(|Capture { name, ty, init }| emit!(let #name: #ty = #init;));
    let names = captures.iter().map(|of| &of.name);
    let arrays = region.plan.arrays.iter().map(|of| region.body.name(of.var));
    let Accumulators {
        types, positions, ..
    } = Accumulators::of(region);
    let interior = &region.plan.interior;
    let interior = interior.as_ref().map(|_| emit!(__call.interior(),));
    emit! {
        #[inline(always)]
        unsafe fn __rows #parameter(
            __call: &#rt::Call<'_>,
            __tile: &#rt::Tile,
            __slots: *mut #rt::Slot,
            #further
        ) -> #rt::Checked {
            #(#locals)*
            unsafe {
                __run #pass(
                    __tile,
                    __call.shape(),
                    #interior
                    #(#arrays.start(),)*
                    #(#names,)*
                    #(#rt::lanes::<#types>(__slots, #positions),)*
                    #name
                )
            }
        }
    }
}

/// The further parameter as it is declared, and as it is passed on.
fn further(forms: &Forms) -> (TokenStream, TokenStream) {
    match &forms.further {
        Some((name, ty)) => (emit!(#name: #ty,), emit!(#name,)),
        None => (TokenStream::new(), TokenStream::new()),
    }
}

/// The iterations of a tile.
fn run(region: &Region, forms: &Forms) -> TokenStream {
    let rt = region.rt();
    let (parameter, (further, _)) = (&forms.parameter, further(forms));
    let accumulators = Accumulators::of(region);
    let iterations = if accumulators.vars.is_empty() {
        along_rows(region)
    } else if region.lanes() == 1 {
        in_order(region, &accumulators)
    } else {
        in_lanes(region, &accumulators)
    };
    let params = captures(region);
    let params = params
        .iter()
        .map(|Capture { name, ty, .. }| emit!(#name: #ty));
    let (names, starts): (Vec<_>, Vec<_>) = region
        .plan
        .arrays
        .iter()
        .map(|of| start(region, of))
        .unzip();
    let arrays: Vec<_> = region
        .plan
        .arrays
        .iter()
        .map(|of| region.body.name(of.var))
        .collect();
    let Accumulators { types, lanes, .. } = &accumulators;
    let u64 = region.body.scalar(Scalar::U64);
    let interior = &region.plan.interior;
    let interior = interior.as_ref().map(|_| emit!(__interior: (#u64, #u64),));
    emit! {
        #[inline(always)]
        unsafe fn __run #parameter(
            __tile: &#rt::Tile,
            __shape: #rt::Shape,
            #interior
            #(#names: #starts,)*
            #(#params,)*
            #(#lanes: &mut [#types; 0],)*
            #further
        ) -> #rt::Checked {
            #(let #arrays = unsafe { #arrays.from_start(#names) };)*
            #iterations
            #rt::Result::Ok(())
        }
    }
}

/// The reference to where an array starts: its name and type.
fn start(region: &Region, of: &ArrayUse) -> (Ident, TokenStream) {
    let (elem, name) = (region.body.scalar(of.elem), region.body.name(of.var));
    let mutable = of.writes.then(|| emit!(mut));
    (
        names::local(&format!("{name}_start")),
        emit!(&#mutable [#elem; 0]),
    )
}

/// A row of a tile; `piece` prints the iterations `__from..__end` of it. In the fast form those of
/// the interior are a piece of their own, between two others.
fn pieces(region: &Region, piece: impl Fn() -> TokenStream) -> TokenStream {
    let plain = piece();
    if region.plan.interior.is_none() {
        return emit! {
            let (__from, __end) = __tile.columns;
            #plain
        };
    }
    let inside = region.body.inside(&piece);
    emit! {
        let __ends = if FAST { __tile.pieces(__interior) } else { [__tile.columns.1; 3] };
        let mut __next = __tile.columns.0;
        for __piece in 0..3 {
            let (__from, __end) = (__next, __ends[__piece]);
            __next = __end;
            if FAST && __piece == 1 { #inside } else { #plain }
        }
    }
}

/// Iterations row by row, in the way that suits the body.
fn along_rows(region: &Region) -> TokenStream {
    match (&region.plan.strips, &region.stages) {
        (Some(plan), _) if plan.abreast => abreast(region, plan),
        (Some(plan), _) => strips(region, plan),
        (None, Some(plan)) => in_stages(region, plan),
        (None, None) => map(region),
    }
}

/// Iterations one by one.
fn map(region: &Region) -> TokenStream {
    let depth = region.plan.nest.len();
    let outer = variables(region, 0, depth - 1);
    let inner = variables(region, depth - 1, depth);
    let along = |iteration: TokenStream| {
        emit! {
            for __t in __from..__end {
                #inner
                #iteration
            }
        }
    };
    let row = pieces(region, || match region.plan.in_order {
        Some(id) => region.body.trips(id, along),
        None => along(region.body.iteration()),
    });
    tile(region, &outer, &row)
}

/// Iterations that combine nothing, in strips where these are long enough to pay.
fn strips(region: &Region, plan: &plan::Strips) -> TokenStream {
    let depth = region.plan.nest.len();
    let outer = variables(region, 0, depth - 1);
    let inner = variables(region, depth - 1, depth);
    let strip = Strips {
        body: &region.body,
        inner: &inner,
        plan,
    };
    let (lanes, parts) = (strip.lanes(), strip.iterations(TokenStream::clone));
    let rows = tile(region, &outer, &parts);
    let (plain, rt) = (map(region), region.rt());
    let fast = region.plan.has_fast_form().then(|| emit!(FAST &&));
    let unchecked = unchecked(region);
    let (shortest, longest) = (names::index(SHORTEST_STRIP), names::index(strip.longest()));
    emit! {
        if #fast __tile.columns.1 - __tile.columns.0 >= #shortest #unchecked {
            #lanes
            let (mut __from, __end) = __tile.columns;
            while __from < __end {
                let __count = #rt::Ord::min(__end - __from, #longest);
                #rows
                __from += __count;
            }
        } else {
            #plain
        }
    }
}

/// The condition that no iteration fails: one that does has to be the earliest.
fn unchecked(region: &Region) -> Option<TokenStream> {
    region.uses_debug().then(|| {
        let debug = region.body.debug();
        emit!(&& !#debug)
    })
}

/// Iterations that combine nothing, cut at their calls, as far as there are enough of them.
fn in_stages(region: &Region, plan: &Stages) -> TokenStream {
    let depth = region.plan.nest.len();
    let stages = stages::Printer {
        body: &region.body,
        inner: &variables(region, depth - 1, depth),
        plan,
    };
    let rows = together(region, &stages.count(), &stages.parts());
    let lanes = stages.lanes();
    emit!(#lanes #rows)
}

/// Iterations of which a few go along elements of their own, as far as there are enough of them.
fn abreast(region: &Region, plan: &plan::Strips) -> TokenStream {
    let depth = region.plan.nest.len();
    let strip = Strips {
        body: &region.body,
        inner: &variables(region, depth - 1, depth),
        plan,
    };
    let parts = strip.iterations(TokenStream::clone);
    let rows = together(region, &names::index(strip.longest()), &parts);
    let lanes = strip.lanes();
    emit!(#lanes #rows)
}

/// Rows of which the fast form runs so many iterations together, in order, and the rest one by one.
fn together(region: &Region, count: &impl ToTokens, parts: &TokenStream) -> TokenStream {
    let depth = region.plan.nest.len();
    let inner = variables(region, depth - 1, depth);
    let (iteration, unchecked) = (region.body.iteration(), unchecked(region));
    let row = emit! {
        let (mut __from, __end) = __tile.columns;
        while FAST #unchecked && __end - __from >= #count {
            #parts
            __from += #count;
        }
        for __t in __from..__end {
            #inner
            #iteration
        }
    };
    tile(region, &variables(region, 0, depth - 1), &row)
}

/// A reduction's accumulators in tokens.
struct Accumulators {
    vars: Vec<Ident>,
    types: Vec<TokenStream>,
    positions: Vec<Literal>,
    /// The references to their first lanes.
    lanes: Vec<Ident>,
}

impl Accumulators {
    fn of(region: &Region) -> Self {
        let all = &region.plan.accumulators;
        let lanes = |n: usize| names::local(&format!("__lanes{n}"));
        Accumulators {
            vars: all.iter().map(|of| region.body.name(of.var)).collect(),
            types: all.iter().map(|of| region.body.scalar(of.ty)).collect(),
            positions: (0..all.len()).map(names::index).collect(),
            lanes: (0..all.len()).map(lanes).collect(),
        }
    }
}

/// Iterations that combine in order, into the only lane.
fn in_order(region: &Region, accumulators: &Accumulators) -> TokenStream {
    let rt = region.rt();
    let Accumulators { vars, lanes, .. } = accumulators;
    let iterations = along_rows(region);
    emit! {
        #(let #lanes = #rt::first(#lanes);)*
        #(let mut #vars = unsafe { *#lanes };)*
        #iterations
        #(unsafe { *#lanes = #vars };)*
    }
}

/// Iterations whose lanes take turns. All lanes are in memory, next to each other like the
/// elements that neighbouring iterations read: a round of them is a loop that LLVM vectorises, and
/// memory is read in order.
fn in_lanes(region: &Region, accumulators: &Accumulators) -> TokenStream {
    let rt = region.rt();
    let depth = region.plan.nest.len();
    let lanes = &accumulators.lanes;
    let all = names::index(region.lanes() as usize);
    let row = pieces(region, || {
        let whole = whole_rounds(region, accumulators);
        let abreast = abreast_in_lanes(region, accumulators);
        let round = visits(region, accumulators, &emit!(__count));
        emit! {
            let mut __from = __from;
            while __from < __end {
                #whole
                #abreast
                let __count = #rt::Ord::min(__end - __from, #all - __lane);
                #round
                __from += __count;
                __lane = (__lane + __count) % #all;
            }
        }
    });
    let rows = tile(region, &variables(region, 0, depth - 1), &row);
    emit! {
        #(let #lanes = #rt::first(#lanes);)*
        let mut __lane = __tile.lane;
        #rows
    }
}

/// Rounds over all lanes, in the fast form: a loop of a known number of trips, which LLVM unrolls
/// so that lanes stay in registers from round to round. Where any lane serves, a few of them take
/// all the turns, which leaves registers to the iteration, and every row begins with a round.
fn whole_rounds(region: &Region, accumulators: &Accumulators) -> Option<TokenStream> {
    if !has_whole_rounds(region) || !region.body.is_main() {
        return None;
    }
    let (first, lanes) = if region.plan.is_free_of_order() {
        (
            Some(emit!(if FAST {
                __lane = 0;
            })),
            FEW_LANES,
        )
    } else {
        (None, region.lanes())
    };
    let count = names::index(lanes as usize);
    let round = visits(region, accumulators, &count);
    Some(emit! {
        #first
        while FAST && __lane == 0 && __end - __from >= #count {
            #round
            __from += #count;
        }
    })
}

/// Whether iterations do so little that loading and storing their lanes would take longer.
fn has_whole_rounds(region: &Region) -> bool {
    let most = if region.plan.is_free_of_order() {
        SOME
    } else {
        LITTLE
    };
    let little = matches!(region.plan.cost, plan::Wide::Const(cost) if cost <= most);
    little && !region.plan.accumulators.is_empty() && region.lanes() > 1
}

/// Iterations of which a few go along elements of their own before each combines into its lane.
fn abreast_in_lanes(region: &Region, accumulators: &Accumulators) -> Option<TokenStream> {
    let plan = region.plan.strips.as_ref()?;
    let depth = region.plan.nest.len();
    let strip = Strips {
        body: &region.body,
        inner: &variables(region, depth - 1, depth),
        plan,
    };
    let usize = region.body.scalar(Scalar::Usize);
    let parts = strip.iterations(|last| {
        let visit = visit(accumulators, last);
        emit! {
            let __at = (__first_lane + __n) as #usize;
            #visit
        }
    });
    let (lanes, unchecked) = (strip.lanes(), unchecked(region));
    let (count, all) = (
        names::index(strip.longest()),
        names::index(region.lanes() as usize),
    );
    Some(emit! {
        while FAST #unchecked && __end - __from >= #count && #all - __lane >= #count {
            let __first_lane = __lane;
            #lanes
            #parts
            __from += #count;
            __lane = (__lane + #count) % #all;
        }
    })
}

/// Iterations from `__from` on, of so many lanes from `__lane` on.
fn visits(region: &Region, accumulators: &Accumulators, count: &impl ToTokens) -> TokenStream {
    let depth = region.plan.nest.len();
    let usize = region.body.scalar(Scalar::Usize);
    let inner = variables(region, depth - 1, depth);
    let visit = visit(accumulators, &region.body.iteration());
    emit! {
        for __n in 0..#count {
            let __t = __from + __n;
            let __at = (__lane + __n) as #usize;
            #inner
            #visit
        }
    }
}

/// An iteration that combines into the lanes at `__at`.
fn visit(accumulators: &Accumulators, iteration: &TokenStream) -> TokenStream {
    let Accumulators { vars, lanes, .. } = accumulators;
    emit! {
        #(let mut #vars = unsafe { *#lanes.add(__at) };)*
        #iteration
        #(unsafe { *#lanes.add(__at) = #vars };)*
    }
}
