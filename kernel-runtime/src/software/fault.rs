//! What is wrong with a PTX text.

use std::fmt;

use winnow::error::ParserError;
use winnow::stream::TokenSlice;

use super::lexer::Token;

/// An error of the text, with its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    line: u32,
    message: String,
}

impl Fault {
    pub(super) fn at(line: u32, message: impl Into<String>) -> Self {
        Fault {
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "end of text: {}", self.message),
            line => write!(f, "line {line}: {}", self.message),
        }
    }
}

impl<'a> ParserError<TokenSlice<'_, Token<'a>>> for Fault {
    type Inner = Self;

    fn from_input(input: &TokenSlice<'_, Token<'a>>) -> Self {
        match input.first() {
            Some(token) => Fault::at(token.line, format!("unexpected {}", token.kind)),
            None => Fault::at(0, "the text stops in the middle"),
        }
    }

    fn into_inner(self) -> Result<Self::Inner, Self> {
        Ok(self)
    }
}
