//! The driver: missing, strange, or newer than cust.

mod common;

use common::{array, in_process_of_its_own, run_map, upto, view};
use kernel_runtime::cuda::{self, DeviceChoice};
use kernel_runtime::launch::DeviceParam;
use kernel_runtime::{Error, device};
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

const DOUBLE: &[DeviceParam] = &[
    DeviceParam::Base(0),
    DeviceParam::Stride(0, 0),
    DeviceParam::Trip(0),
];

/// The fake driver, compiled once.
fn fake_driver() -> &'static str {
    static LIBRARY: OnceLock<String> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let library = folder.join("libfake_driver.so");
        // Put in place when whole: two runs of this test may be under way.
        let unfinished = folder.join(format!("fake_driver_{}", std::process::id()));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fake_driver/driver.rs");
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let status = Command::new(rustc)
            .args(["--crate-type", "cdylib", "--edition", "2024", "-o"])
            .arg(&unfinished)
            .arg(source)
            .status()
            .expect("rustc runs");
        assert!(status.success());
        std::fs::rename(&unfinished, &library).expect("one folder");
        library.to_str().expect("a path in UTF-8").to_owned()
    })
}

fn with_fake_driver(test: &str) {
    in_process_of_its_own(test, &[("KERNEL_CUDA_LIBRARY", fake_driver())]);
}

#[test]
fn without_a_driver() {
    let nowhere = "/nowhere/libcuda.so.1";
    in_process_of_its_own(
        "without_a_driver_inside",
        &[("KERNEL_CUDA_LIBRARY", nowhere)],
    );
}

#[test]
#[ignore = "run by without_a_driver"]
fn without_a_driver_inside() {
    let reason = match cuda::available() {
        Err(Error::NoDriver { reason }) => reason,
        other => panic!("{other:?}"),
    };
    assert!(reason.contains("/nowhere/libcuda.so.1"), "{reason}");
    let mut x = [1.0, 2.0];
    let result = run_map("", "double", DOUBLE, &[upto(2)], &[array(&mut x)], &[]);
    assert!(matches!(result, Err(Error::NoDriver { .. })), "{result:?}");
    assert_eq!(x, [1.0, 2.0]);
    assert!(!device::available());
    assert!(!device::available_for_dispatch());
    // cust by itself: no crash, and no panic where it formats its error.
    let error = cust::quick_init().expect_err("there is no driver");
    assert!(
        error.to_string().contains("CUDA_ERROR_NO_DEVICE"),
        "{error:?}"
    );
    assert_eq!(cuda::select_device(DeviceChoice::Hardware), Ok(()));
    let late = cuda::select_device(DeviceChoice::Software);
    assert_eq!(late, Err(DeviceChoice::Hardware));
}

#[test]
fn a_machine_as_it_is() {
    in_process_of_its_own("a_machine_as_it_is_inside", &[]);
}

/// Whatever this machine has: an answer, or a typed error, and the same one again.
#[test]
#[ignore = "run by a_machine_as_it_is"]
fn a_machine_as_it_is_inside() {
    let first = cuda::available();
    match &first {
        Ok(info) => assert!(!info.software && info.memory > 0),
        Err(Error::NoDriver { reason }) => assert!(!reason.is_empty()),
        Err(Error::NoDevice | Error::Device { .. }) => {}
        Err(other) => panic!("{other:?}"),
    }
    assert_eq!(format!("{first:?}"), format!("{:?}", cuda::available()));
    assert_eq!(first.is_ok(), device::available_for_dispatch());
}

#[test]
fn a_library_that_is_no_driver() {
    let library = [("KERNEL_CUDA_LIBRARY", "libc.so.6")];
    if cfg!(target_os = "linux") {
        in_process_of_its_own("a_library_that_is_no_driver_inside", &library);
    }
}

#[test]
#[ignore = "run by a_library_that_is_no_driver"]
fn a_library_that_is_no_driver_inside() {
    match cuda::available() {
        Err(Error::Device { code, name, .. }) => {
            assert_eq!(code, 302);
            assert_eq!(name, "CUDA_ERROR_SHARED_OBJECT_SYMBOL_NOT_FOUND");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_unknown_word_for_the_device() {
    let word = [("KERNEL_CUDA_DEVICE", "toaster")];
    in_process_of_its_own("an_unknown_word_for_the_device_inside", &word);
}

#[test]
#[ignore = "run by an_unknown_word_for_the_device"]
fn an_unknown_word_for_the_device_inside() {
    match cuda::available() {
        Err(Error::NoDriver { reason }) => assert!(reason.contains("toaster"), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_environment_chooses_and_the_program_overrules() {
    let word = [("KERNEL_CUDA_DEVICE", "software")];
    in_process_of_its_own("chosen_by_the_environment", &word);
    in_process_of_its_own(
        "chosen_by_the_program",
        &[("KERNEL_CUDA_DEVICE", "toaster")],
    );
}

#[test]
#[ignore = "run by the_environment_chooses_and_the_program_overrules"]
fn chosen_by_the_environment() {
    assert!(cuda::available().expect("always there").software);
    assert!(device::available());
    assert!(!device::available_for_dispatch());
    assert_eq!(cuda::select_device(DeviceChoice::Software), Ok(()));
}

#[test]
#[ignore = "run by the_environment_chooses_and_the_program_overrules"]
fn chosen_by_the_program() {
    assert_eq!(cuda::select_device(DeviceChoice::Software), Ok(()));
    assert!(cuda::available().expect("always there").software);
}

#[test]
fn a_driver_newer_than_cust() {
    with_fake_driver("a_driver_newer_than_cust_inside");
}

#[test]
#[ignore = "run by a_driver_newer_than_cust"]
fn a_driver_newer_than_cust_inside() {
    // A code that cust does not list, from inside cust.
    match cuda::available() {
        Err(Error::Device { code, name, .. }) => {
            assert_eq!((code, name.as_str()), (46, "CUDA_ERROR_DEVICE_UNAVAILABLE"));
        }
        other => panic!("{other:?}"),
    }
    // That has passed by now.
    let info = cuda::available().expect("the device is free again");
    assert_eq!(info.driver_version, (13, 1));
    assert_eq!(info.compute_capability, (9, 0));
    assert!(info.name.starts_with("FFFF") && !info.software);
    assert!(device::available_for_dispatch());
    // Codes without even a name, at the launch and at the next synchronisation.
    for (entry, expected) in [("too_new_at_launch", 1234), ("too_new_later", 912)] {
        let mut x = [1.0];
        let arrays = [array(&mut x)];
        match run_map("newer", entry, DOUBLE, &[upto(1)], &arrays, &[]) {
            Err(Error::Device {
                code,
                context,
                kernel,
                ..
            }) => {
                assert_eq!((code, kernel), (expected, "test"));
                assert!(context.contains(entry), "{context}");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(x, [1.0]);
    }
    // And none of that stands in the way of what works.
    let mut x = [1.0, 2.0, 3.0];
    let arrays = [array(&mut x)];
    let result = run_map("newer", "double", DOUBLE, &[upto(3)], &arrays, &[]);
    assert_eq!(result.expect("it works"), None);
    assert_eq!(x, [2.0, 4.0, 6.0]);
}

#[test]
fn a_text_that_the_driver_refuses() {
    with_fake_driver("a_text_that_the_driver_refuses_inside");
}

#[test]
#[ignore = "run by a_text_that_the_driver_refuses"]
fn a_text_that_the_driver_refuses_inside() {
    assert!(
        cuda::available().is_err(),
        "the fake driver is busy at first"
    );
    let mut x = [1.0];
    match run_map(
        "refuse me",
        "double",
        DOUBLE,
        &[upto(1)],
        &[array(&mut x)],
        &[],
    ) {
        Err(Error::Ptx { kernel, log }) => {
            assert_eq!(kernel, "test");
            assert!(log.contains("CUDA_ERROR_UNSUPPORTED_PTX_VERSION"), "{log}");
            assert!(log.contains("this text asks to be refused"), "{log}");
            assert!(log.len() > 8 << 10, "only {} bytes of log", log.len());
        }
        other => panic!("{other:?}"),
    }
    match run_map(
        "with a \0",
        "double",
        DOUBLE,
        &[upto(1)],
        &[array(&mut x)],
        &[],
    ) {
        Err(Error::Ptx { log, .. }) => assert!(log.contains("NUL"), "{log}"),
        other => panic!("{other:?}"),
    }
    match run_map("fine", "nothing", DOUBLE, &[upto(1)], &[array(&mut x)], &[]) {
        Err(Error::Device { code, context, .. }) => {
            assert_eq!(code, 500);
            assert!(context.contains("`nothing`"), "{context}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn memory_that_runs_out() {
    with_fake_driver("memory_that_runs_out_inside");
}

/// The fake driver has a mebibyte, of which a quarter may lie idle.
#[test]
#[ignore = "run by memory_that_runs_out"]
fn memory_that_runs_out_inside() {
    assert!(
        cuda::available().is_err(),
        "the fake driver is busy at first"
    );
    let double = |count: usize| {
        let mut x = vec![1.5_f64; count];
        let arrays = [array(&mut x)];
        let result = run_map(
            "fine",
            "double",
            DOUBLE,
            &[upto(count as u64)],
            &arrays,
            &[],
        );
        result.map(|failure| {
            assert_eq!(failure, None);
            assert!(x.iter().all(|&x| x == 3.0));
        })
    };
    double(1 << 10).expect("8 KiB");
    double(1 << 14).expect("128 KiB, now idle beside the 8");
    double(120 << 10).expect("960 KiB, once the idle blocks are given back");
    match double(1 << 20) {
        Err(Error::OutOfMemory { kernel, bytes }) => {
            assert_eq!((kernel, bytes), ("test", 8 << 20));
        }
        other => panic!("{other:?}"),
    }
    double(1 << 10).expect("and on it goes");
}

#[test]
fn layouts_through_a_driver() {
    with_fake_driver("layouts_through_a_driver_inside");
}

#[test]
#[ignore = "run by layouts_through_a_driver"]
fn layouts_through_a_driver_inside() {
    assert!(
        cuda::available().is_err(),
        "the fake driver is busy at first"
    );
    let double = |array| {
        let result = run_map("fine", "double", DOUBLE, &[upto(3)], &[array], &[]);
        assert_eq!(result.expect("it works"), None);
    };
    let mut x = [1.0, 2.0, 3.0];
    double(view(&mut x, 2, &[3], &[-1]));
    assert_eq!(x, [2.0, 4.0, 6.0]);
    let mut x = [1.0, 9.0, 2.0, 9.0, 3.0];
    double(view(&mut x, 0, &[3], &[2]));
    assert_eq!(x, [2.0, 9.0, 4.0, 9.0, 6.0]);
    double(view(&mut x, 4, &[3], &[-2]));
    assert_eq!(x, [4.0, 9.0, 8.0, 9.0, 12.0]);
    // A read-only array stays as it was, whatever the device did to its copy.
    let mut array = array(&mut x);
    array.writes = false;
    double(array);
    assert_eq!(x, [4.0, 9.0, 8.0, 9.0, 12.0]);
    let timing = cuda::last_call().expect("regions have run");
    assert_eq!((timing.regions, timing.uploaded_bytes), (4, 3 * 24 + 40));
    assert_eq!(timing.downloaded_bytes, 3 * 24);
    assert_eq!(timing.kernel.as_micros(), 4 * 1500);
    device::begin_call();
    assert_eq!(cuda::last_call().map(|timing| timing.regions), Some(0));
}

#[test]
fn every_thread_and_every_context() {
    with_fake_driver("every_thread_and_every_context_inside");
}

/// Threads that have never called before work, and a thread that has a context of its own has it
/// again afterwards.
#[test]
#[ignore = "run by every_thread_and_every_context"]
fn every_thread_and_every_context_inside() {
    assert!(
        cuda::available().is_err(),
        "the fake driver is busy at first"
    );
    let double = || {
        let mut x = [1.0, 2.0];
        let result = run_map("fine", "double", DOUBLE, &[upto(2)], &[array(&mut x)], &[]);
        assert_eq!(result.expect("it works"), None);
        assert_eq!(x, [2.0, 4.0]);
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..100).for_each(|_| double()));
        }
    });
    let own = 99 as cust::sys::CUcontext;
    let mut current = std::ptr::null_mut();
    // SAFETY: the fake driver takes any handle; `current` is writable.
    unsafe {
        cust::sys::cuCtxSetCurrent(own);
        double();
        cust::sys::cuCtxGetCurrent(&mut current);
    }
    assert_eq!(current, own);
}
