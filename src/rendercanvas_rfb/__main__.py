"""``python -m rendercanvas_rfb`` is the command ``rendercanvas-rfb``."""

import sys

from .cli import main

sys.exit(main())
