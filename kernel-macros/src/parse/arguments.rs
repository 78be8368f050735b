//! Parameters of nested functions that are references: names for the caller's numbers, elements and parts
//! of arrays.
//!
//! A call borrows what it is given for as long as it runs, so nothing else reaches it meanwhile, and the
//! parameter may stand for the place itself.

use super::Parser;
use super::part::Part;
use super::ty;
use crate::ir::types::ViewKind;
use crate::ir::{ExprId, Ty, VarId, VarKind};
use proc_macro2::Ident;

/// What a parameter becomes.
pub(super) enum Argument {
    /// A number, behind a shared reference perhaps.
    Value(ExprId),
    Place(Place),
}

/// What a reference is a name for.
pub(super) enum Place {
    /// An element, or a part of an array.
    Part(Part),
    /// A variable, to be written.
    Variable(VarId),
}

/// What a reference is to.
pub(super) enum Lent {
    Number { writable: bool },
    Slice { writable: bool },
}

/// Whether a nested function may have such a parameter.
pub(super) fn is_taken(written: &syn::Type) -> bool {
    let inferred = matches!(written, syn::Type::Infer(_));
    inferred || ty::annotation(written).is_value() || lent(written).is_some()
}

/// The reference that a type is, to a number, or to a slice or a fixed array of numbers.
pub(super) fn lent(written: &syn::Type) -> Option<Lent> {
    match written {
        syn::Type::Paren(of) => lent(&of.elem),
        syn::Type::Group(of) => lent(&of.elem),
        syn::Type::Reference(of) => {
            let writable = of.mutability.is_some();
            match &*of.elem {
                syn::Type::Slice(_) | syn::Type::Array(_) => {
                    let array = ty::of_param(written).ty;
                    let known = matches!(array, Ty::View(_)) || has_inferred(&of.elem);
                    known.then_some(Lent::Slice { writable })
                }
                syn::Type::Infer(_) => Some(Lent::Number { writable }),
                number => match ty::annotation(number) {
                    Ty::Scalar(_) => Some(Lent::Number { writable }),
                    _ => None,
                },
            }
        }
        _ => None,
    }
}

/// Whether the elements of a slice or an array are of a type that the call makes.
fn has_inferred(list: &syn::Type) -> bool {
    match list {
        syn::Type::Slice(of) => has_inferred(&of.elem),
        syn::Type::Array(of) => has_inferred(&of.elem),
        elem => matches!(elem, syn::Type::Infer(_)),
    }
}

fn is_slice(written: &syn::Type) -> bool {
    match written {
        syn::Type::Paren(of) => is_slice(&of.elem),
        syn::Type::Group(of) => is_slice(&of.elem),
        syn::Type::Reference(of) => matches!(*of.elem, syn::Type::Slice(_)),
        _ => false,
    }
}

impl Parser {
    /// What such a parameter is of the caller's.
    pub(super) fn lent_argument(&mut self, lent: &Lent, arg: &syn::Expr) -> Option<Argument> {
        match lent {
            Lent::Number { writable: false } => {
                let value = self.operand(arg);
                Some(Argument::Value(self.kept(value)))
            }
            Lent::Number { writable: true } => self.written_number(arg),
            Lent::Slice { writable } => {
                let part = self.attempt(|parser| parser.part_expr(arg))?;
                let known = part.kind == ViewKind::Slice && part.rank() > 0;
                let writable = *writable;
                known.then_some(Argument::Place(Place::Part(Part { writable, ..part })))
            }
        }
    }

    /// `&mut a[i]`, `&mut x`, or the name of a reference to such.
    fn written_number(&mut self, arg: &syn::Expr) -> Option<Argument> {
        let place = match arg {
            syn::Expr::Paren(of) => return self.written_number(&of.expr),
            syn::Expr::Reference(of) if of.mutability.is_some() => match &*of.expr {
                // `&mut *name`
                syn::Expr::Unary(again) if matches!(again.op, syn::UnOp::Deref(_)) => &*again.expr,
                place => {
                    if let Some(var) = self.named(place) {
                        let plain = self.is_own_number(var);
                        return plain.then_some(Argument::Place(Place::Variable(var)));
                    }
                    let part = self.attempt(|parser| parser.part_expr(arg))?;
                    return (part.rank() == 0).then_some(Argument::Place(Place::Part(part)));
                }
            },
            name => name,
        };
        if let Some(var) = self.deref_target(place) {
            return Some(Argument::Place(Place::Variable(var)));
        }
        let part = self.parts.get(&self.named(place)?)?.clone();
        (part.rank() == 0 && part.writable).then_some(Argument::Place(Place::Part(part)))
    }

    /// Whether a variable is a number, and no reference or part of something.
    fn is_own_number(&self, var: VarId) -> bool {
        let other = self.parts.contains_key(&var)
            || self.arrays.contains_key(&var)
            || self.derefs.contains(&var)
            || self.references.contains(&var)
            || self.fixed.contains(&var);
        !other && self.vars[var].mutable
    }

    /// The parameter as a name for the caller's place.
    pub(super) fn bind_place(&mut self, name: &Ident, written: &syn::Type, arg: Place) {
        match arg {
            Place::Part(part) => {
                let var = self.bind_part_name(name, part);
                if is_slice(written) {
                    self.slices.insert(var);
                }
            }
            Place::Variable(of) => {
                let var = self.bind(name, VarKind::Local, false, Ty::Unknown);
                self.derefs.insert(var);
                self.aliases.insert(var, of);
            }
        }
    }
}
