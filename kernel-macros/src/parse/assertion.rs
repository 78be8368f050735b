//! `assert!`, `panic!` and kin: the macros of std that a region may hold.
//!
//! The condition is evaluated in the iteration. Where it fails, the values of the iteration's own
//! variables are recorded, and the macro runs again in the driver with those variables bound to
//! them: message and location are Rust's own.

use super::Parser;
use crate::ir::{BinaryOp, ExprId, ExprKind, Opaque, Proof, Span, StmtKind, VarId, VarKind};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::Token;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;

/// As many values as a failure record holds.
const MOST_VALUES: usize = 4;

/// What a macro asserts.
enum Claim {
    /// `assert!(condition, ..)`
    Holds,
    /// `assert_eq!(left, right, ..)` and `assert_ne!`
    Compares(BinaryOp),
    /// `panic!(..)`, `unreachable!(..)`, ..
    Nothing,
}

/// The macros understood: what they claim, and whether only in debug builds.
fn claim(name: &str) -> Option<(Claim, bool)> {
    let debug_only = name.starts_with("debug_");
    let claim = match name.trim_start_matches("debug_") {
        "assert" => Claim::Holds,
        "assert_eq" => Claim::Compares(BinaryOp::Eq),
        "assert_ne" => Claim::Compares(BinaryOp::Ne),
        "panic" | "unreachable" | "unimplemented" | "todo" if !debug_only => Claim::Nothing,
        _ => return None,
    };
    Some((claim, debug_only))
}

/// Whether a macro is one of these.
pub(super) fn is_assertion(mac: &syn::Macro) -> bool {
    let name = mac.path.get_ident().map(Ident::to_string);
    name.is_some_and(|name| claim(&name).is_some())
}

impl Parser {
    /// The statement that a macro is, if it is one of these.
    pub(super) fn assertion(&mut self, mac: &syn::Macro) -> Option<StmtKind> {
        let name = mac.path.get_ident()?;
        let (claim, debug_only) = claim(&name.to_string())?;
        let args = Punctuated::<syn::Expr, Token![,]>::parse_terminated;
        let args: Vec<syn::Expr> = args.parse2(mac.tokens.clone()).ok()?.into_iter().collect();
        let span = Span::of(mac);
        let cond = self.condition(&claim, &args, span)?;
        let mut values = Vec::new();
        self.local_names(mac.tokens.clone(), &mut values);
        if values.len() > MOST_VALUES {
            return Some(StmtKind::Opaque(Opaque {
                what: format!(
                    "an assertion about {} variables of the iteration",
                    values.len()
                ),
                help: Some(format!(
                    "compute what is asserted first, so that the macro names at most {MOST_VALUES}"
                )),
                blocks: Vec::new(),
            }));
        }
        if let Some(slice) = values.iter().find(|var| self.segment(**var).is_some()) {
            return Some(StmtKind::Opaque(Opaque {
                what: format!("an assertion about the slice `{}`", self.vars[*slice].ident),
                help: Some("bind what is asserted to variables of its own before".to_string()),
                blocks: Vec::new(),
            }));
        }
        self.prove(Proof::Macro(name.clone()));
        let tokens = self.again(mac, &values, span);
        let args = values.iter().map(|var| self.recorded_value(*var, span));
        let args = args.collect();
        Some(StmtKind::Assert {
            cond,
            args,
            tokens,
            debug_only,
        })
    }

    fn recorded_value(&mut self, var: VarId, span: Span) -> ExprId {
        match self.parts.get(&var).cloned() {
            Some(part) => self.read_part(&part, span),
            None => self.push(ExprKind::Var(var), span),
        }
    }

    fn condition(&mut self, claim: &Claim, args: &[syn::Expr], span: Span) -> Option<ExprId> {
        match claim {
            Claim::Holds => Some(self.expr(args.first()?)),
            Claim::Compares(op) => {
                let [left, right, ..] = args else { return None };
                let (left, right) = (self.expr(left), self.expr(right));
                Some(self.push(ExprKind::Binary(*op, left, right), span))
            }
            Claim::Nothing => Some(self.push(ExprKind::Bool(false), span)),
        }
    }

    /// The variables of the iteration that the macro names, inline in format strings too.
    fn local_names(&self, tokens: TokenStream, found: &mut Vec<VarId>) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.local_names(group.stream(), found),
                TokenTree::Ident(ident) => self.local_name(self.find(&ident), found),
                TokenTree::Literal(literal) => {
                    for name in captured_inline(&literal.to_string()) {
                        self.local_name(self.scopes.find_text(&name), found);
                    }
                }
                TokenTree::Punct(_) => {}
            }
        }
    }

    fn local_name(&self, var: Option<VarId>, found: &mut Vec<VarId>) {
        let Some(var) = var else {
            return;
        };
        // What the driver binds for good it can read again; what changes it cannot.
        let node = &self.vars[var];
        let moves = matches!(node.kind, VarKind::Local | VarKind::Index(_)) || node.mutable;
        if moves && !found.contains(&var) && !self.arrays.contains_key(&var) {
            found.push(var);
        }
    }

    /// The macro in the driver, with the recorded values under the user's names.
    fn again(&self, mac: &syn::Macro, values: &[VarId], span: Span) -> TokenStream {
        let mut tokens = TokenStream::new();
        for (position, var) in values.iter().enumerate() {
            let recorded = Ident::new(&format!("__kernel_arg{position}"), span.start);
            let name = &self.vars[*var].ident;
            let reference = self.references.contains(var) || self.parts.contains_key(var);
            let borrow = reference.then(|| quote_spanned!(span.start=> &));
            tokens.extend(quote_spanned!(span.start=> let #name = #borrow #recorded;));
        }
        tokens.extend(quote_spanned!(span.start=> #mac;));
        tokens
    }
}

/// The names in `"{x} and {y:?}"`, as the literal is written.
fn captured_inline(literal: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = literal;
    while let Some(open) = rest.find('{') {
        rest = &rest[open + 1..];
        let name: String = rest
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        if name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            names.push(name);
        }
    }
    names
}
