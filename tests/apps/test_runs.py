"""What a script that is run again at each interaction does to its figures."""

from __future__ import annotations

import pytest

from tests.apps.looking import Chart, has_waves, magenta, yellow
from tests.apps.test_apps import APPS, skip_without


@pytest.mark.parametrize("framework", ["streamlit", "preswald"])
async def test_a_run_changes_the_figure_that_is_there_and_leaves_its_view_alone(framework, start, open_page):
    skip_without(framework)
    viewer = await open_page(await start(APPS[framework]), 900, 900)
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


async def test_a_page_of_reflex_finds_the_figure_of_a_new_server(start, open_page, tmp_path):
    skip_without("reflex")
    viewer = await open_page(await start(APPS["reflex"]), 900, 900)
    waves = Chart(viewer.page, 0)
    await waves.shows(has_waves)
    # Reflex starts its server anew; the page is not loaded again.
    await viewer.page.evaluate("window.mark = 'the same page'")
    figures = tmp_path / "apps" / "figures.py"
    figures.write_text(figures.read_text(encoding="utf-8").replace("cyan", "yellow"), encoding="utf-8")
    await waves.shows(lambda pixels: has_waves(pixels) and yellow(pixels).sum() > 200)
    assert await viewer.page.evaluate("window.mark") == "the same page"
    viewer.errors.clear()


def _rows_of_sine(pixels) -> int:
    return int(magenta(pixels).any(axis=1).sum())
