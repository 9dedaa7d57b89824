"""Which encoder makes a viewer's pictures, and why each other one does not. Pure.

What encoders declare (`EncoderBackend`) and what is known of them on a machine (`Standing`) go in, and out comes a
`Choice`, which logs, metrics, the statistics panel and ``rendercanvas-rfb doctor`` all print.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from ..frames import ColorSpace, Memory
from ..protocol.formats import Chroma, Tier
from .base import EncoderBackend, Takes

__all__ = [
    "AUTO",
    "READY",
    "Choice",
    "FrameKind",
    "Reason",
    "Situation",
    "Standing",
    "State",
    "Verdict",
    "choose",
    "in_frames",
]

AUTO = "auto"
"""In place of the name of an encoder: the best one for each tier."""


class State(Enum):
    """What is known of an encoder on a machine."""

    READY = auto()
    """It has proven itself, or needs no proof."""
    UNTRIED = auto()
    """It may work."""
    MISSING = auto()
    """It cannot work on this machine."""
    REFUSED = auto()
    """It was tried, and does not work."""
    BUSY = auto()
    """Its sessions are taken, by this program or another one."""
    BROKEN = auto()
    """It failed while it was in use."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one encoder for one tier on a machine.

    Attributes:
        state: What.
        detail: More of it, in words; empty where there is nothing to add.
        delay: Frames by which its pictures were found to come late.
    """

    state: State
    detail: str = ""
    delay: int = 0


READY = Standing(State.READY)


class Reason(Enum):
    """Why an encoder does not make the pictures of a viewer: first why it cannot, then why another one is better."""

    NOT_NAMED = auto()
    MISSING = auto()
    ONLY_BY_NAME = auto()
    NOT_ALLOWED = auto()
    NOT_DECODED = auto()
    REFUSED = auto()
    UNTRIED = auto()
    BUSY = auto()
    BROKEN = auto()
    MEMORY = auto()
    SIZE = auto()
    COLOR = auto()
    NOT_LOSSLESS = auto()
    LATE = auto()

    LESS_PREFERRED = auto()
    COPIES = auto()
    WITH_LOSS = auto()
    NO_LIVE_BITRATE = auto()
    ON_PROCESSOR = auto()
    LATER = auto()


_RANKED = (
    Reason.LESS_PREFERRED,
    Reason.COPIES,
    Reason.WITH_LOSS,
    Reason.NO_LIVE_BITRATE,
    Reason.ON_PROCESSOR,
    Reason.LATER,
)
"""What the numbers of a rank stand for. Frames stay in the memory where they are, if that is possible; then an exact
picture comes before less work for the processor."""

Rank = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FrameKind:
    """What is to be encoded.

    Attributes:
        width, height: Pixels; 0 where they are not known yet.
        memory: Where the samples lie.
        color: Which colours they stand for.
    """

    width: int = 0
    height: int = 0
    memory: Memory = Memory.HOST
    color: ColorSpace = ColorSpace.SRGB


@dataclass(frozen=True, slots=True)
class Situation:
    """Whom an encoder is chosen for, and for what.

    Attributes:
        decodes: What the viewer takes, in its order of preference.
        frame: What is to be encoded.
        encoder: Name of the one that is asked for, or `AUTO`.
        allowed: What the quality and the codec that are asked for leave; None for everything.
        lossless: Whether each picture must be exact.
        depth: Frames that an encoder may have in work at once, as in `EncoderSettings`.
    """

    decodes: tuple[Tier, ...]
    frame: FrameKind = FrameKind()
    encoder: str = AUTO
    allowed: frozenset[Tier] | None = None
    lossless: bool = False
    depth: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one encoder for one tier.

    Attributes:
        encoder: Its name.
        tier: What it would make.
        reason: Why it does not make the pictures; None for the one that does.
        detail: That in words that follow the name and a colon.
        rank: Smaller is better; None where it cannot make the pictures at all.
    """

    encoder: str
    tier: Tier
    reason: Reason | None
    detail: str
    rank: Rank | None = None

    def __str__(self) -> str:
        return f"{self.encoder}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Choice:
    """What becomes of all encoders in a `Situation`.

    Attributes:
        order: Those that can make the pictures, the best first; each is next where those before it fail.
        lost: One verdict for each encoder but the chosen one: on what it would have made best.
    """

    order: tuple[Verdict, ...]
    lost: tuple[Verdict, ...]

    @property
    def chosen(self) -> Verdict | None:
        """The one that makes the pictures; None where none can."""
        return self.order[0] if self.order else None

    def without(self, *reasons: Reason) -> Choice:
        """The same, less the encoders that lost for one of these reasons."""
        return replace(self, lost=tuple(verdict for verdict in self.lost if verdict.reason not in reasons))

    def sentences(self) -> list[str]:
        """Which one it is, and why each other one is not; those that share a reason share a sentence."""
        first = "no encoder can make them" if self.chosen is None else str(self.chosen)
        by_detail: dict[str, list[str]] = {}
        for verdict in self.lost:
            by_detail.setdefault(verdict.detail, []).append(verdict.encoder)
        return [first, *(f"{', '.join(names)}: {detail}" for detail, names in by_detail.items())]

    def __str__(self) -> str:
        return "; ".join(self.sentences())


def choose(
    backends: Sequence[EncoderBackend], standings: Mapping[tuple[str, Tier], Standing], situation: Situation
) -> Choice:
    """Choose an encoder.

    Args:
        backends: All there are; where nothing else decides, an earlier one is better.
        standings: What is known of them, by name and tier; what is not listed is ready.
        situation: For whom and for what.
    """
    named = [backend for backend in backends if situation.encoder in (AUTO, backend.name)]
    if any(tier.format.is_video for backend in named for tier in backend.tiers):
        # Viewers that do not decode the video of the one that is asked for get images.
        images = [backend for backend in backends if not any(tier.format.is_video for tier in backend.tiers)]
        named += [backend for backend in images if backend not in named]
    judged = [
        _judge(backend, tier, standings.get((backend.name, tier), READY), situation, place)
        if backend in named
        else Verdict(backend.name, tier, Reason.NOT_NAMED, f"not asked for, {situation.encoder} is")
        for place, backend in enumerate(backends)
        for tier in backend.tiers
    ]
    able = sorted((verdict for verdict in judged if verdict.rank is not None), key=_rank)
    # What the viewer does not take says little about an encoder that makes what it takes too.
    decoded = {wanted.full for wanted in situation.decodes}
    if not able:
        return Choice((), _one_each(judged, None, decoded))
    best = able[0]
    order = (best, *(_beaten(verdict, best, situation) for verdict in able[1:]))
    unable = [verdict for verdict in judged if verdict.rank is None]
    return Choice(order, _one_each([*order[1:], *unable], best.encoder, decoded))


def _judge(backend: EncoderBackend, tier: Tier, standing: Standing, situation: Situation, place: int) -> Verdict:
    if (obstacle := _obstacle(backend, tier, standing, situation)) is not None:
        return Verdict(backend.name, tier, *obstacle)
    wanted = _matching(tier, situation.decodes)
    copies = not backend.takes.reads(situation.frame.memory, tier)
    with_loss = tier.chroma is Chroma.RGB and tier not in backend.takes.lossless
    no_rate = wanted.level > 0 and tier.format.is_video and not backend.takes.live_bitrate
    rank = (situation.decodes.index(wanted), copies, with_loss, no_rate, not backend.hardware, place)
    late = f", {in_frames(standing.delay)} late" if standing.delay else ""
    return Verdict(backend.name, tier, None, _merit(backend, tier, situation) + late, tuple(map(int, rank)))


def _matching(tier: Tier, decodes: Iterable[Tier]) -> Tier:
    return next(wanted for wanted in decodes if wanted.full == tier)


def _merit(backend: EncoderBackend, tier: Tier, situation: Situation) -> str:
    if situation.encoder != AUTO and tier.format.is_video:
        return f"makes {tier}, and is asked for"
    if situation.lossless:
        return f"makes {tier} exactly, as asked for"
    if situation.frame.memory is not Memory.HOST and backend.takes.reads(situation.frame.memory, tier):
        return f"makes {tier}, and takes frames in {situation.frame.memory.value} memory as they are"
    if tier.chroma is Chroma.RGB and tier in backend.takes.lossless:
        return f"makes {tier}, exactly as long as that costs little"
    if backend.hardware:
        return f"makes {tier} without the processor"
    if tier.format.is_video:
        return f"makes {tier} on any processor"
    return f"makes {tier}, and no video comes before that for this viewer"


def _obstacle(
    backend: EncoderBackend, tier: Tier, standing: Standing, situation: Situation
) -> tuple[Reason, str] | None:
    """Why it cannot make the pictures."""
    if standing.state is State.MISSING:
        return Reason.MISSING, standing.detail
    if situation.encoder == AUTO and backend.only_by_name and not _is_named(tier, situation.allowed):
        return Reason.ONLY_BY_NAME, f"only where it is asked for: {backend.only_by_name}"
    if situation.allowed is not None and tier not in situation.allowed:
        return Reason.NOT_ALLOWED, f"the quality and the codec leave out {tier}"
    if not any(wanted.full == tier for wanted in situation.decodes):
        wanted = {wanted.full for wanted in situation.decodes}
        asked = f"{wanted.pop()}" if len(wanted) == 1 else "anything that this viewer decodes"
        return Reason.NOT_DECODED, f"not for {asked}"
    if situation.lossless and tier not in backend.takes.lossless:
        return Reason.NOT_LOSSLESS, f"{tier} with loss only"
    return (
        _misfit(backend.takes, tier, situation.frame)
        or _out_of_service(standing)
        or _lateness(standing.delay, backend.takes.depth(situation.depth))
    )


def _is_named(tier: Tier, allowed: frozenset[Tier] | None) -> bool:
    """Whether the tier's codec alone is asked for, which asks for its encoders as their names do."""
    return allowed is not None and all(other.format is tier.format for other in allowed)


def _misfit(takes: Takes, tier: Tier, frame: FrameKind) -> tuple[Reason, str] | None:
    if not takes.reads(frame.memory, tier) and Memory.HOST not in takes.memory:
        kinds = " or ".join(sorted(memory.value for memory in takes.memory))
        return Reason.MEMORY, f"frames in {kinds} memory only, not in {frame.memory.value}"
    if frame.color not in takes.colors:
        return Reason.COLOR, f"cannot say that colours are {frame.color.value}"
    if not frame.width:
        return None
    (min_width, min_height), (max_width, max_height) = takes.min_size, takes.max_size
    if not (min_width <= frame.width <= max_width and min_height <= frame.height <= max_height):
        return (
            Reason.SIZE,
            f"{min_width}x{min_height} to {max_width}x{max_height} pixels only, not {frame.width}x{frame.height}",
        )
    if takes.max_pixels is not None and frame.width * frame.height > takes.max_pixels:
        return Reason.SIZE, f"{takes.max_pixels} pixels at most, not {frame.width}x{frame.height}"
    if not takes.odd and (frame.width % 2 or frame.height % 2):
        return Reason.SIZE, f"even sizes only, not {frame.width}x{frame.height}"
    return None


def _out_of_service(standing: Standing) -> tuple[Reason, str] | None:
    match standing.state:
        case State.UNTRIED:
            return Reason.UNTRIED, "not proven yet on this machine"
        case State.REFUSED:
            return Reason.REFUSED, f"did not work when it was tried, {standing.detail}"
        case State.BUSY:
            return Reason.BUSY, f"busy, {standing.detail}"
        case State.BROKEN:
            return Reason.BROKEN, f"failed, {standing.detail}"
    return None


def _lateness(delay: int, depth: int) -> tuple[Reason, str] | None:
    if delay < depth:
        return None
    return Reason.LATE, f"its pictures come {in_frames(delay)} late, and {in_frames(depth)} in work allow {depth - 1}"


def in_frames(count: int) -> str:
    """A number of frames, in words."""
    return f"{count} frame" if count == 1 else f"{count} frames"


def _beaten(verdict: Verdict, best: Verdict, situation: Situation) -> Verdict:
    """Why ``best`` comes before one that can make the pictures too."""
    assert verdict.rank is not None
    assert best.rank is not None
    differs = next(place for place, (own, its) in enumerate(zip(verdict.rank, best.rank, strict=True)) if own != its)
    reason = _RANKED[differs]
    details = {
        Reason.LESS_PREFERRED: f"{verdict.tier}, and the viewer prefers {best.tier}",
        Reason.COPIES: f"frames in {situation.frame.memory.value} memory would have to be copied to the host",
        Reason.WITH_LOSS: "with loss",
        Reason.NO_LIVE_BITRATE: "follows the bitrate of a slow link by keyframes only",
        Reason.ON_PROCESSOR: "takes time of the processor",
        Reason.LATER: f"next after {best.encoder}",
    }
    return Verdict(verdict.encoder, verdict.tier, reason, details[reason], verdict.rank)


def _one_each(verdicts: Iterable[Verdict], chosen: str | None, decoded: Collection[Tier]) -> tuple[Verdict, ...]:
    """For each encoder the verdict that came nearest to being chosen."""

    def nearness(verdict: Verdict) -> tuple[bool, bool, Rank, int]:
        # Among what it cannot make, the later obstacle is the nearer one: the earlier were passed.
        obstacle = 0 if verdict.reason is None else -verdict.reason.value
        return verdict.tier not in decoded, verdict.rank is None, verdict.rank or (), obstacle

    nearest: dict[str, Verdict] = {}
    for verdict in verdicts:
        if verdict.encoder == chosen:
            continue
        best = nearest.get(verdict.encoder)
        if best is None or nearness(verdict) < nearness(best):
            nearest[verdict.encoder] = verdict
    return tuple(nearest.values())


def _rank(verdict: Verdict) -> Rank:
    assert verdict.rank is not None
    return verdict.rank
