//! `x.iter().copied().max().unwrap_or(0)` in the driver: the number of an `Option` that a chain gives.
//!
//! A number that a loop combines has no `Option`. What a caller makes of one is known where it takes the
//! number out, so chains are read from there.

use super::Parser;
use super::pipeline::{self, Stage};
use super::stream::{Stream, is_references};
use super::total::gives_option;
use super::{span, ty};
use crate::ir::types::Made;
use crate::ir::{Block, Builtin, ExprId, ExprKind, Stmt, StmtKind, Ty, VarId};

/// What the items of a chain are.
#[derive(Clone, Copy, PartialEq)]
enum Items {
    Numbers,
    /// References to elements.
    Lent,
}

impl Parser {
    /// The chain itself, whose `Option` the driver has.
    pub(super) fn whole_option(&mut self, call: &syn::ExprMethodCall) -> Option<ExprId> {
        let number = self.optional_total(call, false)?;
        Some(self.unnamed(call, number))
    }

    /// The same where the `Option` is held against patterns, and so are references to what it has.
    pub(in crate::parse) fn whole_option_matched(
        &mut self,
        call: &syn::ExprMethodCall,
    ) -> Option<ExprId> {
        let number = self.optional_total(call, true)?;
        Some(self.unnamed(call, number))
    }

    /// What takes the number out of the `Option`, or copies that: `unwrap`, `unwrap_or(0)`, `copied`.
    pub(super) fn of_whole_option(&mut self, call: &syn::ExprMethodCall) -> Option<ExprId> {
        let syn::Expr::MethodCall(of) = &*call.receiver else {
            return None;
        };
        if !self.path.is_empty() || call.turbofish.is_some() {
            return None;
        }
        if copies(call) {
            let number = self.optional_total(of, true)?;
            return Some(self.unnamed(call, number));
        }
        if !takes_out(call) {
            return None;
        }
        let (chain, lent) = match &*of.receiver {
            syn::Expr::MethodCall(chain) if copies(of) => (chain, true),
            _ => (of, false),
        };
        let number = self.optional_total(chain, lent)?;
        Some(self.taken(call, number))
    }

    /// `*x.iter().max().unwrap()`
    pub(super) fn behind_whole_option(&mut self, node: &syn::Expr) -> Option<ExprId> {
        let syn::Expr::MethodCall(call) = node else {
            return None;
        };
        let syn::Expr::MethodCall(chain) = &*call.receiver else {
            return None;
        };
        if call.method == "unwrap_or_default" || !takes_out(call) || !self.path.is_empty() {
            return None;
        }
        let number = self.optional_total(chain, true)?;
        Some(self.taken(call, number))
    }

    /// The chain's number, if its items are that: numbers, or references to them.
    fn optional_total(&mut self, call: &syn::ExprMethodCall, lent: bool) -> Option<ExprId> {
        if !gives_option(call) {
            return None;
        }
        let (source, stages) = pipeline::parts(call);
        let known = self.probe(|parser| parser.source(source))?;
        let wanted = if lent { Items::Lent } else { Items::Numbers };
        let items = self.items_of(&known.stream, &stages);
        let numbers = known
            .stream
            .parts()
            .iter()
            .all(|part| self.is_of_numbers(part.array));
        if !numbers || !known.stream.is_known() || items != Some(wanted) {
            return None;
        }
        let written = pipeline::optional(call, source, &stages, lent)?;
        self.total_of(call, &written, lent)
    }

    /// The number, behind what the arguments do.
    fn taken(&mut self, call: &syn::ExprMethodCall, number: ExprId) -> ExprId {
        let args = call.args.iter().map(|arg| {
            let kind = StmtKind::Expr(self.expr(arg));
            let span = span::of(arg);
            Stmt { kind, span }
        });
        let stmts = args.collect();
        let value = Some(number);
        let block = ExprKind::Block(Block { stmts, value });
        self.push(block, crate::ir::Span::of(call))
    }

    /// A value of the driver's of which nothing is known.
    pub(super) fn unnamed(&mut self, call: &syn::ExprMethodCall, number: ExprId) -> ExprId {
        let span = crate::ir::Span::of(call);
        let kind = StmtKind::Expr(number);
        let node = syn::Expr::MethodCall(call.clone());
        let value = Some(self.opaque(&node, "an `Option` of the driver's", None));
        let stmts = vec![Stmt { kind, span }];
        self.push(ExprKind::Block(Block { stmts, value }), span)
    }

    fn is_of_numbers(&self, array: VarId) -> bool {
        let view = self.vars[array].ty.view();
        view.is_some_and(|view| matches!(view.made, Made::Scalar))
    }

    fn items_of(&self, stream: &Stream, stages: &[Stage<'_>]) -> Option<Items> {
        for (at, stage) in stages.iter().enumerate().rev() {
            match stage {
                Stage::Filter(_) | Stage::TakeWhile(_) => {}
                Stage::Same => return Some(Items::Numbers),
                Stage::Map(map) => {
                    let counted = matches!(stream, Stream::Enumerate(_));
                    let mut before = stages[..at].iter();
                    let tests =
                        before.all(|of| matches!(of, Stage::Filter(_) | Stage::TakeWhile(_)));
                    let position = counted && tests && takes_position(map);
                    let number = position || takes_value(map) || self.gives_a_number(&map.body);
                    return number.then_some(Items::Numbers);
                }
                Stage::FilterMap(_) => return None,
            }
        }
        match stream {
            Stream::Values(_) | Stream::Numbers { .. } => Some(Items::Numbers),
            Stream::Rev(inner) => self.items_of(inner, &[]),
            Stream::StepBy(inner, _) | Stream::Take(inner, _) | Stream::Skip(inner, _) => {
                self.items_of(inner, &[])
            }
            stream => is_references(stream).then_some(Items::Lent),
        }
    }

    /// Whether a closure's value is a number for sure, and no reference to one.
    fn gives_a_number(&self, value: &syn::Expr) -> bool {
        match value {
            syn::Expr::Paren(of) => self.gives_a_number(&of.expr),
            syn::Expr::Binary(_) | syn::Expr::Cast(_) | syn::Expr::Unary(_) => true,
            syn::Expr::Lit(_) => true,
            syn::Expr::Block(of) => self.ends_in_number(&of.block),
            syn::Expr::If(of) => {
                let otherwise = of.else_branch.as_ref();
                let otherwise = otherwise.is_some_and(|(_, value)| self.gives_a_number(value));
                otherwise && self.ends_in_number(&of.then_branch)
            }
            syn::Expr::MethodCall(call) => gives_number(call),
            syn::Expr::Call(call) => self.is_number_called(call),
            _ => false,
        }
    }

    fn ends_in_number(&self, block: &syn::Block) -> bool {
        match block.stmts.last() {
            Some(syn::Stmt::Expr(value, None)) => self.gives_a_number(value),
            _ => false,
        }
    }

    /// A function nested in the kernel that gives a number.
    fn is_number_called(&self, call: &syn::ExprCall) -> bool {
        let syn::Expr::Path(path) = &*call.func else {
            return false;
        };
        let item = path.path.get_ident();
        let Some(item) = item.and_then(|name| self.scopes.function(name)) else {
            return false;
        };
        match &item.sig.output {
            syn::ReturnType::Type(_, written) => matches!(ty::annotation(written), Ty::Scalar(_)),
            syn::ReturnType::Default => false,
        }
    }
}

/// `|(i, _)| i` of what `enumerate` gives.
fn takes_position(map: &syn::ExprClosure) -> bool {
    let Some(syn::Pat::Tuple(parts)) = map.inputs.first() else {
        return false;
    };
    match (parts.elems.first(), &*map.body) {
        (Some(syn::Pat::Ident(name)), syn::Expr::Path(path)) => path.path.is_ident(&name.ident),
        _ => false,
    }
}

/// `|&v| v`
fn takes_value(map: &syn::ExprClosure) -> bool {
    let named = match map.inputs.first() {
        Some(syn::Pat::Reference(of)) => match &*of.pat {
            syn::Pat::Ident(name) => Some(&name.ident),
            _ => None,
        },
        _ => None,
    };
    let value = match &*map.body {
        syn::Expr::Path(path) => path.path.get_ident(),
        _ => None,
    };
    named.is_some() && named == value
}

/// Methods of numbers that give a number, whatever they are called of; `max` of a reference may give a
/// reference.
fn gives_number(call: &syn::ExprMethodCall) -> bool {
    const OTHERS: [Builtin; 4] = [Builtin::Max, Builtin::Min, Builtin::Clamp, Builtin::SinCos];
    let several = |of: Builtin| OTHERS.contains(&of) || of.is_overflowing() || of.is_of_orders();
    let builtin = Builtin::from_name(&call.method.to_string());
    builtin.is_some_and(|of| !several(of))
}

fn copies(call: &syn::ExprMethodCall) -> bool {
    (call.method == "copied" || call.method == "cloned") && call.args.is_empty()
}

fn takes_out(call: &syn::ExprMethodCall) -> bool {
    let methods = [
        ("unwrap", 0),
        ("expect", 1),
        ("unwrap_or", 1),
        ("unwrap_or_default", 0),
    ];
    let is = |(name, args): &(&str, usize)| call.method == name && call.args.len() == *args;
    methods.iter().any(is)
}
