"""What a page does on networks that cut connections, or let no WebSocket through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

import numpy as np
import pytest

from rendercanvas_rfb.asgi import RfbApp
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.hub import Hub
from rendercanvas_rfb.testing.proxy import TcpProxy
from tests.browser.networks import Network, serving
from tests.browser.pages import Viewer
from tests.push.viewers import taken
from tests.support import until

BLOCKED = "over HTTP: WebSockets are blocked on this network"


def show(display, value=120):
    display.present(np.full((300, 400, 4), value, np.uint8))


@contextmanager
def network(origins: Sequence[str] = ()) -> Iterator[tuple[Network, Display, str]]:
    """A network, the display behind it, and the address of its page. Pages of other origins may connect too."""
    hub = Hub()
    display = Display("plot")
    hub.add(display)
    show(display)
    between = Network(RfbApp(hub, origins=origins))
    with serving(between) as address:
        try:
            yield between, display, f"{address}plot/"
        finally:
            display.close()


def types(events):
    """What happened, but for moves, whose number depends on the time they take."""
    return [event.type for event in events if not event.type.endswith("_move")]


async def until_connected(viewer: Viewer, transport: str) -> None:
    await viewer.until(f"view?.status === 'connected' && view.stats.transport === '{transport}'")


async def note_statuses(viewer: Viewer) -> None:
    """Have the page write down each status from now on, in ``window.told``."""
    await viewer.get(
        "(window.told = [], document.querySelector('rfb-view')"
        ".addEventListener('rfb-status', ({detail}) => window.told.push(detail)), 1)"
    )


async def drag(viewer: Viewer, display: Display) -> None:
    """Drag on the page, and wait for all of it to arrive."""
    mouse = viewer.page.mouse
    await mouse.move(100, 100)
    await mouse.down()
    await mouse.move(200, 150, steps=8)
    await mouse.up()
    events = await taken(display, lambda events: "pointer_up" in types(events), "the drag")
    down = next(event for event in events if event.type == "pointer_down")
    up = next(event for event in events if event.type == "pointer_up")
    assert (down.x, down.y, up.x, up.y) == (100, 100, 200, 150)
    moves = [event.x for event in events if event.type == "pointer_move"]
    assert moves == sorted(moves)


def port_of(address: str) -> int:
    port = urlsplit(address).port
    assert port is not None
    return port


def is_stale(viewer):
    """An expression: whether the page marks its picture as old."""
    return "document.querySelector('rfb-view').shadowRoot.querySelector('.view').hasAttribute('data-stale')"


@pytest.mark.parametrize("transport", ["websocket", "http"])
async def test_input_of_a_cut_arrives_once_when_the_session_goes_on(open_page, transport):
    with network() as (_, display, address):
        async with TcpProxy("127.0.0.1", port_of(address)) as proxy:
            viewer = await open_page(f"http://127.0.0.1:{proxy.port}/plot/?transport={transport}", 400, 300)
            await viewer.current(display)
            joined = (await taken(display, lambda events: "viewer_joined" in types(events), "the viewer"))[0]
            await viewer.page.mouse.move(50, 50)
            await viewer.page.mouse.click(50, 50)
            await taken(display, lambda events: "pointer_up" in types(events), "the first click")
            # New connections wait, so that the page is without one for as long as this takes.
            proxy.stall()
            proxy.reset()
            await viewer.until("view.status === 'reconnecting'")
            await viewer.page.mouse.click(120, 80)
            await viewer.page.keyboard.press("k")
            assert await viewer.get("view.send('said without a connection')")
            show(display, 200)
            assert await viewer.get(is_stale(viewer))
            proxy.resume()
            await viewer.until("view.status === 'connected'")
            assert await viewer.get("view.statusDetail.resumed")
            await viewer.current(display)
            await viewer.until(f"!{is_stale(viewer)}")
            await viewer.page.keyboard.press("Enter")
            events = await taken(
                display, lambda events: [e.type for e in events if e.type == "key_up"] == ["key_up"] * 2, "the keys"
            )
            presses = [(e.x, e.y, e.frame_x, e.frame_y, e.inside) for e in events if e.type == "pointer_down"]
            assert presses == [(120, 80, 120, 80, True)]
            assert [e.data for e in events if e.type == "message"] == ["said without a connection"]
            assert [e.key for e in events if e.type == "key_down"] == ["k", "Enter"]
            order = [e.type for e in events if e.type in ("pointer_down", "pointer_up", "key_down", "message")]
            assert order == ["pointer_down", "pointer_up", "key_down", "message", "key_down"]
            back = [event for event in events if event.type == "viewer_joined"]
            assert [event.viewer for event in back] == [joined.viewer]
            assert display.state["viewers"] == 1
    viewer.errors.clear()


async def test_a_button_that_is_down_when_the_connection_breaks_is_up_afterwards(open_page):
    with network() as (_, display, address):
        async with TcpProxy("127.0.0.1", port_of(address)) as proxy:
            viewer = await open_page(f"http://127.0.0.1:{proxy.port}/plot/", 400, 300)
            await viewer.current(display)
            await viewer.page.mouse.move(50, 50)
            await viewer.page.mouse.down()
            events = await taken(display, lambda events: "pointer_down" in types(events), "the press")
            await note_statuses(viewer)
            proxy.reset()
            await viewer.until("window.told.some(({status}) => status === 'reconnecting')")
            await viewer.until("view.status === 'connected'")
            await viewer.page.mouse.move(90, 90, steps=3)
            await viewer.page.mouse.up()
            await viewer.page.keyboard.press("e")
            events += await taken(display, lambda events: "key_up" in types(events), "the key")
            after = events[[event.type for event in events].index("pointer_up") :]
            ends = ["pointer_down", "pointer_up", "key_down", "key_up"]
            assert [event.type for event in events if event.type in ends] == ends
            assert all(event.buttons == () for event in after if event.type == "pointer_move")
    viewer.errors.clear()


async def test_a_page_goes_over_http_where_websockets_are_blocked_and_says_so(open_page):
    with network() as (between, display, address):
        between.websockets = False
        viewer = await open_page(address, 400, 300)
        await until_connected(viewer, "http")
        await viewer.current(display)
        await viewer.until_text(BLOCKED)
        await drag(viewer, display)
        show(display, 30)
        await viewer.current(display)
        between.websockets = True
        await viewer.page.evaluate("window.dispatchEvent(new Event('online'))")
        await until_connected(viewer, "websocket")
        await viewer.until_text(absent=BLOCKED)
        show(display, 60)
        await viewer.current(display)
        assert display.state["viewers"] == 1
    viewer.errors.clear()


async def test_a_page_asks_for_one_response_after_the_other_where_a_proxy_holds_them_back(open_page):
    with network() as (between, display, address):
        between.holds_responses = True
        viewer = await open_page(f"{address}?transport=http", 400, 300)
        await until_connected(viewer, "polling")
        for value in (30, 200):
            show(display, value)
            await viewer.current(display)
        await drag(viewer, display)
        assert BLOCKED not in await viewer.text()


@pytest.mark.parametrize("transport", ["websocket", "http"])
async def test_a_page_may_ask_for_a_transport(open_page, transport):
    with network() as (_, display, address):
        viewer = await open_page(f"{address}?transport={transport}", 400, 300)
        await until_connected(viewer, transport)
        await viewer.current(display)
        await drag(viewer, display)
        await viewer.get("view.close()")
        await until(lambda: display.state["viewers"] == 0, "the viewer's goodbye")


async def test_a_page_of_an_allowed_origin_goes_over_http_without_asking_before(open_page):
    html = ""

    async def somebodys_page(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": html.encode()})

    with serving(somebodys_page) as address, network([address.rstrip("/")]) as (between, display, server):
        html = f"""<!doctype html><link rel="icon" href="data:,">
            <script type="module" src="{server}../assets/rfb-view.js"></script>
            <rfb-view src="{server}" transport="http" style="position: fixed; inset: 0; height: 100%"></rfb-view>"""
        viewer = await open_page(address, 400, 300)
        await until_connected(viewer, "http")
        await viewer.current(display)
        await drag(viewer, display)
        assert set(between.methods) == {"GET", "POST"}


async def test_a_connection_that_has_died_unnoticed_is_found_when_the_network_is_back(open_page):
    with network() as (_, display, address):
        async with TcpProxy("127.0.0.1", port_of(address)) as proxy:
            viewer = await open_page(f"http://127.0.0.1:{proxy.port}/plot/", 400, 300)
            await viewer.current(display)
            await note_statuses(viewer)
            proxy.half_open()
            await viewer.page.evaluate("window.dispatchEvent(new Event('online'))")
            await viewer.until("window.told.some(({status}) => status === 'reconnecting')")
            # At once: who waits for a back-off says for how long.
            assert await viewer.get("window.told.find(({status}) => status === 'reconnecting').retryInMs") in (0, None)
            await until_connected(viewer, "websocket")
            show(display, 30)
            await viewer.current(display)
    viewer.errors.clear()


async def test_a_view_out_of_sight_gets_nothing_and_is_current_when_it_is_back(make_canvas, painter, open_page):
    canvas = make_canvas(update_mode="continuous")
    painted = painter(canvas, (200, 0, 0))
    viewer = await open_page(canvas.url, 400, 300)
    await viewer.current(canvas._display, (400, 300))
    style = "document.querySelector('rfb-view').style"
    await viewer.get(f"({style}.transform = 'translateY(2000px)')")
    await until(lambda: not canvas._display.wants_frame(), "the end of the demand")
    painted.color = (0, 0, 200)
    await viewer.get(f"({style}.transform = '')")
    await viewer.until_pixels(lambda pixels: pixels.reshape(-1, 3).mean(0).argmax() == 2)
