"""The page around the picture: connection, credential, statistics, screenshot, and the list of canvases."""

from __future__ import annotations

import asyncio

import numpy as np

from tests.browser.pages import decode_png
from tests.programs import running
from tests.support import free_port

SCRIPT = """
import numpy as np
from rendercanvas_rfb.rfb import RenderCanvas, loop
canvas = RenderCanvas(size=(64, 48), name="plot")
pixels = np.zeros((48, 64, 4), np.uint8)
pixels[..., {channel}] = 200
canvas.get_bitmap_context().set_bitmap(pixels)
loop.run()
"""


async def test_a_page_comes_back_by_itself_when_its_server_is_killed_and_restarted(open_page):
    port = str(free_port())
    async with running("-c", SCRIPT.format(channel=0), RENDERCANVAS_RFB_PORT=port) as program:
        viewer = await open_page(await program.address("plot"), 64, 48)
        await viewer.until("view?.frame")
        await viewer.until_pixels(lambda pixels: pixels.reshape(-1, 3).mean(0).argmax() == 0)
    await viewer.until("view.status === 'reconnecting'")
    assert "Connection lost" in await viewer.text()
    async with running("-c", SCRIPT.format(channel=2), RENDERCANVAS_RFB_PORT=port):
        await viewer.until("view.status === 'connected'")
        assert await viewer.get("view.statusDetail.resumed") is False
        await viewer.until_text(absent="Connection lost")
        await viewer.until_pixels(lambda pixels: pixels.reshape(-1, 3).mean(0).argmax() == 2)
    # That the browser could not connect meanwhile is what it logs as errors.
    viewer.errors.clear()


async def test_a_page_says_that_its_canvas_was_closed(make_canvas, painter, open_page):
    canvas = make_canvas()
    painter(canvas, (1, 2, 3))
    viewer = await open_page(canvas.url)
    await viewer.until("view?.frame")
    canvas.close()
    await viewer.until("view.status === 'reconnecting'")
    assert "The canvas was closed" in await viewer.text()


async def test_a_page_opened_too_early_shows_the_canvas_when_it_is_there(make_canvas, painter, open_page):
    base = make_canvas(name="first").url.removesuffix("first/")
    viewer = await open_page(f"{base}second/")
    await viewer.until("view?.status === 'reconnecting'")
    assert "Nothing is shown under this name" in await viewer.text()
    canvas = make_canvas(name="second")
    painter(canvas, (1, 2, 3))
    await viewer.get("view.reconnect()")
    await viewer.until("view.frame")


async def test_a_page_asks_for_the_token_and_takes_it(make_canvas, painter, open_page):
    canvas = make_canvas(host="0.0.0.0")
    painter(canvas, (1, 2, 3))
    address, token = canvas.url.split("#token=")
    local = f"http://127.0.0.1:{address.split(':')[2]}"
    viewer = await open_page(local)
    await viewer.until("view?.status === 'refused'")
    assert "Credential needed" in await viewer.text()
    await viewer.page.get_by_label("Token").fill(token)
    await viewer.page.get_by_role("button", name="Connect").click()
    await viewer.until("view.frame")
    with_token = await open_page(f"{local}#token={token}")
    await with_token.until("view?.frame")


async def test_the_title_and_the_cursor_are_those_of_the_canvas(make_canvas, open_page):
    canvas = make_canvas(title="Damped oscillator")
    viewer = await open_page(canvas.url)
    await viewer.until("document.title === 'Damped oscillator'")
    canvas.set_title("Undamped")
    canvas.set_cursor("crosshair")
    await viewer.until("document.title === 'Undamped'")
    element = "document.querySelector('rfb-view').shadowRoot.querySelector('canvas')"
    await viewer.until(f"getComputedStyle({element}).cursor === 'crosshair'")


async def test_a_screenshot_has_the_pixels_of_the_picture(make_canvas, painter, open_page):
    canvas = make_canvas()
    painter(canvas, (40, 80, 160))
    viewer = await open_page(canvas.url, 320, 200, 2)
    await viewer.current(canvas._display, (640, 400))
    await viewer.page.mouse.move(300, 10)
    async with viewer.page.expect_download() as download:
        await viewer.page.get_by_role("button", name="Screenshot").click()
    path = await (await download.value).path()
    picture = decode_png(path.read_bytes())
    assert picture.shape == (400, 640, 3)
    assert np.abs(picture.astype(int) - (40, 80, 160)).max() <= 6


async def test_the_statistics_panel_shows_what_is_going_on(make_canvas, painter, open_page):
    canvas = make_canvas(update_mode="continuous")
    painted = painter(canvas, (40, 80, 160))
    viewer = await open_page(canvas.url, 320, 200)
    await viewer.current(canvas._display, (320, 200))
    await viewer.page.mouse.move(300, 10)
    await viewer.page.get_by_role("button", name="Statistics").click()

    async def play():
        while True:
            painted.color = (painted.draws % 200, 80, 160)
            await asyncio.sleep(0.02)

    playing = asyncio.create_task(play())
    await viewer.until("view.stats.server.fps > 0")
    for text in ["libx264", "4:4:4", "320 × 200", "x264: makes h264/rgb, exactly as long as that costs little"]:
        await viewer.until_text(text)
    playing.cancel()


async def test_the_index_lists_the_canvases_live(make_canvas, painter, open_page):
    first = make_canvas(title="Lines", size=(320, 200))
    index = await open_page(first.url.removesuffix("canvas-1/"))
    for text in ["Lines", "canvas-1", "320 × 200"]:
        await index.until_text(text)
    second = make_canvas(name="mesh", title="Rotating mesh")
    painter(second, (1, 2, 3))
    await index.until_text("Rotating mesh")
    first.close()
    await index.until_text(absent="Lines")
    await index.page.get_by_role("link", name="Rotating mesh").click()
    await index.until("view?.frame")


async def test_nothing_is_loaded_from_elsewhere_and_nothing_is_not_found(make_canvas, painter, open_page):
    canvas = make_canvas()
    painter(canvas, (1, 2, 3))
    viewer = await open_page(canvas.url.removesuffix("canvas-1/"))
    answers = []
    viewer.page.on("response", lambda response: answers.append((response.url, response.status)))
    await viewer.page.reload()
    await viewer.page.goto(canvas.url)
    await viewer.until("view?.frame")
    own = (canvas.url.removesuffix("canvas-1/"), "blob:", "data:")
    # The browser asks whether what it has is still the same: 304.
    assert [url for url, status in answers if not url.startswith(own) or status not in (200, 304)] == []
