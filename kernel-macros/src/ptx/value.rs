//! Values of the kernel language as registers.

use super::code::{Class, Operand, Reg};
use super::emitter::Emitter;
use super::poly::Poly;
use crate::ir::{Scalar, Ty};
use std::rc::Rc;

/// The value of an expression.
#[derive(Clone, Debug)]
pub enum Value {
    Unit,
    Scalar(Operand),
    Tuple(Vec<Value>),
    /// A fixed array in registers.
    Array(Vec<Value>),
    /// `[value; count]`, before it is stored anywhere.
    Repeat(Box<Value>, u64),
    /// A fixed array in `.local` memory.
    Memory(Rc<Memory>),
}

/// A fixed array in `.local` memory: for each scalar of the innermost element's type, one run of
/// `len`, row-major.
#[derive(Debug)]
pub struct Memory {
    /// The array's type.
    pub ty: Ty,
    pub elem: Ty,
    pub len: u64,
    pub planes: Vec<Plane>,
}

#[derive(Debug)]
pub struct Plane {
    pub ty: Scalar,
    /// Address of its first element.
    pub base: Operand,
}

/// What a variable is.
#[derive(Clone, Debug)]
pub enum Slot {
    Value(Value),
    /// An integer whose 64 bits (extended as its type says) are this, computed when asked for.
    Affine(Poly),
    /// As `Affine`, with a register that already holds the value in its own type.
    Counter(Reg, Poly),
}

impl Value {
    pub fn scalar(self) -> Operand {
        match self {
            Value::Scalar(operand) => operand,
            other => unreachable!("{other:?} where a scalar was expected"),
        }
    }
}

/// The scalars that a type consists of.
pub fn leaves(ty: &Ty) -> Vec<Scalar> {
    match ty {
        Ty::Scalar(scalar) => vec![*scalar],
        Ty::Tuple(parts) => parts.iter().flat_map(leaves).collect(),
        Ty::Array(elem, len) => {
            let elem = leaves(elem);
            (0..*len).flat_map(|_| elem.iter().copied()).collect()
        }
        Ty::Unit | Ty::Unknown | Ty::View(_) | Ty::Complex(_) | Ty::Option(_) | Ty::Ordering => {
            Vec::new()
        }
    }
}

/// A value of a type from its scalars.
pub fn assemble(ty: &Ty, scalars: &mut impl Iterator<Item = Operand>) -> Value {
    match ty {
        Ty::Scalar(_) => Value::Scalar(scalars.next().expect("one operand for each scalar")),
        Ty::Tuple(parts) => {
            Value::Tuple(parts.iter().map(|part| assemble(part, scalars)).collect())
        }
        Ty::Array(elem, len) => Value::Array((0..*len).map(|_| assemble(elem, scalars)).collect()),
        Ty::Unit | Ty::Unknown | Ty::View(_) | Ty::Complex(_) | Ty::Option(_) | Ty::Ordering => {
            Value::Unit
        }
    }
}

/// What a value repeats, and repeats of it.
fn innermost(value: &Value) -> &Value {
    match value {
        Value::Repeat(inner, _) => innermost(inner),
        value => value,
    }
}

/// Whether a row of an array repeats one element.
fn fills(memory: &Memory, value: &Value) -> bool {
    matches!(
        (&memory.elem, innermost(value)),
        (Ty::Scalar(_), Value::Scalar(_))
    ) || matches!(memory.elem, Ty::Tuple(_)) && matches!(innermost(value), Value::Tuple(_))
}

impl Emitter<'_> {
    /// The scalars of a value, loaded if they are in memory.
    pub fn flatten(&mut self, value: &Value) -> Vec<Operand> {
        match value {
            Value::Unit => Vec::new(),
            Value::Scalar(operand) => vec![*operand],
            Value::Tuple(parts) | Value::Array(parts) => {
                let mut scalars = Vec::new();
                for part in parts {
                    scalars.extend(self.flatten(part));
                }
                scalars
            }
            Value::Repeat(value, count) => {
                let scalars = self.flatten(value);
                (0..*count).flat_map(|_| scalars.clone()).collect()
            }
            Value::Memory(memory) => {
                let mut scalars = Vec::new();
                for index in 0..memory.len {
                    let index = Operand::Int(index.cast_signed());
                    let element = self.load_local(memory, index);
                    scalars.extend(self.flatten(&element));
                }
                scalars
            }
        }
    }

    /// The value in registers that later assignments leave alone.
    pub fn settle(&mut self, value: Value) -> Value {
        match value {
            Value::Scalar(operand) => Value::Scalar(self.snapshot(operand)),
            Value::Tuple(parts) => Value::Tuple(self.settle_all(parts)),
            Value::Array(parts) => Value::Array(self.settle_all(parts)),
            Value::Repeat(value, count) => Value::Repeat(Box::new(self.settle(*value)), count),
            Value::Memory(memory) => {
                let whole = memory.ty.clone();
                let scalars = self.flatten(&Value::Memory(memory));
                assemble(&whole, &mut scalars.into_iter())
            }
            Value::Unit => Value::Unit,
        }
    }

    fn settle_all(&mut self, values: Vec<Value>) -> Vec<Value> {
        values.into_iter().map(|value| self.settle(value)).collect()
    }

    /// Registers for a variable of a type.
    pub fn allocate(&mut self, ty: &Ty, name: &str) -> Value {
        let scalars: Vec<Operand> = leaves(ty)
            .into_iter()
            .map(|scalar| {
                let reg = self.variable(Class::of(scalar), Some(name.to_owned()));
                Operand::Reg(reg)
            })
            .collect();
        assemble(ty, &mut scalars.into_iter())
    }

    /// Registers for the value of branches, each of which writes them once.
    pub fn allocate_result(&mut self, ty: &Ty) -> Value {
        let scalars: Vec<Operand> = leaves(ty)
            .into_iter()
            .map(|scalar| Operand::Reg(self.fresh(Class::of(scalar))))
            .collect();
        assemble(ty, &mut scalars.into_iter())
    }

    /// Gives a variable's registers (or memory) a value.
    pub fn assign_value(&mut self, target: &Value, value: Value) {
        match (target, value) {
            (Value::Scalar(Operand::Reg(reg)), Value::Scalar(value)) => self.assign(*reg, value),
            (Value::Memory(memory), Value::Repeat(value, _)) if fills(memory, &value) => {
                self.fill_local(memory, innermost(&value));
            }
            (Value::Memory(memory), value) => self.store_local_array(memory, &value),
            (target, value) => {
                // Parts of the value may stand in registers of the target.
                let settled = self.settle(value);
                let sources = self.flatten(&settled);
                let targets = self.flatten(target);
                for (target, source) in targets.into_iter().zip(sources) {
                    let target = target.reg().expect("a variable's register");
                    self.mov(target, source);
                }
            }
        }
    }
}
