from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from rendercanvas_rfb import memory
from rendercanvas_rfb.memory import give_back


@pytest.fixture(autouse=True)
def each_looks_for_itself() -> Iterator[None]:
    memory._malloc_trim.cache_clear()
    yield
    memory._malloc_trim.cache_clear()


def test_the_c_library_is_asked_to_trim_all_that_is_free(monkeypatch) -> None:
    kept: list[int] = []
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace(malloc_trim=kept.append))
    give_back()
    assert kept == [0]


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_where_it_has_no_such_function_nothing_happens(monkeypatch, platform) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace())
    give_back()


def test_it_can_be_called_here() -> None:
    give_back()
