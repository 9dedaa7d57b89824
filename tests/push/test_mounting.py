"""The app inside other applications, and behind proxies: every address is found, and every page's are relative."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from rendercanvas_rfb.asgi import RfbApp
from rendercanvas_rfb.auth import AuthContext
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.hub import Hub
from rendercanvas_rfb.listening import websocket_options
from tests.push.serving import HELLO, JPEG, PNG, open_socket, picture
from tests.support import TIMEOUT_S

App = Callable[..., Any]
Mount = Callable[[App, str], App]


def starlette(app: App, prefix: str) -> App:
    pytest.importorskip("starlette")
    from starlette.applications import Starlette
    from starlette.routing import Mount as StarletteMount

    return Starlette(routes=[StarletteMount(prefix, app)])


def fastapi(app: App, prefix: str) -> App:
    pytest.importorskip("fastapi")
    from fastapi import FastAPI

    outer = FastAPI()
    outer.mount(prefix, app)
    return outer


def django(app: App, prefix: str) -> App:
    """An ``asgi.py`` as Django's documentation has it, with a line that sends a prefix elsewhere."""
    pytest.importorskip("django")
    from django.conf import settings
    from django.core.asgi import get_asgi_application

    if not settings.configured:
        settings.configure(ROOT_URLCONF="tests.push.test_mounting", ALLOWED_HOSTS=["*"], USE_TZ=True)
    site = get_asgi_application()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] in ("http", "websocket") and scope["path"].startswith(f"{prefix}/"):
            await app({**scope, "root_path": prefix}, receive, send)
        else:
            await site(scope, receive, send)

    return application


urlpatterns: list[Any] = []  # Of Django's site.


def litestar(app: App, prefix: str) -> App:
    pytest.importorskip("litestar")
    from litestar import Litestar, asgi

    return Litestar([asgi(prefix, is_mount=True, copy_scope=True)(app)])


def by_hand_with_the_whole_path(app: App, prefix: str) -> App:
    return app


def by_hand_with_the_path_below(app: App, prefix: str) -> App:
    """As Starlette did before 0.33: the prefix is in ``root_path`` only."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"].removeprefix(prefix)
        await app({**scope, "path": path, "root_path": prefix}, receive, send)

    return application


MOUNTS = (
    starlette,
    fastapi,
    django,
    litestar,
    by_hand_with_the_whole_path,
    by_hand_with_the_path_below,
)


@contextmanager
def running(app: App, **options: Any) -> Iterator[str]:
    """The address of ``app`` under uvicorn, in a thread. No lifespan events: mounted apps get none either."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            port=0,
            log_level="warning",
            lifespan="off",
            timeout_graceful_shutdown=1,
            **websocket_options(),
            **options,
        )
    )
    started = threading.Event()
    original = server.startup

    async def startup(sockets: Any = None) -> None:
        await original(sockets)
        started.set()

    server.startup = startup  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert started.wait(TIMEOUT_S)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(TIMEOUT_S)


@pytest.fixture
def display() -> Iterator[Display]:
    made = Display("plot", tiers=(PNG, JPEG))
    made.present(picture(1))
    yield made
    made.close()


def hub_of(display: Display) -> Hub:
    hub = Hub()
    hub.add(display)
    return hub


async def look_at_everything(base: str, cookie: str | None = None) -> None:
    """Follow the pages' own addresses from ``base``, as a browser does; and watch."""
    headers = {} if cookie is None else {"cookie": cookie}
    async with httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=True, headers=headers) as client:
        for page in ("", "plot/", "plot"):
            response = await client.get(base + page)
            assert response.status_code == 200, page
            assert str(response.url) == base + page.rstrip("/") + ("/" if page else "")
            files = re.findall(r'(?:src|href)="([^"]+)"', response.text)
            assert files
            for file in files:
                assert not file.startswith(("/", "http"))
                assert (await client.get(response.url.join(file))).status_code == 200, file
        assert (await client.get(base + "health")).json() == {"status": "ok"}
        assert [stream["name"] for stream in (await client.get(base + "streams")).json()["streams"]] == ["plot"]
        assert (await client.get(base + "metrics")).json()["displays"] == ["plot"]
        assert (await client.get(base + "plot/still.png")).headers["content-type"] == "image/png"
        async with client.stream("GET", base + "plot/stream.mjpg") as response:
            async with asyncio.timeout(TIMEOUT_S):
                assert b"image/jpeg" in await anext(part async for part in response.aiter_raw() if b"image" in part)
    async with open_socket(
        base, "plot/ws", origin=base.split("/", 3)[0] + "//" + base.split("/")[2], cookie=cookie
    ) as s:
        await s.send(HELLO)
        await s.until("welcome")
        while not isinstance(await s.receive(), bytes):
            pass
    async with open_socket(base, "other/ws", cookie=cookie) as socket:
        await socket.send(HELLO)
        assert await socket.closed() == (4404, "no display named 'other'")


@pytest.mark.parametrize("prefix", ["/rfb", "/a/b", "/plot"])
@pytest.mark.parametrize("mount", MOUNTS, ids=lambda mount: mount.__name__)
async def test_everything_is_found_below_the_mount(mount: Mount, prefix: str, display: Display) -> None:
    if prefix == "/plot" and mount is by_hand_with_the_path_below:
        pytest.skip("/plot/ may then be the index page or the display: nothing in the scope tells")
    root_path = prefix if mount is by_hand_with_the_whole_path else ""
    with running(mount(RfbApp(hub_of(display), root_path=root_path), prefix)) as address:
        await look_at_everything(f"{address}{prefix}/")


@pytest.mark.parametrize("mount", [fastapi, django, litestar], ids=lambda mount: mount.__name__)
async def test_the_cookies_of_the_app_say_who_it_is(mount: Mount, display: Display) -> None:
    def authenticate(context: AuthContext) -> str | None:
        return {"s3cr3t": "ada"}.get(context.cookies.get("session", ""))

    with running(mount(RfbApp(hub_of(display), authenticate=authenticate), "/rfb")) as address:
        await look_at_everything(f"{address}/rfb/", cookie="session=s3cr3t")
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
            assert (await client.get(f"{address}/rfb/plot/still.png")).status_code == 401
        async with open_socket(f"{address}/rfb/", cookie="session=guess") as socket:
            await socket.send(HELLO)
            assert (await socket.closed())[0] == 4401
        async with open_socket(
            f"{address}/rfb/", origin="https://elsewhere.example", cookie="session=s3cr3t"
        ) as socket:
            assert (await socket.closed())[0] == 4403


@pytest.mark.parametrize("told", [False, True], ids=["untold", "told by --root-path"])
async def test_behind_a_proxy_that_strips_a_prefix(display: Display, told: bool) -> None:
    app = RfbApp(hub_of(display))
    with running(app, **({"root_path": "/lab/plots"} if told else {})) as inner, proxy(inner, "/lab/plots") as outer:
        await look_at_everything_over_http(f"{outer}/lab/plots/")


async def test_mounted_in_an_app_whose_server_is_told_of_a_proxy(display: Display) -> None:
    with running(fastapi(RfbApp(hub_of(display)), "/rfb"), root_path="/outer") as address:
        await look_at_everything(f"{address}/rfb/")


async def look_at_everything_over_http(base: str) -> None:
    async with httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=True) as client:
        for page in ("", "plot/", "plot"):
            response = await client.get(base + page)
            assert str(response.url) == base + page.rstrip("/") + ("/" if page else "")
            for file in re.findall(r'(?:src|href)="([^"]+)"', response.text):
                assert (await client.get(response.url.join(file))).status_code == 200, file
        assert (await client.get(base + "plot/still.png")).status_code == 200


@contextmanager
def proxy(inner: str, prefix: str) -> Iterator[str]:
    """An HTTP proxy that takes ``prefix`` away."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        assert scope["path"].startswith(f"{prefix}/")
        path = scope["path"].removeprefix(prefix)
        query = scope["query_string"].decode()
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
            response = await client.get(inner + path + (f"?{query}" if query else ""))
        headers = [(name, value) for name, value in response.headers.raw if name.lower() != b"transfer-encoding"]
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": response.content})

    with running(application) as outer:
        yield outer


async def test_a_standalone_app_answers_lifespan_events() -> None:
    sent: list[str] = []
    events = iter(["lifespan.startup", "lifespan.shutdown"])

    async def receive() -> dict[str, str]:
        return {"type": next(events)}

    async def send(event: Any) -> None:
        sent.append(event["type"])

    await RfbApp(Hub())({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
