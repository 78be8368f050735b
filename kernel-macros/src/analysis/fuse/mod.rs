//! Two loops as one (rule R8): one behind the other, over one space, they become one loop that does
//! for each iteration what the first did and then what the second did.
//!
//! The proof is that of a region, of the joined loop. If it passes, no element that one iteration
//! writes is touched by another, in whichever of the bodies; so what the second loop reads of the
//! first's, its own iteration wrote just before, as it would have found it. Neither loop combines
//! into what the other combines into or reads: a loop that reads an accumulator is refused as ever.
//!
//! The second body cannot fail, in any build, and the first not in release builds. So a failure is
//! the first loop's, and what it leaves undone comes later in the source. If the joined guard does
//! not hold, both loops run as written, one after the other.

#[cfg(test)]
mod tests;

use super::draft::{Draft, Drafter, Sharing};
use super::form::same;
use super::judge::Judge;
use super::plan::{Reason, Verdict};
use super::{nest, scan, sites, texts};
use crate::ir::{Block, ExprId, ExprKind, Function, LoopId, Proof, StmtKind, VarId, VarKind, walk};
use crate::tables::{HashMap, HashSet};

/// For each loop, the one that stands behind it with nothing between.
pub fn followers(function: &Function) -> HashMap<LoopId, LoopId> {
    let mut found = HashMap::default();
    let mut blocks = vec![&function.body];
    blocks.extend(function.loops.iter().map(|(_, node)| &node.body));
    for (_, node) in function.exprs.iter() {
        match &node.kind {
            ExprKind::Block(block) => blocks.push(block),
            ExprKind::If {
                then, otherwise, ..
            } => {
                blocks.push(then);
                blocks.extend(otherwise);
            }
            ExprKind::Opaque(opaque) => blocks.extend(&opaque.blocks),
            _ => {}
        }
    }
    while let Some(block) = blocks.pop() {
        for stmt in &block.stmts {
            match &stmt.kind {
                StmtKind::While { body, .. } | StmtKind::Loop { body } => blocks.push(body),
                StmtKind::Opaque(opaque) => blocks.extend(&opaque.blocks),
                _ => {}
            }
        }
        for pair in block.stmts.windows(2) {
            if let (StmtKind::For(first), StmtKind::For(second)) = (&pair[0].kind, &pair[1].kind) {
                found.insert(*first, *second);
            }
        }
    }
    found
}

/// Loops that become one: more would share the registers of a few, and each is judged once more with
/// all before it.
const MOST: usize = 4;

/// Why two loops over one space stay apart: a sentence, or nothing worth one.
type Apart = Option<String>;

impl Judge<'_> {
    /// Joins the loops behind this one to it, one after the other, as long as they may be.
    pub fn fuse(&mut self, first: LoopId) {
        let mut last = first;
        for _ in 1..MOST {
            let Some(next) = self.followers.get(&last).copied() else {
                return;
            };
            match self.joined(first, next) {
                Ok(depth) => {
                    self.take(first, next, depth);
                    self.plan.fused.entry(first).or_default().push(next);
                    last = next;
                }
                Err(apart) => {
                    let apart = apart.map(|why| (next, why));
                    return self.plan.apart.extend(apart);
                }
            }
        }
    }

    /// The second loop, and those that run in parallel with it, have no region of their own.
    fn take(&mut self, first: LoopId, second: LoopId, depth: usize) {
        let nest = nest::perfect(self.function, second);
        for id in &nest[..depth] {
            self.plan.verdicts[id.index()] = Verdict::Nested;
        }
        self.plan.verdicts[second.index()] = Verdict::Fused(first);
    }

    /// Joins two loops, so many deep, or says why not.
    fn joined(&mut self, first: LoopId, second: LoopId) -> Result<usize, Apart> {
        let (nest, other) = (
            nest::perfect(self.function, first),
            nest::perfect(self.function, second),
        );
        if !one_space(self.function, first, second) {
            return Err(None);
        }
        let (depth, one) = self.deepest_draft(&nest).ok_or(None)?;
        let (same_depth, two) = self.deepest_draft(&other).ok_or(None)?;
        let (nest, other) = (&nest[..depth], &other[..same_depth]);
        let levels = nest.iter().zip(other);
        let one_nest = depth == same_depth
            && levels
                .clone()
                .all(|(a, b)| one_space(self.function, *a, *b));
        if !one_nest || !pays(&one, &two) {
            return Err(None);
        }
        if let Some(why) = apart(self.function, nest, (&one, &two)) {
            return Err(Some(why));
        }
        let saved = Join::of(self.function, nest, other);
        let outcome = self.drafter(Sharing::Nothing).draft(nest);
        let outcome = outcome.map_err(|reasons| reasons.into_iter().next());
        let outcome = outcome.and_then(|draft| {
            let certain = failures(self.function, &draft).iter().all(|debug| *debug);
            certain.then_some(depth).ok_or(None)
        });
        outcome.map_err(|reason| {
            saved.restore(self.function);
            reason.map(|reason| sentence(&reason))
        })
    }

    /// The deepest part of a nest that is a region by itself, without copies or changed order.
    fn deepest_draft(&self, nest: &[LoopId]) -> Option<(usize, Draft)> {
        let drafter = self.drafter(Sharing::Nothing);
        let depths = (1..=nest.len()).rev();
        let mut drafts =
            depths.filter_map(|depth| Some((depth, drafter.draft(&nest[..depth]).ok()?)));
        drafts.next()
    }

    pub fn drafter<'s>(&'s self, sharing: Sharing<'s>) -> Drafter<'s> {
        Drafter {
            function: self.function,
            mismatches: self.mismatches,
            independent: self.independent,
            sharing,
        }
    }
}

/// Both places of a conflict in one sentence.
fn sentence(reason: &Reason) -> String {
    let second = reason.second.as_ref();
    let second = second.map(|(message, _)| message.trim_start_matches("... "));
    let first = reason.message.trim_end_matches(" ...");
    [Some(first), second]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether two loops count the same, as far as the source says. Their bounds read no array, and
/// what the first loop assigns is no bound of a region's.
fn one_space(function: &Function, first: LoopId, second: LoopId) -> bool {
    let (a, b) = (&function.loops[first], &function.loops[second]);
    let plain = |id: LoopId| {
        let node = &function.loops[id];
        let open = node.opaque.is_none() && node.iteration.is_none() && !node.inlined;
        open && node.range.adapters.is_empty()
    };
    let (from, to) = (&a.range, &b.range);
    plain(first)
        && plain(second)
        && from.inclusive == to.inclusive
        && function.vars[a.var].ty == function.vars[b.var].ty
        && [from.start, from.end]
            .into_iter()
            .all(|end| reads_no_array(function, end))
        && same(function, from.start, to.start)
        && same(function, from.end, to.end)
}

fn reads_no_array(function: &Function, id: ExprId) -> bool {
    let mut found = false;
    walk::below(function, id, &mut |id| {
        found |= matches!(
            function.exprs[id].kind,
            ExprKind::Load(_) | ExprKind::Block(_) | ExprKind::If { .. } | ExprKind::Apply(..)
        );
    });
    !found
}

/// Whether one loop is better than two: they touch an array in common, and either both can become
/// straight vector code or neither can.
fn pays(one: &Draft, two: &Draft) -> bool {
    let arrays = |draft: &Draft| -> HashSet<VarId> {
        draft.region.arrays.iter().map(|array| array.var).collect()
    };
    let alike = one.scan.inner_loops.is_empty() == two.scan.inner_loops.is_empty();
    alike && !arrays(one).is_disjoint(&arrays(two))
}

/// What keeps two regions apart besides their dependences.
fn apart(function: &Function, nest: &[LoopId], (one, two): (&Draft, &Draft)) -> Apart {
    let body = &one.region.body;
    if scan::skips(function, body) {
        return Some(texts::APART_BY_JUMP.to_string());
    }
    let (first, second) = (failures(function, one), failures(function, two));
    if first.iter().any(|debug_only| !debug_only) || !second.is_empty() {
        return Some(texts::APART_BY_FAILURE.to_string());
    }
    let sums = |draft: &Draft| -> HashSet<VarId> {
        draft.region.accumulators.iter().map(|of| of.var).collect()
    };
    let (of_one, of_two) = (sums(one), sums(two));
    let both = !of_one.is_empty() && !of_two.is_empty();
    let orders = one.region.lanes() != two.region.lanes() || !of_one.is_disjoint(&of_two);
    let lazy = !one.reduce.lazy.is_empty() || !two.reduce.lazy.is_empty();
    let bounds = nest.iter().any(|id| bounded_by(function, *id, &of_one));
    if both && orders || lazy || bounds {
        return Some(texts::APART_BY_ORDER.to_string());
    }
    None
}

/// Whether a loop's bounds read one of these.
fn bounded_by(function: &Function, id: LoopId, vars: &HashSet<VarId>) -> bool {
    let range = &function.loops[id].range;
    let mut found = false;
    for end in [range.start, range.end] {
        walk::below(function, end, &mut |id| {
            found |= matches!(&function.exprs[id].kind, ExprKind::Var(var) if vars.contains(var));
        });
    }
    found
}

/// For each place where an iteration can fail, whether only debug builds do.
fn failures(function: &Function, draft: &Draft) -> Vec<bool> {
    let exempt = sites::Exempt {
        bounds: &draft.region.bounds,
        nodes: &draft.exempt_nodes,
        compounds: &draft.reduce.compounds,
    };
    let found = sites::plan(function, &draft.region.body, &exempt);
    let own = found.sites.iter().map(|site| site.debug_only);
    own.chain(found.calls.iter().map(|_| false)).collect()
}

/// The second nest's innermost body behind the first's, and how it was.
struct Join {
    innermost: (LoopId, Block),
    proofs: Vec<(LoopId, Vec<Proof>)>,
    parents: Vec<(LoopId, Option<LoopId>)>,
    homes: Vec<(VarId, Option<LoopId>)>,
    renamed: Vec<(ExprId, VarId)>,
}

impl Join {
    fn of(function: &mut Function, nest: &[LoopId], other: &[LoopId]) -> Join {
        let (inner, inner_of_other) = (nest[nest.len() - 1], other[other.len() - 1]);
        let innermost = (inner, function.loops[inner].body.clone());
        let statements = function.loops[inner_of_other].body.stmts.clone();
        function.loops[inner].body.stmts.extend(statements);
        let mut join = Join {
            innermost,
            proofs: Vec::new(),
            parents: Vec::new(),
            homes: Vec::new(),
            renamed: Vec::new(),
        };
        for (to, from) in nest.iter().zip(other) {
            join.level(function, *to, *from, *from == inner_of_other);
        }
        join
    }

    /// One loop takes another's place.
    fn level(&mut self, function: &mut Function, to: LoopId, from: LoopId, innermost: bool) {
        self.proofs.push((to, function.loops[to].proofs.clone()));
        let proofs = function.loops[from].proofs.clone();
        function.loops[to].proofs.extend(proofs);
        let (var, name) = (function.loops[to].var, function.loops[from].var);
        for id in function.exprs.ids() {
            if let ExprKind::Var(of) = &mut function.exprs[id].kind
                && *of == name
            {
                *of = var;
                self.renamed.push((id, name));
            }
        }
        if !innermost {
            return;
        }
        for id in function.loops.ids() {
            if function.loops[id].parent == Some(from) {
                function.loops[id].parent = Some(to);
                self.parents.push((id, Some(from)));
            }
        }
        for id in function.vars.ids() {
            let node = &mut function.vars[id];
            if node.home == Some(from) && node.kind == VarKind::Local {
                node.home = Some(to);
                self.homes.push((id, Some(from)));
            }
        }
    }

    fn restore(self, function: &mut Function) {
        let (id, body) = self.innermost;
        function.loops[id].body = body;
        for (id, proofs) in self.proofs {
            function.loops[id].proofs = proofs;
        }
        for (id, parent) in self.parents {
            function.loops[id].parent = parent;
        }
        for (id, home) in self.homes {
            function.vars[id].home = home;
        }
        for (id, name) in self.renamed {
            function.exprs[id].kind = ExprKind::Var(name);
        }
    }
}
