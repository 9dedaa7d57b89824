"""Who gives the picture its size: the program, or a viewer."""

from __future__ import annotations

from rendercanvas_rfb.client import connect, view_of
from rendercanvas_rfb.viewer_event import ViewerEvent
from tests.displays import MakeDisplay
from tests.push.viewers import make_display, picture, state_where, taken
from tests.support import until

__all__ = ["make_display"]


def resizes(events: list[ViewerEvent]) -> list[tuple[float, float, float]]:
    return [(event.width, event.height, event.pixel_ratio) for event in events if event.type == "resize"]


async def test_viewers_do_not_size_what_the_publisher_sizes(make_display: MakeDisplay) -> None:
    display = make_display()
    display.present(picture(64, 48))
    async with connect(display.url, view=view_of(400, 300)) as client:
        assert client.state["sizing"] is False
        assert (await client.next_picture()).pixels.shape == (48, 64, 3)
        await client.send_message("done")
        events = await taken(display, lambda events: events and events[-1].type == "message", "the message")
    assert resizes(events) == []
    assert (display.target_size, display.target_ratio) == (None, None)


async def test_the_program_follows_the_viewer(make_display: MakeDisplay) -> None:
    display = make_display(resize="viewer")
    async with connect(display.url, view=view_of(400, 300, pixel_ratio=2)) as client:
        await until(lambda: display.target_size == (800, 600), "the size")
        assert display.target_ratio == 2.0
        display.present(picture(800, 600), pixel_ratio=2.0)
        shown = await client.next_picture()
        assert (shown.pixels.shape, shown.header.pixel_ratio) == ((600, 800, 3), 2.0)
        await state_where(client, "sizing", True)
        for width in range(410, 500, 10):
            await client.set_view(view_of(width, 300, pixel_ratio=2))
        events = await taken(display, lambda events: (490.0, 300.0, 2.0) in resizes(events), "the last size")
    assert resizes(events)[0] == (400.0, 300.0, 2.0)
    assert len(resizes(events)) < 9
    assert display.target_size == (980, 600), "it stays when the viewer is gone"


async def test_a_view_that_is_too_large_is_scaled_down(make_display: MakeDisplay) -> None:
    display = make_display(resize="viewer", max_size=(1000, 1000))
    async with connect(display.url, view=view_of(2000, 500)):
        await until(lambda: display.target_size == (1000, 250), "the size")
        assert display.target_ratio == 0.5


async def test_the_next_viewer_sizes_it_when_the_first_one_goes(make_display: MakeDisplay) -> None:
    display = make_display(resize="viewer")
    async with connect(display.url, view=view_of(400, 300)) as first:
        await until(lambda: display.target_size == (400, 300), "the size")
        async with connect(display.url, view=view_of(200, 100)) as second:
            await first.close()
            await state_where(second, "sizing", True)
            await until(lambda: display.target_size == (200, 100), "the other size")
