"""The encoder that a tier has at the moment, and the next one where it fails."""

from __future__ import annotations

import logging

from ..errors import EncoderError
from ..protocol.formats import Tier
from .base import Encoder, EncoderFactory
from .choosing import EncoderChooser
from .selection import Choice, FrameKind, Verdict

__all__ = ["CurrentEncoder"]

logger = logging.getLogger("rendercanvas_rfb")


class CurrentEncoder:
    """Opens the best encoder of a tier for the frames that come. Belongs to one thread, except for what is said below.

    Args:
        tier: What it makes.
        open_encoder: Opens encoders. Where it is an `EncoderChooser`, one that fails gives way to the next.

    Attributes:
        at: What is in use or being opened; None before the first, and without a chooser. May be read from any thread.
        choice: What was chosen, and why; None likewise.
        improves: Set by any thread where a better one can be had: it is opened for the next frame.
    """

    def __init__(self, tier: Tier, open_encoder: EncoderFactory) -> None:
        self._tier = tier
        self._open = open_encoder
        self._chooser = open_encoder if isinstance(open_encoder, EncoderChooser) else None
        self._encoder: Encoder | None = None
        self._kind: FrameKind | None = None
        self.at: Verdict | None = None
        self.choice: Choice | None = None
        self.improves = False

    def get(self, kind: FrameKind) -> Encoder:
        """The encoder for such frames.

        Raises:
            EncoderError: None is left. Without a chooser, what the encoder raises.
        """
        if self._encoder is None or not self._suits(kind):
            self.close()
            self._encoder = self._open_best(kind)
            self._kind = kind
        elif self.improves:
            self.improves = False
            self._improve(kind)
        return self._encoder

    def failed(self, error: Exception) -> None:
        """The encoder raised ``error``: `get` opens the next one.

        Raises:
            Exception: The error, where there is no chooser and thus no other encoder.
        """
        if self._chooser is None or self.at is None:
            raise error
        self._chooser.failed(self.at, error)
        self.close()

    def can_improve(self) -> bool:
        """Whether a better encoder can be had than the one in use. May be called from any thread."""
        at, kind = self.at, self._kind
        return self._better(at, kind) is not None if at is not None and kind is not None else False

    def close(self) -> None:
        """Free the encoder. May be called more than once."""
        encoder, self._encoder = self._encoder, None
        if encoder is None:
            return
        try:
            encoder.close()
        except Exception:
            if self._chooser is None:
                raise
            logger.exception("an encoder of %s crashed when it was closed", self._tier)

    def _suits(self, kind: FrameKind) -> bool:
        if kind == self._kind:
            return True
        if self._kind is None or self._chooser is None or self.at is None:
            return False
        if (kind.width, kind.height, kind.color) != (self._kind.width, self._kind.height, self._kind.color):
            return False
        # Only the memory is another one: the same encoder may be the best for that too.
        chosen = self._chooser.choose(self._tier, kind).chosen
        if chosen is None or chosen.encoder != self.at.encoder:
            return False
        self._kind = kind
        return True

    def _open_best(self, kind: FrameKind) -> Encoder:
        if self._chooser is None:
            return self._open(self._tier.full, kind.width, kind.height)
        while True:
            choice = self._chooser.choose(self._tier, kind)
            if choice.chosen is None:
                raise EncoderError(self._chooser.refusal(self._tier, choice))
            self.at = choice.chosen
            try:
                encoder = self._chooser.open(choice.chosen, kind.width, kind.height)
            except Exception as error:  # noqa: BLE001 - an encoder is foreign code; it is noted, and the next is opened
                self._chooser.failed(choice.chosen, error)
                continue
            self._note(choice)
            return encoder

    def _better(self, at: Verdict, kind: FrameKind) -> Choice | None:
        if self._chooser is None or at.rank is None:
            return None
        choice = self._chooser.choose(self._tier, kind)
        # The one in use may be refused to others at the moment, and goes on all the same.
        best = choice.chosen
        return choice if best is not None and best.rank is not None and best.rank < at.rank else None

    def _improve(self, kind: FrameKind) -> None:
        """Open a better encoder; the one in use remains where that fails."""
        before = self.at
        if before is None or self._chooser is None or (choice := self._better(before, kind)) is None:
            return
        assert choice.chosen is not None
        self.at = choice.chosen
        try:
            encoder = self._chooser.open(choice.chosen, kind.width, kind.height)
        except Exception as error:  # noqa: BLE001 - as above
            self.at = before
            self._chooser.failed(choice.chosen, error)
            return
        self.close()
        self._encoder = encoder
        self._note(choice)

    def _note(self, choice: Choice) -> None:
        changed = self.choice is not None and self.choice.chosen != choice.chosen
        logger.log(logging.INFO if changed else logging.DEBUG, "%s: %s", self._tier, choice)
        self.choice = choice
