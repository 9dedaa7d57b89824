"""Views of a notebook that go over to a server on loopback, and back."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import numpy as np
import pytest

from rendercanvas_rfb.client import Session, connect, view_of
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import CloseCode, ConfigurationError, ConnectionClosed
from rendercanvas_rfb.kernel import Kernel, has_proxy
from rendercanvas_rfb.notebook import RfbWidget
from rendercanvas_rfb.viewer_event import ViewerEvent
from tests.push.comms import FakeComm, comms, viewing
from tests.push.serving import PNG, hello, open_socket, picture
from tests.push.viewers import taken
from tests.support import until

__all__ = ["comms"]


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    monkeypatch.setenv("RENDERCANVAS_RFB_NOTEBOOK_PROXY", "1")
    kernel = Kernel()
    monkeypatch.setattr(Kernel, "of_process", lambda: kernel)
    yield kernel
    kernel.stop_serving()


@pytest.fixture
def display() -> Iterator[Display]:
    with Display("plot", tiers=(PNG,)) as display:
        yield display


@pytest.fixture
def widget(display: Display, comms: list[FakeComm], kernel: Kernel) -> RfbWidget:
    return RfbWidget(display)


@pytest.fixture
def base(kernel: Kernel, display: Display, widget: RfbWidget) -> str:
    assert kernel.server is not None
    offer = kernel.server.offer(display)
    return f"http://127.0.0.1:{offer.port}/{offer.path}"


@pytest.fixture
def token(kernel: Kernel, display: Display) -> str:
    assert kernel.server is not None
    return kernel.server.offer(display).token


def keys_of(events: list[ViewerEvent]) -> list[str]:
    return [event.members["key"] for event in events if event.type == "key_down"]


async def test_a_view_is_told_of_the_server_when_its_connection_opens(
    display: Display, widget: RfbWidget, base: str, token: str
) -> None:
    async with viewing(widget) as (_, socket):
        server = socket.opened["server"]
        assert f"http://127.0.0.1:{server['port']}/{server['path']}" == base
        assert server["token"] == token


async def test_a_session_goes_over_to_the_server_and_back_as_one_viewer(
    display: Display, widget: RfbWidget, base: str, token: str
) -> None:
    session = Session()
    display.present(picture(3))
    async with viewing(widget, session) as (first, _):
        assert first.welcome is not None
        viewer = first.welcome.viewer
        await first.next_picture()
        await first.send_event("key_down", key="a")
        await taken(display, lambda events: keys_of(events) == ["a"], "the first key")
        async with connect(base, session=session, token=token, video=(), view=view_of(320, 200)) as second:
            assert second.welcome is not None
            assert (second.welcome.viewer, second.welcome.resumed) == (viewer, True)
            assert np.all((await second.next_picture()).pixels == 3)
            assert display.state["viewers"] == 1
            await second.send_event("key_down", key="b")
            await taken(display, lambda events: keys_of(events) == ["b"], "the second key, once")
            async with viewing(widget, session) as (third, _):
                assert third.welcome is not None
                assert (third.welcome.viewer, third.welcome.resumed) == (viewer, True)
                await third.next_picture()
                assert display.state["viewers"] == 1
    await until(lambda: display.state["viewers"] == 0, "the viewer's end")


@pytest.mark.parametrize("shown", [None, "wrong"])
async def test_without_the_token_nobody_is_let_in(base: str, shown: str | None) -> None:
    with pytest.raises(ConnectionClosed) as refusal:
        async with connect(base, token=shown, video=()):
            pass
    assert refusal.value.code == CloseCode.UNAUTHORIZED


async def test_the_page_must_be_of_the_origin_that_the_proxy_was_called_by(base: str, token: str) -> None:
    host = "hub.example:8000"
    for origin, expected in (("https://hub.example:8000", "welcome"), ("https://evil.example", "bye")):
        async with open_socket(base, "ws", origin=origin, host=host) as socket:
            if expected == "welcome":
                await socket.send(hello(token))
            await socket.until(expected)


async def test_what_is_not_offered_any_more_is_not_there(base: str, token: str) -> None:
    other = base.rstrip("/").rpartition("/")[0] + "/nonesuch/"
    with pytest.raises(ConnectionClosed) as refusal:
        async with connect(other, token=token, video=()):
            pass
    assert refusal.value.code == CloseCode.UNKNOWN_DISPLAY


async def test_whoever_asks_is_told_that_it_is_there_and_nothing_else(base: str) -> None:
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"{base}../health")).json() == {"status": "ok"}
        for path in ("", "still.png", "../", "../streams", "../metrics"):
            assert (await http.get(f"{base}{path}")).status_code == 404


def test_the_environment_says_whether_there_is_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not has_proxy()
    for text, wanted in (("1", True), ("0", False)):
        monkeypatch.setenv("RENDERCANVAS_RFB_NOTEBOOK_PROXY", text)
        assert has_proxy() is wanted
    monkeypatch.setenv("RENDERCANVAS_RFB_NOTEBOOK_PROXY", "yes")
    with pytest.raises(ConfigurationError, match="'yes'"):
        has_proxy()
