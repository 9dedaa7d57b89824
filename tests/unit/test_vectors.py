"""The samples in vectors/, which the web client's tests read too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from rendercanvas_rfb.errors import ProtocolError
from rendercanvas_rfb.events import _READERS
from rendercanvas_rfb.protocol.chunk import pack_chunk, unpack_chunk
from rendercanvas_rfb.protocol.codec import decode_client, decode_server, encode
from rendercanvas_rfb.protocol.formats import PictureFormat
from rendercanvas_rfb.protocol.messages import ChunkHeader, ClientMessage, ServerMessage
from vectors.make_vectors import FOLDER, make_files

Sample = dict[str, Any]

CLIENT: list[Sample] = json.loads((FOLDER / "client_messages.json").read_text(encoding="utf-8"))
SERVER: list[Sample] = json.loads((FOLDER / "server_messages.json").read_text(encoding="utf-8"))
CHUNKS: list[Sample] = json.loads((FOLDER / "chunks.json").read_text(encoding="utf-8"))


def samples(of: list[Sample], *, valid: bool) -> Any:
    return pytest.mark.parametrize(
        "sample", [pytest.param(sample, id=sample["name"]) for sample in of if sample["valid"] is valid]
    )


def test_committed_files_are_what_the_script_makes() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in Path(FOLDER).glob("*.json")}
    assert committed == make_files(), "run: python -m vectors.make_vectors"


@pytest.mark.parametrize("of", [CLIENT, SERVER, CHUNKS], ids=["client", "server", "chunks"])
def test_names_are_unique(of: list[Sample]) -> None:
    names = [sample["name"] for sample in of]
    assert len(set(names)) == len(names)


def test_every_message_type_and_event_type_has_a_valid_sample() -> None:
    client = [decode_client(sample["text"]) for sample in CLIENT if sample["valid"]]
    server = [decode_server(sample["text"]) for sample in SERVER if sample["valid"]]
    assert {type(message) for message in client} == set(get_args(ClientMessage))
    assert {type(message) for message in server} == set(get_args(ServerMessage))
    assert {message.event.type for message in client if hasattr(message, "event")} == set(_READERS)


def test_every_picture_format_has_a_valid_chunk() -> None:
    assert {s["header"]["format"] for s in CHUNKS if s["valid"]} == {format.value for format in PictureFormat}


@samples(CLIENT, valid=True)
def test_valid_client_message_is_read_and_means_the_same_when_written_again(sample: Sample) -> None:
    message = decode_client(sample["text"])
    assert decode_client(encode(message)) == message


@samples(SERVER, valid=True)
def test_valid_server_message_is_read_and_means_the_same_when_written_again(sample: Sample) -> None:
    message = decode_server(sample["text"])
    assert decode_server(encode(message)) == message


@samples(CLIENT, valid=False)
def test_invalid_client_message_is_refused_with_its_close_code(sample: Sample) -> None:
    with pytest.raises(ProtocolError) as refusal:
        decode_client(sample["text"])
    assert refusal.value.code == sample["close_code"]
    assert 0 < len(refusal.value.reason.encode()) <= 123


@samples(SERVER, valid=False)
def test_invalid_server_message_is_refused(sample: Sample) -> None:
    with pytest.raises(ProtocolError):
        decode_server(sample["text"])


@samples(CHUNKS, valid=True)
def test_valid_chunk_is_unpacked_to_its_header_and_payload_and_packed_to_the_same_bytes(sample: Sample) -> None:
    message = bytes.fromhex(sample["hex"])
    header, payload = unpack_chunk(message)
    expected = dict(sample["header"])
    assert payload.hex() == expected.pop("payload_hex")
    assert header == ChunkHeader(**{**expected, "format": PictureFormat(expected["format"])})
    assert pack_chunk(header, bytes(payload)) == message


@samples(CHUNKS, valid=False)
def test_invalid_chunk_is_refused(sample: Sample) -> None:
    with pytest.raises(ProtocolError):
        unpack_chunk(bytes.fromhex(sample["hex"]))
