"""Starlette with a template of Jinja2: a figure is a value as any other.

Run it with:

    uvicorn starlette_app:app
"""

from figures import make_image, make_waves
from jinja2 import Environment
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route

from rendercanvas_rfb.apps import asgi_app, rfb_chart

template = Environment(autoescape=True).from_string("<!doctype html><h1>{{ title }}</h1>{{ waves }}{{ image }}")


def page(request):
    return HTMLResponse(
        template.render(
            title="Starlette", waves=rfb_chart(make_waves, height=350), image=rfb_chart(make_image, height=350)
        )
    )


app = Starlette(routes=[Route("/", page), Mount("/figures", asgi_app("/figures"))])
