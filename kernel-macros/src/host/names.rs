//! Identifiers and paths of the generated code.

pub use crate::ir::names::plain;
use crate::ir::types::View;
use crate::ir::{Scalar, Ty, Var, VarId};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

/// The span of everything that is made here.
pub fn site() -> Span {
    Span::mixed_site()
}

/// The same for code about a place in the source, which is where rustc then shows its errors.
pub fn about(place: Span) -> Span {
    site().located_at(place)
}

/// `quote!` at [`site`].
macro_rules! emit {
    ($($tokens:tt)*) => {
        quote::quote_spanned!($crate::host::names::site()=> $($tokens)*)
    };
}
pub(in crate::host) use emit;

/// A name of the generated code. Those that a pattern binds begin with two underscores, here and in
/// the quoted code: a pattern's name means a constant of that name wherever there is one, hygiene or
/// not.
pub fn local(name: &str) -> Ident {
    Ident::new(name, site())
}

/// The user's variable inside a region: a local of the generated code, named for whoever reads it.
pub fn variable(id: VarId, var: &Var) -> Ident {
    let name = var.ident.to_string();
    let name = name.strip_prefix("r#").unwrap_or(&name);
    format_ident!("__{}_{}", name, id.index(), span = site())
}

/// A primitive type, whatever the user's file calls by its name.
pub fn scalar(rt: &TokenStream, scalar: Scalar) -> TokenStream {
    scalar_at(rt, scalar, site())
}

/// The same with another span.
pub fn scalar_at(rt: &TokenStream, scalar: Scalar, span: Span) -> TokenStream {
    let name = Ident::new(scalar.name(), span);
    let rt = respan(rt.clone(), span);
    quote_spanned!(span=> #rt::prim::#name)
}

/// A type of the kernel subset.
pub fn ty(rt: &TokenStream, of: &Ty) -> TokenStream {
    match of {
        Ty::Unknown => emit!(_),
        Ty::Unit => emit!(()),
        Ty::Scalar(of) => scalar(rt, *of),
        Ty::Complex(of) => {
            let of = scalar(rt, *of);
            emit!(#rt::Complex<#of>)
        }
        Ty::Option(some) => {
            let some = ty(rt, some);
            emit!(#rt::Option<#some>)
        }
        Ty::Ordering => emit!(#rt::Ordering),
        Ty::Tuple(parts) => {
            let parts = parts.iter().map(|part| ty(rt, part));
            emit!((#(#parts,)*))
        }
        Ty::Array(elem, len) => {
            let elem = ty(rt, elem);
            let len = proc_macro2::Literal::u64_unsuffixed(*len);
            emit!([#elem; #len])
        }
        Ty::View(view) => {
            let elem = scalar(rt, view.elem);
            let rank = index(view.rank as usize);
            if view.mutable {
                emit!(#rt::ViewMut<'_, #elem, #rank>)
            } else {
                emit!(#rt::View<'_, #elem, #rank>)
            }
        }
    }
}

/// The trait by which an array is captured for reading, and its method.
pub fn reader(view: &View) -> (Ident, Ident) {
    match view.parts() {
        Some(_) => (local("ReadParts"), local("__kernel_read_parts")),
        None => (local("ReadArray"), local("__kernel_read")),
    }
}

/// The same for writing.
pub fn writer(view: &View) -> (Ident, Ident) {
    match view.parts() {
        Some(_) => (local("WriteParts"), local("__kernel_write_parts")),
        None => (local("WriteArray"), local("__kernel_write")),
    }
}

/// A number without suffix.
pub fn index(value: usize) -> proc_macro2::Literal {
    proc_macro2::Literal::usize_unsuffixed(value)
}

/// The same tokens, standing elsewhere.
pub fn respan(tokens: TokenStream, span: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            if let proc_macro2::TokenTree::Group(group) = &token {
                let inner = respan(group.stream(), span);
                token = proc_macro2::Group::new(group.delimiter(), inner).into();
            }
            token.set_span(span);
            token
        })
        .collect::<TokenStream>()
}

/// The path of the runtime's hidden module.
pub fn hidden(runtime: &TokenStream) -> TokenStream {
    quote!(#runtime::__private)
}
