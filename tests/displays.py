"""Displays for tests: served under their own addresses, and closed again."""

from __future__ import annotations

from typing import Any, Literal

from rendercanvas_rfb.display import Display
from rendercanvas_rfb.hosting import host_display
from rendercanvas_rfb.policy import ViewerPolicy


class MakeDisplay:
    """Serves displays that are closed when the test ends."""

    def __init__(self) -> None:
        self._displays: list[Display] = []

    def __call__(self, *, resize: Literal["publisher", "viewer"] = "publisher", **policy: Any) -> Display:
        display = host_display(port=0, stem="display", policy=ViewerPolicy(resize=resize, **policy))
        self._displays.append(display)
        return display

    def close_all(self) -> None:
        """Close those that are left."""
        while self._displays:
            self._displays.pop().close()
