"""``rendercanvas-rfb bench``: what encoding costs on this machine, and what it keeps of the picture."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..convert.host import HostConverter, frame_to_rgb
from ..frames import MAX_DIMENSION, Frame, Pixels
from ..options import QUALITIES, DisplayOptions
from ..protocol.formats import Chroma, Tier
from ..testing.conformance import decode_pictures, frame_of, psnr
from ..testing.patterns import heatmap, line_plot, noise

__all__ = ["Result", "add_parser", "main", "measure_conversions", "measure_tier"]

Pattern = Callable[[int, int, int], Pixels]

PATTERNS: dict[str, Pattern] = {
    "lines": lambda width, height, step: line_plot(width, height, 2.5 * step),
    "heatmap": lambda width, height, step: heatmap(width, height, 3.0 * step, seed=step),
    "noise": lambda width, height, step: noise(width, height, seed=step),
}
"""A panned line plot, a moving image with a little noise, and what compresses worst."""

DISTINCT = 6
"""Pictures that are made of each pattern; longer measurements go to and fro among them."""


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured of one kind of work on one pattern.

    Attributes:
        pattern: Name of the pattern.
        what: What was done.
        milliseconds: Median time of a picture, on one thread that may use others.
        bytes: Mean size of an encoded picture after the first; None for conversions.
        psnr_db: RGB PSNR of the worst picture, dB; None for conversions, and where it is infinite: without loss.
        lossless: Whether all pictures came back exactly; None for conversions.
    """

    pattern: str
    what: str
    milliseconds: float
    bytes: int | None = None
    psnr_db: float | None = None
    lossless: bool | None = None


def add_parser(commands: Any) -> None:
    """Add this command."""
    parser = commands.add_parser(
        "bench",
        help="measure the encoders on this machine",
        description="Convert and encode synthetic pictures, decode them back, and print time, size and fidelity of a"
        " picture. No server, no browser, no GPU.",
        epilog="Times are medians; sizes are those of pictures after the first one, which is a keyframe of video.",
    )
    parser.add_argument("--size", type=_size, default=(1280, 720), metavar="WxH", help="pixels (default: 1280x720)")
    parser.add_argument("--frames", type=_count, default=20, metavar="N", help="pictures of each kind (default: 20)")
    parser.add_argument(
        "--pattern", dest="patterns", action="append", choices=list(PATTERNS), help="only this one; may be repeated"
    )
    parser.add_argument("--quality", choices=list(QUALITIES), default="sharp", help="(default: %(default)s)")
    parser.add_argument("--encoder", default="auto", metavar="NAME", help="(default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Measure, and print."""
    options = DisplayOptions(quality=arguments.quality, encoder=arguments.encoder)
    patterns = arguments.patterns or list(PATTERNS)
    results = list(_measure_all(options, patterns, arguments.size, arguments.frames))
    if arguments.json:
        width, height = arguments.size
        print(
            json.dumps({"width": width, "height": height, "results": [asdict(result) for result in results]}, indent=1)
        )
    else:
        print(_table(results, arguments.size))
    return 0


def _measure_all(
    options: DisplayOptions, patterns: Sequence[str], size: tuple[int, int], count: int
) -> Iterator[Result]:
    tiers, _ = options.select()
    for pattern in patterns:
        frames = [frame_of(PATTERNS[pattern](*size, step), version=step) for step in range(min(DISTINCT, count))]
        _show_progress(f"{pattern}: conversions")
        yield from measure_conversions(pattern, frames, count)
        for tier in tiers:
            _show_progress(f"{pattern}: {tier}")
            yield measure_tier(pattern, options, tier, frames, count)
    _show_progress("")


def measure_conversions(pattern: str, frames: Sequence[Frame], count: int) -> list[Result]:
    """The conversions that come before encoding and after recording."""
    width, height = frames[0].width, frames[0].height
    results = []
    for chroma in (Chroma.YUV444, Chroma.YUV420):
        converter = HostConverter(width, height, chroma)
        results.append(Result(pattern, f"to Y'CbCr {chroma.value}", _median_ms(converter.convert, frames, count)))
    return [*results, Result(pattern, "to RGB", _median_ms(frame_to_rgb, frames, count))]


def measure_tier(pattern: str, options: DisplayOptions, tier: Tier, frames: Sequence[Frame], count: int) -> Result:
    """Encode ``count`` pictures, and decode them back.

    Raises:
        EncoderError: The encoder cannot have such pictures.
    """
    _, open_encoder = options.select()
    width, height = frames[0].width, frames[0].height
    encoder = open_encoder(tier, width, height)
    pictures: list[Any] = []
    try:
        milliseconds = _median_ms(lambda frame: pictures.append(encoder.encode(frame, keyframe=False)), frames, count)
        decoded = decode_pictures(encoder.info, pictures, width, height)
    finally:
        encoder.close()
    qualities = [
        psnr(shown, frame.pixels[..., :3]) for shown, frame in zip(decoded, _to_and_fro(frames, count), strict=True)
    ]
    exact = bool(np.isinf(min(qualities)))
    sizes = [len(picture.payload) for picture in pictures[1:] or pictures]
    return Result(
        pattern=pattern,
        what=str(tier),
        milliseconds=milliseconds,
        bytes=round(sum(sizes) / len(sizes)),
        psnr_db=None if exact else round(min(qualities), 2),
        lossless=exact,
    )


def _median_ms(work: Callable[[Frame], object], frames: Sequence[Frame], count: int) -> float:
    times = []
    for frame in _to_and_fro(frames, count):
        started = time.perf_counter()
        work(frame)
        times.append(time.perf_counter() - started)
    return round(1000 * float(np.median(times)), 3)


def _to_and_fro(frames: Sequence[Frame], count: int) -> Iterator[Frame]:
    there_and_back = [*frames, *frames[-2:0:-1]]
    for index in range(count):
        yield there_and_back[index % len(there_and_back)]


def _table(results: Sequence[Result], size: tuple[int, int]) -> str:
    lines = [f"{size[0]}x{size[1]} pixels", f"{'pattern':9} {'work':18} {'ms':>8} {'bytes':>10} {'PSNR dB':>9}"]
    for result in results:
        fidelity = "exact" if result.lossless else "" if result.psnr_db is None else f"{result.psnr_db:.1f}"
        amount = "" if result.bytes is None else f"{result.bytes:,}"
        lines.append(f"{result.pattern:9} {result.what:18} {result.milliseconds:8.2f} {amount:>10} {fidelity:>9}")
    return "\n".join(lines)


def _show_progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if width.isdecimal() and height.isdecimal():
        size = int(width), int(height)
        if all(1 <= side <= MAX_DIMENSION for side in size):
            return size
    raise argparse.ArgumentTypeError(
        f"must look like 1280x720, with 1 to {MAX_DIMENSION} pixels per side, not {text!r}"
    )


def _count(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"must be a positive number, not {text!r}")
