"""What `SIGTERM` does to a process that serves: it ends as it would have, but says goodbye first."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

__all__ = ["say_goodbye_on_termination"]

UNDISTURBED_S = 1.0
"""Seconds for which the program stands still while goodbye is said. It takes a tenth of that, and a recording that is
finished perhaps half."""


def say_goodbye_on_termination(goodbye: Callable[[], None]) -> None:
    """Have ``goodbye`` called when the process is told to end, which it then does as if nothing had been called.

    Python runs its own clean-up for Ctrl-C, but not for `SIGTERM`, which is what supervisors and containers send. A
    program that handles the signal itself is left alone, and so is one where this is not the main thread, which is
    the only one that can.

    The goodbye is said on a thread of its own: a signal comes anywhere, and where it interrupts code that holds a lock
    which saying goodbye needs, that code goes on after `UNDISTURBED_S`.
    """
    on_main_thread = threading.current_thread() is threading.main_thread()
    if not on_main_thread or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        return
    process = os.getpid()

    def end(number: int, _frame: FrameType | None) -> None:
        # From now on the signal ends the process at once: the second one, and that of `leave`.
        signal.signal(number, signal.SIG_DFL)

        def leave() -> None:
            try:
                # A child that was forked has the handler too, but serves nobody.
                if os.getpid() == process:
                    goodbye()
            finally:
                os.kill(os.getpid(), number)

        # No daemon: a program that ends meanwhile by itself is not to look as if nobody had told it to.
        thread = threading.Thread(target=leave, name="rfb-goodbye", daemon=False)
        thread.start()
        thread.join(UNDISTURBED_S)

    signal.signal(signal.SIGTERM, end)
