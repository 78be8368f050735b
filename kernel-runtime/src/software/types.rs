//! Fundamental types and state spaces (PTX ISA 5.1, 5.2).

/// A fundamental type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// Untyped bits of 8, 16, 32 or 64.
    Bits(u8),
    /// Unsigned integer.
    Unsigned(u8),
    /// Signed integer.
    Signed(u8),
    /// IEEE 754 binary32 or binary64.
    Float(u8),
    /// A predicate.
    Pred,
}

impl Type {
    pub(super) const B32: Type = Type::Bits(32);
    pub(super) const U32: Type = Type::Unsigned(32);
    pub(super) const U64: Type = Type::Unsigned(64);
    pub(super) const S32: Type = Type::Signed(32);
    pub(super) const F32: Type = Type::Float(32);
    pub(super) const F64: Type = Type::Float(64);

    /// The type written `.word`, without its dot.
    pub(super) fn parse(word: &str) -> Option<Type> {
        if word == "pred" {
            return Some(Type::Pred);
        }
        let bits = match word.get(1..)? {
            "8" => 8,
            "16" => 16,
            "32" => 32,
            "64" => 64,
            _ => return None,
        };
        match (&word[..1], bits) {
            ("b", _) => Some(Type::Bits(bits)),
            ("u", _) => Some(Type::Unsigned(bits)),
            ("s", _) => Some(Type::Signed(bits)),
            ("f", 32 | 64) => Some(Type::Float(bits)),
            _ => None,
        }
    }

    /// Width in bits; a predicate has one.
    pub(super) fn bits(self) -> u32 {
        match self {
            Type::Bits(n) | Type::Unsigned(n) | Type::Signed(n) | Type::Float(n) => u32::from(n),
            Type::Pred => 1,
        }
    }

    /// Size in memory.
    pub(super) fn bytes(self) -> usize {
        self.bits() as usize / 8
    }

    pub(super) fn is_float(self) -> bool {
        matches!(self, Type::Float(_))
    }

    pub(super) fn is_signed(self) -> bool {
        matches!(self, Type::Signed(_))
    }

    /// All ones in the type's width.
    pub(super) fn mask(self) -> u64 {
        match self.bits() {
            64 => u64::MAX,
            n => (1 << n) - 1,
        }
    }

    /// Whether a register of type `self` may stand where an instruction wants `wanted` (PTX ISA
    /// 9.2, operand type checking: same size, and either one is untyped or both are of one kind;
    /// integers of either sign agree).
    pub(super) fn agrees(self, wanted: Type) -> bool {
        if self == Type::Pred || wanted == Type::Pred {
            return self == wanted;
        }
        self.bits() == wanted.bits() && self.is_compatible_kind(wanted)
    }

    /// As [`Type::agrees`], but the register may be wider (PTX ISA 9.2.1, for `ld`, `st`, `cvt`).
    pub(super) fn agrees_or_wider(self, wanted: Type) -> bool {
        if self == Type::Pred || wanted == Type::Pred {
            return self == wanted;
        }
        let exact = self.is_float() && wanted.is_float();
        let size = self.bits() == wanted.bits() || (!exact && self.bits() > wanted.bits());
        // A floating-point instruction type needs its own size, or a wider untyped register.
        size && self.is_compatible_kind(wanted)
    }

    fn is_compatible_kind(self, wanted: Type) -> bool {
        match (self, wanted) {
            (Type::Bits(_), _) | (_, Type::Bits(_)) => true,
            _ => self.is_float() == wanted.is_float(),
        }
    }
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Type::Bits(n) => write!(f, ".b{n}"),
            Type::Unsigned(n) => write!(f, ".u{n}"),
            Type::Signed(n) => write!(f, ".s{n}"),
            Type::Float(n) => write!(f, ".f{n}"),
            Type::Pred => write!(f, ".pred"),
        }
    }
}

/// Sign-extends the low `bits` of `value`.
pub(super) fn sign_extend(value: u64, bits: u32) -> i64 {
    let unused = 64 - bits;
    ((value << unused) as i64) >> unused
}

/// A state space that a memory instruction can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    Generic,
    Global,
    Const,
    Shared,
    Local,
    Param,
}

impl Space {
    /// The space written `.word`, without its dot. `::cta` and `::entry`/`::func` say what is
    /// assumed without them.
    pub(super) fn parse(word: &str) -> Option<Space> {
        match word {
            "global" => Some(Space::Global),
            "const" => Some(Space::Const),
            "shared" | "shared::cta" => Some(Space::Shared),
            "local" => Some(Space::Local),
            "param" | "param::entry" | "param::func" => Some(Space::Param),
            _ => None,
        }
    }
}

impl std::fmt::Display for Space {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Space::Generic => "generic",
            Space::Global => "global",
            Space::Const => "const",
            Space::Shared => "shared",
            Space::Local => "local",
            Space::Param => "param",
        })
    }
}
