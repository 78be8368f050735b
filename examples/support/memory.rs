//! How large an array this machine has room for now.

use crate::units;
use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System};

/// Left free for everything else: the program itself, its threads, the operating system.
const RESERVE: u64 = 256 << 20;

/// Bytes that can be allocated without swapping: what the system has, or what the container
/// allows if that is less. `None` where neither can be found out.
#[must_use]
pub fn available() -> Option<u64> {
    let mut system = System::new().ok()?;
    system.refresh_memory();
    let machine = system.available_memory();
    let free = own_limit(&mut system).map_or(machine, |limit| limit.min(machine));
    (machine > 0).then_some(free)
}

/// What the control group of this process has left. Page cache counts as free: it makes way.
fn own_limit(system: &mut System) -> Option<u64> {
    let pid = sysinfo::get_current_pid().ok()?;
    let wanted = ProcessesToUpdate::Some(&[pid]);
    system.refresh_processes_specifics(wanted, true, ProcessRefreshKind::nothing());
    let own = system.process(pid).and_then(|it| it.cgroup_limits());
    let limits = own.or_else(|| system.cgroup_limits())?;
    Some(limits.total_memory.saturating_sub(limits.rss))
}

/// Bytes of an array of `f64`, or `None` if no machine could address it.
#[must_use]
pub fn bytes_of(rows: usize, columns: usize) -> Option<u64> {
    let bytes = rows.checked_mul(columns)?.checked_mul(size_of::<f64>())?;
    isize::try_from(bytes).ok()?;
    u64::try_from(bytes).ok()
}

/// Whether `bytes` more fit into `free` with something to spare.
#[must_use]
pub fn fits(bytes: u64, free: u64) -> bool {
    bytes <= free.saturating_sub(RESERVE)
}

/// Side of the largest square array of `f64` that [`fits`], rounded down to hundreds where it
/// has any.
#[must_use]
pub fn largest_square(free: u64) -> usize {
    let elements = free.saturating_sub(RESERVE) / size_of::<f64>() as u64;
    let side = elements.isqrt() as usize;
    if side < 100 { side } else { side - side % 100 }
}

/// The side of a square array to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Its rows and columns.
    pub side: usize,
    /// Why it is not the default, if it is not.
    pub note: Option<String>,
}

/// The side `asked` for, or else `default`, or else the largest that fits into `free` bytes.
///
/// # Errors
/// If what was asked for does not fit, or if nothing does. Unknown memory (`None`) holds
/// whatever can be addressed.
pub fn side(asked: Option<usize>, default: usize, free: Option<u64>) -> Result<Side, String> {
    let wanted = asked.unwrap_or(default);
    let has_room = |bytes| free.is_none_or(|free| fits(bytes, free));
    if bytes_of(wanted, wanted).is_some_and(has_room) {
        return Ok(Side {
            side: wanted,
            note: None,
        });
    }
    let free = free.unwrap_or(0);
    let largest = largest_square(free);
    let problem = format!(
        "{wanted} x {wanted} f64 do not fit into the {} of memory that are free",
        units::bytes(free)
    );
    match asked {
        Some(_) => Err(format!("{problem}; the largest that does is {largest}")),
        None if largest == 0 => Err(format!("{problem}, and nothing else does")),
        None => Ok(Side {
            side: largest,
            note: Some(format!("{problem}: taking {largest} x {largest}")),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_memory() {
        let free = available().expect("a system that reports its memory");
        assert!(free > 1 << 20, "{free}");
    }

    #[test]
    fn the_largest_square_fits_and_the_next_hundred_does_not() {
        for free in [1u64 << 30, 3_456_789_012, 64 << 30] {
            let side = largest_square(free);
            assert_eq!(side % 100, 0);
            assert!(fits(bytes_of(side, side).unwrap(), free));
            assert!(!fits(bytes_of(side + 100, side + 100).unwrap(), free));
        }
    }

    #[test]
    fn no_memory_means_no_array() {
        assert_eq!(largest_square(RESERVE), 0);
        assert_eq!(largest_square(0), 0);
        assert!(!fits(8, RESERVE));
        assert_eq!(largest_square(RESERVE + 8 * 49), 7);
    }

    #[test]
    fn sizes_that_overflow_are_none() {
        assert_eq!(bytes_of(usize::MAX, 2), None);
        assert_eq!(bytes_of(1 << 31, 1 << 30), None);
        assert_eq!(bytes_of(20_000, 20_000), Some(3_200_000_000));
    }

    #[test]
    fn the_default_gives_way_to_what_fits_and_says_so() {
        let roomy = side(None, 20_000, Some(8 << 30)).unwrap();
        assert_eq!((roomy.side, roomy.note), (20_000, None));
        let tight = side(None, 20_000, Some(1 << 30)).unwrap();
        assert_eq!(tight.side, largest_square(1 << 30));
        let note = tight.note.unwrap();
        assert!(note.contains("20000 x 20000"), "{note}");
        assert!(note.contains(&format!("taking {}", tight.side)), "{note}");
    }

    #[test]
    fn a_size_that_was_asked_for_is_kept_or_refused() {
        assert_eq!(side(Some(7), 20_000, Some(8 << 30)).unwrap().side, 7);
        assert_eq!(side(Some(0), 20_000, Some(0)).unwrap().side, 0);
        let error = side(Some(50_000), 20_000, Some(1 << 30)).unwrap_err();
        assert!(error.contains("50000 x 50000"), "{error}");
        assert!(
            error.contains(&largest_square(1 << 30).to_string()),
            "{error}"
        );
        assert!(side(None, 20_000, Some(1 << 20)).is_err());
    }

    #[test]
    fn unknown_memory_holds_what_can_be_addressed() {
        assert_eq!(side(Some(40_000), 1, None).unwrap().side, 40_000);
        assert!(side(Some(usize::MAX), 1, None).is_err());
    }
}
