"""The rendercanvas backend: `RfbRenderCanvas`, and the loop that it runs on.

rendercanvas finds it as ``rendercanvas.rfb``. A canvas belongs to the thread of its loop; the display that it
publishes to belongs to nobody, so that viewers and encoders go on while a draw blocks.
"""

from __future__ import annotations

import itertools
import logging
import time
import weakref
from typing import Any

import numpy as np
from rendercanvas.asyncio import loop
from rendercanvas.base import BaseCanvasGroup, BaseRenderCanvas
from rendercanvas.contexts import WgpuContext

from .display import Display
from .errors import StateError
from .events import INPUT_TYPES, to_rendercanvas
from .frames import PixelFormat
from .hosting import host_display
from .policy import DEFAULT_MAX_SIZE, ViewerPolicy
from .showing import Showable, in_notebook

__all__ = ["RenderCanvas", "RfbRenderCanvas", "loop"]

logger = logging.getLogger("rendercanvas_rfb")

DEFAULT_MAX_FPS = 60.0
"""Frames a second in the modes that have a limit. rendercanvas' own default of 30 adds up to 33 ms to every
interaction; this one matches screens."""

MAX_CANVAS_DIMENSION = 8192
"""Pixels per side that a viewer can make the canvas have: WebGPU's guaranteed maximum for textures
(maxTextureDimension2D), and more than an 8K screen."""

MAX_CANVAS_PIXELS = DEFAULT_MAX_SIZE[0] * DEFAULT_MAX_SIZE[1]
"""Pixels in all: those of the largest picture that video can have, in whatever shape."""

_FORMATS = {"rgba-u8": PixelFormat.RGBA, "bgra-u8": PixelFormat.BGRA}


class RfbCanvasGroup(BaseCanvasGroup):  # type: ignore[misc]
    """All `RfbRenderCanvas` objects, and the loop that they share."""


class RfbRenderCanvas(BaseRenderCanvas, Showable):  # type: ignore[misc]
    """A canvas that is seen in browsers.

    The first canvas of a process starts a server in a thread of its own, and each prints one line with its address to
    stderr. In a notebook there is neither, unless ``name``, ``host``, ``port`` or ``open_browser`` is given: a canvas
    that is the value of a cell shows itself.

    Args:
        *args: For ``rendercanvas.BaseRenderCanvas``.
        name: The canvas' part of the address; ``canvas-1``, ``canvas-2``, ... by default.
        host: Interface to listen on. Any but loopback makes a token necessary, which is generated and printed with
            the address.
            By default that of ``RENDERCANVAS_RFB_HOST``, else 127.0.0.1.
        port: Port to listen on, 0 for any free one; where it is in use, the next free one. By default that of
            ``RENDERCANVAS_RFB_PORT``, else 7320.
        open_browser: Whether to open the address in a browser. By default whether ``RENDERCANVAS_RFB_OPEN`` is 1.
        display: What to show the canvas on, in place of a display that is made and served for it: one on a server, or
            in an app, of your own. Make it with ``policy=ViewerPolicy(resize="viewer")`` where viewers shall size it.
        **kwargs: For ``rendercanvas.BaseRenderCanvas``: size (logical pixels, until a viewer with another size
            comes), title, update_mode, min_fps, max_fps
            (60 by default), ...

    Raises:
        ConfigurationError: The name is taken or cannot be part of an address, or a variable of the environment has no
            valid value.
        AddressError: The server cannot listen there.
    """

    _rc_canvas_group = RfbCanvasGroup(loop)

    def __init__(
        self,
        *args: Any,
        name: str | None = None,
        host: str | None = None,
        port: int | None = None,
        open_browser: bool | None = None,
        display: Display | None = None,
        **kwargs: Any,
    ) -> None:
        # First of all, because the base class calls close() when it is deleted, even half made.
        self._display: Display | None = None
        self._is_closed = False
        self._draw_pending = False
        self._draw_requested = False
        self._has_size = False
        self._resized = False
        self._native_pixel_ratio = 1.0
        kwargs.setdefault("max_fps", DEFAULT_MAX_FPS)
        self._next_draw = _NextDraw(kwargs.get("update_mode", "ondemand"), kwargs["max_fps"])
        super().__init__(*args, **kwargs)
        try:
            self._display = display or _make_display(name, host, port, open_browser)
        except BaseException:
            # The loop knows the canvas already, and would wait for it to be closed.
            self._is_closed = True
            raise
        self._waker = self._display.on_wake = _Waker(self)
        self._display.at_close(self._waker)
        self._final_canvas_init()
        if display is None and not self._display.url:
            # In a notebook views are as large as the canvas, rather than as wide as the page.
            self._display.set_css_size(*self.get_logical_size())

    @property
    def url(self) -> str:
        """Address of the page that shows the canvas; it holds the token where one is needed."""
        return "" if self._display is None else self._display.url

    @property
    def display(self) -> Display:
        """What shows the canvas: for recordings, snapshots, messages to viewers, and the quality of the picture.

        The canvas takes its events, so that `Display.on` is the way to see them too.

        Raises:
            StateError: The canvas is closed.
        """
        if self._display is None:
            raise StateError("the canvas is closed")
        return self._display

    # Events, sizes and draws: all on the loop's thread.

    def set_update_mode(self, update_mode: str, *, min_fps: float | None = None, max_fps: float | None = None) -> None:
        """When to draw, as ``rendercanvas.BaseRenderCanvas`` says."""
        super().set_update_mode(update_mode, min_fps=min_fps, max_fps=max_fps)
        self._next_draw.set_mode(update_mode, max_fps)

    def request_draw(self, draw_function: Any = None) -> None:
        """Have a picture drawn soon, as ``rendercanvas.BaseRenderCanvas`` says.

        Where an event asks for it while the canvas is idle, it is drawn at once.
        """
        super().request_draw(draw_function)
        self._draw_requested = True

    def force_draw(self) -> None:
        """Draw now, as ``rendercanvas.BaseRenderCanvas`` says."""
        self._draw_requested = False
        super().force_draw()
        self._look_for_loss()

    def _rc_gui_poll(self) -> None:
        display = self._display
        if display is None or self._is_closed:
            return
        self._waker.rearm()
        for item in display.poll_events():
            if item.type == "close":
                self.close()
                return
            # Messages, sizes, and who comes and goes are no input.
            if item.type in INPUT_TYPES:
                self.submit_event(to_rendercanvas(item.event))
        self._draw_if_wanted()

    def _rc_request_draw(self) -> None:
        self._draw_pending, self._resized = True, False
        self._draw_if_wanted()
        if self._draw_pending:
            self._process_events_unwatched()

    def _draw_if_wanted(self) -> None:
        """Draw, where the scheduler waits for it and somebody would see it.

        Without a viewer the scheduler goes on waiting, and nothing is drawn.
        """
        if self._draw_pending and self._can_draw():
            self._adopt_view()
            self._draw_pending, self._resized = False, False
            self._draw()

    def _can_draw(self) -> bool:
        """Whether a picture that is drawn now would be seen soon."""
        has_room = getattr(self._canvas_context, "has_room", True)
        return bool(has_room) and self._display is not None and self._display.wants_frame()

    def _wake(self) -> None:
        """What there is to do when the display has something new."""
        if self._is_closed or self._display is None:
            return
        if self._display.closed:  # By the server, or by whoever else has it.
            self.close()
            return
        self._adopt_view()
        if self._draw_pending:
            self._rc_gui_poll()
            self._process_events_unwatched()
        # With another size the scheduler draws at its next tick, in all update modes. Processing events before that
        # would tell the size to everybody else, and the scheduler would not see that it changed.
        elif not self._resized:
            self._process_events()
            self._draw_at_once()

    def _draw_at_once(self) -> None:
        """Draw what an event has asked for, rather than at the scheduler's next tick, which is up to a period later."""
        is_due = self._next_draw.is_due(time.perf_counter())
        if self._draw_requested and is_due and self._can_draw():
            self._draw()

    def _draw(self) -> None:
        self._draw_requested = False
        self._next_draw.drawn(time.perf_counter())
        self._time_to_draw()
        self._look_for_loss()

    def _look_for_loss(self) -> None:
        """Tell viewers where nothing was drawn because the GPU is lost."""
        if (look_for_loss := getattr(self._canvas_context, "look_for_loss", None)) is not None:
            look_for_loss()

    def _process_events_unwatched(self) -> None:
        """Process events where no draw is going to do it.

        Otherwise they wait for the draw, so that moves are merged: each one costs pygfx a pick on the GPU.
        """
        if self._display is not None and not self._display.watched:
            self._process_events()

    def _adopt_view(self) -> None:
        if self._display is not None and (view := self._display.take_view()) is not None:
            self._set_physical_size(view.physical_width, view.physical_height, view.pixel_ratio)

    def get_context(self, context_type: str | type) -> Any:
        """The context to render with, as ``rendercanvas.BaseRenderCanvas`` says; that of "wgpu" is ours."""
        if context_type not in ("wgpu", WgpuContext):
            return super().get_context(context_type)
        # Whoever draws bitmaps does not wait for wgpu to be imported.
        from .gpu.context import GpuContext

        return super().get_context(GpuContext)

    def _rc_get_present_info(self, present_methods: list[str]) -> dict[str, Any] | None:
        if "bitmap" not in present_methods:
            return None
        return {"method": "bitmap", "formats": list(_FORMATS), "display": self._display}

    def _rc_present_bitmap(self, *, data: Any, format: str, **kwargs: Any) -> None:
        if self._display is None:
            return
        pixels = np.asarray(data)
        # A bitmap may have another size than the canvas, and is shown as large as that.
        ratio = pixels.shape[1] / self.get_logical_size()[0]
        # It is the program's own array, which it may write to again: copy it.
        self._display.publish(pixels, format=_FORMATS[format], pixel_ratio=ratio)

    def _rc_request_paint(self) -> None:
        """Nothing to do: the frame is on its way when it is presented."""

    def _rc_force_paint(self) -> None:
        """Nothing to do: as above."""

    # Size, title, cursor, closing.

    def _rc_set_logical_size(self, width: float, height: float) -> None:
        if self._has_size and self._display is not None:
            # The program wants another size than it began with: the views take it, and ask for it themselves.
            self._display.set_css_size(width, height)
        ratio = self.get_pixel_ratio()
        self._set_physical_size(round(width * ratio), round(height * ratio), self._native_pixel_ratio)

    def _set_physical_size(self, width: int, height: int, native_pixel_ratio: float) -> None:
        size = _bounded(width, height)
        if size == self.get_physical_size() and native_pixel_ratio == self._native_pixel_ratio and self._has_size:
            return
        self._native_pixel_ratio, self._has_size, self._resized = native_pixel_ratio, True, True
        self._size_info.set_physical_size(*size, native_pixel_ratio)
        if self._display is not None:
            logical_width, logical_height = self.get_logical_size()
            self._display.set_state(width=logical_width, height=logical_height, pixel_ratio=self.get_pixel_ratio())

    def _rc_set_title(self, title: str) -> None:
        if self._display is not None:
            self._display.set_state(title=title)

    def _rc_set_cursor(self, cursor: str) -> None:
        if self._display is not None:
            self._display.set_state(cursor=cursor)

    def _rc_close(self) -> None:
        # rendercanvas 2.7 may call it again from within.
        self._is_closed = True
        display, self._display = self._display, None
        if display is not None:
            display.close()

    def _rc_get_closed(self) -> bool:
        return self._is_closed


def _make_display(name: str | None, host: str | None, port: int | None, open_browser: bool | None) -> Display:
    policy = ViewerPolicy(resize="viewer")
    if in_notebook() and (name, host, port, open_browser) == (None, None, None, None):
        return Display(f"canvas-{next(_numbers)}", policy=policy)
    return host_display(name, host=host, port=port, open_browser=open_browser, policy=policy)


_numbers = itertools.count(1)
"""Of the canvases in notebooks."""


def _bounded(width: int, height: int) -> tuple[int, int]:
    width, height = (min(max(side, 1), MAX_CANVAS_DIMENSION) for side in (width, height))
    return width, min(height, MAX_CANVAS_PIXELS // width)


class _NextDraw:
    """Whether a draw that was asked for may come before the scheduler's next tick. Times are in seconds.

    Draws may follow each other by half a period where that makes up for a longer one before: over time there are no
    more than ``max_fps`` in a second.
    """

    def __init__(self, mode: str, max_fps: float) -> None:
        self._period = 0.0
        self._due = 0.0
        self.set_mode(mode, max_fps)

    def set_mode(self, mode: str, max_fps: float | None) -> None:
        self._is_manual = mode == "manual"
        if max_fps is not None:
            self._period = 1 / max(1.0, max_fps)  # rendercanvas takes it for 1 too.

    def is_due(self, now: float) -> bool:
        return not self._is_manual and now >= self._due - self._period / 2

    def drawn(self, now: float) -> None:
        self._due = max(self._due, now) + self._period


class _Waker:
    """Wakes a canvas from any thread, without keeping it alive. What comes before it is awake wakes it once."""

    def __init__(self, canvas: RfbRenderCanvas) -> None:
        self._canvas = weakref.ref(canvas)
        self._loop = canvas._rc_canvas_group.get_loop()
        self._called = False

    def __call__(self) -> None:
        if self._loop is None or self._called:
            return
        self._called = True
        try:
            self._loop.call_soon_threadsafe(self._on_loop)
        # A loop that does not run yet, or no more, refuses in its own way; asyncio's has no loop object then.
        # Nothing is lost: a loop that runs polls its canvases.
        except (RuntimeError, AttributeError, TypeError):
            self._called = False

    def rearm(self) -> None:
        """Be ready to wake again: a loop that stops forgets the calls that it had accepted."""
        self._called = False

    def _on_loop(self) -> None:
        # Before the canvas looks, so that what comes while it does wakes it again.
        self.rearm()
        if (canvas := self._canvas()) is not None:
            canvas._wake()


RenderCanvas = RfbRenderCanvas
