//! Device memory: allocations in an address space of their own.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

/// Generic addresses of the windows of other spaces (PTX ISA 6.4.1.1): a window is where an
/// address of that space, plus this, points generically.
pub(super) const SHARED_WINDOW: u64 = 0x7100_0000_0000;
/// See [`SHARED_WINDOW`].
pub(super) const LOCAL_WINDOW: u64 = 0x7200_0000_0000;
/// See [`SHARED_WINDOW`].
pub(super) const PARAM_WINDOW: u64 = 0x7300_0000_0000;
/// Size of each window.
pub(super) const WINDOW_BYTES: u64 = 1 << 40;
/// Where global memory begins; its generic addresses are the same (PTX ISA 6.4.1.1).
const FIRST_ADDRESS: u64 = 0x7f_0000_0000;
/// What the device claims to have.
pub(super) const TOTAL_BYTES: usize = 8 << 30;
/// Nothing lies this close to an allocation, so that running past one never meets the next.
const GAP: u64 = 1 << 20;
const ALIGNMENT: u64 = 256;

/// Who made an allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// `mem_alloc`.
    User,
    /// A `.global` variable of a module.
    Module,
    /// A `.const` variable of a module.
    Constant,
}

/// One allocation.
///
/// Its words are atomics, so that blocks on several threads may touch it in any way that a
/// kernel does. Within a launch, loads acquire and stores release: what a kernel's fences order
/// is then ordered here.
pub(super) struct Allocation {
    pub(super) base: u64,
    pub(super) bytes: usize,
    pub(super) owner: Owner,
    words: Box<[AtomicU64]>,
    /// One bit for each byte: whether anybody wrote it.
    written: Box<[AtomicU64]>,
}

impl Allocation {
    fn new(base: u64, bytes: usize, owner: Owner) -> Self {
        let words = zeroed(bytes.div_ceil(8));
        let written = zeroed(bytes.div_ceil(64));
        Allocation {
            base,
            bytes,
            owner,
            words,
            written,
        }
    }

    /// `bytes` (1, 2, 4 or 8) at `offset`, a multiple of them.
    pub(super) fn load(&self, offset: usize, bytes: usize) -> u64 {
        let (word, shift) = (offset / 8, offset % 8 * 8);
        self.words[word].load(Ordering::Acquire) >> shift & ones(bytes)
    }

    /// As [`Allocation::load`].
    pub(super) fn store(&self, offset: usize, bytes: usize, value: u64) {
        if bytes == 8 {
            self.words[offset / 8].store(value, Ordering::Release);
        } else {
            self.update(offset, bytes, |_| value);
        }
        self.mark_written(offset, bytes);
    }

    /// Replaces a value atomically and returns the old one.
    pub(super) fn update(&self, offset: usize, bytes: usize, f: impl Fn(u64) -> u64) -> u64 {
        let (word, shift) = (&self.words[offset / 8], offset % 8 * 8);
        let (keep, low) = (!(ones(bytes) << shift), ones(bytes));
        let mut old = word.load(Ordering::Relaxed);
        loop {
            let value = f(old >> shift & low) & low;
            let new = old & keep | value << shift;
            match word.compare_exchange_weak(old, new, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return old >> shift & low,
                Err(now) => old = now,
            }
        }
    }

    /// Whether every byte of an access within one word was written.
    pub(super) fn is_written(&self, offset: usize, bytes: usize) -> bool {
        let wanted = ((1u64 << bytes) - 1) << (offset % 64);
        self.written[offset / 64].load(Ordering::Acquire) & wanted == wanted
    }

    /// Whether every byte of a range was written.
    pub(super) fn is_range_written(&self, offset: usize, bytes: usize) -> bool {
        let (first, last) = (offset / 64, (offset + bytes - 1) / 64);
        (first..=last).all(|word| {
            let low = if word == first {
                u64::MAX << (offset % 64)
            } else {
                u64::MAX
            };
            let high = match word == last {
                true => u64::MAX >> (63 - (offset + bytes - 1) % 64),
                false => u64::MAX,
            };
            let wanted = low & high;
            self.written[word].load(Ordering::Acquire) & wanted == wanted
        })
    }

    /// Notes that the bytes of an access within one word were written.
    pub(super) fn mark_written(&self, offset: usize, bytes: usize) {
        let bits = ((1u64 << bytes) - 1) << (offset % 64);
        let word = &self.written[offset / 64];
        if word.load(Ordering::Relaxed) & bits != bits {
            word.fetch_or(bits, Ordering::Release);
        }
    }

    /// Copies from the host; the range must lie within the allocation.
    pub(super) fn write(&self, offset: usize, source: &[u8]) {
        for (at, bytes) in pieces(offset, source.len()) {
            let from = at - offset;
            let mut value = [0; 8];
            value[..bytes].copy_from_slice(&source[from..from + bytes]);
            self.put(at, bytes, u64::from_le_bytes(value));
            self.mark_written(at, bytes);
        }
    }

    /// Copies to the host; the range must lie within the allocation.
    pub(super) fn read(&self, offset: usize, target: &mut [u8]) {
        for (at, bytes) in pieces(offset, target.len()) {
            let value = self.get(at, bytes).to_le_bytes();
            target[at - offset..at - offset + bytes].copy_from_slice(&value[..bytes]);
        }
    }

    /// Bytes within one word, at any offset.
    fn get(&self, offset: usize, bytes: usize) -> u64 {
        self.words[offset / 8].load(Ordering::Acquire) >> (offset % 8 * 8) & ones(bytes)
    }

    fn put(&self, offset: usize, bytes: usize, value: u64) {
        if bytes == 8 {
            self.words[offset / 8].store(value, Ordering::Release);
        } else {
            self.update(offset, bytes, |_| value);
        }
    }

    /// Copies between allocations (or within one, as if through a buffer), together with what is
    /// known of who wrote the bytes.
    pub(super) fn copy_from(&self, offset: usize, source: &Allocation, from: usize, bytes: usize) {
        let mut data = vec![0; bytes];
        source.read(from, &mut data);
        let known: Vec<bool> = (0..bytes).map(|i| source.is_written(from + i, 1)).collect();
        if known.iter().all(|k| *k) {
            self.write(offset, &data);
            return;
        }
        for (i, known) in known.iter().enumerate() {
            self.put(offset + i, 1, data[i].into());
            let (word, bit) = (&self.written[(offset + i) / 64], 1 << ((offset + i) % 64));
            match known {
                true => word.fetch_or(bit, Ordering::Release),
                false => word.fetch_and(!bit, Ordering::Release),
            };
        }
    }
}

/// Zeroed words, from the system's zeroed pages where there are many.
fn zeroed(count: usize) -> Box<[AtomicU64]> {
    const { assert!(align_of::<AtomicU64>() == align_of::<u64>()) };
    let plain = Box::into_raw(vec![0u64; count].into_boxed_slice());
    // SAFETY: the pointer comes from `Box::into_raw` just above, and `AtomicU64` has the size and
    // bit validity of `u64` (documented) and its alignment (asserted above), so the layout of the
    // slice is the one that it was allocated with.
    unsafe { Box::from_raw(plain as *mut [AtomicU64]) }
}

/// The lowest `bytes` bytes of a word.
fn ones(bytes: usize) -> u64 {
    u64::MAX >> (64 - 8 * bytes)
}

/// A byte range cut at word boundaries.
fn pieces(offset: usize, length: usize) -> impl Iterator<Item = (usize, usize)> {
    let end = offset + length;
    let mut at = offset;
    std::iter::from_fn(move || {
        if at == end {
            return None;
        }
        let bytes = (8 - at % 8).min(end - at);
        at += bytes;
        Some((at - bytes, bytes))
    })
}

/// All allocations of the device.
pub(super) struct DeviceMemory {
    state: RwLock<State>,
}

struct State {
    live: BTreeMap<u64, Arc<Allocation>>,
    next: u64,
    used: usize,
}

impl DeviceMemory {
    pub(super) const fn new() -> Self {
        let state = State {
            live: BTreeMap::new(),
            next: FIRST_ADDRESS,
            used: 0,
        };
        DeviceMemory {
            state: RwLock::new(state),
        }
    }

    /// Addresses are never used twice, so that a freed one stays wrong.
    pub(super) fn allocate(&self, bytes: usize, owner: Owner) -> Option<Arc<Allocation>> {
        let mut state = self.state.write().unwrap_or_else(|e| e.into_inner());
        if bytes > TOTAL_BYTES - state.used {
            return None;
        }
        let base = state.next;
        state.next = (base + bytes as u64 + GAP).next_multiple_of(ALIGNMENT);
        state.used += bytes;
        let allocation = Arc::new(Allocation::new(base, bytes, owner));
        state.live.insert(base, allocation.clone());
        Some(allocation)
    }

    /// Frees the allocation that begins at `base`, if `owner` made it.
    pub(super) fn free(&self, base: u64, owner: Owner) -> bool {
        let mut state = self.state.write().unwrap_or_else(|e| e.into_inner());
        if state.live.get(&base).is_none_or(|a| a.owner != owner) {
            return false;
        }
        let freed = state.live.remove(&base).map_or(0, |a| a.bytes);
        state.used -= freed;
        true
    }

    /// The allocation that holds a range, and the range's offset in it.
    pub(super) fn find(&self, address: u64, bytes: usize) -> Option<(Arc<Allocation>, usize)> {
        let state = self.state.read().unwrap_or_else(|e| e.into_inner());
        let (base, allocation) = state.live.range(..=address).next_back()?;
        let offset = (address - base) as usize;
        let end = offset.checked_add(bytes)?;
        (end <= allocation.bytes).then(|| (allocation.clone(), offset))
    }

    /// All allocations, by address.
    pub(super) fn snapshot(&self) -> Vec<Arc<Allocation>> {
        let state = self.state.read().unwrap_or_else(|e| e.into_inner());
        state.live.values().cloned().collect()
    }

    pub(super) fn used(&self) -> usize {
        self.state.read().unwrap_or_else(|e| e.into_inner()).used
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_go_where_they_should() {
        let memory = DeviceMemory::new();
        let a = memory.allocate(21, Owner::User).unwrap();
        a.write(3, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        let mut back = [0; 21];
        a.read(0, &mut back);
        assert_eq!(
            back,
            [
                0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0, 0, 0, 0, 0, 0, 0
            ]
        );
        assert!(!a.is_written(2, 1) && a.is_written(3, 1) && a.is_written(12, 1));
        assert!(a.is_range_written(3, 10) && !a.is_range_written(3, 11));
        assert!(a.is_written(4, 8 - 4) && !a.is_written(0, 4) && !a.is_written(8, 8));
        a.store(16, 4, 0xa1b2_c3d4);
        assert_eq!(a.load(18, 2), 0xa1b2);
        assert_eq!(a.update(18, 2, |v| v + 1), 0xa1b2);
        assert_eq!(a.load(16, 4), 0xa1b3_c3d4);
    }

    #[test]
    fn copies_carry_what_is_written() {
        let memory = DeviceMemory::new();
        let (a, b) = (
            memory.allocate(16, Owner::User).unwrap(),
            memory.allocate(16, Owner::User).unwrap(),
        );
        a.write(0, &[7; 8]);
        b.write(0, &[1; 16]);
        b.copy_from(4, &a, 0, 12);
        assert!(b.is_written(0, 8) && b.is_written(8, 4) && !b.is_written(12, 4));
    }

    #[test]
    fn addresses_are_not_reused() {
        let memory = DeviceMemory::new();
        let a = memory.allocate(100, Owner::User).unwrap();
        assert!(a.base.is_multiple_of(256));
        assert!(memory.free(a.base, Owner::User) && !memory.free(a.base, Owner::User));
        let b = memory.allocate(100, Owner::User).unwrap();
        assert!(b.base > a.base + 100);
        assert!(memory.find(b.base + 92, 8).is_some() && memory.find(b.base + 93, 8).is_none());
        assert_eq!(memory.used(), 100);
        assert!(memory.allocate(TOTAL_BYTES, Owner::User).is_none());
    }
}
