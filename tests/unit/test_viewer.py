"""The viewer's answers, one by one. What holds for any sequence of them is in test_viewer_promises.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from rendercanvas_rfb.errors import CloseCode, ProtocolError, StateError
from rendercanvas_rfb.events import Event
from rendercanvas_rfb.protocol.chunk import Chunk
from rendercanvas_rfb.protocol.formats import PictureFormat, Tier
from rendercanvas_rfb.protocol.messages import (
    Ack,
    Bye,
    Capabilities,
    ClientMessage,
    Hello,
    InputEvent,
    KeyframeRequest,
    Message,
    Ping,
    Pong,
    Stats,
    StatsRequest,
    StreamStarted,
    Taken,
    ViewChanged,
)
from rendercanvas_rfb.session.exact import StillWish
from rendercanvas_rfb.session.heartbeat import PING_AFTER_S, SILENCE_LIMIT_S
from rendercanvas_rfb.session.refinement import STILL_REASON
from rendercanvas_rfb.session.viewer import (
    HANDSHAKE_TIMEOUT_S,
    Authenticate,
    Close,
    Effect,
    NeedPicture,
    SelectTier,
    Send,
    SendChunk,
    SetView,
    Submit,
    Viewer,
    ViewerState,
)
from rendercanvas_rfb.session.window import INITIAL_CHUNKS
from rendercanvas_rfb.viewer_event import PictureSize
from tests.unit.support import (
    CAPABILITIES,
    H264_420,
    H264_444,
    HELLO,
    HIDDEN_VIEW,
    PNG,
    TIERS,
    VIEW,
    WELCOME,
    chunk,
    key_event,
    pointer_event,
)

NOW = 100.0


def open_viewer(hello: Hello = HELLO, tiers: Sequence[Tier] = TIERS) -> Viewer:
    viewer = Viewer("v1", NOW)
    viewer.receive(hello, NOW)
    viewer.accept(hello, WELCOME, tiers, NOW)
    return viewer


def showing(*, keyframes: int = 1) -> Viewer:
    """A viewer that was sent keyframes 1, 2, ... and has shown them."""
    viewer = open_viewer()
    for sequence in range(1, keyframes + 1):
        assert viewer.offer(chunk(sequence, keyframe=True), NOW)
        viewer.receive(Ack(sequence), NOW)
    return viewer


def sent(effects: list[Effect]) -> list[int]:
    return [effect.chunk.header.sequence for effect in effects if isinstance(effect, SendChunk)]


class TestOpening:
    def test_hello_asks_for_authentication_and_nothing_else(self) -> None:
        viewer = Viewer("v1", NOW)
        assert viewer.receive(HELLO, NOW) == [Authenticate(HELLO)]
        assert viewer.state is ViewerState.AUTHENTICATING
        assert not viewer.has_room

    def test_an_accepted_viewer_is_welcomed_sized_given_a_tier_and_a_picture_in_that_order(self) -> None:
        viewer = Viewer("v1", NOW)
        viewer.receive(HELLO, NOW)
        effects = viewer.accept(HELLO, WELCOME, TIERS, NOW)
        assert effects == [Send(WELCOME), Send(Ping(NOW)), SetView(VIEW), SelectTier(H264_444), NeedPicture()]
        assert (viewer.state, viewer.client) == (ViewerState.OPEN, HELLO.client)

    def test_a_viewer_that_starts_hidden_gets_no_picture(self) -> None:
        viewer = Viewer("v1", NOW)
        hello = replace(HELLO, view=HIDDEN_VIEW)
        viewer.receive(hello, NOW)
        assert NeedPicture() not in viewer.accept(hello, WELCOME, TIERS, NOW)
        assert viewer.receive(ViewChanged(VIEW), NOW) == [SetView(VIEW), NeedPicture()]

    def test_a_viewer_without_a_screen_counts_as_visible(self) -> None:
        assert open_viewer(replace(HELLO, view=None)).has_room

    def test_a_viewer_with_no_format_in_common_is_not_let_in(self) -> None:
        viewer = Viewer("v1", NOW)
        viewer.receive(HELLO, NOW)
        with pytest.raises(ProtocolError, match="no format in common"):
            viewer.accept(HELLO, WELCOME, (), NOW)
        assert viewer.state is ViewerState.AUTHENTICATING

    def test_nobody_is_accepted_before_hello_or_twice(self) -> None:
        with pytest.raises(StateError):
            Viewer("v1", NOW).accept(HELLO, WELCOME, TIERS, NOW)
        with pytest.raises(StateError):
            open_viewer().accept(HELLO, WELCOME, TIERS, NOW)

    @pytest.mark.parametrize("message", [Ack(1), ViewChanged(VIEW), Ping(1.0), Bye("")])
    def test_nothing_comes_before_hello_or_before_the_answer_to_it(self, message: ClientMessage) -> None:
        viewer = Viewer("v1", NOW)
        with pytest.raises(ProtocolError, match="while opening"):
            viewer.receive(message, NOW)
        viewer.receive(HELLO, NOW)
        with pytest.raises(ProtocolError, match="while authenticating"):
            viewer.receive(message, NOW)

    def test_a_second_hello_is_refused(self) -> None:
        with pytest.raises(ProtocolError, match="unexpected Hello while open"):
            open_viewer().receive(HELLO, NOW)


def still(sequence: int, version: int = 0, *, stream: int = 50, tier: Tier = PNG, size: int = 100) -> Chunk:
    return chunk(sequence, keyframe=True, stream=stream, tier=tier, version=version, size=size, lossless=True)


class TestStills:
    def test_who_has_shown_all_it_was_sent_wishes_for_the_exact_pixels_of_it(self) -> None:
        viewer = open_viewer()
        assert viewer.still_wish is None
        viewer.offer(chunk(1, keyframe=True, version=7), NOW)
        assert viewer.still_wish is None
        viewer.receive(Ack(1), NOW)
        assert viewer.still_wish == StillWish(7, PictureFormat.PNG)

    @pytest.mark.parametrize(
        ("images", "expected"),
        [
            ((PictureFormat.PNG, PictureFormat.JPEG, PictureFormat.WEBP), PictureFormat.WEBP),
            ((PictureFormat.JPEG, PictureFormat.PNG), PictureFormat.PNG),
        ],
    )
    def test_the_format_is_the_best_lossless_one_that_the_viewer_shows(
        self, images: tuple[PictureFormat, ...], expected: PictureFormat
    ) -> None:
        viewer = open_viewer(replace(HELLO, capabilities=Capabilities((H264_444,), images)))
        viewer.offer(chunk(1, keyframe=True), NOW)
        viewer.receive(Ack(1), NOW)
        assert viewer.still_wish == StillWish(0, expected)

    def test_who_shows_no_lossless_format_wishes_for_none(self) -> None:
        viewer = open_viewer(replace(HELLO, capabilities=Capabilities((H264_444,), (PictureFormat.JPEG,))))
        viewer.offer(chunk(1, keyframe=True), NOW)
        viewer.receive(Ack(1), NOW)
        assert viewer.still_wish is None

    def test_who_has_a_lossless_picture_wishes_for_none(self) -> None:
        viewer = open_viewer(replace(HELLO, capabilities=Capabilities((), (PictureFormat.PNG,), "disabled")))
        viewer.offer(chunk(1, keyframe=True, tier=PNG, lossless=True), NOW)
        viewer.receive(Ack(1), NOW)
        assert viewer.still_wish is None

    def test_a_still_is_announced_as_a_stream_of_its_own_and_the_stream_of_the_video_remains(self) -> None:
        viewer = showing()
        refined = still(2)
        announced, *rest = viewer.offer_still(refined, NOW)
        assert isinstance(announced, Send)
        assert announced.message == StreamStarted(50, refined.info, STILL_REASON)
        assert rest == [SendChunk(refined)]
        viewer.receive(Ack(2), NOW)
        delta = chunk(3, version=1)
        assert viewer.offer(delta, NOW) == [SendChunk(delta)]
        viewer.receive(Ack(3), NOW)
        again = still(4, 1)
        assert viewer.offer_still(again, NOW) == [SendChunk(again)]

    def test_one_that_was_sent_is_not_sent_again_though_video_of_the_same_picture_comes(self) -> None:
        viewer = showing()
        viewer.offer_still(still(2), NOW)
        viewer.offer(chunk(3, keyframe=True), NOW)
        viewer.receive(Ack(3), NOW)
        assert viewer.still_wish is None
        assert viewer.offer_still(still(4), NOW) == []

    def test_one_that_could_not_be_shown_is_sent_a_second_time_and_no_third(self) -> None:
        viewer = showing()
        for sequence, wish in ((2, StillWish(0, PictureFormat.PNG)), (4, None)):
            viewer.offer_still(still(sequence), NOW)
            viewer.receive(KeyframeRequest("image-error"), NOW)
            viewer.receive(Ack(sequence), NOW)
            viewer.offer(chunk(sequence + 1, keyframe=True), NOW)
            viewer.receive(Ack(sequence + 1), NOW)
            assert viewer.still_wish == wish

    def test_a_still_of_another_picture_than_the_one_shown_is_left_out(self) -> None:
        viewer = showing()
        assert viewer.offer_still(still(2, version=1), NOW) == []
        viewer.offer(chunk(3, version=2), NOW)
        viewer.receive(Ack(3), NOW)
        assert viewer.offer_still(still(4, version=1), NOW) == []

    def test_one_that_is_left_out_gates_nothing_and_is_wished_for_still(self) -> None:
        viewer = showing()
        viewer.offer(chunk(2), NOW)
        assert viewer.offer_still(still(3), NOW) == []
        assert sent(viewer.offer(chunk(4), NOW)) == [4]
        viewer.receive(Ack(4), NOW)
        assert viewer.still_wish is not None
        assert sent(viewer.offer_still(still(5), NOW)) == [5]

    def test_one_in_flight_takes_part_in_the_window_and_leaves_room_for_video(self) -> None:
        viewer = showing()
        viewer.offer_still(still(2), NOW)
        assert viewer.pictures.window.in_flight == 1
        assert sent(viewer.offer(chunk(3, version=1), NOW)) == [3]
        viewer.receive(Ack(3), NOW)
        assert viewer.pictures.window.in_flight == 0

    def test_who_is_hidden_or_lacks_a_keyframe_wishes_for_none(self) -> None:
        viewer = showing()
        wishes = []
        for message in (ViewChanged(HIDDEN_VIEW), ViewChanged(VIEW), KeyframeRequest("lost")):
            viewer.receive(message, NOW)
            wishes.append(viewer.still_wish)
        assert wishes == [None, StillWish(0, PictureFormat.PNG), None]

    def test_a_still_is_counted_as_sent_and_not_as_a_keyframe(self) -> None:
        viewer = showing()
        viewer.offer_still(still(2), NOW)
        metrics = viewer.metrics("plot", NOW)
        assert (metrics.sent, metrics.keyframes) == (2, 1)


class TestChunks:
    def test_the_stream_is_announced_once_before_its_first_chunk(self) -> None:
        viewer = open_viewer()
        first = chunk(1, keyframe=True, stream=7)
        announced, *rest = viewer.offer(first, NOW)
        assert isinstance(announced, Send)
        assert announced.message == StreamStarted(
            7, first.info, "video: the viewer has proven that it decodes h264/444"
        )
        assert rest == [SendChunk(first)]
        second = chunk(2, stream=7)
        assert viewer.offer(second, NOW) == [SendChunk(second)]

    def test_a_delta_before_the_first_keyframe_is_left_out(self) -> None:
        assert open_viewer().offer(chunk(1), NOW) == []

    def test_a_chunk_of_another_tier_is_left_out_and_costs_no_keyframe(self) -> None:
        viewer = showing()
        assert viewer.offer(chunk(2, keyframe=True, tier=PNG), NOW) == []
        assert sent(viewer.offer(chunk(3), NOW)) == [3]

    def test_no_more_are_sent_than_the_window_holds(self) -> None:
        viewer = open_viewer()
        offers = [viewer.offer(chunk(sequence, keyframe=True), NOW) for sequence in range(1, 2 * INITIAL_CHUNKS)]
        assert [sequence for effects in offers for sequence in sent(effects)] == list(range(1, INITIAL_CHUNKS + 1))

    def test_a_delta_after_one_that_was_left_out_waits_for_a_keyframe(self) -> None:
        viewer = open_viewer()
        for sequence in range(1, INITIAL_CHUNKS + 2):
            viewer.offer(chunk(sequence, keyframe=sequence == 1), NOW)
        assert viewer.receive(Ack(INITIAL_CHUNKS), NOW) == [NeedPicture()]
        assert viewer.offer(chunk(10), NOW) == []
        assert sent(viewer.offer(chunk(11, keyframe=True), NOW)) == [11]
        assert sent(viewer.offer(chunk(12), NOW)) == [12]

    def test_an_acknowledgement_asks_for_nothing_where_nothing_was_left_out(self) -> None:
        viewer = open_viewer()
        viewer.offer(chunk(1, keyframe=True), NOW)
        assert viewer.receive(Ack(1), NOW) == []

    def test_the_same_keyframe_a_second_time_changes_nothing(self) -> None:
        viewer = open_viewer()
        viewer.offer(chunk(1, keyframe=True), NOW)
        assert viewer.offer(chunk(1, keyframe=True), NOW) == []
        assert sent(viewer.offer(chunk(2), NOW)) == [2]

    def test_a_keyframe_that_a_chunk_of_another_tier_has_overtaken_is_asked_for_again(self) -> None:
        viewer = open_viewer()
        viewer.offer(chunk(10, keyframe=True), NOW)
        viewer.receive(Capabilities((H264_420,), CAPABILITIES.images), NOW)
        assert viewer.offer(chunk(9, keyframe=True, tier=H264_420, stream=2), NOW) == [NeedPicture()]

    def test_sequence_numbers_go_on_after_the_largest(self) -> None:
        viewer = open_viewer()
        viewer.offer(chunk(2**32 - 1, keyframe=True), NOW)
        assert sent(viewer.offer(chunk(0), NOW)) == [0]
        viewer.receive(Ack(0), NOW)
        assert viewer.pictures.window.in_flight == 0

    def test_nothing_is_sent_before_the_viewer_is_let_in(self) -> None:
        viewer = Viewer("v1", NOW)
        assert viewer.offer(chunk(1, keyframe=True), NOW) == []
        viewer.receive(HELLO, NOW)
        assert viewer.offer(chunk(1, keyframe=True), NOW) == []


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


class TestTime:
    def test_a_viewer_that_does_not_say_hello_is_sent_away(self) -> None:
        viewer = Viewer("v1", NOW)
        assert viewer.tick(NOW + HANDSHAKE_TIMEOUT_S, {}) == []
        effects = viewer.tick(NOW + HANDSHAKE_TIMEOUT_S + 0.1, {})
        assert effects[-1] == Close(CloseCode.TIMEOUT, "no hello in time")

    def test_a_silent_viewer_is_asked_and_then_dropped(self) -> None:
        viewer = open_viewer()
        pings, closes = [], []
        for tenth in range(200):
            for effect in viewer.tick(NOW + tenth / 10, {}):
                if isinstance(effect, Close):
                    closes.append(tenth / 10)
                elif isinstance(effect, Send) and isinstance(effect.message, Ping):
                    pings.append(tenth / 10)
        assert pings == pytest.approx([PING_AFTER_S, 2 * PING_AFTER_S, 3 * PING_AFTER_S])
        assert closes == pytest.approx([SILENCE_LIMIT_S + 0.1])

    def test_a_viewer_that_answers_stays(self) -> None:
        viewer = open_viewer()
        for second in range(60):
            for effect in viewer.tick(NOW + second, {}):
                assert effect == Send(Ping(NOW + second))
                viewer.receive(Pong(NOW + second), NOW + second)
        assert viewer.state is ViewerState.OPEN

    def test_a_talking_viewer_is_not_asked(self) -> None:
        viewer = open_viewer()
        for second in range(60):
            viewer.receive(InputEvent(pointer_event("pointer_move")), NOW + second)
            assert viewer.tick(NOW + second + 0.5, {}) == []

    def test_statistics_come_once_a_second_for_as_long_as_they_are_wanted(self) -> None:
        viewer = open_viewer()
        viewer.receive(StatsRequest(True), NOW)
        told = [tenth for tenth in range(25) if viewer.tick(NOW + tenth / 10, {"viewers": 3})]
        assert told == [0, 10, 20]
        viewer.receive(StatsRequest(False), NOW + 2.5)
        assert viewer.tick(NOW + 5, {}) == []

    def test_statistics_have_the_numbers_of_the_protocol(self) -> None:
        viewer = showing()
        viewer.receive(StatsRequest(True), NOW)
        (effect,) = viewer.tick(NOW + 1, {"viewers": 3})
        assert isinstance(effect, Send)
        assert isinstance(effect.message, Stats)
        names = "fps bitrate round_trip_ms encode_ms window in_flight dropped keyframes sent bytes viewers"
        names += " held queueing_ms level target_bitrate delivery_rate max_fps scale"
        assert set(effect.message.stats) == set(names.split())


class TestClosing:
    def test_closing_says_goodbye_first_and_only_once(self) -> None:
        viewer = open_viewer()
        assert viewer.close(CloseCode.GOING_AWAY, "restart") == [Send(Bye("restart", 1001)), Close(1001, "restart")]
        assert viewer.close(CloseCode.NORMAL, "again") == []

    def test_a_reason_is_cut_to_what_a_close_frame_holds(self) -> None:
        *_, close = open_viewer().receive(Bye("好" * 100), NOW)
        assert close == Close(1000, "好" * 41)

    def test_nothing_comes_out_of_a_closed_viewer(self) -> None:
        viewer = showing()
        viewer.receive(StatsRequest(True), NOW)
        viewer.close(1000, "")
        assert viewer.offer(chunk(2, keyframe=True), NOW) == []
        assert viewer.tick(NOW + 100, {}) == []
        assert viewer.tiers_changed((PNG,), served=False) == []
        with pytest.raises(ProtocolError, match="while closed"):
            viewer.receive(Ping(1.0), NOW)


class TestSessions:
    """Which viewers may come back, and what they sent."""

    def test_who_is_lost_may_come_back(self) -> None:
        viewer = open_viewer()
        viewer.vanish()
        assert viewer.resumable

    def test_who_is_not_heard_of_any_more_may_come_back(self) -> None:
        viewer = open_viewer()
        assert viewer.tick(NOW + SILENCE_LIMIT_S + 0.1, {})
        viewer.vanish()
        assert viewer.resumable

    def test_who_was_not_let_in_may_not(self) -> None:
        viewer = Viewer("v1", NOW)
        viewer.tick(NOW + HANDSHAKE_TIMEOUT_S + 0.1, {})
        viewer.vanish()
        assert not viewer.resumable

    def test_who_leaves_or_is_sent_away_may_not(self) -> None:
        left, closed, refused = open_viewer(), open_viewer(), open_viewer()
        left.receive(Bye("done"), NOW)
        left.vanish()
        closed.vanish(deliberate=True)
        refused.close(CloseCode.BAD_MESSAGE, "no message")
        refused.vanish()
        assert [viewer.resumable for viewer in (left, closed, refused)] == [False] * 3

    def test_numbers_go_on_where_the_session_was_left(self) -> None:
        viewer = Viewer("v2", NOW)
        viewer.receive(HELLO, NOW)
        viewer.accept(HELLO, replace(WELCOME, viewer="v1", resumed=True, taken=7), TIERS, NOW)
        assert viewer.id == "v1"
        assert viewer.receive(InputEvent(key_event("key_down", "a"), 7), NOW) == []
        assert viewer.receive(Message("b", number=8), NOW)[-1] == Send(Taken(8))
        assert viewer.taken == 8

    def test_what_came_already_is_not_handed_on_again(self) -> None:
        viewer = open_viewer()
        viewer.receive(InputEvent(key_event("key_down", "a"), 1), NOW)
        viewer.receive(InputEvent(key_event("key_up", "a"), 2), NOW)
        effects = viewer.receive(InputEvent(key_event("key_down", "a"), 1), NOW)
        assert not any(isinstance(effect, Submit) for effect in effects)

    def test_input_is_confirmed_at_once_and_the_rest_of_a_burst_later(self) -> None:
        viewer = open_viewer()
        confirmed = [viewer.receive(Message(None, number=n), NOW + n / 1000)[1:] for n in range(1, 50)]
        assert confirmed == [[Send(Taken(1))], *[[]] * 48]
        due = viewer.confirm_at
        assert due is not None
        assert viewer.confirm(due) == [Send(Taken(49))]
        assert viewer.confirm_at is None
