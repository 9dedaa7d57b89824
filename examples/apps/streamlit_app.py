"""Streamlit. The slider changes the figure that is there; the script makes no other.

Run it with:

    streamlit run streamlit_app.py
"""

import numpy as np
import streamlit as st
from figures import make_image, make_waves

from rendercanvas_rfb.apps import drawing_paused
from rendercanvas_rfb.apps.streamlit import rfb_chart

st.header("Streamlit")
waves = rfb_chart(make_waves, height=350)
amplitude = st.slider("Amplitude", 0.0, 3.0, 3.0)
with drawing_paused():
    sine = waves[0, 0]["sine"]
    sine.data[:, 1] = amplitude * np.sin(sine.data[:, 0])
rfb_chart(make_image, height=350)
