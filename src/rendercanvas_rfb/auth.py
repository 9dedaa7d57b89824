"""Who may watch: what an authenticator is told and returns, and tokens. Pure: no input or output.

An authenticator is a function of the program that serves:

    def authenticate(ctx: AuthContext) -> str | None:
        return sessions.user_of(ctx.cookies.get("session"))
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import ConfigurationError

__all__ = [
    "ANONYMOUS",
    "AuthContext",
    "Authenticator",
    "Headers",
    "bearer_token",
    "check_token",
    "is_refusal",
    "parse_cookies",
    "token_authenticator",
]

ANONYMOUS = "anonymous"
"""The principal of viewers of whom nothing is known: there is no authenticator."""

_TOKEN = re.compile(r"[A-Za-z0-9._~-]{1,256}")
"""What stands in an address as it is (RFC 3986 section 2.3), as long as a ``hello`` may have it."""


class Headers(Mapping[str, str]):
    """HTTP headers by name, in any case. What came more than once is joined by commas (RFC 9110 section 5.3).

    Cookies are joined by semicolons, as RFC 9113 section 8.2.3 asks for.
    """

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        self._items: dict[str, str] = {}
        for name, value in items:
            key = name.lower()
            joint = "; " if key == "cookie" else ", "
            self._items[key] = f"{self._items[key]}{joint}{value}" if key in self._items else value

    def __getitem__(self, name: str) -> str:
        return self._items[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._items


@dataclass(frozen=True, slots=True)
class AuthContext:
    """One connection that asks to be let in, or one HTTP request.

    Attributes:
        token: The credential that it shows: from ``hello``, else the header ``Authorization: Bearer``, else the
            member ``token`` of the query; None where it shows none.
        headers: Of the HTTP request or the WebSocket's handshake.
        cookies: Those of ``headers``.
        path: Below the place where the app is mounted: ``"/plot/ws"``, ``"/plot/still.png"``, ``"/streams"``.
        query: Of the address; of members that come more than once, the last.
        origin: Of the page that opened the connection; None for programs, and for most plain GET requests.
        client: Address of the other side, as the ASGI server says: behind a proxy, the proxy's, unless that server
            is told to trust it.
        server: Address at which the connection came in, as the ASGI server says; None where it says nothing.
        display: The name of the display that is asked for, whether there is one or not; None for ``/streams`` and
            ``/metrics``, which tell of all.
    """

    token: str | None = None
    headers: Mapping[str, str] = field(default_factory=Headers)
    cookies: Mapping[str, str] = field(default_factory=dict)
    path: str = "/"
    query: Mapping[str, str] = field(default_factory=dict)
    origin: str | None = None
    client: str | None = None
    server: str | None = None
    display: str | None = None


Authenticator = Callable[[AuthContext], Any]
"""Returns the principal, which is any object that says who it is, or None (or False) to refuse. May be a coroutine
function; plain functions are called on a thread of their own, so that they may wait."""


def is_refusal(principal: object) -> bool:
    """Whether an authenticator's answer lets nobody in.

    False does as None does: ``lambda ctx: ctx.token == secret`` is a plausible authenticator.
    """
    return principal is None or principal is False


def check_token(token: str) -> str:
    """Return ``token`` if it can be one.

    Raises:
        ConfigurationError: It cannot.
    """
    if not _TOKEN.fullmatch(token):
        raise ConfigurationError("a token must have 1 to 256 letters, digits, '.', '_', '~' and '-'")
    return token


def token_authenticator(token: str) -> Authenticator:
    """Lets in who shows ``token``. Takes the same time for every wrong one of the same length."""
    expected = check_token(token).encode()

    async def authenticate(context: AuthContext) -> str | None:
        shown = "" if context.token is None else context.token
        return ANONYMOUS if hmac.compare_digest(shown.encode(errors="replace"), expected) else None

    return authenticate


def bearer_token(headers: Mapping[str, str]) -> str | None:
    """The credential of an ``Authorization: Bearer`` header (RFC 6750 section 2.1)."""
    scheme, _, credential = headers.get("authorization", "").partition(" ")
    return credential if scheme.lower() == "bearer" else None


def parse_cookies(header: str) -> dict[str, str]:
    """The cookies of a ``Cookie`` header (RFC 6265 section 5.4); pairs without a name are left out."""
    pairs = (pair.partition("=") for pair in header.split(";"))
    return {name.strip(): value.strip().strip('"') for name, _, value in pairs if name.strip()}
