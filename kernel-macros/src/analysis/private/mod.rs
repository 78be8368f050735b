//! Variables that a loop merely borrows (rule R10): each iteration assigns them before it reads them,
//! and nothing reads them after the loop, so that each iteration can have its own (privatization: Tu
//! and Padua 1993).
//!
//! ```text
//! let mut h;
//! for i in 0..n {
//!     if x[i] > 0.0 { h = 1.0 } else { h = 2.0 }
//!     out[i] = h;
//! }
//! ```
//!
//! That nothing reads them is asked of the source's tokens, not of what is known of them: outside of
//! the loop, and of other loops that assign before they read, the name stands nowhere but where it is
//! bound. Loops around it are looked into: they go on after it.

mod definite;
#[cfg(test)]
mod tests;

use super::nest;
use super::saved::Saved;
use crate::ir::names;
use crate::ir::pass::{self, Pass};
use crate::ir::template::{LoopTemplate, Piece};
use crate::ir::{
    ExprKind, Function, LoopId, Pat, Place, Stmt, StmtKind, Template, Ty, VarId, VarKind, walk,
};
use crate::tables::HashMap;
use proc_macro2::{Literal, TokenStream, TokenTree};

/// Gives each iteration of the loop its own of what can be; `None` if there is nothing.
pub fn privatize(function: &mut Function, id: LoopId) -> Option<Saved> {
    let borrowed = borrowed(function, id);
    if borrowed.is_empty() {
        return None;
    }
    let saved = Saved::of(function, id);
    // Outer loops of a perfect nest hold nothing else, and are to stay so.
    let nest = nest::perfect(function, id);
    let id = nest.last().copied().unwrap_or(id);
    let own: HashMap<VarId, VarId> = borrowed
        .into_iter()
        .map(|var| (var, own(function, id, var)))
        .collect();
    let mut body = std::mem::take(&mut function.loops[id].body);
    let mut bound: Vec<VarId> = own.values().copied().collect();
    bound.sort();
    pass::over(&mut Rename { function, own }, &mut body);
    let span = function.loops[id].head;
    let lets = bound.into_iter().map(|var| Stmt {
        kind: StmtKind::Let {
            pat: Pat::Var(var),
            init: None,
        },
        span,
    });
    body.stmts.splice(0..0, lets);
    function.loops[id].body = body;
    Some(saved)
}

/// The variables from outside that the loop merely borrows.
fn borrowed(function: &Function, id: LoopId) -> Vec<VarId> {
    let mut assigned: Vec<VarId> = Vec::new();
    walk::statements(function, &function.loops[id].body, &mut |stmt| {
        if let StmtKind::Assign {
            target: Place::Var(var),
            ..
        } = stmt.kind
        {
            assigned.push(var);
        }
    });
    assigned.sort();
    assigned.dedup();
    assigned.retain(|var| {
        is_outside(function, id, *var)
            && definite::assigned_first(function, &function.loops[id].body, *var)
            && is_nowhere_else(function, id, *var)
    });
    assigned
}

/// A scalar of the function's own, bound around the loop.
fn is_outside(function: &Function, id: LoopId, var: VarId) -> bool {
    let node = &function.vars[var];
    let own = matches!(node.kind, VarKind::Driver | VarKind::Param | VarKind::Local);
    let inside = function.encloses(id, node.home);
    // A scalar behind a reference is the caller's.
    let by_value = node.tokens.to_string().trim_start_matches("r#") == names::plain(&node.ident);
    own && !inside && !node.hidden && by_value && matches!(node.ty, Ty::Scalar(_))
}

/// Whether the name stands nowhere but where it is bound, in the loop, and in loops that assign it
/// first.
fn is_nowhere_else(function: &Function, id: LoopId, var: VarId) -> bool {
    let node = &function.vars[var];
    let bound = usize::from(node.kind != VarKind::Param);
    let count = Mentions {
        function,
        id,
        var,
        name: names::plain(&node.ident),
    };
    count.template(&function.template) == bound
}

/// Counts how often a name stands where its value could be read.
struct Mentions<'a> {
    function: &'a Function,
    id: LoopId,
    var: VarId,
    name: String,
}

impl Mentions<'_> {
    fn template(&self, template: &Template) -> usize {
        let pieces = template.pieces.iter();
        pieces.map(|piece| self.piece(piece)).sum()
    }

    fn piece(&self, piece: &Piece) -> usize {
        match piece {
            Piece::Tokens(tokens) | Piece::Source { tokens, .. } => self.tokens(tokens.clone()),
            Piece::Group { inner, .. } => self.template(inner),
            Piece::Loop(node) => self.for_loop(node),
            Piece::Witness(_)
            | Piece::Made(_)
            | Piece::Contact(_)
            | Piece::Guarded
            | Piece::Bound(_) => 0,
        }
    }

    fn for_loop(&self, node: &LoopTemplate) -> usize {
        let around = node.chain.iter().flat_map(|of| [&of.opening, &of.total]);
        let around: usize = around.map(|tokens| self.tokens(tokens.clone())).sum();
        let head = around + self.tokens(node.pat.clone()) + self.tokens(node.range.clone());
        match self.is_own(node.id) {
            true => head,
            false => head + self.template(&node.body),
        }
    }

    /// Whether what a loop reads, it has assigned: the loop itself, or another beside it.
    fn is_own(&self, id: LoopId) -> bool {
        let mut around = self.function.loops[self.id].parent;
        while let Some(outer) = around {
            if outer == id {
                return false;
            }
            around = self.function.loops[outer].parent;
        }
        let body = &self.function.loops[id].body;
        id == self.id || definite::assigned_first(self.function, body, self.var)
    }

    fn tokens(&self, tokens: TokenStream) -> usize {
        // A field or a method has a dot before it; the end of a range has two.
        let (mut dots, mut count) = (0, 0);
        for tree in tokens {
            let dot = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == '.');
            count += match tree {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(ident) => {
                    usize::from(dots != 1 && names::plain(&ident) == self.name)
                }
                TokenTree::Literal(text) => self.text(text),
                TokenTree::Punct(_) => 0,
            };
            dots = if dot { dots + 1 } else { 0 };
        }
        count
    }

    /// A text with the name in it: a format string may read it.
    fn text(&self, text: Literal) -> usize {
        let text = match syn::Lit::new(text) {
            syn::Lit::Str(text) => text.value(),
            _ => return 0,
        };
        usize::from(text.contains(&self.name))
    }
}

/// An iteration's own variable.
fn own(function: &mut Function, id: LoopId, var: VarId) -> VarId {
    let mut own = function.vars[var].clone();
    own.kind = VarKind::Local;
    own.home = Some(id);
    own.mutable = true;
    own.deferred = true;
    function.vars.push(own)
}

struct Rename<'a> {
    function: &'a mut Function,
    own: HashMap<VarId, VarId>,
}

impl Pass for Rename<'_> {
    fn function(&mut self) -> &mut Function {
        self.function
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        if let StmtKind::Assign {
            target: Place::Var(var),
            ..
        } = &mut stmt.kind
            && let Some(own) = self.own.get(var)
        {
            *var = *own;
        }
    }

    fn expr(&mut self, _id: crate::ir::ExprId, kind: &mut ExprKind) {
        if let ExprKind::Var(var) = kind
            && let Some(own) = self.own.get(var)
        {
            *var = *own;
        }
    }
}
