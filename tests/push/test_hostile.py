"""Each attack of the list gets what the list says, and the documentation has the same list."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.push.hostile import HOSTILE, Hostile, Target, bad_utf8, table

SECURITY = Path(__file__).parents[2] / "docs" / "explain" / "security.md"


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with Target() as target:
        yield target


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.what)
async def test_an_attack_gets_what_the_list_says(target: Target, hostile: Hostile) -> None:
    assert await hostile.attack(target) == hostile.gets


async def test_text_that_is_no_utf8_fills_no_log(target: Target, caplog: pytest.LogCaptureFixture) -> None:
    # The library keeps its records from the root logger.
    uvicorn = logging.getLogger("uvicorn.error")
    uvicorn.addHandler(caplog.handler)
    try:
        with caplog.at_level(logging.INFO, "rendercanvas_rfb"):
            await bad_utf8(target)
    finally:
        uvicorn.removeHandler(caplog.handler)
    said = [record for record in caplog.records if record.exc_info is not None or "UTF-8" in record.getMessage()]
    # One line at most: older libraries say nothing.
    assert [record.getMessage() for record in said] in ([], ["text that is no UTF-8 ended a viewer's connection"])
    assert not any(record.exc_info for record in said)


def test_the_documentation_has_the_list() -> None:
    assert table([(hostile.what, hostile.gets) for hostile in HOSTILE]) in SECURITY.read_text(encoding="utf-8")
