"""Frames in files, rendered once for all systems of a run."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import numpy as np

COUNT = 40
"""Frames of a scene, which are played to and fro: 2.6 seconds at 30 a second."""

_folder = tempfile.TemporaryDirectory(prefix="rfb-frames-")


@cache
def stored_frames(scene: str, size: str) -> Path:
    """The file of a scene's frames, uint8 of shape (count, height, width, 4), rendered when it is first asked for."""
    from rendercanvas_rfb.testing.scenes import SCENES

    width, height = (int(side) for side in size.split("x"))
    path = Path(_folder.name) / f"{scene}-{size}.npy"
    np.save(path, np.stack(SCENES[scene](COUNT, width, height)))
    return path
