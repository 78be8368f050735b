//! The primitive types as values.

/// One of the types that regions compute with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Primitive {
    Bool,
    I8,
    I16,
    I32,
    I64,
    Isize,
    U8,
    U16,
    U32,
    U64,
    Usize,
    F32,
    F64,
}

impl Primitive {
    const NAMES: [(&'static str, Primitive); 13] = [
        ("bool", Primitive::Bool),
        ("i8", Primitive::I8),
        ("i16", Primitive::I16),
        ("i32", Primitive::I32),
        ("i64", Primitive::I64),
        ("isize", Primitive::Isize),
        ("u8", Primitive::U8),
        ("u16", Primitive::U16),
        ("u32", Primitive::U32),
        ("u64", Primitive::U64),
        ("usize", Primitive::Usize),
        ("f32", Primitive::F32),
        ("f64", Primitive::F64),
    ];

    /// The type of this name.
    pub fn from_name(name: &str) -> Option<Primitive> {
        let found = Primitive::NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, primitive)| *primitive)
    }

    /// Size in bytes.
    pub fn bytes(self) -> usize {
        match self {
            Primitive::Bool | Primitive::I8 | Primitive::U8 => 1,
            Primitive::I16 | Primitive::U16 => 2,
            Primitive::I32 | Primitive::U32 | Primitive::F32 => 4,
            _ => 8,
        }
    }

    /// Whether a value, given as bits, is a NaN.
    pub fn is_nan(self, bits: u64) -> bool {
        match self {
            Primitive::F32 => f32::from_bits(bits as u32).is_nan(),
            Primitive::F64 => f64::from_bits(bits).is_nan(),
            _ => false,
        }
    }

    /// Least and greatest value of an integer.
    pub fn range(self) -> Option<(i128, i128)> {
        let bits = 8 * self.bytes();
        match self {
            Primitive::Bool | Primitive::F32 | Primitive::F64 => None,
            Primitive::U8 | Primitive::U16 | Primitive::U32 | Primitive::U64 | Primitive::Usize => {
                Some((0, (1 << bits) - 1))
            }
            _ => Some((-(1 << (bits - 1)), (1 << (bits - 1)) - 1)),
        }
    }

    /// The integer with these bits.
    #[inline]
    pub fn integer(self, bits: u64) -> i128 {
        match self {
            Primitive::I8 => (bits as i8).into(),
            Primitive::I16 => (bits as i16).into(),
            Primitive::I32 => (bits as i32).into(),
            Primitive::I64 | Primitive::Isize => bits.cast_signed().into(),
            _ => bits.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_integers_are_those_of_the_types() {
        let range = |name| Primitive::from_name(name).unwrap().range();
        assert_eq!(range("i8"), Some((-128, 127)));
        assert_eq!(range("u64"), Some((0, u64::MAX.into())));
        assert_eq!(range("isize"), Some((i64::MIN.into(), i64::MAX.into())));
        assert_eq!(range("f32"), None);
        assert_eq!(Primitive::I16.integer(0xffff), -1);
        assert_eq!(Primitive::U16.integer(0xffff), 0xffff);
        assert_eq!(Primitive::I64.integer(u64::MAX), -1);
        assert!(Primitive::from_name("u128").is_none());
    }
}
