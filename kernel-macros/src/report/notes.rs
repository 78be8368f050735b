//! What a report says of each loop.

use super::order;
use crate::analysis::plan::{Bounds, Extreme, Fold, Plan, Reason, Region, Verdict};
use crate::ir::{
    Adapter, Block, ExprId, ExprKind, Function, LoopId, Pat, StmtKind, VarId, VarKind, dump,
};

pub struct Notes<'a> {
    pub function: &'a Function,
    pub plan: &'a Plan,
}

impl Notes<'_> {
    /// What became of the loop, then what there is to say about it.
    pub fn of(&self, id: LoopId) -> Vec<String> {
        let index = self.index(id);
        let plan = self.plan;
        let (became, mut notes) = match &plan.verdicts[id.index()] {
            Verdict::Region(number) => {
                let region = &plan.regions[*number];
                let how = match region.in_order {
                    Some(_) => "in order, inside the loops that it holds, which are parallel",
                    None => "parallel",
                };
                (format!("{how}{}", self.space(region)), self.region(region))
            }
            Verdict::Fused(first) => (self.fused(*first), Vec::new()),
            Verdict::Nested => ("parallel, with the loop around it".to_string(), Vec::new()),
            Verdict::InLanes(lanes) => (
                format!("inside an iteration, its reductions in {lanes} lanes"),
                Vec::new(),
            ),
            Verdict::Inner => ("in order, inside an iteration".to_string(), Vec::new()),
            Verdict::Driver(reasons) => {
                let became = "driver code, in order".to_string();
                (became, reasons.iter().flat_map(reason).collect())
            }
        };
        if let Some(reasons) = plan.kept_from_more.get(&id) {
            notes.extend(reasons.iter().flat_map(reason));
        }
        if let Some(why) = plan.apart.get(&id) {
            notes.push(format!(
                "apart from the loop before it, of the same space: {why}"
            ));
        }
        notes.insert(0, format!("{index}: {became}"));
        notes
    }

    fn fused(&self, first: LoopId) -> String {
        let (index, head) = (self.index(first), self.function.loops[first].head);
        let line = head.start.start().line;
        format!("parallel, as part of each iteration of the loop over {index} in line {line}")
    }

    fn index(&self, id: LoopId) -> String {
        let var = self.function.loops[id].var;
        format!("`{}`", self.function.vars[var].ident)
    }

    /// How deep a loop lies in others.
    pub fn depth(&self, id: LoopId) -> usize {
        let mut depth = 0;
        let mut parent = self.function.loops[id].parent;
        while let Some(outer) = parent {
            depth += 1;
            parent = self.function.loops[outer].parent;
        }
        depth
    }

    /// `for i in (0..n).rev()`, as far as the IR knows it.
    pub fn head(&self, id: LoopId) -> String {
        let node = &self.function.loops[id];
        let name = &self.function.vars[node.var].ident;
        if node.opaque.is_some() {
            return format!("for {name} in ..");
        }
        if let Some(iteration) = &node.iteration {
            return format!("for {name} in {}", iteration.text);
        }
        let text = |id| dump::expr(self.function, id);
        let dots = if node.range.inclusive { "..=" } else { ".." };
        let range = format!("{}{dots}{}", text(node.range.start), text(node.range.end));
        if node.range.adapters.is_empty() {
            return format!("for {name} in {range}");
        }
        let adapters = node.range.adapters.iter().map(|adapter| match adapter {
            Adapter::Rev => ".rev()".to_string(),
            Adapter::StepBy(step) => format!(".step_by({})", text(*step)),
        });
        format!("for {name} in ({range}){}", adapters.collect::<String>())
    }

    fn region(&self, region: &Region) -> Vec<String> {
        let mut notes = Vec::new();
        for accumulator in &region.accumulators {
            let Some(op) = operator(accumulator.fold) else {
                continue;
            };
            let name = self.name(accumulator.var);
            let order = match region.shared.is_empty() {
                true => format!(", {} lanes", region.lanes()),
                false => String::new(),
            };
            let ty = accumulator.ty;
            notes.push(format!("reduction: `{name}`: {ty} with {op}{order}"));
        }
        for array in &region.shared {
            let name = &self.function.vars[array.var].ident;
            let (op, ty) = (operator(array.fold).unwrap_or_default(), array.ty);
            notes.push(format!(
                "reduction: elements of `{name}`: {ty} with {op}, a copy for each group of \
                 iterations"
            ));
        }
        let extremes = region.extremes.iter();
        notes.extend(extremes.map(|extreme| self.extreme(region, extreme)));
        let private = private_variables(self.function, &region.body);
        if !private.is_empty() {
            notes.push(format!("private: {}", self.names(&private)));
        }
        let mut purposes: Vec<&str> = Vec::new();
        for condition in region.space.iter().chain(&region.guard) {
            if !purposes.contains(&condition.purpose.as_str()) {
                purposes.push(&condition.purpose);
            }
        }
        notes.extend(purposes.iter().map(|purpose| format!("guard: {purpose}")));
        let ordered = region.ordered.iter().map(|(least, greatest)| {
            let itself = least == greatest;
            let (least, greatest) = (self.name(*least), self.name(*greatest));
            if itself {
                return format!("guard: `{least}` does not start as NaN");
            }
            format!("guard: `{least}` starts no greater than `{greatest}`")
        });
        notes.extend(ordered);
        notes.extend(self.checks(region));
        notes.extend(order::notes(region).into_iter().map(str::to_owned));
        notes
    }

    fn names(&self, vars: &[VarId]) -> String {
        let mut names: Vec<String> = Vec::new();
        for var in vars {
            let name = format!("`{}`", self.name(*var));
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.join(", ")
    }

    /// The variable's name; of a part of one that lives outside, as the driver has it: `z.re`; of an
    /// element, that: `x[i]`.
    fn name(&self, var: VarId) -> String {
        let var = &self.function.vars[var];
        let tokens = var.tokens.to_string().replace(' ', "");
        match tokens.contains(['.', '[']) && var.kind != VarKind::Local {
            true => tokens,
            false => var.ident.to_string(),
        }
    }

    fn extreme(&self, region: &Region, extreme: &Extreme) -> String {
        let var = |at: usize| region.accumulators[at].var;
        let which = if extreme.last { "last" } else { "first" };
        let companions: Vec<VarId> = extreme.companions.iter().map(|at| var(*at)).collect();
        let (leader, companions) = (self.names(&[var(extreme.leader)]), self.names(&companions));
        let further: Vec<VarId> = extreme.further.iter().map(|(at, _)| var(*at)).collect();
        let then = match further.is_empty() {
            true => String::new(),
            false => format!(", then {}", self.names(&further)),
        };
        let tallies: Vec<VarId> = extreme.tallies.iter().map(|at| var(*at)).collect();
        let counted = match tallies.is_empty() {
            true => String::new(),
            false => format!("; {} of equal ones", self.names(&tallies)),
        };
        let next = extreme.follower.map_or_else(String::new, |of| {
            format!("; {} next to it", self.names(&[var(of.at)]))
        });
        let others = match companions.is_empty() {
            true => companions,
            false => format!(": {companions}"),
        };
        format!("with {leader}{then}, of equal ones the {which}{others}{counted}{next}")
    }

    /// Accesses that the guard does not keep in bounds.
    fn checks(&self, region: &Region) -> Vec<String> {
        let mut checked: Vec<_> = region
            .bounds
            .iter()
            .filter(|(_, bounds)| **bounds != Bounds::Proved)
            .collect();
        checked.sort();
        let check = |(access, bounds): (&crate::ir::AccessId, &Bounds)| {
            let when = match bounds {
                Bounds::Relaxed => ", unless no iteration could leave the array",
                _ => "",
            };
            let access = dump::access(self.function, *access);
            format!("checked in each iteration: `{access}`{when}")
        };
        let mut notes: Vec<String> = checked.into_iter().map(check).collect();
        notes.dedup();
        notes
    }

    /// The loops that share the iteration space.
    fn space(&self, region: &Region) -> String {
        let [_, inner @ ..] = region.nest.as_slice() else {
            return String::new();
        };
        if inner.is_empty() {
            return String::new();
        }
        let names: Vec<String> = inner.iter().map(|node| self.index(node.id)).collect();
        format!(", in one space of iterations with {}", names.join(" and "))
    }
}

/// Why not, in one or two lines.
fn reason(reason: &Reason) -> Vec<String> {
    let mut lines = vec![format!("because {}", reason.message)];
    if let Some((second, span)) = &reason.second {
        lines.push(format!("line {}: {second}", span.start.start().line));
    }
    lines
}

/// The operator; members of an extreme have none of their own.
fn operator(fold: Fold) -> Option<&'static str> {
    Some(match fold {
        Fold::Add => "`+`",
        Fold::Mul => "`*`",
        Fold::Min | Fold::MinIf => "`min`",
        Fold::Max | Fold::MaxIf => "`max`",
        Fold::And => "`&`",
        Fold::Or => "`|`",
        Fold::Xor => "`^`",
        Fold::SaturatingAdd => "`saturating_add`",
        Fold::Companion | Fold::Place => return None,
    })
}

/// The variables that each iteration has for itself.
fn private_variables(function: &Function, body: &Block) -> Vec<VarId> {
    let mut found = Vec::new();
    collect(function, body, &mut found);
    found
}

fn collect(function: &Function, block: &Block, found: &mut Vec<VarId>) {
    for stmt in &block.stmts {
        match &stmt.kind {
            StmtKind::Let { pat, .. } => bound_by(function, pat, found),
            StmtKind::For(id) => collect(function, &function.loops[*id].body, found),
            StmtKind::While { body, .. } | StmtKind::Loop { body, .. } => {
                collect(function, body, found);
            }
            StmtKind::Expr(id) => collect_expr(function, *id, found),
            _ => {}
        }
    }
}

fn collect_expr(function: &Function, id: ExprId, found: &mut Vec<VarId>) {
    match &function.exprs[id].kind {
        ExprKind::Block(block) => collect(function, block, found),
        ExprKind::If {
            then, otherwise, ..
        } => {
            collect(function, then, found);
            otherwise
                .iter()
                .for_each(|block| collect(function, block, found));
        }
        _ => {}
    }
}

fn bound_by(function: &Function, pat: &Pat, found: &mut Vec<VarId>) {
    match pat {
        Pat::Var(var) if !function.vars[*var].hidden => found.push(*var),
        Pat::Var(_) => {}
        Pat::Tuple(parts) => parts
            .iter()
            .for_each(|part| bound_by(function, part, found)),
        Pat::Wild => {}
    }
}
