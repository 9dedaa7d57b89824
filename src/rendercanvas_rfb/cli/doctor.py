"""``rendercanvas-rfb doctor``: what works on this machine, what does not, and what to install.

Each check is an object of its own, so that one that fails disturbs no other.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

from ..assets import load_asset
from ..client import connect
from ..encoders.trial import LEAST_PSNR_DB, TRIAL_SIZE
from ..errors import RfbError
from ..server import DEFAULT_HOST, DEFAULT_PORT, Server
from ..testing.fidelity import psnr
from ..testing.patterns import color_blocks
from .checks import Check, Finding, Status
from .encoder_checks import encoder_checks
from .requirements import how_to_get_a_driver, how_to_install

__all__ = ["Finding", "Status", "add_parser", "all_checks", "main"]


def add_parser(commands: Any) -> None:
    """Add this command."""
    parser = commands.add_parser(
        "doctor",
        help="find out what works on this machine",
        description="Look at everything that serving figures needs, trying it where that is possible, and say what to"
        " install.",
        epilog="The exit code is 1 where there is a problem; a warning is none.",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Run all checks, and print what they find."""
    findings = []
    for check in all_checks():
        finding = check.run()
        findings.append(finding)
        if not arguments.json:
            print(f"{_MARKS[finding.status]} {finding.name}: {finding.detail}", flush=True)
            for line in finding.advice.splitlines():
                print(f"      {line}", flush=True)
    problems = sum(finding.status is Status.PROBLEM for finding in findings)
    if arguments.json:
        print(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        print(f"\n{problems} problem{'' if problems == 1 else 's'}" if problems else "\nEverything works.")
    return int(problems > 0)


_MARKS = {Status.OK: "ok   ", Status.WARNING: "note ", Status.PROBLEM: "FAIL "}


def all_checks() -> Iterator[Check]:
    """All checks, in the order in which they build on each other."""
    yield Check("Python", _look_at_python)
    for package in ("rendercanvas", "av", "pillow", "numpy", "uvicorn", "websockets"):
        yield Check(package, lambda package=package: _look_at_package(package, needed=True))  # type: ignore[misc]
    for package in ("wgpu", "pygfx", "fastplotlib", "imgui-bundle"):
        yield Check(package, lambda package=package: _look_at_package(package, needed=False))  # type: ignore[misc]
    yield Check("backend", _look_at_backend)
    yield Check("graphics", _look_at_graphics)
    yield from encoder_checks()
    yield Check("web client", _look_at_web_client)
    yield Check("port", _look_at_port)
    yield Check("server", _look_at_server)
    yield Check("browser", _look_at_browser)


def _look_at_python() -> tuple[Status, str, str]:
    return Status.OK, f"{platform.python_version()} on {platform.platform()}, {sys.executable}", ""


def _look_at_package(package: str, *, needed: bool) -> tuple[Status, str, str]:
    try:
        return Status.OK, version(package), ""
    except PackageNotFoundError:
        command = how_to_install(package.replace("-", "_")) or f"pip install {package}"
        if needed:
            return Status.PROBLEM, "not installed", command
        return Status.WARNING, "not installed; only figures that are made with it need it", command


def _look_at_backend() -> tuple[Status, str, str]:
    if find_spec("rendercanvas.rfb") is None:
        return (
            Status.PROBLEM,
            "rendercanvas does not find it",
            "pip install --force-reinstall --no-deps rendercanvas-rfb; python -S and -I read no .pth file",
        )
    return Status.OK, "importable as rendercanvas.rfb", ""


def _look_at_graphics() -> tuple[Status, str, str]:
    if find_spec("wgpu") is None:
        return Status.WARNING, "not looked at: wgpu is not installed", how_to_install("wgpu") or ""
    hint = how_to_get_a_driver()
    if hint is not None:
        return Status.PROBLEM, "no driver", hint
    import wgpu

    names = [
        f"{adapter.info['device']} ({adapter.info['backend_type']})" for adapter in wgpu.gpu.enumerate_adapters_sync()
    ]
    return Status.OK, "; ".join(dict.fromkeys(names)), ""


def _look_at_web_client() -> tuple[Status, str, str]:
    load_asset("viewer.html")
    return Status.OK, "is in the package", ""


def _look_at_port() -> tuple[Status, str, str]:
    text = os.environ.get("RENDERCANVAS_RFB_PORT", "") or str(DEFAULT_PORT)
    if not text.isdecimal() or int(text) > 65535:
        return Status.PROBLEM, f"RENDERCANVAS_RFB_PORT is {text!r}", "it must be a number from 0 to 65535"
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((DEFAULT_HOST, int(text)))
        except OSError as error:
            return Status.WARNING, f"{text} cannot be had: {error.strerror}", "the next free one is taken instead"
    return Status.OK, f"{text} is free", ""


SERVER_TIMEOUT_S = 10.0


def _look_at_server() -> tuple[Status, str, str]:
    """Serve a display, and watch it."""
    pixels = color_blocks(*TRIAL_SIZE)

    async def watch(url: str) -> Any:
        async with asyncio.timeout(SERVER_TIMEOUT_S), connect(url) as client:
            return (await client.next_picture()).pixels

    with Server(DEFAULT_HOST, 0) as server:
        display = server.add("doctor")
        display.present(pixels)
        started = time.perf_counter()
        try:
            shown = asyncio.run(watch(server.url("doctor")))
        except TimeoutError:
            return Status.PROBLEM, f"no picture came within {SERVER_TIMEOUT_S:g} s", "look for a proxy or firewall"
        except RfbError as error:
            return Status.PROBLEM, str(error), ""
        milliseconds = 1000 * (time.perf_counter() - started)
    if shown.shape != pixels[..., :3].shape or psnr(shown, pixels[..., :3]) < LEAST_PSNR_DB:
        return Status.PROBLEM, "another picture came than was published", ""
    return Status.OK, f"serves, and the first picture comes after {milliseconds:.0f} ms", ""


_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "microsoft-edge", "firefox")


def _look_at_browser() -> tuple[Status, str, str]:
    if sys.platform in ("darwin", "win32"):
        return Status.OK, "the system has one", ""
    found = next((path for path in map(shutil.which, _BROWSERS) if path), None)
    if found is None:
        return (
            Status.WARNING,
            "there is none here",
            "watch from another machine: ssh -L 7320:127.0.0.1:7320 <this machine>, and open http://127.0.0.1:7320",
        )
    return Status.OK, found, ""
