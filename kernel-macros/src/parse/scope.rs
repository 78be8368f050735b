//! Which binding a name means.

use crate::ir::VarId;
use std::collections::HashMap;

/// Lexical scopes, innermost last.
#[derive(Debug)]
pub struct Scopes {
    levels: Vec<HashMap<String, VarId>>,
    /// Paths bound nowhere in the function, by their text.
    outside: HashMap<String, VarId>,
}

impl Default for Scopes {
    fn default() -> Self {
        Scopes {
            levels: vec![HashMap::new()],
            outside: HashMap::new(),
        }
    }
}

impl Scopes {
    pub fn enter(&mut self) {
        self.levels.push(HashMap::new());
    }

    pub fn leave(&mut self) {
        self.levels.pop();
    }

    pub fn bind(&mut self, name: String, var: VarId) {
        let level = self
            .levels
            .last_mut()
            .expect("the outermost scope is never left");
        level.insert(name, var);
    }

    pub fn find(&self, name: &str) -> Option<VarId> {
        self.levels
            .iter()
            .rev()
            .find_map(|level| level.get(name).copied())
    }

    pub fn outside(&self, path: &str) -> Option<VarId> {
        self.outside.get(path).copied()
    }

    pub fn bind_outside(&mut self, path: String, var: VarId) {
        self.outside.insert(path, var);
    }
}
