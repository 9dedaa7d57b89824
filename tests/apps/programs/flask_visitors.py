from flask import Flask, render_template_string
from shared import make_waves  # type: ignore[import-not-found]

from rendercanvas_rfb.apps import rfb_chart

app = Flask(__name__)


@app.get("/")
def page():
    own = rfb_chart(make_waves, "own", height=350, per_visitor=True)
    return render_template_string(
        "<!doctype html>{{ shared }}{{ own }}", shared=rfb_chart(make_waves, height=350), own=own
    )
