//! Which entries a region has.

use super::atomic;
use crate::analysis::plan::Region;
use crate::ir::Function;

/// How the iterations of a region are spread over a device's threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In any way.
    Map,
    /// In the lanes and chunks of the canonical order.
    Reduction,
    /// In its groups, each of which has copies of array accumulators.
    Groups,
}

impl Form {
    /// Array accumulators need no copies where atomic instructions serve.
    pub fn of(function: &Function, region: &Region) -> Form {
        let in_place = region.shared.is_empty() || atomic::serve(function, region);
        match (in_place, region.accumulators.is_empty()) {
            (true, true) => Form::Map,
            (true, false) => Form::Reduction,
            (false, _) => Form::Groups,
        }
    }

    /// Whether a second entry folds what the first one left.
    pub fn has_fold(self) -> bool {
        self != Form::Map
    }
}
