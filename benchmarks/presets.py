"""What the settings of video encoders cost and give, on stored frames: the curves that presets are chosen from.

    python -m benchmarks.presets --scene lines --scene heatmap

Prints one row for each: bytes per picture without the first, PSNR and SSIM of the decoded R'G'B', and milliseconds of
CPU per picture for conversion and encoding, on one thread.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from statistics import mean

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation

from rendercanvas_rfb.convert.host import HostConverter
from rendercanvas_rfb.frames import Frame, PixelFormat, Pixels
from rendercanvas_rfb.protocol.formats import Chroma
from rendercanvas_rfb.testing.fidelity import psnr, ssim
from rendercanvas_rfb.testing.scenes import heatmap_video, panned_line_plot, panned_scatter, rotating_mesh

SCENES = {"lines": panned_line_plot, "scatter": panned_scatter, "heatmap": heatmap_video, "mesh": rotating_mesh}
FPS = 30
LOW_DELAY = "keyint=infinite:scenecut=0:bframes=0:8x8dct=1"


@dataclass(frozen=True)
class Setting:
    """One way to encode."""

    name: str
    codec: str
    chroma: Chroma
    options: dict[str, str]


def x264(name: str, chroma: Chroma, extra: str = "", preset: str = "ultrafast", **options: str) -> Setting:
    """One of libx264; ``extra`` are parameters of its own, each after a colon."""
    options = {"preset": preset, "tune": "zerolatency", "x264-params": f"{LOW_DELAY}{extra}", **options}
    return Setting(name, "libx264rgb" if chroma is Chroma.RGB else "libx264", chroma, options)


def settings() -> Iterator[Setting]:
    """The grid."""
    for name, extra in {
        "": "",
        " cabac": ":cabac=1",
        " cabac ref=2": ":cabac=1:ref=2",
        " cabac partitions": ":cabac=1:partitions=all",
    }.items():
        yield x264(f"rgb exact{name}", Chroma.RGB, extra, qp="0")
    for crf in ("20", "23", "26", "29"):
        yield x264(f"rgb crf {crf} cabac", Chroma.RGB, ":cabac=1", crf=crf)
    for crf in ("20", "27"):
        for offset in ("0", "-3", "-6"):
            for name, extra in {"": "", " cabac": ":cabac=1", " cabac partitions": ":cabac=1:partitions=all"}.items():
                extra += f":chroma-qp-offset={offset}"
                yield x264(f"444 crf {crf} offset {offset}{name}", Chroma.YUV444, extra, crf=crf)
        yield x264(f"444 crf {crf} superfast", Chroma.YUV444, ":chroma-qp-offset=-3", "superfast", crf=crf)
        yield x264(f"420 crf {crf}", Chroma.YUV420, crf=crf)
        yield x264(f"420 crf {crf} cabac", Chroma.YUV420, ":cabac=1", crf=crf)
    vp9 = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "b": "0", "tune-content": "screen"}
    for crf in ("20", "32"):
        yield Setting(f"VP9 profile 1 crf {crf}", "libvpx-vp9", Chroma.YUV444, {**vp9, "crf": crf})
    for crf in ("20", "35"):
        svt = {"preset": "12", "crf": crf, "svtav1-params": "pred-struct=1:lookahead=0:scm=1:lp=1"}
        yield Setting(f"AV1 (SVT) crf {crf}", "libsvtav1", Chroma.YUV420, svt)


def measure(setting: Setting, pictures: list[Pixels]) -> tuple[float, float, float, float]:
    """Bytes, PSNR (dB), SSIM and milliseconds."""
    height, width = pictures[0].shape[:2]
    converter = HostConverter(width, height, setting.chroma)
    encoder = av.CodecContext.create(setting.codec, "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height = width, height
    encoder.pix_fmt = {Chroma.RGB: "bgr0", Chroma.YUV444: "yuv444p", Chroma.YUV420: "yuv420p"}[setting.chroma]
    encoder.framerate, encoder.time_base = Fraction(FPS), Fraction(1, FPS)
    encoder.color_range = 2
    encoder.thread_count = 1
    encoder.options = setting.options
    started = time.process_time()
    packets = []
    for index, pixels in enumerate(pictures):
        picture = converter.convert(Frame(pixels, PixelFormat.RGBA, 1.0, index, 0))
        picture.pts, picture.time_base = index, encoder.time_base
        packets += encoder.encode(picture)
    packets += encoder.encode(None)
    milliseconds = 1000 * (time.process_time() - started) / len(pictures)
    decoder = av.CodecContext.create({"libvpx-vp9": "vp9", "libsvtav1": "libdav1d"}.get(setting.codec, "h264"), "r")
    assert isinstance(decoder, VideoCodecContext)
    shown = [picture for packet in [*packets, None] for picture in decoder.decode(packet)]
    pairs = [
        (to_rgb(picture, setting.chroma), pixels[..., :3]) for picture, pixels in zip(shown, pictures, strict=True)
    ]
    sizes = [packet.size for packet in packets[1:]]
    quality = [min(psnr(a, b), 99.0) for a, b in pairs[1::4]]
    return mean(sizes), mean(quality), mean(ssim(a, b) for a, b in pairs[1::4]), milliseconds


def to_rgb(picture: VideoFrame, chroma: Chroma) -> Pixels:
    """The picture's R'G'B', as a browser shows it."""
    if chroma is Chroma.RGB:
        return picture.to_ndarray(format="rgb24").astype(np.uint8, copy=False)
    color = {"src_colorspace": Colorspace.ITU709, "dst_colorspace": Colorspace.ITU709}
    ranges = {"src_color_range": ColorRange.JPEG, "dst_color_range": ColorRange.JPEG}
    rgb = picture.reformat(format="rgb24", interpolation=Interpolation.BICUBIC, **color, **ranges)
    return rgb.to_ndarray().astype(np.uint8, copy=False)


def main() -> None:
    """Measure, and print while at it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scene", action="append", choices=SCENES)
    parser.add_argument("--frames", type=int, default=30)
    parser.add_argument("--only", default="", help="settings whose names contain this")
    arguments = parser.parse_args()
    for scene in arguments.scene or SCENES:
        pictures = SCENES[scene](arguments.frames, 1280, 720)
        for setting in settings():
            if arguments.only not in setting.name:
                continue
            try:
                size, quality, similarity, milliseconds = measure(setting, pictures)
            except (av.FFmpegError, ValueError) as error:
                print(f"{scene:8} {setting.name:36} {error}", flush=True)
                continue
            row = f"{size / 1000:7.1f} kB {quality:5.1f} dB {similarity:.4f} {milliseconds:6.2f} ms"
            print(f"{scene:8} {setting.name:36} {row}", flush=True)


if __name__ == "__main__":
    main()
