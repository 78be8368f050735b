//! Which nodes of the loop IR kernels have, for which types: read off the IR itself.

use crate::arrays::scalar;
use crate::types::Ty;
use kernel_compiler::Compiled;
use kernel_compiler::analysis::builtins;
use kernel_compiler::ir::{
    AccessMode, Adapter, BinaryOp, Block, Builtin, Expr, ExprId, ExprKind, Function, Pat, Place,
    Range, Scalar, Stmt, StmtKind, UnaryOp, VarId,
};
use std::collections::BTreeMap;

/// Whether a type has a node.
type Has = fn(Scalar) -> bool;

/// A row of the table: what it counts, and which types have it.
type Row = (String, Box<dyn Fn(Scalar) -> bool>);

const ANY: Has = |_| true;
const NUMBER: Has = |ty| ty != Scalar::Bool;
const WHOLE: Has = |ty| !ty.is_float();
const INT: Has = Scalar::is_int;
const SIGNED: Has = |ty| ty.is_float() || ty.is_signed();
const UNSIGNED: Has = |ty| ty.is_int() && !ty.is_signed();

const ROWS: &[(&str, Has)] = &[
    ("literal", ANY),
    ("variable", ANY),
    ("load", ANY),
    ("if", ANY),
    ("block", ANY),
    ("tuple", ANY),
    ("field", ANY),
    ("[..]", ANY),
    ("[x; n]", ANY),
    ("local[i]", ANY),
    ("-x", SIGNED),
    ("!x", WHOLE),
    ("&&", |ty| ty == Scalar::Bool),
    ("||", |ty| ty == Scalar::Bool),
    ("as, from", ANY),
    ("as, to", NUMBER),
    ("let", ANY),
    ("x =", ANY),
    ("x op=", ANY),
    ("a[i] =", ANY),
    ("a[i] op=", ANY),
    ("local[i] =", ANY),
    ("local[i] op=", ANY),
    ("x.0 =", ANY),
    ("x.0 op=", ANY),
    ("assert", ANY),
    ("for", INT),
    ("for ..=", INT),
    ("for rev", INT),
    ("for step_by", INT),
    ("fold Add", |ty| ty.is_float() || ty.bits() >= 32),
    ("fold Mul", SIGNED),
    ("fold Min", NUMBER),
    ("fold Max", NUMBER),
    ("fold MinIf", NUMBER),
    ("fold MaxIf", NUMBER),
    ("fold And", WHOLE),
    ("fold Or", WHOLE),
    ("fold Xor", WHOLE),
    ("fold SaturatingAdd", UNSIGNED),
    ("fold Companion", NUMBER),
];

/// Statements without a type.
const STATEMENTS: &[&str] = &[
    "while",
    "loop",
    "break",
    "continue",
    "break out",
    "continue out",
];

const OPERATORS: &[(BinaryOp, Has)] = &[
    (BinaryOp::Add, NUMBER),
    (BinaryOp::Sub, NUMBER),
    (BinaryOp::Mul, NUMBER),
    (BinaryOp::Div, NUMBER),
    (BinaryOp::Rem, NUMBER),
    (BinaryOp::And, WHOLE),
    (BinaryOp::Or, WHOLE),
    (BinaryOp::Xor, WHOLE),
    (BinaryOp::Shl, INT),
    (BinaryOp::Shr, INT),
    (BinaryOp::Eq, ANY),
    (BinaryOp::Ne, ANY),
    (BinaryOp::Lt, ANY),
    (BinaryOp::Le, ANY),
    (BinaryOp::Gt, ANY),
    (BinaryOp::Ge, ANY),
];

/// How often each was made.
#[derive(Default)]
pub struct Coverage {
    cells: BTreeMap<(String, Scalar), usize>,
    statements: BTreeMap<&'static str, usize>,
}

impl Coverage {
    /// Adds what was counted elsewhere.
    pub fn join(&mut self, other: Coverage) {
        for (cell, count) in other.cells {
            *self.cells.entry(cell).or_default() += count;
        }
        for (statement, count) in other.statements {
            *self.statements.entry(statement).or_default() += count;
        }
    }

    /// Counts the nodes of a kernel.
    pub fn add(&mut self, compiled: &Compiled) {
        let function = &compiled.read;
        for (_, expr) in function.exprs.iter() {
            self.expr(function, expr);
        }
        for (_, node) in function.loops.iter() {
            let ty = function.vars[node.var].ty.scalar();
            self.range(&node.range, ty);
            self.block(function, &node.body);
        }
        self.block(function, &function.body);
        for (_, access) in function.accesses.iter() {
            let elem = function.vars[access.array].ty.view().map(|view| view.elem);
            let row = match access.mode {
                AccessMode::Load => continue,
                AccessMode::Store => "a[i] =",
                AccessMode::Update => "a[i] op=",
            };
            self.count(row, elem);
        }
        let regions = compiled.plan.regions.iter();
        for of in regions.flat_map(|region| &region.accumulators) {
            self.count(&format!("fold {:?}", of.fold), Some(of.ty));
        }
    }

    fn count(&mut self, row: &str, ty: Option<Scalar>) {
        if let Some(ty) = ty {
            *self.cells.entry((row.to_owned(), ty)).or_default() += 1;
        }
    }

    fn range(&mut self, range: &Range, ty: Option<Scalar>) {
        self.count(if range.inclusive { "for ..=" } else { "for" }, ty);
        for adapter in &range.adapters {
            let row = match adapter {
                Adapter::Rev => "for rev",
                Adapter::StepBy(_) => "for step_by",
            };
            self.count(row, ty);
        }
    }

    fn expr(&mut self, function: &Function, expr: &Expr) {
        let exprs = &function.exprs;
        let (ty, of) = (expr.ty.scalar(), |id: ExprId| exprs[id].ty.scalar());
        match &expr.kind {
            ExprKind::Int(..) | ExprKind::Float(..) | ExprKind::Bool(_) => {
                self.count("literal", ty);
            }
            ExprKind::Var(_) => self.count("variable", ty),
            ExprKind::Load(_) => self.count("load", ty),
            ExprKind::If { .. } => self.count("if", ty),
            ExprKind::Block(_) => self.count("block", ty),
            ExprKind::Tuple(parts) => parts.iter().for_each(|part| self.count("tuple", of(*part))),
            ExprKind::Field(..) => self.count("field", ty),
            ExprKind::Array(parts) => self.count("[..]", parts.first().and_then(|id| of(*id))),
            ExprKind::Repeat(value, _) => self.count("[x; n]", of(*value)),
            ExprKind::LocalElement { .. } => self.count("local[i]", ty),
            ExprKind::Unary(UnaryOp::Neg, _) => self.count("-x", ty),
            ExprKind::Unary(UnaryOp::Not, _) => self.count("!x", ty),
            ExprKind::Logic { and, .. } => self.count(if *and { "&&" } else { "||" }, ty),
            ExprKind::Binary(op, left, _) => self.count(op.symbol(), of(*left)),
            ExprKind::Cast(from, to) => {
                self.count("as, from", of(*from));
                self.count("as, to", Some(*to));
            }
            ExprKind::Call(builtin, args) => self.count(&method(*builtin), of(args[0])),
            _ => {}
        }
    }

    /// Statements of a block; the arena of loops has those of `for` loops in it.
    fn block(&mut self, function: &Function, block: &Block) {
        for stmt in &block.stmts {
            self.stmt(function, stmt);
        }
    }

    fn stmt(&mut self, function: &Function, stmt: &Stmt) {
        let ty = |id: ExprId| function.exprs[id].ty.scalar();
        match &stmt.kind {
            StmtKind::Let { pat, .. } => self.pattern(function, pat),
            StmtKind::Assign { target, op, value } => {
                let stem = match target {
                    Place::Var(_) => "x",
                    Place::LocalElement { .. } => "local[i]",
                    Place::Field { .. } => "x.0",
                    Place::Element(_) => return,
                };
                let row = format!("{stem} {}", if op.is_some() { "op=" } else { "=" });
                self.count(&row, ty(*value));
            }
            StmtKind::Expr(id) => self.branches(function, *id),
            StmtKind::While { body, .. } => {
                self.note("while");
                self.block(function, body);
            }
            StmtKind::Loop { body } => {
                self.note("loop");
                self.block(function, body);
            }
            StmtKind::Break { depth: 0 } => self.note("break"),
            StmtKind::Break { .. } => self.note("break out"),
            StmtKind::Continue { depth: 0 } => self.note("continue"),
            StmtKind::Continue { .. } => self.note("continue out"),
            StmtKind::Assert { args, .. } => {
                args.iter().for_each(|arg| self.count("assert", ty(*arg)));
            }
            StmtKind::For(_) | StmtKind::Return(_) | StmtKind::Opaque(_) => {}
        }
    }

    fn branches(&mut self, function: &Function, id: ExprId) {
        match &function.exprs[id].kind {
            ExprKind::If {
                then, otherwise, ..
            } => {
                self.block(function, then);
                otherwise
                    .iter()
                    .for_each(|block| self.block(function, block));
            }
            ExprKind::Block(block) => self.block(function, block),
            _ => {}
        }
    }

    fn pattern(&mut self, function: &Function, pat: &Pat) {
        let ty = |var: &VarId| function.vars[*var].ty.scalar();
        match pat {
            Pat::Var(var) => self.count("let", ty(var)),
            Pat::Tuple(parts) => parts.iter().for_each(|part| self.pattern(function, part)),
            Pat::Wild => {}
        }
    }

    fn note(&mut self, statement: &'static str) {
        *self.statements.entry(statement).or_default() += 1;
    }

    /// Prints the table; how many of its cells are empty.
    pub fn print(&self) -> usize {
        let types = Ty::ALL.map(scalar);
        let head: String = Ty::ALL.iter().map(|ty| format!("{ty:>8}")).collect();
        println!("{:<20}{head}", "");
        let mut empty = 0;
        for (name, has) in rows() {
            let cells = types
                .iter()
                .map(|ty| match self.cells.get(&(name.clone(), *ty)) {
                    Some(count) => format!("{count:>8}"),
                    None if has(*ty) => {
                        empty += 1;
                        format!("{:>8}", "EMPTY")
                    }
                    None => format!("{:>8}", "."),
                });
            let row: String = cells.collect();
            println!("{name:<20}{row}");
        }
        for name in STATEMENTS {
            let count = self.statements.get(name).copied().unwrap_or(0);
            empty += usize::from(count == 0);
            println!("{name:<20}{count:>8}");
        }
        empty
    }
}

fn method(of: Builtin) -> String {
    format!(".{}()", of.name())
}

fn rows() -> Vec<Row> {
    let nodes = ROWS.iter().map(|(name, has)| ((*name).to_owned(), *has));
    let operators = OPERATORS
        .iter()
        .map(|(op, has)| (op.symbol().to_owned(), *has));
    let mut rows: Vec<Row> = Vec::new();
    for (name, has) in nodes.chain(operators) {
        rows.push((name, Box::new(has)));
    }
    for of in Builtin::ALL.iter().copied() {
        let made = matches!(of, Builtin::MinIf | Builtin::MaxIf);
        if !made && !of.is_elementary() && !of.is_short() {
            rows.push((method(of), Box::new(move |ty| builtins::exists(of, ty))));
        }
    }
    rows
}
