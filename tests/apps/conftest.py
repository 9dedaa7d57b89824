"""App frameworks as they are installed, started as their users start them, and looked at in a real Chromium.

Left out where they are not installed: ``nox -s tests_apps`` runs these tests.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

import pytest
import pytest_asyncio

from tests.apps.starting import EXAMPLES, START_TIMEOUT_S, end_app, start_app
from tests.browser.conftest import browser, open_page
from tests.programs import wait_for_answer
from tests.support import free_port

__all__ = ["browser", "open_page"]

collect_ignore_glob = [] if os.environ.get("WITH_APPS") == "1" else ["test_*.py"]

PROGRAMS = Path(__file__).parent / "programs"


class Start(Protocol):
    """Starts an app."""

    async def __call__(self, command: list[str], **environment: str) -> str:
        """Start it with what comes after ``python``, in which ``{port}`` is a free port; return its address."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have the tests of this folder share a loop, and the browser on it."""
    for item in items:
        if "tests/apps/" in item.path.as_posix():
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(loop_scope="session")
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts apps in a copy of the examples, which end with the test."""
    processes: list[subprocess.Popen[bytes]] = []
    log = tmp_path / "log.txt"

    def logged() -> str:
        return log.read_text(errors="replace") if log.exists() else ""

    async def run(command: list[str], **environment: str) -> str:
        port = free_port()
        with log.open("wb") as output:
            process = start_app(command, port, tmp_path, output, sources=(EXAMPLES, PROGRAMS), **environment)
        processes.append(process)
        address = f"http://localhost:{port}/"
        await asyncio.to_thread(wait_for_answer, address, process, logged, START_TIMEOUT_S)
        return address

    yield run
    for process in processes:
        await asyncio.to_thread(end_app, process)
    print(logged()[-4000:])
