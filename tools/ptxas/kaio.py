#!/usr/bin/env python3
"""Our machine code beside what KAIO's text becomes, for the loops that KAIO expresses (kaio/main.rs).

Needs what table.py needs, and the registry of crates. KAIO makes its text when a kernel is launched,
which takes a GPU; the function that makes it is private to what its macro expands to. So its macro
crate is copied, with that one function public, and used in the place of the published one. Prints a
table in Markdown.

    kaio.py [--arch sm_80]
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from table import HERE, WORK, measured, ours

VERSION = "0.5.0"
MANIFEST = f"""[package]
name = "kaio-texts"
version = "0.0.0"
edition = "2024"

[dependencies]
kaio = "={VERSION}"

[workspace]
"""

# KAIO's products and sums have no rounding mode, so that the assembler fuses them, and its roots are
# approximations.
THEIR_WORK = WORK | {"matmul": "FFMA", "nbody": "MUFU.SQRT"}


def macros(crate):
    """Where cargo has put KAIO's macro crate."""
    command = ["cargo", "metadata", "--format-version=1"]
    told = subprocess.run(command, cwd=crate, check=True, capture_output=True).stdout
    packages = json.loads(told)["packages"]
    path = next(of["manifest_path"] for of in packages if of["name"] == "kaio-macros")
    return pathlib.Path(path).parent


def opened(crate):
    """Replaces the macro crate by a copy whose functions can be called."""
    copy = crate / "macros"
    shutil.copytree(macros(crate), copy)
    file = copy / "src/codegen/ptx_builder.rs"
    text = file.read_text()
    private = "fn build_module(sm: &str)"
    assert text.count(private) == 1, f"KAIO {VERSION} has one `{private}`"
    file.write_text(text.replace(private, f"pub {private}"))
    with open(crate / "Cargo.toml", "a") as manifest:
        manifest.write('[patch.crates-io]\nkaio-macros = { path = "macros" }\n')


def texts(arch):
    """KAIO's PTX by kernel."""
    with tempfile.TemporaryDirectory() as folder:
        crate = pathlib.Path(folder)
        (crate / "src").mkdir()
        (crate / "Cargo.toml").write_text(MANIFEST)
        shutil.copy(HERE / "kaio/main.rs", crate / "src/main.rs")
        opened(crate)
        environment = os.environ | {"KAIO_DUMP_PTX": "1", "CARGO_TARGET_DIR": str(crate / "target")}
        command = ["cargo", "run", "--quiet", "--", arch]
        subprocess.run(command, cwd=crate, check=True, env=environment, capture_output=True)
        return {file.stem: file.read_bytes() for file in crate.glob("*.ptx")}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arch", default="sm_80")
    arch = parser.parse_args().arch
    print(f"{arch}; KAIO {VERSION}\n")
    print("| kernel | registers | KAIO | hot loop | KAIO | per element | KAIO | ratio |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for name, text in sorted(texts(arch).items()):
        cells = []
        for ptx, work in ((ours(name), WORK), (text, THEIR_WORK)):
            registers, _, length, units, _ = measured(ptx, arch, work[name])
            cells.append((registers, f"{length} / {units}", length / max(units, 1)))
        (a, b), (c, d), (e, f) = zip(*cells)
        print(f"| {name} | {a} | {b} | {c} | {d} | {e:.1f} | {f:.1f} | {e / f:.2f} |")


if __name__ == "__main__":
    main()
