"""The page on the architecture says where everything is."""

from __future__ import annotations

import re
from pathlib import Path

import rendercanvas_rfb

PAGE = Path(__file__).parents[2] / "docs" / "explain" / "architecture.md"


def modules() -> set[str]:
    """Every module and package directly in the package, but for those with an underscore in front."""
    folder = Path(rendercanvas_rfb.__file__).parent
    files = {path.stem for path in folder.glob("[!_]*.py")}
    return files | {path.parent.name for path in folder.glob("[!_]*/__init__.py")}


def test_its_table_names_every_module_once() -> None:
    rows = [row for row in PAGE.read_text().splitlines() if row.startswith("|")]
    assert sorted(re.findall(r"`(\w+)`", "\n".join(rows))) == sorted(modules())
