from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendercanvas_rfb.errors import ProtocolError, truncate_reason
from rendercanvas_rfb.fields import Fields

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def read(method: str, value: Any, *arguments: Any) -> Any:
    return getattr(Fields({"a": value}, "message"), method)("a", *arguments)


@pytest.mark.parametrize("value", [None, [], "text", 1, True])
def test_only_an_object_has_fields(value: object) -> None:
    with pytest.raises(ProtocolError, match="message must be an object"):
        Fields(value, "message")


@pytest.mark.parametrize(
    ("method", "value"),
    [("number", 1.5), ("integer", 7), ("boolean", False), ("string", "é"), ("optional_string", None), ("raw", [1])],
)
def test_a_member_of_the_expected_type_is_returned(method: str, value: object) -> None:
    assert read(method, value) == value


def test_a_whole_number_is_read_as_a_float() -> None:
    assert isinstance(read("number", 3), float)


@pytest.mark.parametrize(
    ("method", "value"),
    [
        ("number", "1"),
        ("number", True),
        ("number", float("nan")),
        ("number", float("inf")),
        ("number", 10**400),
        ("number", None),
        ("integer", 1.0),
        ("integer", False),
        ("integer", -1),
        ("integer", 2**32),
        ("integer", 10**400),
        ("boolean", 0),
        ("boolean", "true"),
        ("string", 1),
        ("string", None),
        ("string", "x" * 1025),
        ("string", "half a pair: \udc12"),
        ("optional_string", 0),
        ("nested", []),
        ("optional_nested", False),
    ],
)
def test_a_member_of_another_type_or_range_is_refused_by_name(method: str, value: object) -> None:
    with pytest.raises(ProtocolError, match=r"message\.a must be"):
        read(method, value)


@pytest.mark.parametrize("method", ["number", "integer", "boolean", "string", "nested", "raw"])
def test_a_missing_member_is_refused_by_name(method: str) -> None:
    with pytest.raises(ProtocolError, match=r"message\.a is missing"):
        getattr(Fields({}, "message"), method)("a")


def test_optional_members_may_be_missing() -> None:
    fields = Fields({}, "message")
    assert fields.optional_string("a") is None
    assert fields.optional_nested("a") is None


def test_numbers_are_held_to_their_range_inclusively() -> None:
    assert read("number", 2, 1, 2) == 2
    with pytest.raises(ProtocolError, match="from 1 to 2"):
        read("number", 2.001, 1, 2)


def test_a_list_is_held_to_its_length_and_each_item_is_named() -> None:
    def refuse_odd(value: object, path: str) -> int:
        assert isinstance(value, int)
        if value % 2:
            raise ProtocolError(f"{path} is odd")
        return value

    assert read("items", [2, 4], 2, refuse_odd) == (2, 4)
    with pytest.raises(ProtocolError, match=r"message\.a\[1\] is odd"):
        read("items", [2, 3], 2, refuse_odd)
    with pytest.raises(ProtocolError, match="at most 2 items"):
        read("items", [2, 4, 6], 2, refuse_odd)


def test_a_choice_is_looked_up_and_an_unknown_one_is_told_what_there_is() -> None:
    assert read("choice", "b", {"a": 1, "b": 2}) == 2
    with pytest.raises(ProtocolError, match="one of a, b, not 'c'"):
        read("choice", "c", {"a": 1, "b": 2})
    with pytest.raises(ProtocolError):
        read("choice", ["a"], {"a": 1})


@pytest.mark.parametrize("depth", [1, 10, 500, 5000])
def test_values_of_any_depth_are_described(depth: int) -> None:
    value: object = 1
    for _ in range(depth):
        value = [value]
    with pytest.raises(ProtocolError, match="not "):
        read("number", value)


@given(json_values)
def test_any_value_is_returned_or_refused(value: object) -> None:
    for method in ("number", "integer", "boolean", "string", "optional_string", "nested", "optional_nested"):
        with suppress(ProtocolError):
            read(method, value)


@given(st.text(), st.integers(0, 200))
def test_a_truncated_reason_is_a_prefix_that_fits(reason: str, limit: int) -> None:
    short = truncate_reason(reason, limit)
    assert len(short.encode()) <= limit
    assert reason.startswith(short)
    # A character has at most four bytes.
    assert short == reason or len(short.encode()) > limit - 4


def test_half_a_surrogate_pair_in_a_reason_is_replaced() -> None:
    assert truncate_reason("a\ud800b") == "a?b"
