//! Calls of methods: of numbers, of arrays and of their parts.

use super::{Shape, axis_number};
use crate::ir::types::ViewKind;
use crate::ir::{BinaryOp, Builtin, ExprId, ExprKind, Receiver, Typed, VarId};
use crate::parse::part::Part;
use crate::parse::{Parser, blame, span, written};

impl Parser {
    pub(super) fn method(&mut self, node: &syn::Expr, call: &syn::ExprMethodCall) -> ExprId {
        if let Some(inside) = self.contained(node, call) {
            return inside;
        }
        if let Some(begins) = self.begins_with(node, call) {
            return begins;
        }
        if let Some(place) = self.partition_point(node, call) {
            return place;
        }
        if let Some(value) = self.conversion_method(node, call) {
            return value;
        }
        if let Some(power) = self.power(call) {
            return power;
        }
        if let Some(value) = self.chosen(call) {
            return value;
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
        if let Some(value) = self.of_whole_option(call) {
            return value;
        }
        if let Some(value) = self.of_placed(call) {
            return value;
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
                let receiver = self.receiver(call);
                let mut args = vec![receiver];
                args.extend(call.args.iter().map(|arg| self.expr(arg)));
                let id = self.push(ExprKind::Call(builtin, args), span::of(node));
                self.methods.insert(id, call.method.span());
                id
            }
            _ => {
                let receiver = written::text(&call.receiver);
                let help = match name.starts_with("checked_") {
                    false if name == "push" => {
                        "where its place is known, make the `Vec` before the loop, as in `let mut v = vec![0.0; n];`, \
                         and assign `v[i]`"
                    }
                    false if name.starts_with("binary_search") => {
                        "of a sorted slice, `partition_point` finds the place: `let k = \
                         xs.partition_point(|&e| e < x); let found = k < xs.len() && xs[k] == x;`"
                    }
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

    /// The number that a method is called of, or called of a reference to.
    fn receiver(&mut self, call: &syn::ExprMethodCall) -> ExprId {
        let behind = self.deref_target(&call.receiver);
        if let Some(var) = behind.filter(|_| !self.path.is_empty()) {
            self.prove_method(Typed::Var(var), Receiver::Behind, call);
            return self.push(ExprKind::Var(var), span::of(&call.receiver));
        }
        let receiver = self.expr(&call.receiver);
        self.prove_by_reference(call, receiver);
        receiver
    }

    /// `p[i].len()`, `x[a..b].is_empty()`, `m.row(i).len()`
    pub(super) fn length_of_part(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
    ) -> Option<ExprId> {
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
    pub(in crate::parse) fn array_of(&self, node: &syn::Expr) -> Option<VarId> {
        let var = self.named(node)?;
        Some(self.parts.get(&var).map_or(var, |part| part.array))
    }

    /// Lengths, which are all that a kernel asks an array besides its elements.
    pub(super) fn array_method(
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
    pub(super) fn segment_method(
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
                let help = match name.starts_with("sort") {
                    true => {
                        "an iteration sorts fixed arrays that it binds, as in `let mut own = [part[0], part[1]]; \
                         own.sort();`"
                    }
                    false => "loop over its elements",
                };
                self.opaque(node, what, Some(help))
            }
        }
    }
}

/// The number of the part of a complex number that a field is.
pub(in crate::parse) fn complex_part(name: &proc_macro2::Ident) -> Option<u32> {
    match name.to_string().as_str() {
        "re" => Some(0),
        "im" => Some(1),
        _ => None,
    }
}

pub(super) fn call_name(call: &syn::ExprMethodCall) -> String {
    written::text(&call.receiver)
}
