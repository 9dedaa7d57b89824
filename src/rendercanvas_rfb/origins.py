"""Which pages may connect, and by which names the server may be called. Pure: no input or output.

Both keep pages of others from what only the user of this browser may see: `Origins` those that say who they are, and
`Hosts` those that have had their own name resolved to this machine's address meanwhile (DNS rebinding), for which the
browser takes the server for theirs.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from .errors import ConfigurationError

__all__ = ["Hosts", "Origins", "is_loopback"]

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Origins:
    """The pages that may connect: those of the host that they connect to, and those that are named.

    Args:
        allowed: ``"*"`` for every page, or origins such as ``"https://lab.example"``. One of them alone may be a
            string.

    Raises:
        ConfigurationError: One of them is no origin.
    """

    def __init__(self, allowed: str | Iterable[str] = ()) -> None:
        given = [allowed] if isinstance(allowed, str) else list(allowed)
        self.any = "*" in given
        self._allowed = frozenset(_check_origin(origin) for origin in given if origin != "*")

    def __bool__(self) -> bool:
        """Whether pages of other hosts are allowed."""
        return self.any or bool(self._allowed)

    def allow(self, origin: str | None, host: str | None) -> bool:
        """Whether a page of ``origin`` may connect to ``host``, which is the ``Host`` header.

        Programs that are no browsers send no origin, and are not what the check is for. Schemes are not compared with
        the connection's own, which behind a proxy that ends TLS is another one.
        """
        if origin is None or self.any:
            return True
        if (parsed := _parse_origin(origin)) is None:
            return False
        return parsed in self._allowed or (host is not None and parsed == _parse_origin(f"{parsed[0]}://{host}"))


def _check_origin(origin: str) -> tuple[str, str, int]:
    parsed = _parse_origin(origin)
    if parsed is None or urlsplit(origin).path not in ("", "/"):
        raise ConfigurationError(
            f"an origin looks like 'https://host' or 'http://host:port', or is '*', not {origin!r}"
        )
    return parsed


def _parse_origin(origin: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.username is not None:
        return None
    return parts.scheme, parts.hostname, _DEFAULT_PORTS[parts.scheme] if port is None else port


class Hosts:
    """The names and addresses that a ``Host`` header may have.

    Args:
        allowed: ``"*"`` for any; or names and addresses without a port, such as ``"lab.example"``, one of which alone
            may be a string. With none, a connection that comes in on the loopback interface must be to ``localhost``,
            a name under it, or a loopback address, and others may be to any.

    Raises:
        ConfigurationError: One of them is neither a name nor an address.
    """

    def __init__(self, allowed: str | Iterable[str] = ()) -> None:
        given = [allowed] if isinstance(allowed, str) else list(allowed)
        self._any = "*" in given
        self._allowed = frozenset(_check_host(host) for host in given if host != "*")

    def __bool__(self) -> bool:
        """Whether there is a list of them."""
        return bool(self._allowed)

    def allow(self, host: str | None, server: str | None) -> bool:
        """Whether a connection that came in at the address ``server`` may be to ``host``, the ``Host`` header.

        Programs may leave the header out, and browsers never do.
        """
        if host is None or self._any:
            return True
        name = _host_name(host)
        if self._allowed:
            return name in self._allowed or is_loopback(name)
        return not is_loopback(server or "") or is_loopback(name)


def is_loopback(host: str) -> bool:
    """Whether only programs on this machine can reach ``host``, a name or an address."""
    # RFC 6761 section 6.3: names under localhost are this machine, whoever is asked.
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_host(host: str) -> str:
    name = _host_name(host)
    if not name or name != host.lower().strip("[]"):
        raise ConfigurationError(f"a host is a name or an address without a port, or '*', not {host!r}")
    return name


def _host_name(host: str) -> str:
    """The name or address in a ``Host`` header, in lower case; empty where there is none."""
    try:
        # An address of IPv6 stands in brackets, but not where a program names it.
        return urlsplit(f"//{f'[{host}]' if host.count(':') > 1 and '[' not in host else host}").hostname or ""
    except ValueError:
        return ""
