"""Each framework: its example is started as its users start it, and its figures are looked at and panned."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import pytest
import pytest_asyncio

from rendercanvas_rfb.frames import Pixels
from tests.apps.conftest import Start
from tests.apps.looking import Chart, has_image, has_waves, left_of

APPS = {
    "fastapi": ["-m", "uvicorn", "fastapi_app:app", "--port", "{port}"],
    "starlette": ["-m", "uvicorn", "starlette_app:app", "--port", "{port}"],
    "flask": ["-m", "flask", "--app", "flask_app", "run", "--port", "{port}"],
    "django": ["django_app.py", "runserver", "--noreload", "{port}"],
    "streamlit": [
        *("-m", "streamlit", "run", "streamlit_app.py", "--server.port", "{port}"),
        # With an address it does not ask the internet for one, which takes long where there is none.
        *("--server.address", "127.0.0.1", "--server.headless", "true", "--browser.gatherUsageStats", "false"),
    ],
    "preswald": ["-m", "rendercanvas_rfb", "preswald", "preswald_app.py", "--port", "{port}"],
    "panel": ["-m", "panel", "serve", "panel_app.py", "--port", "{port}"],
    "dash": ["dash_app.py", "{port}"],
    "gradio": ["gradio_app.py", "{port}"],
    "nicegui": ["nicegui_app.py", "{port}"],
    "solara": ["-m", "solara", "run", "solara_app.py", "--port", "{port}", "--no-open"],
    # The other port is the next free one; in production there is none.
    "reflex": ["-m", "reflex", "run", "--frontend-port", "{port}"],
    "html": ["html_app.py", "{port}"],
}
"""The frameworks, and what comes after ``python`` to start the example."""


@pytest_asyncio.fixture(loop_scope="session", params=APPS)
async def app(request: pytest.FixtureRequest, start: Start) -> str:
    """Address of the app."""
    skip_without(request.param)
    return await start(APPS[request.param])


async def test_figures_are_seen_panned_resized_reloaded_and_shared(app, open_page):
    viewer = await open_page(app, 900, 900)
    waves, image = Chart(viewer.page, 0), Chart(viewer.page, 1)
    # Both at once, and each its own.
    before = left_of(await waves.shows(has_waves))
    await image.shows(has_image)
    (frame, _) = await waves.place()
    assert await frame.evaluate("document.fullscreenEnabled"), "the view may not fill the screen"

    await waves.drag(120, 0)
    panned = before + 120 / (await waves.pixels()).shape[1]
    await waves.shows(begins_at(panned))

    # It is the same figure after a reload, and for another viewer.
    await viewer.page.reload()
    await waves.shows(begins_at(panned))
    other = await open_page(app, 900, 900)
    elsewhere = Chart(other.page, 0)
    await elsewhere.shows(begins_at(panned))
    await elsewhere.drag(-120, 0)
    await waves.shows(begins_at(before))
    await other.page.close()

    width = (await waves.pixels()).shape[1]
    await viewer.page.set_viewport_size({"width": 600, "height": 900})
    await waves.shows(lambda pixels: pixels.shape[1] < width and has_waves(pixels))
    # Browsers ask for an icon, which the examples have not got; what else frameworks log is theirs.
    viewer.errors.clear()
    other.errors.clear()


def begins_at(place: float) -> Callable[[Pixels], bool]:
    """Whether the sine begins there, as a part of the width."""
    return lambda pixels: has_waves(pixels) and abs(left_of(pixels) - place) < 0.02


def skip_without(framework: str) -> None:
    """Skip the test where that framework is not installed."""
    if framework != "html" and find_spec(framework) is None:
        pytest.skip(f"{framework} is not installed here")
