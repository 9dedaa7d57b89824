"""A picture that changes its colour when it is pressed, in a page: ``python blinkers.py SYSTEM WIDTH HEIGHT [tuned]``.

Prints the page's address, and ends with its standard input. Each system has its defaults, or, tuned, what makes it
answer fastest: a canvas without a limit of its frame rate, and for habemus-papadum-rfb no canvas but its push interface
with H.264.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import numpy as np
from servers import HOST, free_port

PDUM_PAGE = """<!doctype html><body style="margin:0"><div id="view" style="width:%(width)dpx"></div>
<script type="module">
import widget from "/widget.js";
const values = {url: "ws://127.0.0.1:%(port)d/", height: %(height)d, stream: "default", image_only: false,
  main_thread_present: false, fit: "contain",
  show_toolbar: false, show_stats: false};
const model = {get: (name) => values[name], set() {}, save_changes() {}, on() {}, off() {}, send() {}};
const {render} = typeof widget === "function" ? await widget() : widget;
render({model, el: document.getElementById("view")});
</script>"""
"""The host that its notebook widget needs; the widget is its viewer."""


class Blinker:
    """The pictures, and which of them is shown."""

    def __init__(self) -> None:
        self._bright = False

    def pressed(self, _event: object = None) -> None:
        """Have the other colour from now on."""
        self._bright = not self._bright

    def picture(self, width: int, height: int, channels: int = 4) -> np.ndarray:
        """The present colour."""
        return np.full((height, width, channels), 220 if self._bright else 20, np.uint8)

    def attach(self, canvas: Any) -> None:
        """Draw into a canvas on demand."""
        context = canvas.get_context("bitmap")

        def draw() -> None:
            context.set_bitmap(self.picture(*canvas.get_physical_size()))

        def pressed(_event: object) -> None:
            self.pressed()
            canvas.request_draw()

        canvas.add_event_handler(pressed, "pointer_down")
        canvas.request_draw(draw)


async def blink_ours(width: int, height: int, tuned: bool) -> str:
    """This package's canvas."""
    from rendercanvas_rfb.rfb import RfbRenderCanvas

    canvas = RfbRenderCanvas(port=0, size=(width, height), **({"max_fps": 500} if tuned else {}))
    Blinker().attach(canvas)
    return canvas.url


async def blink_http(width: int, height: int, tuned: bool) -> str:
    """The canvas of rendercanvas' http backend."""
    import uvicorn
    from rendercanvas import http

    canvas = http.RenderCanvas(size=(width, height), **({"max_fps": 500} if tuned else {}))
    Blinker().attach(canvas)
    return await serve_app(uvicorn, http.asgi)


async def blink_pdum(width: int, height: int, tuned: bool) -> str:
    """habemus-papadum-rfb's canvas, which publishes RGBA and so cannot have H.264; tuned, its display with it."""
    import uvicorn
    from pdum import rfb

    port = free_port()
    display = await rfb.serve(width, height, host=HOST, port=port, has_h264=tuned)
    blinker = Blinker()
    if tuned:
        keep(asyncio.create_task(push(display, blinker, width, height)))
    else:
        from pdum.rfb.rendercanvas import RfbRenderCanvas, loop

        blinker.attach(RfbRenderCanvas(display=display))
        keep(asyncio.create_task(loop.run_async()))
    page = (PDUM_PAGE % {"width": width, "height": height, "port": port}).encode()
    script = files("pdum.rfb").joinpath("static/widget.js").read_bytes()
    return await serve_app(uvicorn, two_files(page, script))


async def push(display: Any, blinker: Blinker, width: int, height: int) -> None:
    """Publish when it is pressed."""
    display.publish(blinker.picture(width, height, channels=3))
    async for event in display.events():
        if event.event["type"] == "pointer_down":
            blinker.pressed()
            display.publish(blinker.picture(width, height, channels=3))


def two_files(page: bytes, script: bytes) -> Callable[..., Any]:
    """An ASGI app of a page and its script."""

    async def app(scope: dict[str, Any], _receive: object, send: Callable[[dict[str, Any]], Any]) -> None:
        if scope["type"] == "http":
            is_script = scope["path"].endswith(".js")
            kind = b"text/javascript" if is_script else b"text/html"
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
            await send({"type": "http.response.body", "body": script if is_script else page})

    return app


async def serve_app(uvicorn: Any, app: Any) -> str:
    """Serve it on a free port of loopback; its address."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host=HOST, port=port, log_level="error"))
    keep(asyncio.create_task(server.serve()))
    while not server.started:
        await asyncio.sleep(0.01)
    return f"http://{HOST}:{port}/"


_kept = set()


def keep(task: asyncio.Task[Any]) -> None:
    """Hold on to a task: an event loop does not."""
    _kept.add(task)


BLINKERS = {"ours": blink_ours, "http": blink_http, "pdum": blink_pdum}


async def main(system: str, width: str, height: str, tuned: str = "") -> None:
    """Serve until the input ends."""
    print(await BLINKERS[system](int(width), int(height), bool(tuned)), flush=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    running = asyncio.create_task(run_loop(system))
    await reader.read()
    running.cancel()
    for task in _kept:
        task.cancel()


async def run_loop(system: str) -> None:
    """Our canvases live on the loop of rendercanvas, which runs inside this one."""
    if system == "ours":
        from rendercanvas_rfb.rfb import loop

        await loop.run_async()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
