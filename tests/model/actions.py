"""What can happen to a world: the users, their machines, the network, the program and the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier

from .schedule import Step

if TYPE_CHECKING:
    from .link import Wire
    from .world import World

__all__ = ["Actions"]

FRAME_MS = 33.0
"""Between two pictures of an animation."""

CLIENT_ACTIONS = {
    "move": "move",
    "press": "press",
    "release": "release",
    "leave": "leave",
    "key_down": "key-down",
    "key_up": "key-up",
    "wheel": "wheel",
    "wake": "wake",
    "machine": "machine",
}
"""What the other process does by itself, by its name there."""


class Actions:
    """Carries out the steps of a schedule. What makes no sense, such as input of who has not come, is nothing."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._started: set[int] = set()

    @property
    def started(self) -> set[int]:
        """The viewers that have come."""
        return self._started

    def carry_out(self, step: Step) -> None:
        """Do it."""
        self._world.note(f"{step.action} (viewer {step.viewer}) {'' if step.detail is None else step.detail}")
        if (kind := CLIENT_ACTIONS.get(step.action)) is not None:
            self._client(step.viewer, kind, step.detail)
        else:
            getattr(self, step.action)(step.viewer, step.detail)

    def start(self, viewer: int, _: object) -> None:
        """A viewer comes."""
        if viewer not in self._started:
            self._started.add(viewer)
            self._world.tell_client("start", viewer, self._world.settings["viewers"][viewer]["client"])

    def quit(self, viewer: int, _: object) -> None:
        """A user closes the view."""
        self._client(viewer, "quit", None)
        self._world.viewers[viewer].has_quit = viewer in self._started

    def hide(self, viewer: int, _: object) -> None:
        """The tab is hidden."""
        self._client(viewer, "view", {"visible": False})

    def show(self, viewer: int, _: object) -> None:
        """The tab is shown, which pages say to their worker in both ways."""
        self._client(viewer, "view", {"visible": True})
        self._client(viewer, "wake", False)

    def resize(self, viewer: int, size: dict[str, int]) -> None:
        """The element has another size."""
        width, height = size["width"], size["height"]
        self._client(
            viewer, "view", {"width": width, "height": height, "physical_width": width, "physical_height": height}
        )

    def publish(self, _: int, count: int) -> None:
        """The program shows some pictures, one after the other."""
        world = self._world
        if world.server is not None:
            world.content += 1
            world.server.publish(world.content)
        if count > 1:
            world.at(world.now + FRAME_MS, lambda: self.publish(0, count - 1))

    def program_busy(self, _: int, ms: float) -> None:
        """The program does not take its events for a while."""
        self._world.program_busy_until = self._world.now + ms

    def cut(self, viewer: int, detail: dict[str, Any]) -> None:
        """The connection breaks, noticed by one side or both."""
        if (wire := self._wire(viewer)) is not None:
            knows = detail["knows"]
            wire.cut(
                keep_up=detail["keep_up"],
                keep_down=detail["keep_down"],
                server_knows=knows in ("both", "server"),
                client_knows=knows in ("both", "client"),
            )

    def fall_silent(self, viewer: int, _: object) -> None:
        """The connection is half open: nothing gets through, nobody is told."""
        if (wire := self._wire(viewer)) is not None:
            wire.fall_silent()

    def stall(self, viewer: int, _: object) -> None:
        """Nothing moves on the link, for now."""
        self._world.links[viewer].stalled = True

    def resume(self, viewer: int, _: object) -> None:
        """It moves again."""
        self._world.links[viewer].stalled = False
        for wire in self._world.wires.values():
            if wire.viewer == viewer:
                wire.resume()

    def network(self, viewer: int, silent: bool) -> None:
        """The network is gone: no connection survives, and none gets through."""
        link = self._world.links[viewer]
        link.up, link.silent = False, silent
        if (wire := self._wire(viewer)) is None:
            return
        if silent:
            wire.fall_silent()
        else:
            wire.cut(keep_up=0, keep_down=0, server_knows=False, client_knows=True)

    def network_up(self, viewer: int, _: object) -> None:
        """It is back, and the browser says so."""
        self._world.links[viewer].up = True
        self._client(viewer, "wake", True)

    def break_tier(self, _: int, chroma: str) -> None:
        """The encoder of a tier of video fails from now on."""
        self._world.encoders.broken.add(Tier(PictureFormat.H264, Chroma(chroma)))

    def reconfigure(self, _: int, changes: dict[str, Any]) -> None:
        """The program changes its options."""
        if self._world.server is not None:
            self._world.server.display.set_options(**changes)

    def restart(self, _: int, detail: dict[str, Any]) -> None:
        """The server ends, and begins anew after a while."""
        world = self._world
        if (server := world.server) is None:
            return
        world.server = None
        if detail["kind"] == "shutdown":
            server.stop()
            world.loop.run_due()
        for wire in world.wires.values():
            # What a server has sent before it ends still arrives.
            keep = wire.down.on_way if detail["kind"] == "shutdown" else 0
            wire.cut(keep_up=0, keep_down=keep, server_knows=False, client_knows=True)
        server.die()
        world.at(world.now + detail["ms"], self._restarted)

    def _restarted(self) -> None:
        self._world.start_server()
        self._world.enter()
        self.publish(0, 1)

    def make_peace(self) -> None:
        """All is well from now on, and users let go of what they hold."""
        world = self._world
        for viewer, link in enumerate(world.links):
            link.up, link.silent, link.bytes_per_ms = True, False, None
            self.resume(viewer, None)
            well = {"decodeMs": 2, "imageMs": 2, "failures": 0, "imageFailures": 0, "stuck": False}
            self._client(viewer, "machine", well)
            self._client(viewer, "let-go", None)
            self._client(viewer, "view", {"visible": True})
        world.program_busy_until = 0.0

    def _client(self, viewer: int, kind: str, detail: object) -> None:
        if viewer in self._started and not self._world.viewers[viewer].has_quit:
            self._world.tell_client(kind, viewer, detail)

    def _wire(self, viewer: int) -> Wire | None:
        return self._world.wire_of.get(viewer)
