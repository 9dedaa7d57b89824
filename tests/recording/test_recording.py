"""What a display shows, recorded while it shows it."""

from __future__ import annotations

import gc
import subprocess
import sys
import textwrap
import threading
import weakref
from functools import partial

import numpy as np
import pytest

from rendercanvas_rfb.display import Display
from rendercanvas_rfb.encoders.movie import SUFFIXES
from rendercanvas_rfb.errors import ConfigurationError, RecordingError, StateError
from rendercanvas_rfb.frames import PixelFormat
from tests.recording.movies import read, read_video
from tests.support import wait_until


def gray(value, width=64, height=48):
    return np.full((height, width, 4), value, np.uint8)


@pytest.fixture
def display():
    made = Display("plot")
    yield made
    made.close()


def show(display, recording, *values):
    """Publish pictures, and wait for each to be in the file."""
    for frames, value in enumerate(values, start=recording.frames + 1):
        display.present(gray(value))
        wait_until(partial(has_frames, recording, frames))


def has_frames(recording, count):
    return recording.frames >= count or recording.error


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_recording_has_each_frame_nobody_watching(suffix, display, tmp_path):
    path = tmp_path / f"a{suffix}"
    with display.record(path) as recording:
        show(display, recording, 10, 130, 250)
    assert (recording.frames, recording.dropped, recording.error) == (3, 0, None)
    assert not recording.running
    levels = [round(float(picture.mean())) for picture in read(path)]
    assert sorted(set(levels)) == pytest.approx([10, 130, 250], abs=3)


def test_the_picture_that_is_there_already_comes_first_and_the_last_one_is_never_lost(display, tmp_path):
    display.present(gray(40))
    recording = display.record(tmp_path / "a.mp4", quality="lossless", max_fps=0.001)
    wait_until(lambda: recording.frames)
    for value in (60, 80, 100):
        display.present(gray(value))
    recording.stop()
    recording.stop()
    _, pictures = read_video(tmp_path / "a.mp4")
    assert [int(picture[0, 0, 0]) for picture in pictures[:2]] == [40, 100]
    assert (recording.frames, recording.dropped) == (2, 2)


def test_the_times_are_those_of_the_frames(tmp_path):
    now = [100.0]
    display = Display("plot", clock=lambda: now[0])
    recording = display.record(tmp_path / "a.mp4", quality="lossless")
    for value, seconds in ((10, 100.0), (20, 100.3), (30, 100.9)):
        now[0] = seconds
        show(display, recording, value)
    now[0] = 102.4
    display.close()
    times, pictures = read_video(tmp_path / "a.mp4")
    shown = dict(zip((int(picture[0, 0, 0]) for picture in reversed(pictures)), reversed(times), strict=False))
    assert shown == {10: pytest.approx(0), 20: pytest.approx(0.3), 30: pytest.approx(0.9)}
    # The last picture is shown for as long as it was.
    assert times[-1] == pytest.approx(2.4, abs=0.01)


def test_a_recording_is_a_reason_to_draw(tmp_path):
    display = Display("plot")
    woken = threading.Event()
    display.on_wake = woken.set
    assert not display.wants_frame()
    recording = display.record(tmp_path / "a.mp4")
    assert woken.wait(20)
    assert display.wants_frame()
    display.present(gray(1))
    wait_until(lambda: recording.frames)
    assert display.wants_frame()
    recording.stop()
    assert not display.wants_frame()
    display.close()


def test_with_a_highest_frame_rate_no_frame_is_wanted_before_its_time(display, tmp_path):
    recording = display.record(tmp_path / "a.mp4", max_fps=0.001)
    show(display, recording, 1)
    assert not display.wants_frame()


def test_another_size_on_the_way(display, tmp_path):
    recording = display.record(tmp_path / "a.mp4", quality="lossless")
    show(display, recording, 200)
    display.present(gray(100, 32, 48))
    wait_until(lambda: recording.frames == 2)
    recording.stop()
    last = read_video(tmp_path / "a.mp4")[1][-1]
    assert last.shape == (48, 64, 3)
    assert (last[:, 16:48] == 100).all()
    assert not last[:, :16].any()


def test_bgra_frames_keep_their_colours(display, tmp_path):
    with display.record(tmp_path / "a.mp4", quality="lossless"):
        display.present(np.full((48, 64, 4), (255, 100, 0, 255), np.uint8), format=PixelFormat.BGRA)
    assert (read_video(tmp_path / "a.mp4")[1][0] == (0, 100, 255)).all()


def test_closing_the_display_finishes_the_file(display, tmp_path):
    recording = display.record(tmp_path / "a.webp")
    show(display, recording, 10, 250)
    display.close()
    assert not recording.running
    assert len(read(tmp_path / "a.webp")) >= 2
    with pytest.raises(StateError, match="'plot' is closed"):
        display.record(tmp_path / "b.mp4")
    assert not (tmp_path / "b.mp4").exists()


def test_several_recordings_at_once(display, tmp_path):
    recordings = [display.record(tmp_path / f"a{suffix}") for suffix in SUFFIXES]
    display.present(gray(1))
    wait_until(lambda: all(recording.frames for recording in recordings))
    recordings[0].stop()
    show(display, recordings[1], 200)
    display.close()
    assert recordings[0].frames == 1
    assert recordings[1].frames == 2


def test_publishing_does_not_wait_for_the_file(display, tmp_path, monkeypatch):
    begun, may_go_on = threading.Event(), threading.Event()

    def convert_slowly(frame):
        begun.set()
        assert may_go_on.wait(20)
        return gray(frame.version)[..., :3]

    monkeypatch.setattr("rendercanvas_rfb.recording.frame_to_rgb", convert_slowly)
    recording = display.record(tmp_path / "a.mp4")
    display.present(gray(100))
    assert begun.wait(20)
    for value in range(99):
        display.present(gray(value))
    may_go_on.set()
    recording.stop()
    assert (recording.frames, recording.dropped) == (2, 98)


@pytest.mark.parametrize(
    ("path", "options", "message"),
    [
        ("a.avi", {}, r"\*\.mp4, \*\.webm, \*\.webp, \*\.gif, not"),
        ("a.mp4", {"quality": "great"}, "quality must be one of"),
        ("a.mp4", {"max_fps": -1}, "max_fps must be"),
        ("a.gif", {"quality": "lossless"}, "cannot be lossless"),
    ],
)
def test_what_cannot_be_is_refused(path, options, message, display, tmp_path):
    with pytest.raises(ConfigurationError, match=message):
        display.record(tmp_path / path, **options)
    assert not display.wants_frame()
    assert not list(tmp_path.iterdir())


def test_a_failing_file_ends_the_recording_and_nothing_else(display, tmp_path, monkeypatch, caplog):
    def fail(*_args):
        raise OSError(28, "No space left on device")

    recording = display.record(tmp_path / "a.mp4")
    monkeypatch.setattr("rendercanvas_rfb.encoders.movie.MovieFile._start", fail)
    show(display, recording, 1)
    wait_until(lambda: not recording.running)
    assert "No space left on device" in caplog.text
    assert not display.wants_frame()
    display.present(gray(2))
    with pytest.raises(RecordingError, match="No space left"):
        recording.stop()


def test_without_a_frame_there_is_no_file_and_a_word_about_it(display, tmp_path, caplog):
    with display.record(tmp_path / "a.mp4"):
        pass
    assert not list(tmp_path.iterdir())
    assert "there was no frame to record" in caplog.text


def test_a_block_that_fails_finishes_the_file_and_fails_as_it_did(display, tmp_path):
    display.present(gray(1))
    with pytest.raises(ZeroDivisionError), display.record(tmp_path / "a.mp4"):
        raise ZeroDivisionError
    assert read(tmp_path / "a.mp4")


def test_a_stopped_recording_is_forgotten(display, tmp_path):
    recording = display.record(tmp_path / "a.mp4")
    recording.stop()
    reference = weakref.ref(recording)
    del recording
    gc.collect()
    assert reference() is None


def test_a_snapshot_is_a_copy_of_the_picture(display):
    with pytest.raises(StateError, match="'plot' has no picture yet"):
        display.snapshot()
    display.present(np.full((3, 4, 4), (10, 20, 30, 255), np.uint8), format=PixelFormat.BGRA)
    picture = display.snapshot()
    assert (picture.shape, picture.dtype) == ((3, 4, 3), np.uint8)
    assert (picture == (30, 20, 10)).all()
    picture[:] = 0
    assert display.snapshot().any()


PROGRAM = """
    import itertools, sys, time
    import numpy as np
    from rendercanvas_rfb.display import Display

    display = Display("plot")
    recording = display.record(sys.argv[1])
    end = sys.argv[2]
    for value in itertools.count():
        display.present(np.full((96, 128, 4), value % 256, np.uint8))
        if value == 20:
            print("recording", flush=True)
        if end == "exit" and recording.frames > 5:
            break
        time.sleep(0.02)
"""


@pytest.fixture
def run_program(tmp_path):
    """Starts a program that records, and kills it in the end."""
    processes = []

    def run(path, end):
        script = tmp_path / "program.py"
        script.write_text(textwrap.dedent(PROGRAM))
        processes.append(subprocess.Popen([sys.executable, script, path, end], stdout=subprocess.PIPE, text=True))
        return processes[-1]

    yield run
    for process in processes:
        process.kill()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_killed_process_leaves_a_file_that_plays(suffix, run_program, tmp_path):
    path = tmp_path / f"a{suffix}"
    process = run_program(path, "kill")
    assert process.stdout.readline() == "recording\n"
    size = path.stat().st_size
    wait_until(lambda: path.stat().st_size > size + 500)
    process.kill()
    process.wait(20)
    assert len(read(path)) > 5


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_end_of_the_interpreter_finishes_the_file(suffix, run_program, tmp_path):
    process = run_program(tmp_path / f"a{suffix}", "exit")
    assert process.wait(20) == 0
    assert len(read(tmp_path / f"a{suffix}")) > 5
