"""The option tables of the libavcodec that PyAV brings along, which PyAV itself does not show."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path

import av

SEARCH_CHILDREN = 1
"""AV_OPT_SEARCH_CHILDREN of libavutil/opt.h."""


@cache
def _library(name: str) -> ctypes.CDLL | None:
    package = Path(av.__file__).parent
    for folder in (package.parent / "av.libs", package / ".dylibs"):
        for path in sorted(folder.glob(f"lib{name}[-.]*")):
            return ctypes.CDLL(str(path))
    return None


def are_readable() -> bool:
    """Whether PyAV has brought its libraries along, as its wheels for Linux and macOS do."""
    return _library("avcodec") is not None and _library("avutil") is not None


class Table:
    """What one encoder can be opened with. Sets options on a context that is never opened."""

    def __init__(self, encoder: str) -> None:
        codec, util = _library("avcodec"), _library("avutil")
        assert codec is not None
        assert util is not None
        codec.avcodec_find_encoder_by_name.restype = ctypes.c_void_p
        codec.avcodec_find_encoder_by_name.argtypes = [ctypes.c_char_p]
        codec.avcodec_alloc_context3.restype = ctypes.c_void_p
        codec.avcodec_alloc_context3.argtypes = [ctypes.c_void_p]
        codec.avcodec_free_context.argtypes = [ctypes.POINTER(ctypes.c_void_p)]
        util.av_opt_set.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int]
        found = codec.avcodec_find_encoder_by_name(encoder.encode())
        assert found, encoder
        self._set = util.av_opt_set
        self._free = codec.avcodec_free_context
        self._context = ctypes.c_void_p(codec.avcodec_alloc_context3(found))

    def takes(self, name: str, value: str) -> bool:
        """Whether there is such an option, and whether it may have such a value."""
        return bool(self._set(self._context, name.encode(), value.encode(), SEARCH_CHILDREN) >= 0)

    def close(self) -> None:
        self._free(ctypes.byref(self._context))
