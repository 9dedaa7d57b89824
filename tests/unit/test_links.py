"""What viewers get over simulated links, in virtual time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from rendercanvas_rfb.errors import CloseCode
from rendercanvas_rfb.session.levels import IMAGES, LEVELS, SLOWEST
from rendercanvas_rfb.session.retreat import CUT_AFTER_S
from rendercanvas_rfb.session.turns import STALL_S
from rendercanvas_rfb.testing.links import RGB, YUV420, YUV444, Content, Link, SimulatedViewer, Simulation

EXACT = (RGB, YUV444, YUV420)
HEATMAP = Content(exact=150_000, full=150_000, least=4_000, keyframe=1.2)


def limited(mbit: float, round_trip: float = 0.02) -> Link:
    return Link(round_trip, ((0.0, 1e6 * mbit),))


def watch(*links: Link, seconds: float = 40.0, content: Content | None = None, seed: int = 1) -> list[SimulatedViewer]:
    simulation = Simulation(content=content, seed=seed)
    viewers = [simulation.add(link, EXACT) for link in links]
    simulation.run(seconds)
    return viewers


def changes(viewer: SimulatedViewer, since: float) -> int:
    return sum(time >= since for time, _ in viewer.levels)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("link", "fps"),
    [
        (Link(0.2), 29.5),
        (Link(0.1), 29.5),
        (limited(20), 29.5),
        (limited(5), 28.0),
        (limited(2, 0.05), 25.0),
    ],
    ids=["200 ms", "100 ms", "20 Mbit/s", "5 Mbit/s", "2 Mbit/s"],
)
def test_a_line_plot_gets_through(link: Link, fps: float, seed: int) -> None:
    (viewer,) = watch(replace(link), seed=seed)
    assert viewer.fps(10, 40) >= fps
    assert viewer.queueing(10, 40) < 0.1
    assert viewer.keyframe_share(5, 40) < 0.01


@pytest.mark.parametrize("round_trip", [0.1, 0.2])
def test_a_long_link_is_filled_within_a_second(round_trip: float) -> None:
    (viewer,) = watch(Link(round_trip), seconds=4)
    assert viewer.fps(1.2, 4) >= 29


@pytest.mark.parametrize("round_trip", [0.01, 0.1, 0.2, 0.4])
def test_a_long_way_is_no_congestion(round_trip: float) -> None:
    (viewer,) = watch(Link(round_trip))
    assert viewer.levels == [(0.0, 0)]


@pytest.mark.parametrize("mbit", [2, 5, 20])
def test_pictures_of_any_size_are_made_to_fit(mbit: float) -> None:
    (viewer,) = watch(limited(mbit), content=HEATMAP)
    assert viewer.fps(10, 40) >= 28
    assert viewer.queueing(10, 40) < 0.15
    sent = sum(8 * one.size for one in viewer.during(10, 40)) / 30
    assert 0.75e6 * mbit < sent <= 1e6 * mbit


def test_the_levers_come_in_order_bitrate_then_pace_then_size() -> None:
    levels = [watch(limited(mbit, 0.05))[0].viewer.pictures.quality.level for mbit in (100, 2, 0.6, 0.3)]
    assert levels == [0, 1, 2, 3]
    assert LEVELS[3].shrink > LEVELS[2].shrink == 1


def test_the_level_does_not_oscillate() -> None:
    (viewer,) = watch(limited(5), seconds=600)
    steps = [time for time, level in viewer.levels if level == 0]
    assert len(steps) <= 8
    assert all(later - earlier >= 15 for earlier, later in pairwise(steps[1:]))


def test_a_sudden_drop_is_followed_within_two_seconds_and_forgotten_when_it_is_over() -> None:
    (viewer,) = watch(Link(0.02, ((0.0, 20e6), (20.0, 2e6), (40.0, 20e6))), seconds=120)
    assert viewer.fps(22, 40) >= 28
    assert viewer.queueing(22, 40) < 0.1
    assert viewer.fps(42, 120) >= 29
    assert viewer.viewer.pictures.quality.level == 0


def test_a_link_that_becomes_sixty_times_slower_brings_what_it_then_carries() -> None:
    (viewer,) = watch(Link(0.1, ((0.0, 30e6), (10.0, 0.5e6))), seconds=40, content=HEATMAP)
    assert viewer.fps(30, 40) >= 10
    assert viewer.queueing(30, 40) < 0.5


def test_jitter_and_losses_that_mend_themselves_are_no_lack_of_bandwidth() -> None:
    jitter = Link(0.02, ((0.0, 30e6),), jitter=0.04)
    losses = Link(0.04, ((0.0, 20e6),), stalls=[(5.0 * n, 0.3) for n in range(1, 8)])
    for link in (jitter, losses):
        (viewer,) = watch(link)
        assert viewer.levels == [(0.0, 0)]
        assert viewer.fps(5, 40) >= 28


def test_a_fast_viewer_notices_nothing_of_slow_ones() -> None:
    alone, *_ = watch(Link(0.02))
    beside, *slow = watch(Link(0.02), limited(2, 0.05), limited(0.6, 0.05))
    assert beside.fps(5, 40) >= alone.fps(5, 40) - 0.5
    assert beside.levels == [(0.0, 0)]
    assert beside.keyframe_share(5, 40) < 0.01
    assert [viewer.fps(10, 40) > 14 for viewer in slow] == [True, True]


def test_equal_viewers_get_as_much_as_each_other() -> None:
    one, other = watch(limited(2), limited(2))
    assert one.fps(10, 40) == pytest.approx(other.fps(10, 40), rel=0.05)
    assert one.queueing(10, 40) < 0.1


def test_viewers_of_a_slow_level_share_one_encoder_and_never_lose_a_reference() -> None:
    simulation = Simulation()
    viewers = [simulation.add(limited(mbit, 0.05), EXACT) for mbit in (2, 2.5, 3)]
    simulation.run(4)
    assert {viewer.tier for viewer in viewers} == set(simulation.tiers)
    assert len(simulation.tiers) == 1
    dropped = [viewer.viewer.metrics("d", simulation.now).dropped for viewer in viewers]
    simulation.run(10)
    assert [viewer.viewer.metrics("d", simulation.now).dropped for viewer in viewers] == dropped
    assert all(not viewer.keyframe_share(4, 10) for viewer in viewers)


def test_a_viewer_that_stalls_holds_up_its_level_for_a_moment_only_and_comes_back() -> None:
    simulation = Simulation()
    other = simulation.add(limited(2, 0.05), EXACT)
    stalling = simulation.add(Link(0.05, ((0.0, 2e6),), stalls=[(15.0, 10.0)]), EXACT)
    simulation.run(40)
    assert other.fps(15 + STALL_S + 0.5, 25) >= 25
    assert other.fps(15, 15 + STALL_S + 0.5) > 0
    assert stalling.fps(30, 40) >= 25


def test_there_are_never_more_encoders_than_may_be() -> None:
    simulation = Simulation(max_tiers=3)
    viewers = [simulation.add(limited(mbit, 0.05), EXACT) for mbit in (100, 20, 5, 2, 0.6, 0.3)]
    most = 0
    for second in range(40):
        simulation.run(float(second))
        most = max(most, len(simulation.tiers))
    assert most <= 3
    assert all(viewer.fps(20, 39) > 5 for viewer in viewers)


def test_the_program_is_told_when_even_the_slowest_level_is_too_much() -> None:
    simulation = Simulation()
    viewer = simulation.add(limited(0.07, 0.05), EXACT)
    simulation.run(60)
    assert viewer.viewer.pictures.quality.level == SLOWEST
    assert 1 <= len(viewer.hints) <= 3
    assert all(hint < LEVELS[SLOWEST].needs(1280 * 720) for hint in viewer.hints)


def test_nothing_counts_in_the_first_second_after_stillness() -> None:
    simulation = Simulation()
    simulation.playing = False
    viewer = simulation.add(Link(0.02, ((0.0, 20e6),), stalls=[(10.0, 0.7)]), EXACT)
    simulation.run(10)
    simulation.playing = True
    simulation.run(20)
    assert viewer.levels == [(0.0, 0)]


def outcome(viewers: Sequence[SimulatedViewer]) -> list[object]:
    return [viewer.shown for viewer in viewers]


def test_the_same_seed_gives_the_same_hours() -> None:
    assert outcome(watch(limited(2))) == outcome(watch(limited(2)))


def shown_by_level(viewer: SimulatedViewer, start: float, end: float) -> set[int]:
    return {one.level for one in viewer.during(start, end)}


def test_who_reads_nothing_for_seconds_is_sent_an_image_and_then_what_it_had_before() -> None:
    simulation = Simulation()
    viewer = simulation.add(Link(0.05, ((0.0, 20e6),), stalls=[(10.0, 8.0)]), EXACT)
    simulation.run(17)
    assert viewer.viewer.pictures.quality.level == IMAGES
    assert [str(tier) for tier in simulation.tiers] == ["webp level 4"]
    simulation.run(25)
    assert IMAGES in shown_by_level(viewer, 18, 19)
    assert shown_by_level(viewer, 20, 25) == {0}
    assert viewer.fps(20, 25) >= 29
    assert viewer.cut is None


def test_who_stalls_again_and_again_is_sent_images_for_longer_each_time() -> None:
    simulation = Simulation()
    stalls = [(10.0 + 14.0 * number, 6.0) for number in range(8)]
    viewer = simulation.add(Link(0.05, ((0.0, 20e6),), stalls=stalls), EXACT)
    simulation.run(130)
    spans = [after - at for (at, level), (after, _) in pairwise(viewer.levels) if level == IMAGES]
    assert len(spans) >= 3
    assert spans[-1] > spans[0] + 4
    assert viewer.cut is None


def test_a_link_that_is_too_slow_for_video_brings_images_one_at_a_time() -> None:
    simulation = Simulation()
    viewer = simulation.add(Link(0.05, ((0.0, 2e6), (10.0, 0.03e6))), EXACT)
    simulation.run(45)
    most = 0
    for tenth in range(450):
        simulation.run(45 + tenth / 10)
        most = max(most, viewer.viewer.pictures.window.in_flight)
    assert shown_by_level(viewer, 40, 90) == {IMAGES}
    assert viewer.fps(40, 90) >= 0.5
    assert most == 1
    assert viewer.cut is None


def test_a_link_that_was_too_slow_for_video_has_it_again_when_it_is_faster() -> None:
    simulation = Simulation()
    viewer = simulation.add(Link(0.05, ((0.0, 2e6), (10.0, 0.03e6), (60.0, 20e6))), EXACT)
    simulation.run(60)
    assert viewer.viewer.pictures.quality.level == IMAGES
    simulation.run(90)
    assert viewer.viewer.pictures.quality.level < SLOWEST
    assert viewer.fps(80, 90) >= 28


def test_who_shows_nothing_at_all_is_cut_off_and_nothing_is_queued_for_it() -> None:
    simulation = Simulation()
    fast = simulation.add(Link(0.02), EXACT)
    stuck = simulation.add(Link(0.02, stalls=[(5.0, 1e6)]), EXACT)
    most = 0
    for second in range(60):
        simulation.run(float(second))
        most = max(most, stuck.viewer.pictures.window.bytes)
    assert stuck.cut is not None
    when, close = stuck.cut
    assert (close.code, close.reason) == (CloseCode.TOO_SLOW, "no picture was shown for 30 s")
    assert 5 + CUT_AFTER_S <= when <= 5 + CUT_AFTER_S + 2
    assert stuck.viewer.resumable
    assert most < 2**20
    assert fast.fps(5, 59) >= 29.5
    assert fast.keyframe_share(5, 59) < 0.01
