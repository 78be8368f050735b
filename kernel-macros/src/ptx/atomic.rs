//! Updates of array accumulators by atomic instructions, on the arrays themselves.
//!
//! They serve where all that a region combines has the same bits in any order, as integers have,
//! and where every update is one instruction: `hist[b] += 1`, `m[b] = m[b].max(x)`.

use super::code::{Arg, Class, Operand};
use super::emitter::Emitter;
use super::uses::Uses;
use crate::analysis::plan::{Combine, Fold, Region, SharedArray};
use crate::ir::{
    AccessId, BinaryOp, Builtin, ExprId, ExprKind, Function, Place, Scalar, StmtKind, walk,
};

/// An update that one instruction does.
pub struct Update {
    /// The element as the statement assigns it.
    element: AccessId,
    /// The element as the statement reads it, where it does, and whether it stands before the value.
    old: Option<(AccessId, bool)>,
    /// What is combined into it.
    value: ExprId,
    /// The value is subtracted.
    negated: bool,
    instruction: String,
}

/// Whether atomic instructions do all that a region with array accumulators combines into them.
pub fn serve(function: &Function, region: &Region) -> bool {
    let exact = region.accumulators.iter().all(|of| !of.ty.is_float());
    let known = region.shared.iter().all(|of| instruction(of).is_some());
    exact && known && every_mention_is_of_an_update(function, region)
}

fn every_mention_is_of_an_update(function: &Function, region: &Region) -> bool {
    let uses = Uses::of(function, &region.body);
    let mentions = uses.accesses.iter();
    let mentions = mentions.filter(|id| shared(function, region, **id).is_some());
    let mut of_updates = 0;
    walk::statements(function, &region.body, &mut |stmt| {
        if let StmtKind::Assign { target, op, value } = &stmt.kind
            && let Some(update) = update(function, region, target, *op, *value)
        {
            of_updates += 1 + usize::from(update.old.is_some());
        }
    });
    mentions.count() == of_updates
}

/// Reads a statement as an update of an array accumulator.
fn update(
    function: &Function,
    region: &Region,
    target: &Place,
    op: Option<BinaryOp>,
    value: ExprId,
) -> Option<Update> {
    let Place::Element(element) = target else {
        return None;
    };
    let instruction = instruction(shared(function, region, *element)?)?;
    let update = |old, value, op| Update {
        element: *element,
        old,
        value,
        negated: subtracts(op),
        instruction,
    };
    if let Some(op) = op {
        return Some(update(None, value, Combine::Binary(op)));
    }
    let (op, left, right) = match &function.exprs[value].kind {
        ExprKind::Binary(op, left, right) => (Combine::Binary(*op), *left, *right),
        ExprKind::Call(builtin, args) => match args[..] {
            [left, right] => (Combine::Builtin(*builtin), left, right),
            _ => return None,
        },
        _ => return None,
    };
    // Nothing but the old value of the element that is assigned mentions its array.
    let old = |id: ExprId| match function.exprs[id].kind {
        ExprKind::Load(access) => shared(function, region, access).map(|_| access),
        _ => None,
    };
    match (old(left), old(right)) {
        (Some(access), _) => Some(update(Some((access, true)), right, op)),
        (_, Some(access)) => Some(update(Some((access, false)), left, op)),
        _ => None,
    }
}

/// The array accumulator of which an access is an element.
fn shared<'a>(
    function: &Function,
    region: &'a Region,
    access: AccessId,
) -> Option<&'a SharedArray> {
    let array = function.accesses[access].array;
    region.shared.iter().find(|of| of.var == array)
}

fn subtracts(op: Combine) -> bool {
    matches!(
        op,
        Combine::Binary(BinaryOp::Sub) | Combine::Builtin(Builtin::WrappingSub)
    )
}

/// The instruction that combines a value into an element (PTX ISA, `red`).
fn instruction(of: &SharedArray) -> Option<String> {
    let bits = of.ty.bits();
    if !of.ty.is_int() || bits < 32 {
        return None;
    }
    let sign = if of.ty.is_signed() { 's' } else { 'u' };
    let (op, kind) = match of.fold {
        // Modulo 2^n the sign does not matter, and there is no `.s64`.
        Fold::Add => ("add", 'u'),
        Fold::And => ("and", 'b'),
        Fold::Or => ("or", 'b'),
        Fold::Xor => ("xor", 'b'),
        Fold::Min => ("min", sign),
        Fold::Max => ("max", sign),
        _ => return None,
    };
    Some(format!("red.global.{op}.{kind}{bits}"))
}

impl Emitter<'_> {
    /// Emits the statement as an atomic update, if it is one.
    pub fn updates_atomically(
        &mut self,
        target: &Place,
        op: Option<BinaryOp>,
        value: ExprId,
    ) -> bool {
        if !self.atomic {
            return false;
        }
        let update = update(self.function, self.region, target, op, value);
        update
            .as_ref()
            .map(|of| self.update_atomically(of))
            .is_some()
    }

    /// The indices and the value in the order of the source: each may fail.
    fn update_atomically(&mut self, update: &Update) {
        if let Some((old, true)) = update.old {
            self.address(old);
        }
        let ty = self.type_of(update.value);
        let mut value = self.scalar(update.value);
        if let Some((old, false)) = update.old {
            value = self.hold(value, &self.function.accesses[old].index);
            self.address(old);
        }
        let value = self.hold(value, &self.function.accesses[update.element].index);
        let address = self.address(update.element);
        let value = match update.negated {
            true => self.negated(ty, value),
            false => value,
        };
        let place = Arg::Memory(address.base, address.offset);
        self.code
            .act(update.instruction.clone(), vec![place, value.into()]);
    }

    fn negated(&mut self, ty: Scalar, value: Operand) -> Operand {
        match value {
            Operand::Int(value) => Operand::Int(value.wrapping_neg()),
            value => self.pure(format!("neg.s{}", ty.bits()), Class::of(ty), &[value]),
        }
    }
}
