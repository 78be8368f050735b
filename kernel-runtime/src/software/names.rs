//! What names mean inside a function (PTX ISA 5.4, 4.4).

use std::collections::HashMap;

use super::program::{Place, Region};
use super::types::{Space, Type};

/// What a name means.
#[derive(Clone, Debug)]
pub(super) enum Symbol {
    Register {
        reg: u32,
        ty: Type,
    },
    /// `name<count>`: registers `name0`, `name1`, ..
    Registers {
        first: u32,
        count: u32,
        ty: Type,
    },
    /// A variable, at an address of its own state space. In local memory, counted from the
    /// function's frame.
    Variable {
        space: Space,
        address: u64,
    },
    /// A parameter of the entry.
    EntryParam {
        offset: usize,
        bytes: usize,
    },
    /// A parameter variable in the frame.
    Param {
        offset: usize,
        bytes: usize,
    },
    Function(usize),
    /// Number of a label.
    Label(u32),
    /// A list of labels for `brx.idx`.
    Targets(Vec<u32>),
}

/// How a function is called.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    pub(super) entry: bool,
    pub(super) defined: bool,
    /// Formal results and parameters, with their types (`None` for byte arrays).
    pub(super) results: Vec<(Place, Option<Type>)>,
    pub(super) params: Vec<(Place, Option<Type>)>,
}

/// The names in scope, the version and the target.
pub(super) struct Names<'a> {
    pub(super) version: u32,
    pub(super) target: u32,
    pub(super) functions: &'a [Signature],
    /// Innermost last.
    pub(super) scopes: Vec<HashMap<&'a str, Symbol>>,
}

impl<'a> Names<'a> {
    pub(super) fn get(&self, name: &str) -> Option<Symbol> {
        self.scopes
            .iter()
            .rev()
            .find_map(|scope| match scope.get(name) {
                Some(Symbol::Registers { .. }) | None => numbered(scope, name),
                Some(symbol) => Some(symbol.clone()),
            })
    }

    /// Declares a name in the innermost scope.
    pub(super) fn declare(&mut self, name: &'a str, symbol: Symbol) -> Result<(), String> {
        let innermost = self.scopes.last_mut().ok_or("no scope is open")?;
        match innermost.insert(name, symbol) {
            None => Ok(()),
            Some(_) => Err(format!("`{name}` is declared twice")),
        }
    }

    /// The register of a name.
    pub(super) fn register(&self, name: &str) -> Result<(u32, Type), String> {
        match self.get(name) {
            Some(Symbol::Register { reg, ty }) => Ok((reg, ty)),
            Some(_) => Err(format!("`{name}` is not a register")),
            None => Err(format!("`{name}` is not declared")),
        }
    }

    /// The predicate register of a name.
    pub(super) fn predicate(&self, name: &str) -> Result<u32, String> {
        match self.register(name)? {
            (reg, Type::Pred) => Ok(reg),
            (_, ty) => Err(format!(
                "`{name}` is a {ty} register, a predicate is needed"
            )),
        }
    }

    /// The number of a label.
    pub(super) fn label(&self, name: &str) -> Result<u32, String> {
        match self.get(name) {
            Some(Symbol::Label(label)) => Ok(label),
            Some(_) => Err(format!("`{name}` is not a label")),
            None => Err(format!("there is no label `{name}`")),
        }
    }
}

/// The register that a name like `%r12` means where `%r<20>` is declared.
fn numbered(scope: &HashMap<&str, Symbol>, name: &str) -> Option<Symbol> {
    let digits = name.bytes().rev().take_while(u8::is_ascii_digit).count();
    (name.len() - digits..name.len()).find_map(|at| {
        let (family, number) = name.split_at(at);
        let Some(Symbol::Registers { first, count, ty }) = scope.get(family) else {
            return None;
        };
        let plain = number == "0" || !number.starts_with('0');
        let number = number.parse::<u32>().ok().filter(|n| plain && n < count)?;
        Some(Symbol::Register {
            reg: first + number,
            ty: *ty,
        })
    })
}

/// Lays out variables one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    pub(super) end: u64,
    pub(super) regions: Vec<Region>,
}

/// Unused bytes between variables, so that running past one does not meet the next.
const GAP: u64 = 32;

impl Layout {
    /// Places a variable; its address.
    pub(super) fn place(&mut self, bytes: u64, align: u64) -> u64 {
        let start = self.end.next_multiple_of(align);
        self.regions.push(Region { start, bytes });
        self.end = start + bytes + GAP;
        start
    }
}

/// The parameter memory of a frame.
#[derive(Clone, Debug, Default)]
pub(super) struct ParamLayout {
    pub(super) end: usize,
}

impl ParamLayout {
    pub(super) fn place(&mut self, bytes: usize, align: usize) -> usize {
        let start = self.end.next_multiple_of(align);
        self.end = start + bytes;
        start
    }
}
