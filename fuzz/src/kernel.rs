//! Random kernels: signature, regions, reductions, and the code that calls all versions.

use crate::call::Call;
use crate::choices::Choices;
use crate::scope::{Array, Bins, Maker, Variable};
use crate::types::Ty;

/// A kernel and what calls it.
pub struct Kernel {
    pub name: String,
    /// The function with its attribute.
    pub source: String,
    pub call: Call,
    pub choices: Vec<u32>,
}

/// A variable that the iterations combine.
struct Accumulator {
    name: String,
    ty: Ty,
    fold: &'static str,
    initial: String,
    /// What changes when it does, in an arg-min.
    companion: Option<Companion>,
}

#[derive(Clone)]
struct Companion {
    name: String,
    ty: Ty,
}

impl Accumulator {
    /// Its variables with their types and initial values.
    fn variables(&self) -> Vec<(String, Ty, String)> {
        let companion = self.companion.iter().map(|of| {
            let zero = if of.ty.is_float() { "0.0" } else { "0" };
            (of.name.clone(), of.ty, format!("{zero}{}", of.ty))
        });
        let own = (self.name.clone(), self.ty, self.initial.clone());
        [own].into_iter().chain(companion).collect()
    }
}

/// The kernel that these choices make.
pub fn kernel(name: &str, choices: Choices) -> Kernel {
    let mut maker = Maker::new(choices);
    let depth = 1 + maker.choices.below(3);
    let scalars: Vec<String> = scalars(&mut maker);
    arrays(&mut maker, depth);
    bins(&mut maker);
    let accumulators = accumulators(&mut maker);
    if accumulators.is_empty() && !maker.arrays.iter().any(|array| array.written) {
        out(&mut maker, depth);
    }
    let body = body(&mut maker, depth, &accumulators);
    let source = function(name, &maker, &scalars, &accumulators, &body);
    let scalars = maker.scalars.clone();
    let results = accumulators.iter().flat_map(Accumulator::variables);
    let results = results.map(|(_, ty, _)| ty).collect();
    Kernel {
        name: name.to_owned(),
        source,
        call: Call::of(&mut maker, scalars, results),
        choices: maker.choices.taken(),
    }
}

/// Scalar parameters, as `name: type`.
fn scalars(maker: &mut Maker) -> Vec<String> {
    let count = maker.choices.below(3);
    (0..count)
        .map(|_| {
            let ty = maker.some_type();
            let name = maker.bind("a", ty, false);
            maker.scalars.push((name.clone(), ty));
            format!("{name}: {ty}")
        })
        .collect()
}

fn arrays(maker: &mut Maker, depth: usize) {
    let inputs = maker.choices.below(4);
    for _ in 0..inputs {
        let rank = 1 + maker.choices.below(2);
        let array = Array {
            name: maker.name("x"),
            ty: maker.some_type(),
            rank,
            written: false,
        };
        maker.arrays.push(array);
    }
    for _ in 0..maker.choices.below(3) {
        out(maker, depth);
    }
}

fn out(maker: &mut Maker, depth: usize) {
    let rank = if depth == 2 {
        1 + maker.choices.below(2)
    } else {
        1
    };
    let array = Array {
        name: maker.name("y"),
        ty: maker.some_type(),
        rank,
        written: true,
    };
    maker.arrays.push(array);
}

/// One kernel in four combines into arrays.
fn bins(maker: &mut Maker) {
    const COUNTS: [usize; 8] = [0, 0, 0, 0, 0, 0, 1, 2];
    for _ in 0..maker.choices.of(&COUNTS) {
        let (name, ty) = (maker.name("b"), maker.some_type());
        maker.bins.push(Bins { name, ty });
    }
}

fn accumulators(maker: &mut Maker) -> Vec<Accumulator> {
    let count = maker.choices.below(3);
    (0..count).map(|_| accumulator(maker)).collect()
}

fn accumulator(maker: &mut Maker) -> Accumulator {
    let ty = maker.some_type();
    let folds: &[&'static str] = match ty {
        Ty::Bool => &["all", "any", "parity", "flag"],
        ty if ty.is_float() => &[
            "sum", "product", "least", "most", "if least", "if most", "leader",
        ],
        ty if ty.is_wide() && ty.is_signed() => &[
            "sum", "product", "least", "most", "if least", "if most", "all", "any", "parity",
            "leader",
        ],
        ty if ty.is_wide() => &[
            "sum",
            "least",
            "most",
            "if least",
            "if most",
            "all",
            "any",
            "parity",
            "saturating",
            "leader",
        ],
        ty if ty.is_signed() => &[
            "product", "least", "most", "if least", "if most", "all", "any", "parity", "leader",
        ],
        _ => &[
            "least",
            "most",
            "if least",
            "if most",
            "all",
            "any",
            "parity",
            "saturating",
            "leader",
        ],
    };
    let fold = maker.choices.of(folds);
    let initial = match (ty, fold) {
        (Ty::Bool, "all") => "true".to_owned(),
        (Ty::Bool, _) => "false".to_owned(),
        (ty, "sum" | "parity" | "any") if ty.is_float() => format!("1.5{ty}"),
        (_, "sum" | "parity" | "any" | "saturating") => format!("3{ty}"),
        (ty, "product") if ty.is_float() => format!("2.0{ty}"),
        (_, "product") => format!("1{ty}"),
        (_, "least" | "if least" | "all" | "leader") => format!("{ty}::MAX"),
        _ => format!("{ty}::MIN"),
    };
    Accumulator {
        name: maker.name("s"),
        ty,
        fold,
        initial,
        companion: (fold == "leader").then(|| Companion {
            name: maker.name("s"),
            ty: maker.number_type(),
        }),
    }
}

fn body(maker: &mut Maker, depth: usize, accumulators: &[Accumulator]) -> String {
    let mut text = region(maker, depth, accumulators);
    if maker.choices.once_in(3) {
        text += &between(maker);
        text += &region(maker, depth, &[]);
    }
    if maker.choices.once_in(4) {
        text += &substitution(maker);
    }
    if accumulators.is_empty() && maker.choices.once_in(4) {
        text = format!("for _step in 0usize..2usize {{\n{text}}}\n");
    }
    text
}

/// Driver code that touches an array.
fn between(maker: &mut Maker) -> String {
    let written = maker
        .arrays
        .iter()
        .filter(|array| array.written && array.rank == 1);
    let written: Vec<String> = written.map(|array| array.name.clone()).collect();
    let at = maker.choices.below(written.len());
    let Some(name) = written.get(at) else {
        return String::new();
    };
    match maker.choices.below(4) {
        0 => String::new(),
        1 => format!("if {name}.len() > 2 {{\n{name}[1] = {name}[0];\n}}\n"),
        2 => format!("{name}.reverse();\n"),
        _ => format!(
            "if {name}.len() > 2 && {name}[2] == {name}[2] {{\n{name}.rotate_left(1);\n}}\n"
        ),
    }
}

/// Elements into which those before them combine, one after the other. The order of the inner loop
/// does not matter, as the serial version has another.
fn substitution(maker: &mut Maker) -> String {
    let whole = |array: &&Array| array.written && array.rank == 1 && !array.ty.is_float();
    let arrays: Vec<Array> = maker.arrays.iter().filter(whole).cloned().collect();
    let at = maker.choices.below(arrays.len());
    let Some(Array { name, ty, .. }) = arrays.get(at).cloned() else {
        return String::new();
    };
    let (outer, inner) = (maker.name("i"), maker.name("i"));
    let range = maker
        .choices
        .of(&["0..OUTER", "(0..OUTER).rev()", "OUTER + 1..LENGTH"]);
    let range = range
        .replace("OUTER", &outer)
        .replace("LENGTH", &format!("{name}.len()"));
    let op = maker.choices.of(&["^", "|", "&"]);
    // Nothing else in it may read the array.
    let others = maker.arrays.iter().filter(|array| array.name != name);
    let others = others.cloned().collect();
    let all = std::mem::replace(&mut maker.arrays, others);
    maker.loops = vec![outer.clone(), inner.clone()];
    let value = maker.scoped(|maker| {
        for name in [&outer, &inner] {
            maker.variables.push(Variable {
                name: name.clone(),
                ty: Ty::Usize,
                mutable: false,
            });
        }
        maker.expression(ty, 2)
    });
    maker.loops.clear();
    maker.arrays = all;
    format!(
        "for {outer} in 0..{name}.len() {{\nfor {inner} in {range} {{\n\
         {name}[{outer}] {op}= {name}[{inner}] ^ {value};\n}}\n}}\n"
    )
}

fn region(maker: &mut Maker, depth: usize, accumulators: &[Accumulator]) -> String {
    const LENGTHS: [&[&str]; 3] = [&["n"], &["m", "n"], &["2usize", "m", "n"]];
    let lengths = LENGTHS[depth - 1];
    let (mut heads, mut counters) = (String::new(), Vec::new());
    for &length in lengths {
        let (name, ty) = (maker.name("i"), counter_type(maker));
        let length = match ty {
            Ty::Usize => length.to_owned(),
            ty => format!("({length} as {ty})"),
        };
        let range = match maker.choices.below(8) {
            0..=3 => format!("0..{length}"),
            4 => format!("1..{length}"),
            5 => format!("(0..{length}).rev()"),
            6 => format!("(0..{length}).step_by(2)"),
            _ => format!("0..{length} / 2"),
        };
        heads += &format!("for {name} in {range} {{\n");
        maker.loops.push(match ty {
            Ty::Usize => name.clone(),
            _ => format!("({name} as usize)"),
        });
        counters.push((name, ty));
    }
    let inside = maker.scoped(|maker| {
        let counters = counters.into_iter().map(|(name, ty)| Variable {
            name,
            ty,
            mutable: false,
        });
        maker.variables.extend(counters);
        iteration(maker, accumulators)
    });
    maker.loops.clear();
    heads + &inside + &"}\n".repeat(depth)
}

/// The type of a loop's variable: mostly that of indices, else one that the sizes of the data fit into.
fn counter_type(maker: &mut Maker) -> Ty {
    const OTHERS: [Ty; 7] = [
        Ty::I32,
        Ty::U32,
        Ty::I64,
        Ty::U64,
        Ty::I16,
        Ty::U16,
        Ty::Isize,
    ];
    match maker.choices.once_in(4) {
        true => maker.choices.of(&OTHERS),
        false => Ty::Usize,
    }
}

fn iteration(maker: &mut Maker, accumulators: &[Accumulator]) -> String {
    let writes = maker.arrays.iter().any(|array| array.written);
    let reads = maker.arrays.iter().any(|array| !array.written);
    let combines = !accumulators.is_empty();
    let may_have_rows = writes && !combines && maker.bins.is_empty() && maker.loops.len() == 1;
    if may_have_rows && maker.choices.once_in(3) {
        return maker.rows();
    }
    let may_be_near = if combines { reads && !writes } else { writes };
    if may_be_near && maker.choices.once_in(3) {
        return match combines {
            true => updates(maker, accumulators, true),
            false => maker.neighbours(),
        };
    }
    let mut text = maker.statements(4, 2);
    if maker.choices.once_in(6) {
        let condition = maker.expression(Ty::Bool, 2);
        text += &format!("if {condition} {{ continue; }}\n");
    }
    for array in maker.arrays.clone() {
        if array.written {
            text += &store(maker, &array);
        }
    }
    for of in maker.bins.clone() {
        text += &combine(maker, &of);
    }
    text + &updates(maker, accumulators, false)
}

/// What iterations combine: of elements beside their own, or of anything.
fn updates(maker: &mut Maker, accumulators: &[Accumulator], near: bool) -> String {
    let mut text = String::new();
    for of in accumulators {
        let update = update(maker, of, near);
        if maker.choices.once_in(3) {
            let condition = operand(maker, Ty::Bool, 2, near);
            text += &format!("if {condition} {{\n{update}}}\n");
        } else {
            text += &update;
        }
    }
    text
}

fn operand(maker: &mut Maker, ty: Ty, depth: usize, near: bool) -> String {
    match near {
        true => maker.near_value(ty, None),
        false => maker.expression(ty, depth),
    }
}

fn store(maker: &mut Maker, array: &Array) -> String {
    let element = format!("{}{}", array.name, maker.own_element(array));
    let value = maker.expression(array.ty, 4);
    if maker.choices.below(2) == 0 {
        return format!("{element} = {value};\n");
    }
    let op = if array.ty.is_float() {
        maker.choices.of(&["+", "*", "-"])
    } else {
        maker.choices.of(&["^", "|", "&"])
    };
    format!("{element} {op}= {value};\n")
}

/// Combines into an element, which now and then is not there.
fn combine(maker: &mut Maker, of: &Bins) -> String {
    let (name, ty) = (&of.name, of.ty);
    let most = Bins::LENGTH + usize::from(maker.choices.once_in(12));
    let at = maker.expression(Ty::Usize, 2);
    let value = maker.expression(ty, 3);
    let ops: &[&str] = match ty {
        Ty::Bool => &["|=", "&=", "^="],
        ty if ty.is_float() => &["+=", "*=", "-=", "min", "max"],
        _ => &["^=", "|=", "&=", "min", "max", "wrapping_add"],
    };
    let (place, op) = (maker.name("k"), maker.choices.of(ops));
    let element = format!("{name}[{place}]");
    let update = match op.ends_with('=') {
        true => format!("{element} {op} {value};\n"),
        false => format!("{element} = {element}.{op}({value});\n"),
    };
    let update = match maker.choices.once_in(3) {
        true => format!("if {} {{\n{update}}}\n", maker.expression(Ty::Bool, 2)),
        false => update,
    };
    format!("let {place}: usize = ({at}) % {most}usize;\n{update}")
}

/// Sums of integers are of small ones: their running value is not checked for overflow outside of
/// the serial version.
fn update(maker: &mut Maker, of: &Accumulator, near: bool) -> String {
    let (name, ty) = (&of.name, of.ty);
    let value = operand(maker, ty, 3, near);
    let float = ty.is_float();
    match of.fold {
        "sum" if float => format!("{name} += {value};\n"),
        "sum" => format!("{name} += {value} & 7{ty};\n"),
        "product" if float => format!("{name} *= {value};\n"),
        "product" => format!("{name} *= 1{ty} - 2{ty} * ({value} & 1{ty});\n"),
        "least" => format!("{name} = {name}.min({value});\n"),
        "most" => format!("{name} = {name}.max({value});\n"),
        "if least" => {
            format!("let w{name} = {value};\nif w{name} < {name} {{ {name} = w{name}; }}\n")
        }
        "if most" => {
            format!("let w{name} = {value};\nif w{name} > {name} {{ {name} = w{name}; }}\n")
        }
        "leader" => {
            let companion = of.companion.as_ref();
            let (at, ty) = companion.map_or(("", Ty::I32), |of| (&of.name, of.ty));
            let other = operand(maker, ty, 1, near);
            format!(
                "let w{name}: {} = {value};\nlet w{at}: {ty} = {other};\n\
                 if w{name} < {name} {{\n{name} = w{name};\n{at} = w{at};\n}}\n",
                of.ty
            )
        }
        "saturating" => format!("{name} = {name}.saturating_add({value});\n"),
        "flag" => format!("if {value} {{ {name} = true; }}\n"),
        "all" => format!("{name} &= {value};\n"),
        "any" => format!("{name} |= {value};\n"),
        _ => format!("{name} ^= {value};\n"),
    }
}

fn function(
    name: &str,
    maker: &Maker,
    scalars: &[String],
    accumulators: &[Accumulator],
    body: &str,
) -> String {
    let arrays = maker.arrays.iter().map(
        |Array {
             name,
             ty,
             rank,
             written,
         }| match (rank, written) {
            (1, false) => format!("{name}: &[{ty}]"),
            (1, true) => format!("{name}: &mut [{ty}]"),
            (_, false) => format!("{name}: ArrayView2<'_, {ty}>"),
            (_, true) => format!("mut {name}: ArrayViewMut2<'_, {ty}>"),
        },
    );
    let bins = maker.bins.iter();
    let bins = bins.map(|Bins { name, ty }| format!("{name}: &mut [{ty}]"));
    let params: Vec<String> = ["m: usize".to_owned(), "n: usize".to_owned()]
        .into_iter()
        .chain(scalars.iter().cloned())
        .chain(arrays)
        .chain(bins)
        .collect();
    let variables = accumulators.iter().flat_map(Accumulator::variables);
    let (mut types, mut names, mut start) = (String::new(), String::new(), String::new());
    for (name, ty, initial) in variables {
        types += &format!("{ty}, ");
        names += &format!("{name}, ");
        start += &format!("let mut {name}: {ty} = {initial};\n");
    }
    let (output, result) = match accumulators {
        [] => (String::new(), String::new()),
        _ => (format!(" -> ({types})"), format!("({names})\n")),
    };
    let params = params.join(", ");
    format!(
        "#[kernel(parallel, cuda)]\npub fn {name}({params}){output} {{\n{start}{body}{result}}}\n"
    )
}
