"""FastAPI, with the figures mounted in the app: one origin, one port. The same in Starlette.

Run it with:

    uvicorn fastapi_app:app
"""

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from figures import make_image, make_waves

from rendercanvas_rfb.apps import asgi_app, rfb_chart

app = FastAPI()
app.mount("/figures", asgi_app("/figures"))


@app.get("/", response_class=HTMLResponse)
def page():
    return f"<!doctype html><h1>FastAPI</h1>{rfb_chart(make_waves, height=350)}{rfb_chart(make_image, height=350)}"
