"""Makes the picture of JupyterLab in this documentation, in the environment of ``nox -s tests_notebook``.

Run it with ``python docs/screenshot_notebook.py``; it needs a Chromium (``CHROMIUM`` or on the path).
"""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import async_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.notebook.jupyter import JupyterServer, Notebook  # noqa: E402

COLORS = 128
"""In the palette of the PNG file."""


async def main() -> None:
    """Run the example in JupyterLab and save what it looks like."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(ROOT / "examples" / "notebooks" / "figure.ipynb", folder)
        server = JupyterServer(folder)
        try:
            server.wait()
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                page = await browser.new_page(viewport={"width": 1100, "height": 900})
                notebook = Notebook(page, server, "figure.ipynb")
                await notebook.open()
                for cell in (0, 1):
                    await notebook.run(cell)
                await notebook.picture()
                await page.get_by_role("button", name="No", exact=True).click()  # To news of Jupyter.
                await notebook.drag(60, 30)
                await page.wait_for_timeout(2000)
                with Image.open(io.BytesIO(await page.screenshot())) as image:
                    path = ROOT / "docs" / "images" / "notebook.png"
                    image.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(path, optimize=True)
                print(f"{path}: {path.stat().st_size // 1024} kB")
                await browser.close()
        finally:
            server.stop()


if __name__ == "__main__":
    asyncio.run(main())
