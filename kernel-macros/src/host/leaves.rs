//! What a strip holds of a variable that passes from part to part: lanes for each scalar in it, as
//! neighbouring iterations' are neighbours then.

use super::names::{self, emit};
use crate::ir::{Scalar, Ty};
use proc_macro2::{Ident, TokenStream};

/// A scalar in a variable.
pub struct Leaf {
    /// Its lanes, one for each iteration.
    pub lanes: Ident,
    /// Where it is.
    pub place: TokenStream,
    pub ty: Scalar,
}

/// The lanes of a variable of one scalar.
pub fn lanes_of(name: &Ident) -> Ident {
    names::local(&format!("{name}_lanes"))
}

/// The scalars in a variable.
pub fn leaves(name: &Ident, ty: &Ty) -> Vec<Leaf> {
    let mut found = Vec::new();
    collect(&mut found, name.to_string(), emit!(#name), ty);
    found
}

fn collect(found: &mut Vec<Leaf>, path: String, place: TokenStream, ty: &Ty) {
    match ty {
        Ty::Scalar(ty) => found.push(Leaf {
            lanes: names::local(&format!("{path}_lanes")),
            place,
            ty: *ty,
        }),
        Ty::Array(elem, len) => {
            for at in 0..*len {
                let number = names::index(at as usize);
                collect(found, format!("{path}_{at}"), emit!(#place[#number]), elem);
            }
        }
        Ty::Tuple(parts) => {
            for (at, part) in parts.iter().enumerate() {
                let number = names::index(at);
                collect(found, format!("{path}_{at}"), emit!(#place.#number), part);
            }
        }
        _ => unreachable!("analysis carries scalars, and arrays and tuples of them"),
    }
}

/// A value of the type, made of its scalars in their order.
pub fn value(ty: &Ty, scalars: &mut impl Iterator<Item = TokenStream>) -> TokenStream {
    match ty {
        Ty::Array(elem, len) => {
            let elements = (0..*len).map(|_| value(elem, scalars));
            emit!([#(#elements,)*])
        }
        Ty::Tuple(parts) => {
            let parts = parts.iter().map(|part| value(part, scalars));
            emit!((#(#parts,)*))
        }
        _ => scalars.next().unwrap_or_default(),
    }
}
