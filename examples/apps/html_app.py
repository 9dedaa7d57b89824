"""A page that is a file: it holds the addresses of the figures, and works while this program runs.

Run it with:

    python html_app.py
"""

import http.server

from figures import make_image, make_waves

from rendercanvas_rfb.apps import rfb_chart

PAGE = f"<!doctype html><h1>Plain HTML</h1>{rfb_chart(make_waves, height=350)}{rfb_chart(make_image, height=350)}"


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE.encode())


if __name__ == "__main__":
    import sys

    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Page).serve_forever()
