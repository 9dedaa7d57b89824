"""How many frames late an encoder answers, measured on the pixels that come back."""

from __future__ import annotations

import numpy as np

from ..encoders.base import EncodedPicture, Encoder, Finished, PipelinedEncoder
from ..encoders.decoding import PictureDecoder
from ..errors import EncoderError
from ..frames import Frame, PixelFormat

__all__ = ["measure_delay"]

_STEP = 24
"""Between the greys of two frames that follow each other: far more than what coding changes."""


def measure_delay(encoder: Encoder, width: int, height: int, frames: int = 9) -> int:
    """Feed grey frames, decode each picture at once, and see which frame it shows.

    Args:
        encoder: A new one, of this size.
        width: Pixels.
        height: Pixels.
        frames: How many, 2 to 10: each has a grey of its own.

    Returns:
        Frames by which the pictures are late, at most; 0 for one in, one out. Those of a `PipelinedEncoder` that have
        not come out in the end are left out.

    Raises:
        ValueError: There are fewer than 2 frames, or more than 10.
        EncoderError: The encoder made no picture of a frame, or failed, or hands pictures out as those of other frames.
        BitstreamError: A decoder holds a picture back, or cannot decode it.
    """
    if not 2 <= frames <= 10:
        raise ValueError(f"frames must be from 2 to 10, not {frames}")
    greys = [16 + _STEP * number for number in range(frames)]
    decoder: PictureDecoder | None = None
    latest = 0
    for number, grey in enumerate(greys):
        for token, picture, info in _encode(encoder, _grey_frame(grey, width, height, number)):
            if decoder is None:
                decoder = PictureDecoder(info)
            shown = _number_of(decoder, picture, greys)
            latest = max(latest, number - shown)
            if isinstance(encoder, PipelinedEncoder) and encoder.depth > 1 and token != shown:
                raise EncoderError(f"the picture of frame {token} shows frame {shown}")
    return latest


def _encode(encoder: Encoder, frame: Frame) -> list[Finished]:
    if isinstance(encoder, PipelinedEncoder) and encoder.depth > 1:
        return encoder.feed(frame, keyframe=False, token=frame.version)
    picture = encoder.encode(frame, keyframe=False)
    return [Finished(frame.version, picture, encoder.info)]


def _grey_frame(grey: int, width: int, height: int, number: int) -> Frame:
    pixels = np.full((height, width, 4), grey, np.uint8)
    return Frame(pixels, PixelFormat.RGBA, pixel_ratio=1.0, version=number, timestamp_us=16_667 * number)


def _number_of(decoder: PictureDecoder, picture: EncodedPicture, greys: list[int]) -> int:
    shown = float(np.mean(decoder.decode(picture.payload)))
    return min(range(len(greys)), key=lambda number: abs(greys[number] - shown))
