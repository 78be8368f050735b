//! The guard's arithmetic as tokens.

use super::body::Body;
use super::names::{self, emit};
pub use crate::analysis::plan::Wide;
use crate::analysis::plan::{Condition, Test};
use proc_macro2::{Literal, TokenStream};

/// A value; `body` knows the captured variables.
pub fn value(body: &Body, wide: &Wide) -> TokenStream {
    let rt = body.rt();
    let pair = |name: &str, left: &Wide, right: &Wide| {
        let (left, right) = (value(body, left), value(body, right));
        let name = names::local(name);
        emit!(#left.#name(#right))
    };
    match wide {
        Wide::Const(value) => {
            let value = integer(*value);
            emit!(#rt::Wide::of(#value))
        }
        Wide::Var(var) => {
            let name = body.name(*var);
            emit!(#rt::Wide::of(#name as #rt::prim::i128))
        }
        Wide::Len { array, dim } => {
            let (name, dim) = (body.name(*array), names::index(*dim as usize));
            emit!(#rt::Wide::of(#name.len(#dim) as #rt::prim::i128))
        }
        Wide::Atom(expr) => {
            let expr = body.invariant(*expr);
            emit!(#rt::Wide::of((#expr) as #rt::prim::i128))
        }
        Wide::Lo(at) => {
            let name = loop_name(*at);
            emit!(#name.lo())
        }
        Wide::Hi(at) => {
            let name = loop_name(*at);
            emit!(#name.hi())
        }
        Wide::Add(left, right) => pair("plus", left, right),
        Wide::Sub(left, right) => pair("minus", left, right),
        Wide::Mul(left, right) => pair("times", left, right),
        Wide::Min(left, right) => pair("min", left, right),
        Wide::Max(left, right) => pair("max", left, right),
    }
}

/// The local that holds a parallel loop's progression.
pub fn loop_name(at: usize) -> proc_macro2::Ident {
    names::local(&format!("__loop{at}"))
}

/// An `i128`.
pub fn integer(value: i128) -> TokenStream {
    let magnitude = Literal::u128_unsuffixed(value.unsigned_abs());
    if value < 0 {
        emit!((-#magnitude))
    } else {
        emit!(#magnitude)
    }
}

/// Whether all conditions hold.
pub fn all(body: &Body, conditions: &[Condition]) -> TokenStream {
    let tests = conditions
        .iter()
        .map(|condition| test(body, &condition.test));
    emit!(true #(&& #tests)*)
}

fn test(body: &Body, of: &Test) -> TokenStream {
    let compare = |name: &str, left: &Wide, right: &Wide| {
        let (left, right) = (value(body, left), value(body, right));
        let name = names::local(name);
        emit!(#left.#name(#right))
    };
    match of {
        Test::Le(left, right) => compare("le", left, right),
        Test::Lt(left, right) => compare("lt", left, right),
        Test::Fits(wide, scalar) => {
            let (min, max) = scalar.int_range().unwrap_or((0, 1));
            let (wide, min, max) = (value(body, wide), integer(min), integer(max));
            emit!(#wide.fits(#min, #max))
        }
        Test::All(tests) => {
            let tests = tests.iter().map(|of| test(body, of));
            emit!((true #(&& #tests)*))
        }
        Test::Any(tests) => {
            let tests = tests.iter().map(|of| test(body, of));
            emit!((false #(|| #tests)*))
        }
        Test::Debug(of) => {
            let (debug, of) = (body.debug(), test(body, of));
            emit!((!#debug || #of))
        }
    }
}
