"""``rendercanvas-rfb serve`` and ``rendercanvas-rfb record``, in processes of their own."""

from __future__ import annotations

import sys
import textwrap

import numpy as np
import pytest

from rendercanvas_rfb.cli import main
from rendercanvas_rfb.cli.patterns import PATTERNS
from rendercanvas_rfb.cli.serve import find_display
from rendercanvas_rfb.client import connect
from rendercanvas_rfb.errors import ConfigurationError
from tests.programs import picture_where, running, share
from tests.recording.movies import read, read_video
from tests.support import until

MODULE = """
    import threading
    import time
    import numpy as np
    import rendercanvas_rfb
    from rendercanvas_rfb.display import Display

    COLOR = (200, 30, 60)

    def publish(display):
        step = 0
        while not display.closed:
            step += 1
            pixels = np.empty((90, 160, 3), np.uint8)
            pixels[:] = COLOR
            pixels[:, step % 160] = 0
            display.publish(pixels)
            time.sleep(0.02)

    def make():
        display = rendercanvas_rfb.serve(160, 90, name="plot")
        threading.Thread(target=publish, args=(display,), daemon=True).start()
        return display

    def make_and_close():
        display = make()
        threading.Timer(0.2, display.close).start()
        return display

    number = 5
    unserved = Display("unserved")
"""

COLOR = (200, 30, 60)


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Folder of a module ``program``, which is where the test runs."""
    (tmp_path / "program.py").write_text(textwrap.dedent(MODULE))
    (tmp_path / "broken.py").write_text("import a_module_that_is_not_there\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in ("program", "broken"):
        sys.modules.pop(name, None)


SERVE = ("-m", "rendercanvas_rfb", "serve")
RECORD = ("-m", "rendercanvas_rfb", "record")


@pytest.mark.usefixtures("program")
async def test_a_display_is_served_until_ctrl_c():
    async with running(*SERVE, "program:make") as server:
        async with connect(await server.address("plot")) as client:
            await picture_where(client, lambda pixels: share(pixels, COLOR) > 0.8, "the color of the module")
        server.interrupt()
        assert await server.finish() == 0
        assert not [line for line in server.errors if "Traceback" in line]


@pytest.mark.parametrize("name", PATTERNS)
async def test_a_pattern_is_served_until_ctrl_c(name):
    async with running(*SERVE, "--pattern", name, "--size", "160x90", "--quality", "lossless") as server:
        async with connect(await server.address(name)) as client:
            picture = await client.next_picture()
            assert picture.pixels.shape == (90, 160, 3)
            if name != "blocks":  # The others move.
                assert not np.array_equal((await client.next_picture()).pixels, picture.pixels)
        server.interrupt()
        assert await server.finish() == 0
        assert not [line for line in server.errors if "Traceback" in line]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "one of the arguments module:display --pattern is required"),
        (["program:make", "--pattern", "plot"], "not allowed with argument"),
        (["--pattern", "nonesuch"], "invalid choice: 'nonesuch'"),
        (["--pattern", "plot", "--size", "160"], "width and height such as 1280x720, not '160'"),
        (["--pattern", "plot", "--size", "0x90"], "not '0x90'"),
        (["--pattern", "plot", "--fps", "-1"], "a positive number up to 1000, not '-1'"),
        (["--pattern", "plot", "--fps", "nan"], "not 'nan'"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments, message, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["serve", *arguments])
    assert message in capsys.readouterr().err


@pytest.mark.usefixtures("program")
async def test_serving_ends_with_the_display():
    async with running(*SERVE, "program:make_and_close") as server:
        assert await server.finish() == 0


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("program", "module:display, not 'program'"),
        (":make", "module:display, not ':make'"),
        ("program:", "module:display"),
        ("nonesuch:make", "there is no module 'nonesuch'"),
        ("program.part:make", "there is no module 'program.part'"),
        ("program:nonesuch", "'program' has no 'nonesuch'"),
        ("program:number", "must be a Display or return one, not int"),
        ("program:np.zeros.__doc__", "must be a Display or return one, not str"),
        ("program:unserved", r"make it with rendercanvas_rfb\.serve"),
    ],
)
@pytest.mark.usefixtures("program")
def test_what_cannot_be_served_is_refused(target, message):
    with pytest.raises(ConfigurationError, match=message):
        find_display(target)


@pytest.mark.usefixtures("program")
def test_an_import_that_fails_inside_of_the_module_is_its_own():
    with pytest.raises(ModuleNotFoundError, match="a_module_that_is_not_there"):
        find_display("broken:make")


@pytest.mark.usefixtures("program")
async def test_a_wrong_target_is_one_line():
    async with running(*SERVE, "program:nonesuch") as server:
        assert await server.finish() == 1
        assert server.errors == ["rendercanvas-rfb: module 'program' has no 'nonesuch'"]


async def test_recording_for_a_while(program):
    async with running(*SERVE, "program:make") as server:
        url = await server.address("plot")
        async with running(*RECORD, url, "out.mp4", "--duration", "1.5", "--quality", "lossless") as recorder:
            assert await recorder.finish() == 0
    times, pictures = read_video(program / "out.mp4")
    assert len(pictures) > 5
    assert times[0] == 0
    assert 0.5 < times[-1] < 3
    assert np.mean([share(picture, COLOR) for picture in pictures]) > 0.9
    assert recorder.output[0].startswith("out.mp4: ")


@pytest.mark.parametrize("suffix", [".webm", ".gif"])
async def test_recording_until_ctrl_c(suffix, program):
    async with running(*SERVE, "program:make") as server:
        url = await server.address("plot")
        async with running(*RECORD, url, f"out{suffix}") as recorder:
            path = program / f"out{suffix}"
            await until(lambda: path.exists() and path.stat().st_size > 2000, "the first pictures")
            recorder.interrupt()
            assert await recorder.finish() == 0, recorder.errors
    assert len(read(path)) > 1


async def test_recording_ends_with_the_display(program):
    async with running(*SERVE, "program:make") as server:
        url = await server.address("plot")
        async with running(*RECORD, url, "out.mp4") as recorder:
            path = program / "out.mp4"
            await until(lambda: path.exists() and path.stat().st_size > 1000, "the first pictures")
            server.interrupt()
            assert await recorder.finish() == 0, recorder.errors
    assert len(read(path)) > 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("http://127.0.0.1:1/plot/", "a.mp4"), "cannot watch http://127.0.0.1:1/plot/"),
        (("ftp://127.0.0.1/", "a.mp4"), "the address of a display looks like"),
        (("http://127.0.0.1:1/plot/", "a.avi"), "a recording must be named"),
    ],
)
def test_what_cannot_be_recorded_is_one_line_and_leaves_files_alone(arguments, message, capsys, program):
    (program / "a.mp4").write_bytes(b"precious")
    assert main(["record", *arguments]) == 1
    assert message in capsys.readouterr().err
    assert (program / "a.mp4").read_bytes() == b"precious"


@pytest.mark.parametrize("duration", ["0", "-1", "nan", "inf", "soon"])
def test_a_duration_is_a_positive_number(duration, capsys):
    with pytest.raises(SystemExit):
        main(["record", "http://127.0.0.1:1/plot/", "a.mp4", "--duration", duration])
    assert "positive number of seconds" in capsys.readouterr().err
