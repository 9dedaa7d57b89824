"""The wgpu context of our canvases, which ends quietly."""

from __future__ import annotations

from typing import Any

from rendercanvas.contexts import WgpuContextToBitmap

__all__ = ["ReadbackContext"]

READBACK_TIMEOUT_S = 1.0
"""Seconds that closing waits for the last picture, at most. It takes milliseconds where the GPU answers."""


class ReadbackContext(WgpuContextToBitmap):  # type: ignore[misc]
    """Presents what was rendered as a bitmap, as its base class does.

    When it is closed, it waits for the picture that is on its way from the GPU and lets none follow: the loop may end
    next, and wgpu, which could not deliver a picture then, would report an error. It only waits, because rendercanvas
    closes canvases in its handler of Ctrl-C, and thus perhaps while it draws, or reads a picture.
    """

    def __init__(self, present_info: dict[str, Any]) -> None:
        super().__init__(present_info)
        self._is_closed = False

    def _rc_present(self, *, force_sync: bool = False) -> dict[str, Any]:
        if self._ended():
            return {"method": "skip"}
        result: dict[str, Any] = super()._rc_present(force_sync=force_sync)
        if self._ended():  # While the line above was at it.
            self._wait_for_picture()
        return result

    def _rc_close(self) -> None:
        self._is_closed = True
        self._wait_for_picture()
        super()._rc_close()

    def _ended(self) -> bool:
        return self._is_closed

    def _wait_for_picture(self) -> None:
        promise = None if self._downloader is None else self._downloader._awaitable
        if promise is not None:
            promise._thread_event.wait(READBACK_TIMEOUT_S)
            # Set before wgpu's thread calls the loop, and it holds this lock until it has.
            with promise._lock:
                pass
