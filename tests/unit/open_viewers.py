"""Viewers, without time and a network, that were let in."""

from __future__ import annotations

from collections.abc import Sequence

from rendercanvas_rfb.protocol.formats import Tier
from rendercanvas_rfb.protocol.messages import Ack, Hello
from rendercanvas_rfb.session.viewer import Effect, SendChunk, Viewer
from tests.unit.support import HELLO, TIERS, WELCOME, chunk

NOW = 100.0


def open_viewer(hello: Hello = HELLO, tiers: Sequence[Tier] = TIERS) -> Viewer:
    viewer = Viewer("v1", NOW)
    viewer.receive(hello, NOW)
    viewer.accept(hello, WELCOME, tiers, NOW)
    return viewer


def showing(*, keyframes: int = 1) -> Viewer:
    """A viewer that was sent keyframes 1, 2, ... and has shown them."""
    viewer = open_viewer()
    for sequence in range(1, keyframes + 1):
        assert viewer.offer(chunk(sequence, keyframe=True), NOW)
        viewer.receive(Ack(sequence), NOW)
    return viewer


def sent(effects: list[Effect]) -> list[int]:
    return [effect.chunk.header.sequence for effect in effects if isinstance(effect, SendChunk)]
