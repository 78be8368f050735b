//! Texts for tools such as NVIDIA's assembler.
//!
//! `#[kernel]` writes the texts that are complete when it expands. Those that call device functions
//! are put together in constants, so that only a program that has them can write them.

use crate::launch::Module;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::{env, fs};

/// Writes a text that calls functions to `$KERNEL_PTX_DIR/<kernel>-<hash>.linked.ptx`, if the
/// variable is set.
pub fn keep(module: &Module) {
    let Some(dir) = env::var_os("KERNEL_PTX_DIR").filter(|dir| !dir.is_empty()) else {
        return;
    };
    if let Some(name) = name(module)
        && let Err(error) = write(Path::new(&dir), &name, module.ptx)
    {
        tracing::warn!(kernel = module.name, %error, "KERNEL_PTX_DIR: cannot write the PTX");
    }
}

/// The file's name; `None` if the text calls nothing.
fn name(module: &Module) -> Option<String> {
    let calls = module.ptx.lines().any(|line| line.starts_with(".func"));
    let mut hasher = DefaultHasher::new();
    module.ptx.hash(&mut hasher);
    calls.then(|| format!("{}-{:016x}.linked.ptx", module.name, hasher.finish()))
}

fn write(dir: &Path, name: &str, ptx: &str) -> std::io::Result<()> {
    fs::create_dir_all(dir)?;
    fs::write(dir.join(name), ptx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_calls_functions_is_left_to_write() {
        let module = |ptx| Module { name: "f", ptx };
        assert_eq!(name(&module("// f\n.visible .entry f()\n{ ret; }\n")), None);
        let calls = name(&module(
            ".func g()\n{ ret; }\n.visible .entry f()\n{ ret; }\n",
        ));
        assert!(calls.is_some_and(|name| name.starts_with("f-")));
    }
}
