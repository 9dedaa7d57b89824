"""The pipeline of a display with a highest frame rate, on a clock that stands still until it is told not to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rendercanvas_rfb.pipeline import Pipeline
from rendercanvas_rfb.session.keyframes import MIN_INTERVAL_S
from tests.support import wait_until
from tests.unit.pipeline_bench import Bench
from tests.unit.support import TIERS

INTERVAL_S = 0.5


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    made.pipeline = Pipeline(made.source, made.encoders, TIERS, made.clock, max_fps=1 / INTERVAL_S)
    yield made
    made.pipeline.close()


def wake(bench: Bench) -> None:
    """The clock of the encode thread does not run by itself."""
    bench.pipeline.frame_published()


def test_of_the_frames_within_an_interval_the_last_is_shown_and_only_once(bench: Bench) -> None:
    viewer = bench.viewer()
    bench.show(1, viewer)
    for version in (2, 3, 4):
        bench.publish(version)
    bench.io.run()
    assert viewer.versions == [1]
    bench.clock.advance(INTERVAL_S)
    wake(bench)
    bench.until(lambda: viewer.versions == [1, 4])


def test_a_single_frame_after_a_pause_is_shown_at_once(bench: Bench) -> None:
    viewer = bench.viewer()
    bench.show(1, viewer)
    bench.clock.advance(10 * INTERVAL_S)
    bench.show(2, viewer)


def test_a_viewer_that_comes_does_not_wait_for_its_first_picture(bench: Bench) -> None:
    first = bench.viewer()
    bench.show(1, first)
    bench.clock.advance(MIN_INTERVAL_S)
    bench.publish(2)
    second = bench.viewer()
    bench.pipeline.need_picture(second, None)
    bench.until(lambda: second.versions == [2])
    assert second.chunks[0].header.keyframe


def test_no_frame_is_wanted_until_it_would_be_shown(bench: Bench) -> None:
    viewer = bench.viewer()
    bench.show(1, viewer)
    assert not bench.pipeline.wants_frame()
    demands = bench.source.demands
    bench.clock.advance(INTERVAL_S)
    wake(bench)
    wait_until(lambda: bench.source.demands > demands)
    assert bench.pipeline.wants_frame()
