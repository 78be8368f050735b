//! Loops, index forms, dependences, reductions: IR in, [`Plan`] or problems out.
//!
//! Every outermost loop is a candidate. A candidate's perfect nest is tried from the deepest on:
//! [`scan`] finds its accesses and whatever a region cannot hold, [`depend`] proves the iterations
//! independent, possibly with the loops inside out ([`interchange`]), [`reduce`] recognises what they
//! combine ([`shared`]: into which arrays), [`bounds`] decides what the guard checks,
//! [`sites`] where an iteration can fail. If no depth will do, the loop stays in the driver and the
//! loops inside it are the candidates.

mod across;
pub mod alike;
#[cfg(test)]
mod attacks;
mod bounds;
pub mod builtins;
mod capture;
pub mod constant;
mod cost;
mod depend;
mod draft;
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
mod judge;
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
mod space;
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
use crate::ir::{CalleeKind, ExprKind, Function, LoopId, Place, Span, StmtKind, VarId, walk};
use crate::tables::{HashMap, HashSet};
use judge::Judge;
use plan::{Plan, Verdict};

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
        kept_from_more: HashMap::default(),
        fused: HashMap::default(),
        apart: HashMap::default(),
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
    let mut arrays = HashSet::default();
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

/// The first `while` of a function without other loops, and what its trips leave to each other.
fn blame_while(function: &Function, sink: &mut Sink) {
    let mut found = None;
    walk::statements(function, &function.body, &mut |stmt| {
        if let StmtKind::While { body, .. } = &stmt.kind {
            found = found.take().or_else(|| Some((stmt.span, body.clone())));
        }
    });
    let Some((span, body)) = found else { return };
    let mut names: Vec<String> = Vec::new();
    walk::statements(function, &body, &mut |stmt| {
        let StmtKind::Assign { target, .. } = &stmt.kind else {
            return;
        };
        let var = match target {
            Place::Element(access) => Some(function.accesses[*access].array),
            target => target.variable(),
        };
        let name = var.map(|var| function.vars[var].ident.to_string());
        names.extend(name.filter(|name| !names.contains(name)));
    });
    if !names.is_empty() {
        sink.push_second(span, texts::runs_in_order(&names));
    }
}

/// Errors: a demanded loop that is not parallel, or no region at all.
fn report_problems(function: &Function, plan: &Plan, sink: &mut Sink) {
    let none = plan.regions.is_empty();
    if none && function.loops.len() == 0 {
        let message = texts::no_region(&function.name.to_string());
        let help = texts::NO_REGION_HELP.to_string();
        sink.push(Span::at(function.name.span()), message, Some(help));
        blame_while(function, sink);
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
