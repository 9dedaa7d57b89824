"""Each attack of the list gets what the list says, and the documentation has the same list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.push.hostile import HOSTILE, Hostile, Target, table

SECURITY = Path(__file__).parents[2] / "docs" / "explain" / "security.md"


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with Target() as target:
        yield target


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.what)
async def test_an_attack_gets_what_the_list_says(target: Target, hostile: Hostile) -> None:
    assert await hostile.attack(target) == hostile.gets


def test_the_documentation_has_the_list() -> None:
    assert table([(hostile.what, hostile.gets) for hostile in HOSTILE]) in SECURITY.read_text(encoding="utf-8")
