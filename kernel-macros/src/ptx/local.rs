//! Memory: loads and stores, and fixed arrays of an iteration, in `.local` memory or in registers.

use super::builtin::when;
use super::code::{Arg, Class, Operand, Reg};
use super::emitter::{Emitter, memory_suffix};
use super::value::{Memory, Plane, Slot, Value, assemble, leaves};
use crate::analysis::plan::SiteKey;
use crate::ir::{BinaryOp, ExprId, Scalar, Ty, VarId};
use std::rc::Rc;

/// Longer arrays are filled by a loop.
const UNROLLED_FILL: u64 = 16;
/// Longer arrays are in memory if an index is computed.
const LONGEST_TABLE: u64 = 8;

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
    pub fn local_memory(&mut self, name: &str, ty: &Ty) -> Rc<Memory> {
        let (elem, len) = (ty.innermost(), ty.count());
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
            ty: ty.clone(),
            elem: elem.clone(),
            len,
            planes,
        })
    }

    pub fn load_local(&mut self, memory: &Memory, index: Operand) -> Value {
        let mut scalars = Vec::new();
        for plane in &memory.planes {
            let (base, offset) = self.local_address(plane, index);
            let reg = self.fresh(Class::in_memory(plane.ty));
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

    pub fn local_element(&mut self, base: VarId, index: &[ExprId]) -> Value {
        let place = self.local_place(base, index);
        match self.array_slot(base) {
            Value::Memory(memory) => self.load_part(&memory, &place),
            Value::Array(elements) if self.is_table(base) => {
                self.chosen(&elements, place.indices[0], &place.ty)
            }
            value => part_of(&value, &place.indices).clone(),
        }
    }

    /// Whether an array is a few scalars that never change: they stay in registers, and an index
    /// that is computed chooses among them.
    pub fn is_table(&self, var: VarId) -> bool {
        let declared = &self.function.vars[var];
        let short = match &declared.ty {
            Ty::Array(elem, len) => elem.scalar().is_some() && (1..=LONGEST_TABLE).contains(len),
            _ => false,
        };
        short && !declared.mutable && !self.uses.written.contains(&var)
    }

    /// The element at an index below their number: of each two neighbours one by the index's last
    /// bit, of what is left by the next bit, and so on.
    fn chosen(&mut self, elements: &[Value], index: Operand, ty: &Ty) -> Value {
        if let Operand::Int(_) = index {
            return elements[element_number(index)].clone();
        }
        let scalar = ty.scalar().expect("a table is of scalars");
        let mut left = elements.to_vec();
        let mut bit = 1;
        while left.len() > 1 {
            let part = self.pure("and.b64", Class::B64, &[index, Operand::Int(bit)]);
            let odd = self.pure("setp.ne.u64", Class::Pred, &[part, Operand::Int(0)]);
            let pairs = left.chunks(2).map(|pair| match pair {
                [even, other] => {
                    let [even, other] = [even, other].map(|value| value.clone().scalar());
                    Value::Scalar(self.select(scalar, other, even, odd))
                }
                single => single[0].clone(),
            });
            left = pairs.collect();
            bit <<= 1;
        }
        left.swap_remove(0)
    }

    pub fn store_element(&mut self, base: VarId, index: &[ExprId], value: Value) {
        let place = self.local_place(base, index);
        match self.array_slot(base) {
            Value::Memory(memory) => {
                let scalars = self.flatten(&value);
                self.store_part(&memory, &place, &scalars);
            }
            whole => self.assign_value(part_of(&whole, &place.indices), value),
        }
    }

    pub fn update_element(
        &mut self,
        base: VarId,
        index: &[ExprId],
        op: BinaryOp,
        right: (Operand, Scalar),
        key: SiteKey,
    ) {
        let place = self.local_place(base, index);
        let ty = place.ty.scalar();
        let ty = ty.expect("compound assignments are on scalars");
        match self.array_slot(base) {
            Value::Memory(memory) => {
                let left = self.load_part(&memory, &place).scalar();
                let result = self.binary(op, (left, ty), right, key);
                self.store_part(&memory, &place, &[result]);
            }
            whole => {
                let target = part_of(&whole, &place.indices);
                let left = target.clone().scalar();
                let result = self.binary(op, (left, ty), right, key);
                self.assign_value(target, Value::Scalar(result));
            }
        }
    }

    fn array_slot(&self, base: VarId) -> Value {
        match self.slots.get(&base) {
            Some(Slot::Value(value)) => value.clone(),
            other => unreachable!("{other:?} where an array was expected"),
        }
    }

    /// An element, or a row: so many innermost elements from a place on.
    fn load_part(&mut self, memory: &Memory, place: &Part) -> Value {
        let first = self.flat_index(place);
        let mut scalars = Vec::new();
        for offset in 0..place.ty.count() {
            let at = self.plus(first, offset.cast_signed());
            let element = self.load_local(memory, at);
            scalars.extend(self.flatten(&element));
        }
        assemble(&place.ty, &mut scalars.into_iter())
    }

    fn store_part(&mut self, memory: &Memory, place: &Part, scalars: &[Operand]) {
        let first = self.flat_index(place);
        let width = memory.planes.len().max(1);
        for (offset, scalars) in (0..).zip(scalars.chunks(width)) {
            let at = self.plus(first, offset);
            self.store_local(memory, at, scalars);
        }
    }

    /// The number of a part's first element, row-major.
    fn flat_index(&mut self, place: &Part) -> Operand {
        let mut flat = Operand::Int(0);
        for (index, len) in place.indices.iter().zip(&place.lens) {
            flat = match (flat, index) {
                (Operand::Int(0), index) => *index,
                (Operand::Int(outer), Operand::Int(inner)) => Operand::Int(outer * len + inner),
                (outer, inner) => {
                    let args = [outer, Operand::Int(*len), *inner];
                    self.pure("mad.lo.s64", Class::B64, &args)
                }
            };
        }
        let row = place.ty.count().cast_signed();
        match (flat, row) {
            (flat, 1) => flat,
            (Operand::Int(flat), row) => Operand::Int(flat * row),
            (flat, row) => self.pure("mul.lo.s64", Class::B64, &[flat, Operand::Int(row)]),
        }
    }

    fn plus(&mut self, index: Operand, offset: i64) -> Operand {
        match index {
            index if offset == 0 => index,
            Operand::Int(index) => Operand::Int(index + offset),
            index => self.pure("add.s64", Class::B64, &[index, Operand::Int(offset)]),
        }
    }

    /// The indices, each checked where that is a site before the next is evaluated.
    fn local_place(&mut self, base: VarId, index: &[ExprId]) -> Part {
        let mut ty = self.function.vars[base].ty.clone();
        let (mut indices, mut lens) = (Vec::new(), Vec::new());
        for index in index {
            let Ty::Array(elem, len) = ty else {
                unreachable!("an index into a `{ty}`");
            };
            lens.push(len.cast_signed());
            indices.push(self.local_index(*index, len.cast_signed()));
            ty = *elem;
        }
        Part { indices, lens, ty }
    }

    fn local_index(&mut self, index: ExprId, len: i64) -> Operand {
        let value = self.scalar(index);
        let value = self.snapshot(value);
        if let Some(site) = self.site(SiteKey::LocalIndex(index))
            && !matches!(value, Operand::Int(index) if (0..len).contains(&index))
        {
            let test = self.pure("setp.ge.u64", Class::Pred, &[value, Operand::Int(len)]);
            self.fail_if(test, site, &[(value, Scalar::Usize)]);
        }
        value
    }
}

/// Part of a fixed array: where, and of what type.
struct Part {
    indices: Vec<Operand>,
    /// The length that each index stays below.
    lens: Vec<i64>,
    ty: Ty,
}

/// A part of an array in registers, all indices into which are literals.
fn part_of<'a>(whole: &'a Value, indices: &[Operand]) -> &'a Value {
    let mut part = whole;
    for index in indices {
        part = match part {
            Value::Array(parts) => &parts[element_number(*index)],
            Value::Repeat(value, _) => value,
            other => unreachable!("{other:?} where an array was expected"),
        };
    }
    part
}

fn element_number(index: Operand) -> usize {
    match index {
        Operand::Int(index) => usize::try_from(index).expect("a literal index"),
        _ => unreachable!("an array with computed indices is in memory, or a table"),
    }
}
