//! One sink for every problem of a function, and how problems reach the user.
//!
//! Stable proc macros have no labels or notes, so each place is one `compile_error!`, complete in
//! itself: the message, then a help line, underlining from the first to the last token.

use crate::ir::{Span, names};
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, TokenStream, TokenTree};

/// Something wrong at one place.
#[derive(Clone, Debug)]
pub struct Problem {
    pub span: Span,
    pub message: String,
    pub help: Option<String>,
}

/// Collects the problems of one function.
#[derive(Debug, Default)]
pub struct Sink {
    problems: Vec<Problem>,
}

impl Sink {
    pub fn push(&mut self, span: Span, message: impl Into<String>, help: Option<String>) {
        let message = message.into();
        let same = |problem: &Problem| problem.message == message && problem.is_at(span);
        // What one statement of the user's became may have one fault several times.
        if !self.problems.iter().any(same) {
            self.problems.push(Problem {
                span,
                message,
                help,
            });
        }
    }

    /// The second place of the problem before, which says nothing alone: it stays with it.
    pub fn push_second(&mut self, span: Span, message: String) {
        self.problems.push(Problem {
            span,
            message,
            help: None,
        });
    }

    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// One `compile_error!` per problem, in the order found.
    pub fn into_tokens(self) -> TokenStream {
        self.problems.iter().flat_map(Problem::to_tokens).collect()
    }

    #[cfg(test)]
    pub fn texts(&self) -> Vec<String> {
        self.problems.iter().map(Problem::text).collect()
    }
}

impl Problem {
    fn is_at(&self, span: Span) -> bool {
        let ends = |span: Span| (span.start.start(), span.end.end());
        ends(self.span) == ends(span)
    }

    fn text(&self) -> String {
        let text = match &self.help {
            Some(help) => format!("{}\n  = help: {help}", self.message),
            None => self.message.clone(),
        };
        names::shown(&text)
    }

    fn to_tokens(&self) -> TokenStream {
        let punct = |character, spacing, span| {
            let mut punct = Punct::new(character, spacing);
            punct.set_span(span);
            TokenTree::Punct(punct)
        };
        let Span { start, end } = self.span;
        let mut text = Literal::string(&self.text());
        text.set_span(end);
        let mut braces = Group::new(
            Delimiter::Brace,
            TokenStream::from(TokenTree::Literal(text)),
        );
        braces.set_span(end);
        let mut tokens = Vec::new();
        for segment in ["core", "compile_error"] {
            tokens.push(punct(':', Spacing::Joint, start));
            tokens.push(punct(':', Spacing::Alone, start));
            tokens.push(TokenTree::Ident(Ident::new(segment, start)));
        }
        tokens.push(punct('!', Spacing::Alone, start));
        tokens.push(TokenTree::Group(braces));
        tokens.into_iter().collect()
    }
}
