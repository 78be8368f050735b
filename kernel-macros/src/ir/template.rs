//! Driver code as tokens with holes.
//!
//! The driver may be any Rust at all, so it is never re-printed from the IR: its own tokens are
//! kept, and the host back end fills the holes, either with the loop's own tokens (a loop that
//! stays in the driver) or with the code that runs a region.

use super::iteration::Maker;
use super::{LoopId, VarId};
use proc_macro2::{Delimiter, Ident, Span, TokenStream};
use std::collections::BTreeSet;

#[derive(Clone, Debug, Default)]
pub struct Template {
    pub pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
pub enum Piece {
    Tokens(TokenStream),
    Group {
        delimiter: Delimiter,
        span: Span,
        inner: Template,
    },
    /// A `for` loop.
    Loop(LoopTemplate),
    /// The iterator that a chain of methods begins with, where the chain was read as this loop.
    Source {
        of: LoopId,
        tokens: TokenStream,
    },
    /// Follows the `let` (or first assignment) of these region variables: the place where rustc
    /// re-checks the types that the compiler inferred for them.
    Witness(Vec<VarId>),
    /// Precedes the `let` of a part of an array that these methods make.
    Made(Vec<Maker>),
    /// Precedes a statement that touches arrays.
    Contact(Contact),
    /// Stands at the start of a block that host code may follow which touches arrays.
    Guarded,
    /// Follows the `let` of these arrays.
    Bound(Vec<Bound>),
}

/// What a driver statement does with the elements of arrays.
#[derive(Clone, Debug, Default)]
pub enum Contact {
    /// Nothing.
    #[default]
    None,
    /// It takes a part of this array under a name of its own.
    Part(Ident),
    /// It reads some.
    Reads,
    /// `std::mem::swap` of these arrays.
    Swap {
        path: TokenStream,
        arrays: Vec<Ident>,
    },
    /// Anything, with the arrays of these names and those that can be reached through them.
    Any(BTreeSet<String>),
}

/// An array bound by a `let`.
#[derive(Clone, Debug)]
pub struct Bound {
    pub var: VarId,
    pub how: Origin,
}

/// Whose elements a bound array has.
#[derive(Clone, Debug)]
pub enum Origin {
    /// Its own, if the maker is what it is taken for: `vec![0.0; n]`.
    New,
    /// Its own, or those of another array: `a.clone()`.
    CopyOf(VarId),
    /// A part of another array's: `&a[1..n]`.
    PartOf(VarId),
}

/// `receiver.for_each(|item| body)`, whose receiver is a loop's range and whose body its body.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: Ident,
    /// What stands before the body: `|item|`.
    pub closure: TokenStream,
}

/// A chain of the driver's that was read as a loop: as a region it is
/// `{ opening loop total }`, and otherwise as it is written.
#[derive(Clone, Debug)]
pub struct Chain {
    /// Binds the accumulator.
    pub opening: TokenStream,
    pub total: TokenStream,
    /// The value is an `Option`, and a reference to what it has is wanted.
    pub lent: bool,
    /// Elements are written behind it in its statement: by then no device may hold them.
    pub released: bool,
    pub written: TokenStream,
}

/// A loop's tokens: `label for pat in range stages { body }`.
#[derive(Clone, Debug)]
pub struct LoopTemplate {
    pub id: LoopId,
    /// `'name:` or nothing.
    pub label: TokenStream,
    pub for_token: Span,
    pub pat: TokenStream,
    pub range: TokenStream,
    /// What is done to its items before the body: `.filter(|x| **x > 0.0)`, or nothing.
    pub stages: TokenStream,
    /// The statement, where it is a call that was read as a loop: `items.for_each(|item| body);`.
    pub written: Option<Call>,
    /// The expression, where it is a chain that was read as a loop.
    pub chain: Option<Box<Chain>>,
    pub body: Template,
    pub body_span: Span,
}

impl Contact {
    /// Two in one statement.
    pub fn join(&mut self, other: Contact) {
        *self = match (std::mem::take(self), other) {
            (Contact::None, only) | (only, Contact::None) => only,
            (Contact::Reads, Contact::Reads) => Contact::Reads,
            (one, other) => {
                let mut names = one.names();
                names.extend(other.names());
                Contact::Any(names)
            }
        };
    }

    pub fn is_none(&self) -> bool {
        matches!(self, Contact::None)
    }

    /// The arrays that it may have given other elements, or away.
    pub fn names(&self) -> BTreeSet<String> {
        match self {
            Contact::None | Contact::Part(_) | Contact::Reads => BTreeSet::new(),
            Contact::Swap { arrays, .. } => arrays.iter().map(Ident::to_string).collect(),
            Contact::Any(names) => names.clone(),
        }
    }
}
