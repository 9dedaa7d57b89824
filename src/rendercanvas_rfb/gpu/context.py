"""The wgpu context of our canvases: several pictures on their way from the GPU, none of them copied on the host."""

from __future__ import annotations

import logging
import time
import weakref
from typing import Any

from rendercanvas.contexts import WgpuContextToBitmap

from ..convert.device import wanted_formats
from ..frames import PixelFormat
from ..stage import Stage
from .choice import Sources, choose
from .drawing import Source
from .loss import LOSS, is_lost
from .reader import READBACK_TIMEOUT_S, Reader

__all__ = ["GpuContext"]

logger = logging.getLogger("rendercanvas_rfb")

ASK_AFTER_UNCHANGED = 3
"""Equal pictures in succession after which the next one is read back only once it has proved to be another one, which
costs one more way to the GPU and back. Before that it is read back on the chance."""


class GpuContext(WgpuContextToBitmap):  # type: ignore[misc]
    """Shows what was rendered on a display, without rendercanvas in between.

    It presents nothing to the canvas ("skip"): its reader gives the picture to the display when the GPU has it, on a
    thread of its own. When the context is closed it waits for the pictures that are on their way, and lets none follow.
    It only waits, because rendercanvas closes canvases in its handler of Ctrl-C, and thus perhaps in the middle of a
    draw.

    Args:
        present_info: As for the base class, and ``display``: where the pictures go.
    """

    def __init__(self, present_info: dict[str, Any]) -> None:
        super().__init__(present_info)
        self._texture: Any = None
        self._display: Stage = present_info["display"]
        # It must not keep the canvas alive.
        look = weakref.WeakMethod(self.look_for_loss)
        self._reader = Reader(self._display, failed=lambda: (method := look()) and method())
        self._device: Any = None
        self._has_presented = False
        self._is_lost = False
        self._sources: Sources | None = None
        self._source: Source | None = None
        self._texture_of_source: Any = None
        self._is_closed = False

    def look_for_loss(self) -> None:
        """Tell the viewers where nothing was presented since the last call because the device is lost.

        To be called after each draw: one that fails is rendercanvas' to report, and presents nothing.
        """
        has_presented, self._has_presented = self._has_presented, False
        if has_presented or self._is_lost or self._device is None or self._ended() or not is_lost(self._device):
            return
        self._is_lost = True
        logger.error("the GPU device of display %r was lost; a new one needs a new context", self._display.name)
        self._display.report_problem(LOSS)

    @property
    def has_room(self) -> bool:
        """Whether another picture may be drawn: not too many are on their way."""
        return self._reader.has_room

    def _configure(self, config: dict[str, Any]) -> None:
        super()._configure(config)
        self._drop_texture()
        self._source = None
        self._device, self._is_lost = config["device"], False
        self._sources = Sources(config["device"], choose(config["device"]))

    def _unconfigure(self) -> None:
        super()._unconfigure()
        self._sources = self._source = self._device = None

    def _rc_present(self, *, force_sync: bool = False) -> dict[str, Any]:
        texture = self._texture
        if texture is not None and not self._ended() and self._reader.wait_for_room():
            self._submit(texture, force_sync)
        return {"method": "skip"}

    def _submit(self, texture: Any, force_sync: bool) -> None:
        source = self._source_of(texture)
        drawing = source.submit(
            texture,
            self._wanted(source.exact_format),
            self.physical_size[0] / self.logical_size[0],
            int(time.monotonic() * 1e6),
            ask_first=self._reader.unchanged >= ASK_AFTER_UNCHANGED,
        )
        self._has_presented = True
        self._reader.put(drawing)
        if force_sync and not self._ended():
            drawing.done.wait(READBACK_TIMEOUT_S)

    def _source_of(self, texture: Any) -> Source:
        assert self._sources is not None
        if self._reader.has_failed:
            self._reader.has_failed = False
            if self._sources.give_up_passes():
                self._source = None
        if self._source is None or self._texture_of_source is not texture:
            self._source, self._texture_of_source = self._sources.open(texture), texture
        return self._source

    def _wanted(self, exact_format: PixelFormat) -> tuple[PixelFormat, ...]:
        """What shall be read back: what the encoders read, and what somebody missed in the picture before."""
        wanted = wanted_formats(self._display.pipeline.active_tiers)
        if self._reader.asked_exact >= self._reader.content - 1:
            wanted.add(PixelFormat.RGBA)
        return tuple(exact_format if each is PixelFormat.RGBA else each for each in wanted)

    def _rc_close(self) -> None:
        self._is_closed = True
        self._reader.close()
        self._drop_texture()

    def _drop_texture(self) -> None:
        # The base class releases it, which aborts the process where a draw that was interrupted goes on with it.
        self._texture = self._texture_of_source = None

    def _ended(self) -> bool:
        return self._is_closed
