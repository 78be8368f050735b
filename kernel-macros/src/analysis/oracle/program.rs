//! Random kernels as text: loops, index forms, conditions, all in the spirit of real ones.

use super::random::Random;
use std::fmt::Write as _;

/// A name and its type.
#[derive(Clone)]
struct Scalar {
    name: String,
    ty: &'static str,
}

/// A written or read array.
struct Array {
    name: &'static str,
    rank: usize,
    style: Style,
    /// Index texts already used for it: real kernels repeat them.
    used: Vec<String>,
}

#[derive(Clone, Copy)]
enum Style {
    Slice,
    Nested,
    NdArray,
}

/// Writes one program.
pub struct Writer<'r> {
    random: &'r mut Random,
    /// Parameters and what is bound on the way, innermost last.
    scalars: Vec<Scalar>,
    loops: Vec<Scalar>,
    arrays: Vec<Array>,
    accumulators: Vec<Scalar>,
    /// Floats that are bound in a loop and go on in those inside.
    carried: Vec<String>,
    names: usize,
    text: String,
}

/// A random program: one function.
pub fn program(random: &mut Random) -> String {
    let mut writer = Writer {
        random,
        scalars: Vec::new(),
        loops: Vec::new(),
        arrays: Vec::new(),
        accumulators: Vec::new(),
        carried: Vec::new(),
        names: 0,
        text: String::new(),
    };
    writer.function();
    writer.text
}

const TYPES: [&str; 8] = [
    "usize", "usize", "usize", "usize", "i32", "i64", "u8", "u32",
];

impl Writer<'_> {
    fn put(&mut self, text: impl AsRef<str>) {
        self.text.push_str(text.as_ref());
    }

    fn function(&mut self) {
        self.put("fn f(a: &mut [f64], x: &[f64], p: &[usize]");
        self.array("a", 1, Style::Slice);
        if self.random.percent(50) {
            self.second_array();
        }
        for name in ["n", "m", "s", "t"] {
            let ty = self.random.pick(&TYPES);
            let _ = write!(self.text, ", {name}: {ty}");
            let name = name.to_string();
            self.scalars.push(Scalar { name, ty });
        }
        self.put(") {\n");
        if self.random.percent(25) {
            self.accumulator();
        }
        self.nest();
        self.put("}\n");
    }

    fn array(&mut self, name: &'static str, rank: usize, style: Style) {
        let used = Vec::new();
        self.arrays.push(Array {
            name,
            rank,
            style,
            used,
        });
    }

    fn second_array(&mut self) {
        let (ty, rank, style) = match self.random.below(4) {
            0 => ("b: &mut [f64]", 1, Style::Slice),
            1 => ("b: &mut [[f64; 4]]", 2, Style::Nested),
            2 => ("mut b: ArrayViewMut2<f64>", 2, Style::NdArray),
            _ => ("mut b: ArrayViewMut3<f64>", 3, Style::NdArray),
        };
        self.put(", ");
        self.put(ty);
        self.array("b", rank, style);
    }

    fn accumulator(&mut self) {
        let ty = self.random.pick(&["i64", "u8", "usize", "bool"]);
        let value = if ty == "bool" { "false" } else { "3" };
        let _ = writeln!(self.text, "let mut acc: {ty} = {value};");
        let name = "acc".to_string();
        self.accumulators.push(Scalar { name, ty });
    }

    /// One to three loops around a body.
    fn nest(&mut self) {
        let depth = 1 + self.random.below(3);
        for level in 0..depth {
            self.head(["i", "j", "k"][level]);
            if level + 1 < depth && self.random.percent(15) {
                self.statement(0);
            }
            if level + 1 < depth && self.random.percent(12) {
                self.local();
            }
        }
        let bound = self.bound_names();
        if depth > 1 && self.random.percent(15) {
            self.standing();
        } else {
            self.statement(0);
        }
        for _ in 0..self.random.below(3) {
            self.statement(0);
        }
        self.forget(bound);
        for level in 0..depth {
            self.put("}\n");
            if level + 1 < depth && self.random.percent(8) {
                self.loops.pop();
                self.statement(2);
            }
        }
    }

    fn head(&mut self, name: &str) {
        if !self.loops.is_empty() && self.random.percent(10) {
            return self.data_head(name);
        }
        let ty = self.random.pick(&TYPES);
        let start = match self.random.below(4) {
            0 => self.bound(ty),
            1 => "1".to_string(),
            _ => "0".to_string(),
        };
        let dots = if self.random.percent(15) { "..=" } else { ".." };
        let end = self.bound(ty);
        let mut range = format!("{start}{dots}{end}");
        // A literal's type is nobody's choice.
        if range
            .chars()
            .all(|c| c.is_ascii_digit() || ".=".contains(c))
        {
            range = format!("{range}{ty}");
        }
        if self.random.percent(15) {
            range = format!("({range}).rev()");
        }
        if self.random.percent(15) {
            let step = self.step();
            range = format!("({range}).step_by({step})");
        }
        let _ = writeln!(self.text, "for {name} in {range} {{");
        let name = name.to_string();
        self.loops.push(Scalar { name, ty });
    }

    /// A loop between two ends that are data, as over a row of a sparse matrix.
    fn data_head(&mut self, name: &str) {
        let row = self.loop_index();
        let _ = writeln!(self.text, "for {name} in p[{row}]..p[{row} + 1] {{");
        self.loops.push(counter(name));
    }

    fn step(&mut self) -> String {
        match self.random.below(3) {
            0 => self.coefficient(),
            1 => "2".to_string(),
            _ => "3".to_string(),
        }
    }

    /// A loop's bound of a type.
    fn bound(&mut self, ty: &str) -> String {
        match self.random.below(9) {
            0 => (1 + self.random.below(6)).to_string(),
            1 if ty == "usize" => "a.len()".to_string(),
            8 if ty == "usize" && !self.loops.is_empty() => {
                let index = self.loop_index();
                format!("p[{index}]")
            }
            2 if !self.loops.is_empty() => {
                let outer = self.loops[self.random.below(self.loops.len())].clone();
                cast(&outer, ty)
            }
            3 => {
                let scalar = self.scalar();
                format!("{} + 1", cast(&scalar, ty))
            }
            4 => {
                let scalar = self.scalar();
                format!("{} / 2", cast(&scalar, ty))
            }
            _ => {
                let scalar = self.scalar();
                cast(&scalar, ty)
            }
        }
    }

    fn scalar(&mut self) -> Scalar {
        self.scalars[self.random.below(self.scalars.len())].clone()
    }

    fn statement(&mut self, depth: usize) {
        match self.random.below(14) {
            0 if depth < 2 => self.conditional(depth),
            1 | 12 if depth < 3 => self.inner_loop(depth),
            13 if depth < 3 => self.local(),
            2 => self.binding(),
            3 if !self.accumulators.is_empty() => self.update(),
            3 | 4 if !self.carried.is_empty() => self.carry(),
            4 if depth < 2 => {
                let condition = self.condition();
                let _ = writeln!(self.text, "if {condition} {{ continue; }}");
            }
            _ => self.store(),
        }
    }

    fn conditional(&mut self, depth: usize) {
        let condition = self.condition();
        let _ = writeln!(self.text, "if {condition} {{");
        let bound = self.bound_names();
        self.statement(depth + 1);
        self.forget(bound);
        if self.random.percent(40) {
            self.put("} else {\n");
            self.statement(depth + 1);
            self.forget(bound);
        }
        self.put("}\n");
    }

    /// How many names there are in scope.
    fn bound_names(&self) -> (usize, usize) {
        (self.scalars.len(), self.carried.len())
    }

    /// Ends a scope, before which there were so many.
    fn forget(&mut self, (scalars, carried): (usize, usize)) {
        self.scalars.truncate(scalars);
        self.carried.truncate(carried);
    }

    fn inner_loop(&mut self, depth: usize) {
        let name = self.fresh("q");
        let bound = self.bound_names();
        if self.random.percent(20) {
            self.counted_head(&name);
        } else {
            self.head(&name);
        }
        for _ in 0..1 + self.random.below(2) {
            self.statement(depth + 1);
        }
        if self.random.percent(10) {
            let condition = self.condition();
            let _ = writeln!(self.text, "if {condition} {{ break; }}");
        }
        self.put("}\n");
        self.loops.pop();
        self.forget(bound);
    }

    /// A `while` loop, whose count is an index that changes on the way.
    fn counted_head(&mut self, name: &str) {
        let end = self.bound("usize");
        let _ = writeln!(self.text, "let mut {name}: usize = 0;");
        let _ = writeln!(self.text, "while {name} < {end} {{\n{name} += 1;");
        self.loops.push(counter(name));
    }

    fn local(&mut self) {
        let value = self.value();
        let name = self.fresh("c");
        let _ = writeln!(self.text, "let mut {name}: f64 = {value};");
        self.carried.push(name);
    }

    fn fresh(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}{}", self.names)
    }

    fn binding(&mut self) {
        let name = self.fresh("w");
        let ty = self.random.pick(&TYPES);
        let value = self.typed(ty, 2);
        let _ = writeln!(self.text, "let {name}: {ty} = {value};");
        self.scalars.push(Scalar { name, ty });
    }

    fn update(&mut self) {
        let Scalar { name, ty } = self.accumulators[0].clone();
        let statement = if ty == "bool" {
            let condition = self.condition();
            match self.random.below(4) {
                0 => format!("{name} = {name} || {condition};"),
                1 => format!("if {condition} {{ {name} = true; }}"),
                2 => format!("{name} |= {condition};"),
                _ => format!("{name} = {condition} && {name};"),
            }
        } else {
            let value = self.typed(ty, 1);
            match self.random.below(7) {
                0 => format!("{name} = {name} - {value};"),
                1 => format!("{name} *= {value};"),
                2 => format!("if {value} > {name} {{ {name} = {value}; }}"),
                3 => format!("{name} = {name}.min({value});"),
                4 => format!("{name} = {value};"),
                _ => format!("{name} += {value};"),
            }
        };
        self.put(statement);
        self.put("\n");
    }

    fn one_carried(&mut self) -> String {
        self.carried[self.random.below(self.carried.len())].clone()
    }

    fn carry(&mut self) {
        let (name, value) = (self.one_carried(), self.value());
        let op = self.random.pick(&["=", "+=", "*=", "-="]);
        let _ = writeln!(self.text, "{name} {op} {value};");
    }

    fn store(&mut self) {
        let target = self.random.below(self.arrays.len());
        let (place, value) = (self.element(target), self.value());
        let op = if self.random.percent(30) { "+=" } else { "=" };
        let _ = writeln!(self.text, "{place} {op} {value};");
    }

    /// Combines into an element that the innermost loop does not move away from.
    fn standing(&mut self) {
        let innermost = self.loops.pop();
        let place = self.element(0);
        self.arrays[0].used.clear();
        self.loops.extend(innermost);
        let (value, index) = (self.element(0), self.loop_index());
        let op = self.random.pick(&["+=", "-="]);
        let factor = self
            .random
            .pick(&["", "x[INDEX] * "])
            .replace("INDEX", &index);
        let _ = writeln!(self.text, "{place} {op} {factor}{value};");
    }

    /// A float.
    fn value(&mut self) -> String {
        match self.random.below(6) {
            0 => "0.25".to_string(),
            1 => {
                let index = self.index();
                format!("x[{index}]")
            }
            2 | 3 if !self.carried.is_empty() => self.one_carried(),
            4 if !self.carried.is_empty() => {
                let source = self.random.below(self.arrays.len());
                format!("{} + {}", self.one_carried(), self.element(source))
            }
            _ => {
                let source = self.random.below(self.arrays.len());
                self.element(source)
            }
        }
    }

    /// An element of an array, often one that the program has met already, or its neighbour.
    fn element(&mut self, array: usize) -> String {
        let rank = self.arrays[array].rank;
        let known = self.arrays[array].used.len();
        if known > 0 && self.random.percent(45) {
            let at = self.random.below(known);
            return self.arrays[array].used[at].clone();
        }
        let parts: Vec<String> = (0..rank)
            .map(|_| match self.random.below(3) {
                0 if rank > 1 => self.loop_index(),
                _ => self.index(),
            })
            .collect();
        let name = self.arrays[array].name;
        let text = match self.arrays[array].style {
            Style::Slice => format!("{name}[{}]", parts[0]),
            Style::Nested => format!("{name}[{}][{}]", parts[0], parts[1]),
            Style::NdArray => format!("{name}[[{}]]", parts.join(", ")),
        };
        self.arrays[array].used.push(text.clone());
        text
    }

    fn loop_index(&mut self) -> String {
        let variable = self.loops[self.random.below(self.loops.len())].clone();
        cast(&variable, "usize")
    }

    /// An index of type `usize`.
    fn index(&mut self) -> String {
        match self.random.below(14) {
            0 => {
                let ty = self.random.pick(&TYPES);
                let value = self.typed(ty, 2);
                format!("({value}) as usize")
            }
            1 => self.not_affine(),
            2 => {
                let (high, index) = (self.coefficient(), self.loop_index());
                format!("{high} - {index}")
            }
            3 => {
                let (high, index) = (self.coefficient(), self.loop_index());
                format!("{high} - 1 - {index}")
            }
            4 if self.loops.len() > 1 => self.flat(),
            5 if self.loops.len() > 1 => self.flat(),
            6 if self.loops.len() > 1 => self.flat(),
            _ => self.affine(),
        }
    }

    /// `i * n + j`
    fn flat(&mut self) -> String {
        let outer = self.loops[self.loops.len() - 2].clone();
        let inner = self.loops[self.loops.len() - 1].clone();
        let stride = self.coefficient();
        let (outer, inner) = (cast(&outer, "usize"), cast(&inner, "usize"));
        match self.random.below(3) {
            0 => format!("{inner} * {stride} + {outer}"),
            1 => format!("({outer} + 1) * {stride} + {inner}"),
            _ => format!("{outer} * {stride} + {inner}"),
        }
    }

    fn affine(&mut self) -> String {
        let terms = 1 + self.random.below(3);
        let terms: Vec<String> = (0..terms).map(|_| self.term()).collect();
        terms.join(" + ")
    }

    fn term(&mut self) -> String {
        match self.random.below(6) {
            0 => self.coefficient(),
            1 => {
                let (index, stride) = (self.loop_index(), self.coefficient());
                format!("{index} * {stride}")
            }
            2 => {
                let (index, stride) = (self.loop_index(), self.random.below(5));
                format!("{stride} * {index}")
            }
            _ => self.loop_index(),
        }
    }

    fn coefficient(&mut self) -> String {
        match self.random.below(6) {
            0 => (1 + self.random.below(5)).to_string(),
            1 => "a.len()".to_string(),
            _ => {
                let scalar = self.scalar();
                cast(&scalar, "usize")
            }
        }
    }

    fn not_affine(&mut self) -> String {
        let affine = self.affine();
        match self.random.below(6) {
            0 => format!("({affine}) % 4"),
            1 => format!("({affine}) / 2"),
            2 => format!("({affine}) & 3"),
            3 => format!("({affine}).min(7)"),
            4 => format!("({affine}).wrapping_add(9)"),
            _ => format!("p[{affine}]"),
        }
    }

    /// An expression of a type, from anything in scope.
    fn typed(&mut self, ty: &str, depth: usize) -> String {
        if depth == 0 || self.random.percent(30) {
            return self.leaf(ty);
        }
        let (left, right) = (self.typed(ty, depth - 1), self.typed(ty, depth - 1));
        let op = self.random.pick(&["+", "+", "*", "-"]);
        format!("({left} {op} {right})")
    }

    fn leaf(&mut self, ty: &str) -> String {
        match self.random.below(5) {
            0 => format!("{}{ty}", self.random.below(5)),
            1 => {
                let scalar = self.scalar();
                cast(&scalar, ty)
            }
            _ if self.loops.is_empty() => format!("1{ty}"),
            _ => {
                let variable = self.loops[self.random.below(self.loops.len())].clone();
                cast(&variable, ty)
            }
        }
    }

    fn condition(&mut self) -> String {
        let ty = self.random.pick(&TYPES);
        let (left, right) = (self.leaf(ty), self.leaf(ty));
        let op = self.random.pick(&["<", "<=", ">", ">=", "==", "!="]);
        match self.random.below(9) {
            0 => {
                let index = self.index();
                format!("x[{index}] > 0.5")
            }
            1 => format!("!({left} {op} {right})"),
            2 => {
                let other = self.leaf(ty);
                format!("{left} {op} {right} && {right} < {other}")
            }
            3 => format!("{left} + 1 {op} {right}"),
            _ => format!("{left} {op} {right}"),
        }
    }
}

/// A variable that counts.
fn counter(name: &str) -> Scalar {
    let name = name.to_string();
    Scalar { name, ty: "usize" }
}

/// A variable as a value of a type.
fn cast(scalar: &Scalar, ty: &str) -> String {
    let Scalar { name, ty: own } = scalar;
    if *own == ty {
        name.clone()
    } else {
        format!("({name} as {ty})")
    }
}
