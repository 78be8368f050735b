//! Branches, and what the subset has no word for, whose blocks are read all the same.

use crate::ir::{Block, ExprId, ExprKind, Stmt, StmtKind};
use crate::parse::jump::Frame;
use crate::parse::{Parser, blame, span, written};

impl Parser {
    pub(super) fn if_expr(&mut self, node: &syn::Expr, node_if: &syn::ExprIf) -> ExprId {
        if contains_let(&node_if.cond) {
            if let Some(chosen) = self.if_let_slice(node_if) {
                return chosen;
            }
            let converted = self.if_converted(node_if);
            let read = self.if_let(node, converted.as_ref().unwrap_or(node_if));
            return read.unwrap_or_else(|| self.outside_subset(node));
        }
        let cond = self.expr(&node_if.cond);
        let then = self.block(&node_if.then_branch);
        let otherwise = node_if
            .else_branch
            .as_ref()
            .map(|(_, branch)| self.else_block(branch));
        self.push(
            ExprKind::If {
                cond,
                then,
                otherwise,
            },
            span::of(node),
        )
    }

    pub(in crate::parse) fn else_block(&mut self, branch: &syn::Expr) -> Block {
        match branch {
            syn::Expr::Block(block) => self.block(&block.block),
            _ => Block {
                stmts: Vec::new(),
                value: Some(self.expr(branch)),
            },
        }
    }

    /// Names the construct; blocks inside it are read, because loops in them are still candidates
    /// while the construct stands in the driver.
    pub(super) fn outside_subset(&mut self, node: &syn::Expr) -> ExprId {
        let (mut what, help) = describe(node);
        if let syn::Expr::Match(of) = node
            && let Some(pat) = self.unknown_pattern(of)
        {
            what = format!("`match` with the pattern `{}`", written::text(pat));
            if let syn::Expr::MethodCall(call) = &*of.expr {
                what = format!("{what} of `{}`", written::text(call));
            }
        }
        let id = self.opaque(node, what, help);
        let blocks = self.inner_blocks(node);
        if let ExprKind::Opaque(opaque) = &mut self.exprs[id].kind {
            opaque.blocks = blocks;
        }
        id
    }

    pub(super) fn inner_blocks(&mut self, node: &syn::Expr) -> Vec<Block> {
        match node {
            syn::Expr::If(node) => {
                let mut blocks = self.asked(&node.cond, true);
                self.scopes.enter();
                self.bind_unknown_in(&node.cond);
                blocks.push(self.block(&node.then_branch));
                self.scopes.leave();
                if let Some((_, branch)) = &node.else_branch {
                    blocks.push(self.else_block(branch));
                }
                blocks
            }
            syn::Expr::Match(node) => {
                let mut blocks = self.asked(&node.expr, true);
                let arms = node.arms.iter();
                blocks.extend(arms.map(|arm| self.opaque_arm(&arm.pat, &arm.body)));
                blocks
            }
            syn::Expr::Block(node) => vec![self.driver_block(node.label.as_ref(), &node.block)],
            syn::Expr::Loop(node) => vec![self.driver_block(node.label.as_ref(), &node.body)],
            syn::Expr::Unsafe(node) => vec![self.block(&node.block)],
            syn::Expr::Return(node) => {
                let value = node.expr.as_ref().map(|value| self.expr(value));
                self.returned.extend(value);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// What a branch of the driver's asks first, if that is a chain, whose loop is a candidate; `outlives` says
    /// that its value is there until the branches end.
    pub(in crate::parse) fn asked(&mut self, node: &syn::Expr, outlives: bool) -> Vec<Block> {
        let asked = match node {
            syn::Expr::Let(of) => &of.expr,
            node => node,
        };
        let syn::Expr::MethodCall(call) = asked else {
            return Vec::new();
        };
        if !self.path.is_empty() {
            return Vec::new();
        }
        let mut value = self.total(call);
        if value.is_none() && outlives {
            value = self.whole_option_matched(call);
        }
        let block = value.map(|value| {
            let (kind, span) = (StmtKind::Expr(value), span::of(asked));
            Block {
                stmts: vec![Stmt { kind, span }],
                value: None,
            }
        });
        block.into_iter().collect()
    }

    /// A block of the driver's that a jump may leave with a value.
    pub(super) fn driver_block(&mut self, label: Option<&syn::Label>, block: &syn::Block) -> Block {
        self.frames.push(Frame::of_loop(label));
        let block = self.block(block);
        self.frames.pop();
        block
    }

    pub(super) fn opaque_arm(&mut self, pat: &syn::Pat, body: &syn::Expr) -> Block {
        self.scopes.enter();
        self.bind_unknown(pat);
        let block = match body {
            syn::Expr::Block(block) if block.label.is_none() => self.block(&block.block),
            _ => Block {
                stmts: Vec::new(),
                value: Some(self.expr(body)),
            },
        };
        self.scopes.leave();
        block
    }

    /// Binds what `if let` conditions bind.
    pub(in crate::parse) fn bind_unknown_in(&mut self, cond: &syn::Expr) {
        match cond {
            syn::Expr::Let(node) => self.bind_unknown(&node.pat),
            syn::Expr::Binary(node) => {
                self.bind_unknown_in(&node.left);
                self.bind_unknown_in(&node.right);
            }
            _ => {}
        }
    }
}

pub(in crate::parse) fn contains_let(cond: &syn::Expr) -> bool {
    match cond {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(node) => contains_let(&node.left) || contains_let(&node.right),
        _ => false,
    }
}

pub(in crate::parse) const NO_ENUMS: &str =
    "numbers, bools, ranges, tuples, `Some` and `None` are what patterns of kernels test";

/// What a closure is called where its name is not known.
pub(in crate::parse) const CLOSURE: &str = "a closure";

/// What a construct outside the subset is called, and the way out.
pub(in crate::parse) fn describe(node: &syn::Expr) -> (String, Option<&'static str>) {
    let (what, help) = match node {
        syn::Expr::Return(_) => (
            "`return`",
            Some(
                "a parallel loop has no first iteration to leave from: record what was found in a \
                  variable, and return after the loop",
            ),
        ),
        syn::Expr::Try(_) => (
            "`?`",
            Some("record the failure in a variable, and return after the loop"),
        ),
        syn::Expr::Break(_) => (
            "`break`",
            Some("a parallel loop cannot be left early: make the rest of the body conditional"),
        ),
        syn::Expr::Continue(_) => ("`continue` of an outer loop", None),
        syn::Expr::Closure(_) => (
            CLOSURE,
            Some("write its body out, or nest a function in the kernel"),
        ),
        syn::Expr::Macro(node) => {
            let name = written::text(&node.mac.path);
            return (
                format!("the macro `{name}!`"),
                Some(
                    "macros can hide a `return` or a write: write it out, or move it outside the \
                      loop",
                ),
            );
        }
        syn::Expr::Match(_) => (
            "`match` with this pattern",
            Some(
                "numbers, bools, ranges, tuples, `Some`, `None`, `|` and `_` are patterns of \
                 kernels; a name only as the last arm",
            ),
        ),
        syn::Expr::If(node) => {
            let what = match &*node.cond {
                syn::Expr::Let(test) => {
                    let (pat, value) = (written::text(&test.pat), written::text(&test.expr));
                    format!("`if let {pat} = {value}`")
                }
                _ => "`if let`".to_string(),
            };
            return (what, Some(NO_ENUMS));
        }
        syn::Expr::Unsafe(_) => {
            let what = format!("`unsafe` code{}", blame::about(node));
            return (what, Some("kernels are safe code"));
        }
        syn::Expr::Reference(_) => {
            return (
                format!("the reference `{}`", written::text(node)),
                Some("use the value itself, or index the array where it is needed"),
            );
        }
        syn::Expr::RawAddr(_) => ("a raw pointer", None),
        syn::Expr::Struct(node) => {
            return (
                format!("the struct `{}`", written::text(&node.path)),
                Some("use a tuple, or several variables"),
            );
        }
        syn::Expr::Range(_) => ("a range as a value", None),
        syn::Expr::Async(_) | syn::Expr::Await(_) => ("`async` code", None),
        syn::Expr::Block(_) => ("a labelled block", None),
        syn::Expr::Const(_) => (
            "a `const` block",
            Some("name the constant outside the loop"),
        ),
        syn::Expr::Loop(_) => ("`loop` as a value", Some("assign to a variable inside it")),
        syn::Expr::Let(_) => ("`let` in a condition", None),
        _ => ("an expression that the kernel language does not have", None),
    };
    (what.to_string(), help)
}
