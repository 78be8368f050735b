//! The text under construction: registers, labels, instructions.
//!
//! Instructions are kept in sections so that an address that a loop does not change can still be
//! computed in front of that loop once its body turns out to need it.

mod loops;

pub use loops::InnerLoop;

use crate::ir::Scalar;
use crate::tables::HashSet;
use std::fmt::Write;

/// What a register holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    Pred,
    B32,
    B64,
    F32,
    F64,
}

impl Class {
    const ALL: [Class; 5] = [Class::Pred, Class::B32, Class::B64, Class::F32, Class::F64];

    /// The register class of a type. Integers of 8 and 16 bits live in 32, extended as their
    /// type says.
    pub fn of(ty: Scalar) -> Class {
        match ty {
            Scalar::Bool => Class::Pred,
            Scalar::F32 => Class::F32,
            Scalar::F64 => Class::F64,
            int if int.bits() == 64 => Class::B64,
            _ => Class::B32,
        }
    }

    /// The register class of a type's elements as memory has them: a `bool` is a byte.
    pub fn in_memory(ty: Scalar) -> Class {
        match ty {
            Scalar::Bool => Class::B32,
            ty => Class::of(ty),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Class::Pred => "pred",
            Class::B32 => "b32",
            Class::B64 => "b64",
            Class::F32 => "f32",
            Class::F64 => "f64",
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Class::Pred => "p",
            Class::B32 => "r",
            Class::B64 => "rd",
            Class::F32 => "f",
            Class::F64 => "fd",
        }
    }
}

/// A register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reg(u32);

/// A jump target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(u32);

/// Where instructions go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section(usize);

/// A scalar value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    Reg(Reg),
    /// An integer, extended to 64 bits as its type says.
    Int(i64),
    /// Bits.
    F32(u32),
    /// Bits.
    F64(u64),
    Bool(bool),
    Special(&'static str),
}

impl Operand {
    pub fn reg(self) -> Option<Reg> {
        match self {
            Operand::Reg(reg) => Some(reg),
            _ => None,
        }
    }
}

/// What an instruction takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    Value(Operand),
    /// `[address + offset]`
    Memory(Operand, i64),
    /// `[name]`
    Param(String),
    Symbol(String),
    /// `{first, second, ..}`
    Vector(Vec<Operand>),
    Label(Label),
}

impl From<Operand> for Arg {
    fn from(operand: Operand) -> Arg {
        Arg::Value(operand)
    }
}

impl From<Reg> for Arg {
    fn from(reg: Reg) -> Arg {
        Arg::Value(Operand::Reg(reg))
    }
}

/// One instruction.
#[derive(Clone, Debug)]
pub struct Instr {
    /// Executes only if the predicate has this value.
    guard: Option<(Reg, bool)>,
    op: String,
    dest: Option<Reg>,
    args: Vec<Arg>,
}

impl Instr {
    /// Whether it does more than compute its result.
    fn has_effect(&self) -> bool {
        let effects = ["atom", "shfl", "ld.volatile"];
        effects.iter().any(|start| self.op.starts_with(start))
    }
}

#[derive(Clone, Debug)]
enum Line {
    Instr(Instr),
    Label(Label),
    Comment(String),
    /// Braces and declarations.
    Raw(String),
    /// An instruction that turned out to be of no use.
    Dropped,
}

#[derive(Clone, Debug)]
struct RegInfo {
    class: Class,
    name: Option<String>,
    /// Written more than once: nothing computed from it may be kept.
    mutable: bool,
    /// Depth of the scope that defines it.
    level: usize,
    uses: u32,
}

/// The body of one entry.
#[derive(Clone, Debug)]
pub struct Code {
    regs: Vec<RegInfo>,
    labels: Vec<String>,
    sections: Vec<Vec<Line>>,
    current: Section,
    locals: Vec<String>,
    /// What is written now was written before, for another copy of a loop's body.
    pub is_copy: bool,
}

impl Code {
    pub fn new() -> Self {
        Code {
            regs: Vec::new(),
            labels: Vec::new(),
            sections: vec![Vec::new()],
            current: Section(0),
            locals: Vec::new(),
            is_copy: false,
        }
    }

    /// A register that is written once, at scope depth `level`.
    pub fn value(&mut self, class: Class, level: usize) -> Reg {
        self.add(class, level, false, None)
    }

    /// A register that may be written any number of times.
    pub fn variable(&mut self, class: Class, level: usize, name: Option<String>) -> Reg {
        self.add(class, level, true, name)
    }

    /// A register that a loop advances between iterations: one value within each of them.
    pub fn induction(&mut self, class: Class, level: usize, name: Option<String>) -> Reg {
        self.add(class, level, false, name)
    }

    fn add(&mut self, class: Class, level: usize, mutable: bool, name: Option<String>) -> Reg {
        let index = u32::try_from(self.regs.len()).expect("fewer than 2^32 registers");
        self.regs.push(RegInfo {
            class,
            name,
            mutable,
            level,
            uses: 0,
        });
        Reg(index)
    }

    pub fn class(&self, reg: Reg) -> Class {
        self.regs[reg.0 as usize].class
    }

    pub fn level(&self, reg: Reg) -> usize {
        self.regs[reg.0 as usize].level
    }

    pub fn is_mutable(&self, reg: Reg) -> bool {
        self.regs[reg.0 as usize].mutable
    }

    pub fn uses(&self, reg: Reg) -> u32 {
        self.regs[reg.0 as usize].uses
    }

    /// Keeps the register: something that is no instruction yet refers to it.
    pub fn pin(&mut self, operand: Operand) {
        if let Operand::Reg(reg) = operand {
            self.regs[reg.0 as usize].uses += 1;
        }
    }

    /// Names a temporary after the variable bound to it.
    pub fn name(&mut self, reg: Reg, name: String) {
        self.regs[reg.0 as usize].name.get_or_insert(name);
    }

    pub fn label(&mut self, stem: &str) -> Label {
        let index = self.labels.len();
        self.labels.push(format!("{stem}_{index}"));
        Label(u32::try_from(index).expect("fewer than 2^32 labels"))
    }

    /// Where instructions go at present.
    pub fn current(&self) -> Section {
        self.current
    }

    /// Sends instructions elsewhere; gives the section they went to.
    pub fn switch(&mut self, section: Section) -> Section {
        std::mem::replace(&mut self.current, section)
    }

    /// Opens a section behind all others and continues there.
    pub fn open(&mut self) -> Section {
        self.sections.push(Vec::new());
        self.current = Section(self.sections.len() - 1);
        self.current
    }

    pub fn place(&mut self, label: Label) {
        self.line(Line::Label(label));
    }

    /// A comment; of several copies of a statement, the first one's alone.
    pub fn comment(&mut self, text: String) {
        if !self.is_copy {
            self.line(Line::Comment(text));
        }
    }

    /// A brace or a declaration.
    pub fn raw(&mut self, text: String) {
        self.line(Line::Raw(text));
    }

    fn line(&mut self, line: Line) {
        self.sections[self.current.0].push(line);
    }

    /// Memory private to a thread.
    pub fn local(&mut self, name: &str, bytes: u64) {
        self.locals
            .push(format!(".local .align 8 .b8 {name}[{bytes}];"));
    }

    pub fn has_local(&self, name: &str) -> bool {
        let start = format!(".local .align 8 .b8 {name}[");
        self.locals.iter().any(|local| local.starts_with(&start))
    }

    /// `op dest, args`.
    pub fn def(&mut self, op: impl Into<String>, dest: Reg, args: &[Operand]) {
        let args = args.iter().map(|arg| Arg::Value(*arg)).collect();
        self.instr(None, op.into(), Some(dest), args);
    }

    /// `op dest, args` for arguments other than values.
    pub fn def_args(&mut self, op: impl Into<String>, dest: Reg, args: Vec<Arg>) {
        self.instr(None, op.into(), Some(dest), args);
    }

    /// `@guard op dest, [address]`.
    pub fn load_if(&mut self, guard: (Reg, bool), op: String, dest: Reg, address: Operand) {
        self.instr(Some(guard), op, Some(dest), vec![Arg::Memory(address, 0)]);
    }

    /// `@guard op dest, args`.
    pub fn def_if(&mut self, guard: (Reg, bool), op: &str, dest: Reg, args: &[Operand]) {
        let args = args.iter().map(|arg| Arg::Value(*arg)).collect();
        self.instr(Some(guard), op.into(), Some(dest), args);
    }

    /// An instruction without result.
    pub fn act(&mut self, op: impl Into<String>, args: Vec<Arg>) {
        self.instr(None, op.into(), None, args);
    }

    pub fn act_if(&mut self, guard: (Reg, bool), op: impl Into<String>, args: Vec<Arg>) {
        self.instr(Some(guard), op.into(), None, args);
    }

    pub fn jump(&mut self, label: Label) {
        self.act("bra", vec![Arg::Label(label)]);
    }

    pub fn jump_if(&mut self, guard: (Reg, bool), label: Label) {
        self.act_if(guard, "bra", vec![Arg::Label(label)]);
    }

    fn instr(&mut self, guard: Option<(Reg, bool)>, op: String, dest: Option<Reg>, args: Vec<Arg>) {
        if let Some((reg, _)) = guard {
            self.regs[reg.0 as usize].uses += 1;
        }
        for arg in &args {
            arg_regs(arg, &mut |reg| self.regs[reg.0 as usize].uses += 1);
        }
        self.line(Line::Instr(Instr {
            guard,
            op,
            dest,
            args,
        }));
    }

    /// Makes the last instruction write `target` instead of `value`, if it wrote `value` and
    /// nothing has read that.
    pub fn retarget(&mut self, value: Reg, target: Reg) -> bool {
        if self.uses(value) > 0 || self.class(value) != self.class(target) {
            return false;
        }
        match self.sections[self.current.0].last_mut() {
            Some(Line::Instr(instr)) if instr.dest == Some(value) && instr.guard.is_none() => {
                instr.dest = Some(target);
                true
            }
            _ => false,
        }
    }

    /// Drops instructions whose result nothing reads but themselves.
    fn prune(&mut self) {
        let mut reads = self.reads_by_others();
        let mut sections = std::mem::take(&mut self.sections);
        // Backwards, since a result is mostly read behind where it is made; what a loop carries round
        // takes another turn.
        let mut dropped = true;
        while std::mem::take(&mut dropped) {
            for line in sections.iter_mut().rev().flat_map(|of| of.iter_mut().rev()) {
                if is_dead(line, &reads) {
                    count_reads(line, |reg| reads[reg] -= 1);
                    *line = Line::Dropped;
                    dropped = true;
                }
            }
        }
        self.sections = sections;
    }

    /// How many instructions read a register without being one that computes it.
    fn reads_by_others(&self) -> Vec<u32> {
        let mut reads = vec![0; self.regs.len()];
        for line in self.sections.iter().flatten() {
            count_reads(line, |reg| reads[reg] += 1);
        }
        reads
    }

    /// Whether something jumps to the label.
    pub fn is_target(&self, label: Label) -> bool {
        self.targets().contains(&label.0)
    }

    fn targets(&self) -> HashSet<u32> {
        let instrs = self
            .sections
            .iter()
            .flatten()
            .filter_map(|line| match line {
                Line::Instr(instr) => Some(instr),
                _ => None,
            });
        let labels = instrs
            .flat_map(|instr| &instr.args)
            .filter_map(|arg| match arg {
                Arg::Label(label) => Some(label.0),
                _ => None,
            });
        labels.collect()
    }

    /// The text between the entry's braces.
    pub fn print(mut self) -> String {
        self.prune();
        let names = self.register_names();
        let targets = self.targets();
        let mut text = self.declarations(&names);
        for line in self.sections.iter().flatten() {
            match line {
                Line::Instr(instr) => self.print_instr(&mut text, instr, &names),
                Line::Label(label) if targets.contains(&label.0) => {
                    text.push_str(&self.labels[label.0 as usize]);
                    text.push_str(":\n");
                }
                Line::Comment(comment) => {
                    text.push_str("    // ");
                    text.push_str(comment);
                    text.push('\n');
                }
                Line::Raw(raw) => {
                    text.push_str("    ");
                    text.push_str(raw);
                    text.push('\n');
                }
                Line::Label(_) | Line::Dropped => {}
            }
        }
        text
    }

    fn print_instr(&self, text: &mut String, instr: &Instr, names: &Names) {
        text.push_str("    ");
        if let Some((reg, value)) = instr.guard {
            text.push_str(if value { "@" } else { "@!" });
            text.push_str(&names[reg.0 as usize]);
            text.push(' ');
        }
        text.push_str(&instr.op);
        let mut separator = " ";
        if let Some(reg) = instr.dest {
            text.push_str(separator);
            text.push_str(&names[reg.0 as usize]);
            separator = ", ";
        }
        for arg in &instr.args {
            text.push_str(separator);
            self.print_arg(text, arg, names);
            separator = ", ";
        }
        text.push_str(";\n");
    }

    fn print_arg(&self, text: &mut String, arg: &Arg, names: &Names) {
        match arg {
            Arg::Value(operand) => print_operand(text, operand, names),
            Arg::Memory(address, offset) => {
                text.push('[');
                print_operand(text, address, names);
                if *offset != 0 {
                    _ = write!(text, "+{offset}");
                }
                text.push(']');
            }
            Arg::Param(name) => {
                text.push('[');
                text.push_str(name);
                text.push(']');
            }
            Arg::Symbol(name) => text.push_str(name),
            Arg::Vector(parts) => {
                text.push('{');
                for (at, part) in parts.iter().enumerate() {
                    if at > 0 {
                        text.push_str(", ");
                    }
                    print_operand(text, part, names);
                }
                text.push('}');
            }
            Arg::Label(label) => text.push_str(&self.labels[label.0 as usize]),
        }
    }

    /// A name for every register that the text mentions.
    fn register_names(&self) -> Names {
        let mut names = vec![String::new(); self.regs.len()];
        let mut taken = HashSet::default();
        let mut counts = [0_u32; Class::ALL.len()];
        for reg in self.mentioned() {
            let info = &self.regs[reg.0 as usize];
            names[reg.0 as usize] = match &info.name {
                Some(name) => unique(name, &mut taken),
                None => {
                    let count = &mut counts[info.class as usize];
                    *count += 1;
                    format!("%{}{count}", info.class.prefix())
                }
            };
        }
        names
    }

    /// Registers in the order of the text.
    fn mentioned(&self) -> Vec<Reg> {
        let mut seen = vec![false; self.regs.len()];
        let mut order = Vec::new();
        for line in self.sections.iter().flatten() {
            let Line::Instr(instr) = line else { continue };
            let mut meet = |reg: Reg| {
                if !std::mem::replace(&mut seen[reg.0 as usize], true) {
                    order.push(reg);
                }
            };
            if let Some((reg, _)) = instr.guard {
                meet(reg);
            }
            if let Some(reg) = instr.dest {
                meet(reg);
            }
            for arg in &instr.args {
                arg_regs(arg, &mut meet);
            }
        }
        order
    }

    fn declarations(&self, names: &Names) -> String {
        let mut temporaries = [0_u32; Class::ALL.len()];
        let mut named = [const { Vec::new() }; Class::ALL.len()];
        for (info, name) in self.regs.iter().zip(names) {
            let class = info.class as usize;
            match info.name {
                _ if name.is_empty() => {}
                None => temporaries[class] += 1,
                Some(_) => named[class].push(name.as_str()),
            }
        }
        let mut text = String::new();
        for class in Class::ALL {
            let (name, prefix) = (class.name(), class.prefix());
            let temporaries = temporaries[class as usize];
            if temporaries > 0 {
                _ = writeln!(text, "    .reg .{name} %{prefix}<{}>;", temporaries + 1);
            }
            for row in named[class as usize].chunks(8) {
                _ = writeln!(text, "    .reg .{name} {};", row.join(", "));
            }
        }
        for local in &self.locals {
            _ = writeln!(text, "    {local}");
        }
        text
    }
}

/// The registers' names; empty where the text does not mention one.
type Names = Vec<String>;

/// Whether the line only computes what nothing reads.
fn is_dead(line: &Line, reads: &[u32]) -> bool {
    match line {
        Line::Instr(instr) => match instr.dest {
            Some(reg) => reads[reg.0 as usize] == 0 && !instr.has_effect(),
            None => false,
        },
        _ => false,
    }
}

/// Calls `count` with each register that an instruction reads, unless it is the one that it computes.
fn count_reads(line: &Line, mut count: impl FnMut(usize)) {
    let Line::Instr(instr) = line else { return };
    let mut read = |reg: Reg| {
        if instr.dest != Some(reg) {
            count(reg.0 as usize);
        }
    };
    if let Some((reg, _)) = instr.guard {
        read(reg);
    }
    for arg in &instr.args {
        arg_regs(arg, &mut read);
    }
}

fn print_operand(text: &mut String, operand: &Operand, names: &Names) {
    _ = match operand {
        Operand::Reg(reg) => {
            text.push_str(&names[reg.0 as usize]);
            Ok(())
        }
        Operand::Int(int) => write!(text, "{int}"),
        Operand::F32(bits) => write!(text, "0f{bits:08X}"),
        Operand::F64(bits) => write!(text, "0d{bits:016X}"),
        Operand::Bool(bool) => write!(text, "{}", u32::from(*bool)),
        Operand::Special(name) => {
            text.push_str(name);
            Ok(())
        }
    };
}

fn unique(name: &str, taken: &mut HashSet<String>) -> String {
    let mut text = format!("%{name}");
    let mut copy = 1;
    while !taken.insert(text.clone()) {
        copy += 1;
        text = format!("%{name}${copy}");
    }
    text
}

/// Calls `meet` with each register that an argument names. Not an iterator: they cost most where
/// cargo compiles macros, without optimisation.
fn arg_regs(arg: &Arg, meet: &mut impl FnMut(Reg)) {
    let operands = match arg {
        Arg::Value(operand) | Arg::Memory(operand, _) => std::slice::from_ref(operand),
        Arg::Vector(parts) => parts.as_slice(),
        Arg::Param(_) | Arg::Symbol(_) | Arg::Label(_) => &[],
    };
    for operand in operands {
        if let Operand::Reg(reg) = operand {
            meet(*reg);
        }
    }
}
