"""``rendercanvas-rfb run`` runs a script as python does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rendercanvas_rfb.client import connect, view_of
from rendercanvas_rfb.protocol.formats import PictureFormat
from tests.programs import picture_where, running, share

FIGURE = str(Path(__file__).with_name("figure.py"))

RUN = ("-m", "rendercanvas_rfb", "run")

LOOP_SCRIPT = """
from rendercanvas.auto import RenderCanvas, loop
canvas = RenderCanvas(title="shown")
loop.run()
print("after the loop")
"""


@pytest.fixture
def script(tmp_path):
    """Writes a script into a folder of its own, and returns its path."""

    def write(text: str, name: str = "script.py") -> Path:
        path: Path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def run(*arguments: str | Path, **options) -> subprocess.CompletedProcess[str]:
    """The finished command, run as ``python -m rendercanvas_rfb``."""
    return subprocess.run(
        [sys.executable, *RUN, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **options,
    )


def test_it_has_the_arguments_the_folder_and_the_name_that_python_gives(script, tmp_path):
    path = script(
        "import sys, pathlib\n"
        "print(sys.argv[1:])\n"
        "print(pathlib.Path(__file__) == pathlib.Path(sys.argv[0]), __name__)\n"
        "import neighbor"
    )
    script("print('neighbor', __name__)", "neighbor.py")
    finished = run(path, "--port", "x", "-m", "--", "--help")
    assert finished.stderr == ""
    assert finished.stdout.splitlines() == [
        "['--port', 'x', '-m', '--', '--help']",
        "True __main__",
        "neighbor neighbor",
    ]
    assert finished.returncode == 0


def test_a_module_is_run_by_its_name(script, tmp_path):
    script("import sys; print(__name__, sys.argv[1:])", "tool.py")
    finished = run("-m", "tool", "a", cwd=tmp_path)
    assert finished.stdout == "__main__ ['a']\n"


@pytest.mark.parametrize(
    ("text", "code", "stderr"),
    [
        ("", 0, ""),
        ("import sys; sys.exit(7)", 7, ""),
        ("import sys; sys.exit('no data')", 1, "no data\n"),
        ("raise KeyboardInterrupt", 130, ""),
    ],
    ids=["end", "number", "message", "interrupt"],
)
def test_it_ends_with_the_exit_code_of_the_script(script, text, code, stderr):
    finished = run(script(text))
    assert (finished.returncode, finished.stderr) == (code, stderr)


@pytest.mark.parametrize("text", ["def f():\n    1 / 0\nf()", "x = = 3", "raise ValueError('a') from KeyError('b')"])
def test_an_exception_is_printed_as_python_prints_it(script, text):
    path = script(text)
    by_python = subprocess.run([sys.executable, path], capture_output=True, text=True, timeout=60, check=False)
    finished = run(path)
    assert finished.returncode == by_python.returncode == 1
    assert finished.stderr == by_python.stderr


def test_a_file_that_is_not_there_is_named():
    finished = run("nowhere.py")
    assert finished.returncode == 2
    assert finished.stderr == "rendercanvas-rfb run: there is no file 'nowhere.py'\n"


def test_a_module_that_is_not_there_is_named():
    finished = run("-m", "nowhere")
    assert finished.returncode == 1
    assert finished.stderr == "rendercanvas-rfb run: No module named nowhere\n"


def test_a_missing_package_of_the_family_comes_with_the_command_that_installs_it(script):
    # A None in sys.modules makes the import fail as if it were not installed.
    finished = run(script("import sys; sys.modules['pygfx'] = None; import pygfx"))
    assert finished.returncode == 1
    assert finished.stderr.splitlines()[-1] == "rendercanvas-rfb run: pygfx is not installed: pip install pygfx"


@pytest.mark.parametrize("port", ["-1", "65536", "many"])
def test_a_port_that_is_none_is_refused(port, script):
    finished = run(f"--port={port}", script(""))
    assert finished.returncode == 2
    assert f"must be a number from 0 to 65535, not '{port}'" in finished.stderr


def test_options_of_the_server_reach_the_script_as_its_environment(script):
    names = ("BACKEND", "RFB_HOST", "RFB_PORT", "RFB_OPEN")
    text = f"import os\nprint(*(os.environ.get('RENDERCANVAS_' + name) for name in {names}))"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RENDERCANVAS_")}
    path = script(text)
    assert run(path, env=environment).stdout == "rfb None None None\n"
    finished = run("--host", "::1", "--port", "0", "--no-open", path, env=environment)
    assert finished.stdout == "rfb ::1 0 0\n"
    environment["RENDERCANVAS_BACKEND"] = "glfw"
    assert run("--open", path, env=environment).stdout == "rfb None None 1\n"


def test_a_script_that_forgets_the_loop_ends_and_is_told_so(script):
    text = "from rendercanvas.auto import RenderCanvas\ncanvas = RenderCanvas()"
    finished = run("--port", "0", script(text))
    assert finished.returncode == 0
    assert "without having run the loop" in finished.stderr


def test_the_backend_is_found_without_the_start_up_hook(script):
    # Without site, no .pth file is read; what site would have found is put on the path.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    finished = subprocess.run(
        [sys.executable, "-S", *RUN, script("import rendercanvas.auto as a; print(a.RenderCanvas.__name__)")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.stdout == "RfbRenderCanvas\n", finished.stderr


async def test_ctrl_c_ends_the_loop_and_the_script_goes_on(script):
    async with running(*RUN, str(script(LOOP_SCRIPT))) as program:
        async with connect(await program.address(), view=view_of(64, 64)) as client:
            assert client.state["title"] == "shown"
        program.interrupt()
        assert await program.finish() == 0
        assert program.output == ["after the loop"]
        assert not [line for line in program.errors if "Traceback" in line]


async def test_closing_the_last_canvas_ends_the_loop(script):
    async with running(*RUN, str(script(LOOP_SCRIPT))) as program:
        async with connect(await program.address()) as client:
            await client.send_event("close")
        assert await program.finish() == 0
        assert program.output == ["after the loop"]


@pytest.mark.gpu
async def test_one_script_shows_one_picture_however_the_backend_is_chosen():
    ways = {
        # Without a window system, fastplotlib can only be imported with a backend chosen.
        "argument": running(FIGURE, "rfb", RENDERCANVAS_BACKEND="rfb"),
        "environment": running(FIGURE, RENDERCANVAS_BACKEND="rfb"),
        "command": running(*RUN, FIGURE),
    }
    pictures = {}
    for way, program_of_way in ways.items():
        async with program_of_way as program:
            address = await program.address()
            # Lossless, so that equal pictures are equal bytes.
            async with connect(address, view=view_of(480, 320), video=(), images=(PictureFormat.PNG,)) as client:
                pictures[way] = await picture_where(
                    client,
                    lambda pixels: pixels.shape == (320, 480, 3) and share(pixels, (255, 0, 255)) > 0.005,
                    "a magenta line",
                )
                await client.send_event("close")
            assert await program.finish() == 0, program.errors
    assert np.array_equal(pictures["argument"], pictures["environment"])
    assert np.array_equal(pictures["argument"], pictures["command"])
