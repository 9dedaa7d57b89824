"""Which tier a viewer is given: the best that it decodes, or a slower level of it. Pure."""

from __future__ import annotations

from collections.abc import Collection

from ..protocol.formats import PictureFormat, Tier
from ..protocol.messages import Capabilities
from ..protocol.negotiate import Choice, choose_tier
from .effects import SelectTier
from .levels import stand_ins, tier_at

__all__ = ["TierSelection"]


class TierSelection:
    """What one viewer decodes, what its display can be encoded in, and what follows from the two.

    Attributes:
        choice: The best tier for the viewer, and why; None before the first.
        tier: The one whose chunks it is offered: that of the choice, or a slower one in its place.
        adaptive: Whether it may be given a slower level of its tier.
    """

    def __init__(self) -> None:
        self.choice: Choice | None = None
        self.tier: Tier | None = None
        self.adaptive = True
        self._capabilities: Capabilities | None = None
        self._available: frozenset[Tier] = frozenset()
        self._wanted: Tier | None = None
        self._level: int | None = None

    @property
    def images(self) -> tuple[PictureFormat, ...]:
        """The formats of images that the viewer shows, best first."""
        return () if self._capabilities is None else self._capabilities.images

    @property
    def available(self) -> frozenset[Tier]:
        """What the display can be encoded in."""
        return self._available

    @property
    def is_video(self) -> bool:
        """Whether the viewer is offered video."""
        return self.tier is not None and self.tier.format.is_video

    def select(self, capabilities: Capabilities, available: Collection[Tier], level: int) -> SelectTier | None:
        """Choose for these capabilities, from these tiers, at this level.

        Returns:
            What is to be asked for; None where it is the same as before.

        Raises:
            ProtocolError: There is no format in common; nothing was changed.
        """
        self.choice = choose_tier(capabilities, available)
        self._capabilities, self._available, self._level = capabilities, frozenset(available), level
        decodes = [tier for tier in capabilities.video if tier in self._available]
        images = [tier for format in capabilities.images if (tier := Tier(format)) in self._available]
        tier = tier_at(level, self.choice.tier, decodes, images) if self.adaptive else self.choice.tier
        if tier == self._wanted:
            return None
        self._wanted = self.tier = tier
        return SelectTier(tier, stand_ins(tier, decodes) if self.adaptive and tier.format.is_video else ())

    def renew(self, available: Collection[Tier], level: int, *, served: bool, adaptive: bool) -> SelectTier | None:
        """Choose again, from other tiers.

        Args:
            available: What the display can be encoded in now.
            level: The level that fits the link.
            served: Whether chunks of the chosen tier are offered still. If not, it is to be asked for again.
            adaptive: Whether the viewer may be given a slower level of its tier.

        Raises:
            ProtocolError: There is no format in common any more.
        """
        if self._capabilities is None:
            return None
        if not served:
            self._wanted = None
        self.adaptive = adaptive
        return self.select(self._capabilities, available, level)

    def at_level(self, level: int) -> SelectTier | None:
        """Choose again from the same tiers, at another level. Each acknowledgement asks, and most change nothing."""
        if self._capabilities is None or level == self._level:
            return None
        return self.select(self._capabilities, self._available, level)
