"""Writes the wire-format samples that the tests of both languages read: ``python -m vectors.make_vectors``.

Valid samples are what this package's encoder makes of a message; invalid ones are written by hand. Each file is a list
of objects:

- ``client_messages.json``, ``server_messages.json``: ``name``, ``text``, ``valid``, and for invalid messages of a
  viewer the ``close_code`` that they end the connection with.
- ``chunks.json``: ``name``, ``hex`` (the whole binary message), ``valid``, and for valid ones ``header``: its fields
  and ``payload_hex``.
"""

from __future__ import annotations

import json
from pathlib import Path

from rendercanvas_rfb.errors import CloseCode
from rendercanvas_rfb.protocol.codec import MAX_MESSAGE_BYTES, encode
from rendercanvas_rfb.protocol.messages import Message
from vectors.chunks import chunks
from vectors.invalid_client_messages import invalid_client_messages
from vectors.invalid_server_messages import invalid_server_messages
from vectors.messages import CLIENT, HELLO, SERVER
from vectors.samples import REMOVED, Sample, changed

__all__ = ["main", "make_files"]

FOLDER = Path(__file__).parent


def client_messages() -> list[Sample]:
    """What ``client_messages.json`` holds."""
    hello = json.loads(encode(HELLO))
    valid = {
        **{name: encode(message) for name, message in CLIENT.items()},
        "hello with members that this version does not know": changed(HELLO, future=[1], view__depth=10),
        "hello without the optional members": changed(
            HELLO, token=REMOVED, view=REMOVED, client=REMOVED, no_video=REMOVED, session=REMOVED
        ),
        "hello with white space": json.dumps(hello, indent=2),
        "message without a key": '{"type":"message","data":1}',
        "message of the largest size": changed(Message("x" * 32766)),
        "event char without data": '{"type":"event","event":{"type":"char","timestamp":0,"is_composing":false}}',
    }
    return [
        *({"name": name, "text": text, "valid": True} for name, text in valid.items()),
        *(_refused(name, text, CloseCode.BAD_MESSAGE) for name, text in invalid_client_messages()),
        _refused("hello of another version", changed(HELLO, protocol=2), CloseCode.VERSION),
        _refused("hello of another version, otherwise different", '{"type":"hello","protocol":0}', CloseCode.VERSION),
        _refused("too long", json.dumps("x" * MAX_MESSAGE_BYTES), CloseCode.TOO_LARGE),
        # Three bytes of UTF-8 each.
        _refused(
            "too long in bytes, not in characters", '"' + "好" * (MAX_MESSAGE_BYTES // 3) + '"', CloseCode.TOO_LARGE
        ),
    ]


def server_messages() -> list[Sample]:
    """What ``server_messages.json`` holds."""
    valid = {
        **{name: encode(message) for name, message in SERVER.items()},
        "stream with members that this version does not know": changed(SERVER["stream of PNG"], future=1),
        "bye without a code": '{"type":"bye","reason":"closed"}',
    }
    return [
        *({"name": name, "text": text, "valid": True} for name, text in valid.items()),
        *({"name": name, "text": text, "valid": False} for name, text in invalid_server_messages()),
    ]


def make_files() -> dict[str, str]:
    """The text of each file, by name: one sample per line."""
    files = {"chunks": chunks(), "client_messages": client_messages(), "server_messages": server_messages()}
    return {
        f"{name}.json": "[\n" + ",\n".join(json.dumps(sample, ensure_ascii=False) for sample in samples) + "\n]\n"
        for name, samples in files.items()
    }


def main() -> None:
    """Write the files next to this script."""
    for name, text in make_files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


def _refused(name: str, text: str, code: CloseCode) -> Sample:
    return {"name": name, "text": text, "valid": False, "close_code": int(code)}


if __name__ == "__main__":
    main()
