"""Reads recordings back."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image


def read_video(path: Path) -> tuple[list[float], list[NDArray[np.uint8]]]:
    """Times in seconds, and pictures: uint8 arrays of shape (height, width, 3)."""
    times, pictures = [], []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            assert frame.time is not None
            times.append(frame.time)
            pictures.append(frame.to_ndarray(format="rgb24").astype(np.uint8))
    return times, pictures


def read_animation(path: Path) -> tuple[list[float], list[NDArray[np.uint8]]]:
    """Durations in seconds, and pictures, of an animated WebP or GIF."""
    durations, pictures = [], []
    with Image.open(path) as image:
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            image.load()
            durations.append(image.info["duration"] / 1000)
            pictures.append(np.asarray(image.convert("RGB")))
    return durations, pictures


def read(path: Path) -> list[NDArray[np.uint8]]:
    """The pictures of any recording."""
    return (read_video if path.suffix in (".mp4", ".webm") else read_animation)(path)[1]
