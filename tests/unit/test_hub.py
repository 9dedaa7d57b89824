from __future__ import annotations

import pytest

from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import ConfigurationError
from rendercanvas_rfb.hub import RESERVED_NAMES, Hub, check_name
from rendercanvas_rfb.testing import FakeEncoderFactory
from tests.unit.support import TIERS


def display(name: str) -> Display:
    return Display(name, tiers=TIERS, open_encoder=FakeEncoderFactory())


@pytest.mark.parametrize("name", ["a", "7", "canvas-1", "My.Plot_2", "x" * 64])
def test_a_name_that_can_be_part_of_an_address_is_taken(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "-a", ".", "..", "_x", "a/b", "a b", "a%2f", "é", "x" * 65, "a\n", "a?", "#", *sorted(RESERVED_NAMES)],
)
def test_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="is no name for a display"):
        check_name(name)


def test_displays_are_found_by_name_and_listed_in_the_order_in_which_they_came() -> None:
    hub, displays = Hub(), [display("b"), display("a")]
    for one in displays:
        hub.add(one)
    assert hub.get("a") is displays[1]
    assert hub.get("c") is None
    assert hub.displays() == displays


def test_a_name_is_given_once() -> None:
    hub = Hub()
    hub.add(display("a"))
    with pytest.raises(ConfigurationError, match="already"):
        hub.add(display("a"))


def test_a_name_that_cannot_be_part_of_an_address_is_not_added() -> None:
    hub = Hub()
    with pytest.raises(ConfigurationError):
        hub.add(display("../etc"))
    assert hub.displays() == []


def test_removing_frees_the_name_and_leaves_a_successor_alone() -> None:
    hub, first, second = Hub(), display("a"), display("a")
    hub.add(first)
    hub.remove(first)
    hub.add(second)
    hub.remove(first)
    assert hub.get("a") is second


def test_the_first_free_number_is_taken() -> None:
    hub = Hub()
    hub.add(display("plot-1"))
    hub.add(display("plot-3"))
    assert hub.free_name("plot") == "plot-2"
    assert hub.free_name("canvas") == "canvas-1"
