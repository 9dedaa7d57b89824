"""Files of each kind, as players see them."""

from __future__ import annotations

import av
import numpy as np
import pytest
from PIL import Image

from rendercanvas_rfb.encoders.icc import DISPLAY_P3_PROFILE
from rendercanvas_rfb.encoders.movie import SUFFIXES, MovieFile
from rendercanvas_rfb.errors import ConfigurationError, RecordingError
from rendercanvas_rfb.frames import ColorSpace
from rendercanvas_rfb.options import QUALITIES
from rendercanvas_rfb.testing.fidelity import psnr
from rendercanvas_rfb.testing.patterns import color_blocks, line_plot, noise
from tests.recording.movies import read, read_animation, read_video

SHARP = QUALITIES["sharp"].settings
LOSSLESS = QUALITIES["lossless"].settings
TIMES_S = (0.0, 0.02, 0.1, 0.5, 2.0, 2.04, 5.0)


def write(path, pictures, times_s=TIMES_S, settings=SHARP):
    movie = MovieFile(path, settings)
    for picture, seconds in zip(pictures, times_s, strict=True):
        movie.add(picture, 12_345_678 + round(seconds * 1e6))
    movie.close()
    return path


def plots(count=7, width=320, height=200):
    return [np.ascontiguousarray(line_plot(width, height, 3.0 * index)[..., :3]) for index in range(count)]


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_video_has_the_times_and_the_pictures(suffix, tmp_path):
    pictures = plots()
    times, seen = read_video(write(tmp_path / f"a{suffix}", pictures))
    assert times == pytest.approx(TIMES_S, abs=0.001)
    # Halved colour caps thin saturated lines near 24 dB.
    assert min(map(psnr, seen, pictures)) > 22
    with av.open(str(tmp_path / f"a{suffix}")) as container:
        context = container.streams.video[0].codec_context
        assert (context.pix_fmt, context.color_range, context.colorspace) == ("yuv420p", 1, 1)


@pytest.mark.parametrize(("suffix", "tick"), [(".webp", 0.001), (".gif", 0.01)])
def test_animations_have_the_durations_and_the_pictures(suffix, tick, tmp_path):
    pictures = plots()
    durations, seen = read_animation(write(tmp_path / f"a{suffix}", pictures))
    assert durations[:-1] == pytest.approx(np.diff(TIMES_S), abs=1.5 * tick)
    if suffix == ".webp":
        assert all(map(np.array_equal, seen, pictures))
    assert min(map(psnr, seen, pictures)) > 30


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".webp"])
@pytest.mark.parametrize("size", [(320, 200), (97, 33)])
def test_lossless_is_exact(suffix, size, tmp_path):
    pictures = plots(4, *size)
    seen = read(write(tmp_path / f"a{suffix}", pictures, TIMES_S[:4], LOSSLESS))
    assert all(map(np.array_equal, seen, pictures))


def test_a_gif_cannot_be_lossless(tmp_path):
    with pytest.raises(ConfigurationError, match="256 colours"):
        MovieFile(tmp_path / "a.gif", LOSSLESS)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("size", [(1, 1), (3, 5), (33, 17)])
def test_every_size_can_be_recorded(suffix, size, tmp_path):
    width, height = size
    seen = read(write(tmp_path / f"a{suffix}", [color_blocks(width, height)[..., :3]] * 2, (0, 0.5)))
    assert seen[0].shape[:2] in {(height, width), (height + height % 2, width + width % 2)}


def test_another_size_is_scaled_into_the_first_with_bars(tmp_path):
    red, blue = np.full((100, 200, 3), (255, 0, 0), np.uint8), np.full((300, 300, 3), (0, 0, 255), np.uint8)
    _, seen = read_video(write(tmp_path / "a.mp4", [red, blue], (0, 1), LOSSLESS))
    assert seen[1].shape == (100, 200, 3)
    assert (seen[1][:, 50:150] == (0, 0, 255)).all()
    assert not seen[1][:, :50].any()
    assert not seen[1][:, 150:].any()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_times_that_do_not_go_on_still_make_a_file(suffix, tmp_path):
    pictures = plots(4)
    assert len(read(write(tmp_path / f"a{suffix}", pictures, (1, 1, 0.5, 1)))) == 4


def test_wide_colour_is_tagged(tmp_path):
    movie = MovieFile(tmp_path / "a.mp4", SHARP)
    movie.add(plots(1)[0], 0, ColorSpace.DISPLAY_P3)
    movie.close()
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert container.streams.video[0].codec_context.color_primaries == 12


def test_an_animation_has_the_profile_of_its_colours(tmp_path):
    movie = MovieFile(tmp_path / "a.webp", SHARP)
    movie.add(plots(1)[0], 0, ColorSpace.DISPLAY_P3)
    movie.close()
    with Image.open(tmp_path / "a.webp") as image:
        assert image.info["icc_profile"] == DISPLAY_P3_PROFILE


def test_an_animation_holds_only_what_changes(tmp_path):
    first = plots(1, 640, 480)[0]
    second = first.copy()
    second[101:120, 33:54] = (1, 2, 3)
    whole = write(tmp_path / "a.webp", [first], (0,)).stat().st_size
    path = write(tmp_path / "b.webp", [first, second, second], (0, 1, 2))
    assert path.stat().st_size < whole + 500
    durations, seen = read_animation(path)
    assert durations[:2] == [1.0, 1.0]
    assert np.array_equal(seen[1], second)
    assert np.array_equal(seen[2], second)


def test_the_last_picture_of_an_animation_is_shown_as_long_as_it_was(tmp_path):
    movie = MovieFile(tmp_path / "a.webp", SHARP)
    movie.add(plots(1)[0], 1_000_000)
    movie.repeat(3_500_000)
    movie.close()
    assert read_animation(tmp_path / "a.webp")[0] == [2.5]


def test_lossy_animations_are_smaller(tmp_path):
    pictures = [np.ascontiguousarray(noise(96, 64, seed)[..., :3]) for seed in range(2)]
    exact = write(tmp_path / "a.webp", pictures, (0, 1)).stat().st_size
    lossy = write(tmp_path / "b.webp", pictures, (0, 1), QUALITIES["low-bandwidth"].settings)
    assert lossy.stat().st_size < exact / 2
    assert min(map(psnr, read(lossy), pictures)) > 8


def test_players_can_jump_every_two_seconds(tmp_path):
    write(tmp_path / "a.mp4", plots(50, 64, 64), [index / 10 for index in range(50)])
    with av.open(str(tmp_path / "a.mp4")) as container:
        keys = [packet.pts for packet in container.demux(video=0) if packet.is_keyframe and packet.pts is not None]
    assert keys == [0, 2 * 90_000, 4 * 90_000]


def test_without_a_picture_there_is_no_file(tmp_path):
    for suffix in SUFFIXES:
        movie = MovieFile(tmp_path / f"a{suffix}", SHARP)
        movie.close()
        movie.close()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a.avi", "a", ".mp4", "a.mp4.txt"])
def test_another_suffix_is_refused_with_those_that_are_accepted(name, tmp_path):
    with pytest.raises(ConfigurationError, match=r"\*\.mp4, \*\.webm, \*\.webp, \*\.gif, not"):
        MovieFile(tmp_path / name, SHARP)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(RecordingError, match=r"cannot write .*No such file"):
        MovieFile(tmp_path / "none" / "a.mp4", SHARP)


def test_what_is_missing_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("av.codecs_available", {"libvpx"})
    with pytest.raises(RecordingError, match=r"libx264.*pip install av"):
        MovieFile(tmp_path / "a.mp4", SHARP)
    write(tmp_path / "a.webm", plots(2), (0, 1))
    with av.open(str(tmp_path / "a.webm")) as container:
        assert container.streams.video[0].codec_context.name in ("vp8", "libvpx")
