//! Which loops become regions, and how: the outermost ones that the proof allows, each in the first way
//! that holds.

use super::draft::{Draft, Sharing};
use super::form::Former;
use super::interchange::Interchange;
use super::plan::{Plan, Reason, Verdict};
use super::promote::Promotion;
use super::{across, follow, handover, nest, private, reduce, sites, strips, texts};
use crate::infer::Mismatch;
use crate::ir::{Function, LoopId, Ty, Var, VarId, verify};
use crate::tables::{HashMap, HashSet};

pub struct Judge<'a> {
    pub function: &'a mut Function,
    pub mismatches: &'a [Mismatch],
    pub independent: &'a HashSet<VarId>,
    /// The loop behind a loop, where nothing is between.
    pub followers: HashMap<LoopId, LoopId>,
    pub plan: Plan,
}

impl Judge<'_> {
    /// Judges the loop, and those in it where it is none.
    pub fn candidate(&mut self, id: LoopId) {
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
        let copied = self.is_last_resort(id) && self.deepest(&nest, Sharing::Copies).is_ok();
        if copied { Ok(()) } else { shared }
    }

    /// Whether the loop has loops inside, of which none could run in parallel: they carry values along.
    fn is_last_resort(&mut self, id: LoopId) -> bool {
        let function = &*self.function;
        let loops = function.loops.iter();
        let inside = loops.filter(|(_, inner)| function.encloses(id, inner.parent));
        let inside: Vec<LoopId> = inside.map(|(inner, _)| inner).collect();
        // As the driver's, they would be other arrays to the loops inside.
        let array = |var: &Var| var.home == Some(id) && matches!(var.ty, Ty::Array(..));
        let arrays = self.function.vars.iter().any(|(_, var)| array(var));
        !arrays && !inside.is_empty() && !inside.into_iter().any(|inner| self.could_be(inner))
    }

    /// Whether the loop could be a region, its own variables apart.
    fn could_be(&mut self, id: LoopId) -> bool {
        let borrowed = private::privatize(self.function, id);
        let mut ways = [Sharing::Nothing, Sharing::Arrays].into_iter();
        let could = ways.any(|sharing| self.drafter(sharing).draft(&[id]).is_ok());
        if let Some(saved) = borrowed {
            saved.restore(self.function);
        }
        could
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
        region.interior = region.interior.filter(|_| region.strips.is_none());
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
