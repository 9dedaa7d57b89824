"""Planted defects: small changes of the server and of the client, each of which the checker must find.

Those of the client are in ``web-client/tests/model/defects.ts``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import PropertyMock, patch

from rendercanvas_rfb.audience import Audience
from rendercanvas_rfb.encoding import TierWorker
from rendercanvas_rfb.input_gate import InputGate
from rendercanvas_rfb.resuming import Sessions
from rendercanvas_rfb.session.heartbeat import Heartbeat
from rendercanvas_rfb.session.held import HeldInput
from rendercanvas_rfb.session.ledger import InputLedger
from rendercanvas_rfb.session.pictures import Pictures
from rendercanvas_rfb.session.window import Window
from rendercanvas_rfb.stage import Stage
from rendercanvas_rfb.viewing import ViewerSession

__all__ = ["DEFECTS", "Defect", "planted"]


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong, in words, and how to make it so on the server; None where it is in the client."""

    meaning: str
    plant: Callable[[], Any] | None = None


def _offer_without_gate() -> Any:
    offer = Pictures.offer

    def broken(self: Pictures, *args: Any) -> Any:
        needed = self._needs_keyframe
        effects = offer(self, *args)
        self._needs_keyframe = needed and self._needs_keyframe
        return effects

    return patch.object(Pictures, "offer", broken)


def _another_id() -> Any:
    resume = Sessions.resume

    def broken(self: Sessions, *args: Any) -> Any:
        ticket = resume(self, *args)
        return None if ticket is None else replace(ticket, viewer=ticket.viewer + "-again")

    return patch.object(Sessions, "resume", broken)


def _forget_taken() -> Any:
    ticket = ViewerSession.ticket.fget  # type: ignore[attr-defined]
    return patch.object(ViewerSession, "ticket", property(lambda self: replace(ticket(self), taken=0)))


def _announce_once() -> Any:
    send = Pictures._send

    def broken(self: Pictures, chunk: Any, *args: Any, **rest: Any) -> Any:
        video = chunk.header.format.is_video
        if video in self._announced:
            self._announced[video] = chunk.header.stream
        return send(self, chunk, *args, **rest)

    return patch.object(Pictures, "_send", broken)


def _count_silently() -> Any:
    def broken(self: Audience) -> None:
        self._state["viewers"] = len(self._watchers)

    return patch.object(Audience, "_count", broken)


def _attach_without_screen() -> Any:
    attach = Stage.attach

    def broken(self: Stage, *args: Any, screen: bool, **rest: Any) -> Any:
        return attach(self, *args, **rest)

    return patch.object(Stage, "attach", broken)


def _is_there(self: Audience, watcher: Any) -> bool:
    return watcher in self._watchers


def _change_silently() -> Any:
    def broken(_: Audience, change: Callable[[], None]) -> None:
        change()

    return patch.object(Audience, "_change", broken)


def _nothing(*_: Any, **__: Any) -> None:
    pass


DEFECTS = {
    "deltas-after-a-gap": Defect(
        "after a chunk that was left out, deltas are sent without a keyframe", _offer_without_gate
    ),
    "input-forgotten": Defect("a session that goes on does not know what it has taken", _forget_taken),
    "input-unconfirmed": Defect(
        "the viewer is never told what was taken",
        lambda: patch.object(InputLedger, "confirm_at", PropertyMock(return_value=None)),
    ),
    "held-for-ever": Defect(
        "what a viewer held is not let go of when it is gone",
        lambda: patch.object(HeldInput, "release", lambda *_: iter(())),
    ),
    "held-without-control": Defect(
        "who loses the control goes on holding what it held",
        lambda: patch.object(InputGate, "_let_go", _nothing),
    ),
    "control-told-late": Defect(
        "who comes back to the control is told of it after its welcome", _attach_without_screen
    ),
    "control-shared": Defect(
        "the input of those without the control counts", lambda: patch.object(Audience, "controls", _is_there)
    ),
    "control-untold": Defect("viewers are not told that the control is theirs, or another's", _change_silently),
    "half-open-for-ever": Defect(
        "the server does not mind silence", lambda: patch.object(Heartbeat, "is_lost", lambda *_: False)
    ),
    "sessions-not-kept": Defect("no session waits for its viewer", lambda: patch.object(Sessions, "keep", _nothing)),
    "another-id": Defect("a viewer that comes back has another id", _another_id),
    "both-connections": Defect(
        "a viewer that comes back does not end its old connection",
        lambda: patch.object(ViewerSession, "replace", _nothing),
    ),
    "ghosts": Defect("who is gone is still counted", lambda: patch.object(Audience, "release", lambda *_: True)),
    "acknowledgements-ignored": Defect(
        "the window is never freed", lambda: patch.object(Window, "acknowledged", lambda *_: 0)
    ),
    "stream-not-described": Defect("only the first stream of video is described", _announce_once),
    "tier-failure-untold": Defect(
        "viewers are not told that their encoder has failed", lambda: patch.object(TierWorker, "announce", _nothing)
    ),
    "viewers-untold": Defect("viewers are not told how many they are", _count_silently),
    "client-gate-open": Defect("the client hands deltas to a decoder that has no reference"),
    "client-does-not-resend": Defect("the client does not send again what the server lacks"),
    "client-resends-backwards": Defect("the client sends again in the wrong order"),
    "client-deaf": Defect("the client does not mind silence"),
    "client-page-holds-on": Defect("the page goes on holding what was let go of when the connection was lost"),
    "client-counts-on": Defect("the client compares the numbers of pictures with those of the connection before"),
    "client-late-image": Defect("the client shows an image of the connection before"),
    "client-blurs-the-still": Defect("the client shows a picture with loss over the exact one"),
}
"""By name."""


@contextmanager
def planted(name: str | None) -> Iterator[None]:
    """Make the server have the defect of that name, where it is one of the server's."""
    with ExitStack() as stack:
        if name is not None and (plant := DEFECTS[name].plant) is not None:
            stack.enter_context(plant())
        yield
