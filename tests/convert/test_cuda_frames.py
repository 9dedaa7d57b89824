"""What is done with arrays of a CUDA device, with CuPy's part played on the CPU."""

from __future__ import annotations

import sys
from typing import Any, ClassVar

import numpy as np
import pytest

from rendercanvas_rfb.convert import cupy as convert_cupy
from rendercanvas_rfb.convert.reference import convert_exactly
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import FrameError
from rendercanvas_rfb.frames import Memory, PixelFormat, Pixels
from rendercanvas_rfb.intake import DeviceSource, take_in
from rendercanvas_rfb.testing.patterns import noise
from tests.convert import fake_cupy
from tests.convert.fake_cupy import FakeArray, Stream


class Tensor:
    """What torch and JAX have: DLPack, ordered after the producer's stream."""

    def __init__(self, array, stream=None):
        self.array = FakeArray(array)
        self.stream = Stream() if stream is None else stream

    def __dlpack_device__(self):
        return 2, 0

    def __dlpack__(self, **_options: Any):
        raise AssertionError("the fake asks for `exported`")

    def exported(self, consumer):
        consumer.wait_event(self.stream.record())
        return self.array


class Interface:
    """What numba has: a pointer, and the stream that it is written on."""

    def __init__(self, array, stream=None):
        self.array = FakeArray(array)
        self.stream = Stream() if stream is None else stream
        self.__cuda_array_interface__ = {"shape": array.shape, "typestr": "|u1", "stream": id(self)}
        fake_cupy.STREAMS[id(self)] = self.stream


class Cupy(FakeArray):
    """An array of CuPy's, written on the current stream."""

    def __init__(self, array, stream=None):
        super().__init__(array)
        self.stream = fake_cupy._current.stream if stream is None else stream


KINDS = [Tensor, Interface, Cupy]


def captured(frame: Any, format: Any = None) -> convert_cupy.CudaPicture:
    source = take_in(frame, format)
    assert isinstance(source, DeviceSource)
    picture = source.capture()
    assert isinstance(picture, convert_cupy.CudaPicture)
    return picture


def begin(picture: convert_cupy.CudaPicture, format: PixelFormat) -> None:
    """Read it back, and do not wait."""
    before = captured(Tensor(noise(2, 2)))
    before._use(format)
    picture.follow(before, prefetch=True)


@pytest.mark.parametrize("kind", KINDS)
class TestNoPictureIsTorn:
    def test_what_was_queued_before_is_in_it(self, fake_cuda, kind) -> None:
        pixels = noise(33, 21)
        memory = np.zeros_like(pixels)
        frame = kind(memory)
        frame.stream.enqueue(lambda: np.copyto(memory, pixels))
        assert np.array_equal(captured(frame).read(PixelFormat.RGBA), pixels)

    def test_what_is_written_afterwards_is_not(self, fake_cuda, kind) -> None:
        memory = noise(33, 21)
        before = memory.copy()
        picture = captured(kind(memory))
        begin(picture, PixelFormat.I420)
        memory[...] = 0
        assert np.array_equal(picture.read(PixelFormat.RGBA), before)
        assert np.array_equal(picture.read(PixelFormat.I420), convert_exactly(before[..., :3], PixelFormat.I420))

    def test_a_program_that_never_stops_writing(self, fake_cuda, kind) -> None:
        display = Display("plot")
        memory = np.zeros((8, 9, 4), np.uint8)
        frame = kind(memory)
        for value in range(1, 60):
            frame.stream.enqueue(lambda value=value: memory.fill(value))
            display.publish(frame)
            frame.stream.enqueue(lambda: memory.fill(255))
            assert display.latest is not None
            assert set(display.latest.pixels.ravel()) == {value}
        display.close()


class TestPictures:
    def test_where_it_lies_and_what_it_can_be(self, fake_cuda) -> None:
        picture = captured(Tensor(noise(5, 3)))
        assert (picture.memory, picture.shape, picture.device_index) == (Memory.CUDA, (3, 5, 4), 0)
        assert picture.formats == {PixelFormat.NV12, PixelFormat.I420, PixelFormat.I444}

    def test_the_host_can_be_asked_to_convert(self, fake_cuda, monkeypatch) -> None:
        monkeypatch.setenv("RENDERCANVAS_RFB_CONVERT", "host")
        assert captured(Tensor(noise(5, 3))).formats == frozenset()

    @pytest.mark.parametrize("format", [PixelFormat.NV12, PixelFormat.I420, PixelFormat.I444])
    def test_planes_are_read_back(self, fake_cuda, format) -> None:
        pixels = noise(31, 17)
        planes = captured(Tensor(pixels)).read(format)
        assert np.abs(planes.astype(int) - convert_exactly(pixels[..., :3], format)).max() <= 1
        assert not planes.flags.writeable

    def test_planes_for_an_encoder_on_the_device_have_its_size(self, fake_cuda) -> None:
        pixels = noise(31, 17)
        planes = captured(Tensor(pixels)).planes(PixelFormat.NV12, (40, 20))
        padded = np.pad(pixels[..., :3], ((0, 3), (0, 9), (0, 0)), mode="edge")
        assert np.abs(planes.memory.astype(int) - convert_exactly(padded, PixelFormat.NV12)).max() <= 1

    def test_planes_stay_what_they_are(self, fake_cuda) -> None:
        planes = noise(8, 6)[..., 0].copy()
        picture = captured(Tensor(planes), "nv12")
        assert (picture.format, picture.formats) == (PixelFormat.NV12, frozenset())
        assert np.array_equal(picture.read(PixelFormat.NV12), planes)
        with pytest.raises(FrameError, match="in nv12 cannot be converted on a CUDA device"):
            picture.planes(PixelFormat.NV12, (8, 4))

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_floats_are_rounded_and_clipped(self, fake_cuda, dtype) -> None:
        pixels = noise(12, 7)[..., :3]
        floats = (pixels / 255).astype(dtype)
        assert np.array_equal(captured(Tensor(floats)).read(PixelFormat.RGB), pixels)
        values = np.array([[0, 1, 0.5, 2 / 255, -1, 7, np.nan, np.inf, -np.inf, 1e-6]], dtype)
        picture = captured(Tensor(values))
        assert picture.read(PixelFormat.GRAY).ravel().tolist() == [0, 255, 128, 2, 0, 255, 0, 255, 0, 0]

    def test_strides_are_gathered(self, fake_cuda) -> None:
        pixels = noise(12, 8)[::-1, ::2]
        assert np.array_equal(captured(Tensor(pixels)).read(PixelFormat.RGBA), pixels)

    @pytest.mark.parametrize("size", [(1, 1), (3, 1), (5, 7), (640, 480)])
    def test_one_bit_makes_another_picture(self, fake_cuda, size) -> None:
        pixels = noise(*size)[..., :3].copy()
        picture = captured(Tensor(pixels))
        assert picture.is_same_as(captured(Tensor(pixels)))
        for at in {0, pixels.size // 2, pixels.size - 1}:
            other = pixels.copy()
            other.reshape(-1)[at] ^= 1
            assert not picture.is_same_as(captured(Tensor(other)))

    def test_a_copy_that_nobody_waits_for_keeps_its_memory(self, fake_cuda) -> None:
        picture = captured(Tensor(noise(16, 16)))
        device = picture._device
        begin(picture, PixelFormat.I444)
        assert len(device.in_flight) == 1
        begin(captured(Tensor(noise(16, 16))), PixelFormat.I444)
        assert len(device.in_flight) == 2
        device.output.synchronize()
        begin(captured(Tensor(noise(16, 16))), PixelFormat.I444)
        assert len(device.in_flight) == 1


class TestPublishing:
    def test_an_equal_picture_is_the_same_one(self, fake_cuda) -> None:
        pixels = noise(16, 9)
        with Display("plot") as display:
            first = display.publish(Tensor(pixels))
            assert display.publish(Tensor(pixels.copy())) == first
            assert display.publish(Tensor(pixels[::-1])) == first + 1
            assert display.publish(pixels) == first + 2

    def test_nothing_is_read_back_that_nobody_looks_at(self, fake_cuda) -> None:
        with Display("plot") as display:
            display.publish(Tensor(noise(16, 9)))
            assert display.latest is not None
            assert display.latest.memory is Memory.CUDA
            assert convert_cupy._devices[0].in_flight == []

    def test_borrowing_is_copying(self, fake_cuda) -> None:
        memory = noise(16, 9)
        before = memory.copy()
        with Display("plot") as display:
            display.publish(Tensor(memory), copy=False)
            memory[...] = 0
            assert display.wait_encoded(timeout=0)
            assert np.array_equal(display.snapshot(), before[..., :3])


class OnCuda:
    __cuda_array_interface__: ClassVar[dict[str, Any]] = {"shape": (2, 2), "typestr": "|u1", "data": (0, False)}


class TestErrors:
    @pytest.mark.parametrize("frame", [OnCuda(), Tensor(noise(2, 2))])
    def test_without_cupy_it_says_what_to_install(self, monkeypatch, frame) -> None:
        monkeypatch.setitem(sys.modules, "cupy", None)
        with pytest.raises(FrameError, match="frames on a CUDA device need CuPy: pip install cupy-cuda12x"):
            take_in(frame)

    @pytest.mark.parametrize(
        ("array", "format", "words"),
        [
            (np.zeros((2, 2, 4), np.int64), None, "dtype int64"),
            (np.zeros((2, 2, 2), np.uint8), None, r"shape \(2, 2, 2\)"),
            (np.zeros((2, 2, 4), np.uint8), "rgb", "in rgb must have 3 channels"),
            (np.zeros((4, 4), np.uint8), "nv12", "in nv12 must have shape"),
            (np.zeros((0, 4, 4), np.uint8), None, "not 4x0"),
        ],
    )
    def test_what_the_host_refuses_is_refused(self, fake_cuda, array: Pixels, format, words) -> None:
        with pytest.raises(FrameError, match=words):
            take_in(Tensor(array), format)

    def test_what_the_library_says_is_passed_on(self, fake_cuda, monkeypatch) -> None:
        def refuse(_frame):
            raise BufferError("the tensor needs its gradient")

        monkeypatch.setattr(fake_cuda, "from_dlpack", refuse)
        with pytest.raises(FrameError, match=r"this Tensor cannot be read .*: the tensor needs its gradient"):
            take_in(Tensor(noise(2, 2)))

    def test_a_device_that_fails_is_an_error_of_the_frame(self, fake_cuda, monkeypatch) -> None:
        picture = captured(Tensor(noise(2, 2)))

        def fail(_size):
            raise MemoryError("out of memory")

        monkeypatch.setattr(fake_cuda.cuda, "alloc_pinned_memory", fail)
        with pytest.raises(FrameError, match="the CUDA device failed: out of memory"):
            picture.read(PixelFormat.RGBA)
