"""The table of choices in docs/explain/encoders.md: ``python -m tests.encoders.situations`` writes it.

The machines are recorded or made by hand, as each file in `MACHINES` says of itself. What the encoders declare is what
those of the package declare.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rendercanvas_rfb.cli.checks import Check, Status
from rendercanvas_rfb.cli.encoder_checks import VIEWERS, checks_of
from rendercanvas_rfb.encoders.builtin import BUILT_IN
from rendercanvas_rfb.encoders.machine import Machine
from rendercanvas_rfb.encoders.selection import Choice, FrameKind, Reason, Situation, choose
from rendercanvas_rfb.frames import ColorSpace, Memory
from rendercanvas_rfb.protocol.formats import Chroma, PictureFormat, Tier

MACHINES = Path(__file__).parent / "machines"
PAGE = Path(__file__).parents[2] / "docs" / "explain" / "encoders.md"

ALL, HALF, IMAGES = VIEWERS.values()
SLOW = (Tier(PictureFormat.H264, Chroma.YUV444, 1), *ALL[3:])
HOST = FrameKind(1280, 720)
CUDA = FrameKind(1280, 720, memory=Memory.CUDA)
P3 = FrameKind(1280, 720, color=ColorSpace.DISPLAY_P3)


@dataclass(frozen=True)
class Row:
    """One situation.

    Attributes:
        machine: Name of a file in `MACHINES`.
        viewer: In words.
        frames: In words.
        situation: For the function.
        chosen: Encoder and tier that are expected; empty where there is none.
    """

    machine: str
    viewer: str
    frames: str
    situation: Situation
    chosen: str


HD = "1280x720"
ROWS = (
    Row("server", "decodes 4:4:4", HD, Situation(ALL, HOST), "x264 h264/rgb"),
    Row("server", "decodes 4:2:0 only", HD, Situation(HALF, HOST), "x264 h264/420"),
    Row("server", "plain http", HD, Situation(IMAGES, HOST), "pillow webp"),
    Row("server", "on a slow link", HD, Situation(SLOW, HOST), "x264 h264/444"),
    Row("server", "decodes 4:4:4", "16384x4096", Situation(ALL, FrameKind(16384, 4096)), "pillow jpeg"),
    Row("server", "decodes 4:2:0 only", 'quality="lossless"', Situation(HALF, HOST, lossless=True), "pillow webp"),
    Row("laptop-nvenc", "decodes 4:4:4", HD, Situation(ALL, HOST), "x264 h264/rgb"),
    Row("laptop-nvenc", "decodes 4:2:0 only", HD, Situation(HALF, HOST), "nvenc h264/420"),
    Row("laptop-nvenc", "on a slow link", HD, Situation(SLOW, HOST), "x264 h264/444"),
    Row("laptop-nvenc", "decodes 4:4:4", "CUDA", Situation(ALL, CUDA), "x264 h264/rgb"),
    Row("laptop-nvenc", "decodes 4:2:0 only", "CUDA", Situation(HALF, CUDA), "nvenc h264/420"),
    Row("laptop-nvenc", "decodes 4:2:0 only", "100x60", Situation(HALF, FrameKind(100, 60)), "x264 h264/420"),
    Row("laptop-nvenc", "decodes 4:2:0 only", "8192x4320", Situation(HALF, FrameKind(8192, 4320)), "x264 h264/420"),
    Row("laptop-nvenc", "decodes 4:4:4", 'encoder="nvenc"', Situation(ALL, HOST, "nvenc"), "nvenc h264/444"),
    Row("laptop-nvenc-taken", "decodes 4:2:0 only", HD, Situation(HALF, HOST), "x264 h264/420"),
    Row("h100", "decodes 4:2:0 only", "CUDA", Situation(HALF, CUDA), "x264 h264/420"),
    Row("mac", "decodes 4:4:4", HD, Situation(ALL, HOST), "x264 h264/rgb"),
    Row("mac", "decodes 4:2:0 only", HD, Situation(HALF, HOST), "videotoolbox h264/420"),
    Row("mac", "decodes 4:2:0 only", "Display P3", Situation(HALF, P3), "videotoolbox h264/420"),
    Row("mac", "decodes 4:4:4", 'encoder="nvenc"', Situation(ALL[:3], HOST, "nvenc"), ""),
)


def record(name: str) -> Mapping[str, Any]:
    """A machine's file."""
    read: Mapping[str, Any] = json.loads((MACHINES / f"{name}.json").read_text(encoding="utf-8"))
    return read


def machine_of(name: str) -> Machine:
    return Machine.from_json(record(name)["encoders"])


def choice_of(row: Row) -> Choice:
    return choose(BUILT_IN, machine_of(row.machine).standings(BUILT_IN), row.situation)


def table() -> str:
    """The table, in Markdown."""
    lines = ["| machine | viewer | frames, options | made by | why no other |", "| --- | --- | --- | --- | --- |"]
    for row in ROWS:
        choice = choice_of(row)
        # Who is not there, or is not asked for, says nothing about the situation.
        leave_out = [Reason.ONLY_BY_NAME, Reason.NOT_NAMED, Reason.NOT_DECODED]
        if choice.chosen is not None:
            leave_out.append(Reason.MISSING)
        first, *others = choice.without(*leave_out).sentences()
        lines.append(f"| {row.machine} | {row.viewer} | {row.frames} | {first} | {'; '.join(others) or '–'} |")
    return "\n".join(lines)


def machines() -> str:
    """What the machines are, in Markdown."""
    return "\n".join(
        f"- `{path.stem}`: {record(path.stem)['machine']}; {record(path.stem)['note']}."
        for path in sorted(MACHINES.glob("*.json"))
    )


def doctor_of(name: str) -> str:
    """What the doctor would print of a machine's encoders."""
    machine = machine_of(name)
    lines: list[str] = []
    for check in checks_of(BUILT_IN, lambda: machine):
        lines += _printed(check)
    return "\n".join(lines)


def _printed(check: Check) -> list[str]:
    finding = check.run()
    mark = {Status.OK: "ok   ", Status.WARNING: "note ", Status.PROBLEM: "FAIL "}[finding.status]
    return [f"{mark} {finding.name}: {finding.detail}", *(f"      {line}" for line in finding.advice.splitlines())]


def sections() -> dict[str, str]:
    """What is between the marks in the page, by their names."""
    printed = {f"doctor-{name}": f"```text\n{doctor_of(name)}\n```" for name in ("server", "laptop-nvenc", "mac")}
    return {"machines": machines(), "table": table(), **printed}


def marked(name: str) -> tuple[str, str]:
    """What begins and ends a section of the page."""
    return f"<!-- begin {name} -->\n", f"\n<!-- end {name} -->"


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, section in sections().items():
        begin, end = marked(name)
        before, rest = text.split(begin)
        text = before + begin + section + end + rest.split(end)[1]
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
