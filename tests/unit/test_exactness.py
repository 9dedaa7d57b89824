"""When pictures are exact: simulated scenes, in simulated time."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from rendercanvas_rfb.session.exactness import LAST_TRIAL_S, MAX_BITS_PER_PIXEL, ExactPolicy, Made, Mode


@dataclass(frozen=True)
class Scene:
    """Bytes of its pictures."""

    exact: int
    exact_keyframe: int
    lossy: int


PLOT = Scene(27_000, 70_000, 35_000)
HEATMAP = Scene(880_000, 880_000, 60_000)
ZOOMED = Scene(300_000, 300_000, 100_000)
MESH = Scene(115_000, 120_000, 8_000)


@dataclass
class Run:
    """A stream of pictures. What was sent is in ``sent``: the mode and the bytes of each."""

    policy: ExactPolicy = field(default_factory=ExactPolicy)
    fps: float = 30.0
    now: float = 1000.0
    keyframe: bool = True
    trial_keyframe: bool = True
    sent: list[tuple[Mode, int]] = field(default_factory=list)
    exact_ones_made: int = 0

    def show(self, scene: Scene, seconds: float) -> list[Mode]:
        """The modes in which the pictures of so many seconds were sent."""
        begin = len(self.sent)
        for _ in range(round(seconds * self.fps)):
            self.step(scene)
            self.now += 1 / self.fps
        return [mode for mode, _ in self.sent[begin:]]

    def step(self, scene: Scene) -> None:
        mode = self.policy.mode(self.now)
        if mode is Mode.EXACT:
            picture = self.exact(scene, self.keyframe)
            self.keyframe = False
            self.policy.made(picture, self.now)
            if self.policy.is_exact:
                self.sent.append((mode, picture.size))
                return
        self.keyframe = True
        self.policy.made(Made(scene.lossy, keyframe=False), self.now)
        self.sent.append((Mode.LOSSY, scene.lossy))
        if mode is Mode.TRIAL:
            self.policy.tried(self.exact(scene, self.trial_keyframe), self.now)
            self.trial_keyframe = False
        else:
            self.trial_keyframe = True

    def exact(self, scene: Scene, keyframe: bool) -> Made:
        self.exact_ones_made += 1
        return Made(scene.exact_keyframe if keyframe else scene.exact, keyframe)

    @property
    def bits_per_second(self) -> float:
        return 8 * self.fps * sum(size for _, size in self.sent) / len(self.sent)


def switches(modes: list[Mode]) -> int:
    return sum(a is not b for a, b in pairwise(modes))


@pytest.mark.parametrize("fps", [1, 10, 30, 60])
def test_a_plot_is_exact_from_the_first_picture_on(fps) -> None:
    assert set(Run(fps=fps).show(PLOT, 20)) == {Mode.EXACT}


@pytest.mark.parametrize("fps", [1, 10, 30, 60])
def test_not_one_huge_picture_is_sent(fps) -> None:
    run = Run(fps=fps)
    assert set(run.show(HEATMAP, 60)) == {Mode.LOSSY}
    assert max(size for _, size in run.sent) == HEATMAP.lossy
    assert run.exact_ones_made <= 1 + 2 * 60 / LAST_TRIAL_S


def test_a_plot_that_becomes_a_heatmap_is_noticed_at_once_and_forgotten_soon() -> None:
    run = Run()
    assert set(run.show(PLOT, 5)) == {Mode.EXACT}
    assert set(run.show(HEATMAP, 5)) == {Mode.LOSSY}
    modes = run.show(PLOT, LAST_TRIAL_S + 1)
    assert modes[-1] is Mode.EXACT
    assert switches(modes) == 1


def test_a_scene_at_the_limit_does_not_flap() -> None:
    limit = 2_000_000
    for share in (0.6, 0.7, 0.8, 0.9, 0.97, 1.03, 1.2):
        size = round(share * limit / 8 / 30)
        modes = Run(ExactPolicy(limit)).show(Scene(size, size, size // 2), 60)
        assert switches(modes) <= 2, share
        assert (modes[-1] is Mode.EXACT) == (share < 1), share


def test_scenes_by_turns_switch_no_more_often_than_they_turn() -> None:
    run = Run()
    modes = [mode for _ in range(20) for scene in (PLOT, HEATMAP) for mode in run.show(scene, 2)]
    assert switches(modes) <= 40
    assert max(size for _, size in run.sent) < HEATMAP.exact


@pytest.mark.parametrize(("bits_per_second", "exact"), [(2_000_000, False), (10_000_000, True), (None, True)])
def test_what_the_link_carries_decides(bits_per_second, exact) -> None:
    run = Run()
    run.show(PLOT, 2)
    run.policy.allow(bits_per_second)
    assert set(run.show(PLOT, 10)) == {Mode.EXACT if exact else Mode.LOSSY}


def test_a_link_that_recovers_brings_exact_pictures_back() -> None:
    run = Run()
    run.policy.allow(1_000_000)
    assert set(run.show(PLOT, 30)) == {Mode.LOSSY}
    run.policy.allow(None)
    modes = run.show(PLOT, LAST_TRIAL_S + 1)
    assert modes[-1] is Mode.EXACT
    assert switches(modes) == 1


def test_a_fast_link_allows_no_more_than_the_quality_does() -> None:
    run = Run(ExactPolicy(3_000_000))
    run.policy.allow(1_000_000_000)
    assert run.show(PLOT, 5)[-1] is Mode.LOSSY


def policy_720p() -> ExactPolicy:
    return ExactPolicy(pixels=1280 * 720)


def test_what_has_many_bits_for_its_pixels_is_lossy_though_the_bitrate_allows_it() -> None:
    assert set(Run(policy_720p(), fps=10).show(MESH, 10)[1:]) == {Mode.LOSSY}  # The first is a keyframe.
    assert set(Run(policy_720p(), fps=10).show(PLOT, 10)) == {Mode.EXACT}
    assert set(Run(ExactPolicy(pixels=4 * 1280 * 720), fps=10).show(MESH, 10)) == {Mode.EXACT}


def test_small_pictures_may_have_many_bits_for_their_pixels() -> None:
    size = 15_000
    assert 8 * size > 10 * MAX_BITS_PER_PIXEL * 100 * 100
    assert set(Run(ExactPolicy(pixels=100 * 100)).show(Scene(size, size, size), 5)) == {Mode.EXACT}


def test_single_pictures_with_long_pauses_are_exact() -> None:
    run = Run(fps=0.2)
    assert set(run.show(PLOT, 100)) == {Mode.EXACT}
    assert set(run.show(HEATMAP, 100)) == {Mode.LOSSY}


def test_a_single_picture_that_changes_everywhere_leaves_plots_exact() -> None:
    run = Run(policy_720p())
    assert set(run.show(PLOT, 1)) == {Mode.EXACT}
    for _ in range(10):
        run.step(ZOOMED)
        assert set(run.show(PLOT, 1)) == {Mode.EXACT}
