"""Programs that are told to end, with a viewer, in asyncio's debug mode, and where each warning is an error.

Viewers hear why, recordings are whole, and nothing is left: no thread, no warning, no line on stderr.
"""

from __future__ import annotations

import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from rendercanvas_rfb.client import Client, connect, view_of
from tests.programs import Program, running
from tests.push.viewers import closing
from tests.recording.movies import read

COMMON = """
import atexit, sys, threading
def report():
    print("left:", *(thread.name for thread in threading.enumerate() if thread is not threading.main_thread()))
atexit.register(report)  # Before anything of ours, so that it is called last.
import asyncio, time
import numpy as np
FRAME = np.full((120, 160, 3), (230, 120, 30), np.uint8)
def publish(display):
    FRAME[0, 0] += 1
    display.publish(FRAME)
def play(display):
    try:
        while True:
            publish(display)
            time.sleep(0.01)
    except KeyboardInterrupt:
        pass
async def play_async(display):
    while True:
        publish(display)
        await asyncio.sleep(0.01)
"""

SERVE = """
from rendercanvas_rfb import serve
with serve(160, 120, name="plot") as display:
    display.record(sys.argv[1])
    try:
        while True:
            publish(display)
            display.poll_events()
            time.sleep(0.01)
    except KeyboardInterrupt:
        pass
"""

SERVE_AND_LEAVE_IT_TO_PYTHON = """
from rendercanvas_rfb import serve
display = serve(160, 120, name="plot")
display.record(sys.argv[1])
play(display)
"""

SERVE_ASYNC = """
from rendercanvas_rfb import serve
async def main():
    async with serve(160, 120, name="plot") as display:
        display.record(sys.argv[1])
        await play_async(display)
try:
    asyncio.run(main())
except KeyboardInterrupt:
    pass
"""

SERVER = """
from rendercanvas_rfb.server import Server
with Server(port=0) as server:
    display = server.add("plot", 160, 120)
    display.record(sys.argv[1])
    print("rendercanvas-rfb: plot is at", server.url("plot"), file=sys.stderr)
    play(display)
"""

CANVAS = """
from rendercanvas.auto import RenderCanvas, loop
canvas = RenderCanvas(name="plot", size=(160, 120), update_mode="continuous", max_fps=50)
context = canvas.get_context("bitmap")
@canvas.request_draw
def draw():
    FRAME[0, 0] += 1
    context.set_bitmap(np.dstack([FRAME, np.full((120, 160), 255, np.uint8)]))
canvas.display.record(sys.argv[1])
loop.run()
"""

MOUNTED = """
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from rendercanvas_rfb.asgi import RfbApp
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.hub import Hub
from rendercanvas_rfb.listening import websocket_options
from contextlib import asynccontextmanager
hub, display = Hub(), Display("plot")
hub.add(display)
@asynccontextmanager
async def lifespan(app):
    display.record(sys.argv[1])
    task = asyncio.create_task(play_async(display))
    yield
    task.cancel()
    display.close()
app = Starlette(routes=[Mount("/", RfbApp(hub))], lifespan=lifespan)
server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", **websocket_options()))
async def serve():
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    print(f"rendercanvas-rfb: plot is at http://127.0.0.1:{port}/plot/", file=sys.stderr)
    await task
try:
    asyncio.run(serve())
except KeyboardInterrupt:
    pass
"""

PROGRAMS = {
    "with": SERVE,
    "at exit": SERVE_AND_LEAVE_IT_TO_PYTHON,
    "async with": SERVE_ASYNC,
    "server": SERVER,
    "canvas": CANVAS,
    "mounted": MOUNTED,
}


GOODBYE = (1001, "server shuts down")
HEARD = {
    **dict.fromkeys(PROGRAMS, (GOODBYE, (1000, "closed"))),
    # What uvicorn itself says to WebSockets: "service restart".
    "mounted": ((1012, ""),),
}
"""What a viewer may hear: that the server goes, or that the program closed the display before."""


EXPECTED = re.compile(r" is at http|^Executing <.* took .* seconds$")
"""The address, and what asyncio's debug mode says of whatever takes 0.1 s: on a busy machine anything does."""


@dataclass
class Ended:
    """How a program ended: its exit code, what it printed besides its address, and what its viewer heard."""

    code: int
    output: list[str]
    errors: list[str]
    heard: tuple[int, str]
    frames: int


@asynccontextmanager
async def watched(name: str, folder: Path) -> AsyncIterator[tuple[Program, Client, Path]]:
    """The program, once its viewer has a picture."""
    script, film = folder / "program.py", folder / "film.mp4"
    script.write_text(COMMON + PROGRAMS[name])
    command = ("-m", "rendercanvas_rfb", "run") if name == "canvas" else ()
    arguments = ("-W", "error", "-X", "dev", *command, str(script), str(film))
    async with (
        running(*arguments, PYTHONASYNCIODEBUG="1") as program,
        connect(await program.address("plot"), view=view_of(160, 120)) as client,
    ):
        for _ in range(3):
            await client.next_chunk()
        yield program, client, film


async def told(name: str, number: signal.Signals, folder: Path) -> Ended:
    async with watched(name, folder) as (program, client, film):
        program.interrupt() if number is signal.SIGINT else program.terminate()
        end = await closing(client)
        code = await program.finish()
        errors = [line for line in program.errors if not EXPECTED.search(line)]
        return Ended(code, program.output, errors, (end.code, end.reason), len(read(film)))


@pytest.mark.parametrize("name", PROGRAMS)
async def test_ctrl_c(name: str, tmp_path: Path) -> None:
    ended = await told(name, signal.SIGINT, tmp_path)
    # The one line is what rendercanvas' loop says.
    assert ended.errors == (["Received signal Interrupt"] if name == "canvas" else [])
    assert ended.heard in HEARD[name]
    assert ended.output == ["left:"]
    assert ended.code == 0
    assert ended.frames >= 1


@pytest.mark.parametrize("name", PROGRAMS)
async def test_termination(name: str, tmp_path: Path) -> None:
    ended = await told(name, signal.SIGTERM, tmp_path)
    assert ended.errors == []
    assert ended.heard in HEARD[name]
    assert ended.code == -signal.SIGTERM
    assert ended.frames >= 1


async def test_termination_in_the_middle_of_what_goodbye_needs() -> None:
    code = """
import os, signal, time
import numpy as np
from rendercanvas_rfb import serve
display = serve(160, 120, name="plot")
display.publish(np.zeros((120, 160), np.uint8))
while not display.poll_events(timeout=0.1):
    pass
with display.pipeline._lock:  # Which a signal can find taken at any publish.
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(0.01)
while True:
    time.sleep(0.1)
"""
    async with running("-W", "error", "-X", "dev", "-c", code) as program:
        async with connect(await program.address("plot")) as client:
            end = await closing(client)
            assert (end.code, end.reason) == (1001, "server shuts down")
        assert await program.finish() == -signal.SIGTERM
