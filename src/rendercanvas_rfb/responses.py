"""HTTP responses of the app."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .assets import Asset
from .connections.websocket import Send
from .errors import CloseCode

__all__ = [
    "NO_STORE",
    "Response",
    "asset_response",
    "json_response",
    "raw_headers",
    "refusal_response",
    "send_response",
    "text_response",
]

_CONTENT_SECURITY_POLICY = (
    "default-src 'self'",
    "script-src 'self'",
    # The client's worker is started from a blob: it is part of the one script file.
    "worker-src 'self' blob:",
    # The client puts its style sheet into its shadow root, and sets sizes in device pixels.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "connect-src 'self' ws: wss:",
    "base-uri 'none'",
    "form-action 'none'",
)

SECURITY_HEADERS = {
    "content-security-policy": "; ".join(_CONTENT_SECURITY_POLICY),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}

NO_STORE = {"cache-control": "no-store"}
"""For what is private, or another one the next moment."""

_STATUS: dict[int, int] = {
    CloseCode.UNAUTHORIZED: 401,
    CloseCode.FORBIDDEN_ORIGIN: 403,
    CloseCode.UNKNOWN_DISPLAY: 404,
    CloseCode.TIMEOUT: 504,
    CloseCode.TOO_LARGE: 413,
    CloseCode.TOO_MANY: 503,
    CloseCode.NORMAL: 410,
    CloseCode.GOING_AWAY: 503,
    CloseCode.INTERNAL: 500,
}
"""The HTTP status that says what a close code says."""


@dataclass(frozen=True, slots=True)
class Response:
    """A response whose body is at hand."""

    status: int
    media_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def asset_response(asset: Asset, known: str | None = None) -> Response:
    """A file of the web client, without its body where the browser has it: ``known`` is its ``If-None-Match``."""
    headers = {"etag": asset.etag}
    if known is not None and asset.etag in known:
        return Response(304, asset.media_type, b"", headers)
    return Response(200, asset.media_type, asset.body, headers)


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] = NO_STORE) -> Response:
    """``value`` as JSON."""
    return Response(status, "application/json", json.dumps(value).encode(), headers)


def text_response(text: str, status: int = 200, headers: Mapping[str, str] = {}) -> Response:
    """Plain text."""
    return Response(status, "text/plain; charset=utf-8", text.encode(), headers)


def refusal_response(code: int, reason: str) -> Response:
    """What a WebSocket would be closed with, as an HTTP response."""
    status = _STATUS.get(code, 400)
    challenge = {"www-authenticate": "Bearer"} if status == 401 else {}
    return json_response({"error": reason}, status, {**NO_STORE, **challenge})


def raw_headers(media_type: str, headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Headers as ASGI wants them, with those that every response has."""
    # Pages and scripts are small and change with the installed version: browsers shall ask each time.
    every = {"content-type": media_type, "cache-control": "no-cache", **SECURITY_HEADERS, **headers}
    return [(name.encode(), value.encode("latin-1")) for name, value in every.items()]


async def send_response(send: Send, response: Response, *, head: bool, headers: Mapping[str, str]) -> None:
    """Send it, without its body where the request was ``HEAD``. ``headers`` are added to its own."""
    # That of a 304 would be the length of what the browser has.
    length = {} if response.status == 304 else {"content-length": str(len(response.body))}
    raw = raw_headers(response.media_type, {**response.headers, **length, **headers})
    await send({"type": "http.response.start", "status": response.status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if head else response.body})
