"""The kernels of picture.cu, compiled by a C compiler and run on the CPU."""

from __future__ import annotations

import ctypes
import functools
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rendercanvas_rfb.convert.ycbcr import Ycbcr

COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")

_SHIM = Path(__file__).with_name("cuda_on_cpu.c")


@functools.cache
def kernels(options: tuple[str, ...]) -> ctypes.CDLL:
    """The library that these macros make; the tests that need it are skipped without a compiler."""
    source = resources.files("rendercanvas_rfb.convert").joinpath("picture.cu")
    with resources.as_file(source) as path:
        return _compiled(_SHIM.read_text(), f'-DKERNELS="{path}"', *options)


def _compiled(source: str, *options: str) -> ctypes.CDLL:
    if COMPILER is None:
        pytest.skip("needs a C compiler")
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder, "kernels.so")
        flags = ["-O1", "-shared", "-fPIC", "-std=c99", "-Wall", "-Werror", "-Wno-unused-function"]
        command = [COMPILER, *flags, *options, "-o", str(library), "-x", "c", "-", "-lm"]
        subprocess.run(command, input=source, text=True, check=True)
        return ctypes.CDLL(str(library))


@functools.cache
def elementwise(operation: str, dtype: str) -> Callable[[Any, Any], None]:
    """What applies ``operation`` to each ``value`` of an array of floats, into the bytes that it calls ``sample``."""
    kind = {"float32": "float", "float64": "double"}[dtype]
    source = f"""
        #include <math.h>
        void apply(const {kind} *values, unsigned char *samples, long long count) {{
            for (long long at = 0; at < count; at++) {{
                const {kind} value = values[at];
                unsigned char sample;
                {operation};
                samples[at] = sample;
            }}
        }}
    """
    library = _compiled(source)

    def apply(values: Any, samples: Any) -> None:
        contiguous = np.ascontiguousarray(values)
        library.apply(_argument(contiguous), _argument(samples), ctypes.c_longlong(contiguous.size))

    return apply


def macros(encoding: Ycbcr) -> tuple[str, ...]:
    return tuple(f"-D{name.upper()}={value}" for name, value in encoding.coefficients.named().items())


def launch(
    library: ctypes.CDLL, name: str, grid: tuple[int, ...], block: tuple[int, ...], args: tuple[Any, ...]
) -> None:
    """As CuPy's ``RawKernel`` is called; arrays of numpy are passed as pointers."""
    two = [*(*grid, 1)[:2], *(*block, 1)[:2]]
    values = [ctypes.c_int(int(value)) for value in two] + [_argument(value) for value in args]
    getattr(library, f"run_{name}")(*values)


def _argument(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return ctypes.c_void_p(value.ctypes.data)
    kind = {"int32": ctypes.c_int32, "int64": ctypes.c_int64}[value.dtype.name]
    return kind(int(value))
