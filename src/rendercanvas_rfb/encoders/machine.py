"""What a machine's encoders did when they were tried: for the doctor, and to tell what another machine would choose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..protocol.formats import Tier
from .base import EncoderBackend
from .selection import Standing, State
from .standings import standing_after, standing_before, try_all
from .trial import Trial, tier_of

__all__ = ["Machine", "examine"]

Key = tuple[str, Tier]


@dataclass(frozen=True, slots=True)
class Machine:
    """The encoders of a machine, by name and tier.

    Attributes:
        missing: What the machine lacks for those that cannot work on it.
        trials: What came of trying the others.
    """

    missing: Mapping[Key, str]
    trials: Mapping[Key, Trial]

    def standings(self, backends: Sequence[EncoderBackend]) -> dict[Key, Standing]:
        """What is known of these encoders on the machine, for `selection.choose`."""
        return {
            (backend.name, tier): self._standing(backend, (backend.name, tier))
            for backend in backends
            for tier in backend.tiers
        }

    def _standing(self, backend: EncoderBackend, key: Key) -> Standing:
        if key in self.missing:
            return Standing(State.MISSING, self.missing[key])
        return standing_after(self.trials[key]) if key in self.trials else standing_before(backend)

    def as_json(self) -> dict[str, Any]:
        """For ``json.dumps``: by name and tier, ``{"missing": ...}`` or the members of the `Trial`."""
        encoders: dict[str, dict[str, Any]] = {}
        for (name, tier), reason in self.missing.items():
            encoders.setdefault(name, {})[str(tier)] = {"missing": reason}
        for (name, tier), trial in self.trials.items():
            encoders.setdefault(name, {})[str(tier)] = trial.as_json()
        return encoders

    @classmethod
    def from_json(cls, encoders: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Machine:
        """What `as_json` made.

        Raises:
            ValueError, TypeError: It is none.
        """
        missing: dict[Key, str] = {}
        trials: dict[Key, Trial] = {}
        for name, tiers in encoders.items():
            for text, members in tiers.items():
                key = (name, tier_of(text))
                if "missing" in members:
                    missing[key] = str(members["missing"])
                else:
                    trials[key] = Trial.from_json(members)
        return cls(missing, trials)


def examine(backends: Iterable[EncoderBackend]) -> Machine:
    """Try these encoders on this machine; takes a second for each that is in hardware."""
    missing: dict[Key, str] = {}
    trials: dict[Key, Trial] = {}
    for backend in backends:
        if (reason := backend.missing()) is not None:
            missing.update({(backend.name, tier): reason for tier in backend.tiers})
        else:
            trials.update({(backend.name, tier): trial for tier, trial in try_all(backend).items()})
    return Machine(missing, trials)
