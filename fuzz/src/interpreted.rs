//! Random kernels without rustc: the interpreter of the IR against the PTX on the software device.
//!
//! Both begin with what the compiler read, so this says nothing about the reader, nor about the
//! Rust that an expansion is; batches that rustc compiles do. It covers the rest of the way to a
//! device: types, the analysis, plan and guard as the runtime reads them, launches, PTX.

use crate::batch::Verdict;
use crate::coverage::Coverage;
use crate::device::{self, OnDevice, Tally};
use crate::kernel::Kernel;
use kernel_compiler::interpret::{Exit, Fault, Machine, Number, Run, Value};
use kernel_compiler::{Compiled, compile};
use kernel_runtime::__private::{Kernel as Named, Session, Start, cuda, ended};
use random_kernels::SIZES;
use std::panic::{AssertUnwindSafe, catch_unwind};

static KERNEL: Named = Named { name: "random" };

/// What a version of a kernel came to.
pub enum Outcome {
    /// The elements of written arrays and what combined exactly; and the sums, which only versions in
    /// the canonical order share.
    Values(Vec<Number>, Vec<Number>),
    Panic(Fault),
}

/// What a kernel's versions came to.
#[derive(Default)]
pub struct Judged {
    pub tally: Tally,
    pub coverage: Coverage,
}

/// Both versions at every size, in builds without and with debug assertions.
pub fn judge(kernel: &Kernel) -> (Verdict, Judged) {
    let mut seen = Judged::default();
    let verdict = catch_unwind(AssertUnwindSafe(|| judged(kernel, &mut seen)));
    (verdict.unwrap_or(Verdict::Died), seen)
}

fn judged(kernel: &Kernel, seen: &mut Judged) -> Verdict {
    let compiled = match compile(&kernel.source) {
        Ok(compiled) => compiled,
        Err(refusal) => return Verdict::Refused(refusal),
    };
    seen.coverage.add(&compiled);
    let Some(ptx) = &compiled.ptx else {
        return Verdict::Beyond("calls");
    };
    for debug in [false, true] {
        let known = device::known(&compiled, &ptx[usize::from(debug)], debug);
        for size in SIZES {
            match sized(kernel, &compiled, &known, (size, debug), &mut seen.tally) {
                Verdict::Agreed => {}
                Verdict::Differed(what) => {
                    return Verdict::Differed(format!("{size} (debug {debug}): {what}"));
                }
                other => return other,
            }
        }
    }
    Verdict::Agreed
}

fn sized(
    kernel: &Kernel,
    compiled: &Compiled,
    known: &[device::Known],
    (size, debug): (usize, bool),
    tally: &mut Tally,
) -> Verdict {
    let serial = match serial(kernel, compiled, size, debug) {
        Ok(outcome) => outcome,
        Err(beyond) => return Verdict::Beyond(beyond),
    };
    let mut machine = prepared(kernel, compiled, size, debug);
    let mut done = None;
    let ran = cuda(&KERNEL, &mut |start: Start<'_>| {
        let session = Session::new(&KERNEL, start);
        let mut hook = OnDevice {
            compiled,
            known,
            session: &session,
            tally: Tally::default(),
            wrong_sum: None,
        };
        let result = machine.run(&mut Some(&mut hook));
        done = Some((result, hook.tally, hook.wrong_sum));
    });
    let (done, seen, wrong_sum) = match ended(ran, done) {
        Ok(ran) => ran,
        Err(error) => return Verdict::Differed(format!("the device: {error}")),
    };
    tally.add(seen);
    if let Some(what) = wrong_sum {
        return Verdict::Differed(what);
    }
    match outcome(kernel, &machine, done) {
        Err(beyond) => Verdict::Beyond(beyond),
        Ok(device) => same(&serial, &device).map_or_else(Verdict::Differed, |()| Verdict::Agreed),
    }
}

/// The function as written.
///
/// # Errors
///
/// It is beyond the interpreter: what.
pub fn serial(
    kernel: &Kernel,
    compiled: &Compiled,
    size: usize,
    debug: bool,
) -> Result<Outcome, &'static str> {
    let mut machine = prepared(kernel, compiled, size, debug);
    let done = machine.run(&mut None);
    outcome(kernel, &machine, done)
}

/// What serial comes to by the IR's meaning, as [`random_kernels::digest`] shows it, for a source
/// whose first line is this one of its file. `None` where that is beyond the interpreter.
pub fn digest(kernel: &Kernel, size: usize, debug: bool, line: usize) -> Option<String> {
    let compiled = compile(&kernel.source).ok()?;
    let shown = |numbers: Vec<Number>| numbers.into_iter().map(shown).collect();
    Some(match serial(kernel, &compiled, size, debug).ok()? {
        Outcome::Values(exact, loose) => random_kernels::digest(&Ok((shown(exact), shown(loose)))),
        Outcome::Panic(fault) => {
            let (of, column) = compiled.place(fault.key);
            format!("{}:{}", of + line - 1, column + 1)
        }
    })
}

/// A number as the compiled kernels show it.
fn shown(number: Number) -> String {
    use random_kernels::Number as _;
    match number {
        Number::Bool(x) => x.bits(),
        Number::I8(x) => x.bits(),
        Number::I16(x) => x.bits(),
        Number::I32(x) => x.bits(),
        Number::I64(x) => x.bits(),
        Number::Isize(x) => x.bits(),
        Number::U8(x) => x.bits(),
        Number::U16(x) => x.bits(),
        Number::U32(x) => x.bits(),
        Number::U64(x) => x.bits(),
        Number::Usize(x) => x.bits(),
        Number::F32(x) => x.bits(),
        Number::F64(x) => x.bits(),
    }
}

/// A machine with the kernel's arguments.
fn prepared<'c>(kernel: &Kernel, compiled: &'c Compiled, size: usize, debug: bool) -> Machine<'c> {
    let mut machine = Machine::new(&compiled.source, &compiled.plan, debug);
    let mut params = compiled.source.params.iter();
    for (number, var) in kernel.call.numbers(size).into_iter().zip(params.by_ref()) {
        machine.variables.insert(*var, Value::Number(number));
    }
    for (array, var) in kernel.call.arrays(size).into_iter().zip(params) {
        machine.arrays.insert(*var, array);
    }
    machine
}

fn outcome(
    kernel: &Kernel,
    machine: &Machine<'_>,
    done: Run<Value>,
) -> Result<Outcome, &'static str> {
    let result = match done {
        Ok(result) => result,
        Err(Exit::Fail(fault)) => return Ok(Outcome::Panic(fault)),
        Err(Exit::Unknown(what)) => return Err(what),
        Err(_) => return Err("a jump out of the function"),
    };
    let (mut exact, mut loose) = (Vec::new(), Vec::new());
    let mut params = machine
        .function
        .params
        .iter()
        .skip(2 + kernel.call.scalars.len());
    for (data, var) in kernel.call.arrays.iter().zip(params.by_ref()) {
        if data.array.written {
            exact.extend(&machine.arrays[var].values);
        }
    }
    for ((of, _), var) in kernel.call.bins.iter().zip(params) {
        let list = if of.ty.is_float() {
            &mut loose
        } else {
            &mut exact
        };
        list.extend(&machine.arrays[var].values);
    }
    let results = match result {
        Value::Tuple(parts) => parts,
        _ => Vec::new(),
    };
    for (ty, value) in kernel.call.results.iter().zip(results) {
        let list = if ty.is_float() {
            &mut loose
        } else {
            &mut exact
        };
        list.extend(value.number());
    }
    Ok(Outcome::Values(exact, loose))
}

/// How serial and device differ.
fn same(serial: &Outcome, device: &Outcome) -> Result<(), String> {
    match (serial, device) {
        (Outcome::Values(a, _), Outcome::Values(b, _)) => {
            let differs = a.iter().zip(b).position(|(a, b)| !a.same(*b));
            match differs {
                None if a.len() == b.len() => Ok(()),
                None => Err("as many numbers".to_owned()),
                Some(at) => Err(format!(
                    "number {at} is {:?}, on the device {:?}",
                    a[at], b[at]
                )),
            }
        }
        (Outcome::Panic(a), Outcome::Panic(b)) => {
            let places = (a.key, a.iteration) == (b.key, b.iteration);
            let args = a.args.iter().zip(&b.args).take(4).all(|(a, b)| a == b);
            match places && args {
                true => Ok(()),
                false => Err(format!("it fails at {a:?}, on the device at {b:?}")),
            }
        }
        (Outcome::Panic(a), Outcome::Values(..)) => Err(format!("only serial fails: {a:?}")),
        (Outcome::Values(..), Outcome::Panic(b)) => Err(format!("only the device fails: {b:?}")),
    }
}

impl Tally {
    pub fn add(&mut self, other: Tally) {
        self.ran += other.ran;
        self.declined += other.declined;
        self.failed += other.failed;
    }
}
