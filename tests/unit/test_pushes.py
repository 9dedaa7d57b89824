"""When a picture that an encoder holds back is pushed out."""

from __future__ import annotations

import pytest

from rendercanvas_rfb.session.keyframes import MIN_INTERVAL_S
from rendercanvas_rfb.session.pushes import PUSH_AGAIN_S, PUSH_S, Pushes
from rendercanvas_rfb.session.turns import Room, Turns


def turns_with_room(max_fps: float | None = None) -> Turns[int]:
    turns: Turns[int] = Turns(max_fps)
    turns.join(0)
    turns.set_room(0, Room(open=True))
    return turns


def test_a_picture_that_came_out_needs_no_push() -> None:
    pushes = Pushes()
    pushes.fed(1, 0.0, held=False)
    assert pushes.due_in(1, 9.0) is None


def test_one_that_is_held_is_pushed_soon_and_then_sooner() -> None:
    pushes = Pushes()
    assert pushes.due_in(None, 0.0) is None
    pushes.fed(1, 0.0, held=True)
    assert pushes.due_in(1, 0.0) == pytest.approx(PUSH_S)
    assert pushes.due_in(1, PUSH_S) == 0.0
    pushes.fed(1, PUSH_S, held=True)
    assert pushes.due_in(1, PUSH_S) == pytest.approx(PUSH_AGAIN_S)
    pushes.fed(1, 1.0, held=False)
    assert pushes.due_in(1, 2.0) is None


def test_another_frame_pushes_by_itself() -> None:
    pushes = Pushes()
    pushes.fed(1, 0.0, held=True)
    assert pushes.due_in(2, 1.0) is None
    pushes.fed(2, 1.0, held=True)
    assert pushes.due_in(2, 1.0) == pytest.approx(PUSH_S)


def test_what_a_viewer_waits_for_is_pushed_at_once() -> None:
    pushes = Pushes()
    pushes.fed(1, 0.0, held=True, urgent=True)
    assert pushes.due_in(1, 0.0) == pytest.approx(PUSH_AGAIN_S)


def test_a_tier_encodes_the_same_frame_again_until_its_picture_is_out() -> None:
    turns = turns_with_room()
    assert turns.turn(1, 0.0) is False
    turns.pick(1, 0.0)
    turns.fed(1, 0.0, held=True)
    assert turns.turn(1, 0.0) is None
    assert turns.due_in(1, 0.0) == pytest.approx(PUSH_S)
    assert turns.turn(1, PUSH_S) is False
    turns.pick(1, PUSH_S)
    turns.fed(1, PUSH_S, held=False)
    assert turns.turn(1, 9.0) is None
    assert turns.due_in(1, 9.0) is None


def test_a_push_waits_for_nobodys_pace_and_does_not_delay_the_next_frame() -> None:
    turns = turns_with_room(max_fps=2.0)
    turns.pick(1, 0.0)
    turns.fed(1, 0.0, held=True)
    assert turns.turn(1, PUSH_S) is False
    turns.pick(1, PUSH_S)
    turns.fed(1, PUSH_S, held=False)
    assert turns.turn(2, 0.4) is None
    assert turns.turn(2, 0.5) is False


def test_a_keyframe_that_is_in_work_is_not_asked_for_again() -> None:
    turns = turns_with_room()
    turns.request_keyframe()
    assert turns.turn(1, 0.0) is True
    turns.pick(1, 0.0)
    turns.fed(1, 0.0, held=True, keyframe=True)
    assert turns.turn(2, 0.0) is False, "a newer frame goes in as a delta"
    turns.made(1, 0.1, keyframe=True)
    turns.fed(2, 0.1, held=True)
    turns.request_keyframe()
    assert turns.turn(2, 0.1 + MIN_INTERVAL_S) is True


def test_a_keyframe_of_a_picture_that_is_out_already_is_pushed_too() -> None:
    turns = turns_with_room()
    turns.pick(1, 0.0)
    turns.fed(1, 0.0, held=False, keyframe=True)
    assert turns.turn(1, PUSH_AGAIN_S) is False


def test_a_keyframe_that_was_lost_is_asked_for_again() -> None:
    turns = turns_with_room()
    turns.request_keyframe()
    turns.pick(1, 0.0)
    turns.fed(1, 0.0, held=True, keyframe=True)
    turns.fed(1, 0.0, held=False)
    assert turns.turn(1, 0.0) is True


def test_nothing_is_pushed_while_nobody_has_room() -> None:
    turns = turns_with_room()
    turns.pick(1, 0.0)
    turns.fed(1, 0.0, held=True)
    turns.set_room(0, Room(open=False))
    assert turns.turn(1, 9.0) is None
    assert turns.due_in(1, 9.0) is None
    turns.set_room(0, Room(open=True))
    assert turns.turn(1, 9.0) is False


def test_a_frame_that_cannot_be_read_is_passed_over_until_there_is_another() -> None:
    turns = turns_with_room()
    turns.request_keyframe()
    turns.pick(1, 0.0)
    turns.pass_over(1)
    assert turns.turn(1, 9.0) is None
    assert turns.turn(2, 9.0) is True
