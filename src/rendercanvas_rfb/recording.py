"""Recordings: what a display shows, into a file, whether or not somebody watches."""

from __future__ import annotations

import atexit
import logging
import threading
import time
import weakref
from collections.abc import Callable
from enum import Enum, auto
from os import PathLike, fspath
from typing import Self

from .convert.host import frame_to_rgb
from .encoders.base import EncoderSettings
from .encoders.movie import MovieFile
from .errors import RecordingError
from .protocol.chunk import SERIAL_MODULUS
from .session.pace import Pace
from .subscribing import FrameSource

__all__ = ["Recording"]

logger = logging.getLogger("rendercanvas_rfb")

REPEAT_S = 1.0
"""Seconds after which a picture that still holds is written once more, so that a file that is cut short ends no more
than this and a fragment before that. A repeated picture of video has some twenty bytes."""

REAL_TIME_US = 1_000_000
"""Microseconds that a frame's timestamp may be away from the clock for frames to be taken as shown in real time. The
time of others, such as those of a simulation with a clock of its own, does not go on by itself."""

STOP_TIMEOUT_S = 30.0
"""Seconds that stopping waits for the file: an 8K picture takes about one."""


class _Step(Enum):
    WRITE = auto()
    REPEAT = auto()
    DEMAND = auto()
    END = auto()


class Recording:
    """A file that a display is being recorded to; made by `Display.record`.

    Frames are taken as they come, each with its own timestamp, on a thread of its own. Where they come faster than
    they are encoded the newest one counts, and `dropped` those that are left out. The file ends when the recording is
    stopped, at the end of a ``with`` block, when the display is closed, or when the interpreter exits. Where the
    process is killed, MP4 and WebM files can be played up to one or two seconds before that.

    Attributes:
        path: Where it is written to.
        frames: Frames in the file so far.
        dropped: Frames that were left out so far.
        error: What ended it before it was stopped; None where nothing did.
    """

    def __init__(
        self,
        source: FrameSource,
        path: str | PathLike[str],
        settings: EncoderSettings,
        *,
        max_fps: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        ended: Callable[[Recording], None] = lambda recording: None,
    ) -> None:
        self.path = fspath(path)
        self.frames = 0
        self.dropped = 0
        self.error: RecordingError | None = None
        self._source = source
        self._clock = clock
        self._ended = ended
        self._file = MovieFile(path, settings)
        self._changed = threading.Condition()
        self._pace = Pace(max_fps)
        self._version: int | None = None
        self._timestamp_us = 0
        self._taken_at = 0.0
        self._written_at = 0.0
        self._demanded = False
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="rfb-recording", daemon=True)

    def start(self) -> None:
        """Take frames from now on; the latest one is the first. To be called once."""
        _running.add(self)
        self._thread.start()

    def discard(self) -> None:
        """Do without it: instead of `start`."""
        self._file.close()

    @property
    def running(self) -> bool:
        """Whether it still takes frames."""
        return self._thread.is_alive() and not self._stopping

    def stop(self) -> None:
        """Finish the file, with the latest frame in it, and wait for that. May be called more than once.

        Raises:
            RecordingError: The recording failed, now or before.
        """
        self.close()
        if self._thread.is_alive():
            raise RecordingError(f"{self.path!r} was not finished in {STOP_TIMEOUT_S:g} s")
        if self.error is not None:
            raise self.error
        if not self.frames:
            logger.warning("%s: there was no frame to record, so there is no file", self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_error: object) -> None:
        if kind is None:
            self.stop()
        else:
            self.close()

    # What the display calls.

    def frame_published(self) -> None:
        """See `rendercanvas_rfb.pipeline.FrameSink`."""
        with self._changed:
            self._changed.notify()

    def wants_frame(self) -> bool:
        """See `rendercanvas_rfb.pipeline.FrameSink`."""
        with self._changed:
            return self.running and not self._is_fresh() and not self._pace.due_in(self._clock())

    def close(self) -> None:
        """Finish the file, and wait for that, without raising an error: it is in `error`, and logged."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join(STOP_TIMEOUT_S)

    # The thread. Between two steps it holds no frame: the memory of frames is used again.

    def _run(self) -> None:
        try:
            try:
                self._take_steps()
            finally:
                self._file.close()
        except RecordingError as error:
            self.error = error
            logger.warning("recording ended: %s", error)
        except Exception as error:
            self.error = RecordingError(f"{self.path!r}: {error}")
            logger.exception("recording crashed")
        finally:
            _running.discard(self)
            self._ended(self)

    def _take_steps(self) -> None:
        while (step := self._next_step()) is not _Step.END:
            match step:
                case _Step.WRITE:
                    self._write()
                case _Step.REPEAT:
                    self._repeat()
                case _Step.DEMAND:
                    self._source.demand_changed()
        if self._holds:
            self._repeat()

    def _next_step(self) -> _Step:
        """Wait until there is something to do."""
        with self._changed:
            while True:
                now = self._clock()
                pause = self._pace.due_in(now)
                repeat_in = max(0.0, self._written_at + REPEAT_S - now) if self._holds else None
                if self._is_fresh() and (self._stopping or not pause):
                    self._pace.made(now)
                    self._demanded = False
                    return _Step.WRITE
                if self._stopping:
                    return _Step.END
                if not pause and not self._demanded:
                    self._demanded = True
                    return _Step.DEMAND
                if repeat_in == 0:
                    return _Step.REPEAT
                self._changed.wait(min((seconds for seconds in (pause, repeat_in) if seconds), default=None))

    def _is_fresh(self) -> bool:
        latest = self._source.latest
        return latest is not None and latest.version != self._version

    @property
    def _holds(self) -> bool:
        """Whether the time of the last picture goes on by itself."""
        in_real_time = abs(self._timestamp_us - self._taken_at * 1e6) <= REAL_TIME_US
        return self._version is not None and self._file.is_video and in_real_time

    def _write(self) -> None:
        frame = self._source.latest
        assert frame is not None
        self._taken_at = self._written_at = self._clock()
        if self._version is not None:
            self.dropped += (frame.version - self._version - 1) % SERIAL_MODULUS
        self._version, self._timestamp_us = frame.version, frame.timestamp_us
        self._file.add(frame_to_rgb(frame), frame.timestamp_us, frame.color)
        self.frames += 1

    def _repeat(self) -> None:
        self._written_at = self._clock()
        self._file.repeat(self._timestamp_us + int((self._written_at - self._taken_at) * 1e6))


_running: weakref.WeakSet[Recording] = weakref.WeakSet()


@atexit.register
def _finish_all() -> None:
    for recording in list(_running):
        recording.close()
