"""`serve()`, in programs as people write them: each in a process of its own, watched by the Python client."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import numpy as np
import pytest

import rendercanvas_rfb
from rendercanvas_rfb import ColorSpace, Display, serve
from rendercanvas_rfb.client import connect, view_of
from rendercanvas_rfb.errors import ConfigurationError
from tests.programs import picture_where, running, share
from tests.push.viewers import closing
from tests.recording.movies import read
from tests.support import free_port, until

ORANGE = (240, 140, 20)
FRAME = f"np.full((120, 160, 3), {ORANGE}, np.uint8)"

PROGRAMS = {
    "plain loop": f"""
import time
import numpy as np
import rendercanvas_rfb
display = rendercanvas_rfb.serve(160, 120)
while not display.closed:
    display.publish({FRAME})
    time.sleep(1 / 60)
""",
    "thread": f"""
import threading, time
import numpy as np
from rendercanvas_rfb import serve
def work(display):
    while not display.closed:
        display.publish({FRAME})
        time.sleep(1 / 60)
with serve(160, 120) as display:
    thread = threading.Thread(target=work, args=(display,))
    thread.start()
    thread.join()
""",
    "asyncio": f"""
import asyncio
import numpy as np
from rendercanvas_rfb import serve
async def main():
    async with serve(160, 120) as display:
        while not display.closed:
            display.publish({FRAME})
            await asyncio.sleep(1 / 60)
asyncio.run(main())
""",
    "once": f"""
import numpy as np
from rendercanvas_rfb import serve
display = serve(160, 120)
display.publish({FRAME})
while not display.closed:
    display.poll_events(timeout=60)
""",
    "notebook cell": f"""
import asyncio
import numpy as np
from rendercanvas_rfb import serve
async def kernel():
    # A cell is synchronous code while an asyncio loop runs around it.
    display = serve(160, 120)
    display.publish({FRAME})
    while not display.closed:
        await asyncio.sleep(0.05)
asyncio.run(kernel())
""",
}


@pytest.mark.parametrize("program", PROGRAMS)
async def test_a_program_is_watched_and_ends_without_a_complaint(program: str) -> None:
    async with running("-W", "error", "-X", "dev", "-c", PROGRAMS[program]) as process:
        async with connect(await process.address("display-1")) as client:
            await picture_where(client, lambda pixels: share(pixels, ORANGE) > 0.99, "orange")
        process.interrupt()
        assert await process.finish() in (0, 1, -2, 130)
    assert not [line for line in process.errors if "Warning" in line]


async def test_a_program_that_is_told_to_end_says_goodbye_to_its_viewers(tmp_path: Path) -> None:
    recorded = tmp_path / "a.mp4"
    code = f"""
import time
import numpy as np
from rendercanvas_rfb import serve
display = serve(160, 120)
recording = display.record({str(recorded)!r})
while True:
    display.publish({FRAME})
    time.sleep(0.01)
"""
    async with running("-W", "error", "-X", "dev", "-c", code) as process:
        async with connect(await process.address("display-1")) as client:
            await picture_where(client, lambda pixels: share(pixels, ORANGE) > 0.99, "orange")
            process.terminate()
            end = await closing(client)
            assert (end.code, end.reason) == (1001, "server shuts down")
        assert await process.finish() == -signal.SIGTERM
    assert len(read(recorded)) >= 1
    assert not [line for line in process.errors if "Warning" in line]


async def test_a_program_that_handles_the_signal_itself_is_left_alone() -> None:
    code = f"""
import signal
import numpy as np
from rendercanvas_rfb import serve
signal.signal(signal.SIGTERM, lambda *_: display.close())
display = serve(160, 120)
display.publish({FRAME})
while not display.closed:
    display.poll_events(timeout=0.1)
"""
    async with running("-W", "error", "-X", "dev", "-c", code) as process:
        async with connect(await process.address("display-1")) as client:
            await client.next_picture()
            process.terminate()
            assert (await closing(client)).code == 1000
        assert await process.finish() == 0


async def test_a_served_display_can_be_watched_and_closed() -> None:
    with serve(64, 48, port=0, name="demo", title="Demo") as display:
        assert display.url.endswith("/demo/")
        assert (display.state["width"], display.state["height"]) == (64, 48)
        display.publish(np.full((48, 64), 200, np.uint8))
        async with connect(display.url) as client:
            assert client.state["title"] == "Demo"
            picture = await client.next_picture()
            assert abs(picture.pixels.mean() - 200) < 3
            display.publish(np.full((30, 40), 100, np.uint8), pixel_ratio=2)
            picture = await client.next_picture()
            assert picture.pixels.shape == (30, 40, 3)
            assert picture.header.pixel_ratio == 2
    assert display.closed
    assert display.url == ""


async def test_a_display_that_follows_the_viewer_says_which_size_it_should_have() -> None:
    with serve(64, 48, port=0, resize="viewer", max_size=(500, 400)) as display:
        async with connect(display.url, view=view_of(200, 100, pixel_ratio=2)):
            await until(lambda: display.target_size == (400, 200))
            assert display.target_ratio == 2


async def test_options_of_the_server_are_given_once() -> None:
    port = free_port()
    with serve(port=port, token="letters-and-digits-1") as display:
        assert display.url.endswith("#token=letters-and-digits-1")
        with serve(port=port) as other:
            assert other.url.endswith("#token=letters-and-digits-1")
        with pytest.raises(ConfigurationError, match="runs already, with other options"):
            serve(port=port, token="another")
    rendercanvas_rfb.hosting.stop_all()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"resize": "both"}, "resize must be"),
        ({"control": "some"}, "control must be"),
        ({"quality": "best"}, "quality must be one of"),
        ({"codec": "theora"}, "codec must be one of"),
        ({"max_fps": 0}, "max_fps must be"),
        ({"bitrate": 1}, "bitrate must be"),
        ({"name": "a/b"}, "no name for a display"),
        ({"port": 70000}, "port must be"),
        ({"token": "with space"}, "token"),
        ({"quality": "lossless", "codec": "jpeg"}, "cannot be had with codec"),
    ],
)
def test_what_does_not_work_is_an_error_at_once(options: dict, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        serve(**{"port": free_port(), **options})


async def test_threads_may_publish_at_the_same_time() -> None:
    with serve(32, 32, port=0) as display:

        def publish(shade: int) -> None:
            for _ in range(50):
                display.publish(np.full((32, 32), shade, np.uint8))

        async with connect(display.url) as client:
            await asyncio.gather(*(asyncio.to_thread(publish, shade) for shade in (50, 100, 150)))
            display.publish(np.full((32, 32), 250, np.uint8))
            await picture_where(client, lambda pixels: pixels.min() > 240, "the last frame")


def test_the_public_surface_is_this() -> None:
    assert set(rendercanvas_rfb.__all__) == {
        "AuthContext",
        "ColorSpace",
        "Display",
        "Hub",
        "RfbApp",
        "Server",
        "ServerLimits",
        "ViewerEvent",
        "__version__",
        "serve",
    }
    assert {color.name for color in ColorSpace} == {"SRGB", "DISPLAY_P3"}
    public = {name for name in dir(Display) if not name.startswith("_")}
    assert {"publish", "wait_encoded", "poll_events", "events", "on", "send", "record", "snapshot", "close"} <= public
