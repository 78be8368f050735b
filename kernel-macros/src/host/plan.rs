//! A region's plan as the runtime reads it: text, one line for each property.
//! `kernel-runtime/src/region/plan.rs` is the other side and says what the lines mean. Tables and
//! arithmetic that stand in a string cost rustc nothing.

use super::DeviceEntry;
use super::formula::{self, Printer};
use super::region::Region;
use super::space;
use crate::analysis::plan::{
    self, ArrayUse, Fold, Follow, Identity, Interior, NestLoop, SharedArray, Wide, WideAdapter,
};
use crate::ir::{ExprId, Scalar};
use crate::ptx::{DeviceParam, Other};
use std::fmt::Write;

/// The text, and the expressions whose values follow the captured scalars.
pub struct Text {
    pub text: String,
    pub atoms: Vec<ExprId>,
}

/// Prints the plan of a region.
pub fn text(region: &Region) -> Text {
    let plan = region.plan;
    let mut printer = Printer::new(plan);
    let mut lines = Vec::new();
    let nest = plan.nest.iter().enumerate();
    lines.extend(nest.map(|(at, node)| match at {
        0 if region.is_driven() => "loop".to_owned(),
        _ => bounds(node, &mut printer),
    }));
    lines.extend(plan.in_order.map(|_| "ordered".to_owned()));
    let function = region.context.input.function;
    let formulas = [
        ("given", printer.all(&plan.space)),
        ("guard", printer.all(&plan.guard)),
        ("fast", printer.all(&plan.relaxed)),
        ("cost", Some(printer.value(&plan.cost))),
    ];
    for (name, formula) in formulas {
        lines.extend(formula.map(|formula| format!("{name} {formula}")));
    }
    lines.extend(
        plan.interior
            .as_ref()
            .map(|of| interior(plan, of, &mut printer)),
    );
    let residency = &region.context.residency;
    let arrays = plan.arrays.iter();
    lines.extend(arrays.map(|of| array(of, residency.keeps(of.var))));
    let captured = plan.scalars.iter().map(|id| &function.vars[*id].ty);
    let atoms = printer.atoms.iter().map(|id| &function.exprs[*id].ty);
    lines.extend(captured.chain(atoms).map(|ty| format!("scalar {ty}")));
    let accumulators = plan.accumulators.iter();
    lines.extend(accumulators.map(|of| {
        let exact = if of.is_free_of_order() { ":exact" } else { "" };
        format!("sum {}{exact}", accumulator(of.ty, of.fold))
    }));
    lines.extend(plan.shared.iter().map(|of| shared(plan, of)));
    if !plan.accumulators.is_empty() {
        lines.push(format!("lanes {}", region.lanes()));
    }
    let release = if region.uses_debug() { ":release" } else { "" };
    for (name, holds) in [
        ("across", plan.across),
        ("blocks", plan.blocks && !plan.across),
        ("turns", plan.turns && all_alike(&plan.nest)),
        ("collapses", plan.turns && from_zero_on(&plan.nest)),
    ] {
        lines.extend(holds.then(|| format!("{name}{release}")));
    }
    lines.extend(steps_by_one(&plan.nest).then(|| "by_one".to_owned()));
    if let Some(device) = region.device() {
        entry(device, &mut lines);
    }
    Text {
        text: lines.join("\n"),
        atoms: printer.atoms,
    }
}

fn bounds(node: &NestLoop, printer: &mut Printer) -> String {
    let kind = if node.inclusive { "through" } else { "until" };
    let (start, end) = (printer.value(&node.start), printer.value(&node.end));
    let mut line = format!("loop {} {kind} {start};{end}", node.ty.name());
    for adapter in &node.adapters {
        let _ = match adapter {
            WideAdapter::Rev => write!(line, ";rev"),
            WideAdapter::StepBy(step) => write!(line, ";by {}", printer.value(step)),
        };
    }
    line
}

/// As places of the innermost loop: where it begins and where it ends.
fn interior(plan: &plan::Region, of: &Interior, printer: &mut Printer) -> String {
    let first = plan.nest.len() - 1;
    let place = |value: &Wide| Wide::Sub(Box::new(value.clone()), Box::new(Wide::Lo(first)));
    let end = Wide::Add(Box::new(place(&of.to)), Box::new(Wide::Const(1)));
    let given = printer.tests(&of.given);
    let (start, end) = (printer.value(&place(&of.from)), printer.value(&end));
    format!("interior {start};{end};{given}")
}

fn array(of: &ArrayUse, keep: bool) -> String {
    let reads = if of.reads { "r" } else { "" };
    let writes = if of.writes { "w" } else { "" };
    let unit = if of.contiguous { ":unit" } else { "" };
    let keep = if keep { ":keep" } else { "" };
    let elem = of.elem.name();
    let follow = of.follow.as_ref().map(follow).unwrap_or_default();
    format!(
        "array {elem}:{}:{reads}{writes}{unit}{keep}{follow}",
        of.rank
    )
}

/// The positions of the loops, `-` where a dimension follows none.
fn follow(of: &Follow) -> String {
    let loops = of.loops.iter().map(|along| match along {
        Some(position) => char::from_digit(*position as u32, 10).unwrap_or('-'),
        None => '-',
    });
    let name = if of.exact { "at" } else { "near" };
    format!(":{name}{}", loops.collect::<String>())
}

/// Whether the code of the loops' variables is the same for all of them.
fn all_alike(nest: &[NestLoop]) -> bool {
    let code = |of: &NestLoop| (of.ty, space::from_zero(of), space::constant_step(of));
    let mut neighbours = nest.windows(2);
    neighbours.all(|of| code(&of[0]) == code(&of[1]) && code(&of[0]).2.is_some())
}

/// Whether all variables are indices from zero on, which may grow as far as there is memory.
fn from_zero_on(nest: &[NestLoop]) -> bool {
    let one = |of: &NestLoop| space::from_zero(of) && space::constant_step(of) == Some(1);
    nest.iter().all(|of| one(of) && of.ty == Scalar::Usize)
}

/// Whether the variables of the two innermost loops grow by one.
fn steps_by_one(nest: &[NestLoop]) -> bool {
    let mut last = nest.iter().rev().take(2);
    nest.len() > 1 && last.all(|of| space::constant_step(of) == Some(1))
}

fn shared(plan: &plan::Region, of: &SharedArray) -> String {
    let at = plan.arrays.iter().position(|array| array.var == of.var);
    let at = at.unwrap_or_else(|| unreachable!("an array accumulator is an array of the region"));
    format!("shared {at} {}", accumulator(of.ty, of.fold))
}

fn accumulator(ty: Scalar, fold: Fold) -> String {
    let name = match fold {
        Fold::Add => "add",
        Fold::Mul => "mul",
        Fold::Min => "min",
        Fold::Max => "max",
        Fold::MinIf => "min_if",
        Fold::MaxIf => "max_if",
        Fold::And => "and",
        Fold::Or => "or",
        Fold::Xor => "xor",
        Fold::SaturatingAdd => "saturating_add",
        Fold::Companion | Fold::Place => "together",
    };
    format!("{}:{name}:{:x}", ty.name(), identity(fold, ty))
}

/// Bits of what changes nothing, zero-extended.
pub fn identity(fold: Fold, ty: Scalar) -> u64 {
    match fold.identity(ty) {
        Identity::Int(value) => formula::bits(value, ty),
        Identity::Bool(value) => value.into(),
        Identity::Float(value) if ty == Scalar::F32 => (value as f32).to_bits().into(),
        Identity::Float(value) => value.to_bits(),
    }
}

fn entry(device: &DeviceEntry, lines: &mut Vec<String>) {
    let fold = device.fold.iter().map(|fold| format!(" {fold}"));
    lines.push(format!(
        "entry {}{}",
        device.entry,
        fold.collect::<String>()
    ));
    lines.extend(device.other.iter().map(other));
    lines.extend(device.grouped.then(|| "grouped".to_owned()));
    if device.width > 1 {
        lines.push(format!("width {}", device.width));
    }
    lines.extend(device.crosswise.map(|loops| format!("crosswise {loops}")));
    if device.debug == device.release {
        lines.extend(params("param", &device.release));
    } else {
        lines.extend(params("param:release", &device.release));
        lines.extend(params("param:debug", &device.debug));
    }
}

fn other(of: &Other) -> String {
    let fast = if of.relaxed { ":fast" } else { "" };
    let narrow = if of.narrow { ":narrow" } else { "" };
    format!("entry{fast}{narrow} {}", of.name)
}

fn params<'a>(name: &'a str, of: &'a [DeviceParam]) -> impl Iterator<Item = String> + 'a {
    of.iter().map(move |of| format!("{name} {}", param(*of)))
}

fn param(of: DeviceParam) -> String {
    match of {
        DeviceParam::Trip(n) => format!("trip{n}"),
        DeviceParam::First(n) => format!("first{n}"),
        DeviceParam::Step(n) => format!("step{n}"),
        DeviceParam::Base(n) => format!("base{n}"),
        DeviceParam::Len(n, dim) => format!("len{n}.{dim}"),
        DeviceParam::Stride(n, dim) => format!("stride{n}.{dim}"),
        DeviceParam::Scalar(n) => format!("scalar{n}"),
        DeviceParam::Failure => "failure".to_owned(),
        DeviceParam::Chunk => "chunk".to_owned(),
        DeviceParam::Chunks => "chunks".to_owned(),
        DeviceParam::Partials(n) => format!("partials{n}"),
        DeviceParam::Initial(n) => format!("initial{n}"),
        DeviceParam::Copies(n) => format!("copies{n}"),
    }
}
