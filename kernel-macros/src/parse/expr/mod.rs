//! Expressions → IR.

mod blocks;
mod call;
mod element;
mod method;
mod operators;

pub(super) use blocks::{CLOSURE, NO_ENUMS, contains_let, describe};
pub(super) use element::{Indexed, Shape, axis_number};
pub(super) use method::complex_part;
pub(super) use operators::{binary_op, compound_op};

use crate::ir::{Expr, ExprId, ExprKind, Opaque, Proof, Scalar, Span, Ty, UnaryOp, VarId};
use crate::parse::part::Part;
use crate::parse::{Parser, span, ty, written};
use quote::ToTokens;

impl Parser {
    pub(super) fn push(&mut self, kind: ExprKind, span: Span) -> ExprId {
        self.exprs.push(Expr {
            kind,
            span,
            ty: Ty::Unknown,
        })
    }

    fn push_typed(&mut self, kind: ExprKind, span: Span, scalar: Scalar) -> ExprId {
        self.exprs.push(Expr {
            kind,
            span,
            ty: Ty::Scalar(scalar),
        })
    }

    /// A node that the subset has no word for.
    pub(super) fn opaque(
        &mut self,
        node: &syn::Expr,
        what: impl Into<String>,
        help: Option<&str>,
    ) -> ExprId {
        let opaque = Opaque {
            what: what.into(),
            help: help.map(str::to_string),
            blocks: Vec::new(),
        };
        self.push(ExprKind::Opaque(opaque), span::of(node))
    }

    pub(super) fn expr(&mut self, node: &syn::Expr) -> ExprId {
        if let Some(attr) = foreign_attribute(attributes(node)) {
            return self.opaque(node, attr, Some(ATTRIBUTE_HELP));
        }
        match node {
            syn::Expr::Paren(paren) => self.parenthesised(node, &paren.expr),
            syn::Expr::Group(group) => self.expr(&group.expr),
            syn::Expr::Lit(lit) => self.literal(node, &lit.lit),
            syn::Expr::Path(path) => self.path_expr(node, path),
            syn::Expr::Unary(unary) => self.unary(node, unary),
            syn::Expr::Binary(binary) => self.binary(node, binary),
            syn::Expr::Cast(cast) => self.cast(node, cast),
            syn::Expr::Index(index) => self.index(node, index),
            syn::Expr::MethodCall(call) => self.method(node, call),
            syn::Expr::Call(call) => self.call(node, call),
            syn::Expr::Field(field) => self.field(node, field),
            syn::Expr::Tuple(tuple) => {
                let parts = tuple.elems.iter().map(|elem| self.expr(elem)).collect();
                self.push(ExprKind::Tuple(parts), span::of(node))
            }
            syn::Expr::Array(array) => {
                let parts = array.elems.iter().map(|elem| self.expr(elem)).collect();
                self.push(ExprKind::Array(parts), span::of(node))
            }
            syn::Expr::Repeat(repeat) => match self.length(&repeat.len) {
                Some(len) => {
                    let value = self.expr(&repeat.expr);
                    self.push(ExprKind::Repeat(value, len), span::of(node))
                }
                None => {
                    let what = format!(
                        "an array of the length `{}`, whose value is not known here,",
                        written::text(&*repeat.len)
                    );
                    let help = "write the length as a number, or as a constant of the kernel's own";
                    self.opaque(node, what, Some(help))
                }
            },
            syn::Expr::If(node_if) => self.if_expr(node, node_if),
            syn::Expr::Macro(of) if let Some(id) = self.matches_macro(&of.mac) => id,
            syn::Expr::Match(of) => {
                let converted = self.match_converted(of);
                let read = self.match_expr(converted.as_ref().unwrap_or(of));
                read.unwrap_or_else(|| self.outside_subset(node))
            }
            syn::Expr::Block(block) if block.label.is_none() => {
                let inner = self.block(&block.block);
                self.push(ExprKind::Block(inner), span::of(node))
            }
            syn::Expr::Block(block) if !self.path.is_empty() => {
                let label = block
                    .label
                    .as_ref()
                    .expect("the arm before takes those without");
                self.labelled_block(label, &block.block)
            }
            syn::Expr::Loop(node_loop) if !self.path.is_empty() => {
                match self.loop_value(node_loop) {
                    Some(id) => id,
                    None => self.outside_subset(node),
                }
            }
            syn::Expr::Struct(literal) => match self.complex_literal(literal) {
                Some(id) => id,
                None => self.outside_subset(node),
            },
            syn::Expr::Reference(reference) if self.is_number(reference) => {
                self.parenthesised(node, &reference.expr)
            }
            _ => self.outside_subset(node),
        }
    }

    /// `&x`, where `x` is a number as far as can be seen.
    fn is_number(&self, node: &syn::ExprReference) -> bool {
        let array = |var| self.arrays.contains_key(&var) || self.segment(var).is_some();
        !self.path.is_empty()
            && node.mutability.is_none()
            && !self.named(&node.expr).is_some_and(array)
            && !matches!(&*node.expr, syn::Expr::Array(_) | syn::Expr::Repeat(_))
    }

    /// To rustc, and so to the place of a panic, the parentheses are part of what is in them.
    fn parenthesised(&mut self, node: &syn::Expr, inner: &syn::Expr) -> ExprId {
        let id = self.expr(inner);
        let span = span::of(node);
        self.exprs[id].span = span;
        if let ExprKind::Load(access) = self.exprs[id].kind {
            self.accesses[access].span = span;
        }
        id
    }

    fn literal(&mut self, node: &syn::Expr, lit: &syn::Lit) -> ExprId {
        let span = span::of(node);
        match lit {
            syn::Lit::Bool(value) => self.push(ExprKind::Bool(value.value), span),
            syn::Lit::Byte(byte) => {
                self.push(ExprKind::Int(byte.value().into(), Some(Scalar::U8)), span)
            }
            syn::Lit::Int(int) if int.base10_digits().starts_with('-') => {
                // Only patterns have literals with a sign.
                let digits = &int.base10_digits()[1..];
                let text = format!("{digits}{}", int.suffix());
                let positive = syn::Lit::Int(syn::LitInt::new(&text, int.span()));
                let inner = self.literal(node, &positive);
                self.push(ExprKind::Unary(UnaryOp::Neg, inner), span)
            }
            syn::Lit::Int(int) => {
                let suffix = Scalar::from_name(int.suffix());
                match (int.base10_parse::<u128>(), int.suffix(), suffix) {
                    (_, text, Some(scalar)) if !text.is_empty() && scalar.is_float() => {
                        let digits = int.base10_digits().to_string();
                        self.push(ExprKind::Float(digits, suffix), span)
                    }
                    (Ok(value), "", _) | (Ok(value), _, Some(_)) => {
                        self.push(ExprKind::Int(value, suffix), span)
                    }
                    _ => self.opaque(node, format!("the literal `{int}`"), None),
                }
            }
            syn::Lit::Float(float) => {
                let suffix = Scalar::from_name(float.suffix());
                let digits = float.base10_digits().to_string();
                self.push(ExprKind::Float(digits, suffix), span)
            }
            _ => self.opaque(node, "a literal that is no number", None),
        }
    }

    fn path_expr(&mut self, node: &syn::Expr, path: &syn::ExprPath) -> ExprId {
        if path.qself.is_some() {
            return self.opaque(
                node,
                "a path with `<..>`",
                Some("bind it to a variable outside"),
            );
        }
        let span = span::of(node);
        let path = &path.path;
        if let Some(known) = self.none(node, path).or_else(|| self.ordering(node, path)) {
            return known;
        }
        if let Some(ident) = path.get_ident() {
            if let Some(var) = self.find(ident) {
                if self.derefs.contains(&var) {
                    let help = format!("write `*{ident}`");
                    return self.opaque(node, format!("the reference `{ident}`"), Some(&help));
                }
                if let Some(part) = self.parts.get(&var).cloned() {
                    return self.part_value(node, ident, &part);
                }
                return self.push(ExprKind::Var(var), span);
            }
            let var = self.outside(path, Ty::Unknown);
            return self.push(ExprKind::Var(var), span);
        }
        let var = self.outside(path, constant_type(path));
        self.push(ExprKind::Var(var), span)
    }

    /// A part of an array used as a value: one element is read.
    fn part_value(&mut self, node: &syn::Expr, ident: &proc_macro2::Ident, part: &Part) -> ExprId {
        if part.rank() == 0 {
            return self.read_part(part, span::of(node));
        }
        if let Some(row) = self.read_whole(part, span::of(node)) {
            return row;
        }
        let help = "read its elements by index, or loop over them";
        self.opaque(node, format!("the slice `{ident}` as a whole"), Some(help))
    }

    fn unary(&mut self, node: &syn::Expr, unary: &syn::ExprUnary) -> ExprId {
        let span = span::of(node);
        let op = match unary.op {
            syn::UnOp::Neg(_) => UnaryOp::Neg,
            syn::UnOp::Not(_) => UnaryOp::Not,
            _ => {
                if let Some(value) = self.behind_whole_option(&unary.expr) {
                    return value;
                }
                if let syn::Expr::MethodCall(call) = &*unary.expr
                    && let Some(value) = self.of_placed(call)
                {
                    return value;
                }
                return match self.deref_target(&unary.expr) {
                    Some(var) => self.push(ExprKind::Var(var), span),
                    // References to numbers are their values here, and rustc knows of no others.
                    None if !self.path.is_empty() => self.parenthesised(node, &unary.expr),
                    None => self.opaque(node, "a dereference", None),
                };
            }
        };
        let inner = self.expr(&unary.expr);
        self.push(ExprKind::Unary(op, inner), span)
    }

    /// The variable that `*node` reads: a scalar reference parameter, or what one of a nested function
    /// stands for.
    pub(super) fn deref_target(&self, node: &syn::Expr) -> Option<VarId> {
        match node {
            syn::Expr::Paren(paren) => self.deref_target(&paren.expr),
            _ => {
                let var = self.named(node).filter(|var| self.derefs.contains(var))?;
                Some(self.aliases.get(&var).copied().unwrap_or(var))
            }
        }
    }

    /// The variable that a plain name means.
    pub(super) fn named(&self, node: &syn::Expr) -> Option<VarId> {
        match node {
            syn::Expr::Paren(paren) => self.named(&paren.expr),
            syn::Expr::Group(group) => self.named(&group.expr),
            syn::Expr::Path(path) if path.qself.is_none() && path.attrs.is_empty() => {
                self.find(path.path.get_ident()?)
            }
            _ => None,
        }
    }

    fn binary(&mut self, node: &syn::Expr, binary: &syn::ExprBinary) -> ExprId {
        if let Some(equal) = self.equal_slices(node, binary) {
            return equal;
        }
        let span = span::of(node);
        if let syn::BinOp::And(_) | syn::BinOp::Or(_) = binary.op {
            let and = matches!(binary.op, syn::BinOp::And(_));
            let (left, right) = (self.expr(&binary.left), self.expr(&binary.right));
            return self.push(ExprKind::Logic { and, left, right }, span);
        }
        match binary_op(&binary.op) {
            Some(op) => {
                let (left, right) = (self.operand(&binary.left), self.operand(&binary.right));
                self.push(ExprKind::Binary(op, left, right), span)
            }
            None => self.opaque(node, "an assignment used as a value", None),
        }
    }

    /// One side of an operator: those of numbers are there for references to numbers too.
    pub(super) fn operand(&mut self, node: &syn::Expr) -> ExprId {
        match self.deref_target(node) {
            Some(var) => self.push(ExprKind::Var(var), span::of(node)),
            None => self.expr(node),
        }
    }

    fn cast(&mut self, node: &syn::Expr, cast: &syn::ExprCast) -> ExprId {
        let Ty::Scalar(scalar) = ty::annotation(&cast.ty) else {
            let (value, to) = (written::text(&*cast.expr), written::text(&cast.ty));
            let what = format!("a cast of `{value}` to `{to}`");
            let help = match to.as_str() {
                "u128" | "i128" => {
                    "kernels have integers of up to 64 bits: keep the high and the low half in two of those, or \
                     cast before the loop or after it"
                }
                _ => "cast to a primitive number type",
            };
            return self.opaque(node, what, Some(help));
        };
        let inner = self.expr(&cast.expr);
        self.prove(Proof::Type {
            tokens: cast.ty.to_token_stream(),
            ty: Ty::Scalar(scalar),
        });
        self.push(ExprKind::Cast(inner, scalar), span::of(node))
    }

    fn field(&mut self, node: &syn::Expr, field: &syn::ExprField) -> ExprId {
        match &field.member {
            syn::Member::Unnamed(index) => self.field_of(node, &field.base, index.index),
            syn::Member::Named(name) if let Some(part) = complex_part(name) => {
                self.field_of(node, &field.base, part)
            }
            syn::Member::Named(name) => {
                let help = "read it into a variable before the loop";
                let base = written::text(&field.base);
                self.opaque(node, format!("the field `{name}` of `{base}`"), Some(help))
            }
        }
    }

    /// What `.` goes through references for.
    fn field_of(&mut self, node: &syn::Expr, base: &syn::Expr, part: u32) -> ExprId {
        let base = match self.deref_target(base) {
            Some(var) => self.push(ExprKind::Var(var), span::of(base)),
            None => self.expr(base),
        };
        if let Some(length) = self.length_in(base, part) {
            return length;
        }
        self.push(ExprKind::Field(base, part), span::of(node))
    }

    /// The length that is this part of a shape, as in `a.dim().1`: what loops go up to.
    fn length_in(&self, shape: ExprId, part: u32) -> Option<ExprId> {
        let exprs = &self.exprs;
        let ExprKind::Tuple(parts) = &exprs[shape].kind else {
            return None;
        };
        let is_length = |id: &ExprId| matches!(exprs[*id].kind, ExprKind::Len { .. });
        let found = parts.get(part as usize).copied();
        found.filter(|_| parts.iter().all(is_length))
    }
}

pub(super) const ATTRIBUTE_HELP: &str = "only lint attributes may stand inside a loop that runs in parallel: `#[cfg]` reaches the \
     compiler of kernels unresolved";

/// The first attribute that is no lint, named.
pub(super) fn foreign_attribute(attrs: &[syn::Attribute]) -> Option<String> {
    const LINTS: [&str; 6] = ["allow", "warn", "deny", "forbid", "expect", "doc"];
    let lint = |attr: &syn::Attribute| LINTS.iter().any(|lint| attr.path().is_ident(lint));
    let attr = super::template::user_attributes(attrs).find(|attr| !lint(attr))?;
    Some(format!(
        "the attribute `#[{}]`",
        attr.path().to_token_stream()
    ))
}

pub(super) fn attributes(node: &syn::Expr) -> &[syn::Attribute] {
    macro_rules! attrs {
        ($($kind:ident)*) => {
            match node { $(syn::Expr::$kind(node) => &node.attrs,)* _ => &[] }
        };
    }
    attrs!(Array Assign Binary Block Break Call Cast Continue Field ForLoop Group If Index Lit Loop
           Macro Match MethodCall Paren Path Reference Repeat Tuple Unary Unsafe While)
}

/// The type of a constant that its path gives away; rustc checks it where the host reads it.
fn constant_type(path: &syn::Path) -> Ty {
    let mut segments = path.segments.iter().rev();
    if let (Some(_), Some(owner)) = (segments.next(), segments.next())
        && let Some(scalar) = ty::complex(owner)
    {
        return Ty::Complex(scalar);
    }
    let names: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let scalar = match names.as_slice() {
        [.., "BITS"] => Some(Scalar::U32),
        [.., owner, "consts", _] => Scalar::from_name(owner),
        [.., owner, _] => Scalar::from_name(owner),
        _ => None,
    };
    scalar.map_or(Ty::Unknown, Ty::Scalar)
}
