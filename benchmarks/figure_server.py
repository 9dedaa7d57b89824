"""A server in a process of its own that plays stored frames, for benchmarks whose clients shall not share its time.

Reads ``/proc`` for what it holds: Linux only.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from benchmarks.frames import SCENES, to_and_fro
from benchmarks.held import Held, held_by
from rendercanvas_rfb.limits import ServerLimits
from rendercanvas_rfb.server import Server

__all__ = ["FigureServer", "figure_server"]

STORED = 60
"""Frames that are stored: two seconds at 30 a second, and four to and fro."""

MAX_VIEWERS = 512


class FigureServer:
    """The other end of the pipe to a server.

    Attributes:
        url: Address of the page.
        port: Where it listens.
    """

    def __init__(self, pipe: Connection, process: int) -> None:
        self._pipe, self._process = pipe, process
        self.url, self.port = pipe.recv()

    def play(self, fps: float) -> None:
        """Publish so many frames a second; 0 for a picture that stands still."""
        self._ask("play", fps)

    def rest(self) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """Publish no more; returns the picture, uint8 RGBA of shape (height, width, 4)."""
        picture: np.ndarray[Any, np.dtype[np.uint8]] = self._ask("rest")
        return picture

    def published(self) -> int:
        """Frames that were published so far."""
        count: int = self._ask("count")
        return count

    def restart(self) -> None:
        """Stop the server, and start another one on the same port with the same display."""
        self._ask("restart")

    def viewers(self) -> int:
        """Viewers that the server counts."""
        count: int = self._ask("viewers")
        return count

    def held(self) -> Held:
        """What the process holds now."""
        return held_by(self._process)

    def _ask(self, *question: object) -> Any:
        self._pipe.send(question)
        return self._pipe.recv()


@contextmanager
def figure_server(scene: str, width: int, height: int) -> Iterator[FigureServer]:
    """Render the frames of a scene (`benchmarks.frames.SCENES`) in another process, and serve them from there."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_run, args=(there, scene, width, height))
    process.start()
    try:
        assert process.pid is not None
        yield FigureServer(here, process.pid)
    finally:
        here.send(("stop",))
        process.join()


def _serve(frames: Sequence[Any], port: int) -> tuple[Server, Any]:
    limits = ServerLimits(max_viewers=MAX_VIEWERS, max_pending=MAX_VIEWERS, max_pending_per_address=MAX_VIEWERS)
    server = Server(port=port, limits=limits)
    server.start()
    height, width = frames[0].shape[:2]
    display = server.add("plot", width, height)
    return server, display


def _run(pipe: Connection, scene: str, width: int, height: int) -> None:
    frames = SCENES[scene](STORED, width, height)
    movie = to_and_fro(frames, 10**9)
    server, display = _serve(frames, 0)
    display.publish(picture := next(movie))
    pipe.send((server.url("plot"), server.port))
    fps, due, count = 0.0, time.monotonic(), 1
    while True:
        wait = max(0.0, due - time.monotonic()) if fps else None
        if pipe.poll(wait):
            match pipe.recv():
                case ("play", wanted):
                    fps, due = wanted, time.monotonic()
                    pipe.send(None)
                case ("rest",):
                    fps = 0.0
                    pipe.send(picture)
                case ("count",):
                    pipe.send(count)
                case ("viewers",):
                    pipe.send(display.state["viewers"])
                case ("restart",):
                    port = server.port
                    server.stop()
                    server, display = _serve(frames, port)
                    display.publish(picture)
                    pipe.send(None)
                case _:
                    server.stop()
                    return
        if fps and time.monotonic() >= due:
            display.publish(picture := next(movie))
            display.poll_events()
            count += 1
            due = max(due + 1 / fps, time.monotonic() - 1 / fps)
