from __future__ import annotations

import pytest

from rendercanvas_rfb.session.keyframes import MIN_INTERVAL_S, KeyframeSchedule


def test_none_is_due_without_a_request() -> None:
    assert KeyframeSchedule().due_in(5.0) is None


def test_the_first_one_is_due_at_once() -> None:
    schedule = KeyframeSchedule()
    schedule.request()
    assert schedule.due_in(5.0) == 0.0


def test_requests_until_the_next_keyframe_count_once() -> None:
    schedule = KeyframeSchedule()
    schedule.request()
    schedule.request()
    schedule.made(5.0)
    assert schedule.due_in(5.0) is None


def test_the_next_one_is_due_when_the_interval_is_over() -> None:
    schedule = KeyframeSchedule()
    schedule.made(5.0)
    schedule.request()
    assert schedule.due_in(5.0) == pytest.approx(MIN_INTERVAL_S)
    assert schedule.due_in(5.0 + MIN_INTERVAL_S / 2) == pytest.approx(MIN_INTERVAL_S / 2)
    assert schedule.due_in(5.0 + MIN_INTERVAL_S) == 0.0
    assert schedule.due_in(60.0) == 0.0


def test_a_keyframe_that_nobody_asked_for_counts_for_the_interval_and_answers_requests() -> None:
    schedule = KeyframeSchedule()
    schedule.request()
    schedule.made(4.0)
    schedule.made(5.0)
    assert schedule.due_in(5.0) is None
    schedule.request()
    assert schedule.due_in(5.0) == pytest.approx(MIN_INTERVAL_S)
