"""NiceGUI.

Run it with:

    python nicegui_app.py
"""

import sys

from figures import make_image, make_waves
from nicegui import ui

from rendercanvas_rfb.apps.nicegui import rfb_chart


@ui.page("/")
def page():
    ui.label("NiceGUI").classes("text-h3")
    rfb_chart(make_waves, height=350)
    rfb_chart(make_image, height=350)


ui.run(port=int(sys.argv[1]) if len(sys.argv) > 1 else 8080, reload=False, show=False)
