//! Two partial results in one.

use super::code::{Class, Operand};
use super::emitter::Emitter;
use crate::analysis::plan::Extreme;
use crate::ir::{BinaryOp, Scalar};

impl Emitter<'_> {
    /// The values of all accumulators, left before right.
    pub fn combine_all(&mut self, left: &[Operand], right: &[Operand]) -> Vec<Operand> {
        let region = self.region;
        let ahead: Vec<Operand> = region
            .extremes
            .iter()
            .map(|extreme| self.ahead(extreme, left, right))
            .collect();
        let accumulators = region.accumulators.iter().enumerate();
        accumulators
            .map(|(at, of)| {
                let mut extremes = region.extremes.iter();
                match extremes.position(|extreme| extreme.members().any(|member| member == at)) {
                    Some(number) => self.select(of.ty, right[at], left[at], ahead[number]),
                    None => self.combine(of.fold, of.ty, left[at], right[at]),
                }
            })
            .collect()
    }

    /// Whether the right partial result is ahead of the left one.
    fn ahead(&mut self, extreme: &Extreme, left: &[Operand], right: &[Operand]) -> Operand {
        let less = |least: bool| if least { BinaryOp::Lt } else { BinaryOp::Gt };
        let ty = self.region.accumulators[extreme.leader].ty;
        let (a, b) = (right[extreme.leader], left[extreme.leader]);
        let better = self.plain_binary(less(extreme.least), ty, a, b);
        let equal = self.plain_binary(BinaryOp::Eq, ty, a, b);
        let (a, b) = (right[extreme.place], left[extreme.place]);
        let nearer = self.plain_binary(less(!extreme.last), Scalar::I64, a, b);
        let tied = self.pure("and.pred", Class::Pred, &[equal, nearer]);
        self.pure("or.pred", Class::Pred, &[better, tied])
    }
}
