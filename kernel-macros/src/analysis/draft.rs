//! A nest of loops as a region, if all rules hold: what each says is put together here, and so are the
//! reasons where one does not.

use super::form::Former;
use super::plan::{Condition, Element, Promoted, Reason, Region};
use super::promote::Promotion;
use super::scan::{self, Scan};
use super::{bounds, capture, cost, depend, interior, nest, reduce, shared, sites, space, texts};
use crate::infer::Mismatch;
use crate::ir::{AccessId, AccessMode, Block, ExprId, Function, LoopId, VarId};
use crate::tables::{HashMap, HashSet};

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
pub struct Draft {
    pub region: Region,
    pub scan: Scan,
    pub exempt_nodes: HashSet<ExprId>,
    pub reduce: reduce::ReducePlan,
}

/// What iterations may have in common.
#[derive(Clone, Copy)]
pub enum Sharing<'a> {
    /// Accumulators that are no arrays.
    Nothing,
    /// Also arrays into whose elements they combine, where no loop inside could have those for itself.
    Arrays,
    /// The same, whether one could or not.
    Copies,
    /// Nothing at all but this loop, which stood around the nest.
    Order(LoopId),
    /// Accumulators that are no arrays, some in the place of elements.
    Elements(&'a Promotion),
}

/// Puts drafts together.
pub struct Drafter<'a> {
    pub function: &'a Function,
    pub mismatches: &'a [Mismatch],
    pub independent: &'a HashSet<VarId>,
    pub sharing: Sharing<'a>,
}

impl Drafter<'_> {
    pub fn draft(&self, nest: &[LoopId]) -> Result<Draft, Vec<Reason>> {
        let function = self.function;
        let former = Former::new(function, nest);
        let mut reasons = type_reasons(function, nest, self.mismatches);
        let in_order = match self.sharing {
            Sharing::Order(outer) => Some(outer),
            _ => None,
        };
        let loops = space::of(&former, in_order.is_none(), &mut reasons);
        let scan = scan::scan(function, nest, &former);
        reasons.extend(scan.reasons.iter().cloned());
        if !reasons.is_empty() {
            return Err(reasons);
        }
        // Where data chooses the elements, copies of the array leave more loops parallel.
        if in_order.is_some() && scan.accesses_by_data(&former, scan::writes) {
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
            ordered: std::mem::take(&mut reduce.ordered),
            bounds: bounds.bounds,
            free: bounds.free,
            space,
            guard,
            relaxed,
            relaxed_nodes: bounds.divisions,
            interior: interior::find(&former, &body),
            strips: None,
            gathers: scan.accesses_by_data(&former, |mode| mode != AccessMode::Store),
            across: false,
            blocks: false,
            turns: false,
            rounds_otherwise: false,
            sites: Vec::new(),
            site_of: HashMap::default(),
            calls: Vec::new(),
            undecided: Vec::new(),
            undecided_calls: false,
            proofs: capture::proofs(function, nest, &scan),
            cost: cost::of_iteration(&former, &body),
        };
        capture::fill_in(function, &scan, &mut region);
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
        let copies = match self.sharing {
            Sharing::Arrays => shared::needs_copies(former, &scan.visits, &plan.conflicts),
            Sharing::Copies => true,
            _ => false,
        };
        if !copies {
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
    let mut seen = HashSet::default();
    conditions.retain(|condition| seen.insert(format!("{:?}", condition.test)));
}

/// Types that do not fit anywhere in the nest.
fn type_reasons(function: &Function, nest: &[LoopId], mismatches: &[Mismatch]) -> Vec<Reason> {
    let inside = |home: Option<LoopId>| function.encloses(nest[0], home);
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
