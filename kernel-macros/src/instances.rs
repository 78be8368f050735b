//! Kernels that are generic over types: one instance for each type that the attribute lists.
//!
//! An instance is the function with the types in place of their names, in signature and body. It is
//! compiled like any other function; the generic function itself is what `serial` is.

use crate::args::NamedTypes;
use crate::diagnostics::Sink;
use crate::ir::{Scalar, Span};
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use syn::visit_mut::{self, VisitMut};
use syn::{GenericParam, ItemFn};

/// What the names stand for in one instance.
#[derive(Clone, Debug, Default)]
pub struct Types(pub Vec<(Ident, Scalar)>);

impl Types {
    fn of(&self, name: &Ident) -> Option<Scalar> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, scalar)| *scalar)
    }

    /// Aliases, and what the type parameters are.
    pub fn split(&self, parameters: &[Ident]) -> (Types, Types) {
        let names = self.0.iter().cloned();
        let (types, aliases) = names.partition(|(name, _)| parameters.contains(name));
        (Types(aliases), Types(types))
    }

    /// `T = f32, I = u64`
    pub fn text(&self) -> String {
        let pair = |(name, scalar): &(Ident, Scalar)| format!("{name} = {scalar}");
        let pairs: Vec<String> = self.0.iter().map(pair).collect();
        pairs.join(", ")
    }
}

/// The names of a function's type parameters.
pub fn parameters(function: &ItemFn) -> Vec<Ident> {
    let generics = function.sig.generics.type_params();
    generics.map(|param| param.ident.clone()).collect()
}

/// The types of every instance: all combinations, the last parameter's fastest. A function without
/// type parameters has one instance. Names that are no parameters are aliases, the same in all.
pub fn all(function: &ItemFn, named: &[NamedTypes], sink: &mut Sink) -> Vec<Types> {
    let parameters = parameters(function);
    let mut instances = vec![aliases(&parameters, named, sink)];
    for parameter in &parameters {
        let Some(types) = named.iter().find(|types| types.name == *parameter) else {
            let (message, help) = unlisted(function, parameter);
            sink.push(Span::at(parameter.span()), message, Some(help));
            continue;
        };
        instances = instances
            .iter()
            .flat_map(|before| {
                types
                    .scalars
                    .iter()
                    .map(|scalar| with(before, parameter, *scalar))
            })
            .collect();
    }
    instances
}

/// Why there are no instances, and the way out. A parameter that may be any function has no types to list.
fn unlisted(function: &ItemFn, parameter: &Ident) -> (String, String) {
    if let Some(name) = called(function, parameter) {
        let message = format!("a kernel cannot take `{name}`, which may be any function");
        let help = "call a function by its name: one nested in the kernel, a `#[kernel(device)]` function, or one \
                    that `assume_pure(..)` admits";
        return (message, help.to_string());
    }
    let message = format!("a kernel cannot be generic over `{parameter}` without its types");
    let help = format!("list them, as in `#[kernel(.., types({parameter} = [f32, f64]))]`");
    (message, help)
}

/// The argument of this type, if its bounds say that it is called.
fn called(function: &ItemFn, parameter: &Ident) -> Option<Ident> {
    let generics = &function.sig.generics;
    let own = generics.type_params().find(|of| of.ident == *parameter)?;
    let clauses = generics.where_clause.iter().flat_map(|of| &of.predicates);
    let others = clauses.filter_map(|of| match of {
        syn::WherePredicate::Type(of) if is_named(&of.bounded_ty, parameter) => Some(&of.bounds),
        _ => None,
    });
    let mut bounds = own.bounds.iter().chain(others.flatten());
    if !bounds.any(is_of_functions) {
        return None;
    }
    function.sig.inputs.iter().find_map(|input| match input {
        syn::FnArg::Typed(of) if is_named(&of.ty, parameter) => match &*of.pat {
            syn::Pat::Ident(name) => Some(name.ident.clone()),
            _ => None,
        },
        _ => None,
    })
}

/// Whether a type is that of this name, or a reference to it.
fn is_named(ty: &syn::Type, name: &Ident) -> bool {
    match ty {
        syn::Type::Path(of) => of.path.is_ident(name),
        syn::Type::Reference(of) => is_named(&of.elem, name),
        _ => false,
    }
}

/// `Fn(f64) -> f64` and its kin.
fn is_of_functions(bound: &syn::TypeParamBound) -> bool {
    let syn::TypeParamBound::Trait(of) = bound else {
        return false;
    };
    let last = of.path.segments.last();
    last.is_some_and(|last| matches!(last.arguments, syn::PathArguments::Parenthesized(_)))
}

fn with(before: &Types, name: &Ident, scalar: Scalar) -> Types {
    let mut types = before.clone();
    types.0.push((name.clone(), scalar));
    types
}

fn aliases(parameters: &[Ident], named: &[NamedTypes], sink: &mut Sink) -> Types {
    let mut aliases = Types::default();
    for types in named
        .iter()
        .filter(|types| !parameters.contains(&types.name))
    {
        match types.scalars.as_slice() {
            [scalar] => aliases.0.push((types.name.clone(), *scalar)),
            _ => {
                let message = format!("`{}` is no type parameter of this function", types.name);
                let help = "an alias stands for one type, as in `types(Real = f64)`".to_string();
                sink.push(Span::at(types.name.span()), message, Some(help));
            }
        }
    }
    aliases
}

/// The function with types in place of their names.
pub fn instance(function: &ItemFn, types: &Types) -> ItemFn {
    let mut function = function.clone();
    if types.0.is_empty() {
        return function;
    }
    let parameters = std::mem::take(&mut function.sig.generics.params);
    let rest = parameters
        .into_iter()
        .filter(|param| !matches!(param, GenericParam::Type(_)));
    function.sig.generics.params = rest.collect();
    function.sig.generics.where_clause = None;
    Substitute(types).visit_item_fn_mut(&mut function);
    function
}

struct Substitute<'a>(&'a Types);

impl Substitute<'_> {
    fn ident(&self, ident: &Ident) -> Option<Ident> {
        let scalar = self.0.of(ident)?;
        Some(Ident::new(scalar.name(), ident.span()))
    }

    fn tokens(&self, tokens: TokenStream) -> TokenStream {
        tokens.into_iter().map(|token| self.token(token)).collect()
    }

    fn token(&self, token: TokenTree) -> TokenTree {
        match token {
            TokenTree::Ident(ident) => self.ident(&ident).unwrap_or(ident).into(),
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), self.tokens(group.stream()));
                inner.set_span(group.span());
                inner.into()
            }
            token => token,
        }
    }
}

impl VisitMut for Substitute<'_> {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        if path.leading_colon.is_none()
            && let Some(first) = path.segments.first_mut()
            && first.arguments.is_none()
            && let Some(ident) = self.ident(&first.ident)
        {
            first.ident = ident;
        }
        visit_mut::visit_path_mut(self, path);
    }

    fn visit_macro_mut(&mut self, node: &mut syn::Macro) {
        node.tokens = self.tokens(std::mem::take(&mut node.tokens));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a kernel whose types nobody lists.
    fn said(source: &str) -> Vec<String> {
        let function = syn::parse_str(source).expect("the test's source parses");
        let mut sink = Sink::default();
        all(&function, &[], &mut sink);
        sink.texts()
    }

    #[test]
    fn functions_are_refused_by_their_names() {
        let message = "a kernel cannot take `f`, which may be any function";
        for source in [
            "fn k<F: Fn(f64) -> f64>(x: &mut [f64], f: F) {}",
            "fn k<F>(x: &mut [f64], f: &mut F) where F: FnMut(f64) -> f64 {}",
        ] {
            let said = said(source);
            assert!(said[0].starts_with(message), "{said:?}");
        }
        let said = said("fn k<T: Copy>(x: &mut [T], by: T) {}");
        assert!(
            said[0].starts_with("a kernel cannot be generic over `T`"),
            "{said:?}"
        );
    }
}
