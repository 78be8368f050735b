//! Runs of so few iterations that to tell the runtime of them would take longer: they run where the region
//! stands, in the lanes of the canonical order, one chunk after the other.
//!
//! What is `unsafe` in it is so for the same reasons as in the region's functions: the analysis has proved the
//! iterations independent, the condition says that their accesses are in bounds (the guard of such a region
//! says nothing else), and each lane that the runtime takes for written was, by an iteration. Where an iteration
//! fails, the run ends: nothing was written, so that the loop as written has the same failure.

use super::condition;
use super::few;
use super::iterate::{captures, has_two_forms};
use super::levels;
use super::names::{self, Runtime, emit};
use super::plan::identity;
use super::region::Region;
use super::space::{inner, outer};
use super::work::{self, Trips, counts_from_zero};
use crate::analysis::plan::{self, Fold, Wide};
use crate::ir::{Builtin, ExprKind, Scalar, walk};
use proc_macro2::{Ident, Literal, TokenStream};

/// Operations of a run, at most: far fewer than any that a thread shares. Several loops are more of a
/// question, and rows may be short.
const WORK: i128 = 1024;
const WORK_OF_NESTS: i128 = 2048;

/// Operations of an iteration, at most: longer ones would only take their time to compile once more.
const LIGHT: i128 = 16;

/// Chunks, at most, of which what they come to is kept.
const CHUNKS: u32 = 16;

/// Accumulators, at most.
const ACCUMULATORS: usize = 4;

/// A way to run few iterations without the plan: the condition that it serves, and the outcome then.
pub struct Brief {
    pub given: TokenStream,
    pub run: TokenStream,
}

/// What runs few iterations without the plan, in builds that have that, and leaves the block `'region` with
/// the outcome then; `None` if the region has no brief runs. `captured` are its code, arrays and scalars.
pub fn of(region: &Region, captured: &TokenStream) -> Option<TokenStream> {
    if !levels::IN_FULL {
        return None;
    }
    let trips = work::trips(region)?;
    let first = match region.is_as_written() {
        true => as_written(region, &trips),
        false => here(region, &trips),
    };
    let ways = first
        .into_iter()
        .chain(few::of(region, &trips, captured))
        .map(|Brief { given, run }| emit!(if #given { break 'region #run; }));
    let ways: Vec<TokenStream> = ways.collect();
    let bound = &trips.bound;
    (!ways.is_empty()).then(|| levels::if_optimised(region.rt(), &emit!(#bound #(#ways)*)))
}

/// Light iterations that run where the region stands.
fn here(region: &Region, trips: &Trips) -> Option<Brief> {
    let plan = region.plan;
    let most = names::index(most(region)?);
    let guard = condition::guard(region, trips)?;
    let (rt, session) = (region.rt(), &region.context.session);
    let count = work::iterations(region, trips);
    let given = emit!(#session.is_brief(#count, #most) #guard);
    let run = region
        .body
        .declining(|| match plan.accumulators.is_empty() {
            true => one_by_one(region, trips),
            false => in_lanes(region, trips),
        });
    let form = has_two_forms(region).then(|| {
        let bool = region.body.scalar(Scalar::Bool);
        emit!(const FAST: #bool = false; const WIDE: #bool = false;)
    });
    let run = emit!(#form #run);
    let (given, run) = match fuses(region) {
        true => (
            emit!(#rt::is_fast() && #given),
            fused(region, &trips.names, &run),
        ),
        false => (given, run),
    };
    let joined = rows_as_one(region, trips);
    Some(Brief {
        given,
        run: emit!({ #joined #run #rt::Outcome::Done }),
    })
}

/// The iterations of a brief run at most, of a region whose iterations are light, and fail only before anything
/// is written.
fn most(region: &Region) -> Option<usize> {
    let plan = region.plan;
    let plain = plan.shared.is_empty() && plan.extremes.is_empty() && plan.elements.is_empty();
    let total = plan.sites.is_empty() && plan.calls.is_empty();
    let writes = plan.arrays.iter().any(|of| of.writes);
    // A function of its own has no block to leave.
    let safe = total || !(writes || !plan.calls.is_empty() || fuses(region));
    let few = plan.accumulators.len() <= ACCUMULATORS && counts_from_zero(region);
    let Wide::Const(cost @ ..=LIGHT) = plan.cost else {
        return None;
    };
    if !(plain && safe && few) {
        return None;
    }
    let work = match plan.nest.len() {
        1 => WORK,
        _ => WORK_OF_NESTS,
    };
    let chunks = match plan.accumulators.is_empty() {
        true => i128::MAX,
        false => (CHUNKS * region.lanes()).into(),
    };
    usize::try_from((work / cost.max(1)).min(chunks)).ok()
}

/// Few operations are left to the loop as written, if it has the same bits.
fn as_written(region: &Region, trips: &Trips) -> Option<Brief> {
    let (rt, session) = (region.rt(), &region.context.session);
    let work = match is_vectorised(region) {
        true => {
            let (u64, count) = (
                region.body.scalar(Scalar::U64),
                work::iterations(region, trips),
            );
            emit!(#u64::div_ceil(#count, 2))
        }
        false => work::operations(region, trips)?,
    };
    Some(Brief {
        given: emit!(#session.is_little(#work)),
        run: emit!(#rt::Outcome::Declined),
    })
}

/// Whether LLVM makes vectors of the loop as written, which is then as fast as any of few iterations: light ones
/// over slices, that write elements or combine integers.
fn is_vectorised(region: &Region) -> bool {
    let plan = region.plan;
    let light = matches!(plan.cost, Wide::Const(..=4));
    let plain = plan.needs_no_lanes() && plan.shared.is_empty();
    let slices = plan.nest.len() == 1 && plan.arrays.iter().all(|of| of.contiguous);
    light && plain && slices
}

/// Whether an iteration has fused operations, for which the baseline calls a function.
fn fuses(region: &Region) -> bool {
    let (function, mut found) = (region.body.function(), false);
    walk::expressions(function, &region.plan.body, &mut |id| {
        found |= matches!(function.exprs[id].kind, ExprKind::Call(Builtin::MulAdd, _));
    });
    found
}

/// The run as a function of its own, for processors that have such operations.
fn fused(region: &Region, counts: &[Ident], run: &TokenStream) -> TokenStream {
    let (features, u64) = (levels::features(), region.body.scalar(Scalar::U64));
    let captures = captures(region);
    let names: Vec<_> = captures.iter().map(|of| &of.name).collect();
    let types = captures.iter().map(|of| &of.ty);
    let values = names::index(region.plan.accumulators.len());
    emit! {
        #features
        unsafe fn __brief(
            #(#counts: #u64,)*
            #(#names: #types,)*
            mut __values: [#u64; #values],
        ) -> [#u64; #values] {
            #run
            __values
        }
        __values = unsafe { __brief(#(#counts,)* #(#names,)* __values) };
    }
}

/// Rows without gaps between them, in all arrays, as one: the number of an iteration is its place in memory, as
/// in the runtime's `collapsed`.
fn rows_as_one(region: &Region, trips: &Trips) -> Option<TokenStream> {
    let [rows, columns] = &*trips.names else {
        return None;
    };
    if !region.plan.turns || !counts_from_zero(region) {
        return None;
    }
    let follow = region.plan.arrays.iter();
    let follow = follow.filter_map(|of| Some((region.body.name(of.var), of.follow.as_ref()?)));
    let isize = region.body.scalar(Scalar::Isize);
    let mut conditions = Vec::new();
    for (name, follow) in follow {
        let along = |at| follow.loops.iter().position(|of| *of == Some(at));
        let (Some(outer), Some(inner)) = (along(0), along(1)) else {
            return None;
        };
        let (outer, inner) = (names::index(outer), names::index(inner));
        conditions.push(emit! {
            #name.stride(#outer) == #name.stride(#inner).wrapping_mul(#columns as #isize)
        });
    }
    Some(emit! {
        let (#rows, #columns) = if true #(&& #conditions)* {
            (1, #rows * #columns)
        } else {
            (#rows, #columns)
        };
    })
}

/// The rows of the nest, with what is to happen in each.
fn rows(region: &Region, trips: &Trips, row: &TokenStream) -> TokenStream {
    let outer = outer(region);
    match &*trips.names {
        [_] => row.clone(),
        [rows, _] => emit! {
            for __row in 0..#rows {
                let __outer = [0, __row];
                #outer
                #row
            }
        },
        [planes, rows, _] => emit! {
            for __plane in 0..#planes {
                for __row in 0..#rows {
                    let __outer = [__plane, __row];
                    #outer
                    #row
                }
            }
        },
        names => unreachable!("a nest has one to three loops, not {}", names.len()),
    }
}

/// Iterations one by one, in order.
fn one_by_one(region: &Region, trips: &Trips) -> TokenStream {
    let (inner, iteration, count) = (inner(region), region.body.iteration(), trips.innermost());
    rows(
        region,
        trips,
        &emit!(for __t in 0..#count { #inner #iteration }),
    )
}

/// The accumulators of a run in tokens.
struct Lanes {
    /// Those of floats, in lanes.
    ordered: Accumulators,
    /// Those that come to the same in any order, each in one variable.
    kept: Accumulators,
    /// Lanes of the canonical order.
    all: Literal,
}

/// Some of a region's accumulators.
struct Accumulators {
    vars: Vec<Ident>,
    types: Vec<TokenStream>,
    positions: Vec<Literal>,
    /// The identities' bits.
    identities: Vec<Literal>,
    /// What folds them.
    operations: Vec<TokenStream>,
}

impl Accumulators {
    fn of(region: &Region, some: impl Fn(&plan::Accumulator) -> bool) -> Self {
        let all = region.plan.accumulators.iter().enumerate();
        let all: Vec<_> = all.filter(|(_, of)| some(of)).collect();
        let each = || all.iter().map(|(_, of)| of);
        let (body, rt) = (&region.body, region.rt());
        let identities = each().map(|of| identity(of.fold, of.ty));
        Accumulators {
            vars: each().map(|of| body.name(of.var)).collect(),
            types: each().map(|of| body.scalar(of.ty)).collect(),
            positions: all.iter().map(|(at, _)| names::index(*at)).collect(),
            identities: identities.map(Literal::u64_unsuffixed).collect(),
            operations: each().map(|of| operation(rt, of.fold, of.ty)).collect(),
        }
    }

    /// Each at its identity.
    fn begun(&self, rt: &Runtime) -> TokenStream {
        let (vars, types, identities) = (&self.vars, &self.types, &self.identities);
        emit!(#(let mut #vars: #types = #rt::from_bits::<#types>(#identities);)*)
    }
}

impl Lanes {
    fn of(region: &Region) -> Self {
        Lanes {
            ordered: Accumulators::of(region, |of| of.ty.is_float()),
            kept: Accumulators::of(region, |of| !of.ty.is_float()),
            all: names::index(region.lanes() as usize),
        }
    }

    /// An iteration of which floats go to their lanes.
    fn iteration(&self, region: &Region) -> TokenStream {
        let rt = region.rt();
        let begun = self.ordered.begun(rt);
        let Accumulators {
            vars,
            types,
            positions,
            ..
        } = &self.ordered;
        let iteration = region.body.iteration();
        emit! {
            #begun
            #iteration
            #(unsafe {
                *#rt::first(#rt::lanes::<#types>(__lanes, #positions)).add(__at) = #vars
            };)*
        }
    }

    /// Keeps what the lanes of a chunk come to, of which so many are written.
    fn fold(&self) -> TokenStream {
        let Accumulators {
            positions,
            identities,
            operations,
            ..
        } = &self.ordered;
        let all = &self.all;
        emit! {
            #(__folded[#positions][__number] = unsafe {
                #operations::lanes(&mut __slots[#positions], __lane, #all, #identities)
            };)*
            __number += 1;
            __lane = 0;
        }
    }

    /// The values of all accumulators.
    fn joined(&self, rt: &Runtime) -> TokenStream {
        let (ordered, kept) = (&self.ordered, &self.kept);
        let (operations, positions) = (&ordered.operations, &ordered.positions);
        let (also, places, vars) = (&kept.operations, &kept.positions, &kept.vars);
        emit! {
            #(__values[#positions] =
                #operations::join(__values[#positions], &mut __folded[#positions][..__number]);)*
            #(__values[#places] =
                #also::join(__values[#places], &mut [#rt::bits(#vars)]);)*
        }
    }
}

/// Iterations that combine, a chunk after the other. A row goes through the lanes of a chunk in pieces, of
/// which LLVM makes vectors.
fn in_lanes(region: &Region, trips: &Trips) -> TokenStream {
    let (rt, lanes) = (region.rt(), Lanes::of(region));
    let (inner, iteration, fold) = (inner(region), lanes.iteration(region), lanes.fold());
    let (all, columns, usize) = (
        &lanes.all,
        trips.innermost(),
        region.body.scalar(Scalar::Usize),
    );
    let rows = rows(
        region,
        trips,
        &emit! {
            let mut __from = 0;
            while __from < #columns {
                let __length = #rt::Ord::min(#columns - __from, #all - __lane);
                let __lanes = __slots.as_mut_ptr();
                for __n in 0..__length {
                    let (__t, __at) = (__from + __n, (__lane + __n) as #usize);
                    #inner
                    #iteration
                }
                __from += __length;
                __lane += __length;
                if __lane == #all { #fold }
            }
        },
    );
    let (kept, joined) = (lanes.kept.begun(rt), lanes.joined(rt));
    let (count, chunks) = (
        names::index(region.plan.accumulators.len()),
        names::index(CHUNKS as usize),
    );
    emit! {
        let mut __slots = [#rt::Slot::EMPTY; #count];
        let mut __folded = [[0; #chunks]; #count];
        let (mut __number, mut __lane) = (0, 0);
        #kept
        #rows
        if __lane > 0 { #fold }
        #joined
    }
}

/// The runtime's type that says how values of a type combine.
fn operation(rt: &Runtime, fold: Fold, ty: Scalar) -> TokenStream {
    let float = matches!(ty, Scalar::F32 | Scalar::F64);
    let name = match fold {
        Fold::Add if float => "Sum",
        Fold::Mul if float => "Product",
        Fold::Add => "Add",
        Fold::Mul => "Mul",
        Fold::MinIf if float => "MinIf",
        Fold::MaxIf if float => "MaxIf",
        Fold::Min | Fold::MinIf => "Min",
        Fold::Max | Fold::MaxIf => "Max",
        Fold::And => "And",
        Fold::Or => "Or",
        Fold::Xor => "Xor",
        Fold::SaturatingAdd => "SaturatingAdd",
        Fold::Companion | Fold::Place => unreachable!("brief runs have no extremes"),
    };
    let ty = names::local(match ty {
        Scalar::Usize => "u64",
        Scalar::Isize => "i64",
        _ => ty.name(),
    });
    let name = names::local(name);
    emit!(<#rt::op::#name as #rt::Combine<#rt::prim::#ty>>)
}
