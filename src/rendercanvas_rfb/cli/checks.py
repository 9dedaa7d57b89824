"""What `doctor` looks at, and what it finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Check", "Finding", "Status"]


class Status(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    """Something is missing that not everybody needs."""
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check has found out.

    Attributes:
        name: What was looked at.
        status: How it ended.
        detail: What was found.
        advice: What to do about it; empty where there is nothing to do.
    """

    name: str
    status: Status
    detail: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """Something to look at.

    Attributes:
        name: What.
        look: Returns status, detail and advice; what it raises is a problem.
    """

    name: str
    look: Callable[[], tuple[Status, str, str]]

    def run(self) -> Finding:
        """Look."""
        try:
            return Finding(self.name, *self.look())
        except Exception as error:  # noqa: BLE001 - a check looks at foreign code; the others shall run too
            return Finding(self.name, Status.PROBLEM, f"{type(error).__name__}: {error}")
