//! Functions of a program in machine code, as `objdump` of binutils prints them.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::process::Command;

/// The functions of a program that run a region's fast form.
pub struct Program {
    forms: Vec<Form>,
    /// Names of the functions that slots of the global offset table point to, by the slots'
    /// addresses.
    slots: HashMap<u64, String>,
}

/// A function, and its instructions.
pub struct Form {
    pub name: String,
    instructions: Vec<Instruction>,
}

struct Instruction {
    address: u64,
    name: String,
    operands: String,
}

impl Program {
    /// Reads it.
    ///
    /// # Panics
    ///
    /// If `objdump` cannot.
    pub fn read(program: &Path) -> Program {
        let text = objdump(program, &["--disassemble", "--no-show-raw-insn"]);
        let (mut forms, mut names) = (Vec::new(), HashMap::new());
        for function in text.split("\n\n") {
            // `0000000000004a10 <corpus::total::__kernel_driver::{constant}::__fast>:`
            let Some((head, body)) = function.trim_start().split_once('\n') else {
                continue;
            };
            let Some((address, name)) = head.split_once(" <") else {
                continue;
            };
            let name = name.trim_end_matches(">:").to_owned();
            if name.contains("::__kernel_driver::") && name.ends_with("::__fast") {
                let instructions = body.lines().filter_map(Instruction::of).collect();
                let name = name.clone();
                forms.push(Form { name, instructions });
            }
            names.extend(hexadecimal(address).map(|address| (address, name)));
        }
        let slots = slots(program, &names);
        Program { forms, slots }
    }

    pub fn forms(&self) -> &[Form] {
        &self.forms
    }

    /// The fast form of a kernel's only region.
    ///
    /// # Panics
    ///
    /// If there is none, or several.
    pub fn form(&self, kernel: &str) -> &Form {
        let driver = format!("::{kernel}::__kernel_driver::");
        let mut found = self.forms.iter().filter(|form| form.name.contains(&driver));
        let form = found.next();
        let form = form.unwrap_or_else(|| panic!("there is no `{kernel}`"));
        assert!(found.next().is_none(), "there are two of `{kernel}`");
        form
    }

    /// The functions that a form calls, or whose addresses it loads to call them.
    pub fn calls<'p>(&'p self, form: &'p Form) -> Vec<&'p str> {
        let instructions = form.instructions.iter();
        instructions.filter_map(|of| self.called(of)).collect()
    }

    fn called<'p>(&'p self, of: &'p Instruction) -> Option<&'p str> {
        // `*0xc2379(%rip)  # 10f540 <_DYNAMIC+0x2d8>` goes through a slot.
        if let Some((_, slot)) = of.operands.split_once("# ") {
            let address = hexadecimal(slot.split(' ').next()?)?;
            return self.slots.get(&address).map(String::as_str);
        }
        // `4a10 <name>`
        let (_, name) = of.operands.split_once('<')?;
        of.name.starts_with("call").then_some(name)
    }
}

/// What the slots of the global offset table point to.
fn slots(program: &Path, names: &HashMap<u64, String>) -> HashMap<u64, String> {
    let text = objdump(program, &["--dynamic-reloc"]);
    let slot = |line: &str| {
        // `000000000010f540 R_X86_64_RELATIVE  *ABS*+0x4a10`, or a function of another library.
        let mut words = line.split_whitespace();
        let (address, value) = (hexadecimal(words.next()?)?, words.nth(1)?);
        let name = match value.strip_prefix("*ABS*+0x") {
            Some(target) => names.get(&hexadecimal(target)?)?.clone(),
            None => value.to_owned(),
        };
        Some((address, name))
    };
    text.lines().filter_map(slot).collect()
}

fn objdump(program: &Path, options: &[&str]) -> String {
    let mut command = Command::new("objdump");
    let command = command.arg("--demangle").args(options).arg(program);
    let output = command
        .output()
        .expect("objdump, of Debian's binutils, is needed");
    assert!(output.status.success(), "objdump cannot read the program");
    String::from_utf8(output.stdout).expect("objdump writes UTF-8")
}

fn hexadecimal(text: &str) -> Option<u64> {
    u64::from_str_radix(text, 16).ok()
}

impl Form {
    /// Whether a loop holds one of these, on whole vectors.
    pub fn loops_over(&self, names: &[&str]) -> bool {
        let packed = self.instructions.iter().filter(|of| {
            let named = names.contains(&of.name.as_str());
            named && of.operands.contains("%ymm")
        });
        packed.into_iter().any(|of| self.is_in_loop(of.address))
    }

    /// Whether a loop holds this so many times, on whole vectors, and leaves the stack alone.
    pub fn loops_in_registers(&self, name: &str, times: usize) -> bool {
        self.loops().any(|within| {
            let all = self.instructions.iter();
            let all = all.filter(|of| within.contains(&of.address));
            let packed = all
                .clone()
                .filter(|of| of.name == name && of.operands.contains("%ymm"));
            packed.count() == times && all.into_iter().all(|of| !of.operands.contains("(%rsp"))
        })
    }

    fn is_in_loop(&self, address: u64) -> bool {
        self.loops().any(|within| within.contains(&address))
    }

    /// Where the form jumps back, from there to the jump.
    fn loops(&self) -> impl Iterator<Item = Range<u64>> {
        let jumps = self.instructions.iter();
        jumps.filter_map(|jump| Some(jump.back()?..jump.address))
    }
}

impl Instruction {
    /// Of a line such as `  4a10:\tvaddpd %ymm0,%ymm1,%ymm2`.
    fn of(line: &str) -> Option<Instruction> {
        let (address, rest) = line.trim_start().split_once(":\t")?;
        let (name, operands) = rest.split_once(' ').unwrap_or((rest, ""));
        Some(Instruction {
            address: hexadecimal(address)?,
            name: name.to_owned(),
            operands: operands.trim().to_owned(),
        })
    }

    /// Where it jumps to, if it jumps back.
    fn back(&self) -> Option<u64> {
        let target = hexadecimal(self.operands.split(' ').next()?)?;
        (self.name.starts_with('j') && target < self.address).then_some(target)
    }
}
