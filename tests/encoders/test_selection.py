"""Which encoder is chosen, and why no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rendercanvas_rfb.encoders.base import EncoderBackend, Takes
from rendercanvas_rfb.encoders.builtin import BUILT_IN
from rendercanvas_rfb.encoders.machine import Machine
from rendercanvas_rfb.encoders.selection import (
    FrameKind,
    Reason,
    Situation,
    Standing,
    State,
    choose,
)
from rendercanvas_rfb.frames import ColorSpace, Memory, PixelFormat
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier
from rendercanvas_rfb.testing import FakeEncoder
from tests.encoders.situations import MACHINES, PAGE, ROWS, choice_of, machine_of, marked, record, sections
from tests.unit.support import H264_420, H264_444, PNG

RGB = Tier(PictureFormat.H264, Chroma.RGB)
HOST_AND_CUDA = frozenset({Memory.HOST, Memory.CUDA})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.machine}, {row.viewer}, {row.frames}")
def test_the_choice_in_each_situation_is_what_is_expected(row) -> None:
    choice = choice_of(row)
    chosen = "" if choice.chosen is None else f"{choice.chosen.encoder} {choice.chosen.tier}"
    assert chosen == row.chosen
    # Each encoder is chosen, or lost for a reason.
    assert {verdict.encoder for verdict in (*choice.lost, *choice.order[:1])} == {backend.name for backend in BUILT_IN}
    assert all(verdict.reason is not None and verdict.detail for verdict in choice.lost)


def test_there_are_situations_enough() -> None:
    assert len(ROWS) >= 12
    assert {row.machine for row in ROWS} == {path.stem for path in MACHINES.glob("*.json")}


@pytest.mark.parametrize("name", sections())
def test_the_page_shows_what_the_function_says(name) -> None:
    begin, end = marked(name)
    assert begin + sections()[name] + end in PAGE.read_text(encoding="utf-8"), (
        "run: python -m tests.encoders.situations"
    )


@pytest.mark.parametrize("path", sorted(MACHINES.glob("*.json")), ids=lambda path: path.stem)
def test_a_recorded_machine_is_read_and_written_as_it_was(path) -> None:
    machine, written = machine_of(path.stem), record(path.stem)
    assert Machine.from_json(machine.as_json()) == machine
    assert "not run on hardware" in written["note"] or path.stem == "server"


def backend(name: str, *tiers: Tier, hardware: bool = False, only_by_name: str = "", **takes) -> EncoderBackend:
    return EncoderBackend(
        name=name,
        tiers=tiers,
        open=lambda tier, width, height, settings: FakeEncoder(tier, width, height),
        takes=Takes(**takes),
        hardware=hardware,
        only_by_name=only_by_name,
    )


SOFTWARE = backend("software", RGB, H264_444, H264_420, lossless=frozenset({RGB}), live_bitrate=True)
HARDWARE = backend("hardware", H264_444, RGB, H264_420, hardware=True, live_bitrate=True, memory=HOST_AND_CUDA)
PAIR = (SOFTWARE, HARDWARE)
HD = FrameKind(1280, 720)


def chosen(situation: Situation, *backends: EncoderBackend, **standings) -> str:
    known = {
        (one.name, tier): standings[one.name] for one in backends or PAIR for tier in one.tiers if one.name in standings
    }
    choice = choose(backends or PAIR, known, situation)
    return "" if choice.chosen is None else choice.chosen.encoder


def test_exact_pictures_come_before_hardware_and_hardware_before_the_processor() -> None:
    assert chosen(Situation((RGB,), HD)) == "software"
    assert chosen(Situation((H264_444,), HD)) == "hardware"


def test_frames_on_the_gpu_stay_there_where_that_is_possible() -> None:
    cuda, metal = replace(HD, memory=Memory.CUDA), replace(HD, memory=Memory.METAL)
    assert chosen(Situation((RGB,), cuda)) == "hardware"
    assert chosen(Situation((RGB,), metal)) == "software"
    assert chosen(Situation((RGB,), cuda, lossless=True)) == "software"


def test_an_encoder_may_read_the_memory_of_a_gpu_for_some_of_its_tiers_only() -> None:
    half = backend("half", H264_444, H264_420, memory=HOST_AND_CUDA, device_tiers=frozenset({H264_420}))
    cuda = replace(HD, memory=Memory.CUDA)
    assert chosen(Situation((H264_420,), cuda), SOFTWARE, half) == "half"
    assert chosen(Situation((H264_444,), cuda), SOFTWARE, half) == "software"


def test_what_the_viewer_prefers_comes_first() -> None:
    assert chosen(Situation((H264_420, RGB), HD)) == "hardware"
    assert chosen(Situation((RGB, H264_420), HD)) == "software"


def test_a_slow_link_wants_an_encoder_that_follows_it() -> None:
    stiff = backend("stiff", H264_444, hardware=True)
    assert chosen(Situation((replace(H264_444, level=1),), HD), SOFTWARE, stiff) == "software"
    assert chosen(Situation((H264_444,), HD), SOFTWARE, stiff) == "stiff"


STANDINGS = [
    Standing(State.UNTRIED),
    Standing(State.MISSING, "there is no GPU"),
    Standing(State.REFUSED, "it made green pictures"),
    Standing(State.BUSY, "no session is left"),
    Standing(State.BROKEN, "the device is gone"),
]


@pytest.mark.parametrize("standing", STANDINGS, ids=lambda standing: standing.state.name)
def test_one_that_does_not_work_is_not_chosen_and_its_reason_is_told(standing) -> None:
    known = {("hardware", tier): standing for tier in HARDWARE.tiers}
    choice = choose(PAIR, known, Situation((H264_444,), HD))
    assert [verdict.encoder for verdict in choice.order] == ["software"]
    (lost,) = choice.lost
    assert lost.reason is not None
    assert lost.reason.name == standing.state.name
    assert standing.detail in str(choice)


@pytest.mark.parametrize(
    ("takes", "frame", "reason"),
    [
        ({"min_size": (145, 49)}, FrameKind(144, 100), Reason.SIZE),
        ({"max_size": (4096, 4096)}, FrameKind(100, 4097), Reason.SIZE),
        ({"max_pixels": 100}, FrameKind(11, 10), Reason.SIZE),
        ({"odd": False}, FrameKind(640, 361), Reason.SIZE),
        ({"memory": frozenset({Memory.CUDA})}, HD, Reason.MEMORY),
        ({"colors": frozenset({ColorSpace.SRGB})}, replace(HD, color=ColorSpace.DISPLAY_P3), Reason.COLOR),
    ],
)
def test_what_it_does_not_take_another_one_gets(takes, frame, reason) -> None:
    picky = backend("picky", H264_444, hardware=True, **takes)
    choice = choose((SOFTWARE, picky), {}, Situation((H264_444,), frame))
    assert [verdict.encoder for verdict in choice.order] == ["software"]
    assert [verdict.reason for verdict in choice.lost] == [reason]
    # Before the first frame its size is not known.
    assert chosen(Situation((H264_444,), FrameKind(memory=frame.memory)), picky) == (
        "" if reason is Reason.MEMORY else "picky"
    )


def test_one_for_those_who_ask_for_it() -> None:
    late = backend("late", H264_444, hardware=True, only_by_name="it is slow")
    assert chosen(Situation((H264_444,), HD), SOFTWARE, late) == "software"
    assert chosen(Situation((H264_444,), HD, "late"), SOFTWARE, late) == "late"


def test_who_asks_for_an_encoder_of_video_gets_images_where_the_viewer_does_not_decode_it() -> None:
    images = backend("images", PNG)
    assert chosen(Situation((H264_444, PNG), HD, "hardware"), *PAIR, images) == "hardware"
    assert chosen(Situation((PNG,), HD, "hardware"), *PAIR, images) == "images"
    assert chosen(Situation((H264_444,), HD, "images"), *PAIR, images) == ""


def test_what_the_quality_leaves_out_is_left_out() -> None:
    choice = choose(PAIR, {}, Situation((H264_444, H264_420), HD, allowed=frozenset({H264_420})))
    assert choice.chosen is not None
    assert choice.chosen.tier == H264_420


def test_the_same_reason_is_told_once() -> None:
    twins = [backend(name, H264_444) for name in ("one", "two")]
    known = {(one.name, H264_444): Standing(State.MISSING, "there is no GPU") for one in twins}
    choice = choose((SOFTWARE, *twins), known, Situation((RGB,), HD))
    assert choice.sentences() == [
        "software: makes h264/rgb, exactly as long as that costs little",
        "one, two: there is no GPU",
    ]


def test_every_built_in_encoder_takes_every_pixel_format() -> None:
    assert all(one.takes.formats <= frozenset(PixelFormat) for one in BUILT_IN)
