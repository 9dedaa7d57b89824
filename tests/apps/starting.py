"""Apps as their users start them, in processes of their own, and ended with all that they start. POSIX only."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

__all__ = ["EXAMPLES", "START_TIMEOUT_S", "end_app", "start_app"]

EXAMPLES = Path(__file__).parents[2] / "examples" / "apps"

START_TIMEOUT_S = 180.0
"""Longest wait for an app to answer: some compile much, and Reflex installs packages of npm before."""

END_TIMEOUT_S = 10.0
"""Longest wait for an app to end by itself."""


def start_app(
    words: Sequence[str],
    port: int,
    folder: Path,
    output: IO[bytes] | int,
    *,
    sources: Iterable[Path] = (EXAMPLES,),
    **environment: str,
) -> subprocess.Popen[bytes]:
    """Start an app.

    Args:
        words: What comes after ``python``; ``{port}`` in them is the port.
        port: Where it shall listen.
        folder: For a copy of the sources, in which it runs, for some write into their folder; and for what else it
            keeps.
        output: Where its output goes.
        sources: Folders with programs.
        **environment: Variables beside those of this process.
    """
    for source in sources:
        shutil.copytree(source, folder / "apps", ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    return subprocess.Popen(
        [sys.executable, *(word.format(port=port) for word in words)],
        cwd=folder / "apps",
        env={**_environment(folder), **environment},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def end_app(process: subprocess.Popen[bytes]) -> None:
    """End an app, and what it started: Reflex leaves its development server behind otherwise."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(END_TIMEOUT_S)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _environment(folder: Path) -> dict[str, str]:
    # NiceGUI behaves otherwise where that is there.
    ours = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    # Node.js may be in the environment of Python.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    # Reflex would load bun from its maker's site, not from a registry; and it keeps things outside of its project.
    return {**ours, "PATH": path, "REFLEX_USE_NPM": "1", "REFLEX_DIR": str(folder / "reflex")}
