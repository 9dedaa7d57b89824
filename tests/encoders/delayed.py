"""libx264 as encoders in hardware are that overlap work: with threads by frame it really hands pictures out later."""

from __future__ import annotations

from rendercanvas_rfb.encoders.base import MAX_DEPTH, EncoderBackend
from rendercanvas_rfb.encoders.libav import LibavCodec, Target, backend_of
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat


def delayed_codec(threads: int | None = None, own_depth: int = 1) -> LibavCodec:
    """One that holds ``threads - 1`` pictures back; by default as many as its depth allows."""

    def options(target: Target) -> dict[str, str]:
        number = target.depth if threads is None else threads
        x264 = {
            "threads": str(number),
            "sliced-threads": "0",
            "sync-lookahead": "0",
            "rc-lookahead": "0",
            "mbtree": "0",
            "force-cfr": "1",
            "bframes": "0",
            "keyint": "infinite",
            "scenecut": "0",
            "repeat-headers": "1",
        }
        rate = {"crf": "20"} if target.max_bitrate is None else {"b": str(target.max_bitrate)}
        parameters = ":".join(f"{name}={value}" for name, value in x264.items())
        return {"preset": "ultrafast", "forced-idr": "1", "x264-params": parameters, **rate}

    return LibavCodec(
        name="libx264",
        format=PictureFormat.H264,
        pixel_formats={Chroma.YUV444: "yuv444p", Chroma.YUV420: "yuv420p"},
        options=options,
        hardware=False,
        max_depth=MAX_DEPTH,
        own_depth=own_depth,
    )


def delayed_backend(name: str = "delayed", threads: int | None = None, own_depth: int = 1) -> EncoderBackend:
    """It as an encoder that can be chosen."""
    return backend_of(name, delayed_codec(threads, own_depth))
