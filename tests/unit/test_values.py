"""JSON values of a program's: what is taken, and what is refused where it is handed over."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given

from rendercanvas_rfb.errors import ConfigurationError, MessageError
from rendercanvas_rfb.protocol.values import MAX_DATA_BYTES, check_data, check_key, check_state
from tests.unit.messages import json_data

CIRCLE: list[Any] = []
CIRCLE.append(CIRCLE)

DEEP: list[Any] = []
for _ in range(100_000):
    DEEP = [DEEP]


@given(json_data)
def test_a_json_value_comes_back_equal(data: object) -> None:
    assert check_data(data) == data


def test_it_shares_nothing_with_the_one_that_was_given() -> None:
    data = {"a": [1]}
    checked = check_data(data)
    data["a"].append(2)
    assert checked == {"a": [1]}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({1, 2}, "set is not JSON serializable"),
        (object(), "object is not JSON serializable"),
        (b"bytes", "bytes"),
        ({"a": math.nan}, "Out of range float"),
        (math.inf, "Out of range float"),
        ("\ud800", "surrogates not allowed"),
        (CIRCLE, "Circular"),
        (DEEP, "recursion"),
        ({(1, 2): 3}, "keys must be"),
        ("x" * (MAX_DATA_BYTES - 1), "at most 32768 bytes as JSON text, not 32769"),
        ("好" * (MAX_DATA_BYTES // 3 + 1), "at most 32768 bytes"),
    ],
    ids=["set", "object", "bytes", "nan", "inf", "surrogate", "circle", "deep", "keys", "long", "long in bytes"],
)
def test_another_one_is_refused(data: object, words: str) -> None:
    with pytest.raises(MessageError) as refusal:
        check_data(data)
    assert words in str(refusal.value)


@pytest.mark.parametrize("key", ["", "k" * 65, 1, ("a",), "\ud800"])
def test_a_key_that_is_none_is_refused(key: object) -> None:
    with pytest.raises(MessageError, match="key of a message must be a string of 1 to 64 characters"):
        check_key(key)


@pytest.mark.parametrize("key", [None, "k", "好" * 64])
def test_a_key_is_returned(key: str | None) -> None:
    assert check_key(key) == key


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"title": 1}, "title of a display must be a string"),
        ({"title": "t" * 1025}, "at most 1024 characters"),
        ({"title": "\ud800"}, "title"),
        ({"cursor": "url(x)"}, "cursor of a display must be one of default"),
        ({"cursor": ["text"]}, "cursor"),
        ({"css_width": "640"}, "css_width of a display must be a CSS length"),
        ({"css_height": "1px; position: fixed"}, "css_height"),
        ({"css_height": "calc(1px)"}, "css_height"),
        ({"css_width": 640}, "css_width"),
        ({"stale": True}, "no member 'stale' to set"),
        ({"width": 0}, "width of a display must be a positive finite number, not 0"),
        ({"height": math.nan}, "height"),
        ({"height": True}, "height"),
        ({"pixel_ratio": "2"}, "pixel_ratio"),
        ({"viewers": 3}, "no member 'viewers' to set"),
        ({"sizing": True}, "no member 'sizing' to set"),
        ({"mine": 1}, "send() is for a program's own state"),
    ],
)
def test_state_that_viewers_do_not_take_is_refused(members: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        check_state(members)
    assert words in str(refusal.value)


def test_state_is_taken() -> None:
    check_state({"css_width": "640px", "css_height": None})
    check_state({"css_width": "12.5%", "css_height": "50dvh"})
    check_state({"title": "Größe", "cursor": "text", "width": 1, "height": 0.5, "pixel_ratio": 2.0})
