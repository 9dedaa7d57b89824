"""What must hold of a world at all times, and what must come true once there is peace."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rendercanvas_rfb.outgoing import MAX_QUEUED_BYTES, MAX_QUEUED_MESSAGES
from rendercanvas_rfb.session.window import MAX_BYTES, MAX_CHUNKS

from .link import ServerEnd
from .records import SessionRecord, ViewerRecord, Violation, check_order

if TYPE_CHECKING:
    from .server import ModelServer
    from .world import World

__all__ = ["Checks"]

GONE_MS = 10_000.0
"""A half-open peer is gone within this time (``docs/protocol.md``, "ping, pong, bye")."""

SLACK_MS = 150.0
"""What windows of time may add to it, which are as long as the slowest way of a link."""

KEPT_MAX = 256
"""Inputs that a client keeps at most (``web-client/src/core/ledger.ts``)."""

CONTROL_MS = 1_000.0
"""What is said of the control may be older than its last change by less than this."""

PEACE_MS = 60_000.0
"""Within this all must be well: 10 s until a half-open connection is given up, 8 s for a try that leads nowhere, and
15 s until the next one at the latest."""

LOOK_MS = 100.0
"""Between two looks at all that must hold at all times."""

LASTING_MS = 1_500.0
"""What is well stays so: for longer than a still takes to settle, and a tick of the server's clock."""


class Checks:
    """Watches one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._peace_since: float | None = None
        self._well_since: float | None = None
        self._look_at = 0.0
        self.is_over = False
        """Whether there was peace, and all was well."""

    def make_peace(self) -> None:
        """The schedule is at its end."""
        self._world._actions.make_peace()
        self._peace_since = self._world.now

    def greeted(self, viewer: int, *, resumed: bool) -> None:
        """A client is connected: its session goes on where it can, with the same id."""
        world = self._world
        record = world.viewers[viewer]
        name, before, incarnation = record.viewer, record.session, world.wire_of[viewer].incarnation
        assert name is not None
        if resumed:
            if before is None or name != before.viewer or before.incarnation != incarnation:
                raise Violation(f"viewer {viewer}: resumed as {name}, and was {before}")
            self._told_of_control(viewer, name)
            return
        if before is not None and before.incarnation == incarnation:
            left_at = world.programs[incarnation].left_at.get(before.viewer)
            lately = left_at is None or world.now - left_at < 1000 * world.settings["resume_s"] - 5_000
            if lately:
                raise Violation(f"viewer {viewer}: a new session {name}, though {before.viewer} could have gone on")
        record.session = SessionRecord(incarnation, name)

    def _told_of_control(self, viewer: int, name: str) -> None:
        """Who comes back to the control hears of it at once, so that its page takes what its user does."""
        world = self._world
        if world.server is None or world.viewers[viewer].state["control"]:
            return
        left = [at for other, at in world.programs[-1].left_at.items() if other != name]
        lately = world.now - max(left, default=-math.inf) < CONTROL_MS or world.now < world.program_busy_until
        for watcher in world.server.watchers:
            if watcher.id == name and world.server.controls(watcher) and not lately:
                raise Violation(f"viewer {viewer}: {name} comes back to the control, and is told that it has none")

    def look(self) -> None:
        """Check what must hold, now and then."""
        world = self._world
        if world.now < self._look_at:
            return
        self._look_at = world.now + LOOK_MS
        if (server := world.server) is not None:
            self._bounds(server)
            self._presence(server)
        for viewer, record in enumerate(world.viewers):
            wire = world.wire_of.get(viewer)
            if record.status == "connected" and wire is not None and not record.has_quit:
                silence = world.now - wire.heard.client
                if wire.client_open and silence > GONE_MS + SLACK_MS:
                    raise Violation(
                        f"viewer {viewer} says that it is connected after {silence / 1000:.1f} s of silence"
                    )
            session = record.session
            if session is None:
                continue
            taken = world.programs[session.incarnation].taken[session.viewer]
            seen = (len(session.offered), len(taken))
            if seen != session.checked:
                check_order(session, taken, gaps=not world.all_counts)
                session.checked = seen
            kept = len(session.offered) - len(taken)
            if kept > 2 * KEPT_MAX:
                raise Violation(f"viewer {viewer} keeps {kept} inputs")
        if self._peace_since is not None:
            self._look_for_peace(self._peace_since)

    def _bounds(self, server: ModelServer) -> None:
        for watcher in server.watchers:
            window, outgoing = watcher._viewer.pictures.window, watcher._outgoing
            if window.in_flight > MAX_CHUNKS or window.bytes > 2 * MAX_BYTES:
                raise Violation(f"{watcher.id} has {window.in_flight} chunks in flight")
            if outgoing._queue.qsize() > MAX_QUEUED_MESSAGES or outgoing._bytes > 2 * MAX_QUEUED_BYTES:
                raise Violation(f"{outgoing._queue.qsize()} messages wait for {watcher.id}")
        if len(server.roster._sessions) > server.limits.max_resumable:
            raise Violation("too many sessions wait to be resumed")

    def _presence(self, server: ModelServer) -> None:
        count = server.display.state["viewers"]
        watchers = server.watchers
        if count != len(watchers):
            raise Violation(f"{count} viewers are counted, and {len(watchers)} are there")
        ids = [watcher.id for watcher in watchers]
        if len(set(ids)) != len(ids):
            raise Violation(f"two viewers have one id: {ids}")
        for watcher in watchers:
            end = watcher._connection
            assert isinstance(end, ServerEnd)
            silence = self._world.now - end.wire.heard.server
            if silence > GONE_MS + SLACK_MS:
                raise Violation(f"{watcher.id} is counted after {silence / 1000:.1f} s of silence")

    def _look_for_peace(self, since: float) -> None:
        world = self._world
        wrong = self._what_is_wrong()
        if wrong is None:
            self._well_since = world.now if self._well_since is None else self._well_since
            self.is_over = world.now - self._well_since >= LASTING_MS
        else:
            self._well_since = None
            if world.now - since > PEACE_MS:
                raise Violation(f"{PEACE_MS / 1000:g} s after the last fault, {wrong}")

    def _what_is_wrong(self) -> str | None:
        world = self._world
        if (server := world.server) is None:
            return "there is no server"
        alive = [v for v in world._actions.started if not world.viewers[v].has_quit]
        if len(server.watchers) != len(alive):
            return f"{len(server.watchers)} viewers are attached, and {len(alive)} are there"
        for viewer in alive:
            if (wrong := self._wrong_with(viewer, server)) is not None:
                return f"viewer {viewer}: {wrong}"
        metrics = len(server.roster.metrics())
        return None if metrics == len(alive) else f"{metrics} viewers are in the metrics, and {len(alive)} are there"

    def _wrong_with(self, viewer: int, server: ModelServer) -> str | None:
        world, record = self._world, self._world.viewers[viewer]
        if record.status != "connected" or record.session is None:
            return f"it is {record.status}"
        if record.content != server.content:
            return f"it shows picture {record.content}, and the framebuffer is {server.content}"
        if server.content is not None and not record.lossless:
            return "it does not show the exact pixels"
        if record.state.get("viewers") != len(server.watchers):
            return f"it is told of {record.state.get('viewers')} viewers"
        program = world.programs[-1]
        if held := program.held[record.session.viewer]:
            return f"it holds {held}, and its user nothing"
        if not record.takes_input:
            return "it takes no input"
        taken = program.taken[record.session.viewer]
        try:
            check_order(record.session, taken, complete=world.all_counts, gaps=not world.all_counts)
        except Violation as violation:
            return str(violation)
        return self._wrong_with_control(record, server)

    def _wrong_with_control(self, record: ViewerRecord, server: ModelServer) -> str | None:
        controllers = [watcher.id for watcher in server.watchers if server.controls(watcher)]
        if self._world.settings["control"] == "first" and len(controllers) != 1:
            return f"{controllers} have the control"
        assert record.session is not None
        controls = record.session.viewer in controllers
        if record.state["control"] != controls:
            return f"its page says {record.state['control']} of its control, and it is {controls}"
        return None
