"""One streaming system as a process of its own: ``python servers.py SYSTEM FRAMES.npy``.

Prints its address as a line, and then obeys lines on its standard input: ``play FPS`` publishes the stored frames to
and fro, ``hold`` publishes the same frame 30 times a second for ever, ``pause`` publishes nothing. Ends with its input.
Every system has its defaults, unless its name says otherwise, and is given frames in the layout that it likes best.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Awaitable, Callable

import numpy as np

HOST = "127.0.0.1"

Show = Callable[[np.ndarray], object]
"""Makes a frame the picture."""


class Player:
    """Shows the stored frames, to and fro, as it is told."""

    def __init__(self, show: Show, frames: list[np.ndarray]) -> None:
        self._show, self._frames = show, frames
        self._fps = 0.0
        self._moving = True
        self._told = asyncio.Event()

    def obey(self, line: str) -> None:
        """Take a command."""
        command, *arguments = line.split()
        self._moving = command == "play"
        self._fps = float(arguments[0]) if arguments else {"hold": 30.0, "pause": 0.0}[command]
        self._told.set()

    async def run(self) -> None:
        """Publish for ever."""
        loop = asyncio.get_running_loop()
        there_and_back = [*self._frames, *self._frames[-2:0:-1]]
        number = 0
        due = loop.time()
        self._show(there_and_back[0])
        while True:
            if not self._fps:
                self._told.clear()
                await self._told.wait()
                due = loop.time()
                continue
            # A tick that was missed is missed; but the rate is kept where a sleep lasted a little too long.
            due = max(due + 1 / self._fps, loop.time() - 1 / self._fps)
            await asyncio.sleep(max(0.0, due - loop.time()))
            number += self._moving
            self._show(there_and_back[number % len(there_and_back)])


async def serve_ours(frames: list[np.ndarray]) -> tuple[str, Show]:
    """This package, through its push interface."""
    from rendercanvas_rfb.serve import serve

    display = serve(frames[0].shape[1], frames[0].shape[0], port=0)
    return display.url, lambda frame: display.publish(frame, copy=False)


async def serve_pdum(frames: list[np.ndarray], adaptive: bool = False) -> tuple[str, Show]:
    """habemus-papadum-rfb, through its push interface. Its encoder takes RGB without alpha."""
    from pdum import rfb

    for number, frame in enumerate(frames):
        frames[number] = np.ascontiguousarray(frame[..., :3])
    port = free_port()
    display = await rfb.serve(frames[0].shape[1], frames[0].shape[0], host=HOST, port=port, adaptive=adaptive)
    return f"ws://{HOST}:{port}/", display.publish


async def serve_http(frames: list[np.ndarray]) -> tuple[str, Show]:
    """The canvas of rendercanvas' http backend, drawing stored frames on demand."""
    import uvicorn
    from rendercanvas import http

    height, width = frames[0].shape[:2]
    canvas = http.RenderCanvas(size=(width, height), update_mode="ondemand", max_fps=10_000)
    context = canvas.get_context("bitmap")
    latest = [frames[0]]
    canvas.request_draw(lambda: context.set_bitmap(latest[0]))
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(http.asgi, host=HOST, port=port, log_level="error"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)

    def show(frame: np.ndarray) -> None:
        latest[0] = frame
        canvas.request_draw()
        assert not serving.done()

    return f"ws://{HOST}:{port}/", show


SYSTEMS: dict[str, Callable[[list[np.ndarray]], Awaitable[tuple[str, Show]]]] = {
    "ours": serve_ours,
    "pdum": serve_pdum,
    "pdum-adaptive": lambda frames: serve_pdum(frames, adaptive=True),
    "pdum-jpeg": serve_pdum,
    "http": serve_http,
}


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


async def main(system: str, path: str) -> None:
    """Serve until the input ends."""
    frames = list(np.load(path))
    url, show = await SYSTEMS[system](frames)
    player = Player(show, frames)
    print(url, flush=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    playing = asyncio.create_task(player.run())
    while line := (await reader.readline()).decode():
        player.obey(line)
    playing.cancel()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
