//! Syntax tree to program: variables placed, names resolved, instructions decoded.

mod body;
mod globals;

use std::collections::HashMap;

use super::ast::{Extent, Function as FunctionTree, Module, VarSpace, Variable};
use super::fault::Fault;
use super::memory::DeviceMemory;
use super::names::{Layout, Names, ParamLayout, Signature, Symbol};
use super::program::{Function, Place, Program, Src};
use super::types::{Space, Type};

/// Where dynamic shared memory begins, in shared memory: far from all static variables.
pub(super) const DYNAMIC_SHARED: u64 = 1 << 24;

/// Builds the program of a text. Its global variables get memory.
pub(super) fn program(
    source: &str,
    module: &Module<'_>,
    memory: &DeviceMemory,
) -> Result<Program, Vec<Fault>> {
    let globals = globals::place(module, memory)?;
    let mut linker = Linker::new(module);
    let linked = linker.link(&globals);
    let (code, functions) = match linked {
        Ok(()) => (linker.code, linker.functions),
        Err(faults) => {
            globals::release(&globals, memory);
            return Err(faults);
        }
    };
    Ok(Program {
        source: source.to_owned(),
        code,
        functions,
        globals: globals.variables,
    })
}

struct Linker<'m, 'a> {
    module: &'m Module<'a>,
    code: Vec<super::program::Inst>,
    functions: Vec<Function>,
}

/// Formal parameters of a function: how calls reach them, and what its body starts with.
struct Prepared<'a> {
    signature: Signature,
    symbols: Vec<(&'a str, Symbol)>,
    registers: u32,
    params: ParamLayout,
    entry_params: Vec<(usize, usize)>,
}

impl<'m, 'a> Linker<'m, 'a> {
    fn new(module: &'m Module<'a>) -> Self {
        Linker {
            module,
            code: Vec::new(),
            functions: Vec::new(),
        }
    }

    fn link(&mut self, globals: &globals::Globals<'a>) -> Result<(), Vec<Fault>> {
        let trees = self.distinct()?;
        let prepared: Vec<_> = trees.iter().map(|t| prepare(t)).collect();
        let signatures: Vec<_> = prepared.iter().map(|p| p.signature.clone()).collect();
        let mut outer: HashMap<&'a str, Symbol> = globals.symbols.clone();
        for (i, tree) in trees.iter().enumerate() {
            outer.insert(tree.name, Symbol::Function(i));
        }
        let mut shared = Layout::default();
        let variables = &self.module.variables;
        for v in variables
            .iter()
            .filter(|v| v.space == VarSpace::Memory(Space::Shared))
        {
            outer.insert(v.name, place_shared(v, &mut shared).map_err(|f| vec![f])?);
        }
        let mut faults = Vec::new();
        // Functions first, so that an entry knows all shared memory that they declare.
        let mut order: Vec<usize> = (0..trees.len()).collect();
        order.sort_by_key(|i| trees[*i].entry);
        let mut linked: Vec<Option<Function>> = trees.iter().map(|_| None).collect();
        for i in order {
            let names = Names {
                version: self.module.version,
                target: self.module.target,
                functions: &signatures,
                scopes: vec![outer.clone()],
            };
            let before = shared.clone();
            let body = body::Body::new(names, &mut self.code, &mut shared, &mut faults);
            linked[i] = Some(body.link(trees[i], &prepared[i]));
            if trees[i].entry {
                // Entries do not call each other: their variables may share space.
                shared = before;
            }
        }
        self.functions = linked.into_iter().flatten().collect();
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }

    /// One tree for each name: the definition, if there is one.
    fn distinct(&self) -> Result<Vec<&'m FunctionTree<'a>>, Vec<Fault>> {
        let mut all: Vec<&FunctionTree<'a>> = Vec::new();
        for tree in &self.module.functions {
            match all.iter_mut().find(|t| t.name == tree.name) {
                None => all.push(tree),
                Some(known) if known.body.is_none() => *known = tree,
                Some(_) if tree.body.is_none() => {}
                Some(_) => {
                    let message = format!("function `{}` is defined twice", tree.name);
                    return Err(vec![Fault::at(tree.line, message)]);
                }
            }
        }
        Ok(all)
    }
}

/// Size of a variable of known extent.
fn bytes_of(v: &Variable<'_>) -> u64 {
    let elements = match v.extent {
        Extent::Scalar => 1,
        Extent::Array(n) => n,
        Extent::Unsized => 0,
    };
    (v.ty.bytes() as u64 * v.vector).saturating_mul(elements)
}

/// PTX ISA 5.4.5: by default, the size of an element.
fn align_of(v: &Variable<'_>) -> u64 {
    v.align.unwrap_or(v.ty.bytes() as u64 * v.vector).max(1)
}

fn place_shared(v: &Variable<'_>, layout: &mut Layout) -> Result<Symbol, Fault> {
    let space = Space::Shared;
    if v.extent == Extent::Unsized {
        if !v.external {
            return Err(Fault::at(
                v.line,
                format!("`{}` has no size and is not .extern", v.name),
            ));
        }
        return Ok(Symbol::Variable {
            space,
            address: DYNAMIC_SHARED,
        });
    }
    let bytes = bytes_of(v);
    if layout.end.saturating_add(bytes) >= DYNAMIC_SHARED {
        return Err(Fault::at(
            v.line,
            format!("`{}` is too large for shared memory", v.name),
        ));
    }
    Ok(Symbol::Variable {
        space,
        address: layout.place(bytes, align_of(v)),
    })
}

fn prepare<'a>(tree: &FunctionTree<'a>) -> Prepared<'a> {
    let signature = Signature {
        entry: tree.entry,
        defined: tree.body.is_some(),
        results: Vec::new(),
        params: Vec::new(),
    };
    let mut all = Prepared {
        signature,
        symbols: Vec::new(),
        registers: 0,
        params: ParamLayout::default(),
        entry_params: Vec::new(),
    };
    for v in &tree.results {
        let formal = all.formal(v, false);
        all.signature.results.push(formal);
    }
    for v in &tree.params {
        let formal = all.formal(v, tree.entry);
        all.signature.params.push(formal);
    }
    all
}

impl<'a> Prepared<'a> {
    fn formal(&mut self, v: &Variable<'a>, entry: bool) -> (Place, Option<Type>) {
        if v.space == VarSpace::Register {
            let reg = self.registers;
            self.registers += 1;
            self.symbols
                .push((v.name, Symbol::Register { reg, ty: v.ty }));
            return (Place::Value(Src::Reg(reg)), Some(v.ty));
        }
        let bytes = bytes_of(v) as usize;
        let scalar = v.extent == Extent::Scalar && v.vector == 1;
        if entry {
            let end = self.entry_params.last().map_or(0, |(at, size)| at + size);
            let offset = end.next_multiple_of(align_of(v) as usize);
            self.entry_params.push((offset, bytes));
            self.symbols
                .push((v.name, Symbol::EntryParam { offset, bytes }));
            return (Place::Memory { offset, bytes }, scalar.then_some(v.ty));
        }
        let offset = self.params.place(bytes, align_of(v) as usize);
        self.symbols.push((v.name, Symbol::Param { offset, bytes }));
        (Place::Memory { offset, bytes }, scalar.then_some(v.ty))
    }
}
