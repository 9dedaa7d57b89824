from __future__ import annotations

import sys

import pytest

from rendercanvas_rfb.convert import cupy as convert_cupy
from tests.convert.converters import fake_module


@pytest.fixture
def fake_cuda(monkeypatch):
    """CuPy on the CPU, in place of the real one if there is one."""
    monkeypatch.setitem(sys.modules, "cupy", fake_module())
    monkeypatch.setattr(convert_cupy, "_devices", {})
    return fake_module()
