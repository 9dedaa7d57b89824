"""What a person does in the page arrives at the canvas, as rendercanvas spells it."""

from __future__ import annotations

import pytest
import pytest_asyncio

from tests.support import until


@pytest_asyncio.fixture(loop_scope="session")
async def watched(make_canvas, painter, open_page):
    """A page of 400x300 that shows a canvas, and the list of the events that it got."""
    canvas = make_canvas()
    painter(canvas, (30, 60, 90))
    events: list[dict] = []
    kinds = ["pointer_down", "pointer_up", "pointer_move", "pointer_enter", "pointer_leave", "double_click", "wheel"]
    canvas.add_event_handler(events.append, *kinds, "key_down", "key_up", "char")
    viewer = await open_page(canvas.url, 400, 300)
    await viewer.current(canvas._display, (400, 300))
    return viewer, events


def of(events, *kinds):
    """The events of these types."""
    return [event for event in events if event["event_type"] in kinds]


async def test_a_click_has_its_place_button_and_modifiers(watched):
    viewer, events = watched
    await viewer.page.keyboard.down("Shift")
    await viewer.page.mouse.click(120, 80)
    await viewer.page.keyboard.up("Shift")
    await until(lambda: of(events, "pointer_up"), "the click")
    down, up = of(events, "pointer_down")[0], of(events, "pointer_up")[0]
    assert (down["x"], down["y"], down["button"], down["buttons"]) == (120, 80, 1, (1,))
    assert (up["x"], up["y"], up["button"], up["buttons"]) == (120, 80, 1, ())
    assert down["modifiers"] == ("Shift",)


@pytest.mark.parametrize(("button", "number"), [("left", 1), ("right", 2), ("middle", 3)])
async def test_buttons_are_numbered_as_in_the_renderview_spec(watched, button, number):
    viewer, events = watched
    await viewer.page.mouse.click(50, 50, button=button)
    await until(lambda: of(events, "pointer_up"), "the click")
    assert [event["button"] for event in of(events, "pointer_down", "pointer_up")] == [number, number]


async def test_a_double_click_is_one(watched):
    viewer, events = watched
    await viewer.page.mouse.dblclick(60, 70)
    await until(lambda: of(events, "double_click"), "the double click")
    assert (of(events, "double_click")[0]["x"], of(events, "double_click")[0]["y"]) == (60, 70)


async def test_the_pointer_enters_moves_and_leaves(watched):
    viewer, events = watched
    await viewer.page.mouse.move(10, 20)
    await viewer.page.mouse.move(40, 50, steps=5)
    await until(lambda: of(events, "pointer_move") and of(events, "pointer_move")[-1]["x"] == 40, "the last move")
    assert of(events, "pointer_enter")
    await viewer.get("document.querySelector('rfb-view').style.setProperty('width', '30px')")
    await viewer.page.mouse.move(350, 200)
    await until(lambda: of(events, "pointer_leave"), "the leave")


async def test_a_drag_goes_on_outside_of_the_window_and_ends_there(watched):
    viewer, events = watched
    await viewer.page.mouse.move(380, 150)
    await viewer.page.mouse.down()
    await viewer.page.mouse.move(600, 150, steps=4)
    await viewer.page.mouse.up()
    await until(lambda: of(events, "pointer_up"), "the release")
    drag = of(events, "pointer_down", "pointer_move", "pointer_up")
    down = drag.index(of(events, "pointer_down")[0])
    assert drag[-1]["x"] == 600
    assert all(event["buttons"] == (1,) for event in drag[down:-1])


async def test_the_last_move_comes_before_the_release(watched):
    viewer, events = watched
    await viewer.page.mouse.move(100, 100)
    await viewer.page.mouse.down()
    for x in range(101, 200):
        await viewer.page.mouse.move(x, 100)
    await viewer.page.mouse.up()
    await until(lambda: of(events, "pointer_up"), "the release")
    assert of(events, "pointer_move", "pointer_up")[-2]["x"] == 199


async def test_wheel_steps_add_up(watched):
    viewer, events = watched
    await viewer.page.mouse.move(100, 100)
    for _ in range(5):
        await viewer.page.mouse.wheel(3, 40)
    await until(lambda: sum(event["dy"] for event in of(events, "wheel")) == 200, "five steps")
    assert sum(event["dx"] for event in of(events, "wheel")) == 15
    assert of(events, "wheel")[0]["x"] == 100


async def test_keys_and_characters_arrive(watched):
    viewer, events = watched
    await viewer.page.mouse.click(100, 100)
    await viewer.page.keyboard.press("ArrowLeft")
    await viewer.page.keyboard.type("aÉ")
    await until(lambda: len(of(events, "char")) == 2, "two characters")
    assert [event["key"] for event in of(events, "key_down")][:2] == ["ArrowLeft", "a"]
    assert [event["data"] for event in of(events, "char")] == ["a", "É"]
    assert [event["key"] for event in of(events, "key_up")][:2] == ["ArrowLeft", "a"]


async def test_the_keyboard_works_without_a_click_first(watched):
    viewer, events = watched
    await viewer.page.keyboard.press("x")
    await until(lambda: of(events, "key_up"), "the key")
    assert of(events, "key_down")[0]["key"] == "x"


async def test_a_key_that_is_held_is_one_key_down(watched):
    viewer, events = watched
    await viewer.page.keyboard.down("w")
    await viewer.page.keyboard.down("w")
    await viewer.page.keyboard.up("w")
    await until(lambda: of(events, "key_up"), "the release")
    assert len(of(events, "key_down")) == 1


async def test_an_input_method_commits_its_text(watched):
    viewer, events = watched
    await viewer.page.mouse.click(100, 100)
    session = await viewer.page.context.new_cdp_session(viewer.page)
    await session.send("Input.imeSetComposition", {"text": "に", "selectionStart": 1, "selectionEnd": 1})
    await session.send("Input.insertText", {"text": "日本"})
    await until(lambda: any(event["data"] == "日本" and not event["is_composing"] for event in of(events, "char")))


async def test_nothing_sticks_when_the_window_loses_the_focus(watched):
    viewer, events = watched
    await viewer.page.mouse.move(100, 100)
    await viewer.page.mouse.down()
    await viewer.page.keyboard.down("Control")
    # What a browser does when another window comes to the front, which a headless one has not.
    await viewer.get(
        "(document.querySelector('rfb-view').shadowRoot.activeElement.blur(), window.dispatchEvent(new Event('blur')))"
    )
    await until(lambda: of(events, "pointer_up") and of(events, "key_up"), "the releases")
    assert of(events, "key_up")[0]["key"] == "Control"
    assert of(events, "pointer_up")[0]["buttons"] == ()


async def test_two_fingers_are_told_as_touches_or_as_a_wheel(make_canvas, painter, open_page):
    canvas = make_canvas()
    painter(canvas, (30, 60, 90))
    events: list[dict] = []
    canvas.add_event_handler(events.append, "pointer_down", "pointer_up", "wheel")
    viewer = await open_page(canvas.url, 400, 300, has_touch=True)
    await viewer.current(canvas._display, (400, 300))
    session = await viewer.page.context.new_cdp_session(viewer.page)

    async def fingers(kind, *places):
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    await fingers("touchStart", (180, 150), (220, 150))
    await fingers("touchMove", (160, 150), (240, 150))
    await fingers("touchEnd")
    # Twice as far apart is a zoom by two: 1000 units of the wheel, at the centre of the fingers.
    await until(lambda: sum(event["dy"] for event in of(events, "wheel")) == pytest.approx(-1000, abs=1), "the pinch")
    assert of(events, "wheel")[-1]["x"] == pytest.approx(200)
    downs, ups = of(events, "pointer_down"), of(events, "pointer_up")
    assert len(downs) == len(ups)
