"""``rendercanvas-rfb bench``: what this machine spends on pictures, on viewers and on an answer to the pointer."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ..encoders.registry import AUTO, encoder_names, find_encoder
from ..errors import ConfigurationError
from ..frames import MAX_DIMENSION, Pixels
from ..options import QUALITIES, DisplayOptions
from ..protocol.formats import Tier
from ..testing import patterns
from ..testing.scenes import SCENES
from . import bench_encoders, bench_latency, bench_viewers
from .requirements import missing_modules

__all__ = ["add_parser", "main"]

Size = tuple[int, int]
Scene = Callable[[int, int, int], list[Pixels]]

SIZES: dict[str, Size] = {"720p": (1280, 720), "1080p": (1920, 1080), "4k": (3840, 2160)}

SYNTHETIC: dict[str, Scene] = {
    "lines": lambda count, width, height: [patterns.line_plot(width, height, 2.5 * step) for step in range(count)],
    "heatmap": lambda count, width, height: [
        patterns.heatmap(width, height, 3.0 * step, seed=step) for step in range(count)
    ],
    "noise": lambda count, width, height: [patterns.noise(width, height, seed=step) for step in range(count)],
}
"""What stands in for plots where fastplotlib is not installed, and noise, which compresses worst."""

DISTINCT = 10
"""Pictures that are made of each scene; longer measurements go to and fro among them."""

VIEWERS_S = 4.0
"""Of measuring with each number of viewers."""

TRIALS = 60
"""Presses of the pointer: enough for a 95th percentile."""


def add_parser(commands: Any) -> None:
    """Add this command."""
    parser = commands.add_parser(
        "bench",
        help="measure encoders, viewers and latency on this machine",
        description="Convert and encode the pictures of real plots, rendered beforehand by fastplotlib, decode them"
        " back, and print time, size and fidelity of a picture. Where fastplotlib is not installed, synthetic pictures"
        " stand in. With --viewers and --latency, a server and viewers or a browser are measured instead, on loopback.",
        epilog="Times are medians and 95th percentiles; sizes are means of pictures after the first one, which is a"
        " keyframe of video; PSNR and SSIM, on RGB, are those of the worst picture.",
    )
    parser.add_argument(
        "--size",
        dest="sizes",
        type=_sizes,
        default=(SIZES["720p"],),
        metavar="SIZES",
        help=f"{', '.join(SIZES)} or WxH in pixels, several with commas (default: 720p)",
    )
    parser.add_argument("--frames", type=_count, default=20, metavar="N", help="pictures of each kind (default: 20)")
    parser.add_argument(
        "--scene",
        dest="scenes",
        action="append",
        choices=[*SCENES, "noise"],
        help="only this one; may be repeated (default: all that are there)",
    )
    parser.add_argument("--synthetic", action="store_true", help="synthetic pictures, though fastplotlib is installed")
    parser.add_argument("--quality", choices=list(QUALITIES), default="sharp", help="(default: %(default)s)")
    parser.add_argument("--encoder", default=AUTO, metavar="NAME", help="only this one (default: each that works here)")
    parser.add_argument(
        "--viewers",
        type=_counts,
        default=(),
        metavar="N,N,...",
        help="measure the server with so many viewers, in turn",
    )
    parser.add_argument("--latency", action="store_true", help="measure from the pointer to the pixel in Chromium")
    parser.add_argument("--json", metavar="FILE", help="write the results to this file too, - for standard output only")
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Measure, and print."""
    options = DisplayOptions(quality=arguments.quality, encoder=arguments.encoder)
    report: dict[str, Any] = {}
    texts = []
    if arguments.viewers:
        report["viewers"], text = _bench_viewers(arguments, options)
        texts.append(text)
    if arguments.latency:
        chromium = bench_latency.chromium_path()
        if chromium is None:
            print(
                "rendercanvas-rfb: --latency needs Chromium or Chrome on PATH, or its path in CHROMIUM",
                file=sys.stderr,
            )
            return 1
        _show_progress("latency")
        try:
            latency = asyncio.run(bench_latency.measure_latency(chromium, arguments.sizes[0], TRIALS))
        except TimeoutError:
            print(f"rendercanvas-rfb: {chromium} has shown no picture in time", file=sys.stderr)
            return 1
        report["latency"] = asdict(latency)
        texts.append(bench_latency.latency_line(latency))
    if not report:
        report["encoders"] = []
        # Line by line: a run over several scenes and sizes takes minutes.
        lines = arguments.json != "-"
        if lines:
            _print_line(bench_encoders.HEADER)
        for result in _bench_encoders(arguments, options):
            report["encoders"].append(asdict(result))
            if lines:
                _print_line(bench_encoders.line(result))
    _show_progress("")
    if arguments.json != "-" and texts:
        print("\n\n".join(texts))
    if arguments.json is not None:
        _write_json(report, arguments.json)
    return 0


def _bench_encoders(arguments: argparse.Namespace, options: DisplayOptions) -> Iterator[bench_encoders.Result]:
    wanted = list(_tiers(options))
    for scene, size, pictures in _pictures(arguments, arguments.scenes):
        label = f"{scene} {size[0]}x{size[1]}"
        _show_progress(f"{label}: conversions")
        yield from bench_encoders.measure_conversions(scene, pictures, arguments.frames)
        for chosen, tier in wanted:
            _show_progress(f"{label}: {chosen.encoder} {tier}")
            yield bench_encoders.measure_tier(scene, chosen, tier, pictures, arguments.frames)


def _tiers(options: DisplayOptions) -> Iterator[tuple[DisplayOptions, Tier]]:
    """What each encoder makes that works here, or the one that is named."""
    names = encoder_names() if options.encoder == AUTO else (options.encoder,)
    for name in names:
        backends = [backend for backend in find_encoder(name) if backend.is_available()]
        if options.encoder == AUTO and not backends:
            continue
        try:
            chosen = replace(options, encoder=name)
            tiers, _ = chosen.select()
        except ConfigurationError as error:
            # One that is there and does not work, or makes nothing that the quality allows.
            if any(backend.hardware for backend in backends):
                print(f"rendercanvas-rfb: {name} is left out: {error}", file=sys.stderr)
            continue
        made = {tier for backend in backends for tier in backend.tiers}
        yield from ((chosen, tier) for tier in tiers if tier in made)


def _bench_viewers(arguments: argparse.Namespace, options: DisplayOptions) -> tuple[list[dict[str, Any]], str]:
    (_, _, pictures), *_ = _pictures(arguments, (arguments.scenes or ["lines"])[:1])
    results: list[bench_viewers.ViewersResult] = []
    for count in arguments.viewers:
        _show_progress(f"{count} viewers")
        results += bench_viewers.measure_viewers([count], options, pictures, VIEWERS_S)
    return [asdict(result) for result in results], bench_viewers.viewers_table(results)


def _pictures(arguments: argparse.Namespace, names: list[str] | None) -> Iterator[tuple[str, Size, list[Pixels]]]:
    """Name, size and pictures of each scene that is wanted."""
    scenes = _scenes(arguments.synthetic)
    for name in names or scenes:
        if name not in scenes:
            print(f"rendercanvas-rfb: the scene {name} needs fastplotlib; it is left out", file=sys.stderr)
            continue
        for size in arguments.sizes:
            _show_progress(f"{name} {size[0]}x{size[1]}: rendering")
            yield name, size, scenes[name](min(DISTINCT, arguments.frames), *size)


def _scenes(synthetic: bool) -> dict[str, Scene]:
    if synthetic:
        return SYNTHETIC
    missing = missing_modules(["fastplotlib", "pygfx", "wgpu"])
    if missing:
        print(f"rendercanvas-rfb: {missing[0]} is not installed: synthetic pictures stand in", file=sys.stderr)
        return SYNTHETIC
    return {**SCENES, "noise": SYNTHETIC["noise"]}


def _write_json(report: dict[str, Any], file: str) -> None:
    text = json.dumps(report, indent=1)
    if file == "-":
        print(text)
    else:
        Path(file).write_text(f"{text}\n", encoding="utf-8")


def _print_line(text: str) -> None:
    _show_progress("")
    print(text, flush=True)


def _show_progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _sizes(text: str) -> tuple[Size, ...]:
    return tuple(_size(part) for part in text.split(","))


def _size(text: str) -> Size:
    if text.lower() in SIZES:
        return SIZES[text.lower()]
    width, _, height = text.partition("x")
    if width.isdecimal() and height.isdecimal():
        size = int(width), int(height)
        if all(1 <= side <= MAX_DIMENSION for side in size):
            return size
    raise argparse.ArgumentTypeError(
        f"must be {', '.join(SIZES)} or look like 1280x720, with 1 to {MAX_DIMENSION} pixels per side, not {text!r}"
    )


def _counts(text: str) -> tuple[int, ...]:
    return tuple(_count(part) for part in text.split(","))


def _count(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"must be a positive number, not {text!r}")
