"""A flood of bad connections fills no log."""

from __future__ import annotations

import asyncio
import logging

import pytest

from rendercanvas_rfb import log_limit
from rendercanvas_rfb.log_limit import LINES, PERIOD_S, LogLimit
from rendercanvas_rfb.testing import ManualClock
from tests.support import until

logger = logging.getLogger("rendercanvas_rfb")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def limit(clock: ManualClock, caplog: pytest.LogCaptureFixture) -> LogLimit:
    caplog.set_level(logging.INFO, "rendercanvas_rfb")
    return LogLimit(logger, logging.INFO, "bad messages", clock)


def flood(limit: LogLimit, count: int) -> None:
    for number in range(count):
        if limit.allows():
            logger.info("viewer v%d: bad", number)


def test_the_first_lines_of_a_period_are_written(limit, caplog):
    flood(limit, LINES + 3)
    assert caplog.messages == [f"viewer v{number}: bad" for number in range(LINES)]


def test_the_next_period_begins_with_how_many_were_left_out(limit, clock, caplog):
    flood(limit, LINES + 3)
    caplog.clear()
    clock.advance(PERIOD_S)
    flood(limit, 1)
    assert caplog.messages == ["3 more lines in 60 s were left out: bad messages", "viewer v0: bad"]
    assert {record.levelno for record in caplog.records} == {logging.INFO}


def test_nothing_is_said_of_nothing_left_out(limit, clock, caplog):
    for _ in range(3):
        flood(limit, LINES)
        clock.advance(PERIOD_S)
    assert len(caplog.messages) == 3 * LINES


def test_a_period_begins_with_its_first_line(limit, clock, caplog):
    clock.advance(10 * PERIOD_S)
    flood(limit, LINES)
    clock.advance(PERIOD_S - 1)
    flood(limit, 1)
    assert len(caplog.messages) == LINES


def test_kinds_do_not_count_for_each_other(limit, clock, caplog):
    other = LogLimit(logger, logging.WARNING, "others", clock)
    flood(limit, 2 * LINES)
    flood(other, 2 * LINES)
    assert len(caplog.messages) == 2 * LINES


def test_what_is_not_logged_is_not_counted(limit, clock, caplog):
    caplog.set_level(logging.WARNING, "rendercanvas_rfb")
    flood(limit, 2 * LINES)
    caplog.set_level(logging.INFO, "rendercanvas_rfb")
    flood(limit, 1)
    assert caplog.messages == ["viewer v0: bad"]


async def test_the_end_of_a_period_says_how_many_were_left_out(monkeypatch, caplog):
    monkeypatch.setattr(log_limit, "PERIOD_S", 0.05)
    caplog.set_level(logging.INFO, "rendercanvas_rfb")
    limit = LogLimit(logger, logging.INFO, "bad messages", asyncio.get_running_loop().time)
    flood(limit, LINES + 2)
    await until(lambda: len(caplog.messages) > LINES, "the line of what was left out")
    assert caplog.messages[LINES:] == ["2 more lines in 0.05 s were left out: bad messages"]
    flood(limit, 1)
    assert caplog.messages[LINES + 1 :] == ["viewer v0: bad"]


def test_an_end_that_comes_late_ends_no_other_period(limit, clock, monkeypatch, caplog):
    ends = []
    monkeypatch.setattr(log_limit, "_call_later", lambda _seconds, end: ends.append(end))
    flood(limit, LINES + 1)
    clock.advance(PERIOD_S)
    flood(limit, LINES)
    ends.pop()()
    caplog.clear()
    flood(limit, 1)
    assert caplog.messages == []
