"""Carries out what `selection` decides: opens encoders, and notes which fail."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence

from ..errors import EncoderBusyError, EncoderError
from ..protocol.formats import Tier
from .base import Encoder, EncoderBackend, EncoderSettings
from .selection import AUTO, Choice, FrameKind, Reason, Situation, State, Verdict, choose
from .standings import STANDINGS, Failure, Standings

__all__ = ["EncoderChooser", "everything"]

logger = logging.getLogger("rendercanvas_rfb")


_TO_TRY = frozenset({Reason.UNTRIED, Reason.BUSY, Reason.REFUSED})
"""What another trial may change, once that is due."""


def everything(_tier: Tier) -> bool:
    """Leaves no tier out."""
    return True


class EncoderChooser:
    """Opens the encoders of a display. An `EncoderFactory`. Methods may be called from any thread.

    Args:
        backends: All encoders that there are; where nothing else decides, an earlier one is better.
        settings: What they are opened with.
        encoder: Name of the one that is asked for, or `AUTO`.
        allowed: Tells the tiers that may be used.
        standings: What is known of the encoders.
    """

    def __init__(
        self,
        backends: Sequence[EncoderBackend],
        settings: EncoderSettings,
        encoder: str = AUTO,
        allowed: Callable[[Tier], bool] = everything,
        standings: Standings = STANDINGS,
    ) -> None:
        self._backends = tuple(backends)
        self._settings = settings
        self._encoder = encoder
        self._standings = standings
        self._tiers = tuple(dict.fromkeys(tier for backend in backends for tier in backend.tiers if allowed(tier)))

    def only(self, tiers: Collection[Tier]) -> EncoderChooser:
        """One that opens encoders of these tiers only."""
        return EncoderChooser(self._backends, self._settings, self._encoder, tiers.__contains__, self._standings)

    def prepare(self) -> None:
        """Have encoders tried that could be chosen if they proved themselves, where that is due. Returns at once."""
        self._standings.try_soon(self._unproven())

    def prepare_now(self) -> None:
        """The same, and returns when it is done, which may take seconds."""
        self._standings.try_now(self._unproven())

    def stamp(self) -> tuple[int, int]:
        """Equal to what it was before where nothing is to be chosen or tried that was not then."""
        return self._standings.stamp()

    def forgive(self) -> None:
        """Think again of encoders that failed."""
        self._standings.forgive({backend.name for backend in self._backends})

    def tiers(self) -> tuple[Tier, ...]:
        """What can be made now, best first."""
        known = self._standings.of(self._backends)
        able = {verdict.tier for verdict in choose(self._backends, known, self._situation(*self._tiers)).order}
        return tuple(tier for tier in self._tiers if tier in able)

    def choose(self, tier: Tier, frame: FrameKind) -> Choice:
        """Which encoders make this tier of such frames now."""
        return choose(self._backends, self._standings.of(self._backends), self._situation(tier, frame=frame))

    def open(self, verdict: Verdict, width: int, height: int) -> Encoder:
        """Open the encoder of a `Choice` for frames of ``width`` by ``height`` physical pixels.

        Raises what the encoder raises, `EncoderError` where it behaves.
        """
        backend = next(
            backend for backend in self._backends if backend.name == verdict.encoder and verdict.tier in backend.tiers
        )
        return backend.open(verdict.tier, width, height, self._settings)

    def failed(self, verdict: Verdict, error: Exception) -> None:
        """It raised ``error`` when it was opened, or while it encoded."""
        failure = Failure.BUSY if isinstance(error, EncoderBusyError) else Failure.ERROR
        detail = str(error) if isinstance(error, EncoderError) else f"{type(error).__name__}: {error}"
        self._standings.failed(verdict.encoder, verdict.tier, failure, detail)

    def hung(self, verdict: Verdict, seconds: float) -> None:
        """It has not come back for ``seconds``."""
        self._standings.failed(
            verdict.encoder, verdict.tier, Failure.NO_OUTPUT, f"it gave no output for {seconds:.0f} s"
        )

    def __call__(self, tier: Tier, width: int, height: int) -> Encoder:
        """Open the best encoder of a tier that can be opened, for frames in memory of the host.

        Raises:
            EncoderError: There is none; the message says why.
        """
        choice = self.choose(tier, FrameKind(width, height))
        failure: EncoderError | None = None
        for verdict in choice.order:
            try:
                return self.open(verdict, width, height)
            except EncoderError as error:
                failure = error
        raise failure or EncoderError(self.refusal(tier, choice))

    def refusal(self, tier: Tier, choice: Choice) -> str:
        """Why no encoder makes a tier, in words for an error."""
        makers = [backend for backend in self._backends if tier.full in backend.tiers]
        if not makers:
            return f"no encoder makes {tier}; there are encoders for {', '.join(map(str, self._tiers))}"
        lost = [
            verdict
            for verdict in choice.lost
            if verdict.tier == tier.full and verdict.reason not in (Reason.NOT_NAMED, Reason.ONLY_BY_NAME)
        ]
        reasons = [str(verdict) for verdict in lost]
        missing = {verdict.encoder for verdict in lost if verdict.reason is Reason.MISSING}
        needs = [backend.needs for backend in makers if backend.name in missing and backend.needs]
        hint = f"; needed is {' or '.join(dict.fromkeys(needs))}" if needs else ""
        return f"{tier} cannot be made here: {'; '.join(reasons)}{hint}"

    def _unproven(self) -> list[EncoderBackend]:
        known = self._standings.of(self._backends)
        if all(standing.state in (State.READY, State.MISSING) for standing in known.values()):
            return []
        choices = (choose(self._backends, known, self._situation(tier)) for tier in self._tiers)
        lost = [verdict for choice in choices for verdict in choice.lost]
        names = {verdict.encoder for verdict in lost if verdict.reason in _TO_TRY}
        return [backend for backend in self._backends if backend.name in names]

    def _situation(self, *tiers: Tier, frame: FrameKind = FrameKind()) -> Situation:  # noqa: B008 - immutable
        return Situation(
            tiers, frame, self._encoder, frozenset(self._tiers), self._settings.lossless, self._settings.pipeline_depth
        )
