"""The figures that apps show, by their keys: made once, found again, and closed while nobody looks at them."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..display import Display
from ..errors import ConfigurationError
from ..hosting import made_by
from ..hub import Hub, Place
from ..private import PrivateDisplays
from ._drawing import Drawing
from ._site import Site
from ._sleeping import Sleeping, SleepingFigures
from ._sources import display_of, is_factory, key_of, place_name

__all__ = ["DEFAULT_IDLE_S", "Figures", "Shown"]

DEFAULT_IDLE_S = 300.0
"""Seconds that a figure is kept while nobody looks at it: a tab that is reloaded, or a page that is left for another
one and come back to, finds it as it was."""

CHECK_S = 5.0
"""Seconds between looks at who is looked at."""


@dataclass(eq=False)
class Shown:
    """A figure that is shown.

    Attributes:
        source: What the program gave, or what its function made; None for a figure of each view.
        place: What its address stands for.
        made_here: Whether a function of the program made it here, so that it is made again when it is asked for later.
        again: Shows it again once it was let go of.
        seen: When it was last asked for or looked at, by the monotonic clock.
    """

    source: Any
    place: Place
    made_here: bool
    again: Callable[[], Shown]
    seen: float = field(default_factory=time.monotonic)

    @property
    def display(self) -> Display | None:
        """Its display; None where each view has its own."""
        return self.place if isinstance(self.place, Display) else None

    @property
    def title(self) -> str:
        """What it is called."""
        return self.place.title if isinstance(self.place, PrivateDisplays) else str(self.place.state["title"])

    @property
    def over(self) -> bool:
        """Whether it was closed."""
        return self.display is not None and self.display.closed

    @property
    def watched(self) -> bool:
        """Whether it has a viewer."""
        displays = self.place.displays if isinstance(self.place, PrivateDisplays) else [self.place]
        return any(display.state["viewers"] for display in displays)


class Figures:
    """Figures by key. Methods may be called from any thread.

    Args:
        site: Where they are shown.
        drawing: Makes them.
    """

    def __init__(self, site: Site, drawing: Drawing) -> None:
        self.idle_s: float | None = DEFAULT_IDLE_S
        self._site = site
        self._drawing = drawing
        self._lock = threading.Lock()
        self._making: dict[str, threading.Lock] = {}
        self._shown: dict[str, Shown] = {}
        self._sleeping = SleepingFigures()
        self._sweeper: threading.Thread | None = None

    def show(self, source: Any, key: str | None = None, *, visitor: str | None = None, private: bool = False) -> Shown:
        """Make a figure reachable, or find the one that is.

        Args:
            source: A figure, as `display_of` takes it; or a function that makes one, which is called where there is
                none under that key, on the thread that draws.
            key: By which it is found again; by default that of the function, or the figure itself.
            visitor: Whose own it is; None for one that is shared.
            private: Whether each view has its own.

        Raises:
            ConfigurationError: ``source`` is no such thing.
        """
        if not is_factory(source):
            if visitor is not None or private:
                raise ConfigurationError("per_visitor=True needs a function that makes a figure, for each visitor")
            return self._show_object(source, key)
        key = key_of(source) if key is None else key
        name = place_name(key, visitor)
        # Others may make other figures meanwhile.
        with self._turn(name):
            shown = self._find(name)
            if shown is None:
                again = partial(self.show, source, key, visitor=visitor, private=private)
                shown = self._open_place(name, source, again) if private else self._make(name, source, again)
                self._keep(name, shown)
        return shown

    def _turn(self, name: str) -> threading.Lock:
        """Whoever holds it makes or closes the figure of that name."""
        with self._lock:
            return self._making.setdefault(name, threading.Lock())

    def _find(self, name: str) -> Shown | None:
        with self._lock:
            shown = self._shown.get(name)
            if shown is None or shown.over:
                return None
            shown.seen = time.monotonic()
            return shown

    def _keep(self, name: str, shown: Shown) -> None:
        with self._lock:
            self._shown[name] = shown
            if self._sweeper is None:
                self._sweeper = threading.Thread(target=self._sweep_for_ever, name="rfb-apps", daemon=True)
                self._sweeper.start()

    def _show_object(self, source: Any, key: str | None) -> Shown:
        display = display_of(source)
        name = display.name if key is None else place_name(key, None)
        before = self._find(name)
        if before is not None and before.place is display:
            before.source = source
            return before
        self._drawing.adopt()
        if self._site.hub.place(display.name) is not display:
            self._place(display)
        held = weakref.ref(display)
        shown = Shown(source, display, made_here=False, again=lambda: self._show_object(held(), key))
        self._keep(name, shown)
        if before is not None:
            # The script that made it has run again, and made another one.
            before.place.close()
        return shown

    def _make(self, name: str, factory: Callable[[], Any], again: Callable[[], Shown]) -> Shown:
        source, display = self._made(name, factory)
        self._place(display)
        return Shown(source, display, made_here=True, again=again)

    def _made(self, name: str, factory: Callable[[], Any]) -> tuple[Any, Display]:
        """Call ``factory`` where figures are drawn, with displays that are served here alone."""

        def make() -> tuple[Any, Display]:
            with made_by(lambda _name, **options: _new_display(name, **options)):
                source = factory()
            return source, display_of(source)

        return self._drawing.run(make)

    def _open_place(self, name: str, factory: Callable[[], Any], again: Callable[[], Shown]) -> Shown:
        held: dict[Display, Any] = {}

        def make(_principal: object) -> Display:
            source, display = self._made(name, factory)
            held[display] = source
            display.at_close(lambda: held.pop(display, None))
            return display

        place = PrivateDisplays(name, make)
        self._site.hub.add(place)
        return Shown(None, place, made_here=True, again=again)

    def _place(self, display: Display) -> None:
        hub: Hub = self._site.hub
        self._sleeping.wake(hub, display)
        display.at_close(lambda: hub.remove(display))
        if not display.url:
            display.url = self._site.address(display.name).url

    def close_idle(self, now: float) -> None:
        """Close the figures that nobody has looked at for long; ``now`` is by the monotonic clock.

        What the program made itself is only let go of: it may show it again. Who comes to the address of either finds
        the figure there, made anew where it was closed. A place with a figure for each view is left: it holds none.
        """
        with self._lock:
            for shown in self._shown.values():
                if shown.watched:
                    shown.seen = now
            ended = [(name, shown) for name, shown in self._shown.items() if self._ends(shown, now)]
        for name, shown in ended:
            with self._turn(name):
                with self._lock:
                    if self._shown.get(name) is not shown or not self._ends(shown, now):
                        continue
                    del self._shown[name]
                self._let_go(shown)

    def _ends(self, shown: Shown, now: float) -> bool:
        idle = self.idle_s is not None and now - shown.seen > self.idle_s
        return shown.over or (idle and shown.display is not None)

    def _let_go(self, shown: Shown) -> None:
        hub, display = self._site.hub, shown.display
        if display is None or shown.over:
            hub.remove(shown.place)
            return
        place = Sleeping(display.name, shown.title, partial(_woken, shown.again))
        self._sleeping.put(hub, display, place)
        if shown.made_here:
            display.close()
        else:
            self._sleeping.end_with(hub, display, place)

    def _sweep_for_ever(self) -> None:
        while True:
            time.sleep(CHECK_S)
            self.close_idle(time.monotonic())


def _woken(again: Callable[[], Shown]) -> Display:
    display = again().display
    if display is None:
        raise ConfigurationError("the figure has become one for each view")
    return display


def _new_display(name: str, width: float | None = None, height: float | None = None, **options: Any) -> Display:
    display = Display(name, **options)
    if width is not None and height is not None:
        display.set_state(width=width, height=height, pixel_ratio=1.0)
    return display
