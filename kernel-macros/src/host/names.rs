//! Identifiers and paths of the generated code.

pub use crate::ir::names::plain;
use crate::ir::types::View;
use crate::ir::{Scalar, Ty, Var, VarId};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, format_ident, quote, quote_spanned};

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
pub fn scalar(rt: &Runtime, scalar: Scalar) -> TokenStream {
    scalar_at(rt, scalar, site())
}

/// The same with another span.
pub fn scalar_at(rt: &Runtime, scalar: Scalar, span: Span) -> TokenStream {
    let (name, rt) = (Ident::new(scalar.name(), span), rt.at(span));
    quote_spanned!(span=> #rt::prim::#name)
}

/// A type of the kernel subset.
pub fn ty(rt: &Runtime, of: &Ty) -> TokenStream {
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

/// The method by which it is captured for writing.
pub fn writer(view: &View) -> Ident {
    match view.parts() {
        Some(_) => local("__kernel_write_parts"),
        None => local("__kernel_write"),
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

/// The path of the runtime's hidden module. It goes into other tokens one by one: to join two streams
/// takes calls into rustc, and this is in nearly every line.
#[derive(Clone, Debug)]
pub struct Runtime(Vec<TokenTree>);

impl Runtime {
    /// Where the runtime crate is at that path.
    pub fn of(runtime: &TokenStream) -> Self {
        Runtime(quote!(#runtime::__private).into_iter().collect())
    }

    /// A short name, and the import that makes it one in a function's body, for the same reason.
    pub fn imported(&self) -> (Self, TokenStream) {
        // With the span that the path has: rustc's messages show code of the user's from the first token on.
        let name = Ident::new("__kernel", Span::call_site());
        let import = quote_spanned!(site()=> use #self as #name;);
        (Runtime(vec![name.into()]), import)
    }

    /// The same with another span.
    fn at(&self, span: Span) -> Self {
        let mut tokens = self.0.clone();
        for token in &mut tokens {
            token.set_span(span);
        }
        Runtime(tokens)
    }
}

impl ToTokens for Runtime {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for token in &self.0 {
            tokens.append(token.clone());
        }
    }
}
