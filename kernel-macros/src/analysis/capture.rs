//! What a region has from outside: scalars by value, arrays by handle (rule R4), and what rustc has to
//! confirm before it.

use super::plan::{ArrayUse, Region, Wide, WideAdapter};
use super::scan::{self, Scan};
use crate::ir::types::ViewKind;
use crate::ir::{AccessMode, ExprKind, Function, LoopId, Proof, VarId, verify};
use crate::tables::HashSet;

/// What rustc has to confirm in front of the region. Types of one name are one type there.
pub fn proofs(function: &Function, nest: &[LoopId], scan: &Scan) -> Vec<Proof> {
    let loops = nest.iter().chain(&scan.inner_loops);
    let mut types = HashSet::default();
    let all = loops.flat_map(|id| &function.loops[*id].proofs);
    all.filter(|proof| match proof {
        Proof::Type { tokens, .. } => types.insert(tokens.to_string()),
        _ => true,
    })
    .cloned()
    .collect()
}

/// Fills in what the region reads: scalars by value, arrays by handle.
pub fn fill_in(function: &Function, scan: &Scan, region: &mut Region) {
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
    let accessed = |array: VarId, wanted: fn(AccessMode) -> bool| {
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
            reads: accessed(var, |mode| mode != AccessMode::Store),
            writes: accessed(var, scan::writes),
            contiguous: view.kind == ViewKind::Slice,
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
