from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendercanvas_rfb.errors import CloseCode, ProtocolError
from rendercanvas_rfb.protocol.codec import MAX_MESSAGE_BYTES, decode_client, decode_server, encode
from rendercanvas_rfb.protocol.messages import ClientMessage, Hello, Ping, ServerMessage, StateChanged
from tests.unit import messages
from tests.unit.support import HELLO

both_decoders = pytest.mark.parametrize("decode", [decode_client, decode_server])


@given(messages.client_messages)
def test_a_client_message_is_read_as_it_was_written(message: ClientMessage) -> None:
    assert decode_client(encode(message)) == message


@given(messages.server_messages)
def test_a_server_message_is_read_as_it_was_written(message: ServerMessage) -> None:
    assert decode_server(encode(message)) == message


@both_decoders
@given(text=st.text())
def test_any_text_is_a_message_or_a_protocol_error(decode: Callable[[str], Any], text: str) -> None:
    with suppress(ProtocolError):
        decode(text)


@both_decoders
@given(value=messages.json_values)
def test_any_json_is_a_message_or_a_protocol_error(decode: Callable[[str], Any], value: Any) -> None:
    with suppress(ProtocolError):
        decode(json.dumps(value))


@both_decoders
@given(message=messages.client_messages | messages.server_messages, data=st.data())
def test_a_message_with_any_member_replaced_is_a_message_or_a_protocol_error(
    decode: Callable[[str], Any], message: ClientMessage | ServerMessage, data: st.DataObject
) -> None:
    value = json.loads(encode(message))
    target = value
    # Down to a random place in the message.
    while (names := sorted(target)) and isinstance(target[name := data.draw(st.sampled_from(names))], dict):
        if not target[name] or data.draw(st.booleans()):
            break
        target = target[name]
    if names:
        target[name] = data.draw(messages.json_values)
    with suppress(ProtocolError):
        decode(json.dumps(value))


@both_decoders
@given(message=messages.client_messages, cut=st.integers(0, 200))
def test_a_message_that_is_cut_off_is_a_protocol_error(
    decode: Callable[[str], Any], message: ClientMessage, cut: int
) -> None:
    text = encode(message)
    with pytest.raises(ProtocolError):
        decode(text[: min(cut, len(text) - 1)])


@both_decoders
@pytest.mark.parametrize("depth", [10, *range(900, 1000, 3), 30_000])
def test_nesting_of_any_depth_is_a_protocol_error(decode: Callable[[str], Any], depth: int) -> None:
    nested = "[" * depth + "]" * depth
    for text in (nested, '{"type":' + nested + "}", '{"type":"ping","t":' + nested + "}"):
        with pytest.raises(ProtocolError):
            decode(text)


@pytest.mark.parametrize("character", ["x", "é", "好", "😀"])
def test_a_message_may_have_as_many_bytes_as_the_limit_and_no_more(character: str) -> None:
    head, tail = '{"type":"state","state":{"title":"', '"}}'
    room = MAX_MESSAGE_BYTES - len(head) - len(tail)
    size = len(character.encode())
    filling = character * (room // size) + "x" * (room % size)
    assert decode_server(head + filling + tail) == StateChanged({"title": filling})
    with pytest.raises(ProtocolError) as refusal:
        decode_server(head + filling + "x" + tail)
    assert refusal.value.code == CloseCode.TOO_LARGE


def test_another_version_is_refused_before_anything_else_is_looked_at() -> None:
    with pytest.raises(ProtocolError, match="protocol 2") as refusal:
        decode_client('{"type":"hello","protocol":2,"images":"whatever that will be"}')
    assert refusal.value.code == CloseCode.VERSION


def test_a_refusal_names_the_member_the_value_and_what_was_expected() -> None:
    text = encode(HELLO).replace('"physical_width":1280', '"physical_width":-1')
    with pytest.raises(ProtocolError, match=r"message\.view\.physical_width must be an integer from 0 .* not -1"):
        decode_client(text)


def test_what_is_written_is_compact_unicode_with_the_type_first() -> None:
    assert encode(Ping(1.5)) == '{"type":"ping","t":1.5}'
    assert encode(StateChanged({"title": "é"})) == '{"type":"state","state":{"title":"é"}}'


def test_a_number_that_json_lacks_is_not_written() -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode(StateChanged({"width": float("nan")}))


def test_members_that_may_be_missing_have_defaults() -> None:
    hello = decode_client('{"type":"hello","protocol":1,"video":[],"images":["png"]}')
    assert isinstance(hello, Hello)
    assert (hello.view, hello.token, hello.client, hello.capabilities.no_video) == (None, None, "", None)
