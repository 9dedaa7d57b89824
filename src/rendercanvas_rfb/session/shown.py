"""The size of the picture that a viewer looks at, which is not that of the picture that was sent last. Pure."""

from __future__ import annotations

from collections import deque

from ..protocol.chunk import Chunk, serial_less
from ..viewer_event import SPARE, PictureSize
from .window import MAX_CHUNKS

__all__ = ["ShownSize"]


class ShownSize:
    """Follows chunks as they are sent, and as they are shown.

    Attributes:
        current: Size of the picture that is on the screen, as it was drawn.
    """

    def __init__(self) -> None:
        self.current = SPARE
        # From which chunk on the picture has another size, until that chunk is shown.
        self._coming: deque[tuple[int, PictureSize]] = deque(maxlen=MAX_CHUNKS)

    def sent(self, chunk: Chunk) -> None:
        """``chunk`` was sent."""
        if chunk.picture != (self._coming[-1][1] if self._coming else self.current):
            self._coming.append((chunk.header.sequence, chunk.picture))

    def acknowledged(self, sequence: int) -> None:
        """The chunk ``sequence`` and all before it have been shown."""
        while self._coming and not serial_less(sequence, self._coming[0][0]):
            self.current = self._coming.popleft()[1]
