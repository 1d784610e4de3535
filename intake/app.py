"""Puts the web together: services, checks, pages, one blueprint for each kind of visitor. Nothing is decided here."""

from collections.abc import Callable
from typing import Any
from wsgiref.types import WSGIApplication, WSGIEnvironment

from flask import Flask
from whitenoise import WhiteNoise

from intake.services import Services
from intake.web import (
    agree,
    case,
    case_agreement,
    case_describe,
    case_helpers,
    case_history,
    case_messages,
    case_parcels,
    case_photos,
    case_receipt,
    case_stop,
    case_viewers,
    case_whole,
    desk,
    desk_account,
    desk_agreement,
    desk_calls,
    desk_contact,
    desk_export,
    desk_finding,
    desk_hands,
    desk_letters,
    desk_messages,
    desk_opening,
    desk_people,
    desk_receipt,
    desk_records,
    desk_replies,
    desk_routing,
    desk_silent,
    desk_suspects,
    desk_work,
    dev,
    dev_letters,
    disc_words,
    enrolling,
    errors,
    helping,
    hooks,
    links,
    machines,
    pages,
    proving,
    records,
    request,
    rights,
    scripts,
    sign_in,
    turns,
    uploads,
)
from intake.web.drawing import STATIC
from intake.web.named_method import NamedMethod
from intake.web.security import HEADERS, HSTS, POLICY, SITE_POLICY, secure

BLUEPRINTS = (
    request, links, case, case_agreement, agree, records, scripts, uploads, sign_in, desk, desk_records, desk_calls,
    desk_agreement, desk_suspects, machines, case_describe, case_whole, case_receipt, desk_receipt, desk_silent,
    case_helpers, case_photos, case_viewers, case_parcels, desk_hands, helping,
    enrolling, proving, desk_account, desk_people, desk_routing,
    desk_letters, hooks,
    case_messages, desk_messages, case_history,
    desk_finding, desk_work, desk_replies,
    desk_opening, desk_contact, desk_export, case_stop,
)  # fmt: skip
# The build of the site names a file so when its name changes with its content.
NAMED_BY_CONTENT = r"/assets/.+\.[0-9a-f]{16}\.\w+$"


def create_app(services: Services) -> Flask:
    """The application for these services. Makes no connection until it is asked something."""
    app = Flask("intake", template_folder=str(services.settings.templates), static_folder=str(STATIC))
    app.extensions["intake"] = services
    pages.prepare(app, services)
    turns.prepare(app)
    secure(app, services.settings)
    rights.prepare(app)
    disc_words.prepare(app)
    errors.register(app)
    for module in BLUEPRINTS:
        app.register_blueprint(module.blueprint)
    if services.settings.in_development:
        app.register_blueprint(dev.blueprint)
        app.register_blueprint(dev_letters.blueprint)
    app.wsgi_app = NamedMethod(app.wsgi_app, "/uploads")  # type: ignore[method-assign]
    serve_files(app, services)
    return app


class Files(WhiteNoise):
    """Files served past Flask. They, and the redirects and refusals beside them, carry the headers of every page."""

    FOREVER = 365 * 24 * 60 * 60  # what never changes is kept for a year

    def __init__(self, application: WSGIApplication, headers: Callable[[str], dict[str, str]], **how: Any) -> None:
        super().__init__(application, **how)
        self._headers = headers

    def serve(self, static_file: Any, environ: WSGIEnvironment, start_response: Any) -> Any:
        """Answer with a file or what stands for it."""
        ours = self._headers(environ.get("PATH_INFO", ""))

        def start(status: str, headers: list[tuple[str, str]]) -> Any:
            return start_response(status, [*headers, *ours.items()])

        return super().serve(static_file, environ, start)


def serve_files(app: Flask, services: Services) -> None:
    """Serve the guidance site at the root and our own static files, past Flask, with the same headers."""
    https = services.settings.base_url.startswith("https://")

    def headers(path: str) -> dict[str, str]:
        policy = POLICY if path.startswith("/static/") else SITE_POLICY
        return HEADERS | {"Content-Security-Policy": policy} | ({"Strict-Transport-Security": HSTS} if https else {})

    # In development files are looked up anew each time, so that a rebuilt site shows without a restart.
    files = Files(
        app.wsgi_app,
        headers,
        autorefresh=services.settings.in_development,
        max_age=None if services.settings.in_development else 600,
        immutable_file_test=NAMED_BY_CONTENT,
        index_file=True,
        allow_all_origins=False,
    )
    files.add_files(str(STATIC), prefix="static/")
    # The site may be missing while it is being built for the first time; the form works without it.
    if services.settings.site.is_dir():
        files.add_files(str(services.settings.site.resolve()))
    app.wsgi_app = files  # type: ignore[method-assign]
