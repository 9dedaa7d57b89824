from preswald import text
from shared import make_waves  # type: ignore[import-not-found]

from rendercanvas_rfb.apps.preswald import rfb_chart

text("# Preswald")
rfb_chart(make_waves, height=350)
rfb_chart(make_waves, "other", height=350)
