//! What rustc has to confirm about a region's names: code that is type-checked and never runs.

use super::hidden;
use super::names::{self, Runtime, emit};
use crate::ir::iteration::{Adaptor, Maker as Made, NdIterator, SliceIterator};
use crate::ir::{Builtin, Loop, Maker, MakerKind, Proof, Scalar, Span, Ty};
use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

/// The statement that compiles only if a name is what the compiler took it for (rule R5), about the
/// place of the name. It does nothing.
pub fn proof(rt: &Runtime, proof: &Proof) -> TokenStream {
    match proof {
        Proof::Type { tokens, ty } => {
            let ty = names::ty(rt, ty);
            quote_spanned!(place(tokens)=> #rt::is_type::<#ty, #tokens>();)
        }
        Proof::Function {
            tokens,
            scalar,
            builtin,
        } => {
            let scalar = names::scalar(rt, *scalar);
            let builtin = names::local(builtin.name());
            quote_spanned!(place(tokens)=> #rt::same(#tokens, #scalar::#builtin);)
        }
        // A constant's name would be a pattern that does not take every number.
        Proof::Pattern(name) => {
            let span = names::about(name.span());
            quote_spanned!(span=> let _ = || { let #name = 0_i32; };)
        }
        Proof::Conversion {
            tokens,
            scalar,
            name,
        } => {
            let (scalar, name) = (names::scalar(rt, *scalar), names::local(name));
            quote_spanned!(place(tokens)=> #rt::same(#tokens, <#scalar as #rt::Number>::#name);)
        }
        Proof::Maker { maker, scalar } => made(rt, maker, *scalar),
        Proof::ByReference { builtin, ty } => by_reference(rt, *builtin, ty),
        Proof::Value { tokens, ty } => {
            let ty = names::ty(rt, ty);
            quote_spanned!(place(tokens)=> #rt::is::<#ty, _>(&#tokens);)
        }
        Proof::Prange(tokens) => {
            quote_spanned!(place(tokens)=> #rt::same(#tokens, #rt::prange::<#rt::prim::usize>);)
        }
        Proof::Swap(tokens) => {
            quote_spanned!(place(tokens)=> #rt::same(#tokens, #rt::swap::<#rt::prim::usize>);)
        }
        Proof::Zip(tokens) => {
            let any = emit!(#rt::Option<()>);
            quote_spanned!(place(tokens)=> #rt::same(#tokens, #rt::zip::<#any, #any>);)
        }
        Proof::Compared {
            tokens,
            builtin,
            method,
        } => {
            let name = names::local(builtin.name());
            let function = match method {
                true => emit!(<#rt::prim::usize as #rt::Ord>::#name),
                false => emit!(#rt::greater::#name::<#rt::prim::usize>),
            };
            quote_spanned!(place(tokens)=> #rt::same(#tokens, #function);)
        }
        Proof::Ordering { tokens, value } => ordering(rt, tokens, *value),
        Proof::Outcome { tokens, ok } => {
            let name = names::local(if *ok { "Err" } else { "Ok" });
            quote_spanned! {place(tokens)=>
                match #rt::Result::<(), ()>::Ok(()) { #tokens(_) => {} #rt::Result::#name(_) => {} }
            }
        }
        Proof::Variant { tokens, some } => variant(rt, tokens, *some),
        Proof::Method {
            ty,
            receiver,
            name,
            args,
            ..
        } => hidden::method(rt, ty, *receiver, name, *args),
        Proof::OfArray { array, name } => hidden::of_array(rt, array, name),
        // Asked while running: see `Region::lengths`.
        Proof::Length { .. } => TokenStream::new(),
        Proof::Macro(name) => std_macro(rt, name),
        Proof::Binding { bound, used } => {
            let (bound, used) = (probe(bound), probe(used));
            emit!({ let #bound = (); #used })
        }
    }
}

/// With the other two it covers every value.
fn ordering(rt: &Runtime, path: &TokenStream, value: i8) -> TokenStream {
    let others = [(-1, "Less"), (0, "Equal"), (1, "Greater")].into_iter();
    let others = others.filter(|(other, _)| *other != value);
    let others = others.map(|(_, name)| names::local(name));
    quote_spanned! {place(path)=>
        match #rt::Ordering::Equal { #path => {} #(#rt::Ordering::#others => {})* }
    }
}

/// No other pattern of an option has as many parts; one that binds a name is no value.
fn variant(rt: &Runtime, path: &TokenStream, some: bool) -> TokenStream {
    let parts = some.then(|| emit!((_)));
    let value = (!some).then(|| quote_spanned!(place(path)=> let _: #rt::Option<()> = #path;));
    quote_spanned! {place(path)=>
        if let #path #parts = #rt::Option::<()>::None {}
        #value
    }
}

/// What makes a complex number is `num_complex`'s.
fn made(rt: &Runtime, maker: &Maker, scalar: Scalar) -> TokenStream {
    let (path, span) = (&maker.path, place(&maker.path));
    let scalar = names::scalar(rt, scalar);
    match maker.kind {
        MakerKind::Literal => quote_spanned! {span=>
            if false { let _: #rt::Complex<#scalar> = #path { re: 0.0, im: 0.0 }; }
        },
        MakerKind::From => quote_spanned! {span=>
            #rt::same(#path, <#rt::Complex<#scalar> as #rt::From<#scalar>>::from);
        },
        kind => {
            let name = names::local(kind.name());
            quote_spanned!(span=> #rt::same(#path, #rt::Complex::<#scalar>::#name);)
        }
    }
}

/// Beside a trait of the user's whose method takes the number by value, the name is ambiguous.
fn by_reference(rt: &Runtime, builtin: Builtin, ty: &Ty) -> TokenStream {
    let methods = names::local(match ty {
        Ty::Complex(_) => "ComplexMethods",
        _ if builtin.is_of_orders() => "OrderMethods",
        _ => "ByteMethods",
    });
    let ty = names::ty(rt, ty);
    let name = names::local(builtin.name());
    let rest = (1..builtin.arity()).map(|_| emit!(#rt::any()));
    emit! {
        if false {
            use #rt::#methods as _;
            let _ = #rt::any::<#ty>().#name(#(#rest),*);
        }
    }
}

/// Imports of those by which arrays are captured, and of the traits of std whose methods and functions a kernel may
/// name: beside them, a trait of the
/// user's own with one of the names makes every use of it ambiguous, even where std's was out of scope.
pub fn std_traits(rt: &Runtime) -> TokenStream {
    emit!(use #rt::traits::*;)
}

fn place(tokens: &TokenStream) -> proc_macro2::Span {
    names::about(Span::of(tokens).start)
}

/// Where a macro's name means another one around the glob import, rustc calls it ambiguous.
fn std_macro(rt: &Runtime, name: &Ident) -> TokenStream {
    let arguments = match name.to_string().trim_start_matches("debug_") {
        "assert" => emit!(true),
        "assert_eq" | "assert_ne" | "matches" => emit!(0, 0),
        _ => TokenStream::new(),
    };
    emit!({
        use #rt::macros::*;
        if false { #name!(#arguments); }
    })
}

/// A name that only a proof uses, as far as macros can see the same as the user's.
fn probe(name: &Ident) -> Ident {
    let text = names::plain(name);
    Ident::new(&format!("__kernel_{text}"), name.span())
}

/// The loop's source, which is the iterator that it was taken for, or rustc says otherwise; and the
/// imports beside which its methods are to be found.
pub fn iterator(rt: &Runtime, node: &Loop, source: &TokenStream) -> (TokenStream, TokenStream) {
    let Some(iteration) = &node.iteration else {
        return (source.clone(), TokenStream::new());
    };
    if let Adaptor::NdZip = iteration.adaptor {
        let span = names::about(node.range_span.start);
        let confirmed = quote_spanned!(span=> #rt::iterators::zipped(#source));
        return (confirmed, TokenStream::new());
    }
    let ty = adaptor(rt, &iteration.adaptor);
    let methods = methods(&iteration.adaptor);
    let span = names::about(node.range_span.start);
    let by_value = makers(rt, &iteration.makers);
    let confirmed = quote_spanned!(span=> #rt::iterators::confirmed::<#ty>({ #by_value }, #source));
    (confirmed, emit!(#(use #rt::iterators::#methods as _;)*))
}

/// Methods that are the arrays' own, or rustc calls them ambiguous: traits' methods that take the
/// array by value, or by the reference at hand, would come first.
pub fn makers(rt: &Runtime, makers: &[Made]) -> TokenStream {
    if makers.is_empty() {
        return TokenStream::new();
    }
    let calls = makers.iter().map(|of| {
        let (receiver, method) = (&of.receiver, &of.method);
        let args = (0..of.args).map(|_| emit!(#rt::any()));
        let args = emit!(#(#args),*);
        let borrowed = match method.to_string().ends_with("_mut") {
            true => names::local("written"),
            false => names::local("read"),
        };
        // The receiver has the user's own traits alone around it.
        emit! {
            let __typed = #rt::iterators::Typed(&#receiver);
            {
                use #rt::iterators::{ByReference as _, ByValue as _, Like as _, WritesByValue as _};
                _ = __typed.like().#method(#args);
                _ = __typed.itself().#method(#args);
                _ = __typed.#borrowed().#method(#args);
            }
        }
    });
    emit!(if false { #(#calls)* })
}

/// The traits beside which no other of the user's can have methods of these names.
fn methods(of: &Adaptor) -> Vec<Ident> {
    let names: &[&str] = match of {
        Adaptor::Plain | Adaptor::Range | Adaptor::RangeFrom | Adaptor::NdZip => &[],
        Adaptor::Slice(_) => &["SliceMethods"],
        Adaptor::NdArray(_) => &["NdArrayMethods", "NdArrayMutMethods"],
        Adaptor::Zip(left, right) => {
            let mut both = methods(left);
            both.extend(methods(right));
            both.dedup();
            return both;
        }
        Adaptor::Enumerate(inner)
        | Adaptor::Rev(inner)
        | Adaptor::StepBy(inner)
        | Adaptor::Take(inner)
        | Adaptor::Skip(inner)
        | Adaptor::Copied(inner)
        | Adaptor::Map(inner)
        | Adaptor::Cloned(inner) => return methods(inner),
    };
    names.iter().map(|name| names::local(name)).collect()
}

fn adaptor(rt: &Runtime, of: &Adaptor) -> TokenStream {
    let (name, inner) = match of {
        Adaptor::Plain | Adaptor::NdZip => return emit!(_),
        Adaptor::Range => return emit!(#rt::iterators::Range<_>),
        Adaptor::RangeFrom => return emit!(#rt::iterators::RangeFrom<_>),
        Adaptor::Slice(kind) => {
            let name = names::local(slice(*kind));
            return emit!(#rt::iterators::#name<'_, _>);
        }
        Adaptor::NdArray(kind) => {
            let name = names::local(ndarray(*kind));
            return emit!(#rt::iterators::#name<'_, _, _>);
        }
        Adaptor::Zip(left, right) => {
            let (left, right) = (adaptor(rt, left), adaptor(rt, right));
            return emit!(#rt::iterators::Zip<#left, #right>);
        }
        Adaptor::Map(inner) => {
            let inner = adaptor(rt, inner);
            return emit!(#rt::iterators::Map<#inner, _>);
        }
        Adaptor::Enumerate(inner) => ("Enumerate", inner),
        Adaptor::Rev(inner) => ("Rev", inner),
        Adaptor::StepBy(inner) => ("StepBy", inner),
        Adaptor::Take(inner) => ("Take", inner),
        Adaptor::Skip(inner) => ("Skip", inner),
        Adaptor::Copied(inner) => ("Copied", inner),
        Adaptor::Cloned(inner) => ("Cloned", inner),
    };
    let (name, inner) = (names::local(name), adaptor(rt, inner));
    emit!(#rt::iterators::#name<#inner>)
}

fn slice(kind: SliceIterator) -> &'static str {
    match kind {
        SliceIterator::Iter => "Iter",
        SliceIterator::IterMut => "IterMut",
        SliceIterator::Chunks => "Chunks",
        SliceIterator::ChunksMut => "ChunksMut",
        SliceIterator::ChunksExact => "ChunksExact",
        SliceIterator::ChunksExactMut => "ChunksExactMut",
        SliceIterator::Windows => "Windows",
    }
}

fn ndarray(kind: NdIterator) -> &'static str {
    match kind {
        NdIterator::Iter => "NdIter",
        NdIterator::IterMut => "NdIterMut",
        NdIterator::Indexed => "IndexedIter",
        NdIterator::IndexedMut => "IndexedIterMut",
        NdIterator::AxisIter => "AxisIter",
        NdIterator::AxisIterMut => "AxisIterMut",
        NdIterator::Lanes => "LanesIter",
        NdIterator::LanesMut => "LanesIterMut",
    }
}
