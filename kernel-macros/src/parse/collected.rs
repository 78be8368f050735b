//! `let y: Vec<f64> = x.iter().map(|v| 2.0 * v).collect();` as the loop that it is, over a `Vec` of zeros.
//!
//! Only where the chain can be asked for its length first and gone through then: it begins with an array or a
//! range by name, and each of its stages hands on as many items as it says.

use super::chain::closure;
use super::counted::zip_of;
use super::pushed;
use super::swap::name;
use crate::ir::Scalar;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};

/// Replaces such statements and tails that no loop stands around. `ret` is what the function returns.
pub fn loops(block: &mut syn::Block, ret: &syn::ReturnType) {
    let nested = block.stmts.iter().filter_map(|stmt| match stmt {
        syn::Stmt::Item(syn::Item::Fn(item)) => Some(item.sig.ident.to_string()),
        syn::Stmt::Local(local) => closure_name(local),
        _ => None,
    });
    let mut collected = Collected {
        nested: nested.collect(),
    };
    let of = match ret {
        syn::ReturnType::Type(_, ty) => Some(&**ty),
        syn::ReturnType::Default => None,
    };
    pushed::loops(&collected, block, of);
    if let syn::ReturnType::Type(_, ty) = ret
        && let Some(syn::Stmt::Expr(tail, _)) = block.stmts.last()
        && let Some(made) = collected.made(returned(tail), Some(ty))
    {
        block.stmts.pop();
        let Made { stmts, vec } = made;
        block.stmts.extend(stmts);
        block.stmts.push(syn::Stmt::Expr(vec, None));
    }
    collected.visit_block_mut(block);
}

/// `let name = |x| ..;` without effects of its own.
fn closure_name(local: &syn::Local) -> Option<String> {
    match (&local.pat, local.init.as_ref().map(|init| &*init.expr)) {
        (syn::Pat::Ident(pat), Some(syn::Expr::Closure(_))) if pat.mutability.is_none() => {
            Some(pat.ident.to_string())
        }
        _ => None,
    }
}

/// What a tail is, or a `return` in its place.
fn returned(tail: &syn::Expr) -> &syn::Expr {
    match tail {
        syn::Expr::Return(of) => of.expr.as_deref().unwrap_or(tail),
        tail => tail,
    }
}

pub(super) struct Collected {
    /// The functions nested in the kernel, and closures with names.
    nested: Vec<String>,
}

impl VisitMut for Collected {
    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        let mut stmts = Vec::new();
        for mut stmt in std::mem::take(&mut block.stmts) {
            if let syn::Stmt::Local(local) = &mut stmt
                && let Some(before) = self.bound(local)
            {
                stmts.extend(before);
            }
            stmts.push(stmt);
        }
        block.stmts = stmts;
        visit_mut::visit_block_mut(self, block);
    }

    fn visit_expr_for_loop_mut(&mut self, _: &mut syn::ExprForLoop) {}
    fn visit_expr_while_mut(&mut self, _: &mut syn::ExprWhile) {}
    fn visit_expr_loop_mut(&mut self, _: &mut syn::ExprLoop) {}
    fn visit_expr_closure_mut(&mut self, _: &mut syn::ExprClosure) {}
    fn visit_expr_async_mut(&mut self, _: &mut syn::ExprAsync) {}
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
}

/// What makes a `Vec`, and where it is then.
pub(super) struct Made {
    pub stmts: Vec<syn::Stmt>,
    pub vec: syn::Expr,
}

/// Where a `Vec`'s elements come from.
pub(super) struct Source<'a> {
    pub items: &'a syn::Expr,
    /// How many there are, if the iterator itself is not to be asked.
    pub count: Option<syn::Expr>,
    /// A pattern for one, and what is made of it.
    pub item: TokenStream,
    pub value: TokenStream,
    /// The loop's keyword.
    pub at: Span,
}

impl Collected {
    /// What comes before a `let` that binds such a `Vec`.
    fn bound(&self, local: &mut syn::Local) -> Option<Vec<syn::Stmt>> {
        let init = local.init.as_mut().filter(|init| init.diverge.is_none())?;
        let ty = match &local.pat {
            syn::Pat::Type(of) => Some(&*of.ty),
            _ => None,
        };
        let Made { stmts, vec } = self.made(&init.expr, ty)?;
        *init.expr = vec;
        Some(stmts)
    }

    fn made(&self, node: &syn::Expr, ty: Option<&syn::Type>) -> Option<Made> {
        let syn::Expr::MethodCall(call) = node else {
            return None;
        };
        let plain = call.method == "collect" && call.args.is_empty() && call.attrs.is_empty();
        let of = match &call.turbofish {
            None => ty?,
            Some(turbofish) => match turbofish.args.first()? {
                syn::GenericArgument::Type(of) => of,
                _ => return None,
            },
        };
        let source = &*call.receiver;
        if !plain || !is_counted(source) || !self.is_known(source) {
            return None;
        }
        let item = name("item").to_token_stream();
        let (items, item, value) = last_map(source).unwrap_or_else(|| (source, item.clone(), item));
        // Where a trait of the file's own has a `collect`, rustc finds two.
        let confirmed = quote!({
            use ::core::iter::Iterator as _;
            if false {
                let _: ::std::vec::Vec<_> = #source.collect();
            }
            ::core::iter::Iterator::size_hint(&#source).0
        });
        self.of_zeros(of, (items, confirmed), (item, value), Span::call_site())
    }

    /// A `Vec` that a loop fills; its statements are what `source` says.
    pub fn filled(&self, of: &syn::Type, source: Source) -> Option<Made> {
        let Source {
            items,
            count,
            item,
            value,
            at,
        } = source;
        let body: syn::Expr = syn::parse2(value.clone()).ok()?;
        if count.is_none() && !is_counted(items) || !self.is_known(items) || !self.is_known(&body) {
            return None;
        }
        let count = match count {
            Some(count) => count.to_token_stream(),
            None => quote!(::core::iter::Iterator::size_hint(&#items).0),
        };
        self.of_zeros(of, (items, count), (item, value), at)
    }

    /// The zero of a `Vec`'s elements, if a loop with that body may fill it.
    pub fn zero_of_known(&self, of: &syn::Type, body: &syn::Block) -> Option<TokenStream> {
        let body: syn::Expr = syn::parse_quote!(#body);
        zero(of).filter(|_| self.is_known(&body))
    }

    fn of_zeros(
        &self,
        of: &syn::Type,
        (items, count): (&syn::Expr, TokenStream),
        (item, value): (TokenStream, TokenStream),
        at: Span,
    ) -> Option<Made> {
        let zero = zero(of)?;
        let [vec, slot] = ["made", "slot"].map(name);
        let keyword = quote_spanned!(at=> for);
        let made: syn::Block = syn::parse2(quote!({
            let mut #vec: #of = vec![#zero; #count];
            #keyword (#slot, #item) in #vec.iter_mut().zip(#items) {
                *#slot = #value;
            }
        }))
        .ok()?;
        let stmts = made.stmts;
        let vec = syn::parse2(quote!(#vec)).ok()?;
        Some(Made { stmts, vec })
    }

    /// Whether a loop of a kernel may call what the closures call: of a function outside, only rustc knows.
    fn is_known(&self, source: &syn::Expr) -> bool {
        let mut calls = Calls {
            nested: &self.nested,
            known: true,
        };
        calls.visit_expr(source);
        calls.known
    }
}

/// What comes before a chain's last `map`, its closure's pattern, and its value: the body of a loop may hold
/// what no closure in a loop's head may. A type in the closure would be missing there.
fn last_map(source: &syn::Expr) -> Option<(&syn::Expr, TokenStream, TokenStream)> {
    let syn::Expr::MethodCall(call) = source else {
        return None;
    };
    let map = call.args.first().filter(|_| call.method == "map")?;
    let map = closure(map)?;
    let (pattern, value) = (map.inputs.first()?, &map.body);
    let untyped =
        matches!(map.output, syn::ReturnType::Default) && !matches!(pattern, syn::Pat::Type(_));
    untyped.then(|| (&*call.receiver, quote!(#pattern), quote!(#value)))
}

struct Calls<'a> {
    nested: &'a [String],
    known: bool,
}

impl Visit<'_> for Calls<'_> {
    fn visit_expr_call(&mut self, node: &syn::ExprCall) {
        self.known &= match &*node.func {
            func if is_axis_path(func) || zip_of(node).is_some() => true,
            syn::Expr::Path(path) => {
                let first = path
                    .path
                    .segments
                    .first()
                    .map(|first| first.ident.to_string());
                first.is_some_and(|first| {
                    Scalar::from_name(&first).is_some() || self.nested.contains(&first)
                })
            }
            _ => false,
        };
        visit::visit_expr_call(self, node);
    }

    fn visit_macro(&mut self, _: &syn::Macro) {
        self.known = false;
    }
}

/// The zero of a `Vec`'s elements, if they are numbers or bools by the primitives' names, or tuples or fixed
/// arrays of such.
fn zero(ty: &syn::Type) -> Option<TokenStream> {
    let syn::Type::Path(path) = ty else {
        return None;
    };
    let last = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == "Vec")?;
    let syn::PathArguments::AngleBracketed(args) = &last.arguments else {
        return None;
    };
    match args.args.first()? {
        syn::GenericArgument::Type(element) => zero_of(element),
        _ => None,
    }
}

fn zero_of(element: &syn::Type) -> Option<TokenStream> {
    match element {
        syn::Type::Path(path) => {
            let name = path.path.get_ident()?;
            let zero = match Scalar::from_name(&name.to_string())? {
                Scalar::Bool => "false".to_string(),
                scalar if scalar.is_float() => format!("0.0_{name}"),
                _ => format!("0_{name}"),
            };
            zero.parse().ok()
        }
        syn::Type::Array(of) => {
            let (zero, length) = (zero_of(&of.elem)?, &of.len);
            matches!(length, syn::Expr::Lit(_)).then(|| quote!([#zero; #length]))
        }
        syn::Type::Tuple(of) => {
            let zeros = of.elems.iter().map(zero_of).collect::<Option<Vec<_>>>()?;
            let mut alike = zeros.iter().map(TokenStream::to_string);
            let first = alike.next()?;
            (zeros.len() > 1 && alike.all(|zero| zero == first)).then(|| quote!((#(#zeros),*)))
        }
        _ => None,
    }
}

/// Whether a chain knows how many items it has, and asking it changes nothing.
fn is_counted(node: &syn::Expr) -> bool {
    let call = match node {
        syn::Expr::MethodCall(call) => call,
        syn::Expr::Call(call) => return zip_of(call).is_some_and(is_pairs),
        _ => return matches!(node, syn::Expr::Paren(of) if is_range(&of.expr, false)),
    };
    let source = &*call.receiver;
    let args: Vec<&syn::Expr> = call.args.iter().collect();
    if call.turbofish.is_some() {
        return false;
    }
    match (call.method.to_string().as_str(), &args[..]) {
        ("iter" | "outer_iter", []) => is_plain(source),
        ("axis_iter", [axis]) => is_plain(source) && is_axis(axis),
        ("into_iter", []) => is_lines(source),
        ("windows" | "chunks" | "chunks_exact", [size]) => is_plain(source) && is_plain(size),
        ("enumerate" | "rev" | "copied" | "cloned", []) => is_counted(source),
        ("skip" | "take" | "step_by", [count]) => is_counted(source) && is_plain(count),
        ("zip", [other]) => is_counted(source) && is_pairs((source, other)),
        ("map", [test]) => {
            let one = closure(test).is_some_and(|test| test.inputs.len() == 1);
            is_counted(source) && one
        }
        _ => false,
    }
}

/// Whether both sides of a zip know how many items they have. Where the right one ends first, a closure before
/// it is asked once more than there are pairs.
fn is_pairs((left, right): (&syn::Expr, &syn::Expr)) -> bool {
    let mut sides = [left, right].into_iter();
    !is_mapped(left) && sides.all(|side| is_counted(side) || is_array(side))
}

/// Whether a closure is among a chain's stages.
fn is_mapped(node: &syn::Expr) -> bool {
    match node {
        syn::Expr::MethodCall(call) => call.method == "map" || is_mapped(&call.receiver),
        _ => false,
    }
}

/// `a..b`, or `a..` and kin, as in `x[1..]`.
fn is_range(node: &syn::Expr, open: bool) -> bool {
    let syn::Expr::Range(range) = node else {
        return false;
    };
    let ends = [&range.start, &range.end];
    ends.iter().all(|end| match end {
        Some(end) => is_plain(end),
        None => open,
    })
}

/// A name, or a reference to one or to a part of one.
pub(super) fn is_array(node: &syn::Expr) -> bool {
    match node {
        syn::Expr::Path(_) => true,
        syn::Expr::Reference(of) => of.mutability.is_none() && is_array_or_part(&of.expr),
        _ => false,
    }
}

fn is_array_or_part(node: &syn::Expr) -> bool {
    match node {
        syn::Expr::Index(of) => is_range(&of.index, true) && is_plain(&of.expr),
        node => is_array(node),
    }
}

/// `a.rows()`, `a.columns()`
fn is_lines(node: &syn::Expr) -> bool {
    let syn::Expr::MethodCall(call) = node else {
        return false;
    };
    let lines = call.method == "rows" || call.method == "columns";
    lines && call.args.is_empty() && is_plain(&call.receiver)
}

/// `Axis(1)`
fn is_axis(node: &syn::Expr) -> bool {
    match node {
        syn::Expr::Call(call) => is_axis_path(&call.func) && call.args.iter().all(is_plain),
        _ => false,
    }
}

fn is_axis_path(node: &syn::Expr) -> bool {
    let syn::Expr::Path(of) = node else {
        return false;
    };
    let last = of.path.segments.last();
    last.is_some_and(|last| last.ident == "Axis")
}

/// Names, numbers, lengths, and arithmetic and parts of them: evaluated twice, they come to the same.
fn is_plain(node: &syn::Expr) -> bool {
    match node {
        syn::Expr::Path(_) | syn::Expr::Lit(_) => true,
        syn::Expr::Paren(of) => is_plain(&of.expr),
        syn::Expr::Field(of) => is_plain(&of.base),
        syn::Expr::Cast(of) => is_plain(&of.expr),
        syn::Expr::Binary(of) => is_plain(&of.left) && is_plain(&of.right),
        syn::Expr::Index(of) => {
            is_plain(&of.expr) && (is_plain(&of.index) || is_range(&of.index, true))
        }
        syn::Expr::MethodCall(of) => {
            let length = ["len", "nrows", "ncols"]
                .iter()
                .any(|name| of.method == name);
            length && of.args.is_empty() && is_plain(&of.receiver)
        }
        _ => false,
    }
}
