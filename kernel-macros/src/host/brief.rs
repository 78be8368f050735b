//! Runs of so few iterations that to tell the runtime of them would take longer: they run where the region
//! stands, in the lanes of the canonical order, one chunk after the other.
//!
//! What is `unsafe` in it is so for the same reasons as in the region's functions: the analysis has proved the
//! iterations independent, the condition says that their accesses are in bounds (the guard of such a region
//! says nothing else), no iteration fails, and each lane that the runtime takes for written was, by an
//! iteration.

use super::iterate::{captures, has_two_forms};
use super::lanes::Accumulators;
use super::levels;
use super::names::{self, emit};
use super::plan::identity;
use super::region::Region;
use super::space::{constant_step, from_zero, inner};
use crate::analysis::plan::{Fold, NestLoop, Test, Wide};
use crate::ir::{Builtin, ExprKind, Scalar, walk};
use proc_macro2::{Literal, TokenStream};
use quote::ToTokens;

/// Operations of a run, at most: far fewer than any that a thread shares.
const WORK: i128 = 1024;

/// Operations of an iteration, at most: longer ones would only take their time to compile once more.
const LIGHT: i128 = 16;

/// Chunks, at most, for each of which the runtime has room.
const CHUNKS: u32 = 8;

/// Accumulators, at most.
const ACCUMULATORS: usize = 4;

/// How many iterations there are, the condition that a run of `__count` is brief, and the code of one,
/// whose accumulators join `__values`.
pub struct Brief {
    pub count: TokenStream,
    pub given: TokenStream,
    pub run: TokenStream,
}

/// How brief runs of a region go; `None` if it has none.
pub fn of(region: &Region) -> Option<Brief> {
    let plan = region.plan;
    let [node] = &*plan.nest else {
        return None;
    };
    let count = count(region, node)?;
    let plain = plan.shared.is_empty() && plan.extremes.is_empty() && plan.elements.is_empty();
    let safe = plan.sites.is_empty() && plan.calls.is_empty();
    let few = plan.accumulators.len() <= ACCUMULATORS;
    let Wide::Const(cost) = plan.cost else {
        return None;
    };
    let light = cost <= LIGHT;
    if !(plain && safe && few && light) || region.is_as_written() {
        return None;
    }
    let work = WORK / cost.max(1);
    let most = match plan.accumulators.is_empty() {
        true => work,
        false => work.min((CHUNKS * region.lanes()).into()),
    };
    let conditions = plan.space.iter().chain(&plan.guard);
    let reaches = conditions.map(|of| reach(region, &of.test));
    let reaches = reaches.collect::<Option<Vec<_>>>()?;
    let given = reaches.into_iter().collect::<TokenStream>();
    let (session, most) = (
        &region.context.session,
        names::index(usize::try_from(most).ok()?),
    );
    let given = emit!(#session.is_brief(__count, #most) #given);
    let run = run(region);
    Some(match fuses(region) {
        true => fused(region, count, given, &run),
        false => Brief { count, given, run },
    })
}

/// How many iterations there are of a loop whose variable grows from zero by one.
fn count(region: &Region, node: &NestLoop) -> Option<TokenStream> {
    let by_one = from_zero(node) && constant_step(node) == Some(1);
    if !by_one || region.plan.in_order.is_some() {
        return None;
    }
    let rt = region.rt();
    if region.is_driven() {
        let outermost = region.outermost();
        return Some(emit!(#rt::count(&#outermost)));
    }
    let end = match node.end {
        Wide::Len { array, dim } => {
            let (name, dim) = (region.body.name(array), names::index(dim as usize));
            emit!(#name.len(#dim))
        }
        Wide::Var(var) if !node.inclusive => region.body.name(var).into_token_stream(),
        _ => return None,
    };
    let u64 = region.body.scalar(Scalar::U64);
    (node.ty == Scalar::Usize && !node.inclusive).then(|| emit!((#end as #u64)))
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
fn fused(region: &Region, count: TokenStream, given: TokenStream, run: &TokenStream) -> Brief {
    let (rt, features, u64) = (
        region.rt(),
        levels::features(),
        region.body.scalar(Scalar::U64),
    );
    let captures = captures(region);
    let names: Vec<_> = captures.iter().map(|of| &of.name).collect();
    let types = captures.iter().map(|of| &of.ty);
    let values = names::index(region.plan.accumulators.len());
    Brief {
        count,
        given: emit!(#rt::is_fast() && #given),
        run: emit! {
            #features
            unsafe fn __brief(
                __count: #u64,
                #(#names: #types,)*
                mut __values: [#u64; #values],
            ) -> [#u64; #values] {
                #run
                __values
            }
            __values = unsafe { __brief(__count, #(#names,)* __values) };
        },
    }
}

/// A condition that accesses are in bounds, or what always holds; `None` of others.
fn reach(region: &Region, of: &Test) -> Option<TokenStream> {
    let (array, dim, beyond) = match of {
        Test::All(tests) => return tests.iter().map(|of| reach(region, of)).collect(),
        Test::Le(Wide::Const(..=0), Wide::Lo(_)) => return Some(TokenStream::new()),
        Test::Debug(_) => {
            let rt = region.rt();
            return Some(emit!(&& !#rt::cfg!(debug_assertions)));
        }
        Test::Lt(highest, Wide::Len { array, dim }) => (*array, *dim, beyond(highest)?),
        _ => return None,
    };
    let (u64, name) = (region.body.scalar(Scalar::U64), region.body.name(array));
    let (dim, beyond) = (names::index(dim as usize), names::index(beyond));
    // Few iterations: nothing overflows.
    Some(emit!(&& __count + #beyond <= #name.len(#dim) as #u64))
}

/// What is added to the greatest value of the loop's variable.
fn beyond(highest: &Wide) -> Option<usize> {
    match highest {
        Wide::Hi(_) => Some(0),
        Wide::Add(left, right) => match (&**left, &**right) {
            (Wide::Hi(_), Wide::Const(more)) | (Wide::Const(more), Wide::Hi(_)) => {
                u32::try_from(*more).ok().map(|more| more as usize)
            }
            _ => None,
        },
        _ => None,
    }
}

fn run(region: &Region) -> TokenStream {
    let (rt, accumulators) = (region.rt(), Accumulators::of(region));
    let fast = has_two_forms(region).then(|| {
        let bool = region.body.scalar(Scalar::Bool);
        emit!(const FAST: #bool = false;)
    });
    if accumulators.vars.is_empty() {
        let (inner, iteration) = (inner(region), region.body.iteration());
        return emit! {
            #fast
            for __t in 0..__count {
                #inner
                #iteration
            }
        };
    }
    let Accumulators {
        types,
        positions,
        lanes,
        ..
    } = &accumulators;
    let (count, all) = (
        names::index(lanes.len()),
        names::index(region.lanes() as usize),
    );
    let identities = region.plan.accumulators.iter();
    let identities = identities.map(|of| Literal::u64_unsuffixed(identity(of.fold, of.ty)));
    let identities: Vec<Literal> = identities.collect();
    let folds = region.plan.accumulators.iter().zip(&identities);
    let folds = folds.map(|(of, bits)| (operation(rt, of.fold, of.ty), bits));
    let (operations, bits): (Vec<_>, Vec<_>) = folds.unzip();
    let (inner, iteration, chunks) = (
        inner(region),
        region.body.iteration(),
        names::index(CHUNKS as usize),
    );
    let (usize, vars) = (region.body.scalar(Scalar::Usize), &accumulators.vars);
    emit! {
        #fast
        let mut __slots = [#rt::Slot::EMPTY; #count];
        let mut __folded = [[0; #chunks]; #count];
        let (mut __from, mut __number) = (0, 0);
        while __from < __count {
            let __length = #rt::Ord::min(__count - __from, #all);
            {
                let __slots = __slots.as_mut_ptr();
                #(let #lanes = unsafe { #rt::first(#rt::lanes::<#types>(__slots, #positions)) };)*
                for __n in 0..__length {
                    let (__t, __at) = (__from + __n, __n as #usize);
                    #inner
                    #(let mut #vars: #types = #rt::from_bits::<#types>(#identities);)*
                    #iteration
                    #(unsafe { *#lanes.add(__at) = #vars };)*
                }
            }
            __from += __length;
            #(__folded[#positions][__number] = unsafe {
                #operations::lanes(&mut __slots[#positions], __length as #usize, #all, #bits)
            };)*
            __number += 1;
        }
        #(__values[#positions] =
            #operations::join(__values[#positions], &mut __folded[#positions][..__number]);)*
    }
}

/// The runtime's type that says how values of a type combine.
fn operation(rt: &TokenStream, fold: Fold, ty: Scalar) -> TokenStream {
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
