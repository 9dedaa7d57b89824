from __future__ import annotations

import pytest

from rendercanvas_rfb.auth import (
    AuthContext,
    Headers,
    Origins,
    bearer_token,
    check_token,
    is_refusal,
    parse_cookies,
    token_authenticator,
)
from rendercanvas_rfb.errors import ConfigurationError


def test_headers_are_found_in_any_case_and_joined() -> None:
    headers = Headers([("X-User", "ada"), ("Via", "a"), ("via", "b"), ("cookie", "a=1"), ("Cookie", "b=2")])
    assert headers["x-user"] == headers["X-USER"] == "ada"
    assert "VIA" in headers
    assert dict(headers) == {"x-user": "ada", "via": "a, b", "cookie": "a=1; b=2"}
    assert headers.get("missing") is None


@pytest.mark.parametrize(
    ("header", "cookies"),
    [
        ("", {}),
        ("a=1", {"a": "1"}),
        ("a=1; b = 2 ;c=", {"a": "1", "b": "2", "c": ""}),
        ('s="q=x"; =nameless; alone', {"s": "q=x", "alone": ""}),
    ],
)
def test_cookies_are_read(header: str, cookies: dict[str, str]) -> None:
    assert parse_cookies(header) == cookies


@pytest.mark.parametrize("answer", [None, False])
def test_none_and_false_let_nobody_in(answer: object) -> None:
    assert is_refusal(answer)


@pytest.mark.parametrize("answer", [True, "ada", 0, "", {}])
def test_any_other_answer_is_the_principal(answer: object) -> None:
    assert not is_refusal(answer)


@pytest.mark.parametrize("token", ["", "a b", "é", "a#b", "a&b", "%41", "x" * 257, "a\n"])
def test_what_cannot_stand_in_an_address_is_no_token(token: str) -> None:
    with pytest.raises(ConfigurationError, match="a token must have") as error:
        check_token(token)
    assert token == "" or token not in str(error.value)


async def test_only_the_token_lets_in() -> None:
    authenticate = token_authenticator("secret")
    assert await authenticate(AuthContext(token="secret")) == "anonymous"
    for shown in (None, "", "secre", "secret2", "Secret", "é", "\ud800"):
        assert await authenticate(AuthContext(token=shown)) is None


@pytest.mark.parametrize(
    ("header", "token"),
    [("Bearer a", "a"), ("bearer a b", "a b"), ("Basic a", None), ("Bearer", ""), ("", None), ("a", None)],
)
def test_a_bearer_token_is_read(header: str, token: str | None) -> None:
    assert bearer_token(Headers([("Authorization", header)])) == token


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
