"""Encoders that fail, seen from a viewer at the other end of a real server."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Iterator

import httpx
import pytest

from rendercanvas_rfb import serve
from rendercanvas_rfb.client import Client, connect
from rendercanvas_rfb.encoders import registry
from rendercanvas_rfb.encoders.base import EncoderBackend
from rendercanvas_rfb.encoders.builtin import BUILT_IN
from rendercanvas_rfb.encoders.standings import STANDINGS
from rendercanvas_rfb.encoders.trial import Outcome, Trial
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, StreamInfo, Tier
from rendercanvas_rfb.session.watchdog import Watchdog
from rendercanvas_rfb.testing.faults import FaultyBackend
from rendercanvas_rfb.testing.fidelity import psnr
from rendercanvas_rfb.testing.patterns import line_plot
from tests.support import until

SIZE = (320, 200)
H264_444 = Tier(PictureFormat.H264, Chroma.YUV444)
(X264,) = registry.find_encoder("x264")


# What is counted of an encoder holds for the whole process.
NUMBERS = itertools.count(1)


@pytest.fixture
def faulty(monkeypatch) -> Iterator[FaultyBackend]:
    made = FaultyBackend(f"faulty-{next(NUMBERS)}", [H264_444], X264.open)
    monkeypatch.setattr(registry, "BUILT_IN", (made.backend, *BUILT_IN))
    yield made
    made.go_on.set()
    STANDINGS.forget(made.backend.name)


async def show(display, client, step: int) -> None:
    """Publish pictures until one of them comes back whose content is right."""
    pixels = line_plot(*SIZE, 3.0 * step)
    display.publish(pixels)
    async with asyncio.timeout(30):
        while True:
            picture = await client.next_picture()
            if psnr(picture.pixels, pixels[..., :3]) > 20:
                return


def info(client: Client) -> StreamInfo:
    """Describes the stream of the last picture."""
    assert client.stream is not None
    return client.stream.info


def maker(client: Client) -> str:
    return info(client).encoder_reason.split(":")[0]


async def test_a_viewer_goes_on_with_the_next_encoder_and_the_metrics_say_so(faulty) -> None:
    name = faulty.backend.name
    with serve(port=0, settle=False) as display:
        async with connect(display.url, video=(H264_444,)) as client:
            await show(display, client, 0)
            assert maker(client) == name
            faulty.raise_at = 2
            await show(display, client, 1)
            assert maker(client) == "x264"
            assert f"{name}: failed, OSError: the device is gone" in info(client).encoder_reason
            await show(display, client, 2)
            async with httpx.AsyncClient(trust_env=False) as http:
                address = display.url.rsplit("/", 2)[0]
                read = (await http.get(f"{address}/metrics")).json()
                text = (await http.get(f"{address}/metrics?format=prometheus")).text
    assert {"encoder": name, "reason": "error", "count": 1} in read["encoder_failures"]
    assert f'rendercanvas_rfb_encoder_failures_total{{encoder="{name}",reason="error"}} 1\n' in text
    assert read["tiers"][0]["encoder_reason"].startswith(f"x264: makes h264/444 on any processor; {name}: failed")
    assert 'rendercanvas_rfb_tier_encoder_info{display="' in text


async def test_a_viewer_goes_on_where_an_encoder_hangs(faulty, monkeypatch) -> None:
    monkeypatch.setattr(Watchdog.hangs, "__defaults__", (0.5,))
    with serve(port=0, settle=False) as display:
        async with connect(display.url, video=(H264_444,)) as client:
            await show(display, client, 0)
            faulty.hang_at = 2
            await show(display, client, 1)
            assert maker(client) == "x264"
            await show(display, client, 2)
        faulty.go_on.set()


async def test_without_another_encoder_a_viewer_gets_images(faulty) -> None:
    with serve(port=0, settle=False, encoder=faulty.backend.name, codec="auto") as display:
        async with connect(display.url, video=(H264_444,)) as client:
            await show(display, client, 0)
            faulty.raise_at = 2
            await show(display, client, 1)
            assert info(client).tier.format is PictureFormat.WEBP


async def test_the_first_picture_waits_for_no_trial_and_hardware_takes_over_when_it_has_passed(monkeypatch) -> None:
    may_pass, tried = threading.Event(), []

    def tryer(backend: EncoderBackend) -> dict[Tier, Trial]:
        tried.append(backend.name)
        may_pass.wait(30)
        return {tier: Trial(Outcome.PASSED) for tier in backend.tiers}

    hardware = FaultyBackend("hardware", [H264_444], X264.open, hardware=True)
    monkeypatch.setattr(registry, "BUILT_IN", (*BUILT_IN, hardware.backend))
    monkeypatch.setattr(STANDINGS, "_try", tryer)
    try:
        with serve(port=0, settle=False) as display:
            async with connect(display.url, video=(H264_444,)) as client:
                await show(display, client, 0)
                assert maker(client) == "x264"
                assert "hardware: not proven yet on this machine" in info(client).encoder_reason
                may_pass.set()
                steps = itertools.count(1)

                async def is_made_by_hardware() -> bool:
                    await show(display, client, next(steps))
                    return maker(client) == "hardware"

                await until(is_made_by_hardware, "a picture of the hardware", 30)
                assert info(client).encoder_reason.startswith("hardware: makes h264/444 without the processor")
        assert tried.count("hardware") == 1
    finally:
        may_pass.set()
        STANDINGS.forget("hardware")
