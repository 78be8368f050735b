#!/usr/bin/env python3
"""What NVIDIA's assembler makes of our PTX, beside what it makes of the same loops in CUDA C++.

Needs the wheels nvidia-cuda-nvcc-cu12, nvidia-cuda-nvrtc-cu12 and nvidia-cuda-nvdisasm in the
Python that runs it. Every kernels/NAME.rs is compiled by ours, kernels/NAME.cu by NVRTC with
-fmad=false, or, with --contract, ours with `fastmath(contract)` and theirs with -fmad=true, both through one ptxas for one architecture. The hot loop is the innermost loop in which the
kernel's work is done most often, and what counts is instructions for each time, so that neither
unrolling nor vectors show. Prints a table in Markdown.

    table.py [--contract] [--arch sm_80] [--sass FOLDER] [--texts FOLDER_OF_PTX]

--texts: instead, every text of a folder (KERNEL_PTX_DIR) for every architecture: the assembler
takes it, how many registers its entries and functions use, and which of them spill any.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

from nvidia import nvrtc, tool

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ARCHITECTURES = ["sm_70", "sm_75", "sm_80", "sm_86", "sm_89", "sm_90", "sm_100", "sm_120"]

# The instruction that does a kernel's work once for each element; a store of a vector does it for
# each 4 bytes.
WORK = {
    "saxpy": "STG",
    "sum": "FADD",
    "dot": "DADD",
    "stencil": "STG",
    "transpose": "STG",
    "rows": "FADD",
    "matmul": "FMUL",
    "nbody": "MUFU.RSQ",
    "mandelbrot": "DSETP",
    "squares": "IMAD.WIDE",
}


# Where products and sums fuse.
FUSED = {"dot": "DFMA", "matmul": "FFMA"}


def ours(name, contract):
    command = ["cargo", "run", "--quiet", "-p", "kernel-compiler", "--bin", "emit", "--"]
    command += ["--contract"] if contract else []
    return subprocess.run(
        command + [HERE / "kernels" / f"{name}.rs"], cwd=ROOT, check=True, capture_output=True
    ).stdout


def theirs(name, arch, contract, narrow):
    """PTX of the CUDA C++ by NVRTC, with indices of 64 bits or of 32."""
    architecture = f"--gpu-architecture={arch.replace('sm', 'compute')}"
    fused = f"-fmad={'true' if contract else 'false'}"
    source = (HERE / "kernels" / f"{name}.cu").read_text()
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, f"{name}.cu")
        file.write_text(source.replace("size_t", "unsigned") if narrow else source)
        return nvrtc(file, architecture, fused)


def assembled(ptx, arch):
    """ptxas's words about a text, and the machine code of its first entry as lines."""
    with tempfile.TemporaryDirectory() as folder:
        file, cubin = pathlib.Path(folder, "text.ptx"), pathlib.Path(folder, "text.cubin")
        file.write_bytes(ptx)
        command = [tool("ptxas"), "-v", f"-arch={arch}", file, "-o", cubin]
        log = subprocess.run(command, check=True, capture_output=True, text=True).stderr
        command = [tool("nvdisasm"), "-c", cubin]
        code = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return log, code


INSTRUCTION = re.compile(r"/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\d+ )?(\S+)(.*);")
LABEL = re.compile(r"^(\.L\S+):")


def entries(code):
    """The machine code of each function: name to lines."""
    found, name = {}, None
    for line in code.splitlines():
        section = re.match(r"\s*\.section\s+\.text\.([\w$]+)", line)
        if section:
            name = section[1]
            found[name] = []
        elif name:
            found[name].append(line.strip())
    return found


def loops(lines):
    """Instructions of each loop that holds no other: from a label to the last jump back to it. What
    holds an exit is no loop: code out of line that goes back to where it came from."""
    labels, code, jumps = {}, [], []
    for line in lines:
        label = LABEL.match(line)
        if label:
            labels[label[1]] = len(code)
            continue
        instruction = INSTRUCTION.search(line)
        if not instruction:
            continue
        code.append(instruction[1])
        target = re.search(r"`\((\.L\S+?)\)", instruction[2])
        if instruction[1].startswith("BRA") and target:
            jumps.append((len(code) - 1, target[1]))
    spans = [(labels[to], at) for at, to in jumps if labels.get(to, 1 << 30) < at]
    spans = [(start, end) for start, end in spans if "EXIT" not in code[start:end]]
    inner = [
        (start, end)
        for start, end in spans
        if not any((s, e) != (start, end) and start <= s and e <= end for s, e in spans)
    ]
    return [code[start : end + 1] for start, end in inner]


def units(op, work):
    """How often an instruction does the work."""
    if not op.startswith(work):
        return 0
    bits = re.search(r"\.(64|128)\b", op) if work == "STG" else None
    return int(bits[1]) // 32 if bits else 1


def hot(lines, work):
    """Instructions of the hot loop, and how often it does the work; where there is no loop, of all."""
    found = filter(None, map(INSTRUCTION.search, lines))
    bodies = loops(lines) or [[of[1] for of in found if of[1] != "NOP"]]
    counted = [(sum(units(op, work) for op in body), body) for body in bodies]
    # Of two ways through the same elements, the shorter.
    times, body = max(counted, key=lambda found: (found[0], -len(found[1])), default=(0, []))
    return len(body), times


def measured(ptx, arch, work):
    log, code = assembled(ptx, arch)
    functions = entries(code)
    names = [name for name in re.findall(r"\.entry (\w+)", ptx.decode()) if name in functions]
    # Where ours has a form without checks, the values that CUDA C++ is defined for run that one; where
    # it has one with indices of 32 bits, whatever they hold does.
    name = next((name for name in names if name.endswith(("_relaxed", "_narrow"))), names[0])
    about = log[log.index(f"'{name}'") :]
    registers = int(re.search(r"Used (\d+) registers", about)[1])
    spills = int(re.search(r"(\d+) bytes spill stores", about)[1])
    length, units = hot(functions[name], work)
    return registers, spills, length, units, code


def table(arch, sass, contract, narrow):
    print(f"{arch}; registers, instructions of the hot loop / elements in one pass of it\n")
    print("| kernel | registers | NVRTC | hot loop | NVRTC | per element | NVRTC | ratio |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for name, work in WORK.items():
        work = FUSED.get(name, work) if contract else work
        rows = []
        texts = (("ours", ours(name, contract)), ("theirs", theirs(name, arch, contract, narrow)))
        for who, ptx in texts:
            registers, spills, length, units, code = measured(ptx, arch, work)
            note = f" ({spills} bytes spilled)" if spills else ""
            rows.append((f"{registers}{note}", f"{length} / {units}", length / max(units, 1)))
            if sass:
                sass.mkdir(parents=True, exist_ok=True)
                (sass / f"{name}.{who}.ptx").write_bytes(ptx)
                (sass / f"{name}.{who}.sass").write_text(code)
        (a, b), (c, d), (e, f) = zip(*rows)
        print(f"| {name} | {a} | {b} | {c} | {d} | {e:.1f} | {f:.1f} | {e / max(f, 0.1):.2f} |")


def texts(folder):
    files = sorted(pathlib.Path(folder).glob("*.ptx"))
    print(f"{len(files)} texts\n")
    print("| architecture | functions | registers, half of them | nine of ten | most | spilled |")
    print("|---|--:|--:|--:|--:|--:|")
    spilled = {}
    for arch in ARCHITECTURES:
        registers = []
        for file in files:
            log = assembly_log(file, arch)
            registers += [int(n) for n in re.findall(r"Used (\d+) registers", log)]
            lost = sum(int(n) for n in re.findall(r"(\d+) bytes spill stores", log))
            if lost:
                spilled.setdefault(file.name, []).append(f"{arch}: {lost} bytes")
        registers.sort()
        half, nine = registers[len(registers) // 2], registers[len(registers) * 9 // 10]
        count = sum(arch in " ".join(where) for where in spilled.values())
        print(f"| {arch} | {len(registers)} | {half} | {nine} | {registers[-1]} | {count} |", flush=True)
    for name, where in spilled.items():
        print(f"\n{name} spills: {', '.join(where)}")


def assembly_log(file, arch):
    command = [tool("ptxas"), "-v", f"-arch={arch}", file, "-o", "/dev/null"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{file}, {arch}: {done.stderr}")
    return done.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arch", default="sm_80")
    parser.add_argument("--sass", type=pathlib.Path, help="keeps PTX and machine code here")
    parser.add_argument("--texts", help="a folder of PTX texts")
    parser.add_argument("--contract", action="store_true", help="products and sums fuse")
    parser.add_argument("--narrow", action="store_true", help="indices of CUDA C++ have 32 bits")
    args = parser.parse_args()
    if args.texts:
        texts(args.texts)
    else:
        table(args.arch, args.sass, args.contract, args.narrow)


if __name__ == "__main__":
    main()
