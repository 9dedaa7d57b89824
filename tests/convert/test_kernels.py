"""That picture.cu is what CUDA's own compilers take; no device is needed for it."""

from __future__ import annotations

import importlib
import shutil
import subprocess
from importlib import resources

import pytest

from rendercanvas_rfb.convert.ycbcr import BT709_FULL
from tests.convert.cuda_on_cpu import macros

SOURCE = resources.files("rendercanvas_rfb.convert").joinpath("picture.cu")


@pytest.mark.skipif(shutil.which("nvcc") is None, reason="needs nvcc")
def test_nvcc_compiles_it(tmp_path) -> None:
    with resources.as_file(SOURCE) as path:
        command = [
            "nvcc",
            "-ptx",
            "-Werror",
            "all-warnings",
            *macros(BT709_FULL),
            "-o",
            str(tmp_path / "out"),
            str(path),
        ]
        subprocess.run(command, check=True)
    compiled = (tmp_path / "out").read_text()
    assert all(f".entry {name}(" in compiled for name in ("to_i444", "to_420", "compare"))


def test_the_compiler_that_cupy_uses_takes_it() -> None:
    pytest.importorskip("cupy", reason="needs CuPy")
    nvrtc = importlib.import_module("cupy_backends.cuda.libs.nvrtc")
    try:
        nvrtc.getVersion()
    except RuntimeError as error:
        pytest.skip(f"needs NVRTC: {error}")
    program = nvrtc.createProgram(SOURCE.read_text("utf-8"), "picture.cu", (), ())
    nvrtc.compileProgram(program, macros(BT709_FULL))
    assert ".entry to_420(" in nvrtc.getPTX(program).decode()
