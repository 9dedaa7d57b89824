"""Django. The figures have a server of their own in the same process, which is started with the first of them.

Run it with:

    python django_app.py runserver --noreload
"""

import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpResponse
from django.template import Context, Template
from django.urls import path
from figures import make_image, make_waves

from rendercanvas_rfb.apps import rfb_chart

TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
settings.configure(DEBUG=True, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="example", TEMPLATES=TEMPLATES)


def page(request):
    template = Template("<!doctype html><h1>Django</h1>{{ waves }}{{ image }}")
    charts = {"waves": rfb_chart(make_waves, height=350), "image": rfb_chart(make_image, height=350)}
    return HttpResponse(template.render(Context(charts)))


urlpatterns = [path("", page)]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
