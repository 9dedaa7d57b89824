"""A canvas that is recorded is drawn, though nobody watches."""

from __future__ import annotations

from functools import partial

from tests.recording.movies import read_video
from tests.support import until


def has_more_than(recording, frames):
    return recording.frames > frames


async def test_a_recorded_canvas_draws_and_its_changes_are_in_the_file(make_canvas, painter, tmp_path):
    canvas = make_canvas(size=(64, 48), update_mode="continuous")
    painted = painter(canvas, (0, 0, 0))
    display = canvas._display
    with display.record(tmp_path / "a.mp4", quality="lossless") as recording:
        for level in (10, 120, 230):
            painted.color = (level, level, level)
            await until(partial(has_more_than, recording, recording.frames), "the frame in the file")
    draws = painted.draws
    _, pictures = read_video(tmp_path / "a.mp4")
    levels = {int(picture[0, 0, 0]) for picture in pictures}
    assert {120, 230} <= levels
    assert not display.wants_frame()
    assert painted.draws <= draws + 1


async def test_a_canvas_that_is_closed_finishes_its_file(make_canvas, painter, tmp_path):
    canvas = make_canvas(size=(64, 48))
    painter(canvas, (10, 200, 30))
    recording = canvas._display.record(tmp_path / "a.webp", quality="lossless")
    await until(lambda: recording.frames, "a frame in the file")
    canvas.close()
    assert not recording.running
    assert (tmp_path / "a.webp").stat().st_size > 0
