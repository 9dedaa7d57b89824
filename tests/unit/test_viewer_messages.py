"""The viewer's answer to each message."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rendercanvas_rfb.errors import ProtocolError
from rendercanvas_rfb.events import Event
from rendercanvas_rfb.protocol.messages import (
    Ack,
    Bye,
    Capabilities,
    InputEvent,
    KeyframeRequest,
    Message,
    Ping,
    Pong,
    StreamStarted,
    ViewChanged,
)
from rendercanvas_rfb.session.viewer import Close, NeedPicture, SelectTier, Send, SetView, Submit, ViewerState
from rendercanvas_rfb.session.window import INITIAL_CHUNKS
from rendercanvas_rfb.viewer_event import PictureSize
from tests.unit.open_viewers import NOW, open_viewer, sent, showing
from tests.unit.support import CAPABILITIES, H264_420, H264_444, HIDDEN_VIEW, PNG, VIEW, chunk, key_event


class TestMessages:
    @pytest.mark.parametrize("sequence", [2, 2**31])
    def test_acknowledging_what_was_not_sent_is_refused(self, sequence: int) -> None:
        with pytest.raises(ProtocolError, match=f"message.sequence {sequence} acknowledges a chunk that was not sent"):
            showing().receive(Ack(sequence), NOW)

    def test_acknowledging_before_anything_was_sent_is_refused(self) -> None:
        with pytest.raises(ProtocolError, match="not sent"):
            open_viewer().receive(Ack(0), NOW)

    def test_acknowledging_twice_is_harmless(self) -> None:
        assert showing().receive(Ack(1), NOW) == []

    def test_a_keyframe_request_gates_the_deltas(self) -> None:
        viewer = showing()
        assert viewer.receive(KeyframeRequest("decoder-error"), NOW) == [NeedPicture()]
        assert viewer.offer(chunk(2), NOW) == []
        assert sent(viewer.offer(chunk(3, keyframe=True), NOW)) == [3]

    def test_hiding_stops_the_chunks_and_showing_asks_for_a_picture_if_any_was_left_out(self) -> None:
        viewer = showing()
        assert viewer.receive(ViewChanged(HIDDEN_VIEW), NOW) == [SetView(HIDDEN_VIEW)]
        assert not viewer.has_room
        assert viewer.offer(chunk(2, keyframe=True), NOW) == []
        assert viewer.receive(ViewChanged(VIEW), NOW) == [SetView(VIEW), NeedPicture()]

    def test_showing_costs_no_picture_where_none_was_left_out(self) -> None:
        viewer = showing()
        viewer.receive(ViewChanged(HIDDEN_VIEW), NOW)
        assert viewer.receive(ViewChanged(VIEW), NOW) == [SetView(VIEW)]
        assert sent(viewer.offer(chunk(2), NOW)) == [2]

    def test_what_was_in_flight_when_the_page_was_hidden_does_not_count_after(self) -> None:
        viewer = open_viewer()
        for sequence in range(1, INITIAL_CHUNKS + 1):
            viewer.offer(chunk(sequence, keyframe=True), NOW)
        viewer.receive(ViewChanged(HIDDEN_VIEW), NOW)
        viewer.receive(ViewChanged(VIEW), NOW)
        assert viewer.has_room
        assert viewer.receive(Ack(2), NOW) == []

    def test_new_capabilities_change_the_tier_and_start_with_a_keyframe(self) -> None:
        viewer = showing()
        images = Capabilities((), CAPABILITIES.images, "decoder-failed")
        assert viewer.receive(images, NOW) == [SelectTier(PNG), NeedPicture()]
        assert viewer.offer(chunk(2), NOW) == []
        announced, _ = viewer.offer(chunk(3, keyframe=True, tier=PNG, stream=2), NOW)
        assert isinstance(announced, Send)
        assert isinstance(announced.message, StreamStarted)
        assert "failed" in announced.message.reason

    def test_capabilities_that_lead_to_the_same_tier_cost_nothing(self) -> None:
        assert showing().receive(Capabilities((H264_444,), CAPABILITIES.images), NOW) == []

    def test_a_tier_that_is_gone_is_replaced_by_the_next_best(self) -> None:
        viewer = showing()
        assert viewer.tiers_changed((H264_420, PNG), served=True) == [SelectTier(H264_420), NeedPicture()]
        assert viewer.tiers_changed((PNG, H264_420), served=True) == []
        assert viewer.tiers_changed((PNG, H264_420), served=False) == [SelectTier(H264_420), NeedPicture()]

    def test_no_tier_left_is_an_error(self) -> None:
        with pytest.raises(ProtocolError, match="no format in common"):
            showing().tiers_changed((), served=True)

    def test_input_is_submitted(self) -> None:
        event = key_event("key_down", "a")
        assert open_viewer().receive(InputEvent(event), NOW) == [Submit(event)]

    def test_input_says_which_picture_was_shown_and_not_which_was_sent(self) -> None:
        viewer = showing()
        event = key_event("key_down", "a")
        larger = chunk(2)
        larger = replace(larger, header=replace(larger.header, width=40, pixel_ratio=2.0))
        viewer.offer(larger, NOW)
        assert viewer.receive(InputEvent(event), NOW) == [Submit(event, PictureSize(4, 3, 1.0))]
        viewer.receive(Ack(2), NOW)
        assert viewer.receive(InputEvent(event), NOW) == [Submit(event, PictureSize(40, 3, 2.0))]

    def test_a_message_is_submitted_as_an_event_of_the_time_it_came(self) -> None:
        (effect,) = open_viewer().receive(Message({"a": 1}, "k"), NOW)
        assert effect == Submit(Event("message", NOW, {"key": "k", "data": {"a": 1}}))

    def test_ping_is_answered_with_its_number(self) -> None:
        assert open_viewer().receive(Ping(2.5), NOW) == [Send(Pong(2.5))]

    def test_bye_closes_normally(self) -> None:
        viewer = open_viewer()
        assert viewer.receive(Bye("going home"), NOW)[-1] == Close(1000, "going home")
        assert viewer.state is ViewerState.CLOSED
