from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendercanvas_rfb.session.window import (
    INITIAL_BYTES,
    INITIAL_CHUNKS,
    MAX_BYTES,
    MAX_CHUNKS,
    MIN_CHUNKS,
    QUEUE_S,
    Window,
)


class Link:
    """Sends chunks through a simulated link whenever the window has room, and brings back their acknowledgements.

    A chunk takes half of ``rtt`` to get to the bottleneck, waits there for those before it, takes ``service`` to pass
    it, and its acknowledgement takes the other half. All times in seconds.
    """

    def __init__(self, *, rtt: float, fps: float, service: float = 0.001) -> None:
        self.rtt = rtt
        self.service = service
        self.frame = 1 / fps
        self.window = Window()
        self.now = 0.0
        self.delays: list[tuple[float, float]] = []
        self._next_frame = 0.0
        self._sequence = 0
        self._free = 0.0
        self._acks: list[tuple[float, int, float]] = []

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            if self._acks and self._acks[0][0] <= self._next_frame:
                self.now, sequence, sent = heapq.heappop(self._acks)
                self.window.acknowledged(sequence, self.now)
                self.delays.append((self.now, self.now - sent))
            else:
                self.now = self._next_frame
                self._next_frame += self.frame
                if self.window.has_room:
                    self._send()
            assert self.window.in_flight <= max(self.window.size, self.max_before)
            self.max_before = max(self.window.size, self.window.in_flight)

    max_before = INITIAL_CHUNKS

    def _send(self) -> None:
        self._sequence += 1
        self.window.sent(self._sequence, 10_000, self.now)
        self._free = max(self.now + self.rtt / 2, self._free) + self.service
        heapq.heappush(self._acks, (self._free + self.rtt / 2, self._sequence, self.now))

    def last(self, seconds: float) -> list[float]:
        return [delay for time, delay in self.delays if time > self.now - seconds]


@pytest.mark.parametrize(("rtt", "fps"), [(0.001, 60), (0.1, 30), (0.2, 30), (0.3, 60), (0.5, 60)])
def test_every_frame_gets_through_a_long_link_that_has_the_bandwidth(rtt: float, fps: float) -> None:
    link = Link(rtt=rtt, fps=fps)
    link.run(30)
    assert len(link.last(5)) >= 5 * fps * 0.97


def test_a_link_of_100_ms_is_filled_at_30_frames_a_second_from_the_start() -> None:
    link = Link(rtt=0.1, fps=30)
    link.run(1.1)
    assert len(link.delays) >= 28


@pytest.mark.parametrize("service", [0.017, 0.02, 0.025, 0.04, 0.1, 0.3])
def test_a_slow_link_stays_busy_and_its_queue_short_for_minutes(service: float) -> None:
    link = Link(rtt=0.02, fps=60, service=service)
    link.run(180)
    recent = link.last(60)
    assert len(recent) >= 0.9 * 60 / service
    shortest = max(link.rtt + service, MIN_CHUNKS * service)
    assert sum(recent) / len(recent) < shortest + max(0.150, service)


def test_the_window_shrinks_when_a_link_gets_slow_and_grows_when_it_recovers() -> None:
    link = Link(rtt=0.2, fps=60)
    link.run(15)
    fast = link.window.size
    assert fast > link.rtt * 60
    link.service = 0.1
    link.run(15)
    assert link.window.size < fast / 2
    link.service = 0.001
    link.run(30)
    assert link.window.size > link.rtt * 60


def test_a_longer_route_is_not_taken_for_a_queue_for_ever() -> None:
    link = Link(rtt=0.05, fps=30)
    link.run(10)
    link.rtt = 0.3
    link.run(30)
    assert len(link.last(5)) >= 5 * 30 * 0.95


def test_a_window_that_is_not_the_limit_does_not_grow() -> None:
    link = Link(rtt=0.05, fps=10)
    link.run(30)
    assert link.window.size == INITIAL_CHUNKS


def test_size_stays_within_its_bounds() -> None:
    window, sequence = Window(), 0
    for delay in [0.5] * 500 + [5.0] * 50:
        now = float(sequence)
        first = sequence + 1
        while window.has_room:
            sequence += 1
            window.sent(sequence, 1, now)
        assert MIN_CHUNKS <= window.size <= MAX_CHUNKS
        for acknowledged in range(first, sequence + 1):
            window.acknowledged(acknowledged, now + delay)


def test_an_acknowledgement_frees_every_chunk_before_it_too() -> None:
    window = Window()
    for sequence in (3, 5, 9):
        window.sent(sequence, 1, 0.0)
    assert window.acknowledged(5, 0.1) == 2
    assert window.in_flight == 1
    assert window.acknowledged(9, 0.1) == 1
    assert window.in_flight == 0


@pytest.mark.parametrize("sequence", [1, 2, 4])
def test_an_acknowledgement_of_what_is_not_in_flight_frees_nothing(sequence: int) -> None:
    window = Window()
    window.sent(1, 1, 0.0)
    window.acknowledged(1, 0.1)
    window.sent(3, 1, 0.2)
    assert window.acknowledged(sequence, 0.3) == 0
    assert window.in_flight == 1


def test_bytes_in_flight_double_with_each_round_trip_up_to_the_limit() -> None:
    window, sequence = Window(), 0
    limits = []
    for second in range(8):
        while window.has_room:
            sequence += 1
            window.sent(sequence, 64 * 1024, float(second))
        limits.append(window.max_bytes)
        window.acknowledged(sequence, second + 0.1)
    assert limits[0] == INITIAL_BYTES
    assert all(after in (2 * before, MAX_BYTES) or after > before for before, after in pairwise(limits[:4]))
    assert limits[-1] <= MAX_BYTES


@pytest.mark.parametrize(("round_trip", "chunks"), [(0.01, 1), (0.2, 4)])
def test_bytes_in_flight_are_what_a_known_link_holds_and_a_short_queue(round_trip: float, chunks: int) -> None:
    window = Window()
    window.sent(0, 1, 0.0)
    window.acknowledged(0, round_trip)
    window.bitrate = 2e6
    assert window.max_bytes == pytest.approx(2e6 / 8 * (round_trip + QUEUE_S))
    sequence = 0
    while window.has_room:
        sequence += 1
        window.sent(sequence, 18_000, 1.0)
    assert sequence == chunks


def test_what_the_viewer_held_is_no_queueing_of_the_link_but_keeps_the_window_small() -> None:
    window = Window()
    for sequence in range(28):
        now = float(sequence)
        for number in range(2):
            window.sent(2 * sequence + number, 1000, now)
        held = 0.01 if sequence < 20 else 0.5  # Its processor is busy from then on.
        window.acknowledged(2 * sequence, now + 0.05 + held, held)
        assert window.queueing == pytest.approx(0.0, abs=1e-9)
        window.acknowledged(2 * sequence + 1, now + 0.05 + held, held)
    assert window.size == MIN_CHUNKS


def test_a_limit_of_one_s_own_holds_at_once_and_can_be_lifted() -> None:
    window = Window()
    window.max_chunks = 1
    window.sent(0, 100, 0.0)
    assert (window.size, window.has_room) == (1, False)
    window.max_chunks = MAX_CHUNKS
    assert (window.size, window.has_room) == (INITIAL_CHUNKS, True)


def test_a_chunk_s_own_time_on_a_known_link_is_no_queueing() -> None:
    window = Window()
    window.sent(0, 1, 0.0)
    window.acknowledged(0, 0.05)
    window.bitrate = 2e6
    window.sent(1, 25_000, 1.0)
    window.acknowledged(1, 1.0 + 0.05 + 0.1)
    assert window.queueing == pytest.approx(0.0, abs=1e-9)
    window.sent(2, 25_000, 2.0)
    window.acknowledged(2, 2.0 + 0.05 + 0.17)
    assert window.queueing == pytest.approx(0.07)


def test_a_chunk_larger_than_the_limit_is_sent_alone() -> None:
    window = Window()
    assert window.has_room
    window.sent(1, 10 * MAX_BYTES, 0.0)
    rooms = [window.has_room]
    window.acknowledged(1, 1.0)
    rooms.append(window.has_room)
    assert rooms == [False, True]


def test_nothing_is_in_flight_after_clear_and_late_acknowledgements_are_harmless() -> None:
    window = Window()
    for sequence in range(INITIAL_CHUNKS):
        window.sent(sequence, 1, 0.0)
    window.clear()
    assert window.in_flight == 0
    assert window.has_room
    assert window.acknowledged(2, 0.1) == 0
    window.sent(INITIAL_CHUNKS, 1, 0.2)
    assert window.acknowledged(INITIAL_CHUNKS, 0.3) == 1


def test_the_delay_is_none_at_first_and_then_follows_what_is_measured() -> None:
    window = Window()
    assert window.delay is None
    for sequence in range(100):
        window.sent(sequence, 1, float(sequence))
        window.acknowledged(sequence, sequence + (0.1 if sequence < 50 else 0.2))
        if sequence == 49:
            assert window.delay == pytest.approx(0.1)
    assert window.delay == pytest.approx(0.2, rel=0.01)


@given(st.lists(st.tuples(st.sampled_from(["send", "acknowledge", "clear"]), st.integers(1, 40), st.floats(0, 3))))
def test_never_more_in_flight_than_the_window_had_room_for(steps: list[tuple[str, int, float]]) -> None:
    window, now, sequence = Window(), 0.0, 0
    actions: dict[str, Callable[[int], object]] = {
        "acknowledge": lambda number: window.acknowledged(max(sequence - number, 0), now),
        "clear": lambda _: window.clear(),
    }
    for action, number, seconds in steps:
        now += seconds
        if action == "send":
            while window.has_room:
                sequence += 1
                window.sent(sequence, number * 100_000, now)
                assert window.in_flight <= max(window.size, 1)
        else:
            actions[action](number)
        assert MIN_CHUNKS <= window.size <= MAX_CHUNKS
