"""Puts the web together: services, checks, pages, one blueprint for each kind of visitor. Nothing is decided here."""

from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

from intake.services import Services
from intake.web import (
    case,
    desk,
    desk_records,
    dev,
    errors,
    links,
    machines,
    pages,
    records,
    request,
    sign_in,
    uploads,
)
from intake.web.security import HEADERS, HSTS, POLICY, SITE_POLICY, secure

BLUEPRINTS = (request, links, case, records, uploads, sign_in, desk, desk_records, machines)
STATIC = Path(pages.__file__).parent / "static"


def create_app(services: Services) -> Flask:
    """The application for these services. Makes no connection until it is asked something."""
    app = Flask("intake", template_folder=str(services.settings.templates), static_folder=str(STATIC))
    app.extensions["intake"] = services
    secure(app, services.settings)
    pages.prepare(app)
    errors.register(app)
    for module in BLUEPRINTS:
        app.register_blueprint(module.blueprint)
    if services.settings.in_development:
        app.register_blueprint(dev.blueprint)
    serve_files(app, services)
    return app


def serve_files(app: Flask, services: Services) -> None:
    """Serve the guidance site at the root and our own static files, past Flask, with the same headers."""
    https = services.settings.base_url.startswith("https://")

    def add_headers(headers: Headers, path: str, url: str) -> None:
        for name, value in HEADERS.items():
            headers[name] = value
        headers["Content-Security-Policy"] = POLICY if url.startswith("/static/") else SITE_POLICY
        if https:
            headers["Strict-Transport-Security"] = HSTS

    # In development files are looked up anew each time, so that a rebuilt site shows without a restart.
    files = WhiteNoise(
        app.wsgi_app,
        autorefresh=services.settings.in_development,
        max_age=None if services.settings.in_development else 600,
        index_file=True,
        allow_all_origins=False,
        add_headers_function=add_headers,
    )
    files.add_files(str(STATIC), prefix="static/")
    # The site may be missing while it is being built for the first time; the form works without it.
    if services.settings.site.is_dir():
        files.add_files(str(services.settings.site.resolve()))
    app.wsgi_app = files  # type: ignore[method-assign]
