"""Makes the pictures of this documentation: the demo as Chromium shows it. Run it with ``python docs/screenshot.py``.

It needs the development packages, a Chromium (``CHROMIUM`` or on the path), and the built web client.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright

IMAGES = Path(__file__).parent / "images"

SIZE = ViewportSize(width=1120, height=630)
"""CSS pixels of the page: legible in a README, which shows about 900 of them."""

SMALL = ViewportSize(width=720, height=450)
"""Of a view in a page."""

COLORS = 192
"""In the palette of the PNG files, which makes them about a third as large; the figures have few colors."""

WARM_UP_MS = 4000
"""Until the first pictures are through, and the toolbar has gone."""


@contextmanager
def demo() -> Iterator[str]:
    """Run the demo; gives the address of its index page."""
    command = [sys.executable, "-m", "rendercanvas_rfb", "demo", "--port", "0", "--no-open"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if match := re.search(r"The demo is at\s+(\S+)", line):
                yield match[1]
                return
        raise SystemExit("the demo did not start")
    finally:
        process.terminate()
        process.wait()


def shoot(browser: Browser, address: str, name: str, *, statistics: bool = False, size: ViewportSize = SIZE) -> None:
    """Save what the page at ``address`` looks like, with the statistics panel open or not."""
    page = browser.new_page(viewport=size)
    page.goto(address)
    if statistics:
        page.evaluate("document.querySelector('rfb-view').view.statistics = true")
    page.wait_for_timeout(WARM_UP_MS)
    with Image.open(io.BytesIO(page.screenshot())) as image:
        path = IMAGES / f"{name}.png"
        image.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(path, optimize=True)
    page.close()
    print(f"{path}: {path.stat().st_size // 1024} kB")


def main() -> None:
    """Make all pictures."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    IMAGES.mkdir(exist_ok=True)
    with demo() as index, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        shoot(browser, f"{index}lines/", "lines", statistics=True)
        shoot(browser, f"{index}panel/", "panel")
        shoot(browser, f"{index}lines/?titlebar&resizable&latency", "window", size=SMALL)
        shoot(browser, index, "index")
        browser.close()


if __name__ == "__main__":
    main()
