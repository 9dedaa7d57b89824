from shared import make_waves  # type: ignore[import-not-found]

from rendercanvas_rfb.apps.streamlit import rfb_chart

rfb_chart(make_waves, height=350)
rfb_chart(make_waves, "own", height=350, per_visitor=True)
