"""One world: a server, its viewers and their links, from the first step of a schedule to the peace after the last."""

from __future__ import annotations

import asyncio
import base64
import heapq
import itertools
import logging
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlsplit

from rendercanvas_rfb.options import DisplayOptions
from rendercanvas_rfb.policy import ViewerPolicy
from rendercanvas_rfb.viewer_event import ViewerEvent

from .actions import Actions
from .checks import Checks
from .encoders import Encoders
from .link import BROKEN, Ended, Link, Message, Wire
from .loop import VirtualLoop
from .records import Input, ProgramRecord, ViewerRecord, Violation
from .schedule import Schedule
from .server import ModelServer
from .threads import Scheduler

__all__ = ["Request", "World"]

Operation = tuple[Any, ...]


@dataclass(slots=True)
class Request:
    """What the other process is asked for: see ``web-client/tests/model/main.ts``."""

    until: float | None
    operations: list[Operation] = field(default_factory=list)
    begin: dict[str, Any] | None = None


Answer = tuple[list[list[Any]], float | None]


class World:
    """Runs one schedule; `run` is a generator of requests, to be sent the answers. Times are in ms.

    Attributes:
        now: The time.
        violation: What went wrong; None where nothing did.
        trace: What happened, in words; filled where ``traced``.
    """

    def __init__(self, schedule: Schedule, *, traced: bool = False) -> None:
        self.schedule = schedule
        self.settings = schedule.settings
        self.now = 0.0
        self.violation: str | None = None
        self.trace: list[str] = []
        self.traced = traced
        self.random = Random(schedule.seed)
        self.loop = VirtualLoop(self)
        self.loop.set_exception_handler(self._loop_failed)
        self.scheduler = Scheduler(self, self._failed)
        self.links = [Link(v["delay_ms"], v["jitter_ms"], v["bytes_per_ms"]) for v in self.settings["viewers"]]
        self.viewers = [ViewerRecord() for _ in self.links]
        self.wires: dict[int, Wire] = {}
        self.wire_of: dict[int, Wire] = {}
        self.encoders = Encoders(self.settings["encode_s"])
        self.server: ModelServer | None = None
        self.programs: list[ProgramRecord] = []
        self.program_busy_until = 0.0
        self.content = 0
        # Whether nobody can lose the control, so that all input counts.
        self.all_counts = self.settings["control"] == "all" or len(self.viewers) == 1
        self._numbers = itertools.count(1)
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._operations: list[Operation] = []
        self._lookahead = min(link.delay_ms for link in self.links)
        self._checks = Checks(self)
        self._actions = Actions(self)

    # What actions use.

    def at(self, time: float, callback: Callable[[], None]) -> None:
        """Call back at a time."""
        heapq.heappush(self._events, (max(time, self.now), next(self._order), callback))

    def tell_client(self, kind: str, target: int, *details: Any) -> None:
        """Have something happen in the other process now."""
        self._operations.append((self.now, kind, target, *details))
        if self.traced and kind not in ("text", "chunk"):
            self.note(f"  client {target}: {kind} {details}")

    def note(self, text: str) -> None:
        """Write down what happens."""
        if self.traced:
            self.trace.append(f"{self.now:9.1f} ms  {text}")

    def start_server(self) -> None:
        """Begin a life of the server."""
        options = DisplayOptions(window=self.settings["window"], max_fps=self.settings["max_fps"])
        policy = ViewerPolicy(resize=self.settings["resize"], control=self.settings["control"])
        self.programs.append(ProgramRecord(lambda: self.now, only_one=self.settings["control"] == "first"))
        self.server = ModelServer(self.loop, self.encoders, options, policy, self.settings["resume_s"], self._numbers)

    def fail(self, what: str) -> None:
        """Something is wrong; the first of it counts."""
        if self.violation is None:
            self.violation = what
            self.note(f"VIOLATION: {what}")

    # The course of time.

    def run(self) -> Generator[Request, Answer, None]:
        """Run the schedule, and then until there is peace."""
        self.enter()
        self.start_server()
        for step in self.schedule.steps:
            self.at(step.at, lambda step=step: self._actions.carry_out(step))  # type: ignore[misc]
        begin: dict[str, Any] | None = {"seed": self.schedule.seed}
        self.at(self.schedule.steps[-1].at, self._checks.make_peace)
        client_due: float | None = None
        while self.violation is None and not self._checks.is_over:
            dues = [due for due in (self._server_due(), client_due) if due is not None]
            start = max(self.now, min(dues, default=self.now))
            end = start + self._lookahead
            self._run_server(end)
            if self._operations or begin is not None or (client_due is not None and client_due < end):
                request = Request(end, self._operations, begin)
                self._operations, begin = [], None
                observations, client_due = yield request
                self.enter()
                self._observe_all(observations)
            self.now = max(self.now, end)
            self._guarded(self._checks.look)
        yield Request(None)
        self.close()

    def enter(self) -> None:
        """Be the world whose code runs in this process."""
        self.loop.enter()
        Scheduler.current = self.scheduler
        World.entered = self
        if self.server is not None:
            self.server.enter()

    entered: World
    """The one whose code runs."""

    def _server_due(self) -> float | None:
        first = self._events[0][0] if self._events else None
        for due in (self.loop.due, self.scheduler.due):
            if due is not None and (first is None or due < first):
                first = due
        return first

    def _run_server(self, end: float) -> None:
        while (due := self._server_due()) is not None and due < end and self.violation is None:
            self.now = max(self.now, due)
            while self._events and self._events[0][0] <= self.now:
                self._guarded(heapq.heappop(self._events)[2])
            self.loop.run_due()
            self.scheduler.run()
            if self.server is not None and self.now >= self.program_busy_until:
                self._guarded(self._take_events)

    def _take_events(self) -> None:
        if self.server is not None:
            self.server.take_events(self._program_event)

    def _program_event(self, event: ViewerEvent) -> None:
        if self.traced and event.type != "pointer_move":
            self.note(f"  program: {event.viewer} {event.type} {event.event.timestamp:.3f}")
        self.programs[-1].take(event)

    def close(self) -> None:
        """End what still runs."""
        self.enter()
        if self.server is not None:
            self.server.die()
        # The threads end, and what the tasks have left.
        for _ in range(5):
            self.loop.run_due()
            self.scheduler.run()
            self.now += 200.0
        asyncio._set_running_loop(None)
        self.loop.close()

    # What the client tells.

    def _observe_all(self, observations: list[list[Any]]) -> None:
        for time, kind, *details in observations:
            self.now = time
            if self.traced and kind not in ("send",):
                self.note(f"  told: {kind} {details}")
            handler = getattr(self, "_on_" + kind.replace("-", "_"))
            self._guarded(lambda handler=handler, details=details: handler(*details))  # type: ignore[misc]

    def _on_connect(self, socket: int, url: str) -> None:
        viewer = int(urlsplit(url).query.removesuffix("ws"))
        link = self.links[viewer]
        wire = Wire(socket, viewer, self, link, self.random, lambda message: self._arrived(socket, message))
        self.wires[socket] = wire
        self.at(self.now + link.delay_ms, lambda: self._knock(wire))

    def _knock(self, wire: Wire) -> None:
        link = self.links[wire.viewer]
        if not link.up and link.silent:
            return
        if self.server is None or not link.up:
            wire.down.send(Ended(BROKEN), self.now)
            return
        if not wire.client_open:
            return
        wire.incarnation = len(self.programs) - 1
        wire.heard.server = self.now
        self.wire_of[wire.viewer] = wire
        self.server.accept(wire.server)
        self.at(self.now + link.delay_ms, lambda: self._opened(wire))

    def _opened(self, wire: Wire) -> None:
        if not wire.down.is_dead and wire.client_open:
            wire.heard.client = self.now
            self.tell_client("opened", wire.number)

    def _arrived(self, socket: int, message: Message) -> None:
        match message:
            case Ended(code, reason):
                self.tell_client("ended", socket, code, reason)
            case str():
                self.tell_client("text", socket, message)
            case bytes():
                self.tell_client("chunk", socket, base64.b64encode(message).decode())

    def _on_send(self, socket: int, text: str) -> None:
        if self.traced and '"ack"' not in text:
            self.note(f"  sends on {socket}: {text[:160]}")
        self.wires[socket].up.send(text, self.now)

    def _on_hang_up(self, socket: int, code: int, reason: str) -> None:
        wire = self.wires[socket]
        wire.client_open = False
        wire.up.send(Ended(code, reason), self.now)

    def _on_input(self, viewer: int, token: int, type: str, what: Any) -> None:
        session = self.viewers[viewer].session
        if session is None:
            raise Violation(f"viewer {viewer}: input is taken without a session")
        session.offered.append(Input(token, type, what))

    def _on_welcome(self, viewer: int, name: str) -> None:
        self.viewers[viewer].viewer = name

    def _on_state(self, viewer: int, state: dict[str, Any]) -> None:
        self.viewers[viewer].state.update(state)

    def _on_frame(self, viewer: int, content: int, lossless: bool, _frame: int) -> None:
        record = self.viewers[viewer]
        record.content, record.lossless = content, lossless

    def _on_status(self, viewer: int, status: str, takes_input: bool, resumed: bool | None, _after: str | None) -> None:
        record = self.viewers[viewer]
        if status == "connected" and record.status != "connected":
            self._checks.greeted(viewer, resumed=bool(resumed))
        record.status, record.takes_input, record.resumed = status, takes_input, resumed
        record.refused = status == "refused"

    def _on_violation(self, what: str) -> None:
        raise Violation(what)

    # What goes wrong.

    def _guarded(self, function: Callable[[], None]) -> None:
        try:
            function()
        except Violation as violation:
            self.fail(str(violation))

    def _failed(self, error: BaseException) -> None:
        self.fail(f"a thread of the server failed: {error!r}")

    def _loop_failed(self, _loop: object, context: dict[str, Any]) -> None:
        self.fail(f"asyncio: {context.get('message')} {context.get('exception')!r}")


class LogWatch(logging.Handler):
    """Takes errors in the server's log for violations."""

    def emit(self, record: logging.LogRecord) -> None:
        """An error was logged."""
        if World.entered.traced:
            World.entered.note(f"  server logs: {record.getMessage()}")
        if record.levelno >= logging.ERROR:
            error = record.exc_info[1] if record.exc_info else None
            World.entered.fail(f"the server logs: {record.getMessage()} {error!r}")
