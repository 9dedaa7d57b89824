"""Real notebooks in a real browser.

Left out where there need not be Jupyter and marimo: ``nox -s tests_notebook`` brings them.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.conftest import browser

__all__ = ["browser"]

collect_ignore_glob = [] if os.environ.get("WITH_NOTEBOOK") == "1" else ["test_*.py"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have the tests of this folder share a loop."""
    for item in items:
        if "tests/notebook/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A Jupyter server."""
    from tests.notebook.jupyter import JupyterServer

    server = JupyterServer(tmp_path_factory.mktemp("jupyter"))
    server.wait()
    yield server
    server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def open_notebook(browser: Browser, jupyter: Any, request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    """Opens notebooks in tabs; none may have had an error."""
    from tests.notebook.base import TIMEOUT_S
    from tests.notebook.jupyter import Notebook

    notebooks = []
    contexts = []

    async def open(name: str, app: str = "lab", **options: Any) -> Notebook:
        context = await browser.new_context(viewport={"width": 1200, "height": 1000})
        context.set_default_timeout(1000 * TIMEOUT_S)
        contexts.append(context)
        notebook = Notebook(await context.new_page(), jupyter, name)
        notebooks.append(notebook)
        await notebook.open(app, **options)
        return notebook

    yield open
    for context in contexts:
        await context.close()
    jupyter.end_kernels()
    assert [error for notebook in notebooks for error in notebook.errors] == []


@pytest.fixture(scope="session")
def examples() -> Path:
    """The notebooks of the documentation."""
    return Path(__file__).parents[2] / "examples" / "notebooks"
