"""Makes the pictures of apps in this documentation, in the environments of ``nox -s tests_apps``.

Run it with ``python docs/screenshot_apps.py streamlit``, or ``preswald``; it needs a Chromium (``CHROMIUM`` or on the
path).
"""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.async_api import async_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.first_picture import running  # noqa: E402
from tests.apps.looking import Chart, has_image, has_waves  # noqa: E402

COLORS = 192
"""In the palette of the PNG file."""

CALM_MS = 3000
"""Until the pictures are refined, and the frameworks' own signs have gone."""


async def main(framework: str) -> None:
    """Run the example, pan a figure, and save what it looks like."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with running(framework) as address:
            page = await browser.new_page(viewport={"width": 900, "height": 960})
            await page.goto(address)
            await Chart(page, 0).shows(has_waves)
            await Chart(page, 1).shows(has_image)
            await Chart(page, 0).drag(60, 0)
            await page.mouse.move(5, 900)
            await page.wait_for_timeout(CALM_MS)
            with Image.open(io.BytesIO(await page.screenshot())) as image:
                path = ROOT / "docs" / "images" / f"{framework}.png"
                image.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(path, optimize=True)
        await browser.close()
    print(f"{path}: {path.stat().st_size // 1024} kB")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
