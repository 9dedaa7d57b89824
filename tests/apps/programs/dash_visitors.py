import sys

from dash import Dash, html
from shared import make_waves  # type: ignore[import-not-found]

from rendercanvas_rfb.apps.dash import rfb_chart

app = Dash(__name__)
app.layout = html.Div([rfb_chart(make_waves, height=350), rfb_chart(make_waves, "own", height=350, per_visitor=True)])

if __name__ == "__main__":
    app.run(port=int(sys.argv[1]))
