//! The function's source, put together from its tokens and their places.

use proc_macro2::{Delimiter, Group, LineColumn, TokenStream, TokenTree};

/// One line of it.
#[derive(Debug)]
pub struct Line {
    pub number: usize,
    pub text: String,
}

impl Line {
    /// Columns before its first character.
    pub fn indent(&self) -> usize {
        self.text.chars().take_while(|c| *c == ' ').count()
    }
}

#[derive(Debug)]
pub struct Source {
    pub lines: Vec<Line>,
}

impl Source {
    /// `None` where the tokens' places do not follow each other: a macro made the function.
    pub fn of(item: TokenStream) -> Option<Source> {
        let mut writer = Writer::default();
        writer.stream(item);
        if !writer.in_order || writer.lines.is_empty() {
            return None;
        }
        let indent = writer.lines.iter().map(Line::indent).min().unwrap_or(0);
        for line in &mut writer.lines {
            line.text = line.text.chars().skip(indent).collect();
        }
        Some(Source {
            lines: writer.lines,
        })
    }

    pub fn has(&self, number: usize) -> bool {
        self.lines.iter().any(|line| line.number == number)
    }
}

/// Writes each token at its place.
struct Writer {
    lines: Vec<Line>,
    /// Where the last token starts.
    last: Option<LineColumn>,
    in_order: bool,
}

impl Default for Writer {
    fn default() -> Self {
        Writer {
            lines: Vec::new(),
            last: None,
            in_order: true,
        }
    }
}

impl Writer {
    fn stream(&mut self, tokens: TokenStream) {
        for token in tokens {
            match &token {
                TokenTree::Group(group) if self.is_comment(group) => self.comment(),
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::None => {
                            self.stream(group.stream());
                            continue;
                        }
                    };
                    // A group that syn printed has one place for both delimiters: all of it.
                    let (start, end) = (group.span().start(), group.span().end());
                    self.token(open, start);
                    self.stream(group.stream());
                    let column = end.column.saturating_sub(1);
                    self.token(close, LineColumn { column, ..end });
                }
                word => self.token(&word.to_string(), word.span().start()),
            }
        }
    }

    /// Whether a group is what a comment for documentation says: it stands where the `#` before it does.
    fn is_comment(&self, group: &Group) -> bool {
        group.delimiter() == Delimiter::Bracket && self.last == Some(group.span().start())
    }

    /// In the place of its `#`.
    fn comment(&mut self) {
        if let Some(line) = self.lines.last_mut() {
            line.text.pop();
            line.text.push_str("/// ..");
        }
    }

    fn token(&mut self, text: &str, at: LineColumn) {
        let mut text = text.lines();
        let (first, more) = (text.next().unwrap_or_default(), text.next().is_some());
        let dots = if more { " .." } else { "" };
        let same = self.last.replace(at) == Some(at);
        match self.lines.last_mut() {
            // Several tokens that the source has as one, such as a lifetime.
            Some(line) if same => {
                if line.text.ends_with('\'') {
                    line.text.push_str(first);
                }
            }
            Some(line) if line.number == at.line => {
                let width = line.text.chars().count();
                self.in_order &= at.column >= width;
                let gap = at.column.saturating_sub(width);
                line.text.push_str(&" ".repeat(gap));
                line.text.push_str(&format!("{first}{dots}"));
            }
            last => {
                self.in_order &= last.is_none_or(|line| line.number < at.line);
                self.lines.push(Line {
                    number: at.line,
                    text: format!("{}{first}{dots}", " ".repeat(at.column)),
                });
            }
        }
    }
}
