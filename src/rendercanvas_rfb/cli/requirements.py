"""What figures need besides this package: other packages, and a graphics driver. And how to get them."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec

__all__ = ["how_to_get_a_driver", "how_to_install", "missing_modules"]

_COMMANDS = {
    "fastplotlib": 'pip install "fastplotlib[imgui]"',
    "imgui_bundle": "pip install imgui-bundle",
    "pygfx": "pip install pygfx",
    "wgpu": "pip install wgpu",
}

_DRIVER_HINT = (
    "wgpu finds no Vulkan, Metal or Direct3D 12 driver. On a Linux machine without a GPU, Mesa's software"
    " driver will do: apt-get install mesa-vulkan-drivers"
)


def missing_modules(names: Iterable[str]) -> list[str]:
    """Those of ``names``, top-level modules, that are not installed."""
    return [name for name in names if find_spec(name) is None]


def how_to_install(module: str | None) -> str | None:
    """The command that installs a module of the pygfx family; None for any other module."""
    return None if module is None else _COMMANDS.get(module.partition(".")[0])


def how_to_get_a_driver() -> str | None:
    """A hint, where no graphics driver is there that pygfx can use; None where there is one. Imports wgpu."""
    import wgpu

    # OpenGL lacks what pygfx needs, such as filterable float textures.
    usable = {"Vulkan", "Metal", "D3D12"}
    found = {adapter.info["backend_type"] for adapter in wgpu.gpu.enumerate_adapters_sync()}
    return None if usable & found else _DRIVER_HINT
