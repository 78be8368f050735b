//! Where the random kernels come from: a list of numbers, each one decision.
//!
//! Every generator of something takes its decisions from here, and zero is always the simplest
//! one. A kernel that shows a fault is made smaller by leaving numbers out or lowering them: what
//! comes out is a kernel again.

/// Decisions made, or to be made again.
pub struct Choices {
    taken: Vec<u32>,
    at: usize,
    random: Option<fastrand::Rng>,
}

impl Choices {
    /// New ones.
    pub fn random(seed: u64) -> Choices {
        Choices {
            taken: Vec::new(),
            at: 0,
            random: Some(fastrand::Rng::with_seed(seed)),
        }
    }

    /// These, and zeros after them.
    pub fn again(taken: Vec<u32>) -> Choices {
        Choices {
            taken,
            at: 0,
            random: None,
        }
    }

    /// A number below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        if self.at == self.taken.len() {
            let next = self
                .random
                .as_mut()
                .map_or(0, |random| random.u32(..1 << 16));
            self.taken.push(next);
        }
        self.at += 1;
        self.taken[self.at - 1] as usize % count.max(1)
    }

    /// True one time in `count`; simplest is not.
    pub fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }

    /// One of these; the first is the simplest.
    pub fn of<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// What was decided.
    pub fn taken(self) -> Vec<u32> {
        let mut taken = self.taken;
        taken.truncate(self.at);
        taken
    }
}
