"""Videos that the browser itself makes of what it shows."""

from __future__ import annotations

import base64
import io
import re

import av
import numpy as np

from tests.browser.pages import LOOK_S
from tests.support import until

TO_BASE64 = """
async () => {
  const view = document.querySelector('rfb-view').view;
  const bytes = new Uint8Array(await (await view.stopRecording()).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
"""

WITHOUT_RECORDER = "delete globalThis.MediaRecorder;"


def decode(file):
    """The pictures of a video file, arrays of shape (height, width, 3), and their times in seconds."""
    with av.open(file) as container:
        frames = list(container.decode(video=0))
    return [frame.to_ndarray(format="rgb24") for frame in frames], [float(frame.time) for frame in frames]


def close_to(pixels, color):
    """Whether the middle of a picture has a colour, but for what a video codec loses."""
    middle = pixels[pixels.shape[0] // 2, pixels.shape[1] // 2].astype(int)
    return np.abs(middle - color).max() <= 12


async def recorded(viewer):
    """How long the button says that the recording is, seconds."""
    shown = re.search(r"(\d+):(\d\d)", await viewer.text())
    return 60 * int(shown[1]) + int(shown[2]) if shown else 0


async def until_recorded(viewer, seconds):
    """Wait until the recording is as long as that."""

    async def is_so_long():
        return await recorded(viewer) >= seconds

    await until(is_so_long, f"a recording of {seconds} s", pause_s=LOOK_S)


async def test_the_record_button_saves_a_video_of_what_was_shown(make_canvas, painter, open_page):
    canvas = make_canvas(title="Decay")
    painted = painter(canvas, (200, 40, 40))
    viewer = await open_page(canvas.url, 320, 200)
    await viewer.current(canvas._display, (320, 200))
    await viewer.page.mouse.move(300, 10)
    assert "0:00" not in await viewer.text()
    await viewer.page.get_by_role("button", name="Record a video").click()
    await viewer.until_text("0:0")
    await until_recorded(viewer, 1)
    for color in [(40, 200, 40), (40, 40, 200)]:
        painted.color = color
        canvas.request_draw()
        await viewer.until_pixels(lambda pixels, color=color: close_to(pixels, color))
        # A browser that is busy leaves out pictures that were shown for a moment only.
        await until_recorded(viewer, await recorded(viewer) + 2)
    async with viewer.page.expect_download() as download:
        await viewer.page.get_by_role("button", name="Stop recording and save the video").click()
    saved = await download.value
    assert saved.suggested_filename.startswith("Decay ")
    await viewer.until("!view.recording")
    await viewer.until_text(absent="0:0")
    pictures, times = decode(str(await saved.path()))
    assert {picture.shape for picture in pictures} == {(200, 320, 3)}
    # It begins with the picture that stood still, and ends with the last one.
    assert close_to(pictures[0], (200, 40, 40))
    assert close_to(pictures[-1], (40, 40, 200))
    assert any(close_to(picture, (40, 200, 40)) for picture in pictures)
    assert times == sorted(times)
    assert times[-1] >= 1.0


async def test_a_program_in_the_page_records_too_and_pictures_of_another_size_are_fitted(
    make_canvas, painter, open_page
):
    canvas = make_canvas()
    painter(canvas, (200, 40, 40))
    viewer = await open_page(canvas.url, 321, 201)
    await viewer.current(canvas._display, (321, 201))
    await viewer.get("view.startRecording()")
    assert await viewer.get("view.recording")
    await viewer.page.set_viewport_size({"width": 200, "height": 200})
    await viewer.current(canvas._display, (200, 200))
    data = await viewer.page.evaluate(TO_BASE64)
    pictures, _ = decode(io.BytesIO(base64.b64decode(data)))
    assert {picture.shape for picture in pictures} == {(200, 320, 3)}
    assert close_to(pictures[-1], (200, 40, 40))
    # The square picture in the middle, with nothing beside it.
    assert pictures[-1][100, 20].max() <= 12


async def test_a_view_says_when_it_cannot_record_or_stop(make_canvas, painter, open_page):
    canvas = make_canvas()
    viewer = await open_page(canvas.url)
    await viewer.until("view?.status === 'connected'")
    failure = "(() => { try { view.startRecording(); } catch (error) { return error.name; } })()"
    assert await viewer.get(failure) == "InvalidStateError"
    assert await viewer.get("view.stopRecording().catch((error) => error.name)") == "InvalidStateError"
    painter(canvas, (1, 2, 3))
    await viewer.until("view.frame")
    await viewer.get("view.startRecording()")
    assert await viewer.get(failure) == "InvalidStateError"
    await viewer.get("view.close()")


async def test_a_browser_without_a_recorder_has_no_button_for_it(make_canvas, painter, open_page):
    canvas = make_canvas()
    painter(canvas, (1, 2, 3))
    viewer = await open_page(canvas.url)
    await viewer.page.add_init_script(WITHOUT_RECORDER)
    await viewer.page.reload()
    await viewer.until("view?.frame")
    await viewer.page.mouse.move(790, 10)
    assert await viewer.page.get_by_role("button", name="Screenshot").count() == 1
    assert await viewer.page.get_by_role("button", name="Record").count() == 0
    failure = "(() => { try { view.startRecording(); } catch (error) { return error.name; } })()"
    assert await viewer.get(failure) == "NotSupportedError"
