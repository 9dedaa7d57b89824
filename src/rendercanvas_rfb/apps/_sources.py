"""What a figure may be given as, and by which name it goes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any, TypeGuard

from rendercanvas.base import BaseRenderCanvas

from ..display import Display
from ..errors import ConfigurationError
from ..rfb import RfbRenderCanvas

__all__ = ["display_of", "is_factory", "key_of", "place_name"]

_WAYS = ("canvas", "target", "renderer")
"""Attributes by which a figure, a viewer or a renderer of fastplotlib and pygfx leads to its canvas."""

MAX_STEM = 40
"""Letters of a key that are seen in addresses: with the hash they are shorter than names may be."""


def is_factory(source: object) -> TypeGuard[Callable[[], Any]]:
    """Whether it is a function that makes a figure, rather than one."""
    return callable(source) and not isinstance(source, Display | BaseRenderCanvas) and not hasattr(source, "canvas")


def display_of(source: Any) -> Display:
    """The display that shows ``source``.

    Args:
        source: A display, a canvas, or what has one: a figure of fastplotlib, a renderer of pygfx.

    Raises:
        ConfigurationError: It is none of these, or its canvas belongs to another backend.
        StateError: Its canvas is closed.
    """
    found = source
    for _ in _WAYS:
        if isinstance(found, Display):
            return found
        if isinstance(found, RfbRenderCanvas):
            return found.display
        following = next((way for name in _WAYS if (way := getattr(found, name, None)) is not None), None)
        if following is None:
            break
        found = following
    if isinstance(found, BaseRenderCanvas):
        raise ConfigurationError(
            f"the canvas of {type(source).__name__} is a {type(found).__module__}.{type(found).__name__}: make it"
            ' with canvas="rfb", or set RENDERCANVAS_BACKEND=rfb before fastplotlib or pygfx are imported'
        )
    raise ConfigurationError(
        "a chart is a figure, a canvas, a Display, or a function that makes one of these,"
        f" not a {type(source).__name__}"
    )


def key_of(factory: Callable[[], Any]) -> str:
    """What tells the figures of ``factory`` from others: the name that it has where it is defined.

    Raises:
        ConfigurationError: It has none that is its own.
    """
    name: str = getattr(factory, "__qualname__", "<lambda>")
    if name.endswith("<lambda>"):
        raise ConfigurationError("a lambda has no name to know its figure by: give key=")
    return f"{factory.__module__}.{name}"


def place_name(key: str, visitor: str | None) -> str:
    """The name in addresses of the figure with that key, which is shown to that visitor, or to all."""
    stem = re.sub(r"[^A-Za-z0-9]+", "-", key.rpartition(".")[2]).strip("-")[:MAX_STEM] or "figure"
    digest = hashlib.blake2s(repr((key, visitor)).encode(), digest_size=6).hexdigest()
    return f"{stem}-{digest}"
