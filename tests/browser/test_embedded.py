"""A page of a display inside of another page."""

from __future__ import annotations

import numpy as np

from tests.browser.pages import Viewer


async def test_what_the_page_around_shows_there_is_seen_until_there_is_a_picture(make_canvas, painter, open_page):
    canvas = make_canvas(name="late", settle=False)
    around = await open_page(f"{canvas.url}../health", 400, 300)
    style = "border: 0; width: 100%; height: 200px; color-scheme: light dark; background: rgb(0, 200, 0)"
    await around.page.set_content(f'<iframe src="{canvas.url}?embedded" style="{style}"></iframe>')
    await Viewer(around.page.frames[1]).until("view?.status === 'connected'")
    assert np.abs((await around.pixels())[20, 20].astype(int) - (0, 200, 0)).max() < 3
    painter(canvas, (200, 0, 0))
    await around.until_pixels(lambda pixels: np.abs(pixels[20, 20].astype(int) - (200, 0, 0)).max() < 6)


async def test_a_page_inside_of_another_does_not_take_its_focus(make_canvas, painter, open_page):
    canvas = make_canvas(name="quiet")
    painter(canvas, (200, 0, 0))
    around = await open_page(f"{canvas.url}../health", 400, 300)
    await around.page.set_content(f'<input autofocus><iframe src="{canvas.url}?embedded"></iframe>')
    await around.page.focus("input")
    await Viewer(around.page.frames[1]).until("view?.frame")
    assert await around.page.evaluate("document.activeElement.localName") == "input"
