"""One way to bring a line that changes into a page, as a server.

``python -m benchmarks.push_or_poll.ways WAY POINTS`` prints the address of its page. For each line on its standard
input it changes all values of the line, and prints the time at which it began to, in seconds since the epoch.
"""

from __future__ import annotations

import asyncio
import io
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from rendercanvas_rfb.frames import Pixels
from tests.support import free_port

WIDTH, HEIGHT = 800, 500
"""Of the figure, CSS pixels."""

COLOR = "magenta"
POLL_MS = 100
"""Between two questions of the polling page."""

Change = Callable[[], None]


class Signal:
    """A noisy wave, by turns in the upper and in the lower half of the axes, which go from -2 to 2."""

    def __init__(self, points: int) -> None:
        wave = 0.4 * np.sin(np.linspace(0, 20, points, dtype=np.float32))
        wave += np.random.default_rng(0).normal(0, 0.08, points).astype(np.float32)
        # Made beforehand: what is measured is how they come to the page.
        self._values = (wave + 1, wave - 1)
        self.points = points
        self.version = 0

    @property
    def values(self) -> np.ndarray[Any, np.dtype[np.float32]]:
        """The present ones: float32 array (points,)."""
        return self._values[self.version % 2]


class Agg:
    """The signal as matplotlib draws it."""

    def __init__(self, signal: Signal) -> None:
        import matplotlib as mpl
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        mpl.rcParams["agg.path.chunksize"] = 10_000  # more in one piece is more than Agg takes
        self._signal = signal
        self._figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100)
        self._canvas = FigureCanvasAgg(self._figure)
        axes = self._figure.add_subplot(xlim=(0, signal.points), ylim=(-2, 2))
        (self._line,) = axes.plot(signal.values, color=COLOR, linewidth=1)
        self._lock = threading.Lock()

    def png(self) -> bytes:
        """The present picture as a file."""
        with self._lock:
            self._line.set_ydata(self._signal.values)
            file = io.BytesIO()
            self._figure.savefig(file, format="png")
            return file.getvalue()

    def pixels(self) -> Pixels:
        """The present picture: uint8 array (height, width, 4)."""
        self._line.set_ydata(self._signal.values)
        self._canvas.draw()
        return np.asarray(self._canvas.buffer_rgba()).copy()


POLLING_PAGE = f"""<!doctype html><style>body {{ margin: 0 }}</style><img><script type=module>
const image = document.querySelector("img");
let shown = "";
for (;;) {{
  const response = await fetch("plot.png", {{ cache: "no-cache" }});
  if (response.headers.get("etag") !== shown) {{
    shown = response.headers.get("etag");
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(await response.blob());
    await image.decode();
  }}
  await new Promise((resolve) => setTimeout(resolve, {POLL_MS}));
}}
</script>"""


def polled_matplotlib(signal: Signal) -> tuple[str, Change]:
    """Flask renders a PNG when it is asked and the data is new; the page asks again and again."""
    import logging

    import flask
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = flask.Flask("polled")
    agg = Agg(signal)

    @app.get("/")
    def page() -> str:
        return POLLING_PAGE

    @app.get("/plot.png")
    def picture() -> flask.Response:
        version = str(signal.version)
        if flask.request.if_none_match.contains(version):
            return flask.Response(status=304, headers={"etag": f'"{version}"'})
        return flask.Response(agg.png(), mimetype="image/png", headers={"etag": f'"{version}"'})

    # Flask's own server, without its greeting.
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/", lambda: None


PLOTLY_PAGE = """<!doctype html><style>body { margin: 0 }</style><div id=plot></div><script src=plotly.js></script>
<script>
const socket = new WebSocket(`ws://${location.host}/data`);
socket.onmessage = (message) => {
  const figure = JSON.parse(message.data);
  Plotly.react("plot", figure.data, figure.layout);
};
</script>"""


def pushed_plotly(signal: Signal) -> tuple[str, Change]:
    """Each change goes as JSON, as plotly.py writes it, over a WebSocket to Plotly.js, which draws with WebGL."""
    import plotly
    import plotly.graph_objects as go
    import uvicorn
    from starlette.applications import Starlette
    from starlette.responses import FileResponse, HTMLResponse
    from starlette.routing import Route, WebSocketRoute
    from starlette.websockets import WebSocket

    script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    sockets: list[WebSocket] = []
    loops: list[asyncio.AbstractEventLoop] = []
    layout = {"width": WIDTH, "height": HEIGHT, "yaxis": {"range": [-2, 2]}}

    def figure() -> str:
        line = go.Scattergl(y=signal.values, mode="lines", line={"color": COLOR, "width": 1})
        return str(go.Figure(line, layout).to_json())

    async def data(socket: WebSocket) -> None:
        await socket.accept()
        loops.append(asyncio.get_running_loop())
        await socket.send_text(figure())
        sockets.append(socket)
        async for _ in socket.iter_text():
            pass
        sockets.remove(socket)

    def change() -> None:
        text = figure()
        for socket in sockets:
            asyncio.run_coroutine_threadsafe(socket.send_text(text), loops[-1]).result()

    async def page(_request: object) -> HTMLResponse:
        return HTMLResponse(PLOTLY_PAGE)

    async def plotly_js(_request: object) -> FileResponse:
        return FileResponse(script)

    app = Starlette(routes=[Route("/", page), Route("/plotly.js", plotly_js), WebSocketRoute("/data", data)])
    port = free_port()
    # Floats of noise hardly get smaller, and compressing them would take more time than all else.
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", ws_per_message_deflate=False))
    threading.Thread(target=server.run, daemon=True).start()
    return f"http://127.0.0.1:{port}/", change


def published_matplotlib(signal: Signal) -> tuple[str, Change]:
    """Matplotlib's picture is published at each change."""
    from rendercanvas_rfb import Server

    agg = Agg(signal)
    server = Server(port=0)
    server.start()
    display = server.add("plot", WIDTH, HEIGHT)
    display.publish(agg.pixels())
    return server.url("plot"), lambda: display.publish(agg.pixels())


def live_fastplotlib(signal: Signal) -> tuple[str, Change]:
    """Fastplotlib draws on a canvas, which is streamed."""
    os.environ["RENDERCANVAS_BACKEND"] = "rfb"
    import fastplotlib as fpl

    from rendercanvas_rfb.apps import drawing_paused
    from rendercanvas_rfb.apps._chart import chart

    xs = np.linspace(0, 20, signal.points, dtype=np.float32)

    def make() -> fpl.Figure:
        figure = fpl.Figure(size=(WIDTH, HEIGHT))
        plot = figure[0, 0]
        plot.add_line(np.column_stack([xs, signal.values]), thickness=1, colors=COLOR, name="signal")
        figure.show(maintain_aspect=False)
        plot.x_range, plot.y_range = (0, 20), (-2, 2)
        return figure

    shown = chart(make)

    def change() -> None:
        with drawing_paused():
            shown.figure[0, 0]["signal"].data[:, 1] = signal.values

    return shown.url, change


WAYS: dict[str, Callable[[Signal], tuple[str, Change]]] = {
    "matplotlib, polled": polled_matplotlib,
    "Plotly.js, pushed JSON": pushed_plotly,
    "matplotlib, published": published_matplotlib,
    "fastplotlib, streamed": live_fastplotlib,
}
"""The ways, by what the table calls them."""


def main(way: str, points: int) -> None:
    """Serve until the standard input ends."""
    signal = Signal(points)
    url, change = WAYS[way](signal)
    print(url, flush=True)
    for _ in sys.stdin:
        print(time.time(), flush=True)
        signal.version += 1
        change()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
    # No waiting for threads that serve for ever.
    os._exit(0)
