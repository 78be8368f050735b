//! A text form of the IR, for tests and for looking at what the compiler saw.

use super::{
    AccessId, Adapter, Block, ExprId, ExprKind, Function, IndexStyle, LoopId, Opaque, Pat, Place,
    Stmt, StmtKind, VarId,
};
use std::fmt::{self, Write};

/// The function as text: a line per statement, types after `:`.
#[cfg(test)]
pub fn dump(function: &Function) -> String {
    let mut dumper = Dumper {
        function,
        out: String::new(),
        indent: 0,
    };
    dumper.function().expect("writing to a string cannot fail");
    dumper.out
}

/// A block of it.
#[cfg(test)]
pub fn block(function: &Function, block: &Block) -> String {
    let mut dumper = Dumper {
        function,
        out: String::new(),
        indent: 0,
    };
    dumper
        .block(block)
        .expect("writing to a string cannot fail");
    dumper.out
}

/// One expression as text, for messages: close to the source, with the user's names.
pub fn expr(function: &Function, id: ExprId) -> String {
    let mut dumper = Dumper {
        function,
        out: String::new(),
        indent: 0,
    };
    dumper.expr(id).expect("writing to a string cannot fail");
    dumper.out
}

/// One access as its author wrote it.
pub fn access(function: &Function, id: AccessId) -> String {
    let access = &function.accesses[id];
    let parts = access.written().iter().map(|part| expr(function, *part));
    let parts: Vec<String> = parts.collect();
    let array = &function.vars[access.array].ident;
    let element = match access.style {
        IndexStyle::Flat => format!("{array}[{}]", parts.join(", ")),
        IndexStyle::Bracketed => format!("{array}[[{}]]", parts.join(", ")),
        IndexStyle::Tuple => format!("{array}[({})]", parts.join(", ")),
        IndexStyle::Nested => format!("{array}[{}]", parts.join("][")),
        IndexStyle::Row => format!("{array}[{}]", parts[0]),
    };
    element + access.suffix()
}

struct Dumper<'a> {
    function: &'a Function,
    out: String,
    indent: usize,
}

impl Dumper<'_> {
    fn line(&mut self) -> fmt::Result {
        if !self.out.is_empty() {
            self.out.write_char('\n')?;
        }
        for _ in 0..self.indent {
            self.out.write_str("  ")?;
        }
        Ok(())
    }

    #[cfg(test)]
    fn function(&mut self) -> fmt::Result {
        write!(self.out, "fn {}(", self.function.name)?;
        for (n, param) in self.function.params.iter().enumerate() {
            self.out.write_str(if n > 0 { ", " } else { "" })?;
            self.binding(*param)?;
        }
        write!(self.out, ") -> {}", self.function.ret)?;
        self.block(&self.function.body)
    }

    fn binding(&mut self, var: VarId) -> fmt::Result {
        let var = &self.function.vars[var];
        write!(self.out, "{}: {}", var.ident, var.ty)
    }

    fn name(&mut self, var: VarId) -> fmt::Result {
        let var = &self.function.vars[var];
        match var.hidden {
            true => self.out.write_str(".."),
            false => write!(self.out, "{}", var.ident),
        }
    }

    fn block(&mut self, block: &Block) -> fmt::Result {
        self.out.write_str(" {")?;
        self.indent += 1;
        for stmt in &block.stmts {
            self.line()?;
            self.stmt(stmt)?;
        }
        if let Some(value) = block.value {
            self.line()?;
            self.expr(value)?;
        }
        self.indent -= 1;
        self.line()?;
        self.out.write_str("}")
    }

    fn stmt(&mut self, stmt: &Stmt) -> fmt::Result {
        match &stmt.kind {
            StmtKind::Let { pat, init } => {
                self.out.write_str("let ")?;
                self.pat(pat)?;
                if let Some(init) = init {
                    self.out.write_str(" = ")?;
                    self.expr(*init)?;
                }
                Ok(())
            }
            StmtKind::Assign { target, op, value } => {
                self.place(target)?;
                write!(self.out, " {}= ", op.map_or("", |op| op.symbol()))?;
                self.expr(*value)
            }
            StmtKind::Expr(id) => self.expr(*id),
            StmtKind::For(id) => self.for_loop(*id),
            StmtKind::While { cond, body, .. } => {
                self.out.write_str("while ")?;
                self.expr(*cond)?;
                self.block(body)
            }
            StmtKind::Loop { body, .. } => {
                self.out.write_str("loop")?;
                self.block(body)
            }
            StmtKind::Break { depth } => write!(self.out, "break {depth}"),
            StmtKind::Continue { depth } => write!(self.out, "continue {depth}"),
            StmtKind::Return(value) => {
                self.out.write_str("return ")?;
                self.expr(*value)
            }
            StmtKind::Assert { cond, .. } => {
                self.out.write_str("assert ")?;
                self.expr(*cond)
            }
            StmtKind::Opaque(opaque) => self.opaque(opaque),
        }
    }

    fn opaque(&mut self, opaque: &Opaque) -> fmt::Result {
        write!(self.out, "opaque ({})", opaque.what)?;
        opaque.blocks.iter().try_for_each(|block| self.block(block))
    }

    fn for_loop(&mut self, id: LoopId) -> fmt::Result {
        let node = &self.function.loops[id];
        write!(self.out, "for{id:?} ")?;
        self.binding(node.var)?;
        self.out.write_str(" in ")?;
        self.expr(node.range.start)?;
        self.out
            .write_str(if node.range.inclusive { "..=" } else { ".." })?;
        self.expr(node.range.end)?;
        for adapter in &node.range.adapters {
            match adapter {
                Adapter::Rev => self.out.write_str(" rev")?,
                Adapter::StepBy(step) => {
                    self.out.write_str(" step_by ")?;
                    self.expr(*step)?;
                }
            }
        }
        self.block(&node.body)
    }

    fn pat(&mut self, pat: &Pat) -> fmt::Result {
        match pat {
            Pat::Var(var) => self.binding(*var),
            Pat::Wild => self.out.write_str("_"),
            Pat::Tuple(parts) => {
                self.out.write_str("(")?;
                for (n, part) in parts.iter().enumerate() {
                    self.out.write_str(if n > 0 { ", " } else { "" })?;
                    self.pat(part)?;
                }
                self.out.write_str(")")
            }
        }
    }

    fn place(&mut self, place: &Place) -> fmt::Result {
        match place {
            Place::Var(var) => self.name(*var),
            Place::Element(access) => {
                let access = &self.function.accesses[*access];
                self.name(access.array)?;
                self.list("[", access.written(), "]")?;
                self.out.write_str(access.suffix())
            }
            Place::LocalElement { base, index } => {
                self.name(*base)?;
                index
                    .iter()
                    .try_for_each(|index| self.list("[", &[*index], "]"))
            }
            Place::Field { base, index } => {
                self.name(*base)?;
                write!(self.out, ".{index}")
            }
        }
    }

    fn list(&mut self, open: &str, ids: &[ExprId], close: &str) -> fmt::Result {
        self.out.write_str(open)?;
        for (n, id) in ids.iter().enumerate() {
            self.out.write_str(if n > 0 { ", " } else { "" })?;
            self.expr(*id)?;
        }
        self.out.write_str(close)
    }

    /// An operand, in parentheses where it binds less tightly than `least`.
    fn operand(&mut self, id: ExprId, least: u8) -> fmt::Result {
        let loose = binding(&self.function.exprs[id].kind) < least;
        self.out.write_str(if loose { "(" } else { "" })?;
        self.expr(id)?;
        self.out.write_str(if loose { ")" } else { "" })
    }

    fn expr(&mut self, id: ExprId) -> fmt::Result {
        match &self.function.exprs[id].kind {
            ExprKind::Int(value, suffix) => {
                write!(
                    self.out,
                    "{value}{}",
                    suffix.map_or("", |suffix| suffix.name())
                )
            }
            ExprKind::Float(text, suffix) => {
                write!(
                    self.out,
                    "{text}{}",
                    suffix.map_or("", |suffix| suffix.name())
                )
            }
            ExprKind::Bool(value) => write!(self.out, "{value}"),
            ExprKind::Var(var) => self.name(*var),
            ExprKind::Unary(op, inner) => {
                self.out.write_str(match op {
                    super::UnaryOp::Neg => "-",
                    super::UnaryOp::Not => "!",
                })?;
                self.operand(*inner, UNARY)
            }
            ExprKind::Binary(op, left, right) => {
                let own = binding(&self.function.exprs[id].kind);
                self.operand(*left, own)?;
                write!(self.out, " {op} ")?;
                self.operand(*right, own + 1)
            }
            ExprKind::Logic { and, left, right } => {
                let own = binding(&self.function.exprs[id].kind);
                self.operand(*left, own)?;
                self.out.write_str(if *and { " && " } else { " || " })?;
                self.operand(*right, own + 1)
            }
            ExprKind::Cast(inner, scalar) => {
                self.operand(*inner, CAST)?;
                write!(self.out, " as {scalar}")
            }
            ExprKind::Load(access) => self.place(&Place::Element(*access)),
            ExprKind::Len { array, dim } => {
                self.name(*array)?;
                let rank = self.function.vars[*array]
                    .ty
                    .view()
                    .map_or(1, |view| view.rank);
                match (rank, dim) {
                    (1, _) => self.out.write_str(".len()"),
                    (2, 0) => self.out.write_str(".nrows()"),
                    (2, _) => self.out.write_str(".ncols()"),
                    _ => write!(self.out, ".dim().{dim}"),
                }
            }
            ExprKind::Call(builtin, args) => {
                self.operand(args[0], POSTFIX)?;
                write!(self.out, ".{}", builtin.name())?;
                self.list("(", &args[1..], ")")
            }
            ExprKind::Apply(callee, args) => {
                self.out.write_str(&self.function.callees[*callee].name)?;
                self.list("(", args, ")")
            }
            ExprKind::Tuple(parts) => self.list("(", parts, ")"),
            ExprKind::Option(Some(value)) => self.list("Some(", &[*value], ")"),
            ExprKind::Ordering(value) => write!(self.out, "Ordering({value})"),
            ExprKind::Option(None) => self.out.write_str("None"),
            ExprKind::Complex(_, parts) => self.list("complex(", parts, ")"),
            ExprKind::Field(base, index) => {
                self.operand(*base, POSTFIX)?;
                write!(self.out, ".{index}")
            }
            ExprKind::Array(parts) => self.list("[", parts, "]"),
            ExprKind::Repeat(value, len) => {
                self.list("[", &[*value], "")?;
                write!(self.out, "; {len}]")
            }
            ExprKind::LocalElement { base, index } => self.place(&Place::LocalElement {
                base: *base,
                index: index.clone(),
            }),
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => {
                self.out.write_str("if ")?;
                self.expr(*cond)?;
                self.block(then)?;
                if let Some(otherwise) = otherwise {
                    self.out.write_str(" else")?;
                    self.block(otherwise)?;
                }
                Ok(())
            }
            ExprKind::Block(block) => self.block(block),
            ExprKind::Iteration => self.out.write_str("iteration"),
            ExprKind::NewArray { rank, .. } => write!(self.out, "new array of rank {rank}"),
            ExprKind::Opaque(opaque) => self.opaque(opaque),
        }
    }
}

const CAST: u8 = 12;
const UNARY: u8 = 13;
const POSTFIX: u8 = 14;

/// How tightly an expression binds, as in the Rust reference's table of precedence.
fn binding(kind: &ExprKind) -> u8 {
    use super::BinaryOp::*;
    match kind {
        ExprKind::Logic { and, .. } => 2 + u8::from(*and),
        ExprKind::Binary(op, ..) => match op {
            Eq | Ne | Lt | Le | Gt | Ge => 5,
            Or => 6,
            Xor => 7,
            And => 8,
            Shl | Shr => 9,
            Add | Sub => 10,
            Mul | Div | Rem => 11,
        },
        ExprKind::Cast(..) => CAST,
        ExprKind::Unary(..) => UNARY,
        ExprKind::If { .. } | ExprKind::Block(_) => 0,
        _ => POSTFIX,
    }
}
