"""The size that viewers ask for: clamped, and not too often another one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendercanvas_rfb.protocol.messages import View
from rendercanvas_rfb.session.target import MAX_WAIT_S, QUIET_S, Target, TargetSize, clamp

NOW = 100.0
LIMIT = (4000, 3000)


def view(width: int, height: int = 100, ratio: float = 1.0) -> View:
    return View(width / ratio, height / ratio, width, height, ratio, visible=True)


class TestClamp:
    def test_a_size_that_fits_stays(self) -> None:
        assert clamp(view(4000, 3000, 2.0), LIMIT) == Target(4000, 3000, 2.0)

    @pytest.mark.parametrize(("width", "height", "scaled"), [(8000, 3000, (4000, 1500)), (4000, 6000, (2000, 3000))])
    def test_a_larger_one_keeps_its_shape_and_its_logical_size(
        self, width: int, height: int, scaled: tuple[int, int]
    ) -> None:
        assert clamp(view(width, height, 2.0), LIMIT) == Target(*scaled, 1.0)

    def test_no_side_vanishes(self) -> None:
        assert clamp(view(16384, 1), LIMIT).height == 1

    @given(st.integers(1, 16384), st.integers(1, 16384), st.integers(1, 16384), st.integers(1, 16384))
    def test_none_is_larger_than_it_may_be(self, width: int, height: int, most: int, tallest: int) -> None:
        target = clamp(view(width, height), (most, tallest))
        assert 1 <= target.width <= most
        assert 1 <= target.height <= tallest


class TestTargetSize:
    def test_the_first_size_counts_at_once_and_is_taken_once(self) -> None:
        target = TargetSize(LIMIT)
        assert (target.current, target.take(NOW), target.due_in(NOW)) == (None, None, None)
        target.offer(view(10), NOW)
        assert target.take(NOW) == target.current == Target(10, 100, 1.0)
        assert target.take(NOW) is None

    def test_another_one_counts_when_it_has_stood_for_a_while(self) -> None:
        target = sized(10)
        target.offer(view(20), NOW)
        assert target.due_in(NOW) == pytest.approx(QUIET_S)
        assert target.take(NOW + 0.9 * QUIET_S) is None
        assert target.current == Target(10, 100, 1.0)
        assert target.take(NOW + 1.1 * QUIET_S) == Target(20, 100, 1.0)

    def test_a_change_starts_the_wait_anew(self) -> None:
        target = sized(10)
        target.offer(view(20), NOW)
        target.offer(view(30), NOW + 0.9 * QUIET_S)
        assert target.take(NOW + 1.1 * QUIET_S) is None
        assert target.take(NOW + 2 * QUIET_S) == Target(30, 100, 1.0)

    def test_a_long_drag_is_followed(self) -> None:
        target, taken = sized(10), []
        for hundredth in range(100):
            now = NOW + hundredth / 100
            target.offer(view(20 + hundredth), now)
            if target.take(now) is not None:
                taken.append(now - NOW)
        assert taken == pytest.approx([MAX_WAIT_S], abs=0.011)

    def test_one_that_is_taken_back_is_never_told(self) -> None:
        target = sized(10)
        target.offer(view(20), NOW)
        target.offer(view(10), NOW)
        assert target.due_in(NOW) is None
        assert target.take(NOW + 10) is None

    def test_nobody_leaves_it_as_it_is(self) -> None:
        target = sized(10)
        target.offer(view(20), NOW)
        target.offer(None, NOW)
        assert target.take(NOW + 10) is None
        assert target.current == Target(10, 100, 1.0)


def sized(width: int) -> TargetSize:
    target = TargetSize(LIMIT)
    target.offer(view(width), NOW)
    target.take(NOW)
    return target
