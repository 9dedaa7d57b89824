from shared import make_waves  # type: ignore[import-not-found]
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route

from rendercanvas_rfb.apps import asgi_app, rfb_chart


def page(request):
    own = rfb_chart(make_waves, "own", height=350, per_visitor=True)
    return HTMLResponse(f"<!doctype html>{rfb_chart(make_waves, height=350)}{own}")


app = Starlette(routes=[Route("/", page), Mount("/figures", asgi_app("/figures"))])
