"""Wide colors: what is drawn in Display P3 reaches a canvas of that color space as it is."""

from __future__ import annotations

import numpy as np
import pytest

from rendercanvas_rfb import Server
from rendercanvas_rfb.frames import ColorSpace

COLORS = ((255, 0, 0), (0, 255, 0), (10, 200, 60), (128, 128, 128))


async def shown_colors(viewer, color_space):
    """The middles of the four stripes of the canvas, in the given color space."""
    return await viewer.page.evaluate(
        """async (colorSpace) => {
            const view = document.querySelector("rfb-view").view;
            const bitmap = await createImageBitmap(await view.screenshot());
            const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
            const context = canvas.getContext("2d", { alpha: false, colorSpace });
            context.drawImage(bitmap, 0, 0);
            const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height, { colorSpace });
            return [0, 1, 2, 3].map((stripe) => {
                const start = 4 * (bitmap.width * (bitmap.height >> 1) + 50 + 100 * stripe);
                return [...data.slice(start, start + 3)];
            });
        }""",
        color_space,
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "plot.test"], ids=["video", "images"])
@pytest.mark.parametrize("color", ColorSpace)
async def test_a_picture_is_shown_in_its_own_color_space(open_page, host, color):
    pixels = np.full((100, 400, 4), 255, np.uint8)
    for stripe, values in enumerate(COLORS):
        pixels[:, 100 * stripe : 100 * (stripe + 1), :3] = values
    with Server(port=0, hosts="plot.test") as server:
        display = server.add("plot")
        display.publish(pixels, color=color)
        viewer = await open_page(server.url("plot").replace("127.0.0.1", host), 400, 100)
        await viewer.until("view.frame !== null")
        assert await viewer.get("view.frame.colorSpace") == color.value
        difference = np.abs(np.array(await shown_colors(viewer, color.value)) - np.array(COLORS))
        assert difference.max() <= (6 if host == "127.0.0.1" else 1)
