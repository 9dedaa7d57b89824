"""Encoders that hand pictures out later than frames go in: on a recorded codec context, and with libx264 that really
does so."""

from __future__ import annotations

import errno
from dataclasses import replace

import av
import numpy as np
import pytest

from rendercanvas_rfb.encoders import nvenc, videotoolbox
from rendercanvas_rfb.encoders.base import MAX_DEPTH, EncoderSettings, Finished, PipelinedEncoder, Takes
from rendercanvas_rfb.encoders.builtin import BUILT_IN
from rendercanvas_rfb.encoders.decoding import PictureDecoder
from rendercanvas_rfb.encoders.libav import LibavEncoder
from rendercanvas_rfb.encoders.registry import find_encoder
from rendercanvas_rfb.encoders.selection import Reason, Situation, Standing, State, choose
from rendercanvas_rfb.encoders.standings import Standings, standing_after
from rendercanvas_rfb.encoders.trial import Outcome, Trial, try_tier
from rendercanvas_rfb.errors import EncoderError
from rendercanvas_rfb.frames import Frame
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.testing.conformance import frame_of
from rendercanvas_rfb.testing.delay import measure_delay
from rendercanvas_rfb.testing.fidelity import psnr
from rendercanvas_rfb.testing.patterns import line_plot
from tests.encoders.delayed import delayed_backend, delayed_codec
from tests.encoders.test_backends import Plan, nvenc_encoder, picture
from tests.encoders.test_backends import plan as plan

SIZE = (320, 180)
H264_420 = Tier(PictureFormat.H264, Chroma.YUV420)
(X264,) = find_encoder("x264")


def frames(count: int, size: tuple[int, int] = SIZE) -> list[Frame]:
    return [replace(frame_of(line_plot(*size, 5.0 * step)), version=step) for step in range(count)]


def delayed(depth: int | None, **settings) -> LibavEncoder:
    return LibavEncoder(delayed_codec(), Chroma.YUV444, *SIZE, EncoderSettings(pipeline_depth=depth, **settings))


def fed(encoder: LibavEncoder, given: list[Frame], first_token: int = 0) -> list[Finished]:
    """What comes out while these go in."""
    return [
        finished
        for number, frame in enumerate(given)
        for finished in encoder.feed(frame, keyframe=False, token=first_token + number)
    ]


class TestRealDelay:
    @pytest.mark.parametrize("depth", range(1, MAX_DEPTH + 1))
    def test_pictures_are_as_late_as_the_depth_says_and_show_their_frames(self, depth) -> None:
        encoder = delayed(depth)
        assert isinstance(encoder, PipelinedEncoder)
        assert encoder.depth == depth
        assert measure_delay(encoder, *SIZE) == depth - 1
        encoder.close()

    def test_without_a_depth_it_is_one_in_one_out(self) -> None:
        encoder = delayed(None)
        assert encoder.depth == 1
        assert measure_delay(encoder, *SIZE) == 0
        encoder.close()

    def test_each_picture_decodes_to_the_frame_of_its_token(self) -> None:
        encoder = delayed(3)
        given = frames(8)
        made = fed(encoder, given)
        assert [one.token for one in made] == list(range(6))
        assert [one.picture.keyframe for one in made] == [True] + [False] * 5
        decoder = PictureDecoder(made[0].info)
        for one in made:
            shown = decoder.decode(one.picture.payload)[: SIZE[1], : SIZE[0]]
            quality = [psnr(shown, frame.pixels[..., :3]) for frame in given]
            assert int(np.argmax(quality)) == one.token
        encoder.close()
        encoder.close()

    def test_a_keyframe_is_the_picture_of_the_frame_that_it_was_asked_for_with(self) -> None:
        encoder = delayed(4)
        made = []
        for token, frame in enumerate(frames(9)):
            made += encoder.feed(frame, keyframe=token == 3, token=token)
        assert [one.token for one in made if one.picture.keyframe] == [0, 3]
        encoder.close()

    def test_what_was_held_comes_out_before_the_codec_is_opened_anew(self) -> None:
        encoder = delayed(3)
        before = fed(encoder, frames(4))
        encoder.set_max_bitrate(2_000_000)
        after = fed(encoder, frames(4), first_token=4)
        assert [one.token for one in before] == [0, 1]
        assert [one.token for one in after] == [2, 3, 4, 5]
        assert [one.picture.keyframe for one in after] == [False, False, True, False]
        assert {one.info for one in (*before, *after)} == {encoder.info}
        decoder = PictureDecoder(encoder.info)
        for one in (*before, *after):
            shown = decoder.decode(one.picture.payload)[: SIZE[1], : SIZE[0]]
            assert psnr(shown, frames(4)[one.token % 4].pixels[..., :3]) > 25
        encoder.close()

    def test_asked_for_one_picture_it_says_that_it_has_none(self) -> None:
        encoder = LibavEncoder(delayed_codec(2), Chroma.YUV444, *SIZE, EncoderSettings())
        with pytest.raises(EncoderError, match="made 0 access units of one frame"):
            encoder.encode(frames(1)[0], keyframe=True)
        encoder.close()


class TestRecorded:
    @pytest.mark.parametrize("depth", [2, 3, 4])
    def test_nvenc_is_told_how_many_frames_are_in_work(self, plan: Plan, depth) -> None:
        plan.held = depth - 1
        encoder = nvenc_encoder(pipeline_depth=depth)
        assert measure_delay(encoder, 640, 360) == depth - 1
        options = plan.opened[0].asked["options"]
        assert isinstance(options, dict)
        assert options["delay"] == str(depth)
        assert int(options["surfaces"]) > depth

    def test_nothing_else_is_asked_of_it_without_a_depth(self, plan: Plan) -> None:
        nvenc_encoder().encode(picture(), keyframe=False)
        nvenc_encoder(pipeline_depth=1).encode(picture(), keyframe=False)
        first, second = (opened.asked["options"] for opened in plan.opened)
        assert first == second
        assert isinstance(first, dict)
        assert "surfaces" not in first
        assert first["delay"] == "0"

    def test_later_than_the_depth_allows_is_an_error(self, plan: Plan) -> None:
        plan.held = 2
        encoder = nvenc_encoder(pipeline_depth=2)
        encoder.feed(picture(0), keyframe=False, token=0)
        encoder.feed(picture(1), keyframe=False, token=1)
        with pytest.raises(EncoderError, match="no picture came out, with 2 frames in work"):
            encoder.feed(picture(2), keyframe=False, token=2)

    def test_a_picture_that_belongs_to_no_frame_is_an_error(self, plan: Plan) -> None:
        plan.held = 1
        encoder = nvenc_encoder(pipeline_depth=3)
        encoder.feed(picture(0), keyframe=False, token=0)
        plan.opened[0]._waiting[0].pts = 77
        with pytest.raises(EncoderError, match="of frame 77, which is not in work"):
            encoder.feed(picture(1), keyframe=False, token=1)

    def test_one_that_does_not_hear_of_keyframes_is_refused_when_its_picture_comes(self, plan: Plan) -> None:
        plan.held = 1
        plan.deaf = True
        encoder = nvenc_encoder(pipeline_depth=2)
        encoder.feed(picture(0), keyframe=False, token=0)
        encoder.feed(picture(1), keyframe=True, token=1)
        with pytest.raises(EncoderError, match="made no keyframe where one was asked for"):
            encoder.feed(picture(2), keyframe=False, token=2)

    def test_a_driver_that_dies_loses_what_it_had_and_says_so(self, plan: Plan) -> None:
        plan.held = 2
        encoder = nvenc_encoder(pipeline_depth=3)
        encoder.feed(picture(0), keyframe=False, token=0)
        plan.encode_error = av.FFmpegError(errno.EIO, "the device is lost")
        with pytest.raises(EncoderError, match=r"h264_nvenc failed: .*the device is lost"):
            encoder.feed(picture(1), keyframe=False, token=1)
        encoder.close()


class TestTrial:
    def test_the_delay_is_found_and_is_part_of_the_standing(self) -> None:
        for threads, delay in ((1, 0), (2, 1), (3, 2)):
            trial = try_tier(delayed_backend(threads=threads, own_depth=3), H264_420)
            assert (trial.outcome, trial.delay) == (Outcome.PASSED, delay), trial.detail
            assert standing_after(trial) == Standing(State.READY, delay=delay)
            assert trial.bytes

    def test_one_that_is_later_than_it_may_be_does_not_pass(self) -> None:
        trial = try_tier(delayed_backend(threads=4, own_depth=3), H264_420)
        assert trial.outcome is Outcome.FAILED
        assert "no picture came out, with 3 frames in work" in trial.detail

    def test_one_that_has_to_answer_at_once_does_not_pass_when_late(self) -> None:
        trial = try_tier(delayed_backend(threads=2), H264_420)
        assert trial.outcome is Outcome.FAILED
        assert "made 0 access units of one frame" in trial.detail


class TestChoice:
    @pytest.mark.parametrize(("asked", "delay", "works"), [
        (None, 0, True), (None, 2, True), (None, 3, False),
        (1, 0, True), (1, 1, False), (2, 1, True), (4, 3, True),
    ])  # fmt: skip
    def test_videotoolbox_is_chosen_where_it_is_no_later_than_allowed(self, asked, delay, works) -> None:
        mac = videotoolbox.BACKENDS[0]
        standings = {(mac.name, H264_420): Standing(State.READY, delay=delay)}
        choice = choose([X264, mac], standings, Situation((H264_420,), depth=asked))
        assert choice.chosen is not None
        if works:
            assert choice.chosen.encoder == "videotoolbox"
            assert ("late" in choice.chosen.detail) == (delay > 0)
        else:
            assert choice.chosen.encoder == "x264"
            (lost,) = choice.lost
            assert lost.reason is Reason.LATE
            assert f"come {delay} frame" in lost.detail

    def test_a_depth_is_no_more_than_an_encoder_can_have(self) -> None:
        assert [Takes().depth(asked) for asked in (None, 1, 4)] == [1, 1, 1]
        assert [Takes(pipelining=3, own_depth=2).depth(asked) for asked in (None, 1, 2, 4)] == [2, 1, 2, 3]

    def test_these_declare_it(self) -> None:
        able = {one.name: (one.takes.pipelining, one.takes.own_depth) for one in BUILT_IN if one.takes.pipelining > 1}
        assert able == {
            **dict.fromkeys(("nvenc", "nvenc-hevc", "nvenc-av1"), (MAX_DEPTH, 1)),
            **dict.fromkeys(("videotoolbox", "videotoolbox-hevc"), (MAX_DEPTH, 3)),
        }
        assert nvenc.H264.max_depth == MAX_DEPTH

    def test_a_standing_carries_what_a_trial_in_another_process_has_found(self) -> None:
        mac = videotoolbox.BACKENDS[0]
        able = replace(mac, missing=lambda: None)
        standings = Standings(lambda: 0.0, lambda backend: {H264_420: Trial(Outcome.PASSED, delay=1)})
        standings.try_now([able])
        assert standings.of([able])[mac.name, H264_420] == Standing(State.READY, delay=1)
