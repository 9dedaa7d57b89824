"""Fuzz one target, guided by coverage: ``python tests/fuzz/run.py NAME CORPUS [libFuzzer options]``.

CORPUS is a folder that keeps what is found to reach new code; the seeds are put there first. An input that lets an
exception out is written to a file ``crash-...``, and belongs into ``tests/fuzz/corpus/`` once it is understood.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import atheris

# The folder that has the package "tests".
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

with atheris.instrument_imports(include=["rendercanvas_rfb"]):
    from tests.fuzz.seeds import seeds
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Fuzz until libFuzzer's options say that it is enough."""
    name, corpus, *options = sys.argv[1:]
    folder = Path(corpus)
    folder.mkdir(parents=True, exist_ok=True)
    for data in seeds(name):
        (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    atheris.Setup([sys.argv[0], str(folder), *options], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
