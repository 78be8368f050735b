//! Rust's names as PTX identifiers: ASCII letters, digits, `_` and `$`.

use super::params::DeviceParam;
use crate::analysis::plan::Region;
use crate::ir::{Function, VarId};

/// Name of a region's entry.
pub fn entry_name(function: &Function, region: &Region) -> String {
    format!(
        "{}_{}",
        identifier(&function.name.to_string()),
        region.index
    )
}

/// Name of the form of a region's entry that runs where [`Region::relaxed`] holds.
pub fn relaxed_name(function: &Function, region: &Region) -> String {
    format!("{}_relaxed", entry_name(function, region))
}

/// Name of the form that runs wherever 32 bits hold its indices.
pub fn narrow_name(function: &Function, region: &Region) -> String {
    format!("{}_narrow", entry_name(function, region))
}

/// Name of the second entry of a region with accumulators.
pub fn fold_name(function: &Function, region: &Region) -> String {
    format!("{}_fold", entry_name(function, region))
}

/// A variable's name with its number: shadowed names stay apart.
pub fn variable(function: &Function, var: VarId) -> String {
    let name = identifier(&function.vars[var].ident.to_string());
    // `%pm0_64` and `%reserved_smem_offset_0` are special registers.
    let special = name.starts_with("pm") || name.starts_with("reserved_smem");
    let separator = if special { "$" } else { "_" };
    format!("{name}{separator}{}", var.index())
}

/// Name of an entry's parameter.
pub fn parameter(function: &Function, region: &Region, param: DeviceParam) -> String {
    let array = |n: u8| variable(function, region.arrays[usize::from(n)].var);
    let index = |n: u8| variable(function, region.nest[usize::from(n)].var);
    let accumulator = |n: u8| variable(function, region.accumulators[usize::from(n)].var);
    match param {
        DeviceParam::Trip(n) => format!("trip_{}", index(n)),
        DeviceParam::First(n) => format!("first_{}", index(n)),
        DeviceParam::Step(n) => format!("step_{}", index(n)),
        DeviceParam::Base(n) => format!("base_{}", array(n)),
        DeviceParam::Len(n, dim) => format!("len{dim}_{}", array(n)),
        DeviceParam::Stride(n, dim) => format!("stride{dim}_{}", array(n)),
        DeviceParam::Scalar(n) => {
            format!(
                "value_{}",
                variable(function, region.scalars[usize::from(n)])
            )
        }
        DeviceParam::Failure => "failure".to_owned(),
        DeviceParam::Chunk => "chunk".to_owned(),
        DeviceParam::Chunks => "chunks".to_owned(),
        DeviceParam::Partials(n) => format!("partials_{}", accumulator(n)),
        DeviceParam::Initial(n) => format!("initial_{}", accumulator(n)),
        DeviceParam::Copies(n) => {
            let shared = &region.shared[usize::from(n)];
            format!("copies_{}", variable(function, shared.var))
        }
    }
}

/// The name without `r#`, everything outside ASCII replaced.
pub fn identifier(name: &str) -> String {
    name.trim_start_matches("r#")
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect()
}

/// Text for a `//` comment: one line of ASCII.
pub fn comment(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            ' '..='~' => c,
            c if c.is_whitespace() => ' ',
            _ => '?',
        })
        .collect()
}
