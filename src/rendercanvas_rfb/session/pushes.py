"""When a picture that an encoder holds back is pushed out, by encoding the same frame once more. Pure."""

from __future__ import annotations

__all__ = ["PUSH_AGAIN_S", "PUSH_S", "Pushes"]

PUSH_S = 0.04
"""Seconds after which a frame that no other one follows is encoded again: video of 25 frames a second and more pushes
itself. A picture of a frame that has not changed takes a few hundred bytes."""

PUSH_AGAIN_S = 0.01
"""Seconds from one time to the next, where one does not do: time for an encoder that answers late rather than after a
number of frames. A picture that a viewer without any waits for is pushed as soon."""


class Pushes:
    """Watches the frame that went in last. Times are seconds of any monotonic clock."""

    def __init__(self) -> None:
        self._version: int | None = None
        self._due: float | None = None

    def fed(self, version: int, now: float, *, held: bool, urgent: bool = False) -> None:
        """Frame ``version`` went in.

        Args:
            version: Its number.
            now: The time.
            held: Whether a picture is in the encoder that somebody waits for.
            urgent: Whether that is a keyframe.
        """
        wait_s = PUSH_AGAIN_S if urgent or version == self._version else PUSH_S
        self._version = version
        self._due = now + wait_s if held else None

    def due_in(self, version: int | None, now: float) -> float | None:
        """Seconds until frame ``version`` is to be encoded once more, 0 where it is now; None where it is not."""
        if version != self._version or self._due is None:
            return None
        return max(0.0, self._due - now)
