//! Where the time of a call went.

use std::cell::Cell;
use std::time::Duration;

/// What one call of a kernel's CUDA version spent on the device, over all its regions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timing {
    /// Moving arrays to the device, with packing and finding room for them.
    pub upload: Duration,
    /// Kernels, on the device's own clock if it has one.
    pub kernel: Duration,
    /// Moving arrays back, unpacking included.
    pub download: Duration,
    /// Arrays moved to the device. One that is there already, and is as it is on the host, is not.
    pub uploads: u32,
    /// Arrays, or parts of them, moved back.
    pub downloads: u32,
    /// Bytes moved to the device.
    pub uploaded_bytes: u64,
    /// Bytes moved back.
    pub downloaded_bytes: u64,
    /// Regions that ran.
    pub regions: u32,
}

thread_local! {
    static LAST: Cell<Option<Timing>> = const { Cell::new(None) };
}

/// What the last call of a `NAME::cuda` from this thread spent, and plain calls since then that went to
/// a device; `None` before the first. A call that found no device does not count.
pub fn last_call() -> Option<Timing> {
    LAST.get()
}

/// Starts counting anew.
pub(crate) fn begin_call() {
    LAST.set(Some(Timing::default()));
}

/// Adds what a piece of work spent.
pub(super) fn add(work: &Timing) {
    let sum = LAST.get().unwrap_or_default();
    LAST.set(Some(Timing {
        upload: sum.upload + work.upload,
        kernel: sum.kernel + work.kernel,
        download: sum.download + work.download,
        uploads: sum.uploads + work.uploads,
        downloads: sum.downloads + work.downloads,
        uploaded_bytes: sum.uploaded_bytes + work.uploaded_bytes,
        downloaded_bytes: sum.downloaded_bytes + work.downloaded_bytes,
        regions: sum.regions + work.regions,
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_add_up_until_the_next_call() {
        assert_eq!(last_call(), None);
        let region = Timing {
            upload: Duration::from_millis(2),
            uploaded_bytes: 8,
            regions: 1,
            ..Timing::default()
        };
        begin_call();
        add(&region);
        add(&region);
        let timing = last_call().expect("a call began");
        assert_eq!(timing.upload, Duration::from_millis(4));
        assert_eq!((timing.uploaded_bytes, timing.regions), (16, 2));
        begin_call();
        assert_eq!(last_call(), Some(Timing::default()));
    }
}
