"""What every encoder must do, as tests that anybody can run on their own.

With pytest, for an encoder that was registered as "mine"::

    from rendercanvas_rfb.testing.conformance import EncoderConformance


    class TestMine(EncoderConformance):
        encoder = "mine"

Without pytest, ``EncoderConformance.check("mine")`` does the same.
"""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import ClassVar

import numpy as np

from ..bitstream.description import describe, is_keyframe
from ..bitstream.h264 import find_sequence_parameters
from ..client.decoder import ChunkDecoder
from ..encoders.base import EncodedPicture, Encoder, EncoderBackend, EncoderSettings
from ..encoders.registry import find_encoder
from ..errors import EncoderError
from ..frames import Frame, PixelFormat, Pixels
from ..protocol.formats import Chroma, PictureFormat, StreamInfo, Tier
from ..protocol.messages import ChunkHeader, StreamStarted
from .delay import measure_delay
from .fidelity import psnr
from .patterns import color_blocks, line_plot

__all__ = ["EncoderConformance", "decode_pictures", "frame_of", "psnr"]


_NOMINAL_FPS = 60.0
"""Pictures per second; only the level of VP9 depends on it, which is not compared."""

_SRGB_TRANSFER = 13
"""transfer_characteristics of IEC 61966-2-1 (H.264 table E-4)."""


def frame_of(pixels: Pixels, pixel_format: PixelFormat = PixelFormat.RGBA, version: int = 1) -> Frame:
    """A frame of an array that has the shape of ``pixel_format``."""
    return Frame(pixels, pixel_format, pixel_ratio=1.0, version=version, timestamp_us=0)


def decode_pictures(info: StreamInfo, pictures: Sequence[EncodedPicture], width: int, height: int) -> list[Pixels]:
    """Decode pictures of one stream one at a time, as the Python client does.

    Returns:
        One uint8 array of shape (height, width, 3) for each.

    Raises:
        ProtocolError: One cannot be decoded, or not at once.
    """
    decoder = ChunkDecoder()
    decoder.start(StreamStarted(1, info, "test"))
    decoded = []
    for sequence, picture in enumerate(pictures, start=1):
        header = ChunkHeader(
            info.tier.format, picture.keyframe, picture.lossless, sequence, 1, width, height, 1.0, sequence, 0
        )
        decoded.append(decoder.decode(header, picture.payload).pixels)
    return decoded


class EncoderConformance:
    """Derive a test class from it, and say in ``encoder`` which one is tested.

    Attributes:
        encoder: The name that it was registered under.
        settings: What it is opened with.
        sizes: Widths and heights that it must take: odd ones and single pixels are among what people plot. Those below
            its declared least size are tested at that.
        least_psnr_db: What `color_blocks` must come back with, at least, dB. Broken colours have less than 20.
    """

    encoder: ClassVar[str]
    settings: ClassVar[EncoderSettings] = EncoderSettings()
    sizes: ClassVar[tuple[tuple[int, int], ...]] = ((1, 1), (3, 5), (97, 33), (320, 240))
    least_psnr_db: ClassVar[float] = 25.0

    @classmethod
    def check(cls, name: str) -> None:
        """Run all tests on the encoder of that name.

        Raises:
            AssertionError: It failed one.
        """
        tests = type("NamedConformance", (cls,), {"encoder": name})()
        for test in sorted(test for test in dir(tests) if test.startswith("test_")):
            getattr(tests, test)()

    def tiers(self) -> list[Tier]:
        """What it makes on this machine."""
        tiers = [tier for backend in find_encoder(self.encoder) if backend.is_available() for tier in backend.tiers]
        assert tiers, f"the encoder {self.encoder!r} does not work here"
        return tiers

    def open(self, tier: Tier, width: int, height: int) -> Encoder:
        """Open it."""
        return self._backend(tier).open(tier, width, height, self.settings)

    def at_least(self, tier: Tier, width: int, height: int) -> tuple[int, int]:
        """A size that it takes, both ways round where they differ: this one, or a little more than its least."""
        side = max(self._backend(tier).takes.min_size)
        return max(width, side + (width > height)), max(height, side + (height > width))

    def _backend(self, tier: Tier) -> EncoderBackend:
        for backend in find_encoder(self.encoder):
            if tier in backend.tiers:
                return backend
        raise EncoderError(f"the encoder {self.encoder!r} does not make {tier}")

    @contextmanager
    def opened(self, tier: Tier, width: int = 320, height: int = 240) -> Iterator[Encoder]:
        """An encoder that is closed in the end."""
        encoder = self.open(tier, width, height)
        try:
            yield encoder
        finally:
            encoder.close()

    def test_each_frame_makes_one_picture_at_once_and_the_first_is_a_keyframe(self) -> None:
        for tier in self.tiers():
            with self.opened(tier) as encoder:
                pictures = [_encode(encoder, line_plot(320, 240, 2.0 * step)) for step in range(5)]
                assert pictures[0].keyframe, f"{tier}: the first picture is no keyframe"
                assert all(picture.payload for picture in pictures), f"{tier}: a picture without bytes"
                # Fails where a picture refers to a later one, or needs a second packet.
                assert len(decode_pictures(encoder.info, pictures, 320, 240)) == 5

    def test_no_picture_is_late(self) -> None:
        for tier in self.tiers():
            with self.opened(tier) as encoder:
                delay = measure_delay(encoder, 320, 240)
                assert delay == 0, f"{tier}: pictures come {delay} frames late"

    def test_each_keyframe_of_video_brings_what_describes_it(self) -> None:
        for tier in self.tiers():
            if not tier.format.is_video:
                continue
            with self.opened(tier) as encoder:
                for step in range(4):
                    picture = _encode(encoder, line_plot(320, 240, float(step)), keyframe=step % 2 == 0)
                    if step % 2 == 0:
                        _check_video(encoder.info, picture)
                    elif not picture.keyframe:
                        assert not is_keyframe(tier.format, picture.payload), f"{tier}: a keyframe that says it is none"

    def test_a_keyframe_that_is_asked_for_needs_no_earlier_picture(self) -> None:
        for tier in self.tiers():
            with self.opened(tier) as encoder:
                for step in range(3):
                    _encode(encoder, line_plot(320, 240, float(step)))
                pixels = line_plot(320, 240, 30.0)
                asked, after = _encode(encoder, pixels, keyframe=True), _encode(encoder, line_plot(320, 240, 31.0))
                assert asked.keyframe, f"{tier}: no keyframe though one was asked for"
                shown = decode_pictures(encoder.info, [asked, after], 320, 240)
                assert psnr(shown[0], pixels[..., :3]) > 15, f"{tier}: the keyframe shows another picture"

    def test_every_size_comes_back_in_its_colours(self) -> None:
        for tier in self.tiers():
            for width, height in (self.at_least(tier, *size) for size in self.sizes):
                pixels = color_blocks(width, height)
                with self.opened(tier, width, height) as encoder:
                    picture = _encode(encoder, pixels)
                    (shown,) = decode_pictures(encoder.info, [picture], width, height)
                label = f"{tier} at {width}x{height}"
                assert shown.shape == (height, width, 3), f"{label} comes back as {shown.shape}"
                if picture.lossless or self.settings.lossless:
                    assert picture.lossless, f"{label} is not marked as lossless"
                    assert np.array_equal(shown, pixels[..., :3]), f"{label} is said to be lossless, and is not"
                # In small pictures the edges of the blocks, where halved colour mixes them, make up too much.
                if min(width, height) >= 200:
                    quality = psnr(shown, pixels[..., :3])
                    assert quality >= self.least_psnr_db, f"{label} has {quality:.1f} dB"

    def test_every_pixel_format_is_taken(self) -> None:
        for tier in self.tiers():
            for pixel_format in PixelFormat:
                # Halved colour comes in even sizes only.
                width, height = (side + side % 2 for side in self.at_least(tier, 64, 48))
                frame = frame_of(_middle_gray(pixel_format, width, height), pixel_format)
                with self.opened(tier, width, height) as encoder:
                    picture = encoder.encode(frame, keyframe=False)
                    (shown,) = decode_pictures(encoder.info, [picture], width, height)
                assert np.abs(shown.astype(int) - 128).max() <= 6, f"{tier} of {pixel_format.value}"

    def test_it_describes_its_stream(self) -> None:
        for tier in self.tiers():
            width, height = self.at_least(tier, 97, 33)
            with self.opened(tier, width, height) as encoder:
                picture = _encode(encoder, line_plot(width, height))
                info = encoder.info
                lossy = Tier(tier.format, Chroma.YUV444)
                assert info.tier == tier or (tier.chroma is Chroma.RGB and info.tier == lossy)
                assert info.encoder, "the stream does not say what made it"
                assert info.coded_width >= width, f"{tier}: {info.coded_width} columns cannot hold {width}"
                assert info.coded_height >= height, f"{tier}: {info.coded_height} rows cannot hold {height}"
                if tier.format.is_video:
                    _check_video(info, picture)

    def test_it_keeps_no_reference_to_a_frame(self) -> None:
        for tier in self.tiers():
            width, height = self.at_least(tier, 64, 48)
            with self.opened(tier, width, height) as encoder:
                pixels = color_blocks(width, height)
                before, reference = pixels.copy(), weakref.ref(pixels)
                encoder.encode(frame_of(pixels), keyframe=False)
                assert np.array_equal(pixels, before), f"{tier}: the encoder has written to the frame"
                del pixels
                gc.collect()
                assert reference() is None, f"{tier}: the encoder keeps the pixels of the frame"

    def test_a_frame_of_another_size_is_an_encoder_error(self) -> None:
        for tier in self.tiers():
            width, height = self.at_least(tier, 64, 48)
            with self.opened(tier, width, height) as encoder, _encoder_error(f"{tier}: a frame of another size"):
                _encode(encoder, color_blocks(height, width))

    def test_a_size_that_it_cannot_have_is_an_encoder_error(self) -> None:
        for tier in self.tiers():
            for width, height in ((0, 10), (10, 0), (1_000_000, 1_000_000)):
                # Some find out only when they see a frame, which cannot be had in these sizes.
                with suppress(EncoderError):
                    self.open(tier, width, height).close()

    def test_a_size_below_the_least_that_it_declares_is_an_encoder_error(self) -> None:
        for tier in self.tiers():
            width, height = self._backend(tier).takes.min_size
            for size in ((width - 1, height), (width, height - 1)):
                if min(size) >= 1:
                    with _encoder_error(f"{tier} at {size}"), self.opened(tier, *size) as encoder:
                        _encode(encoder, color_blocks(*size))

    def test_it_can_be_closed_twice_and_encodes_nothing_then(self) -> None:
        for tier in self.tiers():
            size = self.at_least(tier, 64, 48)
            encoder = self.open(tier, *size)
            _encode(encoder, color_blocks(*size))
            encoder.close()
            encoder.close()
            with _encoder_error(f"{tier}: a frame after the end"):
                _encode(encoder, color_blocks(*size))
            self.open(tier, *size).close()  # Without having seen a frame.

    def test_two_at_once_do_not_mix(self) -> None:
        for tier in self.tiers():
            width, height = self.at_least(tier, 64, 48)
            with self.opened(tier, width, height) as one, self.opened(tier, height, width) as other:
                first, second = _encode(one, color_blocks(width, height)), _encode(other, color_blocks(height, width))
                assert decode_pictures(one.info, [first], width, height)[0].shape == (height, width, 3)
                assert decode_pictures(other.info, [second], height, width)[0].shape == (width, height, 3)


def _encode(encoder: Encoder, pixels: Pixels, *, keyframe: bool = False) -> EncodedPicture:
    return encoder.encode(frame_of(pixels), keyframe=keyframe)


def _check_video(info: StreamInfo, picture: EncodedPicture) -> None:
    """Raise AssertionError unless the keyframe says what browsers need; see ``docs/protocol.md``."""
    kind = info.tier.format
    assert is_keyframe(kind, picture.payload), "a keyframe must be an IDR picture, with its parameter sets"
    # VP9 does not say its level, primaries and transfer function.
    fps, primaries = _NOMINAL_FPS, 12 if info.color.primaries == "smpte432" else 1
    found = describe(kind, picture.payload, fps=fps, primaries=primaries, transfer=_SRGB_TRANSFER)
    if kind is PictureFormat.VP9:
        fields, own = info.codec.split("."), found.codec.split(".")
        assert fields[:2] + fields[3:] == own[:2] + own[3:], f"codec {info.codec} is not that of the bitstream"
    else:
        assert info.codec == found.codec, f"codec {info.codec} is not that of the bitstream, {found.codec}"
    assert info.color == found.color, "the colour description is not that of the bitstream"
    assert info.tier.chroma == found.chroma, "the chroma subsampling is not that of the bitstream"
    assert (info.coded_width, info.coded_height) == (found.width, found.height), "the coded size is not the bitstream's"
    assert found.max_num_reorder == 0, "decoders hold pictures back unless max_num_reorder_frames is 0"
    if kind is PictureFormat.H264:
        vui = find_sequence_parameters(picture.payload).vui
        assert vui.max_dec_frame_buffering is not None, "decoders hold pictures back without max_dec_frame_buffering"


@contextmanager
def _encoder_error(what: str) -> Iterator[None]:
    try:
        yield
    except EncoderError:
        return
    raise AssertionError(f"{what} raises no EncoderError")


def _middle_gray(pixel_format: PixelFormat, width: int, height: int) -> Pixels:
    """Planes and channels at 128, which is grey in each format of full range."""
    channels = {PixelFormat.RGB: 3, PixelFormat.BGR: 3, PixelFormat.RGBA: 4, PixelFormat.BGRA: 4, PixelFormat.GRAY: 1}
    if pixel_format in channels:
        return np.full((height, width, channels[pixel_format]), 128, np.uint8)
    rows = height * 3 if pixel_format is PixelFormat.I444 else height * 3 // 2
    return np.full((rows, width), 128, np.uint8)
