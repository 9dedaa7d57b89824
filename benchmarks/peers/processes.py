"""Servers, viewers and links as processes, and what the operating system says of them (Linux)."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from viewers import Log

HERE = Path(__file__).resolve().parent
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
STOP_S = 20


class Program:
    """A script of this folder that runs until its standard input ends."""

    def __init__(self, script: str, *arguments: object) -> None:
        command = [sys.executable, "-W", "ignore", str(HERE / script), *map(str, arguments)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            _, errors = self.process.communicate(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            _, errors = self.process.communicate()
        if error is None and self.process.returncode != 0:
            raise RuntimeError(f"{self.process.args[3]} has failed: {errors[-2000:]}")

    def line(self) -> str:
        """The next line that it prints.

        Raises:
            RuntimeError: It has ended instead.
        """
        assert self.process.stdout is not None
        if text := self.process.stdout.readline().strip():
            return text
        _, errors = self.process.communicate(timeout=STOP_S)
        raise RuntimeError(f"{self.process.args[3]} has failed: {errors[-2000:]}")

    def tell(self, line: str) -> None:
        """Give it a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()


class ServerProgram(Program):
    """One system."""

    def __init__(self, system: str, frames: Path) -> None:
        super().__init__("servers.py", system, frames)
        self.url = self.line()

    def cpu_s(self) -> float:
        """User and system time of all its threads so far; the clock counts hundredths."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S

    def resident_bytes(self) -> int:
        """Its resident set."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


class ViewersProgram(Program):
    """Viewers of one system; inside ``with`` all of them are connected."""

    def __init__(self, system: str, url: str, count: int = 1) -> None:
        self._file = Path(tempfile.mkstemp(suffix=".pickle")[1])
        super().__init__("viewers.py", system, url, count, self._file)
        for _ in range(count):
            self.line()

    def finish(self) -> list[Log]:
        """Stop them, and return what they have noted."""
        self.__exit__(None, None, None)
        logs: list[Log] = pickle.loads(self._file.read_bytes())
        self._file.unlink()
        return logs


class LinkProgram(Program):
    """A bad network in front of a server; ``url`` is the server's address through it."""

    def __init__(self, url: str, round_trip_s: float, bytes_per_s: float | None) -> None:
        scheme, rest = url.split("://", 1)
        address, slash, path = rest.partition("/")
        super().__init__("links.py", *address.split(":"), round_trip_s, bytes_per_s or 0)
        self.url = f"{scheme}://127.0.0.1:{self.line()}{slash}{path}"
