"""The kernel of a notebook: the thread that its viewers are served on, and when it cannot hear them."""

from __future__ import annotations

import asyncio
import contextvars
import math
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from importlib.util import find_spec
from typing import Self

from .errors import ConfigurationError
from .limits import ServerLimits
from .proxied import ProxiedServer
from .resuming import Sessions
from .showing import ipython_shell

__all__ = ["Kernel", "context_of_message"]

PROBE_S = 1.0
"""Seconds between two questions to the loop of the kernel's thread."""


class Kernel:
    """The process that cells run in. Methods may be called from any thread, but for `sessions` and `is_deaf`.

    Messages of viewers come by the thread that runs the cells, and wait for the cell that runs, unless the kernel and
    the frontend have another thread for them.

    Attributes:
        sessions: Those that viewers can come back to; they live on the loop of `call`.
        server: A server on loopback, on the same loop, that views may go over to where the notebook's server has a
            proxy for that; None where it seems to have none.

    Raises:
        ConfigurationError: ``RENDERCANVAS_RFB_NOTEBOOK_PROXY`` is something else than 0 and 1.
        AddressError: No port is free.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        limits = ServerLimits()
        self.sessions = Sessions(limits)
        self.server = ProxiedServer(self.sessions, limits) if has_proxy() else None
        self._heard_at = -math.inf
        self._answered_at = time.monotonic()
        self._cell_since: float | None = None
        threading.Thread(target=self._loop.run_forever, name="rendercanvas-rfb notebook", daemon=True).start()
        self._serving: Future[None] | None = None
        if self.server is not None:
            self._serving = asyncio.run_coroutine_threadsafe(self.server.serve(), self._loop)
        self._watch_cells()

    @classmethod
    @cache
    def of_process(cls) -> Self:
        """That of this process; made by the first call, which the thread of the cells is to make."""
        return cls()

    def call(self, function: Callable[[], object]) -> None:
        """Call ``function`` on the loop of the viewers' sessions, soon and in order."""
        self._loop.call_soon_threadsafe(function)

    def stop_serving(self) -> None:
        """Have the views come back to their widgets. Returns at once."""
        if self._serving is not None:
            self._serving.cancel()
            self._serving = None

    def heard(self) -> None:
        """A viewer's message came."""
        self._heard_at = time.monotonic()

    def is_deaf(self) -> bool:
        """Whether messages of viewers wait: a cell runs, and none has come since it began."""
        since = self._cell_since
        if since is None and time.monotonic() - self._answered_at > 2 * PROBE_S:
            since = self._answered_at
        return since is not None and self._heard_at < since

    def _watch_cells(self) -> None:
        shell = ipython_shell()
        if shell is not None:
            shell.events.register("pre_run_cell", self._cell_begins)
            shell.events.register("post_run_cell", self._cell_ends)
            self._cell_begins()  # The one that runs now.
        try:
            cells = asyncio.get_running_loop()
        except RuntimeError:
            return
        self.call(lambda: self._probe(cells))

    def _cell_begins(self, _info: object = None) -> None:
        self._cell_since = time.monotonic()

    def _cell_ends(self, _result: object = None) -> None:
        self._cell_since = None

    def _probe(self, cells: asyncio.AbstractEventLoop) -> None:
        """Ask the loop of the cells, again and again, whether it runs."""
        if cells.is_closed():
            return
        cells.call_soon_threadsafe(self._answer)
        self._loop.call_later(PROBE_S, self._probe, cells)

    def _answer(self) -> None:
        self._answered_at = time.monotonic()


def has_proxy() -> bool:
    """Whether pages of the notebook can reach ports of this machine: by jupyter-server-proxy.

    It belongs to the notebook's server, which may run in another environment than the kernel:
    ``RENDERCANVAS_RFB_NOTEBOOK_PROXY`` says 1 or 0 where what is installed here says something else. A view tries it,
    and stays with the messages of its widget where it gets no answer.

    Raises:
        ConfigurationError: The variable is something else.
    """
    match os.environ.get("RENDERCANVAS_RFB_NOTEBOOK_PROXY", ""):
        case "":
            return ipython_shell() is not None and find_spec("jupyter_server_proxy") is not None
        case "0" | "1" as chosen:
            return chosen == "1"
        case other:
            raise ConfigurationError(f"RENDERCANVAS_RFB_NOTEBOOK_PROXY must be 0 or 1, not {other!r}")


def context_of_message() -> contextvars.Context:
    """The context in which answers to the message that is being handled are to be sent.

    ipykernel has the next message come to the subshell that the present one names. JupyterLab goes on naming those of
    the kernel before a restart, and what is sent to one that is not there gets lost: such a name is left out.
    """
    context = contextvars.copy_context()
    kernel = getattr(ipython_shell(), "kernel", None)
    subshells = getattr(getattr(kernel, "shell_channel_thread", None), "manager", None)
    if kernel is not None and subshells is not None:
        parent = kernel.get_parent("shell")
        header = parent.get("header", {})
        if header.get("subshell_id") not in (None, *subshells.list_subshell()):
            context.run(kernel._shell_parent.set, {**parent, "header": {**header, "subshell_id": None}})
    return context
