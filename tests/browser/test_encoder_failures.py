"""An encoder that dies or hangs while a browser watches."""

from __future__ import annotations

import numpy as np
import pytest

from rendercanvas_rfb import serve
from rendercanvas_rfb.encoders import registry
from rendercanvas_rfb.encoders.builtin import BUILT_IN
from rendercanvas_rfb.encoders.standings import STANDINGS
from rendercanvas_rfb.session.watchdog import Watchdog
from rendercanvas_rfb.testing.faults import FaultyBackend
from rendercanvas_rfb.testing.patterns import line_plot

(X264,) = registry.find_encoder("x264")


@pytest.mark.parametrize("fault", ["raise_at", "hang_at"])
async def test_the_page_goes_on_with_the_next_encoder(open_page, monkeypatch, fault):
    faulty = FaultyBackend("faulty", X264.tiers, X264.open, takes=X264.takes)
    monkeypatch.setattr(registry, "BUILT_IN", (faulty.backend, *BUILT_IN))
    monkeypatch.setattr(Watchdog.hangs, "__defaults__", (0.5,))
    try:
        with serve(port=0, settle=False) as display:
            display.publish(line_plot(320, 200))
            viewer = await open_page(display.url, 320, 200)
            await viewer.current(display)
            setattr(faulty, fault, faulty.pictures + 2)
            for step in range(1, 5):
                display.publish(line_plot(320, 200, 3.0 * step))
                shown, drawn = await viewer.current(display)
                assert np.array_equal(shown, drawn)
            assert await viewer.get("[view.status, view.stats.errors]") == ["connected", 0]
            await viewer.page.mouse.move(300, 10)
            await viewer.page.get_by_role("button", name="Statistics").click()
            await viewer.until_text("faulty: failed")
            faulty.go_on.set()
    finally:
        faulty.go_on.set()
        STANDINGS.forget("faulty")
