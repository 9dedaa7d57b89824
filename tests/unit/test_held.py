from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendercanvas_rfb.events import Event
from rendercanvas_rfb.session.held import HeldInput
from tests.unit.support import key_event, pointer_event


def released(*events: Event) -> list[tuple[str, Any]]:
    """What is let go of after these events: the type, and the key or the button."""
    held = HeldInput()
    for event in events:
        held.follow(event)
    return [(e.type, e.members.get("key") or e.members.get("button")) for e in held.release(9.0)]


def test_nothing_is_released_where_nothing_is_held() -> None:
    assert released() == []
    assert released(pointer_event("pointer_move"), key_event("key_down", "a"), key_event("key_up", "a")) == []


def test_keys_are_released_in_the_order_in_which_they_were_pressed() -> None:
    pressed = [key_event("key_down", key) for key in ("Shift", "a", "Shift", "b")]
    assert released(*pressed, key_event("key_up", "a")) == [("key_up", "Shift"), ("key_up", "b")]


def test_a_button_is_released_where_the_pointer_was_last() -> None:
    held = HeldInput()
    held.follow(pointer_event("pointer_down", x=1, button=1, buttons=(1,)))
    held.follow(pointer_event("pointer_move", x=7, buttons=(1,)))
    (up,) = held.release(9.0)
    assert (up.type, up.timestamp) == ("pointer_up", 9.0)
    assert up.members == {**pointer_event("pointer_up", x=7, button=1).members}


def test_a_button_that_was_released_is_not_released_again() -> None:
    down = pointer_event("pointer_down", button=1, buttons=(1,))
    assert released(down, pointer_event("pointer_up", button=1)) == []


def test_the_button_that_is_still_held_is_released_after_another_one_was() -> None:
    both = pointer_event("pointer_down", button=2, buttons=(1, 2))
    assert released(both, pointer_event("pointer_up", button=2, buttons=(1,))) == [("pointer_up", 1)]


def test_each_held_button_is_released_and_no_longer_listed() -> None:
    held = HeldInput()
    held.follow(pointer_event("pointer_down", button=2, buttons=(1, 2)))
    assert [(up.members["button"], up.members["buttons"]) for up in held.release(9.0)] == [(1, (2,)), (2, ())]


def test_touches_end_with_the_button() -> None:
    members = {**pointer_event("", buttons=(1,)).members, "ntouches": 1, "touches": {0: {"x": 1.0}}}
    held = HeldInput()
    held.follow(Event("pointer_down", 1.0, members))
    (up,) = held.release(9.0)
    assert (up.members["ntouches"], up.members["touches"]) == (0, {})


def test_a_pointer_that_is_inside_leaves_last() -> None:
    events = [pointer_event("pointer_enter"), pointer_event("pointer_down", button=1, buttons=(1,))]
    assert [kind for kind, _ in released(*events, key_event("key_down", "a"))] == [
        "pointer_up",
        "key_up",
        "pointer_leave",
    ]
    assert released(*events[:1], pointer_event("pointer_leave")) == []


def test_what_was_let_go_of_is_not_let_go_of_again() -> None:
    held = HeldInput()
    for event in (key_event("key_down", "a"), pointer_event("pointer_down", button=1, buttons=(1,))):
        assert held.follow(event)
    assert [event.type for event in held.release(9.0)] == ["pointer_up", "key_up"]
    assert not held.follow(key_event("key_up", "a"))
    assert not held.follow(pointer_event("pointer_up", button=1))
    assert held.is_empty


def test_a_button_that_was_let_go_of_is_not_held_by_the_moves_after_that() -> None:
    held = HeldInput()
    held.follow(pointer_event("pointer_down", button=1, buttons=(1,)))
    list(held.release(9.0))
    assert held.follow(pointer_event("pointer_move", buttons=(1,)))
    assert held.is_empty


def test_what_was_pressed_in_vain_is_not_let_go_of() -> None:
    held = HeldInput()
    held.overlook(key_event("key_down", "a"))
    assert held.is_empty
    assert not held.follow(key_event("key_up", "a"))
    assert held.follow(key_event("key_up", "a"))


def test_it_counts_again_once_it_is_pressed_again() -> None:
    held = HeldInput()
    held.overlook(key_event("key_down", "a"))
    held.overlook(key_event("key_up", "a"))
    held.overlook(key_event("key_down", "b"))
    assert held.follow(key_event("key_down", "b"))
    assert held.follow(key_event("key_up", "a"))
    assert held.follow(key_event("key_up", "b"))


def test_no_more_is_noted_than_a_page_can_send_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rendercanvas_rfb.session.held.MAX_VOID", 2)
    held = HeldInput()
    for key in "abc":
        held.overlook(key_event("key_down", key))
    assert [held.follow(key_event("key_up", key)) for key in "abc"] == [False, False, True]


@given(
    st.lists(
        st.one_of(
            st.builds(key_event, st.sampled_from(["key_down", "key_up"]), st.sampled_from("ab")),
            st.builds(
                pointer_event,
                st.sampled_from(["pointer_down", "pointer_move", "pointer_up", "pointer_enter", "pointer_leave"]),
                buttons=st.lists(st.integers(1, 5), unique=True).map(tuple),
            ),
        )
    )
)
def test_nothing_is_held_after_a_release(events: list[Event]) -> None:
    held = HeldInput()
    for event in events:
        held.follow(event)
    for event in held.release(1.0):
        held.follow(event)
    assert list(held.release(2.0)) == []
