"""What the viewers of a display may do: size the picture, send input, be many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeGuard

from .errors import ConfigurationError
from .frames import MAX_DIMENSION

__all__ = ["DEFAULT_MAX_SIZE", "ViewerPolicy", "is_positive_integer"]

DEFAULT_MAX_SIZE = (8192, 4352)
"""Pixels: the largest picture that H.264 has a level for (6.2, ITU-T H.264 table A-1: 139264 macroblocks, which are
8192x4352 pixels)."""


@dataclass(frozen=True, slots=True)
class ViewerPolicy:
    """What the viewers of a display may do.

    Attributes:
        resize: Who gives the picture its size. ``"publisher"``: the program, and viewers scale what they get.
            ``"viewer"``: one viewer, of those that control it the one that has been watching longest; the program is
            asked to follow, by `Display.target_size` and events of type ``"resize"``.
        max_size: Width and height that viewers can ask for, in physical pixels, at most. A larger view is scaled down.
        control: Who may send input, messages and a size. ``"all"`` viewers; the ``"first"``, which is the one with a
            screen that has been there longest; ``"none"``; or a function of the principal that says so, called once
            when a viewer comes, on the server's thread: it must return at once. What others send is left out, which
            is no error.
        max_viewers: Viewers at once; a further one is refused with close code 4429. None for any number.

    Raises:
        ConfigurationError: One of them has another value.
    """

    resize: Literal["publisher", "viewer"] = "publisher"
    max_size: tuple[int, int] = DEFAULT_MAX_SIZE
    control: Literal["all", "first", "none"] | Callable[[object], bool] = "all"
    max_viewers: int | None = None

    def __post_init__(self) -> None:
        if self.resize not in ("publisher", "viewer"):
            raise ConfigurationError(f'resize must be "publisher" or "viewer", not {self.resize!r}')
        if self.control not in ("all", "first", "none") and not callable(self.control):
            raise ConfigurationError(
                f'control must be "all", "first", "none" or a function of the principal, not {self.control!r}'
            )
        size: object = self.max_size
        if not (isinstance(size, tuple) and len(size) == 2 and all(map(_is_side, size))):
            raise ConfigurationError(
                f"max_size must be width and height from 1 to {MAX_DIMENSION} pixels, not {self.max_size!r}"
            )
        if self.max_viewers is not None and not is_positive_integer(self.max_viewers):
            raise ConfigurationError(f"max_viewers must be a positive integer or None, not {self.max_viewers!r}")

    def may_control(self, principal: object) -> bool:
        """Whether a viewer with this principal may control the picture, where its turn comes.

        Raises what the function in ``control`` raises.
        """
        return bool(self.control(principal)) if callable(self.control) else self.control != "none"


def is_positive_integer(value: object) -> TypeGuard[int]:
    """Whether it is an integer above 0, and no bool."""
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_side(value: object) -> bool:
    return is_positive_integer(value) and value <= MAX_DIMENSION
