//! Iterations in strips: each part of the body for all of them, inner loops around the parts.

use super::batch::Batch;
use super::body::Body;
use super::leaves::{self, Leaf, lanes_of};
use super::names::{self, emit};
use super::region::Region;
use super::space;
use crate::analysis::plan::{self, Ahead};
use crate::analysis::stages::{self, Part};
use crate::analysis::strips::{begins_part, is_loop, writes_element};
use crate::ir::{
    AccessId, BinaryOp, Block, ExprId, ExprKind, LoopId, Pat, Place, Scalar, Stmt, StmtKind, VarId,
    walk,
};
use crate::tables::{HashMap, HashSet};
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;

/// Iterations of a strip, at most: one has a lane for every variable that passes from part to part.
/// Long strips read what an inner loop goes through as long rows.
const LONGEST: usize = 512;

/// Bytes of lanes, which stay close to the processor, and the fewest iterations for all that.
const BYTES: usize = 4096;
const LEAST: usize = 64;

/// Iterations that go along elements of their own: their loads are not neighbours, so that more of them
/// would not make a longer vector, and all lanes are in registers.
const ABREAST: usize = 8;

/// Iterations that wait for each other: enough to hide what operations take, few enough that
/// neighbours are done at about the same time.
const LONGEST_MASKED: usize = 16;

/// Trips of an inner loop that an iteration makes with its lanes in registers.
const TRIPS: usize = 4;

/// Expressions of a trip above which it has enough to do beside the loads and stores of lanes.
const LIGHT: usize = 24;
/// The same where a trip chooses what to keep: LLVM stores a choice of a single one to the lanes of those
/// iterations alone that choose it, and processors of AMD's with AVX2 take dozens of cycles for such a store.
const LIGHT_CHOICES: usize = 64;
/// The same where iterations wait for each other, and their lanes take a way round.
const LIGHT_MASKED: usize = 64;

/// Prints strips of a region.
pub struct Strips<'a> {
    body: &'a Body<'a>,
    /// The variable of the innermost parallel loop at `__t`.
    inner: TokenStream,
    plan: &'a plan::Strips,
    /// The calls that end parts.
    batch: Batch<'a>,
}

impl<'a> Strips<'a> {
    pub fn of(region: &'a Region<'a>, plan: &'a plan::Strips) -> Self {
        Strips {
            body: &region.body,
            inner: space::inner(region),
            plan,
            batch: Batch::of(region, region.strip_calls().to_vec()),
        }
    }
}

impl Strips<'_> {
    /// Iterations of a strip, at most.
    pub fn longest(&self) -> usize {
        if self.plan.masked {
            return LONGEST_MASKED;
        }
        if self.plan.abreast {
            return ABREAST;
        }
        let carried = self.plan.carried.iter();
        let carried = carried
            .flat_map(|var| self.leaves(*var))
            .map(|leaf| leaf.ty);
        let ahead = self
            .plan
            .ahead
            .iter()
            .map(|of| self.element_type(of.accesses[0]));
        let lanes = carried.chain(ahead).chain(self.batch.types());
        let bytes: u32 = lanes.map(Scalar::bytes).sum();
        let fit = BYTES / bytes.max(1) as usize;
        fit.clamp(LEAST, LONGEST).next_power_of_two()
    }

    /// The lanes of all variables.
    pub fn lanes(&self) -> TokenStream {
        let rt = self.body.rt();
        let carried = self.plan.carried.iter();
        let carried = carried.flat_map(|var| self.leaves(*var));
        let carried = carried.map(|leaf| (leaf.lanes, leaf.ty));
        let ahead = self.plan.ahead.iter().enumerate();
        let ahead = ahead.map(|(number, of)| (lanes_of(&element(number)), of.accesses[0]));
        let written = self.plan.written.iter().enumerate();
        let written = written.map(|(number, of)| (lanes_of(&held(number)), of.access));
        let elements = ahead.chain(written);
        let elements = elements.map(|(lanes, of)| (lanes, self.element_type(of)));
        let lanes = carried.chain(elements).map(|(lanes, ty)| {
            let (ty, count) = (self.body.scalar(ty), names::index(self.longest()));
            emit!(let mut #lanes: [#ty; #count] = [#rt::from_bits::<#ty>(0); #count];)
        });
        let arguments = (!self.batch.is_empty()).then(|| {
            self.batch
                .lanes(&names::index(self.longest()).into_token_stream())
        });
        lanes.chain(arguments).collect()
    }

    /// The scalars in a carried variable.
    fn leaves(&self, var: VarId) -> Vec<Leaf> {
        leaves::leaves(&self.body.name(var), &self.body.function().vars[var].ty)
    }

    fn element_type(&self, id: AccessId) -> Scalar {
        let function = self.body.function();
        let array = &function.vars[function.accesses[id].array];
        let view = array.ty.view();
        let view = view.unwrap_or_else(|| unreachable!("an access is one to an array"));
        view.elem
    }

    /// The iterations of the strip `__from..__from + __count`, of which `last` does the statements that
    /// are not cut.
    pub fn iterations(&self, last: impl FnOnce(&TokenStream) -> TokenStream) -> TokenStream {
        let stmts = stages::flat(self.body.function(), &self.body.region.body.stmts);
        let (first, rest) = stmts.split_at(self.plan.cut);
        let parts = self.parts(first, true);
        if rest.is_empty() {
            return parts;
        }
        let block = Block::of(rest);
        let (reads, bound) = (self.used(&block), walk::bound(rest));
        let reads = reads.iter().filter(|var| !bound.contains(var));
        let reads = reads.map(|var| self.read_variable(*var));
        let last = last(&self.body.last(rest));
        let rest = self.each(&emit!(#(#reads)* #last));
        emit!(#parts #rest)
    }

    /// Reads the elements that an inner loop names but that do not depend on it.
    fn elements(&self, block: &Block) -> Option<TokenStream> {
        let function = self.body.function();
        let mut named = HashSet::default();
        walk::expressions(function, block, &mut |id| {
            if let ExprKind::Load(access) = function.exprs[id].kind {
                named.insert(access);
            }
        });
        let groups = self.plan.ahead.iter().enumerate();
        let named = |of: &Ahead| of.accesses.iter().any(|id| named.contains(id));
        let groups = groups.filter(|(_, of)| of.trip.is_none() && named(of));
        let groups: Vec<_> = groups.collect();
        (!groups.is_empty()).then(|| self.read_elements(groups))
    }

    /// Reads the elements with which each trip of a loop begins.
    fn trip_elements(&self, id: LoopId) -> Option<TokenStream> {
        let groups = self.plan.ahead.iter().enumerate();
        let groups = groups.filter(|(_, of)| of.trip == Some(id));
        let groups: Vec<_> = groups.collect();
        let none = HashMap::default();
        (!groups.is_empty()).then(|| self.body.behind(none, || self.read_elements(groups)))
    }

    fn read_elements(&self, groups: Vec<(usize, &Ahead)>) -> TokenStream {
        let rt = self.body.rt();
        let elements = groups.into_iter().map(|(number, of)| {
            let id = of.accesses[0];
            let value = if self.plan.abreast {
                self.body.load_alone(id)
            } else {
                self.body.load(id)
            };
            let lanes = lanes_of(&element(number));
            emit! {
                let __value = #value;
                unsafe { #rt::put(&mut #lanes, __lane, __value) };
            }
        });
        self.each(&elements.collect())
    }

    /// Something for each iteration of the strip.
    fn each(&self, what: &TokenStream) -> TokenStream {
        let (inner, usize) = (&self.inner, self.body.scalar(Scalar::Usize));
        let count = match self.plan.abreast {
            true => names::index(self.longest()).into_token_stream(),
            false => emit!(__count),
        };
        emit! {
            for __n in 0..#count {
                let (__t, __lane) = (__from + __n, __n as #usize);
                #inner
                #what
            }
        }
    }

    /// A block's statements.
    fn parts(&self, stmts: &[Stmt], outermost: bool) -> TokenStream {
        let function = self.body.function();
        let alone = |stmt: &Stmt| is_loop(function, stmt) || (!outermost && writes_element(stmt));
        let parts = stmts.chunk_by(|a, b| !alone(a) && !alone(b));
        let parts = parts.map(|part| match part {
            [
                stmt @ Stmt {
                    kind: StmtKind::For(id),
                    ..
                },
            ] if is_loop(function, stmt) => self.inner_loop(*id, outermost),
            [
                Stmt {
                    kind: StmtKind::While { cond, body },
                    ..
                },
            ] => self.masked(part, *cond, body),
            [
                Stmt {
                    kind:
                        StmtKind::Assign {
                            target: Place::Element(access),
                            op,
                            value,
                        },
                    ..
                },
            ] if !outermost => self.write(part, *access, *op, *value),
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
        let known = groups.flat_map(|(number, of)| {
            let accesses = of.accesses.iter();
            accesses.map(move |id| (*id, element(number)))
        });
        let range = self.body.range(&node.range, ty);
        let known: HashMap<AccessId, Ident> = known.chain(self.written_reads()).collect();
        let function = self.body.function();
        let body = stages::flat(function, &node.body.stmts);
        let mut stmts = body.iter();
        let one = !stmts.any(|stmt| is_loop(function, stmt)) && !self.plan.abreast;
        let choices = node
            .body
            .stmts
            .iter()
            .any(|stmt| self.choices(stmt).is_some());
        let light = if choices { LIGHT_CHOICES } else { LIGHT };
        let one = one && !self.makes_calls(&node.body);
        let several = (one && self.size(&node.body) <= light).then(|| {
            self.body
                .behind(known.clone(), || self.several(&node.body, &name))
        });
        let parts = self.body.behind(known, || self.parts(&body, false));
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
        let Some(several) = several else {
            let trip = self.trip_elements(id);
            return emit! {
                let __t = __from;
                #before
                for #name in #range { #first #trip #parts }
            };
        };
        let (ty, trips) = (self.body.ty(ty), names::index(TRIPS));
        emit! {
            let __t = __from;
            #before
            let mut __trips: [#ty; #trips] = [0; #trips];
            let mut __made = 0;
            for __trip in #range {
                #first
                __trips[__made % #trips] = __trip;
                __made += 1;
                if __made == #trips {
                    __made = 0;
                    #several
                }
            }
            for __trip in 0..__made {
                let #name = __trips[__trip % #trips];
                #parts
            }
        }
    }

    /// Expressions in a block.
    fn size(&self, block: &Block) -> usize {
        let mut count = 0;
        walk::expressions(self.body.function(), block, &mut |_| count += 1);
        count
    }

    /// The trips that wait, one after the other in each iteration.
    fn several(&self, body: &Block, name: &TokenStream) -> TokenStream {
        let stmts: Vec<_> = body.stmts.iter().map(|stmt| self.statement(stmt)).collect();
        let trips = (0..TRIPS).map(|trip| {
            let trip = names::index(trip);
            emit!({ let #name = __trips[#trip]; #(#stmts)* })
        });
        // What a trip binds, it alone sees.
        self.in_lanes(body, &HashSet::default(), &emit!(#(#trips)*))
    }

    /// Whether a block has calls that end parts.
    fn makes_calls(&self, block: &Block) -> bool {
        !self.batch.inside(block).is_empty()
    }

    /// Statements without loops, in pieces that end at calls, or before them.
    fn part(&self, stmts: &[Stmt]) -> TokenStream {
        let function = self.body.function();
        let mut pieces = TokenStream::new();
        let (mut first, mut made) = (0, 0);
        for (at, stmt) in stmts.iter().enumerate() {
            if self.plan.abreast && begins_part(function, &stmts[first..at], stmt) {
                pieces.extend(self.piece(&stmts[first..at], made, false));
                first = at;
            }
            for number in self.batch.inside(&Block::of(&stmts[at..=at])) {
                pieces.extend(self.piece(&stmts[first..at], number, true));
                (first, made) = (at, number + 1);
            }
        }
        pieces.extend(self.piece(&stmts[first..], made, false));
        pieces
    }

    /// Statements behind the calls before that of this number, and that call.
    fn piece(&self, stmts: &[Stmt], number: usize, calls: bool) -> TokenStream {
        let part = Part {
            stmts: stmts.to_vec(),
            call: calls.then(|| self.batch.number(number)),
        };
        let block = part.block(self.body.function());
        let (code, call) = self.batch.after(number, || {
            let stmts = stmts.iter().map(|stmt| self.statement(stmt));
            let stmts: TokenStream = stmts.collect();
            let arguments = calls.then(|| self.batch.give(number));
            let call = calls.then(|| self.batch.calls(number));
            (emit!(#stmts #arguments), call)
        });
        let values = self.batch.get(number, &block);
        let lanes = self.in_lanes(&block, &part.bound(), &emit!(#values #code));
        emit!(#lanes #call)
    }

    /// A statement, as choices if it is one: LLVM makes branches of conditions on the way.
    fn statement(&self, stmt: &Stmt) -> TokenStream {
        let Some((cond, assignments)) = self.choices(stmt) else {
            return self.body.statement(stmt);
        };
        let (rt, cond) = (self.body.rt(), self.body.expr(cond));
        let choices = assignments.into_iter().map(|(var, value)| {
            let (name, value) = (self.body.name(var), self.body.expr(value));
            emit!(#name = #rt::select_unpredictable(__chosen, #value, #name);)
        });
        let choices: TokenStream = choices.collect();
        emit!({ let __chosen = #cond; #choices })
    }

    /// The condition and the assignments of `if c { best = x; at = j; }`, if their values are at hand.
    fn choices(&self, stmt: &Stmt) -> Option<(ExprId, Vec<(VarId, ExprId)>)> {
        let StmtKind::Expr(id) = stmt.kind else {
            return None;
        };
        let ExprKind::If {
            cond,
            then: Block { stmts, value: None },
            otherwise: None,
        } = &self.body.function().exprs[id].kind
        else {
            return None;
        };
        let assignments = stmts.iter().map(|stmt| match stmt.kind {
            StmtKind::Assign {
                target: Place::Var(var),
                op: None,
                value,
            } if self.keeps(var) && self.is_at_hand(value) => Some((var, value)),
            _ => None,
        });
        let assignments: Option<Vec<_>> = assignments.collect();
        Some((*cond, assignments?))
    }

    /// Whether a variable has a lane, and a value from the start.
    fn keeps(&self, var: VarId) -> bool {
        let of = &self.body.function().vars[var];
        self.plan.carried.contains(&var) && !of.deferred && of.ty.scalar().is_some()
    }

    /// Whether a value takes nothing to compute.
    fn is_at_hand(&self, id: ExprId) -> bool {
        let function = self.body.function();
        let whole = |id: ExprId| function.exprs[id].ty.scalar().is_some_and(Scalar::is_int);
        match function.exprs[id].kind {
            ExprKind::Var(_) | ExprKind::Int(..) | ExprKind::Float(..) | ExprKind::Bool(_) => true,
            ExprKind::Cast(of, to) => whole(of) && to.is_int() && self.is_at_hand(of),
            _ => false,
        }
    }

    /// The accesses that read what a trip wrote.
    fn written_reads(&self) -> impl Iterator<Item = (AccessId, Ident)> {
        let written = self.plan.written.iter().enumerate();
        written.flat_map(|(number, of)| {
            let reads = of.reads.iter();
            reads.map(move |id| (*id, held(number)))
        })
    }

    /// A statement that writes an element of an array: all iterations compute their values before they
    /// store them, as no vector would be made of stores to far places.
    fn write(
        &self,
        part: &[Stmt],
        access: AccessId,
        op: Option<BinaryOp>,
        value: ExprId,
    ) -> TokenStream {
        let written = self.plan.written.iter();
        let Some(number) = written.clone().position(|of| of.access == access) else {
            return self.part(part);
        };
        let (value, store) = self.body.in_two(access, op, value);
        let block = Block::of(part);
        let (rt, name) = (self.body.rt(), held(number));
        let lanes = lanes_of(&name);
        let keep = emit!(unsafe { #rt::put(&mut #lanes, __lane, __value) };);
        let none = HashSet::default();
        let first = self.in_lanes(&block, &none, &emit!(let __value = #value; #keep));
        let held = emit!(let __value = unsafe { #rt::get(&#lanes, __lane) };);
        let second = self.in_lanes(&block, &none, &emit!(#held #store));
        emit!(#first #second)
    }

    /// A `while` loop, as long as any iteration goes on. What changes in it goes to lanes of its own
    /// and back: LLVM would store in place for those alone that go on, and masked stores are slow.
    fn masked(&self, part: &[Stmt], cond: ExprId, body: &Block) -> TokenStream {
        let block = Block::of(part);
        let rt = self.body.rt();
        let (bool, u64) = (
            self.body.scalar(Scalar::Bool),
            self.body.scalar(Scalar::U64),
        );
        let (used, changed) = (self.used(&block), self.changed(&block));
        let reads = used.iter().map(|var| self.read_variable(*var));
        let trips = if self.size(&block) <= LIGHT_MASKED {
            TRIPS
        } else {
            1
        };
        let (cond, body) = (self.body.expr(cond), self.body.block(body));
        let names: Vec<Ident> = changed.iter().map(|var| self.body.name(*var)).collect();
        let positions = (0..names.len()).map(names::index);
        // Computed for all, so that no branch is left for LLVM to make more branches of.
        let trip = emit! {
            __goes_on &= #cond;
            let __next = {
                #(let mut #names = #names;)*
                #body
                (#(#names,)*)
            };
            #(if __goes_on { #names = __next.#positions; })*
        };
        let trips = std::iter::repeat_n(trip, trips);
        let lanes: Vec<Ident> = names.iter().map(lanes_of).collect();
        let next = lanes.iter().map(|lanes| format!("{lanes}_next"));
        let next: Vec<Ident> = next.map(|name| names::local(&name)).collect();
        let trips = self.each(&emit! {
            #(#reads)*
            let mut __goes_on: #bool = true;
            #(#trips)*
            __any |= __goes_on as #u64;
            #(unsafe { #rt::put(&mut #next, __lane, #names) };)*
        });
        emit! {
            #(let mut #next = #lanes;)*
            loop {
                let mut __any: #u64 = 0;
                #trips
                #(#lanes = #next;)*
                if __any == 0 { break; }
            }
        }
    }

    fn read_variable(&self, var: VarId) -> TokenStream {
        let rt = self.body.rt();
        let (name, ty) = (self.body.name(var), &self.body.function().vars[var].ty);
        let mut scalars = self.leaves(var).into_iter().map(|leaf| {
            let lanes = leaf.lanes;
            emit!(unsafe { #rt::get(&#lanes, __lane) })
        });
        let value = leaves::value(ty, &mut scalars);
        emit!(let mut #name = #value;)
    }

    fn read_lane(&self, name: &Ident) -> TokenStream {
        let (rt, lanes) = (self.body.rt(), lanes_of(name));
        emit!(let mut #name = unsafe { #rt::get(&#lanes, __lane) };)
    }

    /// The code of a block for each iteration of the strip. Lanes are read, but for those that it
    /// binds, and written even where the block does either alone: LLVM sees which.
    fn in_lanes(&self, block: &Block, bound: &HashSet<VarId>, code: &TokenStream) -> TokenStream {
        let rt = self.body.rt();
        let used = self.used(block);
        let reads = used.iter().filter(|var| !bound.contains(var));
        let reads = reads.map(|var| self.read_variable(*var));
        let ahead = self.read_ahead(block);
        let reads = reads.chain(ahead.iter().map(|name| self.read_lane(name)));
        let writes = used.iter().flat_map(|var| self.leaves(*var)).map(|leaf| {
            let Leaf { lanes, place, .. } = leaf;
            emit!(unsafe { #rt::put(&mut #lanes, __lane, #place) };)
        });
        self.each(&emit!(#(#reads)* #code #(#writes)*))
    }

    /// The carried variables that a part names.
    fn used(&self, block: &Block) -> Vec<VarId> {
        let mut named = walk::bound(&block.stmts);
        walk::variables(self.body.function(), block, &mut |var| {
            _ = named.insert(var)
        });
        let carried = self.plan.carried.iter().copied();
        carried.filter(|var| named.contains(var)).collect()
    }

    /// The carried variables that a part assigns to.
    fn changed(&self, block: &Block) -> Vec<VarId> {
        let mut assigned = HashSet::default();
        walk::statements(self.body.function(), block, &mut |stmt| {
            if let StmtKind::Assign { target, .. } = &stmt.kind {
                assigned.extend(target.variable());
            }
        });
        let carried = self.plan.carried.iter().copied();
        carried.filter(|var| assigned.contains(var)).collect()
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

/// An element that was read before, by its number.
fn element(number: usize) -> Ident {
    names::local(&format!("__element{number}"))
}

/// An element that was written, by its number.
fn held(number: usize) -> Ident {
    names::local(&format!("__written{number}"))
}
