"""When a client asks a silent server whether it is there, and when it gives it up."""

from __future__ import annotations

from rendercanvas_rfb.client.silence import LOOK_S, Silence, SilenceWatch
from rendercanvas_rfb.session.heartbeat import PING_AFTER_S, SILENCE_LIMIT_S


def looks(watch: SilenceWatch, seconds: float) -> list[Silence]:
    """What the looks of so many seconds say."""
    return [watch.look() for _ in range(round(seconds / LOOK_S))]


def test_it_is_lost_within_10_s():
    watch = SilenceWatch()
    watch.wait()
    said = looks(watch, 10.0)
    assert (said.index(Silence.LOST) + 1) * LOOK_S > SILENCE_LIMIT_S


def test_it_is_asked_several_times_before():
    watch = SilenceWatch()
    watch.wait()
    said = looks(watch, SILENCE_LIMIT_S)
    assert [(number + 1) * LOOK_S for number, look in enumerate(said) if look is Silence.ASK] == [
        PING_AFTER_S,
        2 * PING_AFTER_S,
        3 * PING_AFTER_S,
    ]
    assert Silence.LOST not in said


def test_one_that_is_heard_is_never_lost():
    watch = SilenceWatch()
    for _ in range(10):
        watch.wait()
        assert Silence.LOST not in looks(watch, SILENCE_LIMIT_S)
        watch.stop()
        watch.heard()


def test_it_is_not_asked_while_it_talks():
    watch = SilenceWatch()
    watch.wait()
    for _ in range(10):
        assert set(looks(watch, PING_AFTER_S - LOOK_S)) == {Silence.SHORT}
        watch.heard()


def test_the_time_in_which_nobody_listens_counts_for_nothing():
    watch = SilenceWatch()
    assert set(looks(watch, 60.0)) == {Silence.SHORT}
    watch.wait()
    looks(watch, SILENCE_LIMIT_S)
    watch.stop()
    assert set(looks(watch, 60.0)) == {Silence.SHORT}


def test_waiting_in_pieces_counts_as_a_whole():
    watch = SilenceWatch()
    said = []
    for _ in range(20):
        watch.wait()
        said.append(watch.look())
        watch.stop()
    assert Silence.LOST in said
