//! Plan → the report: what became of each loop, and why.

use crate::analysis::plan::{Bounds, Extreme, Fold, Plan, Reason, Region, Verdict};
use crate::ir::{Adapter, Block, ExprId, ExprKind, Function, LoopId, Pat, StmtKind, VarId, dump};
use std::fmt::{self, Write};

/// The report as text, ending in a newline.
pub fn report(function: &Function, plan: &Plan) -> String {
    let mut reporter = Reporter {
        function,
        plan,
        out: String::new(),
    };
    reporter.write().expect("writing to a string cannot fail");
    reporter.out
}

struct Reporter<'a> {
    function: &'a Function,
    plan: &'a Plan,
    out: String,
}

impl Reporter<'_> {
    fn write(&mut self) -> fmt::Result {
        writeln!(self.out, "kernel `{}`", self.function.name)?;
        for (id, _) in self.function.loops.iter() {
            self.loop_line(id)?;
        }
        Ok(())
    }

    /// How deep a loop lies in others.
    fn depth(&self, id: LoopId) -> usize {
        let mut depth = 0;
        let mut parent = self.function.loops[id].parent;
        while let Some(outer) = parent {
            depth += 1;
            parent = self.function.loops[outer].parent;
        }
        depth
    }

    fn loop_line(&mut self, id: LoopId) -> fmt::Result {
        let node = &self.function.loops[id];
        let indent = "  ".repeat(self.depth(id) + 1);
        let head = self.head(id);
        let line = node.head.start.start().line;
        let plan = self.plan;
        write!(self.out, "{indent}line {line}: {head}: ")?;
        match &plan.verdicts[id.index()] {
            Verdict::Region(index) => {
                let region = &plan.regions[*index];
                writeln!(self.out, "parallel{}", space(region))?;
                self.region(region, &indent)
            }
            Verdict::Nested => writeln!(self.out, "parallel, with the loop around it"),
            Verdict::Inner => writeln!(self.out, "in order, inside an iteration"),
            Verdict::Driver(reasons) => {
                writeln!(self.out, "driver code, in order")?;
                reasons
                    .iter()
                    .try_for_each(|reason| self.reason(reason, &indent))
            }
        }
    }

    /// `for i in (0..n).rev()`, as far as the IR knows it.
    fn head(&self, id: LoopId) -> String {
        let node = &self.function.loops[id];
        let name = &self.function.vars[node.var].ident;
        if node.opaque.is_some() {
            return format!("for {name} in ..");
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

    fn reason(&mut self, reason: &Reason, indent: &str) -> fmt::Result {
        writeln!(self.out, "{indent}  because {}", reason.message)?;
        if let Some((second, span)) = &reason.second {
            let line = span.start.start().line;
            writeln!(self.out, "{indent}  line {line}: {second}")?;
        }
        Ok(())
    }

    fn region(&mut self, region: &Region, indent: &str) -> fmt::Result {
        for accumulator in &region.accumulators {
            let Some(op) = operator(accumulator.fold) else {
                continue;
            };
            let name = &self.function.vars[accumulator.var].ident;
            let lanes = region.lanes();
            let ty = accumulator.ty;
            writeln!(
                self.out,
                "{indent}  reduction: `{name}`: {ty} with {op}, {lanes} lanes"
            )?;
        }
        for extreme in &region.extremes {
            self.extreme(region, extreme, indent)?;
        }
        let private = private_variables(self.function, &region.body);
        if !private.is_empty() {
            let names: Vec<String> = private
                .iter()
                .map(|var| format!("`{}`", self.function.vars[*var].ident))
                .collect();
            writeln!(self.out, "{indent}  private: {}", names.join(", "))?;
        }
        let mut purposes: Vec<&str> = Vec::new();
        for condition in region.space.iter().chain(&region.guard) {
            if !purposes.contains(&condition.purpose.as_str()) {
                purposes.push(&condition.purpose);
            }
        }
        for purpose in purposes {
            writeln!(self.out, "{indent}  guard: {purpose}")?;
        }
        self.checks(region, indent)
    }

    fn extreme(&mut self, region: &Region, extreme: &Extreme, indent: &str) -> fmt::Result {
        let name = |at: usize| {
            let var = region.accumulators[at].var;
            format!("`{}`", self.function.vars[var].ident)
        };
        let which = if extreme.last { "last" } else { "first" };
        let companions: Vec<String> = extreme.companions.iter().map(|at| name(*at)).collect();
        let (leader, companions) = (name(extreme.leader), companions.join(", "));
        writeln!(
            self.out,
            "{indent}  with {leader}, of equal ones the {which}: {companions}"
        )
    }

    fn checks(&mut self, region: &Region, indent: &str) -> fmt::Result {
        let mut checked: Vec<_> = region
            .bounds
            .iter()
            .filter(|(_, bounds)| **bounds != Bounds::Proved)
            .collect();
        checked.sort();
        for (access, bounds) in checked {
            let access = &self.function.accesses[*access];
            let array = &self.function.vars[access.array].ident;
            let index: Vec<String> = access
                .index
                .iter()
                .map(|id| dump::expr(self.function, *id))
                .collect();
            let when = match bounds {
                Bounds::Relaxed => ", unless no iteration could leave the array",
                _ => "",
            };
            let index = index.join(", ");
            writeln!(
                self.out,
                "{indent}  checked in each iteration: `{array}[{index}]`{when}"
            )?;
        }
        Ok(())
    }
}

fn space(region: &Region) -> String {
    match region.nest.len() {
        1 => String::new(),
        loops => format!(", {loops} loops as one space"),
    }
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
            StmtKind::Let { pat, .. } => bound_by(pat, found),
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

fn bound_by(pat: &Pat, found: &mut Vec<VarId>) {
    match pat {
        Pat::Var(var) => found.push(*var),
        Pat::Tuple(parts) => parts.iter().for_each(|part| bound_by(part, found)),
        Pat::Wild => {}
    }
}
