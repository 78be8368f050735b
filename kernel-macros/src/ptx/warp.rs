//! What the threads of a warp give one another.

use super::code::{Arg, Class, Operand};
use super::emitter::Emitter;
use super::reduce::WARP;
use crate::ir::Scalar;

/// Which thread's value a thread gets.
#[derive(Clone, Copy)]
enum Shuffle {
    /// Of the one so much further on.
    Down,
    /// Of the one whose number differs in this bit.
    Across,
}

impl Emitter<'_> {
    /// The values that the thread at this distance behind has.
    pub fn values_behind(
        &mut self,
        types: &[Scalar],
        values: &[Operand],
        distance: u32,
    ) -> Vec<Operand> {
        self.shuffle_all(Shuffle::Down, types, values, distance)
    }

    /// Of two values of a thread and of the one at a distance, what each of both is to combine, left
    /// and right: the one in front gets the low values, the one behind the high ones.
    pub fn exchange(
        &mut self,
        types: &[Scalar],
        (low, high): (&[Operand], &[Operand]),
        distance: u32,
    ) -> (Vec<Operand>, Vec<Operand>) {
        let behind = self.is_behind(distance);
        let given = self.select_all(types, low, high, behind);
        let kept = self.select_all(types, high, low, behind);
        let others = self.shuffle_all(Shuffle::Across, types, &given, distance);
        let left = self.select_all(types, &others, &kept, behind);
        let right = self.select_all(types, &kept, &others, behind);
        (left, right)
    }

    /// Whether the thread is the one behind of two at this distance, a power of two.
    pub fn is_behind(&mut self, distance: u32) -> Operand {
        let lane = self.lane();
        let bit = Operand::Int(distance.into());
        let bit = self.pure("and.b32", Class::B32, &[lane, bit]);
        self.pure("setp.ne.s32", Class::Pred, &[bit, Operand::Int(0)])
    }

    /// `yes` if `test` holds, else `no`, of each type.
    pub fn select_all(
        &mut self,
        types: &[Scalar],
        yes: &[Operand],
        no: &[Operand],
        test: Operand,
    ) -> Vec<Operand> {
        let pairs = types.iter().zip(yes.iter().zip(no));
        pairs
            .map(|(ty, (yes, no))| self.select(*ty, *yes, *no, test))
            .collect()
    }

    fn shuffle_all(
        &mut self,
        shuffle: Shuffle,
        types: &[Scalar],
        values: &[Operand],
        distance: u32,
    ) -> Vec<Operand> {
        let pairs = types.iter().zip(values);
        pairs
            .map(|(ty, value)| self.shuffle(shuffle, *ty, *value, distance))
            .collect()
    }

    fn shuffle(&mut self, shuffle: Shuffle, ty: Scalar, value: Operand, distance: u32) -> Operand {
        let word = |e: &mut Self, class, value| e.shuffle_word(shuffle, class, value, distance);
        match Class::of(ty) {
            Class::Pred => {
                let number = self.cast(value, Scalar::Bool, Scalar::U8);
                let other = word(self, Class::B32, number);
                self.pure("setp.ne.s32", Class::Pred, &[other, Operand::Int(0)])
            }
            Class::B64 | Class::F64 => {
                let halves = [self.fresh(Class::B32), self.fresh(Class::B32)];
                let [low, high] = halves.map(Operand::Reg);
                let args = vec![Arg::Vector(vec![low, high]), Arg::Value(value)];
                self.code.act("mov.b64", args);
                let low = word(self, Class::B32, low);
                let high = word(self, Class::B32, high);
                let whole = self.fresh(Class::of(ty));
                self.code
                    .def_args("mov.b64", whole, vec![Arg::Vector(vec![low, high])]);
                Operand::Reg(whole)
            }
            class => word(self, class, value),
        }
    }

    fn shuffle_word(
        &mut self,
        shuffle: Shuffle,
        class: Class,
        value: Operand,
        distance: u32,
    ) -> Operand {
        let other = self.fresh(class);
        let last = Operand::Int(i64::from(WARP) - 1);
        let everyone = Operand::Int(-1);
        let args = [value, Operand::Int(distance.into()), last, everyone];
        self.code.def(shuffle.opcode(), other, &args);
        Operand::Reg(other)
    }
}

impl Shuffle {
    fn opcode(self) -> &'static str {
        match self {
            Shuffle::Down => "shfl.sync.down.b32",
            Shuffle::Across => "shfl.sync.bfly.b32",
        }
    }
}
