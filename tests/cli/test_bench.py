"""``rendercanvas-rfb bench``."""

from __future__ import annotations

import json

import pytest

from rendercanvas_rfb.cli import main
from tests.programs import running


async def test_it_prints_what_it_has_measured_of_each_encoder():
    arguments = ("--size", "320x240", "--frames", "3", "--json")
    async with running("-m", "rendercanvas_rfb", "bench", *arguments) as program:
        assert await program.finish() == 0
    assert program.errors == []
    report = json.loads("\n".join(program.output))
    assert (report["width"], report["height"]) == (320, 240)
    results = {(result["pattern"], result["what"]): result for result in report["results"]}
    for pattern in ("lines", "heatmap", "noise"):
        for tier in ("h264/444", "h264/420", "webp", "jpeg", "png"):
            result = results[pattern, tier]
            assert result["milliseconds"] > 0
            assert result["bytes"] > 0
            assert result["lossless"] or result["psnr_db"] > 5
        assert results[pattern, "png"]["lossless"]
        assert results[pattern, "to RGB"]["bytes"] is None
    assert results["lines", "h264/444"]["psnr_db"] > results["lines", "h264/420"]["psnr_db"]


def test_the_table_is_for_people(capsys):
    arguments = ["--size", "97x33", "--frames", "2", "--pattern", "lines", "--quality", "lossless"]
    assert main(["bench", *arguments]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "97x33 pixels"
    assert [line.split()[0] for line in lines[2:]] == ["lines"] * 5
    assert sum(line.endswith("exact") for line in lines) == 2


@pytest.mark.parametrize(
    "arguments",
    [["--size", "0x5"], ["--size", "big"], ["--size", "20000x5"], ["--frames", "0"], ["--pattern", "none"]],
)
def test_wrong_arguments(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        main(["bench", *arguments])
    assert end.value.code == 2


def test_an_encoder_that_is_not_there_is_one_line(capsys):
    assert main(["bench", "--encoder", "nonesuch"]) == 1
    assert "there is no encoder 'nonesuch'" in capsys.readouterr().err
