//! `#[kernel(device)]` functions → IR.
//!
//! To the stages that follow, the body is one iteration of a loop that nothing in the source stands
//! for. The parameters are the first variables that it binds, and its value is the function's.

use super::{Parser, check_signature, template, ty};
use crate::diagnostics::Sink;
use crate::ir::{
    Block, ExprKind, Function, Loop, LoopId, Proof, Range, Span, Stmt, StmtKind, Ty, VarId, VarKind,
};
use proc_macro2::Ident;
use quote::ToTokens;

/// Turns the annotated function into IR. Signature problems go to the sink.
pub fn device_function(item: &syn::ItemFn, sink: &mut Sink) -> Function {
    check_signature(item, "a device function", sink);
    let mut generics = item.sig.generics.params.iter();
    if let Some(param) = generics.find(|param| !matches!(param, syn::GenericParam::Lifetime(_))) {
        let help = "write one function for each type".to_string();
        let message = "a device function cannot be generic over types or constants yet";
        sink.push(Span::of(param), message, Some(help));
    }
    let mut body = (*item.block).clone();
    template::mark_all(&mut body);
    let mut parser = Parser {
        device_function: Some(item.sig.ident.clone()),
        ..Parser::default()
    };
    let ret = result(item, sink);
    parser.scopes.enter();
    parser.declare_items(&body);
    let id = parser.loops.reserve(None);
    parser.path.push(id);
    let inputs = item.sig.inputs.iter();
    let params = inputs.filter_map(|input| parser.value_param(input, sink));
    let params: Vec<VarId> = params.collect();
    if let syn::ReturnType::Type(_, written) = &item.sig.output {
        parser.prove_composite(written, &ret);
    }
    let block = parser.block(&as_statements(&body));
    parser.returned.extend(block.value);
    parser.refuse_tables(sink);
    parser.scopes.leave();
    let frame = parser.frame(id, block, &item.sig.ident);
    parser.path.pop();
    let template = template::of_block(&body, &parser);
    parser.finish(&item.sig.ident, params, ret, frame, template)
}

fn result(item: &syn::ItemFn, sink: &mut Sink) -> Ty {
    let syn::ReturnType::Type(_, written) = &item.sig.output else {
        let help = "loops call a device function for its value: return what it finds".to_string();
        let span = Span::at(item.sig.ident.span());
        sink.push(span, "a device function gives a value", Some(help));
        return Ty::Unknown;
    };
    let ty = ty::annotation(written);
    if !ty.is_value() || ty.has_option() {
        let text = super::outside::text(written);
        let message = format!("a device function cannot give a `{text}`");
        sink.push(Span::of(written), message, Some(VALUES.to_string()));
    }
    ty
}

/// The constants, functions and imports of the body's outermost block: every form of the function
/// takes them along.
pub fn items(body: &syn::Block) -> impl Iterator<Item = &syn::Stmt> {
    body.stmts.iter().filter(|stmt| is_item(stmt))
}

fn is_item(stmt: &syn::Stmt) -> bool {
    let syn::Stmt::Item(item) = stmt else {
        return false;
    };
    matches!(
        item,
        syn::Item::Const(_) | syn::Item::Fn(_) | syn::Item::Use(_)
    )
}

/// The body without its items, but with a variable for each constant array of numbers: on a device
/// there is no other place for one.
fn as_statements(body: &syn::Block) -> syn::Block {
    let tables = body.stmts.iter().filter_map(table);
    let others = body.stmts.iter().filter(|stmt| !is_item(stmt));
    syn::Block {
        stmts: tables.chain(others.cloned()).collect(),
        ..body.clone()
    }
}

/// `const TABLE: [f64; 2] = [1.0, -1.0];` as a binding.
fn table(stmt: &syn::Stmt) -> Option<syn::Stmt> {
    let syn::Stmt::Item(syn::Item::Const(item)) = stmt else {
        return None;
    };
    let (name, ty, array) = (&item.ident, &item.ty, behind(&item.expr));
    let is_array = matches!(array, syn::Expr::Array(_) | syn::Expr::Repeat(_));
    (is_array && is_plain(array)).then(|| syn::parse_quote!(let #name: #ty = #array;))
}

/// Whether a constant is made of literals, other constants and operators alone: an iteration has the same value.
fn is_plain(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Lit(_) | syn::Expr::Path(_) => true,
        syn::Expr::Unary(of) => is_plain(&of.expr),
        syn::Expr::Binary(of) => is_plain(&of.left) && is_plain(&of.right),
        syn::Expr::Cast(of) => is_plain(&of.expr),
        syn::Expr::Paren(of) => is_plain(&of.expr),
        syn::Expr::Group(of) => is_plain(&of.expr),
        syn::Expr::Array(of) => of.elems.iter().all(is_plain),
        syn::Expr::Repeat(of) => is_plain(&of.expr),
        _ => false,
    }
}

/// What parentheses and macros' groups are around.
fn behind(expr: &syn::Expr) -> &syn::Expr {
    match expr {
        syn::Expr::Paren(of) => behind(&of.expr),
        syn::Expr::Group(of) => behind(&of.expr),
        expr => expr,
    }
}

const VALUES: &str =
    "device functions take and give numbers, `bool`s, tuples and fixed arrays of them, by value";

impl Parser {
    /// A parameter, as a variable of the body.
    fn value_param(&mut self, input: &syn::FnArg, sink: &mut Sink) -> Option<VarId> {
        let syn::FnArg::Typed(param) = input else {
            return None;
        };
        let ty = ty::annotation(&param.ty);
        if !ty.is_value() || ty.has_option() {
            let text = super::outside::text(&param.ty);
            let message = format!("a device function cannot take a `{text}`");
            sink.push(Span::of(&param.ty), message, Some(VALUES.to_string()));
        }
        self.prove_composite(&param.ty, &ty);
        match &*param.pat {
            syn::Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => {
                let array = matches!(ty, Ty::Array(..));
                let var = self.bind(&pat.ident, VarKind::Local, pat.mutability.is_some(), ty);
                if array {
                    self.fixed.insert(var);
                }
                Some(var)
            }
            pat => {
                let help = "bind a name, and take it apart in the body".to_string();
                let message = "a device function's parameters are plain names";
                sink.push(Span::of(pat), message, Some(help));
                None
            }
        }
    }

    /// Arrays from outside are no values that a kernel passes on.
    fn refuse_tables(&self, sink: &mut Sink) {
        let mut tables: Vec<VarId> = self.tables.iter().copied().collect();
        tables.sort_unstable();
        for table in tables {
            let var = &self.vars[table];
            let message = format!(
                "a device function cannot read the array `{}` outside of it",
                var.ident
            );
            let help = "declare it in the function, `const NAME: [..; ..] = [..];`, or pass elements to it";
            sink.push(var.span, message, Some(help.to_string()));
        }
    }

    /// Kernels pass a value of several scalars as a tuple, whatever the function calls its type.
    fn prove_composite(&mut self, written: &syn::Type, ty: &Ty) {
        if matches!(ty, Ty::Tuple(_) | Ty::Complex(_)) && ty.is_value() {
            let (tokens, ty) = (written.to_token_stream(), ty.clone());
            self.prove(Proof::Type { tokens, ty });
        }
    }

    /// The body of a function whose only statement is the loop around `body`.
    fn frame(&mut self, id: LoopId, body: Block, name: &Ident) -> Block {
        let span = Span::at(name.span());
        let unnamed = Ident::new("_", name.span());
        let var = self.bind_hidden(&unnamed, VarKind::Index(id));
        let [start, end] = [0, 1].map(|bound| self.push(ExprKind::Int(bound, None), span));
        let range = Range {
            start,
            end,
            inclusive: false,
            adapters: Vec::new(),
        };
        let node = Loop {
            var,
            range,
            demanded: false,
            proofs: Vec::new(),
            body,
            parent: None,
            head: span,
            range_span: span,
            iteration: None,
            inlined: true,
            listed: false,
            opaque: None,
        };
        self.loops.fill(id, node);
        let kind = StmtKind::For(id);
        Block {
            stmts: vec![Stmt { kind, span }],
            value: None,
        }
    }

    /// `return x` of the device function, if that is what is being read and no function inside it.
    pub(super) fn leave_function(&mut self, node: &syn::ExprReturn) -> Option<StmtKind> {
        let value = node.expr.as_ref()?;
        if self.device_function.is_none() || self.calls.is_inside() {
            return None;
        }
        Some(StmtKind::Return(self.expr(value)))
    }
}
