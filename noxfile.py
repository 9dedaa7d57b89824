"""The project's commands: ``python3 noxfile.py -s NAME``, and ``python3 noxfile.py --list`` for their names.

That needs Python 3.11 with pip, Node.js 20 with npm, and git: it installs nox and uv into ``.nox-bootstrap/`` and runs
them on this file. Under an installed nox, ``nox -s NAME`` is the same.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent

if __name__ == "__main__":
    from tools.bootstrap import main

    sys.exit(main(sys.argv[1:]))

import nox  # noqa: E402

nox.needs_version = ">=2025.5.1"
nox.options.sessions = ["tests"]
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.download_python = "never"

BOOTSTRAP_LOCK = "requirements/bootstrap.txt"
DEVELOPMENT_LOCK = "requirements/dev.txt"
PEERS_LOCK = "requirements/peers.txt"
FUZZ_LOCK = "requirements/fuzz.txt"
NOTEBOOK_LOCK = "requirements/notebook.txt"
MLX_LOCK = "requirements/mlx.txt"
APPS_LOCK = "requirements/apps.txt"
PRESWALD_LOCK = "requirements/preswald.txt"
REFLEX_LOCK = "requirements/reflex.txt"
# The Python that runs the lock files; they hold for every newer one too.
OLDEST_PYTHON = "3.11"
# The oldest that habemus-papadum-rfb runs on.
PEERS_PYTHON = "3.12"


def install_locked(session: nox.Session, lock: str) -> None:
    """Install exactly what a lock file names, checking the hashes."""
    session.install("--require-hashes", "-r", lock, silent=False)


def install_project(session: nox.Session, lock: str = DEVELOPMENT_LOCK) -> None:
    """Install what a lock file names, and this project, editable, with its web client."""
    install_locked(session, lock)
    # Before the installation, which would build it as well but show nothing of it.
    build_web_client(session)
    session.install("--no-deps", "--no-build-isolation", "--editable", ".", silent=False)


def build_web_client(session: nox.Session, command: str = "build") -> None:
    """Bring the web client's bundle (``build``) or its npm packages (``install``) up to date."""
    session.run(sys.executable, "tools/web_bundle.py", command, external=True)


def run_npm(session: nox.Session, *arguments: str) -> None:
    """Run npm in the web client's folder."""
    session.run("npm", "--prefix", "web-client", "--no-update-notifier", *arguments, external=True)


def need_system_packages(session: nox.Session, *names: str) -> None:
    """Make sure that these system packages are there, or end the session saying what is missing."""
    session.run(sys.executable, "tools/system_packages.py", *names, external=True)


@nox.session(venv_backend="none")
def tests(session: nox.Session) -> None:
    """Run every test, Python's and then the web client's. Arguments after -- go to pytest."""
    session.notify("tests_python", posargs=session.posargs)
    session.notify("tests_web", posargs=[])


@nox.session
def tests_python(session: nox.Session) -> None:
    """Run the Python tests, with a real Chromium among them. Arguments after -- go to pytest."""
    need_system_packages(session, "vulkan", "x11", "chromium")
    install_project(session)
    session.run("pytest", *session.posargs)


@nox.session
def tests_hardware(session: nox.Session) -> None:
    """Run the tests of GPUs and of encoders in hardware; what this machine lacks is skipped. Arguments go to pytest."""
    install_project(session)
    # Whatever there is: what drivers take depends on the machine.
    session.install("mlx" if sys.platform == "darwin" else "cupy-cuda12x[ctk]", silent=False)
    session.run("pytest", "-m", "hardware", "tests/encoders", *session.posargs)
    session.run("pytest", "tests/convert", *session.posargs)


@nox.session
def tests_mlx(session: nox.Session) -> None:
    """Run the tests of conversions and of frames on devices, with MLX; on Linux on the processor."""
    install_project(session, MLX_LOCK)
    session.run("pytest", "tests/convert", *session.posargs)


@nox.session(venv_backend="none")
def tests_web(session: nox.Session) -> None:
    """Run the web client's tests. Arguments after -- go to Vitest."""
    build_web_client(session, "install")
    run_npm(session, "test", "--", *session.posargs)


@nox.session
def tests_latest_rendercanvas(session: nox.Session) -> None:
    """Run the backend's contract tests against the newest rendercanvas, pre-releases included."""
    need_system_packages(session, "vulkan", "x11")
    install_project(session)
    # Asking for a pre-release by name allows it for this package and for no other.
    session.install("--upgrade-package", "rendercanvas", "rendercanvas>=2.7.2.dev0", silent=False)
    session.run("python", "-c", "import rendercanvas; print('rendercanvas', rendercanvas.__version__)")
    session.run("pytest", "tests/contract", *session.posargs)


@nox.session
def tests_firefox(session: nox.Session) -> None:
    """Run the main path in a real Firefox."""
    need_system_packages(session, "firefox")
    install_project(session)
    session.run("pytest", "tests/firefox", *session.posargs, env={"WITH_FIREFOX": "1"})


@nox.session
def tests_npm(session: nox.Session) -> None:
    """Install the npm package into apps with React, Svelte and Solid, and look at them in a real Chromium."""
    need_system_packages(session, "chromium")
    install_project(session)
    session.run("pytest", "tests/npm", *session.posargs, env={"WITH_NPM": "1"})


@nox.session
@nox.parametrize(
    "lock",
    [nox.param(APPS_LOCK, id="all"), nox.param(PRESWALD_LOCK, id="preswald"), nox.param(REFLEX_LOCK, id="reflex")],
)
def tests_apps(session: nox.Session, lock: str) -> None:
    """Start app frameworks with figures in them, and look at them in a real Chromium."""
    need_system_packages(session, "vulkan", "x11", "chromium")
    # Not the development packages: the frameworks need other versions of some, and Preswald old ones.
    install_project(session, lock)
    # With the old packages that Preswald needs, uvicorn's own command does not start what else is installed there.
    chosen = {PRESWALD_LOCK: ["-k", "preswald"], REFLEX_LOCK: ["-k", "reflex"]}.get(lock, [])
    # Dash brings a plugin that today's pytest refuses.
    session.run("pytest", "-p", "no:dash", "tests/apps", *chosen, *session.posargs, env={"WITH_APPS": "1"})


@nox.session
def tests_notebook(session: nox.Session) -> None:
    """Start JupyterLab, Notebook and marimo with figures in them, and look at them in a real Chromium."""
    need_system_packages(session, "vulkan", "x11", "chromium")
    install_project(session, NOTEBOOK_LOCK)
    session.run("pytest", "tests/notebook", *session.posargs, env={"WITH_NOTEBOOK": "1"})


@nox.session
def tests_old_websockets(session: nox.Session) -> None:
    """Run the tests of the server and the backend's contract tests with the oldest websockets that is supported."""
    need_system_packages(session, "vulkan", "x11")
    install_project(session)
    session.install("websockets==10.4", silent=False)
    session.run("pytest", "tests/push", "tests/contract", *session.posargs)


@nox.session
def demo(session: nox.Session) -> None:
    """Run the demo. Arguments after -- go to ``rendercanvas-rfb demo``."""
    need_system_packages(session, "vulkan", "x11")
    install_project(session)
    session.run("rendercanvas-rfb", "demo", *session.posargs)


@nox.session(venv_backend="none")
def bench_peers(session: nox.Session) -> None:
    """Measure this package beside habemus-papadum-rfb and rendercanvas' http backend. Arguments after -- go to it."""
    need_system_packages(session, "vulkan", "x11", "chromium")
    find = [sys.executable, "tools/find_python.py", PEERS_PYTHON]
    python = session.run(*find, silent=True, stderr=sys.stderr, external=True) or ""
    build_web_client(session)
    environment = Path(session.create_tmp()).parent / "environment"
    session.run("uv", "venv", "--quiet", "--allow-existing", "--python", python.strip(), environment, external=True)
    interpreter = environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    install = ["uv", "pip", "install", "--python", str(interpreter)]
    session.run(*install, "--require-hashes", "-r", PEERS_LOCK, external=True)
    session.run(*install, "--no-deps", "--no-build-isolation", "--editable", ".", external=True)
    session.run(interpreter, "benchmarks/peers", *session.posargs, external=True)


@nox.session
def soak(session: nox.Session) -> None:
    """Let viewers come, stall and break off for 20 minutes, and see what is left; ``-- MINUTES`` says otherwise."""
    minutes = session.posargs or ["20"]
    install_project(session)
    session.run("python", "-m", "benchmarks.soak", "--minutes", *minutes)


@nox.session
def load(session: nox.Session) -> None:
    """Measure what viewers get beside stalled ones, in hundreds and on slow links; arguments after -- go to it."""
    install_project(session)
    session.run("python", "-m", "benchmarks.load", *session.posargs)


@nox.session
def reconnect(session: nox.Session) -> None:
    """Measure how soon a page shows the present picture after cuts and restarts; arguments after -- go to it."""
    need_system_packages(session, "chromium")
    install_project(session)
    session.run("python", "-m", "benchmarks.reconnect", *session.posargs)


@nox.session
def model(session: nox.Session) -> None:
    """Check 10,000 schedules of server and client over a faulty network; ``-- COUNT --seed FIRST`` says otherwise."""
    install_project(session)
    session.run("python", "-m", "tests.model.run", *session.posargs)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Fuzz what reads bytes from the network, each part for a minute; ``-- SECONDS [NAME]`` says otherwise."""
    seconds, *names = session.posargs or ["60"]
    install_project(session)
    # It has wheels for Linux only, and is needed for nothing else.
    session.install("--require-hashes", "-r", FUZZ_LOCK, silent=False)
    listing = "from tests.fuzz.targets import TARGETS; print(*TARGETS)"
    targets = names or (session.run("python", "-c", listing, silent=True) or "").split()
    for name in targets:
        limits = [f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"]
        corpus = Path(session.create_tmp()).parent / "corpus" / name
        session.run("python", "tests/fuzz/run.py", name, corpus, *limits)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, types and the direction of imports, in Python and in TypeScript."""
    install_project(session)
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("mypy")
    session.run("lint-imports")
    run_npm(session, "run", "check")


@nox.session(name="format")
def format_sources(session: nox.Session) -> None:
    """Format the sources, and fix what can be fixed without thinking."""
    install_locked(session, DEVELOPMENT_LOCK)
    build_web_client(session, "install")
    session.run("ruff", "check", "--fix-only")
    session.run("ruff", "format")
    run_npm(session, "run", "format")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into docs/_build/html; a warning is an error."""
    install_project(session)
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html", *session.posargs)


@nox.session
def build(session: nox.Session) -> None:
    """Build the sdist, and from it the wheel, into dist/."""
    install_locked(session, DEVELOPMENT_LOCK)
    build_web_client(session)
    session.run("python", "-m", "build", "--no-isolation", "--outdir", "dist", *session.posargs)


@nox.session
def lock(session: nox.Session) -> None:
    """Renew the lock files after a change of dependencies; ``-- --upgrade`` brings the newest versions."""
    install_locked(session, BOOTSTRAP_LOCK)
    compile_lock(session, BOOTSTRAP_LOCK, "--group", "pyproject.toml:bootstrap")
    compile_lock(session, DEVELOPMENT_LOCK, "pyproject.toml", "--extra", "demo", "--group", "dev")
    compile_lock(session, FUZZ_LOCK, "--group", "pyproject.toml:fuzz")
    tested = ("--extra", "demo", "--group", "build")
    compile_lock(session, APPS_LOCK, "pyproject.toml", *tested, "--group", "apps")
    compile_lock(session, PRESWALD_LOCK, "pyproject.toml", *tested, "--group", "preswald")
    compile_lock(session, REFLEX_LOCK, "pyproject.toml", *tested, "--group", "reflex")
    compile_lock(session, NOTEBOOK_LOCK, "pyproject.toml", *tested, "--extra", "notebook", "--group", "notebook")
    compile_lock(session, MLX_LOCK, "pyproject.toml", *tested, "--extra", "mlx", "--group", "mlx")
    peers = ("--extra", "demo", "--group", "build", "--group", "peers")
    compile_lock(session, PEERS_LOCK, "pyproject.toml", *peers, python=PEERS_PYTHON)


def compile_lock(session: nox.Session, lock: str, *sources: str, python: str = OLDEST_PYTHON) -> None:
    """Pin sources for every platform and Python version. A lock file names versions and hashes, never addresses."""
    options = ["--universal", "--generate-hashes", "--python-version", python, "--no-config", "--quiet"]
    command = "python3 noxfile.py -s lock"
    session.run(
        "uv", "pip", "compile", *options, "--custom-compile-command", command, "-o", lock, *sources, *session.posargs
    )
