//! Regions on rayon's threads: in the pool that the caller is in, or the global one.

mod grouped;
mod map;
#[cfg(test)]
mod meeting;
mod packed;
mod reduce;
mod team;

pub use grouped::{Groups, grouped};
pub use map::map;
pub use packed::packed;
pub use reduce::reduce;
use team::shared;

/// Tasks that a thread's share is cut into: the last one to end is waited for.
const TASKS_PER_THREAD: u64 = 32;

/// Operations that a task is worth starting for.
const TASK_WORK: u64 = 4096;

/// How many units of `cost` operations each make a task, where there are `count` of them.
fn grain(count: u64, cost: u64) -> u64 {
    let tasks = rayon::current_num_threads() as u64 * TASKS_PER_THREAD;
    let share = count.div_ceil(tasks);
    let least = TASK_WORK.div_ceil(cost.max(1));
    share.max(least)
}
