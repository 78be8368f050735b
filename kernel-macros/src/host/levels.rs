//! The SIMD levels that a region is compiled for: the baseline, AVX2, and AVX-512 where that pays.
//! On processors of other kinds the baseline has all that they have.

use super::chunks;
use super::iterate::has_two_forms;
use super::lanes::LITTLE;
use super::names::{self, Runtime, emit};
use super::region::Region;
use crate::analysis::plan::Wide;
use crate::ir::{BinaryOp, Builtin, ExprKind, Scalar, walk};
use proc_macro2::TokenStream;

/// What `kernel-runtime/src/level.rs` asks the processor for, at its second level and at its third.
const AVX2: &str = "avx2,fma,bmi1,bmi2,lzcnt,popcnt";
const AVX512: &str = "avx2,fma,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512cd,avx512dq,avx512vl";

/// Whether there is to be what only builds without debug assertions have. They do not even parse it otherwise, but to
/// write it takes as long. Cargo compiles macros with debug assertions where it compiles their callers so, unless a
/// manifest says otherwise of one of them: then kernels have the general form alone.
pub const IN_FULL: bool = cfg!(any(test, feature = "every-form", not(debug_assertions)));

/// The attribute of a function of the fast form: it is compiled for the features of AVX2.
pub fn features() -> TokenStream {
    enabled(AVX2)
}

fn enabled(features: &str) -> TokenStream {
    emit!(#[cfg_attr(target_arch = "x86_64", target_feature(enable = #features))])
}

/// The first code as the fast form, and the second for AVX-512, where the runtime's feature says so, as the
/// region's `Code` has them: two `Option`s, which hold their functions, and which builds without fast forms do
/// not even parse.
pub fn forms(
    region: &Region,
    [fast, wide]: [&TokenStream; 2],
    pays: &TokenStream,
) -> [TokenStream; 2] {
    let rt = region.rt();
    if !IN_FULL {
        return [(); 2].map(|()| emit!(#rt::Option::None));
    }
    let form = |features: &str, name: &str, code: &TokenStream| {
        let (features, name) = (enabled(features), names::local(name));
        let run = match chunks::serves(region) {
            true => chunks::each(region, code),
            false => emit!(#code(__call, __tile, __slots)),
        };
        let function = emit! {
            #features
            unsafe fn #name(
                __call: &#rt::Call<'_>,
                __tile: &#rt::Tile,
                __slots: *mut #rt::Slot,
            ) -> #rt::Checked {
                unsafe { #run }
            }
        };
        emit!({ #function #rt::fast(#pays, #name) })
    };
    let wide = match is_wide(region) {
        true => {
            let wide = form(AVX512, "__wide", wide);
            emit!(#rt::avx512!(#wide { #rt::Option::None }))
        }
        false => emit!(#rt::Option::None),
    };
    [form(AVX2, "__fast", fast), wide]
}

/// Statements that only the fast form gets to, in builds that have one.
pub fn if_optimised(rt: &Runtime, code: &TokenStream) -> TokenStream {
    emit!(#rt::optimised!({ #code } {});)
}

/// Whether AVX-512 pays. It does for what computes: for accumulators, of which it has registers for
/// all lanes, for calls, for long iterations, and for what AVX2 lacks. What waits for memory takes as long with AVX2, and
/// a third form would only take its time to compile.
fn is_wide(region: &Region) -> bool {
    let plan = region.plan;
    let long = !matches!(plan.cost, Wide::Const(cost) if cost <= LITTLE);
    let known = long || region.differs_by_level() || !plan.accumulators.is_empty();
    known || has_long_integers(region)
}

/// Whether an iteration does with integers of 64 bits what AVX2 has no instruction for. Those that are
/// indices do not count: they stay scalars.
fn has_long_integers(region: &Region) -> bool {
    let (function, mut found) = (region.body.function(), false);
    walk::expressions(function, &region.plan.body, &mut |id| {
        let expr = &function.exprs[id];
        let (unsigned, signed) = (Scalar::U64, Scalar::I64);
        found |= match (&expr.kind, expr.ty.scalar()) {
            (ExprKind::Binary(BinaryOp::Shr, ..), ty) => ty == Some(signed),
            (kind, Some(ty)) if ty == unsigned || ty == signed => is_lacking(kind),
            _ => false,
        };
    });
    found
}

fn is_lacking(kind: &ExprKind) -> bool {
    match kind {
        ExprKind::Binary(BinaryOp::Mul, ..) => true,
        ExprKind::Call(builtin, _) => matches!(
            builtin,
            Builtin::WrappingMul
                | Builtin::Min
                | Builtin::Max
                | Builtin::Abs
                | Builtin::RotateLeft
                | Builtin::RotateRight
        ),
        _ => false,
    }
}

/// Whether the fast form is worth its size.
pub fn pays(region: &Region) -> TokenStream {
    let rt = region.rt();
    // Elsewhere the general form would only be there twice.
    match has_two_forms(region) {
        true => emit!(true),
        false => emit!(#rt::cfg!(target_arch = "x86_64")),
    }
}
