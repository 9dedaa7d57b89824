"""Inputs to begin with: samples of the wire, and the corpus, which is whatever once showed a defect."""

from __future__ import annotations

import json
from pathlib import Path

from rendercanvas_rfb.encoders.base import EncoderSettings
from rendercanvas_rfb.encoders.builtin import BUILT_IN
from rendercanvas_rfb.encoders.x264 import X264Encoder
from rendercanvas_rfb.frames import Frame, PixelFormat
from rendercanvas_rfb.protocol.formats import Chroma
from rendercanvas_rfb.testing.patterns import line_plot

__all__ = ["seeds"]

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
CORPUS = Path(__file__).resolve().parent / "corpus"

REQUESTS = (
    b"/mount/plot/ws\ntoken=abc&a=%20\nHost: localhost:7320\nOrigin: https://evil.example\nCookie: a=b; c",
    b"/plot/up\nid=aaaaaaaaaaaaaaaaaaaaaa&first=0\nHost: lab\nAuthorization: Bearer x",
    b"//\n=&&\nHost: [::1]:80",
)


def seeds(target: str) -> list[bytes]:
    """Of a target in `targets.TARGETS`; the corpus' files are named as the target."""
    return [*_samples(target), *(path.read_bytes() for path in sorted(CORPUS.glob(f"{target}-*")))]


def _samples(target: str) -> list[bytes]:
    match target:
        case "client_message":
            return _texts("client_messages.json")
        case "server_message":
            return _texts("server_messages.json")
        case "conversation":
            texts = [text for text in _texts("client_messages.json") if b"\n" not in text]
            hello = texts[0]
            return [hello + b"\n" + text for text in texts]
        case "chunk":
            return [bytes.fromhex(sample["hex"]) for sample in _vectors("chunks.json")]
        case "keyframe":
            return [b"\0" + _access_unit(chroma) for chroma in Chroma] + [_vp9_keyframe()]
        case "bitstream" | "emulation_prevention":
            return [_access_unit(chroma) for chroma in Chroma]
        case "request":
            return list(REQUESTS)
        case "header_values":
            return [b"Bearer abc", b'a=b; c="d"; =e', b"https://lab.example:8443", b"[::1]:7320", b"null"]
    raise AssertionError(target)


def _access_unit(chroma: Chroma) -> bytes:
    """The parameter sets and the beginning of the slice of a small picture."""
    encoder = X264Encoder(chroma, 16, 16)
    frame = Frame(line_plot(16, 16), PixelFormat.RGBA, 1.0, 1, 0)
    payload = encoder.encode(frame, keyframe=True).payload
    encoder.close()
    return payload[:1024]


def _vp9_keyframe() -> bytes:
    backend = next(backend for backend in BUILT_IN if backend.name == "vp9")
    encoder = backend.open(backend.tiers[0], 16, 16, EncoderSettings())
    payload = encoder.encode(Frame(line_plot(16, 16), PixelFormat.RGBA, 1.0, 1, 0), keyframe=True).payload
    encoder.close()
    return b"\1" + payload[:1024]


def _texts(name: str) -> list[bytes]:
    return [sample["text"].encode() for sample in _vectors(name)]


def _vectors(name: str) -> list[dict[str, str]]:
    samples: list[dict[str, str]] = json.loads((VECTORS / name).read_text())
    return samples
