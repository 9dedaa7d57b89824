"""Runs nox from a private, pinned environment, for a machine that has only Python and pip.

Standard library only: this runs before anything is installed.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".nox-bootstrap"
REQUIREMENTS = ROOT / "requirements" / "bootstrap.txt"
# Written last: an environment whose installation was interrupted has none, and is made again.
STAMP = ENVIRONMENT / "installed.sha256"
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")

MINIMUM_PYTHON = (3, 11)


def wanted_stamp() -> str:
    """Return what the stamp says when the environment fits the lock file and this interpreter."""
    return hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()


def ensure_environment() -> None:
    """Create the environment, or leave it alone when it is up to date."""
    stamp = wanted_stamp()
    if STAMP.is_file() and STAMP.read_text(encoding="ascii") == stamp:
        return
    print(f"Installing nox and uv into {ENVIRONMENT.name}/ ...", file=sys.stderr, flush=True)
    venv.create(ENVIRONMENT, clear=True, with_pip=True)
    pip = [str(BIN / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "install", "--require-hashes", "-r", str(REQUIREMENTS)], check=True)
    STAMP.write_text(stamp, encoding="ascii")


def run_nox(arguments: list[str]) -> int:
    """Run nox on this project's noxfile with its own environment in front of PATH; return its exit status."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    command = [str(BIN / "python"), "-m", "nox", "-f", str(ROOT / "noxfile.py"), *arguments]
    if os.name == "posix":
        # In place of this process, so that Ctrl-C and signals reach nox alone.
        os.execve(command[0], command, environment)
    return subprocess.run(command, env=environment, check=False).returncode


def main(arguments: list[str]) -> int:
    """Run nox with these arguments, installing it first where it is missing."""
    if sys.version_info < MINIMUM_PYTHON:
        wanted = ".".join(map(str, MINIMUM_PYTHON))
        print(f"Python {wanted} or newer is needed, this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    try:
        ensure_environment()
    except subprocess.CalledProcessError as error:
        print(f"{error}\nnox could not be installed: see the messages above.", file=sys.stderr)
        return 1
    return run_nox(arguments)
