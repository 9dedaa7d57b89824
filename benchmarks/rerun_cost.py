"""What it costs to run a script again, in Streamlit and in Preswald: round trips, bytes, and frames without a picture.

A page shows a figure and a slider that has nothing to do with it. The slider is moved, the script runs again, and what
comes of it is counted: requests for the figure and bytes from and to it, by a relay between it and the browser; and
frames in which the figure is not to be seen, in what Chromium's screen recorder delivers.

Run it in an environment with the framework, as the sessions of ``nox -s tests_apps`` make them:

    python benchmarks/rerun_cost.py streamlit
    python benchmarks/rerun_cost.py preswald
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import numpy as np
from PIL import Image
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import async_playwright

EXAMPLES = Path(__file__).parents[1] / "examples" / "apps"
SCRIPT = "app.py"
RUNS = 10
PAUSE_S = 1.0
"""Between two runs: Preswald leaves out those that follow within 0.1 s."""

HEAD = """
from figures import make_waves
from rendercanvas_rfb.apps import chart, configure
"""
STREAMLIT = (
    HEAD
    + """
import streamlit as st
from rendercanvas_rfb.apps.streamlit import rfb_chart
if "configured" not in sys.modules:
    sys.modules["configured"] = sys
    configure(port={figures}, public_url="http://127.0.0.1:{relay}")
{show}
st.slider("Other", 0, 100, 50)
"""
)
PRESWALD = (
    HEAD
    + """
from preswald import slider
from preswald.interfaces.components import generic
from rendercanvas_rfb.apps.preswald import rfb_chart
{show}
slider("Other", min_val=0, max_val=100, step=1, default=50)
"""
)
ANEW = "str(chart(make_waves).frame('100%', 350, poster={poster})) + f'<!-- {{time.monotonic()}} -->'"
FORMS = {
    "streamlit": {
        "rfb_chart": "rfb_chart(make_waves, height=350)",
        "a frame put there anew": f"st.iframe({ANEW.format(poster=False)}, height=360)",
        "the same with the last picture": f"st.iframe({ANEW.format(poster=True)}, height=360)",
    },
    "preswald": {
        "rfb_chart": "rfb_chart(make_waves, height=350)",
        "a frame put there anew": f"generic({ANEW.format(poster=False)}, 'text/html', component_id='it')",
        "the same with the last picture": f"generic({ANEW.format(poster=True)}, 'text/html', component_id='it')",
    },
}


class Relay:
    """Hands on what comes, and counts it."""

    def __init__(self, port: int) -> None:
        self.bytes = self.connections = self.requests = 0
        self._port = port

    async def hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self.connections += 1
        with suppress(OSError):
            there = await asyncio.open_connection("127.0.0.1", self._port)
            await asyncio.gather(self._copy(reader, there[1]), self._copy(there[0], writer))

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                self.bytes += len(data)
                self.requests += data.startswith(b"GET ") and b"/make-waves" in data.partition(b"\r\n")[0]
                writer.write(data)
                await writer.drain()
        writer.close()


async def measure(framework: str, form: str) -> str:
    """Move the slider, and return a row of the table."""
    app, figures, relay_port = _ports()
    # Preswald serves the figures itself.
    relay = Relay(app if framework == "preswald" else figures)
    source = (PRESWALD if framework == "preswald" else STREAMLIT).format(
        show=FORMS[framework][form].replace("{{", "{").replace("}}", "}"), figures=figures, relay=relay_port
    )
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(EXAMPLES / "figures.py", folder)
        # Of Preswald's two ways the one that runs the whole script.
        settings = (EXAMPLES / "preswald.toml").read_text(encoding="utf-8")
        _write(Path(folder, "preswald.toml"), settings.replace("[project]\n", "[project]\ndisable_reactivity = true\n"))
        _write(Path(folder, SCRIPT), "import sys, time\nopen('runs', 'a').write('.')\n" + source)
        process = _start(framework, app, folder)
        try:
            _wait_for(f"http://127.0.0.1:{app}/")
            async with await asyncio.start_server(relay.hand_on, "127.0.0.1", relay_port):
                page_port = relay_port if framework == "preswald" else app
                return await _look(f"http://127.0.0.1:{page_port}/", relay, form, Path(folder, "runs"))
        finally:
            process.kill()
            process.wait()


async def _look(address: str, relay: Relay, form: str, log: Path) -> str:
    frames: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = await browser.new_page(viewport={"width": 900, "height": 900})
        began = time.monotonic()
        await page.goto(address)
        while _shown(await page.screenshot()) < 200:
            await asyncio.sleep(0.1)
        first = time.monotonic() - began
        await asyncio.sleep(5)  # the lossless picture has come, and nothing moves any more
        before = relay.bytes, relay.connections, relay.requests, _size(log)
        session = await page.context.new_cdp_session(page)

        async def keep(event: dict[str, object]) -> None:
            frames.append(str(event["data"]))
            with suppress(PlaywrightError):  # the last one may come when the page is being closed
                await session.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})

        session.on("Page.screencastFrame", lambda event: asyncio.ensure_future(keep(event)))
        await session.send("Page.startScreencast", {"format": "jpeg", "quality": 90, "everyNthFrame": 1})
        slider = page.get_by_role("slider")
        await slider.focus()
        for _ in range(RUNS):
            await slider.press("ArrowRight")
            await asyncio.sleep(PAUSE_S)
        await session.send("Page.stopScreencast")
        after = relay.bytes, relay.connections, relay.requests, _size(log)
        await browser.close()
    blank = sum(_shown(base64.b64decode(frame)) < 200 for frame in frames)
    moved, connections, requests, runs = (b - a for a, b in zip(before, after, strict=True))
    runs = max(runs, 1)
    each = [f"{value / runs:.1f}" for value in (requests, connections, moved / 1000)]
    return f"| {form} | {first:.1f} s | {runs} | {' | '.join(each)} | {blank} of {len(frames)} |"


def _shown(image: bytes) -> int:
    """Pixels of the sine."""
    with Image.open(io.BytesIO(image)) as opened:
        pixels = np.asarray(opened.convert("RGB")).astype(int)
    return int(((pixels[..., 0] > 180) & (pixels[..., 1] < 110) & (pixels[..., 2] > 180)).sum())


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _size(path: Path) -> int:
    return path.stat().st_size


def _start(framework: str, port: int, folder: str) -> subprocess.Popen[bytes]:
    command = {
        "preswald": ["-m", "rendercanvas_rfb", "preswald", SCRIPT, "--port", str(port)],
        "streamlit": [
            *("-m", "streamlit", "run", SCRIPT, "--server.port", str(port)),
            *("--server.headless", "true", "--browser.gatherUsageStats", "false"),
        ],
    }[framework]
    return subprocess.Popen(
        [sys.executable, *command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _wait_for(address: str) -> None:
    opener = build_opener(ProxyHandler({}))
    for _ in range(300):
        with suppress(URLError, OSError):
            opener.open(address, timeout=5).close()
            return
        time.sleep(0.2)
    raise SystemExit(f"the app does not answer at {address}")


def _ports() -> list[int]:
    import socket

    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("framework", choices=FORMS)
    framework = parser.parse_args().framework
    print("| the script shows | first picture | runs | requests | connections | kB | frames without the figure |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for form in FORMS[framework]:
        print(asyncio.run(measure(framework, form)), flush=True)


if __name__ == "__main__":
    main()
