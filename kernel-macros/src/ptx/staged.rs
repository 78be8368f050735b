//! What neighbouring iterations load together, and those of a map store.

use super::address::Address;
use super::code::{Arg, Class, Operand, Reg};
use super::emitter::{Emitter, memory_suffix};
use super::vectors::{Element, Vectors};
use crate::ir::Scalar;
use crate::tables::HashMap;
use std::collections::BTreeMap;

/// Elements of iterations that go together.
#[derive(Clone, Debug, Default)]
pub struct Staged {
    /// Loaded ahead, by address.
    loaded: HashMap<(Operand, i64), Reg>,
    /// Stored at the end, by the array's number.
    stored: BTreeMap<u8, Stored>,
}

#[derive(Clone, Debug)]
struct Stored {
    /// Of the first value.
    address: Address,
    ty: Scalar,
    values: Vec<Operand>,
}

/// What loads so many neighbours; nothing writes those of a constant array.
pub fn vector_load(constant: bool, width: i64, ty: Scalar) -> String {
    let cached = if constant { ".nc" } else { "" };
    format!("ld.global{cached}.v{width}.{}", memory_suffix(ty))
}

impl Emitter<'_> {
    /// Loads a vector of what the first iteration begins with.
    pub fn load_vector(&mut self, vectors: &Vectors, load: &Element, trips: &[Operand]) {
        let address = vectors.address(self, load, trips);
        let Address { base, offset } = self.locate(&address);
        let class = Class::in_memory(load.ty);
        let op = vector_load(load.constant, vectors.width, load.ty);
        let regs: Vec<Reg> = (0..vectors.width).map(|_| self.fresh(class)).collect();
        let parts = regs.iter().map(|reg| Operand::Reg(*reg)).collect();
        let args = vec![Arg::Vector(parts), Arg::Memory(base, offset)];
        self.code.act(op, args);
        let staged = self.staged.as_mut().expect("iterations go together");
        let bytes = i64::from(load.ty.bytes());
        let places = (0..vectors.width).map(|k| (base, offset + k * bytes));
        staged.loaded.extend(places.zip(regs));
    }

    /// Ends the iterations that go together.
    pub fn store_vectors(&mut self) {
        let staged = self.staged.take().expect("iterations go together");
        for of in staged.stored.into_values() {
            let op = format!("st.global.v{}.{}", of.values.len(), memory_suffix(of.ty));
            let place = Arg::Memory(of.address.base, of.address.offset);
            self.code.act(op, vec![place, Arg::Vector(of.values)]);
        }
    }

    /// The element at an address, if it was loaded ahead.
    pub fn loaded_ahead(&self, address: Address) -> Option<Reg> {
        let staged = self.staged.as_ref()?;
        let place = (address.base, address.offset);
        staged.loaded.get(&place).copied()
    }

    /// Loads an element of an array that is written.
    pub fn written_element(&mut self, ty: Scalar, address: Address) -> Reg {
        let reg = self.fresh(Class::in_memory(ty));
        self.load_from("global", ty, reg, address.base, address.offset);
        reg
    }

    /// Stores to an array's element, at the end of the iterations that go together if some do.
    pub fn store_element_of(&mut self, array: u8, ty: Scalar, address: Address, value: Operand) {
        if self.staged.is_none() {
            return self.store_to("global", ty, address.base, address.offset, value);
        }
        let value = self.stored_form(ty, value);
        let value = Operand::Reg(self.register(Class::in_memory(ty), value));
        let value = self.snapshot(value);
        self.code.pin(value);
        self.code.pin(address.base);
        let staged = self.staged.as_mut().expect("iterations go together");
        let stored = staged.stored.entry(array).or_insert(Stored {
            address,
            ty,
            values: Vec::new(),
        });
        stored.values.push(value);
    }
}
