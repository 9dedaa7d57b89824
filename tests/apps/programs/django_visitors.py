import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpResponse
from django.urls import path
from shared import make_waves  # type: ignore[import-not-found]

from rendercanvas_rfb.apps import rfb_chart

settings.configure(DEBUG=True, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="example")


def page(request):
    own = rfb_chart(make_waves, "own", height=350, per_visitor=True)
    return HttpResponse(f"<!doctype html>{rfb_chart(make_waves, height=350)}{own}")


urlpatterns = [path("", page)]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
