import sys

import gradio as gr
from shared import make_waves  # type: ignore[import-not-found]

from rendercanvas_rfb.apps.gradio import rfb_chart

with gr.Blocks() as app:
    rfb_chart(make_waves, height=350)
    rfb_chart(make_waves, "own", height=350, per_visitor=True)

if __name__ == "__main__":
    app.launch(server_port=int(sys.argv[1]))
