"""Encoders of GPUs, on a machine that has one.

They are skipped elsewhere, with what is missing as the reason. The environment variable ``RENDERCANVAS_RFB_HARDWARE``
names those that must work, with commas between them: where one of these is missing, that is a failure.
"""

from __future__ import annotations

import os

import pytest

from rendercanvas_rfb.encoders.base import EncoderBackend, EncoderSettings
from rendercanvas_rfb.encoders.builtin import BUILT_IN
from rendercanvas_rfb.errors import EncoderError
from rendercanvas_rfb.testing.conformance import EncoderConformance, frame_of
from rendercanvas_rfb.testing.patterns import line_plot

pytestmark = pytest.mark.hardware

REQUIRED = frozenset(filter(None, os.environ.get("RENDERCANVAS_RFB_HARDWARE", "").split(",")))
HARDWARE = [backend for backend in BUILT_IN if backend.hardware]
SIZE = (640, 360)


def test_what_is_required_exists():
    assert {backend.name for backend in HARDWARE} >= REQUIRED


def need(name: str) -> EncoderBackend:
    """The encoder; skips, or fails, where it does not work here."""
    backend = next(backend for backend in HARDWARE if backend.name == name)
    reason = backend.missing() or refusal(backend)
    if reason is not None:
        assert name not in REQUIRED, reason
        pytest.skip(reason)
    return backend


def refusal(backend: EncoderBackend) -> str | None:
    """Why it makes no pictures in its least demanding tier; None where it does."""
    encoder = backend.open(backend.tiers[-1], *SIZE, EncoderSettings())
    try:
        encoder.encode(frame_of(line_plot(*SIZE)), keyframe=True)
    except EncoderError as error:
        return str(error)
    finally:
        encoder.close()
    return None


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
