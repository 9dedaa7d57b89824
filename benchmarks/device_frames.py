"""What frames on a GPU cost: conversion against the limit of its memory, and a published frame against the host's way.

    python benchmarks/device_frames.py [--library cuda|mlx] [--frames 30] [--sizes 1280x720,1920x1080,...]

Needs CuPy and a CUDA device, or MLX (``pip install mlx`` on a Mac, ``mlx[cpu]`` on Linux); says what is missing
elsewhere. Three tables for each library:

- conversion: of RGBA on the device, medians until it is done, checked against the reference. "limit" is the time in
  which the device copies as many bytes as the conversion reads and writes.
- reading back: until the host has the bytes.
- a published frame: until `publish` has returned, and until each frame is encoded by libx264, whose time is in all.
  "device" publishes the array as it is, and has the device convert; "auto" leaves that to this package; "host" copies
  the array to one of numpy first, and lets the host convert.
"""

from __future__ import annotations

import argparse
import importlib
import os
import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from rendercanvas_rfb.convert import cupy as convert_cupy
from rendercanvas_rfb.convert import mlx as convert_mlx
from rendercanvas_rfb.convert.device import VARIABLE
from rendercanvas_rfb.convert.reference import convert_exactly
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.frames import PixelFormat, Pixels
from rendercanvas_rfb.intake import DeviceSource, take_in
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.session.turns import Room
from rendercanvas_rfb.testing.patterns import line_plot

TARGETS = (PixelFormat.NV12, PixelFormat.I420, PixelFormat.I444)
BYTES_PER_PIXEL = {PixelFormat.NV12: 1.5, PixelFormat.I420: 1.5, PixelFormat.I444: 3.0}
TIERS = {PixelFormat.I420: Chroma.YUV420, PixelFormat.I444: Chroma.YUV444}

WAYS = {"device": "gpu", "auto": "auto", "host": "host"}

SHARED_S = 20e-6
"""Reading back takes longer wherever something is copied."""

WARM_UP = 5
"""Rounds that are not counted: kernels are compiled, and memory is taken."""


class Library(Protocol):
    """A library of arrays on a device."""

    def put(self, pixels: Pixels) -> Any:
        """On the device, when this returns."""

    def get(self, array: Any) -> Pixels:
        """On the host, as its users do it."""

    def move(self, array: Any) -> Any:
        """Another picture, computed on the device when this returns."""

    def copy(self, array: Any) -> None:
        """Copy it on the device, and wait."""

    def convert(self, array: Any, target: PixelFormat) -> Any:
        """Convert it on the device, and wait."""


class Cuda:
    """CuPy on the current device."""

    def __init__(self, cupy: Any) -> None:
        self._cupy = cupy
        properties = cupy.cuda.runtime.getDeviceProperties(cupy.cuda.Device().id)
        self.name = f"CuPy {cupy.__version__} on {properties['name'].decode()}"

    def put(self, pixels: Pixels) -> Any:
        """See `Library`."""
        return self._waited(self._cupy.asarray(pixels))

    def get(self, array: Any) -> Pixels:
        """See `Library`."""
        pixels: Pixels = self._cupy.asnumpy(array)
        return pixels

    def move(self, array: Any) -> Any:
        """See `Library`."""
        return self._waited(self._cupy.roll(array, 3, axis=1))

    def copy(self, array: Any) -> None:
        """See `Library`."""
        self._waited(array.copy())

    def convert(self, array: Any, target: PixelFormat) -> Any:
        """See `Library`."""
        return self._waited(convert_cupy.convert(self._cupy, array, PixelFormat.RGBA, target))

    def _waited(self, array: Any) -> Any:
        self._cupy.cuda.get_current_stream().synchronize()
        return array


class Mlx:
    """MLX on its default device."""

    def __init__(self, mx: Any) -> None:
        self._mx = mx
        self.name = f"MLX {mx.__version__} on {mx.default_device()}"

    def put(self, pixels: Pixels) -> Any:
        """See `Library`."""
        return self._waited(self._mx.array(pixels))

    def get(self, array: Any) -> Pixels:
        """See `Library`."""
        return np.array(array)

    def move(self, array: Any) -> Any:
        """See `Library`."""
        return self._waited(self._mx.roll(array, 3, axis=1))

    def copy(self, array: Any) -> None:
        """See `Library`."""
        self._waited(array ^ 255)

    def convert(self, array: Any, target: PixelFormat) -> Any:
        """See `Library`."""
        return self._waited(convert_mlx.convert(array, PixelFormat.RGBA, target))

    def _waited(self, array: Any) -> Any:
        self._mx.eval(array)
        return array


class Viewer:
    """Takes whatever it is offered."""

    def __init__(self, display: Display, tier: Tier) -> None:
        self._display = display
        display.pipeline.subscribe(self, tier)
        display.pipeline.ready(self, Room(True))

    def post(self, function: Callable[[], None]) -> None:
        """Run it here and now, on the encode thread."""
        function()

    def offer(self, _chunk: Any) -> None:
        """Want the next one."""
        self._display.pipeline.ready(self, Room(True))

    def tiers_changed(self) -> None:
        """Nothing to choose from."""


def main() -> None:
    """Measure what is there."""
    options = arguments()
    for name, find in (("cuda", find_cuda), ("mlx", find_mlx)):
        if options.library in (None, name):
            library = find()
            if isinstance(library, str):
                print(f"{name}: not measured: {library}\n")
            else:
                measure(library, options)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", choices=("cuda", "mlx"))
    parser.add_argument("--frames", type=int, default=30)
    parser.add_argument("--sizes", default="1280x720,1920x1080,2560x1440,3840x2160")
    return parser.parse_args()


def find_cuda() -> Cuda | str:
    """CuPy with a device, or what is missing."""
    try:
        cupy = importlib.import_module("cupy")
    except ImportError as error:
        return f"CuPy cannot be imported ({error}): pip install cupy-cuda12x"
    try:
        return Cuda(cupy)
    except cupy.cuda.runtime.CUDARuntimeError as error:
        return f"there is no CUDA device ({error})"


def find_mlx() -> Mlx | str:
    """MLX, or what is missing."""
    try:
        return Mlx(importlib.import_module("mlx.core"))
    except ImportError as error:
        return f"MLX cannot be imported ({error}): pip install mlx"


def measure(library: Any, options: argparse.Namespace) -> None:
    """Print the tables of one library."""
    sizes = [tuple(int(side) for side in size.split("x")) for size in options.sizes.split(",")]
    print(f"{library.name}\n\nconversion            ms     limit   times the limit   largest error")
    for width, height in sizes:
        array = library.put(line_plot(width, height))
        copy_s = median(lambda: library.copy(array), options.frames)  # noqa: B023 - called at once
        for target in TARGETS:
            convert(library, array, target, copy_s, options.frames)
    print("\nreading back          ms   GB/s")
    for width, height in sizes:
        for target in (PixelFormat.RGBA, *TARGETS):
            read_back(library, library.put(line_plot(width, height)), target, options.frames)
    print("\na published frame       publish, ms                 encoded, ms")
    print("                " + "".join(f"{way:>9}" for way in (*WAYS, *WAYS)))
    for width, height in sizes:
        for target, chroma in TIERS.items():
            publish(library, (width, height), Tier(PictureFormat.H264, chroma), target, options.frames)
    print()


def convert(library: Library, array: Any, target: PixelFormat, copy_s: float, rounds: int) -> None:
    """Print what one conversion takes."""
    height, width = array.shape[:2]
    seconds = median(lambda: library.convert(array, target), rounds)
    limit_s = copy_s * (4 + BYTES_PER_PIXEL[target]) / 8
    expected = convert_exactly(library.get(array)[..., :3], target)
    error = np.abs(library.get(library.convert(array, target)).astype(int) - expected).max()
    times = f"{1e3 * seconds:8.3f}  {1e3 * limit_s:8.3f}   {seconds / limit_s:15.1f}"
    print(f"{f'{width}x{height}':9} {target.value:4} {times}   {error:13}", flush=True)


def read_back(library: Library, array: Any, target: PixelFormat, rounds: int) -> None:
    """Print what one format takes, conversion and transfer."""
    height, width = array.shape[:2]
    source = take_in(array)
    assert isinstance(source, DeviceSource)

    def work() -> int:
        return source.capture().read(target).nbytes

    with_conversion("gpu")
    whole_s, captured_s = median(work, rounds), median(source.capture, rounds)
    seconds = max(whole_s - captured_s, 1e-9)
    rate = f"{work() / seconds / 1e9:6.1f}" if seconds > SHARED_S else "shared"
    print(f"{f'{width}x{height}':9} {target.value:4} {1e3 * seconds:8.3f} {rate}", flush=True)


def publish(library: Library, size: tuple[int, int], tier: Tier, target: PixelFormat, rounds: int) -> None:
    """Print what a published frame takes, by both ways."""
    columns = []
    for way, wish in WAYS.items():
        with_conversion(wish)
        with Display("benchmark", tiers=(tier,)) as display:
            Viewer(display, tier)
            array = library.put(line_plot(*size))
            published, encoded = [], []
            for _ in range(WARM_UP + rounds):
                array = library.move(array)
                started = time.perf_counter()
                display.publish(library.get(array) if way == "host" else array)
                published.append(time.perf_counter() - started)
                display.wait_encoded()
                encoded.append(time.perf_counter() - started)
        columns.append([1e3 * float(np.median(times[WARM_UP:])) for times in (published, encoded)])
    times = "".join(f"{value:9.2f}" for part in zip(*columns, strict=True) for value in part)
    print(f"{f'{size[0]}x{size[1]}':9} {target.value:5} {times}", flush=True)


def with_conversion(wish: str) -> None:
    """Have the device convert, or the host."""
    os.environ[VARIABLE] = wish


def median(work: Callable[[], object], rounds: int) -> float:
    """Seconds that one call takes, once everything is warm."""
    times = []
    for _ in range(WARM_UP + rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return float(np.median(times[WARM_UP:]))


if __name__ == "__main__":
    main()
