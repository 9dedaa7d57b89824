"""Prints the path of a Python that is new enough: ``python tools/find_python.py 3.12``.

Looks at the one that runs this, at the one that UV_PYTHON names, at python3.12, python3.13, ... on PATH and in the
folders where pyenv keeps its own. Each is asked for its version, for a name on PATH may be a stand-in that runs
nothing. Ends with status 1 and one line where there is none.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NEWEST_MINOR = 20
"""Names that are tried end here."""

Version = tuple[int, int]


def candidates(wanted: Version) -> Iterator[str]:
    """Where a Python may be, best first."""
    yield os.environ.get("UV_PYTHON", "")
    yield sys.executable
    for minor in range(wanted[1], NEWEST_MINOR + 1):
        yield shutil.which(f"python{wanted[0]}.{minor}") or ""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(map(str, pyenv.glob("versions/*/bin/python")))


def version(path: str) -> Version | None:
    """What an interpreter says that it is; None where it is none."""
    command = [path, "-c", "import sys; print(*sys.version_info[:2])"]
    try:
        output = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    major, minor = map(int, output.split())
    return major, minor


def main(text: str) -> int:
    """Print the path."""
    major, minor = map(int, text.split("."))
    for path in candidates((major, minor)):
        found = version(path) if path else None
        if found is not None and found >= (major, minor):
            print(path)
            return 0
    print(f"Python {text} or newer is needed here; where it has another name, set UV_PYTHON to it.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
