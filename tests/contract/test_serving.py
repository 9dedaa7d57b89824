"""Where a canvas is served, who may see it, and what is printed about it."""

from __future__ import annotations

import socket

import httpx
import pytest
import websockets

from rendercanvas_rfb.client import connect
from rendercanvas_rfb.errors import AddressError, ConfigurationError, ConnectionClosed
from tests.support import TIMEOUT_S, free_port


async def test_one_line_says_where_a_canvas_is(make_canvas, capsys):
    canvas = make_canvas(name="figure")
    assert capsys.readouterr().err == f"rendercanvas-rfb: figure is at {canvas.url}\n"
    assert canvas.url.startswith("http://127.0.0.1:")
    assert canvas.url.endswith("/figure/")


async def test_a_port_in_use_is_passed_over_and_the_line_says_so(make_canvas, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        canvas = make_canvas(port=port)
        assert f"(port {port} is in use)" in capsys.readouterr().err
        assert f":{port}/" not in canvas.url
        async with connect(canvas.url):
            pass


async def test_the_environment_says_where_to_listen(make_canvas, monkeypatch):
    port = free_port()
    monkeypatch.setenv("RENDERCANVAS_RFB_HOST", "localhost")
    monkeypatch.setenv("RENDERCANVAS_RFB_PORT", str(port))
    assert make_canvas(port=None).url == f"http://localhost:{port}/canvas-1/"


@pytest.mark.parametrize("value", ["x", "-1", "65536", "1.5"])
async def test_a_port_that_is_none_is_refused(make_canvas, monkeypatch, value):
    monkeypatch.setenv("RENDERCANVAS_RFB_PORT", value)
    with pytest.raises(ConfigurationError, match="RENDERCANVAS_RFB_PORT must be a number from 0 to 65535"):
        make_canvas(port=None)


async def test_a_host_that_is_not_here_is_refused(make_canvas):
    with pytest.raises(AddressError, match="cannot listen on"):
        make_canvas(host="203.0.113.7")


async def test_the_browser_is_opened_on_request(make_canvas, monkeypatch):
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    canvas = make_canvas(open_browser=True)
    make_canvas(open_browser=False)
    monkeypatch.setenv("RENDERCANVAS_RFB_OPEN", "1")
    other = make_canvas()
    assert opened == [canvas.url, other.url]


async def test_any_host_but_loopback_needs_the_token_that_is_printed(make_canvas, painter, capsys):
    canvas = make_canvas(host="0.0.0.0", size=(16, 16))
    painter(canvas, (1, 2, 3))
    address, token = canvas.url.split("#token=")
    assert f"{address}#token={token}" in capsys.readouterr().err
    assert len(token) == 32
    local = f"http://127.0.0.1:{httpx.URL(address).port}/canvas-1/"
    async with connect(f"{local}#token={token}") as client:
        await client.next_picture()
    for credential in (None, "", token[:-1], "wrong", "ä"):
        with pytest.raises(ConnectionClosed) as error:
            async with connect(local, token=credential):
                pass
        assert error.value.code == 4401


async def test_the_address_for_all_interfaces_has_the_name_of_the_machine(make_canvas):
    assert make_canvas(host="0.0.0.0").url.startswith(f"http://{socket.gethostname()}:")


async def test_the_list_of_canvases_needs_the_token_too(make_canvas):
    canvas = make_canvas(host="0.0.0.0")
    address, token = canvas.url.split("#token=")
    base = f"http://127.0.0.1:{httpx.URL(address).port}"
    async with httpx.AsyncClient(base_url=base, timeout=TIMEOUT_S) as http:
        assert (await http.get("/streams")).status_code == 401
        listed = await http.get("/streams", headers={"authorization": f"Bearer {token}"})
        assert [stream["name"] for stream in listed.json()["streams"]] == ["canvas-1"]
        assert (await http.get("/health")).json() == {"status": "ok"}


async def test_the_canvases_of_a_server_are_listed(make_canvas):
    first, second = make_canvas(size=(320, 200), title="Lines"), make_canvas(name="other")
    base = first.url.removesuffix("canvas-1/")
    assert second.url == f"{base}other/"
    async with httpx.AsyncClient(base_url=base, timeout=TIMEOUT_S) as http, connect(first.url):
        streams = (await http.get("streams")).json()["streams"]
        assert streams[0] == {"name": "canvas-1", "title": "Lines", "width": 320, "height": 200, "viewers": 1}
        assert streams[1]["name"] == "other"
        second.close()
        assert len((await http.get("streams")).json()["streams"]) == 1


async def test_a_page_of_another_origin_cannot_watch(make_canvas):
    address = make_canvas().url.replace("http", "ws") + "ws"
    async with websockets.connect(address, origin=websockets.Origin("http://elsewhere.test")) as socket:
        assert "4403" in await socket.recv()
        await socket.wait_closed()
    assert socket.close_code == 4403


async def test_an_address_without_its_slash_leads_to_the_one_with_it(make_canvas):
    base = make_canvas().url.removesuffix("canvas-1/")
    async with httpx.AsyncClient(base_url=base, timeout=TIMEOUT_S) as http:
        response = await http.get("canvas-1?a=b")
        assert (response.status_code, response.headers["location"]) == (307, "canvas-1/?a=b")


@pytest.mark.parametrize("path", ["nothing/x", "assets/nothing.js", "assets/..%2f__init__.py", "canvas-1/x/y"])
async def test_other_addresses_are_not_found(make_canvas, path):
    base = make_canvas().url.removesuffix("canvas-1/")
    async with httpx.AsyncClient(base_url=base, timeout=TIMEOUT_S) as http:
        assert (await http.get(path)).status_code == 404
        assert (await http.post("streams")).status_code == 405
