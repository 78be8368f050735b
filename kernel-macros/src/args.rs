//! The attribute's arguments: `#[kernel(parallel, cuda, handle = Name, crate = path, ..)]`.

use crate::diagnostics::Sink;
use crate::fastmath::FastMath;
use crate::ir::{Scalar, Span};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Token, bracketed, ext::IdentExt, parenthesized, token};

/// What the user asked for.
#[derive(Debug)]
pub struct Args {
    /// `cuda`: make `NAME::cuda` and `NAME::PTX`.
    pub cuda: bool,
    /// `device`: this is no kernel but a function that kernels call.
    pub device: bool,
    /// `handle = Name`: the enum that carries the versions, where the function's name is taken.
    pub handle: Option<Ident>,
    /// `crate = path`: where `kernel_runtime` is.
    pub runtime: TokenStream,
    /// `unsafe(independent(out, ..))`: the user's word that iterations never write one element of
    /// these arrays twice, nor read what another writes.
    pub independent: Vec<Ident>,
    /// `math = "std"`: elementary functions are the standard library's.
    pub std_math: bool,
    /// `types(T = [f32, f64], Real = f64)`: what names stand for.
    pub types: Vec<NamedTypes>,
    /// `assume_pure(path, ..)`: the user's word that these functions have no effects.
    pub assumed: Vec<syn::Path>,
    /// `fastmath`, `fastmath(contract, reassoc, approx)`: what may round otherwise.
    pub fastmath: FastMath,
}

/// A name and the types that it stands for: a type parameter's instances, or an alias's one.
#[derive(Debug)]
pub struct NamedTypes {
    pub name: Ident,
    pub scalars: Vec<Scalar>,
}

enum Arg {
    Parallel,
    Cuda,
    Device(Ident),
    Handle(Ident),
    Crate(syn::Path),
    Independent(Vec<Ident>),
    Types(Vec<NamedTypes>),
    Assumed(Vec<syn::Path>),
    StdMath,
    FastMath(FastMath),
    /// A word of the design that later versions will understand, or no word at all.
    Unknown(Ident),
}

/// The arguments that exist, for the message about one that does not.
const KNOWN: &str = "`parallel`, `cuda`, `handle = Name`, `crate = path`, \
                     `types(T = [f32, f64])`, `fastmath(contract, reassoc, approx)`, `math = \"std\"`, \
                     `unsafe(independent(array, ..))`, `assume_pure(path, ..)`; or, for a \
                     function that kernels call, `device`";

impl Parse for Arg {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let word = input.call(Ident::parse_any)?;
        Ok(match word.to_string().as_str() {
            "parallel" => Arg::Parallel,
            "cuda" => Arg::Cuda,
            "handle" => {
                input.parse::<Token![=]>()?;
                Arg::Handle(input.parse()?)
            }
            "crate" => {
                input.parse::<Token![=]>()?;
                Arg::Crate(input.call(syn::Path::parse_mod_style)?)
            }
            "device" => Arg::Device(word),
            "unsafe" => Arg::Independent(independent(input)?),
            "math" => {
                input.parse::<Token![=]>()?;
                std_math(&input.parse()?)?;
                Arg::StdMath
            }
            "types" => {
                let inner;
                parenthesized!(inner in input);
                let types = Punctuated::<NamedTypes, Token![,]>::parse_terminated(&inner)?;
                Arg::Types(types.into_iter().collect())
            }
            "assume_pure" => Arg::Assumed(paths(input)?),
            "fastmath" => Arg::FastMath(fastmath(input)?),
            _ => {
                skip_argument(input);
                Arg::Unknown(word)
            }
        })
    }
}

impl Parse for NamedTypes {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let name = input.parse()?;
        input.parse::<Token![=]>()?;
        if !input.peek(token::Bracket) {
            let scalars = vec![scalar(input)?];
            return Ok(NamedTypes { name, scalars });
        }
        let inner;
        bracketed!(inner in input);
        let scalars = Punctuated::<Scalar, Token![,]>::parse_terminated_with(&inner, scalar)?;
        if scalars.is_empty() {
            return Err(inner.error("expected types, as in `[f32, f64]`"));
        }
        let scalars = scalars.into_iter().collect();
        Ok(NamedTypes { name, scalars })
    }
}

/// `f64`
fn scalar(input: ParseStream) -> syn::Result<Scalar> {
    let name: Ident = input.parse()?;
    let help = "expected `bool`, an integer type of at most 64 bits, `f32` or `f64`";
    Scalar::from_name(&name.to_string()).ok_or_else(|| syn::Error::new(name.span(), help))
}

/// `(independent(a, b))`
fn independent(input: ParseStream) -> syn::Result<Vec<Ident>> {
    let outer;
    parenthesized!(outer in input);
    let word: Ident = outer.parse()?;
    if word != "independent" {
        return Err(syn::Error::new(
            word.span(),
            "expected `independent(array, ..)`",
        ));
    }
    let inner;
    parenthesized!(inner in outer);
    let names = Punctuated::<Ident, Token![,]>::parse_terminated(&inner)?;
    Ok(names.into_iter().collect())
}

/// `"std"`
fn std_math(text: &syn::LitStr) -> syn::Result<()> {
    if text.value() == "std" {
        return Ok(());
    }
    let message = "expected `math = \"std\"`: the standard library's elementary functions";
    Err(syn::Error::new(text.span(), message))
}

/// `(f, shapes::area)`
fn paths(input: ParseStream) -> syn::Result<Vec<syn::Path>> {
    let inner;
    parenthesized!(inner in input);
    let path = syn::Path::parse_mod_style;
    let paths = Punctuated::<_, Token![,]>::parse_terminated_with(&inner, path)?;
    Ok(paths.into_iter().collect())
}

/// `(contract, reassoc)`; without parentheses, all of it.
fn fastmath(input: ParseStream) -> syn::Result<FastMath> {
    if !input.peek(token::Paren) {
        return Ok(FastMath::ALL);
    }
    let inner;
    parenthesized!(inner in input);
    let mut granted = FastMath::default();
    for word in Punctuated::<Ident, Token![,]>::parse_terminated(&inner)? {
        if !granted.grant(&word.to_string()) {
            let message = "expected `contract` (a product and a sum may round once), `reassoc` \
                           (sums of inner loops may change their order) or `approx` (quotients \
                           and powers may be less exact)";
            return Err(syn::Error::new(word.span(), message));
        }
    }
    Ok(granted)
}

/// Everything up to the next comma.
fn skip_argument(input: ParseStream) {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _ = input.parse::<proc_macro2::TokenTree>();
    }
}

/// Reads the arguments; problems go to the sink and leave the argument out.
pub fn parse(tokens: TokenStream, sink: &mut Sink) -> Args {
    let mut args = Args {
        cuda: false,
        device: false,
        handle: None,
        runtime: quote!(::kernel_runtime),
        independent: Vec::new(),
        types: Vec::new(),
        assumed: Vec::new(),
        std_math: false,
        fastmath: FastMath::default(),
    };
    let list = match Punctuated::<Arg, Token![,]>::parse_terminated.parse2(tokens) {
        Ok(list) => list,
        Err(error) => {
            sink.push(
                Span::at(error.span()),
                error.to_string(),
                Some(format!("known: {KNOWN}")),
            );
            return args;
        }
    };
    refuse_beside_device(&list, sink);
    for arg in list {
        match arg {
            Arg::Parallel => {}
            Arg::Device(_) => args.device = true,
            Arg::Cuda => args.cuda = true,
            Arg::Handle(name) => args.handle = Some(name),
            Arg::Crate(path) => args.runtime = path.to_token_stream(),
            Arg::Independent(names) => args.independent.extend(names),
            Arg::StdMath => args.std_math = true,
            Arg::Types(types) => args.types.extend(types),
            Arg::Assumed(paths) => args.assumed.extend(paths),
            Arg::FastMath(granted) => args.fastmath = granted,
            Arg::Unknown(word) => sink.push(
                Span::at(word.span()),
                format!("`{word}` is no argument of `#[kernel]`, or is not supported yet"),
                Some(format!("known: {KNOWN}")),
            ),
        }
    }
    args
}

/// A device function has no versions to choose among.
fn refuse_beside_device(list: &Punctuated<Arg, Token![,]>, sink: &mut Sink) {
    let word = list.iter().find_map(|arg| match arg {
        Arg::Device(word) => Some(word.span()),
        _ => None,
    });
    let beside = |arg: &Arg| !matches!(arg, Arg::Device(_) | Arg::Crate(_) | Arg::Unknown(_));
    if let Some(span) = word
        && list.iter().any(beside)
    {
        let message = "beside `device`, the only argument is `crate = path`";
        let help = "a device function takes part in every version of the kernels that call it";
        sink.push(Span::at(span), message, Some(help.to_string()));
    }
}
