"""Canvases on the loop that runs the test, served by one server for all tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.canvases import MakeCanvas, Painter


@pytest.fixture
async def make_canvas() -> AsyncIterator[MakeCanvas]:
    """Makes canvases that are closed when the test ends."""
    make = MakeCanvas()
    yield make
    await make.finish()


@pytest.fixture
def painter() -> type[Painter]:
    """Makes a canvas draw one colour through its bitmap context, and counts the draws."""
    return Painter
