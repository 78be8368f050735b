//! Source lines for comments. A macro on a stable compiler cannot read the text between two
//! tokens, so statements are printed from the IR, with their line where it is known.

use super::names;
use crate::ir::{
    Adapter, ExprId, ExprKind, Function, LoopId, Pat, Place, Span, Stmt, StmtKind, dump,
};

/// Longer lines are cut.
const WIDTH: usize = 100;

/// A statement's first line.
pub fn line(function: &Function, stmt: &Stmt) -> Option<String> {
    let text = match &stmt.kind {
        StmtKind::Let { pat, init } => {
            let pat = pattern(function, pat);
            match init {
                Some(init) => format!("let {pat} = {}", expr(function, *init)),
                None => format!("let {pat}"),
            }
        }
        StmtKind::Assign { target, op, value } => {
            let op = op.map_or("", |op| op.symbol());
            let target = place(function, target);
            format!("{target} {op}= {}", expr(function, *value))
        }
        StmtKind::Expr(id) => match &function.exprs[*id].kind {
            ExprKind::Block(_) => return None,
            _ => expr(function, *id),
        },
        StmtKind::For(id) => for_line(function, *id),
        StmtKind::While { cond, .. } => format!("while {}", expr(function, *cond)),
        StmtKind::Loop { .. } => "loop".to_owned(),
        StmtKind::Break { .. } => "break".to_owned(),
        StmtKind::Continue { .. } => "continue".to_owned(),
        StmtKind::Return(value) => format!("return {}", expr(function, *value)),
        StmtKind::Assert { cond, .. } => format!("assert {}", expr(function, *cond)),
        StmtKind::Opaque(_) => return None,
    };
    Some(numbered(stmt.span, &text))
}

/// A loop's head.
pub fn for_line(function: &Function, id: LoopId) -> String {
    let node = &function.loops[id];
    let range = &node.range;
    let dots = if range.inclusive { "..=" } else { ".." };
    let mut text = format!(
        "for {} in {}{dots}{}",
        function.vars[node.var].ident,
        expr(function, range.start),
        expr(function, range.end)
    );
    for adapter in &range.adapters {
        text += &match adapter {
            Adapter::Rev => ".rev()".to_owned(),
            Adapter::StepBy(step) => format!(".step_by({})", expr(function, *step)),
        };
    }
    text
}

/// A line of text with its number in the source.
pub fn numbered(span: Span, text: &str) -> String {
    let text: String = names::comment(text).chars().take(WIDTH).collect();
    match span.start.start().line {
        0 => text,
        line => format!("{line}: {text}"),
    }
}

/// An expression up to its first block.
fn expr(function: &Function, id: ExprId) -> String {
    let text = dump::expr(function, id);
    let first = text.lines().next().unwrap_or_default();
    first.trim_end_matches(" {").to_owned()
}

fn place(function: &Function, place: &Place) -> String {
    let list = |ids: &[ExprId]| {
        let parts: Vec<String> = ids.iter().map(|id| expr(function, *id)).collect();
        parts.join(", ")
    };
    match place {
        Place::Var(var) => function.vars[*var].ident.to_string(),
        Place::Element(access) => {
            let access = &function.accesses[*access];
            let array = &function.vars[access.array].ident;
            format!("{array}[{}]", list(&access.index))
        }
        Place::LocalElement { base, index } => {
            let base = &function.vars[*base].ident;
            let index = index.iter().map(|index| format!("[{}]", list(&[*index])));
            format!("{base}{}", index.collect::<String>())
        }
        Place::Field { base, index } => format!("{}.{index}", function.vars[*base].ident),
    }
}

fn pattern(function: &Function, pat: &Pat) -> String {
    match pat {
        Pat::Var(var) => function.vars[*var].ident.to_string(),
        Pat::Wild => "_".to_owned(),
        Pat::Tuple(parts) => {
            let parts: Vec<String> = parts.iter().map(|part| pattern(function, part)).collect();
            format!("({})", parts.join(", "))
        }
    }
}
