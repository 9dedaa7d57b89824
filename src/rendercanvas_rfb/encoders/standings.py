"""What is known of the encoders on this machine: what was tried, what failed, and when that may be tried again.

There is one of these for the process (`STANDINGS`), since a driver that dies, or has no more sessions, is gone for all
displays. All methods may be called from any thread.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from ..protocol.formats import Tier
from .base import EncoderBackend
from .selection import READY, Standing, State
from .trial import Outcome, Trial, try_in_child, try_tier

__all__ = [
    "MAX_STRIKES",
    "RETRY_S",
    "STANDINGS",
    "Failure",
    "Standings",
    "standing_after",
    "standing_before",
    "try_all",
]

logger = logging.getLogger("rendercanvas_rfb")

RETRY_S = 10.0
"""Seconds after which an encoder that failed once is thought of again: longer than a driver takes to come back from a
reset, and than another program takes to start and leave a session."""

RETRY_FACTOR = 4.0
"""What that is multiplied by for each further failure: 10 s, 40 s, 160 s."""

MAX_STRIKES = 4
"""Failures after which it is left alone until the program asks for other options: each may cost viewers a keyframe."""

FORGIVEN_AFTER_S = 3600.0
"""Seconds without a failure after which the earlier ones no longer count."""

REFUSED_RETRY_S = 600.0
"""Seconds after which an encoder in hardware that did not pass its trial is tried again, `MAX_STRIKES` trials in all:
some drivers answer "no session is left" as they answer what they will never do (NVENC with "incompatible client key"),
and somebody may close the program that has the sessions."""

Tryer = Callable[[EncoderBackend], Mapping[Tier, Trial]]


class Failure(Enum):
    """How an encoder failed while it was in use. The values are those of a label in the metrics."""

    ERROR = "error"
    """It raised."""
    BUSY = "busy"
    """It had no session or memory."""
    NO_OUTPUT = "no_output"
    """It did not come back."""


@dataclass(slots=True)
class _Record:
    trial: Trial | None = None
    tried_at: float = float("-inf")
    failure: Failure | None = None
    failed_at: float = float("-inf")
    detail: str = ""
    strikes: int = 0
    refusals: int = 0

    def out_until(self) -> float:
        """When it may be thought of again."""
        if self.failure is None:
            return float("-inf")
        if self.strikes >= MAX_STRIKES:
            return float("inf")
        return self.failed_at + RETRY_S * RETRY_FACTOR ** (self.strikes - 1)

    def waits_until(self) -> float:
        """When it may be tried again, or be thought of."""
        wait = float("-inf")
        if self.trial is not None and self.trial.outcome is Outcome.BUSY:
            wait = RETRY_S
        elif self.trial is not None and self.trial.outcome is Outcome.FAILED:
            wait = REFUSED_RETRY_S if self.refusals < MAX_STRIKES else float("inf")
        return max(self.out_until(), self.tried_at + wait)


def try_all(backend: EncoderBackend) -> Mapping[Tier, Trial]:
    """Try an encoder for all its tiers: in a process of its own where it is in hardware, else in this one."""
    if backend.hardware:
        return try_in_child(backend)
    return {tier: try_tier(backend, tier) for tier in backend.tiers}


def standing_before(backend: EncoderBackend) -> Standing:
    """What is known of an encoder of which nothing is missing, before it was tried."""
    return Standing(State.UNTRIED) if backend.hardware else READY


def standing_after(trial: Trial) -> Standing:
    """What is known of an encoder that was tried."""
    match trial.outcome:
        case Outcome.PASSED:
            return Standing(State.READY, delay=trial.delay)
        case Outcome.BUSY:
            return Standing(State.BUSY, f"{trial.detail}; tried again later")
        case Outcome.FAILED:
            return Standing(State.REFUSED, trial.detail)


class Standings:
    """What is known of encoders.

    Args:
        clock: Seconds of a monotonic clock.
        tryer: Tries an encoder.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, tryer: Tryer = try_all) -> None:
        self._clock = clock
        self._try = tryer
        # Below: shared between threads, guarded by this lock.
        self._lock = threading.Lock()
        self._records: dict[tuple[str, Tier], _Record] = {}
        self._failures: Counter[tuple[str, Failure]] = Counter()
        self._revision = 0
        self._trying: threading.Thread | None = None

    def of(self, backends: Iterable[EncoderBackend]) -> dict[tuple[str, Tier], Standing]:
        """What is known of these, by name and tier, for `selection.choose`."""
        looked_at = [(backend, backend.missing()) for backend in backends]
        with self._lock:
            return {
                (backend.name, tier): self._standing(backend, tier, missing)
                for backend, missing in looked_at
                for tier in backend.tiers
            }

    def trial(self, name: str, tier: Tier) -> Trial | None:
        """The last trial."""
        with self._lock:
            record = self._records.get((name, tier))
            return None if record is None else record.trial

    def stamp(self) -> tuple[int, int]:
        """Changes whenever a `Standing` does, and whenever a trial becomes due."""
        now = self._clock()
        with self._lock:
            return self._revision, sum(record.waits_until() > now for record in self._records.values())

    def failures(self) -> dict[tuple[str, str], int]:
        """How often an encoder failed while it was in use, by its name and the kind of failure."""
        with self._lock:
            return {(name, failure.value): count for (name, failure), count in self._failures.items()}

    def failed(self, name: str, tier: Tier, failure: Failure, detail: str) -> None:
        """It failed while it was in use, or when it was to be."""
        now = self._clock()
        with self._lock:
            self._revision += 1
            self._failures[name, failure] += 1
            record = self._records.setdefault((name, tier), _Record())
            record.strikes = 1 if now - record.failed_at > FORGIVEN_AFTER_S else record.strikes + 1
            record.failure, record.failed_at, record.detail = failure, now, detail
            left = record.strikes >= MAX_STRIKES
        again = "it is left alone from here on" if left else "it is tried again later"
        logger.warning("encoder %s failed to make %s: %s; %s", name, tier, detail, again)

    def forgive(self, names: Collection[str]) -> None:
        """Think of these again at once, as of encoders that never failed; those in hardware are tried first."""
        with self._lock:
            self._revision += 1
            for (name, _), record in self._records.items():
                if name in names and record.failure is not None:
                    record.failure, record.strikes, record.trial = None, 0, None

    def forget(self, name: str) -> None:
        """Another encoder has this name from here on."""
        with self._lock:
            self._revision += 1
            self._records = {key: record for key, record in self._records.items() if key[0] != name}

    def try_now(self, backends: Iterable[EncoderBackend]) -> None:
        """Try these, where that is due. Returns when it is done."""
        for backend in backends:
            if self._due(backend):
                self._note(backend, self._try(backend))

    def try_soon(self, backends: Iterable[EncoderBackend]) -> None:
        """Have those of these tried where that is due, on a thread of its own. Returns at once.

        There is no such thread where there is nothing to try.
        """
        due = [backend for backend in backends if self._due(backend)]
        if not due:
            return
        with self._lock:
            if self._trying is not None and self._trying.is_alive():
                return
            self._trying = threading.Thread(target=self.try_now, args=(due,), name="rfb-try-encoders", daemon=True)
            self._trying.start()

    def _due(self, backend: EncoderBackend) -> bool:
        """Whether a tier of it is worth a trial now."""
        if not backend.hardware or (missing := backend.missing()) is not None:
            return False
        now = self._clock()
        with self._lock:
            records = [self._records.setdefault((backend.name, tier), _Record()) for tier in backend.tiers]
            states = [self._standing(backend, tier, missing).state for tier in backend.tiers]
        return any(
            state is State.UNTRIED or (state in (State.BUSY, State.REFUSED) and now >= record.waits_until())
            for record, state in zip(records, states, strict=True)
        )

    def _note(self, backend: EncoderBackend, trials: Mapping[Tier, Trial]) -> None:
        now = self._clock()
        with self._lock:
            self._revision += 1
            for tier, trial in trials.items():
                record = self._records.setdefault((backend.name, tier), _Record())
                record.trial, record.tried_at = trial, now
                record.refusals = record.refusals + 1 if trial.outcome is Outcome.FAILED else 0
        for tier, trial in trials.items():
            logger.info("encoder %s tried for %s: %s %s", backend.name, tier, trial.outcome.value, trial.detail)

    def _standing(self, backend: EncoderBackend, tier: Tier, missing: str | None) -> Standing:
        if missing is not None:
            return Standing(State.MISSING, missing)
        record = self._records.get((backend.name, tier))
        if record is None:
            return standing_before(backend)
        if record.failure is not None and self._clock() < record.out_until():
            later = "" if record.strikes >= MAX_STRIKES else "; tried again later"
            return Standing(State.BUSY if record.failure is Failure.BUSY else State.BROKEN, f"{record.detail}{later}")
        # What failed since its last trial has to prove itself again, where that can be done safely.
        trial = record.trial if record.failed_at < record.tried_at else None
        return standing_before(backend) if trial is None else standing_after(trial)


STANDINGS = Standings()
"""What this process knows."""
