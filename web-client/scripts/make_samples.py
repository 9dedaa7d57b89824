"""Write src/worker/samples.ts: tiny keyframes that the client decodes to prove what its decoders can do.

Run where rendercanvas-rfb and numpy are installed: ``python scripts/make_samples.py``. The output is committed, so that
a build needs neither.
"""

from __future__ import annotations

import base64
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from rendercanvas_rfb.bitstream.description import describe
from rendercanvas_rfb.protocol.formats import PictureFormat

BLOCK = 32
"""Side of a colour block, pixels: its centre lies clear of the blur that 4:2:0 puts along edges."""

COLORS = [
    [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)],
    [(255, 0, 255), (0, 255, 255), (200, 80, 20), (60, 60, 60)],
]
STRIPES = ((255, 0, 0), (0, 0, 255))
"""Colours of the one-pixel columns below the blocks: a decoder that halves chroma cannot paint them."""

QP = 4
"""Quantiser: errors of at most 2 of 255 after decoding."""


def picture() -> NDArray[np.uint8]:
    """Return the sample picture, (rows, columns, RGB)."""
    height, width = (len(COLORS) + 1) * BLOCK, len(COLORS[0]) * BLOCK
    rgb = np.zeros((height, width, 3), np.uint8)
    for row, line in enumerate(COLORS):
        for column, color in enumerate(line):
            rgb[row * BLOCK : (row + 1) * BLOCK, column * BLOCK : (column + 1) * BLOCK] = color
    for offset, color in enumerate(STRIPES):
        rgb[len(COLORS) * BLOCK :, offset::2] = color
    return rgb


def gradient() -> NDArray[np.uint8]:
    """Return the exact sample's picture, (rows, columns, RGB): what `exactColor` in the module computes."""
    height, width = (len(COLORS) + 1) * BLOCK, len(COLORS[0]) * BLOCK
    row, column = np.mgrid[:height, :width] // 4
    gradient: NDArray[np.uint8] = np.stack([8 * column, 255 - 8 * row, 4 * (row + column)], axis=-1).astype(np.uint8)
    return gradient


def bt709(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the Y, Cb and Cr planes of an RGB picture, 8 bit full range (ITU-R BT.709, section 3; H.273, 8.3)."""
    red, green, blue = (rgb[..., channel] / 255.0 for channel in range(3))
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    planes = (255 * luma, 128 + 255 * (blue - luma) / 1.8556, 128 + 255 * (red - luma) / 1.5748)
    y, cb, cr = (np.rint(plane).clip(0, 255).astype(np.uint8) for plane in planes)
    return y, cb, cr


def halve(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the plane at half the size, each value the mean of a 2x2 block."""
    rows, columns = plane.shape
    means = plane.reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3))
    halved: NDArray[np.uint8] = np.rint(means).astype(np.uint8)
    return halved


def to_frame(rgb: NDArray[np.uint8], pixel_format: str) -> VideoFrame:
    """Return the picture as a yuv444p, yuv420p or rgb24 frame."""
    if pixel_format == "rgb24":
        return VideoFrame.from_ndarray(rgb, pixel_format)
    y, cb, cr = bt709(rgb)
    if pixel_format == "yuv420p":
        cb, cr = halve(cb), halve(cr)
    frame = VideoFrame(rgb.shape[1], rgb.shape[0], pixel_format)
    for plane, values in zip(frame.planes, (y, cb, cr), strict=True):
        padded = np.zeros((plane.height, plane.line_size), np.uint8)
        padded[:, : plane.width] = values
        plane.update(padded.tobytes())
    return frame


H264 = {"qp": str(QP), "tune": "zerolatency", "preset": "veryslow", "level": "3.1"}
VP9 = {"deadline": "good", "cpu-used": "0", "lag-in-frames": "0", "crf": str(QP), "b": "0"}
AV1 = {"preset": "4", "crf": str(QP), "svtav1-params": "pred-struct=1:lookahead=0"}
HEVC = {"tune": "zerolatency", "preset": "veryslow", "x265-params": f"qp={QP}:repeat-headers=1:info=0:log-level=none"}

SAMPLES = [
    (PictureFormat.H264, "rgb", "libx264rgb", "rgb24", {**H264, "qp": "0", "profile": "high444"}),
    (PictureFormat.H264, "444", "libx264", "yuv444p", {**H264, "profile": "high444"}),
    (PictureFormat.H264, "420", "libx264", "yuv420p", {**H264, "profile": "high"}),
    (PictureFormat.VP9, "444", "libvpx-vp9", "yuv444p", {**VP9, "profile": "1"}),
    (PictureFormat.VP9, "420", "libvpx-vp9", "yuv420p", VP9),
    (PictureFormat.AV1, "420", "libsvtav1", "yuv420p", AV1),
    (PictureFormat.HEVC, "444", "libx265", "yuv444p", HEVC),
    (PictureFormat.HEVC, "420", "libx265", "yuv420p", HEVC),
]
"""Format, chroma, encoder, what it takes, and what it is opened with; in the client's order of preference."""


def encode(rgb: NDArray[np.uint8], encoder: str, pixel_format: str, options: dict[str, str]) -> bytes:
    """Return one keyframe, with its parameter sets in band."""
    context = av.CodecContext.create(encoder, "w")
    context.width, context.height, context.pix_fmt = rgb.shape[1], rgb.shape[0], pixel_format
    context.framerate, context.time_base = Fraction(30), Fraction(1, 30)
    # Full range: Chromium's conversion on the CPU clips the blue coefficient of limited range, 2.112, to 2.
    context.color_primaries, context.colorspace, context.color_range = 1, 0 if pixel_format == "rgb24" else 1, 2
    context.color_trc = 13  # IEC 61966-2-1, sRGB
    context.options = options
    packets = [*context.encode(to_frame(rgb, pixel_format)), *context.encode(None)]
    stream = b"".join(bytes(packet) for packet in packets)
    return without_sei(stream) if encoder.startswith("libx264") else stream


def without_sei(stream: bytes) -> bytes:
    """Return the stream without SEI units: x264's lists all its options, which is longer than the picture."""
    units = stream.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")[1:]
    return b"".join(b"\0\0\0\1" + unit for unit in units if unit[0] & 31 != 6)


def typescript(samples: list[tuple[PictureFormat, str, bytes]], rgb: NDArray[np.uint8]) -> str:
    """Return the module's text."""
    height, width = rgb.shape[:2]
    blocks = [
        {"x": column * BLOCK + BLOCK // 2, "y": row * BLOCK + BLOCK // 2, "rgb": list(color)}
        for row, line in enumerate(COLORS)
        for column, color in enumerate(line)
    ]
    stripes = [
        {"x": BLOCK + offset, "y": len(COLORS) * BLOCK + BLOCK // 2, "rgb": list(color)}
        for offset, color in enumerate(STRIPES)
    ]
    lines = [
        "/** Written by scripts/make_samples.py: a keyframe of each kind of video, and the colours it shows. */",
        "",
        f"export const SAMPLE_WIDTH = {width};",
        f"export const SAMPLE_HEIGHT = {height};",
        "",
        "/** A pixel of the sample and its sRGB colour. */",
        "export interface Probe {",
        "  readonly x: number;",
        "  readonly y: number;",
        "  readonly rgb: readonly number[];",
        "}",
        "",
        "/** Centres of large blocks: right in every chroma format. */",
        f"export const BLOCKS: readonly Probe[] = {blocks};".replace("'", ""),
        "",
        "/** Neighbouring one-pixel columns: right only where chroma has the full resolution. */",
        f"export const STRIPES: readonly Probe[] = {stripes};".replace("'", ""),
        "",
        "/** The pixel of the lossless sample in RGB. */",
        "export function exactColor(x: number, y: number): readonly [number, number, number] {",
        "  const column = x >> 2;",
        "  const row = y >> 2;",
        "  return [8 * column, 255 - 8 * row, 4 * (row + column)];",
        "}",
        "",
        "/** BT.709 primaries and matrix, or RGB and lossless; full range, sRGB transfer; base64. Best first. */",
        "export const SAMPLES = [",
    ]
    for picture_format, chroma, stream in samples:
        codec = describe(picture_format, stream, fps=30, primaries=1, transfer=13).codec
        lines += [
            "  {",
            f'    format: "{picture_format.value}",',
            f'    chroma: "{chroma}",',
            f'    codec: "{codec}",',
            f'    data: "{base64.b64encode(stream).decode()}",',
            "  },",
        ]
    return "\n".join([*lines, "] as const;", ""])


def main() -> None:
    rgb = picture()
    samples = []
    for picture_format, chroma, encoder, pixel_format, options in SAMPLES:
        stream = encode(gradient() if chroma == "rgb" else rgb, encoder, pixel_format, options)
        samples.append((picture_format, chroma, stream))
        print(f"{picture_format.value}/{chroma}: {len(stream)} bytes")
    target = Path(__file__).parent.parent / "src" / "worker" / "samples.ts"
    target.write_text(typescript(samples, rgb))


if __name__ == "__main__":
    main()
