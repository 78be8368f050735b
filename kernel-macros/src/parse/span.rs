//! Where a node begins and ends, found by walking along its edges.
//!
//! [`Span::of`] prints all of a node's tokens to look at two of them. Asked at every node on the way
//! down, that would cost the square of an expression's depth.

use super::expr::attributes;
use crate::ir::Span;
use proc_macro2::Span as Place;

/// From the first to the last token of an expression.
pub(super) fn of(node: &syn::Expr) -> Span {
    Span {
        start: first(node),
        end: last(node),
    }
}

/// From the statement's first own token: marks stand before it as attributes.
pub(super) fn of_stmt(stmt: &syn::Stmt) -> Span {
    match stmt {
        syn::Stmt::Local(local) => Span {
            start: local.let_token.span,
            end: local.semi_token.span,
        },
        syn::Stmt::Expr(node, semicolon) => {
            let end = semicolon.map(|token| token.span);
            Span {
                start: first_of_marked(node),
                end: end.unwrap_or_else(|| last(node)),
            }
        }
        _ => Span::of(stmt),
    }
}

fn first_of_marked(node: &syn::Expr) -> Place {
    match node {
        syn::Expr::Assign(node) => first(&node.left),
        syn::Expr::ForLoop(node) => node.for_token.span,
        _ => first(node),
    }
}

/// The first token's.
pub(super) fn first(node: &syn::Expr) -> Place {
    if !attributes(node).is_empty() {
        return Span::of(node).start;
    }
    match node {
        syn::Expr::Assign(node) => first(&node.left),
        syn::Expr::Binary(node) => first(&node.left),
        syn::Expr::Call(node) => first(&node.func),
        syn::Expr::Cast(node) => first(&node.expr),
        syn::Expr::Field(node) => first(&node.base),
        syn::Expr::Index(node) => first(&node.expr),
        syn::Expr::MethodCall(node) => first(&node.receiver),
        syn::Expr::If(node) => node.if_token.span,
        syn::Expr::Match(node) => node.match_token.span,
        syn::Expr::Unary(node) => Span::of(&node.op).start,
        _ => group(node).unwrap_or_else(|| Span::of(node).start),
    }
}

fn last(node: &syn::Expr) -> Place {
    match node {
        syn::Expr::Assign(node) => last(&node.right),
        syn::Expr::Binary(node) => last(&node.right),
        syn::Expr::Unary(node) => last(&node.expr),
        syn::Expr::Call(node) => node.paren_token.span.join(),
        syn::Expr::MethodCall(node) => node.paren_token.span.join(),
        syn::Expr::Index(node) => node.bracket_token.span.join(),
        syn::Expr::If(node) => match &node.else_branch {
            Some((_, branch)) => last(branch),
            None => node.then_branch.brace_token.span.join(),
        },
        syn::Expr::Match(node) => node.brace_token.span.join(),
        syn::Expr::ForLoop(node) => node.body.brace_token.span.join(),
        syn::Expr::While(node) => node.body.brace_token.span.join(),
        syn::Expr::Loop(node) => node.body.brace_token.span.join(),
        _ => group(node).unwrap_or_else(|| Span::of(node).end),
    }
}

/// The place of a node that is a single delimited group.
fn group(node: &syn::Expr) -> Option<Place> {
    match node {
        syn::Expr::Paren(node) => Some(node.paren_token.span.join()),
        syn::Expr::Tuple(node) => Some(node.paren_token.span.join()),
        syn::Expr::Array(node) => Some(node.bracket_token.span.join()),
        syn::Expr::Repeat(node) => Some(node.bracket_token.span.join()),
        syn::Expr::Block(node) if node.label.is_none() => Some(node.block.brace_token.span.join()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line and column of both ends.
    fn ends(span: Span) -> [proc_macro2::LineColumn; 2] {
        [span.start.start(), span.end.end()]
    }

    #[test]
    fn the_edges_are_those_of_the_tokens() {
        let sources = [
            "a + b[i] * -c.d(e, f).0 as f64",
            "(a + b)",
            "[a, b]",
            "[a; 3]",
            "(a, b).0",
            "f(x)(y)",
            "-a[0]",
            "!{ a }",
            "if a { b } else if c { d } else { e }",
            "if a { b }",
            "match a { 0 => b, _ => c }",
            "{ a; b }",
            "'l: { a }",
            "x = y + 1",
            "x += y[2]",
            "while a { b }",
            "loop { b }",
            "for i in 0..n { a }",
            "#[allow(unused)] (a)",
            "return a",
            "&a[..]",
            "a..=b",
            "|x| x + 1",
            "vec![0; n]",
            "1.5",
            "f64::max",
        ];
        for source in sources {
            let node: syn::Expr = syn::parse_str(source).expect("the test's source parses");
            assert_eq!(ends(of(&node)), ends(Span::of(&node)), "{source}");
        }
    }
}
