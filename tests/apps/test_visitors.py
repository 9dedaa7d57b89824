"""Figures of one visitor, and figures at which nobody looks any more, in the frameworks."""

from __future__ import annotations

from pathlib import Path

import pytest
import pytest_asyncio

from tests.apps.conftest import Start
from tests.apps.looking import Chart, has_waves, left_of
from tests.apps.test_apps import APPS, begins_at, skip_without
from tests.browser.pages import Viewer
from tests.support import until

FRAMEWORKS = [name for name in APPS if name != "preswald"]
"""Those that know visitors, or views."""

CLOSING_TIMEOUT_S = 60.0
"""The program looks every five seconds for what has been idle for one; Streamlit keeps a session a little longer."""


@pytest_asyncio.fixture(loop_scope="session", params=FRAMEWORKS)
async def app(request: pytest.FixtureRequest, start: Start) -> str:
    """Address of an app with a figure that is shared, and below it one that is each visitor's own."""
    skip_without(request.param)
    command = program(request.param)
    if request.param == "reflex":
        # In production, where app and figures are of one origin, and no server starts anew when the folder changes.
        return await start([*command, "--env", "prod"], REFLEX_APP_MODULE_IMPORT="reflex_visitors")
    return await start(command)


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
    await leave(tmp_path, 3, alice, bob)

    # Who comes now finds new ones, at the addresses of old pages too.
    carol = await open_page(app, 900, 900)
    for number in (0, 1):
        await Chart(carol.page, number).shows(begins_at(before))
    carol.errors.clear()


async def test_preswald_has_figures_that_are_left_closed_and_made_again(start, open_page, tmp_path):
    skip_without("preswald")
    address = await start(program("preswald"))
    alice = await open_page(address, 900, 900)
    waves = Chart(alice.page, 0)
    before = left_of(await waves.shows(has_waves))
    await Chart(alice.page, 1).shows(has_waves)
    await waves.drag(120, 0)
    await waves.shows(begins_at(before + 120 / (await waves.pixels()).shape[1]))
    await leave(tmp_path, 2, alice)

    bob = await open_page(address, 900, 900)
    for number in (0, 1):
        await Chart(bob.page, number).shows(begins_at(before))
    bob.errors.clear()


def program(framework: str) -> list[str]:
    """What starts the app of `tests/apps/programs`."""
    return [word.replace("_app", "_visitors") for word in APPS[framework]]


async def leave(tmp_path: Path, figures: int, *visitors: Viewer) -> None:
    """Close the pages of all visitors, and wait until that many figures were closed for it."""
    closed = tmp_path / "apps" / "closed"
    already = _length(closed)
    for visitor in visitors:
        # Browsers ask for an icon, which the programs have not got; what else frameworks log is theirs.
        visitor.errors.clear()
        await visitor.page.close()
    await until(lambda: _length(closed) >= already + figures, "the figures to be closed", CLOSING_TIMEOUT_S)


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
