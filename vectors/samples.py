"""What samples are made of: messages that are changed by hand, and texts that are none."""

from __future__ import annotations

import json
from typing import Any

from rendercanvas_rfb.protocol.codec import encode
from rendercanvas_rfb.protocol.messages import ClientMessage, ServerMessage

Sample = dict[str, Any]
"""One object of a file."""

REMOVED = object()
"""Stands for a member that is taken out."""


def changed(message: ClientMessage | ServerMessage, **members: Any) -> str:
    """The text of ``message`` with members replaced, added or `REMOVED`; ``a__b`` names the member b of a."""
    value = json.loads(encode(message))
    for path, member in members.items():
        *parents, name = path.split("__")
        target = value
        for parent in parents:
            target = target[parent]
        if member is REMOVED:
            del target[name]
        else:
            target[name] = member
    return json.dumps(value, separators=(",", ":"))


NESTED = "[" * 2000 + "]" * 2000
"""Deeper than Python's default recursion limit."""

NOT_MESSAGES = {
    "nothing": "",
    "not JSON": "hello",
    "cut off": '{"type":"ping","t":1',
    "two values": '{"type":"ping","t":1}{}',
    "a list": "[]",
    "a string": '"ping"',
    "null": "null",
    "no type": "{}",
    "type is not a string": '{"type":1}',
    "type is an object": '{"type":{}}',
    "unknown type": '{"type":"format-disk"}',
    "type in other letters": '{"type":"PING","t":1}',
    "deep nesting": NESTED,
    "deep nesting in a member": '{"type":"ping","t":' + NESTED + "}",
    "ping with NaN": '{"type":"ping","t":NaN}',
    "ping with Infinity": '{"type":"ping","t":-Infinity}',
    "ping with a number too large for a double": '{"type":"ping","t":1e999}',
    "ping with an integer too large for a double": '{"type":"ping","t":1' + "0" * 400 + "}",
    "ping without a number": '{"type":"ping"}',
    "ping with a string": '{"type":"ping","t":"1"}',
    "ping with a boolean": '{"type":"ping","t":true}',
    "ping with null": '{"type":"ping","t":null}',
    "pong without a number": '{"type":"pong"}',
    "bye without a reason": '{"type":"bye"}',
    "bye with a reason of another type": '{"type":"bye","reason":1}',
    "bye with a code out of range": '{"type":"bye","reason":"","code":70000}',
}
"""What neither side accepts."""
