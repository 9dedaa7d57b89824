from __future__ import annotations

from typing import Any

import pytest

from rendercanvas_rfb.errors import ProtocolError
from rendercanvas_rfb.events import MAX_TOUCHES, Event, parse_event, to_rendercanvas

POINTER: dict[str, Any] = {
    "type": "pointer_down",
    "timestamp": 1.5,
    "x": 1,
    "y": 2.5,
    "button": 1,
    "buttons": [1, 3],
    "modifiers": ["Shift"],
    "ntouches": 1,
    "touches": {"-3": {"x": 1, "y": 2, "pressure": 0.5}},
}


def test_lists_become_tuples_and_touch_ids_integers() -> None:
    event = parse_event(POINTER)
    assert event.members["buttons"] == (1, 3)
    assert event.members["modifiers"] == ("Shift",)
    assert event.members["touches"] == {-3: {"x": 1.0, "y": 2.0, "pressure": 0.5}}


def test_members_that_are_not_listed_are_left_out() -> None:
    assert "pressure" not in parse_event({**POINTER, "pressure": 1}).members


def test_rendercanvas_gets_its_own_names_for_type_and_timestamp() -> None:
    assert to_rendercanvas(Event("key_down", 2.5, {"key": "a", "modifiers": ()})) == {
        "event_type": "key_down",
        "time_stamp": 2.5,
        "key": "a",
        "modifiers": (),
    }


def test_rendercanvas_gets_a_dict_that_it_may_change() -> None:
    event = parse_event(POINTER)
    to_rendercanvas(event).clear()
    assert event.members["x"] == 1.0


def test_char_without_data_is_an_empty_string() -> None:
    char = parse_event({"type": "char", "timestamp": 0, "data": None, "is_composing": True})
    assert char.members == {"data": "", "is_composing": True, "input_type": ""}


def test_as_many_touches_as_allowed_are_taken_and_no_more() -> None:
    touch = {"x": 1, "y": 2, "pressure": 0}
    touches = {str(number): touch for number in range(MAX_TOUCHES)}
    assert len(parse_event({**POINTER, "touches": touches}).members["touches"]) == MAX_TOUCHES
    with pytest.raises(ProtocolError, match=f"at most {MAX_TOUCHES}"):
        parse_event({**POINTER, "touches": {**touches, "99": touch}})


@pytest.mark.parametrize("member", sorted(POINTER))
def test_every_member_of_a_pointer_event_is_needed_and_named(member: str) -> None:
    with pytest.raises(ProtocolError, match=rf"event\.{member}"):
        parse_event({name: value for name, value in POINTER.items() if name != member})


def test_an_unknown_type_is_told_which_there_are() -> None:
    with pytest.raises(ProtocolError, match=r"pointer_down, .* not 'before_draw'"):
        parse_event({"type": "before_draw", "timestamp": 0})
