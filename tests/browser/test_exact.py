"""Exact while moving: each picture of a stream in RGB reaches the canvas to the bit."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from rendercanvas_rfb import serve
from rendercanvas_rfb.frames import ColorSpace
from rendercanvas_rfb.testing.patterns import color_blocks, line_plot, noise

READ_BACK = """async (colorSpace) => {
    const view = document.querySelector("rfb-view").view;
    const bitmap = await createImageBitmap(await view.screenshot());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d", { alpha: false, colorSpace });
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height, { colorSpace });
    let text = "";
    for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
    return [bitmap.width, bitmap.height, btoa(text)];
}"""


async def canvas_pixels(viewer, color=ColorSpace.SRGB):
    """The canvas of the page in the given colour space: uint8 array of shape (height, width, 3)."""
    width, height, text = await viewer.page.evaluate(READ_BACK, color.value)
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4)[..., :3]


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (97, 101), (640, 480), (641, 479), (1280, 720)])
@pytest.mark.parametrize("quality", ["sharp", "lossless"])
async def test_each_picture_of_a_moving_plot_is_exact_on_the_canvas(open_page, size, quality):
    with serve(port=0, quality=quality, settle=False) as display:
        plot = line_plot(*size)
        display.publish(plot)
        viewer = await open_page(display.url)
        for step in range(6):
            # Panned by whole pixels: half ones change all of this pattern, which "sharp" would code with loss.
            pixels = color_blocks(*size) if step == 3 else np.roll(plot, 3 * step, axis=1)
            version = display.publish(pixels)
            await viewer.until(f"view.frame?.frame === {version} && view.frame.lossless")
            assert np.array_equal(await canvas_pixels(viewer), pixels[..., :3]), step
        assert await viewer.get("[view.stats.format, view.stats.chroma, view.stats.errors]") == ["h264", "rgb", 0]


async def test_wide_colours_are_exact_too(open_page):
    pixels = color_blocks(320, 180)
    with serve(port=0, settle=False) as display:
        display.publish(pixels, color=ColorSpace.DISPLAY_P3)
        viewer = await open_page(display.url)
        await viewer.until("view.frame !== null")
        assert await viewer.get("[view.frame.colorSpace, view.stats.chroma]") == ["display-p3", "rgb"]
        assert np.array_equal(await canvas_pixels(viewer, ColorSpace.DISPLAY_P3), pixels[..., :3])


async def test_what_is_too_large_is_shown_with_loss_and_the_page_says_so(open_page):
    with serve(port=0, settle=False, bitrate=2_000_000) as display:
        display.publish(line_plot(64, 48))
        viewer = await open_page(display.url)
        await viewer.until("view.frame?.lossless")
        version = display.publish(noise(640, 480))
        await viewer.until(f"view.frame.frame === {version}")
        assert await viewer.get("[view.frame.lossless, view.stats.chroma, view.stats.errors]") == [False, "444", 0]
