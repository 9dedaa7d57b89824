"""Ten thousand schedules without a violation, and the planted defects found within as many."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests.model.check import replay
from tests.model.defects import DEFECTS
from tests.model.node import build_client
from tests.model.run import NORMAL_COUNT, describe, find_defect, run, workplace
from tests.model.schedule import draw

FIRST_SEED = 1
JOBS = min(os.cpu_count() or 1, 8)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_client(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Processes of their own: the model changes what modules find in theirs."""
    with ProcessPoolExecutor(JOBS, multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.mark.slow
def test_no_schedule_breaks_a_promise(client: Path, pool: ProcessPoolExecutor, capsys: pytest.CaptureFixture) -> None:
    checked, findings = 0, []
    for count, found in run(pool, client, FIRST_SEED, NORMAL_COUNT):
        checked += count
        findings += found
    with capsys.disabled():
        print(f" {checked} schedules, {len(findings)} violations ", end="")
    assert checked == NORMAL_COUNT
    assert not findings, pool.submit(describe, client, findings[0]).result()


@pytest.mark.slow
def test_every_planted_defect_is_found(client: Path, pool: ProcessPoolExecutor, capsys: pytest.CaptureFixture) -> None:
    searches = {name: pool.submit(find_defect, client, name, FIRST_SEED, NORMAL_COUNT) for name in DEFECTS}
    found = {name: search.result() for name, search in searches.items()}
    with capsys.disabled():
        for name, result in found.items():
            print(f"\n  {name}: " + ("NOT FOUND" if result is None else f"schedule {result[0]}: {result[1]}"), end="")
        print(" ", end="")
    assert [name for name, result in found.items() if result is None] == []


def test_the_same_seed_is_the_same_schedule_with_the_same_end(client: Path, pool: ProcessPoolExecutor) -> None:
    traces = [pool.submit(trace_of, client, 7) for _ in range(2)]
    first, second = (trace.result() for trace in traces)
    assert first == second
    assert len(first) > 20


def test_a_finding_says_how_to_see_it_again_and_what_happens(client: Path, pool: ProcessPoolExecutor) -> None:
    text = pool.submit(describe_defect, client, "held-for-ever").result()
    assert "python -m tests.model.run --replay" in text
    assert "--defect held-for-ever" in text
    assert "VIOLATION" in text


def trace_of(client: Path, seed: int) -> list[str]:
    """What happens in the schedule of a seed."""
    with workplace(client) as process:
        finding = replay(process, draw(seed))
    return list(finding.trace)


def describe_defect(client: Path, defect: str) -> str:
    """The first finding of a planted defect, in words."""
    with workplace(client, defect) as process:
        findings = (replay(process, draw(seed)) for seed in range(FIRST_SEED, FIRST_SEED + NORMAL_COUNT))
        finding = next(finding for finding in findings if finding.violation != "nothing")
    return describe(client, finding, defect)
