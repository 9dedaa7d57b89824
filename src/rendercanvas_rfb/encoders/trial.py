"""Trying an encoder: it is opened, makes two pictures, and what comes back is compared.

Drivers may crash, or never answer, and take their process with them. So encoders in hardware are tried in a process of
their own, within a time limit.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import Enum
from time import perf_counter, sleep
from typing import Any

import numpy as np

from ..convert.fidelity import psnr
from ..errors import EncoderBusyError, EncoderError, RfbError
from ..frames import Frame, PixelFormat, Pixels
from ..protocol.formats import Chroma, PictureFormat, Tier
from .base import EncodedPicture, Encoder, EncoderBackend, EncoderSettings, PipelinedEncoder
from .decoding import PictureDecoder

__all__ = [
    "LEAST_PSNR_DB",
    "TRIAL_SIZE",
    "TRIAL_TIMEOUT_S",
    "Outcome",
    "Trial",
    "answer",
    "tier_of",
    "try_in_child",
    "try_tier",
]

TRIAL_SIZE = (640, 360)
"""Pixels: above the least size of every encoder (NVENC has 145x49 for H.264), and encoded in a few milliseconds."""

TRIAL_TIMEOUT_S = 20.0
"""Seconds for all tiers of one encoder. To start an interpreter and to load a cold CUDA driver takes up to five on a
busy machine; nothing waits for it but who asks for that encoder by name."""

LEAST_PSNR_DB = 20.0
"""What blocks of saturated colours come back with, at least. A wrong matrix, range or order of planes has less; 4:2:0
at the worst quality has more."""


class Outcome(Enum):
    """How a trial ended."""

    PASSED = "passed"
    FAILED = "failed"
    BUSY = "busy"
    """It may well pass later."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of trying an encoder for one tier.

    Attributes:
        outcome: How it ended.
        detail: Why it did not pass; empty where it did.
        encode_ms: Milliseconds from when the second picture's frame went in until it came out, conversion too.
        bytes: Of that picture.
        psnr_db: What the first picture came back with; None where it was exact.
        codec: As in `StreamInfo`.
        delay: Frames by which its pictures come late; 0 for one in, one out.
    """

    outcome: Outcome
    detail: str = ""
    encode_ms: float = 0.0
    bytes: int = 0
    psnr_db: float | None = None
    codec: str = ""
    delay: int = 0

    def as_json(self) -> dict[str, Any]:
        """For ``json.dumps``: the members."""
        return {**asdict(self), "outcome": self.outcome.value}

    @classmethod
    def from_json(cls, members: Mapping[str, Any]) -> Trial:
        """What `as_json` made.

        Raises:
            ValueError, TypeError: It is none.
        """
        return cls(**{**members, "outcome": Outcome(members.get("outcome"))})


def try_tier(backend: EncoderBackend, tier: Tier, settings: EncoderSettings | None = None) -> Trial:
    """Try an encoder in this process.

    Whatever it raises is a trial that it did not pass.
    """
    try:
        return _run(backend, tier, EncoderSettings() if settings is None else settings)
    except EncoderBusyError as error:
        return Trial(Outcome.BUSY, str(error))
    except RfbError as error:
        return Trial(Outcome.FAILED, str(error))
    except Exception as error:  # noqa: BLE001 - an encoder is foreign code
        return Trial(Outcome.FAILED, f"{type(error).__name__}: {error}")


def _run(backend: EncoderBackend, tier: Tier, settings: EncoderSettings) -> Trial:
    width, height = TRIAL_SIZE
    pixels = _blocks(width, height)
    with _opened(backend, tier, settings) as encoder:
        pictures, delay, encode_ms = _two_pictures(encoder, pixels, settings.fps)
        first, second = pictures
        info = encoder.info
    decoder = PictureDecoder(info)
    shown = _shown(decoder, first, width, height)
    _shown(decoder, second, width, height)
    quality = psnr(shown, pixels[..., :3])
    passed = quality >= LEAST_PSNR_DB and first.keyframe
    detail = "" if passed else f"its picture came back with {quality:.0f} dB" if first.keyframe else "made no keyframe"
    return Trial(
        Outcome.PASSED if passed else Outcome.FAILED,
        detail,
        encode_ms,
        len(second.payload),
        None if np.isinf(quality) else quality,
        info.codec,
        delay,
    )


def _two_pictures(encoder: Encoder, pixels: Pixels, fps: float) -> tuple[list[EncodedPicture], int, float]:
    """The pictures of the first two frames, by how many frames they come late, and milliseconds of the second one."""
    if not isinstance(encoder, PipelinedEncoder) or encoder.depth == 1:
        first = encoder.encode(_frame(pixels, 1), keyframe=True)
        started = perf_counter()
        second = encoder.encode(_frame(np.roll(pixels, 8, axis=1), 2), keyframe=False)
        return [first, second], 0, 1000 * (perf_counter() - started)
    pictures: dict[int, EncodedPicture] = {}
    begun: list[float] = []
    taken_s = 0.0
    delay = 0
    while len(pictures) < 2:
        token = len(begun)
        if token > encoder.depth:
            raise EncoderError(f"made {len(pictures)} pictures of {token} frames")
        begun.append(perf_counter())
        frame = _frame(np.roll(pixels, 8 * token, axis=1), token + 1)
        for finished in encoder.feed(frame, keyframe=not token, token=token):
            pictures[finished.token] = finished.picture
            delay = max(delay, token - finished.token)
            taken_s = perf_counter() - begun[finished.token]
        # Some are late by a time rather than by a number of frames: those that follow come at the pace of a display.
        sleep(max(0.0, begun[-1] + 1 / fps - perf_counter()))
    return [pictures[0], pictures[1]], delay, 1000 * taken_s


@contextmanager
def _opened(backend: EncoderBackend, tier: Tier, settings: EncoderSettings) -> Iterator[Encoder]:
    encoder = backend.open(tier, *TRIAL_SIZE, settings)
    try:
        yield encoder
    finally:
        encoder.close()


def _shown(decoder: PictureDecoder, picture: EncodedPicture, width: int, height: int) -> Pixels:
    pixels = decoder.decode(picture.payload)
    if pixels.shape[0] < height or pixels.shape[1] < width:
        raise EncoderError(f"its picture came back with {pixels.shape[1]}x{pixels.shape[0]} pixels")
    return pixels[:height, :width]


def _blocks(width: int, height: int) -> Pixels:
    """Two rows of four blocks in the corners of the RGB cube, where a wrong matrix or range errs most; opaque RGBA."""
    corners = np.arange(8, dtype=np.uint8).reshape(2, 4)
    corner = corners[np.arange(height)[:, None] * 2 // height, np.arange(width) * 4 // width]
    rgb = np.stack([(corner >> bit & 1) * np.uint8(255) for bit in (2, 1, 0)], axis=-1)
    return np.ascontiguousarray(np.dstack([rgb, np.full((height, width), 255, np.uint8)]))


def _frame(pixels: Pixels, version: int) -> Frame:
    return Frame(np.ascontiguousarray(pixels), PixelFormat.RGBA, 1.0, version, version)


# In a process of its own. One line of JSON goes in, and one comes out for each tier as soon as it is tried, so that a
# crash costs the answers only that had not come yet.

_CHILD = (
    "import json, sys; job = json.loads(sys.stdin.readline()); sys.path[:] = job['path'];"
    " from rendercanvas_rfb.encoders import trial; trial.answer(job['encoder'], job['tiers'])"
)


def try_in_child(
    backend: EncoderBackend, timeout_s: float = TRIAL_TIMEOUT_S, program: str = _CHILD
) -> dict[Tier, Trial]:
    """Try all tiers of an encoder in a process of its own, which is ended after ``timeout_s`` seconds."""
    tiers = {str(tier): tier for tier in backend.tiers}
    job = json.dumps({"path": sys.path, "encoder": backend.name, "tiers": list(tiers)})
    try:
        output, problem = _converse(program, job, timeout_s)
    except OSError as error:
        output, problem = "", f"it cannot be tried in a process of its own: {error}"
    trials = dict(_read_answers(output.splitlines(), tiers))
    return {tier: trials.get(tier, Trial(Outcome.FAILED, problem)) for tier in backend.tiers}


def _converse(program: str, job: str, timeout_s: float) -> tuple[str, str]:
    """What the child wrote, and what is to be said of tiers that it did not answer for."""
    if not sys.executable or getattr(sys, "frozen", False):
        # A program that is frozen would start itself again.
        raise OSError("there is no interpreter for it")
    child = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )
    # The thread that waits here is left behind when the interpreter ends; the child shall not be.
    atexit.register(child.kill)
    with child:
        try:
            output, _ = child.communicate(job + "\n", timeout_s)
        except subprocess.TimeoutExpired:
            child.kill()
            output, _ = child.communicate()
            return output, f"no answer within {timeout_s:g} s"
        finally:
            atexit.unregister(child.kill)
    code = child.returncode
    return output, f"its driver ended the process with signal {-code}" if code < 0 else f"the process ended with {code}"


def _read_answers(lines: Iterable[str], tiers: Mapping[str, Tier]) -> Iterator[tuple[Tier, Trial]]:
    for line in lines:
        try:
            members = json.loads(line)
            tier = tiers[members.pop("tier")]
            yield tier, Trial.from_json(members)
        except (ValueError, KeyError, TypeError, AttributeError):
            continue  # Drivers write to the standard output too.


def answer(name: str, tiers: Iterable[str], write: Callable[[str], object] = sys.stdout.write) -> None:
    """Try an encoder for these tiers, and write a line for each: what the child does."""
    from .registry import find_encoder

    for text in tiers:
        tier = tier_of(text)
        backend = next(backend for backend in find_encoder(name) if tier in backend.tiers)
        trial = try_tier(backend, tier)
        write(json.dumps({**trial.as_json(), "tier": text}) + "\n")
        sys.stdout.flush()


def tier_of(text: str) -> Tier:
    """The tier that is written like this.

    Raises:
        ValueError: There is none.
    """
    format, _, chroma = text.partition("/")
    return Tier(PictureFormat(format), Chroma(chroma) if chroma else None)
