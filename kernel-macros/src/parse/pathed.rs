//! `.map(f64::sqrt)` and `.map(u64::from)` as `.map(|item| f64::sqrt(item))`.
//!
//! Only functions that cannot fail: a panic would have the place of the closure, not that of std's call.

use super::chain;
use super::swap::name;
use crate::ir::Scalar;
use quote::quote;
use syn::visit_mut::{self, VisitMut};

/// Writes the closures in a body.
pub fn closures(block: &mut syn::Block) {
    Paths.visit_block_mut(block);
}

struct Paths;

impl VisitMut for Paths {
    fn visit_expr_method_call_mut(&mut self, call: &mut syn::ExprMethodCall) {
        if call.method == "map"
            && chain::begins(&call.receiver)
            && let Some(path) = call.args.first_mut().filter(|path| cannot_fail(path))
        {
            let item = name("item");
            if let Ok(closure) = syn::parse2(quote!(|#item| #path(#item))) {
                *path = closure;
            }
        }
        visit_mut::visit_expr_method_call_mut(self, call);
    }
}

/// The path of a float's function, or of a conversion into a number.
fn cannot_fail(node: &syn::Expr) -> bool {
    let syn::Expr::Path(of) = node else {
        return false;
    };
    let mut segments = of.path.segments.iter();
    let (Some(ty), Some(function), None) = (segments.next(), segments.next(), segments.next())
    else {
        return false;
    };
    let ty = Scalar::from_name(&ty.ident.to_string());
    ty.is_some_and(|ty| ty.is_float() || function.ident == "from")
}
