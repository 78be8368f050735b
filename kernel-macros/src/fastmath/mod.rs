//! `fastmath(contract, reassoc, approx)`: other roundings, in the plan, so that every back end has the
//! same ones.

mod approx;
mod build;
mod contract;
mod copy;
mod reassoc;
#[cfg(test)]
mod tests;

use crate::analysis::plan::Plan;
use crate::ir::Function;

/// Which liberties the user grants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FastMath {
    /// A product and a sum may round once.
    pub contract: bool,
    /// An inner loop's reductions may combine in lanes.
    pub reassoc: bool,
    /// A quotient or a power may be computed by cheaper operations.
    pub approx: bool,
}

impl FastMath {
    pub const ALL: FastMath = FastMath {
        contract: true,
        reassoc: true,
        approx: true,
    };

    /// Grants what this word stands for; whether there is such a word.
    pub fn grant(&mut self, word: &str) -> bool {
        let grant = match word {
            "contract" => &mut self.contract,
            "reassoc" => &mut self.reassoc,
            "approx" => &mut self.approx,
            _ => return false,
        };
        *grant = true;
        true
    }
}

/// Takes the liberties in every region.
pub fn apply(granted: FastMath, function: &mut Function, plan: &mut Plan) {
    if granted == FastMath::default() {
        return;
    }
    for region in &mut plan.regions {
        region.rounds_otherwise = true;
    }
    if granted.reassoc {
        reassoc::apply(function, plan);
    }
    if granted.approx {
        approx::apply(function, plan);
    }
    // Last, as products and sums come of the others.
    if granted.contract {
        contract::apply(function, plan);
    }
}
