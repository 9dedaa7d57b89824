"""Preswald. The slider changes the figure that is there; the script makes no other.

Run it with:

    rendercanvas-rfb preswald preswald_app.py
"""

import numpy as np
from figures import make_image, make_waves
from preswald import slider, text

from rendercanvas_rfb.apps import drawing_paused
from rendercanvas_rfb.apps.preswald import rfb_chart

text("# Preswald")
waves = rfb_chart(make_waves, height=350)
amplitude = slider("Amplitude", min_val=0.0, max_val=3.0, step=0.1, default=3.0)
with drawing_paused():
    sine = waves[0, 0]["sine"]
    sine.data[:, 1] = float(amplitude) * np.sin(sine.data[:, 0])
rfb_chart(make_image, height=350)
