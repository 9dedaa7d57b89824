"""The one-call entry: a display that is served, for programs that make their own pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from os import PathLike
from typing import Literal

from .auth import Authenticator
from .display import Display
from .hosting import ServerOptions, host_display
from .limits import ServerLimits
from .options import DisplayOptions
from .policy import DEFAULT_MAX_SIZE, ViewerPolicy

__all__ = ["serve"]


def serve(
    width: int = 1280,
    height: int = 720,
    *,
    name: str | None = None,
    title: str | None = None,
    host: str | None = None,
    port: int | None = None,
    open_browser: bool | None = None,
    resize: Literal["publisher", "viewer"] = "publisher",
    max_size: tuple[int, int] = DEFAULT_MAX_SIZE,
    control: Literal["all", "first", "none"] | Callable[[object], bool] = "all",
    max_viewers: int | None = None,
    quality: str = "sharp",
    encoder: str = "auto",
    codec: str = "auto",
    max_fps: float | None = None,
    bitrate: int | None = None,
    settle: bool = True,
    window: int | None = None,
    stale_after: float | None = None,
    encode_pipeline_depth: int | None = None,
    token: str | None = None,
    authenticate: Authenticator | None = None,
    origins: str | Iterable[str] = (),
    hosts: str | Iterable[str] = (),
    limits: ServerLimits | None = None,
    ssl_certfile: str | PathLike[str] | None = None,
    ssl_keyfile: str | PathLike[str] | None = None,
) -> Display:
    """Make a display and serve it, in the background. Prints one line with its address to stderr.

    Use it as it is, in ``with`` or in ``async with``, from any thread. It is served until it is closed, or the process
    ends.

    Args:
        width: Pixels, until the first frame is published, or a viewer asks for another size.
        height: As ``width``.
        name: Its part of the address; ``display-1``, ``display-2``, ... by default.
        title: What pages call it; the name by default.
        host: Interface to listen on. By default that of ``RENDERCANVAS_RFB_HOST``, else 127.0.0.1. Displays and
            canvases with the same host and port share a server.
        port: Port to listen on, 0 for any free one; where it is in use, the next free one. By default that of
            ``RENDERCANVAS_RFB_PORT``, else 7320.
        open_browser: Whether to open the page in a browser. By default whether ``RENDERCANVAS_RFB_OPEN`` is 1.
        resize: As `ViewerPolicy` says, as are ``max_size``, ``control`` and ``max_viewers``.
        max_size: See ``resize``.
        control: See ``resize``.
        max_viewers: See ``resize``.
        quality: As `DisplayOptions` says, as are ``encoder``, ``codec``, ``max_fps``, ``bitrate`` and
            ``settle``.
        encoder: See ``quality``.
        codec: See ``quality``.
        max_fps: See ``quality``.
        bitrate: See ``quality``.
        settle: See ``quality``.
        window: See ``quality``.
        stale_after: See ``quality``.
        encode_pipeline_depth: See ``quality``.
        token: As `Server` says, as are ``authenticate``, ``origins``, ``hosts``, ``limits``, ``ssl_certfile`` and
            ``ssl_keyfile``. They are the server's: a later display on it leaves them out, or gives the same.
        authenticate: See ``token``.
        origins: See ``token``.
        hosts: See ``token``.
        limits: See ``token``.
        ssl_certfile: See ``token``.
        ssl_keyfile: See ``token``.

    Raises:
        ConfigurationError: A value is not accepted, or the name is taken.
        AddressError: The server cannot listen there.
    """
    policy = ViewerPolicy(resize=resize, max_size=max_size, control=control, max_viewers=max_viewers)
    options = DisplayOptions(
        quality=quality,
        encoder=encoder,
        codec=codec,
        max_fps=max_fps,
        bitrate=bitrate,
        settle=settle,
        window=window,
        stale_after=stale_after,
        encode_pipeline_depth=encode_pipeline_depth,
    )
    allowed = origins if isinstance(origins, str) else tuple(origins)
    names = hosts if isinstance(hosts, str) else tuple(hosts)
    server = ServerOptions(token, authenticate, allowed, names, limits, ssl_certfile, ssl_keyfile)
    display = host_display(
        name,
        host=host,
        port=port,
        open_browser=open_browser,
        server_options=server,
        stem="display",
        width=width,
        height=height,
        policy=policy,
        options=options,
    )
    if title is not None:
        display.set_state(title=title)
    return display
