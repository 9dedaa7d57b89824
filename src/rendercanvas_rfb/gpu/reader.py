"""The thread that takes pictures from the GPU to the display, in the order in which they were drawn.

The thread that draws only submits work to the GPU. This one waits for it, so that neither a draw that takes long nor a
loop that has ended keeps a picture from its viewers. It runs no event loop: wgpu, which would call back the one that
it finds, finds none.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from typing import Protocol

import wgpu

from ..frames import Frame, PixelFormat, Pixels, Region
from .drawing import Drawing

__all__ = ["MAX_IN_FLIGHT", "Reader", "Screen"]

logger = logging.getLogger("rendercanvas_rfb")

MAX_IN_FLIGHT = 3
"""Pictures on their way from the GPU at a time: one that is read, one that is rendered, one that is being drawn."""

READBACK_TIMEOUT_S = 1.0
"""Seconds that others wait for the GPU, at most. It takes milliseconds where it answers."""

NOTHING_ASKED = -2
"""No content, nor the one before one."""


class Screen(Protocol):
    """What shows the pictures: the display."""

    def show(self, draft: Frame, *, is_new: bool) -> Frame:
        """See `Publisher.show`."""
        ...

    def show_again(self) -> None:
        """The latest picture was drawn once more, and is the same."""
        ...

    def demand_changed(self) -> None:
        """There is room for another picture."""
        ...


@dataclass(slots=True)
class _Question:
    """Somebody wants the exact pixels of the content of that number."""

    content: int
    format: PixelFormat
    pixels: Pixels | None = None
    answered: threading.Event = field(default_factory=threading.Event)


class Reader:
    """Reads back and shows what was drawn.

    Args:
        screen: What shows it; forgotten when the reader is closed.
        failed: Called when a picture could not be read, on the reader's thread.

    Attributes:
        content: Counts the pictures that were different from the one before.
        unchanged: How many pictures in succession were not.
        asked_exact: The content whose exact pixels somebody asked for last, since its frame had none.
        has_failed: Whether the GPU refused something.
    """

    def __init__(self, screen: Screen, failed: Callable[[], object] = lambda: None) -> None:
        self.content = 0
        self.unchanged = 0
        self.asked_exact = NOTHING_ASKED
        self.has_failed = False
        self._screen: Screen | None = screen
        self._failed = failed
        # Putting is reentrant, and takes no lock that a signal handler could find taken.
        self._queue: SimpleQueue[Drawing | _Question | None] = SimpleQueue()
        self._pending: deque[Drawing] = deque()
        self._kept: Drawing | None = None
        self._exact: tuple[int, Pixels] | None = None
        self._thread = threading.Thread(target=self._run, name="rfb-readback", daemon=True)
        self._closed = False

    @property
    def has_room(self) -> bool:
        """Whether another picture may be drawn."""
        return len(self._pending) < MAX_IN_FLIGHT

    def wait_for_room(self) -> bool:
        """Wait for it; False where the GPU does not answer, or the reader is closed."""
        while not self.has_room and not self._closed:
            try:
                oldest = self._pending[0]
            except IndexError:
                break
            if not oldest.done.wait(READBACK_TIMEOUT_S):
                return False
        return not self._closed

    def put(self, drawing: Drawing) -> None:
        """Show this picture, after those that were put before."""
        if self._closed:
            return
        if self._thread.ident is None:
            self._thread.start()
        self._pending.append(drawing)
        self._queue.put(drawing)

    def close(self) -> None:
        """Show what was drawn, and end. Waits for the GPU; may be called by a signal handler, and more than once."""
        self._closed = True
        self._queue.put(None)
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(READBACK_TIMEOUT_S)

    def read_exact(self, content: int, pixel_format: PixelFormat) -> tuple[Pixels, PixelFormat] | None:
        """The pixels as they were drawn, in RGBA or BGRA, of a content that may be on the GPU still; waits for it.

        None where there is a later one, the reader is closed, or the GPU does not answer.
        """
        self.asked_exact = content
        question = _Question(content, pixel_format)
        if threading.current_thread() is self._thread:
            self._answer(question)
        elif not self._closed:
            self._queue.put(question)
            question.answered.wait(READBACK_TIMEOUT_S)
        return None if question.pixels is None else (question.pixels, pixel_format)

    # The thread.

    def _run(self) -> None:
        try:
            while (item := self._queue.get()) is not None:
                self._attend(item)
                del item  # While the thread waits, it holds no picture.
        finally:
            self._end()

    def _attend(self, item: Drawing | _Question) -> None:
        try:
            if isinstance(item, Drawing):
                self._finish(item)
            else:
                self._answer(item)
        # wgpu reports what went wrong by these; the program draws on.
        except (wgpu.GPUError, RuntimeError, ValueError) as error:
            self.has_failed = True
            self._kept = None  # The next picture is not compared with one that was not shown.
            logger.warning("a picture could not be read from the GPU: %s", error)
            self._failed()
        finally:
            if isinstance(item, Drawing):
                self._leave(item)
            else:
                item.answered.set()

    def _leave(self, drawing: Drawing) -> None:
        was_full = not self.has_room
        self._pending.popleft()
        drawing.done.set()
        if was_full and (screen := self._screen) is not None:
            screen.demand_changed()

    def _end(self) -> None:
        # What the frames refer to must not keep the display, nor the GPU's memory.
        self._screen = self._kept = self._exact = None
        while not self._queue.empty():
            if (item := self._queue.get()) is not None:
                (item.done if isinstance(item, Drawing) else item.answered).set()

    def _finish(self, drawing: Drawing) -> None:
        source, slot = drawing.source, drawing.slot
        data = slot.map(drawing.size)
        region = None if drawing.is_first else source.difference(data)
        is_new = source.is_compared and (region is not None or not self._is_alike(drawing))
        self._keep(drawing)
        if source.is_compared and not is_new:
            source.put_back(slot)
            self.unchanged += 1
            if (screen := self._screen) is not None:
                screen.show_again()
            return
        self.unchanged = 0
        self.content += 1
        if not drawing.formats:
            source.put_back(slot)
            slot, size = source.read_again(drawing.picture, drawing.wanted)
            data = slot.map(size)
        self._show(drawing, source.hand_out(slot, data, drawing.wanted), region, is_new=is_new)

    def _is_alike(self, drawing: Drawing) -> bool:
        """Whether the picture before was of the same size and is comparable, and was shown as large."""
        kept = self._kept
        return kept is not None and kept.source is drawing.source and kept.pixel_ratio == drawing.pixel_ratio

    def _keep(self, drawing: Drawing) -> None:
        kept, self._kept = self._kept, drawing
        self._exact = None
        if kept is not None and kept.source is drawing.source:
            drawing.source.forget(kept.picture)

    def _show(
        self, drawing: Drawing, others: dict[PixelFormat, Pixels], changed: Region | None, *, is_new: bool
    ) -> None:
        source = drawing.source
        first = source.exact_format if source.exact_format in others else drawing.wanted[0]
        has_exact = not first.is_planar
        frame = Frame(
            content=others.pop(first),
            format=first,
            pixel_ratio=drawing.pixel_ratio,
            version=0,
            timestamp_us=drawing.timestamp_us,
            size=None if has_exact else (source.width, source.height),
            others=others,
            exact_source=None if has_exact else partial(self.read_exact, self.content, source.exact_format),
            changed=changed,
        )
        if (screen := self._screen) is not None:
            screen.show(frame, is_new=is_new)

    def _answer(self, question: _Question) -> None:
        kept = self._kept
        if kept is None or question.content != self.content or not kept.source.is_compared:
            return
        if self._exact is None or self._exact[0] != question.content:
            slot, size = kept.source.read_again(kept.picture, (question.format,))
            pixels = kept.source.hand_out(slot, slot.map(size), (question.format,))[question.format]
            self._exact = question.content, pixels
        question.pixels = self._exact[1]
