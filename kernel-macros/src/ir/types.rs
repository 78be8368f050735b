//! Types of the kernel subset.

use std::fmt;

/// The primitive types an element or a scalar may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scalar {
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

impl Scalar {
    pub const ALL: [Scalar; 13] = [
        Scalar::Bool,
        Scalar::I8,
        Scalar::I16,
        Scalar::I32,
        Scalar::I64,
        Scalar::Isize,
        Scalar::U8,
        Scalar::U16,
        Scalar::U32,
        Scalar::U64,
        Scalar::Usize,
        Scalar::F32,
        Scalar::F64,
    ];

    /// Rust's name of the type.
    pub fn name(self) -> &'static str {
        match self {
            Scalar::Bool => "bool",
            Scalar::I8 => "i8",
            Scalar::I16 => "i16",
            Scalar::I32 => "i32",
            Scalar::I64 => "i64",
            Scalar::Isize => "isize",
            Scalar::U8 => "u8",
            Scalar::U16 => "u16",
            Scalar::U32 => "u32",
            Scalar::U64 => "u64",
            Scalar::Usize => "usize",
            Scalar::F32 => "f32",
            Scalar::F64 => "f64",
        }
    }

    pub fn from_name(name: &str) -> Option<Scalar> {
        Scalar::ALL.into_iter().find(|scalar| scalar.name() == name)
    }

    pub fn is_float(self) -> bool {
        matches!(self, Scalar::F32 | Scalar::F64)
    }

    pub fn is_int(self) -> bool {
        !self.is_float() && self != Scalar::Bool
    }

    pub fn is_signed(self) -> bool {
        matches!(
            self,
            Scalar::I8 | Scalar::I16 | Scalar::I32 | Scalar::I64 | Scalar::Isize
        )
    }

    /// Width in bits; `usize` and `isize` have 64, the only pointer width supported.
    pub fn bits(self) -> u32 {
        match self {
            Scalar::Bool | Scalar::I8 | Scalar::U8 => 8,
            Scalar::I16 | Scalar::U16 => 16,
            Scalar::I32 | Scalar::U32 | Scalar::F32 => 32,
            Scalar::I64 | Scalar::Isize | Scalar::U64 | Scalar::Usize | Scalar::F64 => 64,
        }
    }

    pub fn bytes(self) -> u32 {
        self.bits() / 8
    }

    /// The unsigned integer of the same width, in which its bits are given.
    pub fn unsigned(self) -> Option<Scalar> {
        Some(match self {
            Scalar::I8 | Scalar::U8 => Scalar::U8,
            Scalar::I16 | Scalar::U16 => Scalar::U16,
            Scalar::I32 | Scalar::U32 | Scalar::F32 => Scalar::U32,
            Scalar::I64 | Scalar::U64 | Scalar::F64 => Scalar::U64,
            Scalar::Isize | Scalar::Usize => Scalar::Usize,
            Scalar::Bool => return None,
        })
    }

    /// The signed integer of an integer's width.
    pub fn signed(self) -> Option<Scalar> {
        Some(match self {
            Scalar::I8 | Scalar::U8 => Scalar::I8,
            Scalar::I16 | Scalar::U16 => Scalar::I16,
            Scalar::I32 | Scalar::U32 => Scalar::I32,
            Scalar::I64 | Scalar::U64 => Scalar::I64,
            Scalar::Isize | Scalar::Usize => Scalar::Isize,
            Scalar::F32 | Scalar::F64 | Scalar::Bool => return None,
        })
    }

    /// The float whose bits an unsigned integer gives.
    pub fn float(self) -> Option<Scalar> {
        match self {
            Scalar::U32 => Some(Scalar::F32),
            Scalar::U64 => Some(Scalar::F64),
            _ => None,
        }
    }

    /// Smallest and largest value of an integer type.
    pub fn int_range(self) -> Option<(i128, i128)> {
        if !self.is_int() {
            return None;
        }
        let bits = self.bits();
        Some(if self.is_signed() {
            (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1)
        } else {
            (0, (1i128 << bits) - 1)
        })
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ty {
    /// Not known (yet). After inference only driver values that no region uses keep it.
    Unknown,
    Unit,
    Scalar(Scalar),
    /// `num_complex::Complex` of this float. Only until [`crate::lower`] makes two floats of it; a
    /// variable that the source binds keeps it, because rustc confirms it there.
    Complex(Scalar),
    Tuple(Vec<Ty>),
    /// Only until [`crate::lower`] makes a value and whether it is missing of it; like a complex
    /// number to rustc.
    Option(Box<Ty>),
    /// `std::cmp::Ordering`, until [`crate::lower`] makes -1, 0 or 1 of it.
    Ordering,
    /// A fixed array bound in the region.
    Array(Box<Ty>, u64),
    View(View),
}

/// What an array variable is: everything the compiler may assume, rustc checks it by the trait
/// through which the host captures the array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    pub elem: Scalar,
    /// One dimension more than in the source once complex elements are lowered.
    pub rank: u32,
    /// What elements are made of. Lowered, their scalars are the last dimension.
    pub made: Made,
    /// Declared writable (`&mut [T]`, `ArrayViewMut`, ..).
    pub mutable: bool,
    pub kind: ViewKind,
}

/// What an element of an array is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// It is a scalar.
    Scalar,
    /// Two floats.
    Complex,
    /// A tuple of so many scalars, all of one type, which lie one behind the other.
    Tuple(u32),
}

impl Made {
    /// Whether slices may have so many dimensions of elements that are made like this.
    pub fn fits(self, rank: u32) -> bool {
        rank <= match self {
            Made::Scalar => 4,
            Made::Complex => 2,
            Made::Tuple(_) => 1,
        }
    }

    /// The scalar that elements of this type consist of, and how.
    pub fn of(elem: &Ty) -> Option<(Scalar, Made)> {
        const LONGEST: usize = 6;
        match elem {
            Ty::Scalar(scalar) => Some((*scalar, Made::Scalar)),
            Ty::Complex(scalar) => Some((*scalar, Made::Complex)),
            Ty::Tuple(parts) => {
                let scalar = parts.first()?.scalar()?;
                let equal = parts.iter().all(|part| part.scalar() == Some(scalar));
                let fits = (2..=LONGEST).contains(&parts.len());
                (equal && fits).then_some((scalar, Made::Tuple(parts.len() as u32)))
            }
            _ => None,
        }
    }
}

impl View {
    /// The type of the elements in the source.
    pub fn element(&self) -> Ty {
        match self.made {
            Made::Scalar => Ty::Scalar(self.elem),
            Made::Complex => Ty::Complex(self.elem),
            Made::Tuple(parts) => Ty::Tuple(vec![Ty::Scalar(self.elem); parts as usize]),
        }
    }

    /// How many scalars an element has, if it is none itself.
    pub fn parts(&self) -> Option<u32> {
        match self.made {
            Made::Scalar => None,
            Made::Complex => Some(2),
            Made::Tuple(parts) => Some(parts),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewKind {
    /// `&[T]`, `&mut [T]`: unit stride.
    Slice,
    /// ndarray's views and arrays: any strides.
    NdArray,
}

impl Ty {
    pub fn scalar(&self) -> Option<Scalar> {
        match self {
            Ty::Scalar(scalar) => Some(*scalar),
            _ => None,
        }
    }

    /// A run of elements: scalars, or fixed arrays of scalars, which are a second dimension.
    pub fn elements(elem: &Ty, mutable: bool) -> Ty {
        let (of, rank) = (elem.innermost(), 1 + elem.depth());
        Ty::view_of(of, rank, mutable, ViewKind::Slice)
    }

    /// An array of such elements; unknown if there is none.
    pub fn view_of(elem: &Ty, rank: u32, mutable: bool, kind: ViewKind) -> Ty {
        let fits = |made: &Made| kind != ViewKind::Slice || made.fits(rank);
        let Some((elem, made)) = Made::of(elem).filter(|(_, made)| fits(made)) else {
            return Ty::Unknown;
        };
        Ty::View(View {
            elem,
            rank,
            made,
            mutable,
            kind,
        })
    }

    /// How many arrays are around the innermost element.
    fn depth(&self) -> u32 {
        match self {
            Ty::Array(elem, _) => 1 + elem.depth(),
            _ => 0,
        }
    }

    /// The element of an array of arrays: no array any more.
    pub fn innermost(&self) -> &Ty {
        match self {
            Ty::Array(elem, _) => elem.innermost(),
            ty => ty,
        }
    }

    /// How many of those there are.
    pub fn count(&self) -> u64 {
        match self {
            Ty::Array(elem, len) => elem.count() * len,
            _ => 1,
        }
    }

    /// The type after so many indices into arrays.
    pub fn indexed(&self, depth: usize) -> Option<&Ty> {
        match (depth, self) {
            (0, ty) => Some(ty),
            (depth, Ty::Array(elem, _)) => elem.indexed(depth - 1),
            _ => None,
        }
    }

    /// A type that a value in an iteration can have.
    pub fn is_value(&self) -> bool {
        match self {
            Ty::Scalar(_) | Ty::Complex(_) | Ty::Ordering => true,
            Ty::Tuple(parts) => parts.iter().all(Ty::is_value),
            Ty::Array(elem, _) | Ty::Option(elem) => elem.is_value(),
            Ty::Unknown | Ty::Unit | Ty::View(_) => false,
        }
    }

    /// How many scalars it consists of, if nothing else is in it.
    pub fn scalars(&self) -> Option<u64> {
        match self {
            Ty::Scalar(_) => Some(1),
            Ty::Array(elem, len) => elem.scalars()?.checked_mul(*len),
            Ty::Tuple(parts) => parts.iter().map(Ty::scalars).sum(),
            _ => None,
        }
    }

    /// Whether there is an `Option` in it.
    pub fn has_option(&self) -> bool {
        match self {
            Ty::Option(_) => true,
            Ty::Tuple(parts) => parts.iter().any(Ty::has_option),
            Ty::Array(elem, _) => elem.has_option(),
            _ => false,
        }
    }

    pub fn view(&self) -> Option<&View> {
        match self {
            Ty::View(view) => Some(view),
            _ => None,
        }
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ty::Unknown => f.write_str("_"),
            Ty::Unit => f.write_str("()"),
            Ty::Scalar(scalar) => scalar.fmt(f),
            Ty::Complex(scalar) => write!(f, "Complex<{scalar}>"),
            Ty::Tuple(parts) => {
                f.write_str("(")?;
                for (n, part) in parts.iter().enumerate() {
                    if n > 0 {
                        f.write_str(", ")?;
                    }
                    part.fmt(f)?;
                }
                f.write_str(if parts.len() == 1 { ",)" } else { ")" })
            }
            Ty::Option(some) => write!(f, "Option<{some}>"),
            Ty::Ordering => f.write_str("Ordering"),
            Ty::Array(elem, len) => write!(f, "[{elem}; {len}]"),
            Ty::View(view) => view.fmt(f),
        }
    }
}

impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let View {
            rank,
            mutable,
            kind,
            ..
        } = self;
        let elem = self.element();
        let (reference, suffix) = if *mutable {
            ("&mut ", "Mut")
        } else {
            ("&", "")
        };
        match kind {
            ViewKind::Slice => write!(f, "{reference}[{elem}]"),
            ViewKind::NdArray => write!(f, "ArrayView{suffix}{rank}<{elem}>"),
        }
    }
}
