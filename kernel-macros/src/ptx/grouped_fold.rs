//! The second entry of a region that runs in groups: the pairwise tree over the groups, a block for
//! each element of the array accumulators.
//!
//! The first group's elements are those of the arrays, and so are what comes out.

use super::builtin::when;
use super::code::{Class, Operand};
use super::emitter::Emitter;
use super::fold::Partials;
use super::params::DeviceParam;
use crate::analysis::plan::{Region, SharedArray};
use crate::ir::Scalar;

/// An element of an array accumulator in all groups.
struct Element<'a> {
    of: &'a SharedArray,
    /// Its address in the array.
    first: Operand,
    /// Address of the copies of all groups.
    copies: Operand,
}

/// The text of the entry, between its braces.
pub fn emit(mut emitter: Emitter) -> String {
    let (block, blocks) = emitter.block_of_grid();
    // All trees know them from here.
    emitter.warps_of_block();
    if !emitter.region.accumulators.is_empty() {
        let others = emitter.code.label("OTHERS");
        let other = emitter.test("ne", Scalar::U64, block, Operand::Int(0));
        emitter.code.jump_if(when(other, true), others);
        emitter.scoped(|e| e.fold_partials());
        emitter.code.place(others);
    }
    let region = emitter.region;
    for (n, of) in (0u8..).zip(&region.shared) {
        emitter.scoped(|e| e.fold_array(n, of, (block, blocks)));
    }
    emitter.code.act("ret", Vec::new());
    emitter.code.print()
}

impl Emitter<'_> {
    fn fold_array(&mut self, n: u8, of: &SharedArray, (block, blocks): (Operand, Operand)) {
        let size = self.size(of);
        let number = self.variable(Class::B64, Some("element".to_owned()));
        self.mov(number, block);
        let start = self.code.label("ELEMENT");
        let done = self.code.label("ARRAY");
        self.code.place(start);
        self.scoped(|e| {
            let finished = e.test("ge", Scalar::U64, Operand::Reg(number), size);
            e.code.jump_if(when(finished, true), done);
            let element = e.element((n, of), Operand::Reg(number));
            e.tree(&element);
        });
        let args = [Operand::Reg(number), blocks];
        self.code.def("add.s64", number, &args);
        self.code.jump(start);
        self.code.place(done);
    }

    /// Number of elements.
    fn size(&mut self, of: &SharedArray) -> Operand {
        let rank = self.last_dimension(of.var) + 1;
        let mut size = self.len(of.var, 0);
        for dim in 1..rank {
            let len = self.len(of.var, dim);
            size = self.pure("mul.lo.s64", Class::B64, &[size, len]);
        }
        size
    }

    /// The element with a number, row-major.
    fn element<'a>(&mut self, (n, of): (u8, &'a SharedArray), number: Operand) -> Element<'a> {
        let bytes = Operand::Int(of.ty.bytes().into());
        let mut rest = number;
        let mut offset = Operand::Int(0);
        for dim in (0..=self.last_dimension(of.var)).rev() {
            let (stride, mut index) = (self.stride(of.var, dim), rest);
            if dim > 0 {
                let len = self.len(of.var, dim);
                index = self.pure("rem.u64", Class::B64, &[rest, len]);
                rest = self.pure("div.u64", Class::B64, &[rest, len]);
            }
            offset = self.pure("mad.lo.s64", Class::B64, &[index, stride, offset]);
        }
        let base = self.base(of.var);
        let first = self.pure("mad.lo.s64", Class::B64, &[offset, bytes, base]);
        let groups = self.param(DeviceParam::Chunks);
        let before = self.pure("mul.lo.s64", Class::B64, &[number, groups]);
        let copies = self.param(DeviceParam::Copies(n));
        let copies = self.pure("mad.lo.s64", Class::B64, &[before, bytes, copies]);
        Element { of, first, copies }
    }
}

impl Partials for Element<'_> {
    fn types(&self, _: &Region) -> Vec<Scalar> {
        vec![self.of.ty]
    }

    fn places(&self, e: &mut Emitter, number: Operand) -> Vec<Operand> {
        let bytes = Operand::Int(self.of.ty.bytes().into());
        let args = [number, bytes, self.copies];
        vec![e.pure("mad.lo.s64", Class::B64, &args)]
    }

    fn place_of_first(&self, e: &mut Emitter, number: Operand, places: &[Operand]) -> Vec<Operand> {
        let is_first = e.test("eq", Scalar::I64, number, Operand::Int(0));
        vec![e.select(Scalar::U64, self.first, places[0], is_first)]
    }

    fn combine(&self, e: &mut Emitter, left: &[Operand], right: &[Operand]) -> Vec<Operand> {
        vec![e.combine(self.of.fold, self.of.ty, left[0], right[0])]
    }
}
