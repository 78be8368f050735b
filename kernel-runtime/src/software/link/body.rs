//! One function's body: scopes, registers, labels, instructions.

use super::super::ast::{Function as Tree, Instruction, Statement, VarSpace, Variable};
use super::super::fault::Fault;
use super::super::instructions;
use super::super::names::{Layout, Names, ParamLayout, Symbol};
use super::super::program::{Function, Inst, Op};
use super::super::types::Space;
use super::{Prepared, align_of, bytes_of, place_shared};

/// Local memory of a function at most.
const MAX_LOCAL: u64 = 512 << 10;

pub(super) struct Body<'l, 'a> {
    names: Names<'l>,
    code: &'l mut Vec<Inst>,
    shared: &'l mut Layout,
    faults: &'l mut Vec<Fault>,
    registers: u32,
    params: ParamLayout,
    local: Layout,
    /// Where each label is, once met.
    labels: Vec<u32>,
    source: std::marker::PhantomData<&'a str>,
}

impl<'l, 'a: 'l> Body<'l, 'a> {
    pub(super) fn new(
        names: Names<'l>,
        code: &'l mut Vec<Inst>,
        shared: &'l mut Layout,
        faults: &'l mut Vec<Fault>,
    ) -> Self {
        Body {
            names,
            code,
            shared,
            faults,
            registers: 0,
            params: ParamLayout::default(),
            local: Layout::default(),
            labels: Vec::new(),
            source: std::marker::PhantomData,
        }
    }

    pub(super) fn link(mut self, tree: &'l Tree<'a>, prepared: &Prepared<'a>) -> Function {
        let start = self.code.len();
        self.registers = prepared.registers;
        self.params = prepared.params.clone();
        self.names
            .scopes
            .push(prepared.symbols.iter().cloned().collect());
        if let Some(body) = &tree.body {
            self.block(body);
            self.end(tree.line);
        }
        self.resolve(start);
        Function {
            name: tree.name.to_owned(),
            entry: tree.entry && tree.body.is_some(),
            start: start as u32,
            registers: self.registers as usize,
            params: prepared.entry_params.clone(),
            param_bytes: self.params.end.next_multiple_of(8),
            local_bytes: self.local.end.next_multiple_of(16),
            local: self.local.regions,
            shared: self.shared.regions.clone(),
            max_threads: tree.max_threads,
            required_threads: tree.required_threads,
        }
    }

    /// Running off the end returns.
    fn end(&mut self, line: u32) {
        self.code.push(Inst {
            guard: None,
            op: Op::Return,
            line,
            text: (0, 0),
        });
    }

    fn note(&mut self, line: u32, result: Result<(), String>) {
        if let Err(message) = result {
            self.faults.push(Fault::at(line, message));
        }
    }

    fn block(&mut self, statements: &'l [Statement<'a>]) {
        self.names.scopes.push(Default::default());
        for statement in statements {
            if let Statement::Label { name, line } = statement {
                let label = self.labels.len() as u32;
                self.labels.push(u32::MAX);
                let declared = self.names.declare(name, Symbol::Label(label));
                self.note(*line, declared);
            }
        }
        for statement in statements {
            self.statement(statement);
        }
        self.names.scopes.pop();
    }

    fn statement(&mut self, statement: &'l Statement<'a>) {
        match statement {
            Statement::Block(inner) => self.block(inner),
            Statement::Registers { ty, names, line } => {
                for (name, count) in names {
                    let declared = self.declare_registers(name, *count, *ty);
                    self.note(*line, declared);
                }
            }
            Statement::Variables(all) => all.iter().for_each(|v| self.variable(v)),
            Statement::Label { name, .. } => {
                if let Ok(label) = self.names.label(name) {
                    self.labels[label as usize] = self.code.len() as u32;
                }
            }
            Statement::BranchTargets {
                name,
                targets,
                line,
            } => {
                let labels: Result<_, String> =
                    targets.iter().map(|t| self.names.label(t)).collect();
                let declared =
                    labels.and_then(|labels| self.names.declare(name, Symbol::Targets(labels)));
                self.note(*line, declared);
            }
            Statement::Instruction(instruction) => self.instruction(instruction),
        }
    }

    fn declare_registers(
        &mut self,
        name: &'a str,
        count: Option<u32>,
        ty: super::super::types::Type,
    ) -> Result<(), String> {
        if instructions::is_special(name) {
            return Err(format!("`{name}` is a special register"));
        }
        let first = self.registers;
        self.registers += count.unwrap_or(1);
        if count.is_none() {
            return self
                .names
                .declare(name, Symbol::Register { reg: first, ty });
        }
        self.names.declare(
            name,
            Symbol::Registers {
                first,
                count: count.unwrap_or(0),
                ty,
            },
        )
    }

    fn variable(&mut self, v: &'l Variable<'a>) {
        let symbol = match v.space {
            VarSpace::Memory(Space::Shared) => place_shared(v, self.shared),
            VarSpace::Memory(Space::Local) => self.local_variable(v),
            VarSpace::Memory(Space::Param) if bytes_of(v) > MAX_LOCAL => {
                Err(Fault::at(v.line, format!("`{}` is too large", v.name)))
            }
            VarSpace::Memory(Space::Param) => {
                let bytes = bytes_of(v) as usize;
                let offset = self.params.place(bytes, align_of(v) as usize);
                Ok(Symbol::Param { offset, bytes })
            }
            _ => Err(Fault::at(
                v.line,
                "global variables are declared outside functions",
            )),
        };
        match symbol {
            Ok(symbol) => {
                let declared = self.names.declare(v.name, symbol);
                self.note(v.line, declared);
            }
            Err(fault) => self.faults.push(fault),
        }
    }

    fn local_variable(&mut self, v: &Variable<'_>) -> Result<Symbol, Fault> {
        let bytes = bytes_of(v);
        if bytes == 0 || self.local.end.saturating_add(bytes) > MAX_LOCAL {
            let message = format!("`{}` does not fit into local memory", v.name);
            return Err(Fault::at(v.line, message));
        }
        let address = self.local.place(bytes, align_of(v));
        Ok(Symbol::Variable {
            space: Space::Local,
            address,
        })
    }

    fn instruction(&mut self, instruction: &Instruction<'a>) {
        let guard = match instruction.guard {
            None => Ok(None),
            Some((name, negated)) => self.names.predicate(name).map(|reg| Some((reg, negated))),
        };
        let decoded = guard
            .and_then(|guard| instructions::decode(&self.names, instruction).map(|op| (guard, op)));
        match decoded {
            Ok((guard, op)) => {
                let Instruction { line, text, .. } = *instruction;
                self.code.push(Inst {
                    guard,
                    op,
                    line,
                    text,
                });
            }
            Err(message) => self.faults.push(Fault::at(instruction.line, message)),
        }
    }

    /// Numbers of labels become instructions.
    fn resolve(&mut self, start: usize) {
        let at = |label: &mut u32| *label = self.labels[*label as usize];
        for inst in &mut self.code[start..] {
            match &mut inst.op {
                Op::Branch { target, .. } => at(target),
                Op::BranchIndex { targets, .. } => targets.iter_mut().for_each(at),
                _ => {}
            }
        }
    }
}
