"""Encoders of GPUs, on a machine that has one.

They are skipped elsewhere, with what is missing as the reason. The environment variable ``RENDERCANVAS_RFB_HARDWARE``
names those that must work, with commas between them: where one of these is missing, that is a failure.
"""

from __future__ import annotations

import os

import pytest

from rendercanvas_rfb.encoders.base import EncoderBackend, EncoderSettings, PipelinedEncoder
from rendercanvas_rfb.encoders.builtin import BUILT_IN
from rendercanvas_rfb.encoders.trial import Outcome, try_tier
from rendercanvas_rfb.testing.conformance import EncoderConformance, frame_of
from rendercanvas_rfb.testing.delay import measure_delay
from rendercanvas_rfb.testing.patterns import line_plot

pytestmark = pytest.mark.hardware

REQUIRED = frozenset(filter(None, os.environ.get("RENDERCANVAS_RFB_HARDWARE", "").split(",")))
HARDWARE = [backend for backend in BUILT_IN if backend.hardware]
SIZE = (640, 360)


def test_what_is_required_exists():
    assert {backend.name for backend in HARDWARE} >= REQUIRED


def need(name: str, *, at_once: bool = True) -> EncoderBackend:
    """The encoder; skips, or fails, where it does not work here. Skips where it has to answer at once and does not."""
    backend = next(backend for backend in HARDWARE if backend.name == name)
    reason = backend.missing()
    delay = 0
    if reason is None:
        trial = try_tier(backend, backend.tiers[-1])
        reason = None if trial.outcome is Outcome.PASSED else trial.detail
        delay = trial.delay
    if reason is not None:
        assert name not in REQUIRED, reason
        pytest.skip(reason)
    if at_once and delay:
        pytest.skip(f"its pictures come late by {delay}, so that it takes frames in work")
    return backend


class Sharp(EncoderConformance):
    least_psnr_db = 22.0


class LowBandwidth(Sharp):
    settings = EncoderSettings(crf=33.0, max_bitrate=500_000, fps=10.0)


@pytest.mark.parametrize("conformance", [Sharp, LowBandwidth])
@pytest.mark.parametrize("name", [backend.name for backend in HARDWARE])
def test_it_does_what_displays_rely_on(name, conformance):
    need(name)
    conformance.check(name)


@pytest.mark.parametrize("name", ["nvenc", "videotoolbox", "qsv", "amf", "vaapi"])
def test_a_bitrate_that_changes_leaves_the_stream_as_it_is(name):
    backend = need(name)
    encoder = backend.open(backend.tiers[-1], *SIZE, EncoderSettings(max_bitrate=2_000_000))
    infos = set()
    for step, rate in enumerate((2_000_000, 500_000, 20_000_000)):
        encoder.set_max_bitrate(rate)  # type: ignore[attr-defined]
        encoder.encode(frame_of(line_plot(*SIZE, 3.0 * step)), keyframe=True)
        infos.add(encoder.info)
    encoder.close()
    assert len(infos) == 1


@pytest.mark.parametrize("depth", [2, 3, 4])
@pytest.mark.parametrize("name", ["nvenc", "nvenc-hevc", "nvenc-av1", "videotoolbox", "videotoolbox-hevc"])
def test_with_frames_in_work_each_picture_is_that_of_its_frame(name, depth):
    backend = need(name, at_once=False)
    encoder = backend.open(backend.tiers[-1], *SIZE, EncoderSettings(pipeline_depth=depth))
    assert isinstance(encoder, PipelinedEncoder)
    assert measure_delay(encoder, *SIZE) <= depth - 1
    encoder.close()
