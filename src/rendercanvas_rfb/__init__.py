"""Stream GPU-rendered pygfx and fastplotlib figures, and pixels of any other source, to browsers.

`serve` and `Display` are for programs that make their own pixels. The rendercanvas backend is `rendercanvas_rfb.rfb`,
which is importable as ``rendercanvas.rfb``; a viewer in Python is `rendercanvas_rfb.client`.
"""

from ._version import __version__
from .asgi import RfbApp
from .auth import AuthContext
from .display import Display
from .frames import ColorSpace
from .hub import Hub
from .limits import ServerLimits
from .serve import serve
from .server import Server
from .viewer_event import ViewerEvent

__all__ = [
    "AuthContext",
    "ColorSpace",
    "Display",
    "Hub",
    "RfbApp",
    "Server",
    "ServerLimits",
    "ViewerEvent",
    "__version__",
    "serve",
]
