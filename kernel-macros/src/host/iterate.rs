//! The functions that run a region's iterations, which the runtime calls for tiles of the space.
//!
//! Bodies are `#[inline(always)]` functions with fully typed parameters. What they read lies in the
//! runtime's `Call` and becomes locals first, so that LLVM knows that nothing in the loop changes
//! it.

use super::fold;
use super::names::{self, emit};
use super::region::Region;
use super::usual;
use crate::analysis::plan::{ArrayUse, Bounds, NestLoop, SiteKey, WideAdapter};
use crate::ir::Scalar;
use proc_macro2::{Ident, Literal, TokenStream};

/// Bytes of lanes that the fast form of a reduction keeps in registers: half of them, with AVX2 and
/// elsewhere.
const WIDE_REGISTERS: u32 = 256;
const REGISTERS: u32 = 128;
/// Blocks that the lanes go through together: 4 KiB of an array of the accumulator's type.
const GROUP: u32 = 8;

/// A region's functions, and those two of them that its `Code` names.
pub struct Functions {
    pub items: TokenStream,
    pub body: TokenStream,
    /// An `Option`.
    pub fast: TokenStream,
    /// Likewise.
    pub fold: TokenStream,
}

pub fn functions(region: &Region) -> Functions {
    if region.plan.accumulators.is_empty() {
        map(region)
    } else {
        reduce(region)
    }
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

/// The captures as locals, and the space's shape.
fn unpack(captures: &[Capture]) -> TokenStream {
    let locals = captures
        .iter()
        .map(|Capture { name, ty, init }| emit!(let #name: #ty = #init;));
    emit!(#(#locals)* let __shape = __call.shape();)
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

/// A row of a tile, `each` standing for one iteration.
fn row(each: &TokenStream) -> TokenStream {
    emit! {
        for __t in __tile.columns() {
            #each
        }
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

/// Whether the body has a fast form of its own: some accesses are checked or strided elsewhere.
fn has_fast_form(region: &Region) -> bool {
    let strided = region.plan.arrays.iter().any(|of| !of.contiguous);
    strided || !region.plan.relaxed.is_empty()
}

/// `<const FAST: bool>` and what selects either form, where there are two.
struct Forms {
    parameter: TokenStream,
    fast: TokenStream,
    other: TokenStream,
}

fn forms(region: &Region) -> Forms {
    if !has_fast_form(region) {
        return Forms {
            parameter: TokenStream::new(),
            fast: TokenStream::new(),
            other: TokenStream::new(),
        };
    }
    let bool = region.body.scalar(Scalar::Bool);
    Forms {
        parameter: emit!(<const FAST: #bool>),
        fast: emit!(::<true>),
        other: emit!(::<false>),
    }
}

fn map(region: &Region) -> Functions {
    if usual::serves(region) {
        let rows = region.body.usually(|| rows(region));
        return usual::functions(region, &rows);
    }
    let (rt, rows) = (region.rt(), rows(region));
    let Forms {
        parameter,
        fast: fast_form,
        other,
    } = forms(region);
    let mut items = emit! {
        #[inline(always)]
        unsafe fn __rows #parameter(
            __call: &#rt::Call<'_>,
            __tile: &#rt::Tile,
            _: *mut #rt::Slot,
        ) -> #rt::Checked {
            #rows
            #rt::Result::Ok(())
        }
    };
    items.extend(fast(rt, &emit!(__rows #fast_form)));
    // Elsewhere the general form would only be there twice.
    let pays = match fast_form.is_empty() {
        true => emit!(#rt::cfg!(target_arch = "x86_64")),
        false => emit!(true),
    };
    Functions {
        items,
        body: emit!(__rows #other),
        fast: emit!(#rt::fast(#rt::cfg!(debug_assertions), #pays, __fast)),
        fold: emit!(#rt::Option::None),
    }
}

/// The iterations of a map's tile.
fn rows(region: &Region) -> TokenStream {
    let depth = region.plan.nest.len();
    let unpack = unpack(&captures(region));
    let (outer, inner) = (
        variables(region, 0, depth - 1),
        variables(region, depth - 1, depth),
    );
    let along = |iteration: TokenStream| row(&emit!(#inner #iteration));
    let row = match region.plan.in_order {
        Some(id) => region.body.trips(id, along),
        None => along(region.body.iteration()),
    };
    let iterations = tile(region, &outer, &row);
    emit!(#unpack #iterations)
}

/// This code as the fast form, compiled for the features that `kernel-runtime/src/level.rs` asks
/// the processor for.
pub fn fast(rt: &TokenStream, code: &TokenStream) -> TokenStream {
    emit! {
        #[cfg_attr(
            target_arch = "x86_64",
            target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")
        )]
        unsafe fn __fast(
            __call: &#rt::Call<'_>,
            __tile: &#rt::Tile,
            __slots: *mut #rt::Slot,
        ) -> #rt::Checked {
            unsafe { #code(__call, __tile, __slots) }
        }
    }
}

/// A reduction's accumulators in tokens.
struct Accumulators {
    vars: Vec<Ident>,
    types: Vec<TokenStream>,
    positions: Vec<Literal>,
}

impl Accumulators {
    fn of(region: &Region) -> Self {
        let all = &region.plan.accumulators;
        Accumulators {
            vars: all.iter().map(|of| region.body.name(of.var)).collect(),
            types: all.iter().map(|of| region.body.scalar(of.ty)).collect(),
            positions: (0..all.len()).map(names::index).collect(),
        }
    }
}

fn reduce(region: &Region) -> Functions {
    let rt = region.rt();
    let captures = captures(region);
    let accumulators = Accumulators::of(region);
    let forms = forms(region);
    let step = step(region, &captures, &accumulators, &forms);
    let lanes = lanes(region, &captures, &accumulators, &forms);
    let fold = fold::function(region);
    let folds = match fold {
        Some(_) => emit!(#rt::Option::Some(__fold)),
        None => emit!(#rt::Option::None),
    };
    let mut items = emit!(#step #lanes #fold);
    let mut form = emit!(#rt::Option::None);
    if region.plan.shared.is_empty() && !fails_in_blocks(region, false) {
        items.extend(blocks(region, &captures, &accumulators, &forms));
        let sound = sound(region);
        let [wide, width] = [WIDE_REGISTERS, REGISTERS].map(|bytes| register_lanes(region, bytes));
        let width = emit!({ if #rt::cfg!(target_arch = "x86_64") { #wide } else { #width } });
        items.extend(fast(rt, &emit!(__blocks::<#width>)));
        form = emit!(#rt::fast(#rt::cfg!(debug_assertions), #sound, __fast));
    }
    Functions {
        items,
        body: emit!(__lanes),
        fast: form,
        fold: folds,
    }
}

/// Whether no iteration fails in the blocks' form, as far as only rustc knows: the functions
/// called, and the build.
fn sound(region: &Region) -> TokenStream {
    let (rt, calls) = (region.rt(), region.plan.calls.len());
    let (own, all) = (region.body.first_site(0), region.body.first_site(calls));
    let functions = (calls > 0).then(|| emit!(&& #own == #all));
    let checks = fails_in_blocks(region, true).then(|| emit!(&& !#rt::cfg!(debug_assertions)));
    emit!(true #functions #checks)
}

/// Whether an iteration in the fast form can fail. Blocks take iterations out of order, and the
/// earliest failure is the one to report.
fn fails_in_blocks(region: &Region, debug: bool) -> bool {
    let plan = region.plan;
    let relaxed = |key: &SiteKey| match key {
        SiteKey::Access(id) => plan.bounds.get(id) == Some(&Bounds::Relaxed),
        _ => false,
    };
    plan.site_of.iter().any(|(key, number)| {
        let site = &plan.sites[*number as usize];
        (debug || !site.debug_only) && !relaxed(key)
    })
}

/// One iteration, from the accumulators' values to the next.
fn step(
    region: &Region,
    captures: &[Capture],
    accumulators: &Accumulators,
    forms: &Forms,
) -> TokenStream {
    let rt = region.rt();
    let Accumulators { vars, types, .. } = accumulators;
    let params = captures
        .iter()
        .map(|Capture { name, ty, .. }| emit!(#name: #ty));
    let (u64, parameter) = (region.body.scalar(Scalar::U64), &forms.parameter);
    let variables = variables(region, 0, region.plan.nest.len());
    let iteration = region.body.iteration();
    emit! {
        #[inline(always)]
        unsafe fn __step #parameter(
            #(#params,)*
            __shape: #rt::Shape,
            __outer: [#u64; 2],
            __t: #u64,
            (#(mut #vars,)*): (#(#types,)*),
        ) -> #rt::Checked<(#(#types,)*)> {
            #variables
            #iteration
            #rt::Result::Ok((#(#vars,)*))
        }
    }
}

/// The iterations of any tile, lanes taking turns where they lie.
fn lanes(
    region: &Region,
    captures: &[Capture],
    accumulators: &Accumulators,
    forms: &Forms,
) -> TokenStream {
    let rt = region.rt();
    let Accumulators {
        types, positions, ..
    } = accumulators;
    let unpack = unpack(captures);
    let (args, form) = (captures.iter().map(|of| &of.name), &forms.other);
    let lanes = names::index(region.lanes() as usize);
    let each = emit! {
        let __places = unsafe { (#(#rt::lane::<#types>(__slots, #positions, __lane),)*) };
        let __values = unsafe { (#(*__places.#positions,)*) };
        let __values = unsafe { __step #form(#(#args,)* __shape, __outer, __t, __values)? };
        #(unsafe { *__places.#positions = __values.#positions };)*
        __lane = (__lane + 1) % #lanes;
    };
    let iterations = tile(region, &TokenStream::new(), &row(&each));
    emit! {
        unsafe fn __lanes(
            __call: &#rt::Call<'_>,
            __tile: &#rt::Tile,
            __slots: *mut #rt::Slot,
        ) -> #rt::Checked {
            #unpack
            let mut __lane = __tile.lane;
            #iterations
            #rt::Result::Ok(())
        }
    }
}

/// Whole blocks of a row: some lanes at a time, so many that registers hold them, each through a
/// few blocks, so that all lanes have been there before memory has moved on.
fn blocks(
    region: &Region,
    captures: &[Capture],
    accumulators: &Accumulators,
    forms: &Forms,
) -> TokenStream {
    let rt = region.rt();
    let Accumulators {
        types, positions, ..
    } = accumulators;
    let unpack = unpack(captures);
    let (args, form) = (captures.iter().map(|of| &of.name), &forms.fast);
    let (u64, lanes) = (
        region.body.scalar(Scalar::U64),
        names::index(region.lanes() as usize),
    );
    let usize = region.body.scalar(Scalar::Usize);
    let group = names::index((region.lanes() * GROUP) as usize);
    let names = |name: &str| -> Vec<Ident> {
        let all = 0..types.len();
        all.map(|n| names::local(&format!("__{name}{n}"))).collect()
    };
    let (places, values) = (names("place"), names("value"));
    emit! {
        #[inline(always)]
        unsafe fn __blocks<const WIDTH: #usize>(
            __call: &#rt::Call<'_>,
            __tile: &#rt::Tile,
            __slots: *mut #rt::Slot,
        ) -> #rt::Checked {
            #unpack
            let __outer = [__tile.outer, __tile.rows.0];
            let (mut __from, __end) = __tile.columns;
            while __from < __end {
                let __to = if __end - __from > #group { __from + #group } else { __end };
                let mut __lane = 0;
                while __lane < #lanes {
                    #(
                        let #places = unsafe {
                            #rt::lane::<[#types; WIDTH]>(__slots, #positions, __lane / WIDTH)
                        };
                        let mut #values: [#types; WIDTH] = unsafe { *#places };
                    )*
                    let mut __block = __from + __lane as #u64;
                    while __block < __to {
                        for __n in 0..WIDTH {
                            let __t = __block + __n as #u64;
                            let __values = (#(#values[__n],)*);
                            let __values =
                                unsafe { __step #form(#(#args,)* __shape, __outer, __t, __values)? };
                            #(#values[__n] = __values.#positions;)*
                        }
                        __block += #lanes;
                    }
                    #(unsafe { *#places = #values };)*
                    __lane += WIDTH;
                }
                __from = __to;
            }
            #rt::Result::Ok(())
        }
    }
}

/// Lanes of all accumulators that so many bytes of registers hold at once, a power of two.
fn register_lanes(region: &Region, registers: u32) -> Literal {
    let bytes = region.plan.accumulators.iter().map(|of| of.ty.bytes());
    let lanes = registers / bytes.sum::<u32>().max(1);
    let lanes = lanes.max(4).ilog2().min(region.lanes().ilog2());
    names::index(1 << lanes)
}
