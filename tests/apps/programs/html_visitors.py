import http.server
import sys

from shared import make_waves  # type: ignore[import-not-found]

from rendercanvas_rfb.apps import rfb_chart

OWN = rfb_chart(make_waves, "own", height=350, per_visitor=True)
PAGE = f"<!doctype html>{rfb_chart(make_waves, height=350)}{OWN}"


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE.encode())


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
