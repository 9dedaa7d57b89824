"""What a process holds, by what Linux says of it in ``/proc``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Held", "held_by"]


@dataclass(frozen=True)
class Held:
    """What a process holds: resident memory in MB, threads and file descriptors."""

    memory_mb: float
    threads: int
    descriptors: int

    def __str__(self) -> str:
        return f"{self.memory_mb:.1f} MB, {self.threads} threads, {self.descriptors} descriptors"


def held_by(process: int) -> Held:
    """What the process with this number holds now."""
    folder = Path(f"/proc/{process}")
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
    memory_mb = int(status["VmRSS"].split()[0]) / 1024
    return Held(memory_mb, int(status["Threads"]), len(list((folder / "fd").iterdir())))
