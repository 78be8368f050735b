//! Driver code as tokens with holes.
//!
//! The driver may be any Rust at all, so it is never re-printed from the IR: its own tokens are
//! kept, and the host back end fills the holes, either with the loop's own tokens (a loop that
//! stays in the driver) or with the code that runs a region.

use super::{LoopId, VarId};
use proc_macro2::{Delimiter, Span, TokenStream};

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
    /// Follows the `let` (or first assignment) of these region variables: the place where rustc
    /// re-checks the types that the compiler inferred for them.
    Witness(Vec<VarId>),
}

/// A loop's tokens: `label for pat in range { body }`.
#[derive(Clone, Debug)]
pub struct LoopTemplate {
    pub id: LoopId,
    /// `'name:` or nothing.
    pub label: TokenStream,
    pub for_token: Span,
    pub pat: TokenStream,
    pub range: TokenStream,
    pub body: Template,
    pub body_span: Span,
}
