import reflex as rx
from shared import make_waves  # type: ignore[import-not-found]
from starlette.applications import Starlette
from starlette.routing import Mount

from rendercanvas_rfb.apps import asgi_app
from rendercanvas_rfb.apps.reflex import rfb_chart


def index():
    own = rfb_chart(make_waves, "own", height=350, per_visitor=True)
    return rx.el.div(rfb_chart(make_waves, height=350), own)


app = rx.App(api_transformer=Starlette(routes=[Mount("/figures", asgi_app("/figures"))]))
app.add_page(index)
