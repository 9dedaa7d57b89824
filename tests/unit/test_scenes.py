"""Frames of real plots to measure with."""

from __future__ import annotations

import numpy as np
import pytest

from rendercanvas_rfb.testing.scenes import SCENES, to_and_fro

SIZE = (320, 200)


def test_frames_go_to_and_fro_without_showing_one_twice_in_a_row():
    frames = [np.full((1, 1, 4), number, np.uint8) for number in range(3)]
    assert [int(frame[0, 0, 0]) for frame in to_and_fro(frames, 9)] == [0, 1, 2, 1, 0, 1, 2, 1, 0]


def test_a_single_frame_stands_still():
    frame = np.zeros((1, 1, 4), np.uint8)
    assert [shown is frame for shown in to_and_fro([frame], 3)] == [True, True, True]


@pytest.mark.gpu
@pytest.mark.parametrize("name", list(SCENES))
def test_every_scene_moves_is_opaque_and_the_same_again(name):
    pytest.importorskip("fastplotlib")
    frames = SCENES[name](3, *SIZE)
    assert [frame.shape for frame in frames] == [(SIZE[1], SIZE[0], 4)] * 3
    assert all(frame.dtype == np.uint8 and (frame[..., 3] == 255).all() for frame in frames)
    assert (frames[0] != frames[1]).any()
    assert (frames[1] != frames[2]).any()
    again = SCENES[name](3, *SIZE)
    assert all(np.array_equal(one, other) for one, other in zip(frames, again, strict=True))
