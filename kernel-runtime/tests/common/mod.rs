//! Shared by the tests of the CUDA path.

#![allow(dead_code)]

use kernel_runtime::Error;
use kernel_runtime::device;
use kernel_runtime::launch::{ArrayArg, DeviceParam, Failure, Launch, MAX_RANK, Module, Trip};
use std::process::Command;

/// Runs an ignored test of this binary in a process of its own, with these variables set: what
/// device a process uses is settled once.
pub fn in_process_of_its_own(test: &str, variables: &[(&str, &str)]) {
    let binary = std::env::current_exe().expect("a test has an executable");
    let output = Command::new(binary)
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env_remove("KERNEL_CUDA_DEVICE")
        .env_remove("KERNEL_CUDA_LIBRARY")
        .envs(variables.iter().copied())
        .output()
        .expect("the test's own executable runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{test}:\n{text}\n{errors}");
    assert!(text.contains("1 passed"), "{test} did not run:\n{text}");
}

/// The loop `0..count`.
pub fn upto(count: u64) -> Trip {
    Trip {
        first: 0,
        step: 1,
        count,
    }
}

/// A dense one-dimensional array that is read and written.
pub fn array<T>(elements: &mut [T]) -> ArrayArg {
    view(elements, 0, &[elements.len()], &[1])
}

/// A view that is read and written, from the element at `first` on.
pub fn view<T>(memory: &mut [T], first: usize, shape: &[usize], strides: &[isize]) -> ArrayArg {
    let mut array = ArrayArg {
        ptr: memory.as_mut_ptr().wrapping_add(first).cast(),
        elem_bytes: size_of::<T>(),
        rank: shape.len(),
        shape: [1; MAX_RANK],
        strides: [0; MAX_RANK],
        reads: true,
        writes: true,
        keep: false,
    };
    array.shape[..shape.len()].copy_from_slice(shape);
    array.strides[..strides.len()].copy_from_slice(strides);
    array
}

/// Runs a map.
pub fn run_map(
    ptx: &'static str,
    entry: &'static str,
    params: &'static [DeviceParam],
    trips: &[Trip],
    arrays: &[ArrayArg],
    scalars: &[u64],
) -> Result<Option<Failure>, Error> {
    let mut launch = Launch {
        module: Module { name: "test", ptx },
        entry,
        fold: None,
        params,
        trips,
        width: 1,
        crosswise: 0,
        arrays,
        scalars,
        accumulators: &mut [],
        shared: &[],
        chunk: 1,
        chunks: 1,
    };
    // SAFETY: the tests' arrays live on their stacks, borrowed for this call.
    unsafe { device::run(&mut launch, &device::Arrays::default()) }
}
