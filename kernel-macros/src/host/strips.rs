//! Iterations in strips: each part of the body for all of them, inner loops around the parts.

use super::body::Body;
use super::names::{self, emit};
use crate::ir::{Block, LoopId, Pat, Stmt, StmtKind, VarId, walk};
use proc_macro2::{Ident, TokenStream};
use std::collections::HashSet;

/// Iterations of a strip, for each of which there is a lane of every variable that passes from
/// part to part: 512 bytes of the widest type.
pub const LONGEST: usize = 64;

/// Prints strips of a region.
pub struct Strips<'a> {
    pub body: &'a Body<'a>,
    /// The variable of the innermost parallel loop at `__t`.
    pub inner: &'a TokenStream,
    /// Variables that pass from part to part.
    pub carried: &'a [VarId],
}

impl Strips<'_> {
    /// The lanes of all variables.
    pub fn lanes(&self) -> TokenStream {
        let rt = self.body.rt();
        let lanes = self.carried.iter().map(|var| {
            let (name, ty) = (self.lane(*var), &self.body.function().vars[*var].ty);
            let (ty, count) = (self.body.ty(ty), names::index(LONGEST));
            emit!(let mut #name: [#ty; #count] = [#rt::from_bits::<#ty>(0); #count];)
        });
        lanes.collect()
    }

    fn lane(&self, var: VarId) -> Ident {
        names::local(&format!("{}_lanes", self.body.name(var)))
    }

    /// A block's statements for the strip `__from..__from + __count`.
    pub fn parts(&self, block: &Block) -> TokenStream {
        let parts = block.stmts.chunk_by(|a, b| !is_loop(a) && !is_loop(b));
        let parts = parts.map(|part| match part {
            [
                Stmt {
                    kind: StmtKind::For(id),
                    ..
                },
            ] => self.inner_loop(*id),
            part => self.part(part),
        });
        parts.collect()
    }

    fn inner_loop(&self, id: LoopId) -> TokenStream {
        let node = &self.body.function().loops[id];
        let name = self.body.pattern(&Pat::Var(node.var));
        let ty = &self.body.function().vars[node.var].ty;
        let (range, parts) = (self.body.range(&node.range, ty), self.parts(&node.body));
        emit!(for #name in #range { #parts })
    }

    /// Statements without loops. Lanes are read and written even where the statements do either
    /// alone: LLVM sees which.
    fn part(&self, stmts: &[Stmt]) -> TokenStream {
        let block = Block {
            stmts: stmts.to_vec(),
            value: None,
        };
        let used = self.used(&block);
        let usize = self.body.scalar(crate::ir::Scalar::Usize);
        let all: Vec<_> = used
            .iter()
            .map(|var| (self.body.name(*var), self.lane(*var)))
            .collect();
        let bound = bound(stmts);
        let reads = used
            .iter()
            .zip(&all)
            .filter(|(var, _)| !bound.contains(var));
        let reads = reads
            .map(|(_, (name, lane))| emit!(let mut #name = unsafe { *#lane.get_unchecked(__at) };));
        let writes = all
            .iter()
            .map(|(name, lane)| emit!(unsafe { *#lane.get_unchecked_mut(__at) = #name };));
        let (inner, stmts) = (
            self.inner,
            stmts.iter().map(|stmt| self.body.statement(stmt)),
        );
        emit! {
            for __n in 0..__count {
                let (__t, __at) = (__from + __n, __n as #usize);
                #inner
                #(#reads)*
                #(#stmts)*
                #(#writes)*
            }
        }
    }

    /// The carried variables that a part names.
    fn used(&self, block: &Block) -> Vec<VarId> {
        let mut named = bound(&block.stmts);
        walk::variables(self.body.function(), block, &mut |var| {
            _ = named.insert(var)
        });
        let carried = self.carried.iter().copied();
        carried.filter(|var| named.contains(var)).collect()
    }
}

fn is_loop(stmt: &Stmt) -> bool {
    matches!(stmt.kind, StmtKind::For(_))
}

/// The variables that these statements themselves bind.
fn bound(stmts: &[Stmt]) -> HashSet<VarId> {
    let mut bound = HashSet::new();
    for stmt in stmts {
        if let StmtKind::Let { pat, .. } = &stmt.kind {
            names_of(pat, &mut bound);
        }
    }
    bound
}

fn names_of(pat: &Pat, bound: &mut HashSet<VarId>) {
    match pat {
        Pat::Var(var) => _ = bound.insert(*var),
        Pat::Tuple(parts) => parts.iter().for_each(|part| names_of(part, bound)),
        Pat::Wild => {}
    }
}
