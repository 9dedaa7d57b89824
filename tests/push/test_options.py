"""Quality, codec and pace that change while clients watch, through a real server with real encoders."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from rendercanvas_rfb.client import Client, Picture, connect
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import CloseCode
from rendercanvas_rfb.protocol.formats import PictureFormat
from rendercanvas_rfb.testing.fidelity import psnr
from rendercanvas_rfb.testing.patterns import heatmap
from tests.displays import MakeDisplay
from tests.push.viewers import closing, make_display
from tests.support import TIMEOUT_S

__all__ = ["make_display"]

SHARP_DB = 25.0
"""PSNR that each quality exceeds on a smooth picture by far; one of another picture has less than 20."""


async def picture_of(client: Client, version: int, format: str) -> Picture:
    """The next picture that shows a version in a format."""
    async with asyncio.timeout(TIMEOUT_S):
        while True:
            picture = await client.next_picture()
            if picture.header.frame == version and picture.header.format.value == format:
                return picture


CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"codec": "jpeg"}, "jpeg"),
    ({"quality": "balanced"}, "jpeg"),
    ({"codec": "auto"}, "h264"),
    ({"quality": "low-bandwidth", "max_fps": 100.0}, "h264"),
    ({"quality": "lossless"}, "h264"),
    ({"quality": "sharp", "bitrate": 2_000_000}, "h264"),
]


async def test_the_picture_goes_on_in_each_format_that_is_switched_to(make_display: MakeDisplay) -> None:
    display = make_display()
    content = heatmap(160, 96)
    async with connect(display.url) as client:
        await picture_of(client, display.publish(content), "h264")
        streams = []
        for number, (change, format) in enumerate(CHANGES):
            display.set_options(**change)
            # The picture that was there comes again; what is published then goes on in the new way.
            again = await picture_of(client, display_version(display), format)
            assert psnr(again.pixels, content[..., :3]) > SHARP_DB
            streams.append(again.header.stream)
            content = np.roll(content, 8 + number, axis=1)
            shown = await picture_of(client, display.publish(content), format)
            assert psnr(shown.pixels, content[..., :3]) > SHARP_DB
            assert shown.header.lossless or display.options.quality != "lossless"
        assert streams == sorted(set(streams))


async def test_a_viewer_that_has_none_of_the_new_formats_is_sent_away_and_the_others_stay(
    make_display: MakeDisplay,
) -> None:
    display = make_display()
    version = display.publish(heatmap(64, 48))
    async with (
        connect(display.url, video=(), images=(PictureFormat.JPEG,)) as jpeg_only,
        connect(display.url) as other,
    ):
        await picture_of(jpeg_only, version, "jpeg")
        await picture_of(other, version, "h264")
        display.set_options(codec="png")
        closed = await closing(jpeg_only)
        assert (closed.code, closed.reason) == (CloseCode.INTERNAL, "no format in common; the server offers png")
        await picture_of(other, version, "png")


@pytest.mark.parametrize("threads", [4])
async def test_options_can_be_changed_from_many_threads_while_frames_are_published(
    make_display: MakeDisplay, threads: int
) -> None:
    display = make_display()
    content = heatmap(64, 48)

    def change() -> None:
        for quality in ("balanced", "low-bandwidth", "sharp") * 3:
            display.set_options(quality=quality)

    async with connect(display.url) as client:
        changing = asyncio.gather(*(asyncio.to_thread(change) for _ in range(threads)))
        async with asyncio.timeout(TIMEOUT_S):
            while not changing.done():
                content = np.roll(content, 1, axis=0)
                display.publish(content)
                await client.next_picture()
        await changing
        display.set_options(quality="sharp")
        last = np.roll(content, 5, axis=0)
        shown = await picture_of(client, display.publish(last), "h264")
        assert psnr(shown.pixels, last[..., :3]) > SHARP_DB


def display_version(display: Display) -> int:
    """The version of the picture that a display shows."""
    assert display.latest is not None
    return display.latest.version
