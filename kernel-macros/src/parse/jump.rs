//! Jumps: which loop or block a `break`, `continue` or `return` leaves, and blocks that are left
//! early.
//!
//! A labelled block, a `loop` with a value, and a nested function with an early `return` become a
//! loop of the IR that runs once, with a variable for the value: a jump is then a `break`, and
//! nothing after this stage knows more kinds of it.

use super::Parser;
use super::expr::describe;
use super::stmt::opaque_stmt;
use crate::ir::{Block, ExprId, ExprKind, Pat, Place, Span, Stmt, StmtKind, VarId};
use proc_macro2::Ident;
use syn::visit::{self, Visit};

/// Something around the reader that a jump can leave; each is a loop in the IR.
pub(super) struct Frame {
    label: Option<String>,
    kind: FrameKind,
    /// Takes the value that a jump out of it carries.
    value: Option<VarId>,
    /// Loops of the IR that it became: leaving it leaves them all.
    pub(super) levels: u32,
}

#[derive(Clone, Copy, PartialEq)]
enum FrameKind {
    Loop,
    Block,
    Function,
}

impl Frame {
    /// A loop without a value.
    pub(super) fn of_loop(label: Option<&syn::Label>) -> Frame {
        Frame {
            label: label.map(|label| label.name.to_string()),
            kind: FrameKind::Loop,
            value: None,
            levels: 1,
        }
    }

    fn named(&self, label: &syn::Lifetime) -> bool {
        self.label == Some(label.to_string())
    }
}

impl Parser {
    pub(super) fn break_stmt(&mut self, node: &syn::Expr, jump: &syn::ExprBreak) -> StmtKind {
        let target = self.position(jump.label.as_ref());
        self.leave(node, target, jump.expr.as_deref())
    }

    pub(super) fn continue_stmt(&mut self, node: &syn::Expr, jump: &syn::ExprContinue) -> StmtKind {
        match self.position(jump.label.as_ref()) {
            Some(target) => StmtKind::Continue {
                depth: self.loops_inside(target),
            },
            None => opaque_jump(node),
        }
    }

    /// A `return`: of a nested function, or of the kernel itself, which no region has a word for.
    pub(super) fn return_stmt(
        &mut self,
        node: &syn::Expr,
        jump: &syn::ExprReturn,
    ) -> Option<StmtKind> {
        let mut open = self.frames.iter().rev();
        let target = open.position(|frame| frame.kind == FrameKind::Function)?;
        Some(self.leave(node, Some(target), jump.expr.as_deref()))
    }

    /// How many frames lie between a jump and what it leaves.
    fn position(&self, label: Option<&syn::Lifetime>) -> Option<usize> {
        let mut open = self.frames.iter().rev();
        match label {
            Some(label) => open.position(|frame| frame.named(label)),
            None => open.position(|frame| frame.kind == FrameKind::Loop),
        }
    }

    /// How many loops of the IR lie between a jump and the innermost one of what it names.
    fn loops_inside(&self, target: usize) -> u32 {
        let inside = self.frames.iter().rev().take(target);
        inside.map(|frame| frame.levels).sum()
    }

    /// Leaves the frame so many levels up, with a value if it takes one.
    fn leave(
        &mut self,
        node: &syn::Expr,
        target: Option<usize>,
        value: Option<&syn::Expr>,
    ) -> StmtKind {
        let Some(target) = target else {
            return opaque_jump(node);
        };
        let frame = &self.frames[self.frames.len() - 1 - target];
        let depth = self.loops_inside(target) + frame.levels - 1;
        let leave = StmtKind::Break { depth };
        match (frame.value, value) {
            (None, None) => leave,
            (Some(var), Some(value)) => {
                let span = super::span::of(node);
                let value = self.expr(value);
                let stmts = vec![
                    Stmt {
                        kind: assign(var, value),
                        span,
                    },
                    Stmt { kind: leave, span },
                ];
                let block = ExprKind::Block(Block { stmts, value: None });
                StmtKind::Expr(self.push(block, span))
            }
            _ => opaque_jump(node),
        }
    }

    /// `'label: { .. }` in a loop.
    pub(super) fn labelled_block(&mut self, label: &syn::Label, block: &syn::Block) -> ExprId {
        let valued = Jumps::in_block(block, Some(&label.name)).valued;
        let span = Span::of(block);
        let label = Some(label.name.to_string());
        self.left_early(label, FrameKind::Block, valued, span, |parser| {
            parser.block(block)
        })
    }

    /// `loop { .. break value; .. }` in a loop: its passes are the one pass of a frame of its own.
    pub(super) fn loop_value(&mut self, node: &syn::ExprLoop) -> Option<ExprId> {
        let label = node.label.as_ref().map(|label| &label.name);
        if !Jumps::in_block(&node.body, label).valued {
            return None;
        }
        let span = Span {
            start: node.loop_token.span,
            end: node.body.brace_token.span.close(),
        };
        let value = self.value_var();
        self.frames.push(Frame {
            label: label.map(ToString::to_string),
            kind: FrameKind::Loop,
            value: Some(value),
            levels: 1,
        });
        let mut body = self.block(&node.body);
        self.discard(&mut body);
        self.frames.pop();
        Some(self.valued_loop(Some(value), body, span))
    }

    /// Whether an expression of an iteration is such a loop.
    pub(super) fn is_valued_loop(&self, node: &syn::Expr) -> bool {
        let syn::Expr::Loop(node) = node else {
            return false;
        };
        let label = node.label.as_ref().map(|label| &label.name);
        !self.path.is_empty() && Jumps::in_block(&node.body, label).valued
    }

    /// The body of a nested function: a plain block, unless a `return` leaves it early.
    pub(super) fn function_body(&mut self, item: &syn::ItemFn, span: Span) -> Block {
        let mut block = (*item.block).clone();
        tail_return(&mut block);
        let valued = !matches!(item.sig.output, syn::ReturnType::Default);
        if !Jumps::in_block(&block, None).returns {
            let mut body = self.block(&block);
            if !valued {
                self.discard(&mut body);
            }
            return body;
        }
        let value = self.left_early(None, FrameKind::Function, valued, span, |parser| {
            parser.block(&block)
        });
        Block {
            stmts: Vec::new(),
            value: Some(value),
        }
    }

    /// What `read` reads, as a loop that runs once.
    fn left_early(
        &mut self,
        label: Option<String>,
        kind: FrameKind,
        valued: bool,
        span: Span,
        read: impl FnOnce(&mut Self) -> Block,
    ) -> ExprId {
        let value = valued.then(|| self.value_var());
        self.frames.push(Frame {
            label,
            kind,
            value,
            levels: 1,
        });
        let mut body = read(self);
        self.frames.pop();
        match (value, body.value.take()) {
            (Some(var), Some(tail)) => body.stmts.push(Stmt {
                kind: assign(var, tail),
                span,
            }),
            (None, tail @ Some(_)) => {
                body.value = tail;
                self.discard(&mut body);
            }
            (_, None) => {}
        }
        let kind = StmtKind::Break { depth: 0 };
        body.stmts.push(Stmt { kind, span });
        self.valued_loop(value, body, span)
    }

    fn value_var(&mut self) -> VarId {
        let name = Ident::new("value", proc_macro2::Span::mixed_site());
        let kind = self.local_kind();
        self.bind_hidden(&name, kind)
    }

    /// `{ let value; loop { body } value }`
    fn valued_loop(&mut self, value: Option<VarId>, body: Block, span: Span) -> ExprId {
        let mut stmts = Vec::new();
        if let Some(var) = value {
            let pat = Pat::Var(var);
            let kind = StmtKind::Let { pat, init: None };
            stmts.push(Stmt { kind, span });
        }
        let kind = StmtKind::Loop { body };
        stmts.push(Stmt { kind, span });
        let value = value.map(|var| self.push(ExprKind::Var(var), span));
        self.push(ExprKind::Block(Block { stmts, value }), span)
    }
}

fn assign(var: VarId, value: ExprId) -> StmtKind {
    StmtKind::Assign {
        target: Place::Var(var),
        op: None,
        value,
    }
}

fn opaque_jump(node: &syn::Expr) -> StmtKind {
    let (what, help) = describe(node);
    opaque_stmt(what, help)
}

/// `return x;` at a function's end is its value.
fn tail_return(block: &mut syn::Block) {
    if let Some(syn::Stmt::Expr(last, semicolon)) = block.stmts.last_mut()
        && let syn::Expr::Return(jump) = last
        && let Some(value) = jump.expr.take()
    {
        *last = *value;
        *semicolon = None;
    }
}

/// The jumps in a block.
#[derive(Default)]
pub(super) struct Jumps<'a> {
    /// The label of the block itself, if it has one.
    label: Option<&'a syn::Lifetime>,
    /// Loops between the block and the node that is visited.
    depth: u32,
    /// It contains a `return`.
    returns: bool,
    /// A `break` leads out of it.
    pub breaks: bool,
    /// One of them carries a value.
    valued: bool,
    /// A `continue` leads to its end.
    pub continues: bool,
}

impl<'a> Jumps<'a> {
    pub fn in_block(block: &syn::Block, label: Option<&'a syn::Lifetime>) -> Self {
        let mut jumps = Jumps {
            label,
            ..Jumps::default()
        };
        jumps.visit_block(block);
        jumps
    }

    fn inside(&mut self, visit: impl FnOnce(&mut Self)) {
        self.depth += 1;
        visit(self);
        self.depth -= 1;
    }

    /// Whether a jump with that label is one of the block itself.
    fn is_ours(&self, label: Option<&syn::Lifetime>) -> bool {
        match label {
            Some(label) => Some(label) == self.label,
            None => self.depth == 0,
        }
    }
}

impl<'ast> Visit<'ast> for Jumps<'_> {
    fn visit_expr_return(&mut self, node: &'ast syn::ExprReturn) {
        self.returns = true;
        visit::visit_expr_return(self, node);
    }

    fn visit_expr_break(&mut self, node: &'ast syn::ExprBreak) {
        let ours = self.is_ours(node.label.as_ref());
        self.breaks |= ours;
        self.valued |= ours && node.expr.is_some();
        visit::visit_expr_break(self, node);
    }

    fn visit_expr_continue(&mut self, node: &'ast syn::ExprContinue) {
        self.continues |= self.is_ours(node.label.as_ref());
    }

    fn visit_expr_loop(&mut self, node: &'ast syn::ExprLoop) {
        self.inside(|jumps| visit::visit_expr_loop(jumps, node));
    }

    fn visit_expr_while(&mut self, node: &'ast syn::ExprWhile) {
        self.inside(|jumps| visit::visit_expr_while(jumps, node));
    }

    fn visit_expr_for_loop(&mut self, node: &'ast syn::ExprForLoop) {
        self.inside(|jumps| visit::visit_expr_for_loop(jumps, node));
    }

    // These have jumps of their own.
    fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
    fn visit_expr_async(&mut self, _: &'ast syn::ExprAsync) {}
    fn visit_item(&mut self, _: &'ast syn::Item) {}
}
