from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendercanvas_rfb.errors import CloseCode, ConfigurationError, ProtocolError
from rendercanvas_rfb.limits import MessageLimiter, ServerLimits, TokenBucket


def test_a_burst_passes_at_once_and_then_the_rate() -> None:
    bucket = TokenBucket(8.0, 3, 100.0)
    assert [bucket.take(1, 100.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(1, 100.125), bucket.take(1, 100.125)] == [True, False]


def test_what_is_refused_takes_nothing() -> None:
    bucket = TokenBucket(1.0, 2, 0.0)
    assert not bucket.take(3, 0.0)
    assert bucket.take(2, 0.0)


def test_a_clock_that_stands_or_goes_back_gives_nothing() -> None:
    bucket = TokenBucket(1.0, 1, 10.0)
    assert bucket.take(1, 10.0)
    assert not bucket.take(1, 5.0)
    assert not bucket.take(1, 10.5)
    assert bucket.take(1, 11.0)


@given(st.lists(st.floats(0, 2), min_size=1, max_size=60), st.floats(0.5, 50), st.integers(1, 20))
def test_no_more_passes_than_the_burst_and_the_rate_allow(gaps: list[float], rate: float, burst: int) -> None:
    bucket, now, passed = TokenBucket(rate, burst, 0.0), 0.0, 0
    for gap in gaps:
        now += gap
        passed += bucket.take(1, now)
        assert passed <= burst + rate * now + 1e-6


@pytest.mark.parametrize("name", [field.name for field in fields(ServerLimits)])
@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), "5", None, True])
def test_a_limit_that_is_no_positive_number_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} must be a positive number"):
        ServerLimits(**{name: value})


def test_a_message_cannot_have_more_than_the_protocol_allows_or_than_ever_passes() -> None:
    with pytest.raises(ConfigurationError, match="message_bytes must be at most 65536"):
        ServerLimits(message_bytes=65537)
    with pytest.raises(ConfigurationError, match="message_bytes must be at most 1000"):
        ServerLimits(byte_burst=1000)


@pytest.mark.parametrize(
    ("limits", "sizes", "code"),
    [
        (ServerLimits(message_bytes=100), [101], CloseCode.TOO_LARGE),
        (ServerLimits(messages_per_s=1, message_burst=2), [1, 1, 1], CloseCode.TOO_MANY),
        (ServerLimits(bytes_per_s=1, byte_burst=100, message_bytes=60), [60, 60], CloseCode.TOO_MANY),
    ],
)
def test_the_message_that_is_too_much_ends_the_connection(
    limits: ServerLimits, sizes: list[int], code: CloseCode
) -> None:
    limiter = MessageLimiter(limits, 0.0)
    for size in sizes[:-1]:
        limiter.check(size, 0.0)
    with pytest.raises(ProtocolError) as error:
        limiter.check(sizes[-1], 0.0)
    assert error.value.code == code


def test_a_browser_at_240_hz_stays_within_the_limits() -> None:
    limiter = MessageLimiter(ServerLimits(), 0.0)
    for step in range(2 * 240 * 60):
        limiter.check(300, step / 480)
