//! Types that follow from another once that is known, and what is left when none does.

use super::slots::{BOOL, Class, Slot, Type, USIZE};
use super::{Mismatch, Solver};
use crate::ir::{ExprId, ExprKind, Function, LoopId, Scalar, VarKind};
use crate::tables::HashSet;

/// A result type that follows from an argument's once that is known.
pub(super) struct Deferred {
    pub(super) argument: Type,
    pub(super) result: Type,
    pub(super) rule: Rule,
    pub(super) at: ExprId,
    pub(super) home: Option<LoopId>,
}

#[derive(Clone, Copy)]
pub(super) enum Rule {
    /// The unsigned integer of the same width.
    Unsigned,
    /// The signed integer of the same width.
    Signed,
    /// The float of the same width.
    Float,
    /// The n-th part of a tuple.
    Field(u32),
    /// The element of a fixed array.
    Element,
    /// An array of as many bytes.
    Bytes,
}

impl Solver<'_> {
    /// Literals that are arguments of functions outside, where nothing else gives them a type.
    pub(super) fn open_literals(&self) -> HashSet<ExprId> {
        let calls = self
            .function
            .exprs
            .iter()
            .filter_map(|(_, expr)| match &expr.kind {
                ExprKind::Apply(_, args) => Some(args),
                _ => None,
            });
        let open = |id: &ExprId| {
            let ty = self.slots.resolve(&self.exprs[id.index()]);
            is_literal(self.function, *id) && matches!(ty, Type::Slot(_))
        };
        calls.flatten().copied().filter(open).collect()
    }

    pub(super) fn defer(&mut self, argument: Type, rule: Rule, at: ExprId) -> Type {
        let result = self.slots.fresh(Class::Any);
        let home = self.home;
        let deferred = Deferred {
            argument,
            result: result.clone(),
            rule,
            at,
            home,
        };
        if !self.try_rule(&deferred) {
            self.deferred.push(deferred);
        }
        result
    }

    /// Applies a rule if its argument is known by now.
    fn try_rule(&mut self, deferred: &Deferred) -> bool {
        let result = match (deferred.rule, self.slots.resolve(&deferred.argument)) {
            (_, Type::Slot(_)) => return false,
            (Rule::Unsigned, Type::Scalar(scalar)) => scalar.unsigned().map(Type::Scalar),
            (Rule::Signed, Type::Scalar(scalar)) => scalar.signed().map(Type::Scalar),
            (Rule::Float, Type::Scalar(scalar)) => scalar.float().map(Type::Scalar),
            (Rule::Field(0..=1), Type::Complex(float)) => Some(*float),
            (Rule::Field(0), Type::Option(some)) => Some(*some),
            (Rule::Field(1), Type::Option(_)) => Some(BOOL),
            (Rule::Field(index), Type::Tuple(parts)) => parts.get(index as usize).cloned(),
            (Rule::Element, Type::Array(elem, _)) => Some(*elem),
            (Rule::Bytes, Type::Scalar(scalar)) if scalar.is_int() => {
                let byte = Box::new(Type::Scalar(Scalar::U8));
                Some(Type::Array(byte, scalar.bytes().into()))
            }
            _ => None,
        };
        let home = std::mem::replace(&mut self.home, deferred.home);
        match result {
            Some(ty) => self.require(deferred.at, &deferred.result, &ty),
            None => self.mismatches.push(Mismatch {
                span: self.function.exprs[deferred.at].span,
                message: "this operation does not exist on the type found here".to_string(),
                home: self.home,
            }),
        }
        self.home = home;
        true
    }

    /// Counters of loops whose ends are constants from outside, of which nothing else says the type:
    /// most such constants are `usize`, and rustc says where one is not.
    pub(super) fn count_in_usize(&mut self) {
        let function = self.function;
        let outside = function.vars.iter();
        let outside = outside.filter(|(_, var)| var.kind == VarKind::Outside);
        let outside: Vec<Type> = outside
            .map(|(id, _)| self.slots.resolve(&self.var(id)))
            .collect();
        for (_, node) in function.loops.iter() {
            let counter = self.slots.resolve(&self.var(node.var));
            let is_open = match counter {
                Type::Slot(slot) => {
                    matches!(self.slots.slots[slot], Slot::Open(Class::Int | Class::Any))
                }
                _ => false,
            };
            if node.opaque.is_none() && is_open && outside.contains(&counter) {
                self.slots.unify(&counter, &USIZE);
            }
        }
        self.settle();
    }

    /// Applies rules until none can be, defaulting literals if that gets further.
    pub(super) fn settle(&mut self) {
        loop {
            let pending = std::mem::take(&mut self.deferred);
            let count = pending.len();
            for deferred in pending {
                if !self.try_rule(&deferred) {
                    self.deferred.push(deferred);
                }
            }
            if self.deferred.is_empty() || self.deferred.len() == count {
                break;
            }
        }
    }
}

pub(super) fn is_literal(function: &Function, id: ExprId) -> bool {
    match &function.exprs[id].kind {
        ExprKind::Int(..) | ExprKind::Float(..) => true,
        ExprKind::Unary(_, inner) => is_literal(function, *inner),
        _ => false,
    }
}
