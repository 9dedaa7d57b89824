"""Trying encoders, in this process and in one of their own."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rendercanvas_rfb.encoders import registry
from rendercanvas_rfb.encoders.base import EncodedPicture, EncoderBackend
from rendercanvas_rfb.encoders.registry import find_encoder, register_encoder
from rendercanvas_rfb.encoders.trial import Outcome, Trial, answer, try_in_child, try_tier
from rendercanvas_rfb.errors import ConfigurationError
from rendercanvas_rfb.options import DisplayOptions
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.testing import FakeEncoder
from rendercanvas_rfb.testing.faults import FaultyBackend
from tests.unit.support import H264_420, H264_444

(X264,) = find_encoder("x264")
RGB = Tier(PictureFormat.H264, Chroma.RGB)


@pytest.mark.parametrize("tier", X264.tiers, ids=str)
def test_an_encoder_that_works_passes(tier) -> None:
    trial = try_tier(X264, tier)
    assert (trial.outcome, trial.detail) == (Outcome.PASSED, "")
    assert trial.codec.startswith("avc1.")
    assert (trial.psnr_db is None) == (tier == RGB)


def test_one_that_raises_did_not_pass() -> None:
    faulty = FaultyBackend("faulty", [H264_420], X264.open)
    faulty.raise_at = 2
    assert try_tier(faulty.backend, H264_420) == Trial(Outcome.FAILED, "OSError: the device is gone")
    assert faulty.closed == faulty.opened == 1


def test_one_without_a_session_may_pass_later() -> None:
    faulty = FaultyBackend("faulty", [H264_420], X264.open)
    faulty.sessions = 0
    assert try_tier(faulty.backend, H264_420).outcome is Outcome.BUSY


def test_one_whose_pictures_do_not_decode_did_not_pass() -> None:
    assert try_tier(FaultyBackend("fake", [H264_420]).backend, H264_420).outcome is Outcome.FAILED


class Inverted:
    """Encodes the negative of each picture: what swapped planes look like to a comparison."""

    def __init__(self, tier, width, height, settings) -> None:
        self._encoder = X264.open(tier, width, height, settings)

    @property
    def info(self):
        return self._encoder.info

    def encode(self, frame, *, keyframe) -> EncodedPicture:
        return self._encoder.encode(replace(frame, content=255 - frame.pixels), keyframe=keyframe)

    def close(self) -> None:
        self._encoder.close()


def test_one_with_other_colours_did_not_pass() -> None:
    trial = try_tier(EncoderBackend(name="inverted", tiers=(H264_444,), open=Inverted), H264_444)
    assert trial.outcome is Outcome.FAILED
    assert "came back with" in trial.detail


def test_a_process_of_its_own_gives_the_same_answers() -> None:
    trials = try_in_child(X264)
    assert {tier: trial.outcome for tier, trial in trials.items()} == dict.fromkeys(X264.tiers, Outcome.PASSED)


ANSWER = json.dumps({"tier": "h264/rgb", "outcome": "passed", "encode_ms": 1.5})


@pytest.mark.parametrize(
    ("program", "detail"),
    [
        ("import os; os.abort()", "its driver ended the process with signal 6"),
        ("raise SystemExit(3)", "the process ended with 3"),
        ("import time; time.sleep(60)", "no answer within 2 s"),
        ("print('what a driver prints', [1]); print('[1]')", "the process ended with 0"),
    ],
)
def test_a_driver_that_crashes_or_hangs_takes_its_own_process_along_and_keeps_the_answers_so_far(
    program, detail
) -> None:
    trials = try_in_child(X264, 2.0, f"print({ANSWER!r}, flush=True); {program}")
    assert trials == {
        RGB: Trial(Outcome.PASSED, encode_ms=1.5),
        H264_444: Trial(Outcome.FAILED, detail),
        H264_420: Trial(Outcome.FAILED, detail),
    }


def test_a_frozen_program_does_not_start_itself_again(monkeypatch) -> None:
    monkeypatch.setattr("sys.frozen", True, raising=False)
    trials = try_in_child(X264)
    assert {trial.detail for trial in trials.values()} == {
        "it cannot be tried in a process of its own: there is no interpreter for it"
    }


def test_the_child_answers_one_line_for_each_tier() -> None:
    lines: list[str] = []
    answer("x264", ["h264/rgb", "h264/420"], lines.append)
    assert [json.loads(line)["tier"] for line in lines] == ["h264/rgb", "h264/420"]
    assert all(json.loads(line)["outcome"] == "passed" for line in lines)


@pytest.mark.parametrize("hardware", [True, False])
def test_forcing_one_that_cannot_work_is_an_error_that_says_why(monkeypatch, hardware) -> None:
    backend = EncoderBackend(
        name="mine",
        tiers=(H264_420,),
        open=lambda tier, width, height, settings: FakeEncoder(tier, width, height),
        missing=lambda: "there is no NVIDIA driver",
        needs="an NVIDIA GPU",
        hardware=hardware,
    )
    monkeypatch.setattr(registry, "_registered", {"mine": backend})
    with pytest.raises(ConfigurationError, match=r"mine: there is no NVIDIA driver; .* an NVIDIA GPU"):
        DisplayOptions(encoder="mine")


def test_forcing_hardware_tries_it_first_and_says_what_came_of_it(monkeypatch) -> None:
    monkeypatch.setattr(registry, "_registered", {})
    register_encoder("mine", lambda tier, width, height, _: FakeEncoder(tier, width, height), tiers=[H264_420])
    registry._registered["mine"] = replace(registry._registered["mine"], hardware=True)
    with pytest.raises(ConfigurationError, match="mine: did not work when it was tried, the process ended with 1"):
        DisplayOptions(encoder="mine")
