//! Device memory kept for the next call: allocating costs more than many a kernel.

use super::super::DeviceInfo;
use super::super::driver::status;
use super::super::fault::{Fault, through_cust};
use cust::memory::DeviceBuffer;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where blocks come from. Dropping a block frees it.
pub trait Source {
    type Block;

    /// A block of at least that many bytes, not zero.
    fn allocate(&self, bytes: usize) -> Result<Self::Block, Fault>;
}

/// The driver.
pub struct Device;

impl Source for Device {
    type Block = DeviceBuffer<u8>;

    fn allocate(&self, bytes: usize) -> Result<DeviceBuffer<u8>, Fault> {
        // SAFETY: nothing reads the bytes on the host's side before something wrote them.
        let allocated = through_cust("allocating memory", || unsafe {
            DeviceBuffer::uninitialized(bytes)
        });
        allocated.map_err(|fault| match fault {
            Fault::Call { code, .. } if code == status::OUT_OF_MEMORY => {
                Fault::OutOfMemory { bytes }
            }
            other => other,
        })
    }
}

/// A bounded store of idle blocks.
pub struct Pool<S: Source = Device> {
    source: S,
    /// Bytes that may lie idle. With zero, nothing is kept, and blocks are as large as asked.
    limit: usize,
    idle: Mutex<Idle<S::Block>>,
}

/// A block in use.
pub struct Lease<B> {
    pub block: B,
    class: usize,
}

struct Idle<B> {
    /// Oldest first.
    leases: VecDeque<Lease<B>>,
    bytes: usize,
}

impl Pool<Device> {
    /// A quarter of the device's memory may lie idle. The software device keeps nothing: it
    /// tells an access behind the end, or of what nobody wrote, only for fresh, exact blocks.
    pub fn of_device(info: &DeviceInfo) -> Pool {
        let limit = if info.software { 0 } else { info.memory / 4 };
        Pool::new(Device, limit)
    }
}

impl<S: Source> Pool<S> {
    fn new(source: S, limit: usize) -> Pool<S> {
        let idle = Idle {
            leases: VecDeque::new(),
            bytes: 0,
        };
        Pool {
            source,
            limit,
            idle: Mutex::new(idle),
        }
    }

    /// A block of at least `bytes` bytes, not zero. If there is no memory left, the idle blocks
    /// are given back to the driver first.
    pub fn take(&self, bytes: usize) -> Result<Lease<S::Block>, Fault> {
        let class = if self.limit == 0 { bytes } else { class(bytes) };
        if let Some(lease) = self.idle().remove(class) {
            return Ok(lease);
        }
        let block = match self.source.allocate(class) {
            Err(Fault::OutOfMemory { .. }) => {
                self.clear();
                self.source.allocate(class)
            }
            other => other,
        };
        match block {
            Ok(block) => Ok(Lease { block, class }),
            // What was asked for, not what it was rounded up to.
            Err(Fault::OutOfMemory { .. }) => Err(Fault::OutOfMemory { bytes }),
            Err(other) => Err(other),
        }
    }

    /// Takes back a block that no work on the device uses any more.
    pub fn put_back(&self, lease: Lease<S::Block>) {
        if lease.class > self.limit {
            return;
        }
        let evicted = self.idle().insert(lease, self.limit);
        // Freed outside the lock.
        drop(evicted);
    }

    fn clear(&self) {
        let mut idle = self.idle();
        idle.bytes = 0;
        let leases = std::mem::take(&mut idle.leases);
        drop(idle);
        drop(leases);
    }

    fn idle(&self) -> MutexGuard<'_, Idle<S::Block>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B> Idle<B> {
    /// The youngest block of a class.
    fn remove(&mut self, class: usize) -> Option<Lease<B>> {
        let at = self.leases.iter().rposition(|lease| lease.class == class)?;
        let lease = self.leases.remove(at)?;
        self.bytes -= class;
        Some(lease)
    }

    /// Adds a block, and returns the oldest ones if they are too many now.
    fn insert(&mut self, lease: Lease<B>, limit: usize) -> Vec<Lease<B>> {
        self.bytes += lease.class;
        self.leases.push_back(lease);
        let mut evicted = Vec::new();
        while self.bytes > limit {
            let Some(oldest) = self.leases.pop_front() else {
                break;
            };
            self.bytes -= oldest.class;
            evicted.push(oldest);
        }
        evicted
    }
}

/// Rounds a size up to a power of two, or to an eighth of one where that would waste megabytes.
fn class(bytes: usize) -> usize {
    const SMALLEST: usize = 512;
    const FINE: usize = 1 << 20;
    if bytes <= FINE {
        return bytes.next_power_of_two().max(SMALLEST);
    }
    let step = (1_usize << bytes.ilog2()) / 8;
    bytes.checked_next_multiple_of(step).unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;

    /// Memory of so many bytes, and a count of allocations.
    #[derive(Default)]
    struct Memory {
        free: Rc<Cell<usize>>,
        asked: RefCell<Vec<usize>>,
    }

    struct Block {
        bytes: usize,
        free: Rc<Cell<usize>>,
    }

    impl Drop for Block {
        fn drop(&mut self) {
            self.free.set(self.free.get() + self.bytes);
        }
    }

    impl Source for Memory {
        type Block = Block;

        fn allocate(&self, bytes: usize) -> Result<Block, Fault> {
            self.asked.borrow_mut().push(bytes);
            let Some(left) = self.free.get().checked_sub(bytes) else {
                return Err(Fault::OutOfMemory { bytes });
            };
            self.free.set(left);
            let free = self.free.clone();
            Ok(Block { bytes, free })
        }
    }

    fn pool(memory: usize, limit: usize) -> Pool<Memory> {
        let source = Memory::default();
        source.free.set(memory);
        Pool::new(source, limit)
    }

    fn take(pool: &Pool<Memory>, bytes: usize) -> Lease<Block> {
        pool.take(bytes).unwrap_or_else(|fault| panic!("{fault:?}"))
    }

    #[test]
    fn classes_hold_the_size_and_waste_little() {
        for bytes in [1, 511, 512, 513, 1 << 20, (1 << 20) + 1, 3_000_000, 1 << 33] {
            let class = class(bytes);
            assert!(class >= bytes);
            assert!(bytes <= 1 << 20 || class <= bytes + bytes / 8);
        }
        assert_eq!(class(usize::MAX), usize::MAX);
    }

    #[test]
    fn a_returned_block_is_used_again() {
        let pool = pool(1 << 20, 1 << 20);
        let lease = take(&pool, 1000);
        pool.put_back(lease);
        let again = take(&pool, 900);
        assert_eq!(again.class, 1024);
        assert_eq!(*pool.source.asked.borrow(), [1024]);
    }

    #[test]
    fn what_lies_idle_is_bounded_and_the_oldest_goes() {
        let pool = pool(1 << 20, 3000);
        let leases = [1024, 2048, 512].map(|bytes| take(&pool, bytes));
        for lease in leases {
            pool.put_back(lease);
        }
        assert_eq!(pool.idle().bytes, 2560);
        assert_eq!(pool.source.free.get(), (1 << 20) - 2560);
        pool.put_back(take(&pool, 8000));
        assert_eq!(pool.idle().bytes, 2560);
    }

    #[test]
    fn pressure_empties_the_pool_before_it_fails() {
        let pool = pool(4096, 4096);
        pool.put_back(take(&pool, 2048));
        pool.put_back(take(&pool, 1024));
        let large = take(&pool, 4000);
        assert_eq!(large.class, 4096);
        assert_eq!(pool.idle().bytes, 0);
        let failed = pool.take(700);
        assert!(matches!(failed, Err(Fault::OutOfMemory { bytes: 700 })));
    }

    #[test]
    fn without_a_limit_sizes_are_exact_and_nothing_stays() {
        let pool = pool(1000, 0);
        pool.put_back(take(&pool, 333));
        assert_eq!(*pool.source.asked.borrow(), [333]);
        assert_eq!(pool.source.free.get(), 1000);
    }
}
