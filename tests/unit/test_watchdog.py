from __future__ import annotations

import pytest

from rendercanvas_rfb.session.watchdog import WATCHDOG_S, Watchdog


def looks(watchdog: Watchdog, times: list[float]) -> list[bool]:
    return [watchdog.hangs(now) for now in times]


SECONDS = [float(second) for second in range(8)]


def test_what_takes_too_long_hangs() -> None:
    watchdog = Watchdog()
    watchdog.begin()
    assert looks(watchdog, SECONDS) == [second >= WATCHDOG_S for second in SECONDS]


@pytest.mark.parametrize("ends", [True, False])
def test_work_that_changes_does_not_hang(ends) -> None:
    watchdog = Watchdog()
    for now in SECONDS:
        watchdog.begin()
        assert not watchdog.hangs(now)
        if ends:
            watchdog.end()
            assert not watchdog.hangs(now + 0.5)


def test_who_does_nothing_does_not_hang() -> None:
    watchdog = Watchdog()
    assert not any(looks(watchdog, SECONDS))
    watchdog.begin()
    watchdog.end()
    assert not any(looks(watchdog, SECONDS))


def test_a_pause_of_the_whole_process_counts_little() -> None:
    watchdog = Watchdog()
    watchdog.begin()
    assert looks(watchdog, [0.0, 3600.0, 7200.0, 7201.0]) == [False, False, False, True]
