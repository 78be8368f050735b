//! Source as its author would write it, for messages: tokens have lost their spaces.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

/// The node's text.
pub(super) fn text(node: &impl ToTokens) -> String {
    stream(super::template::unmarked(node.to_token_stream()))
}

/// What the end of the text is, which decides whether a space follows.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Start,
    /// A name, a number, a closing bracket.
    Operand,
    /// `mut`, `as` and their kin.
    Keyword,
    /// A `,` or a `;`, or an operator between operands.
    Separator,
    /// An operator in front of its operand, a dot, a path's colons.
    Tight,
}

fn stream(tokens: TokenStream) -> String {
    let mut out = String::new();
    let mut end = End::Start;
    let mut glued = false;
    for token in tokens {
        let (text, next, spaced) = match &token {
            TokenTree::Group(group) => {
                let spaced = matches!(end, End::Keyword | End::Separator);
                (bracketed(group), End::Operand, spaced)
            }
            TokenTree::Punct(punct) => {
                let (next, spaced) = operator(punct.as_char(), end);
                let joint = punct.spacing() == Spacing::Joint && punct.as_char() != '\'';
                let text = punct.as_char().to_string();
                let piece = (text, next, spaced && !glued);
                glued = joint;
                push(&mut out, piece);
                end = next;
                continue;
            }
            word => {
                let text = word.to_string();
                let keyword = [
                    "mut", "as", "dyn", "in", "ref", "move", "return", "if", "match",
                ];
                let next = match keyword.contains(&text.as_str()) {
                    true => End::Keyword,
                    false => End::Operand,
                };
                (
                    text,
                    next,
                    matches!(end, End::Operand | End::Keyword | End::Separator),
                )
            }
        };
        glued = false;
        push(&mut out, (text, next, spaced));
        end = next;
    }
    out
}

fn push(out: &mut String, (text, _, spaced): (String, End, bool)) {
    if spaced {
        out.push(' ');
    }
    out.push_str(&text);
}

/// How an operator ends a text, and whether a space comes before it.
fn operator(character: char, end: End) -> (End, bool) {
    let after_operand = end == End::Operand;
    match character {
        ',' | ';' => (End::Separator, false),
        '+' | '-' | '*' | '/' | '%' | '^' | '&' | '|' | '=' if after_operand => {
            (End::Separator, true)
        }
        '\'' | '&' | '*' | '-' | '!' => (End::Tight, matches!(end, End::Keyword | End::Separator)),
        '>' => (End::Operand, false),
        _ => (End::Tight, false),
    }
}

fn bracketed(group: &proc_macro2::Group) -> String {
    let inner = stream(group.stream());
    match group.delimiter() {
        Delimiter::Parenthesis => format!("({inner})"),
        Delimiter::Bracket => format!("[{inner}]"),
        Delimiter::Brace => "{ .. }".to_string(),
        Delimiter::None => inner,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn tokens_read_as_they_were_written() {
        for text in [
            "&mut [u128]",
            "ArrayView2<'_, f64>",
            "Option<(f64, f64)>",
            "&[[T; N]; 4]",
            "x[i].0",
            "*r",
            "&mut x[i + 1]",
            "-a * (b - 1) / *c",
            "v.push(x[2 * i])",
            "std::f64::consts::PI",
            "xs.iter().zip(&ys)",
            "x as usize",
        ] {
            let tokens: proc_macro2::TokenStream = text.parse().expect("the text has tokens");
            assert_eq!(super::text(&tokens), text);
        }
    }
}
