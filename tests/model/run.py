"""Check many schedules: ``python -m tests.model.run [COUNT] [--seed FIRST]``; one by steps: ``--replay SEED``."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from .check import Finding, check, modelled, replay
from .defects import DEFECTS, planted
from .node import ClientProcess, build_client
from .schedule import Schedule, draw

__all__ = ["NORMAL_COUNT", "describe", "find_defect", "run"]

NORMAL_COUNT = 10_000
"""Schedules of the normal test run."""

_DIGITS = re.compile(r"\d+")

CHUNK = 250
"""Schedules that a process is given at a time."""


@contextmanager
def workplace(client: Path, defect: str | None = None) -> Iterator[ClientProcess]:
    """All that schedules need in this process."""
    with ClientProcess(client, defect) as process, modelled(), planted(defect):
        yield process


def run(pool: ProcessPoolExecutor, client: Path, first: int, count: int) -> Iterator[tuple[int, list[Finding]]]:
    """Check the schedules of ``count`` seeds.

    Yields, whenever some are done, how many, and what was found among them.
    """
    starts = range(first, first + count, CHUNK)
    chunks = [pool.submit(_check_chunk, client, at, min(CHUNK, first + count - at)) for at in starts]
    for chunk in as_completed(chunks):
        yield chunk.result()


def find_defect(client: Path, defect: str, first: int, count: int) -> tuple[int, str] | None:
    """How many schedules it takes to find a planted defect, and what is found; None where none of them does."""
    with workplace(client, defect) as process:
        for number, finding in enumerate(check(process, map(draw, range(first, first + count))), 1):
            if finding is not None:
                return number, finding.violation
    return None


def describe(client: Path, finding: Finding, defect: str | None = None) -> str:
    """A finding in words: how to see it again, and what happens, with as few steps as it takes."""
    seed = finding.schedule.seed
    option = "" if defect is None else f" --defect {defect}"
    with workplace(client, defect) as process:
        shortest = _shrink(process, finding.schedule, finding.violation)
        trace = replay(process, shortest).trace
    lines = [
        f"seed {seed}: {finding.violation}",
        f"again: python -m tests.model.run --replay {seed}{option}",
        f"the {len(shortest.steps)} steps of {len(finding.schedule.steps)} that it takes:",
        *(f"  {step}" for step in shortest.steps),
        "what happens then:",
        *(f"  {line}" for line in trace),
    ]
    return "\n".join(lines)


def _shrink(process: ClientProcess, schedule: Schedule, violation: str) -> Schedule:
    """Leave out steps as long as the same goes wrong, but for its numbers."""
    for step in reversed(schedule.steps):
        shorter = replace(schedule, steps=tuple(other for other in schedule.steps if other is not step))
        found = next(check(process, [shorter])) if shorter.steps else None
        if found is not None and _DIGITS.sub("", found.violation) == _DIGITS.sub("", violation):
            schedule = shorter
    return schedule


def _check_chunk(client: Path, first: int, count: int) -> tuple[int, list[Finding]]:
    with workplace(client) as process:
        findings = list(check(process, map(draw, range(first, first + count))))
    return count, [finding for finding in findings if finding is not None]


def main() -> int:
    """Run from the command line; returns the status of the process."""
    parser = argparse.ArgumentParser(prog="python -m tests.model.run", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=NORMAL_COUNT, help="schedules (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="FIRST", help="seed of the first one (%(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (%(default)s)")
    parser.add_argument("--replay", type=int, metavar="SEED", help="run this one only, and tell what happens")
    parser.add_argument("--defect", choices=sorted(DEFECTS), help="plant a defect, and see how soon it is found")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        client = build_client(Path(folder))
        if options.replay is not None:
            return _replay(client, options.replay, options.defect)
        if options.defect is not None:
            print(find_defect(client, options.defect, options.seed, options.count))
            return 0
        return _check_all(client, options.seed, options.count, options.jobs)


def _replay(client: Path, seed: int, defect: str | None) -> int:
    with workplace(client, defect) as process:
        finding = replay(process, draw(seed))
    print("\n".join([*map(str, finding.schedule.steps), "", *finding.trace]))
    return 0


def _check_all(client: Path, first: int, count: int, jobs: int) -> int:
    started, done, found = time.perf_counter(), 0, 0
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        for checked, findings in run(pool, client, first, count):
            done += checked
            for finding in findings:
                found += 1
                print(describe(client, finding), end="\n\n")
            rate = done / (time.perf_counter() - started)
            print(f"{done} of {count} schedules, {found} violations, {rate:.0f} schedules/s", flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
