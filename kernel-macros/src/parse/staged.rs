//! Loops over what a chain makes of its items: `for x in xs.iter().filter(|x| **x > 0.0) { .. }`.
//!
//! What the stages do comes first in the body: a test is an `if` around the rest.

use super::Parser;
use super::iterate::first_name;
use super::pipeline::Stage;
use super::pipeline::patterns::{referent, untyped};
use super::span;
use super::stream::Item;
use super::swap::name;
use super::written;
use crate::ir::{
    Block, ExprId, ExprKind, LoopId, Opaque, Pat, Span, Stmt, StmtKind, Ty, UnaryOp, VarId, VarKind,
};
use proc_macro2::Ident;
use quote::ToTokens;

impl Parser {
    /// The variable and the body of a loop over what stages make of a range.
    pub(super) fn staged_range(
        &mut self,
        (node, stages): (&syn::ExprForLoop, &[Stage<'_>]),
        id: LoopId,
        opaque: &mut Option<Opaque>,
    ) -> (VarId, Block) {
        let span = Span::of(&node.pat);
        let ident = first_name(&node.pat).unwrap_or_else(|| Ident::new("_", span.start));
        let var = self.bind_hidden(&ident, VarKind::Index(id));
        let hidden = name("position");
        self.vars[var].tokens = hidden.to_token_stream();
        let at = self.push(ExprKind::Var(var), span);
        let (body, _) = self.staged_body(node, stages, Item::Number(at), opaque);
        (var, body)
    }

    /// The body of a loop behind the stages that are left, and how many statements of it bind what the
    /// loop's own iterator hands out.
    pub(super) fn staged_body(
        &mut self,
        node: &syn::ExprForLoop,
        stages: &[Stage<'_>],
        item: Item,
        opaque: &mut Option<Opaque>,
    ) -> (Block, usize) {
        let Some((stage, rest)) = stages.split_first() else {
            return self.iteration_body(node, item, opaque);
        };
        let block = match stage {
            Stage::Same => return self.staged_body(node, rest, copied(item), opaque),
            Stage::Filter(test) => {
                let (cond, _) = self.made_of((test, true), item.clone(), opaque);
                let (then, _) = self.staged_body(node, rest, item, opaque);
                let chosen = self.only_if(cond, then);
                block_of(vec![chosen])
            }
            Stage::TakeWhile(test) => {
                let (goes_on, _) = self.made_of((test, true), item.clone(), opaque);
                let stop = self.stop_unless(goes_on);
                let (mut block, _) = self.staged_body(node, rest, item, opaque);
                block.stmts.insert(0, stop);
                block
            }
            Stage::Map(map) => {
                let value = self.made_of((map, false), item, opaque);
                let (item, bind) = self.held(value);
                let (mut block, _) = self.staged_body(node, rest, item, opaque);
                block.stmts.insert(0, bind);
                block
            }
            Stage::FilterMap(map) => {
                let option = self.made_of((map, false), item, opaque);
                let (item, cond, mut stmts) = self.if_some(&map.body, option);
                let (then, _) = self.staged_body(node, rest, item, opaque);
                stmts.push(self.only_if(cond, then));
                block_of(stmts)
            }
        };
        (block, 0)
    }

    /// The item with what closures make of it evaluated, before the loop's pattern binds anything.
    pub(super) fn settled(
        &mut self,
        item: Item,
        made: &mut Vec<Stmt>,
        opaque: &mut Option<Opaque>,
    ) -> Item {
        match item {
            Item::Mapped(inner, map) => {
                let inner = self.settled(*inner, made, opaque);
                let value = self.made_of((&map, false), inner, opaque);
                let (item, bind) = self.held(value);
                made.push(bind);
                item
            }
            Item::Tuple(items) => {
                let items = items.into_iter();
                let settled = items.map(|item| self.settled(item, made, opaque));
                Item::Tuple(settled.collect())
            }
            item => item,
        }
    }

    /// A closure's value of an item, or of a reference to it, and whether that may be a reference.
    fn made_of(
        &mut self,
        (of, borrows): (&syn::ExprClosure, bool),
        item: Item,
        opaque: &mut Option<Opaque>,
    ) -> (ExprId, bool) {
        self.scopes.enter();
        let mut stmts = Vec::new();
        if !self.bind_input(of, borrows, item, &mut stmts) {
            of.inputs.iter().for_each(|input| self.bind_unknown(input));
            let what = format!("the closure `{}`", written::text(of));
            let help = "write what it does into the body of the loop";
            let this = self.opaque_loop(what, Some(help));
            opaque.get_or_insert(this);
        }
        let body = syn::Stmt::Expr((*of.body).clone(), None);
        self.calls.enter_body();
        let read = self.block_in_scope(&syn::Block {
            brace_token: syn::token::Brace::default(),
            stmts: vec![body],
        });
        self.calls.leave_body();
        let borrowed = self.binds_borrowed(&of.body);
        self.scopes.leave();
        stmts.extend(read.stmts);
        let block = Block {
            stmts,
            value: read.value,
        };
        let value = self.push(ExprKind::Block(block), span::of(&of.body));
        (value, borrowed)
    }

    fn bind_input(
        &mut self,
        of: &syn::ExprClosure,
        borrows: bool,
        item: Item,
        stmts: &mut Vec<Stmt>,
    ) -> bool {
        let [pattern] = of.inputs.iter().collect::<Vec<_>>()[..] else {
            return false;
        };
        let pattern = untyped(pattern);
        let behind = referent(pattern);
        match borrows {
            true if std::ptr::eq(behind, pattern) => self.bind_item(pattern, lent(item), stmts),
            true => self.bind_item(behind, item, stmts),
            false => self.bind_item(pattern, item, stmts),
        }
    }

    fn only_if(&mut self, cond: ExprId, then: Block) -> Stmt {
        let span = self.exprs[cond].span;
        let otherwise = None;
        let kind = ExprKind::If {
            cond,
            then,
            otherwise,
        };
        let kind = StmtKind::Expr(self.push(kind, span));
        Stmt { kind, span }
    }

    fn stop_unless(&mut self, goes_on: ExprId) -> Stmt {
        let span = self.exprs[goes_on].span;
        let stop = self.push(ExprKind::Unary(UnaryOp::Not, goes_on), span);
        let jump: syn::ExprBreak = syn::parse_quote!(break);
        let kind = self.break_stmt(&syn::Expr::Break(jump.clone()), &jump);
        self.only_if(stop, block_of(vec![Stmt { kind, span }]))
    }

    /// The value by a name of its own.
    fn held(&mut self, (value, borrowed): (ExprId, bool)) -> (Item, Stmt) {
        let span = self.exprs[value].span;
        let var = self.hidden(
            &Ident::new("value", span.start),
            VarKind::Local,
            Ty::Unknown,
        );
        if borrowed {
            self.borrowed.insert(var);
        }
        let kind = StmtKind::Let {
            pat: Pat::Var(var),
            init: Some(value),
        };
        let item = Item::Number(self.push(ExprKind::Var(var), span));
        (item, Stmt { kind, span })
    }

    /// The value of an option, whether there is one, and what goes before.
    fn if_some(
        &mut self,
        of: &syn::Expr,
        (option, borrowed): (ExprId, bool),
    ) -> (Item, ExprId, Vec<Stmt>) {
        let span = self.exprs[option].span;
        self.expect_option(option);
        let (subject, bind) = self.subject(of, option, span);
        if borrowed {
            self.borrowed.insert(subject.var);
        }
        let [some, value] = ["some", "value"].map(name);
        let pattern: syn::Pat = syn::parse_quote!(#some(#value));
        let mut stmts = vec![bind];
        let cond = self.matches(&pattern, &subject, &mut stmts);
        let value = self.expr(&syn::parse_quote!(#value));
        (Item::Number(value), cond, stmts)
    }
}

fn block_of(stmts: Vec<Stmt>) -> Block {
    Block { stmts, value: None }
}

/// A reference to an item.
fn lent(item: Item) -> Item {
    match item {
        Item::Number(value) => Item::Lent(value),
        Item::Value(part) => Item::Part(part),
        Item::Tuple(items) => Item::Tuple(items.into_iter().map(lent).collect()),
        item => item,
    }
}

/// What `copied` makes of references to numbers.
fn copied(item: Item) -> Item {
    match item {
        Item::Part(part) if part.rank() == 0 => Item::Value(part),
        Item::Lent(value) => Item::Number(value),
        item => item,
    }
}
