//! What rustc has to confirm about a region's names: code that is type-checked and never runs.

use super::body::Body;
use super::names::{self, emit};
use super::region::Region;
use crate::ir::iteration::{Adaptor, NdIterator, SliceIterator};
use crate::ir::{Proof, Span};
use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

/// A name that was taken for a primitive's is one.
pub fn proof(body: &Body, proof: &Proof) -> TokenStream {
    let rt = body.rt();
    match proof {
        Proof::Type { tokens, scalar } => {
            let scalar = body.scalar(*scalar);
            let span = names::about(Span::of(tokens).start);
            quote_spanned!(span=> #rt::is_type::<#scalar, #tokens>();)
        }
        Proof::Function {
            tokens,
            scalar,
            builtin,
        } => {
            let scalar = body.scalar(*scalar);
            let builtin = names::local(builtin.name());
            let span = names::about(Span::of(tokens).start);
            quote_spanned!(span=> #rt::same(#tokens, #scalar::#builtin);)
        }
        // A constant's name would be a pattern that does not take every number.
        Proof::Binding { name } => {
            let span = names::about(name.span());
            quote_spanned!(span=> let _ = || { let #name = 0_i32; };)
        }
        Proof::Conversion {
            tokens,
            scalar,
            name,
        } => {
            let (scalar, name) = (body.scalar(*scalar), names::local(name));
            let span = names::about(Span::of(tokens).start);
            quote_spanned!(span=> #rt::same(#tokens, <#scalar as #rt::Number>::#name);)
        }
    }
}

/// The outermost loop's iterator, and those of the loops inside, are what they were taken for.
/// Making one may borrow or move an array, so this stands where nothing uses it any more.
pub fn iterators(region: &Region) -> TokenStream {
    let function = region.context.input.function;
    let node = &function.loops[region.node.id];
    let Some(iteration) = &node.iteration else {
        return TokenStream::new();
    };
    let rt = region.rt();
    let ty = adaptor(rt, &iteration.adaptor);
    let methods = methods(&iteration.adaptor);
    let source = &region.node.range;
    let span = names::about(node.range_span.start);
    quote_spanned! {span=>
        if false {
            #(use #rt::iterators::#methods as _;)*
            let _: #ty = #rt::IntoIterator::into_iter(#source);
        }
    }
}

/// The traits beside which no other of the user's can have methods of these names.
fn methods(of: &Adaptor) -> Vec<Ident> {
    let names: &[&str] = match of {
        Adaptor::Plain | Adaptor::Range => &[],
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
        | Adaptor::Cloned(inner) => return methods(inner),
    };
    names.iter().map(|name| names::local(name)).collect()
}

fn adaptor(rt: &TokenStream, of: &Adaptor) -> TokenStream {
    let (name, inner) = match of {
        Adaptor::Plain => return emit!(_),
        Adaptor::Range => return emit!(#rt::iterators::Range<_>),
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
