//! Which nodes of the loop IR were made, for which types.

use crate::types::Ty;
use std::collections::BTreeMap;

/// What is counted: a node, as the table shows it, and the types that have it.
type Row = (&'static str, fn(Ty) -> bool);

const ROWS: &[Row] = &[
    ("literal", |_| true),
    ("variable", |_| true),
    ("load", |_| true),
    ("store", |_| true),
    ("update", |ty| ty != Ty::Bool),
    ("let", |_| true),
    ("assign", |_| true),
    ("compound", |ty| ty != Ty::Bool),
    ("local array", |_| true),
    ("tuple", |_| true),
    ("if", |_| true),
    ("match", |_| true),
    ("block", |_| true),
    ("-x", |ty| ty.is_float() || ty.is_signed()),
    ("!", |ty| !ty.is_float()),
    ("+", |ty| ty != Ty::Bool),
    ("-", |ty| ty != Ty::Bool),
    ("*", |ty| ty != Ty::Bool),
    ("/", |ty| ty != Ty::Bool),
    ("%", |ty| ty != Ty::Bool),
    ("&", |ty| !ty.is_float()),
    ("|", |ty| !ty.is_float()),
    ("^", |ty| !ty.is_float()),
    ("<<", Ty::is_int),
    (">>", Ty::is_int),
    ("==", |_| true),
    ("<", |_| true),
    ("as", |ty| ty != Ty::Bool),
    ("min", |ty| ty != Ty::Bool),
    ("max", |ty| ty != Ty::Bool),
    ("clamp", |ty| ty != Ty::Bool),
    ("abs", |ty| ty.is_float() || ty.is_signed()),
    ("signum", |ty| ty.is_float() || ty.is_signed()),
    ("wrapping", Ty::is_int),
    ("saturating", Ty::is_int),
    ("euclid", Ty::is_int),
    ("rotate", Ty::is_int),
    ("count", Ty::is_int),
    ("abs_diff", Ty::is_int),
    ("round", Ty::is_float),
    ("sqrt", Ty::is_float),
    ("mul_add", Ty::is_float),
    ("sum", |ty| ty.is_float() || ty.is_wide()),
    ("product", |ty| ty.is_float() || ty.is_signed()),
    ("least", |ty| ty != Ty::Bool),
    ("most", |ty| ty != Ty::Bool),
    ("all", |ty| !ty.is_float()),
    ("any", |ty| !ty.is_float()),
    ("parity", |ty| !ty.is_float()),
];

/// How often each was made.
#[derive(Default)]
pub struct Coverage(BTreeMap<(&'static str, Ty), usize>);

impl Coverage {
    pub fn count(&mut self, node: &'static str, ty: Ty) {
        *self.0.entry((node, ty)).or_default() += 1;
    }

    pub fn add(&mut self, other: Coverage) {
        for (cell, count) in other.0 {
            *self.0.entry(cell).or_default() += count;
        }
    }

    /// Prints the table; how many of its cells are empty.
    pub fn print(&self) -> usize {
        let head: String = Ty::ALL.iter().map(|ty| format!("{ty:>7}")).collect();
        println!("{:<12}{head}", "");
        let mut empty = 0;
        for (node, has) in ROWS {
            let cells = Ty::ALL.iter().map(|ty| match self.0.get(&(*node, *ty)) {
                Some(count) => format!("{count:>7}"),
                None if has(*ty) => {
                    empty += 1;
                    format!("{:>7}", "EMPTY")
                }
                None => format!("{:>7}", "."),
            });
            let row: String = cells.collect();
            println!("{node:<12}{row}");
        }
        empty
    }
}
