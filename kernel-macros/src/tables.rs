//! Hash tables with a short hash function. cargo compiles macros without optimisation, where the
//! standard one, which withstands chosen keys, took an eighth of an expansion's time.

use std::hash::{BuildHasherDefault, Hasher};

pub type HashMap<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<Mixer>>;
pub type HashSet<T> = std::collections::HashSet<T, BuildHasherDefault<Mixer>>;

/// Multiplies by an odd number of random bits, as rustc's own tables do.
#[derive(Default)]
pub struct Mixer(u64);

impl Mixer {
    fn mix(&mut self, word: u64) {
        const FACTOR: u64 = 0xf135_7aea_2e62_a9c5;
        self.0 = self.0.wrapping_add(word).wrapping_mul(FACTOR);
    }
}

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            self.mix(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.mix(value.into());
    }

    fn write_u32(&mut self, value: u32) {
        self.mix(value.into());
    }

    fn write_u64(&mut self, value: u64) {
        self.mix(value);
    }

    fn write_usize(&mut self, value: usize) {
        self.mix(value as u64);
    }

    /// The tables go by the lowest bits and the highest seven; the lowest of a product are those of
    /// the lowest factors alone.
    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}
