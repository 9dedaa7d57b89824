"""Figures of one visitor, and figures at which nobody looks any more, in the frameworks."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.apps.looking import Chart, has_waves, left_of
from tests.apps.test_apps import APPS, begins_at
from tests.support import until

FRAMEWORKS = ["fastapi", "streamlit", "panel", "dash", "gradio", "nicegui", "solara"]

CLOSING_TIMEOUT_S = 60.0
"""The program looks every five seconds for what has been idle for one; Streamlit keeps a session a little longer."""


@pytest.fixture(params=FRAMEWORKS)
def app(request: pytest.FixtureRequest, start) -> str:
    """Address of an app with a figure that is shared, and below it one that is each visitor's own."""
    if find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed here")
    address: str = start([word.replace("_app", "_visitors") for word in APPS[request.param]])
    return address


async def test_each_visitor_has_a_figure_and_those_that_are_left_are_closed_and_made_again(app, open_page, tmp_path):
    alice, bob = await open_page(app, 900, 900), await open_page(app, 900, 900)
    before = left_of(await Chart(alice.page, 0).shows(has_waves))
    # What is hers moves for her alone; what is shared, for both.
    await Chart(bob.page, 1).shows(begins_at(before))
    await Chart(alice.page, 1).shows(has_waves)
    await Chart(alice.page, 0).drag(120, 0)
    await Chart(alice.page, 1).drag(120, 0)
    panned = before + 120 / (await Chart(alice.page, 1).pixels()).shape[1]
    await Chart(alice.page, 1).shows(begins_at(panned))
    await Chart(bob.page, 0).shows(begins_at(panned))
    await Chart(bob.page, 1).shows(begins_at(before))

    # Three figures are there, and nobody looks at them once both are gone.
    closed = tmp_path / "apps" / "closed"
    already = _length(closed)
    for visitor in (alice, bob):
        visitor.errors.clear()
        await visitor.page.close()
    await until(lambda: _length(closed) >= already + 3, "the figures to be closed", CLOSING_TIMEOUT_S)

    # Who comes now finds new ones, at the addresses of old pages too.
    carol = await open_page(app, 900, 900)
    for number in (0, 1):
        await Chart(carol.page, number).shows(begins_at(before))
    carol.errors.clear()


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
