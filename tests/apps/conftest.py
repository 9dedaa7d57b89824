"""App frameworks as they are installed, started as their users start them, and looked at in a real Chromium.

Left out where they are not installed: ``nox -s tests_apps`` runs these tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest

from tests.browser.conftest import browser, open_page
from tests.support import free_port

__all__ = ["browser", "open_page"]

collect_ignore_glob = [] if os.environ.get("WITH_APPS") == "1" else ["test_*.py"]

EXAMPLES = Path(__file__).parents[2] / "examples" / "apps"
PROGRAMS = Path(__file__).parent / "programs"

START_TIMEOUT_S = 90.0
"""Longest wait for an app to answer: some compile or import much."""

Start = Callable[[list[str]], str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have the tests of this folder share a loop, and the browser on it."""
    for item in items:
        if "tests/apps/" in item.path.as_posix():
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts an app with a command, in which ``{port}`` is a free port; returns its address."""
    processes: list[subprocess.Popen[bytes]] = []
    log = tmp_path / "log.txt"

    def run(command: list[str]) -> str:
        port = free_port()
        # A copy, for some of them write into their folder.
        folder = tmp_path / "apps"
        for source in (EXAMPLES, PROGRAMS):
            shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        words = [sys.executable, *(word.format(port=port) for word in command)]
        with log.open("wb") as output:
            processes.append(
                subprocess.Popen(
                    words,
                    cwd=folder,
                    env=_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                )
            )
        address = f"http://localhost:{port}/"
        wait_for(address, processes[-1], log)
        return address

    yield run
    for process in processes:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    print(log.read_text(errors="replace")[-4000:] if log.exists() else "")


def _environment() -> dict[str, str]:
    # NiceGUI behaves otherwise where it is there.
    return {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the app answers."""
    opener = build_opener(ProxyHandler({}))
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        with suppress(URLError, OSError):
            opener.open(address, timeout=5).close()
            return
        assert process.poll() is None, f"the app has ended:\n{log.read_text(errors='replace')}"
        assert time.monotonic() < deadline, f"the app does not answer:\n{log.read_text(errors='replace')}"
        time.sleep(0.2)
