from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendercanvas_rfb.protocol.messages import View
from rendercanvas_rfb.session.sizing import Sizing
from tests.unit.support import HIDDEN_VIEW, VIEW

SMALL = View(10.0, 10.0, 10, 10, 1.0, visible=True)


def sizing(**views: View | None) -> Sizing[str]:
    made: Sizing[str] = Sizing()
    for viewer, view in views.items():
        made.update(viewer, view)
    return made


def test_nobody_sizes_an_unwatched_canvas() -> None:
    assert (sizing().chosen, sizing().view) == (None, None)


def test_the_first_that_can_be_seen_sizes_the_canvas() -> None:
    made = sizing(recorder=None, hidden=HIDDEN_VIEW, first=VIEW, second=SMALL)
    assert (made.chosen, made.view) == ("first", VIEW)


@pytest.mark.parametrize("view", [None, HIDDEN_VIEW, replace(VIEW, physical_width=0), replace(VIEW, physical_height=0)])
def test_a_viewer_that_cannot_be_seen_sizes_nothing(view: View | None) -> None:
    assert sizing(one=view).chosen is None


def test_the_size_follows_the_chosen_viewer_and_no_other() -> None:
    made = sizing(first=VIEW, second=SMALL)
    made.update("second", replace(SMALL, width=11.0))
    assert made.view == VIEW
    made.update("first", SMALL)
    assert made.view == SMALL


@pytest.mark.parametrize("view", [None, HIDDEN_VIEW])
def test_the_next_takes_over_when_the_first_goes_or_hides_and_keeps_it(view: View | None) -> None:
    made = sizing(first=VIEW, second=SMALL)
    if view is None:
        made.remove("first")
    else:
        made.update("first", view)
    assert (made.chosen, made.view) == ("second", SMALL)
    made.update("first", VIEW)
    assert made.chosen == "second"


def test_nobody_is_chosen_when_the_last_one_goes() -> None:
    made = sizing(first=VIEW)
    made.remove("first")
    made.remove("first")
    assert (made.chosen, made.view) == (None, None)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([VIEW, SMALL, HIDDEN_VIEW, None, "gone"]))))
def test_somebody_is_chosen_exactly_where_somebody_can_be_seen(steps: list[tuple[str, View | str | None]]) -> None:
    made: Sizing[str] = Sizing()
    views: dict[str, View | None] = {}
    for viewer, view in steps:
        before = made.chosen
        if isinstance(view, str):
            made.remove(viewer)
            views.pop(viewer, None)
        else:
            made.update(viewer, view)
            views[viewer] = view
        seen = {name for name, view in views.items() if view is not None and view.visible}
        assert (made.chosen in seen) if seen else made.chosen is None
        assert made.chosen == before or before not in seen
        assert made.view == (views[made.chosen] if made.chosen else None)
