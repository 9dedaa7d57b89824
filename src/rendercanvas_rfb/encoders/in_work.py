"""Which picture belongs to which frame, where an encoder hands pictures out later than frames go in. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from ..errors import EncoderError

__all__ = ["InWork"]

T = TypeVar("T")


class InWork(Generic[T]):
    """What is known of the frames that an encoder has and whose pictures have not come out, by token.

    Tokens are never used again, so that a picture is not taken for that of another frame, whenever it comes.

    Args:
        limit: Frames in work at once, at most.
    """

    def __init__(self, limit: int = 1) -> None:
        self._limit = limit
        self._entries: dict[int, T] = {}
        self._next = 0

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[T]:
        """Oldest first."""
        return iter(self._entries.values())

    def put(self, entry: T) -> int:
        """A frame goes in. Returns its token: 0, 1, 2 and so on.

        Raises:
            EncoderError: There are ``limit`` frames in work already; nothing was changed.
        """
        if len(self._entries) >= self._limit:
            raise EncoderError(f"no picture came out, with {len(self._entries)} frames in work")
        token = self._next
        self._entries[token] = entry
        self._next += 1
        return token

    def take(self, token: int | None) -> T:
        """The picture of that frame came out.

        Raises:
            EncoderError: It is that of no frame in work, or an earlier frame's has not come out: decoders are told that
                pictures come in order.
        """
        if token not in self._entries:
            raise EncoderError(f"a picture came out of frame {token}, which is not in work")
        if token != (oldest := next(iter(self._entries))):
            raise EncoderError(f"the picture of frame {token} came out before that of frame {oldest}")
        return self._entries.pop(token)

    def cancel(self, token: int) -> None:
        """That frame did not go in after all."""
        self._entries.pop(token, None)

    def restart(self, limit: int) -> None:
        """What was in work is lost, and another encoder takes ``limit`` frames at once."""
        self._entries.clear()
        self._limit = limit
