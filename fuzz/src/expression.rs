//! Random expressions of a type.

use crate::scope::{Array, Maker};
use crate::types::Ty;

/// A way to make an expression of a type, with as many levels below it.
type Way = fn(&mut Maker, Ty, usize) -> String;

const OF_INTS: &[Way] = &[
    leaf,
    arithmetic,
    arithmetic,
    bits,
    shifted,
    divided,
    cast,
    conditional,
    selected,
    wrapping,
    extreme,
    method,
    negated,
    complemented,
    braced,
    counted,
];

const OF_FLOATS: &[Way] = &[
    leaf,
    arithmetic,
    arithmetic,
    arithmetic,
    cast,
    conditional,
    selected,
    extreme,
    rounded,
    negated,
    braced,
    fused,
];

const OF_BOOLS: &[Way] = &[
    leaf,
    compared,
    compared,
    both,
    bits,
    complemented,
    conditional,
    selected,
    asked,
    braced,
];

impl Maker {
    pub fn expression(&mut self, ty: Ty, depth: usize) -> String {
        if depth == 0 {
            return leaf(self, ty, 0);
        }
        let ways = match ty {
            Ty::Bool => OF_BOOLS,
            ty if ty.is_float() => OF_FLOATS,
            _ => OF_INTS,
        };
        let way = self.choices.of(ways);
        way(self, ty, depth - 1)
    }

    fn any_type(&mut self) -> Ty {
        self.choices.of(&Ty::ALL)
    }

    fn number_type(&mut self) -> Ty {
        let numbers = &Ty::ALL[..Ty::ALL.len() - 1];
        self.choices.of(numbers)
    }

    /// An index into a dimension that is as long as `length` says, most of the time.
    fn index(&mut self, loop_name: &str, length: &str, depth: usize) -> String {
        match self.choices.below(8) {
            0..=3 => loop_name.to_owned(),
            4 => format!("{length} - 1usize - {loop_name}"),
            5 => format!("{loop_name} / 2usize"),
            6 => {
                let any = self.expression(Ty::Usize, depth);
                format!("({any}) % {length}.max(1usize)")
            }
            _ => format!("{loop_name} + 1usize"),
        }
    }

    pub fn load(&mut self, array: &Array, depth: usize) -> String {
        self.coverage.count("load", array.ty);
        let loops = self.loops.clone();
        let name = &array.name;
        let last = &loops[loops.len() - 1];
        // What an iteration writes, another must not read.
        if array.written {
            return format!("{name}{}", self.own_element(array));
        }
        if array.rank == 1 {
            let index = self.index(last, &format!("{name}.len()"), depth);
            return format!("{name}[{index}]");
        }
        let first = &loops[self.choices.below(loops.len())];
        let row = self.index(first, &format!("{name}.nrows()"), depth);
        let column = self.index(last, &format!("{name}.ncols()"), depth);
        format!("{name}[[{row}, {column}]]")
    }

    /// The index of the element that is this iteration's own.
    pub fn own_element(&self, array: &Array) -> String {
        let names: Vec<&str> = self.loops.iter().map(String::as_str).collect();
        match (array.rank, names.as_slice()) {
            (1, [i]) => format!("[{i}]"),
            (1, [i, j]) => format!("[{i} * n + {j}]"),
            (1, [i, j, k]) => format!("[({i} * m + {j}) * n + {k}]"),
            (_, [i, j]) => format!("[[{i}, {j}]]"),
            (_, [i]) => format!("[[0usize, {i}]]"),
            (_, names) => unreachable!("{} loops over a plane", names.len()),
        }
    }
}

fn leaf(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    match maker.choices.below(8) {
        0 | 1 => literal(maker, ty),
        2..=4 => match maker.variable(|variable| variable.ty == ty) {
            Some(variable) => {
                maker.coverage.count("variable", ty);
                variable.name
            }
            None => converted(maker, ty),
        },
        _ => {
            let of_type = maker.arrays.iter().filter(|array| array.ty == ty);
            let found: Vec<Array> = of_type.cloned().collect();
            let at = maker.choices.below(found.len());
            match found.get(at) {
                Some(array) => maker.load(array, depth),
                None => converted(maker, ty),
            }
        }
    }
}

/// A variable of another type.
fn converted(maker: &mut Maker, ty: Ty) -> String {
    let fits = |from: Ty| from != ty && ty != Ty::Bool && !(ty.is_float() && from == Ty::Bool);
    match maker.variable(|variable| fits(variable.ty)) {
        Some(variable) => {
            maker.coverage.count("as", ty);
            maker.coverage.count("variable", variable.ty);
            format!("({} as {ty})", variable.name)
        }
        None => literal(maker, ty),
    }
}

fn literal(maker: &mut Maker, ty: Ty) -> String {
    maker.coverage.count("literal", ty);
    if ty == Ty::Bool {
        return maker.choices.of(&["false", "true"]).to_owned();
    }
    if ty.is_float() {
        let value = maker
            .choices
            .of(&["0.0", "1.0", "0.5", "3.25", "1e10", "0.1", "7.0"]);
        return format!("{value}{ty}");
    }
    match maker.choices.below(8) {
        6 => format!("{ty}::MAX"),
        7 => format!("{ty}::MIN"),
        small => format!("{small}{ty}"),
    }
}

fn operands(maker: &mut Maker, ty: Ty, depth: usize) -> (String, String) {
    (maker.expression(ty, depth), maker.expression(ty, depth))
}

/// Integers overflow seldom, so that most kernels run to their end.
fn arithmetic(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let op = maker.choices.of(&["+", "-", "*", "%", "/"]);
    if ty.is_int() && matches!(op, "%" | "/") {
        return divided(maker, ty, depth);
    }
    maker.coverage.count(op, ty);
    let (a, b) = operands(maker, ty, depth);
    if !ty.is_int() || maker.choices.once_in(24) {
        return format!("({a} {op} {b})");
    }
    match op {
        "-" if !ty.is_signed() => format!("(({a} | 7{ty}) - ({b} & 7{ty}))"),
        _ => format!("(({a} & 7{ty}) {op} ({b} & 7{ty}))"),
    }
}

fn divided(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let op = maker.choices.of(&["/", "%"]);
    maker.coverage.count(op, ty);
    let (a, b) = operands(maker, ty, depth);
    if maker.choices.once_in(24) {
        return format!("({a} {op} {b})");
    }
    format!("({a} {op} ({b} & 15{ty} | 1{ty}))")
}

fn bits(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let op = maker.choices.of(&["&", "|", "^"]);
    maker.coverage.count(op, ty);
    let (a, b) = operands(maker, ty, depth);
    format!("({a} {op} {b})")
}

fn shifted(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let op = maker.choices.of(&["<<", ">>"]);
    maker.coverage.count(op, ty);
    let of = maker
        .choices
        .of(&[Ty::U32, Ty::I32, Ty::U8, Ty::U64, Ty::Usize]);
    let (a, b) = (maker.expression(ty, depth), maker.expression(of, depth));
    if maker.choices.once_in(24) {
        return format!("({a} {op} {b})");
    }
    format!("({a} {op} ({b} & 7{of}))")
}

fn cast(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    maker.coverage.count("as", ty);
    let mut from = maker.any_type();
    if ty.is_float() && from == Ty::Bool {
        from = Ty::I32;
    }
    let value = maker.expression(from, depth);
    format!("({value} as {ty})")
}

fn conditional(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    maker.coverage.count("if", ty);
    let condition = maker.expression(Ty::Bool, depth);
    let (a, b) = operands(maker, ty, depth);
    format!("(if {condition} {{ {a} }} else {{ {b} }})")
}

fn selected(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    maker.coverage.count("match", ty);
    let of = maker
        .choices
        .of(&[Ty::I32, Ty::U8, Ty::I64, Ty::Usize, Ty::Bool]);
    let value = maker.expression(of, depth);
    let (a, b) = operands(maker, ty, depth);
    if of == Ty::Bool {
        return format!("(match {value} {{ true => {a}, false => {b} }})");
    }
    let c = maker.expression(ty, depth);
    format!("(match {value} {{ 0 => {a}, 1..=5 | 9 => {b}, _ => {c} }})")
}

fn wrapping(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let method = maker.choices.of(&[
        "wrapping_add",
        "wrapping_sub",
        "wrapping_mul",
        "saturating_add",
        "saturating_sub",
    ]);
    let kind = if method.starts_with('w') {
        "wrapping"
    } else {
        "saturating"
    };
    maker.coverage.count(kind, ty);
    let (a, b) = operands(maker, ty, depth);
    format!("({a}).{method}({b})")
}

fn extreme(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let method = maker.choices.of(&["min", "max", "clamp"]);
    maker.coverage.count(method, ty);
    let (a, b) = operands(maker, ty, depth);
    match (method, ty.is_float()) {
        ("clamp", true) => format!("({a}).clamp(-2.5{ty}, 40.0{ty})"),
        ("clamp", false) => format!("({a}).clamp(3{ty}, 90{ty})"),
        _ => format!("({a}).{method}({b})"),
    }
}

fn method(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let a = maker.expression(ty, depth);
    match maker.choices.below(6) {
        0 if ty.is_signed() => {
            maker.coverage.count("abs", ty);
            format!("({a} | 1{ty}).abs()")
        }
        1 if ty.is_signed() => {
            maker.coverage.count("signum", ty);
            format!("({a}).signum()")
        }
        2 | 3 => {
            let b = maker.expression(ty, depth);
            let method = maker.choices.of(&["rem_euclid", "div_euclid"]);
            maker.coverage.count("euclid", ty);
            format!("({a}).{method}({b} & 15{ty} | 1{ty})")
        }
        _ => {
            let b = maker.expression(Ty::U32, depth);
            let method = maker.choices.of(&["rotate_left", "rotate_right"]);
            maker.coverage.count("rotate", ty);
            format!("({a}).{method}({b})")
        }
    }
}

fn counted(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let of = maker.choices.of(&Ty::ALL);
    let of = if of.is_int() { of } else { ty };
    let (a, b) = operands(maker, of, depth);
    if maker.choices.below(2) == 0 {
        maker.coverage.count("count", of);
        let method = maker
            .choices
            .of(&["count_ones", "leading_zeros", "trailing_zeros"]);
        return format!("(({a}).{method}() as {ty})");
    }
    maker.coverage.count("abs_diff", of);
    format!("(({a}).abs_diff({b}) as {ty})")
}

fn negated(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let a = maker.expression(ty, depth);
    if ty.is_float() {
        maker.coverage.count("-x", ty);
        return format!("(-{a})");
    }
    if ty.is_signed() {
        maker.coverage.count("-x", ty);
        return format!("(-({a} | 1{ty}))");
    }
    a
}

fn complemented(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    maker.coverage.count("!", ty);
    let a = maker.expression(ty, depth);
    format!("(!{a})")
}

fn braced(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    maker.coverage.count("block", ty);
    maker.scoped(|maker| {
        let of = maker.any_type();
        maker.coverage.count("let", of);
        let value = maker.expression(of, depth);
        let name = maker.bind("t", of, false);
        let result = maker.expression(ty, depth);
        format!("{{ let {name}: {of} = {value}; {result} }}")
    })
}

fn rounded(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let a = maker.expression(ty, depth);
    let method = maker.choices.of(&[
        "abs",
        "floor",
        "ceil",
        "trunc",
        "round",
        "round_ties_even",
        "fract",
        "sqrt",
        "signum",
        "recip",
    ]);
    let kind = match method {
        "abs" | "sqrt" | "signum" => method,
        _ => "round",
    };
    maker.coverage.count(kind, ty);
    // The sign of a NaN is free.
    format!("({a}).{method}()")
}

fn fused(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    maker.coverage.count("mul_add", ty);
    let (a, b) = operands(maker, ty, depth);
    let c = maker.expression(ty, depth);
    format!("({a}).mul_add({b}, {c})")
}

fn compared(maker: &mut Maker, _: Ty, depth: usize) -> String {
    let of = maker.any_type();
    let op = maker.choices.of(&["==", "<", "!=", "<=", ">", ">="]);
    let kind = if op.len() == 2 && op.ends_with('=') && op != "<=" && op != ">=" {
        "=="
    } else {
        "<"
    };
    maker.coverage.count(kind, of);
    let (a, b) = operands(maker, of, depth);
    format!("({a} {op} {b})")
}

fn both(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let op = maker.choices.of(&["&&", "||"]);
    let (a, b) = operands(maker, ty, depth);
    format!("({a} {op} {b})")
}

fn asked(maker: &mut Maker, _: Ty, depth: usize) -> String {
    let of = maker.choices.of(&[Ty::F64, Ty::F32]);
    let a = maker.expression(of, depth);
    let method = maker.choices.of(&["is_nan", "is_finite", "is_infinite"]);
    format!("({a}).{method}()")
}

impl Maker {
    /// A type for a variable.
    pub fn some_type(&mut self) -> Ty {
        if self.choices.once_in(6) {
            Ty::Bool
        } else {
            self.number_type()
        }
    }
}
