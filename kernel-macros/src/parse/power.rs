//! `x.pow(k)` of integers, where the exponent is no number that is written out: squares and products in a loop,
//! as std has them. `checked_pow`, `saturating_pow` and `overflowing_pow` are that with any exponent, and `ilog` and
//! `checked_ilog` are divisions in a loop.

use super::Parser;
use super::part::called;
use super::swap::name;
use crate::ir::{Block, Builtin, ExprId, ExprKind, Pat, Span, Stmt, StmtKind, Ty};
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

impl Parser {
    /// A call of such a method.
    pub(super) fn power(&mut self, call: &syn::ExprMethodCall) -> Option<ExprId> {
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        let [exponent] = args[..] else { return None };
        let wanted = is_written_out(&call.method, exponent);
        if !wanted || call.turbofish.is_some() || self.path.is_empty() {
            return None;
        }
        let base = self.expr(&call.receiver);
        self.prove_by_reference(call, base);
        self.power_of(&call.method, base, exponent, Span::of(call))
    }

    /// The same of a function: `u32::pow(x, k)`.
    pub(super) fn power_called(
        &mut self,
        call: &syn::ExprCall,
        builtin: Builtin,
        base: ExprId,
    ) -> Option<ExprId> {
        let method = Ident::new(builtin.name(), Span::of(&call.func).start);
        let exponent = call.args.iter().nth(1)?;
        let wanted = is_written_out(&method, exponent) && !self.path.is_empty();
        let span = Span::of(call);
        wanted.then(|| self.power_of(&method, base, exponent, span))?
    }

    fn power_of(
        &mut self,
        method: &Ident,
        base: ExprId,
        exponent: &syn::Expr,
        span: Span,
    ) -> Option<ExprId> {
        let exponent = self.expr(exponent);
        let [of, by, power, fits] = ["base", "exponent", "power", "fits"].map(name);
        self.scopes.enter();
        let operands = [(&of, base), (&by, exponent)].map(|(name, init)| {
            let kind = self.local_kind();
            let var = self.bind(name, kind, false, Ty::Unknown);
            let (pat, init) = (Pat::Var(var), Some(init));
            let kind = StmtKind::Let { pat, init };
            (var, Stmt { kind, span })
        });
        let vars = [operands[0].0, operands[1].0];
        let mut stmts: Vec<Stmt> = operands.into_iter().map(|(_, bind)| bind).collect();
        let logarithm = method.to_string().ends_with("ilog");
        let written = match logarithm {
            true => divisions(),
            false => squares_and_products(),
        };
        let read = syn::parse2::<syn::Block>(written).ok();
        let value = read.and_then(|written| {
            let made = self.block_in_scope(&written);
            stmts.extend(made.stmts);
            let value = match method.to_string().as_str() {
                "pow" | "ilog" => {
                    let check = self.power_fits(method, vars, span, !logarithm)?;
                    stmts.push(check);
                    quote!(#power)
                }
                "overflowing_pow" => quote!((#power, !#fits)),
                "wrapping_pow" => quote!(#power),
                "checked_pow" | "checked_ilog" => {
                    let [some, none] = ["some", "none"].map(name);
                    quote!(if #fits { #some(#power) } else { #none })
                }
                _ => quote! {
                    if #fits {
                        #power
                    } else if #of < 0 && #by & 1 == 1 {
                        #of.__kernel_least()
                    } else {
                        #of.__kernel_greatest()
                    }
                },
            };
            Some(self.expr(&syn::parse2(value).ok()?))
        });
        self.scopes.leave();
        let value = Some(value?);
        Some(self.push(ExprKind::Block(Block { stmts, value }), span))
    }

    /// Where it does not fit, std's own method says so: a power's in debug builds.
    fn power_fits(
        &mut self,
        method: &Ident,
        vars: [crate::ir::VarId; 2],
        span: Span,
        debug_only: bool,
    ) -> Option<Stmt> {
        let fits = name("fits");
        let cond = self.expr(&syn::parse2(quote!(#fits)).ok()?);
        let args = vars.map(|var| self.push(ExprKind::Var(var), span));
        let place = method.span();
        let [base, exponent] = ["__kernel_arg0", "__kernel_arg1"].map(|of| Ident::new(of, place));
        let again = called(method, &quote!(#exponent));
        let kind = StmtKind::Assert {
            cond,
            args: args.into(),
            tokens: quote_spanned!(place=> let _ = #base.#again;),
            debug_only,
        };
        // The recorded operands are bound here, with the hygiene of the method's name.
        let span = Span {
            start: place,
            ..span
        };
        Some(Stmt { kind, span })
    }
}

/// Whether a call of this method is written out here.
fn is_written_out(method: &Ident, exponent: &syn::Expr) -> bool {
    let literal = matches!(exponent, syn::Expr::Lit(_));
    match method.to_string().as_str() {
        "pow" | "wrapping_pow" => !literal,
        "checked_pow" | "saturating_pow" | "overflowing_pow" | "ilog" | "checked_ilog" => true,
        _ => false,
    }
}

/// The power, and whether no product on the way is too large: those of std are the same.
fn squares_and_products() -> TokenStream {
    let [of, by, power, square, rest, fits, next, over] = [
        "base", "exponent", "power", "square", "rest", "fits", "next", "over",
    ]
    .map(name);
    quote!({
        let mut #power = 1;
        let mut #square = #of;
        let mut #rest = #by;
        let mut #fits = true;
        while #rest > 0u32 {
            if #rest & 1 == 1 {
                let (#next, #over) = #square.overflowing_mul(#power);
                #power = #next;
                #fits = #fits && !#over;
            }
            #rest >>= 1;
            if #rest > 0 {
                let (#next, #over) = #square.overflowing_mul(#square);
                #square = #next;
                #fits = #fits && !#over;
            }
        }
    })
}

/// How often the number can be divided, and whether that is its logarithm.
fn divisions() -> TokenStream {
    let [of, by, power, rest, fits] = ["base", "exponent", "power", "rest", "fits"].map(name);
    quote!({
        let #fits = #of > 0 && #by > 1;
        let mut #power = 0u32;
        let mut #rest = #of;
        while #fits && #rest >= #by {
            #rest /= #by;
            #power += 1;
        }
    })
}
