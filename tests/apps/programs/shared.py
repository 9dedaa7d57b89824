"""A figure that tells when it is closed: the letters in the file ``closed`` are as many as those that were."""

import figures  # type: ignore[import-not-found]

from rendercanvas_rfb.apps import configure

configure(close_idle_s=1)


def make_waves():
    figure = figures.make_waves()
    figure.canvas.add_event_handler(_note, "close")
    return figure


def _note(_event):
    with open("closed", "a", encoding="utf-8") as file:
        file.write("x")
