#!/usr/bin/env python3
"""NVIDIA's tools out of their wheels: nvidia-cuda-nvrtc-cu12, nvidia-cuda-nvcc-cu12 and
nvidia-cuda-nvdisasm, in the Python that runs this.

    nvidia.py FILE.cu ..

writes the PTX that NVRTC makes of each file beside it, for compute_80 with NVRTC's own defaults.
"""

import ctypes
import pathlib
import sys
import sysconfig

PACKAGES = pathlib.Path(sysconfig.get_paths()["purelib"]) / "nvidia"


def newest(pattern):
    found = sorted(PACKAGES.glob(pattern))
    if not found:
        sys.exit(f"no {pattern} in {PACKAGES}: install the wheels that {__file__} names")
    return found[-1]


def tool(name):
    return newest(f"*/bin/{name}")


def nvrtc(file, *options):
    """The PTX of a CUDA C++ file."""
    library = ctypes.CDLL(str(newest("*/lib/libnvrtc.so.12")))
    program = ctypes.c_void_p()
    made = library.nvrtcCreateProgram(
        ctypes.byref(program), file.read_bytes(), file.name.encode(), 0, None, None
    )
    assert made == 0
    array = (ctypes.c_char_p * len(options))(*(option.encode() for option in options))
    done = library.nvrtcCompileProgram(program, len(options), array)
    log = read(library.nvrtcGetProgramLogSize, library.nvrtcGetProgramLog, program)
    if done != 0:
        sys.exit(log.decode())
    return read(library.nvrtcGetPTXSize, library.nvrtcGetPTX, program)


def read(size_of, text_of, program):
    size = ctypes.c_size_t()
    size_of(program, ctypes.byref(size))
    text = ctypes.create_string_buffer(size.value)
    text_of(program, text)
    return text.value


def main():
    for name in sys.argv[1:]:
        file = pathlib.Path(name)
        file.with_suffix(".ptx").write_bytes(nvrtc(file, "--gpu-architecture=compute_80"))


if __name__ == "__main__":
    main()
