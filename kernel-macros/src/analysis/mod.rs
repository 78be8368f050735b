//! Loops, index forms, dependences, reductions: IR in, [`Plan`] or problems out.
//!
//! Every outermost loop is a candidate. A candidate's perfect nest is tried from the deepest on:
//! [`scan`] finds its accesses and whatever a region cannot hold, [`depend`] proves the iterations
//! independent, possibly with the loops inside out ([`interchange`]), [`reduce`] recognises what they combine ([`shared`]: into which arrays), [`bounds`] decides what the guard checks,
//! [`sites`] where an iteration can fail. If no depth will do, the loop stays in the driver and the
//! loops inside it are the candidates.

mod across;
pub mod alike;
#[cfg(test)]
mod attacks;
mod bounds;
pub mod builtins;
mod cost;
mod depend;
#[cfg(test)]
mod everyday;
mod extent;
mod facts;
mod follow;
mod form;
#[cfg(test)]
mod forms;
mod function;
mod fuse;
mod handover;
pub mod in_place;
mod interchange;
mod interior;
mod interval;
#[cfg(test)]
mod iterators;
mod meeting;
mod nest;
#[cfg(test)]
mod optional;
#[cfg(test)]
mod oracle;
pub mod plan;
mod poly;
mod polyhedron;
#[cfg(test)]
mod precision;
mod private;
mod promote;
mod radix;
pub mod reduce;
mod saved;
mod scan;
mod shared;
pub mod sites;
pub mod stages;
pub mod steps;
pub mod strips;
#[cfg(test)]
pub mod tests;
mod texts;
#[cfg(test)]
mod totals;
mod words;
mod zeros;

pub use function::device_function;

use crate::diagnostics::Sink;
use crate::infer::Mismatch;
use crate::ir::{
    AccessId, Adapter, Block, CalleeKind, ExprKind, Function, LoopId, Proof, Span, VarId, verify,
    walk,
};
use extent::to_wide;
use form::{Fit, Former};
use interchange::Interchange;
use plan::{
    ArrayUse, Condition, Element, NestLoop, Plan, Promoted, Reason, Region, Test, Verdict, Wide,
    WideAdapter,
};
use promote::Promotion;
use scan::Scan;
use std::collections::{HashMap, HashSet};

/// Judges every loop. Problems that make the attribute an error go to the sink.
pub fn analyse(
    function: &mut Function,
    mismatches: &[Mismatch],
    independent: &[proc_macro2::Ident],
    sink: &mut Sink,
) -> Plan {
    let independent = named_arrays(function, independent, sink);
    function.definitions = facts::definitions(function);
    let verdicts = function
        .loops
        .ids()
        .map(|_| Verdict::Driver(Vec::new()))
        .collect();
    let plan = Plan {
        regions: Vec::new(),
        verdicts,
        kept_from_more: HashMap::new(),
        fused: HashMap::new(),
        apart: HashMap::new(),
    };
    let followers = fuse::followers(function);
    let mut judge = Judge {
        function,
        mismatches,
        independent: &independent,
        followers,
        plan,
    };
    // Collected first: loops may change places.
    let outermost = judge.function.loops.iter();
    let outermost = outermost.filter(|(_, node)| node.parent.is_none());
    let outermost: Vec<LoopId> = outermost.map(|(id, _)| id).collect();
    for id in outermost {
        judge.candidate(id);
    }
    let plan = judge.plan;
    report_problems(function, &plan, sink);
    plan
}

/// The arrays that the user vouches for.
fn named_arrays(
    function: &Function,
    names: &[proc_macro2::Ident],
    sink: &mut Sink,
) -> HashSet<VarId> {
    let mut arrays = HashSet::new();
    for name in names {
        let found: Vec<VarId> = function
            .vars
            .iter()
            .filter(|(_, var)| var.ident == *name && var.ty.view().is_some())
            .map(|(id, _)| id)
            .collect();
        if found.is_empty() {
            let message = format!("`{name}` is no array of this function");
            sink.push(Span::at(name.span()), message, None);
        }
        arrays.extend(found);
    }
    arrays
}

/// Refuses, by name, what the device has no word for yet.
pub fn refuse_on_device(function: &Function, plan: &Plan, sink: &mut Sink) {
    for region in &plan.regions {
        walk::expressions(function, &region.body, &mut |id| {
            let node = &function.exprs[id];
            if let ExprKind::Call(builtin, _) = &node.kind
                && builtin.is_elementary()
                && function.std_math
            {
                let help = texts::NOT_ON_DEVICE_HELP.to_string();
                sink.push(node.span, texts::not_on_device(builtin.name()), Some(help));
            }
            if let ExprKind::Apply(callee, _) = node.kind {
                let callee = &function.callees[callee];
                if callee.kind == CalleeKind::Assumed {
                    let help = texts::NO_DEVICE_FORM_HELP.to_string();
                    sink.push(node.span, texts::no_device_form(&callee.name), Some(help));
                }
                if callee.hidden {
                    let help = texts::HIDDEN_NAME_HELP.to_string();
                    sink.push(node.span, texts::hidden_name(&callee.name), Some(help));
                }
            }
        });
    }
}

struct Judge<'a> {
    function: &'a mut Function,
    mismatches: &'a [Mismatch],
    independent: &'a HashSet<VarId>,
    /// The loop behind a loop, where nothing is between.
    followers: HashMap<LoopId, LoopId>,
    plan: Plan,
}

impl Judge<'_> {
    fn candidate(&mut self, id: LoopId) {
        let fused = matches!(self.plan.verdicts[id.index()], Verdict::Fused(_));
        if self.function.loops[id].inlined || fused {
            return;
        }
        self.fuse(id);
        let reasons = match self.region(id) {
            Ok(()) => return,
            Err(reasons) => reasons,
        };
        self.plan.verdicts[id.index()] = Verdict::Driver(reasons);
        handover::arrays_of(self.function, id);
        let children: Vec<LoopId> = self
            .function
            .loops
            .iter()
            .filter(|(_, node)| node.parent == Some(id))
            .map(|(child, _)| child)
            .collect();
        for child in children {
            self.candidate(child);
        }
    }

    /// Makes a region of the loop, as deep a nest as can be proved.
    fn region(&mut self, id: LoopId) -> Result<(), Vec<Reason>> {
        if let Some(opaque) = &self.function.loops[id].opaque {
            return Err(vec![Reason {
                message: texts::not_in_a_region(&opaque.what),
                span: self.function.loops[id].range_span,
                help: opaque.help.clone(),
                second: None,
            }]);
        }
        if self.function.loops[id].listed {
            return Err(vec![Reason {
                message: texts::LISTED.to_string(),
                span: self.function.loops[id].range_span,
                help: None,
                second: None,
            }]);
        }
        let borrowed = private::privatize(self.function, id);
        let judged = self.somehow(id);
        if let (Err(_), Some(saved)) = (&judged, borrowed) {
            saved.restore(self.function);
        }
        judged
    }

    /// Makes a region of the loop, in the first way that the proof allows.
    fn somehow(&mut self, id: LoopId) -> Result<(), Vec<Reason>> {
        let nest = nest::perfect(self.function, id);
        let exact = self.deepest(&nest, Sharing::Nothing);
        if exact.is_ok() || self.interchanged(id) {
            return Ok(());
        }
        let shared = self.deepest(&nest, Sharing::Arrays);
        if shared.is_ok() || self.promoted(id) {
            return Ok(());
        }
        shared
    }

    /// Makes a region of the loop with scalars in the place of elements (rule R9).
    fn promoted(&mut self, id: LoopId) -> bool {
        let Some(promotion) = Promotion::of(self.function, id) else {
            return false;
        };
        let nest = nest::perfect(self.function, id);
        let holds = self.deepest(&nest, Sharing::Elements(&promotion)).is_ok();
        if !holds {
            promotion.restore(self.function);
        }
        holds
    }

    /// The deepest part of a nest that can be proved.
    fn deepest(&mut self, nest: &[LoopId], sharing: Sharing) -> Result<(), Vec<Reason>> {
        let mut reasons = Vec::new();
        for depth in (1..=nest.len()).rev() {
            match self.attempt(&nest[..depth], sharing) {
                Ok(()) => {
                    if let Some(next) = nest.get(depth) {
                        self.plan.kept_from_more.insert(*next, reasons);
                    }
                    return Ok(());
                }
                Err(found) => reasons = found,
            }
        }
        Err(reasons)
    }

    /// Makes a region of the loops inside, with the loop itself inside them (rule R7).
    fn interchanged(&mut self, outer: LoopId) -> bool {
        let Some(interchange) = Interchange::of(self.function, outer) else {
            return false;
        };
        let inner = &interchange.inner;
        (1..=inner.len()).rev().any(|depth| {
            let Some(saved) = interchange.apply(self.function, depth) else {
                return false;
            };
            let sharing = Sharing::Order(outer);
            if self.attempt(&inner[..depth], sharing).is_err() {
                saved.restore(self.function);
                return false;
            }
            let region = self.plan.regions.len() - 1;
            self.plan.verdicts[inner[0].index()] = Verdict::Nested;
            self.plan.verdicts[outer.index()] = Verdict::Region(region);
            true
        })
    }

    fn attempt(&mut self, nest: &[LoopId], sharing: Sharing) -> Result<(), Vec<Reason>> {
        let draft = self.drafter(sharing).draft(nest)?;
        let Draft {
            mut region,
            scan,
            exempt_nodes,
            reduce,
        } = draft;
        reduce::apply(
            self.function,
            &reduce.rewrites,
            &mut region.accumulators,
            &region.extremes,
        );
        region.index = self.plan.regions.len();
        region.body = nest::body(self.function, nest);
        let exempt = sites::Exempt {
            bounds: &region.bounds,
            nodes: &exempt_nodes,
            compounds: &reduce.compounds,
        };
        let found = sites::plan(self.function, &region.body, &exempt);
        region.take_sites(found);
        for lazy in &reduce.lazy {
            let sites = sites::below(self.function, lazy.operand, &region.site_of);
            region.undecided.extend(sites);
            region.undecided_calls |= sites::calls(self.function, lazy.operand);
        }
        verify::region_body(self.function, &region.body);
        let former = Former::new(self.function, nest);
        region.strips = strips::find(&former, &region);
        region.blocks = across::may(&region);
        region.across = region.blocks && across::find(&former, &region);
        follow::find(&former, &mut region);
        for (position, id) in nest.iter().enumerate() {
            self.plan.verdicts[id.index()] = match position {
                0 => Verdict::Region(region.index),
                _ => Verdict::Nested,
            };
        }
        for id in scan.inner_loops {
            self.plan.verdicts[id.index()] = Verdict::Inner;
        }
        self.plan.regions.push(region);
        Ok(())
    }
}

impl Region {
    fn take_sites(&mut self, found: sites::Sites) {
        self.sites = found.sites;
        self.site_of = found.numbers;
        self.calls = found.calls;
    }
}

/// Whether an operand fails must not depend on the order of iterations, unless the verbatim loop
/// can still run once it has.
fn lazy_reasons(function: &Function, draft: &Draft) -> Vec<Reason> {
    let writes = draft.region.arrays.iter().any(|array| array.writes);
    if draft.reduce.lazy.is_empty() || !writes {
        return Vec::new();
    }
    let exempt = sites::Exempt {
        bounds: &draft.region.bounds,
        nodes: &draft.exempt_nodes,
        compounds: &draft.reduce.compounds,
    };
    let numbers = sites::plan(function, &draft.region.body, &exempt).numbers;
    let failing = draft
        .reduce
        .lazy
        .iter()
        .filter(|lazy| sites::can_fail(function, lazy.operand, &numbers));
    failing
        .map(|lazy| {
            let name = function.vars[lazy.var].ident.to_string();
            Reason {
                message: texts::lazy_failure(&name),
                span: function.exprs[lazy.operand].span,
                help: Some(lazy.help.clone()),
                second: None,
            }
        })
        .collect()
}

/// A region that holds, before the body is rewritten for its reductions.
struct Draft {
    region: Region,
    scan: Scan,
    exempt_nodes: HashSet<crate::ir::ExprId>,
    reduce: reduce::ReducePlan,
}

/// What iterations may have in common.
#[derive(Clone, Copy)]
enum Sharing<'a> {
    /// Accumulators that are no arrays.
    Nothing,
    /// Also arrays into whose elements they combine.
    Arrays,
    /// Nothing at all but this loop, which stood around the nest.
    Order(LoopId),
    /// Accumulators that are no arrays, some in the place of elements.
    Elements(&'a Promotion),
}

/// Puts drafts together.
struct Drafter<'a> {
    function: &'a Function,
    mismatches: &'a [Mismatch],
    independent: &'a HashSet<VarId>,
    sharing: Sharing<'a>,
}

impl Drafter<'_> {
    fn draft(&self, nest: &[LoopId]) -> Result<Draft, Vec<Reason>> {
        let function = self.function;
        let former = Former::new(function, nest);
        let mut reasons = type_reasons(function, nest, self.mismatches);
        let in_order = match self.sharing {
            Sharing::Order(outer) => Some(outer),
            _ => None,
        };
        let loops = nest_loops(&former, in_order.is_none(), &mut reasons);
        let scan = scan::scan(function, nest, &former);
        reasons.extend(scan.reasons.iter().cloned());
        if !reasons.is_empty() {
            return Err(reasons);
        }
        // Where data chooses the elements, copies of the array leave more loops parallel.
        if in_order.is_some() && scan.writes_by_data(&former) {
            return Err(reasons);
        }
        let body = nest::body(function, nest);
        let (mut depend, shared) = self.dependences(&former, &scan, &body);
        let (elements, promoted) = self.elements();
        let back = promoted.iter().filter_map(|of| of.back);
        let back: Vec<AccessId> = back.collect();
        depend::apart(&former, &scan.visits, &back, &mut depend);
        let mut reduce = reduce::plan(function, &body, &scan.assigned, &shared);
        if let (Some(_), Some((var, span))) = (in_order, scan.assigned.first()) {
            let name = function.vars[*var].ident.to_string();
            reasons.push(Reason {
                message: texts::last_value(&name),
                span: *span,
                help: None,
                second: None,
            });
        }
        let mut bounds = bounds::plan(&former, &scan.visits, &depend.proved);
        bounds.take_over(&former, &scan.checks);
        bounds.divisions(&former, &body);
        reasons.extend(depend.reasons.iter().chain(&reduce.reasons).cloned());
        // What follows from a variable is not said beside what is said of the variable.
        if reduce.reasons.is_empty() {
            reasons.extend(depend.consequences.iter().cloned());
        }
        if !reasons.is_empty() {
            return Err(reasons);
        }
        let (space, nest_loops) = loops.expect("a nest without loops has a reason");
        let mut guard = bounds.guard;
        guard.extend(depend.guard);
        distinct(&mut guard);
        let mut relaxed = bounds.relaxed;
        distinct(&mut relaxed);
        let mut exempt_nodes = bounds.covered;
        exempt_nodes.extend(&reduce.combining);
        let mut region = Region {
            index: 0,
            nest: nest_loops,
            in_order,
            body: body.clone(),
            scalars: Vec::new(),
            arrays: Vec::new(),
            accumulators: std::mem::take(&mut reduce.accumulators),
            shared: std::mem::take(&mut reduce.shared),
            elements,
            promoted,
            extremes: std::mem::take(&mut reduce.extremes),
            bounds: bounds.bounds,
            free: bounds.free,
            space,
            guard,
            relaxed,
            relaxed_nodes: bounds.divisions,
            interior: interior::find(&former, &body),
            strips: None,
            across: false,
            blocks: false,
            turns: false,
            rounds_otherwise: false,
            sites: Vec::new(),
            site_of: HashMap::new(),
            calls: Vec::new(),
            undecided: Vec::new(),
            undecided_calls: false,
            proofs: proofs(function, nest, &scan),
            cost: cost::of_iteration(&former, &body),
        };
        capture(function, &scan, &mut region);
        let draft = Draft {
            region,
            scan,
            exempt_nodes,
            reduce,
        };
        let reasons = lazy_reasons(function, &draft);
        if reasons.is_empty() {
            Ok(draft)
        } else {
            Err(reasons)
        }
    }

    /// The elements that scalars stand for, and the scalars.
    fn elements(&self) -> (Vec<Element>, Vec<Promoted>) {
        match self.sharing {
            Sharing::Elements(of) => (of.elements.clone(), of.promoted.clone()),
            _ => Default::default(),
        }
    }

    /// The dependences between iterations, and the arrays that accumulate instead (rule R6).
    fn dependences(
        &self,
        former: &Former,
        scan: &Scan,
        body: &Block,
    ) -> (depend::DependPlan, Vec<VarId>) {
        let plan = depend::plan(former, &scan.visits, self.independent);
        if !matches!(self.sharing, Sharing::Arrays)
            || !shared::needs_copies(former, &scan.visits, &plan.conflicts)
        {
            return (plan, Vec::new());
        }
        let shared = reduce::combined(self.function, body, &plan.conflicts);
        if shared.is_empty() {
            return (plan, shared);
        }
        let mut exempt = self.independent.clone();
        exempt.extend(&shared);
        (depend::plan(former, &scan.visits, &exempt), shared)
    }
}

/// Keeps the first of equal conditions.
fn distinct(conditions: &mut Vec<Condition>) {
    let mut seen = HashSet::new();
    conditions.retain(|condition| seen.insert(format!("{:?}", condition.test)));
}

/// Types that do not fit anywhere in the nest.
fn type_reasons(function: &Function, nest: &[LoopId], mismatches: &[Mismatch]) -> Vec<Reason> {
    let inside = |home: Option<LoopId>| {
        let mut home = home;
        while let Some(id) = home {
            if id == nest[0] {
                return true;
            }
            home = function.loops[id].parent;
        }
        false
    };
    let mut reasons = Vec::new();
    for mismatch in mismatches.iter().filter(|mismatch| inside(mismatch.home)) {
        let message = texts::mismatch(&mismatch.message);
        reasons.push(Reason {
            message,
            span: mismatch.span,
            help: None,
            second: None,
        });
    }
    for id in nest {
        let var = &function.vars[function.loops[*id].var];
        if var.ty.scalar().is_none_or(|ty| !ty.is_int()) {
            let name = var.ident.to_string();
            let help = "give one of the range's ends a type, as in `0..n as usize`".to_string();
            let message = texts::unknown_type(&name);
            let span = function.loops[*id].range_span;
            reasons.push(Reason {
                message,
                span,
                help: Some(help),
                second: None,
            });
        }
    }
    reasons
}

type Space = (Vec<Condition>, Vec<NestLoop>);

/// The parallel loops with their bounds; inner ones must not depend on outer ones. `driven` says
/// that the driver evaluates the outermost one's range.
fn nest_loops(former: &Former, driven: bool, reasons: &mut Vec<Reason>) -> Option<Space> {
    let function = former.function;
    let mut space = Vec::new();
    let mut loops = Vec::new();
    for (position, id) in former.nest.iter().enumerate() {
        let node = &function.loops[*id];
        let ty = function.vars[node.var].ty.scalar()?;
        match parallel_loop(former, driven && position == 0, *id, ty) {
            Some((node, conditions)) => {
                space.extend(conditions);
                loops.push(node);
            }
            None => {
                let index = function.vars[node.var].ident.to_string();
                let of_iterator = node.iteration.is_some();
                let (message, help) = texts::unknown_range(&index, position, of_iterator);
                reasons.push(Reason {
                    message,
                    span: node.range_span,
                    help,
                    second: None,
                });
                return None;
            }
        }
    }
    Some((space, loops))
}

fn parallel_loop(
    former: &Former,
    driven: bool,
    id: LoopId,
    ty: crate::ir::Scalar,
) -> Option<(NestLoop, Vec<Condition>)> {
    let node = &former.function.loops[id];
    let range = &node.range;
    let end_of = |expr| {
        let form = former.typed_form(expr);
        match form {
            Some(form) if form.poly.is_invariant() => {
                let mut fits = form.fits;
                // Nobody else evaluates it: the loop as written fails where it does.
                if fits.is_empty() && !(driven && node.iteration.is_none()) {
                    fits = former.arithmetic_within(expr)?;
                }
                Some((to_wide(former, &form.poly), fits))
            }
            // Only the driver can evaluate it.
            _ if driven && node.iteration.is_none() => Some((Wide::Atom(expr), Vec::new())),
            _ => None,
        }
    };
    let (start, start_fits) = end_of(range.start)?;
    let (end, end_fits) = end_of(range.end)?;
    let mut fits: Vec<Fit> = start_fits.into_iter().chain(end_fits).collect();
    let mut adapters = Vec::new();
    for adapter in &range.adapters {
        adapters.push(match adapter {
            Adapter::Rev => WideAdapter::Rev,
            Adapter::StepBy(step) => {
                let (wide, more) = end_of(*step)?;
                fits.extend(more);
                WideAdapter::StepBy(wide)
            }
        });
    }
    let mut conditions: Vec<Condition> = fits
        .iter()
        .map(|fit| {
            let test = Test::Fits(to_wide(former, &fit.poly), fit.scalar);
            let test = if fit.debug {
                Test::Debug(Box::new(test))
            } else {
                test
            };
            let name = &former.function.vars[node.var].ident;
            Condition {
                test,
                purpose: format!("the range of `{name}` does not wrap"),
            }
        })
        .collect();
    if let Some(iteration) = &node.iteration {
        for required in &iteration.requires {
            let test = bounds::invariant_check(former, *required)?;
            let purpose = format!("`{}` is in bounds", iteration.text);
            conditions.push(Condition { test, purpose });
        }
    }
    let inclusive = range.inclusive;
    Some((
        NestLoop {
            id,
            var: node.var,
            ty,
            start,
            end,
            inclusive,
            adapters,
        },
        conditions,
    ))
}

/// What rustc has to confirm in front of the region. Types of one name are one type there.
fn proofs(function: &Function, nest: &[LoopId], scan: &Scan) -> Vec<Proof> {
    let loops = nest.iter().chain(&scan.inner_loops);
    let mut types = HashSet::new();
    let all = loops.flat_map(|id| &function.loops[*id].proofs);
    all.filter(|proof| match proof {
        Proof::Type { tokens, .. } => types.insert(tokens.to_string()),
        _ => true,
    })
    .cloned()
    .collect()
}

/// Fills in what the region reads: scalars by value, arrays by handle.
fn capture(function: &Function, scan: &Scan, region: &mut Region) {
    let accumulates = |var: &VarId| region.accumulators.iter().any(|acc| acc.var == *var);
    let mut scalars: Vec<VarId> = scan
        .reads
        .iter()
        .copied()
        .filter(|var| !accumulates(var))
        .collect();
    let mut lengths: Vec<VarId> = Vec::new();
    let mut visit = |wide: &Wide| captured_by(function, wide, &mut scalars, &mut lengths);
    for condition in region
        .space
        .iter()
        .chain(&region.guard)
        .chain(&region.relaxed)
    {
        condition.test.for_each_wide(&mut visit);
    }
    if let Some(interior) = &region.interior {
        visit(&interior.from);
        visit(&interior.to);
        let given = interior.given.iter();
        given.for_each(|test| test.for_each_wide(&mut visit));
    }
    for (position, node) in region.nest.iter().enumerate() {
        // The driver evaluates the outermost range as it is written.
        let iterates = function.loops[node.id].iteration.is_some();
        if position == 0 && !iterates && region.in_order.is_none() {
            continue;
        }
        visit(&node.start);
        visit(&node.end);
        for adapter in &node.adapters {
            if let WideAdapter::StepBy(step) = adapter {
                visit(step);
            }
        }
    }
    visit(&region.cost);
    for promoted in &region.promoted {
        visit(&Wide::Atom(promoted.start));
    }
    scalars.retain(|var| !region.elements.iter().any(|element| element.var == *var));
    let accessed = region.elements.iter();
    lengths.extend(accessed.map(|element| function.accesses[element.access].array));
    region.scalars = scalars;
    let accessed = |array: VarId, wanted: fn(crate::ir::AccessMode) -> bool| {
        scan.visits.iter().any(|visit| {
            let access = &function.accesses[visit.access];
            access.array == array && wanted(access.mode)
        })
    };
    let mut arrays = scan.arrays.clone();
    arrays.extend(lengths);
    for var in arrays {
        let Some(view) = function.vars[var].ty.view() else {
            continue;
        };
        if region.arrays.iter().any(|array| array.var == var) {
            continue;
        }
        region.arrays.push(ArrayUse {
            var,
            elem: view.elem,
            rank: view.rank,
            reads: accessed(var, |mode| mode != crate::ir::AccessMode::Store),
            writes: accessed(var, scan::writes),
            contiguous: view.kind == crate::ir::types::ViewKind::Slice,
            follow: None,
        });
    }
}

/// The scalars and arrays that a run-time expression reads.
fn captured_by(
    function: &Function,
    wide: &Wide,
    scalars: &mut Vec<VarId>,
    lengths: &mut Vec<VarId>,
) {
    let mut scalar = |var: VarId| {
        if !scalars.contains(&var) {
            scalars.push(var);
        }
    };
    match wide {
        Wide::Var(var) => scalar(*var),
        Wide::Len { array, .. } => lengths.push(*array),
        Wide::Atom(id) => {
            let mut open = vec![*id];
            while let Some(id) = open.pop() {
                match &function.exprs[id].kind {
                    ExprKind::Var(var) => scalar(*var),
                    ExprKind::Len { array, .. } => lengths.push(*array),
                    kind => open.extend(verify::operands(kind)),
                }
            }
        }
        Wide::Const(_) | Wide::Lo(_) | Wide::Hi(_) => {}
        Wide::Add(a, b) | Wide::Sub(a, b) | Wide::Mul(a, b) | Wide::Min(a, b) | Wide::Max(a, b) => {
            captured_by(function, a, scalars, lengths);
            captured_by(function, b, scalars, lengths);
        }
    }
}

impl Test {
    /// Visits every run-time expression in it.
    pub fn for_each_wide(&self, visit: &mut impl FnMut(&Wide)) {
        match self {
            Test::Le(a, b) | Test::Lt(a, b) => {
                visit(a);
                visit(b);
            }
            Test::Fits(wide, _) => visit(wide),
            Test::All(tests) | Test::Any(tests) => {
                tests.iter().for_each(|test| test.for_each_wide(visit));
            }
            Test::Debug(test) => test.for_each_wide(visit),
        }
    }
}

/// Errors: a demanded loop that is not parallel, or no region at all.
fn report_problems(function: &Function, plan: &Plan, sink: &mut Sink) {
    let none = plan.regions.is_empty();
    if none && function.loops.len() == 0 {
        let message = texts::no_region(&function.name.to_string());
        let help = texts::NO_REGION_HELP.to_string();
        sink.push(Span::at(function.name.span()), message, Some(help));
    }
    for (id, node) in function.loops.iter() {
        let Verdict::Driver(reasons) = &plan.verdicts[id.index()] else {
            continue;
        };
        if !none && !node.demanded {
            continue;
        }
        let index = function.vars[node.var].ident.to_string();
        for reason in reasons {
            let headline = if node.demanded {
                texts::demanded_headline
            } else {
                texts::headline
            };
            let message = headline(&index, &reason.message);
            sink.push(reason.span, message, reason.help.clone());
            if let Some((message, span)) = &reason.second {
                sink.push_second(*span, message.clone());
            }
        }
    }
}
