//! Two partial results in one.

use super::code::{Class, Operand};
use super::emitter::Emitter;
use crate::analysis::plan::Extreme;
use crate::ir::BinaryOp;

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
            .map(|(at, of)| match region.extreme_of(at) {
                Some(number) => {
                    let extreme = &region.extremes[number];
                    self.member(extreme, at, ahead[number], (left, right))
                }
                None => self.combine(of.fold, of.ty, left[at], right[at]),
            })
            .collect()
    }

    /// What a member has of both sides.
    fn member(
        &mut self,
        extreme: &Extreme,
        at: usize,
        ahead: Operand,
        (left, right): (&[Operand], &[Operand]),
    ) -> Operand {
        let (of, leader) = (&self.region.accumulators[at], extreme.leader);
        let (fold, ty) = (of.fold, of.ty);
        let one = match extreme.follower.filter(|of| of.at == at) {
            None => self.select(ty, right[at], left[at], ahead),
            Some(_) => {
                let taken = self.combine(fold, ty, left[leader], right[at]);
                let kept = self.combine(fold, ty, left[at], right[leader]);
                self.select(ty, taken, kept, ahead)
            }
        };
        if !extreme.adds(at) {
            return one;
        }
        let both = self.combine(fold, ty, left[at], right[at]);
        let of_leader = self.region.accumulators[leader].ty;
        let equal = self.plain_binary(BinaryOp::Eq, of_leader, left[leader], right[leader]);
        self.select(ty, both, one, equal)
    }

    /// Whether the right partial result is ahead of the left one.
    fn ahead(&mut self, extreme: &Extreme, left: &[Operand], right: &[Operand]) -> Operand {
        let order = extreme.order();
        let ahead = order.iter().rev().fold(None, |later, (at, least)| {
            let better = if *least { BinaryOp::Lt } else { BinaryOp::Gt };
            let ty = self.region.accumulators[*at].ty;
            let (a, b) = (right[*at], left[*at]);
            let better = self.plain_binary(better, ty, a, b);
            let Some(later) = later else {
                return Some(better);
            };
            let equal = self.plain_binary(BinaryOp::Eq, ty, a, b);
            let tied = self.pure("and.pred", Class::Pred, &[equal, later]);
            Some(self.pure("or.pred", Class::Pred, &[better, tied]))
        });
        ahead.unwrap_or_else(|| unreachable!("the leader decides"))
    }
}
