"""Numbered input: taken once, in order, and confirmed; also over connections that are cut at any moment."""

from __future__ import annotations

from collections import deque
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from rendercanvas_rfb.client.session import MAX_UNCONFIRMED, Session
from rendercanvas_rfb.errors import CloseCode, ProtocolError, StateError
from rendercanvas_rfb.events import Event
from rendercanvas_rfb.protocol.messages import InputEvent, Message, Taken, Welcome
from rendercanvas_rfb.session.held import HeldInput
from rendercanvas_rfb.session.ledger import CONFIRM_INTERVAL_S, InputLedger
from rendercanvas_rfb.session.viewer import Effect, Send, Submit, Viewer
from tests.unit.support import HELLO, TIERS, key_event, pointer_event

TOKEN = "s" * 32


def test_each_number_is_taken_once() -> None:
    ledger = InputLedger()
    assert [ledger.take(number) for number in (1, 2, 2, 1, 3, None, 3)] == [True, True, False, False, True, True, False]
    assert ledger.taken == 3


@pytest.mark.parametrize(("taken", "number"), [(0, 2), (7, 9), (7, 2**53 - 1)])
def test_a_gap_is_an_error_and_changes_nothing(taken: int, number: int) -> None:
    ledger = InputLedger(taken)
    with pytest.raises(ProtocolError, match=f"message.n {number} comes before message {taken + 1}") as error:
        ledger.take(number)
    assert error.value.code == CloseCode.BAD_MESSAGE
    assert ledger.taken == taken


def test_what_is_taken_is_confirmed_at_once_and_then_no_more_often_than_the_interval() -> None:
    ledger = InputLedger()
    assert ledger.confirm(1.0) is None
    ledger.take(1)
    assert ledger.confirm(1.0) == Taken(1)
    ledger.take(2)
    ledger.take(3)
    assert ledger.confirm(1.05) is None
    assert ledger.confirm_at == 1.0 + CONFIRM_INTERVAL_S
    assert ledger.confirm(1.1) == Taken(3)
    assert ledger.confirm(2.0) is None


def test_a_viewer_that_knows_everything_is_told_nothing() -> None:
    ledger = InputLedger(7)
    assert ledger.confirm_at is None
    assert not ledger.take(7)
    assert ledger.confirm(1.0) is None


@given(st.lists(st.floats(0, 0.2), min_size=1, max_size=50))
def test_confirmations_keep_their_distance_and_the_last_number_is_confirmed(pauses: list[float]) -> None:
    ledger, now = InputLedger(), 0.0
    confirmed: list[tuple[float, int]] = []

    def confirm() -> None:
        if (taken := ledger.confirm(now)) is not None:
            confirmed.append((now, taken.number))

    for number, pause in enumerate(pauses, 1):
        now += pause
        ledger.take(number)
        confirm()
    while (due := ledger.confirm_at) is not None:
        now = max(now, due)
        confirm()
    assert confirmed[-1][1] == len(pauses)
    times = [time for time, _ in confirmed]
    assert all(after - before >= CONFIRM_INTERVAL_S - 1e-9 for before, after in pairwise(times))


class TestSession:
    """What a client keeps."""

    def test_moves_have_no_number(self) -> None:
        session = Session()
        move = InputEvent(pointer_event("pointer_move"))
        assert session.number(move) == move
        assert session.number(InputEvent(key_event("key_down", "a"))).number == 1
        assert session.number(Message("text")).number == 2
        assert session.unconfirmed == 2

    def test_what_was_not_taken_is_sent_again_in_order(self) -> None:
        session = Session()
        sent = [session.number(Message(text)) for text in "abcd"]
        session.confirm(1)
        assert session.begin(welcome(resumed=True, taken=2)) == sent[2:]
        assert session.number(Message("e")).number == 5

    def test_in_a_new_session_nothing_is(self) -> None:
        session = Session()
        session.number(Message("of before"))
        assert session.begin(welcome(resumed=False)) == []
        assert session.number(Message("first")).number == 1

    def test_it_keeps_no_more_than_so_many(self) -> None:
        session = Session()
        for _ in range(MAX_UNCONFIRMED):
            session.number(Message(None))
        with pytest.raises(StateError, match="256 messages"):
            session.number(Message(None))
        session.confirm(1)
        assert session.number(Message(None)).number == MAX_UNCONFIRMED + 1


def welcome(*, resumed: bool, taken: int = 0) -> Welcome:
    return Welcome("v1", "plot", "0", {}, TOKEN, resumed, taken)


class CutConnections(RuleBasedStateMachine):
    """A client that acts at any time, and a server, with a link between them that is cut at any moment.

    What is on its way then is lost, in both directions.
    """

    def __init__(self) -> None:
        super().__init__()
        self.hand = HeldInput()
        self.now = 100.0  # Later than the time that the user's events have, so that those of the server differ.
        self.client = Session()
        self.viewer: Viewer | None = None
        self.taken = 0
        self.resumes = False
        self.up: deque[InputEvent | Message] = deque()
        self.down: deque[Taken] = deque()
        self.made: list[object] = []
        self.program: list[Event] = []
        self.pressed: set[str] = set()

    def carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Submit(event):
                    self.hand.follow(event)
                    self.program.append(event)
                case Send(Taken() as taken):
                    self.down.append(taken)

    @precondition(lambda self: self.viewer is None)
    @rule()
    def connect(self) -> None:
        self.viewer = Viewer("v1", self.now)
        self.viewer.receive(HELLO, self.now)
        answer = welcome(resumed=self.resumes, taken=self.taken)
        self.carry_out(self.viewer.accept(HELLO, answer, TIERS, self.now))
        self.up.extend(self.client.begin(answer))
        self.resumes = True

    @precondition(lambda self: self.viewer is not None)
    @rule(held_up=st.booleans())
    def cut(self, held_up: bool) -> None:
        """The server notices it now, or when a new connection comes: that is the same to it."""
        assert self.viewer is not None
        if not held_up:
            self.deliver(len(self.up))
        self.viewer.vanish()
        self.program.extend(self.hand.release(self.now))
        assert self.viewer.resumable
        self.taken = self.viewer.taken
        self.viewer, self.hand = None, HeldInput()
        self.up.clear()
        self.down.clear()
        assert not self.held()

    @precondition(lambda self: self.resumes and self.client.unconfirmed < MAX_UNCONFIRMED)
    @rule(what=st.integers(0, 3))
    def act(self, what: int) -> None:
        """Also without a connection. Keys are pressed and released in turns, as by one finger."""
        message: InputEvent | Message
        if what == 0:
            message = Message(len(self.made))
            self.made.append(len(self.made))
        else:
            key = "abc"[what - 1]
            message = InputEvent(key_event("key_up" if key in self.pressed else "key_down", key))
            self.pressed ^= {key}
            self.made.append((message.event.type, key))
        numbered = self.client.number(message)
        if self.viewer is not None:
            self.up.append(numbered)

    @precondition(lambda self: self.viewer is not None and self.up)
    @rule(count=st.integers(1, 5))
    def deliver(self, count: int) -> None:
        assert self.viewer is not None
        for _ in range(min(count, len(self.up))):
            self.carry_out(self.viewer.receive(self.up.popleft(), self.now))

    @precondition(lambda self: self.viewer is not None)
    @rule()
    def send_again(self) -> None:
        """All that is not confirmed, as a client may that does not know what has arrived."""
        self.up.extend(self.client.begin(welcome(resumed=True)))

    @precondition(lambda self: self.down)
    @rule()
    def hear(self) -> None:
        self.client.confirm(self.down.popleft().number)

    @rule(seconds=st.floats(0, 0.2))
    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        if self.viewer is not None and (due := self.viewer.confirm_at) is not None and self.now >= due:
            self.carry_out(self.viewer.confirm(self.now))

    def held(self) -> set[str]:
        held: set[str] = set()
        for event in self.program:
            if event.type == "key_down":
                held.add(event.members["key"])
            elif event.type == "key_up":
                held.discard(event.members["key"])
        return held

    def received(self) -> list[object]:
        """What the program got of the user: without the releases that the server made, which come when it is cut."""
        return [
            event.members["data"] if event.type == "message" else (event.type, event.members["key"])
            for event in self.program
            if event.type == "message" or event.timestamp == 1.0  # That of `key_event`.
        ]

    def teardown(self) -> None:
        """Once the link is quiet, the program has all that was made, once, in order."""
        if self.viewer is None:
            self.connect()
        self.deliver(len(self.up))
        assert self.received() == self.made
        assert self.viewer is not None
        self.pass_time(CONFIRM_INTERVAL_S)
        while self.down:
            self.hear()
        assert self.client.unconfirmed == 0
        self.cut(held_up=True)


TestCutConnections = CutConnections.TestCase
TestCutConnections.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
