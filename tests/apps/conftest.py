"""App frameworks as they are installed, started as their users start them, and looked at in a real Chromium.

Left out where they are not installed: ``nox -s tests_apps`` runs these tests.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol
from urllib.request import ProxyHandler, build_opener

import pytest
import pytest_asyncio

from tests.browser.conftest import browser, open_page
from tests.support import free_port, until

__all__ = ["browser", "open_page"]

collect_ignore_glob = [] if os.environ.get("WITH_APPS") == "1" else ["test_*.py"]

EXAMPLES = Path(__file__).parents[2] / "examples" / "apps"
PROGRAMS = Path(__file__).parent / "programs"

START_TIMEOUT_S = 180.0
"""Longest wait for an app to answer: some compile much, and Reflex installs packages of npm before."""

END_TIMEOUT_S = 10.0
"""Longest wait for an app to end by itself."""


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
    processes: list[Process] = []
    log = tmp_path / "log.txt"

    async def run(command: list[str], **environment: str) -> str:
        port = free_port()
        # A copy, for some of them write into their folder.
        folder = tmp_path / "apps"
        for source in (EXAMPLES, PROGRAMS):
            shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        words = [sys.executable, *(word.format(port=port) for word in command)]
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *words,
                cwd=folder,
                env={**_environment(tmp_path), **environment},
                stdin=DEVNULL,
                stdout=output,
                stderr=STDOUT,
                start_new_session=True,
            )
        processes.append(process)
        address = f"http://localhost:{port}/"
        await wait_for(address, process, log)
        return address

    yield run
    for process in processes:
        await end(process)
    print(log.read_text(errors="replace")[-4000:] if log.exists() else "")


async def end(process: Process) -> None:
    """End an app, and what it started: Reflex leaves its development server behind otherwise."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), END_TIMEOUT_S)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _environment(tmp_path: Path) -> dict[str, str]:
    # Reflex would load bun from its maker's site, not from a registry; and it keeps things outside of its project.
    reflex = {"REFLEX_USE_NPM": "1", "REFLEX_DIR": str(tmp_path / "reflex")}
    # NiceGUI behaves otherwise where that is there.
    return {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"} | reflex


async def wait_for(address: str, process: Process, log: Path) -> None:
    """Wait until the app answers."""
    opener = build_opener(ProxyHandler({}))

    def answers() -> bool:
        assert process.returncode is None, f"the app has ended:\n{log.read_text(errors='replace')}"
        with suppress(OSError):
            opener.open(address, timeout=5).close()
            return True
        return False

    await until(
        lambda: asyncio.to_thread(answers),
        "an answer of the app",
        START_TIMEOUT_S,
        pause_s=0.2,
        detail=lambda: log.read_text(errors="replace"),
    )
