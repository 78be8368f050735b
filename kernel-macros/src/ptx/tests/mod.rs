mod crosswise;
mod fold;
mod kernels;
mod lanes;
mod narrow;
mod shared;
mod streams;
mod vectors;

use super::{DeviceParam, params};
use crate::analysis::plan::Plan;
use crate::diagnostics::Sink;
use crate::ir::Function;
use std::path::{Path, PathBuf};
use std::process::Command;

fn analysed(source: &str) -> (Function, Plan) {
    let item = syn::parse_str(source).unwrap_or_else(|e| panic!("{e}: {source}"));
    let mut sink = Sink::default();
    let mut function = crate::parse::function(&item, &mut sink);
    let mismatches = crate::infer::infer(&mut function);
    crate::lower::lower(&mut function);
    let plan = crate::analysis::analyse(&mut function, &mismatches, &[], &mut sink);
    assert!(sink.is_empty(), "{source}\n{:#?}", sink.texts());
    (function, plan)
}

fn emitted(source: &str, debug: bool) -> String {
    let (function, plan) = analysed(source);
    let regions = plan.regions.iter();
    let entries = regions.map(|region| {
        let super::Entries {
            release, debug: of, ..
        } = super::entries(&function, region);
        if debug { of } else { release }
    });
    super::head(&function) + &entries.collect::<String>()
}

/// Instructions from the first label that starts with `label` to the jump back to it.
fn hot_loop(text: &str, label: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let start = lines
        .iter()
        .position(|line| line.starts_with(label) && line.ends_with(':'));
    let start = start.unwrap_or_else(|| panic!("no {label} in\n{text}"));
    let back = format!("bra {};", lines[start].trim_end_matches(':'));
    let end = start
        + lines[start..]
            .iter()
            .position(|line| line.ends_with(&back))
            .unwrap();
    lines[start + 1..=end]
        .iter()
        .filter(|line| !line.starts_with("//") && !line.ends_with(':'))
        .map(|line| (*line).to_owned())
        .collect()
}

fn count(lines: &[String], opcode: &str) -> usize {
    lines.iter().filter(|line| line.contains(opcode)).count()
}

/// That is rustc's to say, which needs an expansion for that.
#[test]
fn what_is_assigned_to_may_lack_its_mut() {
    for body in [
        "let s = 2.0; if x[i] < 0.0 { s = 3.0; } y[i] = s;",
        "let s = 2.0; s *= x[i]; y[i] = s;",
        "let a = [0.0; 3]; a[i % 3] = x[i]; y[i] = a[0];",
        "let p = (0.0, 1.0); p.0 = x[i]; y[i] = p.0 + p.1;",
        "let (s, t) = (x[i], 1.0); for j in 0..3 { s += t; } y[i] = s;",
    ] {
        let source =
            format!("fn f(x: &[f64], y: &mut [f64]) {{ for i in 0..x.len() {{ {body} }} }}");
        assert!(emitted(&source, false).contains(".entry"), "{body}");
    }
}

#[test]
fn a_map_reads_as_its_source() {
    insta::assert_snapshot!(emitted(kernels::AXPY, false));
}

#[test]
fn a_contiguous_sum_loads_and_adds() {
    let row = hot_loop(&emitted(kernels::SUM, false), "ROW");
    // A load and an addition for each of a thread's two lanes; pointer, number, count, jump.
    assert_eq!(count(&row, "ld.global.nc.f64"), 2, "{row:#?}");
    assert_eq!(count(&row, "add.rn.f64"), 2, "{row:#?}");
    assert!(row.iter().any(|line| line.contains("+256]")), "{row:#?}");
    assert_eq!(row.len(), 4 + 5, "{row:#?}");
}

#[test]
fn no_hot_loop_multiplies_or_divides_for_an_address() {
    for (source, label) in [
        (kernels::SUM2D, "ROW"),
        (kernels::SUM2D, "TURN"),
        (kernels::MATMUL, "FOR"),
        (kernels::AXPY, "LOOP"),
    ] {
        let lines = hot_loop(&emitted(source, false), label);
        for opcode in ["mul.lo", "mad.lo", "div.", "rem."] {
            assert_eq!(count(&lines, opcode), 0, "{opcode} in {lines:#?}");
        }
    }
}

#[test]
fn where_no_access_can_leave_its_array_a_form_checks_nothing() {
    let text = emitted(kernels::MASKED, false);
    let start = text.find(".entry masked_0_relaxed(").expect("two forms");
    let (checked, relaxed) = text.split_at(start);
    assert!(checked.contains("setp.ge.u64") && checked.contains("atom.global.cas"));
    assert!(!relaxed.contains("atom.global.cas"), "{relaxed}");
    // `c[i]` is there whether the loop turns or not, and the loop does not change it.
    let turns = hot_loop(relaxed, "WHILE");
    assert_eq!(count(&turns, "ld.global"), 0, "{turns:#?}");
    let turns = hot_loop(checked, "WHILE");
    assert_eq!(count(&turns, "ld.global"), 1, "{turns:#?}");
    let one = emitted(kernels::GATHER, false);
    assert!(!one.contains("_relaxed"), "{one}");
}

#[test]
fn loads_move_in_front_of_loops_that_come_to_them() {
    let loads = |jump: &str| {
        let source = format!(
            "fn f(x: &[f64], w: &[f64], y: &mut [f64], n: usize) {{ for i in 0..y.len() {{
                let mut s = 0.0;
                for j in 0..n {{ {jump} s += w[j] * x[i]; }}
                y[i] = s;
            }} }}"
        );
        count(&hot_loop(&emitted(&source, false), "FOR"), "ld.global")
    };
    assert_eq!(loads(""), 1);
    assert_eq!(loads("if j == 3 { continue; }"), 2);
    assert_eq!(loads("if s > 9.0 { break; }"), 2);
}

/// The text of a map in a build with debug assertions.
fn mapped(from: &str, to: &str, value: &str) -> String {
    let source = format!(
        "fn f(x: &[{from}], y: &mut [{to}], k: u32) {{ for i in 0..y.len() {{ y[i] = {value}; }} }}"
    );
    emitted(&source, true)
}

#[test]
fn instructions_are_those_of_the_type() {
    for (from, to, value, instruction) in [
        ("i32", "i32", "x[i] >> 3", "shr.s32"),
        ("u32", "u32", "x[i] >> 3", "shr.u32"),
        ("i64", "i64", "x[i] >> (i % 7)", "shr.s64"),
        // Shifting by the width is one too far.
        ("i32", "i32", "x[i] >> k", "setp.ge.u32"),
        ("f64", "bool", "x[i] != 0.5", "setp.neu.f64"),
        ("f32", "bool", "x[i] != 0.5", "setp.neu.f32"),
        ("u32", "bool", "x[i] != 5", "setp.ne.u32"),
        ("f64", "i32", "x[i] as i32", "cvt.rzi.s32.f64"),
        ("i32", "i64", "x[i] as i64", "cvt.s64.s32"),
    ] {
        let text = mapped(from, to, value);
        assert!(text.contains(instruction), "{value} of {from}:\n{text}");
    }
    let text = mapped("u32", "i64", "x[i] as i64");
    assert!(!text.contains("cvt.s64.s32"), "{text}");
}

#[test]
fn a_product_overflows_if_its_high_half_is_no_sign() {
    let text = mapped("i64", "i64", "x[i] * x[i]");
    let word = |instruction: &str, at: usize| {
        let line = text.lines().find(|line| line.contains(instruction));
        let word = line.expect(instruction).split_whitespace().nth(at);
        word.expect("an operand").trim_end_matches([',', ';'])
    };
    let (high, extended) = (word("mul.hi.s64", 1), word("shr.s64", 2));
    assert_ne!(high, extended, "{text}");
}

#[test]
fn no_number_is_the_integer_zero() {
    let text = mapped("f64", "i64", "x[i] as i64");
    let chosen = text.lines().find(|line| line.contains("selp.b64"));
    assert!(chosen.is_some_and(|line| line.contains(", 0, ")), "{text}");
}

#[test]
fn sums_begin_with_negative_zero() {
    let text = emitted(
        "fn f(x: &[f64]) -> f64 { let mut s = 0.0; for i in 0..x.len() { s += x[i]; } s }",
        false,
    );
    assert!(text.contains("0d8000000000000000"), "{text}");
    assert!(!text.contains("0d0000000000000000"), "{text}");
}

#[test]
fn loops_that_end_in_calls_have_copies() {
    let roots = |range: &str, line: &str| {
        let source = format!(
            "fn f(x: &[f64], y: &mut [f64], n: usize) {{ for i in 0..y.len() {{
                let mut s = y[i];
                for j in {range} {{ {line} }}
                y[i] = s;
            }} }}"
        );
        count(&hot_loop(&emitted(&source, false), "FOR"), ".rn.f64")
    };
    assert_eq!(roots("0..x.len()", "s += x[j].sqrt();"), 8);
    assert_eq!(roots("1..n as i32", "s = 1.0 / s;"), 4);
    // One at a time: the assembler's own business, and what may fail or leave the loop.
    assert_eq!(roots("0..x.len()", "s += x[j];"), 1);
    assert_eq!(roots("0..=n", "s = s.sqrt();"), 1);
    assert_eq!(roots("0..n", "s = 1.0 / s; if s < 0.5 { break; }"), 1);
    assert_eq!(roots("0..n", "s += x[j * j].sqrt();"), 2);
}

#[test]
fn relaxed_loads_stay_behind_the_conditions_that_keep_them_inside() {
    let loads = |condition: &str| {
        let source = format!(
            "fn f(x: &[f64], y: &mut [f64], n: usize) {{ for i in 0..y.len() {{
                let (mut s, mut k) = (0.0, 0u32);
                while k < 9 {{ k += 1; if {condition} {{ s += x[i]; }} }}
                y[i] = s;
            }} }}"
        );
        let text = emitted(&source, false);
        let start = text.find("_relaxed(").expect("two forms");
        count(&hot_loop(&text[start..], "WHILE"), "ld.global")
    };
    assert_eq!(loads("s < 9.0"), 0);
    // The relaxed form is for arrays of at least `n` elements then, or of any length if it is zero.
    assert_eq!(loads("i < n"), 1);
    assert_eq!(loads("n == 4"), 1);
}

#[test]
fn what_fails_only_in_debug_builds_is_only_checked_there() {
    let release = emitted(kernels::COLLATZ, false);
    let debug = emitted(kernels::COLLATZ, true);
    assert!(!release.contains("atom"), "{release}");
    assert!(
        debug.contains("mul.hi.u64") && debug.contains("atom.global.cas"),
        "{debug}"
    );
    let gather = emitted(kernels::GATHER, false);
    assert!(gather.contains("atom.global.cas"), "{gather}");
}

#[test]
fn products_are_never_fused_with_sums() {
    for source in kernels::ALL {
        let text = emitted(source, false);
        let fused = text.matches("fma.").count();
        assert_eq!(fused, source.matches("mul_add").count(), "{text}");
        for op in [
            "add.f", "sub.f", "mul.f", "mad.f", "div.f", ".ftz", ".approx",
        ] {
            assert!(!text.contains(op), "`{op}` in\n{text}");
        }
    }
}

#[test]
fn entries_take_only_what_they_read() {
    let list = |source| {
        let (function, plan) = analysed(source);
        params(&function, &plan.regions[0], false)
    };
    use DeviceParam::*;
    assert_eq!(list(kernels::AXPY), [Trip(0), Base(0), Base(1), Scalar(0)]);
    let expected = [
        Trip(0),
        Trip(1),
        Base(0),
        Stride(0, 0),
        Stride(0, 1),
        Chunk,
        Chunks,
    ];
    assert_eq!(
        list(kernels::SUM2D),
        [&expected[..], &[Partials(0)]].concat()
    );
    let expected = [
        Trip(0),
        Base(0),
        Base(1),
        Len(1, 0),
        Failure,
        Chunk,
        Chunks,
        Partials(0),
    ];
    assert_eq!(list(kernels::GATHER), expected);
    let constant = "fn f(x: &mut [f64]) { for i in 0..12usize { x[i] = 1.0; } }";
    assert_eq!(list(constant), [Base(0)]);
    let reversed = "fn f(x: &mut [f64]) { for i in (0..x.len()).rev() { x[i] = 1.0; } }";
    assert_eq!(list(reversed), [Trip(0), First(0), Base(0)]);
}

#[test]
fn names_are_those_of_ptx() {
    for source in kernels::ALL {
        let (function, plan) = analysed(source);
        for region in &plan.regions {
            let name = super::fold_name(&function, region);
            let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$');
            assert!(name.chars().all(legal), "{name}");
            assert!(!name.starts_with(|c: char| c.is_ascii_digit()), "{name}");
        }
        let text = emitted(source, true);
        assert!(text.is_ascii(), "{text}");
        assert!(!text.contains("%pm0_"), "{text}");
    }
}

/// NVIDIA's assembler takes every text for every architecture. `KERNEL_PTXAS` names the program.
#[test]
fn the_assembler_takes_every_text() {
    let Some(program) = std::env::var_os("KERNEL_PTXAS").map(PathBuf::from) else {
        println!("skipped: KERNEL_PTXAS names no assembler");
        return;
    };
    let folder = std::env::temp_dir().join(format!("kernel-ptx-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for texts");
    for (n, source) in kernels::ALL.iter().enumerate() {
        for debug in [false, true] {
            let file = folder.join(format!("{n}.ptx"));
            let text = emitted(source, debug);
            std::fs::write(&file, &text).expect("a text");
            for arch in ["sm_70", "sm_80", "sm_90", "sm_100", "sm_120"] {
                assemble(&program, &file, arch, &text);
            }
        }
    }
    std::fs::remove_dir_all(&folder).expect("the folder is ours");
}

fn assemble(program: &Path, file: &Path, arch: &str, text: &str) {
    let output = Command::new(program)
        .arg(format!("-arch={arch}"))
        .arg(file)
        .arg("-o")
        .arg(file.with_extension("cubin"))
        .output()
        .expect("KERNEL_PTXAS runs");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arch}: {log}\n{text}");
}
