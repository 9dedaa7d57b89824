"""Solara. The figure keeps its view when the component is rendered again.

Run it with:

    solara run solara_app.py
"""

import solara
from figures import make_image, make_waves

from rendercanvas_rfb.apps.solara import rfb_chart


@solara.component
def Page():  # noqa: N802 - the name that solara looks for
    with solara.Column():
        solara.Text("Solara")
        rfb_chart(make_waves, height=350)
        rfb_chart(make_image, height=350)
