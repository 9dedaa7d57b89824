"""The demo: a few scenes as they are made in practice, each in a module of its own.

A scene's module has one function, ``build(canvas)``, which draws into that canvas and returns what must live as long.
Importing this package imports neither fastplotlib nor pygfx; building a scene does.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

__all__ = ["SCENES", "Scene"]


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene of the demo.

    Attributes:
        name: Its module, and its part of the address.
        title: What it shows, in a few words.
    """

    name: str
    title: str

    def build(self, canvas: Any) -> Any:
        """Draw into ``canvas``, a rendercanvas. The caller keeps what is returned while the scene is shown."""
        return import_module(f"{__name__}.{self.name}").build(canvas)


SCENES = (
    Scene("lines", "Lines that move"),
    Scene("scatter", "A million points"),
    Scene("movie", "An image stack that plays"),
    Scene("mesh", "A lit mesh to turn around"),
    Scene("panel", "A panel that controls a plot"),
    Scene("playground", "Quality, encoder and codec, switched while you watch"),
)
"""All scenes, in the order in which the index page lists them."""
