//! Iterations in strips: each part of the body for all of them, inner loops around the parts.

use super::body::Body;
use super::names::{self, emit};
use crate::analysis::plan;
use crate::ir::{AccessId, Block, ExprKind, LoopId, Pat, Scalar, Stmt, StmtKind, VarId, walk};
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
    pub plan: &'a plan::Strips,
}

impl Strips<'_> {
    /// The lanes of all variables.
    pub fn lanes(&self) -> TokenStream {
        let rt = self.body.rt();
        let vars = &self.body.function().vars;
        let carried = self.plan.carried.iter();
        let carried = carried.map(|var| (self.body.name(*var), self.body.ty(&vars[*var].ty)));
        let ahead = self.plan.ahead.iter().enumerate();
        let ahead = ahead.map(|(number, of)| (element(number), self.element_type(of[0])));
        let lanes = carried.chain(ahead).map(|(name, ty)| {
            let (lanes, count) = (lanes_of(&name), names::index(LONGEST));
            emit!(let mut #lanes: [#ty; #count] = [#rt::from_bits::<#ty>(0); #count];)
        });
        lanes.collect()
    }

    fn element_type(&self, id: AccessId) -> TokenStream {
        let function = self.body.function();
        let array = &function.vars[function.accesses[id].array];
        let view = array.ty.view();
        let view = view.unwrap_or_else(|| unreachable!("an access is one to an array"));
        self.body.scalar(view.elem)
    }

    /// The iterations of the strip `__from..__from + __count`.
    pub fn iterations(&self) -> TokenStream {
        self.parts(&self.body.region.body, true)
    }

    /// Reads the elements that an inner loop names but that do not depend on it.
    fn elements(&self, block: &Block) -> Option<TokenStream> {
        let (rt, function) = (self.body.rt(), self.body.function());
        let mut named = HashSet::new();
        walk::expressions(function, block, &mut |id| {
            if let ExprKind::Load(access) = function.exprs[id].kind {
                named.insert(access);
            }
        });
        let groups = self.plan.ahead.iter().enumerate();
        let groups = groups.filter(|(_, of)| of.iter().any(|id| named.contains(id)));
        let elements = groups.map(|(number, of)| {
            let (at, value) = (self.body.index(of[0]), self.body.read(of[0]));
            let lanes = lanes_of(&element(number));
            emit! {
                let __value = { let __at = #at; #value };
                unsafe { #rt::put(&mut #lanes, __lane, __value) };
            }
        });
        let elements: TokenStream = elements.collect();
        (!elements.is_empty()).then(|| self.each(&elements))
    }

    /// Something for each iteration of the strip.
    fn each(&self, what: &TokenStream) -> TokenStream {
        let (inner, usize) = (self.inner, self.body.scalar(Scalar::Usize));
        emit! {
            for __n in 0..__count {
                let (__t, __lane) = (__from + __n, __n as #usize);
                #inner
                #what
            }
        }
    }

    /// A block's statements.
    fn parts(&self, block: &Block, outermost: bool) -> TokenStream {
        let parts = block.stmts.chunk_by(|a, b| !is_loop(a) && !is_loop(b));
        let parts = parts.map(|part| match part {
            [
                Stmt {
                    kind: StmtKind::For(id),
                    ..
                },
            ] => self.inner_loop(*id, outermost),
            part => self.part(part),
        });
        parts.collect()
    }

    /// An inner loop, of which the outermost reads the elements that do not depend on it.
    fn inner_loop(&self, id: LoopId, outermost: bool) -> TokenStream {
        let node = &self.body.function().loops[id];
        let name = self.body.pattern(&Pat::Var(node.var));
        let ty = &self.body.function().vars[node.var].ty;
        let groups = self.plan.ahead.iter().enumerate();
        let known = groups.flat_map(|(number, of)| of.iter().map(move |id| (*id, element(number))));
        let range = self.body.range(&node.range, ty);
        let parts = self
            .body
            .behind(known.collect(), || self.parts(&node.body, false));
        // The range is that of every iteration, and none fails.
        let elements = if outermost {
            self.elements(&node.body)
        } else {
            None
        };
        let first = elements.map(|read| {
            let before = emit!(let mut __first = true;);
            (before, emit!(if __first { __first = false; #read }))
        });
        let (before, first) = first.unzip();
        emit! {
            let __t = __from;
            #before
            for #name in #range { #first #parts }
        }
    }

    /// Statements without loops. Lanes are read and written even where the statements do either
    /// alone: LLVM sees which.
    fn part(&self, stmts: &[Stmt]) -> TokenStream {
        let block = Block {
            stmts: stmts.to_vec(),
            value: None,
        };
        let rt = self.body.rt();
        let (used, bound) = (self.used(&block), bound(stmts));
        let reads = used.iter().filter(|var| !bound.contains(var));
        let reads = reads
            .map(|var| self.body.name(*var))
            .chain(self.read_ahead(&block));
        let reads = reads.map(|name| {
            let lanes = lanes_of(&name);
            emit!(let mut #name = unsafe { #rt::get(&#lanes, __lane) };)
        });
        let writes = used.iter().map(|var| {
            let name = self.body.name(*var);
            let lanes = lanes_of(&name);
            emit!(unsafe { #rt::put(&mut #lanes, __lane, #name) };)
        });
        let stmts = stmts.iter().map(|stmt| self.body.statement(stmt));
        self.each(&emit!(#(#reads)* #(#stmts)* #(#writes)*))
    }

    /// The carried variables that a part names.
    fn used(&self, block: &Block) -> Vec<VarId> {
        let mut named = bound(&block.stmts);
        walk::variables(self.body.function(), block, &mut |var| {
            _ = named.insert(var)
        });
        let carried = self.plan.carried.iter().copied();
        carried.filter(|var| named.contains(var)).collect()
    }

    /// The elements read before that a part names.
    fn read_ahead(&self, block: &Block) -> Vec<Ident> {
        let function = self.body.function();
        let mut named = Vec::new();
        walk::expressions(function, block, &mut |id| {
            if let ExprKind::Load(access) = function.exprs[id].kind {
                named.extend(self.body.ahead(access));
            }
        });
        named.sort();
        named.dedup();
        named
    }
}

/// The lanes of a variable.
fn lanes_of(name: &Ident) -> Ident {
    names::local(&format!("{name}_lanes"))
}

/// An element that was read before, by its number.
fn element(number: usize) -> Ident {
    names::local(&format!("__element{number}"))
}

fn is_loop(stmt: &Stmt) -> bool {
    matches!(stmt.kind, StmtKind::For(_))
}

/// The variables that these statements themselves bind.
fn bound(stmts: &[Stmt]) -> HashSet<VarId> {
    let mut bound = HashSet::new();
    for stmt in stmts {
        if let StmtKind::Let { pat, .. } = &stmt.kind {
            pat.variables(&mut |var| _ = bound.insert(var));
        }
    }
    bound
}
