"""Gradio.

Run it with:

    python gradio_app.py
"""

import sys

import gradio as gr
from figures import make_image, make_waves

from rendercanvas_rfb.apps.gradio import rfb_chart

with gr.Blocks() as app:
    gr.Markdown("# Gradio")
    rfb_chart(make_waves, height=350)
    rfb_chart(make_image, height=350)

if __name__ == "__main__":
    app.launch(server_port=int(sys.argv[1]) if len(sys.argv) > 1 else 7860)
