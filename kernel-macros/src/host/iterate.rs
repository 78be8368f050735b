//! The functions that run a region's iterations, which the runtime calls for tiles of the space.
//!
//! What they read lies in the runtime's `Call` and becomes parameters of an inlined function, so that LLVM
//! knows that nothing in the loop changes it. A macro of the runtime writes both, from what is said here.

use super::fold;
use super::lanes::{Accumulators, has_whole_rounds, in_lanes};
use super::levels;
use super::names::{self, emit};
use super::order::{along_rows, in_order};
use super::region::Region;
use super::space::{constant_step, from_zero};
use super::stages;
use super::usual;
use crate::analysis::plan::{ArrayUse, NestLoop};
use crate::ir::Scalar;
use proc_macro2::{Ident, TokenStream};

/// A region's functions, and those of them that its `Code` names.
pub struct Functions {
    pub items: TokenStream,
    pub body: TokenStream,
    /// `Option`s: the fast form, and that for AVX-512.
    pub fast: [TokenStream; 2],
    /// Likewise: what folds lanes, in either form.
    pub fold: [TokenStream; 2],
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
    let print = || tile(region, &forms);
    let tile = if usual {
        region.body.usually(print)
    } else {
        print()
    };
    let Entries { items, body, fast } = entries;
    let fold = fold::functions(region);
    let folds = &fold.items;
    Functions {
        items: emit!(#tile #items #folds),
        body,
        fast,
        fold: fold.forms,
    }
}

/// What the runtime calls for a tile: the general form and the fast one.
pub struct Entries {
    pub items: TokenStream,
    pub body: TokenStream,
    /// `Option`s.
    pub fast: [TokenStream; 2],
}

fn entries(region: &Region, forms: &Forms) -> Entries {
    let Forms {
        fast, wide, other, ..
    } = forms;
    let codes = [&emit!(__rows #fast), &emit!(__rows #wide)];
    Entries {
        items: TokenStream::new(),
        body: emit!(__rows #other),
        fast: levels::forms(region, codes, &levels::pays(region)),
    }
}

/// Whether the fast form is other source than the general one.
pub fn has_two_forms(region: &Region) -> bool {
    let other_calls = region.has_batches() || !region.body.steps.is_empty();
    let abreast = region.plan.strips.as_ref().is_some_and(|of| of.abreast);
    let other_code = has_whole_rounds(region) || abreast;
    region.plan.has_fast_form() || other_calls || other_code || region.differs_by_level()
}

/// A local that is made of the call.
pub struct Capture {
    pub name: Ident,
    pub ty: TokenStream,
    init: TokenStream,
}

/// Everything that an iteration reads: arrays, scalars, the loops' first values and steps.
pub fn captures(region: &Region) -> Vec<Capture> {
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

/// `<const FAST: bool, const WIDE: bool>`, how they are passed on, and what selects either form, where
/// there are two, and the fast one for AVX-512, which is `WIDE`; and a further parameter.
pub struct Forms {
    pub parameter: TokenStream,
    pub pass: TokenStream,
    pub fast: TokenStream,
    pub wide: TokenStream,
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
            wide: TokenStream::new(),
            other: TokenStream::new(),
            further: None,
        };
    }
    let (bool, differs) = (region.body.scalar(Scalar::Bool), region.differs_by_level());
    if region.has_batches() {
        return stages::forms(region);
    }
    Forms {
        parameter: emit!(<const FAST: #bool, const WIDE: #bool>),
        pass: emit!(::<FAST, WIDE>),
        fast: emit!(::<true, false>),
        wide: emit!(::<true, #differs>),
        other: emit!(::<false, false>),
        further: None,
    }
}

/// What the runtime calls for a tile, as `kernel-runtime/src/region/functions.rs` takes it.
fn tile(region: &Region, forms: &Forms) -> TokenStream {
    let rt = region.rt();
    let Forms {
        parameter, pass, ..
    } = forms;
    let further = forms.further.as_ref();
    let further = further.map(|(name, ty)| emit!(#name #ty));
    let accumulators = Accumulators::of(region);
    let iterations = if accumulators.vars.is_empty() {
        along_rows(region)
    } else if region.lanes() == 1 || region.plan.needs_no_lanes() {
        in_order(region, &accumulators)
    } else {
        in_lanes(region, &accumulators)
    };
    let captures = captures(region);
    let captures = captures
        .iter()
        .map(|Capture { name, ty, init }| emit!(#name (#ty) (#init)));
    let arrays = region.plan.arrays.iter().map(|of| {
        let (array, (start, ty)) = (region.body.name(of.var), start(region, of));
        emit!(#array #start (#ty))
    });
    let Accumulators {
        types,
        positions,
        lanes,
        ..
    } = &accumulators;
    let interior = region.plan.interior.as_ref().map(|_| emit!(__interior));
    emit! {
        #rt::tile! {
            (#parameter) (#pass) (#further)
            (__call __tile __slots __shape #interior)
            [#(#captures)*]
            [#(#arrays)*]
            [#(#lanes (#types) #positions)*]
            { #iterations }
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
