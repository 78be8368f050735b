//! Calls of functions outside: `#[kernel(device)]` functions, and those that the user vouches for.

use super::Parser;
use super::span;
use super::ty;
use crate::diagnostics::Sink;
use crate::ir::{Callee, CalleeId, CalleeKind, ExprId, ExprKind, Scalar, Span};
use proc_macro2::Ident;
use quote::ToTokens;

impl Parser {
    /// A call in a loop of a function that may be one of those; `None` if it cannot be. That it is
    /// one, only rustc can tell.
    pub(super) fn apply(&mut self, node: &syn::Expr, call: &syn::ExprCall) -> Option<ExprId> {
        let syn::Expr::Path(path) = &*call.func else {
            return None;
        };
        if self.path.is_empty() || path.qself.is_some() {
            return None;
        }
        let kind = self.callee_kind(&path.path)?;
        let callee = self.callee(&path.path, kind);
        let args = call.args.iter().map(|arg| self.expr(arg)).collect();
        Some(self.push(ExprKind::Apply(callee, args), span::of(node)))
    }

    fn callee_kind(&self, path: &syn::Path) -> Option<CalleeKind> {
        if let Some(ident) = path.get_ident() {
            let own = self.device_function.as_ref() == Some(ident);
            if own || self.find(ident).is_some() || self.scopes.has_function(ident) {
                return None;
            }
        }
        if self.assumed.contains(&word(path)) {
            return Some(CalleeKind::Assumed);
        }
        can_be_device_function(path).then_some(CalleeKind::Device)
    }

    fn callee(&mut self, path: &syn::Path, kind: CalleeKind) -> CalleeId {
        let name = word(path);
        let hidden = self.scopes.has_inner_items();
        let known = self.callees.iter().find(|(_, callee)| callee.name == name);
        if let Some((id, _)) = known {
            self.callees[id].hidden |= hidden;
            return id;
        }
        self.callees.push(Callee {
            path: path.to_token_stream(),
            name,
            span: Span::of(path),
            kind,
            hidden,
        })
    }

    /// Whoever vouches for a function that no loop calls has misspelled it, or can leave it out.
    pub(super) fn check_assumed(&self, path: &syn::Path, sink: &mut Sink) {
        let name = word(path);
        let mut callees = self.callees.iter();
        if !callees.any(|(_, callee)| callee.name == name) {
            let message = format!("no loop of this function calls `{name}`");
            let help = "name it as the call does, or leave it out of `assume_pure`".to_string();
            sink.push(Span::of(path), message, Some(help));
        }
    }

    /// Whether the call is one of the device function itself.
    pub(super) fn is_recursive(&self, path: &syn::Path) -> bool {
        self.device_function.is_some() && path.get_ident() == self.device_function.as_ref()
    }
}

/// A path as one word.
pub fn word(path: &syn::Path) -> String {
    text(path)
}

/// Tokens without the spaces between them.
pub fn text(tokens: &impl ToTokens) -> String {
    let tokens = super::template::unmarked(tokens.to_token_stream());
    tokens.to_string().replace(' ', "")
}

/// A free function of a crate that can have the attribute: no function of std's, no associated
/// function, no constructor, nothing generic.
fn can_be_device_function(path: &syn::Path) -> bool {
    let mut segments = path.segments.iter();
    let Some(last) = segments.next_back() else {
        return false;
    };
    let std = ["std", "core", "alloc"];
    let first = &path.segments[0].ident;
    let plain = path
        .segments
        .iter()
        .all(|segment| segment.arguments.is_none());
    // In `math::f64::exp` the primitive's name is a module's.
    let owner_is_type = segments
        .next_back()
        .is_some_and(|owner| match segments.next_back() {
            Some(outer) if outer.ident != "primitive" => is_type_by_convention(&owner.ident),
            _ => is_type(&owner.ident),
        });
    plain && !owner_is_type && !is_type(&last.ident) && !std.iter().any(|name| first == name)
}

/// Whether a name is that of a type by convention, or a primitive's.
fn is_type(ident: &Ident) -> bool {
    let name = ident.to_string();
    is_type_by_convention(ident) || Scalar::from_name(&name).is_some() || ty::is_other(&name)
}

fn is_type_by_convention(ident: &Ident) -> bool {
    ident.to_string().starts_with(char::is_uppercase)
}
