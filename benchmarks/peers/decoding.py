"""What viewers have received, as pixels, and how far that is from what was shown."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from PIL import Image
from viewers import Arrival

from rendercanvas_rfb.client.decoder import ChunkDecoder

COARSE = 8
"""A frame is looked for among the stored ones by every so manieth row and column."""


def fidelity(arrivals: Sequence[Arrival], frames: np.ndarray, count: int) -> dict[str, float]:
    """Of the last ``count`` pictures as RGB: PSNR over all and of the worst, and how many are exact.

    Each is compared with the stored frame that it is nearest to, so that no system has to say which frame it sent.
    """
    errors = []
    for number, picture in enumerate(decode(arrivals)):
        if number >= len(arrivals) - count and picture is not None:
            errors.append(least_error(picture, frames))
    return {
        "dB": psnr(float(np.mean(errors))),
        "worst dB": psnr(max(errors)),
        "exact frames %": 100 * errors.count(0.0) / len(errors),
    }


def psnr(squared_error: float) -> float:
    """``10 log10(255² / error)``, infinite for none."""
    return 10 * float(np.log10(255**2 / squared_error)) if squared_error else float("inf")


def least_error(picture: np.ndarray, frames: np.ndarray) -> float:
    """Mean squared error against the nearest stored frame."""
    if picture.shape[:2] != frames.shape[1:3]:
        height, width = frames.shape[1:3]
        picture = np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BILINEAR))
    coarse = picture[::COARSE, ::COARSE].astype(np.int16)
    differences = [np.abs(frame[::COARSE, ::COARSE, :3] - coarse).mean() for frame in frames]
    nearest = np.argsort(differences)[:3]
    return min(float(np.mean((frames[index][..., :3].astype(np.float32) - picture) ** 2)) for index in nearest)


def decode(arrivals: Sequence[Arrival]) -> Iterator[np.ndarray | None]:
    """The pictures in order, RGB; None where there was nothing to decode to."""
    if isinstance(arrivals[0].info, tuple):
        yield from _decode_ours(arrivals)
        return
    video = av.CodecContext.create("h264", "r")
    video.thread_count = 1
    for arrival in arrivals:
        if arrival.info == "image":
            with Image.open(io.BytesIO(arrival.payload)) as image:
                yield np.asarray(image.convert("RGB"))
        else:
            decoded = video.decode(av.Packet(arrival.payload))
            yield _untagged(decoded[-1]) if decoded else None


def _decode_ours(arrivals: Sequence[Arrival]) -> Iterator[np.ndarray]:
    decoder = ChunkDecoder()
    started = {}
    for arrival in arrivals:
        stream, header = arrival.info
        if started.get(header.format.is_video) != stream.stream:
            decoder.start(stream)
            started[header.format.is_video] = stream.stream
        yield decoder.decode(header, arrival.payload).pixels


def _untagged(frame: av.VideoFrame) -> np.ndarray:
    """Video that does not say its matrix, as BT.601, by which it was encoded. Browsers paint it as BT.709."""
    return frame.reformat(
        format="rgb24",
        src_colorspace=Colorspace.ITU601,
        dst_colorspace=Colorspace.ITU601,
        src_color_range=ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        interpolation=Interpolation.BICUBIC,
    ).to_ndarray()
