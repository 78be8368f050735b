//! What a piece of a kernel may name.

use crate::choices::Choices;
use crate::types::Ty;

/// A scalar in scope.
#[derive(Clone)]
pub struct Variable {
    pub name: String,
    pub ty: Ty,
    pub mutable: bool,
}

/// An array that the kernel takes.
#[derive(Clone)]
pub struct Array {
    pub name: String,
    pub ty: Ty,
    /// One for slices, two for views.
    pub rank: usize,
    pub written: bool,
}

/// An array that iterations combine into, at any of its few elements. Nothing reads it.
#[derive(Clone)]
pub struct Bins {
    pub name: String,
    pub ty: Ty,
}

impl Bins {
    pub const LENGTH: usize = 5;
}

/// A kernel in the making.
pub struct Maker {
    pub choices: Choices,
    pub variables: Vec<Variable>,
    /// The kernel's parameters.
    pub scalars: Vec<(String, Ty)>,
    pub arrays: Vec<Array>,
    pub bins: Vec<Bins>,
    /// The parallel loops' variables as indices, outermost first.
    pub loops: Vec<String>,
    /// Where in its row an iteration is that has one.
    pub place: Option<String>,
    names: usize,
}

impl Maker {
    pub fn new(choices: Choices) -> Maker {
        Maker {
            choices,
            variables: Vec::new(),
            scalars: Vec::new(),
            arrays: Vec::new(),
            bins: Vec::new(),
            loops: Vec::new(),
            place: None,
            names: 0,
        }
    }

    /// A name that nothing has.
    pub fn name(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}{}", self.names)
    }

    pub fn bind(&mut self, stem: &str, ty: Ty, mutable: bool) -> String {
        let name = self.name(stem);
        self.variables.push(Variable {
            name: name.clone(),
            ty,
            mutable,
        });
        name
    }

    /// Runs `inside` in a scope of its own.
    pub fn scoped<R>(&mut self, inside: impl FnOnce(&mut Maker) -> R) -> R {
        let outer = self.variables.len();
        let result = inside(self);
        self.variables.truncate(outer);
        result
    }

    /// One of the variables that are as asked for.
    pub fn variable(&mut self, wanted: impl Fn(&Variable) -> bool) -> Option<Variable> {
        let found: Vec<Variable> = self
            .variables
            .iter()
            .filter(|v| wanted(v))
            .cloned()
            .collect();
        let at = self.choices.below(found.len());
        found.get(at).cloned()
    }
}
