"""The files of the web client, as they are built into the package."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, overload

from .errors import ConfigurationError

__all__ = ["Asset", "load_asset"]

_MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "png": "image/png",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """What an HTTP response has in its body."""

    media_type: str
    body: bytes
    etag: str
    """Another one for every body, as the header ``ETag`` has it."""


@overload
def load_asset(name: str, *, missing_ok: Literal[False] = False) -> Asset: ...
@overload
def load_asset(name: str, *, missing_ok: bool) -> Asset | None: ...
def load_asset(name: str, *, missing_ok: bool = False) -> Asset | None:
    """The file ``name`` of the web client.

    Only names that the build has put there are found, so a name cannot lead outside.

    Raises:
        ConfigurationError: There is no such file, and ``missing_ok`` is false: the package was installed without its
            web client.
    """
    asset = _assets().get(name)
    if asset is None and not missing_ok:
        raise ConfigurationError(
            f"this installation of rendercanvas-rfb has no web client ({name} is missing); install a wheel,"
            " or build the client with npm: cd web-client && npm ci && npm run build"
        )
    return asset


@cache
def _assets() -> dict[str, Asset]:
    directory = files(__package__).joinpath("_web")
    if not directory.is_dir():
        return {}
    return {
        file.name: _asset(_MEDIA_TYPES[suffix], file.read_bytes())
        for file in directory.iterdir()
        if (suffix := file.name.rpartition(".")[2]) in _MEDIA_TYPES
    }


def _asset(media_type: str, body: bytes) -> Asset:
    return Asset(media_type, body, f'"{hashlib.blake2s(body, digest_size=12).hexdigest()}"')
