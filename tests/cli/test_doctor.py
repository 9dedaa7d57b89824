"""``rendercanvas-rfb doctor``."""

from __future__ import annotations

import json
import socket

import pytest

from rendercanvas_rfb.cli import doctor, main
from rendercanvas_rfb.cli.checks import Check, Status
from rendercanvas_rfb.encoders import registry
from rendercanvas_rfb.encoders.registry import register_encoder
from rendercanvas_rfb.protocol.formats import PictureFormat, Tier
from rendercanvas_rfb.testing import FakeEncoder
from tests.programs import running


def finding(name):
    return next(check for check in doctor.all_checks() if check.name == name).run()


@pytest.mark.gpu
async def test_on_this_machine_everything_works():
    async with running("-m", "rendercanvas_rfb", "doctor", "--json", RENDERCANVAS_RFB_PORT="7320") as program:
        assert await program.finish() == 0, program.output
    findings = {finding["name"]: finding for finding in json.loads("\n".join(program.output))}
    assert {"Python", "av", "wgpu", "graphics", "web client", "port", "server", "browser"} <= set(findings)
    for tier in ("x264 h264/rgb", "x264 h264/444", "x264 h264/420", "pillow webp", "pillow jpeg", "pillow png"):
        assert findings[f"encoder {tier}"]["status"] == "ok"
        assert "comes back" in findings[f"encoder {tier}"]["detail"]
    assert not [finding for finding in findings.values() if finding["status"] == "problem"]


def test_what_is_missing_is_said_with_what_to_install(monkeypatch, capsys):
    checks = [
        Check("gone", lambda: doctor._look_at_package("surely-no-package-of-this-name", needed=True)),
        Check("not needed", lambda: doctor._look_at_package("surely-no-package-of-this-name", needed=False)),
    ]
    monkeypatch.setattr(doctor, "all_checks", lambda: checks)
    assert main(["doctor"]) == 1
    output = capsys.readouterr().out
    assert "FAIL  gone: not installed\n      pip install surely-no-package" in output
    assert "note  not needed" in output
    assert "1 problem\n" in output


def fail() -> tuple[Status, str, str]:
    raise ZeroDivisionError("division by zero")


def test_a_check_that_crashes_is_a_problem_and_disturbs_no_other(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "all_checks", lambda: [Check("a", fail), Check("b", lambda: (Status.OK, "", ""))])
    assert main(["doctor"]) == 1
    assert "FAIL  a: ZeroDivisionError: division by zero" in capsys.readouterr().out


def test_without_a_problem_the_exit_code_is_0(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "all_checks", lambda: [Check("a", lambda: (Status.WARNING, "b", "c"))])
    assert main(["doctor"]) == 0
    assert "Everything works." in capsys.readouterr().out


def test_a_missing_codec_is_a_problem(monkeypatch):
    monkeypatch.setattr("av.codecs_available", set())
    assert finding("encoder x264 h264/444").status is Status.PROBLEM
    assert "pip install av" in finding("encoder x264 h264/444").detail
    assert finding("encoder pillow png").status is Status.OK


def test_an_encoder_whose_pictures_do_not_decode_is_a_problem(monkeypatch):
    monkeypatch.setattr(registry, "_registered", {})
    register_encoder("fake", lambda tier, w, h, _: FakeEncoder(tier, w, h), tiers=[Tier(PictureFormat.PNG)])
    assert finding("encoder fake png").status is Status.PROBLEM


def test_a_driver_that_is_missing_is_a_problem(monkeypatch):
    monkeypatch.setattr(doctor, "how_to_get_a_driver", lambda: "apt-get install a-driver")
    assert finding("graphics").advice == "apt-get install a-driver"
    assert finding("graphics").status is Status.PROBLEM


def test_a_port_in_use_is_worth_a_word(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("RENDERCANVAS_RFB_PORT", str(listener.getsockname()[1]))
        assert finding("port").status is Status.WARNING
    monkeypatch.setenv("RENDERCANVAS_RFB_PORT", "many")
    assert finding("port").status is Status.PROBLEM


def test_no_browser_is_worth_a_word(monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert finding("browser").status is Status.WARNING
    assert "ssh -L" in finding("browser").advice


def test_the_server_is_really_tried():
    assert "first picture comes after" in finding("server").detail
