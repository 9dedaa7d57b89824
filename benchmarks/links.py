"""How viewers fare on slow links, simulated: `python benchmarks/links.py`. Nothing is measured, so any machine will do.

Prints for each scenario when the picture had become steady, what came of it from then on, and how often the level
changed. `--trace NAME` prints one scenario second by second.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from rendercanvas_rfb.testing.links import RGB, YUV420, YUV444, Content, Link, SimulatedViewer, Simulation

SECONDS = 60.0
EXACT = (RGB, YUV444, YUV420)
PLOT = Content()
VIDEO = Content(exact=150_000, full=150_000, least=4_000, keyframe=1.2)


@dataclass(frozen=True)
class Scenario:
    """Links that are used at once, and from when on the numbers count."""

    name: str
    links: Callable[[], list[Link]]
    content: Content = PLOT
    since: float = 10.0


def steady(mbit: float, round_trip: float, **more: object) -> Callable[[], list[Link]]:
    """One link that stays as it is."""
    return lambda: [Link(round_trip, ((0.0, mbit * 1e6),), **more)]  # type: ignore[arg-type]


SCENARIOS = [
    Scenario("200 ms", steady(1000, 0.2)),
    Scenario("100 ms", steady(1000, 0.1)),
    Scenario("20 ms, 20 Mbit/s", steady(20, 0.02)),
    Scenario("20 ms, 5 Mbit/s", steady(5, 0.02)),
    Scenario("50 ms, 2 Mbit/s", steady(2, 0.05)),
    Scenario("50 ms, 0.6 Mbit/s", steady(0.6, 0.05)),
    Scenario("heatmap, 20 ms, 20 Mbit/s", steady(20, 0.02), VIDEO),
    Scenario("heatmap, 20 ms, 5 Mbit/s", steady(5, 0.02), VIDEO),
    Scenario("drop 20 -> 2 -> 20 Mbit/s", lambda: [Link(0.02, ((0, 20e6), (20, 2e6), (40, 20e6)))], since=5.0),
    Scenario("wifi, 40 ms jitter", steady(30, 0.02, jitter=0.04)),
    Scenario("losses, 300 ms each 5 s", steady(20, 0.04, stalls=tuple((5.0 * n, 0.3) for n in range(1, 12)))),
    Scenario("fast and 2 Mbit/s", lambda: [Link(0.02), Link(0.05, ((0.0, 2e6),))]),
    Scenario("fast, 5, 2, 0.6 Mbit/s", lambda: [Link(0.02), *(Link(0.05, ((0.0, n * 1e6),)) for n in (5, 2, 0.6))]),
    Scenario("two of 5 Mbit/s", lambda: [Link(0.02, ((0.0, 5e6),)), Link(0.02, ((0.0, 5e6),))]),
]


def converged_at(viewer: SimulatedViewer) -> float:
    """The first second after which the next three reach nine tenths of the pace that the rest has."""
    goal = 0.9 * viewer.fps(SECONDS / 2, SECONDS)
    return next((t for t in range(int(SECONDS)) if all(viewer.fps(t + k, t + k + 1) >= goal for k in range(3))), 99.0)


def run(scenario: Scenario, seed: int = 1) -> list[SimulatedViewer]:
    """The viewers, after a minute."""
    simulation = Simulation(content=scenario.content, seed=seed)
    viewers = [simulation.add(link, EXACT) for link in scenario.links()]
    simulation.run(SECONDS)
    return viewers


def report(scenario: Scenario) -> None:
    """Print a line for each viewer."""
    for viewer in run(scenario):
        start, level = scenario.since, viewer.viewer.pictures.quality.level
        print(
            f"{scenario.name:28}{converged_at(viewer):9.0f}{viewer.fps(start, SECONDS):7.1f}"
            f"{1000 * viewer.queueing(start, SECONDS):14.0f}{100 * viewer.keyframe_share(start, SECONDS):13.2f}"
            f"{sum(one.size for one in viewer.during(start, SECONDS)) * 8e-6 / (SECONDS - start):9.2f}"
            f"{level:7d}{sum(at >= start for at, _ in viewer.levels):9d}"
        )


def trace(scenario: Scenario) -> None:
    """Print a line for each second."""
    simulation = Simulation(content=scenario.content)
    viewers = [simulation.add(link, EXACT) for link in scenario.links()]
    for second in range(int(SECONDS)):
        simulation.run(second + 1.0)
        for number, viewer in enumerate(viewers):
            quality, window = viewer.viewer.pictures.quality, viewer.viewer.pictures.window
            arrives = quality.delivery.rate(simulation.now)
            print(
                f"{second:3d} #{number} fps {viewer.fps(second, second + 1):4.0f}"
                f"  p95 {1000 * viewer.queueing(second, second + 1):5.0f} ms  level {quality.level}"
                f"  target {(quality.bitrate or 0) / 1e6:6.2f}  arrives {arrives / 1e6:6.2f}"
                f"  window {window.size:2d}  keys {sum(one.keyframe for one in viewer.during(second, second + 1))}"
            )


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trace", help="name of the scenario")
    wanted = parser.parse_args().trace
    if wanted:
        trace(next(scenario for scenario in SCENARIOS if scenario.name == wanted))
        return
    print(
        f"{'link':28}{'steady s':>9}{'fps':>7}{'p95 queue ms':>14}{'keyframes %':>13}{'Mbit/s':>9}"
        f"{'level':>7}{'changes':>9}"
    )
    for scenario in SCENARIOS:
        report(scenario)


if __name__ == "__main__":
    main()
