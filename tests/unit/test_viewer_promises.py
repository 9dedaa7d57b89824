"""What the viewer promises, whatever happens in whatever order."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rendercanvas_rfb.errors import ProtocolError
from rendercanvas_rfb.protocol.chunk import Chunk
from rendercanvas_rfb.protocol.formats import Tier
from rendercanvas_rfb.protocol.messages import (
    Ack,
    Capabilities,
    ClientMessage,
    Hello,
    KeyframeRequest,
    Pong,
    StreamStarted,
    ViewChanged,
)
from rendercanvas_rfb.session.exact import Exactness
from rendercanvas_rfb.session.heartbeat import Heartbeat
from rendercanvas_rfb.session.ledger import InputLedger
from rendercanvas_rfb.session.meter import ViewerMeter
from rendercanvas_rfb.session.pictures import Pictures
from rendercanvas_rfb.session.refinement import Refinement
from rendercanvas_rfb.session.retreat import CUT_AFTER_S
from rendercanvas_rfb.session.tiers import TierSelection
from rendercanvas_rfb.session.viewer import Effect, NeedPicture, SelectTier, Send, SendChunk, Viewer
from rendercanvas_rfb.session.window import Window
from tests.unit.support import CAPABILITIES, H264_420, HELLO, HIDDEN_VIEW, PNG, TIERS, VIEW, WELCOME, chunk

CHOICES = (
    CAPABILITIES,
    Capabilities((H264_420,), CAPABILITIES.images),
    Capabilities((), CAPABILITIES.images, "decoder-failed"),
)


class Encoder:
    """One tier's encoder, as the viewer sees it: each delta refers to the chunk before it."""

    def __init__(self, tier: Tier) -> None:
        self.tier = tier
        self.stream = 0
        self.last: Chunk | None = None
        self.refers_to: dict[int, int | None] = {}

    def make(self, sequence: int, stream: int, version: int, *, keyframe: bool) -> Chunk:
        keyframe = keyframe or stream != self.stream or not self.tier.format.is_video
        self.refers_to[sequence] = None if keyframe or self.last is None else self.last.header.sequence
        self.stream = stream
        self.last = chunk(sequence, keyframe=keyframe, stream=stream, tier=self.tier, version=version)
        return self.last


class Encoders(dict[Tier, Encoder]):
    """One for each tier, slower levels too."""

    def __missing__(self, tier: Tier) -> Encoder:
        return self.setdefault(tier, Encoder(tier))


class ViewerPromises(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = 100.0
        self.viewer = Viewer("v1", self.now)
        self.encoders = Encoders()
        self.tier: Tier | None = None
        self.sequence = 0
        self.streams = 0
        self.still_stream = 0
        self.version = 1
        # What the page has: the streams it was told of, what it decoded last, and what it has not acknowledged.
        self.announced: dict[bool, int] = {}
        self.decoded: Chunk | None = None
        self.shown: Chunk | None = None
        self.exact: int | None = None
        self.repeated: set[int | None] = set()
        self.unacknowledged: list[int] = []
        # Those of them that were sent since the page was hidden last.
        self.in_flight: list[int] = []
        self.asked = False

    @initialize()
    def open(self) -> None:
        self.receive(HELLO)
        self.carry_out(self.viewer.accept(HELLO, WELCOME, TIERS, self.now))

    def receive(self, message: ClientMessage | Hello) -> None:
        self.carry_out(self.viewer.receive(message, self.now))

    def carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case NeedPicture():
                    assert self.viewer.has_room
                    self.asked = True
                case SelectTier(tier):
                    self.tier = tier
                    self.asked = False
                    self.viewer.given(tier)
                case Send(StreamStarted(stream, info)):
                    self.announced[info.tier.format.is_video] = stream
                case SendChunk(sent):
                    self.show(sent)

    def show(self, sent: Chunk) -> None:
        header = sent.header
        assert self.viewer.visible
        assert header.stream == self.announced[header.format.is_video]
        assert self.shown is None or header.sequence > self.shown.header.sequence
        self.shown = sent
        self.unacknowledged.append(header.sequence)
        self.in_flight.append(header.sequence)
        assert len(self.in_flight) <= self.viewer.pictures.window.size
        if header.lossless:
            self.show_still(sent)
        else:
            self.decode(sent)

    def show_still(self, sent: Chunk) -> None:
        """It leaves what the decoder has alone, and shows what that showed."""
        assert self.decoded is not None
        assert sent.header.frame == self.decoded.header.frame
        assert sent.header.frame != self.exact
        self.exact = sent.header.frame

    def decode(self, sent: Chunk) -> None:
        header = sent.header
        assert sent.info.tier == self.tier
        refers_to = self.encoders[sent.info.tier].refers_to[header.sequence]
        if refers_to is not None:
            assert self.decoded is not None
            assert self.decoded.header.sequence == refers_to
        self.decoded = sent

    def offer(self, offered: Chunk) -> None:
        if offered.info.tier == self.tier and offered.header.keyframe:
            self.asked = False  # The pipeline takes each keyframe for the answer to all requests.
        self.carry_out(self.viewer.offer(offered, self.now))

    @rule(
        tier=st.sampled_from(TIERS),
        level=st.sampled_from([0, 0, 1, 3]),
        keyframe=st.booleans(),
        resize=st.booleans(),
        changed=st.booleans(),
    )
    def encode(self, tier: Tier, keyframe: bool, resize: bool, changed: bool, level: int | None = None) -> None:
        tier = tier if level is None else replace(tier, level=level)
        self.version += changed
        self.sequence += 1
        encoder = self.encoders[tier]
        if resize or not encoder.stream:
            self.streams += 1
        stream = self.streams if resize or not encoder.stream else encoder.stream
        self.offer(encoder.make(self.sequence, stream, self.version, keyframe=keyframe))

    @precondition(lambda self: self.tier is not None)
    @rule(count=st.integers(1, 12))
    def encode_for_this_viewer(self, count: int) -> None:
        for _ in range(count):
            assert self.tier is not None
            self.encode(self.tier, keyframe=False, resize=False, changed=True)

    @precondition(lambda self: self.asked and self.viewer.has_room)
    @rule()
    def answer_the_request(self) -> None:
        assert self.tier is not None
        self.encode(self.tier, keyframe=True, resize=False, changed=False)

    @precondition(lambda self: self.tier is not None and self.encoders[self.tier].last is not None)
    @rule()
    def offer_the_last_chunk_again(self) -> None:
        assert self.tier is not None
        last = self.encoders[self.tier].last
        if last is not None and last.header.keyframe:
            self.offer(last)

    @rule(age=st.sampled_from([0, 0, 0, 1]), resize=st.booleans())
    def offer_a_still(self, age: int, resize: bool) -> None:
        if resize or not self.still_stream:
            self.streams += 1
            self.still_stream = self.streams
        self.sequence += 1
        still = chunk(
            self.sequence,
            keyframe=True,
            stream=self.still_stream,
            tier=PNG,
            version=self.version - age,
            lossless=True,
        )
        self.carry_out(self.viewer.offer_still(still, self.now))

    @precondition(lambda self: self.unacknowledged)
    @rule(data=st.data())
    def acknowledge(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(self.unacknowledged) - 1))
        self.acknowledge_up_to(self.unacknowledged[index])

    def acknowledge_up_to(self, sequence: int) -> None:
        self.unacknowledged = [other for other in self.unacknowledged if other > sequence]
        self.in_flight = [other for other in self.in_flight if other > sequence]
        self.receive(Ack(sequence))

    @rule(view=st.sampled_from([VIEW, HIDDEN_VIEW]))
    def change_view(self, view: Any) -> None:
        self.receive(ViewChanged(view))
        if not view.visible:
            self.in_flight.clear()

    @rule()
    def lose_the_reference(self) -> None:
        self.decoded = None
        last = self.viewer.last_sequence
        self.receive(KeyframeRequest("decoder-error"))
        assert self.viewer.last_sequence == last
        # It may be the still that could not be shown: each may come once more.
        if self.exact not in self.repeated:
            self.repeated.add(self.exact)
            self.exact = None

    @rule(capabilities=st.sampled_from(CHOICES))
    def change_capabilities(self, capabilities: Capabilities) -> None:
        self.receive(capabilities)

    @rule(tiers=st.sampled_from([TIERS, (H264_420, PNG), (PNG,)]), served=st.booleans())
    def change_tiers(self, tiers: tuple[Tier, ...], served: bool) -> None:
        self.carry_out(self.viewer.tiers_changed(tiers, served=served))

    @rule(seconds=st.floats(0, 3))
    def pass_time(self, seconds: float) -> None:
        oldest = self.viewer.pictures.window.oldest
        if oldest is not None and self.now + seconds - oldest > CUT_AFTER_S:
            # Who shows nothing for as long as that is cut off.
            self.acknowledge_up_to(self.unacknowledged[-1])
        self.now += seconds
        self.receive(Pong(self.now))
        self.carry_out(self.viewer.tick(self.now, {}))

    @rule(ahead=st.integers(1, 2**30))
    def say_something_that_is_not_allowed(self, ahead: int) -> None:
        before = snapshot(self.viewer)
        last = self.viewer.last_sequence
        for message in (HELLO, Ack(((last or 0) + ahead) % 2**32)):
            with pytest.raises(ProtocolError):
                self.viewer.receive(message, self.now + 1)
        assert snapshot(self.viewer) == before

    @rule()
    def settle(self) -> None:
        """Once it looks, has shown all it has, and its wish for a picture is granted, it shows the latest one."""
        self.receive(ViewChanged(VIEW))
        if self.unacknowledged:
            self.acknowledge_up_to(self.unacknowledged[-1])
        assert self.tier is not None
        if self.asked:
            self.encode(self.tier, keyframe=True, resize=False, changed=False)
        if (latest := self.encoders[self.tier].last) is not None:
            assert self.decoded is not None
            assert self.decoded.header.frame == latest.header.frame

    @invariant()
    def who_wishes_for_a_still_has_shown_all_that_was_sent(self) -> None:
        if (wish := self.viewer.still_wish) is not None:
            assert not self.in_flight
            assert self.decoded is not None
            assert wish.frame == self.decoded.header.frame != self.exact

    @invariant()
    def who_could_show_a_picture_and_lacks_one_has_asked(self) -> None:
        assert not self.viewer.needs_picture or self.asked


PARTS = (Viewer, Pictures, Window, InputLedger, Heartbeat, ViewerMeter, Refinement, Exactness, TierSelection)


def snapshot(value: Any) -> Any:
    """All that the viewer and its parts hold, comparable."""
    if isinstance(value, PARTS):
        return {name: snapshot(member) for name, member in vars(value).items()}
    return list(value) if isinstance(value, deque) else value


TestViewerPromises = ViewerPromises.TestCase
TestViewerPromises.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
