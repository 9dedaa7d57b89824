"""How a viewer comes, stays, goes and comes back. What holds for any sequence of answers: test_viewer_promises.py."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rendercanvas_rfb.errors import CloseCode, ProtocolError, StateError
from rendercanvas_rfb.protocol.messages import (
    Ack,
    Bye,
    ClientMessage,
    InputEvent,
    Message,
    Ping,
    Pong,
    Stats,
    StatsRequest,
    Taken,
    ViewChanged,
)
from rendercanvas_rfb.session.heartbeat import PING_AFTER_S, SILENCE_LIMIT_S
from rendercanvas_rfb.session.viewer import (
    HANDSHAKE_TIMEOUT_S,
    Authenticate,
    Close,
    NeedPicture,
    SelectTier,
    Send,
    SetView,
    Submit,
    Viewer,
    ViewerState,
)
from tests.unit.open_viewers import NOW, open_viewer, showing
from tests.unit.support import H264_444, HELLO, HIDDEN_VIEW, PNG, TIERS, VIEW, WELCOME, chunk, key_event, pointer_event


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
