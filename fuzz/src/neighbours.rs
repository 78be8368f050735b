//! Iterations whose accesses move by one element, or not at all, and which cannot fail: a device takes
//! several of them at a time.

use crate::scope::{Array, Maker};
use crate::types::Ty;

impl Maker {
    /// The body of such an iteration: a store for each array that is written.
    pub fn neighbours(&mut self) -> String {
        let written: Vec<Array> = self
            .arrays
            .iter()
            .filter(|of| of.written)
            .cloned()
            .collect();
        let mut text = String::new();
        for array in written {
            let value = self.near_value(array.ty, Some(&array));
            let element = format!("{}{}", array.name, self.own_element(&array));
            text += &format!("{element} = {value};\n");
        }
        text
    }

    /// A value from up to three elements, for one of an array of its `own` if there is one.
    pub fn near_value(&mut self, ty: Ty, own: Option<&Array>) -> String {
        let mut value = self.near(ty, own);
        for _ in 0..self.choices.below(3) {
            let other = self.near(ty, own);
            let op = match ty {
                Ty::Bool => self.choices.of(&["^", "|", "&"]),
                ty if ty.is_float() => self.choices.of(&["+", "-", "*"]),
                _ => self.choices.of(&["^", "|", "&"]),
            };
            value = format!("({value} {op} {other})");
        }
        match own {
            Some(array) if self.choices.once_in(4) => {
                let (name, own) = (&array.name, self.own_element(array));
                format!("if {value} == {value} {{ {value} }} else {{ {name}{own} }}")
            }
            _ => value,
        }
    }

    /// Something like an element beside the iteration's own: of an array that nobody writes, or that
    /// element itself.
    fn near(&mut self, ty: Ty, own: Option<&Array>) -> String {
        let reads = self.arrays.iter().filter(|of| !of.written);
        let from: Vec<Array> = reads.chain(own).cloned().collect();
        let at = self.choices.below(from.len());
        let from = &from[at];
        let element = match from.written {
            true => self.own_element(from),
            false => self.near_index(from),
        };
        converted(&format!("{}{element}", from.name), from.ty, ty)
    }

    fn near_index(&mut self, array: &Array) -> String {
        let column = &self.loops[self.loops.len() - 1];
        let row = match self.loops.len() {
            1 => "0usize",
            depth => &self.loops[depth - 2],
        };
        match array.rank {
            1 => format!("[{column} + {}usize]", self.choices.below(3)),
            _ => format!("[[{row}, {column} + {}usize]]", self.choices.below(2)),
        }
    }
}

fn converted(value: &str, from: Ty, to: Ty) -> String {
    match (from, to) {
        (Ty::Bool, Ty::Bool) => value.to_owned(),
        (Ty::Bool, to) => format!("({value} as u8 as {to})"),
        (from, Ty::Bool) => format!("({value} as {from} > 1 as {from})"),
        (_, to) => format!("({value} as {to})"),
    }
}
