"""The backend as the installation under test offers it to rendercanvas and fastplotlib, nothing of ours imported."""

import os
import subprocess
import sys
from importlib import metadata

import pytest

try:
    metadata.distribution("rendercanvas-rfb")
except metadata.PackageNotFoundError:
    pytest.skip("the project is not installed in this environment", allow_module_level=True)


@pytest.mark.parametrize(
    ("code", "backend"),
    [
        ("import rendercanvas.rfb as backend", ""),
        ("import importlib; backend = importlib.import_module('rendercanvas.rfb')", ""),
        ("import rendercanvas.auto as backend", "rfb"),
    ],
    ids=["import", "fastplotlib", "auto"],
)
def test_the_backend_is_found_by_name(code, backend):
    check = "print(backend.RenderCanvas.__module__, hasattr(backend, 'loop'))"
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"{code}\n{check}"],
        env={**os.environ, "RENDERCANVAS_BACKEND": backend},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.stderr == ""
    assert finished.stdout.split() == ["rendercanvas_rfb.rfb", "True"]
