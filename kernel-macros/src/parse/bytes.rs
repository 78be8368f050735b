//! `u32::from_le_bytes([a, b, c, d])`: shifts and alternatives; and the bytes of a number, which are an array.

use super::Parser;
use super::part::{Part, called, recorded};
use super::span;
use super::swap::name;
use crate::ir::{BinaryOp, Block, ExprId, ExprKind, Pat, Scalar, Span, Stmt, StmtKind, Ty};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

impl Parser {
    /// A number of the bytes that are written out, that an array has, or a slice: `part.try_into().unwrap()`.
    /// The casts name the type again, so that rustc confirms it.
    pub(super) fn number_of_bytes(
        &mut self,
        path: &syn::ExprPath,
        call: &syn::ExprCall,
    ) -> Option<ExprId> {
        let [owner, function] = [0, 1].map(|position| path.path.segments.get(position));
        let (owner, function) = (owner?, function?);
        let scalar = Scalar::from_name(&owner.ident.to_string()).filter(|ty| ty.is_int())?;
        let descending = match function.ident.to_string().as_str() {
            "from_le_bytes" => false,
            "from_be_bytes" => true,
            _ => return None,
        };
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        let [bytes] = args[..] else { return None };
        let plain = path.path.segments.len() == 2 && path.qself.is_none();
        if !plain || self.path.is_empty() {
            return None;
        }
        let count = scalar.bytes() as usize;
        if let syn::Expr::Array(list) = bytes {
            let listed = list.elems.iter().map(ToTokens::to_token_stream);
            let listed: Vec<TokenStream> = listed.collect();
            let fits = listed.len() == count;
            return fits.then(|| self.shifted(&owner.ident, &listed, descending))?;
        }
        self.scopes.enter();
        let value = self.of_whole(&owner.ident, bytes, count, descending);
        self.scopes.leave();
        value
    }

    /// The same where the bytes have a name first.
    fn of_whole(
        &mut self,
        owner: &Ident,
        bytes: &syn::Expr,
        count: usize,
        descending: bool,
    ) -> Option<ExprId> {
        let list = name("bytes");
        let span = span::of(bytes);
        let mut stmts = Vec::new();
        match self.exact_slice(bytes, count) {
            Some((part, check)) => {
                self.bind_part_name(&list, part);
                stmts.push(check);
            }
            None => {
                let init = Some(self.expr(bytes));
                let kind = self.local_kind();
                let ty = Ty::Array(Box::new(Ty::Scalar(Scalar::U8)), count as u64);
                let var = self.bind(&list, kind, false, ty);
                let pat = Pat::Var(var);
                let kind = StmtKind::Let { pat, init };
                stmts.push(Stmt { kind, span });
            }
        }
        let listed = (0..count).map(|at| {
            let at = Literal::usize_suffixed(at);
            quote!(#list[#at])
        });
        let listed: Vec<TokenStream> = listed.collect();
        let value = Some(self.shifted(owner, &listed, descending)?);
        Some(self.push(ExprKind::Block(Block { stmts, value }), span))
    }

    /// The slice in `slice.try_into().unwrap()`, and the assertion that it has so many elements.
    fn exact_slice(&mut self, node: &syn::Expr, count: usize) -> Option<(Part, Stmt)> {
        let syn::Expr::MethodCall(taken) = node else {
            return None;
        };
        let syn::Expr::MethodCall(tried) = &*taken.receiver else {
            return None;
        };
        let message = match &taken.args.iter().collect::<Vec<_>>()[..] {
            [] if taken.method == "unwrap" => TokenStream::new(),
            [text @ syn::Expr::Lit(_)] if taken.method == "expect" => text.to_token_stream(),
            _ => return None,
        };
        if tried.method != "try_into" || !tried.args.is_empty() || tried.turbofish.is_some() {
            return None;
        }
        let part = self.attempt(|parser| {
            let part = parser.part_expr(slice(&tried.receiver));
            part.filter(|part| part.rank() == 1 && part.is_slice())
        })?;
        let span = Span::of(node);
        let len = self.part_len(&part, 0, span);
        let exact = self.number(count as u128, span);
        let cond = self.compare_made(BinaryOp::Eq, len, exact);
        let again = called(&taken.method, &message);
        let (len_of, size) = (recorded(span, 0), Literal::usize_unsuffixed(count));
        let tokens = quote_spanned! {span.start=>
            let __kernel_bytes = ::core::convert::TryInto::<[(); #size]>::try_into(&[(); !0][..#len_of]);
            let _ = __kernel_bytes.#again;
        };
        let kind = StmtKind::Assert {
            cond,
            args: vec![len],
            tokens,
            debug_only: false,
        };
        let writable = false;
        Some((Part { writable, ..part }, Stmt { kind, span }))
    }

    fn shifted(
        &mut self,
        owner: &Ident,
        bytes: &[TokenStream],
        descending: bool,
    ) -> Option<ExprId> {
        let parts = bytes.iter().enumerate().map(|(position, byte)| {
            let place = match descending {
                true => bytes.len() - 1 - position,
                false => position,
            };
            let shift = Literal::usize_unsuffixed(8 * place);
            quote!(((#byte) as u8 as #owner) << #shift)
        });
        let whole = parts.reduce(|all: TokenStream, part| quote!(#all | #part))?;
        let whole: syn::Expr = syn::parse2(quote!((#whole))).ok()?;
        Some(self.expr(&whole))
    }

    /// `x.to_le_bytes()[k]`
    pub(super) fn byte_of(&mut self, node: &syn::Expr, index: &syn::ExprIndex) -> Option<ExprId> {
        if !gives_bytes(&index.expr) || self.path.is_empty() {
            return None;
        }
        let (list, bytes, at) = (name("bytes"), &index.expr, &index.index);
        let mut written: syn::ExprBlock = syn::parse2(quote!({ let #list = 0; #list[0] })).ok()?;
        if let [
            syn::Stmt::Local(local),
            syn::Stmt::Expr(syn::Expr::Index(element), _),
        ] = &mut written.block.stmts[..]
        {
            *local.init.as_mut()?.expr = (**bytes).clone();
            element.index = at.clone();
            element.bracket_token = index.bracket_token;
        }
        let block = self.block(&written.block);
        Some(self.push(ExprKind::Block(block), span::of(node)))
    }
}

/// Whether an expression is the bytes of a number.
pub(super) fn gives_bytes(node: &syn::Expr) -> bool {
    match node {
        syn::Expr::Paren(of) => gives_bytes(&of.expr),
        syn::Expr::MethodCall(call) => {
            let known = call.method == "to_le_bytes" || call.method == "to_be_bytes";
            known && call.args.is_empty() && call.turbofish.is_none()
        }
        _ => false,
    }
}

/// What a reference to a slice is to.
fn slice(node: &syn::Expr) -> &syn::Expr {
    match node {
        syn::Expr::Paren(of) => slice(&of.expr),
        syn::Expr::Reference(of) if of.mutability.is_none() => slice(&of.expr),
        node => node,
    }
}
