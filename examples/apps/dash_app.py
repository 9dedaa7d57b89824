"""Dash.

Run it with:

    python dash_app.py
"""

import sys

from dash import Dash, html
from figures import make_image, make_waves

from rendercanvas_rfb.apps.dash import rfb_chart

app = Dash(__name__)
app.layout = html.Div([html.H1("Dash"), rfb_chart(make_waves, height=350), rfb_chart(make_image, height=350)])

if __name__ == "__main__":
    # In debug mode there is a second process, which would make the figures once more.
    app.run(port=int(sys.argv[1]) if len(sys.argv) > 1 else 8050, debug=False)
