"""What an ASGI scope says: where below the app's mount a request goes, and what an authenticator is told of it."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from .auth import AuthContext, Headers, bearer_token, parse_cookies

__all__ = ["Scope", "context_of", "last_part", "path_below_mount"]

Scope = MutableMapping[str, Any]


def path_below_mount(scope: Scope, root_path: str = "") -> str:
    """The path below the place where the app is mounted; it starts with a slash, or is empty at the mount itself.

    ASGI says that ``path`` includes ``root_path`` (specification 2.3, "HTTP connection scope"). Some servers and
    frameworks take it out, such as Starlette before 0.33 and Litestar, and so do proxies that strip a prefix. Both are
    understood: what is not there is not taken out.

    Args:
        scope: Of an HTTP or a WebSocket connection.
        root_path: A prefix that whoever calls the app leaves in ``path`` and does not name.
    """
    path: str = scope["path"]
    # Litestar puts a slash behind every path.
    if path.endswith("/") and not _raw_path(scope, path).endswith("/"):
        path = path[:-1]
    for prefix in (scope.get("root_path", ""), root_path):
        path = _without(path, prefix.rstrip("/"))
    return path


def context_of(scope: Scope, path: str, display: str | None) -> AuthContext:
    """What an authenticator is told of a connection to ``path``, which asks for ``display``."""
    headers = Headers((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    query = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True))
    client, server = scope.get("client"), scope.get("server")
    token = bearer_token(headers)
    return AuthContext(
        token=query.get("token") if token is None else token,
        headers=headers,
        cookies=parse_cookies(headers.get("cookie", "")),
        path=path,
        query=query,
        origin=headers.get("origin"),
        client=None if client is None else client[0],
        server=None if server is None else server[0],
        display=display,
    )


def last_part(scope: Scope) -> str:
    """What is behind the last slash of the path, as the other side wrote it."""
    return _raw_path(scope, scope["path"]).rpartition("/")[2]


def _raw_path(scope: Scope, path: str) -> str:
    raw: bytes | None = scope.get("raw_path")
    return path if raw is None else raw.partition(b"?")[0].decode("latin-1")


def _without(path: str, prefix: str) -> str:
    # At a slash: a mount at /plot is no prefix of /plots/.
    return path.removeprefix(prefix) if path == prefix or path.startswith(f"{prefix}/") else path
