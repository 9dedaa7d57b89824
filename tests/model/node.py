"""The process with the browser's client: built once, driven over pipes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from .world import Answer, Request

__all__ = ["ClientProcess", "build_client"]

WEB_CLIENT = Path(__file__).resolve().parents[2] / "web-client"


def build_client(folder: Path) -> Path:
    """Build the client for `ClientProcess` into ``folder``, and return the file."""
    output = folder / "client.mjs"
    subprocess.run(["node", "scripts/build-model.js", str(output)], cwd=WEB_CLIENT, check=True)
    return output


class ClientProcess:
    """Has the clients of many worlds.

    Args:
        program: What `build_client` has built.
        defect: Name of a planted defect of the client.
    """

    def __init__(self, program: Path, defect: str | None = None) -> None:
        command = ["node", str(program), *([] if defect is None else [defect])]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, requests: Sequence[tuple[int, Request]]) -> list[Answer]:
        """Send the requests of some worlds, and wait for the answers."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        payload = [_as_json(world, request) for world, request in requests]
        stdin.write(json.dumps(payload, separators=(",", ":")).encode() + b"\n")
        stdin.flush()
        line = stdout.readline()
        if not line:
            raise RuntimeError("the client's process has ended; its error is above")
        answers: list[Any] = json.loads(line)
        return [([], None) if answer is None else (answer[0], answer[1]) for answer in answers]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def _as_json(world: int, request: Request) -> dict[str, Any]:
    begin = {} if request.begin is None else {"begin": request.begin}
    return {"world": world, "until": request.until, "operations": request.operations, **begin}
