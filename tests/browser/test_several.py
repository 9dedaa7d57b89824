"""Two displays and two canvases on one port, all four on one page."""

from __future__ import annotations

import numpy as np

from rendercanvas_rfb import serve

COLORS = {"red": (230, 20, 20), "green": (20, 200, 40), "blue": (30, 50, 220), "yellow": (230, 210, 20)}

SHOW = """
async (names) => {
  await import('./assets/rfb-view.js');
  document.body.replaceChildren(...names.map((name, number) => {
    const view = document.createElement('rfb-view');
    view.setAttribute('src', `${name}/`);
    view.setAttribute('toolbar', 'off');
    view.style.cssText = `position: fixed; width: 200px; height: 150px; left: ${number % 2 * 200}px;` +
      `top: ${Math.floor(number / 2) * 150}px`;
    return view;
  }));
}
"""


async def test_one_page_shows_four_streams_of_one_port(make_canvas, painter, open_page):
    red = make_canvas(name="red", size=(200, 150))
    painter(red, COLORS["red"])
    green = make_canvas(name="green", size=(200, 150))
    painter(green, COLORS["green"])
    with serve(200, 150, port=0, name="blue") as blue, serve(200, 150, port=0, name="yellow") as yellow:
        blue.publish(np.full((150, 200, 3), COLORS["blue"], np.uint8))
        yellow.publish(np.full((150, 200, 3), COLORS["yellow"], np.uint8))
        base = red.url.removesuffix("red/")
        assert [green.url, blue.url, yellow.url] == [f"{base}{name}/" for name in ("green", "blue", "yellow")]
        page = await open_page(base, 400, 300)
        await page.page.evaluate(SHOW, list(COLORS))
        for number in range(4):
            await page.until(f"document.querySelectorAll('rfb-view')[{number}].view?.frame")
        await page.until_pixels(shows_all_four)


def shows_all_four(pixels):
    """Whether each quarter of the page has its colour."""
    centres = pixels[[75, 75, 225, 225], [100, 300, 100, 300]].astype(int)
    return np.abs(centres - np.array(list(COLORS.values()))).max() <= 6
