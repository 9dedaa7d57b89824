"""Frames in work, through a real server: libx264 with threads by frame, which hands each picture out frames later."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import numpy as np
import pytest

from rendercanvas_rfb import serve
from rendercanvas_rfb.client import Client, connect
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.encoders import registry
from rendercanvas_rfb.encoders.builtin import BUILT_IN
from rendercanvas_rfb.encoders.standings import STANDINGS
from rendercanvas_rfb.errors import ConfigurationError
from rendercanvas_rfb.frames import Pixels
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.session.pushes import PUSH_S
from rendercanvas_rfb.testing.faults import FaultyBackend
from rendercanvas_rfb.testing.fidelity import psnr
from rendercanvas_rfb.testing.patterns import line_plot
from tests.encoders.delayed import delayed_backend
from tests.support import TIMEOUT_S

SIZE = (320, 200)
VIDEO = (Tier(PictureFormat.H264, Chroma.YUV444),)
DEPTH = 4


@pytest.fixture
def backend(monkeypatch) -> Iterator[FaultyBackend]:
    """The encoder that is late, which can be made to fail; the first choice of "auto"."""
    late = delayed_backend()
    made = FaultyBackend("delayed", late.tiers, late.open, takes=late.takes)
    monkeypatch.setattr(registry, "BUILT_IN", (made.backend, *BUILT_IN))
    yield made
    STANDINGS.forget("delayed")


def plot(step: int, size: tuple[int, int] = SIZE) -> Pixels:
    return line_plot(*size, 6.0 * step)


def maker(client: Client) -> str:
    assert client.stream is not None
    return client.stream.info.encoder_reason.split(":")[0]


class Player:
    """Publishes pictures, and compares all that come back with what was published under their number."""

    def __init__(self, display: Display) -> None:
        self.display = display
        self.published: dict[int, Pixels] = {}
        self.last = 0
        self.shown: list[int] = []

    def publish(self, step: int, size: tuple[int, int] = SIZE) -> None:
        pixels = plot(step, size)
        self.last = self.display.publish(pixels)
        self.published[self.last] = pixels

    async def look(self, client: Client) -> None:
        """Take one picture, and compare it."""
        picture = await client.next_picture()
        version = picture.header.frame
        expected = self.published[version]
        assert picture.pixels.shape == (*expected.shape[:2], 3)
        assert psnr(picture.pixels, expected[..., :3]) > 25, f"the picture of frame {version} shows another one"
        self.shown.append(version)

    async def until_last(self, client: Client) -> None:
        """See everything up to the picture that was published last."""
        async with asyncio.timeout(TIMEOUT_S):
            while self.shown[-1:] != [self.last]:
                await self.look(client)


async def stats_of(display: Display) -> dict[str, float]:
    address = display.url.rsplit("/", 2)[0]
    async with httpx.AsyncClient(trust_env=False) as http:
        read = (await http.get(f"{address}/metrics")).json()
    (tier,) = read["tiers"]
    return dict(tier)


async def play(player: Player, client: Client, count: int) -> None:
    """Publish some pictures, each when the encoder has taken the one before."""
    for step in range(count):
        player.publish(player.last + step)
        await asyncio.to_thread(player.display.wait_encoded, TIMEOUT_S)
    await player.until_last(client)


async def test_each_picture_is_that_of_its_frame_and_the_last_one_comes_by_itself(backend) -> None:
    with serve(port=0, settle=False, encode_pipeline_depth=DEPTH) as display:
        async with connect(display.url, video=VIDEO) as client:
            player = Player(display)
            await play(player, client, 12)
            assert maker(client) == "delayed"
            assert player.shown == sorted(player.shown)
            tier = await stats_of(display)
            assert tier["held"] == DEPTH - 1
            # From frame in to picture out: longer than what it waited to be pushed.
            assert tier["encode_ms"] > 1000 * PUSH_S / 2


async def test_without_a_depth_nothing_is_held(backend) -> None:
    with serve(port=0, settle=False) as display:
        async with connect(display.url, video=VIDEO) as client:
            player = Player(display)
            await play(player, client, 4)
            assert maker(client) == "delayed"
            assert (await stats_of(display))["held"] == 0
            before = (await stats_of(display))["frames"]
            assert before == len(player.shown), "nothing had to be pushed"


async def test_a_viewer_that_comes_later_gets_the_picture_that_stands(backend) -> None:
    with serve(port=0, settle=False, encode_pipeline_depth=DEPTH) as display:
        async with connect(display.url, video=VIDEO) as first:
            player = Player(display)
            await play(player, first, 5)
            async with connect(display.url, video=VIDEO) as second:
                player.shown.clear()
                await player.until_last(second)
            await first.request_keyframe()
            async with asyncio.timeout(TIMEOUT_S):
                while not (await first.next_picture()).header.keyframe:
                    pass


async def test_other_sizes_and_other_depths_with_pictures_in_work(backend) -> None:
    with serve(port=0, settle=False, encode_pipeline_depth=DEPTH) as display:
        async with connect(display.url, video=VIDEO) as client:
            player = Player(display)
            for step, size in enumerate([SIZE, (201, 133), (96, 96), SIZE]):
                for number in range(3):
                    player.publish(10 * step + number, size)
                await player.until_last(client)
            for depth in (1, 2, None, 3):
                player.publish(50)
                display.set_options(encode_pipeline_depth=depth)
                player.publish(60)
                await player.until_last(client)
            assert player.shown == sorted(player.shown)


async def test_one_that_fails_with_pictures_in_work_gives_way_to_the_next(backend) -> None:
    with serve(port=0, settle=False, encode_pipeline_depth=DEPTH) as display:
        async with connect(display.url, video=VIDEO) as client:
            player = Player(display)
            await play(player, client, 4)
            backend.raise_at = backend.pictures + 2
            for step in range(20, 25):
                player.publish(step)
                await asyncio.to_thread(display.wait_encoded, TIMEOUT_S)
            await player.until_last(client)
            assert maker(client) == "x264"
            assert player.shown == sorted(player.shown)


async def test_a_bitrate_that_comes_and_goes(backend) -> None:
    with serve(port=0, settle=False, encode_pipeline_depth=DEPTH, bitrate=4_000_000) as display:
        async with connect(display.url, video=VIDEO) as client:
            player = Player(display)
            for rate in (4_000_000, None, 1_000_000):
                display.set_options(bitrate=rate)
                for step in range(3):
                    player.publish(int(np.log10(rate or 10)) + 10 * step)
                await player.until_last(client)


async def test_closing_with_pictures_in_work_ends_at_once(backend) -> None:
    with serve(port=0, settle=False, encode_pipeline_depth=DEPTH) as display:
        async with connect(display.url, video=VIDEO) as client:
            player = Player(display)
            player.publish(1)
            await player.until_last(client)
            player.publish(2)
    assert backend.closed == backend.opened > 0


@pytest.mark.parametrize("depth", [0, 5, -1, 1.5, True, "2"])
def test_a_depth_is_a_number_from_1_to_4(depth) -> None:
    with pytest.raises(ConfigurationError, match="encode_pipeline_depth must be an integer from 1 to 4 or None"):
        serve(port=0, encode_pipeline_depth=depth)


async def test_a_still_picture_becomes_exact_and_the_next_one_moves_on(backend) -> None:
    with serve(port=0, quality="balanced", encode_pipeline_depth=DEPTH) as display:
        async with connect(display.url, video=VIDEO) as client:
            player = Player(display)
            for first in (0, 3):
                for step in range(first, first + 3):
                    player.publish(step)
                async with asyncio.timeout(TIMEOUT_S):
                    while True:
                        picture = await client.next_picture()
                        if picture.header.lossless and picture.header.frame == player.last:
                            break
                assert np.array_equal(picture.pixels, player.published[player.last][..., :3])
