"""Watch a canvas from Python: save what it shows as a PNG file, at a size and pixel ratio of your choice.

Start another example, and give this one the address that it prints:

    python examples/snapshot.py http://127.0.0.1:7320/canvas-1/ snapshot.png --size 1600 900 --pixel-ratio 2

While somebody else watches the canvas, it has that person's size.
"""

import argparse
import asyncio

from PIL import Image

from rendercanvas_rfb.client import connect, view_of


async def save(url, path, size, pixel_ratio):
    # No video format: an image is one picture that was not predicted from others.
    async with connect(url, view=view_of(*size, pixel_ratio=pixel_ratio), video=()) as client:
        wanted = (round(size[1] * pixel_ratio), round(size[0] * pixel_ratio))
        picture = await client.next_picture()
        if picture.pixels.shape[:2] != wanted and client.state["sizing"]:
            # It was drawn before the canvas had our size.
            picture = await client.next_picture()
        Image.fromarray(picture.pixels).save(path)
        height, width = picture.pixels.shape[:2]
        print(f"{path}: {client.state['title']}, {width} x {height} pixels")


parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
parser.add_argument("url")
parser.add_argument("path")
parser.add_argument("--size", type=int, nargs=2, default=(1280, 720), metavar=("WIDTH", "HEIGHT"))
parser.add_argument("--pixel-ratio", type=float, default=1.0)
arguments = parser.parse_args()

asyncio.run(save(arguments.url, arguments.path, arguments.size, arguments.pixel_ratio))
