//! The primitive types that arrays hold and scalars have.

use std::fmt;

mod sealed {
    pub trait Sealed {}
}

/// A primitive that a kernel computes with: `bool`, the integers up to 64 bits, `f32`, `f64`.
///
/// The trait is sealed. A generic kernel writes it as a bound; nobody implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no element of kernel arrays",
    note = "elements are `bool`, `i8`..`i64`, `u8`..`u64`, `isize`, `usize`, `f32` and `f64`"
)]
pub trait Element:
    'static + Copy + PartialOrd + Send + Sync + fmt::Debug + Typed + sealed::Sealed
{
    /// The value's bits, zero-extended.
    #[doc(hidden)]
    fn into_bits(self) -> u64;

    /// The value of these bits; the upper ones are ignored.
    #[doc(hidden)]
    fn from_bits(bits: u64) -> Self;
}

/// An integer that a loop may count with.
#[doc(hidden)]
pub trait Counter: Element {
    /// Smallest and largest value.
    const RANGE: (i128, i128);

    /// The same value, wider.
    fn wide(self) -> i128;
}

/// A type's spelling in four-bit digits, so that two types can be compared in a `const`.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Kind {
    digits: u128,
    len: u32,
}

impl Kind {
    const OPEN: Kind = Kind::digit(14);
    const CLOSE: Kind = Kind::digit(15);
    const ARRAY: Kind = Kind::digit(0);
    /// Before the kind of its parts: an array of no length is none that a kernel has.
    #[cfg(feature = "num-complex")]
    pub(crate) const COMPLEX: Kind = Kind::ARRAY.then(Kind::digit(0));

    /// Likewise: no type's kind begins with what ends a tuple's.
    const OPTION: Kind = Kind::ARRAY.then(Kind::digit(0)).then(Kind::CLOSE);
    const ORDERING: Kind = Kind::OPTION.then(Kind::CLOSE);

    const fn digit(digit: u128) -> Kind {
        Kind {
            digits: digit,
            len: 1,
        }
    }

    /// A number below 2^60, after the count of its digits.
    const fn number(value: u64) -> Kind {
        let len = (u64::BITS - value.leading_zeros()).div_ceil(4);
        let digits = Kind {
            digits: value as u128,
            len,
        };
        Kind::digit(len as u128).then(digits)
    }

    pub(crate) const fn then(self, next: Kind) -> Kind {
        let len = self.len + next.len;
        assert!(len <= 32, "this tuple or array is too deep for a kernel");
        Kind {
            digits: (self.digits << (4 * next.len)) | next.digits,
            len,
        }
    }

    /// Whether two types are the same.
    pub const fn is(self, other: Kind) -> bool {
        self.digits == other.digits && self.len == other.len
    }
}

/// An element, or a tuple, fixed array or `Option` of them.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`#[kernel]` took this for a number, a `bool`, or a tuple or array of them; it is `{Self}`"
)]
pub trait Typed {
    /// Which.
    const KIND: Kind;
}

macro_rules! elements {
    ($($ty:ident $digit:literal |$x:ident| $into:expr, |$bits:ident| $from:expr;)*) => {$(
        impl sealed::Sealed for $ty {}
        impl Typed for $ty {
            const KIND: Kind = Kind::digit($digit);
        }
        impl Element for $ty {
            #[inline(always)]
            fn into_bits(self) -> u64 {
                let $x = self;
                $into
            }
            #[inline(always)]
            fn from_bits($bits: u64) -> Self {
                $from
            }
        }
    )*};
}

elements! {
    bool 1 |x| u64::from(x), |bits| bits & 1 != 0;
    i8 2 |x| u64::from(x.cast_unsigned()), |bits| bits as i8;
    i16 3 |x| u64::from(x.cast_unsigned()), |bits| bits as i16;
    i32 4 |x| u64::from(x.cast_unsigned()), |bits| bits as i32;
    i64 5 |x| x.cast_unsigned(), |bits| bits as i64;
    isize 6 |x| x.cast_unsigned() as u64, |bits| bits as isize;
    u8 7 |x| u64::from(x), |bits| bits as u8;
    u16 8 |x| u64::from(x), |bits| bits as u16;
    u32 9 |x| u64::from(x), |bits| bits as u32;
    u64 10 |x| x, |bits| bits;
    usize 11 |x| x as u64, |bits| bits as usize;
    f32 12 |x| u64::from(x.to_bits()), |bits| f32::from_bits(bits as u32);
    f64 13 |x| x.to_bits(), |bits| f64::from_bits(bits);
}

macro_rules! ints {
    ($($ty:ident)*) => {$(
        impl Counter for $ty {
            const RANGE: (i128, i128) = ($ty::MIN as i128, $ty::MAX as i128);
            #[inline(always)]
            fn wide(self) -> i128 {
                self as i128
            }
        }
    )*};
}

ints!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

/// In an iteration a reference to a number is the number: every operation on the one gives what it
/// gives on the other.
impl<T: Typed> Typed for &T {
    const KIND: Kind = T::KIND;
}

impl Typed for core::cmp::Ordering {
    const KIND: Kind = Kind::ORDERING;
}

impl<T: Typed> Typed for Option<T> {
    const KIND: Kind = Kind::OPTION.then(T::KIND);
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: Typed),*> Typed for ($($name,)*) {
            const KIND: Kind = Kind::OPEN$(.then($name::KIND))*.then(Kind::CLOSE);
        }
    };
}

tuples!();
tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);

impl<A: Typed, const N: usize> Typed for [A; N] {
    const KIND: Kind = Kind::ARRAY.then(Kind::number(N as u64)).then(A::KIND);
}

const _: () = assert!(usize::BITS == 64, "kernels need 64-bit pointers");

/// Fails to compile unless the variable's type, as rustc inferred it, is `T`. The variable's own
/// type takes no part in the question, so asking never changes it.
#[doc(hidden)]
#[inline(always)]
pub fn is<T: Typed, X: Typed>(_: &X) {
    const {
        assert!(
            T::KIND.is(X::KIND),
            "rustc and #[kernel] infer different types for this variable: annotate it"
        );
    }
}

/// Fails to compile unless both types are the same. Types are checked where they are named, also in
/// kernels that nobody calls.
#[doc(hidden)]
#[inline(always)]
pub fn is_type<T, X: IsType<T>>() {}

/// A constant or static that a kernel names; fails to compile, at its name, if it has another type than
/// was inferred for it.
#[doc(hidden)]
#[inline(always)]
pub fn outside<T, X: Inferred<T>>(x: X) -> X {
    x
}

/// Every type is itself alone.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this is `{Self}`, and #[kernel] inferred `{T}`",
    label = "convert it where it is used, `.. as {T}`, or annotate what it is assigned to",
    note = "a macro does not see the types of constants outside of the function"
)]
pub trait Inferred<T> {}

impl<T> Inferred<T> for T {}

/// Every type is itself alone.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this name is `{Self}` here, and #[kernel] took it for the primitive type `{T}`",
    label = "hides the type of that name"
)]
pub trait IsType<T> {}

impl<T> IsType<T> for T {}

/// Fails to compile unless both are the same function.
#[doc(hidden)]
#[inline(always)]
pub fn same<F>(_: F, _: F) {}

/// A value in code that is checked and never runs.
#[doc(hidden)]
pub fn any<T>() -> T {
    unreachable!("only types are asked for")
}

/// A value of a value's type, likewise.
#[doc(hidden)]
pub fn of_its_type<T>(_: &T) -> T {
    any()
}

/// A reference to such a value for writing.
#[doc(hidden)]
pub fn lent_to_write<'a, T>(_: &T) -> &'a mut T {
    any()
}

/// The methods of bytes that take them by reference, by value: beside a trait of the user's own with
/// such a method, its name is ambiguous.
#[doc(hidden)]
#[allow(missing_docs, clippy::wrong_self_convention)]
pub trait ByteMethods: Sized {
    fn is_ascii(self) {}
    fn is_ascii_digit(self) {}
    fn is_ascii_uppercase(self) {}
    fn is_ascii_lowercase(self) {}
    fn is_ascii_alphabetic(self) {}
    fn is_ascii_alphanumeric(self) {}
    fn is_ascii_whitespace(self) {}
    fn is_ascii_punctuation(self) {}
    fn to_ascii_uppercase(self) {}
    fn to_ascii_lowercase(self) {}
}

impl ByteMethods for u8 {}

/// Likewise those of all numbers that compare them.
#[doc(hidden)]
#[allow(missing_docs)]
pub trait OrderMethods: Sized {
    fn cmp(self, _: Self) {}
    fn partial_cmp(self, _: Self) {}
    fn total_cmp(self, _: Self) {}
    fn lt(self, _: Self) {}
    fn le(self, _: Self) {}
    fn gt(self, _: Self) {}
    fn ge(self, _: Self) {}
    fn eq(self, _: Self) {}
    fn ne(self, _: Self) {}
}

impl<T: Element> OrderMethods for T {}

/// A scalar, as the type that `#[kernel]` inferred for it; fails to compile if it has another.
#[doc(hidden)]
#[inline(always)]
pub fn cast<T: Element, X: Element>(x: X) -> T {
    const {
        assert!(
            T::KIND.is(X::KIND),
            "rustc and #[kernel] infer different types for this variable: annotate it"
        );
    }
    T::from_bits(x.into_bits())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_tell_types_apart() {
        assert!(<(f64, i32)>::KIND.is(<(f64, i32)>::KIND));
        assert!(!<(f64, i32)>::KIND.is(<(i32, f64)>::KIND));
        assert!(!<((f64,), i32)>::KIND.is(<(f64, (i32,))>::KIND));
        assert!(!<u64 as Typed>::KIND.is(<usize as Typed>::KIND));
        assert!(<[u8; 300]>::KIND.is(<[u8; 300]>::KIND));
        assert!(!<[u8; 300]>::KIND.is(<[u8; 301]>::KIND));
        assert!(!<[u8; 2]>::KIND.is(<[i8; 2]>::KIND));
        assert!(!<Option<u8>>::KIND.is(<(u8, bool)>::KIND));
        assert!(!<core::cmp::Ordering as Typed>::KIND.is(i8::KIND));
        assert!(!<[[u8; 1]; 2]>::KIND.is(<[[u8; 2]; 1]>::KIND));
    }

    #[test]
    fn bits_come_back() {
        assert_eq!(<i8 as Element>::into_bits(-1), 0xff);
        assert_eq!(<i8 as Element>::from_bits(0xff), -1);
        assert_eq!(<isize as Element>::from_bits(u64::MAX), -1);
        assert_eq!(
            <f32 as Element>::into_bits(-0.0),
            u64::from((-0.0f32).to_bits())
        );
        assert!(<bool as Element>::from_bits(<bool as Element>::into_bits(
            true
        )));
    }
}
