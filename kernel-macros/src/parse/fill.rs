//! `row.fill(x)` and `row.copy_from_slice(other)` in an iteration: the loops that they are.

use super::Parser;
use super::part::{Part, assertion, called, recorded};
use super::swap::name;
use crate::ir::types::ViewKind;
use crate::ir::{BinaryOp, Block, ExprId, ExprKind, Span, Stmt, StmtKind};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

impl Parser {
    /// The loop, if the call writes all of a `&mut [T]` or of an array that the iteration binds.
    pub(super) fn filled(&mut self, call: &syn::ExprMethodCall) -> Option<StmtKind> {
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        let [arg] = args[..] else {
            return None;
        };
        let array = self.named(&call.receiver)?;
        let own = self.fixed.contains(&array);
        let plain = call.turbofish.is_none() && !self.path.is_empty();
        let lent = self.segment(array).is_some() && self.is_lent_slice(array);
        if !plain || !(own || lent) {
            return None;
        }
        let span = Span {
            start: call.method.span(),
            ..Span::of(call)
        };
        match call.method.to_string().as_str() {
            "fill" => {
                self.prove_own_array(array, call);
                let (array, [value, at]) = (&call.receiver, ["value", "at"].map(name));
                self.written_out(
                    quote!({
                        let #value = #arg;
                        for #at in 0..#array.len() { #array[#at] = #value; }
                    }),
                    span,
                )
            }
            "copy_from_slice" if !own => {
                let target = self.segment(array)?.clone();
                let source = self.attempt(|parser| parser.part_expr(arg).filter(is_slice))?;
                self.copied(call, &target, source, span)
            }
            _ => None,
        }
    }

    /// `row.reverse()` of the same.
    pub(super) fn reversed(&mut self, call: &syn::ExprMethodCall) -> Option<StmtKind> {
        let known = call.method == "reverse" && call.args.is_empty() && call.turbofish.is_none();
        let array = self.named(&call.receiver).filter(|_| known)?;
        let own = self.fixed.contains(&array);
        let lent = self.segment(array).is_some() && self.is_lent_slice(array);
        if self.path.is_empty() || !(own || lent) {
            return None;
        }
        self.prove_own_array(array, call);
        let (array, [kept, at, other]) = (&call.receiver, ["kept", "at", "other"].map(name));
        self.written_out(
            quote!({
                for #at in 0..#array.len() / 2 {
                    let #other = #array.len() - 1 - #at;
                    let #kept = #array[#at];
                    #array[#at] = #array[#other];
                    #array[#other] = #kept;
                }
            }),
            Span::of(call),
        )
    }

    /// Copies element by element what has the same length, or else fails as std does.
    fn copied(
        &mut self,
        call: &syn::ExprMethodCall,
        target: &Part,
        source: Part,
        span: Span,
    ) -> Option<StmtKind> {
        let (to, from) = (
            self.part_len(target, 0, span),
            self.part_len(&source, 0, span),
        );
        let same = self.compare_made(BinaryOp::Eq, to, from);
        let check = assertion(same, vec![to, from], copied_again(call, span), span);
        let (array, [other, at]) = (&call.receiver, ["other", "at"].map(name));
        self.scopes.enter();
        self.bind_part_name(&other, source);
        let copy = self.written_out(
            quote!({ for #at in 0..#array.len() { #array[#at] = #other[#at]; } }),
            span,
        );
        self.scopes.leave();
        let stmts = [check.kind, copy?].map(|kind| Stmt { kind, span });
        let block = Block {
            stmts: stmts.into(),
            value: None,
        };
        Some(StmtKind::Expr(self.braced(block, span)))
    }

    fn written_out(&mut self, written: TokenStream, span: Span) -> Option<StmtKind> {
        let written: syn::Block = syn::parse2(written).ok()?;
        let block = self.block(&written);
        Some(StmtKind::Expr(self.braced(block, span)))
    }

    fn braced(&mut self, block: Block, span: Span) -> ExprId {
        self.push(ExprKind::Block(block), span)
    }
}

fn is_slice(part: &Part) -> bool {
    part.kind == ViewKind::Slice && part.rank() == 1
}

/// The call again, on slices of as many elements without a size.
fn copied_again(call: &syn::ExprMethodCall, span: Span) -> TokenStream {
    let (to, from) = (recorded(span, 0), recorded(span, 1));
    let again = called(&call.method, &quote!(&(&[(); !0])[..#from]));
    quote_spanned!(span.start=> (&mut [(); !0])[..#to].#again;)
}
