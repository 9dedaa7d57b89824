"""Reflex, with ``rxconfig.py`` in this folder.

Run it here with:

    reflex run
"""

import reflex as rx
from figures import make_image, make_waves

from rendercanvas_rfb.apps.reflex import rfb_chart


def index():
    return rx.el.div(rx.el.h1("Reflex"), rfb_chart(make_waves, height=350), rfb_chart(make_image, height=350))


app = rx.App()
app.add_page(index)
