"""``rendercanvas-rfb bench``."""

from __future__ import annotations

import json

import pytest

from rendercanvas_rfb.cli import bench_latency, main
from tests.programs import running


async def test_it_prints_what_it_has_measured_of_each_encoder():
    arguments = ("--synthetic", "--size", "320x240", "--frames", "3", "--json", "-")
    async with running("-m", "rendercanvas_rfb", "bench", *arguments) as program:
        assert await program.finish() == 0
    assert program.errors == []
    results = {
        (result["scene"], result["what"]): result
        for result in json.loads("\n".join(program.output))["encoders"]
        if result["size"] == [320, 240]
    }
    for scene in ("lines", "heatmap", "noise"):
        for tier in ("h264/444", "h264/420", "webp", "jpeg", "png"):
            result = results[scene, tier]
            assert 0 < result["milliseconds"] <= result["p95_milliseconds"]
            assert result["bytes"] > 0
            assert result["lossless"] or (result["psnr_db"] > 5 and result["ssim"] < 1)
        assert results[scene, "png"]["lossless"]
        assert results[scene, "to RGB"]["bytes"] is None
    makers = {result["encoder"] for result in results.values()}
    assert makers >= {"", "libx264", "libx264rgb", "pillow", "libvpx-vp9", "libsvtav1"}
    assert results["lines", "h264/444"]["psnr_db"] > results["lines", "h264/420"]["psnr_db"]


def test_one_encoder_can_be_named(capsys):
    assert (
        main(["bench", "--synthetic", "--size", "320x240", "--frames", "2", "--scene", "lines", "--encoder", "vp9"])
        == 0
    )
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[1:] if "/" in line.split()[2]]
    assert [row[2:4] for row in rows] == [["vp9/444", "libvpx-vp9"], ["vp9/420", "libvpx-vp9"]]


def test_the_table_is_for_people_and_the_file_for_programs(capsys, tmp_path):
    file = tmp_path / "results.json"
    arguments = ["--synthetic", "--size", "97x33,6x5", "--frames", "2", "--scene", "lines", "--quality", "lossless"]
    assert main(["bench", *arguments, "--json", str(file)]) == 0
    _, *lines = capsys.readouterr().out.splitlines()
    assert {tuple(line.split()[:2]) for line in lines} == {("lines", "97x33"), ("lines", "6x5")}
    exact = [result["lossless"] for result in json.loads(file.read_text())["encoders"]]
    assert sum("exact" in line for line in lines) == exact.count(True) >= 4


@pytest.mark.gpu
def test_scenes_are_rendered_where_fastplotlib_is_installed(capsys):
    pytest.importorskip("fastplotlib")
    assert main(["bench", "--size", "320x240", "--frames", "2", "--scene", "mesh", "--scene", "scatter"]) == 0
    _, *lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines} == {"mesh", "scatter"}


def test_without_fastplotlib_synthetic_pictures_stand_in(capsys, monkeypatch):
    monkeypatch.setattr("rendercanvas_rfb.cli.bench.missing_modules", lambda names: ["fastplotlib"])
    assert main(["bench", "--size", "32x24", "--frames", "2", "--scene", "noise", "--scene", "mesh"]) == 0
    printed = capsys.readouterr()
    assert "fastplotlib is not installed" in printed.err
    assert "mesh needs fastplotlib" in printed.err
    assert {line.split()[0] for line in printed.out.splitlines()[1:]} == {"noise"}


def test_viewers_are_counted(capsys, monkeypatch):
    monkeypatch.setattr("rendercanvas_rfb.cli.bench.VIEWERS_S", 0.4)
    assert main(["bench", "--synthetic", "--size", "64x48", "--viewers", "1,3", "--json", "-"]) == 0
    one, three = json.loads(capsys.readouterr().out)["viewers"]
    assert (one["viewers"], three["viewers"]) == (1, 3)
    assert min(one["cpu_milliseconds"], one["slowest_fps"], three["slowest_fps"]) > 0


@pytest.mark.browser
def test_latency_is_that_of_a_real_browser(capsys, monkeypatch):
    if bench_latency.chromium_path() is None:
        pytest.skip("there is no Chromium")
    monkeypatch.setattr("rendercanvas_rfb.cli.bench.TRIALS", 3)
    assert main(["bench", "--latency", "--size", "320x240"]) == 0
    assert "median" in capsys.readouterr().out


def test_latency_without_a_browser_is_one_line(capsys, monkeypatch):
    monkeypatch.setattr(bench_latency, "chromium_path", lambda: None)
    assert main(["bench", "--latency"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "Chromium" in printed.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--size", "0x5"],
        ["--size", "big"],
        ["--size", "20000x5"],
        ["--size", "720p,"],
        ["--frames", "0"],
        ["--scene", "none"],
        ["--viewers", "1,x"],
    ],
)
def test_wrong_arguments(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        main(["bench", *arguments])
    assert end.value.code == 2


def test_an_encoder_that_is_not_there_is_one_line(capsys):
    assert main(["bench", "--synthetic", "--encoder", "nonesuch"]) == 1
    assert "there is no encoder 'nonesuch'" in capsys.readouterr().err
