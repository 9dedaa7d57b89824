"""Runs many schedules, several at a time."""

from __future__ import annotations

import gc
import logging
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from rendercanvas_rfb import stage
from rendercanvas_rfb.options import DisplayOptions

from .encoders import TIERS
from .node import ClientProcess
from .schedule import Schedule, draw
from .threads import cooperative_threads
from .world import Answer, LogWatch, Request, World

__all__ = ["Finding", "check", "modelled", "replay"]

TOGETHER = 64
"""Worlds at a time: each message between the processes is for all of them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A schedule that went wrong."""

    schedule: Schedule
    violation: str
    trace: tuple[str, ...] = ()


@contextmanager
def modelled() -> Iterator[None]:
    """Have the server's modules find the model's threads and encoders. For the whole process."""
    logger, watch = logging.getLogger("rendercanvas_rfb"), LogWatch()
    level, propagate = logger.level, logger.propagate
    with (
        cooperative_threads(),
        patch.object(stage, "open_still", lambda *args: World.entered.encoders.open_still(*args)),
        # Which encoders this machine has is no matter here.
        patch.object(DisplayOptions, "select", lambda _: (TIERS, None)),
        patch.object(stage.Stage, "_choose_encoders", lambda self, _: (self._fixed_opener, self._fixed_tiers)),
    ):
        # Worlds are full of cycles, and end by the dozen: to look for them more often finds nothing.
        gc.freeze()
        gc.set_threshold(100_000, 20, 50)
        logger.addHandler(watch)
        logger.setLevel(logging.INFO)
        logger.propagate = False
        try:
            yield
        finally:
            logger.removeHandler(watch)
            logger.setLevel(level)
            logger.propagate = propagate


def check(client: ClientProcess, schedules: Iterable[Schedule]) -> Iterator[Finding | None]:
    """Run the schedules; yields for each, as it ends, what went wrong, if anything did."""
    waiting = iter(schedules)
    running: dict[int, tuple[World, Generator[Request, Answer, None]]] = {}
    requests: dict[int, Request] = {}
    numbers = 0
    try:
        while True:
            while len(running) < TOGETHER and (schedule := next(waiting, None)) is not None:
                world = World(schedule)
                numbers += 1
                course = world.run()
                running[numbers] = (world, course)
                requests[numbers] = next(course)
            if not running:
                return
            asked = list(requests.items())
            requests = {}
            for (number, _), answer in zip(asked, client.ask(asked), strict=True):
                world, course = running[number]
                try:
                    requests[number] = course.send(answer)
                except StopIteration:
                    del running[number]
                    yield None if world.violation is None else Finding(world.schedule, world.violation)
    finally:
        for world, _ in running.values():
            world.close()


def replay(client: ClientProcess, schedule: Schedule) -> Finding:
    """Run one schedule, and write down what happens."""
    world = World(schedule, traced=True)
    course = world.run()
    request = next(course)
    while True:
        [answer] = client.ask([(0, request)])
        try:
            request = course.send(answer)
        except StopIteration:
            trace = tuple(world.trace)
            return Finding(schedule, world.violation or "nothing", trace)


def schedules(first: int, count: int) -> Iterator[Schedule]:
    """The schedules of ``count`` seeds."""
    return map(draw, range(first, first + count))
