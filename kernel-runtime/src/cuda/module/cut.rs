//! The part of a text that a launch needs, made for its arrays.
//!
//! Strides are parameters, because a view may have any. That of a last dimension is nearly always
//! one, and where it is, the text says so: the driver's compiler then makes immediate offsets of
//! what were additions of 64 bits, and leaves out tests that decide nothing any more. Entries that
//! the launch does not start would be compiled for nothing.

use std::ops::Range;

/// How an entry begins, on a line of its own, and how it ends.
const HEAD: &str = "\n.visible .entry ";
const END: &str = "\n}\n";

/// The text with these entries alone, the first of which has 1 for the parameters at these
/// positions; `None` if it is written in another way than `#[kernel]` writes it.
pub fn cut(ptx: &str, entries: &[&str], units: u64) -> Option<String> {
    let mut text = String::with_capacity(ptx.len());
    let (mut from, mut found) = (0, 0);
    while let Some(span) = next_entry(ptx, from) {
        text += &ptx[from..span.start];
        let entry = &ptx[span.clone()];
        let name = entry[HEAD.len()..].split('(').next()?;
        if let Some(at) = entries.iter().position(|of| *of == name) {
            found += 1;
            match at {
                0 => text += &with_units(entry, units)?,
                _ => text += entry,
            }
        }
        from = span.end;
    }
    text += &ptx[from..];
    (found == entries.len()).then_some(text)
}

/// From the line before the next entry to behind its brace.
fn next_entry(ptx: &str, from: usize) -> Option<Range<usize>> {
    let start = from + ptx[from..].find(HEAD)?;
    let end = start + ptx[start..].find(END)? + END.len();
    // The line feed belongs to what follows, which may be the next entry's.
    Some(start..end - 1)
}

/// An entry that takes these parameters for 1.
fn with_units(entry: &str, units: u64) -> Option<String> {
    let (head, body) = entry.split_once("\n)\n")?;
    let params = head.lines().skip(2).enumerate();
    let is_unit = |at: &usize| *at < 64 && units >> at & 1 == 1;
    let mut body = body.to_owned();
    for (_, param) in params.filter(|(at, _)| is_unit(at)) {
        let name = param.trim_end_matches(',').rsplit(' ').next()?;
        body = body_with_unit(&body, name);
    }
    Some(format!("{head}\n)\n{body}"))
}

/// The body with a move of 1 where the parameter was loaded.
fn body_with_unit(body: &str, name: &str) -> String {
    let place = format!(", [{name}];");
    let Some((before, after)) = body.split_once(&place) else {
        return body.to_owned();
    };
    match before.rsplit_once("ld.param.u64 ") {
        Some((before, register)) => format!("{before}mov.u64 {register}, 1;{after}"),
        None => body.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
// f
.version 6.0

.func (.param .f32 r) g(
    .param .f32 x
)
{
    ret;
}

// 1: for i in 0..n
.visible .entry f_0(
    .param .u64 trip_i_1,
    .param .u64 stride1_x_0,
    .param .u64 stride1_x_01
)
{
    ld.param.u64 %stride1_x_01, [stride1_x_01];
    ld.param.u64 %stride1_x_0, [stride1_x_0];
LOOP_1:
    ret;
}

// The tree over the chunks of
.visible .entry f_0_fold(
    .param .u64 chunks
)
{
    ret;
}

.visible .entry f_1(
    .param .u64 stride1_x_0
)
{
    ld.param.u64 %stride1_x_0, [stride1_x_0];
    ret;
}
";

    #[test]
    fn everything_is_left_as_it_is_without_units() {
        let text = cut(TEXT, &["f_0", "f_0_fold", "f_1"], 0);
        assert_eq!(text.as_deref(), Some(TEXT));
    }

    #[test]
    fn a_unit_is_moved_in_the_first_entry_alone() {
        let text = cut(TEXT, &["f_0", "f_1"], 0b10).expect("both are there");
        assert!(
            text.contains("    mov.u64 %stride1_x_0, 1;\nLOOP_1:"),
            "{text}"
        );
        assert!(text.contains("ld.param.u64 %stride1_x_01, [stride1_x_01];"));
        assert!(text.contains("ld.param.u64 %stride1_x_0, [stride1_x_0];\n    ret;"));
        assert!(text.contains(".func") && !text.contains("fold("), "{text}");
    }

    #[test]
    fn entries_that_follow_one_another_directly_are_told_apart() {
        let pair = "// f\n.visible .entry a(\n    .param .u64 s\n)\n{\n    ret;\n}\n.visible .entry b(\n)\n{\n    ret;\n}\n";
        let text = cut(pair, &["b"], 0).expect("it is there");
        assert_eq!(text, "// f\n.visible .entry b(\n)\n{\n    ret;\n}\n");
    }

    #[test]
    fn other_texts_are_not_cut() {
        assert_eq!(cut(TEXT, &["f_2"], 0), None);
        assert_eq!(cut("// f\n.visible .entry f() { ret; }\n", &["f"], 0), None);
    }
}
