"""``rendercanvas-rfb demo`` shows its scenes."""

from __future__ import annotations

import asyncio
from functools import partial
from urllib.parse import urljoin

import httpx
import pytest

from rendercanvas_rfb.cli import demo, main
from rendercanvas_rfb.client import connect, view_of
from rendercanvas_rfb.demo import SCENES
from tests.programs import picture_where, running, share
from tests.support import TIMEOUT_S

DEMO = ("-m", "rendercanvas_rfb", "demo", "--no-open")

# Colors that are in the picture of a scene, and the least share of pixels that have one of them.
LOOKS = {
    "lines": ([(253, 231, 37), (68, 1, 84)], 0.0005),
    "scatter": ([(252, 253, 191)], 0.0005),
    "movie": ([(128, 128, 128)], 0.05),
    "mesh": ([(230, 120, 45)], 0.01),
    "panel": ([(255, 0, 255)], 0.005),
    "playground": ([(255, 255, 255)], 0.03),
}


def has_colors(colors, least, pixels):
    """Whether so large a share of the pixels has one of the colors, more or less."""
    return sum(share(pixels, color, 40) for color in colors) >= least


def test_the_list_has_every_scene_and_needs_no_graphics(capsys):
    assert main(["demo", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [scene.name for scene in SCENES] == list(LOOKS)


@pytest.mark.parametrize(
    ("canvas", "index"),
    [
        ("http://127.0.0.1:7320/lines/", "http://127.0.0.1:7320/"),
        ("http://0.0.0.0:80/lines/#token=abc", "http://0.0.0.0:80/#token=abc"),
        ("http://[::1]:7320/lines/", "http://[::1]:7320/"),
    ],
)
def test_the_index_is_above_the_canvases(canvas, index):
    assert demo.index_url(canvas) == index


def test_missing_packages_are_named_with_the_command_that_installs_them(monkeypatch, capsys):
    monkeypatch.setattr(demo, "missing_modules", lambda names: ["fastplotlib"])
    assert main(["demo"]) == 1
    assert 'fastplotlib needed: pip install "fastplotlib[imgui]"' in capsys.readouterr().err


@pytest.mark.gpu
@pytest.mark.slow
async def test_every_scene_can_be_watched():
    async with running(*DEMO, "--port", "0") as program:
        await program.until(lambda: any("The demo is at" in line for line in program.output), "the index' address")
        index = next(line.split()[-1] for line in program.output if "The demo is at" in line)
        async with httpx.AsyncClient() as http:
            streams = (await http.get(urljoin(index, "streams"))).json()["streams"]
        assert [(stream["name"], stream["title"]) for stream in streams] == [(s.name, s.title) for s in SCENES]
        for name, (colors, least) in LOOKS.items():
            async with connect(f"{index}{name}/", view=view_of(480, 320)) as client:
                await picture_where(client, partial(has_colors, colors, least), f"the colors of {name}")
        program.interrupt()
        assert await program.finish() == 0
        assert not [line for line in program.errors if "Traceback" in line]


@pytest.mark.gpu
async def test_the_playground_changes_its_format_while_it_is_watched():
    async with running(*DEMO, "--port", "0", "--scene", "playground") as program:
        async with connect(await program.address("playground"), view=view_of(480, 320)) as client:
            async with asyncio.timeout(TIMEOUT_S):
                for change, format in [
                    ({}, "h264"),
                    ({"quality": "lossless", "codec": "webp"}, "webp"),
                    ({"quality": "balanced", "codec": "jpeg", "max_fps": 20}, "jpeg"),
                    ({"codec": "auto"}, "h264"),
                ]:
                    await client.send_message(change)
                    while (picture := await client.next_picture()).header.format.value != format:
                        pass
                    assert picture.pixels.shape == (320, 480, 3)
                assert client.messages["options"]["quality"] == "balanced"
                for refused, reason in [({"quality": "best"}, "'best'"), ({"color": 1}, "color"), (7, "object")]:
                    await client.send_message(refused)
                    while "refused" not in (answer := (await client.next_message()).data):
                        pass
                    assert reason in answer["refused"]
                await client.next_picture()
        assert not [line for line in program.errors if "Traceback" in line]


@pytest.mark.gpu
async def test_scenes_are_chosen_by_name():
    async with running(*DEMO, "--port", "0", "--scene", "panel") as program:
        await program.until(lambda: any("Ctrl-C" in line for line in program.output), "the end of the start")
        assert list(program.addresses) == ["panel"]
        async with connect(await program.address("panel")) as client:
            await client.send_event("close")
        assert await program.finish() == 0


@pytest.mark.gpu
async def test_private_scenes_are_made_for_each_viewer_and_end_with_it():
    async with running(*DEMO, "--port", "0", "--private", "--scene", "playground") as program:
        address = await program.address("playground")
        streams = urljoin(address, "../streams")
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as http:

            async def viewers():
                (listed,) = (await http.get(streams)).json()["streams"]
                return listed["viewers"]

            assert await viewers() == 0
            async with connect(address, view=view_of(480, 320)) as one, connect(address, view=view_of(320, 240)) as two:
                assert (await one.next_picture()).pixels.shape == (320, 480, 3)
                assert (await two.next_picture()).pixels.shape == (240, 320, 3)
                assert one.state["viewers"] == two.state["viewers"] == 1
                assert await viewers() == 2
            async with asyncio.timeout(TIMEOUT_S):
                while await viewers():
                    pass
            # The loop that had stopped with its last canvas goes on with the next.
            async with connect(address, view=view_of(480, 320)) as one:
                assert (await one.next_picture()).pixels.shape == (320, 480, 3)
        program.interrupt()
        assert await program.finish() == 0
        assert not [line for line in program.errors if "Traceback" in line]
