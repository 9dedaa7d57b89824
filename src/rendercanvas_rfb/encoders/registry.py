"""Which encoders there are, by name, and what this machine can make with them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from importlib.metadata import entry_points

from ..errors import ConfigurationError
from ..protocol.formats import Tier
from .base import Encoder, EncoderBackend, EncoderOpener, EncoderSettings, Takes
from .builtin import BUILT_IN
from .choosing import EncoderChooser
from .selection import AUTO, FrameKind
from .standings import STANDINGS

__all__ = [
    "AUTO",
    "ENTRY_POINT_GROUP",
    "available_tiers",
    "encoder_names",
    "find_encoder",
    "open_encoder",
    "open_still",
    "register_encoder",
    "select_encoders",
]

logger = logging.getLogger("rendercanvas_rfb")

ENTRY_POINT_GROUP = "rendercanvas_rfb.encoders"
"""Entry points by which installed packages offer encoders. Each is named as the encoder, and refers to a function
without arguments that calls `register_encoder`."""


_lock = threading.RLock()  # A plug-in registers its encoder while it is loaded.
_registered: dict[str, EncoderBackend] = {}


def register_encoder(
    name: str,
    open: EncoderOpener,
    *,
    tiers: Iterable[Tier],
    is_available: Callable[[], bool] = lambda: True,
    needs: str = "",
    takes: Takes | None = None,
) -> None:
    """Add an encoder, to be chosen by its name. Another one of the same name that was added before is replaced.

    `rendercanvas_rfb.testing.conformance` tests whether it does what displays rely on.

    Args:
        name: What it is chosen by.
        open: Opens an encoder: called with a tier, a width and a height in physical pixels, and the settings.
        tiers: What it makes, best first.
        is_available: Whether it works on this machine. Cheap; the answer does not change while the process runs.
        needs: What must be there, and how to get it, in words for the error that says that it is not.
        takes: What it takes; by default frames of every size, exact pictures wherever those are asked for, and another
            bitrate at any time.

    Raises:
        ConfigurationError: The name is empty, or that of a built-in encoder; or there are no tiers.
    """
    made = tuple(tiers)
    if not name or name == AUTO or any(backend.name == name for backend in BUILT_IN):
        raise ConfigurationError(f"an encoder cannot be registered as {name!r}: the name must be one of its own")
    if not made:
        raise ConfigurationError(f"the encoder {name!r} makes nothing: tiers is empty")
    with _lock:
        _registered[name] = EncoderBackend(
            name=name,
            tiers=made,
            open=open,
            missing=lambda: None if is_available() else "it says that it is not available",
            needs=needs or f"what {name} needs",
            takes=Takes(lossless=frozenset(made), live_bitrate=True) if takes is None else takes,
        )
    STANDINGS.forget(name)


def encoder_names() -> tuple[str, ...]:
    """The names that encoders can be chosen by: built in, registered, and offered by installed packages."""
    plugins = sorted(entry_points(group=ENTRY_POINT_GROUP).names)
    with _lock:
        return tuple(dict.fromkeys([*(backend.name for backend in BUILT_IN), *_registered, *plugins]))


def find_encoder(name: str) -> tuple[EncoderBackend, ...]:
    """The parts of the encoder of that name. Loads the package that offers it, where one does.

    Raises:
        ConfigurationError: There is none, or the package that offers it cannot be loaded; that is logged.
    """
    if built_in := tuple(backend for backend in BUILT_IN if backend.name == name):
        return built_in
    with _lock:
        if name not in _registered:
            _load_plugin(name)
        if name in _registered:
            return (_registered[name],)
    known = ", ".join([AUTO, *encoder_names()])
    raise ConfigurationError(f"there is no encoder {name!r}; there are {known}")


def _load_plugin(name: str) -> None:
    for entry_point in entry_points(group=ENTRY_POINT_GROUP, name=name):
        try:
            entry_point.load()()
        except Exception as error:
            logger.exception("the encoder %r of %s cannot be loaded", name, entry_point.value)
            raise ConfigurationError(
                f"the encoder {name!r} of {entry_point.value} cannot be loaded: {error}"
            ) from error


def select_encoders(
    name: str, allowed: Callable[[Tier], bool], settings: EncoderSettings
) -> tuple[tuple[Tier, ...], EncoderChooser]:
    """The tiers that an encoder makes here, best first, and what opens it with these settings.

    An encoder of video is accompanied by the built-in encoders of images, for viewers that cannot decode its video.
    One that has to prove itself, where no other will do, is tried now, which may take seconds once.

    Args:
        name: Name of the encoder, or `AUTO`.
        allowed: Tells the tiers that may be used.
        settings: For the encoders.

    Raises:
        ConfigurationError: There is no such encoder, or nothing that is allowed can be made; the message says why.
    """
    named = BUILT_IN if name == AUTO else find_encoder(name)
    wanted = [tier for backend in named for tier in backend.tiers if allowed(tier)]
    if not wanted:
        kinds = ", ".join(dict.fromkeys(str(tier) for backend in named for tier in backend.tiers))
        raise ConfigurationError(f"the encoder {name!r} makes {kinds}, none of which is asked for")
    others = [backend for backend in BUILT_IN if backend not in named]
    chooser = EncoderChooser((*named, *others), settings, name, allowed)
    tiers = chooser.tiers()
    if not set(tiers).intersection(wanted):
        # Nothing else will do: what has to prove itself does so now.
        chooser.prepare_now()
        tiers = chooser.tiers()
    if not set(tiers).intersection(wanted):
        reasons = [chooser.refusal(tier, chooser.choose(tier, FrameKind())) for tier in dict.fromkeys(wanted)]
        raise ConfigurationError("; ".join(dict.fromkeys(reasons)))
    return tiers, chooser


def available_tiers() -> tuple[Tier, ...]:
    """The tiers that this machine can make with the built-in encoders, best first, each once."""
    return EncoderChooser(BUILT_IN, EncoderSettings()).tiers()


def open_encoder(tier: Tier, width: int, height: int) -> Encoder:
    """Open the best built-in encoder of a tier for frames of ``width`` by ``height`` physical pixels.

    An `EncoderFactory` with the default settings.

    Raises:
        EncoderError: There is no such tier, what it needs is missing, which the message names, or it cannot have that
        size.
    """
    return EncoderChooser(BUILT_IN, EncoderSettings())(tier, width, height)


def open_still(tier: Tier, width: int, height: int) -> Encoder:
    """Open an encoder of lossless images, of a format that has those. An `EncoderFactory`.

    Raises:
        EncoderError: As `open_encoder`.
    """
    return EncoderChooser(BUILT_IN, EncoderSettings(lossless=True))(tier, width, height)
