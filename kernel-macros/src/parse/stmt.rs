//! Statements and blocks → IR.

use super::Parser;
use super::assertion;
use super::expr::{
    ATTRIBUTE_HELP, CLOSURE, NO_ENUMS, attributes, binary_op, compound_op, contains_let,
    foreign_attribute,
};
use super::jump::Frame;
use super::span;
use super::ty;
use super::written;
use crate::ir::{Block, ExprId, ExprKind, Opaque, Stmt, StmtKind, Ty, VarKind};

impl Parser {
    /// Reads a block in a scope of its own.
    pub(super) fn block(&mut self, block: &syn::Block) -> Block {
        self.scopes.enter();
        let out = self.block_in_scope(block);
        self.scopes.leave();
        out
    }

    /// Reads a block in the current scope.
    pub(super) fn block_in_scope(&mut self, block: &syn::Block) -> Block {
        self.declare_items(block);
        // What runs before the statement around this block does not run in it.
        let outer = std::mem::take(&mut self.before);
        let mut out = Block::default();
        let last = block.stmts.len().saturating_sub(1);
        for (position, stmt) in block.stmts.iter().enumerate() {
            match stmt {
                syn::Stmt::Expr(node, None)
                    if position == last && (is_value(node) || self.is_valued_loop(node)) =>
                {
                    let unit = self.unit_call(node);
                    if unit.is_none() {
                        out.value = Some(self.expr(node));
                    }
                    out.stmts.append(&mut self.before);
                    let span = span::of_stmt(stmt);
                    out.stmts.extend(unit.map(|kind| Stmt { kind, span }));
                }
                syn::Stmt::Local(local) if self.bind_closure(local) => {
                    // The driver has it all the same.
                    if self.path.is_empty() {
                        let (kind, span) = (opaque_stmt(CLOSURE, None), span::of_stmt(stmt));
                        out.stmts.push(Stmt { kind, span });
                    }
                }
                syn::Stmt::Local(local) if self.bind_part(local) => {
                    out.stmts.append(&mut self.before);
                }
                _ => {
                    let kind = self.stmt(stmt);
                    out.stmts.append(&mut self.before);
                    out.stmts.push(Stmt {
                        kind,
                        span: span::of_stmt(stmt),
                    });
                }
            }
        }
        self.before = outer;
        out
    }

    /// `const N: usize = 8;` in a block is visible in all of it.
    pub(super) fn bind_constant(&mut self, stmt: &syn::Stmt) {
        let (ident, ty) = match stmt {
            syn::Stmt::Item(syn::Item::Const(item)) => (&item.ident, ty::annotation(&item.ty)),
            syn::Stmt::Item(syn::Item::Static(item)) => (&item.ident, ty::annotation(&item.ty)),
            _ => return,
        };
        let ty = match ty {
            Ty::Scalar(_) | Ty::View(_) => ty,
            Ty::Array(elem, _) => Ty::elements(&elem, false),
            _ => Ty::Unknown,
        };
        let id = self.bind_hidden(ident, VarKind::Outside);
        if let syn::Stmt::Item(syn::Item::Const(item)) = stmt
            && let Some(len) = self.length(&item.expr)
        {
            self.lengths.insert(id, len);
        }
        self.vars[id].ty = ty;
        self.learn_shapes(&[id]);
        self.scopes.bind_constant(ident, id);
    }

    pub(super) fn stmt(&mut self, stmt: &syn::Stmt) -> StmtKind {
        match stmt {
            syn::Stmt::Local(local) => self.local(local),
            syn::Stmt::Item(_) => opaque_stmt("an item", None),
            syn::Stmt::Macro(node) => self.macro_stmt(node),
            syn::Stmt::Expr(node, _) => self.stmt_expr(node),
        }
    }

    fn macro_stmt(&mut self, node: &syn::StmtMacro) -> StmtKind {
        if let Some(attr) = foreign_attribute(&node.attrs) {
            return opaque_stmt(attr, Some(ATTRIBUTE_HELP));
        }
        self.assertion(&node.mac).unwrap_or_else(|| {
            let name = written::text(&node.mac.path);
            let help = "macros can hide a `return` or a write: write it out, or move it \
                        outside the loop";
            opaque_stmt(format!("the macro `{name}!`"), Some(help))
        })
    }

    pub(super) fn stmt_expr(&mut self, node: &syn::Expr) -> StmtKind {
        // A loop reads its own, because loops in it are still candidates.
        if !matches!(node, syn::Expr::ForLoop(_))
            && let Some(attr) = foreign_attribute(attributes(node))
        {
            return opaque_stmt(attr, Some(ATTRIBUTE_HELP));
        }
        match node {
            syn::Expr::Assign(assign) => self.assign(assign),
            syn::Expr::Binary(binary) if binary_op(&binary.op).is_none() => self.compound(binary),
            syn::Expr::ForLoop(loop_node) => match self.listed_loop(loop_node) {
                Some(kind) => kind,
                None => self.for_loop(loop_node),
            },
            syn::Expr::Macro(node_macro) if assertion::is_assertion(&node_macro.mac) => {
                match self.assertion(&node_macro.mac) {
                    Some(kind) => kind,
                    None => StmtKind::Expr(self.expr(node)),
                }
            }
            syn::Expr::Call(_) | syn::Expr::MethodCall(_)
                if let Some(kind) = self.unit_call(node) =>
            {
                kind
            }
            syn::Expr::While(node_while) => self.while_loop(node_while),
            syn::Expr::Loop(node_loop) => {
                self.frames.push(Frame::of_loop(node_loop.label.as_ref()));
                let mut body = self.block(&node_loop.body);
                self.discard(&mut body);
                self.frames.pop();
                StmtKind::Loop { body }
            }
            syn::Expr::Break(jump) => self.break_stmt(node, jump),
            syn::Expr::Continue(jump) => self.continue_stmt(node, jump),
            syn::Expr::Return(jump) => {
                let left = self.return_stmt(node, jump);
                match left.or_else(|| self.leave_function(jump)) {
                    Some(kind) => kind,
                    None => StmtKind::Expr(self.expr(node)),
                }
            }
            _ => {
                let id = self.expr(node);
                self.discard_value(id);
                StmtKind::Expr(id)
            }
        }
    }

    /// A call without a value, which is a statement also where no semicolon follows.
    fn unit_call(&mut self, node: &syn::Expr) -> Option<StmtKind> {
        match node {
            syn::Expr::Paren(of) => self.unit_call(&of.expr),
            syn::Expr::Call(call) => self.swapped_places(call),
            syn::Expr::MethodCall(call) => {
                let swapped = self.swapped_elements(call);
                let filled = swapped.or_else(|| self.filled(call));
                let reversed = filled.or_else(|| self.reversed(call));
                reversed.or_else(|| self.sorted(call))
            }
            _ => None,
        }
    }

    /// Makes the tail expression of a block whose value nobody reads a statement.
    pub(super) fn discard(&mut self, block: &mut Block) {
        if let Some(id) = block.value.take() {
            self.discard_value(id);
            let span = self.exprs[id].span;
            block.stmts.push(Stmt {
                kind: StmtKind::Expr(id),
                span,
            });
        }
    }

    fn discard_value(&mut self, id: ExprId) {
        let mut kind = std::mem::replace(&mut self.exprs[id].kind, ExprKind::Bool(false));
        match &mut kind {
            ExprKind::If {
                then, otherwise, ..
            } => {
                self.discard(then);
                if let Some(otherwise) = otherwise {
                    self.discard(otherwise);
                }
            }
            ExprKind::Block(block) => self.discard(block),
            _ => {}
        }
        self.exprs[id].kind = kind;
    }

    fn while_loop(&mut self, node_while: &syn::ExprWhile) -> StmtKind {
        if let Some(kind) = self.while_let(node_while) {
            return kind;
        }
        self.frames.push(Frame::of_loop(node_while.label.as_ref()));
        let kind = if contains_let(&node_while.cond) {
            self.scopes.enter();
            self.bind_unknown_in(&node_while.cond);
            let blocks = vec![self.block(&node_while.body)];
            self.scopes.leave();
            StmtKind::Opaque(Opaque {
                what: "`while let`".to_string(),
                help: Some(NO_ENUMS.to_string()),
                blocks,
            })
        } else {
            let cond = self.expr(&node_while.cond);
            let mut body = self.block(&node_while.body);
            self.discard(&mut body);
            StmtKind::While { cond, body }
        };
        self.frames.pop();
        kind
    }
}

pub(super) fn opaque_stmt(what: impl Into<String>, help: Option<&str>) -> StmtKind {
    StmtKind::Opaque(Opaque {
        what: what.into(),
        help: help.map(str::to_string),
        blocks: Vec::new(),
    })
}

/// Whether a block's last expression is its value, rather than a statement without semicolon.
fn is_value(node: &syn::Expr) -> bool {
    match node {
        syn::Expr::ForLoop(_) | syn::Expr::While(_) | syn::Expr::Assign(_) => false,
        syn::Expr::Loop(_) | syn::Expr::Break(_) | syn::Expr::Continue(_) => false,
        syn::Expr::Return(_) => false,
        syn::Expr::Macro(node) => !assertion::is_assertion(&node.mac),
        syn::Expr::Binary(binary) => compound_op(&binary.op).is_none(),
        syn::Expr::If(node) => node.else_branch.is_some(),
        _ => true,
    }
}
