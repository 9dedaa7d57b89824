"""Each pixel format and colour space, through each encoder."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms

from rendercanvas_rfb.bitstream.h264 import find_sequence_parameters
from rendercanvas_rfb.convert.host import HostConverter, frame_to_rgb
from rendercanvas_rfb.encoders.icc import DISPLAY_P3_PROFILE
from rendercanvas_rfb.encoders.image import ImageEncoder
from rendercanvas_rfb.encoders.x264 import X264Encoder
from rendercanvas_rfb.errors import EncoderError
from rendercanvas_rfb.frames import ColorSpace, Frame, PixelFormat, Pixels
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat
from rendercanvas_rfb.testing.fidelity import psnr
from rendercanvas_rfb.testing.patterns import color_blocks, noise
from tests.encoders.decoding import YCBCR, decode, frame_of, planes_of, to_rgb, to_ycbcr

SIZE = (128, 96)
EVEN_FORMATS = (PixelFormat.NV12, PixelFormat.I420)


def cases(*sizes: tuple[int, int]) -> list[tuple[PixelFormat, tuple[int, int]]]:
    """Each format in each size that it can have."""
    return [(format, size) for format in PixelFormat for size in sizes if format not in EVEN_FORMATS or not size[0] % 2]


def quantized(plane: np.ndarray) -> Pixels:
    values: Pixels = np.clip(np.rint(plane), 0, 255).astype(np.uint8)
    return values


def halved(plane: np.ndarray) -> np.ndarray:
    rows, columns = plane.shape
    means: np.ndarray = plane.reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3))
    return means


def make(rgb: Pixels, format: PixelFormat) -> Frame:
    """A picture in another format; the colour maths is in float64."""
    height, width = rgb.shape[:2]
    if format is PixelFormat.GRAY:
        return frame_of(rgb[..., 1:2].copy(), format)
    if format.channels:
        order = [2, 1, 0] if format in (PixelFormat.BGR, PixelFormat.BGRA) else [0, 1, 2]
        fourth = noise(width, height, seed=5)[..., :1]
        return frame_of(np.concatenate([rgb[..., order], fourth], axis=2)[..., : format.channels].copy(), format)
    luma, cb, cr = to_ycbcr(rgb)
    if format is not PixelFormat.I444:
        cb, cr = halved(cb), halved(cr)
    chroma = np.stack([cb, cr], axis=-1 if format is PixelFormat.NV12 else 0)
    return frame_of(quantized(np.concatenate([luma.reshape(-1), chroma.reshape(-1)])).reshape(-1, width), format)


def shown(rgb: Pixels, format: PixelFormat) -> Pixels:
    return rgb[..., 1:2].repeat(3, axis=2) if format is PixelFormat.GRAY else rgb


@pytest.mark.parametrize("format", PixelFormat)
@pytest.mark.parametrize("size", [(2, 2), (130, 98), (640, 360)])
def test_a_frame_knows_its_size(format, size) -> None:
    frame = make(noise(*size)[..., :3], format)
    assert (frame.width, frame.height) == size


@pytest.mark.parametrize(("format", "size"), cases((16, 16), (1, 3), (97, 101), (640, 360)))
def test_every_format_is_the_same_picture_in_rgb(format, size) -> None:
    rgb = color_blocks(*size)[..., :3]
    result = frame_to_rgb(make(rgb, format))
    assert result.flags.c_contiguous
    if not format.is_planar:
        assert np.array_equal(result, shown(rgb, format))
    elif format is PixelFormat.I444:
        assert np.abs(result.astype(int) - rgb).max() <= 3
    else:
        assert np.median(np.abs(result.astype(int) - rgb)) <= 2


@pytest.mark.parametrize("chroma", YCBCR)
@pytest.mark.parametrize(("format", "size"), cases((2, 2), (130, 98), (97, 101), (50, 300)))
def test_every_format_makes_the_same_ycbcr(format, chroma, size) -> None:
    # Chroma that is constant over 2x2 pixels survives subsampling and its undoing.
    rgb = np.broadcast_to(np.array([200, 40, 90], np.uint8), (size[1], size[0], 3)).copy()
    converter = HostConverter(size[0], size[1], chroma)
    planes = planes_of(converter.convert(make(rgb, format)))
    assert planes[0].shape == (converter.coded_height, converter.coded_width)
    for plane, exact in zip(planes, to_ycbcr(shown(rgb, format)), strict=True):
        assert np.abs(plane - exact.mean()).max() < 1.7


@pytest.mark.parametrize(("format", "chroma"), [(PixelFormat.I444, Chroma.YUV444), (PixelFormat.I420, Chroma.YUV420)])
@pytest.mark.parametrize("size", [(96, 96), (130, 98), (20, 10)])
def test_planes_that_fit_are_passed_on_untouched(format, chroma, size) -> None:
    frame = make(noise(*size)[..., :3], format)
    picture = HostConverter(size[0], size[1], chroma).convert(frame)
    width, height = size
    luma = planes_of(picture)[0][:height, :width]
    assert np.array_equal(luma, frame.pixels[:height])
    frame.pixels[...] = 0
    assert luma.any()


@pytest.mark.parametrize("format", PixelFormat)
@pytest.mark.parametrize("chroma", YCBCR)
def test_every_format_through_x264(format, chroma) -> None:
    rgb = color_blocks(*SIZE)[..., :3]
    encoder = X264Encoder(chroma, *SIZE)
    frame = make(rgb, format)
    pictures = decode(encoder.encode(frame, keyframe=index == 0).payload for index in range(2))
    encoder.close()
    for picture in pictures:
        assert psnr(to_rgb(picture), shown(rgb, format)) > (38 if format in (PixelFormat.I444, PixelFormat.RGB) else 24)


def test_the_format_may_change_within_a_stream() -> None:
    rgb = color_blocks(*SIZE)[..., :3]
    encoder = X264Encoder(Chroma.YUV444, *SIZE)
    results = [encoder.encode(make(rgb, format), keyframe=False) for format in PixelFormat]
    encoder.close()
    assert [result.keyframe for result in results] == [True] + [False] * (len(PixelFormat) - 1)
    assert len(decode(result.payload for result in results)) == len(PixelFormat)


@pytest.mark.parametrize("format", PixelFormat)
@pytest.mark.parametrize("picture_format", [PictureFormat.PNG, PictureFormat.WEBP, PictureFormat.JPEG])
@pytest.mark.parametrize("size", [(130, 98), (128, 96)])
def test_every_format_as_an_image(format, picture_format, size) -> None:
    frame = make(color_blocks(*size)[..., :3], format)
    result = ImageEncoder(picture_format, *size).encode(frame, keyframe=True)
    with Image.open(BytesIO(result.payload)) as image:
        pixels = np.asarray(image.convert("RGB"))
        assert "icc_profile" not in image.info
    if result.lossless:
        assert np.array_equal(pixels, frame_to_rgb(frame))
    else:
        assert psnr(pixels, frame_to_rgb(frame)) > 20


@pytest.mark.parametrize("format", [PixelFormat.RGB, PixelFormat.GRAY, PixelFormat.I420])
def test_webp_sees_noise_in_every_format(format) -> None:
    frame = make(noise(640, 360)[..., :3], format)
    assert not ImageEncoder(PictureFormat.WEBP, 640, 360).encode(frame, keyframe=True).lossless


def wide(pixels: Pixels) -> Frame:
    return Frame(pixels, PixelFormat.RGBA, 1.0, 0, 0, ColorSpace.DISPLAY_P3)


class TestDisplayP3:
    @pytest.mark.parametrize("chroma", YCBCR)
    def test_the_bitstream_says_so(self, chroma) -> None:
        encoder = X264Encoder(chroma, *SIZE)
        payload = encoder.encode(wide(color_blocks(*SIZE)), keyframe=True).payload
        vui = find_sequence_parameters(payload).vui
        assert (vui.primaries, vui.transfer, vui.matrix, vui.full_range) == (12, 13, 1, True)
        assert encoder.info.color.primaries == "smpte432"
        with pytest.raises(EncoderError, match="the stream is in"):
            encoder.encode(frame_of(color_blocks(*SIZE)), keyframe=True)
        encoder.close()

    @pytest.mark.parametrize("picture_format", [PictureFormat.PNG, PictureFormat.WEBP, PictureFormat.JPEG])
    def test_an_image_carries_its_profile(self, picture_format) -> None:
        encoder = ImageEncoder(picture_format, *SIZE)
        result = encoder.encode(wide(color_blocks(*SIZE)), keyframe=True)
        assert encoder.info.color.primaries == "smpte432"
        with Image.open(BytesIO(result.payload)) as image:
            assert image.info["icc_profile"] == DISPLAY_P3_PROFILE
        encoder.encode(frame_of(color_blocks(*SIZE)), keyframe=True)
        assert encoder.info.color.primaries == "bt709"

    def test_a_grey_image_needs_none(self) -> None:
        frame = Frame(noise(8, 8)[..., :1].copy(), PixelFormat.GRAY, 1.0, 0, 0, ColorSpace.DISPLAY_P3)
        payload = ImageEncoder(PictureFormat.PNG, 8, 8).encode(frame, keyframe=True).payload
        with Image.open(BytesIO(payload)) as image:
            assert "icc_profile" not in image.info

    def test_the_profile_is_valid(self) -> None:
        profile = ImageCms.getOpenProfile(BytesIO(DISPLAY_P3_PROFILE)).profile
        assert profile.profile_description == "Display P3"
        assert (profile.version, profile.xcolor_space, profile.connection_space) == (4.3, "RGB ", "XYZ ")
        assert profile.is_matrix_shaper
        # As in the profile that ships with macOS and iOS.
        expected = [(0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)]
        colorants = [profile.red_colorant, profile.green_colorant, profile.blue_colorant]
        np.testing.assert_allclose([colorant[0] for colorant in colorants if colorant], expected, atol=2e-4)

    @pytest.mark.parametrize(
        ("p3", "srgb"),
        # By CSS Color 4: color(display-p3 ...) of greys, and of the sRGB primaries.
        [
            ((255, 255, 255), (255, 255, 255)),
            ((128, 128, 128), (128, 128, 128)),
            ((0, 0, 0), (0, 0, 0)),
            ((234, 51, 35), (255, 0, 0)),
            ((117, 251, 76), (0, 255, 0)),
            ((0, 0, 245), (0, 0, 255)),
            ((255, 0, 0), (255, 0, 0)),
        ],
    )
    def test_the_profile_means_display_p3(self, p3, srgb) -> None:
        image = Image.new("RGB", (1, 1), p3)
        converted = ImageCms.profileToProfile(
            image, ImageCms.getOpenProfile(BytesIO(DISPLAY_P3_PROFILE)), ImageCms.createProfile("sRGB")
        )
        assert converted is not None
        np.testing.assert_allclose(np.asarray(converted)[0, 0], srgb, atol=3)
