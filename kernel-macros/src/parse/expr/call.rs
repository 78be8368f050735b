//! Calls by a path: functions of primitives, conversions, constructors of arrays, functions outside.

use crate::ir::types::ViewKind;
use crate::ir::{Builtin, ExprId, ExprKind, Proof, Scalar, Ty};
use crate::parse::pipeline::place;
use crate::parse::{Parser, span, ty, written};
use quote::ToTokens;

impl Parser {
    pub(super) fn call(&mut self, node: &syn::Expr, call: &syn::ExprCall) -> ExprId {
        let syn::Expr::Path(path) = &*call.func else {
            return self.opaque(node, "a call of an expression", None);
        };
        if place::is_number(&path.path) && call.args.len() == 1 {
            return self.expr(&call.args[0]);
        }
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
                let tokens = path.to_token_stream();
                self.prove(Proof::Function {
                    tokens,
                    scalar,
                    builtin,
                });
                if let Some(power) = self.function_power(call, scalar, builtin) {
                    return power;
                }
                let args: Vec<_> = call.args.iter().map(|arg| self.expr(arg)).collect();
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

    /// `u32::pow(x, k)`
    fn function_power(
        &mut self,
        call: &syn::ExprCall,
        scalar: Scalar,
        builtin: Builtin,
    ) -> Option<ExprId> {
        if !matches!(builtin, Builtin::Pow | Builtin::WrappingPow) {
            return None;
        }
        let base = self.expr(&call.args[0]);
        self.pinned.push((base, scalar));
        self.power_called(call, builtin, base)
    }

    /// `std::cmp::max(a, b)`, `Ord::min(a, b)`
    pub(super) fn compared_values(
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
    pub(super) fn lossless(
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
    pub(super) fn conversion(
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
    pub(super) fn new_array(
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
}

/// `f64::max`, `std::primitive::f64::max`: the primitive and the function. In a longer path, such as
/// `math::f64::exp`, the name is some module's.
pub(super) fn primitive_function(path: &syn::Path) -> Option<(Scalar, Builtin)> {
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
pub(super) fn is_converted(scalar: Scalar) -> bool {
    use Scalar::*;
    matches!(scalar, F64 | F32 | I32 | I64 | U64 | Usize)
}

/// The type of the first argument of `scalar::builtin`.
pub(super) fn receiver(scalar: Scalar, builtin: Builtin) -> Scalar {
    match (builtin, scalar.unsigned()) {
        (Builtin::FromBits, Some(bits)) => bits,
        _ => scalar,
    }
}
