"""The npm package as its users have it: installed, type-checked, built into an app, and seen in Chromium."""

from __future__ import annotations

import json
import re
import tarfile

import numpy as np
import pytest

import rendercanvas_rfb
from rendercanvas_rfb import Server
from rendercanvas_rfb.viewer_event import ViewerEvent
from tests.npm.conftest import APP, run
from tests.support import until

RED, GREEN = (200, 30, 60), (20, 180, 90)
PAGES = ["react", "react-hook", "svelte", "solid", "element", "csp"]
MIDDLE = (200, 180)
"""A place in the figure of each page, CSS pixels: it is 400 by 300, below a line of 30 or a little more."""


def picture(color):
    return np.full((300, 400, 3), color, np.uint8)


def shows(color):
    """Whether the page has a colour in the middle of the figure, give or take what video makes of it."""
    return lambda pixels: np.abs(pixels[MIDDLE[1], MIDDLE[0]].astype(int) - color).max() <= 6


def connections(display):
    return len(display._audience._sizing._views)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("page", PAGES)
async def test_a_figure_is_seen_and_steered_and_leaves_nothing_behind(page, site, open_page):
    with Server(port=0, origins=[site]) as server:
        display = server.add("plot")
        display.publish(picture(RED))
        events: list[ViewerEvent] = []

        def of(kind):
            """The events of this type up to now."""
            events.extend(display.poll_events())
            return [event for event in events if event.type == kind]

        viewer = await open_page(f"{site}/{page}.html?src={server.url('plot')}", 500, 400)
        await viewer.until_pixels(shows(RED))
        await viewer.until_text("connected")
        display.publish(picture(GREEN))
        await viewer.until_pixels(shows(GREEN))
        assert len(of("viewer_joined")) == 1

        mouse = viewer.page.mouse
        await mouse.move(*MIDDLE)
        await mouse.down()
        await mouse.move(MIDDLE[0] + 60, MIDDLE[1] + 40, steps=4)
        await mouse.up()
        await until(lambda: of("pointer_up"), "the drag")
        down, up = of("pointer_down")[0], of("pointer_up")[0]
        assert (up.x - down.x, up.y - down.y) == (60, 40)

        switch = viewer.page.get_by_role("button", name="Switch")
        await switch.click()
        await until(lambda: connections(display) == 0, "the end of the connection")
        await switch.click()
        await viewer.until_pixels(shows(GREEN))
        assert connections(display) == 1


@pytest.mark.asyncio(loop_scope="session")
async def test_the_component_of_react_has_the_latency_the_toolbar_and_the_statistics(site, open_page):
    with Server(port=0, origins=[site]) as server:
        display = server.add("plot")
        display.publish(picture(RED))
        viewer = await open_page(f"{site}/react.html?src={server.url('plot')}", 500, 400)
        badge = viewer.page.locator(".badge.latency").get_by_text(re.compile(r"^[\d.]+ ms, "))
        await badge.wait_for()
        await viewer.page.mouse.move(390, 40)
        await viewer.page.get_by_role("button", name="Statistics").click()
        await viewer.page.get_by_text("Codec").wait_for()


def test_its_version_is_that_of_the_python_package(tarball):
    with tarfile.open(tarball) as archive:
        file = archive.extractfile("package/package.json")
        assert file is not None
        manifest = json.load(file)
    assert manifest["name"] == "rendercanvas-rfb-client"
    assert manifest["version"] == rendercanvas_rfb.__version__


def test_its_types_hold_for_bundlers_and_for_node(app):
    run(app, "npm", "run", "check")


@pytest.mark.parametrize("entry", ["", "/element", "/react", "/svelte", "/solid"])
def test_a_server_without_a_page_imports_it(app, entry):
    script = f"console.log(Object.keys(await import('rendercanvas-rfb-client{entry}')).length > 0)"
    assert run(app, "node", "--input-type=module", "--eval", script).strip() == "true"


@pytest.mark.parametrize("framework", ["react", "solid"])
def test_a_server_renders_an_empty_place(app, framework):
    scripts = {
        "react": "import {createElement} from 'react'; import {renderToString} from 'react-dom/server';"
        "import {RfbView} from 'rendercanvas-rfb-client/react';"
        "console.log(renderToString(createElement(RfbView, {src: '/plot/', className: 'figure'})))",
        "solid": "import {createComponent} from 'solid-js'; import {renderToString} from 'solid-js/web';"
        "import {RfbView} from 'rendercanvas-rfb-client/solid';"
        "console.log(renderToString(() => createComponent(RfbView, {src: '/plot/', class: 'figure'})))",
    }
    html = run(app, "node", "--input-type=module", "--eval", scripts[framework])
    assert html.startswith("<div ")
    assert re.search(r'class="figure ?"', html)
    assert "plot" not in html


def test_the_lock_of_the_app_leaves_the_registry_to_npm():
    assert '"resolved"' not in (APP / "package-lock.json").read_text()
