from __future__ import annotations

import pytest

from rendercanvas_rfb.session.meter import ViewerMeter
from rendercanvas_rfb.session.quality import QualityController
from rendercanvas_rfb.session.window import INITIAL_CHUNKS, Window
from tests.unit.support import chunk


def test_rates_are_those_of_the_last_two_seconds_and_reading_them_changes_nothing() -> None:
    meter, window = ViewerMeter(10.0), Window()
    for sequence in range(20):
        meter.sent(chunk(sequence, size=218), 10.5)
    meter.shown(15, 10.5)
    for _ in range(2):
        numbers = meter.read(window, QualityController(0.0), 12.0)
        assert numbers["fps"] == pytest.approx(7.5)
        # 20 chunks of 32 + 218 bytes in two seconds.
        assert numbers["bitrate"] == pytest.approx(20_000)
    numbers = meter.read(window, QualityController(0.0), 13.0)
    assert (numbers["fps"], numbers["bitrate"]) == (0, 0)


def test_chunks_bytes_keyframes_and_drops_are_counted_from_the_start() -> None:
    meter = ViewerMeter(0.0)
    for sequence in range(4):
        meter.sent(chunk(sequence, keyframe=sequence % 2 == 0), 0.5)
    meter.dropped += 3
    for now in (1.0, 100.0):
        numbers = meter.read(Window(), QualityController(0.0), now)
        counted = [numbers[name] for name in ("keyframes", "dropped", "sent", "bytes")]
        assert counted == [2, 3, 4, 4 * 132]


def test_delays_are_in_milliseconds_and_the_window_is_shown_as_it_is() -> None:
    meter, window = ViewerMeter(0.0), Window()
    assert meter.read(window, QualityController(0.0), 1.0)["round_trip_ms"] == 0.0
    meter.sent(chunk(1), 1.0)
    window.sent(1, 100, 1.0)
    window.acknowledged(1, 1.25)
    window.sent(2, 100, 1.5)
    numbers = meter.read(window, QualityController(0.0), 2.0)
    assert numbers["round_trip_ms"] == pytest.approx(250)
    assert numbers["encode_ms"] == pytest.approx(1)
    assert (numbers["window"], numbers["in_flight"]) == (INITIAL_CHUNKS, 1)


def test_a_reading_at_once_does_not_divide_by_zero() -> None:
    meter = ViewerMeter(1.0)
    meter.shown(1, 1.0)
    assert 0 < meter.read(Window(), QualityController(0.0), 1.0)["fps"] <= 10
