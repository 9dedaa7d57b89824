"""What is published, through a real server, as a viewer sees it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rendercanvas_rfb import ColorSpace, serve
from rendercanvas_rfb.client import connect
from rendercanvas_rfb.client.connection import ALL_VIDEO
from rendercanvas_rfb.errors import FrameError
from rendercanvas_rfb.protocol.formats import PictureFormat

GRAY = np.full((96, 128), 90, np.uint8)
COLOR = np.broadcast_to(np.array([200, 100, 30], np.uint8), (96, 128, 3))
NEUTRAL = np.full((48, 128), 128, np.uint8)


@pytest.mark.parametrize(
    ("frame", "options", "expected"),
    [
        (GRAY, {}, (90, 90, 90)),
        (COLOR, {}, (200, 100, 30)),
        (COLOR, {"format": "bgr"}, (30, 100, 200)),
        (COLOR / 255, {}, (200, 100, 30)),
        (np.dstack([COLOR, GRAY]), {}, (200, 100, 30)),
        (np.dstack([COLOR, GRAY])[::-1, ::-1], {"format": "bgra"}, (30, 100, 200)),
        (np.concatenate([GRAY, NEUTRAL]), {"format": "nv12"}, (90, 90, 90)),
        (np.concatenate([GRAY, NEUTRAL]), {"format": "i420"}, (90, 90, 90)),
        (np.stack([GRAY, np.full_like(GRAY, 128), np.full_like(GRAY, 128)]), {"format": "i444"}, (90, 90, 90)),
    ],
)
@pytest.mark.parametrize("video", [True, False])
async def test_a_viewer_sees_what_was_published(
    frame: Any, options: dict[str, Any], expected: Any, video: bool
) -> None:
    async with serve(port=0) as display, connect(display.url, video=ALL_VIDEO if video else ()) as client:
        version = display.publish(frame, **options)
        picture = await client.next_picture()
        assert picture.header.frame == version
        assert picture.pixels.shape == (96, 128, 3)
        assert np.abs(picture.pixels.astype(int) - expected).max() <= 4


async def test_time_ratio_and_color_reach_the_viewer() -> None:
    async with serve(port=0) as display, connect(display.url) as client:
        display.publish(COLOR, timestamp=12.5, pixel_ratio=2)
        picture = await client.next_picture()
        assert (picture.header.timestamp_us, picture.header.pixel_ratio) == (12_500_000, 2.0)
        assert picture.color is ColorSpace.SRGB
        before = picture.header.stream
        display.publish(COLOR, color=ColorSpace.DISPLAY_P3)
        picture = await client.next_picture()
        assert picture.color is ColorSpace.DISPLAY_P3
        assert picture.header.stream != before
        assert client.stream is not None
        assert client.stream.info.color.primaries == "smpte432"
        assert np.abs(picture.pixels.astype(int) - COLOR).max() <= 4


async def test_images_in_display_p3_say_so() -> None:
    async with (
        serve(port=0) as display,
        connect(display.url, video=(), images=(PictureFormat.PNG,)) as client,
    ):
        display.publish(COLOR, color="display-p3")
        picture = await client.next_picture()
        assert picture.color is ColorSpace.DISPLAY_P3
        assert np.array_equal(picture.pixels, COLOR)


async def test_a_refused_frame_leaves_the_stream_alone() -> None:
    async with serve(port=0) as display, connect(display.url) as client:
        display.publish(COLOR)
        await client.next_picture()
        with pytest.raises(FrameError, match=r"shape \(96, 128, 2\) and dtype uint8; accepted are"):
            display.publish(COLOR[..., :2])
        version = display.publish(np.zeros((50, 70), np.uint8))
        picture = await client.next_picture()
        assert picture.header.frame == version
        assert picture.pixels.shape == (50, 70, 3)


async def test_a_late_viewer_sees_a_borrowed_picture_as_it_was() -> None:
    array = COLOR.copy()
    async with serve(port=0) as display:
        display.publish(array, copy=False)
        assert display.wait_encoded(10)
        array[...] = 0
        async with connect(display.url) as client:
            assert np.abs((await client.next_picture()).pixels.astype(int) - COLOR).max() <= 4
