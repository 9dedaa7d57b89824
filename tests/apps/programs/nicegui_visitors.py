import sys

from nicegui import ui
from shared import make_waves  # type: ignore[import-not-found]

from rendercanvas_rfb.apps.nicegui import rfb_chart


@ui.page("/")
def page():
    rfb_chart(make_waves, height=350)
    rfb_chart(make_waves, "own", height=350, per_visitor=True)


ui.run(port=int(sys.argv[1]), show=False, reload=False)
