"""The npm package, installed from its tarball into an app.

Left out where there need not be a network to install it from: ``nox -s tests_npm`` runs these tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.browser.conftest import browser, open_page

__all__ = ["browser", "open_page"]

collect_ignore_glob = [] if os.environ.get("WITH_NPM") == "1" else ["test_*.py"]

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "web-client"
APP = Path(__file__).parent / "app"
INSTALL_TIMEOUT_S = 300
"""Longest wait for a command: it may have to download packages."""


def run(folder: Path, *command: str, **environment: str) -> str:
    """Run a command to its end; return what it prints to stdout."""
    result = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=INSTALL_TIMEOUT_S,
        check=False,
    )
    assert result.returncode == 0, f"{' '.join(command)} failed:\n{result.stdout}\n{result.stderr}"
    return result.stdout


@pytest.fixture(scope="session")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What would be published."""
    folder = tmp_path_factory.mktemp("tarball")
    run(CLIENT, "npm", "run", "build:npm")
    run(CLIENT / "dist" / "npm", "npm", "pack", "--pack-destination", str(folder))
    (tarball,) = folder.iterdir()
    return tarball


@pytest.fixture(scope="session")
def app(tarball: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh app with its locked packages and the tarball."""
    folder = tmp_path_factory.mktemp("npm") / "app"
    shutil.copytree(APP, folder, ignore=shutil.ignore_patterns("node_modules", "dist"))
    run(folder, "npm", "ci")
    run(folder, "npm", "install", "--no-save", "--no-package-lock", str(tarball))
    return folder


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and logs nothing."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="session", params=["production", "development"])
def site(app: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Origin of the built app. In development, React's strict mode mounts everything twice."""
    folder = app / f"dist-{request.param}"
    run(app, "npx", "vite", "build", "--mode", request.param, "--outDir", str(folder), NODE_ENV=request.param)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
