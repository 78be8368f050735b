//! Which binding a name means.

use crate::ir::VarId;
use crate::ir::names::plain;
use crate::tables::HashMap;
use proc_macro2::Ident;
use std::rc::Rc;

/// Lexical scopes, innermost last.
#[derive(Debug)]
pub struct Scopes {
    levels: Vec<Level>,
    /// Paths bound nowhere in the function, by their text.
    outside: HashMap<String, VarId>,
}

#[derive(Clone, Debug, Default)]
struct Level {
    variables: HashMap<String, VarId>,
    constants: HashMap<String, VarId>,
    functions: HashMap<String, Rc<syn::ItemFn>>,
    /// It has items besides functions: names that mean something else in it than around it.
    hides: bool,
}

impl Default for Scopes {
    fn default() -> Self {
        Scopes {
            levels: vec![Level::default()],
            outside: HashMap::default(),
        }
    }
}

/// A caller's scopes, while the reader is inside a function that it calls.
pub struct Caller(Vec<Level>);

/// The scopes around a definition.
#[derive(Debug)]
pub struct Snapshot(Vec<Level>);

impl Snapshot {
    /// What a name meant there.
    pub fn find_text(&self, name: &str) -> Option<VarId> {
        find_text(&self.0, name)
    }
}

fn find_text(levels: &[Level], name: &str) -> Option<VarId> {
    levels.iter().rev().find_map(|level| {
        let found = level.variables.get(name).or(level.constants.get(name));
        found.copied()
    })
}

impl Scopes {
    pub fn enter(&mut self) {
        self.levels.push(Level::default());
    }

    pub fn leave(&mut self) {
        self.levels.pop();
    }

    fn innermost(&mut self) -> &mut Level {
        self.levels
            .last_mut()
            .expect("the outermost scope is never left")
    }

    pub fn bind(&mut self, name: &Ident, var: VarId) {
        self.innermost().variables.insert(plain(name), var);
    }

    pub fn bind_constant(&mut self, name: &Ident, var: VarId) {
        self.innermost().constants.insert(plain(name), var);
    }

    pub fn declare(&mut self, function: &syn::ItemFn) {
        let name = plain(&function.sig.ident);
        let function = Rc::new(function.clone());
        self.innermost().functions.insert(name, function);
    }

    /// The innermost scope has items besides functions.
    pub fn hides_names(&mut self) {
        self.innermost().hides = true;
    }

    /// Whether a block inside the function's own has items besides functions.
    pub fn has_inner_items(&self) -> bool {
        // The first two levels are those of the parameters and of the function's own block.
        self.levels.iter().skip(2).any(|level| level.hides)
    }

    pub fn find(&self, name: &Ident) -> Option<VarId> {
        self.find_text(&plain(name))
    }

    /// The same for a name in a format string.
    pub fn find_text(&self, name: &str) -> Option<VarId> {
        find_text(&self.levels, name)
    }

    /// The nested function of this name. None if a name may mean something else here than where it
    /// is defined: where a region starts, the host reads what the function's body names.
    pub fn function(&self, name: &Ident) -> Option<Rc<syn::ItemFn>> {
        let (around, between) = self.around(name)?;
        let function = around.last()?.functions.get(&plain(name))?;
        let hidden = between.iter().any(|level| level.hides);
        (!hidden).then(|| function.clone())
    }

    /// Whether a nested function of this name is in scope, hidden names or not.
    pub fn has_function(&self, name: &Ident) -> bool {
        self.around(name).is_some()
    }

    /// The scopes around the function's definition, itself among them, and those from there to here.
    fn around(&self, name: &Ident) -> Option<(&[Level], &[Level])> {
        let name = plain(name);
        let defines = |level: &Level| level.functions.contains_key(&name);
        let level = self.levels.iter().rposition(defines)?;
        Some(self.levels.split_at(level + 1))
    }

    /// Into the body of a nested function, which sees the items around its definition and none of
    /// the caller's variables.
    pub fn enter_function(&mut self, name: &Ident) -> Caller {
        let around = self.around(name).map_or(&[][..], |(around, _)| around);
        let items = around.iter().map(|level| Level {
            variables: HashMap::default(),
            ..level.clone()
        });
        let items = items.chain([Level::default()]).collect();
        Caller(std::mem::replace(&mut self.levels, items))
    }

    /// The scopes as they are here.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(self.levels.clone())
    }

    /// Into the body of a closure, which sees what is around its definition.
    pub fn enter_snapshot(&mut self, around: &Snapshot) -> Caller {
        let levels = around.0.iter().cloned().chain([Level::default()]);
        Caller(std::mem::replace(&mut self.levels, levels.collect()))
    }

    pub fn leave_function(&mut self, caller: Caller) {
        self.levels = caller.0;
    }

    pub fn outside(&self, path: &str) -> Option<VarId> {
        self.outside.get(path).copied()
    }

    pub fn bind_outside(&mut self, path: String, var: VarId) {
        self.outside.insert(path, var);
    }
}
