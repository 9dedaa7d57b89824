from __future__ import annotations

import pytest

from rendercanvas_rfb.errors import ProtocolError
from rendercanvas_rfb.protocol.formats import PictureFormat, Tier
from rendercanvas_rfb.protocol.messages import Capabilities
from rendercanvas_rfb.protocol.negotiate import choose_tier
from tests.unit.support import H264_420, H264_444, PNG

JPEG = Tier(PictureFormat.JPEG)
IMAGES = (PictureFormat.JPEG, PictureFormat.PNG)


@pytest.mark.parametrize("video", [(H264_444, H264_420), (H264_420, H264_444)])
def test_the_viewer_s_own_order_counts(video: tuple[Tier, ...]) -> None:
    assert choose_tier(Capabilities(video, IMAGES), (H264_444, H264_420, PNG)).tier == video[0]


def test_a_video_format_that_cannot_be_made_is_passed_over() -> None:
    assert choose_tier(Capabilities((H264_444, H264_420), IMAGES), (H264_420, PNG)).tier == H264_420


def test_video_comes_before_images() -> None:
    assert choose_tier(Capabilities((H264_420,), IMAGES), (PNG, JPEG, H264_420)).tier == H264_420


def test_the_first_image_format_that_can_be_made_is_taken_without_video() -> None:
    assert choose_tier(Capabilities((), IMAGES, "unsupported"), (H264_444, PNG)).tier == PNG


@pytest.mark.parametrize(
    ("no_video", "words"),
    [
        ("insecure-context", "https"),
        ("unsupported", "no video decoder"),
        ("decoder-failed", "failed"),
        ("disabled", "switched off"),
    ],
)
def test_the_reason_says_why_there_is_no_video(no_video: str, words: str) -> None:
    assert words in choose_tier(Capabilities((), IMAGES, no_video), (H264_444, PNG)).reason


def test_the_reason_blames_the_server_where_it_is_the_server_that_lacks_video() -> None:
    assert "server" in choose_tier(Capabilities((H264_444,), IMAGES), (PNG,)).reason


@pytest.mark.parametrize("available", [(), (H264_444,)])
def test_nothing_in_common_is_refused(available: tuple[Tier, ...]) -> None:
    with pytest.raises(ProtocolError, match="no format in common"):
        choose_tier(Capabilities((H264_420,), IMAGES), available)
