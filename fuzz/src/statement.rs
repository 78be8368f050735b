//! Random statements of an iteration.

use crate::scope::Maker;
use crate::types::Ty;

/// Levels of an expression in a statement.
const DEPTH: usize = 3;

type Way = fn(&mut Maker, usize) -> String;

const WAYS: &[Way] = &[
    bound,
    bound,
    changed,
    updated,
    bound_mutable,
    branch,
    arms,
    counted_loop,
    left_loop,
    inner_loop,
    local_array,
    pair,
    asserted,
    typed_loop,
    tuple,
];

impl Maker {
    /// Up to `most` statements, with `depth` levels of blocks below them.
    pub fn statements(&mut self, most: usize, depth: usize) -> String {
        let count = self.choices.below(most + 1);
        (0..count)
            .map(|_| {
                let way = self.choices.of(WAYS);
                way(self, depth)
            })
            .collect()
    }

    fn block(&mut self, depth: usize) -> String {
        self.scoped(|maker| maker.statements(2, depth.saturating_sub(1)))
    }
}

fn bound(maker: &mut Maker, _: usize) -> String {
    declared(maker, false)
}

fn bound_mutable(maker: &mut Maker, _: usize) -> String {
    declared(maker, true)
}

fn declared(maker: &mut Maker, mutable: bool) -> String {
    let ty = maker.some_type();
    let value = maker.expression(ty, DEPTH);
    let name = maker.bind("v", ty, mutable);
    let word = if mutable { "mut " } else { "" };
    if maker.choices.once_in(3) {
        return format!("let {word}{name} = {value};\n");
    }
    format!("let {word}{name}: {ty} = {value};\n")
}

fn changed(maker: &mut Maker, depth: usize) -> String {
    let Some(variable) = maker.variable(|variable| variable.mutable) else {
        return bound_mutable(maker, depth);
    };
    let value = maker.expression(variable.ty, DEPTH);
    format!("{} = {value};\n", variable.name)
}

fn updated(maker: &mut Maker, depth: usize) -> String {
    let Some(variable) = maker.variable(|variable| variable.mutable) else {
        return bound_mutable(maker, depth);
    };
    let (name, ty) = (variable.name, variable.ty);
    let value = maker.expression(ty, DEPTH);
    match ty {
        Ty::Bool => {
            let op = maker.choices.of(&["&", "|", "^"]);
            format!("{name} {op}= {value};\n")
        }
        ty if ty.is_float() => {
            let op = maker.choices.of(&["+", "-", "*", "/"]);
            format!("{name} {op}= {value};\n")
        }
        ty => {
            let op = maker.choices.of(&["^", "&", "|", "/", "%", ">>"]);
            let value = match op {
                "/" | "%" => format!("({value} & 15{ty} | 1{ty})"),
                ">>" => format!("({value} & 7{ty})"),
                _ => value,
            };
            format!("{name} {op}= {value};\n")
        }
    }
}

fn branch(maker: &mut Maker, depth: usize) -> String {
    if depth == 0 {
        return bound(maker, 0);
    }
    let condition = maker.expression(Ty::Bool, DEPTH);
    let then = maker.block(depth);
    if maker.choices.below(2) == 0 {
        return format!("if {condition} {{\n{then}}}\n");
    }
    let otherwise = maker.block(depth);
    format!("if {condition} {{\n{then}}} else {{\n{otherwise}}}\n")
}

fn arms(maker: &mut Maker, depth: usize) -> String {
    if depth == 0 {
        return bound(maker, 0);
    }
    let ty = maker.choices.of(&[Ty::I32, Ty::U8, Ty::I16, Ty::U64]);
    let value = maker.expression(ty, DEPTH);
    let (a, b, c) = (maker.block(depth), maker.block(depth), maker.block(depth));
    format!("match {value} {{\n0 | 2 => {{\n{a}}}\n3..=40 => {{\n{b}}}\n_ => {{\n{c}}}\n}}\n")
}

fn counted_loop(maker: &mut Maker, depth: usize) -> String {
    if depth == 0 {
        return bound(maker, 0);
    }
    let count = maker.name("c");
    let condition = maker.expression(Ty::Bool, 2);
    let body = maker.block(depth);
    format!(
        "let mut {count}: u32 = 0u32;\nwhile {count} < 4u32 && {condition} {{\n{count} += 1u32;\n{body}}}\n"
    )
}

fn left_loop(maker: &mut Maker, depth: usize) -> String {
    if depth == 0 {
        return bound(maker, 0);
    }
    let count = maker.name("c");
    let condition = maker.expression(Ty::Bool, 2);
    let (before, after) = (maker.block(depth), maker.block(depth));
    let word = maker.choices.of(&["break", "continue"]);
    format!(
        "let mut {count}: u32 = 0u32;\nloop {{\n{count} += 1u32;\nif {count} > 3u32 {{ break; }}\n\
         {before}if {condition} {{ {word}; }}\n{after}}}\n"
    )
}

fn inner_loop(maker: &mut Maker, depth: usize) -> String {
    if depth == 0 {
        return bound(maker, 0);
    }
    let range = maker.choices.of(&[
        "0usize..3usize",
        "1usize..=2usize",
        "(0usize..4usize).rev()",
        "(0usize..5usize).step_by(2)",
    ]);
    let word = maker.choices.of(&["", "continue", "break"]);
    let condition = maker.expression(Ty::Bool, 2);
    maker.scoped(|maker| {
        let name = maker.bind("q", Ty::Usize, false);
        let body = maker.block(depth);
        let jump = match word {
            "" => String::new(),
            word => format!("if {condition} {{ {word}; }}\n"),
        };
        format!("for {name} in {range} {{\n{jump}{body}}}\n")
    })
}

/// A loop over integers of any type, left from a loop inside it perhaps.
fn typed_loop(maker: &mut Maker, depth: usize) -> String {
    if depth == 0 {
        return bound(maker, 0);
    }
    let ty = maker.int_type();
    let range = match maker.choices.below(5) {
        0 => format!("0{ty}..3{ty}"),
        1 => format!("1{ty}..=2{ty}"),
        2 => format!("({ty}::MAX - 2{ty}..={ty}::MAX).rev()"),
        3 => format!("(0{ty}..5{ty}).step_by(2)"),
        // Rust goes in steps from behind along ranges that know their lengths alone.
        _ if matches!(ty, Ty::I64 | Ty::U64) => {
            format!("({ty}::MIN..{ty}::MIN + 3{ty}).rev()")
        }
        _ => format!("({ty}::MIN..{ty}::MIN + 3{ty}).step_by(2).rev()"),
    };
    let word = maker.choices.of(&["", "continue", "break"]);
    let condition = maker.expression(Ty::Bool, 2);
    let (label, count) = (maker.name("l"), maker.name("c"));
    maker.scoped(|maker| {
        let name = maker.bind("q", ty, false);
        let body = maker.block(depth);
        let inside = match word {
            "" => String::new(),
            word => format!(
                "let mut {count}: u32 = 0u32;\nwhile {count} < 2u32 {{\n{count} += 1u32;\n\
                 if {condition} {{ {word} '{label}; }}\n}}\n"
            ),
        };
        format!("'{label}: for {name} in {range} {{\n{inside}{body}}}\n")
    })
}

fn local_array(maker: &mut Maker, _: usize) -> String {
    let ty = maker.some_type();
    let parts: Vec<String> = (0..3).map(|_| maker.expression(ty, 1)).collect();
    let (value, at) = (maker.expression(ty, 2), maker.expression(Ty::Usize, 2));
    let other = maker.expression(Ty::Usize, 2);
    let update = maker.update_op(ty);
    let (array, name) = (maker.name("l"), maker.bind("v", ty, false));
    let made = match maker.choices.below(3) {
        0 => format!("[{}; 3]", parts[0]),
        _ => format!("[{}]", parts.join(", ")),
    };
    format!(
        "let mut {array}: [{ty}; 3] = {made};\n{array}[({at}) % 3usize] = {value};\n\
         {array}[({other}) % 3usize] {update}= {};\n\
         let {name}: {ty} = {array}[({other}) % 3usize];\n",
        parts[1]
    )
}

fn pair(maker: &mut Maker, _: usize) -> String {
    let (a, b) = (maker.some_type(), maker.some_type());
    let (x, y) = (maker.expression(a, 2), maker.expression(b, 2));
    let (p, q) = (maker.bind("p", a, false), maker.bind("p", b, true));
    format!("let ({p}, mut {q}): ({a}, {b}) = ({x}, {y});\n")
}

/// A tuple whose parts change.
fn tuple(maker: &mut Maker, _: usize) -> String {
    let (a, b) = (maker.some_type(), maker.some_type());
    let (x, y, z) = (
        maker.expression(a, 1),
        maker.expression(b, 1),
        maker.expression(a, 2),
    );
    let (op, of) = (maker.update_op(b), maker.expression(b, 1));
    let (tuple, name) = (maker.name("u"), maker.bind("v", b, false));
    format!(
        "let mut {tuple}: ({a}, {b}) = ({x}, {y});\n{tuple}.0 = {z};\n{tuple}.1 {op}= {of};\n\
         let {name}: {b} = {tuple}.1;\n"
    )
}

/// The macro names few variables: what it asserts is bound before.
fn asserted(maker: &mut Maker, _: usize) -> String {
    let (a, b) = (maker.expression(Ty::Bool, 2), maker.expression(Ty::Bool, 2));
    let ty = maker.some_type();
    let value = maker.expression(ty, 1);
    let (p, q, r) = (maker.name("b"), maker.name("b"), maker.name("b"));
    let bound = format!("let {p}: bool = {a};\nlet {q}: bool = {b};\nlet {r}: {ty} = {value};\n");
    bound
        + &match maker.choices.below(4) {
            0 => format!("assert!({p} || {q} || true);\n"),
            1 => format!("debug_assert!({p} || !{p}, \"it is {{}}\", {r});\n"),
            2 => format!("assert!({p} || {q} || {p} == {q}, \"it was {{{r}}}\");\n"),
            _ => format!("assert_eq!({r} == {r}, {r} == {r}, \"{{}}\", {q});\n"),
        }
}

impl Maker {
    /// An operator of a compound assignment that cannot fail.
    fn update_op(&mut self, ty: Ty) -> &'static str {
        if ty.is_float() {
            self.choices.of(&["+", "-", "*", "/"])
        } else {
            self.choices.of(&["^", "&", "|"])
        }
    }

    fn int_type(&mut self) -> Ty {
        let ty = self.some_type();
        if ty.is_int() { ty } else { Ty::I32 }
    }
}
