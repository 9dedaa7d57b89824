import panel as pn
from shared import make_waves  # type: ignore[import-not-found]

from rendercanvas_rfb.apps.panel import rfb_chart

pn.Column(
    rfb_chart(make_waves, height=350), rfb_chart(make_waves, "own", height=350, per_visitor=True), width=700
).servable()
