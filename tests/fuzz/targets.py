"""Everything in Python that reads bytes from the network, each as a function of arbitrary bytes.

A target returns None. It lets no exception out but for a defect: what it may raise is caught in it, by its type.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from rendercanvas_rfb.auth import Headers, bearer_token, parse_cookies
from rendercanvas_rfb.bitstream.annexb import remove_emulation_prevention
from rendercanvas_rfb.bitstream.description import describe
from rendercanvas_rfb.bitstream.description import is_keyframe as is_keyframe_of
from rendercanvas_rfb.bitstream.h264 import (
    codec_string,
    find_sequence_parameters,
    is_keyframe,
    split_nal_units,
    sps_chroma,
)
from rendercanvas_rfb.bitstream.rewriting import ColorDescription, SpsChanges, rewrite_access_unit
from rendercanvas_rfb.bitstream.vui import color_tags
from rendercanvas_rfb.errors import BitstreamError, ProtocolError
from rendercanvas_rfb.origins import Hosts, Origins
from rendercanvas_rfb.protocol.chunk import unpack_chunk
from rendercanvas_rfb.protocol.codec import decode_client, decode_server, encode
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.protocol.messages import Hello, Welcome
from rendercanvas_rfb.scopes import context_of, path_below_mount
from rendercanvas_rfb.session.effects import Authenticate
from rendercanvas_rfb.session.viewer import Viewer, ViewerState

__all__ = ["TARGETS", "Target"]

Target = Callable[[bytes], None]

TIERS = (Tier(PictureFormat.H264, Chroma.RGB), Tier(PictureFormat.H264, Chroma.YUV444), Tier(PictureFormat.PNG))


def client_message(data: bytes) -> None:
    """One message of a viewer. What is understood is written as it was read."""
    with suppress(ProtocolError, UnicodeDecodeError):
        message = decode_client(data.decode())
        assert decode_client(encode(message)) == message


def server_message(data: bytes) -> None:
    """One message of a server, as the Python client reads it."""
    with suppress(ProtocolError, UnicodeDecodeError):
        message = decode_server(data.decode())
        assert decode_server(encode(message)) == message


def chunk(data: bytes) -> None:
    """One chunk, as the Python client reads it."""
    with suppress(ProtocolError):
        unpack_chunk(data)


def bitstream(data: bytes) -> None:
    """An access unit of a foreign encoder."""
    with suppress(BitstreamError):
        split_nal_units(data)
        is_keyframe(data)
        sps = find_sequence_parameters(data)
        codec_string(sps)
        sps_chroma(sps)
        color_tags(sps.vui)


def keyframe(data: bytes) -> None:
    """A keyframe of a foreign encoder, in any codec: its number, then the bitstream."""
    formats = [picture_format for picture_format in PictureFormat if picture_format.is_video]
    picture_format, stream = formats[(data[0] if data else 0) % len(formats)], data[1:]
    with suppress(BitstreamError):
        is_keyframe_of(picture_format, stream)
    with suppress(BitstreamError):
        describe(picture_format, stream, fps=60, primaries=1, transfer=13)
    with suppress(BitstreamError):
        changes = SpsChanges(ColorDescription(True, 1, 13, 1), 1, 51)
        rewritten = rewrite_access_unit(stream, changes)
        assert rewrite_access_unit(rewritten, changes) == rewritten


def emulation_prevention(data: bytes) -> None:
    """The inside of a NAL unit."""
    assert len(remove_emulation_prevention(data)) <= len(data)


def request(data: bytes) -> None:
    """The path, query and headers of a request: lines of path, query, then headers."""
    path, query, *lines = [*data.split(b"\n"), b"", b""]
    headers = [(name.lower(), value) for name, _, value in (line.partition(b":") for line in lines)]
    scope = {
        "type": "http",
        "path": path.decode("utf-8", "replace"),
        "raw_path": path,
        "root_path": "/mount",
        "query_string": query,
        "headers": headers,
        "client": ("203.0.113.5", 1),
        "server": ("127.0.0.1", 7320),
    }
    context = context_of(scope, path_below_mount(scope), None)
    host = context.headers.get("host")
    assert not (Origins().allow(context.origin, host) and context.origin == "https://evil.example" and host == "lab")
    Hosts().allow(host, context.server)
    Hosts(["lab.example"]).allow(host, context.server)


def header_values(data: bytes) -> None:
    """A header's value, in each of its roles."""
    text = data.decode("latin-1")
    parse_cookies(text)
    bearer_token(Headers([("Authorization", text)]))
    Origins(["https://lab.example"]).allow(text, text)
    assert not Hosts().allow(f"evil.example{text[:0]}", "127.0.0.1")


def conversation(data: bytes) -> None:
    """What a viewer may send in a row, a message on each line, to its state machine.

    It ends open or closed; an error of the protocol closes it, and nothing else comes out.
    """
    now = 0.0
    viewer = Viewer("v1", now)
    for line in data.split(b"\n"):
        now += 0.01
        try:
            for effect in viewer.receive(decode_client(line.decode()), now):
                if isinstance(effect, Authenticate):
                    accept(viewer, effect.hello, now)
        except (ProtocolError, UnicodeDecodeError):
            viewer.close(4400, "bad message")
            break
        viewer.tick(now, {})
    viewer.vanish()
    assert viewer.state is ViewerState.CLOSED


def accept(viewer: Viewer, hello: Hello, now: float) -> None:
    """Let the viewer in."""
    viewer.accept(hello, Welcome("v1", "plot", "0", {}, "s" * 32), TIERS, now)


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (
        client_message,
        server_message,
        chunk,
        bitstream,
        keyframe,
        emulation_prevention,
        request,
        header_values,
        conversation,
    )
}
