from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from rendercanvas_rfb import memory
from rendercanvas_rfb.memory import give_back, limit_arenas


@pytest.fixture(autouse=True)
def each_looks_for_itself() -> Iterator[None]:
    memory._of_glibc.cache_clear()
    yield
    memory._of_glibc.cache_clear()


def test_the_c_library_is_asked_to_trim_all_that_is_free(monkeypatch) -> None:
    kept: list[int] = []
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace(malloc_trim=kept.append))
    give_back()
    assert kept == [0]


class FakeGlibc:
    """Notes what is asked of it."""

    def __init__(self) -> None:
        self.options: dict[int, int] = {}

    def mallopt(self, option: int, value: int) -> int:
        self.options[option] = value
        return 1


@pytest.fixture
def glibc(monkeypatch) -> FakeGlibc:
    fake = FakeGlibc()
    for name in ("MALLOC_ARENA_MAX", "GLIBC_TUNABLES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda name: fake)
    return fake


def test_threads_share_four_arenas(glibc) -> None:
    limit_arenas()
    assert glibc.options == {-8: 4}


@pytest.mark.parametrize(("name", "value"), [("MALLOC_ARENA_MAX", "2"), ("GLIBC_TUNABLES", "glibc.malloc.arena_max=2")])
def test_what_the_environment_says_of_arenas_holds(glibc, monkeypatch, name, value) -> None:
    monkeypatch.setenv(name, value)
    limit_arenas()
    assert glibc.options == {}


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("ask", [give_back, limit_arenas])
def test_where_it_has_no_such_function_nothing_happens(monkeypatch, platform, ask) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace())
    ask()


def test_it_can_be_called_here() -> None:
    give_back()
