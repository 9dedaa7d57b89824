"""Panel.

Run it with:

    panel serve panel_app.py
"""

import panel as pn
from figures import make_image, make_waves

from rendercanvas_rfb.apps.panel import rfb_chart

pn.Column("# Panel", rfb_chart(make_waves, height=350), rfb_chart(make_image, height=350)).servable()
