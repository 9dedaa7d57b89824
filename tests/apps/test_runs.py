"""What a script that is run again at each interaction does to its figures."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from tests.apps.looking import Chart, has_waves, magenta
from tests.apps.test_apps import APPS


@pytest.mark.parametrize("framework", ["streamlit", "preswald"])
async def test_a_run_changes_the_figure_that_is_there_and_leaves_its_view_alone(framework, start, open_page):
    if find_spec(framework) is None:
        pytest.skip(f"{framework} is not installed here")
    viewer = await open_page(start(APPS[framework]), 900, 900)
    waves = Chart(viewer.page, 0)
    high = _rows_of_sine(await waves.shows(has_waves))
    (frame, _) = await waves.place()
    await frame.evaluate("window.mark = 'the same page'")
    slider = viewer.page.get_by_role("slider")
    await slider.focus()
    await slider.press("Home")
    await waves.shows(lambda pixels: has_waves(pixels) and _rows_of_sine(pixels) < high / 5)
    (frame, _) = await waves.place()
    assert await frame.evaluate("window.mark") == "the same page"
    viewer.errors.clear()


def _rows_of_sine(pixels) -> int:
    return int(magenta(pixels).any(axis=1).sum())
