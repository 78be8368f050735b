//! Iterations that have a row of each array: loops inside one another, of lengths that nobody knows, write
//! elements of it and read what they wrote.

use crate::scope::{Array, Maker};
use crate::types::Ty;

impl Maker {
    /// The body of such an iteration, in which only its own row is written or read of what is written.
    pub fn rows(&mut self) -> String {
        self.scoped(|maker| {
            maker.place = Some("0usize".to_owned());
            let array = maker.one_written();
            let text = maker.local(array.ty) + &maker.passes(&[], 4);
            maker.place = None;
            text
        })
    }

    /// Statements inside of these loops.
    fn passes(&mut self, inside: &[String], most: usize) -> String {
        self.scoped(|maker| {
            let count = 1 + maker.choices.below(most);
            (0..count).map(|_| maker.step(inside)).collect()
        })
    }

    fn step(&mut self, inside: &[String]) -> String {
        let array = self.one_written();
        match self.choices.below(8) {
            0 => self.local(array.ty),
            1 => {
                let condition = self.expression(Ty::Bool, 2);
                format!("if {condition} {{\n{}}}\n", self.passes(inside, 2))
            }
            2..=4 if inside.len() < 3 => self.pass(inside),
            5 => self.carried(),
            _ => {
                self.go_to(inside);
                let value = self.row_value(&array, inside);
                format!("{}{} = {value};\n", array.name, self.own_element(&array))
            }
        }
    }

    fn one_written(&mut self) -> Array {
        let written = self.arrays.iter().filter(|of| of.written);
        let written: Vec<Array> = written.cloned().collect();
        written[self.choices.below(written.len())].clone()
    }

    /// Another place in the row is where elements are.
    fn go_to(&mut self, inside: &[String]) {
        let at = self.choices.below(inside.len());
        let name = inside.get(at).map_or("0usize", String::as_str);
        self.place = Some(match self.choices.below(6) {
            0 => "0usize".to_owned(),
            1 if !inside.is_empty() => format!("m - 1usize - {name}"),
            _ => name.to_owned(),
        });
    }

    fn local(&mut self, ty: Ty) -> String {
        let value = self.expression(ty, 1);
        let name = self.bind("v", ty, true);
        format!("let mut {name}: {ty} = {value};\n")
    }

    /// A variable goes on from trip to trip.
    fn carried(&mut self) -> String {
        let Some(variable) = self.variable(|variable| variable.mutable) else {
            return String::new();
        };
        let (name, ty) = (variable.name, variable.ty);
        let value = self.expression(ty, 2);
        match ty {
            ty if ty.is_float() => format!("{name} = {name} * 0.5{ty} + {value};\n"),
            _ => format!("{name} = ({name} ^ {value}) | {value};\n"),
        }
    }

    /// An element of the row, one of an array that nobody writes, or anything.
    fn row_value(&mut self, array: &Array, inside: &[String]) -> String {
        let others = self.arrays.iter();
        let others = others.filter(|of| !of.written && of.rank == 1 && of.ty == array.ty);
        let names: Vec<String> = others.map(|of| of.name.clone()).collect();
        let (at, inner) = (self.choices.below(names.len()), inside.last());
        match (self.choices.below(4), names.get(at), inner) {
            (0, Some(name), Some(inner)) => format!("{name}[{inner}]"),
            (1, ..) => format!("{}{}", array.name, self.own_element(array)),
            _ => self.expression(array.ty, 2),
        }
    }

    fn pass(&mut self, inside: &[String]) -> String {
        let range = match (self.choices.below(8), inside.last()) {
            (0, _) => "1usize..m".to_owned(),
            (1, _) => "(0usize..m).rev()".to_owned(),
            (2, Some(outer)) => format!("0usize..{outer}"),
            (3, _) => "0usize..m / 2usize".to_owned(),
            _ => "0usize..m".to_owned(),
        };
        // Nothing is proved of the places that a `while` loop counts.
        let counts = self.choices.once_in(6);
        let (name, body) = self.scoped(|maker| {
            let name = maker.bind("q", Ty::Usize, false);
            let own = [name.clone()].into_iter().filter(|_| !counts);
            let inside: Vec<String> = inside.iter().cloned().chain(own).collect();
            maker.go_to(&inside);
            let body = maker.passes(&inside, 3) + &maker.carried();
            (name, body + &maker.left())
        });
        self.place = Some("0usize".to_owned());
        match counts {
            true => format!(
                "let mut {name}: usize = 0usize;\nwhile {name} < m {{\n{body}{name} += 1usize;\n}}\n"
            ),
            false => format!("for {name} in {range} {{\n{body}}}\n"),
        }
    }

    /// Nothing, or what may leave a loop.
    fn left(&mut self) -> String {
        match self.choices.below(6) {
            0 => format!("if {} {{ break; }}\n", self.expression(Ty::Bool, 1)),
            _ => String::new(),
        }
    }
}
