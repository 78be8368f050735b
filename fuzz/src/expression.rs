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
    parted,
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
    paired,
    parted,
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
    extreme,
    parted,
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

    pub fn number_type(&mut self) -> Ty {
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
        if let Some(place) = &self.place {
            return format!("[{} * m + {place}]", names[0]);
        }
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
            Some(variable) => variable.name,
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
            format!("({} as {ty})", variable.name)
        }
        None => literal(maker, ty),
    }
}

fn literal(maker: &mut Maker, ty: Ty) -> String {
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
    let (a, b) = operands(maker, ty, depth);
    if maker.choices.once_in(24) {
        return format!("({a} {op} {b})");
    }
    format!("({a} {op} ({b} & 15{ty} | 1{ty}))")
}

fn bits(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let op = maker.choices.of(&["&", "|", "^"]);
    let (a, b) = operands(maker, ty, depth);
    format!("({a} {op} {b})")
}

fn shifted(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let op = maker.choices.of(&["<<", ">>"]);
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
    let mut from = maker.any_type();
    if ty.is_float() && from == Ty::Bool {
        from = Ty::I32;
    }
    let value = maker.expression(from, depth);
    format!("({value} as {ty})")
}

fn conditional(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let condition = maker.expression(Ty::Bool, depth);
    let (a, b) = operands(maker, ty, depth);
    format!("(if {condition} {{ {a} }} else {{ {b} }})")
}

fn selected(maker: &mut Maker, ty: Ty, depth: usize) -> String {
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
        "wrapping_neg",
        "wrapping_shl",
        "wrapping_shr",
    ]);
    let a = maker.expression(ty, depth);
    let second = match method {
        "wrapping_neg" => String::new(),
        "wrapping_shl" | "wrapping_shr" => maker.expression(Ty::U32, depth),
        _ => maker.expression(ty, depth),
    };
    format!("({a}).{method}({second})")
}

/// Of two zeros, std may give either: there are no negative ones here.
fn extreme(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let method = maker.choices.of(&["min", "max", "clamp"]);
    let a = maker.expression(ty, depth);
    match (method, ty) {
        ("clamp", Ty::Bool) => format!("({a}).clamp(false, true)"),
        ("clamp", ty) if ty.is_float() => format!("({a}).clamp(-2.5{ty}, 40.0{ty})"),
        ("clamp", _) => format!("({a}).clamp(3{ty}, 90{ty})"),
        (_, ty) if ty.is_float() => {
            let b = maker.expression(ty, depth);
            format!("({a} + 0.0{ty}).{method}({b} + 0.0{ty})")
        }
        _ => format!("({a}).{method}({})", maker.expression(ty, depth)),
    }
}

fn method(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let a = maker.expression(ty, depth);
    match maker.choices.below(8) {
        0 if ty.is_signed() => format!("({a} | 1{ty}).abs()"),
        1 if ty.is_signed() => format!("({a}).signum()"),
        2 | 3 => {
            let b = maker.expression(ty, depth);
            let method = maker.choices.of(&["rem_euclid", "div_euclid"]);
            format!("({a}).{method}({b} & 15{ty} | 1{ty})")
        }
        4 => {
            let power = maker.choices.below(3);
            format!("({a} & 7{ty}).pow({power}u32)")
        }
        _ => {
            let b = maker.expression(Ty::U32, depth);
            let method = maker.choices.of(&["rotate_left", "rotate_right"]);
            format!("({a}).{method}({b})")
        }
    }
}

/// Bits of other numbers, as a number of this type.
fn counted(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let of = maker.any_type();
    let a = maker.expression(of, depth);
    if of.is_float() {
        // The payload of a NaN is free.
        return format!(
            "({{ let t: {of} = {a}; if t.is_nan() {{ 0 }} else {{ t.to_bits() }} }} as {ty})"
        );
    }
    if of == Ty::Bool {
        return format!("({a} as {ty})");
    }
    match maker.choices.below(3) {
        0 => format!("(({a}).abs_diff({}) as {ty})", maker.expression(of, depth)),
        1 if of.is_signed() => format!("(({a}).unsigned_abs() as {ty})"),
        _ => {
            let methods = &["count_ones", "leading_zeros", "trailing_zeros"];
            let method = maker.choices.of(methods);
            format!("(({a}).{method}() as {ty})")
        }
    }
}

fn negated(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let a = maker.expression(ty, depth);
    if ty.is_float() {
        return format!("(-{a})");
    }
    if ty.is_signed() {
        return format!("(-({a} | 1{ty}))");
    }
    a
}

fn complemented(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let a = maker.expression(ty, depth);
    format!("(!{a})")
}

fn braced(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    maker.scoped(|maker| {
        let of = maker.any_type();
        let value = maker.expression(of, depth);
        let name = maker.bind("t", of, false);
        let result = maker.expression(ty, depth);
        format!("{{ let {name}: {of} = {value}; {result} }}")
    })
}

/// A part of a tuple or of an array that stands here alone.
fn parted(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let other = maker.any_type();
    let (a, b) = operands(maker, ty, depth);
    match maker.choices.below(3) {
        0 => format!(
            "{{ let t: ({ty}, {other}) = ({a}, {}); t.0 }}",
            maker.expression(other, 0)
        ),
        1 => {
            let at = maker.expression(Ty::Usize, 1);
            format!("{{ let t: [{ty}; 2] = [{a}, {b}]; t[({at}) % 2usize] }}")
        }
        _ => {
            let at = maker.expression(Ty::Usize, 1);
            format!("{{ let t: [[{ty}; 2]; 2] = [[{a}; 2], [{b}; 2]]; t[1][({at}) % 2usize] }}")
        }
    }
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
        "to_radians",
        "to_degrees",
    ]);
    format!("({a}).{method}()")
}

/// The sign of a NaN is free.
fn paired(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let (a, b) = operands(maker, ty, depth);
    match maker.choices.below(4) {
        0 => format!("({a}).rem_euclid({b})"),
        1 => format!("({a}).div_euclid({b})"),
        2 => {
            let bits = if ty == Ty::F32 { Ty::U32 } else { Ty::U64 };
            format!("{ty}::from_bits({})", maker.expression(bits, depth))
        }
        _ => {
            format!("({a}).copysign({{ let t: {ty} = {b}; if t.is_nan() {{ 1.0 }} else {{ t }} }})")
        }
    }
}

fn fused(maker: &mut Maker, ty: Ty, depth: usize) -> String {
    let (a, b) = operands(maker, ty, depth);
    let c = maker.expression(ty, depth);
    format!("({a}).mul_add({b}, {c})")
}

fn compared(maker: &mut Maker, _: Ty, depth: usize) -> String {
    let of = maker.any_type();
    let op = maker.choices.of(&["==", "<", "!=", "<=", ">", ">="]);
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
    let methods = &["is_nan", "is_finite", "is_infinite"];
    match maker.choices.below(5) {
        3 => format!("{{ let t: {of} = {a}; !t.is_nan() && t.is_sign_negative() }}"),
        4 => format!("{{ let t: {of} = {a}; !t.is_nan() && t.is_sign_positive() }}"),
        _ => format!("({a}).{}()", maker.choices.of(methods)),
    }
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
