"""Canvases and displays in notebooks: Jupyter, marimo, and whatever else shows anywidgets.

A canvas, or a `Display`, that is the value of a cell shows itself, so that `show` is needed only in other places. No
port is needed: everything travels as messages of the widget, until a view has found a better way, see `kernel.Kernel`.

A viewer's session lives on a thread of its own here, as on a server. A cell that takes its time thus holds up what it
draws itself, and nothing else; what comes from the viewer meanwhile depends on the kernel, see
``docs/guide/notebook.md``.
"""

from __future__ import annotations

import contextvars
import logging
import weakref
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from .assets import load_asset
from .auth import ANONYMOUS
from .connections.channel import ChannelConnection, ChannelConnections
from .display import Display
from .errors import CloseCode, ConfigurationError, ConnectionClosed, EncoderError
from .kernel import Kernel, context_of_message
from .limits import ServerLimits
from .protocol.formats import PictureFormat
from .protocol.messages import Hello
from .rfb import RfbRenderCanvas
from .stills import encode_still
from .viewing import ViewerSession

try:
    import anywidget
    import traitlets
except ImportError as error:
    raise ConfigurationError(
        "showing a canvas or a display in a notebook needs anywidget: pip install 'rendercanvas-rfb[notebook]'"
    ) from error

__all__ = ["RfbWidget", "mimebundle", "show"]

logger = logging.getLogger("rendercanvas_rfb")

LIMITS = ServerLimits()
"""Whoever can show a widget can run code in the kernel: the limits are against mistakes."""

_shown: weakref.WeakKeyDictionary[Display, RfbWidget] = weakref.WeakKeyDictionary()


class RfbWidget(anywidget.AnyWidget):
    """An anywidget that shows a display: to be laid out among other widgets. Any number of views show the same.

    It does not keep the display alive, and ends with it.

    Args:
        display: What it shows.
    """

    picture = traitlets.Bytes(b"").tag(sync=True)
    """A PNG file of what the display showed last, as far as the kernel knows; views put the last one of theirs there,
    from which the notebook is saved."""

    def __init__(self, display: Display) -> None:
        self._display = weakref.ref(display)
        self._kernel = Kernel.of_process()
        self._context: contextvars.Context | None = None
        self._connections = ChannelConnections(self._post, self._watch, self._offer)
        self._esm = load_asset("anywidget.js").body.decode()
        super().__init__(picture=_still(display) or b"")
        self.on_msg(self._take)
        own = weakref.ref(self)
        weakref.finalize(display, _close, own)
        display.at_close(lambda: _close(own))

    @property
    def is_live(self) -> bool:
        """Whether it can be shown: its comm is open. marimo closes it when the cell runs again that made it."""
        return self.comm is not None and not getattr(self.comm, "_closed", False)

    def close(self) -> None:
        """Remove it from all notebooks that show it, soon."""
        self._kernel.call(self._close)

    def _close(self) -> None:
        self._connections.end_all(CloseCode.GOING_AWAY, "the widget is closed")
        layout = self.layout
        super().close()
        layout.close()

    def _take(self, _widget: object, content: object, _buffers: object) -> None:
        # What is sent later is sent on behalf of this message. ipykernel sends the answers to the thread that the
        # message to be answered came from, which is another one than the cell's where the frontend can have that.
        self._context = context_of_message()
        self._kernel.heard()
        self._kernel.call(lambda: self._connections.take(content))

    def _post(self, content: Mapping[str, Any], data: bytes | None) -> None:
        """Send a message, on the thread of the sessions. Raises `ConnectionClosed` where the comm is closed."""
        if not self.is_live or self._context is None:
            raise ConnectionClosed(CloseCode.GOING_AWAY, "the widget is closed")
        self._context.run(self.send, content, None if data is None else [data])

    def _offer(self) -> dict[str, Any]:
        """What a view is told of a server that it may reach."""
        display, server = self._display(), self._kernel.server
        return {} if display is None or server is None else {"server": asdict(server.offer(display))}

    async def _watch(self, connection: ChannelConnection) -> None:
        display = self._display()
        if display is None:
            return
        kernel = self._kernel
        await ViewerSession(connection, display, _admit, LIMITS, kernel.sessions, kernel.is_deaf).run()


def show(source: Display | RfbRenderCanvas) -> RfbWidget:
    """A new widget that shows ``source``: for a layout among other widgets, or to be displayed.

    Raises:
        StateError: ``source`` is a canvas that is closed.
    """
    display = source.display if isinstance(source, RfbRenderCanvas) else source
    if isinstance(source, RfbRenderCanvas) and display.latest is None:
        source.force_draw()  # For notebooks that are saved, or run where nobody looks.
    return RfbWidget(display)


def mimebundle(source: Display | RfbRenderCanvas) -> tuple[dict[str, Any], dict[str, Any]]:
    """What notebooks keep of ``source`` and show: a widget, and a PNG file for where there is no kernel.

    It is the same widget each time.

    Raises:
        StateError: ``source`` is a canvas that is closed.
    """
    display = source.display if isinstance(source, RfbRenderCanvas) else source
    widget = _shown.get(display)
    if widget is None or not widget.is_live:
        widget = _shown[display] = show(source)
    data, metadata = widget._repr_mimebundle_() or ({}, {})
    picture = _still(display)
    return {
        **data,
        "text/plain": repr(source),
        **({} if picture is None else {"image/png": b64encode(picture).decode()}),
    }, metadata


def _still(display: Display) -> bytes | None:
    """What the display shows, as a PNG file; None where that is nothing yet."""
    if (frame := display.latest) is None:
        return None
    try:
        return encode_still(frame, PictureFormat.PNG)
    except EncoderError as error:
        logger.warning("%s: no picture for the saved notebook: %s", display.name, error)
        return None


async def _admit(_hello: Hello) -> object:
    return ANONYMOUS


def _close(widget: weakref.ref[RfbWidget]) -> None:
    if (found := widget()) is not None:
        found.close()
