"""The way of frames on a CUDA device to an encoder that reads them there, with CuPy's and the encoder's part played."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest

from rendercanvas_rfb.convert.cuda_video import CudaConverter
from rendercanvas_rfb.convert.host import HostConverter
from rendercanvas_rfb.convert.reference import convert_exactly
from rendercanvas_rfb.encoders import libav
from rendercanvas_rfb.encoders.base import EncoderSettings
from rendercanvas_rfb.encoders.nvenc import H264
from rendercanvas_rfb.errors import FrameError
from rendercanvas_rfb.frames import Frame, PixelFormat
from rendercanvas_rfb.intake import DeviceSource, take_in
from rendercanvas_rfb.protocol.formats import Chroma
from rendercanvas_rfb.testing.patterns import color_blocks, noise
from tests.convert.fake_cupy import FakeArray
from tests.encoders.decoding import frame_of

pytestmark = pytest.mark.skipif(not CudaConverter.is_available(), reason="needs PyAV 18")

SIZE = (161, 147)
"""Odd, and not less than NVENC takes."""


def on_device(pixels, format=None) -> Frame:
    source = take_in(FakeArray(pixels), format)
    assert isinstance(source, DeviceSource)
    return Frame(source.capture(), source.format, 1.0, 1, 0)


class Codec:
    """Records what NVENC would be given, and has libx264 make its pictures.

    Attributes:
        pix_fmt: What it shall be opened for.
        opened: Whether it was opened before the first picture.
        pictures: The formats of those that came, as PyAV calls them where the "device" is this process's memory.
        refuses: Whether it encodes no more.
    """

    def __init__(self) -> None:
        self.pix_fmt = ""
        self.opened = False
        self.pictures: list[str] = []
        self.refuses = False
        self.options: dict[str, str] = {}
        self.width = self.height = 0
        self.framerate = self.time_base = Fraction(1)
        self._libx264: Any = None

    def open(self) -> None:
        self.opened = True

    def encode(self, picture: Any = None) -> list[Any]:
        if picture is None:
            return []
        if self.refuses:
            raise av.ArgumentError(22, "Invalid argument")
        self.pictures.append(picture.format.name)
        if self._libx264 is None:
            self._libx264 = av.CodecContext.create("libx264", "w")
            self._libx264.width, self._libx264.height, self._libx264.pix_fmt = self.width, self.height, "yuv420p"
            self._libx264.time_base = self.time_base
            self._libx264.options = {"preset": "ultrafast", "tune": "zerolatency"}
        packets: list[Any] = self._libx264.encode(picture)
        return packets


@pytest.fixture
def codecs(monkeypatch) -> list[Codec]:
    """The codecs that are made, one after the other."""
    made: list[Codec] = []

    def create(_spec: Any) -> Any:
        made.append(Codec())
        return made[-1]

    monkeypatch.setattr(libav, "_new_context", create)
    monkeypatch.setattr(libav.LibavCodec, "missing", lambda _self: None)
    monkeypatch.setattr(libav, "tag", lambda *_arguments: None)
    monkeypatch.setattr(libav.LibavEncoder, "_open_stream", lambda _self, payload, _color: payload)
    monkeypatch.setattr(libav.LibavEncoder, "info", None)
    return made


def open_encoder(chroma=Chroma.YUV420) -> libav.LibavEncoder:
    return libav.LibavEncoder(H264, chroma, *SIZE, EncoderSettings())


@pytest.mark.parametrize("size", [(1, 1), (97, 3), (161, 147), (320, 200)])
def test_the_picture_is_that_of_the_reference(fake_cuda, size) -> None:
    pixels = noise(*size)
    converter = CudaConverter(*size)
    picture = converter.convert(on_device(pixels))
    host = HostConverter(size[0], size[1], Chroma.YUV420)
    assert (picture.width, picture.height) == (host.coded_width, host.coded_height)
    pad = ((0, picture.height - size[1]), (0, picture.width - size[0]), (0, 0))
    expected = convert_exactly(np.pad(pixels[..., :3], pad, mode="edge"), PixelFormat.NV12)
    made = np.concatenate([np.frombuffer(memoryview(plane), np.uint8) for plane in picture.planes])
    assert np.abs(made.astype(int) - expected.ravel()).max() <= 1


def test_what_it_takes(fake_cuda, monkeypatch) -> None:
    assert CudaConverter.takes(on_device(noise(8, 8)))
    assert not CudaConverter.takes(frame_of(noise(8, 8)))
    assert not CudaConverter.takes(on_device(noise(8, 6)[..., 0].copy(), "nv12"))
    monkeypatch.setenv("RENDERCANVAS_RFB_CONVERT", "host")
    assert not CudaConverter.takes(on_device(noise(8, 8)))


def test_a_failing_device_is_an_error_of_the_frame(fake_cuda, monkeypatch) -> None:
    frame = on_device(noise(8, 8))
    monkeypatch.setattr(fake_cuda, "empty", lambda *_: (_ for _ in ()).throw(MemoryError("out of memory")))
    with pytest.raises(FrameError, match="out of memory"):
        CudaConverter(8, 8).convert(frame)


def test_an_encoder_is_given_what_lies_on_the_device(fake_cuda, codecs) -> None:
    encoder = open_encoder()
    for seed in range(3):
        encoder.encode(on_device(noise(*SIZE, seed=seed)), keyframe=False)
    assert [(codec.pix_fmt, codec.opened) for codec in codecs] == [("cuda", False)]
    assert codecs[0].pictures == ["nv12"] * 3


def test_frames_of_the_host_are_left_to_the_codec_to_upload(fake_cuda, codecs) -> None:
    encoder = open_encoder()
    encoder.encode(on_device(noise(*SIZE)), keyframe=True)
    encoder.encode(frame_of(color_blocks(*SIZE)), keyframe=False)
    assert codecs[0].pictures == ["nv12", "yuv420p"]
    assert len(codecs) == 1


def test_a_codec_that_was_opened_for_the_host_stays_there(fake_cuda, codecs) -> None:
    encoder = open_encoder()
    encoder.encode(frame_of(color_blocks(*SIZE)), keyframe=True)
    encoder.encode(on_device(noise(*SIZE)), keyframe=False)
    assert [(codec.pix_fmt, codec.opened) for codec in codecs] == [("yuv420p", True)]
    assert codecs[0].pictures == ["yuv420p", "yuv420p"]


def test_444_is_read_back(fake_cuda, codecs) -> None:
    encoder = open_encoder(Chroma.YUV444)
    assert encoder._cuda is None


def test_an_encoder_that_cannot_goes_on_with_the_host(fake_cuda, codecs, monkeypatch, caplog) -> None:
    encoder = open_encoder()
    encoder.encode(on_device(noise(*SIZE)), keyframe=True)
    codecs[0].refuses = True
    picture = encoder.encode(on_device(noise(*SIZE, seed=1)), keyframe=False)
    assert picture.keyframe
    encoder.encode(on_device(noise(*SIZE, seed=2)), keyframe=False)
    assert [codec.pix_fmt for codec in codecs] == ["cuda", "yuv420p"]
    assert codecs[1].pictures == ["yuv420p"] * 2
    assert "h264_nvenc gets its pictures from the host from now on" in caplog.text
