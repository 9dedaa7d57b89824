"""The optional packages, and the commands that install them."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec

__all__ = ["how_to_install", "missing_modules"]

_COMMANDS = {
    "fastplotlib": 'pip install "fastplotlib[imgui]"',
    "imgui_bundle": "pip install imgui-bundle",
    "pygfx": "pip install pygfx",
    "wgpu": "pip install wgpu",
}


def missing_modules(names: Iterable[str]) -> list[str]:
    """Those of ``names``, top-level modules, that are not installed."""
    return [name for name in names if find_spec(name) is None]


def how_to_install(module: str | None) -> str | None:
    """The command that installs a module of the pygfx family; None for any other module."""
    return None if module is None else _COMMANDS.get(module.partition(".")[0])
