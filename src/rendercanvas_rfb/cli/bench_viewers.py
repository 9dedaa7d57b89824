"""What more viewers cost the server: stored pictures, and viewers in a process of their own."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

from ..client import connect
from ..display import Display
from ..errors import ConnectionClosed
from ..frames import Pixels
from ..hosting import host_display
from ..options import DisplayOptions
from ..testing.scenes import to_and_fro

__all__ = ["ViewersResult", "measure_viewers", "viewers_table"]

FPS = 15
WARM_UP_S = 1.5
"""For the first keyframe, and for windows to open."""
CONNECT_S = 60
"""For all viewers to connect, at most: their process has to import this package first."""


@dataclass(frozen=True, slots=True)
class ViewersResult:
    """What was measured with so many viewers.

    Attributes:
        viewers: How many.
        cpu_milliseconds: Processor time of the server's process for each picture that was published.
        slowest_fps: Pictures per second that the viewer with the fewest has got.
        published_fps: Pictures per second that were published.
    """

    viewers: int
    cpu_milliseconds: float
    slowest_fps: float
    published_fps: float


def measure_viewers(
    counts: Sequence[int], options: DisplayOptions, pictures: Sequence[Pixels], seconds: float
) -> Iterator[ViewersResult]:
    """Publish ``pictures`` to so many viewers at a time, for so many seconds each."""
    for count in counts:
        display = host_display(port=0, stem="bench", options=options)
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        viewers = context.Process(target=_view, args=(display.url, count, theirs), daemon=True)
        viewers.start()
        try:
            _wait_for_viewers(display, count)
            _publish(display, pictures, WARM_UP_S)
            ours.send("count")
            started, cpu_s = time.perf_counter(), time.process_time()
            published = _publish(display, pictures, seconds)
            cpu_s, elapsed = time.process_time() - cpu_s, time.perf_counter() - started
            ours.send("report")
            received: list[int] = ours.recv()
        finally:
            display.close()
            viewers.terminate()
            viewers.join()
        yield ViewersResult(count, 1000 * cpu_s / published, min(received) / elapsed, published / elapsed)


def viewers_table(results: Sequence[ViewersResult]) -> str:
    """The results for people."""
    lines = [f"{'viewers':>7} {'CPU ms per picture':>19} {'over the first':>15} {'slowest viewer fps':>19}"]
    for result in results:
        ratio = result.cpu_milliseconds / results[0].cpu_milliseconds
        lines.append(
            f"{result.viewers:7} {result.cpu_milliseconds:19.2f} {ratio:14.2f}x"
            f" {f'{result.slowest_fps:.1f} of {result.published_fps:.1f}':>19}"
        )
    return "\n".join(lines)


def _publish(display: Display, pictures: Sequence[Pixels], seconds: float) -> int:
    count = max(1, round(seconds * FPS))
    started = time.perf_counter()
    for number, pixels in enumerate(to_and_fro(pictures, count)):
        time.sleep(max(0.0, started + number / FPS - time.perf_counter()))
        display.publish(pixels, copy=False)
    time.sleep(1 / FPS)
    return count


def _wait_for_viewers(display: Display, count: int) -> None:
    deadline = time.monotonic() + CONNECT_S
    while display.state["viewers"] < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"only {display.state['viewers']} of {count} viewers have connected in {CONNECT_S} s")
        time.sleep(0.02)


def _view(url: str, count: int, commands: Connection) -> None:
    """Watch with so many viewers; says how many pictures each has got between two commands."""
    asyncio.run(_watch_all(url, count, commands))


async def _watch_all(url: str, count: int, commands: Connection) -> None:
    received = [0] * count

    async def watch(number: int) -> None:
        try:
            async with connect(url) as client:
                while True:
                    await client.next_chunk()
                    received[number] += 1
        except ConnectionClosed:
            return

    async with asyncio.TaskGroup() as tasks:
        watching = [tasks.create_task(watch(number)) for number in range(count)]
        await asyncio.to_thread(commands.recv)
        before = list(received)
        await asyncio.to_thread(commands.recv)
        commands.send([now - then for now, then in zip(received, before, strict=True)])
        for task in watching:
            task.cancel()
