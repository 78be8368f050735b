//! One iteration of a region: expressions, in parentheses throughout.

use super::body::Body;
use super::names::{self, emit};
use crate::analysis::plan::{Combine, Simpler, SiteKey};
use crate::analysis::steps::Step;
use crate::ir::{BinaryOp, Builtin, ExprId, ExprKind, Scalar, Ty, UnaryOp};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

impl Body<'_> {
    pub fn expr(&self, id: ExprId) -> TokenStream {
        let node = &self.function().exprs[id];
        if let Some(simpler) = self.simpler(id) {
            return self.simply(id, simpler);
        }
        match &node.kind {
            ExprKind::Int(value, suffix) => {
                let scalar = node.ty.scalar().or(*suffix).unwrap_or(Scalar::I32);
                literal(&format!("{value}{scalar}"))
            }
            ExprKind::Float(text, suffix) => {
                let scalar = node.ty.scalar().or(*suffix).unwrap_or(Scalar::F64);
                float(text, scalar.name())
            }
            ExprKind::Bool(value) => emit!(#value),
            ExprKind::Var(var) => {
                let name = self.name(*var);
                emit!(#name)
            }
            ExprKind::Unary(op, inner) => self.unary(id, *op, *inner),
            ExprKind::Binary(op, left, right) => self.binary(
                *op,
                (self.scalar_of(*left), self.expr(*left)),
                (self.scalar_of(*right), self.expr(*right)),
                SiteKey::Expr(id),
            ),
            ExprKind::Logic { and, left, right } => self.logic(*and, *left, *right),
            ExprKind::Cast(inner, to) => self.cast(*inner, *to),
            ExprKind::Load(access) => {
                if let Some(known) = self.ahead(*access) {
                    return emit!(#known);
                }
                self.load(*access)
            }
            ExprKind::Len { array, dim } => self.len(*array, *dim),
            ExprKind::Call(builtin, args) => self.call(id, *builtin, args),
            ExprKind::Apply(callee, args) => self.apply(id, *callee, args),
            ExprKind::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.expr(*part));
                emit!((#(#parts,)*))
            }
            ExprKind::Field(base, index) => {
                let (base, index) = (self.expr(*base), names::index(*index as usize));
                emit!((#base.#index))
            }
            ExprKind::Array(parts) => {
                let parts = parts.iter().map(|part| self.expr(*part));
                emit!([#(#parts),*])
            }
            ExprKind::Repeat(value, count) => {
                let (value, count) = (self.expr(*value), Literal::u64_unsuffixed(*count));
                emit!([#value; #count])
            }
            ExprKind::LocalElement { base, index } => {
                let (name, at) = (self.name(*base), self.local_indices(*base, index));
                emit!(#name #([#at])*)
            }
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => {
                let (cond, then) = (self.expr(*cond), self.block(then));
                let otherwise = otherwise.as_ref().map(|block| self.block(block));
                let otherwise = otherwise.map(|block| emit!(else { #block }));
                emit!((if #cond { #then } #otherwise))
            }
            ExprKind::Block(block) => {
                let block = self.block(block);
                emit!({ #block })
            }
            ExprKind::Iteration => {
                let (rt, ty) = (self.rt(), self.scalar(Scalar::I64));
                emit!((#rt::number(__shape, __outer, __t) as #ty))
            }
            ExprKind::NewArray { .. }
            | ExprKind::Opaque(_)
            | ExprKind::Complex(..)
            | ExprKind::Option(_)
            | ExprKind::Ordering(_) => {
                unreachable!("analysis lets no driver expression into a region")
            }
        }
    }

    /// An expression of two operands in its simpler form. Both are evaluated, as they may fail.
    fn simply(&self, id: ExprId, simpler: Simpler) -> TokenStream {
        let (left, right) = match &self.function().exprs[id].kind {
            ExprKind::Binary(_, left, right) => (*left, *right),
            ExprKind::Call(_, args) => (args[0], args[1]),
            _ => unreachable!("simpler forms are those of operations"),
        };
        let ty = self.scalar(self.scalar_of(left));
        let value = match simpler {
            Simpler::Truth(truth) => emit!(#truth),
            Simpler::Operand(0) => emit!(__left),
            Simpler::Operand(_) => emit!(__right),
            Simpler::Less(times) => {
                let more = Literal::u128_unsuffixed(times.unsigned_abs());
                let name = if times < 0 {
                    "wrapping_add"
                } else {
                    "wrapping_sub"
                };
                let name = names::local(name);
                emit!(#ty::#name(__left, #ty::wrapping_mul(__right, #more)))
            }
        };
        let (left, right) = (self.expr(left), self.expr(right));
        emit!({
            let (__left, __right): (#ty, #ty) = (#left, #right);
            #value
        })
    }

    /// Type of an expression that is a number or a `bool`.
    pub fn scalar_of(&self, id: ExprId) -> Scalar {
        let ty = &self.function().exprs[id].ty;
        ty.scalar()
            .unwrap_or_else(|| unreachable!("an operand in a region has type `{ty}`"))
    }

    fn unary(&self, id: ExprId, op: UnaryOp, inner: ExprId) -> TokenStream {
        let value = self.expr(inner);
        let ty = self.function().exprs[id].ty.scalar();
        let int = match (op, ty) {
            (UnaryOp::Not, _) => return emit!((!#value)),
            (UnaryOp::Neg, Some(ty)) if ty.is_int() => ty,
            (UnaryOp::Neg, _) => return emit!((-#value)),
        };
        // `-128i8` is one literal to rustc's lint, and no overflow.
        if let ExprKind::Int(..) = self.function().exprs[inner].kind {
            return emit!((-#value));
        }
        let ty = self.scalar(int);
        let Some(fails) = self.fails(SiteKey::Expr(id), &[emit!(__value)]) else {
            return emit!(#ty::wrapping_neg(#value));
        };
        emit!({
            let __value: #ty = #value;
            if __value == #ty::MIN { #fails }
            #ty::wrapping_neg(__value)
        })
    }

    /// `left op right`; `key` is where the operation's site is found, if it has one.
    pub fn binary(
        &self,
        op: BinaryOp,
        (left_ty, left): (Scalar, TokenStream),
        (right_ty, right): (Scalar, TokenStream),
        key: SiteKey,
    ) -> TokenStream {
        let plain = op.is_comparison() || !left_ty.is_int();
        if plain || matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Xor) {
            let op = symbol(op);
            return emit!((#left #op #right));
        }
        let ty = self.scalar(left_ty);
        let right_name = self.scalar(right_ty);
        let fails = self.fails(key, &[emit!(__left), emit!(__right)]);
        let value = |left: &TokenStream, right: &TokenStream| match key {
            SiteKey::Expr(id) if self.is_near(id) => {
                let rt = self.rt();
                emit!(<#ty as #rt::Near>::remainder(#left, #right))
            }
            _ => self.wrapping(op, &ty, left, right),
        };
        let Some(fails) = fails else {
            return value(&left, &right);
        };
        let check = check(op, left_ty, &ty, &self.scalar(Scalar::U64));
        let value = value(&emit!(__left), &emit!(__right));
        emit!({
            let __left: #ty = #left;
            let __right: #right_name = #right;
            if #check { #fails }
            #value
        })
    }

    /// What the operation gives where overflow is not checked.
    fn wrapping(
        &self,
        op: BinaryOp,
        ty: &TokenStream,
        left: &TokenStream,
        right: &TokenStream,
    ) -> TokenStream {
        let right = if op.is_shift() {
            let bits = self.scalar(Scalar::U32);
            emit!((#right as #bits))
        } else {
            right.clone()
        };
        let name = names::local(match op {
            BinaryOp::Add => "wrapping_add",
            BinaryOp::Sub => "wrapping_sub",
            BinaryOp::Mul => "wrapping_mul",
            BinaryOp::Div => "wrapping_div",
            BinaryOp::Rem => "wrapping_rem",
            BinaryOp::Shl => "wrapping_shl",
            _ => "wrapping_shr",
        });
        emit!(#ty::#name(#left, #right))
    }

    fn len(&self, array: crate::ir::VarId, dim: u32) -> TokenStream {
        let (name, var) = (self.name(array), &self.function().vars[array]);
        if let Ty::Array(_, len) = &var.ty {
            return literal(&format!("{len}usize"));
        }
        let dim = names::index(dim as usize);
        emit!(#name.len(#dim))
    }

    fn call(&self, id: ExprId, builtin: Builtin, args: &[ExprId]) -> TokenStream {
        if let Some(made) = self.made(id) {
            return emit!(#made);
        }
        let scalar = self.scalar_of(args[0]);
        let values: Vec<_> = args.iter().map(|arg| self.expr(*arg)).collect();
        if let Some(step) = self.steps.get(&id) {
            return self.step(*step, builtin, scalar, &values);
        }
        let names: Vec<_> = ["__first", "__second", "__third"][..args.len()]
            .iter()
            .map(|name| names::local(name))
            .collect();
        let recorded: Vec<_> = names.iter().map(|name| emit!(#name)).collect();
        let value = |args: &[TokenStream]| match self.is_near(id) {
            true => {
                let (rt, ty) = (self.rt(), self.scalar(scalar));
                emit!(<#ty as #rt::Near>::remainder_euclid(#(#args),*))
            }
            false => self.builtin(builtin, scalar, args),
        };
        let Some(fails) = self.fails(SiteKey::Expr(id), &recorded) else {
            return value(&values);
        };
        let types = args.iter().map(|arg| self.scalar(self.scalar_of(*arg)));
        let check = self.call_check(builtin, scalar);
        let value = value(&recorded);
        emit!({
            #(let #names: #types = #values;)*
            if #check { #fails }
            #value
        })
    }

    /// A step of a minimum or a maximum in lanes, which hold no NaN in the fast form.
    fn step(&self, step: Step, of: Builtin, scalar: Scalar, args: &[TokenStream]) -> TokenStream {
        let (rt, ty) = (self.rt(), self.scalar(scalar));
        let (lane, value) = (&args[1 - step.value], &args[step.value]);
        let (name, numbers) = match of {
            Builtin::Min => ("least", emit!(FAST)),
            Builtin::Max => ("greatest", emit!(FAST)),
            // A NaN enters in no form.
            Builtin::MinIf => ("least", emit!(true)),
            _ => ("greatest", emit!(true)),
        };
        let (name, unsigned) = (names::local(name), step.unsigned);
        emit!(<#ty as #rt::Lane>::#name::<#numbers, #unsigned>(#lane, #value))
    }

    /// A built-in on values that it accepts.
    pub fn builtin(&self, builtin: Builtin, scalar: Scalar, args: &[TokenStream]) -> TokenStream {
        let owner = match (builtin, scalar.float()) {
            (Builtin::FromBits, Some(float)) => float,
            _ => scalar,
        };
        let (rt, ty) = (self.rt(), self.scalar(owner));
        if builtin.is_elementary() && !self.function().std_math {
            let [ty, name] = [scalar.name(), builtin.name()].map(names::local);
            if builtin.has_rare_path() {
                let (usual, rare) = match self.is_usual() {
                    true => (emit!(USUAL), emit!(__rare)),
                    false => (emit!(false), emit!(&mut #rt::Rare::none())),
                };
                return emit!(#rt::math::#ty::usual::#name::<#usual>(#(#args,)* #rare));
            }
            return emit!(#rt::math::#ty::#name(#(#args),*));
        }
        let name = match (builtin, scalar.is_int()) {
            (Builtin::Min | Builtin::Max | Builtin::MinIf | Builtin::MaxIf, _) => {
                let name = names::local(builtin.name());
                return emit!(<#ty as #rt::Order>::#name(#(#args),*));
            }
            (Builtin::Abs, true) => "wrapping_abs",
            (Builtin::Pow, true) => "wrapping_pow",
            (Builtin::RemEuclid, true) => "wrapping_rem_euclid",
            (Builtin::DivEuclid, true) => "wrapping_div_euclid",
            _ => builtin.name(),
        };
        let name = names::local(name);
        emit!(#ty::#name(#(#args),*))
    }

    /// Whether a built-in panics, given its arguments as `first`, `second`, `third`.
    fn call_check(&self, builtin: Builtin, scalar: Scalar) -> TokenStream {
        let ty = self.scalar(scalar);
        match builtin {
            Builtin::Abs => emit!(__first == #ty::MIN),
            Builtin::Pow => emit!(#ty::overflowing_pow(__first, __second).1),
            Builtin::Clamp => emit!(!(__second <= __third)),
            Builtin::RemEuclid | Builtin::DivEuclid if scalar.is_signed() => {
                emit!(__second == 0 || (__first == #ty::MIN && __second == -1))
            }
            Builtin::RemEuclid | Builtin::DivEuclid => emit!(__second == 0),
            _ => emit!(false),
        }
    }

    /// Two partial results in one.
    pub fn combine(
        &self,
        combine: Combine,
        ty: Scalar,
        left: TokenStream,
        right: TokenStream,
    ) -> TokenStream {
        match combine {
            Combine::Builtin(builtin) => self.builtin(builtin, ty, &[left, right]),
            Combine::Binary(op) if ty.is_int() && matches!(op, BinaryOp::Add | BinaryOp::Mul) => {
                self.wrapping(op, &self.scalar(ty), &left, &right)
            }
            Combine::Binary(op) => {
                let op = symbol(op);
                emit!((#left #op #right))
            }
        }
    }
}

/// Whether integer `left op right` panics, in builds that check for it.
fn check(op: BinaryOp, scalar: Scalar, ty: &TokenStream, wide: &TokenStream) -> TokenStream {
    match op {
        BinaryOp::Add => emit!(#ty::overflowing_add(__left, __right).1),
        BinaryOp::Sub => emit!(#ty::overflowing_sub(__left, __right).1),
        BinaryOp::Mul => emit!(#ty::overflowing_mul(__left, __right).1),
        BinaryOp::Div | BinaryOp::Rem if scalar.is_signed() => {
            emit!(__right == 0 || (__left == #ty::MIN && __right == -1))
        }
        BinaryOp::Div | BinaryOp::Rem => emit!(__right == 0),
        // A negative amount is a large one in 64 bits.
        _ => {
            let bits = literal(&format!("{}", scalar.bits()));
            emit!((__right as #wide) >= #bits)
        }
    }
}

/// The operator as tokens.
pub fn symbol(op: BinaryOp) -> TokenStream {
    let text: TokenStream = op
        .symbol()
        .parse()
        .unwrap_or_else(|_| unreachable!("operators are Rust's"));
    names::respan(quote!(#text), names::site())
}

/// A float literal.
pub fn float(text: &str, suffix: &str) -> TokenStream {
    let zero = if text.ends_with('.') { "0" } else { "" };
    literal(&format!("{text}{zero}{suffix}"))
}

fn literal(text: &str) -> TokenStream {
    let mut literal: Literal = text
        .parse()
        .unwrap_or_else(|_| unreachable!("`{text}` came from a literal"));
    literal.set_span(names::site());
    emit!(#literal)
}
