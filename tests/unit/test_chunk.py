from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendercanvas_rfb.errors import ProtocolError
from rendercanvas_rfb.protocol.chunk import HEADER_BYTES, SERIAL_MODULUS, pack_chunk, serial_less, unpack_chunk
from rendercanvas_rfb.protocol.messages import ChunkHeader
from tests.unit import messages
from tests.unit.support import chunk


@given(messages.chunk_headers, st.binary(min_size=1, max_size=100))
def test_a_chunk_is_unpacked_as_it_was_packed(header: ChunkHeader, payload: bytes) -> None:
    message = pack_chunk(header, payload)
    assert len(message) == HEADER_BYTES + len(payload)
    unpacked, rest = unpack_chunk(message)
    assert unpacked == header
    assert rest == payload


def test_the_payload_is_not_copied() -> None:
    message = chunk(1, size=1000).message
    assert unpack_chunk(message)[1].obj is message


@given(st.binary(max_size=64))
def test_any_bytes_are_a_chunk_or_a_protocol_error(message: bytes) -> None:
    with suppress(ProtocolError):
        unpack_chunk(message)


@given(st.integers(0, HEADER_BYTES - 1), st.integers(0, 255))
def test_a_chunk_with_any_byte_replaced_is_a_chunk_or_a_protocol_error(offset: int, value: int) -> None:
    message = bytearray(chunk(1).message)
    message[offset] = value
    with suppress(ProtocolError):
        header, _ = unpack_chunk(bytes(message))
        assert header.width > 0
        assert header.height > 0
        assert header.pixel_ratio > 0


serials = messages.serials


@given(serials, st.integers(1, SERIAL_MODULUS // 2 - 1))
def test_a_serial_number_comes_before_the_next_half_of_all(serial: int, step: int) -> None:
    later = (serial + step) % SERIAL_MODULUS
    assert serial_less(serial, later)
    assert not serial_less(later, serial)


@given(serials)
def test_a_serial_number_does_not_come_before_itself(serial: int) -> None:
    assert not serial_less(serial, serial)


@pytest.mark.parametrize(("a", "b"), [(2**32 - 1, 0), (2**32 - 1, 5), (2**31, 2**32 - 1), (0, 2**31 - 1)])
def test_serial_numbers_go_on_after_the_largest(a: int, b: int) -> None:
    assert serial_less(a, b)
    assert not serial_less(b, a)
