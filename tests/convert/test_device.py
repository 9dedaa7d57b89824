from __future__ import annotations

import threading

import numpy as np
import pytest

from rendercanvas_rfb.convert.device import CopiedOnce, conversion_wish, wanted_formats
from rendercanvas_rfb.errors import ConfigurationError
from rendercanvas_rfb.frames import Frame, Memory, PixelFormat, same_pixels
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier

YUV444 = Tier(PictureFormat.H264, Chroma.YUV444)
YUV420 = Tier(PictureFormat.H264, Chroma.YUV420)
SIZES = {PixelFormat.RGB: (3, 5, 3), PixelFormat.I444: (12, 6), PixelFormat.I420: (6, 6), PixelFormat.NV12: (6, 6)}


class Picture(CopiedOnce):
    """5 by 3 pixels of one value."""

    memory = Memory.CUDA

    def __init__(self, value=1, *, converts=True):
        super().__init__(SIZES[PixelFormat.RGB], PixelFormat.RGB, converts=converts)
        self.value = value
        self.begun: list[PixelFormat] = []

    def is_same_as(self, other):
        return self.value == other.value

    def _begin(self, format):
        self.begun.append(format)
        copy = np.full(SIZES[format], self.value, np.uint8)
        return lambda: copy


def frame_of(picture: Picture) -> Frame:
    return Frame(picture, PixelFormat.RGB, 1.0, 1, 0)


def test_only_what_the_encoders_read_is_wanted() -> None:
    rgb = Tier(PictureFormat.H264, Chroma.RGB)
    assert wanted_formats([]) == {PixelFormat.RGBA}
    assert wanted_formats([YUV444]) == {PixelFormat.I444}
    assert wanted_formats([YUV444, YUV420]) == {PixelFormat.I444, PixelFormat.I420}
    assert wanted_formats([YUV444, rgb]) == {PixelFormat.I444, PixelFormat.RGBA}
    assert wanted_formats([Tier(PictureFormat.PNG)]) == {PixelFormat.RGBA}


def test_the_environment_decides_who_converts(monkeypatch) -> None:
    monkeypatch.delenv("RENDERCANVAS_RFB_CONVERT", raising=False)
    assert conversion_wish() == "auto"
    monkeypatch.setenv("RENDERCANVAS_RFB_CONVERT", "host")
    assert conversion_wish() == "host"
    monkeypatch.setenv("RENDERCANVAS_RFB_CONVERT", "cuda")
    with pytest.raises(ConfigurationError, match="must be auto, gpu or host, not 'cuda'"):
        conversion_wish()


class TestFrame:
    def test_nothing_is_copied_to_know_what_it_is(self) -> None:
        picture = Picture()
        frame = frame_of(picture)
        assert (frame.width, frame.height, frame.memory) == (5, 3, Memory.CUDA)
        assert frame.in_format(PixelFormat.RGB) is frame
        assert frame.exact() is frame
        assert picture.begun == []

    def test_its_pixels_are_copied_when_they_are_asked_for(self) -> None:
        picture = Picture(7)
        frame = frame_of(picture)
        assert frame.pixels.shape == (3, 5, 3)
        assert frame.pixels.max() == 7
        assert picture.begun == [PixelFormat.RGB]

    def test_planes_know_their_size_and_what_they_were_made_of(self) -> None:
        picture = Picture(7)
        planes = frame_of(picture).in_format(PixelFormat.I444)
        assert (planes.format, planes.width, planes.height, planes.memory) == (PixelFormat.I444, 5, 3, Memory.HOST)
        assert picture.begun == [PixelFormat.I444]
        exact = planes.exact()
        assert (exact.format, exact.width, exact.height) == (PixelFormat.RGB, 5, 3)
        assert picture.begun == [PixelFormat.I444, PixelFormat.RGB]

    def test_what_the_device_cannot_make_is_left_to_the_host(self) -> None:
        frame = frame_of(Picture(converts=False))
        assert frame.in_format(PixelFormat.I444) is frame
        frame = frame_of(Picture())
        assert frame.in_format(PixelFormat.BGRA) is frame

    def test_equal_pictures_are_the_same_where_they_lie_in_the_same_memory(self) -> None:
        on_device, on_host = frame_of(Picture(1)), Frame(np.ones((3, 5, 3), np.uint8), PixelFormat.RGB, 1.0, 1, 0)
        assert same_pixels(on_device, frame_of(Picture(1)))
        assert not same_pixels(on_device, frame_of(Picture(2)))
        assert not same_pixels(on_device, on_host)
        assert not same_pixels(on_host, on_device)


def test_a_copy_is_made_once_for_all_who_ask() -> None:
    picture = Picture()
    copies: list[object] = []
    threads = [threading.Thread(target=lambda: copies.append(picture.read(PixelFormat.NV12))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert picture.begun == [PixelFormat.NV12]
    assert {id(copy) for copy in copies} == {id(picture.read(PixelFormat.NV12))}


class TestFollowing:
    def test_what_was_read_of_the_one_before_is_begun(self) -> None:
        first, second = Picture(), Picture()
        first.read(PixelFormat.I420)
        second.follow(first, prefetch=True)
        assert second.begun == [PixelFormat.I420]
        second.read(PixelFormat.I420)
        assert second.begun == [PixelFormat.I420]

    def test_what_nobody_waits_for_is_not(self) -> None:
        first, second, third = Picture(), Picture(), Picture()
        first.read(PixelFormat.I420)
        second.follow(first, prefetch=False)
        assert second.begun == []
        third.follow(second, prefetch=True)
        assert third.begun == [PixelFormat.I420]

    def test_what_is_no_longer_read_is_forgotten(self) -> None:
        pictures = [Picture() for _ in range(3)]
        pictures[0].read(PixelFormat.I420)
        pictures[1].follow(pictures[0], prefetch=True)
        pictures[1]._use()  # By an encoder that reads it on the device.
        pictures[2].follow(pictures[1], prefetch=True)
        assert pictures[2].begun == []

    def test_what_it_cannot_be_converted_to_is_left_out(self) -> None:
        first, second = Picture(), Picture(converts=False)
        first.read(PixelFormat.I420)
        first.read(PixelFormat.RGB)
        second.follow(first, prefetch=True)
        assert second.begun == [PixelFormat.RGB]
