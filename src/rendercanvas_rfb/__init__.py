"""Stream GPU-rendered pygfx and fastplotlib figures to browsers, and map their input back."""

from ._version import __version__

__all__ = ["__version__"]
