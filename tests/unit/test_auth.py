from __future__ import annotations

import pytest

from rendercanvas_rfb.auth import (
    AuthContext,
    Headers,
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
