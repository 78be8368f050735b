//! The scalar types of kernels.

use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ty {
    I32,
    F64,
    U8,
    I8,
    I16,
    U16,
    U32,
    I64,
    U64,
    Isize,
    Usize,
    F32,
    Bool,
}

impl Ty {
    pub const ALL: [Ty; 13] = [
        Ty::I32,
        Ty::F64,
        Ty::U8,
        Ty::I8,
        Ty::I16,
        Ty::U16,
        Ty::U32,
        Ty::I64,
        Ty::U64,
        Ty::Isize,
        Ty::Usize,
        Ty::F32,
        Ty::Bool,
    ];

    pub fn is_float(self) -> bool {
        matches!(self, Ty::F32 | Ty::F64)
    }

    pub fn is_int(self) -> bool {
        !self.is_float() && self != Ty::Bool
    }

    pub fn is_signed(self) -> bool {
        matches!(self, Ty::I8 | Ty::I16 | Ty::I32 | Ty::I64 | Ty::Isize)
    }

    /// Whether sums of small numbers stay far from its ends.
    pub fn is_wide(self) -> bool {
        matches!(
            self,
            Ty::I32 | Ty::U32 | Ty::I64 | Ty::U64 | Ty::Isize | Ty::Usize
        )
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = format!("{self:?}").to_lowercase();
        f.write_str(&name)
    }
}
