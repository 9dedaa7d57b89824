from __future__ import annotations

import pytest

from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.session.levels import LEVELS, SLOWEST, level_for, stand_ins, tier_at
from tests.unit.support import H264_420, H264_444, PNG

RGB = Tier(PictureFormat.H264, Chroma.RGB)
ALL = (RGB, H264_444, H264_420)
PIXELS_720P = 1280 * 720


def test_the_first_level_has_no_limits_and_each_other_one_takes_less_than_the_one_before() -> None:
    assert (LEVELS[0].max_fps, LEVELS[0].shrink) == (None, 1)
    needs = [level.needs(PIXELS_720P) for level in LEVELS[1:]]
    assert needs == sorted(needs, reverse=True)
    assert len(set(needs)) == len(needs)


@pytest.mark.parametrize(("bitrate", "level"), [(20e6, 1), (2e6, 1), (0.6e6, 2), (0.3e6, 3), (1e4, SLOWEST)])
def test_the_level_is_the_best_that_the_bitrate_is_enough_for(bitrate: float, level: int) -> None:
    assert level_for(bitrate, PIXELS_720P) == level


def test_a_larger_picture_needs_a_slower_level() -> None:
    assert level_for(2e6, 4 * PIXELS_720P) > level_for(2e6, PIXELS_720P)


@pytest.mark.parametrize(
    ("level", "decodes", "chroma"),
    [
        (0, ALL, Chroma.RGB),
        (1, ALL, Chroma.YUV444),
        (2, ALL, Chroma.YUV420),
        (3, (RGB, H264_444), Chroma.YUV444),
        (2, (RGB,), Chroma.RGB),
    ],
)
def test_slower_levels_have_the_chroma_that_the_viewer_decodes(
    level: int, decodes: tuple[Tier, ...], chroma: Chroma
) -> None:
    assert tier_at(level, RGB, decodes) == Tier(PictureFormat.H264, chroma, level)


def test_images_have_no_level_that_is_a_bitrate_only() -> None:
    assert tier_at(1, PNG, ALL) == PNG
    assert tier_at(3, PNG, ALL) == Tier(PictureFormat.PNG, level=3)


def test_what_can_be_shared_instead_is_the_nearest_slower_level_and_only_then_a_faster_one() -> None:
    wanted = tier_at(2, H264_444, ALL)
    instead = stand_ins(wanted, ALL)
    levels = [tier.level for tier in instead]
    assert list(dict.fromkeys(levels)) == [2, 3, 1]
    assert {tier.full for tier in instead} == set(ALL)
    assert wanted not in instead


def test_nobody_shares_full_quality_for_lack_of_a_slower_encoder() -> None:
    assert all(tier.level > 0 for level in range(4) for tier in stand_ins(tier_at(level, RGB, ALL), ALL))


def test_a_level_is_part_of_a_tier_s_name_only_where_it_is_not_full_quality() -> None:
    assert str(H264_444) == "h264/444"
    assert str(tier_at(2, H264_444, (H264_444,))) == "h264/444 level 2"
    assert tier_at(2, H264_444, (H264_444,)).full == H264_444
