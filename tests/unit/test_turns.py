from __future__ import annotations

import pytest

from rendercanvas_rfb.session.keyframes import MIN_INTERVAL_S
from rendercanvas_rfb.session.repeats import REPEAT_S, REPEATS
from rendercanvas_rfb.session.turns import STALL_S, Room, Turns

OPEN, FULL = Room(open=True), Room(open=False, wait_until=10.0)


def turns_of(*rooms: Room, together: bool = False, max_fps: float | None = None) -> Turns[int]:
    turns: Turns[int] = Turns(max_fps, together=together)
    for number, room in enumerate(rooms):
        turns.join(number)
        turns.set_room(number, room)
    return turns


def test_nobody_is_encoded_for_before_somebody_has_room() -> None:
    turns = turns_of(FULL)
    turns.join(7)
    assert turns.turn(1, 0.0) is None
    turns.set_room(7, OPEN)
    assert turns.turn(1, 0.0) is False


def test_full_quality_goes_on_when_one_viewer_has_room() -> None:
    assert turns_of(OPEN, FULL).turn(1, 0.0) is False


def test_a_slower_level_waits_for_all_so_that_nobody_loses_a_reference() -> None:
    turns = turns_of(OPEN, FULL, together=True)
    assert turns.turn(1, 0.0) is None
    assert not turns.wants(0.0)
    turns.set_room(1, OPEN)
    assert turns.turn(1, 0.0) is False


def test_it_does_not_wait_for_a_viewer_that_stalls_and_knows_when_that_will_be() -> None:
    turns = turns_of(OPEN, FULL, together=True)
    assert turns.due_in(1, 4.0) == pytest.approx(6.0)
    assert turns.turn(1, 9.9) is None
    assert turns.turn(1, 10.0) is False


def test_nor_for_one_that_leaves() -> None:
    turns = turns_of(OPEN, FULL, together=True)
    turns.leave(1)
    assert turns.turn(1, 0.0) is False


def test_while_a_chunk_is_on_its_way_a_viewer_has_no_room_whatever_it_says() -> None:
    turns = turns_of(OPEN, together=True)
    turns.offered(0, 0.0)
    turns.set_room(0, OPEN)
    assert turns.turn(2, 0.0) is None
    assert turns.delivered(0)
    turns.set_room(0, OPEN)
    assert turns.turn(2, 0.0) is False


def test_a_viewer_whose_thread_hangs_is_waited_for_no_longer_than_one_that_stalls() -> None:
    turns = turns_of(OPEN, OPEN, together=True)
    turns.offered(0, 0.0)
    assert turns.turn(2, STALL_S / 2) is None
    assert turns.turn(2, STALL_S) is False


def test_a_chunk_that_reaches_somebody_who_left_is_for_nobody() -> None:
    turns = turns_of(OPEN)
    turns.offered(0, 0.0)
    turns.leave(0)
    assert not turns.delivered(0)
    turns.join(0)
    turns.set_room(0, OPEN)
    assert turns.turn(1, 0.0) is False


def test_the_bitrate_is_that_of_the_slowest_viewer_that_is_alive() -> None:
    turns = turns_of(OPEN, Room(False, 10.0, 3e6), Room(False, 5.0, 1e6), Room(True, bitrate=4e6), together=True)
    assert turns.bitrate(0.0) == 1e6
    assert turns.bitrate(5.0) == 3e6
    assert turns.bitrate(10.0) == 4e6
    assert turns_of(OPEN, OPEN).bitrate(0.0) is None


def test_a_frame_is_encoded_once_and_keyframes_do_not_wait_for_the_pace() -> None:
    turns = turns_of(OPEN, max_fps=2.0)
    assert turns.pick(1, 0.0)
    assert turns.turn(1, 0.0) is None
    assert turns.turn(2, 0.4) is None
    assert turns.due_in(2, 0.4) == pytest.approx(0.1)
    turns.request_keyframe()
    assert turns.turn(1, 0.4) is True
    turns.made(1, 0.4, keyframe=True)
    turns.request_keyframe()
    assert turns.turn(2, 0.5) is False
    assert turns.turn(2, 0.4 + MIN_INTERVAL_S) is True


def times_made(turns: Turns[int], version: int, since: float, until: float, *, improvable: bool = True) -> list[float]:
    """When pictures of this frame are made, by somebody who looks whenever that is due."""
    times, now = [], since
    while now <= until:
        if turns.turn(version, now) is not None:
            turns.pick(version, now)
            turns.made(version, now, improvable=improvable)
            times.append(now)
        due_in = turns.due_in(version, now)
        if due_in is None:
            break
        now += due_in
    return times


def test_a_frame_that_stands_still_is_encoded_again_a_few_times() -> None:
    times = times_made(turns_of(OPEN), version=1, since=5.0, until=60.0)
    assert times == pytest.approx([5.0 + number * REPEAT_S for number in range(1 + REPEATS)])


def test_it_is_not_where_that_would_make_it_no_better() -> None:
    assert times_made(turns_of(OPEN), version=1, since=5.0, until=60.0, improvable=False) == [5.0]


def test_another_frame_goes_before_the_refinement_of_the_last_one() -> None:
    turns = turns_of(OPEN)
    assert times_made(turns, version=1, since=5.0, until=5.25) == pytest.approx([5.0, 5.1, 5.2])
    assert times_made(turns, version=2, since=5.26, until=60.0)[0] == 5.26
