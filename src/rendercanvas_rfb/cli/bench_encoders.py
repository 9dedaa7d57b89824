"""What converting and encoding a picture costs on this machine, and what it keeps of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from ..convert.host import HostConverter, frame_to_rgb
from ..encoders.base import EncodedPicture
from ..frames import Frame, Pixels
from ..options import DisplayOptions
from ..protocol.formats import Chroma, StreamInfo, Tier
from ..testing.conformance import decode_pictures, frame_of
from ..testing.fidelity import psnr, ssim
from ..testing.scenes import to_and_fro

__all__ = ["HEADER", "Result", "line", "measure_conversions", "measure_tier"]

COMPARED = 6
"""Pictures that are compared with what was encoded, all over the measurement. It takes longer than to encode them."""

SMALLEST_FOR_SSIM = 8


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured of one kind of work on one scene.

    Attributes:
        scene: Name of the scene.
        size: Width and height, pixels.
        what: What was done.
        milliseconds: Median time of a picture, on one thread that may use others.
        p95_milliseconds: 95th percentile of the time.
        bytes: Mean size of an encoded picture after the first; None for conversions.
        psnr_db: RGB PSNR of the worst picture that was compared, dB; None for conversions, and where it is infinite:
            without loss.
        ssim: Structural similarity of the worst one; None for conversions and for tiny pictures.
        lossless: Whether all that were compared came back exactly; None for conversions.
        encoder: Name of the library or driver that made the last picture; empty for conversions.
    """

    scene: str
    size: tuple[int, int]
    what: str
    milliseconds: float
    p95_milliseconds: float
    bytes: int | None = None
    psnr_db: float | None = None
    ssim: float | None = None
    lossless: bool | None = None
    encoder: str = ""


def measure_conversions(scene: str, pictures: Sequence[Pixels], count: int) -> Iterator[Result]:
    """The conversions on the host that come before encoding and after recording."""
    height, width = pictures[0].shape[:2]
    frames = [frame_of(pixels) for pixels in pictures]
    for chroma in Chroma:
        if chroma.value == "rgb":
            continue  # What it takes is part of encoding it.
        converter = HostConverter(width, height, chroma)
        times = _seconds(converter.convert, frames, count)
        yield Result(scene, (width, height), f"to Y'CbCr {chroma.value}", *_median_and_p95(times))
    yield Result(scene, (width, height), "to RGB", *_median_and_p95(_seconds(frame_to_rgb, frames, count)))


def measure_tier(scene: str, options: DisplayOptions, tier: Tier, pictures: Sequence[Pixels], count: int) -> Result:
    """Encode ``count`` pictures, to and fro, and decode them back.

    Raises:
        EncoderError: The encoder cannot have such pictures.
    """
    _, open_encoder = options.select()
    height, width = pictures[0].shape[:2]
    shown = list(to_and_fro(pictures, count))
    frames = [frame_of(pixels, version=number) for number, pixels in enumerate(shown)]
    encoder = open_encoder(tier, width, height)
    encoded: list[tuple[StreamInfo, EncodedPicture]] = []

    def encode(frame: Frame) -> None:
        picture = encoder.encode(frame, keyframe=False)
        encoded.append((encoder.info, picture))

    try:
        times = _seconds(encode, frames, count)
    finally:
        encoder.close()
    decoded = _decode(encoded, width, height)
    chosen = sorted(set(np.linspace(0, count - 1, COMPARED).astype(int).tolist()))
    pairs = [(decoded[index], shown[index][..., :3]) for index in chosen]
    worst_db = min(psnr(*pair) for pair in pairs)
    sizes = [len(picture.payload) for _, picture in encoded[1:] or encoded]
    return Result(
        scene,
        (width, height),
        str(tier),
        *_median_and_p95(times),
        bytes=round(sum(sizes) / len(sizes)),
        psnr_db=None if np.isinf(worst_db) else round(worst_db, 2),
        ssim=round(min(ssim(*pair) for pair in pairs), 4) if min(width, height) >= SMALLEST_FOR_SSIM else None,
        lossless=bool(np.isinf(worst_db)),
        encoder=encoded[-1][0].encoder,
    )


HEADER = (
    f"{'scene':8} {'size':>9} {'work':16} {'by':12} {'ms':>7} {'p95 ms':>7} {'bytes':>10} {'PSNR dB':>8} {'SSIM':>7}"
)
"""What the columns of `line` are."""


def line(result: Result) -> str:
    """A result for people."""
    width, height = result.size
    amount = "" if result.bytes is None else f"{result.bytes:,}"
    fidelity = "exact" if result.lossless else "" if result.psnr_db is None else f"{result.psnr_db:.1f}"
    likeness = "" if result.ssim is None else f"{result.ssim:.4f}"
    return (
        f"{result.scene:8} {f'{width}x{height}':>9} {result.what:16} {result.encoder:12} {result.milliseconds:7.2f}"
        f" {result.p95_milliseconds:7.2f} {amount:>10} {fidelity:>8} {likeness:>7}"
    ).rstrip()


def _decode(encoded: Sequence[tuple[StreamInfo, EncodedPicture]], width: int, height: int) -> list[Pixels]:
    """The pictures. An encoder may begin another stream by itself, for which viewers start a decoder."""
    streams = groupby(encoded, key=lambda one: one[0])
    return [
        pixels
        for info, stream in streams
        for pixels in decode_pictures(info, [picture for _, picture in stream], width, height)
    ]


def _seconds(work: Callable[[Frame], object], frames: Sequence[Frame], count: int) -> list[float]:
    times = []
    for number in range(count):
        frame = frames[number % len(frames)]
        started = time.perf_counter()
        work(frame)
        times.append(time.perf_counter() - started)
    return times


def _median_and_p95(seconds: Sequence[float]) -> tuple[float, float]:
    """Milliseconds."""
    median, p95 = np.quantile(seconds, [0.5, 0.95])
    return round(1000 * float(median), 3), round(1000 * float(p95), 3)
