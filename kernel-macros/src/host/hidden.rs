//! Methods that rustc finds only after those of traits for references to the receiver, and the like.
//!
//! For a call `x.name()`, rustc looks for a method whose `self` has the type of `x`, then `&` and
//! `&mut` of it, and then the same of what `x` refers to, and so on, until it comes to the standard
//! one. A trait of the user's that has the name for one of these types would be called instead.
//! Beside a trait that has it for everything, rustc calls that ambiguous.

use super::names::{self, Runtime, emit};
use crate::ir::{Builtin, Receiver, Ty};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote_spanned;

/// References around a type, outermost first; whether each is for writing.
type References = &'static [bool];

const READ: bool = false;
const WRITE: bool = true;

/// As deep as the language has references to numbers: to an element, which an iterator hands out,
/// which a closure borrows, and which a method borrows.
const REFERENCES: [References; 11] = [
    &[READ],
    &[WRITE],
    &[READ, READ],
    &[READ, WRITE],
    &[WRITE, READ],
    &[WRITE, WRITE],
    &[READ, READ, READ],
    &[READ, READ, WRITE],
    &[WRITE, READ, READ],
    &[WRITE, READ, WRITE],
    &[READ, READ, READ, READ],
];

/// The statement that compiles only if no trait has the method for what rustc looks at before.
pub fn method(rt: &Runtime, of: &Ty, receiver: Receiver, name: &Ident, args: usize) -> TokenStream {
    let span = names::about(name.span());
    let plain = names::plain(name);
    let name = names::local(&plain);
    let types = types(rt, of, receiver, &plain);
    let (params, args) = (vec![emit!(, _: ()); args], vec![emit!(()); args]);
    let asked = quote_spanned!(span=> #name(#(#args),*));
    quote_spanned! {span=> if false {
        trait __KernelAsks: #rt::Sized { fn #name(self #(#params)*) {} }
        impl<T> __KernelAsks for T {}
        #(_ = #rt::any::<#types>().#asked;)*
    }}
}

/// The same of a slice's `contains` or `starts_with`, called of an array whose type is rustc's to know, or of a
/// reference to one. A slice's own method comes first.
pub fn of_array(rt: &Runtime, array: &TokenStream, name: &Ident) -> TokenStream {
    let span = names::about(name.span());
    let plain = names::plain(name);
    let name = names::local(&plain);
    let other = names::local(match plain.as_str() {
        "contains" => "an_element",
        _ => "elements",
    });
    let asked = quote_spanned!(span=> #name(#rt::#other(&#array)));
    quote_spanned! {span=> if false {
        trait __KernelAsks: #rt::Sized { fn #name<A: ?#rt::Sized>(self, _: &A) {} }
        impl<T> __KernelAsks for T {}
        let (__itself, __behind) = (#rt::of_its_type(&#array), #rt::behind(&#array));
        _ = (&__itself).#asked;
        _ = #rt::lent_to_write(&__itself).#asked;
        _ = __itself.#asked;
        _ = (&__behind).#asked;
        _ = #rt::lent_to_write(&__behind).#asked;
        _ = __behind.#asked;
    }}
}

/// The types that rustc is asked about.
fn types(rt: &Runtime, of: &Ty, receiver: Receiver, name: &str) -> Vec<TokenStream> {
    use Receiver::*;
    let elem = names::ty(rt, of);
    let ty = match (receiver, of) {
        (BehindReferences | BorrowedReferences, Ty::Option(some)) => {
            let some = names::ty(rt, some);
            emit!(#rt::Option<&#some>)
        }
        (Outcome, Ty::Option(number)) => {
            let number = names::ty(rt, number);
            emit!(#rt::Result<#number, #rt::TryFromIntError>)
        }
        (Slice(_), Ty::Array(elem, _)) => {
            let elem = names::ty(rt, elem);
            emit!([#elem])
        }
        (Slice(None), _) => emit!([#elem]),
        (Slice(Some(row)), _) => {
            let row = Literal::u64_unsuffixed(row);
            emit!([[#elem; #row]])
        }
        (Row(_), Ty::Array(row, _)) => names::ty(rt, row),
        (Row(row), _) => {
            let row = Literal::u64_unsuffixed(row);
            emit!([#elem; #row])
        }
        (Nested { slice, lens }, _) => {
            let inside = lens.iter().rev().filter(|len| **len > 0);
            let rows = inside.fold(elem, |ty, len| {
                let len = Literal::u64_unsuffixed(*len);
                emit!([#ty; #len])
            });
            if slice { emit!([#rows]) } else { rows }
        }
        (Range { inclusive }, _) => match inclusive {
            true => emit!(#rt::RangeInclusive<#elem>),
            false => emit!(#rt::Range<#elem>),
        },
        (View(rank), _) => {
            let dim = names::local(&format!("Ix{rank}"));
            let views = ["ArrayView", "ArrayViewMut"].map(names::local);
            let views =
                views.map(|view| emit!(#rt::iterators::#view<'_, #elem, #rt::iterators::#dim>));
            return views.into();
        }
        _ => elem,
    };
    let types = looked_at(receiver, name, of).into_iter();
    types.map(|references| referring(&ty, references)).collect()
}

/// What the method's `self` may be before rustc comes to std's, whose own type is not asked about: a
/// method of the type itself comes first, and one of a trait is ambiguous already.
fn looked_at(receiver: Receiver, name: &str, of: &Ty) -> Vec<References> {
    use Receiver::*;
    // Only by value would a method come first.
    if let Range { .. } = receiver {
        return vec![&[]];
    }
    let builtin = Builtin::from_name(name);
    let is = |other: &[Builtin]| builtin.is_some_and(|builtin| other.contains(&builtin));
    let whole = matches!(of, Ty::Scalar(scalar) if scalar.is_int());
    // `Ord` and `PartialOrd` are there for references too: another trait's is ambiguous already.
    if whole && is(&[Builtin::Max, Builtin::Min, Builtin::Clamp]) {
        return Vec::new();
    }
    let ordered = is(&[Builtin::Cmp, Builtin::PartialCmp]);
    let number = builtin.is_some_and(|builtin| builtin.takes_reference(of));
    let slice = matches!(receiver, Slice(_) | Nested { slice: true, .. });
    let borrowed = matches!(receiver, Borrowed | BorrowedReferences | Outcome);
    let borrows = slice || borrowed || number;
    let standard = |of: &References| borrows && of[0] == READ && (ordered || of.len() == 1);
    let itself = match receiver {
        Nested { slice, .. } => (!slice).then_some(&[][..]),
        Array | Row(_) | Borrowed | BorrowedReferences | Outcome => Some(&[][..]),
        Slice(_) | View(_) | Behind | BehindReferences | Range { .. } => None,
    };
    let references = REFERENCES.into_iter().filter(|of| !standard(of));
    itself.into_iter().chain(references).collect()
}

fn referring(to: &TokenStream, references: References) -> TokenStream {
    references
        .iter()
        .rev()
        .fold(to.clone(), |ty, written| match *written {
            WRITE => emit!(&mut #ty),
            READ => emit!(&#ty),
        })
}
