"""What an encoder is to the pipeline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, runtime_checkable

from ..errors import EncoderError
from ..frames import ColorSpace, Frame, Memory, PixelFormat
from ..protocol.formats import StreamInfo, Tier
from ..session.exactness import DEFAULT_BITRATE

__all__ = [
    "MAX_DEPTH",
    "EncodedPicture",
    "Encoder",
    "EncoderBackend",
    "EncoderFactory",
    "EncoderOpener",
    "EncoderSettings",
    "Finished",
    "PipelinedEncoder",
    "RateAdjustable",
    "Takes",
    "check_bitrate",
    "check_frame",
]


MAX_DEPTH = 4
"""Frames in work at once, at most. The last picture is then three frames late, 50 ms at 60 a second: what is not hidden
behind that is a matter of throughput, which more frames in work do not change."""


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """What a display asks of its encoders. One that has no such setting leaves it out, except for ``lossless``.

    Attributes:
        crf: Constant rate factor of H.264, 0 to 51, lower is better. At 20 the coding error of plots is hard to see
            at any zoom.
        image_quality: Quality of lossy still images, 1 to 100, higher is better. At 90 a 720p plot in 4:4:4 JPEG has
            40 dB RGB PSNR.
        lossless: Whether each picture must decode to exactly the pixels of the frame. `EncoderError` where an encoder
            cannot do so.
        max_bitrate: Bits per second, at most, averaged over one second; None for no limit but the encoder's own.
            Only encoders of video can keep to one.
        exact_bitrate: Bits per second up to which pictures are coded exactly, by encoders that can do so too.
        pipeline_depth: Frames that an encoder may have in work at once, 1 for one in, one out; None for what `Takes`
            says. Encoders that cannot do so answer at once.
        fps: Pictures per second that the bitrate is reckoned with, > 0. With fewer of them the stream is smaller.
    """

    crf: float = 20.0
    image_quality: int = 90
    lossless: bool = False
    max_bitrate: int | None = None
    fps: float = 60.0
    exact_bitrate: int = DEFAULT_BITRATE
    pipeline_depth: int | None = None


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """One access unit, or one image file.

    Attributes:
        payload: The bytes, immutable and shared by every viewer.
        keyframe: Whether it can be decoded without an earlier one.
        lossless: Whether it decodes to exactly the pixels of the frame.
        improvable: Whether the same frame, encoded once more, would be better: a bitrate was kept to.
    """

    payload: bytes
    keyframe: bool
    lossless: bool = False
    improvable: bool = False


def check_frame(frame: Frame, size: tuple[int, int], color: ColorSpace | None = None) -> None:
    """Check that a frame can be encoded.

    Args:
        frame: The frame.
        size: Width and height for which the encoder was opened.
        color: What the stream is in; None where it may be in anything.

    Raises:
        EncoderError: It is another frame than the encoder was opened for.
    """
    if (frame.width, frame.height) != size:
        width, height = size
        raise EncoderError(f"the encoder was opened for {width}x{height} pixels, not {frame.width}x{frame.height}")
    if color is not None and frame.color is not color:
        raise EncoderError(f"the stream is in {color}, not {frame.color}")


def check_bitrate(bits_per_second: int | None) -> None:
    """Check the argument of `RateAdjustable.set_max_bitrate`.

    Raises:
        EncoderError: It is no bitrate.
    """
    if bits_per_second is not None and bits_per_second <= 0:
        raise EncoderError(f"a bitrate must be positive, not {bits_per_second}")


class Encoder(Protocol):
    """Turns frames of one size into pictures: one in, one out, at once.

    An encoder belongs to the thread that opened it; no method may be called from another one.
    """

    @property
    def info(self) -> StreamInfo:
        """Describes the stream of the last picture; `EncoderError` before the first.

        Another value is another stream, which can begin with a keyframe only. An encoder may begin one by itself.
        """
        ...

    def encode(self, frame: Frame, *, keyframe: bool) -> EncodedPicture:
        """Encode ``frame``, whose size is that with which the encoder was opened.

        The first picture is always a keyframe. Frames may come in any `PixelFormat`, and in another one each time; all
        of a stream are in the `ColorSpace` of the first, which `info` must say.

        Reads ``frame.pixels`` before it returns, and keeps no reference to them.

        Raises:
            EncoderError: The codec failed; the encoder is of no more use and must be closed.
            DeviceError: The frame cannot be read; the encoder goes on.
        """
        ...

    def close(self) -> None:
        """Free the codec. May be called more than once."""
        ...


class Finished(NamedTuple):
    """A picture that came out of a `PipelinedEncoder`.

    Attributes:
        token: That of the frame that it shows.
        picture: The picture.
        info: Describes its stream.
    """

    token: int
    picture: EncodedPicture
    info: StreamInfo


@runtime_checkable
class PipelinedEncoder(Protocol):
    """What an encoder may do beyond `Encoder`: take frames before the pictures of earlier ones have come out."""

    @property
    def depth(self) -> int:
        """Frames in work at once, at most; with 1 it is an `Encoder` like any other, and `feed` is not called."""
        ...

    def feed(self, frame: Frame, *, keyframe: bool, token: int) -> list[Finished]:
        """Encode ``frame`` as `Encoder.encode` does, and return the pictures that have come out, maybe none.

        They come out in the order in which their frames went in, each one when `depth` frames are in work at the
        latest, and before the codec is opened anew. `close` drops those that have not.

        Args:
            frame: The frame.
            keyframe: Whether its picture must need no other.
            token: What its picture is to be handed out with; another one each time.

        Raises:
            EncoderError: As `Encoder.encode`.
            DeviceError: The frame cannot be read, and did not go in.
        """
        ...


@runtime_checkable
class RateAdjustable(Protocol):
    """What an encoder of video may do beyond `Encoder`: follow a link while it runs."""

    def set_max_bitrate(self, bits_per_second: int | None) -> None:
        """Keep to so many bits per second from the next picture on, instead of `EncoderSettings.max_bitrate`.

        None for no limit but the encoder's own. From one limit to another there is no keyframe, unless the encoder
        finds another way to code pictures better then; the first limit, and its end, may cost one.

        Raises:
            EncoderError: It is not positive.
        """
        ...


EncoderFactory = Callable[[Tier, int, int], Encoder]
"""Opens an encoder for a tier and a size (width, height, in physical pixels). Raises `EncoderError` where it cannot."""

EncoderOpener = Callable[[Tier, int, int, EncoderSettings], Encoder]
"""An `EncoderFactory` that takes the settings too. What `rendercanvas_rfb.encoders.registry.register_encoder` takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes:
    """What an encoder takes.

    Attributes:
        memory: Where the samples may lie. Frames elsewhere are copied to the host for an encoder that has `Memory.HOST`
            among these, and cannot be had by others.
        device_tiers: The tiers that it makes of frames in other memory than the host's; None for all of its tiers.
        formats: What it encodes without the host having to convert it. Encoders take every `PixelFormat` all the same.
        min_size: Width and height in pixels, at least.
        max_size: Width and height in pixels, at most.
        max_pixels: Width times height, at most; None where only the sides count.
        odd: Whether sides may be odd.
        colors: The colour spaces that its streams can be tagged with.
        lossless: Tiers that it can make exactly.
        live_bitrate: Whether it is `RateAdjustable` without a keyframe.
        pipelining: Frames that it can have in work at once; 1 for one in, one out.
        own_depth: Frames that it may have in work at once where no depth is asked for: more than 1 for one that may
            turn out to know no other way.
    """

    memory: frozenset[Memory] = frozenset({Memory.HOST})
    device_tiers: frozenset[Tier] | None = None
    formats: frozenset[PixelFormat] = frozenset(PixelFormat)
    min_size: tuple[int, int] = (1, 1)
    max_size: tuple[int, int] = (16384, 16384)
    max_pixels: int | None = None
    odd: bool = True
    colors: frozenset[ColorSpace] = frozenset(ColorSpace)
    lossless: frozenset[Tier] = frozenset()
    live_bitrate: bool = False
    pipelining: int = 1
    own_depth: int = 1

    def reads(self, memory: Memory, tier: Tier) -> bool:
        """Whether it makes ``tier`` of frames in ``memory`` without a copy to the host."""
        on_device = self.device_tiers is None or tier in self.device_tiers
        return memory in self.memory and (memory is Memory.HOST or on_device)

    def depth(self, asked: int | None) -> int:
        """Frames that it may have in work at once, where that many are asked for; see `EncoderSettings`."""
        return min(self.pipelining, self.own_depth if asked is None else asked)


def _nothing() -> str | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderBackend:
    """One kind of encoder, and what it declares of itself.

    Attributes:
        name: What it is chosen by. Encoders of one name may come in several parts.
        tiers: What it makes, best first. One that makes `Chroma.YUV444` may name `Chroma.RGB` too: it stands in there,
            with loss, and its `StreamInfo` says 4:4:4.
        open: Opens an encoder. Raises `EncoderBusyError` where it cannot be had now and may be later, such as for want
            of a session, and another `EncoderError` otherwise.
        missing: What this machine lacks for it, in words such as "PyAV is built without h264_nvenc"; None where it may
            work. Cheap: looks neither at devices that have to be opened nor into other processes. The answer does not
            change while the process runs.
        needs: What must be there, and how to get it, for the error that says that it is not.
        takes: What it takes.
        hardware: Whether it runs outside the processor. Then a driver may crash: it is tried in a process of its own,
            and it comes before encoders of the processor for what is lossy anyway.
        only_by_name: Why "auto" leaves it out, unless its codec alone is asked for, in words such as "takes three times
            the time of libx264"; empty where it does not.
    """

    name: str
    tiers: tuple[Tier, ...]
    open: EncoderOpener
    missing: Callable[[], str | None] = _nothing
    needs: str = ""
    takes: Takes = field(default_factory=Takes)
    hardware: bool = False
    only_by_name: str = ""

    def is_available(self) -> bool:
        """Whether nothing is missing."""
        return self.missing() is None
