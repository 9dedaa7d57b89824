"""What Reflex is told of reflex_app.py."""

import reflex as rx

config = rx.Config(
    app_name="reflex_app",
    app_module_import="reflex_app",
    disable_plugins=[rx.plugins.SitemapPlugin],
    telemetry_enabled=False,
)
