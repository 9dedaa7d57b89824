"""Figures of apps: found again by their keys, made on one thread, closed when nobody looks at them."""

from __future__ import annotations

import asyncio
import gc
import html
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from rendercanvas.offscreen import RenderCanvas as OffscreenCanvas

from rendercanvas_rfb.apps import _sleeping
from rendercanvas_rfb.apps._drawing import Drawing
from rendercanvas_rfb.apps._figures import DEFAULT_IDLE_S, Figures
from rendercanvas_rfb.apps._html import frame_html, view_html
from rendercanvas_rfb.apps._poster import MAX_SIDE, poster_of
from rendercanvas_rfb.apps._site import Site
from rendercanvas_rfb.apps._sources import display_of, key_of, place_name
from rendercanvas_rfb.display import Display
from rendercanvas_rfb.errors import ConfigurationError
from rendercanvas_rfb.hub import is_name
from rendercanvas_rfb.private import PrivateDisplays
from rendercanvas_rfb.serve import serve
from rendercanvas_rfb.server import DEFAULT_HOST, DEFAULT_PORT


class Figure:
    """What has a canvas, as figures of fastplotlib do; a display stands for that."""

    def __init__(self, name: str = "made") -> None:
        self.canvas = Display(name)


@pytest.fixture
def site() -> Site:
    site = Site()
    site.app_at("/figures")
    return site


@pytest.fixture
def figures(site: Site) -> Iterator[Figures]:
    figures = Figures(site, Drawing())
    yield figures
    figures.idle_s = 1.0
    figures.close_idle(time.monotonic() + 10)


def make_figure() -> Figure:
    return Figure()


def test_a_function_is_called_once_and_its_figure_found_again(figures):
    first, second = figures.show(make_figure), figures.show(make_figure)
    assert first is second
    assert first.display is first.source.canvas


def test_each_key_has_a_figure_of_its_own(figures):
    left, right = figures.show(serve, "left"), figures.show(serve, "right")
    assert left.display is not right.display
    assert figures.show(serve, "left") is left


def test_a_function_that_shows_with_serve_is_served_among_the_figures_alone(figures, site):
    shown = figures.show(lambda: serve(320, 200), "served")
    assert site.hub.displays() == [shown.display]
    assert shown.display.url == site.address(shown.place.name).url
    assert (shown.display.state["width"], shown.display.state["height"]) == (320, 200)


def test_each_visitor_may_have_a_figure_of_its_own(figures):
    alice = figures.show(lambda: serve(), "plot", visitor="alice")
    bob = figures.show(lambda: serve(), "plot", visitor="bob")
    assert alice.display is not bob.display
    assert figures.show(lambda: serve(), "plot", visitor="alice") is alice


def test_each_view_may_have_a_figure_of_its_own(figures, site):
    shown = figures.show(lambda: serve(), "plot", private=True)
    assert isinstance(site.hub.place(shown.place.name), PrivateDisplays)
    assert shown.source is None


async def test_figures_of_views_are_made_when_they_come(figures):
    place = figures.show(lambda: serve(), "plot", private=True).place
    assert isinstance(place, PrivateDisplays)
    first, second = await place.enter("anonymous"), await place.enter("anonymous")
    assert place.displays == [first, second]
    await place.leave(first)
    assert first.closed
    assert not second.closed


def test_a_figure_that_was_closed_is_made_again(figures):
    first = figures.show(make_figure)
    first.display.close()
    assert figures.show(make_figure).display is not first.display


def test_what_nobody_looks_at_is_closed_and_made_again(figures, site):
    shown = figures.show(make_figure)
    figures.close_idle(time.monotonic() + DEFAULT_IDLE_S - 1)
    assert not shown.display.closed
    figures.close_idle(time.monotonic() + DEFAULT_IDLE_S + 1)
    assert shown.display.closed
    assert site.hub.displays() == []
    again = figures.show(make_figure).display
    assert not again.closed
    assert site.hub.places() == [again]


async def test_who_comes_to_the_address_of_a_figure_that_was_closed_finds_it_made_again(figures, site):
    shown = figures.show(make_figure)
    name = shown.place.name
    figures.close_idle(time.monotonic() + DEFAULT_IDLE_S + 1)
    place = site.hub.place(name)
    assert isinstance(place, PrivateDisplays)
    assert place.title == shown.title
    first, second = await asyncio.gather(place.enter("anonymous"), place.enter("anonymous"))
    assert first is second is site.hub.place(name) is figures.show(make_figure).display
    await place.leave(first)
    assert not first.closed


async def test_who_comes_to_the_address_of_a_figure_that_was_let_go_of_finds_it(figures, site):
    figure = Figure("mine")
    figures.show(figure, "key")
    figures.close_idle(time.monotonic() + DEFAULT_IDLE_S + 1)
    place = site.hub.place("mine")
    assert isinstance(place, PrivateDisplays)
    assert await place.enter("anonymous") is figure.canvas is site.hub.place("mine")
    assert figures.show(figure, "key").source is figure
    figure.canvas.close()


@pytest.mark.parametrize("end", ["close", "drop"])
def test_what_was_let_go_of_leaves_nothing_behind_when_it_ends(end, figures, site):
    figure = Figure("mine")
    figures.show(figure)
    figures.close_idle(time.monotonic() + DEFAULT_IDLE_S + 1)
    assert [place.name for place in site.hub.places()] == ["mine"]
    if end == "close":
        figure.canvas.close()
    del figure
    gc.collect()
    assert site.hub.places() == []


def test_addresses_of_figures_that_were_closed_are_kept_up_to_a_number(figures, site, monkeypatch):
    monkeypatch.setattr(_sleeping, "MAX_SLEEPING", 2)
    names = [figures.show(lambda: serve(), "plot", visitor=visitor).place.name for visitor in "abc"]
    figures.close_idle(time.monotonic() + DEFAULT_IDLE_S + 1)
    assert [place.name for place in site.hub.places()] == names[1:]


def test_a_place_with_a_figure_for_each_view_stays(figures, site):
    place = figures.show(lambda: serve(), "plot", private=True).place
    figures.close_idle(time.monotonic() + DEFAULT_IDLE_S + 1)
    assert site.hub.place(place.name) is place


def test_what_the_program_made_itself_is_let_go_of_and_shown_again(figures, site):
    figure = Figure("mine")
    figures.show(figure)
    figures.close_idle(time.monotonic() + DEFAULT_IDLE_S + 1)
    assert site.hub.displays() == []
    assert not figure.canvas.closed
    assert figures.show(figure).display is figure.canvas
    figure.canvas.close()


def test_none_is_never_idle(figures):
    figures.idle_s = None
    shown = figures.show(make_figure)
    figures.close_idle(time.monotonic() + 1e9)
    assert not shown.display.closed


def test_another_figure_under_the_same_key_takes_the_place_of_the_first(figures):
    first, second = Figure("first"), Figure("second")
    figures.show(first, "plot")
    assert figures.show(second, "plot").display is second.canvas
    assert first.canvas.closed


def test_a_figure_that_fails_leaves_the_key_free(figures):
    def fail() -> Figure:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        figures.show(fail, "plot")
    assert not figures.show(make_figure, "plot").over


def test_scripts_that_ask_at_the_same_time_get_the_same_figure(figures):
    found = []
    threads = [threading.Thread(target=lambda: found.append(figures.show(make_figure))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 1


@pytest.mark.parametrize("options", [{"visitor": "alice"}, {"private": True}])
def test_a_figure_that_exists_is_not_of_each_visitor(figures, options):
    with pytest.raises(ConfigurationError, match="per_visitor"):
        figures.show(Figure("mine"), **options)


@pytest.mark.parametrize("source", [None, 3, "figure", object()])
def test_what_is_no_figure_is_named(figures, source):
    with pytest.raises(ConfigurationError, match=type(source).__name__):
        figures.show(source)


def test_a_canvas_of_another_backend_is_named():
    with pytest.raises(ConfigurationError, match="OffscreenRenderCanvas"):
        display_of(OffscreenCanvas())


def test_keys_are_the_names_of_functions():
    assert key_of(make_figure).endswith(".make_figure")
    with pytest.raises(ConfigurationError, match="key="):
        key_of(lambda: None)


@pytest.mark.parametrize("key", ["plot", "ä/ü?&#", "", "a" * 200, "streams"])
def test_any_key_has_a_name_that_addresses_can_have(key):
    assert is_name(place_name(key, None))
    assert place_name(key, None) != place_name(key, "alice")


def test_credentials_are_for_one_figure(site):
    first, second = site.address("one"), site.address("two")
    assert first.token != second.token
    assert first.page == "/figures/one/"
    assert site.address("one") == first


def test_the_place_of_figures_is_chosen_before_the_first(site):
    with pytest.raises(ConfigurationError, match="already"):
        site.configure(host="127.0.0.1", port=0, public_url="")
    with pytest.raises(ConfigurationError, match="already"):
        site.app_at("/elsewhere")
    with pytest.raises(ConfigurationError, match="slash"):
        Site().app_at("figures/")


def test_scripts_that_are_run_again_choose_the_same_place_again(site):
    site.configure(host=DEFAULT_HOST, port=DEFAULT_PORT, public_url="")
    elsewhere = Site()
    for _ in range(2):
        elsewhere.configure(host="127.0.0.1", port=0, public_url="https://lab.example/figures/")
        elsewhere.app_at("/figures")
    assert elsewhere.address("one").page == "https://lab.example/figures/one/"


def test_functions_run_on_one_thread_whoever_calls():
    drawing = Drawing()
    threads = {drawing.run(threading.get_ident) for _ in range(3)}
    assert len(threads) == 1
    assert threading.get_ident() not in threads
    assert drawing.run(lambda: drawing.run(threading.get_ident)) in threads


async def test_functions_run_there_for_callers_on_a_loop_too():
    drawing = Drawing()
    assert drawing.run(asyncio.get_running_loop) is not asyncio.get_running_loop()


def test_the_thread_ends_when_it_is_told_and_another_one_begins():
    drawing = Drawing()
    first = drawing.run(threading.current_thread)
    drawing.stop()
    assert not first.is_alive()
    assert drawing.run(threading.current_thread) is not first
    drawing.stop()


def test_errors_are_raised_where_the_result_is_waited_for():
    with pytest.raises(ZeroDivisionError):
        Drawing().run(lambda: 1 // 0)


def test_nothing_runs_there_while_drawing_is_paused():
    drawing = Drawing()
    ran = threading.Event()
    with drawing.paused():
        thread = threading.Thread(target=lambda: drawing.run(ran.set))
        thread.start()
        assert not ran.wait(0.05)
    assert ran.wait(10)
    thread.join()


def test_text_in_html_is_escaped():
    page = frame_html('http://host/"><script>', title="<b>&", width=1, height=1, poster='data:";<')
    assert "<script>" not in page
    assert "<b>" not in page
    assert html.unescape(page).count("<b>") == 1
    assert '"><i' not in view_html('"><i', '"><i', script='"><i', width=1, height=1)


def test_templates_take_it_as_it_is():
    page = frame_html("/plot/", title="Plot", width="50%", height=300)
    assert page.__html__() == page
    assert "width: 50%; height: 300px" in page


@pytest.mark.parametrize("length", [0, -1, True, None, "1px; position: fixed", "calc(1px)", float("nan")])
def test_other_lengths_are_refused(length):
    with pytest.raises(ConfigurationError, match="width"):
        frame_html("/plot/", title="Plot", width=length, height=300)


def test_a_poster_is_the_picture_and_no_larger_than_needed():
    with Display("plot") as display:
        assert poster_of(display) is None
        display.publish(np.full((1500, 2000, 3), 200, np.uint8))
        poster = poster_of(display)
    assert poster is not None
    assert poster.startswith("data:image/webp;base64,")
    assert len(poster) < MAX_SIDE * 10
