//! Types as written → types of the IR.

use crate::ir::types::{View, ViewKind};
use crate::ir::{Scalar, Ty};
use proc_macro2::TokenStream;
use quote::ToTokens;

/// A parameter's type.
pub struct ParamTy {
    pub ty: Ty,
    /// Writable through the parameter itself.
    pub mutable: bool,
    /// A scalar behind a reference: the body says `*name`.
    pub deref: bool,
}

/// Reads a parameter's type; [`Ty::Unknown`] if a kernel cannot take it.
pub fn of_param(ty: &syn::Type) -> ParamTy {
    match ty {
        syn::Type::Reference(reference) => {
            let mutable = reference.mutability.is_some();
            let ty = behind_reference(&reference.elem, mutable);
            let deref = matches!(ty, Ty::Scalar(_) | Ty::Complex(_));
            ParamTy { ty, mutable, deref }
        }
        syn::Type::Paren(paren) => of_param(&paren.elem),
        syn::Type::Group(group) => of_param(&group.elem),
        // An array by value: the driver's own, which regions read like a slice.
        syn::Type::Array(array) => ParamTy {
            ty: run_of(&array.elem, true),
            mutable: false,
            deref: false,
        },
        _ => {
            let ty = annotation(ty);
            let mutable = ty.view().is_some_and(|view| view.mutable);
            ParamTy {
                ty,
                mutable,
                deref: false,
            }
        }
    }
}

/// The type after `&` or `&mut`.
fn behind_reference(ty: &syn::Type, mutable: bool) -> Ty {
    match ty {
        syn::Type::Slice(slice) => run_of(&slice.elem, mutable),
        // `&[f64; 3]`, `&[f64; N]`, `&[[f64; 3]; 4]`
        syn::Type::Array(array) => run_of(&array.elem, mutable),
        syn::Type::Paren(paren) => behind_reference(&paren.elem, mutable),
        syn::Type::Group(group) => behind_reference(&group.elem, mutable),
        _ => match annotation(ty) {
            number @ (Ty::Scalar(_) | Ty::Complex(_)) => number,
            // `&Array2<f64>`, `&ArrayView1<f32>`, `&Vec<f64>`: what is behind decides the shape,
            // the reference whether it can be written.
            Ty::View(inner) => Ty::View(View {
                mutable: mutable && inner.mutable,
                ..inner
            }),
            _ => Ty::Unknown,
        },
    }
}

/// A run of elements as written. The lengths of further dimensions may have names.
fn run_of(elem: &syn::Type, mutable: bool) -> Ty {
    let (mut inner, mut rank) = (elem, 1);
    while let Some(array) = as_array(inner) {
        (inner, rank) = (&*array.elem, rank + 1);
    }
    match rank {
        1 => Ty::elements(&annotation(elem), mutable),
        rank => view(&annotation(inner), rank, mutable, ViewKind::Slice),
    }
}

fn as_array(ty: &syn::Type) -> Option<&syn::TypeArray> {
    match ty {
        syn::Type::Paren(of) => as_array(&of.elem),
        syn::Type::Group(of) => as_array(&of.elem),
        syn::Type::Array(array) => Some(array),
        _ => None,
    }
}

/// A type in a `let`, a cast or by value in the signature.
pub fn annotation(ty: &syn::Type) -> Ty {
    match ty {
        syn::Type::Paren(paren) => annotation(&paren.elem),
        syn::Type::Group(group) => annotation(&group.elem),
        syn::Type::Tuple(tuple) if tuple.elems.is_empty() => Ty::Unit,
        syn::Type::Tuple(tuple) => Ty::Tuple(tuple.elems.iter().map(annotation).collect()),
        syn::Type::Array(array) => match literal_len(&array.len) {
            Some(len) => Ty::Array(Box::new(annotation(&array.elem)), len),
            None => Ty::Unknown,
        },
        syn::Type::Reference(reference) => {
            match behind_reference(&reference.elem, reference.mutability.is_some()) {
                view @ Ty::View(_) => view,
                _ => Ty::Unknown,
            }
        }
        ty if let Some(some) = optional(ty) => match annotation(some) {
            some if some.is_value() => Ty::Option(Box::new(some)),
            _ => Ty::Unknown,
        },
        syn::Type::Path(path) if path.qself.is_none() => named(&path.path),
        _ => Ty::Unknown,
    }
}

/// The type in `Option<T>`.
fn optional(ty: &syn::Type) -> Option<&syn::Type> {
    let syn::Type::Path(path) = ty else {
        return None;
    };
    let segment = path.path.segments.last()?;
    let types = type_arguments(segment);
    let plain = path.qself.is_none() && segment.ident == "Option" && types.len() == 1;
    plain.then(|| types[0])
}

/// The names in a type that [`annotation`] takes for numbers.
pub fn number_names(ty: &syn::Type) -> Vec<(TokenStream, Ty)> {
    match ty {
        syn::Type::Paren(paren) => number_names(&paren.elem),
        syn::Type::Group(group) => number_names(&group.elem),
        syn::Type::Tuple(tuple) => tuple.elems.iter().flat_map(number_names).collect(),
        syn::Type::Array(array) => number_names(&array.elem),
        syn::Type::Slice(slice) => number_names(&slice.elem),
        syn::Type::Reference(reference) => number_names(&reference.elem),
        ty if let Some(some) = optional(ty) => number_names(some),
        _ => match annotation(ty) {
            number @ (Ty::Scalar(_) | Ty::Complex(_)) => vec![(ty.to_token_stream(), number)],
            Ty::View(_) => elements_of(ty),
            _ => Vec::new(),
        },
    }
}

/// The names in `f64` of `ArrayView2<'_, f64>`.
fn elements_of(ty: &syn::Type) -> Vec<(TokenStream, Ty)> {
    let syn::Type::Path(path) = ty else {
        return Vec::new();
    };
    let arguments = path.path.segments.last().map(type_arguments);
    let first = arguments.and_then(|types| types.first().copied());
    first.map(number_names).unwrap_or_default()
}

fn named(path: &syn::Path) -> Ty {
    let Some(segment) = path.segments.last() else {
        return Ty::Unknown;
    };
    let name = segment.ident.to_string();
    if path.segments.len() == 1
        && let Some(scalar) = Scalar::from_name(&name)
    {
        return Ty::Scalar(scalar);
    }
    if let Some(scalar) = complex(segment) {
        return Ty::Complex(scalar);
    }
    let types = type_arguments(segment);
    let elem = types.first().map(|ty| annotation(ty));
    if name == "Vec" && path.segments.len() == 1 {
        return elem.map_or(Ty::Unknown, |elem| Ty::elements(&elem, true));
    }
    let Some(elem) = elem else {
        return Ty::Unknown;
    };
    let dimension = types
        .get(1)
        .map(|ty| quote::ToTokens::to_token_stream(ty).to_string());
    match array_name(&name, dimension.as_deref()) {
        Some((rank, mutable)) => view(&elem, rank, mutable, ViewKind::NdArray),
        None => Ty::Unknown,
    }
}

/// The float of `Complex<f64>`, or of one of its aliases.
pub fn complex(segment: &syn::PathSegment) -> Option<Scalar> {
    let scalar = match segment.ident.to_string().as_str() {
        "Complex64" => Scalar::F64,
        "Complex32" => Scalar::F32,
        "Complex" => annotation(type_arguments(segment).first()?).scalar()?,
        _ => return None,
    };
    scalar.is_float().then_some(scalar)
}

/// Rank and writability of ndarray's names: `ArrayView2`, `ArrayViewMut<_, Ix2>`, `Array3`, ..
fn array_name(name: &str, dimension: Option<&str>) -> Option<(u32, bool)> {
    let digit = name.chars().last().and_then(|last| last.to_digit(10));
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let rank = match (digit, dimension) {
        (Some(rank), _) => rank,
        (None, Some(text)) => text
            .rsplit("Ix")
            .next()
            .and_then(|rank| rank.parse().ok())?,
        (None, None) => return None,
    };
    if !(1..=3).contains(&rank) {
        return None;
    }
    match stem {
        "ArrayView" => Some((rank, false)),
        "ArrayViewMut" | "Array" => Some((rank, true)),
        _ => None,
    }
}

fn type_arguments(segment: &syn::PathSegment) -> Vec<&syn::Type> {
    let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return Vec::new();
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}

/// The element type in `Vec::<f64>`, `Array2::<f32>`.
pub fn first_argument(segment: &syn::PathSegment) -> Option<Ty> {
    let ty = annotation(type_arguments(segment).first()?);
    matches!(ty, Ty::Scalar(_) | Ty::Complex(_)).then_some(ty)
}

fn view(elem: &Ty, rank: u32, mutable: bool, kind: ViewKind) -> Ty {
    match elem {
        Ty::Tuple(_) => Ty::Unknown,
        _ => Ty::view_of(elem, rank, mutable, kind),
    }
}

/// An array length that the macro can read.
pub fn literal_len(expr: &syn::Expr) -> Option<u64> {
    match expr {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Int(int),
            ..
        }) => int.base10_parse().ok(),
        syn::Expr::Paren(paren) => literal_len(&paren.expr),
        syn::Expr::Group(group) => literal_len(&group.expr),
        _ => None,
    }
}

/// The type of an array's elements as written.
fn element_of(ty: &syn::Type) -> Option<&syn::Type> {
    Some(match ty {
        syn::Type::Reference(reference) => return element_of(&reference.elem),
        syn::Type::Paren(paren) => return element_of(&paren.elem),
        syn::Type::Group(group) => return element_of(&group.elem),
        syn::Type::Slice(slice) => &*slice.elem,
        syn::Type::Array(array) => &*array.elem,
        syn::Type::Path(path) => *type_arguments(path.path.segments.last()?).first()?,
        _ => return None,
    })
}

/// The length of an array, or of one behind a reference, if it is a number.
pub fn own_len(ty: &syn::Type) -> Option<u64> {
    let behind = match ty {
        syn::Type::Reference(reference) => &reference.elem,
        ty => ty,
    };
    literal_len(&as_array(behind)?.len)
}

/// The constant that is the length of an array's innermost rows.
pub fn row_name(ty: &syn::Type) -> Option<&syn::Path> {
    let mut row = as_array(element_of(ty)?)?;
    while let Some(inner) = as_array(&row.elem) {
        row = inner;
    }
    match &row.len {
        syn::Expr::Path(name) if name.qself.is_none() => Some(&name.path),
        _ => None,
    }
}

/// The lengths of the fixed arrays that an array consists of, outermost first, if all are numbers.
pub fn row_lens(ty: &syn::Type) -> Option<Vec<u64>> {
    let (mut inner, mut lens) = (element_of(ty)?, Vec::new());
    while let Some(row) = as_array(inner) {
        lens.push(literal_len(&row.len)?);
        inner = &*row.elem;
    }
    (!lens.is_empty()).then_some(lens)
}

/// The way out for a parameter type that a kernel cannot take.
pub fn help(ty: &syn::Type) -> Option<String> {
    let text = quote::ToTokens::to_token_stream(ty).to_string();
    let known = "kernels take scalars (`f64`, `usize`, ..), `&[T]`, `&mut [T]`, `&[[T; N]]` and ndarray's \
                 `ArrayView1..3` and `ArrayViewMut1..3` of them, and of `Complex<f64>`";
    Some(if text.contains("String") || text.contains("str") {
        format!("{known}; text stays outside")
    } else if text.contains("Option") {
        format!("{known}; match the option before the call, and pass its value")
    } else {
        known.to_string()
    })
}

/// Primitive types that kernels do not have.
pub(super) fn is_other(name: &str) -> bool {
    ["i128", "u128", "char", "str"].contains(&name)
}

/// Whether an annotation names a type that kernels do not have, and that no alias is called.
pub(super) fn is_no_number(written: &syn::Type) -> bool {
    match written {
        syn::Type::Path(path) => path.path.get_ident().is_some_and(|name| {
            let name = name.to_string();
            is_other(&name) || name == "String"
        }),
        _ => false,
    }
}
