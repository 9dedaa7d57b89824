from __future__ import annotations

import pytest

from rendercanvas_rfb.scopes import context_of, path_below_mount


@pytest.mark.parametrize(
    ("path", "root_path", "below"),
    [
        ("/", "", "/"),
        ("/plot/ws", "", "/plot/ws"),
        ("/rfb/plot/ws", "/rfb", "/plot/ws"),
        ("/rfb/plot/ws", "/rfb/", "/plot/ws"),
        ("/plot/ws", "/rfb", "/plot/ws"),
        ("/rfb/", "/rfb", "/"),
        ("/rfb", "/rfb", ""),
        ("/rfbx/ws", "/rfb", "/rfbx/ws"),
        ("/a/b/plot/", "/a/b", "/plot/"),
    ],
)
def test_the_path_below_the_mount_is_found_whether_it_is_taken_out_or_not(
    path: str, root_path: str, below: str
) -> None:
    assert path_below_mount({"path": path, "root_path": root_path}) == below
    assert path_below_mount({"path": path}, root_path) == below


@pytest.mark.parametrize(
    ("path", "raw_path", "below"),
    [
        ("/plot/", b"/rfb/plot", "/plot"),
        ("/plot/", b"/rfb/plot?a=b/", "/plot"),
        ("/plot/", b"/rfb/plot/", "/plot/"),
        ("/", b"/rfb", ""),
        ("/", b"/rfb/", "/"),
    ],
)
def test_a_slash_that_the_framework_has_added_is_taken_out(path: str, raw_path: bytes, below: str) -> None:
    assert path_below_mount({"path": path, "raw_path": raw_path, "root_path": ""}) == below


@pytest.mark.parametrize(
    ("headers", "query", "token"),
    [
        ([], b"", None),
        ([(b"authorization", b"Bearer a")], b"token=b", "a"),
        ([(b"authorization", b"Basic a")], b"token=b", "b"),
        ([], b"a=1&token=first&token=last", "last"),
        ([], b"token=", ""),
        ([], b"%ff&==;&token", ""),
    ],
)
def test_a_token_is_looked_for_in_the_header_and_then_in_the_query(
    headers: list[tuple[bytes, bytes]], query: bytes, token: str | None
) -> None:
    assert context_of({"headers": headers, "query_string": query}, "/streams", None).token == token


def test_an_authenticator_is_told_what_the_scope_says() -> None:
    scope = {
        "headers": [(b"Cookie", b"a=1"), (b"origin", b"https://x.example"), (b"x-odd", b"\xff")],
        "query_string": b"a=%20b",
        "client": ("192.0.2.1", 5),
    }
    context = context_of(scope, "/plot/ws", "plot")
    assert (context.path, context.display, context.client) == ("/plot/ws", "plot", "192.0.2.1")
    assert (context.cookies, context.query, context.origin) == ({"a": "1"}, {"a": " b"}, "https://x.example")
    assert context_of({"headers": [], "client": None}, "/", None).client is None
