"""Builds the web client into the Python package: ``python tools/web_bundle.py install|build``.

``install`` brings the locked npm packages, ``build`` the bundle; each does nothing when it is up to date. The build of
wheels and sdists runs ``build`` too (see ``hatch_build.py``). Standard library only.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLIENT = ROOT / "web-client"
BUNDLE = ROOT / "src" / "rendercanvas_rfb" / "_web"
# In the bundle, so that whatever empties or removes the bundle makes the next build a real one.
STAMP = BUNDLE / ".sources.sha256"
# npm writes it when it has installed everything.
INSTALLED_LOCK = CLIENT / "node_modules" / ".package-lock.json"

# What the bundle is made from: these files at the top of the client, and everything in these folders.
SOURCE_PATTERNS = ("*.json", "*.js", "*.mjs", "*.ts", "*.html")
SOURCE_FOLDERS = ("public", "scripts", "src")

MINIMUM_NODE = (20, 19)


class BundleError(Exception):
    """The bundle cannot be built; the message says what to do."""


def source_files() -> Iterator[Path]:
    """Yield the files that the bundle is made from, in an order that is the same everywhere."""
    found = {path for pattern in SOURCE_PATTERNS for path in CLIENT.glob(pattern)}
    found |= {path for folder in SOURCE_FOLDERS for path in (CLIENT / folder).rglob("*")}
    yield from sorted((path for path in found if path.is_file()), key=lambda path: path.as_posix())


def source_hash() -> str:
    """Return a hash of the names and contents of the client's sources."""
    digest = hashlib.sha256()
    for path in source_files():
        content = path.read_bytes()
        digest.update(f"{path.relative_to(CLIENT).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def is_current() -> bool:
    """Tell whether the bundle is there and made from the sources that are there, if any are."""
    if not CLIENT.is_dir():
        return BUNDLE.is_dir() and any(BUNDLE.iterdir())
    return STAMP.is_file() and STAMP.read_text(encoding="ascii") == source_hash()


def npm() -> str:
    """Return the npm command.

    Raises:
        BundleError: Node.js or npm is missing, or Node.js is too old.
    """
    minimum = ".".join(map(str, MINIMUM_NODE))
    advice = f"Install Node.js {minimum} or newer, which brings npm, and try again."
    node, command = shutil.which("node"), shutil.which("npm")
    if node is None or command is None:
        raise BundleError(f"Building the web client needs Node.js and npm, which are not on PATH. {advice}")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if tuple(map(int, version.removeprefix("v").split(".")[:2])) < MINIMUM_NODE:
        raise BundleError(f"Building the web client needs a newer Node.js than {version}. {advice}")
    return command


def run_npm(*arguments: str) -> None:
    """Run npm in the client's folder, showing what it prints.

    Raises:
        BundleError: npm is missing or fails.
    """
    command = npm()
    print(f"Running npm {' '.join(arguments)} in {CLIENT.name}/", file=sys.stderr, flush=True)
    status = subprocess.run(
        [command, "--no-update-notifier", *arguments], cwd=CLIENT, stdin=subprocess.DEVNULL, check=False
    ).returncode
    if status:
        raise BundleError(f"npm {' '.join(arguments)} failed with exit status {status}: see the messages above.")


def install() -> None:
    """Install the locked npm packages, unless they are newer than the lock file."""
    lock = CLIENT / "package-lock.json"
    if INSTALLED_LOCK.is_file() and INSTALLED_LOCK.stat().st_mtime >= lock.stat().st_mtime:
        return
    run_npm("ci", "--no-audit", "--no-fund")


def build() -> None:
    """Build the bundle, unless it is up to date.

    Raises:
        BundleError: there are no sources to build it from, npm is missing, or the build fails.
    """
    if is_current():
        return
    if not CLIENT.is_dir():
        raise BundleError(f"Neither the web client's sources ({CLIENT}) nor its bundle ({BUNDLE}) is here.")
    install()
    sources = source_hash()
    run_npm("run", "build")
    if not BUNDLE.is_dir():
        raise BundleError(f"npm run build has not written {BUNDLE}")
    STAMP.write_text(sources, encoding="ascii")


def main(arguments: list[str]) -> int:
    """Run one command; return the exit status."""
    commands = {"install": install, "build": build}
    if len(arguments) != 1 or arguments[0] not in commands:
        print(f"Expected one of {', '.join(commands)}, got {' '.join(arguments) or 'nothing'}", file=sys.stderr)
        return 2
    try:
        commands[arguments[0]]()
    except BundleError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
