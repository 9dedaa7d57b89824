"""The ledger of frames whose pictures have not come out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendercanvas_rfb.encoders.in_work import InWork
from rendercanvas_rfb.errors import EncoderError


def test_a_picture_is_that_of_the_frame_whose_token_it_has() -> None:
    work: InWork[str] = InWork(3)
    tokens = [work.put(name) for name in "abc"]
    assert tokens == [0, 1, 2]
    assert list(work) == ["a", "b", "c"]
    assert [work.take(token) for token in tokens] == ["a", "b", "c"]
    assert not len(work)
    assert work.put("d") == 3


def test_no_more_frames_are_in_work_than_may_be() -> None:
    work: InWork[str] = InWork(2)
    work.put("a")
    work.put("b")
    with pytest.raises(EncoderError, match="no picture came out, with 2 frames in work"):
        work.put("c")
    assert list(work) == ["a", "b"]
    work.take(0)
    assert work.put("c") == 2


@pytest.mark.parametrize("token", [7, -1, None])
def test_a_picture_of_no_frame_is_an_error(token) -> None:
    work: InWork[str] = InWork(2)
    work.put("a")
    with pytest.raises(EncoderError, match=f"of frame {token}, which is not in work"):
        work.take(token)
    assert list(work) == ["a"]


def test_so_is_one_that_comes_twice_or_before_an_earlier_one() -> None:
    work: InWork[str] = InWork(3)
    first, second = work.put("a"), work.put("b")
    with pytest.raises(EncoderError, match=f"frame {second} came out before that of frame {first}"):
        work.take(second)
    assert work.take(first) == "a"
    with pytest.raises(EncoderError, match="not in work"):
        work.take(first)
    assert work.take(second) == "b"


def test_a_frame_that_did_not_go_in_leaves_no_gap() -> None:
    work: InWork[str] = InWork(2)
    first = work.put("a")
    work.cancel(work.put("b"))
    third = work.put("c")
    assert [work.take(first), work.take(third)] == ["a", "c"]


def test_tokens_of_another_encoder_are_others() -> None:
    work: InWork[str] = InWork(2)
    before = work.put("a")
    work.restart(1)
    after = work.put("b")
    with pytest.raises(EncoderError, match="not in work"):
        work.take(before)
    with pytest.raises(EncoderError, match="with 1 frames in work"):
        work.put("c")
    assert work.take(after) == "b"


@given(st.integers(1, 4), st.lists(st.booleans(), max_size=60))
def test_whatever_comes_and_goes_each_frame_comes_out_once_and_in_order(limit: int, steps: list[bool]) -> None:
    work: InWork[int] = InWork(limit)
    waiting: list[tuple[int, int]] = []
    for number, goes_in in enumerate(steps):
        if goes_in and len(waiting) < limit:
            waiting.append((work.put(number), number))
        elif waiting:
            token, expected = waiting.pop(0)
            assert work.take(token) == expected
        assert list(work) == [number for _, number in waiting]
