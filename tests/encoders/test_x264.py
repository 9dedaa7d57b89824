from __future__ import annotations

import gc
import re
import weakref
from pathlib import Path

import numpy as np
import pytest

from rendercanvas_rfb.bitstream.h264 import NalType, find_sequence_parameters, is_keyframe, split_nal_units
from rendercanvas_rfb.convert.host import coded_size
from rendercanvas_rfb.encoders import x264, x264_codec
from rendercanvas_rfb.encoders.x264 import X264Encoder
from rendercanvas_rfb.errors import EncoderError
from rendercanvas_rfb.frames import PixelFormat
from rendercanvas_rfb.protocol.formats import BT709, Chroma, PictureFormat, Tier
from rendercanvas_rfb.testing.fidelity import psnr
from rendercanvas_rfb.testing.patterns import BLOCK_COLORS, color_blocks, line_plot, noise
from tests.encoders.decoding import YCBCR, decode, frame_of, planes_of, to_rgb, to_ycbcr

SIZES = [(1, 1), (1, 2), (2, 1), (3, 5), (17, 33), (639, 479), (1280, 720), (3840, 2160)]


@pytest.fixture
def open_encoder():
    """Opens encoders that are closed after the test."""
    encoders = []

    def open_one(*args, **kwargs) -> X264Encoder:
        encoders.append(X264Encoder(*args, **kwargs))
        return encoders[-1]

    yield open_one
    for encoder in encoders:
        encoder.close()


def encode_all(encoder, pictures) -> list[bytes]:
    return [encoder.encode(frame_of(pixels), keyframe=False).payload for pixels in pictures]


def block_centers(width, height):
    """The middle of each block of `color_blocks`."""
    return [((2 * row + 1) * height // 4, (2 * column + 1) * width // 8) for row in range(2) for column in range(4)]


@pytest.mark.parametrize("chroma", YCBCR)
@pytest.mark.parametrize("size", SIZES)
def test_every_size_comes_back(open_encoder, chroma, size) -> None:
    width, height = size
    pixels = color_blocks(width, height)
    encoder = open_encoder(chroma, width, height)
    payloads = [encoder.encode(frame_of(pixels), keyframe=index == 0).payload for index in range(2)]
    assert (encoder.info.coded_width, encoder.info.coded_height) == coded_size(width, height)
    for picture in decode(payloads):
        assert (picture.width, picture.height) == coded_size(width, height)
        rgb = to_rgb(picture)[:height, :width]
        if chroma is Chroma.YUV444:
            assert psnr(rgb, pixels[..., :3]) > 38
        if min(size) > 16:
            for center, color in zip(block_centers(width, height), BLOCK_COLORS, strict=True):
                np.testing.assert_allclose(rgb[center].astype(int), color, atol=4)


@pytest.mark.parametrize("chroma", YCBCR)
def test_8k_opens_and_comes_back(open_encoder, chroma) -> None:
    pixels = color_blocks(7680, 4320)
    encoder = open_encoder(chroma, 7680, 4320)
    (picture,) = decode(encode_all(encoder, [pixels]))
    assert encoder.info.codec[-2:] in {"3C", "3D", "3E"}  # level 6.0 to 6.2
    luma = planes_of(picture)[0].astype(int)
    for (row, column), color in zip(block_centers(7680, 4320), BLOCK_COLORS, strict=True):
        assert abs(luma[row, column] - to_ycbcr(np.array(color, np.uint8))[0]) <= 2
    assert abs(luma[-1, -1] - to_ycbcr(np.array(BLOCK_COLORS[-1], np.uint8))[0]) <= 2


@pytest.mark.parametrize(("chroma", "least_db"), [(Chroma.YUV444, 35.0), (Chroma.YUV420, 24.0)])
def test_a_panned_plot_stays_sharp(open_encoder, chroma, least_db) -> None:
    plots = [line_plot(640, 360, shift=2.5 * step) for step in range(12)]
    pictures = decode(encode_all(open_encoder(chroma, 640, 360), plots))
    assert min(psnr(to_rgb(picture), plot[..., :3]) for picture, plot in zip(pictures, plots, strict=True)) > least_db


@pytest.mark.parametrize("chroma", YCBCR)
@pytest.mark.parametrize("size", [(97, 99), (639, 479), (3, 5), (17, 33)])
@pytest.mark.parametrize("color", [(255, 0, 255), (255, 0, 0), (0, 0, 255), (255, 255, 255)])
def test_stripes_at_the_far_edges_keep_their_colour(open_encoder, chroma, size, color) -> None:
    """Foreign colour in the padding would bleed into the last column and row."""
    width, height = size
    pixels = np.full((height, width, 4), 40, np.uint8)
    pixels[:, -1, :3] = color
    pixels[-1, :, :3] = color
    (picture,) = decode(encode_all(open_encoder(chroma, width, height), [pixels]))
    rgb = to_rgb(picture)[:height, :width].astype(int)
    error = np.abs(np.concatenate([rgb[:, -1], rgb[-1]]) - color)
    assert np.median(error) <= 8
    assert np.quantile(error, 0.95) <= 24


def test_bgra_is_the_same_picture(open_encoder) -> None:
    pixels = color_blocks(128, 96)
    encoder = open_encoder(Chroma.YUV444, 128, 96)
    frame = frame_of(np.ascontiguousarray(pixels[..., [2, 1, 0, 3]]), PixelFormat.BGRA)
    (picture,) = decode([encoder.encode(frame, keyframe=False).payload])
    assert psnr(to_rgb(picture), pixels[..., :3]) > 40


@pytest.mark.parametrize(("chroma", "profile"), [(Chroma.YUV420, 100), (Chroma.YUV444, 244)])
@pytest.mark.parametrize("size", [(1, 1), (1280, 720)])
def test_the_bitstream_says_what_decoders_need(open_encoder, chroma, profile, size) -> None:
    encoder = open_encoder(chroma, *size)
    with pytest.raises(EncoderError, match="before the first picture"):
        _ = encoder.info
    first = encoder.encode(frame_of(color_blocks(*size)), keyframe=False)
    sps = find_sequence_parameters(first.payload)
    assert sps.profile_idc == profile
    assert sps.chroma_format_idc == {Chroma.YUV420: 1, Chroma.YUV444: 3}[chroma]
    assert sps.vui.max_num_reorder_frames == 0
    assert sps.vui.max_dec_frame_buffering == sps.num_ref_frames == 1
    assert sps.vui.chroma_location == {Chroma.YUV420: 1, Chroma.YUV444: None}[chroma]
    info = encoder.info
    assert info.tier == Tier(PictureFormat.H264, chroma)
    assert info.codec == f"avc1.{profile:02X}00{sps.level_idc:02X}"
    assert info.color == BT709
    assert info.encoder == "libx264"


def x264_settings(access_unit: bytes) -> dict[str, str]:
    """What libx264 writes into a user data SEI of the first access unit: the parameters that took effect."""
    (sei,) = (unit.data for unit in split_nal_units(access_unit) if unit.type == NalType.SEI)
    text = sei.decode("latin-1")
    return dict(re.findall(r"(\S+?)=(\S+)", text[text.index("options:") :]))


@pytest.mark.parametrize("chroma", YCBCR)
def test_every_option_takes_effect(open_encoder, chroma) -> None:
    encoder = open_encoder(chroma, 1280, 720, crf=17.5)
    settings = x264_settings(encoder.encode(frame_of(line_plot(1280, 720)), keyframe=False).payload)
    expected = {
        "keyint": "infinite",
        "scenecut": "0",
        "intra_refresh": "0",
        "bframes": "0",
        "ref": "1",
        "rc_lookahead": "0",
        "mbtree": "0",
        "subme": "0",
        "8x8dct": "1",
        "cabac": "1",
        "rc": "crf",
        "crf": "17.5",
        "vbv_maxrate": "40000",
        "vbv_bufsize": "40000",
    }
    assert {name: settings.get(name) for name in expected} == expected
    assert int(settings["threads"]) <= 4
    if int(settings["threads"]) > 1:
        assert settings["sliced_threads"] == "1"


def test_better_quality_takes_more_bytes(open_encoder) -> None:
    sizes = [
        len(open_encoder(Chroma.YUV444, 320, 180, crf=crf).encode(frame_of(line_plot(320, 180)), keyframe=True).payload)
        for crf in (10.0, 20.0, 35.0)
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 3


@pytest.mark.parametrize("chroma", YCBCR)
def test_one_in_one_out_and_only_the_first_is_a_keyframe(open_encoder, chroma) -> None:
    encoder = open_encoder(chroma, 320, 180)
    results = []
    for index in range(100):
        # A cut in every tenth picture, where an encoder left to itself would place a keyframe.
        pixels = noise(320, 180, seed=index) if index % 10 == 5 else line_plot(320, 180, shift=3 * index)
        results.append(encoder.encode(frame_of(pixels), keyframe=False))
    assert [result.keyframe for result in results] == [True] + [False] * 99
    assert [is_keyframe(result.payload) for result in results] == [True] + [False] * 99
    assert not any(result.lossless for result in results)
    assert type(results[0].payload) is bytes
    assert len(decode(result.payload for result in results)) == 100


@pytest.mark.parametrize("chroma", YCBCR)
def test_a_keyframe_comes_at_once_and_decoding_can_begin_with_it(open_encoder, chroma) -> None:
    encoder = open_encoder(chroma, 320, 180)
    plots = [line_plot(320, 180, shift=3 * step) for step in range(8)]
    results = [encoder.encode(frame_of(plot), keyframe=step in (4, 5)) for step, plot in enumerate(plots)]
    assert [result.keyframe for result in results] == [True, False, False, False, True, True, False, False]
    for step in (0, 4, 5):
        types = [unit.type for unit in split_nal_units(results[step].payload)]
        assert types[:2] == [NalType.SPS, NalType.PPS]
        assert set(types[2:]) <= {NalType.SEI, NalType.IDR_SLICE}
    pictures = decode(result.payload for result in results[4:])
    assert psnr(to_rgb(pictures[-1])[:180, :320], plots[-1][..., :3]) > (32 if chroma is Chroma.YUV444 else 22)


def test_a_still_picture_costs_next_to_nothing(open_encoder) -> None:
    plot = line_plot(640, 360)
    payloads = encode_all(open_encoder(Chroma.YUV444, 640, 360), [plot] * 3)
    assert len(payloads[-1]) < 100


def test_a_resize_is_a_new_encoder_in_the_same_decoder(open_encoder) -> None:
    sizes = [(640, 360), (321, 181), (1280, 720), (1, 1), (640, 360)]
    payloads = []
    for size in sizes:
        payloads += encode_all(open_encoder(Chroma.YUV444, *size), [color_blocks(*size)] * 2)
    for index, picture in enumerate(decode(payloads)):
        width, height = sizes[index // 2]
        assert psnr(to_rgb(picture)[:height, :width], color_blocks(width, height)[..., :3]) > 40


@pytest.mark.parametrize("size", [(1, 1), (639, 479)])
def test_closing_needs_no_frame_and_may_be_repeated(size) -> None:
    for _ in range(20):
        encoder = X264Encoder(Chroma.YUV420, *size)
        encoder.close()
        encoder.close()
        with pytest.raises(EncoderError, match="closed"):
            encoder.encode(frame_of(color_blocks(*size)), keyframe=True)


def test_refuses_a_frame_of_another_size_and_goes_on(open_encoder) -> None:
    encoder = open_encoder(Chroma.YUV420, 128, 96)
    for _ in range(2):
        with pytest.raises(EncoderError, match="opened for 128x96 pixels, not 96x128"):
            encoder.encode(frame_of(noise(96, 128)), keyframe=False)
    assert encoder.encode(frame_of(noise(128, 96)), keyframe=False).keyframe


@pytest.mark.parametrize("size", [(0, 10), (10, -1), (8208, 4352), (16384, 16384)])
def test_sizes_that_h264_does_not_allow(size) -> None:
    with pytest.raises(EncoderError, match=f"{size[0]}x{size[1]}"):
        X264Encoder(Chroma.YUV420, *size)


@pytest.mark.parametrize("size", [(1, 16384), (16384, 1), (8192, 4352)])
def test_the_largest_sizes(open_encoder, size) -> None:
    width, height = size
    (picture,) = decode(encode_all(open_encoder(Chroma.YUV420, *size), [np.full((height, width, 4), 255, np.uint8)]))
    assert (picture.width, picture.height) == coded_size(*size)
    assert np.all(planes_of(picture)[0] == 255)


@pytest.mark.parametrize("crf", [-1.0, 51.5, float("nan")])
def test_refuses_a_quality_out_of_range(crf) -> None:
    with pytest.raises(EncoderError, match="crf must be from 0 to 51"):
        X264Encoder(Chroma.YUV420, 128, 96, crf=crf)


def test_what_the_codec_refuses_is_a_typed_error(monkeypatch) -> None:
    monkeypatch.setattr(x264_codec, "codec_options", lambda *_: {"preset": "no-such-preset"})
    encoder = X264Encoder(Chroma.YUV420, 128, 96)
    with pytest.raises(EncoderError, match="libx264 failed"):
        encoder.encode(frame_of(noise(128, 96)), keyframe=True)
    encoder.close()


def test_a_build_without_libx264_is_named(monkeypatch) -> None:
    monkeypatch.setattr(x264, "is_available", lambda: False)
    with pytest.raises(EncoderError, match="without libx264"):
        X264Encoder(Chroma.YUV420, 128, 96)


@pytest.mark.parametrize("size", [(320, 180), (321, 181)])
def test_keeps_no_reference_to_the_pixels(open_encoder, size) -> None:
    encoder = open_encoder(Chroma.YUV444, *size)
    pixels = noise(*size)
    gone = weakref.ref(pixels)
    encoder.encode(frame_of(pixels), keyframe=False)
    del pixels
    gc.collect()
    assert gone() is None


STATM = Path("/proc/self/statm")


@pytest.mark.skipif(not STATM.exists(), reason="reads the resident set size from procfs")
@pytest.mark.parametrize("chroma", YCBCR)
def test_memory_does_not_grow(open_encoder, chroma) -> None:
    def resident_pages() -> int:
        gc.collect()
        return int(STATM.read_text().split()[1])

    frames = [frame_of(line_plot(641, 361, shift=step)) for step in range(4)]
    encoder = open_encoder(chroma, 641, 361)
    for index in range(50):
        encoder.encode(frames[index % 4], keyframe=False)
    before = resident_pages()
    for index in range(500):
        encoder.encode(frames[index % 4], keyframe=index % 50 == 0)
    # 500 converted pictures would be 170 MiB, and as many packets another 10 MiB.
    assert (resident_pages() - before) * 4096 < 8 * 2**20


@pytest.mark.parametrize("chroma", list(Chroma))
def test_a_limit_that_comes_and_goes_leaves_the_stream_as_it_is(chroma: Chroma) -> None:
    """A decoder goes on: profile, level, size and colours are the same for each bitrate."""
    encoder = X264Encoder(chroma, 320, 240)
    infos = set()
    for step, limit in enumerate((None, 500_000, 8_000_000, None)):
        encoder.set_max_bitrate(limit)
        encoder.encode(frame_of(line_plot(320, 240, float(step))), keyframe=True)
        infos.add(encoder.info)
    encoder.close()
    assert len(infos) == 1
