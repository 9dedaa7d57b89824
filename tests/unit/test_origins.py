"""Pages that may connect, and names by which the server may be called."""

from __future__ import annotations

import pytest

from rendercanvas_rfb.errors import ConfigurationError
from rendercanvas_rfb.origins import Hosts, Origins, is_loopback


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.255.0.3", "::1", "lab.localhost"])
def test_loopback_is_recognized(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "", "192.168.1.5", "10.0.0.1", "example.org", "localhost.example.org", "127.0.0.1.nip.io"]
)
def test_what_others_may_reach_is_not_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        (None, "lab.example", True),
        ("https://lab.example", "lab.example", True),
        ("https://LAB.example", "lab.Example:443", True),
        ("http://lab.example:8000", "lab.example:8000", True),
        ("http://[::1]:7320", "[::1]:7320", True),
        ("https://lab.example", "lab.example:8443", False),
        ("https://elsewhere.example", "lab.example", False),
        ("https://lab.example.evil", "lab.example", False),
        ("https://lab.example@evil", "evil", False),
        ("null", None, False),
        ("null", "", False),
        ("", "", False),
        ("file://", "", False),
        ("http://lab.example:99999", "lab.example", False),
        ("http://lab.example", None, False),
        ("http://lab.example", "a b", False),
    ],
)
def test_pages_of_the_same_host_may_connect(origin: str | None, host: str | None, allowed: bool) -> None:
    assert Origins().allow(origin, host) is allowed
    assert Origins("*").allow(origin, host)


def test_pages_of_named_origins_may_connect() -> None:
    origins = Origins(["https://a.example", "http://b.example:8000/"])
    assert origins.allow("https://a.example", "lab.example")
    assert origins.allow("https://a.example:443", "lab.example")
    assert origins.allow("http://b.example:8000", "lab.example")
    assert not origins.allow("http://a.example", "lab.example")
    assert not origins.allow("http://b.example", "lab.example")
    assert Origins("https://a.example").allow("https://a.example", "lab.example")


@pytest.mark.parametrize("origin", ["a.example", "https://", "https://a.example/path", "ftp://a", "null", ""])
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(ConfigurationError, match="an origin looks like"):
        Origins([origin])


@pytest.mark.parametrize(("allowed", "others"), [((), False), ("*", True), (["https://a.example"], True)])
def test_origins_say_whether_other_pages_may_connect(allowed: str, others: bool) -> None:
    assert bool(Origins(allowed)) is others


LOOPBACK_HOSTS = [
    "localhost",
    "localhost:7320",
    "LOCALHOST:1",
    "127.0.0.1:7320",
    "127.9.9.9",
    "[::1]:7320",
    "a.localhost",
]
OTHER_HOSTS = [
    "evil.example:7320",
    "127.0.0.1.nip.io",
    "localhost.evil.example",
    "192.168.1.5",
    "0.0.0.0",
    "a b",
    "",
    "[::",
]


@pytest.mark.parametrize("server", ["127.0.0.1", "::1"])
def test_on_loopback_the_server_is_called_by_a_name_of_this_machine(server: str) -> None:
    assert all(Hosts().allow(host, server) for host in LOOPBACK_HOSTS)
    assert not any(Hosts().allow(host, server) for host in OTHER_HOSTS)
    assert all(Hosts("*").allow(host, server) for host in OTHER_HOSTS)


@pytest.mark.parametrize("server", ["192.168.1.5", "2001:db8::1", "testserver", "/run/app.sock", None])
def test_elsewhere_it_may_have_any_name(server: str | None) -> None:
    assert all(Hosts().allow(host, server) for host in (*LOOPBACK_HOSTS, *OTHER_HOSTS))


def test_a_program_need_not_call_it_by_a_name() -> None:
    assert Hosts().allow(None, "127.0.0.1")


@pytest.mark.parametrize("server", ["127.0.0.1", "192.168.1.5", None])
def test_named_hosts_are_those_and_this_machine(server: str | None) -> None:
    hosts = Hosts(["Lab.example", "2001:db8::1"])
    assert hosts.allow("lab.example:8443", server)
    assert hosts.allow("[2001:db8::1]:80", server)
    assert hosts.allow("localhost:7320", server)
    assert not hosts.allow("evil.example", server)
    assert not hosts.allow("lab.example.evil.example", server)
    assert Hosts("lab.example").allow("LAB.EXAMPLE", server)


@pytest.mark.parametrize("host", ["lab.example:80", "https://lab.example", "a/b", "", "user@lab.example", "[::1"])
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(ConfigurationError, match="a host is a name or an address without a port"):
        Hosts([host])
