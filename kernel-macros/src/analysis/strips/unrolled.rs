//! Inner loops of few trips, always the same, of which LLVM makes straight code by itself.

use super::{is_loop, writes_element};
use crate::ir::{ExprId, ExprKind, Function, LoopId, walk};

/// The trips.
const TRIPS: u128 = 16;

/// Expressions of all trips together above which it would be too much code.
const EXPRESSIONS: u128 = 256;

/// Whether a loop is one.
pub fn is(function: &Function, id: LoopId) -> bool {
    trips(function, id).is_some_and(|trips| {
        let mut size = 0;
        walk::expressions(function, &function.loops[id].body, &mut |_| size += 1);
        trips <= TRIPS && trips * size <= EXPRESSIONS
    })
}

/// Whether a loop is one, and its trips may stand in a part of an iteration like other statements: they
/// write no array.
pub fn is_straight(function: &Function, id: LoopId) -> bool {
    let mut straight = is(function, id);
    walk::statements(function, &function.loops[id].body, &mut |stmt| {
        straight &= !writes_element(stmt) && !is_loop(function, stmt);
    });
    straight
}

/// How many trips it makes, if that is a constant.
fn trips(function: &Function, id: LoopId) -> Option<u128> {
    let range = &function.loops[id].range;
    let value = |id: ExprId| match function.exprs[id].kind {
        ExprKind::Int(value, _) => Some(value),
        _ => None,
    };
    let (start, end) = (value(range.start)?, value(range.end)?);
    Some(end.saturating_sub(start) + u128::from(range.inclusive))
}
