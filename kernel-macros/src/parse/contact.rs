//! What the driver's statements do with the elements of arrays.
//!
//! A device may hold newer elements than the host. They come back before a statement that could
//! touch them, so a statement has to be understood, or be taken for one that does anything. What
//! does not name an array of the function cannot touch one that a later region may borrow: the
//! borrow checker sees to that. So it is the names that count, and what stands around them.

use crate::ir::Builtin;
use crate::ir::template::Contact;
use crate::ir::types::ViewKind;
use crate::tables::HashMap;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::BTreeSet;

/// The names of the function's arrays.
#[derive(Default)]
pub(in crate::parse) struct Arrays(HashMap<String, ViewKind>);

/// What a statement does, and what its blocks have to look after.
#[derive(Default)]
pub(in crate::parse) struct Meeting {
    pub before: Contact,
    /// Host code that may touch arrays follows a block of the statement: everything is released
    /// whenever one is left.
    pub guarded: bool,
}

impl Meeting {
    fn of(before: Contact) -> Meeting {
        Meeting {
            before,
            guarded: false,
        }
    }
}

impl Arrays {
    pub fn new(arrays: impl IntoIterator<Item = (String, ViewKind)>) -> Arrays {
        Arrays(arrays.into_iter().collect())
    }

    pub fn statement(&self, stmt: &syn::Stmt) -> Meeting {
        match stmt {
            syn::Stmt::Item(_) => Meeting::default(),
            syn::Stmt::Macro(node) => self.whole(node),
            syn::Stmt::Local(local) => match &local.init {
                None => Meeting::default(),
                Some(init) if init.diverge.is_none() && is_control(&init.expr) => {
                    self.control(&init.expr)
                }
                Some(init) if init.diverge.is_none() => self.plain(local, &init.expr),
                Some(_) => self.whole(local),
            },
            syn::Stmt::Expr(node, _) if is_control(node) => self.control(node),
            syn::Stmt::Expr(node, _) => self.expression(node),
        }
    }

    /// `if`, `match`, loops and blocks: what they ask first. Their blocks' statements are asked
    /// for themselves.
    fn control(&self, node: &syn::Expr) -> Meeting {
        match node {
            syn::Expr::Loop(_) | syn::Expr::Block(_) => Meeting::default(),
            syn::Expr::ForLoop(node) => Meeting::of(self.head(&node.expr)),
            syn::Expr::While(node) => {
                let before = self.head(&node.cond);
                Meeting {
                    guarded: !before.is_none(),
                    before,
                }
            }
            syn::Expr::If(_) => self.branches(node),
            syn::Expr::Match(node) => self.arms(node),
            _ => self.whole(node),
        }
    }

    /// Conditions are asked one after the other, before any block runs.
    fn branches(&self, mut node: &syn::Expr) -> Meeting {
        let mut before = Contact::None;
        while let syn::Expr::If(branch) = node {
            before.join(self.head(&branch.cond));
            match &branch.else_branch {
                Some((_, otherwise)) => node = otherwise,
                None => break,
            }
        }
        Meeting::of(before)
    }

    /// What stands outside of blocks runs before any block, or instead.
    fn arms(&self, node: &syn::ExprMatch) -> Meeting {
        let mut before = self.head(&node.expr);
        for arm in &node.arms {
            if let syn::Pat::Guard(guarded) = &arm.pat {
                before.join(self.head(&guarded.guard));
            }
            if matches!(*arm.body, syn::Expr::Block(_)) {
                continue;
            }
            let body = self.expression(&arm.body);
            if body.guarded {
                return self.whole(node);
            }
            before.join(body.before);
        }
        Meeting::of(before)
    }

    /// An expression that is evaluated before a block is entered.
    pub fn head(&self, node: &syn::Expr) -> Contact {
        if self.reads_only(node) {
            return self.touched(node, Contact::Reads);
        }
        self.touched(node, Contact::Any(BTreeSet::new()))
    }

    fn expression(&self, node: &syn::Expr) -> Meeting {
        if let Some(swap) = self.swap(node) {
            return Meeting::of(swap);
        }
        let reads = match node {
            syn::Expr::Assign(assign) => {
                self.is_scalar(&assign.left) && self.reads_only(&assign.right)
            }
            syn::Expr::Return(node) => node.expr.as_ref().is_none_or(|node| self.reads_only(node)),
            syn::Expr::Binary(node) if is_compound(&node.op) => {
                self.is_scalar(&node.left) && self.reads_only(&node.right)
            }
            _ => self.reads_only(node),
        };
        if reads {
            return Meeting::of(self.touched(node, Contact::Reads));
        }
        self.whole(node)
    }

    fn plain(&self, local: &syn::Local, value: &syn::Expr) -> Meeting {
        if let Some(array) = self.part(local) {
            return Meeting::of(Contact::Part(array));
        }
        if self.reads_only(value) {
            return Meeting::of(self.touched(value, Contact::Reads));
        }
        self.whole(value)
    }

    /// A statement that does anything with the arrays that it names; if there are loops in it,
    /// with them all, before them and after.
    fn whole(&self, node: &impl ToTokens) -> Meeting {
        let tokens = node.to_token_stream();
        let guarded = has_word(&tokens, "for");
        let mut before = self.touched(node, Contact::Any(BTreeSet::new()));
        if guarded {
            before.join(Contact::Any(BTreeSet::new()));
        }
        Meeting { before, guarded }
    }

    /// This contact, if the tokens name an array otherwise than to ask for its lengths.
    fn touched(&self, node: &impl ToTokens, contact: Contact) -> Contact {
        let tokens = node.to_token_stream();
        let mut scan = Scan {
            arrays: self,
            names: BTreeSet::new(),
            opaque: false,
        };
        scan.tokens(&tokens);
        match contact {
            _ if scan.opaque => Contact::Any(scan.names),
            _ if scan.names.is_empty() => Contact::None,
            Contact::Any(_) => Contact::Any(scan.names),
            other => other,
        }
    }

    /// `std::mem::swap(&mut a, &mut b)`: handles change places, elements stay.
    fn swap(&self, node: &syn::Expr) -> Option<Contact> {
        let syn::Expr::Call(call) = node else {
            return None;
        };
        let syn::Expr::Path(path) = &*call.func else {
            return None;
        };
        let names: Vec<String> = path
            .path
            .segments
            .iter()
            .map(|s| s.ident.to_string())
            .collect();
        let plain = path
            .path
            .segments
            .iter()
            .all(|segment| segment.arguments.is_none());
        if !plain || !names.ends_with(&["mem".to_string(), "swap".to_string()]) {
            return None;
        }
        let arrays = call.args.iter().map(|arg| self.borrowed(arg));
        let arrays: Vec<syn::Ident> = arrays.collect::<Option<_>>()?;
        Some(Contact::Swap {
            path: path.to_token_stream(),
            arrays,
        })
    }

    /// The array in `&mut name`.
    fn borrowed(&self, node: &syn::Expr) -> Option<syn::Ident> {
        let syn::Expr::Reference(reference) = node else {
            return None;
        };
        reference.mutability?;
        let name = name_of(&reference.expr)?;
        self.0.contains_key(&name.to_string()).then(|| name.clone())
    }

    /// The array in `let part = &a[1..n];`, if nothing else is touched.
    fn part(&self, local: &syn::Local) -> Option<syn::Ident> {
        let (array, bounds) = part_of(local)?;
        let untouched = |bound: &&syn::Expr| self.touched(bound, Contact::Reads).is_none();
        let part = self.0.contains_key(&array.to_string()) && bounds.iter().all(untouched);
        part.then(|| array.clone())
    }

    /// A variable that is no array, or `*name`.
    fn is_scalar(&self, node: &syn::Expr) -> bool {
        match node {
            syn::Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => {
                self.is_scalar(&unary.expr)
            }
            _ => name_of(node).is_some_and(|name| !self.0.contains_key(&name.to_string())),
        }
    }

    /// Arithmetic on scalars and elements.
    fn reads_only(&self, node: &syn::Expr) -> bool {
        let all = |nodes: &syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>| {
            nodes.iter().all(|node| self.reads_only(node))
        };
        match node {
            syn::Expr::Lit(_) => true,
            syn::Expr::Path(path) => path
                .path
                .get_ident()
                .is_none_or(|name| !self.0.contains_key(&name.to_string())),
            syn::Expr::Index(index) => {
                self.is_element(&index.expr) && self.reads_only(&index.index)
            }
            syn::Expr::Binary(node) => {
                !is_compound(&node.op)
                    && self.reads_only(&node.left)
                    && self.reads_only(&node.right)
            }
            syn::Expr::Unary(node) => self.reads_only(&node.expr),
            syn::Expr::Paren(node) => self.reads_only(&node.expr),
            syn::Expr::Cast(node) => self.reads_only(&node.expr),
            syn::Expr::Tuple(node) => all(&node.elems),
            syn::Expr::Array(node) => all(&node.elems),
            syn::Expr::MethodCall(call) => {
                let method = call.method.to_string();
                let of_array = name_of(&call.receiver)
                    .is_some_and(|name| self.is_question(&name.to_string(), &method));
                let of_scalar =
                    Builtin::from_name(&method).is_some() && self.reads_only(&call.receiver);
                (of_array || of_scalar) && all(&call.args)
            }
            _ => false,
        }
    }

    /// What stands before an index: an array, or a row of one.
    fn is_element(&self, node: &syn::Expr) -> bool {
        match node {
            syn::Expr::Index(index) => {
                self.is_element(&index.expr) && self.reads_only(&index.index)
            }
            _ => name_of(node).is_some_and(|name| self.0.contains_key(&name.to_string())),
        }
    }

    /// Whether a method asks an array for its lengths or for a copy.
    fn is_question(&self, array: &str, method: &str) -> bool {
        let copies = ["to_vec", "to_owned", "clone"];
        let copy = self.0.contains_key(array) && copies.contains(&method);
        copy || self.is_length(array, method)
    }

    /// Whether a method asks an array for its lengths alone.
    fn is_length(&self, array: &str, method: &str) -> bool {
        let of_ndarray = [
            "nrows", "ncols", "dim", "raw_dim", "shape", "len_of", "ndim",
        ];
        match self.0.get(array) {
            None => false,
            Some(ViewKind::NdArray) if of_ndarray.contains(&method) => true,
            Some(_) => ["len", "is_empty"].contains(&method),
        }
    }
}

/// Looks for the names of arrays.
struct Scan<'a> {
    arrays: &'a Arrays,
    names: BTreeSet<String>,
    /// Something stands there that may do anything without naming anything.
    opaque: bool,
}

impl Scan<'_> {
    fn tokens(&mut self, tokens: &TokenStream) {
        let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
        for at in 0..tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) => self.tokens(&group.stream()),
                TokenTree::Ident(ident) => {
                    self.word(&ident.to_string(), &tokens[..at], &tokens[at + 1..])
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    fn word(&mut self, word: &str, before: &[TokenTree], after: &[TokenTree]) {
        // Macros see what they want, and pointers reach what they want.
        let called = matches!(after, [TokenTree::Punct(bang), TokenTree::Group(_), ..] if bang.as_char() == '!');
        self.opaque |= word == "unsafe" || called && word != "vec";
        let field = matches!(before, [.., TokenTree::Punct(dot)] if dot.as_char() == '.')
            && !matches!(before, [.., TokenTree::Punct(first), TokenTree::Punct(_)] if first.as_char() == '.');
        if field || !self.arrays.0.contains_key(word) {
            return;
        }
        let length = matches!(
            after,
            [TokenTree::Punct(dot), TokenTree::Ident(method), TokenTree::Group(call), ..]
                if dot.as_char() == '.'
                    && call.delimiter() == Delimiter::Parenthesis
                    && self.arrays.is_length(word, &method.to_string())
        );
        if !length {
            self.names.insert(word.to_string());
        }
    }
}

/// The array of which a `let` binds a part or several, and what says where the parts begin and end.
/// The names bound cannot be given other arrays later.
pub(in crate::parse) fn part_of(local: &syn::Local) -> Option<(&syn::Ident, Vec<&syn::Expr>)> {
    if !binds_for_good(&local.pat) {
        return None;
    }
    part_expr(&local.init.as_ref()?.expr)
}

/// The array of which an expression is a part.
pub(in crate::parse) fn part_in(node: &syn::Expr) -> Option<&syn::Ident> {
    part_expr(node).map(|(array, _)| array)
}

fn part_expr(node: &syn::Expr) -> Option<(&syn::Ident, Vec<&syn::Expr>)> {
    match node {
        syn::Expr::Reference(reference) => {
            let syn::Expr::Index(index) = &*reference.expr else {
                return None;
            };
            let syn::Expr::Range(range) = &*index.index else {
                return None;
            };
            let bounds = [&range.start, &range.end].into_iter().flatten();
            Some((
                name_of(&index.expr)?,
                bounds.map(|bound| &**bound).collect(),
            ))
        }
        syn::Expr::MethodCall(call) if call.turbofish.is_none() => {
            let method = call.method.to_string();
            let parts = ["view", "view_mut", "split_at", "split_at_mut", "t"];
            let sliced = method == "slice" || method == "slice_mut";
            let known = parts.contains(&method.as_str())
                || sliced && call.args.first().is_some_and(keeps_dimensions);
            known.then_some((name_of(&call.receiver)?, call.args.iter().collect()))
        }
        _ => None,
    }
}

/// `s![1..-1, ..;2]`: a range for each dimension, so that none goes.
fn keeps_dimensions(node: &syn::Expr) -> bool {
    let syn::Expr::Macro(of) = node else {
        return false;
    };
    let last = of.mac.path.segments.last();
    let tokens: Vec<TokenTree> = of.mac.tokens.clone().into_iter().collect();
    let is =
        |token: &TokenTree, sign| matches!(token, TokenTree::Punct(of) if of.as_char() == sign);
    let ranges = tokens.split(|token| is(token, ','));
    let mut ranges = ranges.filter(|range| !range.is_empty());
    let dots = |range: &[TokenTree]| {
        let mut pairs = range.windows(2);
        pairs.any(|pair| is(&pair[0], '.') && is(&pair[1], '.'))
    };
    last.is_some_and(|last| last.ident == "s") && ranges.all(dots)
}

fn binds_for_good(pat: &syn::Pat) -> bool {
    match pat {
        syn::Pat::Ident(pat) => {
            pat.mutability.is_none() && pat.by_ref.is_none() && pat.subpat.is_none()
        }
        syn::Pat::Type(pat) => binds_for_good(&pat.pat),
        syn::Pat::Tuple(pat) => pat.elems.iter().all(binds_for_good),
        syn::Pat::Wild(_) => true,
        _ => false,
    }
}

fn name_of(node: &syn::Expr) -> Option<&syn::Ident> {
    match node {
        syn::Expr::Path(path) if path.qself.is_none() => path.path.get_ident(),
        syn::Expr::Paren(node) => name_of(&node.expr),
        syn::Expr::Group(node) => name_of(&node.expr),
        _ => None,
    }
}

fn is_control(node: &syn::Expr) -> bool {
    matches!(
        node,
        syn::Expr::If(_)
            | syn::Expr::Match(_)
            | syn::Expr::Loop(_)
            | syn::Expr::While(_)
            | syn::Expr::ForLoop(_)
            | syn::Expr::Block(_)
    )
}

fn is_compound(op: &syn::BinOp) -> bool {
    super::expr::binary_op(op).is_none() && !matches!(op, syn::BinOp::And(_) | syn::BinOp::Or(_))
}

fn has_word(tokens: &TokenStream, word: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => has_word(&group.stream(), word),
        TokenTree::Ident(ident) => ident == word,
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
