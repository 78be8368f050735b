//! `Option`s that are read where they are made: `x.checked_sub(y).unwrap_or(0)`,
//! `if let Some(v) = a.get(i) { .. }`.
//!
//! The subset has no variable of such a type: the test and the value are two expressions from the
//! start. Methods of numbers, and of a slice behind a shared reference, are found before those of
//! any trait; and of an `Option` a pattern of one part can only be `Some`.

use super::Parser;
use super::chain::closure;
use super::part::called;
use super::span;
use super::swap::name;
use crate::ir::{
    Block, Builtin, ExprId, ExprKind, Pat, Proof, Receiver, Span, Stmt, StmtKind, Ty, Typed, VarId,
};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

/// What makes an `Option`.
enum Maker<'a> {
    /// `x.checked_add(y)`
    Checked(Builtin, &'a syn::ExprMethodCall),
    /// `a.get(i)`, `a.first()`, `a.last()`
    Element(Element<'a>),
}

struct Element<'a> {
    array: &'a syn::Expr,
    method: String,
    index: Option<&'a syn::Expr>,
    /// Whether it is the element and no reference to it.
    copied: bool,
}

/// An `Option`'s two halves, as source, and what binds the names in it.
struct Halves {
    binds: Vec<Stmt>,
    there: TokenStream,
    value: TokenStream,
    /// Whether the value is a reference to an element.
    reference: bool,
    /// A variable of the value's type, or an array of such elements.
    number: Option<VarId>,
}

impl Parser {
    /// A method of an `Option`.
    pub(super) fn option_method(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
    ) -> Option<ExprId> {
        let maker = self.option(&call.receiver)?;
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        match (call.method.to_string().as_str(), &args[..]) {
            ("is_some" | "is_none", []) => self.is_there(node, call, &maker),
            ("unwrap_or", [other]) => {
                let other = referent(other);
                self.of_halves(node, &maker, |it| it.or(other, block(vec![it.value()?])))
            }
            ("unwrap_or_default", []) if matches!(maker, Maker::Checked(..)) => {
                let zero = source(&quote!(0))?;
                self.of_halves(node, &maker, |it| it.or(&zero, block(vec![it.value()?])))
            }
            ("map_or", [other, map]) => {
                let map = closure(map)?;
                let pat = only(&map.inputs)?;
                self.of_halves(node, &maker, |it| {
                    it.or(other, block(vec![it.bind(pat)?, tail(&map.body)]))
                })
            }
            ("unwrap_or_else", [other]) => {
                let other = closure(other).filter(|of| of.inputs.is_empty())?;
                self.of_halves(node, &maker, |it| {
                    let other = otherwise(block(vec![tail(&other.body)]));
                    choice(&it.there, block(vec![it.value()?]), other)
                })
            }
            ("unwrap", []) | ("expect", [syn::Expr::Lit(_)]) => self.unwrapped(node, call, &maker),
            _ => None,
        }
    }

    /// `is_some` and `is_none` take the `Option` by reference: no trait may have them by value.
    fn is_there(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
        maker: &Maker,
    ) -> Option<ExprId> {
        let mut asked = None;
        let test = self.of_halves(node, maker, |Halves { there, number, .. }| {
            asked = *number;
            match call.method == "is_some" {
                true => source(there),
                false => source(&quote!(!#there)),
            }
        })?;
        let (of, ty) = (Typed::Var(asked?), Ty::Unknown);
        let receiver = match maker {
            Maker::Element(of) if !of.copied => Receiver::OptionOfReference,
            _ => Receiver::Option,
        };
        self.prove(Proof::Method {
            of,
            ty,
            receiver,
            name: call.method.clone(),
            args: 0,
        });
        Some(test)
    }

    /// `if let Some(x) = option { .. } else { .. }`
    pub(super) fn if_some(&mut self, node: &syn::Expr, node_if: &syn::ExprIf) -> Option<ExprId> {
        let syn::Expr::Let(test) = &*node_if.cond else {
            return None;
        };
        let (pat, maker) = (self.some(&test.pat)?, self.option(&test.expr)?);
        self.of_halves(node, &maker, |it| {
            let mut then = vec![it.bind(pat)?];
            then.extend(node_if.then_branch.stmts.iter().cloned());
            choice(&it.there, block(then), node_if.else_branch.clone())
        })
    }

    /// `match option { Some(x) => .., None => .. }`, in either order.
    pub(super) fn match_some(&mut self, node: &syn::Expr, of: &syn::ExprMatch) -> Option<ExprId> {
        let [first, second] = &of.arms[..] else {
            return None;
        };
        let plain = first.attrs.is_empty() && second.attrs.is_empty();
        let (present, absent) = match (&first.pat, &second.pat) {
            (none, _) if is_none(none) => (second, first),
            (_, none) if is_none(none) || matches!(none, syn::Pat::Wild(_)) => (first, second),
            _ => return None,
        };
        let (pat, maker) = (self.some(&present.pat)?, self.option(&of.expr)?);
        if !plain {
            return None;
        }
        if is_none(&absent.pat) {
            self.prove(Proof::Nothing(absent.pat.to_token_stream()));
        }
        self.of_halves(node, &maker, |it| {
            let then = block(vec![it.bind(pat)?, tail(&present.body)]);
            choice(&it.there, then, otherwise(block(vec![tail(&absent.body)])))
        })
    }

    /// `let Some(x) = option else { .. };`: reads the test, and gives the binding behind it.
    pub(super) fn let_some(&mut self, local: &syn::Local) -> Option<syn::Local> {
        let init = local.init.as_ref()?;
        let (_, leaves) = init.diverge.as_ref()?;
        let (pat, maker) = (self.some(&local.pat)?, self.option(&init.expr)?);
        let halves = self.halves(&maker)?;
        let syn::Stmt::Local(bind) = halves.bind(pat)? else {
            return None;
        };
        let there = &halves.there;
        let test = choice(&quote!(!#there), block(vec![tail(leaves)]), None)?;
        let span = Span::of(local);
        self.before.extend(halves.binds);
        let kind = self.stmt(&syn::Stmt::Expr(test, None));
        self.before.push(Stmt { kind, span });
        Some(bind)
    }

    /// The pattern in `Some(pattern)`, whose name rustc confirms to bind.
    fn some<'a>(&mut self, pat: &'a syn::Pat) -> Option<&'a syn::Pat> {
        let inner = match pat {
            syn::Pat::TupleStruct(of) if of.qself.is_none() && of.path.is_ident("Some") => {
                only(&of.elems)?
            }
            _ => return None,
        };
        if let Some(name) = bound(inner)? {
            let constant = name.to_string().starts_with(char::is_uppercase);
            if constant || self.is_constant(name) {
                return None;
            }
            self.prove(Proof::Pattern(name.clone()));
        }
        Some(inner)
    }

    /// What makes the `Option` that an expression is, if that is known here.
    fn option<'a>(&self, node: &'a syn::Expr) -> Option<Maker<'a>> {
        let call = match node {
            syn::Expr::Paren(paren) => return self.option(&paren.expr),
            syn::Expr::MethodCall(call) if !self.path.is_empty() && call.turbofish.is_none() => {
                call
            }
            _ => return None,
        };
        let method = call.method.to_string();
        if let Some(builtin) = Builtin::checked_from_name(&method) {
            let fits = builtin.arity() == call.args.len() + 1;
            return fits.then_some(Maker::Checked(builtin, call));
        }
        match (method.as_str(), call.args.len()) {
            ("copied" | "cloned", 0) => match self.option(&call.receiver)? {
                Maker::Element(of) if !of.copied => {
                    Some(Maker::Element(Element { copied: true, ..of }))
                }
                _ => None,
            },
            ("get", 1) | ("first" | "last", 0)
                if self.named(&call.receiver).is_some() && self.is_plain(&call.receiver) =>
            {
                let index = call.args.first();
                let place = !matches!(index, Some(syn::Expr::Range(_)));
                place.then_some(Maker::Element(Element {
                    array: &call.receiver,
                    method,
                    index,
                    copied: false,
                }))
            }
            _ => None,
        }
    }

    /// An expression of the halves, in a block with what binds their names.
    fn of_halves(
        &mut self,
        node: &syn::Expr,
        maker: &Maker,
        written: impl FnOnce(&Halves) -> Option<syn::Expr>,
    ) -> Option<ExprId> {
        self.scopes.enter();
        let value = self.halves(maker).and_then(|halves| {
            let value = Some(self.expr(&written(&halves)?));
            let stmts = halves.binds;
            let block = Block { stmts, value };
            Some(self.push(ExprKind::Block(block), span::of(node)))
        });
        self.scopes.leave();
        value
    }

    /// Whether an expression is the element that an `Option` refers to.
    pub(super) fn is_element_of_option(&self, node: &syn::ExprMethodCall) -> bool {
        const ENDS: [&str; 4] = ["unwrap", "expect", "unwrap_or", "unwrap_or_else"];
        let ends = ENDS.iter().any(|name| node.method == name);
        ends && matches!(self.option(&node.receiver), Some(Maker::Element(of)) if !of.copied)
    }

    /// The value, behind an assertion that there is one.
    fn unwrapped(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
        maker: &Maker,
    ) -> Option<ExprId> {
        let span = span::of(node);
        self.scopes.enter();
        let value = self.halves(maker).and_then(|halves| {
            let (there, value) = (source(&halves.there)?, source(&halves.value)?);
            let again = called(&call.method, &call.args.to_token_stream());
            let tokens = quote_spanned! {span.start=>
                ::core::option::Option::<()>::None.#again;
            };
            let mut stmts = halves.binds;
            let kind = StmtKind::Assert {
                cond: self.expr(&there),
                args: Vec::new(),
                tokens,
                debug_only: false,
            };
            stmts.push(Stmt { kind, span });
            let value = Some(self.expr(&value));
            Some(self.push(ExprKind::Block(Block { stmts, value }), span))
        });
        self.scopes.leave();
        value
    }

    /// Binds the names that the halves consist of, in the innermost scope.
    fn halves(&mut self, maker: &Maker) -> Option<Halves> {
        match maker {
            Maker::Checked(builtin, call) => Some(self.checked_halves(*builtin, call)),
            Maker::Element(of) => self.element_halves(of),
        }
    }

    fn checked_halves(&mut self, builtin: Builtin, call: &syn::ExprMethodCall) -> Halves {
        let span = Span::of(call);
        let receiver = self.expr(&call.receiver);
        self.prove_by_reference(call, receiver);
        let mut args = vec![receiver];
        args.extend(call.args.iter().map(|arg| self.expr(arg)));
        let init = Some(self.push(ExprKind::Call(builtin, args), span));
        let [value, none] = [name("value"), name("none")];
        let names = [&value, &none].map(|name| {
            let kind = self.local_kind();
            self.bind(name, kind, false, Ty::Unknown)
        });
        let number = Some(names[0]);
        let pat = Pat::Tuple(names.map(Pat::Var).into());
        Halves {
            binds: vec![Stmt {
                kind: StmtKind::Let { pat, init },
                span,
            }],
            there: quote!((!#none)),
            value: value.into_token_stream(),
            reference: false,
            number,
        }
    }

    fn element_halves(&mut self, of: &Element) -> Option<Halves> {
        let (array, at) = (of.array, name("at"));
        let (mut binds, mut place) = (Vec::new(), quote!(0));
        if let Some(index) = of.index {
            let span = span::of(index);
            let init = Some(self.expr(index));
            let kind = self.local_kind();
            let pat = Pat::Var(self.bind(&at, kind, false, Ty::Unknown));
            let kind = StmtKind::Let { pat, init };
            binds.push(Stmt { kind, span });
            place = at.into_token_stream();
        }
        let there = quote!((#place < #array.len()));
        if of.method == "last" {
            place = quote!(#array.len() - 1);
        }
        Some(Halves {
            binds,
            there,
            value: quote!(#array[#place]),
            reference: !of.copied,
            number: self.array_of(array),
        })
    }
}

impl Halves {
    /// Binds the value to a pattern.
    fn bind(&self, pat: &syn::Pat) -> Option<syn::Stmt> {
        let value = &self.value;
        let bind = match pat {
            syn::Pat::Reference(pat) if self.reference => {
                let pat = &pat.pat;
                quote!(let #pat = #value;)
            }
            pat if self.reference => quote!(let #pat = &#value;),
            pat => quote!(let #pat = #value;),
        };
        syn::parse2(bind).ok()
    }

    fn value(&self) -> Option<syn::Stmt> {
        source(&self.value).map(|value| tail(&value))
    }

    /// `{ let default = other; if there { then } else { default } }`: the other value is there
    /// before the test.
    fn or(&self, other: &syn::Expr, then: syn::Block) -> Option<syn::Expr> {
        let default = name("default");
        let mut bind: syn::Stmt = syn::parse2(quote!(let #default = 0;)).ok()?;
        if let syn::Stmt::Local(syn::Local {
            init: Some(init), ..
        }) = &mut bind
        {
            *init.expr = other.clone();
        }
        let default = block(vec![tail(&source(&quote!(#default))?)]);
        let chosen = choice(&self.there, then, otherwise(default))?;
        Some(whole(block(vec![bind, tail(&chosen)])))
    }
}

// Source that is written here. What the user wrote is moved as a tree: some of it has marks that
// its tokens would put elsewhere.

fn source(tokens: &TokenStream) -> Option<syn::Expr> {
    syn::parse2(tokens.clone()).ok()
}

fn tail(value: &syn::Expr) -> syn::Stmt {
    syn::Stmt::Expr(value.clone(), None)
}

fn block(stmts: Vec<syn::Stmt>) -> syn::Block {
    let brace_token = syn::token::Brace::default();
    syn::Block { brace_token, stmts }
}

fn whole(block: syn::Block) -> syn::Expr {
    syn::Expr::Block(syn::ExprBlock {
        attrs: Vec::new(),
        label: None,
        block,
    })
}

type Otherwise = Option<(syn::token::Else, Box<syn::Expr>)>;

fn otherwise(block: syn::Block) -> Otherwise {
    Some((syn::token::Else::default(), Box::new(whole(block))))
}

fn choice(cond: &TokenStream, then: syn::Block, otherwise: Otherwise) -> Option<syn::Expr> {
    Some(syn::Expr::If(syn::ExprIf {
        attrs: Vec::new(),
        if_token: syn::token::If::default(),
        cond: Box::new(source(cond)?),
        then_branch: then,
        else_branch: otherwise,
    }))
}

/// The name that a pattern binds, if it binds all of the value: `Some(None)` for `_`.
fn bound(pat: &syn::Pat) -> Option<Option<&Ident>> {
    match pat {
        syn::Pat::Wild(_) => Some(None),
        syn::Pat::Paren(of) => bound(&of.pat),
        syn::Pat::Reference(of) if of.mutability.is_none() => bound(&of.pat),
        syn::Pat::Ident(of) if of.by_ref.is_none() && of.subpat.is_none() => Some(Some(&of.ident)),
        _ => None,
    }
}

fn is_none(pat: &syn::Pat) -> bool {
    match pat {
        syn::Pat::Ident(name) => name.ident == "None" && name.subpat.is_none(),
        syn::Pat::Path(path) => path.qself.is_none() && path.path.is_ident("None"),
        _ => false,
    }
}

fn only<T, P>(list: &syn::punctuated::Punctuated<T, P>) -> Option<&T> {
    list.first().filter(|_| list.len() == 1)
}

/// What a reference is to: references to numbers are their values here.
fn referent(node: &syn::Expr) -> &syn::Expr {
    match node {
        syn::Expr::Reference(of) if of.mutability.is_none() => &of.expr,
        node => node,
    }
}
