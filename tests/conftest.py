"""What all tests need before anything is imported."""

import os

# pygfx and fastplotlib look for a backend when they are imported.
os.environ["RENDERCANVAS_BACKEND"] = "rfb"
