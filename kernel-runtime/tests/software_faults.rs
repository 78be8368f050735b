//! Faults in kernels that the compiler would not make: the software device finds each, and says at
//! which line of the kernel.

#![cfg(feature = "software-device")]

mod software;

use kernel_runtime::cuda::{DeviceChoice, select_device};
use kernel_runtime::prelude::*;
use kernel_runtime::software::device::{self, Finding, Kind};
use software::Buffer;

const SCATTER_LINE: u32 = line!() + 4;
#[kernel(parallel, cuda, unsafe(independent(y)))]
fn scatter(at: &[usize], y: &mut [usize]) {
    for i in 0..at.len() {
        y[at[i]] = i;
    }
}

/// Every other element: a loop that goes one by one.
const COPY_LINE: u32 = line!() + 4;
#[kernel(parallel, cuda)]
fn copy(x: &[f64], y: &mut [f64]) {
    for i in 0..y.len() {
        y[i] = 2.0 * x[2 * i];
    }
}

const SUM_LINE: u32 = line!() + 4;
#[kernel(parallel, cuda)]
fn sum(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i];
    }
    s
}

/// Runs an entry with its parameters by their names in the text; what the device found.
fn launched(ptx: &str, entry: &str, block: u32, param: impl Fn(&str) -> u64) -> Vec<Finding> {
    let (_, text) = ptx.split_once(&format!("{entry}(\n")).expect("the entry");
    let (list, _) = text.split_once("\n)").expect("its parameters");
    let names = list
        .lines()
        .map(|line| line.trim_end_matches(',').rsplit(' ').next());
    let params: Vec<Vec<u8>> = names
        .map(|name| param(name.expect("a name")).to_le_bytes().to_vec())
        .collect();
    let module = device::module_load(ptx).expect("a text with a fault is a text");
    let function = device::function(module, entry).expect("the entry");
    let done = device::launch(function, [1, 1, 1], [block, 1, 1], 0, &params);
    let findings = if done.is_err() {
        device::findings()
    } else {
        Vec::new()
    };
    device::module_unload(module).expect("a loaded module");
    findings
}

/// The finding of a kernel's text, changed in one place.
fn found(ptx: &str, (old, new): (&str, &str), run: impl Fn(&str) -> Vec<Finding>) -> Finding {
    assert_eq!(run(ptx), [], "the kernel itself is right");
    assert_eq!(ptx.matches(old).count(), 1, "{old} in\n{ptx}");
    let mut findings = run(&ptx.replace(old, new));
    assert_eq!(findings.len(), 1);
    findings.remove(0)
}

#[test]
fn one_iteration_too_many() {
    let (x, y) = (Buffer::of(&[1.5f64; 128]), Buffer::of(&[0f64; 64]));
    let finding = found(copy::PTX, ("setp.lt.u64", "setp.le.u64"), |ptx| {
        launched(ptx, "copy_0", 32, |name| match name {
            name if name.starts_with("trip") => 64,
            name if name.starts_with("base_x") => x.ptr,
            _ => y.ptr,
        })
    });
    assert_eq!(finding.kind, Kind::OutOfBounds, "{finding}");
    assert_eq!((finding.thread, finding.block), ([0; 3], [0; 3]));
    assert!(finding.instruction.starts_with("ld.global"), "{finding}");
    let source = format!("{COPY_LINE}: y[i] = 2.0 * x[2 * i]");
    assert_eq!(finding.source, Some(source));
}

#[test]
fn a_barrier_forgotten() {
    let partials = Buffer::of(&[0.5f64; 256]);
    let finding = found(sum::PTX, ("bar.sync 0;", ""), |ptx| {
        launched(ptx, "sum_0_fold", 64, |name| match name {
            "chunks" => 256,
            _ => partials.ptr,
        })
    });
    assert_eq!(finding.kind, Kind::Race, "{finding}");
    assert!(finding.instruction.contains("global.f64"), "{finding}");
    let source = format!("{SUM_LINE}: for i in 0..x.len()");
    assert_eq!(finding.source, Some(source));
}

#[test]
fn a_wrong_word_that_writes_never_meet() {
    select_device(DeviceChoice::Software).expect("the software device is there");
    let mut y = vec![0; 40];
    let right: Vec<usize> = (0..40).rev().collect();
    scatter::cuda(&right, &mut y).expect("a permutation");
    let mut wrong = right.clone();
    wrong[7] = wrong[23];
    let error = scatter::cuda(&wrong, &mut y).expect_err("two iterations write one element");
    let text = error.to_string();
    assert!(text.contains("race"), "{text}");
    let source = format!("{SCATTER_LINE}: y[at[i]] = i");
    assert!(text.contains(&source), "{text}");
}
