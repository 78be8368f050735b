//! From how much work on a region is worth a pool or a device. Work is counted in operations.

/// Operations that take about as long as asking the guard. Tests run regions, however small.
pub(super) const LITTLE_WORK: Option<u64> = if cfg!(feature = "every-form") {
    None
} else {
    Some(512)
};

/// Operations below which a plain call stays on its thread: about the time that waking a pool
/// takes, several times over.
pub(super) const POOL_WORK: u64 = 1 << 16;

/// The same where `NAME::parallel` asks for the pool.
pub(super) const PARALLEL_WORK: u64 = 1 << 13;

/// Operations below which a plain call does not go to a device.
pub(super) const DEVICE_WORK: u64 = 1 << 26;

/// Bytes that move to a device or back while a thread of the host does one operation, at about 8e9 and
/// 4e9 a second. On a machine with an H200, 16 threads summed 3.2 GB in 26 ms, and moving them took 420.
const BYTES_PER_WORK: u64 = 2;

/// Groups of iterations below which a plain call does not go to a device: each is one thread.
pub(super) const DEVICE_GROUPS: u64 = 1 << 11;

/// Whether so many operations take the host's threads longer than so many bytes take to a device.
pub(super) fn moving_pays(work: u64, moved: u64, threads: u64) -> bool {
    let meanwhile = moved.saturating_mul(threads) / BYTES_PER_WORK;
    work >= meanwhile
}

/// So many operations on numbers of at most so many bytes, as the operations on numbers of 8 bytes that
/// take the host as long: a vector has more of what is narrow.
pub(super) fn on_vectors(work: u64, widest: u64) -> u64 {
    work / (8 / widest.clamp(1, 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_numbers_are_less_work_for_the_host() {
        assert_eq!(
            [1, 2, 4, 8, 16].map(|bytes| on_vectors(80, bytes)),
            [10, 20, 40, 80, 80]
        );
        // A generation of the game of life on 8 million cells of a byte: 16 threads take 0.15 ms, and
        // the way to a device and back 3.4 (measured with an H200).
        assert!(!moving_pays(on_vectors(200_000_000, 1), 16_000_000, 16));
    }

    #[test]
    fn arrays_move_where_the_work_is_worth_it() {
        // A sum of 4e8 numbers of 8 bytes, and a product of matrices of 2048 rows.
        assert!(!moving_pays(800_000_000, 3_200_000_000, 16));
        assert!(moving_pays(2 << 33, 5 << 24, 16));
        // One thread is as slow as the way.
        assert!(!moving_pays(800_000_000, 3_200_000_000, 1));
        assert!(moving_pays(1_600_000_000, 3_200_000_000, 1));
        assert!(moving_pays(1, 0, 64) && !moving_pays(u64::MAX / 4, u64::MAX, 64));
    }
}
