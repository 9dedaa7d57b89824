"""What `doctor` says of encoders: which work, and which of them makes the pictures of whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial

from ..encoders.base import EncoderBackend
from ..encoders.machine import Machine, examine
from ..encoders.registry import encoder_names, find_encoder
from ..encoders.selection import FrameKind, Reason, Situation, choose, in_frames
from ..encoders.trial import TRIAL_SIZE, Outcome, Trial
from ..errors import ConfigurationError
from ..frames import Memory
from ..protocol.formats import Chroma, PictureFormat, Tier
from .checks import Check, Status

__all__ = ["VIEWERS", "checks_of", "encoder_checks"]

_RGB, _YUV444, _YUV420 = (Tier(PictureFormat.H264, chroma) for chroma in (Chroma.RGB, Chroma.YUV444, Chroma.YUV420))
_IMAGES = (Tier(PictureFormat.WEBP), Tier(PictureFormat.JPEG), Tier(PictureFormat.PNG))

VIEWERS: dict[str, tuple[Tier, ...]] = {
    "a browser that decodes 4:4:4": (_RGB, _YUV444, _YUV420, *_IMAGES),
    "a browser that decodes 4:2:0 only": (_YUV420, *_IMAGES),
    "a page on plain http": _IMAGES,
}
"""What viewers take, best first: Chromium and Firefox on computers, where hardware alone decodes, without WebCodecs."""

_SIZE = (1280, 720)


def encoder_checks() -> Iterator[Check]:
    """The checks of this machine's encoders. They are tried when the first of the checks runs."""
    backends: list[EncoderBackend] = []
    for name in encoder_names():
        try:
            backends += find_encoder(name)
        except ConfigurationError as error:
            yield Check(f"encoder {name}", partial(_broken, str(error)))

    @cache
    def machine() -> Machine:
        return examine(backends)

    yield from checks_of(backends, machine)


def checks_of(backends: Sequence[EncoderBackend], machine: Callable[[], Machine]) -> Iterator[Check]:
    """The checks of these encoders on a machine, of which ``machine`` tells what they did when they were tried."""
    for backend in backends:
        if backend.hardware:
            continue
        for tier in backend.tiers:
            yield Check(
                f"encoder {backend.name} {tier}",
                lambda backend=backend, tier=tier: _software(machine(), backend, tier),  # type: ignore[misc]
            )
    hardware = [backend for backend in backends if backend.hardware]
    if hardware:
        yield Check("encoders in hardware", lambda: _hardware(machine(), hardware))
    for viewer, decodes in VIEWERS.items():
        yield Check(f"chosen for {viewer}", lambda decodes=decodes: _chosen(machine(), backends, decodes))  # type: ignore[misc]


def _broken(reason: str) -> tuple[Status, str, str]:
    return Status.PROBLEM, reason, "remove or update the package"


def _software(machine: Machine, backend: EncoderBackend, tier: Tier) -> tuple[Status, str, str]:
    key = (backend.name, tier)
    # Those that are never chosen unless they are asked for are missed by few.
    lacking = Status.WARNING if backend.only_by_name else Status.PROBLEM
    if key in machine.missing:
        return lacking, f"{machine.missing[key]}: needs {backend.needs}", ""
    trial = machine.trials[key]
    return Status.OK if trial.outcome is Outcome.PASSED else lacking, _in_words(trial), ""


def _hardware(machine: Machine, backends: Sequence[EncoderBackend]) -> tuple[Status, str, str]:
    """One line for each that could be tried, and one for all that lack the same."""
    lines: list[str] = []
    lacking: dict[str, list[str]] = {}
    for backend in backends:
        for tier in backend.tiers:
            key = (backend.name, tier)
            if key in machine.trials:
                lines.append(f"{backend.name} {tier}: {_in_words(machine.trials[key])}")
                continue
            names = lacking.setdefault(machine.missing.get(key, "not tried"), [])
            if backend.name not in names:
                names.append(backend.name)
    lines += [f"{', '.join(names)}: {reason}" for reason, names in lacking.items()]
    works = [
        backend.name
        for backend in backends
        if any(
            (trial := machine.trials.get((backend.name, tier))) is not None and trial.outcome is Outcome.PASSED
            for tier in backend.tiers
        )
    ]
    found = ", ".join(works) or "none works here; those on the processor do"
    return (Status.OK if works else Status.WARNING), found, "\n".join(lines)


def _in_words(trial: Trial) -> str:
    if trial.outcome is Outcome.BUSY:
        return f"busy, {trial.detail}"
    if trial.outcome is Outcome.FAILED:
        return f"does not work: {trial.detail}"
    fidelity = "exactly" if trial.psnr_db is None else f"with {trial.psnr_db:.0f} dB"
    width, height = TRIAL_SIZE
    late = f", {in_frames(trial.delay)} late" if trial.delay else ""
    return f"{trial.encode_ms:.1f} ms, {trial.bytes} bytes for {width}x{height}, comes back {fidelity}{late}"


def _chosen(machine: Machine, backends: Sequence[EncoderBackend], decodes: tuple[Tier, ...]) -> tuple[Status, str, str]:
    """The choice for frames in memory of the host; that for frames on a GPU where it is another one."""
    standings = machine.standings(backends)
    choice = choose(backends, standings, Situation(decodes, FrameKind(*_SIZE)))
    # What cannot work here was listed once.
    first, *others = choice.without(Reason.MISSING).sentences()
    for memory in (Memory.CUDA, Memory.METAL):
        choice = choose(backends, standings, Situation(decodes, FrameKind(*_SIZE, memory)))
        if choice.chosen is not None and str(choice.chosen) != first:
            others.append(f"of frames in {memory.value} memory {choice.chosen}")
    return Status.OK, first, "\n".join(others)
