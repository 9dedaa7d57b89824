"""No viewer ever sees a picture that is half of one frame and half of another, whatever becomes of the arrays."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from rendercanvas_rfb.client import ChunkDecoder
from rendercanvas_rfb.convert.host import frame_to_rgb
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.frames import Pixels
from rendercanvas_rfb.protocol.chunk import Chunk, unpack_chunk
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.protocol.messages import StreamStarted
from rendercanvas_rfb.session.turns import Room
from tests.support import TIMEOUT_S, wait_until

TIERS = (
    Tier(PictureFormat.H264, Chroma.YUV444),
    Tier(PictureFormat.H264, Chroma.YUV420),
    Tier(PictureFormat.PNG),
    Tier(PictureFormat.JPEG),
)
PICTURES = 60
"""That each viewer decodes."""

LEVELS = (16, 235, 70, 180, 125)
"""Of the pictures, by turns: two that follow each other are far apart."""

UNIFORM = 24
"""Largest difference within a picture that coding may make; that of two levels is at least 55."""


class Viewer:
    """Decodes what it is offered on a thread of its own, as a client does, and measures how uniform it is."""

    def __init__(self, display: Display, tier: Tier) -> None:
        self.differences: list[int] = []
        self._display = display
        self._decoder = ChunkDecoder()
        self._stream: int | None = None
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        display.pipeline.subscribe(self, tier)
        display.pipeline.ready(self, Room(open=True))

    def post(self, function: Callable[[], None]) -> None:
        self._calls.put(function)

    def offer(self, chunk: Chunk) -> None:
        header, payload = unpack_chunk(chunk.message)
        if header.stream != self._stream:
            self._stream = header.stream
            self._decoder.start(StreamStarted(header.stream, chunk.info, "test"))
        self.differences.append(difference(self._decoder.decode(header, payload).pixels))
        self._display.pipeline.ready(self, Room(open=True))

    def tiers_changed(self) -> None:
        raise AssertionError("an encoder failed")

    def stop(self) -> None:
        self._calls.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (function := self._calls.get()) is not None:
            function()


class Looker(threading.Thread):
    """Takes the latest picture again and again, as stills and recordings do."""

    def __init__(self, display: Display) -> None:
        super().__init__()
        self.differences: list[int] = []
        self.over = threading.Event()
        self._display = display

    def run(self) -> None:
        while not self.over.is_set():
            if (frame := self._display.latest) is not None:
                self.differences.append(difference(frame_to_rgb(frame)))
            del frame


def difference(pixels: Pixels) -> int:
    """Between any two pixels of a picture, in any channel, at most."""
    return int((pixels.max(axis=(0, 1)).astype(int) - pixels.min(axis=(0, 1))).max())


def publish_copied(display: Display, array: Pixels, number: int, **options: Any) -> None:
    array[...] = LEVELS[number % len(LEVELS)]
    display.publish(array, **options)
    array[...] = LEVELS[(number + 2) % len(LEVELS)]


def publish_borrowed(display: Display, array: Pixels, number: int, **options: Any) -> None:
    array[...] = LEVELS[number % len(LEVELS)]
    display.publish(array, copy=False, **options)
    assert display.wait_encoded(TIMEOUT_S)
    array[...] = LEVELS[(number + 2) % len(LEVELS)]


@pytest.mark.parametrize(
    ("shape", "options"),
    [
        ((240, 320, 4), {}),
        ((241, 321, 3), {"format": "bgr"}),
        ((240, 320), {}),
        ((360, 320), {"format": "i420"}),
        ((720, 320), {"format": "i444"}),
    ],
    ids=["rgba", "bgr", "gray", "i420", "i444"],
)
@pytest.mark.parametrize("publish", [publish_copied, publish_borrowed])
def test_every_picture_is_one_frame(publish, shape, options) -> None:
    display = Display("plot", tiers=TIERS)
    viewers = [Viewer(display, tier) for tier in TIERS]
    looker = Looker(display)
    looker.start()
    array = np.empty(shape, np.uint8)
    numbers = iter(range(100_000))

    def publish_next() -> bool:
        publish(display, array, next(numbers), **options)
        return all(len(viewer.differences) >= PICTURES for viewer in viewers)

    try:
        wait_until(publish_next)
    finally:
        looker.over.set()
        looker.join()
        for viewer in viewers:
            wait_until(partial(display.wait_encoded, 0))
            viewer.stop()
        display.close()
    assert max(max(viewer.differences) for viewer in viewers) < UNIFORM
    assert max(looker.differences) < UNIFORM
    assert display._publisher.buffers_allocated < 20
