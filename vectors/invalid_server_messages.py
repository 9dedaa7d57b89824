"""What a server must not send."""

from __future__ import annotations

from collections.abc import Iterator

from rendercanvas_rfb.protocol.codec import encode
from rendercanvas_rfb.protocol.messages import Taken
from vectors.messages import CLIENT, LATEST, SERVER
from vectors.samples import NOT_MESSAGES, REMOVED, changed


def invalid_server_messages() -> Iterator[tuple[str, str]]:
    """Names and texts of messages that a server must not send."""
    welcome, stream = SERVER["welcome"], SERVER["stream of H.264 4:4:4"]
    yield from NOT_MESSAGES.items()
    yield "a viewer's message", encode(CLIENT["ack"])
    for name in ("protocol", "viewer", "name", "server", "state", "session", "resumed", "input"):
        yield f"welcome without {name}", changed(welcome, **{name: REMOVED})
    yield "welcome with a state of another type", changed(welcome, state=[])
    yield "welcome with a viewer of another type", changed(welcome, viewer=1)
    yield "welcome with a session that is null", changed(welcome, session=None)
    yield "welcome with a session that is too short", changed(welcome, session="s" * 21)
    yield "welcome with a session of other characters", changed(welcome, session="+" * 32)
    yield "welcome with resumed of another type", changed(welcome, resumed=1)
    yield "welcome with a negative input", changed(welcome, input=-1)
    yield "welcome with an input that is too large", changed(welcome, input=LATEST + 1)
    yield "welcome with an input that is no integer", changed(welcome, input=0.5)
    yield "taken without a number", '{"type":"taken"}'
    yield "taken of the number 0", '{"type":"taken","n":0}'
    yield "taken of a number that is no integer", '{"type":"taken","n":1.5}'
    yield "taken of a number that is a string", '{"type":"taken","n":"1"}'
    yield "taken of a number that is too large", changed(Taken(1), n=LATEST + 1)
    yield "state without its state", '{"type":"state"}'
    yield "state of null", '{"type":"state","state":null}'
    for name in ("stream", "codec", "format", "coded_width", "coded_height", "color", "encoder", "reason"):
        yield f"stream without {name}", changed(stream, **{name: REMOVED})
    for name in ("primaries", "transfer", "matrix", "full_range"):
        yield f"stream without color.{name}", changed(stream, **{f"color__{name}": REMOVED})
    yield "stream with a reason for its encoder of another type", changed(stream, encoder_reason=1)
    yield "stream with a negative number", changed(stream, stream=-1)
    yield "stream with a number that is too large", changed(stream, stream=2**32)
    yield "stream with a number that is no integer", changed(stream, stream=1.5)
    yield "stream with a number that is a boolean", changed(stream, stream=True)
    yield "stream of an unknown format", changed(stream, format="gif")
    yield "stream of an unknown chroma", changed(stream, chroma="411")
    yield "stream with a coded width of zero", changed(stream, coded_width=0)
    yield "stream with a coded height of another type", changed(stream, coded_height="720")
    yield "stream with a range of another type", changed(stream, color__full_range="false")
    yield "message without data", '{"type":"message"}'
    yield "message with a key of another type", '{"type":"message","key":["a"],"data":1}'
    yield "message with an empty key", '{"type":"message","key":"","data":1}'
    yield "stats without its stats", '{"type":"stats"}'
    yield "stats with text", '{"type":"stats","stats":{"fps":"30"}}'
    yield "stats with a boolean", '{"type":"stats","stats":{"fps":true}}'
