"""What `SIGTERM` does to a process that serves: it ends as it would have, but says goodbye first."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

__all__ = ["say_goodbye_on_termination"]


def say_goodbye_on_termination(goodbye: Callable[[], None]) -> None:
    """Have ``goodbye`` called when the process is told to end, which it then does as if nothing had been called.

    Python runs its own clean-up for Ctrl-C, but not for `SIGTERM`, which is what supervisors and containers send. A
    program that handles the signal itself is left alone, and so is one where this is not the main thread, which is
    the only one that can.
    """
    on_main_thread = threading.current_thread() is threading.main_thread()
    if not on_main_thread or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        return
    process = os.getpid()

    def end(number: int, _frame: FrameType | None) -> None:
        # A child that was forked has the handler too, but serves nobody.
        if os.getpid() == process:
            goodbye()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    signal.signal(signal.SIGTERM, end)
