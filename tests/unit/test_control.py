"""Who has the control, and what a policy may say."""

from __future__ import annotations

from typing import Any

import pytest

from rendercanvas_rfb.errors import ConfigurationError
from rendercanvas_rfb.policy import ViewerPolicy
from rendercanvas_rfb.session.control import Control


def control(*viewers: str, only_first: bool, screens: str = "") -> Control[str]:
    made: Control[str] = Control(only_first=only_first)
    for viewer in viewers:
        made.admit(viewer, eligible=True)
    for viewer in screens:
        made.has_screen(viewer)
    return made


def holders(made: Control[str]) -> str:
    return "".join(viewer for viewer in "abc" if made.holds(viewer))


def test_all_that_are_eligible_have_it() -> None:
    made = control("a", "b", only_first=False)
    made.admit("c", eligible=False)
    made.has_screen("c")
    assert holders(made) == "ab"
    made.remove("a")
    assert holders(made) == "b"


def test_the_first_with_a_screen_has_it_until_it_leaves() -> None:
    made = control("a", "b", "c", only_first=True)
    assert holders(made) == ""
    made.has_screen("b")
    made.has_screen("a")
    assert holders(made) == "b"
    made.remove("b")
    assert holders(made) == "a"


def test_who_comes_back_has_its_place_before_those_who_came_later() -> None:
    made: Control[str] = Control(only_first=True)
    for number, viewer in enumerate("abc"):
        made.admit(viewer, number, eligible=True)
        made.has_screen(viewer)
    made.remove("a")
    assert holders(made) == "b"
    made.admit("a", 0, eligible=True, resumed=True)
    assert holders(made) == "b"
    made.has_screen("a")
    assert holders(made) == "a"
    made.remove("b")
    made.admit("b", 1, eligible=True, resumed=True)
    made.has_screen("b")
    assert holders(made) == "a"
    made.remove("a")
    assert holders(made) == "b"


def test_nobody_has_it_when_all_are_gone() -> None:
    made = control("a", only_first=True, screens="a")
    made.remove("a")
    made.remove("a")
    assert holders(made) == ""


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"resize": "both"}, 'resize must be "publisher" or "viewer", not \'both\''),
        ({"control": "some"}, 'control must be "all", "first", "none" or a function of the principal'),
        ({"control": 3}, "not 3"),
        ({"max_size": (0, 10)}, "max_size must be width and height from 1 to 16384 pixels"),
        ({"max_size": (10, 16385)}, "max_size"),
        ({"max_size": 100}, "not 100"),
        ({"max_size": (True, 1)}, "max_size"),
        ({"max_viewers": 0}, "max_viewers must be a positive integer or None, not 0"),
        ({"max_viewers": 1.5}, "max_viewers"),
    ],
)
def test_a_policy_with_another_value_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        ViewerPolicy(**given)
    assert words in str(refusal.value)


def test_the_function_of_a_policy_sees_the_principal() -> None:
    policy = ViewerPolicy(control=lambda principal: principal == "ada")
    assert policy.may_control("ada")
    assert not policy.may_control("anonymous")
    assert not ViewerPolicy(control="none").may_control("ada")
