"""A fastplotlib figure in the browser: its colours, and its controllers in the hands of a person."""

from __future__ import annotations

import numpy as np
import pytest
import pytest_asyncio

from tests.support import until

fpl = pytest.importorskip("fastplotlib")
pytestmark = pytest.mark.gpu


@pytest_asyncio.fixture(loop_scope="session")
async def figure(make_canvas):
    """A figure with a magenta line and a green one on black, in a window of any size.

    It asks for a draw after each draw, and is drawn on the loop of the test: at full speed, what the test says to the
    browser waits for a draw at each step.
    """
    canvas = make_canvas(size=(640, 480), max_fps=8)
    figure = fpl.Figure(canvas=canvas)
    x = np.linspace(0, 10, 200, dtype=np.float32)
    plot = figure[0, 0]
    plot.add_line(np.column_stack([x, np.zeros_like(x)]), colors="magenta", thickness=20)
    plot.add_line(np.column_stack([x, np.full_like(x, 2)]), colors=(0, 1, 0, 1), thickness=20)
    figure.show(maintain_aspect=False)
    return figure


def camera(figure):
    """Position and extent of the figure's camera: what panning and zooming changes."""
    state = figure[0, 0].camera.get_state()
    return np.array([*state["position"][:2], state["width"], state["height"]])


async def test_its_colours_are_those_of_the_framebuffer(figure, open_page):
    figure.canvas._display.set_options(settle=False)  # Those that the video makes of them.
    viewer = await open_page(figure.canvas.url, 1280, 720)
    shown, drawn = await viewer.current(figure.canvas._display, (1280, 720))
    assert await viewer.get("view.stats.chroma") in ("rgb", "444")
    difference = np.abs(shown.astype(int) - drawn.astype(int)).max(axis=2)
    assert np.mean(difference <= 6) >= 0.99
    for color in [(255, 0, 255), (0, 255, 0)]:
        pure = (drawn == color).all(axis=2)
        assert pure.sum() > 10_000
        assert np.mean(difference[pure] <= 6) >= 0.99


async def test_it_is_exact_once_it_stands_still_and_goes_on_when_it_is_dragged(figure, open_page):
    display = figure.canvas._display
    viewer = await open_page(figure.canvas.url, 640, 480)
    await viewer.current(display, (640, 480))
    await viewer.until("view.stats.lossless")
    shown, drawn = await viewer.current(display, (640, 480))
    assert np.array_equal(shown, drawn)
    version = display.latest.version
    mouse = viewer.page.mouse
    await mouse.move(300, 240)
    await mouse.down()
    for x in range(310, 400, 10):
        await mouse.move(x, 240)
    await until(lambda: display.latest.version != version, "the pan")
    await viewer.until(f"view.stats.format === 'h264' && view.frame.frame !== {version}")
    await mouse.up()
    await viewer.until("view.stats.lossless")
    shown, drawn = await viewer.current(display, (640, 480))
    assert np.array_equal(shown, drawn)
    assert await viewer.get("view.stats.errors") == 0


async def test_a_drag_pans_and_the_picture_follows(figure, open_page):
    viewer = await open_page(figure.canvas.url, 640, 480)
    before, _ = await viewer.current(figure.canvas._display, (640, 480))
    start = camera(figure)
    mouse = viewer.page.mouse
    await mouse.move(300, 240)
    await mouse.down()
    await mouse.move(380, 240, steps=8)
    await mouse.up()
    await viewer.until_pixels(lambda after: pan(before, after) == pytest.approx(80, abs=2))
    assert camera(figure)[0] < start[0]
    assert camera(figure)[1:] == pytest.approx(start[1:])
    after, drawn = await viewer.current(figure.canvas._display, (640, 480))
    assert np.mean(np.abs(after.astype(int) - drawn.astype(int)).max(axis=2) <= 6) >= 0.99
    assert pan(before, after) == pytest.approx(80, abs=2)


async def test_a_wheel_zooms_and_the_page_does_not_scroll(figure, open_page):
    viewer = await open_page(figure.canvas.url, 640, 480)
    await viewer.current(figure.canvas._display, (640, 480))
    start = camera(figure)
    await viewer.page.mouse.move(320, 240)
    await viewer.page.mouse.wheel(0, -300)
    await until(lambda: camera(figure)[2] < 0.9 * start[2], "the zoom")
    after, drawn = await viewer.current(figure.canvas._display, (640, 480))
    assert np.mean(np.abs(after.astype(int) - drawn.astype(int)).max(axis=2) <= 6) >= 0.99
    assert await viewer.get("window.scrollY") == 0


async def test_a_pinch_zooms(figure, open_page):
    viewer = await open_page(figure.canvas.url, 640, 480, has_touch=True)
    await viewer.current(figure.canvas._display, (640, 480))
    start = camera(figure)
    touch = await Touch.on(viewer.page)
    await touch.start((300, 240), (340, 240))
    for step in range(1, 11):
        await touch.move((300 - 5 * step, 240), (340 + 5 * step, 240))
    await touch.end()
    # The fingers end three and a half times as far apart: so does what is under them.
    await until(lambda: camera(figure)[2] == pytest.approx(start[2] * 40 / 140, rel=0.05), "the zoom")


async def test_one_finger_pans(figure, open_page):
    viewer = await open_page(figure.canvas.url, 640, 480, has_touch=True)
    before, _ = await viewer.current(figure.canvas._display, (640, 480))
    touch = await Touch.on(viewer.page)
    await touch.start((300, 240))
    for step in range(1, 9):
        await touch.move((300 + 10 * step, 240))
    await touch.end()
    await viewer.until_pixels(lambda after: pan(before, after) == pytest.approx(80, abs=2))


async def test_its_own_buttons_can_be_clicked(figure, open_page):
    """The toolbar below a plot is drawn with imgui, which takes part in every event."""
    pytest.importorskip("imgui_bundle")
    viewer = await open_page(figure.canvas.url, 640, 480)
    await viewer.current(figure.canvas._display, (640, 480))
    start = camera(figure)
    await viewer.page.mouse.move(320, 240)
    await viewer.page.mouse.wheel(0, -300)
    await until(lambda: camera(figure)[2] < 0.9 * start[2], "the zoom")
    # The first button, at the lower left, shows the whole scene.
    await viewer.page.mouse.move(19, 464)
    await viewer.page.mouse.down()
    await viewer.current(figure.canvas._display, (640, 480))
    await viewer.page.mouse.up()
    await until(lambda: camera(figure)[2] > 0.9 * start[2], "the button's effect")


def pan(before, after):
    """By how many pixels the plot has gone to the right."""
    return left_end_of_magenta(after) - left_end_of_magenta(before)


def left_end_of_magenta(picture):
    """The first column that has magenta in it, pixels from the left."""
    magenta = (np.abs(picture.astype(int) - (255, 0, 255)) <= 40).all(axis=2)
    return int(magenta.any(axis=0).argmax())


class Touch:
    """Fingers, by way of the browser's own input pipeline."""

    def __init__(self, session):
        self._session = session

    @classmethod
    async def on(cls, page):
        """Fingers over ``page``."""
        return cls(await page.context.new_cdp_session(page))

    async def start(self, *points):
        """Put fingers down at these places (CSS pixels)."""
        await self._dispatch("touchStart", points)

    async def move(self, *points):
        """Move them there."""
        await self._dispatch("touchMove", points)

    async def end(self):
        """Lift them all."""
        await self._dispatch("touchEnd", ())

    async def _dispatch(self, kind, points):
        touch_points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        await self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touch_points})
