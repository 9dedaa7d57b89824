"""When the lossless still of a settled picture is worth the time that it takes on the wire."""

from __future__ import annotations

import pytest

from rendercanvas_rfb.protocol.formats import PictureFormat
from rendercanvas_rfb.protocol.messages import ChunkHeader
from rendercanvas_rfb.session.refinement import Refinement

BITRATE = 1e6
FRAME = 7


def settled() -> Refinement:
    """A viewer whose last picture, at time 0, was lossy."""
    refinement = Refinement(0.0)
    refinement.sent(ChunkHeader(PictureFormat.H264, True, False, 1, 1, 64, 48, 1.0, FRAME, 0))
    refinement.moved(0.0)
    return refinement


def sent_at(seconds_on_wire: float, bitrate: float | None = BITRATE) -> float | None:
    """When a still that takes so long is sent: it is offered whenever it is wished for, every tenth of a second."""
    refinement, size = settled(), int(seconds_on_wire * BITRATE / 8)
    for tenth in range(300):
        now = tenth / 10
        refinement.tick(now)
        wish = refinement.wish([PictureFormat.WEBP])
        if wish is not None and refinement.fits(wish.frame, size, bitrate, now):
            return now
    return None


@pytest.mark.parametrize(("takes_s", "at"), [(0.1, 0.0), (0.5, 2.0), (1.9, 2.0), (4.0, 4.0), (5.9, 5.9), (6.5, None)])
def test_a_still_waits_for_as_much_calm_as_it_may_cost(takes_s: float, at: float | None) -> None:
    when = sent_at(takes_s)
    assert when is None if at is None else when == pytest.approx(at, abs=0.11)


def test_where_the_link_is_not_limited_it_is_sent_at_once() -> None:
    assert sent_at(100.0, bitrate=None) == 0.0


def test_another_picture_begins_the_calm_anew() -> None:
    refinement = settled()
    assert not refinement.fits(FRAME, 125_000, BITRATE, 1.9)
    refinement.moved(1.9)
    assert not refinement.fits(FRAME, 125_000, BITRATE, 3.8)
    assert refinement.fits(FRAME, 125_000, BITRATE, 3.9)
