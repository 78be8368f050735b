//! Expressions → IR.

use super::Parser;
use super::blame;
use super::jump::Frame;
use super::part::Part;
use super::rows;
use super::span;
use super::ty;
use super::written;
use crate::ir::types::ViewKind;
use crate::ir::{
    Access, AccessMode, BinaryOp, Block, Builtin, Expr, ExprId, ExprKind, IndexStyle, Opaque,
    Place, Proof, Receiver, Scalar, Span, Ty, Typed, UnaryOp, VarId, VarKind,
};
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
                let read = self.match_expr(of);
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
            let what = format!("a cast to `{}`", written::text(&cast.ty));
            return self.opaque(node, what, Some("cast to a primitive number type"));
        };
        let inner = self.expr(&cast.expr);
        self.prove(Proof::Type {
            tokens: cast.ty.to_token_stream(),
            ty: Ty::Scalar(scalar),
        });
        self.push(ExprKind::Cast(inner, scalar), span::of(node))
    }

    fn index(&mut self, node: &syn::Expr, index: &syn::ExprIndex) -> ExprId {
        if let Some(len) = self.shape_element(index) {
            return len;
        }
        if let Some(row) = self.row(node) {
            return self.read_row(&row);
        }
        match self.element(node, index, AccessMode::Load) {
            Ok(Indexed::Array(access)) => {
                let value = self.push(ExprKind::Load(access), span::of(node));
                self.checked(value)
            }
            Ok(Indexed::Local { base, index }) => {
                self.push(ExprKind::LocalElement { base, index }, span::of(node))
            }
            Err(opaque) => opaque,
        }
    }

    /// A value that is only there if the bounds checks before it pass.
    fn checked(&mut self, value: ExprId) -> ExprId {
        let stmts = std::mem::take(&mut self.checks);
        if stmts.is_empty() {
            return value;
        }
        let span = self.exprs[value].span;
        let value = Some(value);
        self.push(ExprKind::Block(Block { stmts, value }), span)
    }

    /// `array[..]`, read or written.
    pub(super) fn element(
        &mut self,
        node: &syn::Expr,
        index: &syn::ExprIndex,
        mode: AccessMode,
    ) -> Result<Indexed, ExprId> {
        let brackets = index.bracket_token.span.join();
        if let Some((base, parts)) = rows::indexed(node)
            && parts.len() > 1
            && let Some(base) = self
                .named(base)
                .or_else(|| self.table(base, parts.len() as u32))
            && let Some(part) = self.part(base)
            && part.is_slice()
            && part.rank() == parts.len()
        {
            let index = parts.into_iter().map(|part| self.expr(part)).collect();
            let found = self.part_element(&part, index, mode, span::of(node));
            return Ok(self.bracketed(found, brackets));
        }
        if let Some((base, parts)) = self.rows_of_local(index) {
            let index = parts.into_iter().map(|part| self.expr(part)).collect();
            return Ok(Indexed::Local { base, index });
        }
        let base = self.named(&index.expr);
        let Some(base) = base.or_else(|| self.table(&index.expr, 1)) else {
            let what = format!(
                "an index into `{}`, which is no plain variable,",
                written::text(&*index.expr)
            );
            let help = Some("bind the array to a variable before the loop");
            return Err(self.opaque(node, what, help));
        };
        if let Some(part) = self.segment(base).cloned() {
            return self.segment_element(node, index, mode, &part);
        }
        let Some(shape) = self.arrays.get(&base).copied() else {
            let name = self.vars[base].ident.to_string();
            let what = format!("an index into `{name}`, whose type is not known here");
            let help = format!("annotate it where it is bound, as in `let {name}: &[f64] = ..;`");
            return Err(self.opaque(node, what, Some(&help)));
        };
        let (style, parts) = index_parts(&index.index);
        if parts.len() != shape.rank as usize {
            return Err(self.wrong_rank(node, base, parts.len(), shape.rank as usize));
        }
        let index = parts.into_iter().map(|part| self.expr(part)).collect();
        let access = Access {
            array: base,
            index,
            mode,
            span: span::of(node),
            brackets,
            style,
            inside: false,
            own: Vec::new(),
            through: None,
            part: None,
        };
        Ok(Indexed::Array(self.accesses.push(access)))
    }

    /// A variable bound inside a loop, or an array from outside the function.
    fn local_or_table(&mut self, node: &syn::Expr) -> Option<VarId> {
        let local = self.named(node);
        let local = local.filter(|var| self.vars[*var].kind == VarKind::Local);
        local.or_else(|| self.table(node, 1))
    }

    /// `local[i][j]`: the variable, bound inside a loop, and the indices.
    fn rows_of_local<'a>(&self, index: &'a syn::ExprIndex) -> Option<(VarId, Vec<&'a syn::Expr>)> {
        let (base, mut parts) = match &*index.expr {
            syn::Expr::Index(outer) => self.rows_of_local(outer)?,
            base => (self.named(base)?, Vec::new()),
        };
        parts.push(&index.index);
        let local = self.vars[base].kind == VarKind::Local && !self.arrays.contains_key(&base);
        let part = self.segment(base).is_some();
        (local && !part).then_some((base, parts))
    }

    fn wrong_rank(&mut self, node: &syn::Expr, base: VarId, found: usize, rank: usize) -> ExprId {
        let name = &self.vars[base].ident;
        let what = format!("an index with {found} where `{name}` has {rank} dimension(s)");
        self.opaque(node, what, None)
    }

    /// An element of a slice, a row or a chunk.
    fn segment_element(
        &mut self,
        node: &syn::Expr,
        index: &syn::ExprIndex,
        mode: AccessMode,
        part: &Part,
    ) -> Result<Indexed, ExprId> {
        let (_, written) = index_parts(&index.index);
        if written.len() != part.rank() {
            return Err(self.wrong_rank(node, part.array, written.len(), part.rank()));
        }
        let brackets = index.bracket_token.span.join();
        let index = written.into_iter().map(|at| self.expr(at)).collect();
        let found = self.part_element(part, index, mode, span::of(node));
        Ok(self.bracketed(found, brackets))
    }

    /// The element with the place of its brackets.
    fn bracketed(&mut self, found: Indexed, brackets: proc_macro2::Span) -> Indexed {
        if let Indexed::Array(access) = found {
            self.accesses[access].brackets = brackets;
        }
        found
    }

    /// An array from outside the function, a constant or a static, which has as many dimensions as
    /// it is indexed with. Inference finds its elements' type, and rustc confirms all of it.
    pub(super) fn table(&mut self, base: &syn::Expr, rank: u32) -> Option<VarId> {
        let syn::Expr::Path(path) = base else {
            return None;
        };
        let local = path.path.get_ident();
        let local = local.and_then(|ident| self.find(ident));
        if path.qself.is_some() || local.is_some() {
            return None;
        }
        let var = self.outside(&path.path, Ty::Unknown);
        let kind = ViewKind::Slice;
        let shape = *self.arrays.entry(var).or_insert(Shape { rank, kind });
        self.tables.insert(var);
        (shape.rank == rank).then_some(var)
    }

    /// `a.shape()[1]`
    fn shape_element(&mut self, index: &syn::ExprIndex) -> Option<ExprId> {
        let syn::Expr::MethodCall(call) = &*index.expr else {
            return None;
        };
        let array = self.named(&call.receiver)?;
        let shape = *self.arrays.get(&array)?;
        let dim = ty::literal_len(&index.index)?;
        if call.method != "shape" || shape.kind != ViewKind::NdArray || dim >= shape.rank.into() {
            return None;
        }
        let id = self.len(array, dim as u32, Span::of(index));
        self.confirm_length(index, id, array);
        Some(id)
    }

    fn len(&mut self, array: VarId, dim: u32, span: Span) -> ExprId {
        self.push_typed(ExprKind::Len { array, dim }, span, Scalar::Usize)
    }

    fn method(&mut self, node: &syn::Expr, call: &syn::ExprMethodCall) -> ExprId {
        if let Some(inside) = self.contained(node, call) {
            return inside;
        }
        if let Some(value) = self.optional(node, call) {
            return value;
        }
        if let Some(array) = self.named(&call.receiver) {
            if let Some(shape) = self.arrays.get(&array).copied() {
                let id = self.array_method(node, call, array, shape);
                self.confirm_length(node, id, array);
                return id;
            }
            if let Some(part) = self.segment(array).cloned() {
                self.prove_part(&part, call);
                return self.segment_method(node, call, &part);
            }
        }
        if let Some(length) = self.length_of_part(node, call) {
            return length;
        }
        let name = call.method.to_string();
        if name == "len"
            && call.args.is_empty()
            && let Some(array) = self.local_or_table(&call.receiver)
        {
            let len = self.len(array, 0, span::of(node));
            match self.tables.contains(&array) {
                true => self.confirm_length(node, len, array),
                false => self.prove_method(Typed::Var(array), Receiver::Array, call),
            }
            return len;
        }
        if let Some(value) = self.chain(call) {
            return value;
        }
        if let Some(value) = self.sin_cos(call) {
            return value;
        }
        if let Some(value) = self.option_method(node, call) {
            return value;
        }
        let builtin = Builtin::from_name(&name);
        match builtin {
            Some(builtin) if builtin.arity() == call.args.len() + 1 && call.turbofish.is_none() => {
                let receiver = self.expr(&call.receiver);
                self.prove_by_reference(call, receiver);
                let mut args = vec![receiver];
                args.extend(call.args.iter().map(|arg| self.expr(arg)));
                let id = self.push(ExprKind::Call(builtin, args), span::of(node));
                self.methods.insert(id, call.method.span());
                id
            }
            _ => {
                let receiver = written::text(&call.receiver);
                let help = match name.starts_with("checked_") {
                    true => {
                        "kernels have no variable that is an `Option`: read it where it is made, \
                         as in `.unwrap_or(0)` or `if let Some(x) = ..`"
                    }
                    false if ["sum", "product", "dot", "mean"].contains(&&*name) => {
                        "an array's own sum adds in an order of its own: write a loop, or the chain \
                         that it is short for, as in `row.iter().sum::<f64>()`"
                    }
                    false => {
                        "kernels have the inherent methods of numbers; array methods stay in the \
                         driver"
                    }
                };
                let given = blame::functions(&call.args, |arg| self.named(arg).is_some());
                let what = format!("the method `{name}` of `{receiver}`{given}");
                self.opaque(node, what, Some(help))
            }
        }
    }

    /// `p[i].len()`, `x[a..b].is_empty()`, `m.row(i).len()`
    fn length_of_part(&mut self, node: &syn::Expr, call: &syn::ExprMethodCall) -> Option<ExprId> {
        const LENGTHS: [&str; 5] = ["len", "is_empty", "nrows", "ncols", "dim"];
        let place = matches!(
            *call.receiver,
            syn::Expr::Index(_) | syn::Expr::MethodCall(_)
        );
        let asks = LENGTHS.iter().any(|name| call.method == name) && call.args.is_empty();
        if !place || !asks || self.path.is_empty() {
            return None;
        }
        let part = self.attempt(|parser| {
            let part = parser.part_expr(&call.receiver);
            part.filter(|part| part.rank() > 0)
        })?;
        self.prove_part(&part, call);
        Some(self.segment_method(node, call, &part))
    }

    /// The array whose elements an expression's are.
    pub(super) fn array_of(&self, node: &syn::Expr) -> Option<VarId> {
        let var = self.named(node)?;
        Some(self.parts.get(&var).map_or(var, |part| part.array))
    }

    /// Lengths, which are all that a kernel asks an array besides its elements.
    fn array_method(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
        array: VarId,
        shape: Shape,
    ) -> ExprId {
        let span = span::of(node);
        let name = call.method.to_string();
        let nd = shape.kind == ViewKind::NdArray;
        match (name.as_str(), shape.rank, call.args.len()) {
            ("len", _, 0) if !nd => self.len(array, 0, span),
            ("len", rank, 0) => {
                let mut product = self.len(array, 0, span);
                for dim in 1..rank {
                    let len = self.len(array, dim, span);
                    product = self.push(ExprKind::Binary(BinaryOp::Mul, product, len), span);
                }
                product
            }
            ("is_empty", 1, 0) => {
                let len = self.len(array, 0, span);
                let zero = self.push(ExprKind::Int(0, None), span);
                self.push(ExprKind::Binary(BinaryOp::Eq, len, zero), span)
            }
            ("to_vec" | "to_owned" | "clone", rank, 0) => {
                let kind = ExprKind::NewArray {
                    fill: None,
                    elem: None,
                    like: Some(array),
                    rank,
                    // What it is in fact, rustc confirms.
                    kind: if name == "to_vec" {
                        ViewKind::Slice
                    } else {
                        shape.kind
                    },
                };
                self.push(kind, span)
            }
            ("nrows", 2, 0) if nd => self.len(array, 0, span),
            ("ncols", 2, 0) if nd => self.len(array, 1, span),
            ("dim", 1, 0) if nd => self.len(array, 0, span),
            ("dim", rank, 0) if nd => {
                let parts = (0..rank).map(|dim| self.len(array, dim, span)).collect();
                self.push(ExprKind::Tuple(parts), span)
            }
            ("len_of", rank, 1) if nd => match axis_number(&call.args[0]) {
                Some(dim) if dim < rank => self.len(array, dim, span),
                _ => self.opaque(node, "the length of a run-time axis", None),
            },
            _ => {
                let what = format!("the method `{name}` of the array `{}`", call_name(call));
                self.opaque(node, what, Some("read its elements by index"))
            }
        }
    }

    /// The same of a part of an array.
    fn segment_method(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
        part: &Part,
    ) -> ExprId {
        let span = span::of(node);
        let name = call.method.to_string();
        let nd = part.kind == ViewKind::NdArray;
        match (name.as_str(), part.rank(), call.args.len()) {
            ("len", rank, 0) if rank == 1 || !nd => self.part_len(part, 0, span),
            ("dim", 1, 0) if nd => self.part_len(part, 0, span),
            ("nrows", 2, 0) if nd => self.part_len(part, 0, span),
            ("ncols", 2, 0) if nd => self.part_len(part, 1, span),
            ("dim", rank, 0) if nd => {
                let parts = (0..rank).map(|along| self.part_len(part, along, span));
                let parts = parts.collect();
                self.push(ExprKind::Tuple(parts), span)
            }
            ("is_empty", 1, 0) => {
                let len = self.part_len(part, 0, span);
                let zero = self.push(ExprKind::Int(0, None), span);
                self.push(ExprKind::Binary(BinaryOp::Eq, len, zero), span)
            }
            _ => {
                let what = format!("the method `{name}` of the slice `{}`", call_name(call));
                self.opaque(node, what, Some("loop over its elements"))
            }
        }
    }

    fn call(&mut self, node: &syn::Expr, call: &syn::ExprCall) -> ExprId {
        let syn::Expr::Path(path) = &*call.func else {
            return self.opaque(node, "a call of an expression", None);
        };
        if let Some(inlined) = self.call_closure(node, call) {
            return inlined;
        }
        if let Some(inlined) = self.inline(node, call) {
            return inlined;
        }
        if let Some(some) = self.some(node, call) {
            return some;
        }
        if let Some(made) = self.new_array(node, &path.path, call) {
            return made;
        }
        if let Some(made) = self.make_complex(node, path, call) {
            return made;
        }
        if let Some(cast) = self.lossless(node, path, call) {
            return cast;
        }
        if let Some(number) = self.number_of_bytes(path, call) {
            return number;
        }
        if let Some(converted) = self.conversion(node, &path.path, call) {
            return converted;
        }
        if let Some(compared) = self.compared_values(node, path, call) {
            return compared;
        }
        match primitive_function(&path.path) {
            Some((scalar, builtin)) if builtin.arity() == call.args.len() => {
                let args: Vec<_> = call.args.iter().map(|arg| self.expr(arg)).collect();
                let tokens = path.to_token_stream();
                self.prove(Proof::Function {
                    tokens,
                    scalar,
                    builtin,
                });
                let id = self.push(ExprKind::Call(builtin, args.clone()), span::of(node));
                self.pinned.push((args[0], receiver(scalar, builtin)));
                id
            }
            _ => self.apply(node, call).unwrap_or_else(|| {
                let name = written::text(path);
                let help = self.call_help(&path.path);
                let told = self.named(&call.func);
                let told = told.and_then(|var| self.called_names.get(&var)).cloned();
                let what = format!("a call of `{name}`{}", told.unwrap_or_default());
                self.opaque(node, what, Some(help))
            }),
        }
    }

    /// `std::cmp::max(a, b)`, `Ord::min(a, b)`
    fn compared_values(
        &mut self,
        node: &syn::Expr,
        path: &syn::ExprPath,
        call: &syn::ExprCall,
    ) -> Option<ExprId> {
        let mut names = path.path.segments.iter().rev().map(|part| &part.ident);
        let (name, owner) = (names.next()?, names.next()?);
        let builtin = match name.to_string().as_str() {
            "max" => Builtin::Max,
            "min" => Builtin::Min,
            _ => return None,
        };
        let known = (owner == "cmp" || owner == "Ord") && path.qself.is_none();
        if !known || call.args.len() != 2 || self.path.is_empty() {
            return None;
        }
        let tokens = path.to_token_stream();
        let method = owner == "Ord";
        self.prove(Proof::Compared {
            tokens,
            builtin,
            method,
        });
        let args = call.args.iter().map(|arg| self.expr(arg)).collect();
        Some(self.push(ExprKind::Call(builtin, args), span::of(node)))
    }

    /// `f64::from(x)`: between primitives a cast that loses nothing.
    fn lossless(
        &mut self,
        node: &syn::Expr,
        path: &syn::ExprPath,
        call: &syn::ExprCall,
    ) -> Option<ExprId> {
        let mut owner = path.path.clone();
        let function = owner.segments.pop()?;
        owner.segments.pop_punct();
        let scalar = Scalar::from_name(&owner.segments.last()?.ident.to_string())?;
        if function.ident != "from" || call.args.len() != 1 || path.qself.is_some() {
            return None;
        }
        let inner = self.expr(&call.args[0]);
        let tokens = owner.to_token_stream();
        let ty = Ty::Scalar(scalar);
        self.prove(Proof::Type { tokens, ty });
        Some(self.push(ExprKind::Cast(inner, scalar), span::of(node)))
    }

    /// `T::from_f64(x)` where `T` is a type parameter: what `as` does.
    fn conversion(
        &mut self,
        node: &syn::Expr,
        path: &syn::Path,
        call: &syn::ExprCall,
    ) -> Option<ExprId> {
        let [owner, name] = [0, 1].map(|position| path.segments.get(position));
        let (owner, name) = (owner?.ident.to_string(), name?.ident.to_string());
        let scalar = Scalar::from_name(&owner)?;
        let from = name.strip_prefix("from_").and_then(Scalar::from_name)?;
        if path.segments.len() != 2 || call.args.len() != 1 || !is_converted(from) {
            return None;
        }
        self.prove(Proof::Conversion {
            tokens: path.to_token_stream(),
            scalar,
            name,
        });
        let value = self.expr(&call.args[0]);
        self.pinned.push((value, from));
        Some(self.push(ExprKind::Cast(value, scalar), span::of(node)))
    }

    /// `Array2::zeros((m, n))`, `Array1::from_elem(n, x)`.
    fn new_array(
        &mut self,
        node: &syn::Expr,
        path: &syn::Path,
        call: &syn::ExprCall,
    ) -> Option<ExprId> {
        let count = path.segments.len();
        let array = path.segments.get(count.checked_sub(2)?)?;
        let rank = match array.ident.to_string().as_str() {
            "Array1" => 1,
            "Array2" => 2,
            "Array3" => 3,
            _ => return None,
        };
        let maker = path.segments.last()?.ident.to_string();
        let fill = match (maker.as_str(), call.args.len()) {
            ("zeros" | "ones", 1) => None,
            ("from_elem", 2) => Some(self.expr(&call.args[1])),
            _ => return None,
        };
        let elem = ty::first_argument(array);
        let kind = ExprKind::NewArray {
            fill,
            elem,
            like: None,
            rank,
            kind: ViewKind::NdArray,
        };
        Some(self.push(kind, span::of(node)))
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
        self.push(ExprKind::Field(base, part), span::of(node))
    }

    fn if_expr(&mut self, node: &syn::Expr, node_if: &syn::ExprIf) -> ExprId {
        if contains_let(&node_if.cond) {
            let read = self.if_let(node, node_if);
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

    pub(super) fn else_block(&mut self, branch: &syn::Expr) -> Block {
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
    fn outside_subset(&mut self, node: &syn::Expr) -> ExprId {
        let (mut what, help) = describe(node);
        if let syn::Expr::Match(of) = node
            && let Some(pat) = self.unknown_pattern(of)
        {
            what = format!("`match` with the pattern `{}`", written::text(pat));
        }
        let id = self.opaque(node, what, help);
        let blocks = self.inner_blocks(node);
        if let ExprKind::Opaque(opaque) = &mut self.exprs[id].kind {
            opaque.blocks = blocks;
        }
        id
    }

    fn inner_blocks(&mut self, node: &syn::Expr) -> Vec<Block> {
        match node {
            syn::Expr::If(node) => {
                self.scopes.enter();
                self.bind_unknown_in(&node.cond);
                let mut blocks = vec![self.block(&node.then_branch)];
                self.scopes.leave();
                if let Some((_, branch)) = &node.else_branch {
                    blocks.push(self.else_block(branch));
                }
                blocks
            }
            syn::Expr::Match(node) => node
                .arms
                .iter()
                .map(|arm| self.opaque_arm(&arm.pat, &arm.body))
                .collect(),
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

    /// A block of the driver's that a jump may leave with a value.
    fn driver_block(&mut self, label: Option<&syn::Label>, block: &syn::Block) -> Block {
        self.frames.push(Frame::of_loop(label));
        let block = self.block(block);
        self.frames.pop();
        block
    }

    fn opaque_arm(&mut self, pat: &syn::Pat, body: &syn::Expr) -> Block {
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
    pub(super) fn bind_unknown_in(&mut self, cond: &syn::Expr) {
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

/// The number of the part of a complex number that a field is.
pub(super) fn complex_part(name: &proc_macro2::Ident) -> Option<u32> {
    match name.to_string().as_str() {
        "re" => Some(0),
        "im" => Some(1),
        _ => None,
    }
}

/// The outcome of reading `base[index]`.
pub(super) enum Indexed {
    Array(crate::ir::AccessId),
    Local { base: VarId, index: Vec<ExprId> },
}

impl From<Indexed> for Place {
    fn from(found: Indexed) -> Place {
        match found {
            Indexed::Array(access) => Place::Element(access),
            Indexed::Local { base, index } => Place::LocalElement { base, index },
        }
    }
}

/// What the reader knows about an array variable.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub rank: u32,
    pub kind: ViewKind,
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

pub(super) fn contains_let(cond: &syn::Expr) -> bool {
    match cond {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(node) => contains_let(&node.left) || contains_let(&node.right),
        _ => false,
    }
}

/// `i`, `[i, j]` or `(i, j)`.
fn index_parts(index: &syn::Expr) -> (IndexStyle, Vec<&syn::Expr>) {
    match index {
        syn::Expr::Array(array) => (IndexStyle::Bracketed, array.elems.iter().collect()),
        syn::Expr::Tuple(tuple) => (IndexStyle::Tuple, tuple.elems.iter().collect()),
        _ => (IndexStyle::Flat, vec![index]),
    }
}

/// `Axis(1)`
pub(super) fn axis_number(node: &syn::Expr) -> Option<u32> {
    let syn::Expr::Call(call) = node else {
        return None;
    };
    let syn::Expr::Path(path) = &*call.func else {
        return None;
    };
    if path.path.segments.last()?.ident != "Axis" {
        return None;
    }
    ty::literal_len(call.args.first()?)?.try_into().ok()
}

fn call_name(call: &syn::ExprMethodCall) -> String {
    written::text(&call.receiver)
}

/// `f64::max`, `std::primitive::f64::max`: the primitive and the function. In a longer path, such as
/// `math::f64::exp`, the name is some module's.
fn primitive_function(path: &syn::Path) -> Option<(Scalar, Builtin)> {
    let names: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match names.as_slice() {
        [owner, name] | [.., "primitive", owner, name] => {
            Some((Scalar::from_name(owner)?, Builtin::from_name(name)?))
        }
        _ => None,
    }
}

/// Types from which `kernel_runtime::Number` converts.
fn is_converted(scalar: Scalar) -> bool {
    use Scalar::*;
    matches!(scalar, F64 | F32 | I32 | I64 | U64 | Usize)
}

/// The type of the first argument of `scalar::builtin`.
fn receiver(scalar: Scalar, builtin: Builtin) -> Scalar {
    match (builtin, scalar.unsigned()) {
        (Builtin::FromBits, Some(bits)) => bits,
        _ => scalar,
    }
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

pub(super) fn binary_op(op: &syn::BinOp) -> Option<BinaryOp> {
    use syn::BinOp as S;
    Some(match op {
        S::Add(_) => BinaryOp::Add,
        S::Sub(_) => BinaryOp::Sub,
        S::Mul(_) => BinaryOp::Mul,
        S::Div(_) => BinaryOp::Div,
        S::Rem(_) => BinaryOp::Rem,
        S::BitXor(_) => BinaryOp::Xor,
        S::BitAnd(_) => BinaryOp::And,
        S::BitOr(_) => BinaryOp::Or,
        S::Shl(_) => BinaryOp::Shl,
        S::Shr(_) => BinaryOp::Shr,
        S::Eq(_) => BinaryOp::Eq,
        S::Lt(_) => BinaryOp::Lt,
        S::Le(_) => BinaryOp::Le,
        S::Ne(_) => BinaryOp::Ne,
        S::Ge(_) => BinaryOp::Ge,
        S::Gt(_) => BinaryOp::Gt,
        _ => return None,
    })
}

pub(super) fn compound_op(op: &syn::BinOp) -> Option<BinaryOp> {
    use syn::BinOp as S;
    Some(match op {
        S::AddAssign(_) => BinaryOp::Add,
        S::SubAssign(_) => BinaryOp::Sub,
        S::MulAssign(_) => BinaryOp::Mul,
        S::DivAssign(_) => BinaryOp::Div,
        S::RemAssign(_) => BinaryOp::Rem,
        S::BitXorAssign(_) => BinaryOp::Xor,
        S::BitAndAssign(_) => BinaryOp::And,
        S::BitOrAssign(_) => BinaryOp::Or,
        S::ShlAssign(_) => BinaryOp::Shl,
        S::ShrAssign(_) => BinaryOp::Shr,
        _ => return None,
    })
}

pub(super) const NO_ENUMS: &str =
    "numbers, bools, ranges, tuples, `Some` and `None` are what patterns of kernels test";

/// What a closure is called where its name is not known.
pub(super) const CLOSURE: &str = "a closure";

/// What a construct outside the subset is called, and the way out.
pub(super) fn describe(node: &syn::Expr) -> (String, Option<&'static str>) {
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
                syn::Expr::Let(test) => format!("`if let {}`", written::text(&test.pat)),
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
