//! Takes an instruction apart, refusing whatever is left over.

use super::super::ast::{Instruction, Operand};
use super::super::names::{Names, Symbol};
use super::super::program::{Address, Base, Dst, Reg, Src};
use super::super::types::{Space, Type};
use super::Decoded;

/// An instruction being decoded: modifiers are taken in the manual's order.
pub(super) struct Reader<'r, 'a> {
    pub(super) names: &'r Names<'r>,
    instruction: &'r Instruction<'a>,
    next: usize,
}

impl<'r, 'a> Reader<'r, 'a> {
    pub(super) fn new(names: &'r Names<'r>, instruction: &'r Instruction<'a>) -> Self {
        Reader {
            names,
            instruction,
            next: 0,
        }
    }

    pub(super) fn opcode(&self) -> &'r str {
        self.instruction.opcode
    }

    /// Opcode and modifiers, for messages.
    pub(super) fn name(&self) -> String {
        let mut name = self.instruction.opcode.to_owned();
        for modifier in &self.instruction.modifiers {
            name.push('.');
            name.push_str(modifier);
        }
        name
    }

    /// Whether the last modifier is a floating-point type.
    pub(super) fn is_float(&self) -> bool {
        let last = self
            .instruction
            .modifiers
            .last()
            .and_then(|m| Type::parse(m));
        last.is_some_and(Type::is_float)
    }

    /// Refuses the instruction below a PTX ISA version (times ten) or target.
    pub(super) fn requires(&self, version: u32, target: u32) -> Decoded<()> {
        let names = self.names;
        if names.version < version {
            let (major, minor) = (version / 10, version % 10);
            return Err(format!("`{}` needs .version {major}.{minor}", self.name()));
        }
        if names.target < target {
            return Err(format!("`{}` needs .target sm_{target}", self.name()));
        }
        Ok(())
    }

    pub(super) fn peek(&self) -> Option<&'r str> {
        self.instruction.modifiers.get(self.next).copied()
    }

    /// Takes the next modifier if it is `word`.
    pub(super) fn flag(&mut self, word: &str) -> bool {
        let here = self.peek() == Some(word);
        self.next += usize::from(here);
        here
    }

    /// Takes the next modifier if `pick` knows it.
    pub(super) fn pick<T>(&mut self, pick: impl Fn(&str) -> Option<T>) -> Option<T> {
        let picked = self.peek().and_then(pick);
        self.next += usize::from(picked.is_some());
        picked
    }

    /// Takes the next modifier, which `pick` must know; `what` names what it is.
    pub(super) fn need<T>(&mut self, what: &str, pick: impl Fn(&str) -> Option<T>) -> Decoded<T> {
        self.pick(pick).ok_or_else(|| match self.peek() {
            Some(found) => {
                format!(
                    "`.{found}` in `{}` is unknown here: {what} is needed",
                    self.name()
                )
            }
            None => format!("`{}` lacks {what}", self.name()),
        })
    }

    /// Takes the instruction type, one of `allowed` (separated by blanks).
    pub(super) fn ty(&mut self, allowed: &str) -> Decoded<Type> {
        let known =
            |word: &str| Type::parse(word).filter(|_| allowed.split(' ').any(|a| a == word));
        self.need("a type that the instruction has", known)
    }

    /// Refuses modifiers that nobody took.
    pub(super) fn no_more_modifiers(&self) -> Decoded<()> {
        match self.peek() {
            None => Ok(()),
            Some(left) => Err(format!("unknown modifier `.{left}` in `{}`", self.name())),
        }
    }

    pub(super) fn operand_count(&self) -> usize {
        self.instruction.operands.len()
    }

    /// All operands, when there must be `count`. Also the end of the modifiers.
    pub(super) fn operands(&self, count: usize) -> Decoded<&'r [Operand<'a>]> {
        self.operands_between(count, count)
    }

    pub(super) fn operands_between(&self, low: usize, high: usize) -> Decoded<&'r [Operand<'a>]> {
        self.no_more_modifiers()?;
        let found = self.operand_count();
        if (low..=high).contains(&found) {
            return Ok(&self.instruction.operands);
        }
        Err(format!(
            "`{}` has {found} operands, {low} are needed",
            self.name()
        ))
    }

    /// A destination register of exactly the type's size.
    pub(super) fn dst(&self, operand: &Operand<'_>, ty: Type) -> Decoded<Reg> {
        let Operand::Name(name) = operand else {
            return Err("the destination must be a register".to_owned());
        };
        self.agreeing(name, ty, Type::agrees).map(|(reg, _)| reg)
    }

    /// As [`Reader::dst`], or the sink `_`.
    pub(super) fn dst_or_sink(&self, operand: &Operand<'_>, ty: Type) -> Decoded<Option<Reg>> {
        match operand {
            Operand::Name("_") => Ok(None),
            _ => self.dst(operand, ty).map(Some),
        }
    }

    /// A destination that may be wider than the type.
    pub(super) fn wide_dst(&self, operand: &Operand<'_>, ty: Type) -> Decoded<Option<Dst>> {
        match operand {
            Operand::Name("_") => Ok(None),
            Operand::Name(name) => {
                let (reg, own) = self.agreeing(name, ty, Type::agrees_or_wider)?;
                Ok(Some(Dst {
                    reg,
                    mask: own.mask(),
                }))
            }
            _ => Err("the destination must be a register".to_owned()),
        }
    }

    fn agreeing(
        &self,
        name: &str,
        ty: Type,
        agrees: fn(Type, Type) -> bool,
    ) -> Decoded<(Reg, Type)> {
        let (reg, own) = self.names.register(name)?;
        match agrees(own, ty) {
            true => Ok((reg, own)),
            false => Err(format!("`{name}` is a {own} register, {ty} is needed")),
        }
    }

    /// A source of exactly the type's size.
    pub(super) fn src(&self, operand: &Operand<'_>, ty: Type) -> Decoded<Src> {
        self.source(operand, ty, Type::agrees)
    }

    /// A source that may be wider than the type.
    pub(super) fn wide_src(&self, operand: &Operand<'_>, ty: Type) -> Decoded<Src> {
        self.source(operand, ty, Type::agrees_or_wider)
    }

    fn source(
        &self,
        operand: &Operand<'_>,
        ty: Type,
        agrees: fn(Type, Type) -> bool,
    ) -> Decoded<Src> {
        match operand {
            Operand::Name("_") => Err("the sink `_` is not a source".to_owned()),
            Operand::Name(name) if name.starts_with('%') && self.names.get(name).is_none() => {
                match super::moves::special(name, None) {
                    Some(_) => Err(format!(
                        "special register `{name}` can be read by `mov` and `cvt` only"
                    )),
                    None => Err(format!("`{name}` is not declared")),
                }
            }
            Operand::Name(name) => self
                .agreeing(name, ty, agrees)
                .map(|(reg, _)| Src::Reg(reg)),
            Operand::Not(name) if ty == Type::Pred => self.names.predicate(name).map(Src::Not),
            Operand::Literal(literal) => literal.bits(ty).map(Src::Imm),
            Operand::Member(name, member) => Err(match super::moves::special(name, Some(member)) {
                Some(_) => format!(
                    "special register `{name}.{member}` can be read by `mov` and `cvt` only"
                ),
                None => format!("`{name}.{member}` is unknown"),
            }),
            _ => Err(format!(
                "an operand of `{}` has a form that it cannot take",
                self.name()
            )),
        }
    }

    /// The parts of a vector operand of `count` elements; a single operand for one.
    pub(super) fn parts<'o>(
        &self,
        operand: &'o Operand<'a>,
        count: usize,
    ) -> Decoded<&'o [Operand<'a>]> {
        match operand {
            Operand::Vector(parts) if parts.len() == count && count > 1 => Ok(parts),
            Operand::Vector(_) => Err(format!("a vector of {count} elements is needed")),
            _ if count == 1 => Ok(std::slice::from_ref(operand)),
            _ => Err(format!("a vector of {count} elements is needed")),
        }
    }

    /// `[..]` in a state space.
    pub(super) fn address(&self, operand: &Operand<'_>, space: Space) -> Decoded<Address> {
        let Operand::Address { base, offset } = operand else {
            return Err(format!("`{}` needs an address in brackets", self.name()));
        };
        let Some(name) = base else {
            return Ok(Address {
                base: Base::Space,
                offset: *offset,
            });
        };
        match self.names.get(name) {
            Some(Symbol::Register { reg, ty }) => self.address_register(name, reg, ty, *offset),
            Some(Symbol::Variable {
                space: its,
                address,
            }) if its == space => Ok(within(its, address, *offset)),
            Some(Symbol::Variable {
                space: its,
                address,
            }) if space == Space::Generic => {
                // A variable of global or constant memory has one address for both.
                match its {
                    Space::Global | Space::Const => Ok(within(its, address, *offset)),
                    _ => Err(format!(
                        "`{name}` is in {its} memory, a generic address is needed"
                    )),
                }
            }
            Some(Symbol::Variable { space: its, .. }) => Err(format!(
                "`{name}` is in {its} memory, not in {space} memory"
            )),
            Some(_) => Err(format!("`{name}` is not an address")),
            None => Err(format!("`{name}` is not declared")),
        }
    }

    fn address_register(&self, name: &str, reg: Reg, ty: Type, offset: i64) -> Decoded<Address> {
        // Shared and local addresses are small, but 32-bit address registers belong to
        // `.address_size 32`; shared memory is the exception that compilers use.
        if ty.is_float() || ty == Type::Pred || ty.bits() < 32 {
            return Err(format!("`{name}` is a {ty} register, an address has .u64"));
        }
        Ok(Address {
            base: Base::Register(reg),
            offset,
        })
    }

    /// The entry or frame parameter that `[name+offset]` names, with the offset of the access.
    pub(super) fn parameter(&self, operand: &Operand<'_>, bytes: usize) -> Decoded<Option<Param>> {
        let Operand::Address {
            base: Some(name),
            offset,
        } = operand
        else {
            return Ok(None);
        };
        let (entry, start, size) = match self.names.get(name) {
            Some(Symbol::EntryParam { offset, bytes }) => (true, offset, bytes),
            Some(Symbol::Param { offset, bytes }) => (false, offset, bytes),
            _ => return Ok(None),
        };
        let at = usize::try_from(*offset)
            .ok()
            .filter(|at| at + bytes <= size);
        let at = at.ok_or_else(|| {
            format!(
                "{bytes} bytes at offset {offset} are outside parameter `{name}` of {size} bytes"
            )
        })?;
        if (start + at) % bytes != 0 {
            return Err(format!(
                "offset {offset} of parameter `{name}` is misaligned"
            ));
        }
        Ok(Some(Param {
            entry,
            offset: start + at,
        }))
    }
}

/// A parameter that an instruction names.
pub(super) struct Param {
    /// Of the entry; else of the frame.
    pub(super) entry: bool,
    pub(super) offset: usize,
}

fn within(space: Space, address: u64, offset: i64) -> Address {
    let base = if space == Space::Local {
        Base::Frame
    } else {
        Base::Space
    };
    Address {
        base,
        offset: (address as i64).wrapping_add(offset),
    }
}
