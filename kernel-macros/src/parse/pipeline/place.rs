//! Ends of the driver's chains that keep the greatest or the least item: `max_by`, `min_by_key` and kin.
//!
//! A loop finds the number of that item by what decides about it, a number of each item's; the item is
//! what the iterator gives at that place. Where the order is none, or says of two zeros what comparisons do not,
//! and where no item has decided, the chain stands as it is written. So it does for a single item, which nothing
//! is compared with, if computing the number could fail.

use super::body::item;
use super::patterns::untyped;
use crate::ir::names::{START, plain};
use crate::parse::chain::closure;
use crate::parse::endings;
use crate::parse::swap::name;
use crate::parse::template::unmarked;
use crate::tables::HashMap;
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

/// What decides between items.
struct Key {
    /// A number of the item.
    value: TokenStream,
    order: Order,
    /// Nothing computes it of an item that is alone, and it may fail.
    needs_two: bool,
}

/// How numbers of items compare.
enum Order {
    Whole,
    /// `partial_cmp`: there is none beside NaN.
    Partial,
    /// `total_cmp`: zeros differ, and NaN is somewhere.
    Total,
}

/// Whether a chain ends like this.
pub(in crate::parse) fn is_end(call: &syn::ExprMethodCall) -> bool {
    let ends = ["max_by", "min_by", "max_by_key", "min_by_key"];
    ends.iter().any(|end| call.method == end) && call.args.len() == 1 && call.turbofish.is_none()
}

/// The loop, as a block whose value is the chain's. `lent` knows the names of `&[T]`s.
pub(in crate::parse) fn written_out(
    call: &syn::ExprMethodCall,
    source: &syn::Expr,
    lent: &dyn Fn(&syn::Expr) -> bool,
) -> Option<TokenStream> {
    let first = call.args.first()?;
    let Key {
        value,
        order,
        needs_two,
    } = match call.method.to_string().ends_with("key") {
        true => of_key(first)?,
        false => of_order(first)?,
    };
    if !is_repeatable(source, lent) {
        return None;
    }
    let [total, next, place, odd, alone] = ["total", "next", "place", "odd", "alone"].map(name);
    let greatest = call.method.to_string().starts_with("max");
    let (start, better) = match greatest {
        true => ("lowest", quote!(>=)),
        false => ("highest", quote!(<)),
    };
    let start = started(start);
    let (notes, decided) = (order.notes(&odd, &next), order.decides(&odd, &total));
    let item = item();
    let again = unmarked(source.to_token_stream());
    let written = as_written(call);
    let keep = quote! {
        let #next = #value;
        #notes
        if #next #better #total {
            #total = #next;
            #place = __kernel_at;
        }
    };
    let (asked, keep) = match needs_two {
        true => (
            quote!(let #alone: bool = ::core::iter::Iterator::nth(&mut (#again), 1).is_none();),
            quote!(if !#alone { #keep }),
        ),
        false => (TokenStream::new(), keep),
    };
    Some(quote!({
        #asked
        let mut #odd = false;
        let mut #place = !0usize;
        let mut #total = #start();
        for (__kernel_at, #item) in (#source).enumerate() {
            #keep
        }
        if #decided && #place != !0usize {
            ::core::iter::Iterator::nth(&mut (#again), #place)
        } else {
            #written
        }
    }))
}

impl Order {
    /// What notes numbers that the order does not know.
    fn notes(&self, odd: &Ident, next: &Ident) -> TokenStream {
        match self {
            Order::Whole => TokenStream::new(),
            Order::Partial | Order::Total => quote!(#odd |= #next != #next;),
        }
    }

    /// Whether comparisons have found what the order says.
    fn decides(&self, odd: &Ident, total: &Ident) -> TokenStream {
        match self {
            Order::Whole | Order::Partial => quote!(!#odd),
            Order::Total => quote!(!#odd && #total != 0.0),
        }
    }
}

/// The chain itself.
fn as_written(call: &syn::ExprMethodCall) -> TokenStream {
    let mut written = call.clone();
    endings::confirm_chain(&mut written);
    unmarked(written.to_token_stream())
}

/// A function of the runtime's, which the driver imports by this name.
fn started(of: &str) -> Ident {
    Ident::new(&format!("{START}{of}"), Span::mixed_site())
}

/// Whether a call is of the function that gives the number behind references.
pub(in crate::parse) fn is_number(path: &syn::Path) -> bool {
    path.get_ident() == Some(&started("number"))
}

/// `|item| key`
fn of_key(key: &syn::Expr) -> Option<Key> {
    let key = closure(key)?;
    let [pattern] = key.inputs.iter().collect::<Vec<_>>()[..] else {
        return None;
    };
    Some(Key {
        value: bound(pattern, &key.body),
        order: Order::Whole,
        needs_two: false,
    })
}

/// `|a, b| of(a).total_cmp(&of(b))`
fn of_order(compare: &syn::Expr) -> Option<Key> {
    let compare = closure(compare)?;
    let [first, second] = compare.inputs.iter().collect::<Vec<_>>()[..] else {
        return None;
    };
    let (call, partial) = match &*compare.body {
        syn::Expr::MethodCall(call) if takes_out(call) => match &*call.receiver {
            syn::Expr::MethodCall(call) => (call, true),
            _ => return None,
        },
        syn::Expr::MethodCall(call) => (call, false),
        _ => return None,
    };
    let order = match (call.method.to_string().as_str(), partial) {
        ("cmp", false) => Order::Whole,
        ("total_cmp", false) => Order::Total,
        ("partial_cmp", true) => Order::Partial,
        _ => return None,
    };
    let [other] = call.args.iter().collect::<Vec<_>>()[..] else {
        return None;
    };
    let names = renamed(first, second)?;
    if names_any(call.receiver.to_token_stream(), &names) {
        return None;
    }
    let like = rename(call.receiver.to_token_stream(), &names).to_string();
    let (behind, patterns) = (referent(other), (first, second));
    let same = |other: &syn::Expr| other.to_token_stream().to_string() == like;
    if !same(other) && !same(behind) {
        return None;
    }
    let needs_two = !cannot_fail(&call.receiver, !matches!(order, Order::Whole));
    let value = match order {
        _ if needs_two => {
            let later = both(patterns, &compare.body, behind);
            let first = bound(first, &call.receiver);
            quote!(if __kernel_at == 0 { #first } else { #later })
        }
        // Traits' methods may come before it: it is read, for rustc to confirm.
        Order::Total => both(patterns, &compare.body, &call.receiver),
        _ => bound(first, &call.receiver),
    };
    Some(Key {
        value,
        order,
        needs_two,
    })
}

/// What a reference is to.
fn referent(node: &syn::Expr) -> &syn::Expr {
    match node {
        syn::Expr::Reference(of) if of.mutability.is_none() => &of.expr,
        node => node,
    }
}

/// Whether a number can be computed of every item: it is there, or it is one of the `floats` that arithmetic
/// makes of others. What integers come to may overflow.
fn cannot_fail(value: &syn::Expr, floats: bool) -> bool {
    let of = |value: &syn::Expr| cannot_fail(value, floats);
    match value {
        syn::Expr::Path(_) | syn::Expr::Lit(_) => true,
        syn::Expr::Field(value) => of(&value.base),
        syn::Expr::Paren(value) => of(&value.expr),
        syn::Expr::Reference(value) => of(&value.expr),
        syn::Expr::Unary(value) => {
            (floats || matches!(value.op, syn::UnOp::Deref(_))) && of(&value.expr)
        }
        syn::Expr::Binary(value) => floats && of(&value.left) && of(&value.right),
        syn::Expr::MethodCall(call) => floats && of(&call.receiver) && call.args.is_empty(),
        _ => false,
    }
}

/// The value of an item that is compared with itself.
fn both(
    (first, second): (&syn::Pat, &syn::Pat),
    order: &syn::Expr,
    value: &syn::Expr,
) -> TokenStream {
    let ([first, second], item) = ([first, second].map(untyped), item());
    let ([order_of, value_of], number) = (["order", "value"].map(name), started("number"));
    quote!({
        let (#first, #second) = (&#item, &#item);
        let #value_of = #number(#value);
        let #order_of = #order;
        #value_of
    })
}

/// `.unwrap()`, `.expect("..")`, `.unwrap_or(Ordering::Equal)`
fn takes_out(call: &syn::ExprMethodCall) -> bool {
    let args: Vec<&syn::Expr> = call.args.iter().collect();
    matches!(
        (call.method.to_string().as_str(), &args[..]),
        ("unwrap", []) | ("expect", [syn::Expr::Lit(_)]) | ("unwrap_or", [syn::Expr::Path(_)])
    )
}

/// The value, with a closure's pattern bound to a reference to the item.
fn bound(pattern: &syn::Pat, value: &syn::Expr) -> TokenStream {
    let (pattern, item, number) = (untyped(pattern), item(), started("number"));
    quote!({ let #pattern = &#item; #number(#value) })
}

/// What the names of one pattern are in the other, if they differ in nothing else.
fn renamed(first: &syn::Pat, second: &syn::Pat) -> Option<HashMap<String, Ident>> {
    let mut names = HashMap::default();
    let pair = (first.to_token_stream(), second.to_token_stream());
    paired(pair, &mut names).then_some(names)
}

fn paired((first, second): (TokenStream, TokenStream), names: &mut HashMap<String, Ident>) -> bool {
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    loop {
        match (first.next(), second.next()) {
            (None, None) => return true,
            (Some(TokenTree::Ident(from)), Some(TokenTree::Ident(to))) => {
                names.insert(plain(&from), to);
            }
            (Some(TokenTree::Group(one)), Some(TokenTree::Group(other))) => {
                let inside = (one.stream(), other.stream());
                if one.delimiter() != other.delimiter() || !paired(inside, names) {
                    return false;
                }
            }
            (Some(one), Some(other)) if one.to_string() == other.to_string() => {}
            _ => return false,
        }
    }
}

/// Whether tokens have a name that one of the first pattern's becomes, which is another variable's then.
fn names_any(tokens: TokenStream, names: &HashMap<String, Ident>) -> bool {
    let becomes = |of: &Ident| names.values().any(|to| plain(to) == plain(of));
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(of) => becomes(&of) && !names.contains_key(&plain(&of)),
        TokenTree::Group(of) => names_any(of.stream(), names),
        _ => false,
    })
}

fn rename(tokens: TokenStream, names: &HashMap<String, Ident>) -> TokenStream {
    let renamed = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(of) => {
            let to = names.get(&plain(&of)).cloned();
            TokenTree::Ident(to.unwrap_or(of))
        }
        TokenTree::Group(of) => {
            TokenTree::Group(Group::new(of.delimiter(), rename(of.stream(), names)))
        }
        token => token,
    });
    renamed.collect()
}

/// Whether an iterator can be made a second time: it takes nothing, and costs nothing. A `Vec` that it is zipped
/// with, it would take.
fn is_repeatable(source: &syn::Expr, lent: &dyn Fn(&syn::Expr) -> bool) -> bool {
    const ADAPTERS: [&str; 6] = ["enumerate", "rev", "copied", "cloned", "skip", "take"];
    let again = |node: &syn::Expr| is_repeatable(node, lent);
    let call = match source {
        syn::Expr::MethodCall(call) => call,
        syn::Expr::Paren(of) => match &*of.expr {
            syn::Expr::Range(_) => return is_bounds(&of.expr),
            inner => return again(inner),
        },
        _ => return false,
    };
    if call.method == "iter" {
        return is_still(&call.receiver);
    }
    let args = &mut call.args.iter();
    let others = match call.method == "zip" {
        true => args.all(|arg| lent(arg) || is_lent(arg) || again(arg)),
        false => ADAPTERS.iter().any(|name| call.method == name) && args.all(is_still),
    };
    others && again(&call.receiver)
}

/// `&ys`
fn is_lent(node: &syn::Expr) -> bool {
    matches!(node, syn::Expr::Reference(of) if of.mutability.is_none() && is_still(&of.expr))
}

/// A number, a reference or a place that nothing moves.
fn is_still(node: &syn::Expr) -> bool {
    match node {
        syn::Expr::Lit(_) => true,
        syn::Expr::Path(path) => path.path.get_ident().is_some(),
        syn::Expr::Paren(of) => is_still(&of.expr),
        syn::Expr::Binary(of) => is_still(&of.left) && is_still(&of.right),
        syn::Expr::MethodCall(call) if call.method == "len" => is_still(&call.receiver),
        syn::Expr::Index(of) => is_still(&of.expr) && is_bounds(&of.index),
        _ => false,
    }
}

/// `1..n`
fn is_bounds(node: &syn::Expr) -> bool {
    match node {
        syn::Expr::Range(of) => [&of.start, &of.end]
            .into_iter()
            .flatten()
            .all(|end| is_still(end)),
        _ => false,
    }
}
