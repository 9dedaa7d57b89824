from __future__ import annotations

import pytest

from rendercanvas_rfb.session.pace import Pace


def test_the_first_picture_is_due_at_once() -> None:
    assert Pace(10).due_in(5.0) == 0


def test_without_a_limit_every_picture_is_due_at_once() -> None:
    pace = Pace(None)
    for now in (1.0, 1.0, 1.001):
        assert pace.due_in(now) == 0
        pace.made(now)


def test_the_next_picture_is_due_an_interval_later() -> None:
    pace = Pace(4)
    pace.made(10.0)
    assert pace.due_in(10.0) == 0.25
    assert pace.due_in(10.2) == pytest.approx(0.05)
    assert pace.due_in(10.25) == pace.due_in(99.0) == 0


def test_a_late_picture_does_not_delay_those_that_follow() -> None:
    pace = Pace(10)
    made, now = 0, 0.0
    while now < 10.0:
        pace.made(now)
        made += 1
        now += pace.due_in(now) + 0.03
    assert made == pytest.approx(100, abs=2)


def test_a_pause_is_not_made_up_for() -> None:
    pace = Pace(10)
    pace.made(0.0)
    pace.made(5.0)
    assert pace.due_in(5.0) == pytest.approx(0.1)


def test_a_picture_before_its_time_puts_the_next_one_off() -> None:
    pace = Pace(1)
    pace.made(0.0)
    pace.made(0.5)
    assert pace.due_in(1.0) == 0.5
