//! Types with open places, and what makes two of them one.

use crate::ir::types::ViewKind;
use crate::ir::{Scalar, Ty};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    Slot(usize),
    Unit,
    Scalar(Scalar),
    /// A complex number of this float.
    Complex(Box<Type>),
    Tuple(Vec<Type>),
    Option(Box<Type>),
    Ordering,
    Array(Box<Type>, u64),
    View {
        elem: Box<Type>,
        rank: u32,
        mutable: bool,
        kind: ViewKind,
    },
}

pub(super) const BOOL: Type = Type::Scalar(Scalar::Bool);

pub(super) const USIZE: Type = Type::Scalar(Scalar::Usize);

/// What a slot may become.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Class {
    Any,
    /// From an integer literal.
    Int,
    /// From a float literal.
    Float,
}

#[derive(Clone, Debug)]
pub(super) enum Slot {
    Open(Class),
    Bound(Type),
}

#[derive(Default)]
pub(super) struct Slots {
    pub(super) slots: Vec<Slot>,
}

impl Slots {
    pub(super) fn fresh(&mut self, class: Class) -> Type {
        self.slots.push(Slot::Open(class));
        Type::Slot(self.slots.len() - 1)
    }

    pub(super) fn of_ty(&mut self, ty: &Ty) -> Type {
        match ty {
            Ty::Unknown => self.fresh(Class::Any),
            Ty::Unit => Type::Unit,
            Ty::Scalar(scalar) => Type::Scalar(*scalar),
            Ty::Complex(scalar) => Type::Complex(Box::new(Type::Scalar(*scalar))),
            Ty::Tuple(parts) => Type::Tuple(parts.iter().map(|part| self.of_ty(part)).collect()),
            Ty::Ordering => Type::Ordering,
            Ty::Option(some) => Type::Option(Box::new(self.of_ty(some))),
            Ty::Array(elem, len) => Type::Array(Box::new(self.of_ty(elem)), *len),
            Ty::View(view) => Type::View {
                elem: Box::new(self.of_ty(&view.element())),
                rank: view.rank,
                mutable: view.mutable,
                kind: view.kind,
            },
        }
    }

    /// Follows bound slots at the top.
    pub(super) fn resolve(&self, ty: &Type) -> Type {
        let mut ty = ty;
        while let Type::Slot(slot) = ty {
            match &self.slots[*slot] {
                Slot::Bound(bound) => ty = bound,
                Slot::Open(_) => break,
            }
        }
        ty.clone()
    }

    pub(super) fn unify(&mut self, left: &Type, right: &Type) -> bool {
        match (self.resolve(left), self.resolve(right)) {
            (Type::Slot(a), Type::Slot(b)) => self.join(a, b),
            (Type::Slot(slot), ty) | (ty, Type::Slot(slot)) => self.bind(slot, ty),
            (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
                a.iter().zip(&b).all(|(a, b)| self.unify(a, b))
            }
            (Type::Complex(a), Type::Complex(b)) | (Type::Option(a), Type::Option(b)) => {
                self.unify(&a, &b)
            }
            (Type::Array(a, n), Type::Array(b, m)) => n == m && self.unify(&a, &b),
            (Type::View { elem: a, .. }, Type::View { elem: b, .. }) => self.unify(&a, &b),
            (Type::View { elem, rank, .. }, array @ Type::Array(..))
            | (array @ Type::Array(..), Type::View { elem, rank, .. }) => {
                let inside = self.inside(&array, rank);
                inside.is_some_and(|inside| self.unify(&inside, &elem))
            }
            (a, b) => a == b,
        }
    }

    /// What is so deep inside of a fixed array: to regions, one of the driver's is a run of that.
    fn inside(&self, array: &Type, depth: u32) -> Option<Type> {
        match (depth, self.resolve(array)) {
            (0, ty) => Some(ty),
            (_, Type::Array(elem, _)) => self.inside(&elem, depth - 1),
            _ => None,
        }
    }

    pub(super) fn join(&mut self, a: usize, b: usize) -> bool {
        if a == b {
            return true;
        }
        let (Slot::Open(class_a), Slot::Open(class_b)) = (&self.slots[a], &self.slots[b]) else {
            unreachable!("resolved slots are open");
        };
        let class = match (*class_a, *class_b) {
            (Class::Any, class) | (class, Class::Any) => class,
            (a, b) if a == b => a,
            _ => return false,
        };
        self.slots[a] = Slot::Bound(Type::Slot(b));
        self.slots[b] = Slot::Open(class);
        true
    }

    pub(super) fn bind(&mut self, slot: usize, ty: Type) -> bool {
        let Slot::Open(class) = self.slots[slot] else {
            unreachable!("resolved slots are open")
        };
        let fits = match (class, &ty) {
            (Class::Any, _) => !self.occurs(slot, &ty),
            (Class::Int, Type::Scalar(scalar)) => scalar.is_int(),
            (Class::Float, Type::Scalar(scalar)) => scalar.is_float(),
            _ => false,
        };
        if fits {
            self.slots[slot] = Slot::Bound(ty);
        }
        fits
    }

    pub(super) fn occurs(&self, slot: usize, ty: &Type) -> bool {
        match self.resolve(ty) {
            Type::Slot(other) => other == slot,
            Type::Tuple(parts) => parts.iter().any(|part| self.occurs(slot, part)),
            Type::Complex(elem)
            | Type::Option(elem)
            | Type::Array(elem, _)
            | Type::View { elem, .. } => self.occurs(slot, &elem),
            _ => false,
        }
    }

    /// The type that is left, literals defaulted as in Rust.
    pub(super) fn finish(&self, ty: &Type) -> Ty {
        match self.resolve(ty) {
            Type::Slot(slot) => match self.slots[slot] {
                Slot::Open(Class::Int) => Ty::Scalar(Scalar::I32),
                Slot::Open(Class::Float) => Ty::Scalar(Scalar::F64),
                _ => Ty::Unknown,
            },
            Type::Unit => Ty::Unit,
            Type::Scalar(scalar) => Ty::Scalar(scalar),
            Type::Complex(scalar) => match self.finish(&scalar) {
                Ty::Scalar(scalar) if scalar.is_float() => Ty::Complex(scalar),
                _ => Ty::Unknown,
            },
            Type::Tuple(parts) => Ty::Tuple(parts.iter().map(|part| self.finish(part)).collect()),
            Type::Ordering => Ty::Ordering,
            Type::Option(some) => Ty::Option(Box::new(self.finish(&some))),
            Type::Array(elem, len) => Ty::Array(Box::new(self.finish(&elem)), len),
            Type::View {
                elem,
                rank,
                mutable,
                kind,
            } => Ty::view_of(&self.finish(&elem), rank, mutable, kind),
        }
    }
}
