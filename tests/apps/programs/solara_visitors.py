import solara
from shared import make_waves  # type: ignore[import-not-found]

from rendercanvas_rfb.apps.solara import rfb_chart


@solara.component
def Page():  # noqa: N802 - its name in Solara
    with solara.Column():
        rfb_chart(make_waves, height=350)
        rfb_chart(make_waves, "own", height=350, per_visitor=True)
