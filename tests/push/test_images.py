"""Displays as image files and as Motion JPEG, for whoever has no client."""

from __future__ import annotations

import asyncio
from io import BytesIO

import httpx
import numpy as np
import pytest
from PIL import Image

from rendercanvas_rfb.client import connect
from rendercanvas_rfb.server import Server
from tests.push.serving import PNG, add_display, http, picture, server
from tests.support import TIMEOUT_S, until

__all__ = ["server"]


class TestStills:
    @pytest.mark.parametrize(
        ("file", "media_type", "format"),
        [
            ("still.png", "image/png", "PNG"),
            ("still.jpg", "image/jpeg", "JPEG"),
            ("still.webp", "image/webp", "WEBP"),
        ],
    )
    async def test_the_picture_now_is_an_image_file(
        self, server: Server, file: str, media_type: str, format: str
    ) -> None:
        display = add_display(server)
        async with http(server) as client:
            for value in (10, 200):
                display.present(picture(value))
                response = await client.get(f"plot/{file}")
                assert response.status_code == 200
                assert (response.headers["content-type"], response.headers["cache-control"]) == (media_type, "no-store")
                with Image.open(BytesIO(response.content)) as image:
                    assert (image.format, image.size) == (format, (32, 16))
                    assert abs(int(np.asarray(image.convert("L"))[5, 5]) - value) < 3
            assert (await client.head(f"plot/{file}")).content == b""

    async def test_without_a_picture_the_answer_says_so(self, server: Server) -> None:
        add_display(server)
        async with http(server) as client:
            response = await client.get("plot/still.png")
            assert (response.status_code, response.json()) == (404, {"error": "'plot' has no picture yet"})
            response = await client.get("other/still.png")
            assert (response.status_code, response.json()) == (404, {"error": "no display named 'other'"})


class Parts:
    """Reads the parts of a ``multipart/x-mixed-replace`` response."""

    def __init__(self, response: httpx.Response) -> None:
        self.boundary = response.headers["content-type"].partition("boundary=")[2].encode()
        self._chunks = response.aiter_raw()
        self._buffer = b""

    async def next(self) -> Image.Image:
        async with asyncio.timeout(TIMEOUT_S):
            # A part is whole once the boundary behind it is there.
            while self._buffer.count(b"--" + self.boundary + b"\r\n") < 2:
                self._buffer += await anext(self._chunks)
        part = self._buffer.split(b"--" + self.boundary + b"\r\n")[1]
        self._buffer = self._buffer[self._buffer.index(part) + len(part) :]
        head, _, body = part.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        assert body[length:] == b"\r\n"
        with Image.open(BytesIO(body[:length])) as image:
            assert image.format == "JPEG"
            return image.convert("L")


class TestMotionJpeg:
    async def test_each_new_picture_is_a_part_at_once(self, server: Server) -> None:
        display = add_display(server)
        display.present(picture(10))
        async with http(server) as client, client.stream("GET", "plot/stream.mjpg") as response:
            assert response.status_code == 200
            assert response.headers["content-type"].startswith("multipart/x-mixed-replace; boundary=")
            parts = Parts(response)
            for value in (10, 100, 200):
                display.present(picture(value))
                seen = np.asarray(await parts.next())
                assert abs(int(seen[5, 5]) - value) < 3
            assert [str(tier) for tier in display.pipeline.active_tiers] == ["jpeg"]
            assert display.state["viewers"] == 1
            assert display.take_view() is None

    async def test_it_ends_with_the_display(self, server: Server) -> None:
        display = add_display(server)
        async with http(server) as client, client.stream("GET", "plot/stream.mjpg") as response:
            server.remove("plot")
            async with asyncio.timeout(TIMEOUT_S):
                assert (await response.aread()).startswith(b"--")
        assert display.pipeline.active_tiers == ()

    async def test_one_who_leaves_is_a_viewer_no_more(self, server: Server) -> None:
        display = add_display(server)
        async with http(server) as client, client.stream("GET", "plot/stream.mjpg"):
            await until(lambda: display.state["viewers"] == 1)
        await until(lambda: display.state["viewers"] == 0)

    async def test_one_who_does_not_read_is_not_waited_for(self, server: Server) -> None:
        display = add_display(server)
        async with (
            http(server) as client,
            client.stream("GET", "plot/stream.mjpg"),
            connect(server.url("plot"), video=(), images=[PNG.format]) as other,
        ):
            for value in range(1, 60):
                display.present(picture(value, 640, 480))
                await other.next_chunk()

    async def test_a_display_without_jpeg_says_so(self, server: Server) -> None:
        server.add("plot", tiers=(PNG,))
        async with http(server) as client:
            response = await client.get("plot/stream.mjpg")
            assert response.status_code == 400
            assert "no format in common" in response.json()["error"]

    async def test_its_headers_can_be_asked_for(self, server: Server) -> None:
        add_display(server)
        async with http(server) as client:
            response = await client.head("plot/stream.mjpg")
            assert response.status_code == 200
            assert response.headers["content-type"].startswith("multipart/x-mixed-replace")
