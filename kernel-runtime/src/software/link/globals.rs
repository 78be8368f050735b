//! Variables at module scope in global and constant memory.

use std::collections::HashMap;

use super::super::ast::{Init, Module, VarSpace, Variable};
use super::super::fault::Fault;
use super::super::memory::{DeviceMemory, Owner};
use super::super::names::Symbol;
use super::super::program::GlobalVariable;
use super::super::types::Space;
use super::{align_of, bytes_of};

/// The variables, and what their names mean.
pub(super) struct Globals<'a> {
    pub(super) variables: Vec<GlobalVariable>,
    pub(super) symbols: HashMap<&'a str, Symbol>,
}

/// Gives every variable memory and its first value; zero where there is none (PTX ISA 5.4.4).
pub(super) fn place<'a>(
    module: &Module<'a>,
    memory: &DeviceMemory,
) -> Result<Globals<'a>, Vec<Fault>> {
    let mut globals = Globals {
        variables: Vec::new(),
        symbols: HashMap::new(),
    };
    let placed = fill(module, memory, &mut globals);
    if let Err(fault) = placed {
        release(&globals, memory);
        return Err(vec![fault]);
    }
    Ok(globals)
}

/// Gives the memory back.
pub(super) fn release(globals: &Globals<'_>, memory: &DeviceMemory) {
    for variable in &globals.variables {
        memory.free(variable.memory.base, variable.memory.owner);
    }
}

fn fill<'a>(
    module: &Module<'a>,
    memory: &DeviceMemory,
    globals: &mut Globals<'a>,
) -> Result<(), Fault> {
    let mine: Vec<_> = module
        .variables
        .iter()
        .filter(|v| space(v).is_some())
        .collect();
    for v in &mine {
        allocate(v, memory, globals)?;
    }
    for (v, variable) in mine.iter().zip(&globals.variables) {
        let image = image(v, &globals.symbols)?;
        variable.memory.write(0, &image);
    }
    Ok(())
}

fn space(v: &Variable<'_>) -> Option<Space> {
    match v.space {
        VarSpace::Memory(space @ (Space::Global | Space::Const)) => Some(space),
        _ => None,
    }
}

fn allocate<'a>(
    v: &Variable<'a>,
    memory: &DeviceMemory,
    globals: &mut Globals<'a>,
) -> Result<(), Fault> {
    let fault = |what: &str| Fault::at(v.line, format!("`{}` {what}", v.name));
    let space = space(v).unwrap_or(Space::Global);
    if v.external {
        return Err(fault("is external and not defined in this module"));
    }
    if globals.symbols.contains_key(v.name) {
        return Err(fault("is declared twice"));
    }
    if align_of(v) > 256 {
        return Err(fault("is aligned too far"));
    }
    let bytes = size(v);
    let owner = if space == Space::Const {
        Owner::Constant
    } else {
        Owner::Module
    };
    let bytes = usize::try_from(bytes).map_err(|_| fault("is too large"))?;
    let memory = memory
        .allocate(bytes, owner)
        .ok_or_else(|| fault("does not fit into memory"))?;
    globals.symbols.insert(
        v.name,
        Symbol::Variable {
            space,
            address: memory.base,
        },
    );
    globals.variables.push(GlobalVariable {
        name: v.name.to_owned(),
        memory,
    });
    Ok(())
}

/// An array without size takes that of its initialiser.
fn size(v: &Variable<'_>) -> u64 {
    match (&v.init, bytes_of(v)) {
        (Some(Init::List(all)), 0) => v.ty.bytes() as u64 * v.vector * all.len() as u64,
        (_, bytes) => bytes,
    }
}

fn image(v: &Variable<'_>, symbols: &HashMap<&str, Symbol>) -> Result<Vec<u8>, Fault> {
    let mut image = Vec::new();
    if let Some(init) = &v.init {
        append(init, v, symbols, &mut image)?;
    }
    let size = size(v) as usize;
    if image.len() > size {
        let message = format!("the initialiser of `{}` has {} bytes", v.name, image.len());
        return Err(Fault::at(v.line, message));
    }
    image.resize(size, 0);
    Ok(image)
}

fn append(
    init: &Init<'_>,
    v: &Variable<'_>,
    symbols: &HashMap<&str, Symbol>,
    image: &mut Vec<u8>,
) -> Result<(), Fault> {
    let fault = |message: String| Fault::at(v.line, message);
    let bits = match init {
        Init::List(all) => {
            return all
                .iter()
                .try_for_each(|one| append(one, v, symbols, image));
        }
        Init::Value(literal) => literal.bits(v.ty).map_err(fault)?,
        Init::Symbol { name, offset } => match symbols.get(name) {
            Some(Symbol::Variable { address, .. }) if v.ty.bits() == 64 => {
                address.wrapping_add_signed(*offset)
            }
            Some(_) => return Err(fault(format!("an address does not fit into {}", v.ty))),
            None => return Err(fault(format!("`{name}` is not a variable of this module"))),
        },
    };
    image.extend_from_slice(&bits.to_le_bytes()[..v.ty.bytes()]);
    Ok(())
}
