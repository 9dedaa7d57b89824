"""Flask. The figures have a server of their own in the same process, which is started with the first of them.

Run it with:

    flask --app flask_app run
"""

from figures import make_image, make_waves
from flask import Flask, render_template_string

from rendercanvas_rfb.apps import rfb_chart

app = Flask(__name__)


@app.get("/")
def page():
    return render_template_string(
        "<!doctype html><h1>Flask</h1>{{ waves }}{{ image }}",
        waves=rfb_chart(make_waves, height=350),
        image=rfb_chart(make_image, height=350),
    )
