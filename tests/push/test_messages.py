"""Messages between a program and its viewers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rendercanvas_rfb.client import connect
from rendercanvas_rfb.errors import ConfigurationError, MessageError
from rendercanvas_rfb.protocol.messages import Message
from tests.displays import MakeDisplay
from tests.push.viewers import closing, make_display, taken
from tests.support import TIMEOUT_S, until

__all__ = ["make_display"]


async def test_a_message_reaches_all_viewers_as_it_was(make_display: MakeDisplay) -> None:
    display = make_display()
    data: dict[str, Any] = {"steps": 12, "name": "Größe 好 😀", "nested": [1.5, None, {"a": True}]}
    async with connect(display.url) as first, connect(display.url) as second:
        display.send(data)
        display.send(1, key="k")
        for client in (first, second):
            async with asyncio.timeout(TIMEOUT_S):
                assert await client.next_message() == Message(data)
                assert await client.next_message() == Message(1, "k")
            assert client.messages == {"k": 1}


async def test_the_last_one_of_each_key_awaits_those_who_come_later_or_again(make_display: MakeDisplay) -> None:
    display = make_display()
    display.send("gone", key="freed")
    display.send("not kept")
    for step in range(5):
        display.send(step, key="step")
    display.send("ada", key="name")
    display.send(None, key="freed")
    for _ in range(2):
        async with asyncio.timeout(TIMEOUT_S), connect(display.url) as client:
            assert [await client.next_message() for _ in range(2)] == [Message(4, "step"), Message("ada", "name")]


async def test_one_viewer_can_be_answered(make_display: MakeDisplay) -> None:
    display = make_display()
    async with connect(display.url) as asking, connect(display.url) as other:
        await asking.send_message({"ask": "time"}, key="question")
        events = await taken(display, lambda events: events and events[-1].type == "message", "the question")
        assert asking.welcome is not None
        assert events[-1].viewer == asking.welcome.viewer
        assert (events[-1].data, events[-1].key) == ({"ask": "time"}, "question")
        assert display.send_to(events[-1].viewer, "noon")
        display.send("to all")
        async with asyncio.timeout(TIMEOUT_S):
            assert await asking.next_message() == Message("noon")
            assert await other.next_message() == Message("to all")
    await until(lambda: display.state["viewers"] == 0)
    assert not display.send_to(events[-1].viewer, "too late")


async def test_what_is_no_message_is_refused_where_it_is_sent(make_display: MakeDisplay) -> None:
    display = make_display()
    async with connect(display.url) as client:
        for data in ({1, 2}, float("nan"), b"bytes", "x" * 40_000):
            with pytest.raises(MessageError):
                display.send(data)
            with pytest.raises(MessageError):
                display.send_to("v1", data)
            with pytest.raises(MessageError):
                await client.send_message(data)
        with pytest.raises(MessageError):
            display.send(1, key="k" * 65)
        with pytest.raises(ConfigurationError, match="cursor of a display must be one of"):
            display.set_state(cursor="hand")
        display.send("still here")
        async with asyncio.timeout(TIMEOUT_S):
            assert await client.next_message() == Message("still here")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"type":"message"}', "message.data is missing"),
        ('{"type":"message","data":1,"key":7}', "message.key must be a string"),
        ('{"type":"message","data":1,"key":""}', "message.key must have at least one character"),
        ('{"type":"message","data":[1e999]}', "message.data"),
        ('{"type":"message","data":"\\ud800"}', "message.data"),
        ('{"type":"message","data":"' + "x" * 40_000 + '"}', "at most 32768 bytes"),
        ('{"type":"message","data":' + "[" * 5000 + "]" * 5000 + "}", "JSON"),
    ],
    ids=["no data", "key", "empty key", "infinite", "surrogate", "long", "deep"],
)
async def test_a_bad_one_closes_that_viewer_and_no_other(make_display: MakeDisplay, text: str, words: str) -> None:
    display = make_display()
    async with connect(display.url) as good, connect(display.url) as bad:
        await bad.send_text(text)
        closed = await closing(bad)
        assert closed.code == 4400
        assert words in closed.reason
        await good.send_message("still here")
        events = await taken(display, lambda events: any(e.type == "message" for e in events), "the message")
    assert [event.data for event in events if event.type == "message"] == ["still here"]


async def test_of_a_key_a_viewer_that_does_not_read_waits_for_the_newest_only(make_display: MakeDisplay) -> None:
    display = make_display()
    async with connect(display.url) as client:
        for step in range(20_000):
            display.send({"step": step, "padding": "x" * 1000}, key="step")
        seen = [(await client.next_message()).data["step"]]
        async with asyncio.timeout(TIMEOUT_S):
            while seen[-1] != 19_999:
                seen.append((await client.next_message()).data["step"])
    assert seen == sorted(seen)
