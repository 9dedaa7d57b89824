"""Pictures in the memory of an NVIDIA GPU, through CuPy: copied there, compared, converted, and read back.

A picture is a copy that is complete before `CudaArray.capture` returns, so that the program may write to its array at
once. Reading back has a stream of its own. CuPy is imported when the first such picture comes.
"""

from __future__ import annotations

import functools
import importlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from types import ModuleType
from typing import Any, cast

import numpy as np

from ..errors import DeviceError, FrameError
from ..frames import DevicePicture, Memory, PixelFormat, Pixels
from .device import CopiedOnce, conversion_wish
from .ycbcr import BT709_FULL, Ycbcr

__all__ = ["CUDA_DEVICE", "CudaArray", "CudaPicture", "borrow_cuda", "convert"]

CUDA_DEVICE = 2
"""kDLCUDA of dlpack.h."""

BLOCK = (32, 8)
"""Threads of a block, columns and rows: a warp is 32 threads, which then read and write bytes that follow one another;
256 threads fill every GPU since 2012 with eight blocks per multiprocessor."""

COMPARE_BLOCKS = 1024
"""Blocks of 256 threads that compare a picture: enough to keep the memory of the largest GPUs busy, each thread looking
at 16 words of a picture of 3840x2160."""

NEEDS_CUPY = (
    "frames on a CUDA device need CuPy: pip install cupy-cuda12x (or cupy-cuda13x, by the version of CUDA that the "
    "driver has); or copy the frame to the host first"
)

_CHANNELS = {
    PixelFormat.RGBA: (4, 0, 1, 2),
    PixelFormat.BGRA: (4, 2, 1, 0),
    PixelFormat.RGB: (3, 0, 1, 2),
    PixelFormat.BGR: (3, 2, 1, 0),
    PixelFormat.GRAY: (1, 0, 0, 0),
}
"""How many, and which are red, green and blue."""


def load() -> ModuleType:
    """CuPy.

    Raises:
        FrameError: It is not installed, or cannot be imported; the message says what to do.
    """
    try:
        return importlib.import_module("cupy")
    except ImportError as error:
        raise FrameError(f"{NEEDS_CUPY} ({error})") from error


class _Device:
    """What the pictures of one GPU share.

    Attributes:
        intake: Stream on which arrays are copied. It waits for the legacy default stream, on which libraries work
            that say nothing of streams.
        output: Stream on which pictures are converted and read back, beside whatever else goes on.
        in_flight: Copies that were begun on it. Their memory must not be used again before they are done, though
            nobody may wait for them any more.
    """

    def __init__(self, cupy: ModuleType, index: int) -> None:
        self.index = index
        with cupy.cuda.Device(index):
            self.intake = cupy.cuda.Stream(non_blocking=False)
            self.output = cupy.cuda.Stream(non_blocking=True)
        self.in_flight: list[_Download] = []
        self._lock = threading.Lock()

    def keep(self, download: _Download) -> None:
        """Keep what it needs until it is done."""
        with self._lock:
            self.in_flight = [each for each in self.in_flight if not each.is_done]
            self.in_flight.append(download)


def _mark(cupy: ModuleType, stream: Any) -> Any:
    """An event after what the stream has been given so far. Who waits for it sleeps, rather than spins."""
    return stream.record(cupy.cuda.Event(block=True, disable_timing=True))


_devices: dict[int, _Device] = {}
_devices_lock = threading.Lock()


def _device(cupy: ModuleType, index: int) -> _Device:
    with _devices_lock:
        if (device := _devices.get(index)) is None:
            device = _devices[index] = _Device(cupy, index)
    return device


@functools.cache
def _kernel(cupy: ModuleType, name: str, encoding: Ycbcr) -> Any:
    """A function of picture.cu. CuPy compiles it once for each device, and keeps it on disk."""
    return _module(cupy, encoding).get_function(name)


@functools.cache
def _module(cupy: ModuleType, encoding: Ycbcr) -> Any:
    code = resources.files(__package__).joinpath("picture.cu").read_text("utf-8")
    macros = tuple(f"-D{name.upper()}={value}" for name, value in encoding.coefficients.named().items())
    return cupy.RawModule(code=code, options=macros)


@functools.cache
def _quantize(cupy: ModuleType) -> Any:
    # fmax returns the other argument for NaN. rint rounds halves to even, as numpy's does.
    return cupy.ElementwiseKernel(
        "T value", "uint8 sample", "sample = rintf(255.0f * fminf(fmaxf((float)value, 0.0f), 1.0f))", "rfb_quantize"
    )


def convert(
    cupy: ModuleType,
    pixels: Any,
    source: PixelFormat,
    target: PixelFormat,
    encoding: Ycbcr = BT709_FULL,
    size: tuple[int, int] | None = None,
) -> Any:
    """Convert a picture, by one kernel on the current stream.

    Args:
        cupy: The module.
        pixels: C-contiguous uint8 array of shape (H, W, channels), on the current device.
        source: What it holds; an interleaved format.
        target: A planar one.
        encoding: The matrix and the range.
        size: Width and height of the planes, even, and at least those of the picture, whose last column and row are
            repeated in the rest; by default the next even ones.

    Returns:
        A new array of the shape that `PixelFormat` says, for planes of that size.
    """
    height, width = pixels.shape[:2]
    columns, rows = (width + width % 2, height + height % 2) if size is None else size
    numbers = tuple(np.int32(number) for number in (*_CHANNELS[source], width, height, columns, rows))
    if target is PixelFormat.I444:
        planes = cupy.empty((3 * rows, columns), np.uint8)
        grid = _blocks(columns, BLOCK[0]), _blocks(rows, BLOCK[1])
        _kernel(cupy, "to_i444", encoding)(grid, BLOCK, (pixels, *numbers, planes))
        return planes
    planes = cupy.empty((rows * 3 // 2, columns), np.uint8)
    step, cr_offset = (2, 1) if target is PixelFormat.NV12 else (1, columns * rows // 4)
    grid = _blocks(columns // 2, BLOCK[0]), _blocks(rows // 2, BLOCK[1])
    arguments = (pixels, *numbers, np.int32(step), np.int64(cr_offset), planes)
    _kernel(cupy, "to_420", encoding)(grid, BLOCK, arguments)
    return planes


def _blocks(threads: int, per_block: int) -> int:
    return -(-threads // per_block)


class CudaPicture(CopiedOnce):
    """A picture on an NVIDIA GPU.

    Attributes:
        array: Its C-contiguous CuPy array of uint8, complete: no stream needs to be waited for.
    """

    def __init__(self, cupy: ModuleType, array: Any, format: PixelFormat, device: _Device) -> None:
        super().__init__(array.shape, format, converts=conversion_wish() != "host")
        self.array = array
        self._cupy = cupy
        self._device = device

    @property
    def memory(self) -> Memory:
        """See `DevicePicture.memory`."""
        return Memory.CUDA

    def is_same_as(self, other: DevicePicture) -> bool:
        """See `DevicePicture.is_same_as`."""
        cupy, device, other = self._cupy, self._device, cast(CudaPicture, other)
        if device is not other._device:
            return False
        with _reported(cupy), cupy.cuda.Device(device.index), device.intake:
            is_different = cupy.zeros(1, np.int32)
            arguments = (self.array, other.array, np.int64(self.array.size), is_different)
            _kernel(cupy, "compare", BT709_FULL)((COMPARE_BLOCKS,), (BLOCK[0] * BLOCK[1],), arguments)
            return not int(is_different.get(stream=device.intake)[0])

    @property
    def device_index(self) -> int:
        """Number of its GPU, as CUDA counts."""
        return self._device.index

    def planes(self, format: PixelFormat, size: tuple[int, int], encoding: Ycbcr = BT709_FULL) -> Any:
        """A new CuPy array, complete, of the picture in a planar format, for encoders that read it on the device.

        Args:
            format: One of `PLANAR_FORMATS`.
            size: Width and height of the planes, even, and at least those of the picture.
            encoding: The matrix and the range.

        Raises:
            FrameError: The device failed, or the picture is planar itself.
        """
        if self.format.is_planar:
            raise FrameError(f"a frame in {self.format.value} cannot be converted on a CUDA device")
        self._use()
        cupy, device = self._cupy, self._device
        with _reported(cupy), cupy.cuda.Device(device.index), device.output:
            planes = convert(cupy, self.array, self.format, format, encoding, size)
            _mark(cupy, device.output).synchronize()
        return planes

    def _begin(self, format: PixelFormat) -> Callable[[], Pixels]:
        cupy, device = self._cupy, self._device
        with _reported(cupy), cupy.cuda.Device(device.index), device.output:
            samples = self.array if format is self.format else convert(cupy, self.array, self.format, format)
            # Pinned, so that the copy needs no processor; freed with the array, into CuPy's pool.
            memory = cupy.cuda.alloc_pinned_memory(samples.nbytes)
            host = np.frombuffer(memory, np.uint8, samples.size).reshape(samples.shape)
            samples.get(stream=device.output, out=host, blocking=False)
            download = _Download(cupy, (self.array, samples), host, _mark(cupy, device.output))
        device.keep(download)
        return download


class _Download:
    """Waits for a copy.

    Args:
        cupy: The module.
        needed: What must stay until it is done.
        host: Where it goes.
        done: The event after it.
    """

    def __init__(self, cupy: ModuleType, needed: object, host: Pixels, done: Any) -> None:
        self._cupy, self._needed, self._host, self._done = cupy, needed, host, done

    @property
    def is_done(self) -> bool:
        return bool(self._done.done)

    def __call__(self) -> Pixels:
        with _reported(self._cupy):
            self._done.synchronize()
        self._needed = None
        self._host.flags.writeable = False
        return self._host


class CudaArray:
    """An array of the program's on an NVIDIA GPU.

    Args:
        cupy: The module.
        array: A CuPy array, over the program's memory.
        device: Its device, whose ``intake`` comes after what the program had done to it.
    """

    def __init__(self, cupy: ModuleType, array: Any, device: _Device) -> None:
        self._cupy, self._array, self._device = cupy, array, device

    @property
    def shape(self) -> tuple[int, ...]:
        """See `DeviceArray.shape`."""
        return tuple(self._array.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """See `DeviceArray.dtype`."""
        dtype: np.dtype[Any] = self._array.dtype
        return dtype

    def capture(self, shape: tuple[int, ...], format: PixelFormat) -> CudaPicture:
        """See `DeviceArray.capture`."""
        cupy, device = self._cupy, self._device
        with _reported(cupy), cupy.cuda.Device(device.index), device.intake:
            if self.dtype == np.uint8:
                samples = cupy.array(self._array, order="C", copy=True)
            else:
                samples = cupy.empty(self.shape, np.uint8)
                _quantize(cupy)(self._array, samples)
            # From here on the program may write to its array.
            _mark(cupy, device.intake).synchronize()
        return CudaPicture(cupy, samples.reshape(shape), format, device)


def borrow_cuda(frame: Any) -> CudaArray:
    """Look at an array on a CUDA device, without a copy.

    What the program has had done to the array so far comes before what is done to it here: on its current stream for
    CuPy, on the stream that the library orders by for DLPack (its current one, for torch), and on the one that
    ``__cuda_array_interface__`` names.

    Args:
        frame: A CuPy array, or an object with ``__dlpack__`` or ``__cuda_array_interface__``.

    Raises:
        FrameError: CuPy is missing, the driver is, or the object's description is wrong.
    """
    cupy = load()
    what = f"this {type(frame).__name__} cannot be read as an array on a CUDA device"
    with _reported(cupy, what, FrameError):
        if isinstance(frame, cupy.ndarray):
            device = _device(cupy, frame.device.id)
            with cupy.cuda.Device(device.index):
                device.intake.wait_event(cupy.cuda.get_current_stream().record())
            return CudaArray(cupy, frame, device)
        if hasattr(frame, "__dlpack__") and hasattr(frame, "__dlpack_device__"):
            device = _device(cupy, int(frame.__dlpack_device__()[1]))
            with cupy.cuda.Device(device.index), device.intake:
                return CudaArray(cupy, cupy.from_dlpack(frame), device)
        # Waits for the stream that it names.
        array = cupy.asarray(frame)
        return CudaArray(cupy, array, _device(cupy, array.device.id))


@contextmanager
def _reported(
    cupy: ModuleType, what: str = "the CUDA device failed", kind: type[FrameError] = DeviceError
) -> Iterator[None]:
    """What CuPy and the libraries of arrays raise in the block becomes an error of that ``kind``."""
    # Of the driver and of streams; of memory; of a compiler that is missing; of a wrong description of an array.
    foreign = (RuntimeError, MemoryError, ImportError, BufferError, TypeError, ValueError, AttributeError)
    try:
        yield
    except FrameError:
        raise
    except (*foreign, cupy.cuda.compiler.CompileException) as error:
        raise kind(f"{what}: {error}") from error
