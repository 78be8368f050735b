//! The PTX of a kernel, put together while the crate that defines it compiles.
//!
//! A macro sees one function. So each device function has a [`Piece`]: its text with holes where
//! the names and numbers of other functions belong, and the pieces of the functions that it calls.
//! The functions here run in constants: they write every piece that a kernel needs, once, before
//! those that call it, and fill the holes.

use crate::Element;
use crate::element::Typed;

/// The text of a device function.
#[derive(Debug)]
pub struct Piece {
    /// The function's name, as an identifier.
    pub name: &'static str,
    /// Tells it from all other functions.
    pub id: u64,
    /// The text.
    pub parts: &'static [Part],
    /// The functions that it calls.
    pub calls: &'static [&'static Piece],
}

/// A part of a text.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// As it stands.
    Text(&'static str),
    /// The symbol of the piece itself.
    Own,
    /// The symbol of another piece.
    Symbol(&'static Piece),
    /// A number.
    Number(u32),
    /// The bits of a value, as an integer.
    Bits(u64),
}

/// Identifies a function by its place in the source (see `module_path!`, `line!`, `column!`) and a
/// hash of what it says.
pub const fn piece_id(module: &str, line: u32, column: u32, hash: u64) -> u64 {
    let mut id = 0xcbf2_9ce4_8422_2325;
    let mut at = 0;
    while at < module.len() {
        id = mixed(id, module.as_bytes()[at] as u64);
        at += 1;
    }
    mixed(mixed(mixed(id, line as u64), column as u64), hash)
}

/// A step of the FNV-1a hash, on words.
const fn mixed(hash: u64, word: u64) -> u64 {
    (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3)
}

/// As many functions as one kernel may call, directly or not.
const MOST_PIECES: usize = 256;

/// Pieces, each once, before those that call it.
struct Order {
    pieces: [Option<&'static Piece>; MOST_PIECES],
    count: usize,
}

impl Order {
    const fn of(calls: &[&'static Piece]) -> Order {
        let mut order = Order {
            pieces: [None; MOST_PIECES],
            count: 0,
        };
        order.extend(calls);
        order
    }

    const fn extend(&mut self, calls: &[&'static Piece]) {
        let mut at = 0;
        while at < calls.len() {
            self.add(calls[at]);
            at += 1;
        }
    }

    const fn add(&mut self, piece: &'static Piece) {
        let mut at = 0;
        while at < self.count {
            if let Some(known) = self.pieces[at]
                && known.id == piece.id
            {
                return;
            }
            at += 1;
        }
        self.extend(piece.calls);
        assert!(
            self.count < MOST_PIECES,
            "a kernel calls more than 256 device functions"
        );
        self.pieces[self.count] = Some(piece);
        self.count += 1;
    }
}

/// Takes text; without room, only counts it.
struct Writer<'a> {
    room: Option<&'a mut [u8]>,
    length: usize,
}

impl Writer<'_> {
    const fn text(&mut self, text: &str) {
        if let Some(room) = &mut self.room {
            let (_, rest) = room.split_at_mut(self.length);
            let (place, _) = rest.split_at_mut(text.len());
            place.copy_from_slice(text.as_bytes());
        }
        self.length += text.len();
    }

    const fn digit(&mut self, digit: u64) {
        const DIGITS: &str = "0123456789abcdef";
        let (_, rest) = DIGITS.split_at(digit as usize);
        let (digit, _) = rest.split_at(1);
        self.text(digit);
    }

    const fn hexadecimal(&mut self, number: u64) {
        let mut shift = u64::BITS;
        while shift > 0 {
            shift -= 4;
            self.digit(number >> shift & 15);
        }
    }

    const fn decimal(&mut self, number: u32) {
        let mut unit = 1_000_000_000;
        while unit > 1 && number < unit {
            unit /= 10;
        }
        while unit > 0 {
            self.digit((number / unit % 10) as u64);
            unit /= 10;
        }
    }

    const fn symbol(&mut self, piece: &Piece) {
        self.text(piece.name);
        self.text("_");
        self.hexadecimal(piece.id);
    }

    const fn parts(&mut self, parts: &[Part], own: Option<&Piece>) {
        let mut at = 0;
        while at < parts.len() {
            match (parts[at], own) {
                (Part::Text(text), _) => self.text(text),
                (Part::Symbol(piece), _) | (Part::Own, Some(piece)) => self.symbol(piece),
                (Part::Own, None) => panic!("only pieces have symbols of their own"),
                (Part::Number(number), _) => self.decimal(number),
                (Part::Bits(bits), _) => {
                    self.text("0x");
                    self.hexadecimal(bits);
                }
            }
            at += 1;
        }
    }

    const fn module(&mut self, head: &str, calls: &[&'static Piece], parts: &[Part]) {
        self.text(head);
        let order = Order::of(calls);
        let mut at = 0;
        while at < order.count {
            if let Some(piece) = order.pieces[at] {
                self.parts(piece.parts, Some(piece));
            }
            at += 1;
        }
        self.parts(parts, None);
    }
}

/// Length of a kernel's text: `head`, the pieces of the functions it calls, its own parts.
pub const fn module_length(head: &str, calls: &[&'static Piece], parts: &[Part]) -> usize {
    let mut writer = Writer {
        room: None,
        length: 0,
    };
    writer.module(head, calls, parts);
    writer.length
}

/// The text itself; `N` is its length.
pub const fn module_text<const N: usize>(
    head: &str,
    calls: &[&'static Piece],
    parts: &[Part],
) -> [u8; N] {
    let mut bytes = [0; N];
    let mut writer = Writer {
        room: Some(&mut bytes),
        length: 0,
    };
    writer.module(head, calls, parts);
    assert!(writer.length == N);
    bytes
}

/// The bytes as text.
pub const fn text_of(bytes: &'static [u8]) -> &'static str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("whole texts in a row are a text"),
    }
}

/// The parameter at a position of a tuple of arguments.
pub trait Argument<const POSITION: usize> {
    /// Its type.
    type Type;
}

macro_rules! argument {
    ([$($all:ident)*] $position:literal $one:ident) => {
        impl<$($all),*> Argument<$position> for ($($all,)*) {
            type Type = $one;
        }
    };
}

macro_rules! arguments {
    ($all:tt $($position:literal $one:ident)*) => {
        $(argument!($all $position $one);)*
    };
}
arguments!([A] 0 A);
arguments!([A B] 0 A 1 B);
arguments!([A B C] 0 A 1 B 2 C);
arguments!([A B C D] 0 A 1 B 2 C 3 D);
arguments!([A B C D E] 0 A 1 B 2 C 3 D 4 E);
arguments!([A B C D E F] 0 A 1 B 2 C 3 D 4 E 5 F);
arguments!([A B C D E F G] 0 A 1 B 2 C 3 D 4 E 5 F 6 G);
arguments!([A B C D E F G H] 0 A 1 B 2 C 3 D 4 E 5 F 6 G 7 H);
arguments!([A B C D E F G H I] 0 A 1 B 2 C 3 D 4 E 5 F 6 G 7 H 8 I);
arguments!([A B C D E F G H I J] 0 A 1 B 2 C 3 D 4 E 5 F 6 G 7 H 8 I 9 J);
arguments!([A B C D E F G H I J K] 0 A 1 B 2 C 3 D 4 E 5 F 6 G 7 H 8 I 9 J 10 K);
arguments!([A B C D E F G H I J K L] 0 A 1 B 2 C 3 D 4 E 5 F 6 G 7 H 8 I 9 J 10 K 11 L);

/// A literal's type as a parameter in PTX, where only its size matters.
pub const fn literal_type<T: Element>() -> &'static str {
    match size_of::<T>() {
        8 => "b64",
        _ => "b32",
    }
}

/// A literal's bits, those of a narrow integer extended to 32 as its type says.
pub const fn literal_bits<T: Element>(value: T) -> u64 {
    let mut bits = [0_u8; 8];
    // SAFETY: elements are primitives of at most eight bytes without padding, so all of the
    // value's bytes are initialised and there is room for them.
    unsafe {
        let from = (&raw const value).cast::<u8>();
        core::ptr::copy_nonoverlapping(from, bits.as_mut_ptr(), size_of::<T>());
    }
    let bits = u64::from_le_bytes(bits);
    if T::KIND.is(i8::KIND) {
        return bits as i8 as i32 as u32 as u64;
    }
    if T::KIND.is(i16::KIND) {
        return bits as i16 as i32 as u32 as u64;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &Piece = &Piece {
        name: "base",
        id: 1,
        parts: &[Part::Text(".func "), Part::Own, Part::Text(" {}\n")],
        calls: &[],
    };
    const MIDDLE: &Piece = &Piece {
        name: "middle",
        id: 2,
        parts: &[
            Part::Own,
            Part::Text(" calls "),
            Part::Symbol(BASE),
            Part::Text("\n"),
        ],
        calls: &[BASE],
    };
    const CALLS: &[&Piece] = &[MIDDLE, BASE];
    const PARTS: &[Part] = &[
        Part::Symbol(MIDDLE),
        Part::Text(" "),
        Part::Number(0),
        Part::Text(" "),
        Part::Number(4_294_967_295),
        Part::Text(" "),
        Part::Bits(literal_bits(-2.0_f32)),
        Part::Text(literal_type::<i64>()),
    ];
    const LENGTH: usize = module_length("head\n", CALLS, PARTS);
    const TEXT: &str = text_of(&module_text::<LENGTH>("head\n", CALLS, PARTS));

    #[test]
    fn every_piece_stands_once_and_before_its_callers() {
        let lines: Vec<&str> = TEXT.lines().collect();
        assert_eq!(
            lines,
            [
                "head",
                ".func base_0000000000000001 {}",
                "middle_0000000000000002 calls base_0000000000000001",
                "middle_0000000000000002 0 4294967295 0x00000000c0000000b64",
            ]
        );
    }

    #[test]
    fn functions_of_other_places_have_other_symbols() {
        let here = piece_id("a::b", 10, 5, 77);
        for other in [
            piece_id("a::c", 10, 5, 77),
            piece_id("a::b", 11, 5, 77),
            piece_id("a::b", 10, 6, 77),
            piece_id("a::b", 10, 5, 78),
        ] {
            assert_ne!(here, other);
        }
    }

    #[test]
    fn literals_keep_their_bits() {
        assert_eq!(literal_bits(-1_i8), 0xffff_ffff);
        assert_eq!(literal_bits(0x8000_u16), 0x8000);
        assert_eq!(literal_bits(-1_i64), u64::MAX);
        assert_eq!(literal_bits(true), 1);
        assert_eq!(literal_bits(1.5_f64), 1.5_f64.to_bits());
    }
}
