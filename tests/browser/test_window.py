"""A view as a window in a page: title bar, minimising, sizes of the person, of the program and of the page."""

from __future__ import annotations

import numpy as np
import pytest
import pytest_asyncio

from rendercanvas_rfb import serve
from rendercanvas_rfb.testing.patterns import color_blocks
from tests.support import until

EMBED = """
async ([src, attributes, style]) => {
  await import('./assets/rfb-view.js');
  const view = document.createElement('rfb-view');
  for (const name of attributes.split(' ')) if (name) view.setAttribute(name, '');
  view.style.cssText = style;
  window.told = [];
  for (const name of ['minimize', 'restore', 'resize', 'close'])
    view.addEventListener(`rfb-${name}`, ({type, detail}) => told.push([type, detail]));
  view.setAttribute('src', src);
  document.body.replaceChildren(view);
}
"""
"""Puts a view into a page of the server, which keeps the list ``told`` of what the view tells."""

HOST = "document.querySelector('rfb-view')"
SIZE = f"{HOST}.offsetWidth + ' x ' + {HOST}.offsetHeight"


@pytest_asyncio.fixture(loop_scope="session")
async def display():
    """A display that has a picture of 400 by 300."""
    with serve(port=0, name="plot") as display:
        display.set_state(title="Spectrum")
        display.publish(color_blocks(400, 300))
        yield display


@pytest_asyncio.fixture(loop_scope="session")
async def embed(display, open_page):
    """Opens a page of 800 by 600 with a view of ``display`` that has these attributes and this style."""

    async def embed(attributes="", style="width: 400px; height: 300px; margin: 50px", **options):
        viewer = await open_page(display.url.removesuffix("plot/"), 800, 600, **options)
        await viewer.page.evaluate(EMBED, ["plot/", attributes, style])
        await viewer.until("view?.frame")
        return viewer

    return embed


def visible(display):
    """Whether somebody sees the display."""
    return any(view is not None and view.visible for view in display._audience._sizing._views.values())


async def drag(viewer, dx, dy):
    """Drag the lower right corner of the view."""
    box = await viewer.page.get_by_role("button", name="Resize").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await viewer.page.mouse.move(x, y)
    await viewer.page.mouse.down()
    await viewer.page.mouse.move(x + dx, y + dy, steps=3)
    await viewer.page.mouse.up()


async def test_the_title_bar_has_the_title_and_leaves_the_rest_to_the_picture(display, embed):
    viewer = await embed("titlebar")
    await viewer.until_text("Spectrum")
    display.set_state(title="Spectrum, run 2")
    await viewer.until_text("Spectrum, run 2")
    bar = await viewer.page.locator("rfb-view .titlebar").bounding_box()
    picture = await viewer.box()
    assert bar["height"] > 20
    assert picture["y"] >= bar["y"] + bar["height"]
    assert await viewer.get(SIZE) == "400 x 300"


async def test_without_the_attributes_there_is_no_frame(embed):
    viewer = await embed()
    assert await viewer.page.get_by_role("button", name="Minimise").count() == 0
    assert await viewer.page.get_by_role("button", name="Resize").count() == 0
    assert await viewer.box() == {"x": 50, "y": 50, "width": 400, "height": 300}


async def test_a_minimised_view_is_not_visible_to_the_server_and_comes_back(display, embed):
    viewer = await embed("titlebar")
    minimise = viewer.page.get_by_role("button", name="Minimise")
    await minimise.click()
    await until(lambda: not visible(display), "the server to know that nobody looks")
    assert await viewer.get(f"{HOST}.offsetHeight") < 50
    assert await viewer.get(f"{HOST}.hasAttribute('minimized')")
    shown = await viewer.get("view.frame.frame")
    version = display.publish(np.zeros((300, 400, 3), np.uint8))
    restore = viewer.page.get_by_role("button", name="Restore")
    assert await restore.get_attribute("aria-expanded") == "false"
    assert await viewer.get("view.frame.frame") == shown
    await restore.press("Enter")
    await viewer.until(f"view.frame.frame === {version}")
    assert await viewer.get(SIZE) == "400 x 300"
    assert await viewer.get("told") == [["rfb-minimize", None], ["rfb-restore", None]]


async def test_the_page_minimises_and_restores_a_view_by_its_attribute(display, embed):
    viewer = await embed()
    await viewer.get(f"{HOST}.toggleAttribute('minimized', true)")
    # Without a title bar nobody could restore it.
    await viewer.page.get_by_role("button", name="Restore").click()
    assert not await viewer.get(f"{HOST}.hasAttribute('minimized')")
    assert await viewer.page.get_by_role("button", name="Minimise").count() == 0
    await until(lambda: visible(display), "the server to know that somebody looks")


async def test_the_close_button_removes_the_view_unless_the_page_prevents_it(display, embed):
    viewer = await embed("titlebar")
    await viewer.get(f"{HOST}.addEventListener('rfb-close', event => event.preventDefault(), {{once: true}})")
    close = viewer.page.get_by_role("button", name="Close")
    await close.click()
    assert await viewer.get("view.status") == "connected"
    await close.click()
    await viewer.until(f"{HOST} === null")
    assert await viewer.get("told") == [["rfb-close", None], ["rfb-close", None]]
    await until(lambda: not visible(display), "the viewer to be gone")
    assert not display.closed


async def test_the_title_bar_shows_the_view_on_the_full_screen_and_back(embed):
    viewer = await embed("titlebar resizable")
    await viewer.page.get_by_role("button", name="Full screen").first.click()
    await viewer.until("document.fullscreenElement !== null")
    leave = viewer.page.get_by_role("button", name="Leave full screen")
    assert await viewer.page.get_by_role("button", name="Minimise").count() == 0
    assert await viewer.page.get_by_role("button", name="Resize").count() == 0
    await leave.click()
    await viewer.until("document.fullscreenElement === null")
    await viewer.until(f"{SIZE} === '400 x 300'")


async def test_the_corner_is_dragged_and_gives_the_own_size_back(display, embed):
    viewer = await embed("resizable")
    await drag(viewer, 120, 60)
    assert await viewer.get(SIZE) == "520 x 360"
    assert await viewer.get("told.at(-1)") == ["rfb-resize", {"width": 520, "height": 360}]
    widths = display._audience._sizing._views
    await until(lambda: any(view and view.width == 520 for view in widths.values()), "the server to know the size")
    await drag(viewer, -1000, -1000)
    assert await viewer.get(SIZE) == "160 x 96"
    await viewer.page.get_by_role("button", name="Resize").dblclick()
    assert await viewer.get(SIZE) == "400 x 300"
    # The drag is not the plot's.
    assert {event.type for event in display.poll_events()} <= {"viewer_joined", "resize", "pointer_move"}


async def test_the_corner_is_dragged_with_a_finger(embed):
    viewer = await embed("resizable", has_touch=True)
    session = await viewer.page.context.new_cdp_session(viewer.page)
    box = await viewer.page.get_by_role("button", name="Resize").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for kind, points in [("Start", [(x, y)]), ("Move", [(x + 40, y + 20)]), ("Move", [(x + 80, y + 40)]), ("End", [])]:
        touches = [{"x": x, "y": y} for x, y in points]
        await session.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": touches})
    await viewer.until(f"{SIZE} === '480 x 340'")


async def test_the_corner_takes_arrow_keys(embed):
    viewer = await embed("resizable")
    handle = viewer.page.get_by_role("button", name="Resize")
    await handle.press("ArrowRight")
    await handle.press("Shift+ArrowUp")
    assert await viewer.get(SIZE) == "410 x 250"
    await handle.press("Escape")
    assert await viewer.get(SIZE) == "400 x 300"


async def test_the_size_of_the_program_is_taken_where_the_page_gives_none(display, embed):
    viewer = await embed(style="")
    assert await viewer.get(f"{HOST}.offsetWidth") > 640
    display.set_state(css_width="640px", css_height="480px")
    await viewer.until(f"{SIZE} === '640 x 480'")
    display.set_state(css_height=None)
    await viewer.until(f"{SIZE} === '640 x 360'")
    display.set_state(css_width="50%", css_height="20rem")
    await viewer.until(f"{SIZE} === '{await viewer.get('document.body.clientWidth') / 2:.0f} x 320'")


async def test_the_size_of_the_program_is_that_of_the_picture_and_the_title_bar_comes_on_top(display, embed):
    viewer = await embed("titlebar", style="")
    display.set_state(css_width="400px", css_height="300px")
    await viewer.until(f"{SIZE} === '400 x 332'")
    await viewer.until("view.stats.scale === 1")
    await viewer.get("view.titlebar = false")
    assert await viewer.get(SIZE) == "400 x 300"


async def test_the_size_of_the_page_stands_above_that_of_the_program_and_that_of_the_person_above_both(display, embed):
    viewer = await embed("resizable")
    display.set_state(css_width="640px", css_height="480px", title="told")
    await viewer.until("view.state.title === 'told'")
    assert await viewer.get(SIZE) == "400 x 300"
    await drag(viewer, 10, 10)
    display.set_state(css_width="320px", title="told again")
    await viewer.until("view.state.title === 'told again'")
    assert await viewer.get(SIZE) == "410 x 310"


@pytest.mark.parametrize("length", ["640", "1px; position: fixed", "url(x)", "red", "} * { display: none"])
async def test_what_is_no_css_length_changes_nothing(length, display, embed):
    viewer = await embed(style="")
    before = await viewer.get(SIZE)
    # Past the checks of `set_state`, as another server might.
    display._audience.set_state({"css_width": length, "css_height": length, "title": "told"})
    await viewer.until("view.state.title === 'told'")
    assert await viewer.get(SIZE) == before


async def test_the_page_of_a_display_takes_the_size_of_the_program_in_its_middle(display, open_page):
    viewer = await open_page(display.url, 800, 600)
    await viewer.until("view?.frame")
    assert await viewer.get(SIZE) == "800 x 600"
    display.set_state(css_width="640px", css_height="480px")
    await viewer.until(f"{SIZE} === '640 x 480'")
    box = await viewer.page.locator("rfb-view").bounding_box()
    assert (box["x"], box["y"]) == (80, 60)


async def test_the_address_of_a_page_switches_the_frame_on(display, open_page):
    viewer = await open_page(f"{display.url}?titlebar&resizable", 800, 600)
    await viewer.until("view?.frame")
    await viewer.until_text("Spectrum")
    await drag(viewer, -300, -200)
    assert await viewer.get(SIZE) == "500 x 400"
    await viewer.page.get_by_role("button", name="Close").click()
    await viewer.until_text("You have closed this view")
    await viewer.page.get_by_role("link", name="Show it again").click()
    await viewer.until("view?.frame")


async def test_a_view_in_a_container_of_the_page_fills_it(display, open_page):
    viewer = await open_page(display.url.removesuffix("plot/"), 800, 600)
    await viewer.page.evaluate(
        """async () => {
          const {RfbView} = await import('./assets/rfb-view.js');
          document.body.innerHTML = '<div id="place"></div>';
          document.getElementById('place').style.cssText = 'width: 300px; height: 200px';
          window.made = new RfbView(document.getElementById('place'), {src: 'plot/', titlebar: true, resizable: true});
        }"""
    )
    await viewer.until("made.frame")
    size = "(({offsetWidth, offsetHeight}) => offsetWidth + ' x ' + offsetHeight)(place.firstChild)"
    assert await viewer.get(size) == "300 x 200"
    await drag(viewer, 50, 50)
    assert await viewer.get(size) == "350 x 250"
    await viewer.get("made.close()")
    assert await viewer.get("place.children.length") == 0
