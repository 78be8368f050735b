//! A program that runs kernels on a GPU starts where there is none: nothing in it makes the
//! dynamic loader look for the driver. True of debug and release builds; run this in both.

#![cfg(all(
    target_os = "linux",
    target_pointer_width = "64",
    target_endian = "little"
))]

use std::process::Command;

/// `DT_NULL`, `DT_NEEDED` and `DT_STRTAB` of the ELF specification.
const END: u64 = 0;
const NEEDED: u64 = 1;
const STRINGS: u64 = 5;
/// `PT_LOAD` and `PT_DYNAMIC`.
const LOAD: u32 = 1;
const DYNAMIC: u32 = 2;

#[test]
fn the_driver_is_not_a_dependency() {
    // Uses the driver, so that nothing of it was left out by the linker.
    let answer = kernel_runtime::cuda::available();
    assert!(answer.is_ok() || !format!("{answer:?}").is_empty());
    let binary = std::env::current_exe().expect("a test has an executable");
    let libraries = needed(&std::fs::read(&binary).expect("it can be read"));
    assert!(!libraries.is_empty(), "the reader below finds something");
    for library in &libraries {
        assert!(!library.contains("cuda"), "{libraries:?}");
    }
}

#[test]
fn readelf_agrees() {
    let binary = std::env::current_exe().expect("a test has an executable");
    let libraries = needed(&std::fs::read(&binary).expect("it can be read"));
    let Ok(output) = Command::new("readelf").arg("-d").arg(&binary).output() else {
        // Without binutils, the reader below has only itself to agree with.
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(text.matches("(NEEDED)").count(), libraries.len(), "{text}");
    for library in libraries {
        assert!(text.contains(&format!("[{library}]")), "{text}");
    }
}

struct Segment {
    kind: u32,
    offset: u64,
    address: u64,
    size: u64,
}

/// The libraries that an ELF file of 64 bits needs.
fn needed(file: &[u8]) -> Vec<String> {
    let segments = segments(file);
    let dynamic = segments.iter().find(|segment| segment.kind == DYNAMIC);
    let dynamic = dynamic.expect("dynamically linked");
    let entries: Vec<(u64, u64)> = (0..dynamic.size / 16)
        .map(|at| dynamic.offset + 16 * at)
        .map(|at| (word(file, at), word(file, at + 8)))
        .take_while(|(tag, _)| *tag != END)
        .collect();
    let strings = entries.iter().find(|(tag, _)| *tag == STRINGS);
    let strings = place(&segments, strings.expect("a string table").1);
    let needed = entries.iter().filter(|(tag, _)| *tag == NEEDED);
    needed.map(|(_, name)| text(file, strings + name)).collect()
}

fn segments(file: &[u8]) -> Vec<Segment> {
    assert_eq!(file[..5], *b"\x7fELF\x02");
    let (start, count) = (word(file, 32), word(file, 56) & 0xffff);
    let segment = |at| Segment {
        kind: word(file, at) as u32,
        offset: word(file, at + 8),
        address: word(file, at + 16),
        size: word(file, at + 32),
    };
    (0..count)
        .map(|number| segment(start + 56 * number))
        .collect()
}

/// Where an address lies in the file.
fn place(segments: &[Segment], address: u64) -> u64 {
    let holds = |s: &&Segment| s.kind == LOAD && (s.address..s.address + s.size).contains(&address);
    let segment = segments.iter().find(holds).expect("loaded from the file");
    segment.offset + (address - segment.address)
}

fn word(file: &[u8], at: u64) -> u64 {
    let bytes = &file[at as usize..at as usize + 8];
    u64::from_le_bytes(bytes.try_into().expect("eight bytes"))
}

fn text(file: &[u8], at: u64) -> String {
    let bytes = file[at as usize..].iter().take_while(|&&byte| byte != 0);
    String::from_utf8(bytes.copied().collect()).expect("names are ASCII")
}
