"""The small signs in the corner of a view: latency, and pictures that are overdue."""

from __future__ import annotations

import numpy as np

from rendercanvas_rfb import serve


def sign(name):
    """An expression: the text of a sign, empty where it is not shown."""
    badge = f"document.querySelector('rfb-view').shadowRoot.querySelector('.badge.{name}')"
    return f"({badge}.checkVisibility() ? {badge}.innerText : '')"


def grey(value):
    """A picture of one grey."""
    return np.full((300, 400, 3), value, np.uint8)


async def test_the_latency_is_shown_in_milliseconds_and_in_a_word_where_it_is_asked_for(open_page):
    with serve(port=0) as display:
        display.publish(grey(120))
        viewer = await open_page(f"{display.url}?latency", 400, 300)
        await viewer.until(f"/Latency\\s*[\\d.]+ ms, (good|fair|poor)/.test({sign('latency')})")
        await viewer.get("view.latency = false")
        assert await viewer.get(sign("latency")) == ""
        plain = await open_page(display.url, 400, 300)
        await plain.until("view?.frame")
        assert await plain.get(sign("latency")) == ""
        await plain.get("document.querySelector('rfb-view').toggleAttribute('latency')")
        await plain.until(f"/ ms, /.test({sign('latency')})")


async def test_an_overdue_picture_is_said_to_be_so_until_the_next_one(open_page):
    with serve(port=0, stale_after=0.5) as display:
        display.publish(grey(120))
        viewer = await open_page(display.url, 400, 300)
        # Nobody told this page how old its first picture is.
        await viewer.until(f"/No new picture\\s*for more than [1-9]/.test({sign('stale')})")
        display.publish(grey(140))
        await viewer.until(f"{sign('stale')} === ''")
        await viewer.until(f"/No new picture\\s*for [1-9]\\d* s/.test({sign('stale')})")
        # It is discreet: the picture stays as it is.
        assert not await viewer.get("document.querySelector('rfb-view').shadowRoot.querySelector('[data-stale]')")
        version = display.publish(grey(160))
        await viewer.until(f"view.frame.frame === {version}")
        await viewer.until(f"{sign('stale')} === ''")


async def test_a_program_that_promised_nothing_is_never_late(open_page):
    with serve(port=0) as display:
        display.publish(grey(120))
        viewer = await open_page(display.url, 400, 300)
        await viewer.until("view?.frame")
        await viewer.until("view.stats.fps === 0")
        assert await viewer.get(sign("stale")) == ""


async def test_why_there_are_no_new_pictures_is_said_over_the_last_one_until_the_next(open_page):
    stopped = "document.querySelector('rfb-view').shadowRoot.querySelector('.view').hasAttribute('data-stale')"
    with serve(port=0) as display:
        display.publish(grey(120))
        viewer = await open_page(display.url, 400, 300)
        await viewer.until("view?.frame")
        display.set_state(problem="The camera is unplugged.")
        await viewer.until(stopped)
        assert "The picture has stopped\n\nThe camera is unplugged." in await viewer.text()
        version = display.publish(grey(160))
        await viewer.until(f"view.frame.frame === {version} && !{stopped}")
        assert "stopped" not in await viewer.text()
