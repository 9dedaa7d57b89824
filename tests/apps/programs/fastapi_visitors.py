from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from shared import make_waves  # type: ignore[import-not-found]

from rendercanvas_rfb.apps import asgi_app, rfb_chart

app = FastAPI()
app.mount("/figures", asgi_app("/figures"))


@app.get("/", response_class=HTMLResponse)
def page():
    own = rfb_chart(make_waves, "own", height=350, per_visitor=True)
    return f"<!doctype html>{rfb_chart(make_waves, height=350)}{own}"
