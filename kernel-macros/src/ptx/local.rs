//! Memory: loads and stores, and fixed arrays of an iteration in `.local` memory.

use super::builtin::when;
use super::code::{Arg, Class, Operand, Reg};
use super::emitter::{Emitter, memory_suffix};
use super::value::{Memory, Plane, Slot, Value, assemble, leaves};
use crate::analysis::plan::SiteKey;
use crate::ir::{BinaryOp, ExprId, Scalar, Ty, VarId};
use std::rc::Rc;

/// Longer arrays are filled by a loop.
const UNROLLED_FILL: u64 = 16;

impl Emitter<'_> {
    pub fn load_from(&mut self, space: &str, ty: Scalar, reg: Reg, base: Operand, offset: i64) {
        let op = format!("ld.{space}.{}", memory_suffix(ty));
        self.code.def_args(op, reg, vec![Arg::Memory(base, offset)]);
    }

    pub fn store_to(
        &mut self,
        space: &str,
        ty: Scalar,
        base: Operand,
        offset: i64,
        value: Operand,
    ) {
        let value = self.stored_form(ty, value);
        let op = format!("st.{space}.{}", memory_suffix(ty));
        let args = vec![Arg::Memory(base, offset), Arg::Value(value)];
        self.code.act(op, args);
    }

    /// `.local` memory for a variable; copies of a body share it.
    pub fn local_memory(&mut self, name: &str, elem: &Ty, len: u64) -> Rc<Memory> {
        let planes = (0u32..)
            .zip(leaves(elem))
            .map(|(n, ty)| {
                let symbol = format!("{name}${n}");
                if !self.code.has_local(&symbol) {
                    self.code.local(&symbol, len.max(1) * u64::from(ty.bytes()));
                }
                let reg = self.fresh(Class::B64);
                self.code
                    .def_args("mov.u64", reg, vec![Arg::Symbol(symbol)]);
                Plane {
                    ty,
                    base: Operand::Reg(reg),
                }
            })
            .collect();
        Rc::new(Memory {
            elem: elem.clone(),
            len,
            planes,
        })
    }

    pub fn load_local(&mut self, memory: &Memory, index: Operand) -> Value {
        let mut scalars = Vec::new();
        for plane in &memory.planes {
            let (base, offset) = self.local_address(plane, index);
            let class = match plane.ty {
                Scalar::Bool => Class::B32,
                ty => Class::of(ty),
            };
            let reg = self.fresh(class);
            self.load_from("local", plane.ty, reg, base, offset);
            scalars.push(self.value_of_stored(plane.ty, reg));
        }
        assemble(&memory.elem, &mut scalars.into_iter())
    }

    fn store_local(&mut self, memory: &Memory, index: Operand, scalars: &[Operand]) {
        for (plane, scalar) in memory.planes.iter().zip(scalars) {
            let (base, offset) = self.local_address(plane, index);
            self.store_to("local", plane.ty, base, offset, *scalar);
        }
    }

    fn local_address(&mut self, plane: &Plane, index: Operand) -> (Operand, i64) {
        let bytes = i64::from(plane.ty.bytes());
        match index {
            Operand::Int(index) => (plane.base, index * bytes),
            _ => {
                let scale = Operand::Int(bytes);
                let args = [index, scale, plane.base];
                (self.pure("mad.lo.s64", Class::B64, &args), 0)
            }
        }
    }

    pub fn store_local_array(&mut self, memory: &Memory, value: &Value) {
        let scalars = self.flatten(value);
        let width = memory.planes.len().max(1);
        for (index, scalars) in (0..).zip(scalars.chunks(width)) {
            self.store_local(memory, Operand::Int(index), scalars);
        }
    }

    /// `[value; len]`
    pub fn fill_local(&mut self, memory: &Memory, value: &Value) {
        let scalars = self.flatten(value);
        if memory.len <= UNROLLED_FILL {
            for index in 0..memory.len {
                self.store_local(memory, Operand::Int(index.cast_signed()), &scalars);
            }
            return;
        }
        let index = self.variable(Class::B64, None);
        self.mov(index, Operand::Int(0));
        let start = self.code.label("FILL");
        self.code.place(start);
        self.scoped(|e| e.store_local(memory, Operand::Reg(index), &scalars));
        let counter = Operand::Reg(index);
        self.code.def("add.s64", index, &[counter, Operand::Int(1)]);
        let len = Operand::Int(memory.len.cast_signed());
        let more = self.pure("setp.lt.u64", Class::Pred, &[counter, len]);
        self.code.jump_if(when(more, true), start);
    }

    // Elements of variables.

    pub fn local_element(&mut self, base: VarId, index: ExprId) -> Value {
        let index = self.local_index(base, index);
        match self.array_slot(base) {
            Value::Memory(memory) => self.load_local(&memory, index),
            Value::Array(mut parts) => parts.swap_remove(element_number(index)),
            other => unreachable!("{other:?} where an array was expected"),
        }
    }

    pub fn store_element(&mut self, base: VarId, index: ExprId, value: Value) {
        let index = self.local_index(base, index);
        match self.array_slot(base) {
            Value::Memory(memory) => {
                let scalars = self.flatten(&value);
                self.store_local(&memory, index, &scalars);
            }
            Value::Array(parts) => self.assign_value(&parts[element_number(index)], value),
            other => unreachable!("{other:?} where an array was expected"),
        }
    }

    pub fn update_element(
        &mut self,
        base: VarId,
        index: ExprId,
        op: BinaryOp,
        right: (Operand, Scalar),
        key: SiteKey,
    ) {
        let elem = match &self.function.vars[base].ty {
            Ty::Array(elem, _) => elem.scalar(),
            _ => None,
        };
        let ty = elem.expect("compound assignments are on scalars");
        let index = self.local_index(base, index);
        match self.array_slot(base) {
            Value::Memory(memory) => {
                let left = self.load_local(&memory, index).scalar();
                let result = self.binary(op, (left, ty), right, key);
                self.store_local(&memory, index, &[result]);
            }
            Value::Array(parts) => {
                let target = &parts[element_number(index)];
                let left = target.clone().scalar();
                let result = self.binary(op, (left, ty), right, key);
                self.assign_value(target, Value::Scalar(result));
            }
            other => unreachable!("{other:?} where an array was expected"),
        }
    }

    fn array_slot(&self, base: VarId) -> Value {
        match self.slots.get(&base) {
            Some(Slot::Value(value)) => value.clone(),
            other => unreachable!("{other:?} where an array was expected"),
        }
    }

    /// The index, checked if that is a site.
    fn local_index(&mut self, base: VarId, index: ExprId) -> Operand {
        let key = SiteKey::LocalIndex(index);
        let value = self.scalar(index);
        let value = self.snapshot(value);
        let len = match &self.function.vars[base].ty {
            Ty::Array(_, len) => len.cast_signed(),
            _ => 0,
        };
        if let Some(site) = self.site(key)
            && !matches!(value, Operand::Int(index) if (0..len).contains(&index))
        {
            let test = self.pure("setp.ge.u64", Class::Pred, &[value, Operand::Int(len)]);
            self.fail_if(test, site, &[(value, Scalar::Usize)]);
        }
        value
    }
}

fn element_number(index: Operand) -> usize {
    match index {
        Operand::Int(index) => usize::try_from(index).expect("a literal index"),
        _ => unreachable!("an array with computed indices is in memory"),
    }
}
