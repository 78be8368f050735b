//! The canonical order of a reduction: which values are combined with which, whoever does it.
//!
//! `N` iterations form chunks of [`chunk_len`] consecutive ones. In a chunk, lane `k mod L` takes
//! the iterations `k` in increasing order, starting from the operation's identity. The lanes of a
//! chunk fold as a tree of widths `L/2, .., 2, 1`; the chunks fold as a pairwise tree (neighbours
//! combine, an odd one out moves up); the initial value joins last, on the left.
//!
//! A region with array accumulators has groups instead: [`group_len`] consecutive iterations in
//! order, the first group from the initial values, the others from the identity. The groups fold as
//! the same pairwise tree, element by element.

/// Changes whenever results of floating-point reductions may change.
pub const ORDER_VERSION: u32 = 1;

const SHORTEST: u64 = 64;
const LONGEST: u64 = 16384;
/// Below this number of chunks, chunks are as short as they may be.
const CHUNKS: u64 = 8192;

/// Iterations of a chunk: `C(N)`, a power of two and a multiple of the lanes, which are one too.
#[inline]
pub const fn chunk_len(n: u64, lanes: u64) -> u64 {
    let share = n / CHUNKS;
    let wanted = if share < SHORTEST {
        SHORTEST
    } else if share > LONGEST {
        LONGEST
    } else {
        1 << share.ilog2()
    };
    // Both are powers of two.
    if wanted < lanes { lanes } else { wanted }
}

/// Groups of a region with array accumulators, at most.
const GROUPS: u64 = 8192;
/// A group has at least so many iterations for each element of its copies: setting up and folding
/// a copy costs about as much as one iteration per element.
const PER_ELEMENT: u64 = 2;
/// Bytes of all groups' copies together, at most.
const COPIES: u64 = 1 << 27;

/// Iterations of a group: of `n` in all, where the copies of a group have so many elements and
/// bytes. Where copies are too large for several groups, there is one, as in the serial loop.
pub fn group_len(n: u64, elements: u64, bytes: u64) -> u64 {
    let in_memory = u128::from(n) * u128::from(bytes) / u128::from(COPIES);
    let in_memory = u64::try_from(in_memory).unwrap_or(u64::MAX);
    let shortest = [
        SHORTEST,
        n.div_ceil(GROUPS),
        elements.saturating_mul(PER_ELEMENT),
        in_memory.saturating_add(1),
    ];
    shortest.into_iter().fold(0, u64::max)
}

/// Where the tree over `count > 1` neighbours splits: the largest power of two below `count`.
/// Splitting there at every level pairs neighbours and moves an odd one out up.
#[inline]
pub const fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// The canonical tree over `count` values in place, level by level: `join` is told where one goes, and the
/// neighbours that it comes from, or the odd one that moves up.
#[inline(always)]
pub fn pairwise(mut count: usize, mut join: impl FnMut(usize, usize, Option<usize>)) {
    while count > 1 {
        for pair in 0..count / 2 {
            join(pair, 2 * pair, Some(2 * pair + 1));
        }
        if count % 2 == 1 {
            join(count / 2, count - 1, None);
        }
        count = count.div_ceil(2);
    }
}

/// The canonical order spelled out, for tests: `step` is an iteration, `fold` combines two partial
/// results.
pub fn reference<T: Copy>(
    (n, lanes): (u64, u64),
    (init, identity): (T, T),
    mut step: impl FnMut(T, u64) -> T,
    mut fold: impl FnMut(T, T) -> T,
) -> T {
    if n == 0 {
        return init;
    }
    let chunk = chunk_len(n, lanes);
    let mut partials = Vec::new();
    for start in (0..n).step_by(chunk as usize) {
        let mut lane = vec![identity; lanes as usize];
        for k in start..n.min(start + chunk) {
            let l = (k % lanes) as usize;
            lane[l] = step(lane[l], k);
        }
        let mut width = lane.len() / 2;
        while width > 0 {
            for l in 0..width {
                lane[l] = fold(lane[l], lane[l + width]);
            }
            width /= 2;
        }
        partials.push(lane[0]);
    }
    while partials.len() > 1 {
        let pairs = partials.chunks(2);
        partials = pairs
            .map(|pair| match *pair {
                [left, right] => fold(left, right),
                _ => pair[0],
            })
            .collect();
    }
    fold(init, partials[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_fold_as_the_canonical_tree_says() {
        // Neither associative nor commutative.
        let fold = |left: u64, right: u64| left.wrapping_mul(31).wrapping_add(right ^ (left << 7));
        fn expected(values: &[u64], fold: fn(u64, u64) -> u64) -> u64 {
            if let [value] = values {
                return *value;
            }
            let (left, right) = values.split_at(split(values.len() as u64) as usize);
            fold(expected(left, fold), expected(right, fold))
        }
        for count in 1..=40 {
            let values: Vec<u64> = (0..count as u64).map(|n| n * 77 + 5).collect();
            let mut folded = values.clone();
            pairwise(count, |to, left, right| {
                folded[to] = right.map_or(folded[left], |right| fold(folded[left], folded[right]));
            });
            assert_eq!(folded[0], expected(&values, fold), "{count} chunks");
        }
    }

    #[test]
    fn chunks_grow_with_the_iterations() {
        let lens = [0, 1, 1 << 19, (1 << 20) - 1, 1 << 20, 3 << 20, u64::MAX];
        assert_eq!(
            lens.map(|n| chunk_len(n, 64)),
            [64, 64, 64, 64, 128, 256, 16384]
        );
        assert_eq!(chunk_len(5, 128), 128);
        assert_eq!(chunk_len(1 << 20, 128), 128);
    }

    #[test]
    fn groups_grow_with_the_iterations_and_the_copies() {
        assert_eq!(group_len(0, 0, 0), 64);
        assert_eq!(group_len(1000, 10, 80), 64);
        assert_eq!(group_len(1000, 100, 800), 200);
        assert_eq!(group_len(40_000_000, 1000, 8000), 4883);
        for n in [1, 1 << 20, 1 << 40, u64::MAX] {
            for elements in [1, 1 << 10, 1 << 27, u64::MAX >> 3] {
                let count = n.div_ceil(group_len(n, elements, 8 * elements));
                let bytes = u128::from(count) * u128::from(8 * elements);
                assert!(count <= 8192);
                assert!(count == 1 || bytes <= 1 << 27, "{n}, {elements}: {count}");
            }
        }
    }

    #[test]
    fn splitting_is_pairing() {
        for count in 1..70u64 {
            let mut level: Vec<String> = (0..count).map(|leaf| leaf.to_string()).collect();
            while level.len() > 1 {
                level = level
                    .chunks(2)
                    .map(|pair| match pair {
                        [left, right] => format!("({left} {right})"),
                        _ => pair[0].clone(),
                    })
                    .collect();
            }
            assert_eq!(tree(0, count), level[0]);
        }
    }

    fn tree(first: u64, count: u64) -> String {
        if count == 1 {
            return first.to_string();
        }
        let left = split(count);
        let right = tree(first + left, count - left);
        format!("({} {right})", tree(first, left))
    }

    /// Multiples of 2^-32 in -0.5..0.5, without a pattern.
    fn value(k: u64) -> f64 {
        let mixed = (k + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        mixed as f64 / 4294967296.0 - 0.5
    }

    fn term(k: u64) -> f64 {
        let x = value(k);
        x / 3.0 + x * x
    }

    // The figures come from a separate program, written from the text above in another language.
    #[test]
    fn golden_sums() {
        let add = |a: f64, b: f64| a + b;
        let add32 = |a: f32, b: f32| a + b;
        for (n, wide, narrow) in GOLDEN {
            let sum = reference((n, 64), (10.0, -0.0), |s, k| s + term(k), add);
            assert_eq!(sum.to_bits(), wide, "f64, N = {n}");
            let sum = reference((n, 128), (10.0, -0.0), |s, k| s + value(k) as f32, add32);
            assert_eq!(sum.to_bits(), narrow, "f32, N = {n}");
        }
    }

    const GOLDEN: [(u64, u64, u32); 12] = [
        (0, 0x40240000_00000000, 0x41200000),
        (1, 0x40241b47_14ea7167, 0x4121e378),
        (63, 0x402ec16f_02985a80, 0x41274de9),
        (64, 0x402ecc2e_a7ca348a, 0x41282bd0),
        (65, 0x402ecb40_85a486ee, 0x4122ed2f),
        (127, 0x40346ad2_88cd7efd, 0x411e158c),
        (128, 0x403470ab_5788bfde, 0x4117d15a),
        (129, 0x4034911b_8167eb11, 0x411b709f),
        (1000, 0x40575490_a6c3df18, 0x41202e91),
        (16385, 0x40957cca_377368a4, 0x411b7d75),
        (1048576, 0x40f555f6_81aebf6c, 0x4127301d),
        (1052898, 0x40f56c74_cdabfe9b, 0x411aef59),
    ];
}
