from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from rendercanvas_rfb.encoders.image import ImageEncoder
from rendercanvas_rfb.errors import EncoderError
from rendercanvas_rfb.frames import PixelFormat
from rendercanvas_rfb.protocol.formats import SRGB_FULL, PictureFormat, Tier
from rendercanvas_rfb.testing.fidelity import psnr
from rendercanvas_rfb.testing.patterns import color_blocks, heatmap, line_plot, noise
from tests.encoders.decoding import frame_of

FORMATS = [PictureFormat.JPEG, PictureFormat.PNG, PictureFormat.WEBP]


def read(payload: bytes):
    with Image.open(BytesIO(payload)) as picture:
        assert picture.mode == "RGB"
        return np.asarray(picture)


@pytest.mark.parametrize("picture_format", FORMATS)
@pytest.mark.parametrize("size", [(1, 1), (1, 2), (2, 1), (3, 5), (17, 33), (639, 479), (1280, 720)])
def test_every_size_comes_back(picture_format, size) -> None:
    pixels = color_blocks(*size)
    result = ImageEncoder(picture_format, *size).encode(frame_of(pixels), keyframe=False)
    assert result.keyframe
    assert type(result.payload) is bytes
    rgb = read(result.payload)
    assert rgb.shape == (size[1], size[0], 3)
    assert result.lossless == (picture_format is not PictureFormat.JPEG)
    if result.lossless:
        np.testing.assert_array_equal(rgb, pixels[..., :3])
    elif min(size) >= 8:
        # Blocks of 8x8 samples that straddle saturated colours ring.
        assert psnr(rgb, pixels[..., :3]) > 35


@pytest.mark.parametrize("picture_format", FORMATS)
@pytest.mark.parametrize("pattern", [line_plot, noise])
def test_alpha_and_the_order_of_channels_do_not_matter(picture_format, pattern) -> None:
    rgba = pattern(64, 48)
    bgra = np.ascontiguousarray(rgba[..., [2, 1, 0, 3]])
    rgba[..., 3] = 0
    encoder = ImageEncoder(picture_format, 64, 48)
    first = encoder.encode(frame_of(rgba), keyframe=True)
    second = encoder.encode(frame_of(bgra, PixelFormat.BGRA), keyframe=True)
    np.testing.assert_array_equal(read(first.payload), read(second.payload))


def test_jpeg_has_full_chroma() -> None:
    plot = line_plot(640, 360)
    payload = ImageEncoder(PictureFormat.JPEG, 640, 360).encode(frame_of(plot), keyframe=True).payload
    assert psnr(read(payload), plot[..., :3]) > 36


@pytest.mark.parametrize(
    ("pattern", "lossless"), [(line_plot, True), (color_blocks, True), (heatmap, False), (noise, False)]
)
def test_webp_is_lossless_where_that_is_the_smaller_choice(pattern, lossless) -> None:
    pixels = pattern(640, 360)
    result = ImageEncoder(PictureFormat.WEBP, 640, 360).encode(frame_of(pixels), keyframe=True)
    assert result.lossless == lossless
    assert np.array_equal(read(result.payload), pixels[..., :3]) == lossless
    assert len(result.payload) < pixels.size // 4


@pytest.mark.parametrize(
    ("picture_format", "media_type"),
    [(PictureFormat.JPEG, "image/jpeg"), (PictureFormat.PNG, "image/png"), (PictureFormat.WEBP, "image/webp")],
)
def test_the_stream_is_described(picture_format, media_type) -> None:
    info = ImageEncoder(picture_format, 17, 33).info
    assert (info.tier, info.codec) == (Tier(picture_format), media_type)
    assert (info.coded_width, info.coded_height) == (17, 33)
    assert (info.color, info.encoder) == (SRGB_FULL, "pillow")


@pytest.mark.parametrize(
    ("picture_format", "size"),
    [
        (PictureFormat.WEBP, (16384, 1)),
        (PictureFormat.WEBP, (1, 16384)),
        (PictureFormat.JPEG, (65501, 1)),
        (PictureFormat.PNG, (0, 1)),
    ],
)
def test_sizes_that_the_format_does_not_allow(picture_format, size) -> None:
    with pytest.raises(EncoderError, match=f"{picture_format.value} allows .* not {size[0]}x{size[1]}"):
        ImageEncoder(picture_format, *size)


@pytest.mark.parametrize("size", [(16383, 1), (1, 16383)])
def test_the_largest_webp(size) -> None:
    pixels = color_blocks(*size)
    payload = ImageEncoder(PictureFormat.WEBP, *size).encode(frame_of(pixels), keyframe=True).payload
    np.testing.assert_array_equal(read(payload), pixels[..., :3])


def test_video_is_no_image() -> None:
    with pytest.raises(EncoderError, match="not h264"):
        ImageEncoder(PictureFormat.H264, 10, 10)


@pytest.mark.parametrize("picture_format", FORMATS)
def test_refuses_what_it_was_not_opened_for(picture_format) -> None:
    encoder = ImageEncoder(picture_format, 10, 20)
    with pytest.raises(EncoderError, match="opened for 10x20 pixels, not 20x10"):
        encoder.encode(frame_of(noise(20, 10)), keyframe=True)
    encoder.close()
    encoder.close()
    with pytest.raises(EncoderError, match="closed"):
        encoder.encode(frame_of(noise(10, 20)), keyframe=True)


def test_a_failure_of_the_library_is_a_typed_error(monkeypatch) -> None:
    def fail(*_args, **_kwargs) -> None:
        raise OSError("encoder error -2 when writing image file")

    monkeypatch.setattr(Image.Image, "save", fail)
    with pytest.raises(EncoderError, match="encoder error -2"):
        ImageEncoder(PictureFormat.PNG, 4, 4).encode(frame_of(noise(4, 4)), keyframe=True)


def test_a_build_without_webp_is_named(monkeypatch) -> None:
    monkeypatch.setattr("PIL.features.check", lambda name: name != "webp")
    with pytest.raises(EncoderError, match="without webp"):
        ImageEncoder(PictureFormat.WEBP, 4, 4)
