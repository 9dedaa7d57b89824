"""The sdist, the wheel and the editable install, made by the real build from a project with a tiny web client."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD_FILES = ["pyproject.toml", "hatch_build.py", ".gitignore", "LICENSE"]
HOOK_FILES = ["_rendercanvas_rfb_finder.py", "rendercanvas_rfb.pth", "rendercanvas_rfb.start"]

# Stands for the real bundler: one output, made from one source.
BUILD_SCRIPT = """
import { cpSync, mkdirSync } from 'node:fs';
mkdirSync('../src/rendercanvas_rfb/_web/assets', { recursive: true });
cpSync('src/main.ts', '../src/rendercanvas_rfb/_web/assets/main.js');
"""
PACKAGE = '{"name": "client", "version": "1.0.0", "scripts": {"build": "node scripts/build.mjs"}}'
LOCK = '{"name": "client", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "client"}}}'

BUNDLE_FILE = "rendercanvas_rfb/_web/assets/main.js"


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def make_project(folder):
    for name in BUILD_FILES:
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    package = folder / "src" / "rendercanvas_rfb"
    for name in HOOK_FILES:
        write(folder / "src" / name, (ROOT / "src" / name).read_text())
    write(folder / "README.md", "# readme\n")
    write(package / "__init__.py", "")
    write(package / "_version.py", '__version__ = "1.2.3"\n')
    write(package / "rfb.py", '__all__ = ["loop"]\nloop = "ours"\n')
    write(package / "cli" / "__init__.py", 'def main(): print("the command")\n')
    write(folder / "web-client" / "package.json", PACKAGE)
    write(folder / "web-client" / "package-lock.json", LOCK)
    write(folder / "web-client" / "scripts" / "build.mjs", BUILD_SCRIPT)
    write(folder / "web-client" / "src" / "main.ts", "first")
    return folder


def build(project, target, *, path=os.environ["PATH"]):
    """Build one target as a frontend does; return what it made, or raise CalledProcessError."""
    output = project / "dist" / target
    output.mkdir(parents=True, exist_ok=True)
    code = f"import hatchling.build; hatchling.build.build_{target}({str(output)!r})"
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=project,
        env={**os.environ, "PATH": path},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    (made,) = output.iterdir()
    return made


@pytest.fixture(scope="module")
def no_npm(tmp_path_factory):
    """A PATH without Node.js and npm."""
    return str(tmp_path_factory.mktemp("empty-path"))


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path)


@pytest.fixture(scope="module")
def built_project(tmp_path_factory):
    """A project whose bundle is built; for tests that only read it."""
    project = make_project(tmp_path_factory.mktemp("project"))
    build(project, "sdist")
    return project


@pytest.fixture(scope="module")
def wheel_from_sdist(built_project, tmp_path_factory, no_npm):
    (sdist,) = (built_project / "dist" / "sdist").iterdir()
    folder = tmp_path_factory.mktemp("unpacked")
    # As a program, because what it warns of, and which arguments it knows, differs between versions of Python.
    subprocess.run([sys.executable, "-m", "tarfile", "-e", str(sdist), str(folder)], check=True, capture_output=True)
    (unpacked,) = folder.iterdir()
    return build(unpacked, "wheel", path=no_npm)


class Environment:
    """A virtual environment with a stand-in for rendercanvas and nothing else."""

    def __init__(self, folder):
        self._uv("venv", "--quiet", "--python", sys.executable, str(folder))
        self.bin = folder / ("Scripts" if os.name == "nt" else "bin")
        (self.site,) = folder.glob("Lib/site-packages" if os.name == "nt" else "lib/python*/site-packages")
        write(self.site / "rendercanvas" / "__init__.py", "")

    def _uv(self, *arguments):
        subprocess.run([sys.executable, "-m", "uv", *arguments], check=True, capture_output=True, timeout=120)

    def install(self, distribution):
        self._uv("pip", "install", "--offline", "--no-deps", "--python", str(self.bin / "python"), str(distribution))

    def uninstall(self):
        self._uv("pip", "uninstall", "--python", str(self.bin / "python"), "rendercanvas-rfb")

    def run(self, program, *arguments):
        # Without the variables that would let it see the packages or the folder of the tests.
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        command = [str(self.bin / program), *arguments]
        return subprocess.run(
            command, cwd=self.site.parent, env=environment, capture_output=True, text=True, timeout=60, check=False
        )


@pytest.fixture
def environment(tmp_path):
    return Environment(tmp_path / "environment")


IMPORT_BACKEND = "import rendercanvas.rfb, rendercanvas_rfb as ours; print(rendercanvas.rfb.loop, ours.__file__)"


def test_the_sdist_holds_the_sources_and_the_bundle(built_project):
    (sdist,) = (built_project / "dist" / "sdist").iterdir()
    assert sdist.name == "rendercanvas_rfb-1.2.3.tar.gz"
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert names >= {f"src/{BUNDLE_FILE}", "web-client/src/main.ts", "tools/web_bundle.py", "hatch_build.py"}


def test_a_wheel_from_an_sdist_needs_no_npm(wheel_from_sdist):
    assert wheel_from_sdist.name == "rendercanvas_rfb-1.2.3-py3-none-any.whl"
    with zipfile.ZipFile(wheel_from_sdist) as archive:
        names = set(archive.namelist())
    assert names >= {BUNDLE_FILE, "rendercanvas_rfb/rfb.py", *HOOK_FILES}
    assert not [name for name in names if name.startswith(("src/", "tools/", "web-client/"))]


def test_an_installed_wheel_is_found_by_name_until_it_is_uninstalled(environment, wheel_from_sdist):
    environment.install(wheel_from_sdist)
    finished = environment.run("python", "-c", IMPORT_BACKEND)
    assert finished.stdout.split() == ["ours", str(environment.site / "rendercanvas_rfb" / "__init__.py")]
    assert environment.run("rendercanvas-rfb").stdout == "the command\n"

    environment.uninstall()
    finished = environment.run("python", "-c", "import rendercanvas.rfb")
    assert finished.stderr.rstrip().endswith("ModuleNotFoundError: No module named 'rendercanvas.rfb'")
    assert [path.name for path in environment.site.iterdir() if "rfb" in path.name] == []
    assert environment.run("python", "-c", "pass").stderr == ""


def test_an_editable_install_is_found_by_name_and_runs_the_sources(environment, built_project, no_npm):
    environment.install(build(built_project, "editable", path=no_npm))
    finished = environment.run("python", "-c", IMPORT_BACKEND)
    assert finished.stdout.split() == ["ours", str(built_project / "src" / "rendercanvas_rfb" / "__init__.py")]

    environment.uninstall()
    finished = environment.run("python", "-c", "import rendercanvas.rfb")
    assert finished.stderr.rstrip().endswith("ModuleNotFoundError: No module named 'rendercanvas.rfb'")
    assert environment.run("python", "-c", "pass").stderr == ""


def test_a_build_that_needs_npm_and_has_none_says_what_to_install(project, no_npm):
    with pytest.raises(subprocess.CalledProcessError) as failure:
        build(project, "wheel", path=no_npm)
    message = failure.value.stdout + failure.value.stderr
    assert "needs Node.js and npm, which are not on PATH. Install Node.js 20.19 or newer" in message
    assert "Traceback" not in message


def test_the_bundle_follows_the_sources(project):
    bundle = project / "src" / BUNDLE_FILE

    def bring_up_to_date(path=os.environ["PATH"]):
        command = [sys.executable, str(project / "tools" / "web_bundle.py"), "build"]
        finished = subprocess.run(
            command, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=120, check=False
        )
        return finished.returncode, bundle.read_text() if bundle.is_file() else None, finished.stderr

    assert bring_up_to_date()[:2] == (0, "first")
    # No npm is asked for when nothing has changed.
    assert bring_up_to_date("") == (0, "first", "")
    write(project / "web-client" / "src" / "main.ts", "second")
    assert bring_up_to_date()[:2] == (0, "second")
    shutil.rmtree(bundle.parent.parent)
    assert bring_up_to_date()[:2] == (0, "second")
    # A failure is not taken for a finished build afterwards.
    write(project / "web-client" / "scripts" / "build.mjs", "process.exit(3)")
    status, _, message = bring_up_to_date()
    assert status == 1
    assert message.rstrip().endswith("error: npm run build failed with exit status 3: see the messages above.")
    assert bring_up_to_date()[0] == 1


def test_without_sources_and_without_a_bundle_the_build_fails_with_a_reason(project):
    shutil.rmtree(project / "web-client")
    with pytest.raises(subprocess.CalledProcessError) as failure:
        build(project, "wheel")
    assert "Neither the web client's sources" in failure.value.stderr
