//! The text under construction: registers, labels, instructions.
//!
//! Instructions are kept in sections so that an address that a loop does not change can still be
//! computed in front of that loop once its body turns out to need it.

mod loops;

pub use loops::InnerLoop;

use crate::ir::Scalar;
use std::collections::{BTreeMap, HashSet};
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
}

#[derive(Debug)]
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
#[derive(Debug)]
pub struct Code {
    regs: Vec<RegInfo>,
    labels: Vec<String>,
    sections: Vec<Vec<Line>>,
    current: Section,
    locals: Vec<String>,
}

impl Code {
    pub fn new() -> Self {
        Code {
            regs: Vec::new(),
            labels: Vec::new(),
            sections: vec![Vec::new()],
            current: Section(0),
            locals: Vec::new(),
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

    pub fn comment(&mut self, text: String) {
        self.line(Line::Comment(text));
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
        for reg in args.iter().flat_map(arg_regs) {
            self.regs[reg.0 as usize].uses += 1;
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
        loop {
            let read = self.read_by_others();
            let dead = |line: &Line| match line {
                Line::Instr(instr) => {
                    !instr.has_effect() && instr.dest.is_some_and(|reg| !read.contains(&reg))
                }
                _ => false,
            };
            let count = |code: &Self| code.sections.iter().map(Vec::len).sum::<usize>();
            let before = count(self);
            for section in &mut self.sections {
                section.retain(|line| !dead(line));
            }
            if count(self) == before {
                return;
            }
        }
    }

    /// Registers that an instruction reads without being one that computes them.
    fn read_by_others(&self) -> HashSet<Reg> {
        let mut read = HashSet::new();
        for line in self.sections.iter().flatten() {
            let Line::Instr(instr) = line else { continue };
            let guard = instr.guard.map(|(reg, _)| reg);
            let regs = instr.args.iter().flat_map(arg_regs).chain(guard);
            read.extend(regs.filter(|reg| instr.dest != Some(*reg)));
        }
        read
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
                    _ = writeln!(text, "{}:", self.labels[label.0 as usize]);
                }
                Line::Label(_) => {}
                Line::Comment(comment) => {
                    _ = writeln!(text, "    // {comment}");
                }
                Line::Raw(raw) => {
                    _ = writeln!(text, "    {raw}");
                }
            }
        }
        text
    }

    fn print_instr(&self, text: &mut String, instr: &Instr, names: &BTreeMap<Reg, String>) {
        text.push_str("    ");
        if let Some((reg, value)) = instr.guard {
            let not = if value { "" } else { "!" };
            _ = write!(text, "@{not}{} ", names[&reg]);
        }
        text.push_str(&instr.op);
        let dest = instr.dest.map(|reg| names[&reg].clone());
        let args = instr.args.iter().map(|arg| self.print_arg(arg, names));
        for (n, arg) in dest.into_iter().chain(args).enumerate() {
            text.push_str(if n == 0 { " " } else { ", " });
            text.push_str(&arg);
        }
        text.push_str(";\n");
    }

    fn print_arg(&self, arg: &Arg, names: &BTreeMap<Reg, String>) -> String {
        let value = |operand: &Operand| match operand {
            Operand::Reg(reg) => names[reg].clone(),
            Operand::Int(int) => int.to_string(),
            Operand::F32(bits) => format!("0f{bits:08X}"),
            Operand::F64(bits) => format!("0d{bits:016X}"),
            Operand::Bool(bool) => u32::from(*bool).to_string(),
            Operand::Special(name) => (*name).to_owned(),
        };
        match arg {
            Arg::Value(operand) => value(operand),
            Arg::Memory(address, 0) => format!("[{}]", value(address)),
            Arg::Memory(address, offset) => format!("[{}+{offset}]", value(address)),
            Arg::Param(name) => format!("[{name}]"),
            Arg::Symbol(name) => name.clone(),
            Arg::Vector(parts) => {
                let parts: Vec<String> = parts.iter().map(value).collect();
                format!("{{{}}}", parts.join(", "))
            }
            Arg::Label(label) => self.labels[label.0 as usize].clone(),
        }
    }

    /// A name for every register that the text mentions.
    fn register_names(&self) -> BTreeMap<Reg, String> {
        let mut names = BTreeMap::new();
        let mut taken = HashSet::new();
        let mut counts: BTreeMap<Class, u32> = BTreeMap::new();
        for reg in self.mentioned() {
            let info = &self.regs[reg.0 as usize];
            let name = match &info.name {
                Some(name) => unique(name, &mut taken),
                None => {
                    let count = counts.entry(info.class).or_default();
                    *count += 1;
                    format!("%{}{count}", info.class.prefix())
                }
            };
            names.insert(reg, name);
        }
        names
    }

    /// Registers in the order of the text.
    fn mentioned(&self) -> Vec<Reg> {
        let mut seen = HashSet::new();
        let mut order = Vec::new();
        for line in self.sections.iter().flatten() {
            let Line::Instr(instr) = line else { continue };
            let guard = instr.guard.map(|(reg, _)| reg);
            let args = instr.args.iter().flat_map(arg_regs);
            for reg in guard.into_iter().chain(instr.dest).chain(args) {
                if seen.insert(reg) {
                    order.push(reg);
                }
            }
        }
        order
    }

    fn declarations(&self, names: &BTreeMap<Reg, String>) -> String {
        let mut text = String::new();
        for class in [Class::Pred, Class::B32, Class::B64, Class::F32, Class::F64] {
            let of_class = || names.keys().filter(move |reg| self.class(**reg) == class);
            let unnamed = |reg: &&Reg| self.regs[reg.0 as usize].name.is_none();
            let temporaries = of_class().filter(unnamed).count();
            if temporaries > 0 {
                let (class, prefix) = (class.name(), class.prefix());
                _ = writeln!(text, "    .reg .{class} %{prefix}<{}>;", temporaries + 1);
            }
            let named: Vec<&str> = of_class()
                .filter(|reg| !unnamed(reg))
                .map(|reg| names[reg].as_str())
                .collect();
            for row in named.chunks(8) {
                _ = writeln!(text, "    .reg .{} {};", class.name(), row.join(", "));
            }
        }
        for local in &self.locals {
            _ = writeln!(text, "    {local}");
        }
        text
    }
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

fn arg_regs(arg: &Arg) -> impl Iterator<Item = Reg> {
    let operands = match arg {
        Arg::Value(operand) | Arg::Memory(operand, _) => std::slice::from_ref(operand),
        Arg::Vector(parts) => parts.as_slice(),
        Arg::Param(_) | Arg::Symbol(_) | Arg::Label(_) => &[],
    };
    operands.iter().filter_map(|operand| operand.reg())
}
